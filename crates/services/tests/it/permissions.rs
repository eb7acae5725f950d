//! Who may do what: every use case by every role, and by somebody of another workspace.

use std::sync::Arc;

use domain::analytics::Query;
use domain::analytics::compare::CompareSort;
use domain::analytics::period::Period;
use domain::analytics::summary::Span;
use domain::api_keys::Scope;
use domain::best_time::experiment::HourOfWeek;
use domain::best_time::{Objective, Settings};
use domain::channels::ChannelRef;
use domain::collect::connection::Mode;
use domain::identity::Role;
use domain::ids::{AccountId, ApiKeyId, ExperimentId, InvitationId, PersonId};
use domain::screens::ExperimentProposal;
use domain::settings::Retention;
use domain::zone::Zone;
use futures::future::BoxFuture;
use mtproto::Me;
use mtproto::import::from_auth_key;
use mtproto::login::SignedIn;
use services::best_time::Asked;
use services::channels::Changes;
use services::collect::connection::{self, Introduced};
use services::collect::preview::{self, PreviewImport};
use services::collect::{account, refresh, session};
use services::{
    Ctx, Error, Outage, Result, Viewer, What, analytics, audit, best_time, channels, demo, forecast, identity, settings,
};
use tokio_util::sync::CancellationToken;

use crate::place::{Place, named};

type Act = for<'a> fn(&'a Ctx, &'a Viewer, &'a ChannelRef) -> BoxFuture<'a, Result<()>>;

struct UseCase {
    name: &'static str,
    least: Role,
    /// is about a channel: whoever is of another workspace gets "no such channel"
    of_channel: bool,
    act: Act,
}

macro_rules! use_case {
    ($name:literal, $least:ident, $of_channel:literal, |$ctx:ident, $viewer:ident, $channel:ident| $act:expr) => {
        UseCase {
            name: $name,
            least: Role::$least,
            of_channel: $of_channel,
            act: |$ctx, $viewer, $channel| {
                let _ = $channel;
                Box::pin(async move { $act.await.map(drop) })
            },
        }
    };
}

const NOBODY: PersonId = PersonId(-1);
const NO_INVITATION: InvitationId = InvitationId(-1);
const NO_EXPERIMENT: ExperimentId = ExperimentId(-1);
const NO_KEY: ApiKeyId = ApiKeyId(-1);
const NO_ACCOUNT: AccountId = AccountId(-1);

/// Of an account with a made-up key.
fn a_sign_in() -> SignedIn {
    let me = Me { id: 11, first_name: "Anya".to_owned(), last_name: None, username: None, is_bot: false };
    SignedIn { me, session: from_auth_key(&"ab".repeat(256), 2).expect("a key") }
}

fn a_key() -> identity::NewApiKey {
    identity::NewApiKey {
        name: "Grafana".to_owned(),
        scopes: vec![Scope::ReadAnalytics],
        channels: None,
        expires_at: None,
    }
}

fn an_introduction() -> Introduced {
    Introduced { telegram_id: Some(99), username: None, title: "Elsewhere".to_owned(), zone: None }
}

