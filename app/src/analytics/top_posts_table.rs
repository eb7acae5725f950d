//! The posts of the window as a table: sorted by any column, searched, in pages; on a phone a row becomes two lines.

use domain::analytics::attention::{WELL_ABOVE, WELL_BELOW};
use domain::analytics::overview::overview;
use domain::analytics::posts::AgainstUsual;
use domain::analytics::query::Sort;
use domain::analytics::table::{Column, PostFilter, TablePage, TableRow, table};
use domain::analytics::top::{DEFAULT_MIN_VIEWS, top};
use domain::screens::COMPARED_POSTS_MAX;
use domain::zone::Zone;
use leptos::ev::{Event, Targeted};
use leptos::prelude::*;
use leptos::web_sys::{HtmlInputElement, HtmlSelectElement};

use super::address::{Order, PAGE, POSTS, SEARCH, SORT, posts_param};
use super::explain::{NoPostsOr, Nothing, rule};
use super::post_cell::PostCell;
use super::shown::Shown;
use crate::t;
use crate::ui::delta::{Delta, Meaning};
use crate::ui::formula::{Formula, FormulaButton};
use crate::ui::icon::{Glyph, Icon};
use crate::ui::number;
use crate::ui::time::age;

const ROWS: usize = 8;
/// Numbers of pages named beside the current one, on either side.
const PAGES_BESIDE: usize = 2;
/// A difference from the expected within this share is neither good nor bad.
const AS_EXPECTED: f64 = 0.1;
/// What the whole width of a bullet stands for; 1.0 = as expected.
const BULLET_RATIO: f64 = 2.0;

/// `compared`: posts of the comparison, to add to or take from.
#[component]
pub fn TopPostsTable(shown: Shown, #[prop(into)] compared: Signal<Vec<i64>>) -> impl IntoView {
    let address = shown.address;
    let (order, page) = (address.order(), address.page());
    // the field is ahead of the address while somebody types
    let typed = RwSignal::new(address.search().get_untracked());
    let found = Memo::new(move |_| {
        let filter = PostFilter { media_type: None, search: typed.get(), min_views: Some(DEFAULT_MIN_VIEWS) };
        let order = order.get();
        shown.data.with(|data| {
            shown.window.with(|window| table(data, window, &filter, order.column, order.descending, page.get(), ROWS))
        })
    });
    let sort = move |column: Column| {
        address.go(&[(SORT, order.get_untracked().clicked(column).param()), (PAGE, None)]);
    };
    view! {
        <section class="card flush span-8" aria-labelledby="top-posts">
            <header>
                <h2 class="heading" id="top-posts">
                    <FormulaButton id="top-posts" label=|| t!("analytics-top") formula=formula_of(shown)/>
                </h2>
                <SortSelect order sort=Callback::new(move |order: Order| address.go(&[(SORT, order.param()), (PAGE, None)]))/>
                <SearchField shown typed/>
            </header>
            {move || {
                found
                    .with(|found| found.total == 0)
                    .then(|| if typed.with(String::is_empty) {
                            view! {
                                <NoPostsOr
                                    shown
                                    title=t!("analytics-top-none")
                                    more=t!("analytics-top-none-more", n = DEFAULT_MIN_VIEWS)
                                />
                            }
                                .into_any()
                        } else {
                            view! { <Nothing title=t!("analytics-top-not-found") more=t!("analytics-top-not-found-more")/> }
                                .into_any()
                        })
            }}
            <Show when=move || found.with(|found| { found.total > 0 })>
                <div class="table-scroll">
                    <table class="data-table folds">
                        <thead>
                            <tr>
                                <th scope="col">{t!("analytics-post")}</th>
                                <SortHead column=Column::Of(Sort::Views) order sort/>
                                <SortHead column=Column::Of(Sort::Er) order sort/>
                                <th scope="col" class="num">
                                    {t!("analytics-ctr")}
                                </th>
                                <SortHead column=Column::Of(Sort::Forwards) order sort/>
                                <SortHead column=Column::AgainstUsual order sort/>
                            </tr>
                        </thead>
                        <tbody>
                            {move || {
                                let (slug, zone) = (shown.slug(), shown.zone());
                                found
                                    .get()
                                    .rows
                                    .into_iter()
                                    .map(|row| view! { <Row shown row compared slug=slug.clone() zone=zone.clone()/> })
                                    .collect_view()
                            }}
                        </tbody>
                    </table>
                </div>
                <div class="table-foot">
                    <span>{move || found.with(rows_line)}</span>
                    <Pager shown found/>
                </div>
            </Show>
        </section>
    }
}

/// Name of a column, in its head and on a phone.
fn column_name(column: Column) -> String {
    match column {
        Column::Of(Sort::Er) => t!("analytics-er"),
        Column::Of(Sort::Forwards) => t!("analytics-forwards"),
        Column::Of(Sort::Date) => t!("analytics-date"),
        Column::AgainstUsual => t!("analytics-expected"),
        Column::Of(_) => t!("analytics-views-column"),
    }
}

