//! The four numbers in words: reach and ERR at 24 h (or in total, where no post was read at 24 h), subscribers, posts.

use domain::analytics::headline::{Change, ChangeKind, Headline, Inputs, MetricCard as Card};
use domain::analytics::query::Measure;
use domain::posts::Source;
use domain::zone::Zone;

use super::metric_card::{Metric, MetricChange};
use crate::t;
use crate::ui::delta::Meaning;
use crate::ui::formula::Formula;
use crate::ui::number;
use crate::ui::source_mark::source_name;
use crate::ui::time;

/// How a number of a card is written.
#[derive(Clone, Copy)]
enum Unit {
    Count,
    Share,
}

impl Unit {
    fn short(self, value: f64) -> String {
        match self {
            Self::Count => number::short(value),
            Self::Share => number::percent(value),
        }
    }

    /// More digits than the short form: all of a count, two decimals of a share.
    fn full(self, value: f64) -> String {
        match self {
            Self::Count => number::full(value.round() as i64),
            Self::Share => format!("{}%", number::decimal(value * 100.0, 2)),
        }
    }
}

pub fn reach(headline: &Headline, zone: &Zone) -> Metric {
    let card = &headline.reach;
    let inputs = &headline.inputs;
    let (label, meaning, formula) = match headline.measure {
        Measure::Reach24 => (t!("reach-24"), t!("reach-24-meaning"), t!("reach-24-formula")),
        Measure::Total => (t!("reach-total"), t!("reach-total-meaning"), t!("reach-total-formula")),
    };
    let why_none = if inputs.posts == 0 {
        t!("metric-no-posts")
    } else if headline.measure == Measure::Reach24 && inputs.too_young == inputs.posts {
        t!("metric-too-young")
    } else {
        t!("metric-unmeasured")
    };
    let formula = Formula {
        title: titled(&label, card, Unit::Count),
        meaning,
        formula,
        inputs: reach_inputs(inputs),
        rule: rule(&left_out(headline), card, zone),
    };
    let mut metric = metric(label, card, Unit::Count, |full| t!("spoken-views", n = full), why_none, formula);
    metric.basis = basis(headline.measure, card);
    metric
}

pub fn err(headline: &Headline, zone: &Zone) -> Metric {
    let card = &headline.err;
    let (label, formula) = match headline.measure {
        Measure::Reach24 => (t!("err-24-long"), t!("err-24-formula")),
        Measure::Total => (t!("err-total"), t!("err-total-formula")),
    };
    let inputs = &headline.inputs;
    let mut fed = reach_inputs(inputs);
    fed.push((t!("input-subscribers"), range(inputs.subscribers_min, inputs.subscribers_max)));
    fed.push((t!("input-err-30d"), number::percent_or_dash(inputs.err_30d)));
    let why_none = if inputs.subscribers_max.is_none() { t!("metric-no-subscribers") } else { t!("metric-no-reach") };
    let formula = Formula {
        title: titled(&label, card, Unit::Share),
        meaning: t!("err-meaning"),
        formula,
        inputs: fed,
        rule: rule(&left_out(headline), card, zone),
    };
    let mut metric = metric(label, card, Unit::Share, |full| full, why_none, formula);
    metric.basis = basis(headline.measure, card);
    metric
}

/// Says that totals stand in for V(24).
fn basis(measure: Measure, card: &Card) -> String {
    if measure == Measure::Total && card.now.is_some() { t!("basis-total") } else { String::new() }
}

pub fn subscribers(headline: &Headline, zone: &Zone) -> Metric {
    let card = &headline.subscribers;
    let label = t!("subscribers");
    let inputs = &headline.inputs;
    let formula = Formula {
        title: titled(&label, card, Unit::Count),
        meaning: t!("subscribers-meaning"),
        formula: t!("subscribers-formula"),
        inputs: vec![
            (t!("input-before"), number::full_or_dash(card.before.map(|before| before as i64))),
            (t!("input-subscribers"), range(inputs.subscribers_min, inputs.subscribers_max)),
        ],
        rule: rule(&[t!("subscribers-utc")], card, zone),
    };
    let mut metric =
        metric(label, card, Unit::Count, |full| t!("spoken-subscribers", n = full), t!("metric-no-counts"), formula);
    // the count is so large that its share says more than what it was
    if let Some(relative) = card.change.and_then(|change| change.relative) {
        metric.note = number::signed_percent(relative);
    }
    metric
}

