//! Metrics §2 *top*: the posts of the table as bars.

use domain::analytics::posts::PostView;
use domain::analytics::query::Sort;

use crate::bars::{self, Row};
use crate::look;
use crate::numbers::UNKNOWN;
use crate::{Spec, Style};

/// More would not be readable in one picture.
const SHOWN_MAX: usize = 12;

/// `posts` in the order of `sort`, which also says what the bars measure.
pub fn spec(posts: &[PostView], sort: Sort, style: &Style) -> Spec {
    let words = style.words;
    let header = [words.post, words.views, words.er, words.forwards, words.reactions, words.replies, words.performance];
    if posts.is_empty() {
        return look::nothing(style, words.title_top, &header);
    }
    let posts = &posts[..posts.len().min(SHOWN_MAX)];
    let count = |value: Option<i64>| value.map(|value| value as f64);
    // a date has no length: posts by date show their views
    let (metric, value): (&str, fn(&PostView) -> Option<f64>) = match sort {
        Sort::Er => (words.er, |post| post.er),
        Sort::Views | Sort::Date => (words.views, |post| post.views.map(|views| views as f64)),
        Sort::Forwards => (words.forwards, |post| post.forwards.map(|forwards| forwards as f64)),
        Sort::Reactions => (words.reactions, |post| post.reactions.map(|reactions| reactions as f64)),
        Sort::Replies => (words.replies, |post| post.replies.map(|replies| replies as f64)),
        Sort::Performance => (words.performance, |post| post.performance),
    };
    let text = |value: Option<f64>| match (value, sort) {
        (None, _) => UNKNOWN.to_owned(),
        (Some(value), Sort::Er) => words.percent(value),
        (Some(value), Sort::Performance) => words.change(value - 1.0),
        (Some(value), _) => words.short(value),
    };
    let rows: Vec<Row> = posts
        .iter()
        .map(|post| Row {
            name: look::post_title(&post.text, words),
            value: value(post),
            text: text(value(post)),
            tick: None,
            color: 0,
        })
        .collect();
    let said: Vec<String> = rows.iter().take(3).map(|row| format!("{} {}", row.name, row.text)).collect();
    let table = look::table(
        header,
        posts.iter().map(|post| {
            [
                look::post_title(&post.text, words),
                words.full_or_dash(count(post.views)),
                words.percent_or_dash(post.er),
                words.full_or_dash(count(post.forwards)),
                words.full_or_dash(count(post.reactions)),
                words.full_or_dash(count(post.replies)),
                words.change_or_dash(post.performance.map(|performance| performance - 1.0)),
            ]
        }),
    );
    let title = format!("{} · {metric}", words.title_top);
    let label = words.fill(words.label_top, &[("metric", metric), ("posts", &said.join(", "))]);
    bars::spec(&rows, &title, None, label, table, style)
}
