//! How long data are kept.

use leptos::prelude::*;

use super::Outcome;
use super::api::{self, SetRetention};
use crate::t;
use crate::ui::card::{Card, SkeletonCard};
use crate::ui::loaded::loaded;

#[component]
pub fn DataSection() -> impl IntoView {
    let save = ServerAction::<SetRetention>::new();
    let retention = Resource::new(move || save.version().get(), |_| api::read_retention());
    loaded(
        retention,
        || view! { <div class="grid"><SkeletonCard class="span-6"/></div> }.into_any(),
        move |retention| {
            view! {
                <div class="grid">
                    <Card class="span-6" id="settings-retention" title=|| t!("settings-retention") sub=|| t!("settings-retention-sub")>
                        <ActionForm action=save attr:class="form">
                            <DaysField
                                name="snapshots_days"
                                label=t!("settings-snapshots-days")
                                help=t!("settings-snapshots-days-help")
                                value=Signal::derive(move || retention.with(|retention| retention.snapshots_days))
                            />
                            <DaysField
                                name="daily_days"
                                label=t!("settings-daily-days")
                                help=t!("settings-daily-days-help")
                                value=Signal::derive(move || retention.with(|retention| retention.daily_days))
                            />
                            <button class="button primary" type="submit" disabled=move || save.pending().get()>
                                {t!("settings-save")}
                            </button>
                            <Outcome value=save.value() done=t!("settings-saved")/>
                        </ActionForm>
                    </Card>
                    <Card class="span-6" id="settings-backup" title=|| t!("settings-backup") sub=|| t!("settings-backup-sub")>
                        <dl class="commands">
                            <dt>{t!("settings-backup-make")}</dt>
                            <dd>
                                <code>"analyticbot backup FILE"</code>
                            </dd>
                            <dt>{t!("settings-backup-restore")}</dt>
                            <dd>
                                <code>"analyticbot restore FILE"</code>
                            </dd>
                            <dt>{t!("settings-export")}</dt>
                            <dd>
                                <code>"analyticbot export posts CHANNEL --format csv --out FILE"</code>
                            </dd>
                        </dl>
                    </Card>
                </div>
            }
        },
    )
}

/// A number of days; empty keeps them for good.
#[component]
fn DaysField(name: &'static str, label: String, help: String, value: Signal<Option<u32>>) -> impl IntoView {
    let (least, most) = (domain::settings::RETENTION_DAYS_MIN, domain::settings::RETENTION_DAYS_MAX);
    view! {
        <label class="field">
            <span>{label}</span>
            <input
                class="input"
                type="number"
                inputmode="numeric"
                name=name
                min=least
                max=most
                placeholder=t!("settings-forever")
                value=move || value.get().map(|days| days.to_string())
            />
            <small class="help">{help}</small>
        </label>
    }
}
