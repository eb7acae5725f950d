//! Official statistics, and who sends readers.

use domain::channels::ChannelRef;
use domain::collect::connection::Obstacle;
use domain::posts::Source;
use fake_telegram::scenario::Fault;
use jiff::civil::date;
use services::collect::account::Reads;
use services::collect::session::{self, Again};

use crate::stage::{EVERYTHING, NOW, READER, Stage};

#[tokio::test]
async fn graphs_become_daily_facts_and_the_answer_is_kept() {
    let stage = Stage::new().await;
    let (worker, orbit) = stage.read("orbit").await;
    let mut tx = stage.tx().await;
    let raw = store::collect::statistics::list(&mut tx, orbit.id, 50).await.expect("raw");
    let kinds: Vec<&str> = raw.iter().map(|raw| raw.kind.as_str()).collect();
    assert!(
        kinds.contains(&"broadcast") && kinds.contains(&"growth") && kinds.contains(&"views_by_source"),
        "{kinds:?}"
    );
    assert!(raw.iter().all(|raw| raw.taken_at == NOW && !raw.raw.is_empty()));
    let days = store::collect::list_daily(&mut tx, orbit.id, date(2025, 11, 1), date(2026, 1, 31)).await.expect("days");
    let official: Vec<_> = days.iter().filter(|day| day.sources().any(|source| source == Source::Official)).collect();
    assert!(official.len() >= 20, "{} days", official.len());
    assert!(official.iter().any(|day| day.joined.is_some() && day.left.is_some()));
    let sources =
        store::collect::list_sources(&mut tx, orbit.id, date(2025, 11, 1), date(2026, 1, 31)).await.expect("sources");
    assert!(sources.iter().any(|fact| fact.source == Source::Official && fact.views.is_some()));
    drop(tx);
    assert_eq!(stage.progress("orbit").await.stats_at, NOW);
    stage.end([worker]).await;
}

#[tokio::test]
async fn statistics_are_read_twice_a_day_and_not_more() {
    let stage = Stage::new().await;
    let (mut worker, _) = stage.read("orbit").await;
    let asked = stage.calls("stats.getBroadcastStats");
    stage.advance(6 * 3_600);
    stage.work(&mut worker).await;
    assert_eq!(stage.calls("stats.getBroadcastStats"), asked);
    stage.advance(6 * 3_600);
    stage.work(&mut worker).await;
    assert!(stage.calls("stats.getBroadcastStats") > asked);
    stage.end([worker]).await;
}

#[tokio::test]
async fn only_the_channels_that_were_named_are_asked_for_statistics() {
    let reads = Reads { statistics_of: Some(["moon".to_owned()].into()), ..EVERYTHING };
    let stage = Stage::with("", reads).await;
    let (worker, _) = stage.read("orbit").await;
    assert_eq!(stage.calls("stats.getBroadcastStats"), 0);
    stage.end([worker]).await;
}

#[tokio::test]
async fn who_may_not_see_statistics_reads_everything_else() {
    let stage = Stage::new().await;
    let account = stage.sign_in(READER).await;
    stage.connect("orbit").await;
    let mut worker = stage.worker(account).await;
    stage.work(&mut worker).await;
    let orbit = stage.channel("orbit").await;
    stage.assert_same(&orbit).await;
    assert_eq!(stage.calls("stats.getBroadcastStats"), 0);
    assert!(!stage.progress("orbit").await.can_view_stats);
    assert_eq!(stage.connection("orbit").await.obstacle, None);
    stage.end([worker]).await;
}

#[tokio::test]
async fn a_right_that_goes_costs_the_statistics_alone() {
    let stage = Stage::new().await;
    stage.befalls("stats.getBroadcastStats", 9, Fault::Error(400, "CHAT_ADMIN_REQUIRED".to_owned()));
    let (worker, orbit) = stage.read("orbit").await;
    stage.assert_same(&orbit).await;
    assert!(!stage.progress("orbit").await.can_view_stats);
    assert_eq!(stage.connection("orbit").await.obstacle, None::<Obstacle>);
    stage.end([worker]).await;
}

#[tokio::test]
async fn a_graph_that_has_expired_is_asked_for_anew() {
    let stage = Stage::new().await;
    stage.befalls("stats.loadAsyncGraph", 1, Fault::Error(400, "GRAPH_EXPIRED_RELOAD".to_owned()));
    let (mut worker, orbit) = stage.read("orbit").await;
    stage.advance(5);
    stage.work(&mut worker).await;
    let mut tx = stage.tx().await;
    let raw = store::collect::statistics::list(&mut tx, orbit.id, 50).await.expect("raw");
    assert!(raw.iter().any(|raw| raw.kind == "growth"));
    drop(tx);
    stage.end([worker]).await;
}

#[tokio::test]
async fn channels_that_forward_and_name_ours_are_who_sends_readers() {
    let stage = Stage::new().await;
    let (mut worker, _) = stage.read("orbit").await;
    stage.connect("moon").await;
    stage.work(&mut worker).await;
    let orbit = ChannelRef::parse("orbit");
    let senders = session::senders(&stage.ctx, &stage.operator, &orbit, 0).await.expect("senders");
    let moon = senders.iter().find(|sender| sender.username.as_deref() == Some("moon")).expect("moon sends readers");
    // found in what moon published: a forward and a name; views are those messages'
    assert_eq!((moon.forwards, moon.mentions, moon.title.as_deref()), (1, 1, Some("Moon")));
    assert!(moon.views.is_some_and(|views| views > 0));
    let later = session::senders(&stage.ctx, &stage.operator, &orbit, NOW).await.expect("senders");
    assert!(later.is_empty());
    stage.end([worker]).await;
}

#[tokio::test]
async fn statistics_are_read_again_when_somebody_asks() {
    let stage = Stage::new().await;
    let (mut worker, _) = stage.read("orbit").await;
    let asked = stage.calls("stats.getBroadcastStats");
    stage.advance(60);
    let orbit = ChannelRef::parse("orbit");
    session::read_again(&stage.ctx, &stage.operator, &orbit, Again::Statistics).await.expect("asked");
    stage.work(&mut worker).await;
    assert_eq!(stage.calls("stats.getBroadcastStats"), asked + 1);
    assert_eq!(stage.progress("orbit").await.stats_at, NOW + 60);
    stage.end([worker]).await;
}
