//! Metrics §2 *trending*: posts above expectation, with what was expected as a tick and the reason in the table.

use domain::analytics::trending::TrendingPost;

use crate::bars::{self, Row};
use crate::look;
use crate::{Spec, Style};

/// More would not be readable in one picture.
const SHOWN_MAX: usize = 12;

pub fn spec(posts: &[TrendingPost], style: &Style) -> Spec {
    let words = style.words;
    let header = [words.post, words.views, words.expected, words.reason];
    if posts.is_empty() {
        return look::nothing(style, words.title_trending, &header);
    }
    let posts = &posts[..posts.len().min(SHOWN_MAX)];
    let rows: Vec<Row> = posts
        .iter()
        .map(|post| Row {
            name: look::post_title(&post.text, words),
            value: Some(post.views as f64),
            text: words.short(post.views as f64),
            tick: post.expected_views,
            color: 0,
        })
        .collect();
    let said: Vec<String> = rows.iter().take(3).map(|row| format!("{} {}", row.name, row.text)).collect();
    let table = look::table(
        header,
        posts.iter().map(|post| {
            [
                look::post_title(&post.text, words),
                words.full(post.views as f64),
                words.full_or_dash(post.expected_views),
                reason(post, style),
            ]
        }),
    );
    let label = words.fill(words.label_trending, &[("posts", &said.join(", "))]);
    bars::spec(&rows, words.title_trending, Some(words.expected), label, table, style)
}

/// The greater of the two measures, in words.
fn reason(post: &TrendingPost, style: &Style) -> String {
    let words = style.words;
    let (text, z) = match (post.z, post.ewz) {
        (Some(z), Some(ewz)) if ewz > z => (words.ewz_above, ewz),
        (None, Some(ewz)) => (words.ewz_above, ewz),
        (Some(z), _) => (words.z_above, z),
        (None, None) => return String::new(),
    };
    words.fill(text, &[("z", &words.decimal(z, 1))])
}