pub fn posts(headline: &Headline, zone: &Zone) -> Metric {
    let card = &headline.posts;
    let label = t!("posts");
    let formula = Formula {
        title: titled(&label, card, Unit::Count),
        meaning: t!("posts-meaning"),
        formula: t!("posts-formula"),
        inputs: vec![(t!("input-before"), number::full_or_dash(card.before.map(|before| before as i64)))],
        rule: rule(&[], card, zone),
    };
    let mut metric = metric(label, card, Unit::Count, |full| t!("spoken-posts", n = full), String::new(), formula);
    // more posts is neither good nor bad
    if let Some(change) = &mut metric.change {
        change.meaning = Meaning::Neutral;
    }
    metric
}

fn metric(
    label: String,
    card: &Card,
    unit: Unit,
    spoken: impl Fn(String) -> String,
    why_none: String,
    formula: Formula,
) -> Metric {
    let (short, full, note) = match card.now {
        Some(now) => (unit.short(now), unit.full(now), was(card, unit)),
        None => (number::UNKNOWN.to_owned(), number::UNKNOWN.to_owned(), why_none),
    };
    Metric {
        spoken: spoken(full.clone()),
        label,
        short,
        full,
        change: card.change.map(|change| said(&change)),
        note,
        basis: String::new(),
        spark: card.spark.iter().map(|point| point.value).collect(),
        source: card.source,
        formula,
    }
}

fn was(card: &Card, unit: Unit) -> String {
    card.before.map_or_else(|| t!("metric-nothing-before"), |before| t!("metric-was", value = unit.short(before)))
}

fn said(change: &Change) -> MetricChange {
    let (value, text) = match (change.kind, change.relative) {
        (ChangeKind::Relative, Some(relative)) => (relative, number::signed_percent(relative)),
        (ChangeKind::Points, _) => {
            let points = change.difference * 100.0;
            let sign = if points > 0.0 { "+" } else { "" };
            (points, t!("points", value = format!("{sign}{}", number::decimal(points, 1))))
        }
        (ChangeKind::Relative | ChangeKind::Absolute, _) => (change.difference, number::signed(change.difference)),
    };
    MetricChange { value, text, meaning: Meaning::Good }
}

fn titled(label: &str, card: &Card, unit: Unit) -> String {
    format!("{label}: {}", card.now.map_or_else(|| number::UNKNOWN.to_owned(), |now| unit.full(now)))
}

fn reach_inputs(inputs: &Inputs) -> Vec<(String, String)> {
    let whole = |value: Option<f64>| value.map(|value| value.round() as i64);
    vec![
        (
            t!("input-old-enough"),
            t!("input-of", n = number::full(inputs.old_enough as i64), of = number::full(inputs.posts as i64)),
        ),
        (t!("input-counted"), number::full(inputs.counted as i64)),
        (t!("input-median"), number::full_or_dash(whole(inputs.median))),
        (t!("input-interval"), range(whole(inputs.low), whole(inputs.high))),
    ]
}

fn range(low: Option<i64>, high: Option<i64>) -> String {
    match low.zip(high) {
        Some((low, high)) if low == high => number::full(low),
        Some((low, high)) => format!("{} – {}", number::full(low), number::full(high)),
        None => number::UNKNOWN.to_owned(),
    }
}

/// Posts that do not count, in sentences.
fn left_out(headline: &Headline) -> Vec<String> {
    let inputs = &headline.inputs;
    let mut said = Vec::new();
    if inputs.too_young > 0 {
        let n = inputs.too_young as i64;
        said.push(match headline.measure {
            Measure::Reach24 => t!("left-out-young-24", n = n),
            Measure::Total => t!("left-out-young-total", n = n),
        });
    }
    if inputs.unmeasured > 0 {
        let n = inputs.unmeasured as i64;
        said.push(match headline.measure {
            Measure::Reach24 => t!("left-out-unmeasured-24", n = n),
            Measure::Total => t!("left-out-unmeasured-total", n = n),
        });
    }
    said
}

/// What was left out, where the numbers come from, and when they were read.
fn rule(sentences: &[String], card: &Card, zone: &Zone) -> String {
    let mut said = sentences.to_vec();
    if card.source != Source::Missing {
        let source = capital(&source_name(card.source));
        said.push(match card.as_of {
            Some(as_of) => format!("{source}, {}.", t!("as-of", time = time::moment(zone, as_of))),
            None => format!("{source}."),
        });
    }
    said.join(" ")
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