fn use_cases() -> Vec<UseCase> {
    vec![
        use_case!("channels::visible", Viewer, false, |ctx, viewer, channel| channels::visible(ctx, viewer)),
        use_case!("channels::list", Viewer, false, |ctx, viewer, channel| channels::list(ctx, viewer)),
        use_case!("channels::fresh", Viewer, false, |ctx, viewer, channel| channels::fresh(ctx, viewer)),
        use_case!("channels::find", Viewer, true, |ctx, viewer, channel| channels::find(ctx, viewer, channel)),
        use_case!("channels::update", Editor, true, |ctx, viewer, channel| channels::update(
            ctx,
            viewer,
            channel,
            Changes { title: Some("New".into()), zone: None }
        )),
        use_case!("channels::delete", Owner, true, |ctx, viewer, channel| channels::delete(
            ctx,
            viewer,
            channel,
            "Channel mine"
        )),
        use_case!("collect::refresh", Editor, true, |ctx, viewer, channel| refresh::refresh(ctx, viewer, channel)),
        use_case!("collect::connect", Editor, false, |ctx, viewer, channel| connection::connect(
            ctx,
            viewer,
            &an_introduction(),
            Mode::Bot
        )),
        use_case!("collect::disconnect", Editor, true, |ctx, viewer, channel| unless_missing(connection::disconnect(
            ctx,
            viewer,
            channel,
            Mode::Bot
        ))),
        use_case!("collect::preview::connect", Editor, false, |ctx, viewer, channel| unless_missing(preview::connect(
            ctx,
            viewer,
            "@elsewhere"
        ))),
        use_case!("collect::preview::import", Editor, false, |ctx, viewer, channel| unless_missing(async {
            let import = PreviewImport { channel: "@elsewhere".to_owned(), ..PreviewImport::default() };
            preview::import(ctx, viewer, &import, &|_| {}, &CancellationToken::new()).await
        })),
        use_case!("collect::connections", Viewer, false, |ctx, viewer, channel| connection::list(ctx, viewer)),
        use_case!("collect::bot::connect", Editor, false, |ctx, viewer, channel| services::collect::bot::connect(
            ctx,
            viewer,
            -1_000_000_000_005
        )),
        use_case!("collect::account::any_usable", Viewer, false, |ctx, viewer, channel| account::any_usable(
            ctx, viewer
        )),
        use_case!("collect::account::list", Owner, false, |ctx, viewer, channel| account::list(ctx, viewer)),
        use_case!("collect::account::calls", Owner, false, |ctx, viewer, channel| unless_missing(account::calls(
            ctx, viewer, NO_ACCOUNT, 0
        ))),
        use_case!("collect::account::keep", Owner, false, |ctx, viewer, channel| unless_missing(async {
            account::keep(ctx, viewer, &a_sign_in(), Some("+998901234567")).await
        })),
        use_case!("collect::account::stop", Owner, false, |ctx, viewer, channel| unless_missing(account::stop(
            ctx, viewer, NO_ACCOUNT
        ))),
        use_case!("collect::account::stop_all", Owner, false, |ctx, viewer, channel| account::stop_all(ctx, viewer)),
        use_case!("collect::account::resume", Owner, false, |ctx, viewer, channel| unless_missing(account::resume(
            ctx, viewer, NO_ACCOUNT
        ))),
        use_case!("collect::account::remove", Owner, false, |ctx, viewer, channel| unless_missing(account::remove(
            ctx, viewer, NO_ACCOUNT, true
        ))),
        use_case!("collect::session::connect", Editor, false, |ctx, viewer, channel| unless_missing(session::connect(
            ctx, viewer, channel, None
        ))),
        use_case!("collect::session::read_again", Editor, true, |ctx, viewer, channel| unless_missing(
            session::read_again(ctx, viewer, channel, session::Again::Newest)
        )),
        use_case!("collect::session::progress", Viewer, true, |ctx, viewer, channel| unless_missing(
            session::progress(ctx, viewer, channel)
        )),
        use_case!("collect::session::senders", Viewer, true, |ctx, viewer, channel| session::senders(
            ctx, viewer, channel, 0
        )),
        use_case!("analytics::picture", Viewer, true, |ctx, viewer, channel| analytics::picture(
            ctx,
            viewer,
            channel,
            Period::default(),
            "en"
        )),
        use_case!("analytics::summaries", Viewer, true, |ctx, viewer, channel| analytics::summaries(
            ctx,
            viewer,
            channel,
            &Query::default(),
            Span::Week
        )),
        use_case!("analytics::overview", Viewer, true, |ctx, viewer, channel| analytics::overview(
            ctx,
            viewer,
            channel,
            &Query::default()
        )),
        use_case!("analytics::daily", Viewer, true, |ctx, viewer, channel| analytics::daily(
            ctx,
            viewer,
            channel,
            &Query::default()
        )),
        use_case!("analytics::top", Viewer, true, |ctx, viewer, channel| analytics::top(
            ctx,
            viewer,
            channel,
            &Query::default()
        )),
        use_case!("analytics::view_curve", Viewer, true, |ctx, viewer, channel| analytics::view_curve(
            ctx,
            viewer,
            channel,
            &Query::default()
        )),
        use_case!("analytics::reach", Viewer, true, |ctx, viewer, channel| analytics::reach(
            ctx,
            viewer,
            channel,
            &Query::default()
        )),
        use_case!("analytics::heatmap", Viewer, true, |ctx, viewer, channel| analytics::heatmap(
            ctx,
            viewer,
            channel,
            &Query::default()
        )),
        use_case!("analytics::trending", Viewer, true, |ctx, viewer, channel| analytics::trending(
            ctx,
            viewer,
            channel,
            &Query::default()
        )),
        use_case!("analytics::growth", Viewer, true, |ctx, viewer, channel| analytics::growth(
            ctx,
            viewer,
            channel,
            &Query::default()
        )),
        use_case!("analytics::sources", Viewer, true, |ctx, viewer, channel| analytics::sources(
            ctx,
            viewer,
            channel,
            &Query::default()
        )),
        use_case!("analytics::content", Viewer, true, |ctx, viewer, channel| analytics::content(
            ctx,
            viewer,
            channel,
            &Query::default()
        )),
        use_case!("analytics::dashboard", Viewer, true, |ctx, viewer, channel| analytics::dashboard(
            ctx,
            viewer,
            channel,
            &Query::default()
        )),
        use_case!("analytics::compare", Viewer, false, |ctx, viewer, channel| analytics::compare(
            ctx,
            viewer,
            CompareSort::default(),
            &Query::default()
        )),
        use_case!("analytics::dashboard_screen", Viewer, true, |ctx, viewer, channel| analytics::dashboard_screen(
            ctx,
            viewer,
            channel,
            Period::default()
        )),
        use_case!("analytics::analytics_screen", Viewer, true, |ctx, viewer, channel| analytics::analytics_screen(
            ctx,
            viewer,
            channel,
            Period::default()
        )),
        use_case!("analytics::most_viewed", Viewer, true, |ctx, viewer, channel| analytics::most_viewed(
            ctx,
            viewer,
            channel,
            Period::default(),
            3
        )),
        use_case!("analytics::compare_over_period", Viewer, true, |ctx, viewer, channel| {
            analytics::compare_over_period(ctx, viewer, channel, Period::default())
        }),
        use_case!("analytics::post", Viewer, true, |ctx, viewer, channel| analytics::post(ctx, viewer, channel, 3)),
        use_case!("analytics::post_row", Viewer, true, |ctx, viewer, channel| analytics::post_row(
            ctx, viewer, channel, 3
        )),
        use_case!("analytics::target", Viewer, true, |ctx, viewer, channel| analytics::target(
            ctx,
            viewer,
            channel,
            &Query::default(),
            analytics::Demand::Recent
        )),
        use_case!("analytics::compare_target", Viewer, false, |ctx, viewer, channel| analytics::compare_target(
            ctx,
            viewer,
            &Query::default()
        )),
        use_case!("analytics::post_views", Viewer, true, |ctx, viewer, channel| analytics::post_views(
            ctx, viewer, channel, 3
        )),
        use_case!("analytics::compare_posts", Viewer, true, |ctx, viewer, channel| analytics::compare_posts(
            ctx,
            viewer,
            channel,
            &[2, 3]
        )),
        use_case!("best_time::screen", Viewer, true, |ctx, viewer, channel| best_time::screen(ctx, viewer, channel)),
        use_case!("best_time::best_times", Viewer, true, |ctx, viewer, channel| best_time::best_times(
            ctx,
            viewer,
            channel,
            &Asked::default()
        )),
        use_case!("best_time::week", Viewer, true, |ctx, viewer, channel| best_time::week(
            ctx,
            viewer,
            channel,
            &Asked::default()
        )),
        use_case!("best_time::zone", Viewer, true, |ctx, viewer, channel| best_time::zone(
            ctx,
            viewer,
            channel,
            "Asia/Tokyo"
        )),
        use_case!("best_time::backtest", Viewer, true, |ctx, viewer, channel| best_time::backtest(
            ctx,
            viewer,
            channel,
            &Asked::default(),
            1,
            Arc::new(()),
            &CancellationToken::new()
        )),
        use_case!("best_time::save_settings", Editor, true, |ctx, viewer, channel| best_time::save_settings(
            ctx,
            viewer,
            channel,
            &Settings::new(Objective::Total, Zone::utc())
        )),
        use_case!("best_time::propose", Editor, true, |ctx, viewer, channel| unless_missing(best_time::propose(
            ctx,
            viewer,
            channel,
            &proposal()
        ))),
        use_case!("best_time::approve", Owner, true, |ctx, viewer, channel| unless_missing(best_time::approve(
            ctx,
            viewer,
            channel,
            NO_EXPERIMENT
        ))),
        use_case!("best_time::stop", Owner, true, |ctx, viewer, channel| unless_missing(best_time::stop(
            ctx,
            viewer,
            channel,
            NO_EXPERIMENT
        ))),
        use_case!("best_time::assign", Editor, true, |ctx, viewer, channel| unless_missing(best_time::assign(
            ctx,
            viewer,
            channel,
            NO_EXPERIMENT
        ))),
        use_case!("best_time::withdraw", Editor, true, |ctx, viewer, channel| unless_missing(best_time::withdraw(
            ctx,
            viewer,
            channel,
            NO_EXPERIMENT,
            0
        ))),
        use_case!("forecast::backtest", Viewer, true, |ctx, viewer, channel| forecast::backtest(
            ctx,
            viewer,
            channel,
            Arc::new(()),
            &CancellationToken::new()
        )),
        use_case!("identity::session_info", Viewer, false, |ctx, viewer, channel| identity::session_info(ctx, viewer)),
        use_case!("identity::set_language", Viewer, false, |ctx, viewer, channel| identity::set_language(
            ctx,
            viewer,
            Some("uz")
        )),
        use_case!("identity::members", Viewer, false, |ctx, viewer, channel| identity::members(ctx, viewer)),
        use_case!("identity::set_role", Owner, false, |ctx, viewer, channel| unless_missing(identity::set_role(
            ctx,
            viewer,
            NOBODY,
            Role::Editor
        ))),
        use_case!("identity::remove_member", Owner, false, |ctx, viewer, channel| unless_missing(
            identity::remove_member(ctx, viewer, NOBODY)
        )),
        use_case!("identity::invite", Owner, false, |ctx, viewer, channel| identity::invite(ctx, viewer, Role::Editor)),
        use_case!("identity::invitations", Owner, false, |ctx, viewer, channel| identity::invitations(ctx, viewer)),
        use_case!("identity::revoke_invitation", Owner, false, |ctx, viewer, channel| unless_missing(
            identity::revoke_invitation(ctx, viewer, NO_INVITATION)
        )),
        use_case!("identity::create_api_key", Owner, false, |ctx, viewer, channel| identity::create_api_key(
            ctx,
            viewer,
            a_key()
        )),
        use_case!("identity::api_keys", Owner, false, |ctx, viewer, channel| identity::api_keys(ctx, viewer)),
        use_case!("identity::revoke_api_key", Owner, false, |ctx, viewer, channel| unless_missing(
            identity::revoke_api_key(ctx, viewer, NO_KEY)
        )),
        use_case!("settings::retention", Viewer, false, |ctx, viewer, channel| settings::retention(ctx, viewer)),
        use_case!("settings::set_retention", Owner, false, |ctx, viewer, channel| settings::set_retention(
            ctx,
            viewer,
            Retention::default()
        )),
        use_case!("audit::list", Owner, false, |ctx, viewer, channel| audit::list(ctx, viewer, None)),
        use_case!("demo::fill", Editor, false, |ctx, viewer, channel| demo::fill(
            ctx,
            viewer,
            demo::Options { channels: 1, days: 1, ..demo::Options::default() }
        )),
    ]
}

