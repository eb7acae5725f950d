//! Best time to post and forecasts, from the store to the screen, on made-up channels.

use std::sync::Arc;

use domain::analytics::period::Period;
use domain::best_time::experiment::{HourOfWeek, Reading, Stage};
use domain::best_time::{AudienceZone, Objective, QuietHours, Settings, Verdict, recommend};
use domain::channels::{Channel, ChannelRef};
use domain::coverage::Origin;
use domain::forecast::ForecastRecord;
use domain::identity::Role;
use domain::screens::{ExperimentProposal, ExperimentView};
use domain::settings::Retention;
use domain::zone::Zone;
use services::best_time::{Asked, Backtested};
use services::collect::retention;
use services::demo::{self, Options};
use services::{Clash, Error, Viewer, What, analytics, audit, best_time, forecast, settings};
use tokio_util::sync::CancellationToken;

use crate::place::{DAY_S, HOUR_S, NOW, Place, named};

const TUESDAY_9: HourOfWeek = HourOfWeek { dow: 1, hour: 9 };
const SUNDAY_20: HourOfWeek = HourOfWeek { dow: 6, hour: 20 };

/// One made-up channel with enough of a past for advice.
async fn demo_channel(days: u32) -> (Place, Channel, ChannelRef) {
    let place = Place::new().await;
    demo::fill(&place.ctx, &place.operator(), Options { seed: 1, channels: 1, days }).await.expect("filled");
    let channel = demo::list_all(&place.ctx).await.expect("listed").remove(0);
    let name = named(&channel.slug());
    (place, channel, name)
}

#[tokio::test]
async fn the_browser_computes_what_the_server_says() {
    let (place, _, name) = demo_channel(120).await;
    let screen = best_time::screen(&place.ctx, &place.operator(), &name).await.expect("a screen");
    let there: domain::screens::BestTimeScreen =
        serde_json::from_str(&serde_json::to_string(&screen).expect("travels")).expect("arrives");
    for objective in Objective::ALL {
        let asked = Asked { objective: Some(objective), ..Asked::default() };
        let said = best_time::best_times(&place.ctx, &place.operator(), &name, &asked).await.expect("answered");
        let settings = Settings { objective, ..there.settings.clone() };
        let computed = recommend(&there.outcomes.dataset(), &settings).advice(there.slug.clone());
        assert_eq!(said.data.advice, computed, "{objective:?}");
        assert_ne!(computed.verdict, Verdict::NotEnoughData, "{objective:?}");
    }
    assert_eq!(there.settings.objective, Objective::At24h, "the headline of a channel whose V(24) is measured");
    assert!(there.zones.len() > 400 && there.near_zones.iter().any(|zone| zone.name() == "Asia/Tashkent"));
}

