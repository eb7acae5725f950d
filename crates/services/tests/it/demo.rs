//! Made-up channels: the same for the same seed, believable, and alive.

use domain::analytics::Query;
use domain::analytics::query::Bound;
use domain::best_time::{Objective, Verdict};
use domain::channels::Channel;
use domain::posts::MediaType;
use domain::zone::{Zone, add_days};
use services::best_time::Asked;
use services::demo::{self, Options, Outcome};
use services::{Error, analytics, best_time, channels};
use store::collect::PostFacts;

use crate::place::{DAY_S, HOUR_S, NOW, Place, named};

const SMALL: Options = Options { seed: 7, channels: 3, days: 60 };

async fn posts(place: &Place, channel: &Channel) -> Vec<PostFacts> {
    let mut tx = place.ctx.db.read().await.expect("tx");
    store::collect::list_posts(&mut tx, channel.id, 0, i64::MAX, None, 10_000).await.expect("posts")
}

async fn snapshots(place: &Place, channel: &Channel) -> Vec<store::collect::Series> {
    let mut tx = place.ctx.db.read().await.expect("tx");
    store::collect::list_series(&mut tx, channel.id, i64::MIN, 10_000).await.expect("series")
}

async fn filled(options: Options) -> (Place, Vec<Channel>) {
    let place = Place::new().await;
    demo::fill(&place.ctx, &place.operator(), options).await.expect("filled");
    let made = demo::list_all(&place.ctx).await.expect("listed");
    (place, made)
}

#[tokio::test]
async fn the_same_seed_makes_the_same_and_another_seed_another() {
    let (first, channels) = filled(SMALL).await;
    let (second, same) = filled(SMALL).await;
    let (third, other) = filled(Options { seed: 8, ..SMALL }).await;
    assert_eq!(posts(&first, &channels[0]).await, posts(&second, &same[0]).await);
    assert_eq!(snapshots(&first, &channels[0]).await, snapshots(&second, &same[0]).await);
    assert_ne!(posts(&first, &channels[0]).await, posts(&third, &other[0]).await);
}

#[tokio::test]
async fn three_languages_three_zones_and_the_label() {
    let (_, made) = filled(SMALL).await;
    assert!(made.iter().all(|channel| channel.demo));
    let zones: Vec<_> = made.iter().map(|channel| channel.zone.as_str()).collect();
    for zone in ["Europe/London", "Asia/Tashkent", "Europe/Moscow"] {
        assert!(zones.contains(&zone), "{zones:?}");
    }
}

#[tokio::test]
async fn filling_again_changes_nothing() {
    let (place, made) = filled(SMALL).await;
    let before = (posts(&place, &made[1]).await, snapshots(&place, &made[1]).await);
    place.clock.advance(DAY_S);
    let again = demo::fill(&place.ctx, &place.operator(), SMALL).await.expect("filled");
    assert!(again.iter().all(|filled| filled.outcome == Outcome::AlreadyThere), "{again:?}");
    assert_eq!((posts(&place, &made[1]).await, snapshots(&place, &made[1]).await), before);
    assert_eq!(demo::list_all(&place.ctx).await.expect("listed").len(), 3);
}

#[tokio::test]
async fn a_channel_that_is_not_made_up_is_left_alone() {
    let place = Place::new().await;
    let real = place.channel("orbit_daily_demo").await;
    let before = posts(&place, &real).await;
    let filled = demo::fill(&place.ctx, &place.operator(), Options { channels: 1, ..SMALL }).await.expect("filled");
    assert_eq!(filled[0].outcome, Outcome::NameTaken);
    assert_eq!(demo::advance(&place.ctx, &real).await, Ok(false));
    assert_eq!(posts(&place, &real).await, before);
}

#[tokio::test]
async fn more_channels_than_the_cast_has_get_numbers() {
    let (_, made) = filled(Options { channels: 7, days: 2, seed: 1 }).await;
    let mut names: Vec<_> = made.iter().map(|channel| channel.title.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 7);
    assert!(names.contains(&"Orbit Daily 2"), "{names:?}");
}

