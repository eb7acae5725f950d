//! Reach by weekday and hour as a table of colours: a cell is picked by touch, mouse or arrow keys and read out above.

use domain::analytics::Answer;
use domain::analytics::heatmap::{HeatCell, heatmap};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::content_card::is_total;
use super::explain::{Foot, NoPostsOr, rule};
use super::shown::Shown;
use crate::t;
use crate::ui::card::Card;
use crate::ui::formula::{Formula, FormulaButton};
use crate::ui::number::{self, signed_percent_whole as change};
use crate::ui::time;

const DAYS: u8 = 7;
const HOURS: u8 = 24;
/// Every so many hours the head names one.
const NAMED_HOURS: u8 = 4;
/// Posts of the cell that is read out before another is picked.
const POSTS_TO_OPEN_WITH: u64 = 3;
/// Lifts from which a cell takes the next stronger colour, either way.
const STEPS: [f64; 3] = [0.03, 0.08, 0.15];

/// Weekday (0 = Monday) and hour.
type Place = (u8, u8);

#[component]
pub fn Heatmap(shown: Shown, class: &'static str) -> impl IntoView {
    let answer = shown.ask(|data, window| heatmap(data, window, None));
    let chosen = RwSignal::new(None::<Place>);
    let picked = Memo::new(move |_| answer.with(|answer| chosen.get().or_else(|| best(&answer.data))));
    let posts = move || answer.with(|answer| answer.data.iter().map(|cell| cell.n).sum::<u64>());
    let meta = Signal::derive(move || answer.with(|answer| answer.meta.clone()));
    let formula = Signal::derive(move || answer.with(|answer| formula(answer, shown)));
    let sub = move || {
        let n = posts() as i64;
        let count = t!("count-posts-text", n = n, text = number::full(n));
        if answer.with(is_total) {
            t!("analytics-heat-sub-total", posts = count)
        } else {
            t!("analytics-heat-sub", posts = count)
        }
    };
    view! {
        <Card
            class
            id="reach-by-hour"
            title=move || view! { <FormulaButton id="reach-by-hour" label=|| t!("analytics-heat") formula/> }
            sub=move || sub
        >
            <Show
                when=move || { posts() > 0 }
                fallback=move || {
                    view! { <NoPostsOr shown title=t!("analytics-heat-none") more=t!("analytics-heat-none-more")/> }
                }
            >
                <ReadOut answer picked/>
                <Cells answer picked chosen/>
                <div class="heat-legend">
                    <span class="ramp" aria-hidden="true">
                        <i class="d3"></i>
                        <i class="d2"></i>
                        <i class="d1"></i>
                        <i></i>
                        <i class="u1"></i>
                        <i class="u2"></i>
                        <i class="u3"></i>
                    </span>
                    <span>{t!("analytics-heat-legend", low = change(-STEPS[2]), high = change(STEPS[2]))}</span>
                    <span class="ramp">
                        <i class="none"></i>
                        {t!("analytics-heat-no-posts")}
                    </span>
                </div>
                <Foot shown meta/>
            </Show>
        </Card>
    }
}

type Cells168 = Memo<Answer<Vec<HeatCell>>>;

#[component]
fn ReadOut(answer: Cells168, picked: Memo<Option<Place>>) -> impl IntoView {
    let cell = move || {
        let place = picked.get()?;
        answer.with(|answer| cell_at(&answer.data, place).cloned())
    };
    view! {
        <p class="readout">
            {move || {
                cell()
                    .map(|cell| {
                        let n = cell.n as i64;
                        view! {
                            <b>{name((cell.dow, cell.hour))}</b>
                            <span>{t!("count-posts-text", n = n, text = number::full(n))}</span>
                            {cell
                                .median
                                .map(|median| view! { <span>{t!("analytics-heat-median", value = change(median.exp_m1()))}</span> })}
                            {cell.lift.map(|lift| view! { <span>{t!("analytics-heat-shrunk", value = change(lift))}</span> })}
                        }
                    })
            }}
        </p>
    }
}

#[component]
fn Cells(answer: Cells168, picked: Memo<Option<Place>>, chosen: RwSignal<Option<Place>>) -> impl IntoView {
    let on_key = move |event: KeyboardEvent| {
        if let Some(place) = moved(picked.get_untracked().unwrap_or_default(), &event.key()) {
            event.prevent_default();
            chosen.set(Some(place));
            focus(place);
        }
    };
    view! {
        <table class="heatmap" role="grid" aria-label=t!("analytics-heat-label") on:keydown=on_key>
            <thead>
                <tr>
                    <th>
                        <span class="visually-hidden">{t!("analytics-heat-day")}</span>
                    </th>
                    {(0..HOURS)
                        .map(|hour| {
                            let hidden = !hour.is_multiple_of(NAMED_HOURS);
                            view! {
                                <th scope="col">
                                    <span class:visually-hidden=hidden>{format!("{hour:02}")}</span>
                                </th>
                            }
                        })
                        .collect_view()}
                </tr>
            </thead>
            <tbody>
                {(0..DAYS)
                    .map(|dow| {
                        view! {
                            <tr>
                                <th scope="row">{time::weekday_short(usize::from(dow))}</th>
                                {(0..HOURS).map(|hour| view! { <Cell place=(dow, hour) answer picked chosen/> }).collect_view()}
                            </tr>
                        }
                    })
                    .collect_view()}
            </tbody>
        </table>
    }
}

