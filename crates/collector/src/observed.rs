//! What Prometheus is told of accounts at work, and by which names; `mtproto` and `services` count some of it.

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

pub(crate) const ACCOUNTS_HELD: &str = "analyticbot_mtproto_accounts_held";
pub(crate) const WORKERS_PANICKED: &str = "analyticbot_mtproto_workers_panicked_total";
pub(crate) const TASKS: &str = "analyticbot_collect_tasks_total";
pub(crate) const TASK_SECONDS: &str = "analyticbot_collect_task_seconds";
pub(crate) const TASKS_DUE: &str = "analyticbot_collect_tasks_due";
pub(crate) const LAG: &str = "analyticbot_collect_lag_seconds";

pub(crate) fn describe() {
    describe_gauge!(ACCOUNTS_HELD, "Accounts that this process has leased");
    describe_counter!(WORKERS_PANICKED, "Workers of accounts that have failed and begun anew");
    describe_counter!(TASKS, "Tasks of accounts by method and outcome");
    describe_histogram!(TASK_SECONDS, Unit::Seconds, "Time of a task, its call and its unit of work, by method");
    describe_gauge!(TASKS_DUE, "Tasks that could be done now, by account");
    describe_gauge!(LAG, Unit::Seconds, "How long the most overdue of these tasks has waited, by account");
    describe_counter!("analyticbot_mtproto_calls_total", "Calls to Telegram by method and outcome");
    describe_histogram!("analyticbot_mtproto_call_seconds", Unit::Seconds, "Time of a call to Telegram, by method");
    describe_counter!("analyticbot_mtproto_waits_total", "Waits that Telegram has asked for, by method");
    describe_counter!("analyticbot_mtproto_pools_given_up_total", "Connections given up as silent or broken");
    describe_counter!("analyticbot_mtproto_proxies_changed_total", "Changes to the next proxy");
    describe_counter!("analyticbot_mtproto_unreadable_total", "Messages and events that this version cannot read");
    describe_counter!("analyticbot_snapshots_taken_total", "Readings of young posts");
    describe_counter!("analyticbot_snapshots_missed_total", "Readings of young posts that came too late");
}
