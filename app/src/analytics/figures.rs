//! A few numbers in a row, each with its formula.

use leptos::prelude::*;

use crate::ui::formula::{Formula, FormulaButton};

#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// unique on the page
    pub id: &'static str,
    pub label: String,
    pub value: String,
    /// below the number: what it was, an interval
    pub note: String,
    pub formula: Formula,
}

/// `figures` keep their number and ids; their values change.
#[component]
pub fn Figures(#[prop(into)] figures: Signal<Vec<Figure>>) -> impl IntoView {
    let ids = figures.with_untracked(|figures| figures.iter().map(|figure| figure.id).collect::<Vec<_>>());
    view! {
        <div class="figures">
            {ids
                .into_iter()
                .enumerate()
                .map(|(place, id)| {
                    let part = move |part: fn(&Figure) -> String| {
                        move || figures.with(|figures| figures.get(place).map(part).unwrap_or_default())
                    };
                    let formula = Signal::derive(move || {
                        figures.with(|figures| figures.get(place).map(|figure| figure.formula.clone()).unwrap_or_default())
                    });
                    let label = part(|figure| figure.label.clone());
                    view! {
                        <div>
                            <h3>
                                <FormulaButton id label=move || label formula/>
                            </h3>
                            <p class="value">{part(|figure| figure.value.clone())}</p>
                            <p class="meta">{part(|figure| figure.note.clone())}</p>
                        </div>
                    }
                })
                .collect_view()}
        </div>
    }
}