#[component]
fn Cell(place: Place, answer: Cells168, picked: Memo<Option<Place>>, chosen: RwSignal<Option<Place>>) -> impl IntoView {
    let look = Memo::new(move |_| answer.with(|answer| cell_at(&answer.data, place).map_or(("none", None), look)));
    let is_picked = Memo::new(move |_| picked.get() == Some(place));
    let label = move || {
        let what = match look.get().1 {
            Some(lift) => change(lift),
            None => t!("analytics-heat-no-posts"),
        };
        format!("{}: {what}", name(place))
    };
    view! {
        <td
            id=cell_id(place)
            class=move || if is_picked.get() { format!("{} picked", look.get().0) } else { look.get().0.to_owned() }
            aria-label=label
            aria-selected=move || is_picked.get().to_string()
            tabindex=move || if is_picked.get() { "0" } else { "-1" }
            on:click=move |_| chosen.set(Some(place))
        ></td>
    }
}

fn cell_at(cells: &[HeatCell], (dow, hour): Place) -> Option<&HeatCell> {
    cells.get(usize::from(dow) * usize::from(HOURS) + usize::from(hour))
}

/// The cell furthest above usual, among those of enough posts where there are any.
fn best(cells: &[HeatCell]) -> Option<Place> {
    let most = |least: u64| {
        let cells = cells.iter().filter(|cell| cell.n >= least);
        let best = cells.filter_map(|cell| Some((cell, cell.lift?))).max_by(|a, b| a.1.total_cmp(&b.1))?;
        Some((best.0.dow, best.0.hour))
    };
    most(POSTS_TO_OPEN_WITH).or_else(|| most(1))
}

/// Class of a cell, and its lift where it has posts.
fn look(cell: &HeatCell) -> (&'static str, Option<f64>) {
    let Some(lift) = cell.lift.filter(|_| cell.n > 0) else { return ("none", None) };
    let strength = STEPS.iter().filter(|step| lift.abs() >= **step).count();
    let class = match (strength, lift > 0.0) {
        (1, true) => "u1",
        (2, true) => "u2",
        (3, true) => "u3",
        (1, false) => "d1",
        (2, false) => "d2",
        (3, false) => "d3",
        _ => "",
    };
    (class, Some(lift))
}

/// `Tue 19:00`
fn name((dow, hour): Place) -> String {
    format!("{} {hour:02}:00", time::weekday_short(usize::from(dow)))
}

/// Where an arrow key leads; the table has no way out at its edges.
fn moved((dow, hour): Place, key: &str) -> Option<Place> {
    match key {
        "ArrowLeft" => Some((dow, hour.saturating_sub(1))),
        "ArrowRight" => Some((dow, (hour + 1).min(HOURS - 1))),
        "ArrowUp" => Some((dow.saturating_sub(1), hour)),
        "ArrowDown" => Some(((dow + 1).min(DAYS - 1), hour)),
        "Home" => Some((dow, 0)),
        "End" => Some((dow, HOURS - 1)),
        _ => None,
    }
}

fn cell_id((dow, hour): Place) -> String {
    format!("heat-{dow}-{hour}")
}

fn focus(place: Place) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast as _;
        let cell = web_sys::window()
            .and_then(|window| window.document())
            .and_then(|document| document.get_element_by_id(&cell_id(place)));
        if let Some(cell) = cell.and_then(|cell| cell.dyn_into::<web_sys::HtmlElement>().ok()) {
            // the cell is on the page: that it cannot take the focus leaves the picked one as it is
            let _ = cell.focus();
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = place;
}

fn formula(answer: &Answer<Vec<HeatCell>>, shown: Shown) -> Formula {
    let cells = &answer.data;
    Formula {
        title: t!("analytics-heat"),
        meaning: t!("analytics-heat-meaning"),
        formula: if is_total(answer) { t!("analytics-heat-formula-total") } else { t!("analytics-heat-formula") },
        inputs: vec![
            (t!("analytics-heat-posts"), number::full(cells.iter().map(|cell| cell.n).sum::<u64>() as i64)),
            (
                t!("analytics-heat-cells"),
                t!(
                    "analytics-of",
                    n = number::full(cells.iter().filter(|cell| cell.n > 0).count() as i64),
                    of = number::full(cells.len() as i64)
                ),
            ),
        ],
        rule: rule(&answer.meta, &shown.zone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(lift: f64, n: u64) -> HeatCell {
        HeatCell { dow: 0, hour: 0, n, median: None, score: Some((1.0 + lift).ln()), lift: Some(lift) }
    }

    #[test]
    fn colours_grow_with_the_lift_and_need_posts() {
        let class = |lift| look(&cell(lift, 3)).0;
        assert_eq!(
            [-0.2, -0.1, -0.05, -0.01, 0.0, 0.029, 0.03, 0.08, 0.15].map(class),
            ["d3", "d2", "d1", "", "", "", "u1", "u2", "u3"]
        );
        assert_eq!(look(&cell(0.2, 0)), ("none", None));
    }

    #[test]
    fn arrows_stay_inside_the_table() {
        assert_eq!(moved((0, 0), "ArrowUp"), Some((0, 0)));
        assert_eq!(moved((6, 23), "ArrowRight"), Some((6, 23)));
        assert_eq!(moved((6, 23), "ArrowDown"), Some((6, 23)));
        assert_eq!(moved((2, 5), "ArrowLeft"), Some((2, 4)));
        assert_eq!(moved((2, 5), "Tab"), None);
    }
}
