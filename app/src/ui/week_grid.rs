//! The hours of a week as a table of colours: a cell is picked by touch, mouse or arrow keys and read out above.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::number::signed_percent_whole as change;
use super::time;
use crate::t;

const DAYS: u8 = 7;
const HOURS: u8 = 24;
/// Every so many hours the head names one.
const NAMED_HOURS: u8 = 4;
/// Lifts from which a cell takes the next stronger colour, either way.
const STEPS: [f64; 3] = [0.03, 0.08, 0.15];

/// Weekday (0 = Monday) and hour.
pub type Place = (u8, u8);

/// How a cell looks and what it says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CellLook {
    class: &'static str,
    /// after the cell's name, for screen readers
    says: String,
    /// one of the recommended
    marked: bool,
}

impl CellLook {
    /// `lift`: ratio to what is usual, minus 1; `None` without posts.
    pub fn of(lift: Option<f64>, says: String) -> Self {
        Self { class: lift.map_or("none", class), says, marked: false }
    }

    /// Of a place that nothing is known of.
    const NONE: Self = Self { class: "none", says: String::new(), marked: false };

    fn classes(&self, picked: bool) -> String {
        [Some(self.class), self.marked.then_some("slot"), picked.then_some("picked")]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[must_use]
    pub fn marked(self, marked: bool) -> Self {
        Self { marked, ..self }
    }
}

/// Place of a cell in a list by weekday, then hour.
pub fn place_index((dow, hour): Place) -> usize {
    usize::from(dow) * usize::from(HOURS) + usize::from(hour)
}

/// `Tue 19:00`
pub fn place_name((dow, hour): Place) -> String {
    format!("{} {hour:02}:00", time::weekday_short(usize::from(dow)))
}

/// `looks` by weekday, then hour; what is not there has no posts.
#[component]
pub fn WeekGrid(
    label: String,
    looks: Memo<Vec<CellLook>>,
    picked: Memo<Option<Place>>,
    chosen: RwSignal<Option<Place>>,
) -> impl IntoView {
    let on_key = move |event: KeyboardEvent| {
        if let Some(place) = moved(picked.get_untracked().unwrap_or_default(), &event.key()) {
            event.prevent_default();
            chosen.set(Some(place));
            focus(place);
        }
    };
    view! {
        <table class="heatmap" role="grid" aria-label=label on:keydown=on_key>
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
                                {(0..HOURS).map(|hour| view! { <Cell place=(dow, hour) looks picked chosen/> }).collect_view()}
                            </tr>
                        }
                    })
                    .collect_view()}
            </tbody>
        </table>
    }
}

#[component]
fn Cell(
    place: Place,
    looks: Memo<Vec<CellLook>>,
    picked: Memo<Option<Place>>,
    chosen: RwSignal<Option<Place>>,
) -> impl IntoView {
    let is_picked = Memo::new(move |_| picked.get() == Some(place));
    let class = move || {
        let picked = is_picked.get();
        looks.with(|looks| looks.get(place_index(place)).unwrap_or(&CellLook::NONE).classes(picked))
    };
    let label = move || {
        let says = looks.with(|looks| looks.get(place_index(place)).map(|look| look.says.clone()).unwrap_or_default());
        format!("{}: {says}", place_name(place))
    };
    view! {
        <td
            id=cell_id(place)
            class=class
            aria-label=label
            aria-selected=move || is_picked.get().to_string()
            tabindex=move || if is_picked.get() { "0" } else { "-1" }
            on:click=move |_| chosen.set(Some(place))
            on:mouseenter=move |_| chosen.set(Some(place))
        ></td>
    }
}

/// What the colours stand for.
#[component]
pub fn HeatLegend() -> impl IntoView {
    view! {
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
    }
}

fn class(lift: f64) -> &'static str {
    let strength = STEPS.iter().filter(|step| lift.abs() >= **step).count();
    match (strength, lift > 0.0) {
        (1, true) => "u1",
        (2, true) => "u2",
        (3, true) => "u3",
        (1, false) => "d1",
        (2, false) => "d2",
        (3, false) => "d3",
        _ => "",
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_grow_with_the_lift_and_need_posts() {
        let class = |lift| CellLook::of(Some(lift), String::new()).class;
        assert_eq!(
            [-0.2, -0.1, -0.05, -0.01, 0.0, 0.029, 0.03, 0.08, 0.15].map(class),
            ["d3", "d2", "d1", "", "", "", "u1", "u2", "u3"]
        );
        assert_eq!(CellLook::of(None, String::new()).class, "none");
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
