//! Members, their roles, and links that invite more.

use domain::identity::{Invitation, Member, Role};
use domain::ids::PersonId;
use domain::zone::Zone;
use leptos::prelude::*;

use super::Outcome;
use super::api::{self, Invite, RemoveMember, RevokeInvitation, SetRole};
use super::shown_once::ShownOnce;
use crate::t;
use crate::ui::card::{Card, SkeletonCard};
use crate::ui::icon::{Glyph, Icon};
use crate::ui::loaded::loaded;
use crate::ui::time;

fn role_name(role: Role) -> String {
    crate::i18n::text_with(&format!("role-{}", role.as_str()), &[])
}

#[component]
pub fn MembersSection() -> impl IntoView {
    let set_role = ServerAction::<SetRole>::new();
    let remove = ServerAction::<RemoveMember>::new();
    let invite = ServerAction::<Invite>::new();
    let revoke = ServerAction::<RevokeInvitation>::new();
    let settings = Resource::new(
        move || (set_role.version().get(), remove.version().get(), invite.version().get(), revoke.version().get()),
        |_| api::list_members(),
    );
    loaded(
        settings,
        || view! { <div class="grid"><SkeletonCard class="span-8" rows=3/></div> }.into_any(),
        move |settings| {
            let may_change = settings.with_untracked(|settings| settings.invitations.is_some());
            view! {
                <div class="grid">
                    <Card class="span-8 flush" id="settings-members-list" title=|| t!("settings-members")>
                        <Outcome value=set_role.value() done=t!("settings-saved")/>
                        <Outcome value=remove.value() done=t!("settings-member-removed")/>
                        <ul class="settings-list">
                            {move || {
                                let settings = settings.get();
                                let owners = settings.members.iter().filter(|member| member.role == Role::Owner).count();
                                settings
                                    .members
                                    .into_iter()
                                    .map(|member| {
                                        let last_owner = member.role == Role::Owner && owners == 1;
                                        view! {
                                            <MemberRow
                                                member
                                                me=settings.me
                                                may_change=may_change && !last_owner
                                                last_owner
                                                set_role
                                                remove
                                            />
                                        }
                                    })
                                    .collect_view()
                            }}
                        </ul>
                    </Card>
                    {may_change
                        .then(|| {
                            view! {
                                <Card
                                    class="span-4"
                                    id="settings-invitations"
                                    title=|| t!("settings-invite")
                                    sub=|| t!("settings-invite-sub")
                                >
                                    <ActionForm action=invite attr:class="form">
                                        <label class="field">
                                            <span>{t!("settings-role")}</span>
                                            <select class="input" name="role">
                                                {Role::ALL
                                                    .map(|role| {
                                                        view! { <option value=role.as_str()>{role_name(role)}</option> }
                                                    })
                                                    .collect_view()}
                                            </select>
                                        </label>
                                        <button class="button primary" type="submit" disabled=move || invite.pending().get()>
                                            {t!("settings-invite-make")}
                                        </button>
                                    </ActionForm>
                                    <NewLink invite/>
                                    <Outcome value=revoke.value() done=t!("settings-invitation-revoked")/>
                                    <ul class="settings-list inside">
                                        {move || {
                                            let settings = settings.get();
                                            settings
                                                .invitations
                                                .unwrap_or_default()
                                                .into_iter()
                                                .filter(|invitation| is_open(invitation, settings.now))
                                                .map(|invitation| view! { <InvitationRow invitation revoke/> })
                                                .collect_view()
                                        }}
                                    </ul>
                                </Card>
                            }
                        })}
                </div>
            }
        },
    )
}

fn is_open(invitation: &Invitation, now: i64) -> bool {
    invitation.accepted_at.is_none() && invitation.revoked_at.is_none() && invitation.expires_at > now
}

#[component]
fn MemberRow(
    member: Member,
    me: Option<PersonId>,
    may_change: bool,
    last_owner: bool,
    set_role: ServerAction<SetRole>,
    remove: ServerAction<RemoveMember>,
) -> impl IntoView {
    let person = member.person_id;
    let dialog = format!("remove-{person}");
    view! {
        <li>
            <crate::shell::side_bar::Avatar title=member.name.clone()/>
            <div class="what">
                <b>{member.name.clone()}</b>
                {(me == Some(person)).then(|| view! { <span class="badge">{t!("settings-you")}</span> })}
                <small>
                    {if last_owner {
                        t!("settings-last-owner")
                    } else {
                        t!("settings-member-since", day = time::day_year(Zone::utc().day(member.created_at)))
                    }}
                </small>
            </div>
            <div class="do">
                {if may_change {
                    view! {
                        <select
                            class="input"
                            aria-label=t!("settings-role-of", name = member.name.clone())
                            on:change:target=move |event| {
                                if let Ok(role) = event.target().value().parse() {
                                    set_role.dispatch(SetRole { person, role });
                                }
                            }
                        >
                            {Role::ALL
                                .map(|role| {
                                    view! {
                                        <option value=role.as_str() selected=role == member.role>
                                            {role_name(role)}
                                        </option>
                                    }
                                })
                                .collect_view()}
                        </select>
                        <button
                            class="icon-button"
                            type="button"
                            popovertarget=dialog.clone()
                            aria-label=t!("settings-remove-member", name = member.name.clone())
                        >
                            <Icon glyph=Glyph::Trash/>
                        </button>
                    }
                        .into_any()
                } else {
                    view! { <span class="muted">{role_name(member.role)}</span> }.into_any()
                }}
            </div>
            <div class="popover sheet" id=dialog popover="auto" role="dialog" aria-label=t!("settings-remove")>
                <h2>{t!("settings-remove-member", name = member.name.clone())}</h2>
                <p class="muted">{t!("settings-remove-more")}</p>
                <button
                    class="button danger-fill"
                    type="button"
                    on:click=move |_| {
                        remove.dispatch(RemoveMember { person });
                    }
                >
                    {t!("settings-remove")}
                </button>
            </div>
        </li>
    }
}

/// The new link, shown this once.
#[component]
fn NewLink(invite: ServerAction<Invite>) -> impl IntoView {
    move || {
        invite.value().get().map(|answer| match answer {
            Err(_) => view! { <Outcome value=invite.value() done=String::new()/> }.into_any(),
            Ok(link) => view! { <ShownOnce title=t!("settings-invite-link") text=absolute(&link)/> }.into_any(),
        })
    }
}

/// A server without a public address gives a path; the browser knows where it is.
fn absolute(link: &str) -> String {
    #[cfg(feature = "hydrate")]
    if link.starts_with('/')
        && let Some(origin) = web_sys::window().and_then(|window| window.location().origin().ok())
    {
        return format!("{origin}{link}");
    }
    link.to_owned()
}

#[component]
fn InvitationRow(invitation: Invitation, revoke: ServerAction<RevokeInvitation>) -> impl IntoView {
    let id = invitation.id;
    view! {
        <li>
            <div class="what">
                <b>{role_name(invitation.role)}</b>
                <small>{t!("settings-invite-until", day = time::day_year(Zone::utc().day(invitation.expires_at)))}</small>
            </div>
            <div class="do">
                <button
                    class="button"
                    type="button"
                    on:click=move |_| {
                        revoke.dispatch(RevokeInvitation { id });
                    }
                >
                    {t!("settings-revoke")}
                </button>
            </div>
        </li>
    }
}
