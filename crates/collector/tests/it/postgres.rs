//! The same on Postgres: what is read, what happens, who holds what.

use collector::Worker;
use fake_telegram::scenario::Fault;
use fake_telegram::world::Delivery;
use services::collect::account::{self, LEASE_S};
use store::testing::on_postgres;

use crate::stage::{NOW, POSTS, Stage, post};

#[tokio::test]
async fn a_channel_is_read_whole_and_followed() {
    on_postgres(|db| async move {
        let stage = Stage::usual_on(db).await;
        stage.befalls_after(1, "messages.getHistory", 1, Fault::FloodWait(5));
        let (mut worker, orbit) = stage.read("orbit").await;
        let cards = account::list(&stage.ctx, &stage.operator).await.expect("listed");
        assert_eq!(cards[0].waits, [("messages.getHistory".to_owned(), NOW + 5)]);
        stage.advance(5);
        stage.connect("moon").await;
        stage.work(&mut worker).await;
        let moon = stage.channel("moon").await;
        stage.assert_same(&moon).await;
        stage.telegram.world.publish("orbit", &post("hello"), Delivery::Once).expect("published");
        let (ctx, operator) = (stage.ctx.clone(), stage.operator.clone());
        stage
            .work_until(&mut worker, "the post", || async {
                let orbit = domain::channels::ChannelRef::parse("orbit");
                let progress = services::collect::session::progress(&ctx, &operator, &orbit).await.expect("progress");
                progress.posts == POSTS + 1
            })
            .await;
        stage.assert_same_now(&mut worker, &orbit).await;
        assert!(stage.progress("orbit").await.stats_at > 0);
        stage.end([worker]).await;
    })
    .await;
}

#[tokio::test]
async fn one_of_many_has_an_account() {
    on_postgres(|db| async move {
        let stage = Stage::usual_on(db).await;
        let id = stage.sign_in(crate::stage::OWNER).await;
        let wanted = (0..6).map(|_| Worker::open(&stage.ctx, id));
        let opened: Vec<Worker> =
            futures::future::join_all(wanted).await.into_iter().filter_map(|one| one.expect("asked")).collect();
        assert_eq!(opened.len(), 1, "one key, one process");
        stage.advance(LEASE_S);
        let heir = Worker::open(&stage.ctx, id).await.expect("asked").expect("the lease has run out");
        assert!(!opened[0].lease().is_ours().await.expect("asked"));
        stage.end(opened.into_iter().chain([heir])).await;
    })
    .await;
}
