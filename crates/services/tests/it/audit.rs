//! Every deed leaves its entry, and a deed that did not happen leaves none.

use domain::api_keys::Scope;
use domain::identity::Role;
use domain::settings::Retention;
use services::channels::Changes;
use services::identity::{
    NewApiKey, accept_invitation, create_api_key, invite, remove_member, revoke_api_key, revoke_invitation, set_role,
};
use services::{audit, channels, demo, settings};

use crate::place::{NOW, Place, named};

#[tokio::test]
async fn who_did_what_in_order() {
    let place = Place::new().await;
    let olim = place.member("Olim", Role::Owner).await;
    let channel = place.channel("mine").await;
    let (_, token) = invite(&place.ctx, &olim, Role::Viewer).await.expect("invited");
    let nodira = place.person("Nodira").await;
    accept_invitation(&place.ctx, &nodira, token.reveal()).await.expect("accepted");
    set_role(&place.ctx, &olim, nodira.id, Role::Editor).await.expect("set");
    remove_member(&place.ctx, &olim, nodira.id).await.expect("removed");
    let (second, _) = invite(&place.ctx, &place.operator(), Role::Viewer).await.expect("invited");
    revoke_invitation(&place.ctx, &olim, second.id).await.expect("taken back");
    let new =
        NewApiKey { name: "Grafana".to_owned(), scopes: vec![Scope::ReadAnalytics], channels: None, expires_at: None };
    let (key, secret) = create_api_key(&place.ctx, &olim, new).await.expect("a key");
    revoke_api_key(&place.ctx, &olim, key.id).await.expect("revoked");
    let changes = Changes { title: Some("Renamed".to_owned()), zone: None };
    channels::update(&place.ctx, &olim, &named("mine"), changes).await.expect("updated");
    let retention = Retention { snapshots_days: Some(90), daily_days: None };
    settings::set_retention(&place.ctx, &olim, retention).await.expect("set");
    channels::delete(&place.ctx, &olim, &named("mine"), "Renamed").await.expect("deleted");
    let small = demo::Options { channels: 1, days: 1, ..demo::Options::default() };
    demo::fill(&place.ctx, &place.operator(), small).await.expect("filled");

    let entries = audit::list(&place.ctx, &olim, None).await.expect("listed");
    let told: Vec<_> = entries.iter().rev().map(|entry| (entry.person.as_deref(), entry.action.as_str())).collect();
    assert_eq!(
        told,
        [
            (Some("Olim"), "identity.invite"),
            (Some("Nodira"), "identity.accept_invitation"),
            (Some("Olim"), "identity.set_role"),
            (Some("Olim"), "identity.remove_member"),
            (None, "identity.invite"),
            (Some("Olim"), "identity.revoke_invitation"),
            (Some("Olim"), "identity.create_api_key"),
            (Some("Olim"), "identity.revoke_api_key"),
            (Some("Olim"), "channels.update"),
            (Some("Olim"), "settings.set_retention"),
            (Some("Olim"), "channels.delete"),
            (None, "demo.fill"),
        ]
    );
    assert!(entries.iter().all(|entry| entry.at == NOW));
    let told = format!("{entries:?}");
    assert!(told.contains("Grafana") && !told.contains(secret.reveal()), "{told}");
    let deletion = &entries[1];
    assert_eq!(
        (deletion.subject.as_str(), &deletion.detail["posts"]),
        (channel.slug().as_str(), &serde_json::json!(10))
    );
}

#[tokio::test]
async fn what_was_refused_leaves_no_entry() {
    let place = Place::new().await;
    let olim = place.member("Olim", Role::Owner).await;
    place.channel("mine").await;
    channels::delete(&place.ctx, &olim, &named("mine"), "Another title").await.expect_err("refused");
    let too_short = Retention { snapshots_days: Some(1), daily_days: None };
    settings::set_retention(&place.ctx, &olim, too_short).await.expect_err("refused");
    channels::update(&place.ctx, &olim, &named("mine"), Changes::default()).await.expect("nothing to change");
    assert!(audit::list(&place.ctx, &olim, None).await.expect("listed").is_empty());
}

#[tokio::test]
async fn entries_come_in_pages() {
    let place = Place::new().await;
    for _ in 0..audit::PAGE + 5 {
        invite(&place.ctx, &place.operator(), Role::Viewer).await.expect("invited");
    }
    let first = audit::list(&place.ctx, &place.operator(), None).await.expect("listed");
    assert_eq!(first.len() as i64, audit::PAGE);
    let second = audit::list(&place.ctx, &place.operator(), first.last().map(|entry| entry.id)).await.expect("listed");
    assert_eq!(second.len(), 5);
}
