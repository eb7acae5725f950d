//! The four numbers on top of the dashboard: reach, ERR, subscribers, posts; each with the window before, a spark
//! line and what its formula was fed with.

use std::ops::Range;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::dataset::{HEADLINE_H, ratio};
use super::overview::overview;
use super::posts::in_window;
use super::query::Measure;
use super::reach::{SubscribersOnDay, left_out, old_enough_for_total, reach};
use super::series::reach_by_day;
use super::statistics::median;
use super::warning::Notes;
use super::{Answer, Dataset, Window};
use crate::posts::Source;

/// How a change is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// `relative`, in percent
    Relative,
    /// `difference` of two shares, in percentage points
    Points,
    /// `difference`, a count
    Absolute,
}

/// Now against the window before.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub kind: ChangeKind,
    /// now − before, in the unit of the value
    pub difference: f64,
    /// now / before − 1; `None` when before is 0
    pub relative: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SparkPoint {
    pub day: Date,
    pub value: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetricCard {
    pub now: Option<f64>,
    /// in the equal window before
    pub before: Option<f64>,
    pub change: Option<Change>,
    /// one point a local day
    pub spark: Vec<SparkPoint>,
    /// the weakest of the sources used
    pub source: Source,
    /// unix seconds; newest snapshot of the channel
    pub as_of: Option<i64>,
}

/// What the formulas of the cards were fed with.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Inputs {
    /// posts of the window
    pub posts: u64,
    /// posts old enough for the measure at `as_of`
    pub old_enough: u64,
    /// posts behind the median
    pub counted: u64,
    pub too_young: u64,
    pub unmeasured: u64,
    /// the median itself with its 80 % interval, views
    pub median: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// smallest and largest subscriber count of the window
    pub subscribers_min: Option<i64>,
    pub subscribers_max: Option<i64>,
    /// mean views of the posts of the 30 days ending with the window, whatever their age
    pub mean_views_30d: Option<f64>,
    /// that mean / subscribers: ERR as the market's catalogues count it
    pub err_30d: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Headline {
    /// what reach and err speak of: V(24), or the total of posts at least 7 days old where V(24) is not measured
    pub measure: Measure,
    pub reach: MetricCard,
    pub err: MetricCard,
    pub subscribers: MetricCard,
    pub posts: MetricCard,
    pub inputs: Inputs,
}

/// `data` has to hold the facts from [`Window::needs_from`] on, with V(24) among the measured ages.
pub fn headline(data: &Dataset, window: &Window) -> Answer<Headline> {
    let posts = in_window(data, window);
    let previous = window.previous();
    let mut notes = Notes::default();
    let now = notes.part(reach(data, window, &[HEADLINE_H]));
    let before = reach(data, &previous, &[HEADLINE_H]).data;

    let measure = match data.default_measure(posts.clone()) {
        // a window of young posts has neither: it waits for V(24)
        Measure::Total if now.total.n > 0 => Measure::Total,
        _ => Measure::Reach24,
    };
    let chosen = |reach: &super::reach::Reach| match measure {
        Measure::Total => (reach.total.n, reach.total.reach, reach.total.err, reach.total.low, reach.total.high),
        Measure::Reach24 => reach
            .at(HEADLINE_H)
            .map_or((0, None, None, None, None), |age| (age.n, age.reach, age.err, age.low, age.high)),
    };
    let (counted, reach_now, err_now, low, high) = chosen(&now);
    let (_, reach_before, err_before, _, _) = chosen(&before);

    let days: Vec<Date> = window.days().collect();
    let reach_days = reach_by_day(data, window, measure);
    let subscribers = SubscribersByDay::of(data, window);
    let post_source = weakest(data.posts.source[posts.clone()].iter().copied());
    let daily_source = weakest(data.daily_in(window).iter().map(|fact| fact.source));
    let card = |now: Option<f64>, before: Option<f64>, kind, values: Vec<Option<f64>>, source| MetricCard {
        now,
        before,
        change: change(now, before, kind),
        spark: days.iter().copied().zip(values).map(|(day, value)| SparkPoint { day, value }).collect(),
        source: if now.is_some() { source } else { Source::Missing },
        as_of: data.as_of,
    };

    let count = |count: Option<i64>| count.map(|count| count as f64);
    let headline = Headline {
        measure,
        reach: card(
            reach_now,
            reach_before,
            ChangeKind::Relative,
            reach_days.iter().map(|day| day.reach).collect(),
            post_source,
        ),
        err: card(
            err_now,
            err_before,
            ChangeKind::Points,
            err_by_day(data, window, posts.clone(), measure),
            post_source.max(daily_source),
        ),
        subscribers: card(
            count(data.subscribers_in(window)),
            count(data.subscribers_in(&previous)),
            ChangeKind::Absolute,
            subscribers.counts.iter().map(|subscribers| count(*subscribers)).collect(),
            daily_source,
        ),
        posts: card(
            Some(posts.len() as f64),
            Some(in_window(data, &previous).len() as f64),
            ChangeKind::Absolute,
            posts_by_day(data, window, posts.clone()),
            post_source,
        ),
        inputs: inputs(data, window, posts, measure, (counted, reach_now, low, high), &subscribers),
    };
    notes.answer(data, window, headline)
}

fn inputs(
    data: &Dataset,
    window: &Window,
    posts: Range<usize>,
    measure: Measure,
    (counted, median, low, high): (u64, Option<f64>, Option<f64>, Option<f64>),
    subscribers: &SubscribersByDay,
) -> Inputs {
    let count = posts.len() as u64;
    let (too_young, unmeasured) = match measure {
        Measure::Reach24 => left_out(data, posts, HEADLINE_H),
        Measure::Total => {
            let old_enough = old_enough_for_total(data, posts);
            (count - old_enough, old_enough - counted)
        }
    };
    let month = overview(data, &window.last_30_days()).data;
    Inputs {
        posts: count,
        old_enough: count - too_young,
        counted,
        too_young,
        unmeasured,
        median,
        low,
        high,
        subscribers_min: subscribers.counts.iter().flatten().min().copied(),
        subscribers_max: subscribers.counts.iter().flatten().max().copied(),
        mean_views_30d: month.avg_reach,
        err_30d: month.err,
    }
}

fn change(now: Option<f64>, before: Option<f64>, kind: ChangeKind) -> Option<Change> {
    let (now, before) = now.zip(before)?;
    Some(Change { kind, difference: now - before, relative: ratio(now, before).map(|ratio| ratio - 1.0) })
}

/// Sources are ordered from the firmest to the weakest.
fn weakest(sources: impl Iterator<Item = Source>) -> Source {
    sources.max().unwrap_or(Source::Missing)
}

fn posts_by_day(data: &Dataset, window: &Window, posts: Range<usize>) -> Vec<Option<f64>> {
    let days = window.local_days();
    let mut counts = vec![0.0; days.midnights.len()];
    for index in posts {
        counts[days.index_of(data.posts.date_utc[index])] += 1.0;
    }
    counts.into_iter().map(Some).collect()
}

fn err_by_day(data: &Dataset, window: &Window, posts: Range<usize>, measure: Measure) -> Vec<Option<f64>> {
    let days = window.local_days();
    let on_day = SubscribersOnDay::of(data, window);
    let mut shares = vec![Vec::new(); days.midnights.len()];
    for index in posts {
        let at = data.posts.date_utc[index];
        let share =
            data.outcome(measure, index).zip(on_day.at(at)).and_then(|(views, count)| ratio(views, count as f64));
        shares[days.index_of(at)].extend(share);
    }
    shares.iter_mut().map(|shares| median(shares)).collect()
}

/// Subscriber counts of a window, one entry a local day.
struct SubscribersByDay {
    counts: Vec<Option<i64>>,
}

impl SubscribersByDay {
    fn of(data: &Dataset, window: &Window) -> Self {
        let mut facts = data.daily_in(window).iter().peekable();
        let counts =
            window.days().map(|day| facts.next_if(|fact| fact.day == day).and_then(|fact| fact.subscribers)).collect();
        Self { counts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::fixture::{DAY, Fixture, HOUR};
    use crate::zone::Zone;
    use jiff::civil::date;

    /// Two windows of two days: V(24) 100 and 300 before, 150 and 450 in it, then a young post.
    fn measured() -> Dataset {
        let mut fixture = Fixture::new();
        for (post_id, views) in [(1, 100), (2, 300), (3, 150), (4, 450)] {
            let at = (post_id - 1) * DAY;
            fixture.post_read(post_id, at, &[(at + DAY, views)]);
        }
        fixture.post_read(5, 4 * DAY - HOUR, &[(4 * DAY, 5)]);
        for (day, subscribers) in [(1, 1000), (2, 1000), (3, 1000), (4, 1500)] {
            fixture.daily(date(1970, 1, day), Some(subscribers), None, None);
        }
        fixture.dataset()
    }

    fn window() -> Window {
        Window::of_days(date(1970, 1, 3), date(1970, 1, 4), Zone::utc())
    }

    #[test]
    fn four_cards() {
        let answer = headline(&measured(), &window());
        let headline = answer.data;
        assert_eq!(headline.measure, Measure::Reach24);
        let of = |card: &MetricCard| (card.now, card.before);
        assert_eq!(of(&headline.reach), (Some(300.0), Some(200.0)));
        assert_eq!(
            headline.reach.change,
            Some(Change { kind: ChangeKind::Relative, difference: 100.0, relative: Some(0.5) })
        );
        // 150 / 1000 and 450 / 1500; 100 / 1000 and 300 / 1000 before
        assert!((headline.err.now.unwrap() - 0.225).abs() < 1e-12);
        assert_eq!(headline.err.before, Some(0.2));
        assert!((headline.err.change.unwrap().difference - 0.025).abs() < 1e-12);
        assert_eq!(of(&headline.subscribers), (Some(1500.0), Some(1000.0)));
        assert_eq!(
            headline.subscribers.change,
            Some(Change { kind: ChangeKind::Absolute, difference: 500.0, relative: Some(0.5) })
        );
        assert_eq!(of(&headline.posts), (Some(3.0), Some(2.0)));
        let spark = |card: &MetricCard| card.spark.iter().map(|point| point.value).collect::<Vec<_>>();
        assert_eq!(spark(&headline.reach), [Some(150.0), Some(450.0)]);
        assert_eq!(spark(&headline.err), [Some(0.15), Some(0.3)]);
        assert_eq!(spark(&headline.subscribers), [Some(1000.0), Some(1500.0)]);
        assert_eq!(spark(&headline.posts), [Some(1.0), Some(2.0)]);
        assert_eq!((headline.reach.source, headline.subscribers.source), (Source::Imported, Source::Official));
        assert_eq!(headline.err.source, Source::Imported);
        let inputs = headline.inputs;
        assert_eq!(
            (inputs.posts, inputs.old_enough, inputs.counted, inputs.too_young, inputs.unmeasured),
            (3, 2, 2, 1, 0)
        );
        assert_eq!((inputs.subscribers_min, inputs.subscribers_max), (Some(1000), Some(1500)));
        // all five posts: 1005 / 5 over the last count
        assert_eq!((inputs.mean_views_30d, inputs.err_30d), (Some(201.0), Some(0.134)));
    }

    #[test]
    fn one_dump_is_judged_by_totals() {
        let mut fixture = Fixture::new();
        for post_id in 1..=6 {
            fixture.post_read(post_id, post_id * DAY, &[(12 * DAY, 100 * post_id)]);
        }
        let window = Window::of_days(date(1970, 1, 4), date(1970, 1, 7), Zone::utc());
        let headline = headline(&fixture.dataset(), &window).data;
        assert_eq!(headline.measure, Measure::Total);
        // posts 3, 4, 5 are at least 7 days old, 6 is not
        assert_eq!((headline.reach.now, headline.reach.before), (Some(400.0), Some(150.0)));
        assert_eq!((headline.inputs.counted, headline.inputs.too_young, headline.inputs.unmeasured), (3, 1, 0));
        assert_eq!((headline.err.now, headline.err.source, headline.subscribers.now), (None, Source::Missing, None));
    }

    #[test]
    fn young_posts_wait_for_their_day() {
        let mut fixture = Fixture::new();
        fixture.post_read(1, 0, &[(HOUR, 5)]);
        let headline = headline(&fixture.dataset(), &Window::new(0, DAY, Zone::utc())).data;
        assert_eq!((headline.measure, headline.reach.now, headline.inputs.too_young), (Measure::Reach24, None, 1));
        assert_eq!(headline.reach.change, None);
    }

    #[test]
    fn nothing_at_all() {
        let headline = headline(&Fixture::new().dataset(), &window()).data;
        assert_eq!((headline.posts.now, headline.posts.before), (Some(0.0), Some(0.0)));
        assert_eq!(headline.posts.change.unwrap().relative, None);
        assert_eq!(headline.inputs.err_30d, None);
    }
}