fn proposal() -> ExperimentProposal {
    let slots = vec![HourOfWeek { dow: 0, hour: 9 }, HourOfWeek { dow: 0, hour: 19 }];
    ExperimentProposal { objective: Objective::Total, slots, blocks: 3 }
}

/// Whoever got past the permission check finds nobody there, or too few posts for an experiment.
async fn unless_missing<T>(act: impl Future<Output = Result<T>>) -> Result<()> {
    match act.await.map(drop) {
        Err(
            Error::NotFound(
                What::Member | What::Invitation | What::Experiment | What::ApiKey | What::Connection | What::Account,
            )
            | Error::Unavailable(Outage::NoPreviewClient | Outage::NoAccounts),
        ) => Ok(()),
        Err(Error::Invalid { field, .. }) if field == "objective" => Ok(()),
        other => other,
    }
}

#[tokio::test]
async fn every_use_case_asks_for_its_role() {
    let place = Place::new().await;
    let members = [
        place.member("Vera", Role::Viewer).await,
        place.member("Eldor", Role::Editor).await,
        place.member("Olim", Role::Owner).await,
        place.operator(),
    ];
    for (index, case) in use_cases().into_iter().enumerate() {
        for (place_in_list, viewer) in members.iter().enumerate() {
            let username = format!("mine{index}_{place_in_list}");
            let channel = if case.of_channel { place.channel(&username).await.slug() } else { username };
            if case.name == "channels::delete" {
                rename(&place, &channel).await;
            }
            let outcome = (case.act)(&place.ctx, viewer, &named(&channel)).await;
            let expected =
                if viewer.role() >= case.least { Ok(()) } else { Err(Error::Forbidden { needs: case.least }) };
            assert_eq!(outcome, expected, "{} by {:?}", case.name, viewer.role());
        }
    }
}

