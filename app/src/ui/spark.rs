//! A small line without axes: where a number has been, day by day.

use leptos::prelude::*;

/// Size of the drawing's own units; the picture is stretched to its box.
const SIDE: f64 = 100.0;
/// Room above the highest and below the lowest value, so that the line and its end dot are not cut.
const TOP: f64 = 10.0;
const BOTTOM: f64 = 90.0;

/// Line, ground below it and end dot as SVG path data.
#[derive(Debug, Clone, PartialEq, Default)]
struct SparkPaths {
    area: String,
    line: String,
    /// at the newest known value
    end: String,
}

/// `values` in order of time; a hole in them is a hole in the line. Nothing is drawn below two known values.
#[component]
pub fn Spark(#[prop(into)] values: Signal<Vec<Option<f64>>>, #[prop(into)] label: Signal<String>) -> impl IntoView {
    let paths = Memo::new(move |_| values.with(|values| paths(values)));
    view! {
        <svg class="spark" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label=move || label.get()>
            <path class="area" d=move || paths.with(|paths| paths.area.clone())></path>
            <path class="line" d=move || paths.with(|paths| paths.line.clone())></path>
            <path class="end" d=move || paths.with(|paths| paths.end.clone())></path>
        </svg>
    }
}

fn paths(values: &[Option<f64>]) -> SparkPaths {
    let known = || values.iter().flatten().copied().filter(|value| value.is_finite());
    if known().count() < 2 {
        return SparkPaths::default();
    }
    let (low, high) =
        known().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    let x = |index: usize| index as f64 / (values.len() - 1) as f64 * SIDE;
    // a number that does not move is a line through the middle
    let y = |value: f64| if high > low { BOTTOM - (value - low) / (high - low) * (BOTTOM - TOP) } else { SIDE / 2.0 };

    let mut found = SparkPaths::default();
    for run in runs(values) {
        let points: Vec<(f64, f64)> = run.iter().map(|(index, value)| (x(*index), y(*value))).collect();
        found.line.push_str(&line(&points));
        if let ([(first, _), ..], [.., (last, _)]) = (points.as_slice(), points.as_slice()) {
            let ground = format!("L{last:.1} {SIDE}L{first:.1} {SIDE}Z");
            found.area += &(line(&points) + &ground);
        }
    }
    if let Some((index, value)) = runs(values).pop().and_then(|run| run.last().copied()) {
        found.end = dot(x(index), y(value));
    }
    found
}

/// Neighbouring known values, with their places.
fn runs(values: &[Option<f64>]) -> Vec<Vec<(usize, f64)>> {
    let mut runs: Vec<Vec<(usize, f64)>> = Vec::new();
    let mut open = false;
    for (index, value) in values.iter().enumerate() {
        match value.filter(|value| value.is_finite()) {
            Some(value) => {
                if !open {
                    runs.push(Vec::new());
                }
                if let Some(run) = runs.last_mut() {
                    run.push((index, value));
                }
                open = true;
            }
            None => open = false,
        }
    }
    runs
}

/// Path data through points; a single point is a dot.
pub(super) fn line(points: &[(f64, f64)]) -> String {
    if let [(x, y)] = points {
        return dot(*x, *y);
    }
    let steps: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1} {y:.1}")).collect();
    if steps.is_empty() { String::new() } else { format!("M{}", steps.join("L")) }
}

/// A stroke of no length: the round cap makes it a dot, whatever the box's proportions.
pub(super) fn dot(x: f64, y: f64) -> String {
    format!("M{x:.1} {y:.1}l.01 0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_fills_its_box_and_ends_in_a_dot() {
        let paths = paths(&[Some(0.0), Some(5.0), Some(10.0)]);
        assert_eq!(paths.line, "M0.0 90.0L50.0 50.0L100.0 10.0");
        assert_eq!(paths.end, "M100.0 10.0l.01 0");
        assert!(paths.area.ends_with("L100.0 100L0.0 100Z"), "{}", paths.area);
    }

    #[test]
    fn a_hole_is_not_bridged_and_a_lone_value_is_a_dot() {
        let paths = paths(&[Some(1.0), Some(2.0), None, Some(3.0), None]);
        assert_eq!(paths.line, "M0.0 90.0L25.0 50.0M75.0 10.0l.01 0");
        assert_eq!(paths.end, "M75.0 10.0l.01 0", "the last day is not known: the end is where the line ends");
    }

    #[test]
    fn too_little_is_not_drawn_and_no_movement_is_level() {
        assert_eq!(paths(&[]), SparkPaths::default());
        assert_eq!(paths(&[Some(4.0)]), SparkPaths::default());
        assert_eq!(paths(&[None, None]), SparkPaths::default());
        assert_eq!(paths(&[Some(4.0), Some(4.0)]).line, "M0.0 50.0L100.0 50.0");
    }
}
