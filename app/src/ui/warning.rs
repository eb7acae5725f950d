//! What is partial about an answer, in words.

use domain::analytics::Warning;

use crate::t;
use crate::ui::time::age;

pub fn warning_text(warning: &Warning) -> String {
    let count = |posts: u64| i64::try_from(posts).unwrap_or(i64::MAX);
    match warning {
        Warning::ErComponentsMissing { missing } => {
            let names: Vec<String> = missing.iter().map(|name| component_name(name)).collect();
            t!("warning-er-components", names = names.join(", "))
        }
        Warning::DailyFactsAreUtc { tz } => t!("warning-utc-days", zone = tz.clone()),
        Warning::TooYoung { h, posts } => t!("warning-too-young", n = count(*posts), age = age(*h)),
        Warning::Unmeasured { h, posts } => t!("warning-unmeasured", n = count(*posts), age = age(*h)),
        Warning::MeasureIsTotal => t!("warning-measure-total"),
        Warning::ViewsMissing { posts } => t!("warning-views-missing", n = count(*posts)),
        Warning::SubscribersMissing => t!("warning-subscribers-missing"),
        Warning::SourcesMissing => t!("warning-sources-missing"),
        Warning::RoundedViews => t!("warning-rounded-views"),
    }
}

fn component_name(name: &str) -> String {
    match name {
        "forwards" => t!("component-forwards"),
        "reactions" => t!("component-reactions"),
        "replies" => t!("component-replies"),
        other => other.to_owned(),
    }
}