async fn rename(place: &Place, channel: &str) {
    let changes = Changes { title: Some("Channel mine".to_owned()), zone: None };
    channels::update(&place.ctx, &place.operator(), &named(channel), changes).await.expect("renamed");
}

#[tokio::test]
async fn a_channel_of_another_workspace_is_as_unknown_as_none_at_all() {
    let place = Place::new().await;
    let channel = place.channel("mine").await;
    let stranger = place.stranger().await;
    for case in use_cases().into_iter().filter(|case| case.of_channel) {
        for name in ["mine".to_owned(), format!("c{}", channel.id), "nobody_knows_it".to_owned()] {
            let outcome = (case.act)(&place.ctx, &stranger, &named(&name)).await;
            assert_eq!(outcome, Err(Error::NotFound(What::Channel)), "{} of {name}", case.name);
        }
    }
}

#[tokio::test]
async fn nothing_of_another_workspace_shows_in_lists() {
    let place = Place::new().await;
    place.channel("mine").await;
    let stranger = place.stranger().await;
    assert!(channels::visible(&place.ctx, &stranger).await.expect("listed").is_empty());
    assert!(channels::list(&place.ctx, &stranger).await.expect("listed").is_empty());
    let compared = analytics::compare(&place.ctx, &stranger, CompareSort::default(), &Query::default()).await;
    assert!(compared.expect("compared").data.is_empty());
    let members = identity::members(&place.ctx, &stranger).await.expect("listed");
    assert_eq!(members.iter().map(|member| member.name.as_str()).collect::<Vec<_>>(), ["Stranger"]);
    identity::invite(&place.ctx, &place.operator(), Role::Editor).await.expect("invited");
    assert!(identity::invitations(&place.ctx, &stranger).await.expect("listed").is_empty());
    assert!(audit::list(&place.ctx, &stranger, None).await.expect("listed").is_empty());
}

