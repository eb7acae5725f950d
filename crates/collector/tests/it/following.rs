//! What happens from now on: posts, edits, deletions, counters of young posts.

use domain::collect::snapshot_schedule::AGES_S;
use fake_telegram::scenario::PostPlan;
use fake_telegram::world::Delivery;
use store::collect::{deletions, watch};

use crate::stage::{NOW, OWNER, Stage, post};

#[tokio::test]
async fn posts_edits_and_deletions_are_taken_in_as_they_happen() {
    let stage = Stage::new().await;
    let (mut worker, orbit) = stage.read("orbit").await;
    let world = &stage.telegram.world;
    stage.advance(60);
    let id = world.publish("orbit", &post("hello"), Delivery::Once).expect("published")[0];
    let text = |ctx: services::Ctx, channel| async move {
        let mut tx = ctx.db.read().await.expect("tx");
        let posts = store::collect::find_posts(&mut tx, channel, std::iter::once(i64::from(id))).await.expect("posts");
        posts.get(&i64::from(id)).and_then(|post| post.text.clone())
    };
    let (ctx, channel) = (stage.ctx.clone(), orbit.id);
    stage
        .work_until(&mut worker, "the post", || async { text(ctx.clone(), channel).await.as_deref() == Some("hello") })
        .await;
    world.edit("orbit", id, "hello, all", Delivery::Once).expect("edited");
    stage
        .work_until(&mut worker, "the edit", || async {
            text(ctx.clone(), channel).await.as_deref() == Some("hello, all")
        })
        .await;
    world.delete("orbit", &[id], Delivery::Once).expect("deleted");
    stage
        .work_until(&mut worker, "the deletion", || async {
            let mut tx = ctx.db.read().await.expect("tx");
            deletions::list(&mut tx, channel).await.expect("listed") == [(i64::from(id), NOW + 60)]
        })
        .await;
    assert!(text(ctx.clone(), channel).await.is_some(), "what was measured stays");
    stage.assert_same_now(&mut worker, &orbit).await;
    stage.end([worker]).await;
}

#[tokio::test]
async fn an_album_that_arrives_in_parts_is_one_post() {
    let stage = Stage::new().await;
    let (mut worker, orbit) = stage.read("orbit").await;
    let album = PostPlan { album: Some(4), ..post("four pictures") };
    let ids = stage.telegram.world.publish("orbit", &album, Delivery::Once).expect("published");
    let (ctx, first, last) = (stage.ctx.clone(), i64::from(ids[0]), i64::from(ids[3]));
    stage
        .work_until(&mut worker, "the album", || async {
            let mut tx = ctx.db.read().await.expect("tx");
            let posts = store::collect::find_posts(&mut tx, orbit.id, [first, last].into_iter()).await.expect("posts");
            posts.len() == 1 && posts.get(&first).is_some_and(|post| post.album_size == Some(4))
        })
        .await;
    stage.assert_same(&orbit).await;
    stage.end([worker]).await;
}

#[tokio::test]
async fn what_was_published_while_nobody_listened_is_found() {
    let stage = Stage::new().await;
    let (worker, orbit) = stage.read("orbit").await;
    worker.close().await;
    stage.advance(600);
    for number in 0..120 {
        stage.telegram.world.publish("orbit", &post(&format!("note {number}")), Delivery::Withheld).expect("published");
    }
    // a sweep is due, and what it does not reach is a gap
    stage.advance(1_800);
    let account = stage.progress("orbit").await.account.expect("an account");
    let mut worker = stage.worker(account).await;
    let (ctx, operator) = (stage.ctx.clone(), stage.operator.clone());
    stage
        .work_until(&mut worker, "all of them", || async {
            let orbit = domain::channels::ChannelRef::parse("orbit");
            let progress = services::collect::session::progress(&ctx, &operator, &orbit).await.expect("progress");
            progress.posts == crate::stage::POSTS + 120 && progress.unread == 0
        })
        .await;
    stage.work(&mut worker).await;
    stage.assert_same_now(&mut worker, &orbit).await;
    stage.end([worker]).await;
}

#[tokio::test]
async fn a_post_that_was_not_told_of_is_found_by_the_gap_before_the_next() {
    let stage = Stage::new().await;
    let (mut worker, orbit) = stage.read("orbit").await;
    let world = &stage.telegram.world;
    let lost = world.publish("orbit", &post("not told"), Delivery::Withheld).expect("published")[0];
    let next = world.publish("orbit", &post("told twice"), Delivery::Twice).expect("published")[0];
    let ctx = stage.ctx.clone();
    stage
        .work_until(&mut worker, "both", || async {
            let mut tx = ctx.db.read().await.expect("tx");
            let ids = [i64::from(lost), i64::from(next)];
            store::collect::find_posts(&mut tx, orbit.id, ids.into_iter()).await.expect("posts").len() == 2
        })
        .await;
    stage.work(&mut worker).await;
    stage.assert_same(&orbit).await;
    stage.end([worker]).await;
}

