//! A channel is read from the newest message down: resumable, whole, and the same as any client reads it.

use domain::channels::ChannelRef;
use domain::posts::{MediaType, Source};
use fake_telegram::scenario::Fault;
use jiff::civil::date;
use services::channels::{self, Changes};
use services::collect::session::{self, Again};
use store::collect::reading;

use crate::stage::{NOW, OWNER, POSTS, Stage};

#[tokio::test]
async fn what_is_stored_is_what_telegram_has() {
    let stage = Stage::new().await;
    let (worker, orbit) = stage.read("@orbit").await;
    assert_eq!((orbit.title.as_str(), orbit.username.as_deref()), ("Orbit", Some("orbit")));
    stage.assert_same(&orbit).await;
    let progress = stage.progress("orbit").await;
    assert_eq!((progress.unread, progress.posts), (0, POSTS));
    assert_eq!(stage.connection("orbit").await.heard_at, Some(NOW));
    let mut tx = stage.tx().await;
    let days = store::collect::list_daily(&mut tx, orbit.id, date(2025, 11, 1), date(2026, 1, 31)).await.expect("days");
    let today = days.iter().find(|day| day.subscribers == Some(1_500)).expect("members are noted");
    assert_eq!(today.day.to_string(), "2026-01-10");
    drop(tx);
    stage.end([worker]).await;
}

#[tokio::test]
async fn an_album_is_one_post_and_a_forward_is_marked() {
    let stage = Stage::new().await;
    let (worker, moon) = stage.read("moon").await;
    stage.assert_same(&moon).await;
    let mut tx = stage.tx().await;
    let ids = store::collect::list_post_ids(&mut tx, moon.id).await.expect("ids");
    assert_eq!(ids, [5, 6, 12], "no service messages, one post for three pictures");
    let posts = store::collect::find_posts(&mut tx, moon.id, ids.into_iter()).await.expect("posts");
    assert_eq!((posts[&6].album_size, posts[&6].media_type), (Some(3), Some(MediaType::Album)));
    assert_eq!(posts[&6].text.as_deref(), Some("an album"));
    assert_eq!((posts[&5].forwarded, posts[&12].forwarded), (Some(true), Some(false)));
    assert_eq!((posts[&12].source, posts[&12].counted_at), (Source::Measured, Some(NOW)));
    drop(tx);
    stage.end([worker]).await;
}

#[tokio::test]
async fn reading_goes_on_where_a_process_has_died() {
    let stage = Stage::new().await;
    let account = stage.sign_in(OWNER).await;
    let orbit = stage.connect("orbit").await;
    let mut worker = stage.worker(account).await;
    // found, looked at, its newest page
    for _ in 0..2 {
        worker.turn().await;
    }
    let before = stage.progress("orbit").await;
    assert!(before.posts >= 90 && before.unread > 0, "{before:?}");
    // nothing is let go, nothing is kept
    drop(worker);
    stage.advance(services::collect::account::LEASE_S);
    let read = stage.calls("messages.getHistory");
    let mut worker = stage.worker(account).await;
    stage.work(&mut worker).await;
    // two slices, and the look below them that finds nothing
    assert_eq!(stage.calls("messages.getHistory") - read, 3, "what was read is not read again");
    stage.assert_same_now(&mut worker, &stage.channel("orbit").await).await;
    assert_eq!(orbit.id, stage.channel("orbit").await.id);
    stage.end([worker]).await;
}

#[tokio::test]
async fn a_page_that_was_cut_off_is_read_again_and_nothing_is_doubled() {
    let stage = Stage::new().await;
    let account = stage.sign_in(OWNER).await;
    stage.connect("orbit").await;
    for patience_ms in [5, 15, 25, 40] {
        let worker = stage.worker(account).await;
        let stopping = tokio_util::sync::CancellationToken::new();
        let running = tokio::spawn(worker.run(stopping.clone()));
        tokio::time::sleep(std::time::Duration::from_millis(patience_ms)).await;
        // as a kill does it: in the middle of whatever it was
        running.abort();
        let _ = running.await;
        stage.advance(services::collect::account::LEASE_S);
    }
    let mut worker = stage.worker(account).await;
    stage.work(&mut worker).await;
    stage.assert_same_now(&mut worker, &stage.channel("orbit").await).await;
    stage.end([worker]).await;
}

#[tokio::test]
async fn reading_everything_again_reads_the_counters_anew() {
    let stage = Stage::new().await;
    let (mut worker, orbit) = stage.read("orbit").await;
    stage.advance(3_600);
    let newest = ChannelRef::parse("orbit");
    session::read_again(&stage.ctx, &stage.operator, &newest, Again::Everything).await.expect("asked");
    stage.work(&mut worker).await;
    stage.assert_same(&orbit).await;
    stage.end([worker]).await;
}

#[tokio::test]
async fn without_history_only_what_is_new_is_read() {
    let reads = services::collect::account::Reads { history: false, ..crate::stage::EVERYTHING };
    let stage = Stage::with("", reads).await;
    let (mut worker, orbit) = stage.read("orbit").await;
    let progress = stage.progress("orbit").await;
    assert!(progress.posts <= 100 && progress.unread > 100, "{progress:?}");
    // switched on later, the rest is read
    worker.close().await;
    let ctx = stage.ctx_with(|accounts| accounts.reads.history = true);
    worker = collector::Worker::open(&ctx, progress.account.expect("an account")).await.expect("opened").expect("free");
    stage.work(&mut worker).await;
    stage.assert_same(&orbit).await;
    stage.end([worker]).await;
}

#[tokio::test]
async fn a_message_of_the_future_costs_nobody_else_anything() {
    let stage = Stage::new().await;
    stage.befalls("messages.getHistory", 1, Fault::FutureMessage);
    let (worker, orbit) = stage.read("orbit").await;
    // cut in two and asked for again, the message at fault was the answer's and not the channel's
    stage.assert_same(&orbit).await;
    assert_eq!(stage.connection("orbit").await.obstacle, None);
    stage.end([worker]).await;
}

#[tokio::test]
async fn a_channel_with_another_owner_of_the_name_is_read_from_the_start() {
    let stage = Stage::new().await;
    let (mut worker, moon) = stage.read("moon").await;
    let mut tx = stage.ctx.db.write().await.expect("tx");
    let known = reading::find(&mut tx, moon.id).await.expect("found").expect("it is read");
    // as if the name had been another channel's
    let other =
        reading::Reading { peer_id: known.peer_id + 1, newest_id: 9_999, access_hash: None, looked_at: 0, ..known };
    reading::upsert(&mut tx, &other).await.expect("written");
    tx.commit().await.expect("commit");
    stage.work(&mut worker).await;
    assert_eq!(stage.progress("moon").await.newest_id, 12);
    stage.end([worker]).await;
}

#[tokio::test]
async fn a_title_that_a_person_gave_stays() {
    let stage = Stage::new().await;
    let (mut worker, orbit) = stage.read("orbit").await;
    assert_eq!(orbit.title, "Orbit", "Telegram's, at first");
    let ours = Changes { title: Some("Our orbit".to_owned()), zone: None };
    channels::update(&stage.ctx, &stage.operator, &ChannelRef::parse("orbit"), ours).await.expect("changed");
    stage.advance(6 * 3_600);
    stage.work(&mut worker).await;
    assert_eq!(stage.progress("orbit").await.looked_at, NOW + 6 * 3_600);
    assert_eq!(stage.channel("orbit").await.title, "Our orbit");
    stage.end([worker]).await;
}