#[component]
fn SortHead(column: Column, order: Memo<Order>, sort: impl Fn(Column) + Copy + Send + Sync + 'static) -> impl IntoView {
    let direction = move || {
        let order = order.get();
        (order.column == column).then_some(if order.descending { "descending" } else { "ascending" })
    };
    view! {
        <th scope="col" class="num" aria-sort=direction>
            <button type="button" on:click=move |_| sort(column)>
                {move || {
                    direction()
                        .map(|direction| {
                            let glyph = if direction == "descending" { Glyph::ArrowDown } else { Glyph::ArrowUp };
                            view! { <Icon glyph size="tiny"/> }
                        })
                }}
                {column_name(column)}
            </button>
        </th>
    }
}

/// Stands in for the table's head on a phone.
#[component]
fn SortSelect(order: Memo<Order>, sort: Callback<Order>) -> impl IntoView {
    let choose = move |event: Targeted<Event, HtmlSelectElement>| {
        let name = event.target().value();
        if let Some(column) = Order::COLUMNS.into_iter().find(|column| Order::name(*column) == name) {
            sort.run(Order { column, descending: true });
        }
    };
    view! {
        <label class="phone-only">
            <span class="visually-hidden">{t!("analytics-sort-by")}</span>
            <select class="input" on:change:target=choose>
                {Order::COLUMNS
                    .map(|column| {
                        view! {
                            <option value=Order::name(column) selected=move || order.get().column == column>
                                {t!("analytics-sort-most", name = column_name(column))}
                            </option>
                        }
                    })}
            </select>
        </label>
    }
}

#[component]
fn SearchField(shown: Shown, typed: RwSignal<String>) -> impl IntoView {
    let address = shown.address;
    let in_address = address.search();
    // the address follows the field; after the back button the field follows the address
    let gone_back = StoredValue::new(false);
    Effect::new(move || {
        let listener = window_event_listener(leptos::ev::popstate, move |_| {
            gone_back.set_value(true);
            // the router may have moved already, and have left this tab
            request_animation_frame(move || {
                if let Some(wanted) = in_address.try_get_untracked() {
                    let _ = typed.try_set(wanted);
                }
            });
        });
        on_cleanup(move || listener.remove());
    });
    Effect::new(move || {
        let wanted = in_address.get();
        if gone_back.get_value() && typed.with_untracked(|typed| *typed != wanted) {
            typed.set(wanted);
        }
    });
    let on_input = move |event: Targeted<Event, HtmlInputElement>| {
        let text = event.target().value();
        let param = (!text.is_empty()).then(|| text.clone());
        typed.set(text);
        gone_back.set_value(false);
        address.replace(&[(SEARCH, param), (PAGE, None)]);
    };
    let posts = move || {
        let n = shown.data.with(|data| shown.window.with(|window| overview(data, window).data.posts)) as i64;
        t!("analytics-search", posts = t!("analytics-in-posts", n = n, text = number::full(n)))
    };
    view! {
        <label class="search push">
            <span class="visually-hidden">{t!("analytics-search-label")}</span>
            <Icon glyph=Glyph::Search size="small"/>
            <input
                class="input"
                type="search"
                placeholder=posts
                value=typed.get_untracked()
                prop:value=typed
                on:input:target=on_input
            />
        </label>
    }
}

#[component]
fn Row(shown: Shown, row: TableRow, compared: Signal<Vec<i64>>, slug: String, zone: Zone) -> impl IntoView {
    let TableRow { post, against } = row;
    let post_id = post.post_id;
    let count = |value: Option<i64>| (number::count_or_dash(value), number::full_or_dash(value));
    let (views, views_full) = count(post.views);
    let (forwards, forwards_full) = count(post.forwards);
    let er = number::percent_or_dash(post.er);
    let ctr = number::percent_or_dash(post.ctr);
    let no_ctr = post.ctr.is_none().then(|| t!("analytics-ctr-none"));
    view! {
        <tr>
            <td>
                <PostCell slug post zone>
                    <CompareToggle shown post_id compared/>
                </PostCell>
            </td>
            <td class="num" data-label=t!("analytics-views-column") title=views_full>
                {views}
            </td>
            <td class="num" data-label=t!("analytics-er")>
                {er}
            </td>
            <td class="num fold-out" data-label=t!("analytics-ctr") title=no_ctr>
                {ctr}
            </td>
            <td class="num" data-label=t!("analytics-forwards") title=forwards_full>
                {forwards}
            </td>
            <td class="num" data-label=t!("analytics-expected-short")>
                <Expected against/>
            </td>
        </tr>
    }
}

