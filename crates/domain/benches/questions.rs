//! One channel of a year: 5,000 posts of 20 snapshots, 365 days. Aim: every question under 10 ms.

use divan::{Bencher, black_box};
use domain::analytics::history::{DailyFact, PostColumns, SourceFact, ViewReadings};
use domain::analytics::query::{MaxGap, Sort};
use domain::analytics::{
    AGES_H, Dataset, History, Window, attention, compare, content, curve, daily, dashboard, growth, headline, heatmap,
    overview, reach, series, sources, table, top, trending, view_curve,
};
use domain::channels::Channel;
use domain::ids::{ChannelId, WorkspaceId};
use domain::posts::{MediaType, Source};
use domain::zone::{Zone, add_days};

const POSTS: i64 = 5_000;
const SNAPSHOTS: i64 = 20;
const DAYS: i64 = 365;
const START: i64 = 1_735_689_600; // 2025-01-01
const DAY_S: i64 = 86_400;

fn main() {
    divan::main();
}

fn channel_of_a_year() -> History {
    let mut posts = PostColumns::default();
    let mut readings = ViewReadings { offsets: vec![0], ..ViewReadings::default() };
    let end = START + DAYS * DAY_S;
    for index in 0..POSTS {
        let date_utc = START + index * DAYS * DAY_S / POSTS;
        let total = 10_000 + index * 7_919 % 9_000;
        // read at growing ages up to 30 days, and with the whole channel at the end
        for read in 1..SNAPSHOTS {
            let age = 30 * DAY_S * read * read / (SNAPSHOTS * SNAPSHOTS);
            if date_utc + age < end {
                readings.at.push(date_utc + age);
                readings.views.push(total * age / (age + DAY_S));
            }
        }
        readings.at.push(end);
        readings.views.push(total);
        readings.offsets.push(readings.at.len());
        posts.post_id.push(index + 1);
        posts.date_utc.push(date_utc);
        posts.views.push(Some(total));
        posts.forwards.push(Some(total / 100));
        posts.reactions.push(Some(total / 50));
        posts.replies.push(None);
        posts.counted_at.push(Some(end));
        posts.media_type.push(Some(MediaType::ALL[(index % 5) as usize]));
        posts.source.push(Source::Measured);
        posts.text_chars.push((index * 31 % 1_200) as u32);
        posts.text.push("What the far side of the Moon looks like in the evening, in nine pictures. ".repeat(3));
        posts.hashtags.push(vec![format!("tag{}", index % 60)]);
    }
    let first_day = Zone::utc().day(START);
    let days = (0..DAYS).map(|day| add_days(first_day, day));
    let fact = |(index, day)| DailyFact {
        subscribers: Some(50_000 + 10 * index as i64),
        joined: Some(40),
        left: Some(30),
        ..DailyFact::told_by(Source::Official, day)
    };
    let origins = ["followers", "search", "links", "groups", "channels"];
    let source = |(day, origin): (_, &str)| SourceFact {
        day,
        origin: origin.to_owned(),
        views: Some(10_000),
        source: Source::Official,
    };
    History {
        channel: Channel {
            id: ChannelId(1),
            workspace_id: WorkspaceId(1),
            telegram_id: None,
            username: Some("bench".to_owned()),
            title: "Bench".to_owned(),
            zone: "Europe/Berlin".to_owned(),
            demo: false,
            created_at: 0,
        },
        as_of: Some(end),
        posts,
        readings,
        daily: days.clone().enumerate().map(fact).collect(),
        sources: days.flat_map(|day| origins.map(|origin| (day, origin))).map(source).collect(),
        link_joins: Vec::new(),
    }
}

fn year() -> (Dataset, Window) {
    let zone = Zone::find("Europe/Berlin").expect("a zone of the database");
    let window = Window::of_days(zone.day(START), zone.day(START + DAYS * DAY_S - 1), zone);
    (Dataset::measure(channel_of_a_year(), &AGES_H, MaxGap::Usual), window)
}

#[divan::bench]
fn measure(bencher: Bencher) {
    bencher.with_inputs(channel_of_a_year).bench_values(|history| Dataset::measure(history, &AGES_H, MaxGap::Usual));
}

macro_rules! questions {
    ($($name:ident: $ask:expr;)*) => {$(
        #[divan::bench]
        fn $name(bencher: Bencher) {
            let (data, window) = year();
            let ask: fn(&Dataset, &Window) -> _ = $ask;
            bencher.bench_local(|| black_box(ask(black_box(&data), black_box(&window))));
        }
    )*};
}

questions! {
    ask_overview: |data, window| overview::overview(data, window);
    ask_daily: |data, window| daily::daily(data, window);
    ask_growth: |data, window| growth::growth(data, window);
    ask_reach: |data, window| reach::reach(data, window, &AGES_H);
    ask_view_curve: |data, window| view_curve::view_curve(data, window, &AGES_H);
    ask_top: |data, window| top::top(data, window, Sort::Er, 100, 10);
    ask_sources: |data, window| sources::sources(data, window);
    ask_content: |data, window| content::content(data, window, None);
    ask_heatmap: |data, window| heatmap::heatmap(data, window, None);
    ask_trending: |data, window| trending::trending(data, window);
    ask_compared: |data, window| compare::compared(data, window);
    ask_dashboard: |data, window| dashboard::dashboard(data, window);
    ask_headline: |data, window| headline::headline(data, window);
    ask_attention: |data, window| attention::attention(data, window, window.to);
    ask_views_over_time: |data, window| series::views_over_time(data, window, None, None);
    ask_table_with_search: |data, window| {
        let filter = table::PostFilter { search: "evening moon".to_owned(), ..table::PostFilter::default() };
        table::table(data, window, &filter, table::Column::Of(Sort::Views), true, 1, 50)
    };
}

#[divan::bench]
fn usual_curve(bencher: Bencher) {
    let history = channel_of_a_year();
    bencher.bench_local(|| curve::usual_curve(black_box(&history), 48.0));
}

#[divan::bench]
fn travel_to_the_browser(bencher: Bencher) {
    let (data, _) = year();
    bencher.bench_local(|| serde_json::to_vec(black_box(&data)));
}
