//! How far an account has read a channel: posts, and Telegram's own statistics.

use domain::zone::Zone;
use leptos::prelude::*;

use super::api::{ReadSoFar, Reads};
use crate::t;
use crate::ui::{number, time};

#[component]
pub(super) fn Progress(
    read: ReadSoFar,
    /// what accounts read here; `None`: they are off
    reads: Option<Reads>,
    zone: Zone,
    /// unix seconds
    now: i64,
) -> impl IntoView {
    let done = read.newest_id - read.unread;
    let bar = (read.unread > 0)
        .then(|| view! { <progress max=read.newest_id value=done aria-label=t!("settings-read")></progress> });
    view! {
        <div class="read-so-far">
            {bar}
            <p>{posts(&read, reads)}</p>
            {statistics(&read, reads, &zone, now).map(|statistics| view! { <p>{statistics}</p> })}
        </div>
    }
}

fn posts(read: &ReadSoFar, reads: Option<Reads>) -> String {
    let newest = number::full(read.newest_id);
    let far = if read.newest_id == 0 {
        if read.looked_at == 0 { t!("settings-read-unasked") } else { t!("settings-read-none") }
    } else if read.unread > 0 {
        let done = number::full(read.newest_id - read.unread);
        t!("settings-read-part", read = done, newest = newest, left = number::full(read.unread))
    } else {
        t!("settings-read-whole", newest = newest)
    };
    match reads {
        None => format!("{far} {}", t!("settings-accounts-off")),
        Some(Reads { history: false, .. }) if read.unread > 0 => format!("{far} {}", t!("settings-read-history-off")),
        Some(_) => far,
    }
}

/// `None`: nothing is known yet, or accounts are off.
fn statistics(read: &ReadSoFar, reads: Option<Reads>, zone: &Zone, now: i64) -> Option<String> {
    let Reads { statistics, .. } = reads?;
    if !statistics {
        return Some(t!("settings-read-statistics-off"));
    }
    if read.stats_at > 0 {
        return Some(t!("settings-read-statistics", time = time::ago(zone, read.stats_at, now)));
    }
    (read.looked_at > 0).then(|| {
        if read.can_view_stats { t!("settings-read-statistics-soon") } else { t!("settings-read-statistics-hidden") }
    })
}
