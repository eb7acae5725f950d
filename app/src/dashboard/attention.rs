//! What asks to be looked at, each with a way out.

use domain::analytics::attention::Attention;
use domain::analytics::posts::AgainstUsual;
use domain::screens::DashboardScreen;
use domain::zone::Zone;
use leptos::prelude::*;
use leptos_router::components::A;

use crate::shell::place::channel_path;
use crate::t;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::{number, time};

/// Where channels are imported and set up.
const CHANNEL_SETTINGS: &str = "/settings/channels";

/// An item in words.
#[derive(Debug, Clone, PartialEq)]
struct Item {
    /// class of the sign: `bad`, `warn`, `info` or nothing
    tone: &'static str,
    glyph: Glyph,
    title: String,
    more: String,
    /// words and address of the way out
    way: (String, String),
}

#[component]
pub fn AttentionList(screen: Signal<DashboardScreen>) -> impl IntoView {
    let items = Memo::new(move |_| {
        screen.with(|screen| {
            screen.attention.iter().map(|item| said(item, &screen.slug, &screen.window.zone)).collect::<Vec<_>>()
        })
    });
    let urgent =
        Memo::new(move |_| screen.with(|screen| screen.attention.iter().filter(|item| item.rank() == 0).count()));
    view! {
        <section class="card flush span-4 wide-3 mid-full" aria-labelledby="attention">
            <header>
                <h2 class="heading" id="attention">
                    {t!("attention")}
                </h2>
                <Show when=move || { urgent.get() > 0 }>
                    <span class="badge bad">{move || t!("attention-urgent", n = urgent.get() as i64)}</span>
                </Show>
            </header>
            <Show when=move || items.with(|items| !items.is_empty()) fallback=Nothing>
                <ul class="attention-list">
                    {move || items.get().into_iter().map(|item| view! { <AttentionRow item/> }).collect_view()}
                </ul>
            </Show>
        </section>
    }
}

#[component]
fn AttentionRow(item: Item) -> impl IntoView {
    let (words, href) = item.way;
    view! {
        <li>
            <span class=format!("sign {}", item.tone)>
                <Icon glyph=item.glyph/>
            </span>
            <b>{item.title}</b>
            <p>{item.more}</p>
            <p class="ways">
                <A href attr:class="button quiet">
                    {words}
                </A>
            </p>
        </li>
    }
}

#[component]
fn Nothing() -> impl IntoView {
    view! {
        <ul class="attention-list">
            <li>
                <span class="sign good">
                    <Icon glyph=Glyph::Check/>
                </span>
                <b>{t!("attention-nothing")}</b>
                <p>{t!("attention-nothing-more")}</p>
            </li>
        </ul>
    }
}

fn said(item: &Attention, slug: &str, zone: &Zone) -> Item {
    let import = || (t!("attention-import"), CHANNEL_SETTINGS.to_owned());
    match item {
        Attention::StaleNumbers { as_of, hours } => Item {
            tone: "bad",
            glyph: Glyph::Clock,
            title: t!("attention-stale", age = time::age((*hours).try_into().unwrap_or(u32::MAX))),
            more: t!("attention-stale-more", time = time::moment(zone, *as_of)),
            way: import(),
        },
        Attention::NoSubscribers => Item {
            tone: "info",
            glyph: Glyph::People,
            title: t!("attention-no-subscribers"),
            more: t!("attention-no-subscribers-more"),
            way: import(),
        },
        Attention::DailyFactsOld { day, days } => Item {
            tone: "",
            glyph: Glyph::Clock,
            title: t!("attention-daily-old", day = time::day_year(*day)),
            more: t!("attention-daily-old-more", n = *days),
            way: import(),
        },
        Attention::SubscribersFalling { days, net } => Item {
            tone: "warn",
            glyph: Glyph::People,
            title: t!("attention-falling", n = *days),
            more: t!("attention-falling-more", net = number::signed(*net as f64)),
            way: (t!("attention-see-growth"), channel_path(slug, "analytics/growth")),
        },
        Attention::Quiet { days } => Item {
            tone: "warn",
            glyph: Glyph::Clock,
            title: t!("attention-quiet", n = *days),
            more: t!("attention-quiet-more"),
            way: (t!("attention-see-posts"), channel_path(slug, "analytics")),
        },
        Attention::PostAbove { post_id, title, against } => post("info", Glyph::Chart, *post_id, title, against, slug),
        Attention::PostBelow { post_id, title, against } => post("warn", Glyph::Chart, *post_id, title, against, slug),
        Attention::Unmeasured { posts, of } => Item {
            tone: "",
            glyph: Glyph::Info,
            title: t!("attention-unmeasured", n = number::full(*posts as i64), of = number::full(*of as i64)),
            more: t!("attention-unmeasured-more"),
            way: import(),
        },
    }
}

fn post(tone: &'static str, glyph: Glyph, post_id: i64, title: &str, against: &AgainstUsual, slug: &str) -> Item {
    let title = if title.is_empty() {
        t!("post-number", id = post_id.to_string())
    } else {
        t!("quoted", text = title.to_owned())
    };
    let change = number::percent_whole((against.ratio - 1.0).abs());
    let title = if against.ratio > 1.0 {
        t!("attention-above", title = title, change = change)
    } else {
        t!("attention-below", title = title, change = change)
    };
    Item {
        tone,
        glyph,
        title,
        more: t!("attention-post-more", age = time::age(against.h)),
        way: (t!("attention-see-post"), channel_path(slug, &format!("posts/{post_id}"))),
    }
}
