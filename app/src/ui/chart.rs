//! A chart in the page: a specification of the crate `charts`, drawn by the ECharts bundle that is fetched when the
//! first chart comes into view. Before that, and without scripts, there are its sentence and its table.

use charts::{Cursor, Palette, Spec, Style};
use leptos::html::Div;
use leptos::prelude::*;

use crate::ui::number::words;

/// Where the bundle is served (`frontend/charts`).
pub const BUNDLE: &str = "/pkg/charts.js";

/// A longer table is only made when it is opened.
const ROWS_AT_ONCE: usize = 62;

/// The row under the cursor, when no tooltip tells it.
type Told = RwSignal<Option<usize>>;

/// `spec` runs again when a signal in it or the theme changes, and the chart moves to the new state in place.
/// `class` sets the height: empty, `tall` or `low`, and `brushed` with a brush below. `zoom` hears which rows (first
/// and last) a zoom came to rest on, `pick` the row that was clicked.
#[component]
pub fn Chart<F>(
    id: &'static str,
    class: &'static str,
    spec: F,
    #[prop(optional, into)] zoom: Option<Callback<(usize, usize)>>,
    #[prop(optional, into)] pick: Option<Callback<usize>>,
) -> impl IntoView
where
    F: Fn(&Style<'_>) -> Spec + Send + Sync + 'static,
{
    let words = words();
    let palette = page_palette();
    let spec = Memo::new(move |_| palette.with(|palette| spec(&Style::card(&words, palette))));
    let plot = NodeRef::<Div>::new();
    let told = Told::new(None);
    let state = RwSignal::new(State::Waiting);
    #[cfg(feature = "hydrate")]
    drawing::draw_when_seen(plot, spec, state, told, zoom, pick);
    #[cfg(not(feature = "hydrate"))]
    let _ = (zoom, pick);

    let keys = format!("{id}-keys");
    view! {
        <figure class="chart" id=id>
            <p class="readout" aria-live="polite" aria-atomic="true">
                {move || spec.with(|spec| readout(spec, told.get()))}
            </p>
            <div class=format!("chart-stage {class}")>
                <div
                    class="chart-plot"
                    node_ref=plot
                    role="img"
                    tabindex="0"
                    aria-label=move || spec.with(|spec| spec.label.clone())
                    aria-describedby=keys.clone()
                ></div>
                <Show when=move || state.get() == State::Waiting>
                    <i class="chart-wait" aria-hidden="true"></i>
                </Show>
                <Show when=move || state.get() == State::Failed>
                    <p class="chart-failed" role="status">
                        {words.chart_failed}
                    </p>
                </Show>
            </div>
            <span class="visually-hidden" id=keys>
                {words.chart_keys}
            </span>
            <DataTable spec state/>
        </figure>
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// the bundle is not here, or the chart not in view
    Waiting,
    #[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "only a browser draws"))]
    Drawn,
    /// the bundle did not come
    Failed,
}

/// Name and values of a row; where a chart runs along time, its last row until another is pointed at.
fn readout(spec: &Spec, told: Option<usize>) -> Option<impl IntoView + use<>> {
    let along_x = matches!(&spec.cursor, Cursor::Axis { dim, .. } if dim == "x");
    let last = spec.table.rows.len().checked_sub(1).filter(|_| along_x);
    let row = spec.table.rows.get(told.or(last)?)?;
    let values: Vec<String> = spec
        .table
        .header
        .iter()
        .zip(row)
        .skip(1)
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    let name = row.first()?.clone();
    Some(view! {
        <b>{name}</b>
        {values.into_iter().map(|value| view! { " " <span>{value}</span> }).collect_view()}
    })
}

/// Everything the chart shows, as text.
#[component]
fn DataTable(spec: Memo<Spec>, state: RwSignal<State>) -> impl IntoView {
    let open = RwSignal::new(false);
    let rows = Memo::new(move |_| {
        spec.with(|spec| {
            let wanted = open.get() || spec.table.rows.len() <= ROWS_AT_ONCE;
            if wanted { spec.table.rows.clone() } else { Vec::new() }
        })
    });
    let header = Memo::new(move |_| spec.with(|spec| spec.table.header.clone()));
    view! {
        <details class="chart-table" open=move || state.get() == State::Failed on:toggle=move |_| open.set(true)>
            <summary>{words().show_table}</summary>
            <div class="chart-table-scroll" tabindex="0" role="region" aria-label=move || spec.with(|spec| spec.label.clone())>
                <table>
                    <thead>
                        <tr>
                            {move || {
                                header.get().into_iter().map(|name| view! { <th scope="col">{name}</th> }).collect_view()
                            }}
                        </tr>
                    </thead>
                    <tbody>{move || rows.get().into_iter().map(|row| view! { <DataRow row/> }).collect_view()}</tbody>
                </table>
            </div>
        </details>
    }
}

#[component]
fn DataRow(row: Vec<String>) -> impl IntoView {
    let mut cells = row.into_iter();
    let name = cells.next();
    view! {
        <tr>
            <th scope="row">{name}</th>
            {cells.map(|cell| view! { <td>{cell}</td> }).collect_view()}
        </tr>
    }
}

/// The colours of the page as it looks now. Until the bundle has read them, and on the server, where nothing is
/// drawn with them, the product's light ones.
fn page_palette() -> ArcRwSignal<Palette> {
    #[cfg(feature = "hydrate")]
    {
        drawing::palette()
    }
    #[cfg(not(feature = "hydrate"))]
    {
        ArcRwSignal::new(Palette::light())
    }
}

#[cfg(feature = "hydrate")]
mod drawing {
    //! The bridge to `frontend/charts/bridge.js`.

    use std::cell::Cell;

    use charts::palette::VARIABLES;
    use charts::{Palette, Spec};
    use js_sys::{Array, Promise};
    use leptos::html::Div;
    use leptos::prelude::*;
    use leptos::task::spawn_local;
    use wasm_bindgen::prelude::*;
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{HtmlElement, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit};

    use super::{BUNDLE, State, Told};

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_name = import)]
        fn import(address: &str) -> Promise;

        /// The bundle's exports.
        #[derive(Clone)]
        type Bundle;
        #[wasm_bindgen(method, catch)]
        fn mount(this: &Bundle, element: &HtmlElement, spec: &str, report: &Report) -> Result<JsValue, JsValue>;
        #[wasm_bindgen(method, catch)]
        fn update(this: &Bundle, drawing: &JsValue, spec: &str) -> Result<(), JsValue>;
        #[wasm_bindgen(method)]
        fn dispose(this: &Bundle, drawing: &JsValue);
        #[wasm_bindgen(method)]
        fn colours(this: &Bundle, element: &HtmlElement, names: Array) -> Array;
        #[wasm_bindgen(method, js_name = watchTheme)]
        fn watch_theme(this: &Bundle, changed: &Closure<dyn FnMut()>) -> JsValue;
    }

    type Report = Closure<dyn FnMut(String, f64, f64)>;

    /// So much before it scrolls into view a chart is drawn.
    const EARLY: &str = "200px";

    thread_local! {
        // charts of all pages share it, so it outlives each of them
        static PALETTE: ArcRwSignal<Palette> = ArcRwSignal::new(Palette::light());
        static WATCHED: Cell<bool> = const { Cell::new(false) };
    }

    pub(super) fn palette() -> ArcRwSignal<Palette> {
        PALETTE.with(Clone::clone)
    }

    /// A chart that is drawn, with all that must live as long.
    struct Drawn {
        bundle: Bundle,
        handle: JsValue,
        _report: Report,
    }

    pub(super) fn draw_when_seen(
        plot: NodeRef<Div>,
        spec: Memo<Spec>,
        state: RwSignal<State>,
        told: Told,
        zoom: Option<Callback<(usize, usize)>>,
        pick: Option<Callback<usize>>,
    ) {
        let drawn = StoredValue::new_local(None::<Drawn>);
        let observer = StoredValue::new_local(None::<(IntersectionObserver, Closure<dyn FnMut(Array)>)>);

        Effect::new(move |_| {
            let Some(element) = plot.get().map(HtmlElement::from) else { return };
            let target = element.clone();
            let seen = Closure::<dyn FnMut(Array)>::new(move |entries: Array| {
                if !entries.iter().any(|entry| entry.unchecked_into::<IntersectionObserverEntry>().is_intersecting()) {
                    return;
                }
                observer.with_value(|kept| {
                    if let Some((observer, _)) = kept {
                        observer.disconnect();
                    }
                });
                let element = element.clone();
                spawn_local(async move {
                    let report = report(told, zoom, pick);
                    let made = mount(&element, spec, report).await;
                    match made {
                        // the page may have changed while the bundle came
                        Ok(made) if drawn.try_with_value(Option::is_none) == Some(true) => {
                            drawn.set_value(Some(made));
                            state.set(State::Drawn);
                        }
                        Ok(made) => made.bundle.dispose(&made.handle),
                        Err(error) => {
                            // a page that has been left meanwhile has nobody to tell
                            if state.try_set(State::Failed).is_none() {
                                leptos::logging::error!("the chart bundle: {error:?}");
                            }
                        }
                    }
                });
            });
            let early = IntersectionObserverInit::new();
            early.set_root_margin(EARLY);
            let Ok(watching) = IntersectionObserver::new_with_options(seen.as_ref().unchecked_ref(), &early) else {
                return;
            };
            watching.observe(&target);
            observer.set_value(Some((watching, seen)));
        });

        // each chart is redrawn in a task of its own: news for a page of them must not become one long task
        let waits = StoredValue::new_local(false);
        Effect::new(move |_| {
            spec.track();
            if waits.try_update_value(|waits| std::mem::replace(waits, true)) != Some(false) {
                return;
            }
            let redraw = move || {
                // the value comes back where the chart has been left meanwhile
                if waits.try_set_value(false).is_some() {
                    return;
                }
                let Some(text) = spec.try_with_untracked(to_json) else { return };
                drawn.try_with_value(|kept| {
                    if let Some(kept) = kept
                        && let Err(error) = kept.bundle.update(&kept.handle, &text)
                    {
                        leptos::logging::error!("the chart bundle: {error:?}");
                    }
                });
            };
            set_timeout(redraw, std::time::Duration::ZERO);
        });

        on_cleanup(move || {
            observer.try_update_value(|kept| {
                if let Some((observer, _)) = kept.take() {
                    observer.disconnect();
                }
            });
            drawn.try_update_value(|kept| {
                if let Some(kept) = kept.take() {
                    kept.bundle.dispose(&kept.handle);
                }
            });
        });
    }

    async fn mount(element: &HtmlElement, spec: Memo<Spec>, report: Report) -> Result<Drawn, JsValue> {
        let bundle: Bundle = JsFuture::from(import(BUNDLE)).await?.unchecked_into();
        follow_theme(&bundle);
        let Some(text) = spec.try_with_untracked(to_json) else {
            return Err(JsValue::from_str("the page has changed"));
        };
        let handle = bundle.mount(element, &text, &report)?;
        Ok(Drawn { bundle, handle, _report: report })
    }

    fn to_json(spec: &Spec) -> String {
        // plain data: it always serialises
        serde_json::to_string(spec).unwrap_or_default()
    }

    fn report(told: Told, zoom: Option<Callback<(usize, usize)>>, pick: Option<Callback<usize>>) -> Report {
        Closure::new(move |event: String, a: f64, b: f64| match event.as_str() {
            "point" => {
                told.set((a >= 0.0 && b > 0.0).then_some(a as usize));
            }
            "zoom" => {
                if let Some(zoom) = zoom {
                    zoom.run((a as usize, b as usize));
                }
            }
            "pick" => {
                if let Some(pick) = pick {
                    pick.run(a as usize);
                }
            }
            _ => {}
        })
    }

    /// Reads the page's colours, now and after each change of theme. Once a document.
    fn follow_theme(bundle: &Bundle) {
        if WATCHED.replace(true) {
            return;
        }
        read_colours(bundle);
        let again = bundle.clone();
        let changed = Closure::<dyn FnMut()>::new(move || read_colours(&again));
        bundle.watch_theme(&changed);
        // as long as the document
        changed.forget();
    }

    fn read_colours(bundle: &Bundle) {
        let Some(body) = web_sys::window().and_then(|window| window.document()).and_then(|document| document.body())
        else {
            return;
        };
        let names = VARIABLES.iter().map(|name| JsValue::from_str(name)).collect::<Array>();
        let values = bundle.colours(&body, names).iter().filter_map(|value| value.as_string()).collect();
        if let Ok(palette) = Palette::from_values(values) {
            self::palette().set(palette);
        }
    }
}