#[tokio::test]
async fn sizes_that_cannot_be_meant_are_refused() {
    let place = Place::new().await;
    for (options, field) in [
        (Options { channels: 0, ..SMALL }, "channels"),
        (Options { channels: 51, ..SMALL }, "channels"),
        (Options { days: 0, ..SMALL }, "days"),
        (Options { days: 100_000, ..SMALL }, "days"),
    ] {
        match demo::fill(&place.ctx, &place.operator(), options).await {
            Err(Error::Invalid { field: named, .. }) => assert_eq!(named, field),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn view_curves_are_those_of_the_definitions() {
    let (place, made) = filled(Options { days: 120, ..SMALL }).await;
    for channel in &made {
        // posts old enough to have their final counts
        let query = Query {
            from: Some(Bound::Instant(NOW - 120 * DAY_S)),
            to: Some(Bound::Instant(NOW - 31 * DAY_S)),
            ..Query::default()
        };
        let answer = analytics::view_curve(&place.ctx, &place.operator(), &named(&channel.slug()), &query)
            .await
            .expect("answered");
        let share =
            |h| answer.data.iter().find(|point| point.h == h).and_then(|point| point.mean_share).expect("measured");
        assert!((0.42..0.58).contains(&share(24)), "{}: {}", channel.title, share(24));
        assert!((0.55..0.69).contains(&share(48)), "{}: {}", channel.title, share(48));
        assert!((0.60..0.74).contains(&share(72)), "{}: {}", channel.title, share(72));
        assert!((0.86..0.97).contains(&share(168)), "{}: {}", channel.title, share(168));
        let shares: Vec<f64> = answer.data.iter().filter_map(|point| point.mean_share).collect();
        assert!(shares.is_sorted(), "{shares:?}");
    }
}

#[tokio::test]
async fn the_past_has_what_a_real_one_has() {
    let (place, made) = filled(Options { days: 120, ..SMALL }).await;
    let all = posts(&place, &made[0]).await;
    assert!((200..700).contains(&all.len()), "{} posts", all.len());
    for media in [MediaType::Album, MediaType::Poll, MediaType::Photo, MediaType::Text] {
        assert!(all.iter().any(|post| post.media_type == Some(media)), "no {media:?}");
    }
    assert!(all.iter().any(|post| post.album_size.is_some_and(|size| size > 1)));
    let texts = || all.iter().map(|post| post.text.as_deref().unwrap_or_default());
    assert!(texts().any(str::is_empty) && texts().any(|text| text.chars().count() > 1_000), "texts of all lengths");
    assert!(texts().any(|text| text.contains("#ad")), "advertising");
    let mut views: Vec<i64> = all.iter().filter_map(|post| post.counters.views).collect();
    views.sort_unstable();
    assert!(views[views.len() - 1] > 3 * views[views.len() / 2], "something went viral");
    // a silence of two days or more
    assert!(all.windows(2).any(|pair| pair[1].date_utc - pair[0].date_utc > 2 * DAY_S));
    // readings are close together while a post is young, and a hole now and then
    let series = snapshots(&place, &made[0]).await;
    let gaps: Vec<i64> = series[40].snapshots.windows(2).map(|pair| pair[1].at - pair[0].at).collect();
    assert!(gaps[0] < 20 * 60 && gaps[gaps.len() - 1] > 12 * HOUR_S, "{gaps:?}");
    let reads = |series: &store::collect::Series| series.snapshots.len();
    assert!(series.iter().map(reads).min() < series.iter().map(reads).max());
}

#[tokio::test]
async fn the_best_hour_is_better_than_the_worst() {
    let (place, made) = filled(Options { days: 300, channels: 2, seed: 3 }).await;
    let all = posts(&place, &made[0]).await;
    let zone = Zone::find(&made[0].zone).expect("a zone");
    let mean_ln_views = |hours: std::ops::Range<usize>| {
        let logs: Vec<f64> = all
            .iter()
            .filter(|post| post.date_utc < NOW - 31 * DAY_S && hours.contains(&zone.weekday_hour(post.date_utc).1))
            .filter_map(|post| Some((post.counters.views? as f64).ln()))
            .collect();
        logs.iter().sum::<f64>() / logs.len() as f64
    };
    assert!(mean_ln_views(17..22) > mean_ln_views(6..10) + 0.05);
}

#[tokio::test]
async fn one_channel_has_an_hour_that_matters_and_one_has_none() {
    let (place, made) = filled(Options { channels: 3, ..Options::default() }).await;
    let advice = async |channel: &Channel, objective| {
        let asked = Asked { objective: Some(objective), ..Asked::default() };
        let said = best_time::best_times(&place.ctx, &place.operator(), &named(&channel.slug()), &asked).await;
        said.expect("answered").data.advice
    };
    for objective in [Objective::At24h, Objective::Total] {
        let evening = advice(&made[0], objective).await;
        assert!(evening.n_posts >= 390, "{}", evening.n_posts);
        assert_eq!(evening.verdict, Verdict::Difference, "{objective:?}");
        assert!((16..=22).contains(&evening.slots[0].hour), "{:?}", evening.slots);
        let whenever = advice(&made[2], objective).await;
        assert!(whenever.n_posts >= 400, "{}", whenever.n_posts);
        assert_eq!(whenever.verdict, Verdict::NoReliableDifference, "{objective:?}");
    }
}

#[tokio::test]
async fn days_have_people_coming_and_going_and_sources_that_add_up() {
    let (place, made) = filled(SMALL).await;
    let (first, today) = (add_days(Zone::utc().day(NOW), -60), Zone::utc().day(NOW));
    let mut tx = place.ctx.db.read().await.expect("tx");
    let days = store::collect::list_daily(&mut tx, made[0].id, first, today).await.expect("days");
    assert!(days.len() >= 60);
    for pair in days.windows(2) {
        let net = pair[1].joined.expect("known") - pair[1].left.expect("known");
        assert_eq!(pair[1].subscribers.expect("known") - pair[0].subscribers.expect("known"), net, "{}", pair[1].day);
    }
    assert!(days.iter().all(|day| day.notifications_on < day.subscribers));
    let sources = store::collect::list_sources(&mut tx, made[0].id, first, today).await.expect("sources");
    assert!(sources.iter().all(|fact| fact.day < today), "Telegram tells a day when it is over");
    let of =
        |origin: &str| sources.iter().filter(|fact| fact.origin == origin).filter_map(|fact| fact.views).sum::<i64>();
    assert!(of("followers") > of("channels") && of("channels") > of("search"));
}

#[tokio::test]
async fn a_demo_channel_goes_on_as_if_made_later() {
    let days = 20;
    let (step_by_step, made) = filled(Options { seed: 5, channels: 3, days }).await;
    for _ in 0..48 {
        step_by_step.clock.advance(HOUR_S);
        for channel in &made {
            demo::advance(&step_by_step.ctx, channel).await.expect("advanced");
        }
    }
    // the same two days in one go
    let (at_once, same) = filled(Options { seed: 5, channels: 3, days }).await;
    at_once.clock.advance(48 * HOUR_S);
    for channel in &same {
        assert_eq!(demo::advance(&at_once.ctx, channel).await, Ok(true));
        assert_eq!(demo::advance(&at_once.ctx, channel).await, Ok(false), "nothing to add twice");
    }
    for (left, right) in made.iter().zip(&same) {
        let (a, b) = (posts(&step_by_step, left).await, posts(&at_once, right).await);
        assert_eq!(a, b);
        assert!(a.iter().any(|post| post.date_utc > NOW), "new posts");
        assert_eq!(snapshots(&step_by_step, left).await, snapshots(&at_once, right).await);
    }
}

#[tokio::test]
async fn going_on_moves_the_data_version_and_only_then() {
    let (place, made) = filled(Options { seed: 5, channels: 1, days: 20 }).await;
    let version = |cards: Vec<domain::screens::ChannelCard>| cards[0].version;
    let before = version(channels::list(&place.ctx, &place.operator()).await.expect("listed"));
    assert_eq!(demo::advance(&place.ctx, &made[0]).await, Ok(false));
    assert_eq!(version(channels::list(&place.ctx, &place.operator()).await.expect("listed")), before);
    place.clock.advance(DAY_S);
    assert_eq!(demo::advance(&place.ctx, &made[0]).await, Ok(true));
    assert_eq!(version(channels::list(&place.ctx, &place.operator()).await.expect("listed")), before + 1);
}

#[tokio::test]
async fn a_deleted_demo_channel_does_not_come_back() {
    let (place, made) = filled(Options { seed: 5, channels: 1, days: 5 }).await;
    channels::delete(&place.ctx, &place.operator(), &named(&made[0].slug()), &made[0].title).await.expect("deleted");
    place.clock.advance(DAY_S);
    assert_eq!(demo::advance(&place.ctx, &made[0]).await, Ok(false));
    assert!(demo::list_all(&place.ctx).await.expect("listed").is_empty());
}
