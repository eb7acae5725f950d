//! What the bot hears of a channel that it administers, from Telegram's update to what is stored.

use domain::analytics::Query;
use domain::channels::{Channel, ChannelRef};
use domain::collect::connection::Obstacle;
use domain::posts::{MediaType, Source};
use fake_telegram::scenario::{Media, PostPlan, Service};
use fake_telegram::world::Delivery;
use services::analytics;
use services::collect::connection;
use store::collect::PostFacts;

use crate::stage::{ANYA, NODIRA, Stage, TIMUR};

async fn connected() -> (Stage, Channel) {
    let stage = Stage::new().await;
    stage.ask(ANYA, "/start").await;
    stage.answer(ANYA, |anya| anya.adds_bot("orbit", true).expect("added")).await;
    stage.answer(ANYA, |anya| anya.forwards("orbit", 1_005).expect("sent")).await;
    stage.until_states(&[("handled", 3)]).await;
    let viewer = stage.viewer(ANYA).await;
    let channel = services::channels::find(&stage.ctx, &viewer, &ChannelRef::parse("orbit")).await.expect("connected");
    (stage, channel)
}

async fn posts(stage: &Stage, channel: &Channel) -> Vec<PostFacts> {
    let mut tx = stage.ctx.db.read().await.expect("tx");
    store::collect::list_posts_by_id(&mut tx, channel.id, 0, 100).await.expect("posts")
}

#[tokio::test]
async fn posts_edits_and_albums_are_heard_and_views_are_not_made_up() {
    let (stage, channel) = connected().await;
    let world = &stage.telegram.world;
    let publish = |plan: PostPlan| world.publish("orbit", &plan, Delivery::Once).expect("published")[0];
    let text = publish(PostPlan { text: "First".to_owned(), ..PostPlan::default() });
    world.edit("orbit", text, "First, mended", Delivery::Once).expect("edited");
    let album = publish(PostPlan { text: "Three pictures".to_owned(), album: Some(3), ..PostPlan::default() });
    let gif =
        publish(PostPlan { media: Media::Gif, forwarded_from: Some("Somebody".to_owned()), ..PostPlan::default() });
    publish(PostPlan { service: Some(Service::Pinned), ..PostPlan::default() });
    stage.until_states(&[("handled", 3 + 2 + 3 + 1)]).await;

    let posts = posts(&stage, &channel).await;
    let shown: Vec<_> = posts
        .iter()
        .map(|post| (post.post_id, post.text.as_deref(), post.media_type, post.album_size, post.forwarded))
        .collect();
    assert_eq!(
        shown,
        [
            (text.into(), Some("First, mended"), Some(MediaType::Text), None, Some(false)),
            (album.into(), Some("Three pictures"), Some(MediaType::Album), Some(3), Some(false)),
            (gif.into(), None, Some(MediaType::Animation), None, Some(true)),
        ]
    );
    assert!(posts.iter().all(|post| post.counters.views.is_none() && post.source == Source::Measured), "{posts:?}");
    stage.end().await;
}

#[tokio::test]
async fn reactions_are_read_and_who_came_by_which_link_is_counted() {
    let (stage, channel) = connected().await;
    let world = &stage.telegram.world;
    let text = "What do you think?".to_owned();
    let plan =
        PostPlan { text, reactions: vec![("👍".to_owned(), 80), ("🔥".to_owned(), 20)], ..PostPlan::default() };
    let post = world.publish("orbit", &plan, Delivery::Once).expect("published")[0];
    stage.person(TIMUR).joins("orbit", Some("https://t.me/+poster")).expect("joins");
    stage.person(NODIRA).joins("orbit", None).expect("joins");
    stage.person(TIMUR).leaves("orbit").expect("leaves");
    stage.until_states(&[("handled", 3 + 1 + 3)]).await;
    world.advance(3_600);
    let expected = world.lock().channel_named("orbit").expect("there").posts[&post].counts(world.clock.now()).reactions;
    let told = world.lock().bots.values().map(|bot| bot.updates.len()).sum::<usize>();
    assert!(told > 0, "counts of reactions are told");
    stage.until_all_is_handled().await;

    let mut tx = stage.ctx.db.read().await.expect("tx");
    let readings = store::analytics::snapshots(&mut tx, channel.id, post.into()).await.expect("read");
    drop(tx);
    let readings: Vec<_> =
        readings.iter().map(|reading| (reading.at, reading.counters.reactions, reading.counters.views)).collect();
    assert_eq!(readings, [(world.clock.now(), expected, None)]);
    assert!(expected.is_some_and(|count| count > 0));

    let viewer = stage.viewer(ANYA).await;
    let asked = analytics::growth(&stage.ctx, &viewer, &ChannelRef::parse("orbit"), &Query::default()).await;
    let joins = asked.expect("answered").data.invite_links;
    let joins: Vec<_> = joins.iter().map(|link| (link.link.as_str(), link.joined)).collect();
    assert_eq!(joins, [("t.me/+poster", 1)]);
    stage.end().await;
}

#[tokio::test]
async fn rights_that_are_lost_stand_in_the_way_until_they_are_back() {
    let (stage, _) = connected().await;
    let obstacle = async || {
        let viewer = stage.viewer(ANYA).await;
        connection::list(&stage.ctx, &viewer).await.expect("listed")[0].obstacle
    };
    assert_eq!(obstacle().await, None);
    stage.person(ANYA).adds_bot("orbit", false).expect("removed");
    stage.until_states(&[("handled", 4)]).await;
    assert_eq!(obstacle().await, Some(Obstacle::NotAdministrator));
    stage.person(ANYA).adds_bot("orbit", true).expect("added");
    stage.until_states(&[("handled", 5)]).await;
    assert_eq!(obstacle().await, None);
    stage.end().await;
}
