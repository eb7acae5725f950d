//! Rows with an estimate, its 80 % interval as a bar on one scale, and what can be done with it.

use leptos::prelude::*;

use super::words::range;
use crate::t;
use crate::ui::number::signed_percent_whole as change;

/// Distances of the scale's marks, as ratios.
const STEPS: [f64; 9] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0];
/// Most marks of a scale besides its beginning.
const MARKS_MAX: f64 = 4.0;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    pub lift: f64,
    pub low: f64,
    pub high: f64,
}

/// From the first mark at or below all intervals to the first at or above them; zero is on it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    low: f64,
    high: f64,
    step: f64,
}

impl Scale {
    pub fn of(intervals: impl IntoIterator<Item = Interval>) -> Self {
        let (low, high) = intervals
            .into_iter()
            .fold((0.0_f64, 0.0_f64), |(low, high), interval| (low.min(interval.low), high.max(interval.high)));
        let fits = |step: f64| (high / step).ceil() - (low / step).floor() <= MARKS_MAX;
        let step = STEPS.into_iter().find(|step| fits(*step)).unwrap_or(((high - low) / MARKS_MAX).max(1.0));
        let (low, high) = ((low / step).floor() * step, (high / step).ceil() * step);
        Self { low, high: high.max(low + step), step }
    }

    /// Share of the width, percent.
    fn place(self, lift: f64) -> String {
        format!("{:.1}%", ((lift - self.low) / (self.high - self.low)).clamp(0.0, 1.0) * 100.0)
    }

    fn marks(self) -> impl Iterator<Item = f64> {
        let count = ((self.high - self.low) / self.step).round() as u32;
        (0..=count).map(move |mark| self.low + f64::from(mark) * self.step)
    }
}

#[component]
pub fn ScaleRow(scale: Scale) -> impl IntoView {
    let anchor = move |mark: f64| match mark {
        first if first <= scale.low => "start",
        last if last >= scale.high - scale.step / 2.0 => "end",
        _ => "middle",
    };
    view! {
        <li class="scale" aria-hidden="true">
            <svg class="interval">
                {scale
                    .marks()
                    .map(|mark| view! { <text x=scale.place(mark) y="22" text-anchor=anchor(mark)>{change(mark)}</text> })
                    .collect_view()}
            </svg>
        </li>
    }
}

/// `flat`: nothing to rely on. The children stand at the row's end.
#[component]
pub fn SlotRow(
    when: String,
    why: String,
    interval: Interval,
    scale: Scale,
    #[prop(optional)] flat: bool,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let Interval { lift, low, high } = interval;
    let label = t!("best-time-interval", lift = change(lift), range = range(low, high));
    view! {
        <li>
            <span class="when">{when}</span>
            <span class="why">{why}</span>
            <svg class="interval" class:flat=flat role="img" aria-label=label>
                <line class="axis" x1="0" x2="100%" y1="15" y2="15"></line>
                <line class="zero" x1=scale.place(0.0) x2=scale.place(0.0) y1="3" y2="27"></line>
                <line class="span" x1=scale.place(low) x2=scale.place(high) y1="15" y2="15"></line>
                <circle class="mean" cx=scale.place(lift) cy="15" r="6"></circle>
            </svg>
            <span class="lift">{change(lift)}</span>
            <span class="range">{range(low, high)}</span>
            {children.map(|children| children())}
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(low: f64, high: f64) -> (f64, f64, f64) {
        let scale = Scale::of([Interval { lift: f64::midpoint(low, high), low, high }]);
        let round = |x: f64| (x * 1e6).round() / 1e6;
        (round(scale.low), round(scale.high), round(scale.step))
    }

    #[test]
    fn a_scale_holds_every_interval_and_zero() {
        assert_eq!(scale(-0.19, 0.21), (-0.2, 0.4, 0.2));
        assert_eq!(scale(0.02, 0.19), (0.0, 0.2, 0.05));
        assert_eq!(scale(-0.07, -0.01), (-0.08, 0.0, 0.02));
        assert_eq!(scale(-0.5, 11.0), (-5.0, 15.0, 5.0));
    }

    #[test]
    fn a_scale_of_nothing_and_of_zero_is_still_one() {
        assert!(Scale::of([]).high > 0.0);
        assert_eq!(scale(0.0, 0.0), (0.0, 0.01, 0.01));
        assert_eq!(Scale::of([]).place(0.0), "0.0%");
    }
}