#[tokio::test]
async fn a_key_sees_numbers_and_nothing_else() {
    let place = Place::new().await;
    let (_, secret) = identity::create_api_key(&place.ctx, &place.operator(), a_key()).await.expect("a key");
    let key = identity::viewer_of_bearer(&place.ctx, secret.reveal()).await.expect("asked").expect("a key");
    let channel = place.channel("mine").await.slug();
    for case in use_cases() {
        let outcome = (case.act)(&place.ctx, &key, &named(&channel)).await;
        let advice =
            case.least == Role::Viewer && ["best_time::", "forecast::"].iter().any(|it| case.name.starts_with(it));
        let about_numbers = case.name.starts_with("analytics::")
            || advice
            || [
                "channels::visible",
                "channels::list",
                "channels::fresh",
                "channels::find",
                "collect::session::senders",
            ]
            .contains(&case.name);
        let expected = if about_numbers { Ok(()) } else { Err(Error::Forbidden { needs: case.least }) };
        assert_eq!(outcome, expected, "{}", case.name);
    }
}

#[tokio::test]
async fn a_key_limited_to_channels_knows_of_no_other() {
    let place = Place::new().await;
    let (mine, other) = (place.channel("mine").await, place.channel("other").await);
    let limited = identity::NewApiKey { channels: Some(vec![named("@Mine")]), ..a_key() };
    let (made, secret) = identity::create_api_key(&place.ctx, &place.operator(), limited).await.expect("a key");
    assert_eq!(made.channels, Some(vec![mine.id]));
    let key = identity::viewer_of_bearer(&place.ctx, secret.reveal()).await.expect("asked").expect("a key");
    assert!(channels::find(&place.ctx, &key, &named("mine")).await.is_ok());
    // how far a channel was read is of the settings, which a key does not see at all
    let of_numbers =
        |case: &UseCase| case.of_channel && case.least == Role::Viewer && case.name != "collect::session::progress";
    for case in use_cases().into_iter().filter(of_numbers) {
        for name in ["other".to_owned(), format!("c{}", other.id), "nobody_knows_it".to_owned()] {
            let outcome = (case.act)(&place.ctx, &key, &named(&name)).await;
            assert_eq!(outcome, Err(Error::NotFound(What::Channel)), "{} of {name}", case.name);
        }
    }
    let visible = channels::visible(&place.ctx, &key).await.expect("listed");
    assert_eq!(visible.iter().map(|channel| channel.id).collect::<Vec<_>>(), [mine.id]);
    let compared = analytics::compare(&place.ctx, &key, CompareSort::default(), &Query::default()).await;
    assert_eq!(compared.expect("compared").data.len(), 1);
    // a channel deleted and made again under the same name is another one
    channels::delete(&place.ctx, &place.operator(), &named("mine"), "Channel mine").await.expect("deleted");
    place.channel("mine").await;
    let outcome = channels::find(&place.ctx, &key, &named("mine")).await;
    assert_eq!(outcome.map(drop), Err(Error::NotFound(What::Channel)));
}
