//! Forwards, reactions and replies: how many, and how they came.

use domain::analytics::posts::SnapshotView;
use domain::screens::PostPage as Page;
use leptos::prelude::*;

use crate::t;
use crate::ui::card::Card;
use crate::ui::number;
use crate::ui::spark::Spark;
use crate::ui::time;

/// One of a post's counters.
#[derive(Clone, Copy)]
struct Counter {
    /// key of its name
    name: &'static str,
    of: fn(&SnapshotView) -> Option<i64>,
}

const COUNTERS: [Counter; 3] = [
    Counter { name: "forwards", of: |snapshot| snapshot.forwards },
    Counter { name: "reactions", of: |snapshot| snapshot.reactions },
    Counter { name: "replies", of: |snapshot| snapshot.replies },
];

/// Moments at which the small lines are read: as many as can be told apart.
const SPARK_POINTS: usize = 48;

#[component]
pub fn Counters(page: Signal<Page>) -> impl IntoView {
    view! {
        <Card class="span-12" id="counters" title=move || t!("post-counters") sub=move || t!("post-counters-more")>
            <ul class="counters">
                {COUNTERS.map(|counter| view! { <CounterRow page counter/> }).collect_view()}
            </ul>
        </Card>
    }
}

#[component]
fn CounterRow(page: Signal<Page>, counter: Counter) -> impl IntoView {
    let name = crate::i18n::text_with(counter.name, &[]);
    let values = Memo::new(move |_| page.with(|page| evenly(page.post.date_utc, &page.views.snapshots, counter.of)));
    let newest = move |page: &Page| page.views.snapshots.iter().rev().find_map(counter.of);
    let share = move || {
        page.with(|page| {
            let (count, views) = newest(page).zip(page.post.views.filter(|views| *views > 0))?;
            Some(t!("counter-share", share = number::percent(count as f64 / views as f64)))
        })
    };
    let since = move || {
        page.with(|page| {
            let first = page.views.snapshots.iter().find(|snapshot| (counter.of)(snapshot).is_some())?;
            let last = page.views.snapshots.iter().rev().find(|snapshot| (counter.of)(snapshot).is_some())?;
            let (from, to) = (counter.of)(first).zip((counter.of)(last))?;
            let hours = u32::try_from((first.at - page.post.date_utc) / 3600).ok()?;
            (first.at < last.at).then(|| {
                t!("counter-since", change = number::signed((to - from) as f64), age = time::age(hours.max(1)))
            })
        })
    };
    view! {
        <li>
            <span class="name">{name.clone()}</span>
            <b>{move || page.with(|page| number::full_or_dash(newest(page)))}</b>
            <span class="meta">
                {move || {
                    let said: Vec<String> = share().into_iter().chain(since()).collect();
                    if said.is_empty() { t!("counter-unknown") } else { said.join(" · ") }
                }}
            </span>
            <Show when=move || values.with(|values| !values.is_empty())>
                <Spark values label=t!("counter-spark", name = name.clone())/>
            </Show>
        </li>
    }
}

/// A counter at even distances from posting, when it is 0, to its last reading: readings come thick at first and thin
/// later, and a line by reading would stretch the first day over most of the picture. Nothing with fewer than two
/// readings.
fn evenly(date_utc: i64, snapshots: &[SnapshotView], of: fn(&SnapshotView) -> Option<i64>) -> Vec<Option<f64>> {
    let mut read: Vec<(f64, f64)> = snapshots
        .iter()
        .filter(|snapshot| snapshot.at > date_utc)
        .filter_map(|snapshot| Some(((snapshot.at - date_utc) as f64, of(snapshot)? as f64)))
        .collect();
    if read.len() < 2 {
        return Vec::new();
    }
    read.insert(0, (0.0, 0.0));
    let end = read[read.len() - 1].0;
    (0..SPARK_POINTS)
        .map(|place| {
            let age = end * place as f64 / (SPARK_POINTS - 1) as f64;
            let after = read.partition_point(|(taken, _)| *taken < age).clamp(1, read.len() - 1);
            let ((t0, v0), (t1, v1)) = (read[after - 1], read[after]);
            Some(v0 + (v1 - v0) * (age - t0) / (t1 - t0))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(at: i64, forwards: Option<i64>) -> SnapshotView {
        SnapshotView { at, views: None, forwards, reactions: None, replies: None }
    }

    #[test]
    fn a_line_by_time_and_not_by_reading() {
        let read = [snapshot(47, Some(10)), snapshot(50, None), snapshot(470, Some(9))];
        let line = evenly(0, &read, COUNTERS[0].of);
        assert_eq!(line.len(), SPARK_POINTS);
        assert_eq!(line[0], Some(0.0));
        assert_eq!(line[47], Some(9.0));
        // a tenth of the way the first reading is reached, half way the line has nearly come down to the second
        let at = |place: usize| line[place].unwrap_or_default();
        assert!(at(5) > 9.9 && (9.4..9.6).contains(&at(25)), "{line:?}");
    }

    #[test]
    fn one_reading_is_no_line() {
        assert!(evenly(0, &[snapshot(100, Some(1))], COUNTERS[0].of).is_empty());
        assert!(evenly(0, &[snapshot(100, None), snapshot(200, None)], COUNTERS[0].of).is_empty());
    }
}
