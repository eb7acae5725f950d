//! A post's first hours as a small line over what is usual for the channel.

use domain::analytics::curve::UsualCurve;
use leptos::prelude::*;

use super::spark::{dot, line};

const SIDE: f64 = 100.0;
/// Room above the highest point for line and dot.
const TOP: f64 = 6.0;

#[derive(Debug, Clone, PartialEq, Default)]
struct CurvePaths {
    usual: String,
    median: String,
    line: String,
    forecast: String,
    end: String,
}

/// `points` are (age in hours, views) from (0, 0), drawn up to `until_h`. Height is the greater of the post's highest
/// point and the upper edge of what is usual, so that the two can be compared.
#[component]
pub fn MiniCurve(
    #[prop(into)] points: Signal<Vec<(f64, f64)>>,
    #[prop(into)] usual: Signal<UsualCurve>,
    /// what is expected from the newest reading on, as `points`
    #[prop(into)]
    ahead: Signal<Vec<(f64, f64)>>,
    until_h: f64,
    #[prop(into)] label: Signal<String>,
) -> impl IntoView {
    let paths = Memo::new(move |_| {
        points.with(|points| usual.with(|usual| ahead.with(|ahead| paths(points, usual, ahead, until_h))))
    });
    view! {
        <svg
            class="mini-curve curve"
            viewBox="0 0 100 100"
            preserveAspectRatio="none"
            role="img"
            aria-label=move || label.get()
        >
            <path class="usual" d=move || paths.with(|paths| paths.usual.clone())></path>
            <path class="median" d=move || paths.with(|paths| paths.median.clone())></path>
            <path class="forecast" d=move || paths.with(|paths| paths.forecast.clone())></path>
            <path class="line" d=move || paths.with(|paths| paths.line.clone())></path>
            <path class="end" d=move || paths.with(|paths| paths.end.clone())></path>
        </svg>
    }
}

/// Whether a post has been read often enough for a line: a straight one from 0 to a single reading would say how the
/// views came, which nobody knows.
pub fn has_curve(points: &[(f64, f64)]) -> bool {
    points.len() > 2
}

fn paths(points: &[(f64, f64)], usual: &UsualCurve, ahead: &[(f64, f64)], until_h: f64) -> CurvePaths {
    let edges: Vec<(f64, f64, f64)> = usual
        .ages_h
        .iter()
        .zip(usual.low.iter().zip(&usual.high))
        .filter_map(|(age_h, (low, high))| Some((*age_h, (*low)?, (*high)?)))
        .filter(|(age_h, _, _)| *age_h <= until_h)
        .collect();
    let medians: Vec<(f64, f64)> = usual
        .ages_h
        .iter()
        .zip(&usual.median)
        .filter_map(|(age_h, median)| Some((*age_h, (*median)?)))
        .filter(|(age_h, _)| *age_h <= until_h)
        .collect();
    let own: Vec<(f64, f64)> = points.iter().copied().filter(|(age_h, _)| *age_h <= until_h).collect();

    let ahead: Vec<(f64, f64)> = ahead.iter().copied().filter(|(age_h, _)| *age_h <= until_h).collect();

    let highest = own
        .iter()
        .chain(&ahead)
        .map(|(_, views)| *views)
        .chain(edges.iter().map(|(_, _, high)| *high))
        .fold(0.0, f64::max);
    if highest <= 0.0 || until_h <= 0.0 {
        return CurvePaths::default();
    }
    let place = |(age_h, views): (f64, f64)| (age_h / until_h * SIDE, SIDE - views / highest * (SIDE - TOP));

    let band: Vec<(f64, f64)> = edges
        .iter()
        .map(|(age_h, _, high)| place((*age_h, *high)))
        .chain(edges.iter().rev().map(|(age_h, low, _)| place((*age_h, *low))))
        .collect();
    let own: Vec<(f64, f64)> = own.into_iter().map(place).collect();
    let medians: Vec<(f64, f64)> = medians.into_iter().map(place).collect();
    let ahead: Vec<(f64, f64)> = ahead.into_iter().map(place).collect();
    CurvePaths {
        usual: if edges.len() > 1 { format!("{}Z", line(&band)) } else { String::new() },
        median: if medians.len() > 1 { line(&medians) } else { String::new() },
        end: own.last().filter(|_| own.len() > 1).map(|(x, y)| dot(*x, *y)).unwrap_or_default(),
        forecast: if ahead.len() > 1 && has_curve(&own) { line(&ahead) } else { String::new() },
        line: if has_curve(&own) { line(&own) } else { String::new() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usual() -> UsualCurve {
        UsualCurve {
            ages_h: vec![0.0, 12.0, 24.0, 48.0],
            low: vec![Some(0.0), Some(40.0), Some(50.0), Some(60.0)],
            median: vec![Some(0.0), Some(50.0), None, Some(80.0)],
            high: vec![Some(0.0), Some(60.0), Some(100.0), Some(900.0)],
            n: 9,
        }
    }

    #[test]
    fn the_band_ends_with_the_hours_shown_and_sets_the_height() {
        let paths = paths(&[(0.0, 0.0), (6.0, 25.0), (12.0, 50.0)], &usual(), &[], 24.0);
        assert_eq!(paths.usual, "M0.0 100.0L50.0 43.6L100.0 6.0L100.0 53.0L50.0 62.4L0.0 100.0Z");
        assert_eq!(paths.line, "M0.0 100.0L25.0 76.5L50.0 53.0");
        assert_eq!(paths.end, "M50.0 53.0l.01 0");
        assert_eq!(paths.median, "M0.0 100.0L50.0 53.0");
    }

    #[test]
    fn what_is_expected_goes_on_from_the_line_and_sets_the_height_too() {
        let read = [(0.0, 0.0), (6.0, 25.0), (12.0, 50.0)];
        let paths = paths(&read, &usual(), &[(12.0, 50.0), (24.0, 200.0), (48.0, 300.0)], 24.0);
        assert_eq!(paths.line, "M0.0 100.0L25.0 88.2L50.0 76.5");
        assert_eq!(paths.forecast, "M50.0 76.5L100.0 6.0");
    }

    #[test]
    fn a_post_above_everything_sets_the_height() {
        let paths = paths(&[(0.0, 0.0), (12.0, 100.0), (24.0, 200.0)], &usual(), &[], 24.0);
        assert_eq!(paths.line, "M0.0 100.0L50.0 53.0L100.0 6.0");
    }

    #[test]
    fn without_a_band_the_line_stands_alone_and_without_readings_there_is_none() {
        let alone = paths(&[(0.0, 0.0), (1.0, 5.0), (2.0, 6.0)], &UsualCurve::default(), &[], 24.0);
        assert_eq!((alone.usual.as_str(), alone.median.as_str()), ("", ""));
        assert!(!alone.line.is_empty());
        let read_once = paths(&[(0.0, 0.0), (1.0, 5.0)], &usual(), &[], 24.0);
        assert_eq!((read_once.line.as_str(), read_once.end.is_empty()), ("", false), "one reading is a dot");
        assert_eq!(paths(&[(0.0, 0.0)], &UsualCurve::default(), &[], 24.0), CurvePaths::default());
        assert!(!has_curve(&[(0.0, 0.0)]));
    }
}