#[tokio::test]
async fn a_channel_from_one_dump_is_asked_for_its_total_and_a_small_one_says_what_is_missing() {
    let place = Place::new().await;
    let name = named(&place.channel("mine").await.slug());
    let said = best_time::best_times(&place.ctx, &place.operator(), &name, &Asked::default()).await.expect("answered");
    assert_eq!(said.data.advice.verdict, Verdict::NotEnoughData);
    assert!(said.data.advice.missing.is_some_and(|missing| missing > 0));
    assert_eq!(said.data.evidence, None);
    let wrong = Asked { tz: Some("Mars/Olympus".to_owned()), ..Asked::default() };
    match best_time::best_times(&place.ctx, &place.operator(), &name, &wrong).await {
        Err(Error::Invalid { field, .. }) => assert_eq!(field, "tz"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn settings_are_kept_and_the_audit_knows_who_kept_them() {
    let place = Place::new().await;
    let name = named(&place.channel("mine").await.slug());
    let editor = place.member("Eldor", Role::Editor).await;
    let moscow = Zone::find("Europe/Moscow").expect("a zone");
    let wanted = Settings {
        audience: vec![AudienceZone { zone: moscow.clone(), weight: 2.0 }],
        quiet_hours: Some(QuietHours { from: 23, to: 7 }),
        // not the channel's: it does not count
        ..Settings::new(Objective::First3h, moscow)
    };
    for _ in 0..2 {
        best_time::save_settings(&place.ctx, &editor, &name, &wanted).await.expect("kept");
    }
    let screen = best_time::screen(&place.ctx, &editor, &name).await.expect("a screen");
    assert_eq!(screen.settings, Settings { zone: Zone::find("Asia/Tashkent").expect("a zone"), ..wanted.clone() });
    assert!(screen.may_edit && !screen.may_approve);
    let entries = audit::list(&place.ctx, &place.operator(), None).await.expect("listed");
    let saved: Vec<_> = entries.iter().filter(|entry| entry.action == "best_time.save_settings").collect();
    assert_eq!(saved.len(), 1, "the same settings again change nothing");
    assert_eq!((saved[0].person.as_deref(), saved[0].subject.as_str()), (Some("Eldor"), "mine"));
    let wrong = Settings { never_on: vec![9], ..wanted };
    let refused = best_time::save_settings(&place.ctx, &editor, &name, &wrong).await;
    assert!(matches!(refused, Err(Error::Invalid { field, .. }) if field == "never_on"));
}

fn proposal(objective: Objective, slots: &[HourOfWeek]) -> ExperimentProposal {
    ExperimentProposal { objective, slots: slots.to_vec(), blocks: 2 }
}

async fn proposed(place: &Place, viewer: &Viewer, name: &ChannelRef) -> Result<ExperimentView, Error> {
    best_time::propose(&place.ctx, viewer, name, &proposal(Objective::At24h, &[TUESDAY_9, SUNDAY_20])).await
}

#[tokio::test]
async fn an_experiment_goes_from_proposal_to_its_end() {
    let (place, _, name) = demo_channel(60).await;
    let owner = place.member("Olim", Role::Owner).await;
    let view = proposed(&place, &owner, &name).await.expect("proposed");
    assert_eq!(proposed(&place, &owner, &name).await, Err(Error::Conflict(Clash::ExperimentOpen)));
    let early = best_time::assign(&place.ctx, &owner, &name, view.id).await;
    assert_eq!(early, Err(Error::Conflict(Clash::ExperimentMoved)), "nobody has approved it");
    best_time::approve(&place.ctx, &owner, &name, view.id).await.expect("approved");

    let mut seen = Vec::new();
    for _ in 0..2 {
        let view = best_time::assign(&place.ctx, &owner, &name, view.id).await.expect("assigned");
        seen.push(*view.assigned.last().expect("an assignment"));
    }
    let zone = Zone::find("Europe/London").expect("a zone");
    let view = best_time::screen(&place.ctx, &owner, &name).await.expect("a screen").experiment.expect("running");
    for (assigned, post) in view.assigned.iter().zip(view.experiment.assignments()) {
        let slot = (usize::from(post.slot.dow), usize::from(post.slot.hour));
        assert_eq!(zone.weekday_hour(assigned.due_at), slot);
        assert!((NOW..NOW + 7 * DAY_S + HOUR_S).contains(&assigned.due_at));
    }
    assert_eq!(view.next().expect("the next").1.due_at, seen.iter().map(|post| post.due_at).min().expect("two"));
    let full = best_time::assign(&place.ctx, &owner, &name, view.id).await;
    assert_eq!(full, Err(Error::Conflict(Clash::SlotsAhead)), "one post a slot waits already");

    let view = best_time::withdraw(&place.ctx, &owner, &name, view.id, 0).await.expect("withdrawn");
    assert_eq!(view.experiment.assignments()[0].result, Reading::Withdrawn);
    let view = best_time::assign(&place.ctx, &owner, &name, view.id).await.expect("room again");
    let dues: std::collections::BTreeSet<i64> = view.assigned.iter().map(|post| post.due_at).collect();
    assert_eq!(dues.len(), 3, "two posts never wait for the same hour");
    let stopped = best_time::stop(&place.ctx, &owner, &name, view.id).await.expect("stopped");
    assert_eq!(stopped.experiment.stage(), Stage::Stopped);
    proposed(&place, &owner, &name).await.expect("another one may be proposed");

    let entries = audit::list(&place.ctx, &owner, None).await.expect("listed");
    for action in ["propose_experiment", "approve_experiment", "assign_slot", "withdraw_post", "stop_experiment"] {
        let action = format!("best_time.{action}");
        assert!(
            entries.iter().any(|entry| entry.action == action && entry.person.as_deref() == Some("Olim")),
            "{action}"
        );
    }
}

#[tokio::test]
async fn experiments_that_cannot_be_are_refused_and_foreign_ones_unknown() {
    let (place, _, name) = demo_channel(60).await;
    let operator = place.operator();
    for (wrong, field) in [
        (proposal(Objective::At24h, &[TUESDAY_9]), "slots"),
        (proposal(Objective::At24h, &[TUESDAY_9, TUESDAY_9]), "slots"),
        (proposal(Objective::At24h, &[TUESDAY_9, HourOfWeek { dow: 9, hour: 1 }]), "slots"),
        (ExperimentProposal { blocks: 0, ..proposal(Objective::At24h, &[TUESDAY_9, SUNDAY_20]) }, "blocks"),
    ] {
        let refused = best_time::propose(&place.ctx, &operator, &name, &wrong).await;
        assert!(matches!(&refused, Err(Error::Invalid { field: named, .. }) if named == field), "{refused:?}");
    }
    let small = named(&place.channel("small").await.slug());
    let refused = proposed(&place, &operator, &small).await;
    assert!(matches!(&refused, Err(Error::Invalid { field, .. }) if field == "objective"), "{refused:?}");
    let view = proposed(&place, &operator, &name).await.expect("proposed");
    let elsewhere = best_time::approve(&place.ctx, &operator, &small, view.id).await;
    assert_eq!(elsewhere, Err(Error::NotFound(What::Experiment)), "an experiment of another channel");
    best_time::stop(&place.ctx, &operator, &name, view.id).await.expect("stopped");
    let screen = best_time::screen(&place.ctx, &operator, &name).await.expect("a screen");
    assert_eq!(screen.experiment, None, "it was stopped before it began");
}

#[tokio::test]
async fn evidence_stands_beside_the_advice_once_it_was_made() {
    let (place, _, name) = demo_channel(120).await;
    let runs = best_time::refresh_evidence(&place.ctx, &CancellationToken::new()).await.expect("run");
    assert_eq!(runs, 4, "three objectives and the forecasts");
    let screen = best_time::screen(&place.ctx, &place.operator(), &name).await.expect("a screen");
    let objectives: Vec<_> = screen.evidence.iter().map(|(objective, _)| *objective).collect();
    assert_eq!(objectives, Objective::ALL);
    let asked = Asked { objective: Some(Objective::Total), ..Asked::default() };
    let said = best_time::best_times(&place.ctx, &place.operator(), &name, &asked).await.expect("answered");
    let evidence = said.data.evidence.as_ref().expect("evidence");
    assert_eq!((evidence.made_at, evidence.version), (NOW, screen.freshness.version));
    assert!(evidence.backtest.posts_scored > 0 && evidence.permuted.runs > 0, "{evidence:?}");
    let json = serde_json::to_value(&said).expect("JSON");
    assert!(json["data"]["evidence"]["log_error_model"].is_number(), "{json}");
    assert!(json["data"]["slots"].is_array() && json["data"].get("backtest").is_none(), "{json}");
}

#[tokio::test]
async fn a_backtest_is_the_same_twice_and_can_be_stopped() {
    let (place, _, name) = demo_channel(90).await;
    let asked = Asked { seed: Some(7), ..Asked::default() };
    let run = async |cancel: &CancellationToken| {
        best_time::backtest(&place.ctx, &place.operator(), &name, &asked, 8, Arc::new(()), cancel).await.expect("run")
    };
    let first = run(&CancellationToken::new()).await;
    assert_eq!(run(&CancellationToken::new()).await, first);
    let Backtested::Done(report) = &first else { panic!("{first:?}") };
    let loaded = best_time::screen(&place.ctx, &place.operator(), &name).await.expect("a screen");
    let settings = Settings { seed: 7, ..loaded.settings };
    let alone = domain::best_time::backtest::run(&loaded.outcomes.dataset(), &settings, 8, |_| ());
    assert_eq!(**report, alone, "as many threads as there are, or one");
    let cancelled = CancellationToken::new();
    cancelled.cancel();
    assert_eq!(run(&cancelled).await, Backtested::Cancelled);
}

#[tokio::test]
async fn young_posts_show_what_is_expected_of_them_everywhere() {
    let (place, _, name) = demo_channel(60).await;
    let viewer = place.operator();
    let dashboard = analytics::dashboard_screen(&place.ctx, &viewer, &name, Period::default()).await.expect("a screen");
    let newest = &dashboard.latest[0];
    let expected = newest.forecast.as_ref().expect("a forecast of the newest post");
    assert_eq!(expected.forecast.horizons.iter().map(|horizon| horizon.h).collect::<Vec<_>>(), [24, 48, 168]);
    assert!(expected.band.iter().all(|point| point.at_h <= 24.0));
    assert_eq!(dashboard.forecast_coverage, None, "nothing was measured yet");
    best_time::refresh_evidence(&place.ctx, &CancellationToken::new()).await.expect("run");
    let post = analytics::post(&place.ctx, &viewer, &name, newest.post.post_id).await.expect("a page");
    assert_eq!(post.forecast.as_ref().map(|own| &own.forecast), Some(&expected.forecast));
    // in a week this channel posts more than what is usual is told from
    assert!(post.span_h <= 48.0 && post.usual.n >= 20, "up to {} h, by {} posts", post.span_h, post.usual.n);
    assert_eq!(post.usual.ages_h.last(), Some(&post.span_h));
    assert!(post.forecast.is_some_and(|own| own.band.last().is_some_and(|point| point.at_h > 100.0)));
    let coverage = post.forecast_coverage.expect("by the backtest");
    assert_eq!(coverage.origin, Origin::Backtest);
    assert!((0.5..=1.0).contains(&coverage.coverage80), "{coverage:?}");
    let all = analytics::analytics_screen(&place.ctx, &viewer, &name, Period::default()).await.expect("a screen");
    let ids = [newest.post.post_id, all.dataset.posts.post_id[0]];
    let compared = analytics::compare_posts(&place.ctx, &viewer, &name, &ids).await.expect("curves");
    assert_eq!(compared.forecasts.len(), 2);
    assert!(compared.forecasts[0].is_some() && compared.forecasts[1].is_none(), "an old post has its outcome");
}

#[tokio::test]
async fn coverage_is_measured_on_what_was_kept_and_retention_takes_it_along() {
    let (place, channel, name) = demo_channel(30).await;
    for _ in 0..(9 * 24) {
        place.clock.advance(HOUR_S);
        demo::advance(&place.ctx, &channel).await.expect("advanced");
        forecast::keep(&place.ctx, &channel).await.expect("kept");
    }
    let dashboard =
        analytics::dashboard_screen(&place.ctx, &place.operator(), &name, Period::default()).await.expect("a screen");
    let coverage = dashboard.forecast_coverage.expect("enough outcomes");
    assert_eq!(coverage.origin, Origin::Kept);
    assert!((0.6..=0.95).contains(&coverage.coverage80), "{coverage:?}");
    settings::set_retention(&place.ctx, &place.operator(), Retention { snapshots_days: Some(30), daily_days: None })
        .await
        .expect("set");
    place.clock.advance(40 * DAY_S);
    retention::apply(&place.ctx, &CancellationToken::new()).await.expect("trimmed");
    let mut tx = place.ctx.db.read().await.expect("tx");
    let left: Vec<ForecastRecord> = store::forecast::list(&mut tx, channel.id, 10).await.expect("listed");
    assert_eq!(left, []);
}
