//! Cards: a heading that may open its formula, a line under it, something at its end.

use leptos::prelude::*;

/// `class`: columns in the grid, e.g. `span-8`; `id` names the heading for the section.
#[component]
pub fn Card(
    class: &'static str,
    id: &'static str,
    #[prop(into)] title: ViewFn,
    #[prop(optional, into)] sub: Option<ViewFn>,
    #[prop(optional, into)] end: Option<ViewFn>,
    children: Children,
) -> impl IntoView {
    view! {
        <section class=format!("card {class}") aria-labelledby=id>
            <header>
                <div class="heading">
                    <h2 id=id>{title.run()}</h2>
                    {sub.map(|sub| view! { <p>{sub.run()}</p> })}
                </div>
                {end.map(|end| end.run())}
            </header>
            {children()}
        </section>
    }
}

/// Grey shapes of the size of what comes.
#[component]
pub fn SkeletonCard(class: &'static str, #[prop(optional)] rows: usize) -> impl IntoView {
    view! {
        <section class=format!("card {class}")>
            <div class="skeleton" aria-busy="true" role="status">
                <span class="visually-hidden">{crate::t!("loading")}</span>
                <i class="w-30"></i>
                <i class="value w-45"></i>
                <i class="chart"></i>
                {(0..rows)
                    .map(|_| {
                        view! {
                            <span class="row">
                                <i class="thumb-box"></i>
                                <span>
                                    <i class="w-80"></i>
                                    <i class="w-45"></i>
                                </span>
                                <i></i>
                            </span>
                        }
                    })
                    .collect_view()}
            </div>
        </section>
    }
}