#[tokio::test]
async fn young_posts_are_read_at_every_age_in_as_few_calls_as_hold_them() {
    let stage = Stage::new().await;
    let (mut worker, orbit) = stage.read("orbit").await;
    let world = &stage.telegram.world;
    let mut ids = Vec::new();
    for number in 0..30 {
        ids.extend(world.publish("orbit", &post(&format!("note {number}")), Delivery::Once).expect("published"));
    }
    let ctx = stage.ctx.clone();
    let known = || async {
        let mut tx = ctx.db.read().await.expect("tx");
        let wanted = ids.iter().map(|id| i64::from(*id));
        store::collect::find_posts(&mut tx, orbit.id, wanted).await.expect("posts").len() == 30
    };
    stage.work_until(&mut worker, "the posts", known).await;
    let mut moments = vec![NOW];
    for age in AGES_S {
        stage.advance(NOW + age - stage.ctx.now());
        let before = stage.calls("channels.getMessages");
        stage.work(&mut worker).await;
        moments.push(NOW + age);
        // older posts of the channel are watched too: 100 ids a call
        let calls = stage.calls("channels.getMessages") - before;
        assert!((1..=2).contains(&calls), "{calls} calls at {age} s");
    }
    let mut tx = stage.tx().await;
    let newest = i64::from(*ids.last().expect("posts"));
    let series = store::collect::find_series(&mut tx, orbit.id, std::iter::once(newest)).await.expect("series");
    let taken: Vec<i64> = series[&newest].iter().map(|snapshot| snapshot.at).collect();
    for moment in moments {
        assert!(taken.contains(&moment), "no reading at {} s: {taken:?}", moment - NOW);
    }
    let watched = watch::list(&mut tx, orbit.id).await.expect("watched");
    assert!(watched.iter().all(|post| post.post_id != newest), "it is read no more");
    drop(tx);
    stage.end([worker]).await;
}

#[tokio::test]
async fn a_post_deleted_while_nobody_listened_is_noticed_at_its_next_reading() {
    let stage = Stage::new().await;
    let (mut worker, orbit) = stage.read("orbit").await;
    let newest = stage.progress("orbit").await.newest_id;
    stage
        .telegram
        .world
        .delete("orbit", &[i32::try_from(newest).expect("an id")], Delivery::Withheld)
        .expect("deleted");
    stage.advance(1_800);
    stage.work(&mut worker).await;
    let mut tx = stage.tx().await;
    let gone = deletions::list(&mut tx, orbit.id).await.expect("listed");
    assert_eq!(gone, [(newest, NOW + 1_800)]);
    drop(tx);
    stage.assert_same_now(&mut worker, &orbit).await;
    stage.end([worker]).await;
}

#[tokio::test]
async fn what_was_told_is_written_before_the_account_is_let_go() {
    let stage = Stage::new().await;
    let (mut worker, orbit) = stage.read("orbit").await;
    let world = &stage.telegram.world;
    // an edit is told once: no sweep finds that of an old post
    let old = i32::try_from(stage.progress("orbit").await.newest_id - 200).expect("an id");
    let told = world.publish("orbit", &post("a first sign"), Delivery::Once).expect("published")[0];
    let ctx = stage.ctx.clone();
    stage
        .work_until(&mut worker, "the first sign", || async {
            let mut tx = ctx.db.read().await.expect("tx");
            let id = i64::from(told);
            !store::collect::find_posts(&mut tx, orbit.id, std::iter::once(id)).await.expect("posts").is_empty()
        })
        .await;
    world.edit("orbit", old, "put right", Delivery::Once).expect("edited");
    // long enough to come, and nobody takes it in
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    worker.close().await;
    let account = stage.progress("orbit").await.account.expect("an account");
    let mut worker = stage.worker(account).await;
    stage
        .work_until(&mut worker, "the edit", || async {
            let mut tx = ctx.db.read().await.expect("tx");
            let id = i64::from(old);
            let posts = store::collect::find_posts(&mut tx, orbit.id, std::iter::once(id)).await.expect("posts");
            posts[&id].text.as_deref() == Some("put right")
        })
        .await;
    stage.end([worker]).await;
}

#[tokio::test]
async fn with_updates_off_nothing_is_followed() {
    let reads = services::collect::account::Reads { updates: false, ..crate::stage::EVERYTHING };
    let stage = Stage::with("", reads).await;
    let account = stage.sign_in(OWNER).await;
    stage.connect("orbit").await;
    let mut worker = stage.worker(account).await;
    stage.work(&mut worker).await;
    assert_eq!((stage.calls("updates.getState"), stage.calls("channels.getMessages")), (0, 0));
    stage.end([worker]).await;
}