#[component]
fn Expected(against: Option<AgainstUsual>) -> impl IntoView {
    match against {
        None => view! { <span title=t!("analytics-expected-none")>{number::UNKNOWN}</span> }.into_any(),
        Some(against) => {
            let change = against.ratio - 1.0;
            let meaning = if change.abs() < AS_EXPECTED { Meaning::Neutral } else { Meaning::Good };
            // posts that have not reached the headline's age say at which age they are compared
            let at = if against.h < domain::analytics::dataset::HEADLINE_H { age(against.h) } else { String::new() };
            let place = |ratio: f64| format!("{:.1}%", (ratio / BULLET_RATIO).clamp(0.0, 1.0) * 100.0);
            view! {
                <Delta value=change text=number::signed_percent_whole(change) meaning at/>
                <svg class="bullet" aria-hidden="true">
                    <rect class="range" x=place(WELL_BELOW) width=place(WELL_ABOVE - WELL_BELOW) height="16" rx="3"></rect>
                    <rect
                        class=if change < 0.0 { "value under" } else { "value" }
                        y="5"
                        height="6"
                        width=place(against.ratio)
                        rx="3"
                    ></rect>
                    <line class="expected" x1=place(1.0) x2=place(1.0) y1="0" y2="16"></line>
                </svg>
            }
                .into_any()
        }
    }
}

/// Takes a post into the comparison, or out of it.
#[component]
pub fn CompareToggle(shown: Shown, post_id: i64, compared: Signal<Vec<i64>>) -> impl IntoView {
    let is_in = Memo::new(move |_| compared.with(|ids| ids.contains(&post_id)));
    let is_full = move || !is_in.get() && compared.with(|ids| ids.len() >= COMPARED_POSTS_MAX);
    let label = move || {
        if is_in.get() {
            t!("analytics-compare-remove")
        } else if is_full() {
            t!("analytics-compare-full", n = COMPARED_POSTS_MAX as i64)
        } else {
            t!("analytics-compare-add")
        }
    };
    let toggle = move |_| {
        let mut ids = compared.get_untracked();
        if ids.contains(&post_id) {
            ids.retain(|id| *id != post_id);
        } else if ids.len() < COMPARED_POSTS_MAX {
            ids.push(post_id);
        }
        shown.address.go(&[(POSTS, Some(posts_param(&ids)))]);
    };
    view! {
        <button
            class="icon-button compare"
            type="button"
            aria-label=label
            title=label
            aria-pressed=move || is_in.get().to_string()
            disabled=is_full
            on:click=toggle
        >
            {move || view! { <Icon glyph=if is_in.get() { Glyph::Check } else { Glyph::Plus } size="small"/> }}
        </button>
    }
}

#[component]
fn Pager(shown: Shown, found: Memo<TablePage>) -> impl IntoView {
    let address = shown.address;
    let href = move |page: usize| address.with(&[(PAGE, (page > 1).then(|| page.to_string()))]);
    move || {
        let (page, pages) = found.with(|found| (found.page, found.pages));
        (pages > 1).then(|| {
            let beside = page.saturating_sub(PAGES_BESIDE).max(1)..=(page + PAGES_BESIDE).min(pages);
            view! {
                <nav class="pager" aria-label=t!("analytics-pages")>
                    {(page > 1)
                        .then(|| {
                            view! {
                                <a href=href(page - 1) aria-label=t!("analytics-page-before") data-noscroll="">
                                    <Icon glyph=Glyph::Left size="small"/>
                                </a>
                            }
                        })}
                    {beside
                        .map(|number| {
                            view! {
                                <a href=href(number) aria-current=(number == page).then_some("page") data-noscroll="">
                                    {number::full(number as i64)}
                                </a>
                            }
                        })
                        .collect_view()}
                    {(page < pages)
                        .then(|| {
                            view! {
                                <a href=href(page + 1) aria-label=t!("analytics-page-after") data-noscroll="">
                                    <Icon glyph=Glyph::Right size="small"/>
                                </a>
                            }
                        })}
                </nav>
            }
        })
    }
}

/// `1–10 of 94 · at least 100 views`
fn rows_line(found: &TablePage) -> String {
    t!(
        "analytics-rows",
        first = number::full(found.before as i64 + 1),
        last = number::full((found.before + found.rows.len() as u64) as i64),
        total = number::full(found.total as i64),
        least = number::full(DEFAULT_MIN_VIEWS)
    )
}

fn formula_of(shown: Shown) -> Signal<Formula> {
    let overview = shown.ask(|data, window| overview(data, window).data);
    let meta = shown.ask(|data, window| top(data, window, Sort::Views, DEFAULT_MIN_VIEWS, 1).meta);
    Signal::derive(move || {
        overview.with(|overview| Formula {
            title: t!("analytics-top"),
            meaning: t!("analytics-top-meaning"),
            formula: t!("analytics-top-formula"),
            inputs: vec![
                (t!("analytics-posts-input"), number::full(overview.posts as i64)),
                (t!("analytics-views-column"), number::full_or_dash(overview.views)),
                (t!("analytics-forwards"), number::full_or_dash(overview.forwards)),
                (t!("analytics-reactions"), number::full_or_dash(overview.reactions)),
                (t!("analytics-replies"), number::full_or_dash(overview.replies)),
                (t!("analytics-er-all"), number::percent_or_dash(overview.er)),
            ],
            rule: meta.with(|meta| rule(meta, &shown.zone())),
        })
    })
}
