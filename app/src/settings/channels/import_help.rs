//! The commands that bring a channel in from files.

use leptos::prelude::*;

use crate::t;
use crate::ui::card::Card;

#[component]
pub(super) fn ImportHelp() -> impl IntoView {
    view! {
        <Card class="" id="settings-import" title=|| t!("settings-import") sub=|| t!("settings-import-sub")>
            <dl class="commands">
                <dt>{t!("settings-import-export")}</dt>
                <dd>
                    <code>"analyticbot import telegram-export result.json"</code>
                </dd>
                <dt>{t!("settings-import-posts")}</dt>
                <dd>
                    <code>"analyticbot import posts FILE.csv --tz Asia/Tashkent"</code>
                </dd>
                <dt>{t!("settings-import-demo")}</dt>
                <dd>
                    <code>"analyticbot demo"</code>
                </dd>
            </dl>
        </Card>
    }
}
