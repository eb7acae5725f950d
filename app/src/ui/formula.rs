//! Every number explains itself: a dotted underline opens formula, inputs, what was left out, source and freshness.

use leptos::prelude::*;

/// What the popover says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Formula {
    /// name and value: `ERR at 24 h: 25.8%`
    pub title: String,
    /// in one sentence
    pub meaning: String,
    pub formula: String,
    /// inputs with their values
    pub inputs: Vec<(String, String)>,
    /// what was left out, source, as of
    pub rule: String,
}

/// A heading or label that opens its formula. `id` must be unique on the page.
#[component]
pub fn FormulaButton(
    #[prop(into)] id: String,
    #[prop(into)] label: ViewFn,
    #[prop(into)] formula: Signal<Formula>,
) -> impl IntoView {
    let popover = format!("{id}-formula");
    view! {
        <button class="formula-button" type="button" aria-haspopup="dialog" popovertarget=popover.clone()>
            <span>{label.run()}</span>
        </button>
        <div class="popover sheet" id=popover popover="auto" role="dialog" aria-label=move || formula.with(|formula| formula.title.clone())>
            {move || {
                let formula = formula.get();
                view! {
                    <p>
                        <b>{formula.title}</b>
                        <br/>
                        <span class="muted">{formula.meaning}</span>
                    </p>
                    <p class="formula">{formula.formula}</p>
                    <dl>
                        {formula
                            .inputs
                            .into_iter()
                            .map(|(name, value)| {
                                view! {
                                    <dt>{name}</dt>
                                    <dd>{value}</dd>
                                }
                            })
                            .collect_view()}
                    </dl>
                    <p class="rule">{formula.rule}</p>
                }
            }}
        </div>
    }
}
