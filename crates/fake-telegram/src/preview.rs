//! The public preview of a channel, `/s/<username>`, in the structure of t.me's pages: twenty posts, rounded counts,
//! `?before=`; and `/<username>`, the page that asks to open the app, to which a missing preview leads.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::scenario::Media;
use crate::world::digest::hex;
use crate::world::{Channel, Forward, Post, World};

/// Messages on a page.
const PAGE: usize = 20;

pub fn router(world: Arc<World>) -> Router {
    Router::new()
        .route("/s/{username}", get(page))
        .route("/{username}", get(landing))
        .route("/robots.txt", get(robots))
        .with_state(world)
}

/// The page that asks to open the app. It knows channels also where they show no preview; of a name that nobody has it
/// says how to write to them.
async fn landing(State(world): State<Arc<World>>, Path(username): Path<String>) -> Html<String> {
    let mut state = world.lock();
    let body = match state.channel_named(&username).filter(|channel| !channel.private) {
        Some(channel) => format!(
            r#"<div class="tgme_page_title" dir="auto"><span dir="auto">{title}</span></div><div class="tgme_page_extra">{members} subscribers</div><div class="tgme_page_description" dir="auto">{about}</div>"#,
            title = escape(&channel.title),
            members = spaced(i64::from(channel.members)),
            about = escape(&channel.about),
        ),
        None => format!(
            r#"<div class="tgme_page_icon"></div><div class="tgme_page_description">If you have <strong>Telegram</strong>, you can contact <a class="tgme_username_link" href="tg://resolve?domain={name}">@{name}</a> right away.</div>"#,
            name = escape(&username),
        ),
    };
    let verb = if body.contains("tgme_page_extra") { "View" } else { "Contact" };
    Html(format!(
        r#"<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>Telegram: {verb} @{name}</title></head>
<body class="no_transition"><div class="tgme_page_wrap"><div class="tgme_body_wrap"><div class="tgme_page">{body}</div></div></div></body></html>
"#,
        name = escape(&username),
    ))
}

/// The landing page writes counts out: 98 700.
fn spaced(count: i64) -> String {
    let digits = count.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group).into_owned());
    groups.collect::<Vec<_>>().join(" ")
}

/// t.me lets everybody read previews.
async fn robots() -> &'static str {
    "User-agent: *\nDisallow:\n"
}

#[derive(Deserialize)]
struct Paging {
    before: Option<i32>,
    after: Option<i32>,
}

async fn page(
    State(world): State<Arc<World>>,
    Path(username): Path<String>,
    Query(paging): Query<Paging>,
    headers: HeaderMap,
) -> Response {
    let now = world.clock.now();
    let mut state = world.lock();
    if let Some(seconds) = state.preview_wait_s {
        let wait = [(header::RETRY_AFTER, HeaderValue::from(seconds))];
        return (StatusCode::TOO_MANY_REQUESTS, wait, "Too Many Requests").into_response();
    }
    let names = state.channels.values().map(|channel| (channel.id, channel.username.clone())).collect();
    let Some(channel) = state.channel_named(&username).filter(|channel| !channel.private && channel.preview) else {
        // t.me leads to the page that asks to open the app
        return Redirect::to(&format!("/{username}")).into_response();
    };
    let html = render(channel, &names, &paging, now);
    let tag = format!("\"{}\"", &hex(&Sha256::digest(&html))[..32]);
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    let tag = HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\""));
    ([(header::ETAG, tag)], Html(html)).into_response()
}

type Names = std::collections::HashMap<i64, String>;

fn render(channel: &Channel, names: &Names, paging: &Paging, now: i64) -> String {
    let title = escape(&channel.title);
    let name = &channel.username;
    let fits = |post: &&Post| {
        post.date <= now
            && paging.before.is_none_or(|before| post.id < before)
            && paging.after.is_none_or(|after| post.id > after)
    };
    // an album is one bubble, named by its first message
    let first_of_group = |post: &&Post| {
        let before = channel.posts.range(..post.id).next_back().and_then(|(_, before)| before.grouped_id);
        post.grouped_id.is_none() || before != post.grouped_id
    };
    let mut posts: Vec<&Post> = channel.posts.values().rev().filter(fits).filter(first_of_group).collect();
    if paging.after.is_some() {
        posts.reverse();
        posts.truncate(PAGE);
    } else {
        posts.truncate(PAGE);
        posts.reverse();
    }
    let bubbles: String = posts.iter().map(|post| bubble(channel, names, post, now)).collect();
    let more = posts.first().filter(|first| channel.posts.range(..first.id).next().is_some()).map_or_else(
        String::new,
        |first| {
            format!(
                r#"<div class="tgme_widget_message_centered js-messages_more_wrap"><a href="/s/{name}?before={id}" class="tme_messages_more js-messages_more" data-before="{id}"></a></div>"#,
                id = first.id
            )
        },
    );
    let count = |of: fn(&Post) -> bool| channel.posts.values().filter(|post| of(post)).count() as i64;
    let counter = |value: i64, kind: &str| {
        format!(
            r#"<div class="tgme_channel_info_counter"><span class="counter_value">{}</span> <span class="counter_type">{kind}</span></div>"#,
            rounded(value)
        )
    };
    let counters = [
        counter(i64::from(channel.members), "subscribers"),
        counter(count(|post| post.media == Media::Photo), "photos"),
        counter(count(|post| post.media == Media::Video), "videos"),
        counter(count(|post| post.media == Media::Link), "links"),
    ]
    .concat();
    format!(
        r#"<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{title} – Telegram</title>
<meta property="og:title" content="{title}"><meta property="og:description" content="{about}">
<link rel="canonical" href="/s/{name}"></head>
<body class="widget_frame_base tgme_webpreview">
<header class="tgme_header"><div class="tgme_header_info"><a class="tgme_header_link" href="https://t.me/{name}"><div class="tgme_header_title_wrap"><div class="tgme_header_title" dir="auto"><span dir="auto">{title}</span></div></div><div class="tgme_header_counter">{members} subscribers</div></a></div></header>
<main class="tgme_main" data-url="/{name}">
<div class="tgme_container">
<div class="tgme_right_column"><section class="tgme_right_column"><div class="tgme_channel_info"><div class="tgme_channel_info_header"><div class="tgme_channel_info_header_title_wrap"><div class="tgme_channel_info_header_title"><span dir="auto">{title}</span></div></div><div class="tgme_channel_info_header_username"><a href="https://t.me/{name}">@{name}</a></div></div><div class="tgme_channel_info_counters">{counters}</div><div class="tgme_channel_info_description">{about}</div></div></section></div>
<section class="tgme_channel_history js-message_history">{more}{bubbles}</section>
</div></main></body></html>
"#,
        about = escape(&channel.about),
        members = rounded(i64::from(channel.members)),
    )
}

fn bubble(channel: &Channel, names: &Names, post: &Post, now: i64) -> String {
    let name = &channel.username;
    if post.service.is_some() {
        let title = escape(&channel.title);
        return format!(
            r#"<div class="tgme_widget_message_wrap js-widget_message_wrap"><div class="tgme_widget_message text_not_supported_wrap service_message js-widget_message" data-post="{name}/{id}"><div class="tgme_widget_message_bubble"><div class="tgme_widget_message_text js-message_text" dir="auto">{title}</div></div></div></div>"#,
            id = post.id
        );
    }
    let counts = post.counts(now);
    let views = counts.views.map_or_else(String::new, |views| {
        format!(
            r#"<span class="tgme_widget_message_views">{}</span><span class="copyonly"> views</span>"#,
            rounded(views)
        )
    });
    let edited = if post.edit_date.is_some() { "edited " } else { "" };
    let author = post.author.as_ref().map_or_else(String::new, |author| {
        let author = escape(author);
        format!(r#"<a class="tgme_widget_message_owner_name"><span class="tgme_widget_message_from_author" dir="auto">{author}</span></a>, "#)
    });
    let forwarded = post.forward.as_ref().map_or_else(String::new, |forward| {
        let (link, shown) = match forward {
            Forward::Channel { channel, post, .. } => {
                let from = names.get(channel).cloned().unwrap_or_default();
                (format!(r#" href="https://t.me/{from}/{post}""#), from)
            }
            Forward::Name(name) => (String::new(), name.clone()),
        };
        let shown = escape(&shown);
        format!(
            r#"<div class="tgme_widget_message_forwarded_from accent_color">Forwarded from <a class="tgme_widget_message_forwarded_from_name"{link}><span dir="auto">{shown}</span></a></div>"#
        )
    });
    let text = if post.text.is_empty() {
        String::new()
    } else {
        let text = escape(&post.text).replace('\n', "<br/>");
        format!(r#"<div class="tgme_widget_message_text js-message_text" dir="auto">{text}</div>"#)
    };
    let reactions = post.reactions(now);
    let reactions: Vec<String> = reactions
        .iter()
        .map(|(emoji, count)| {
            let count = rounded(*count);
            format!(r#"<span class="tgme_reaction"><i class="emoji"><b>{emoji}</b></i>{count}</span>"#)
        })
        .collect();
    let reactions = if reactions.is_empty() {
        String::new()
    } else {
        let reactions = reactions.concat();
        format!(r#"<div class="tgme_widget_message_reactions js-message_reactions">{reactions}</div>"#)
    };
    let date = jiff::Timestamp::from_second(post.date).unwrap_or_default();
    format!(
        r#"<div class="tgme_widget_message_wrap js-widget_message_wrap"><div class="tgme_widget_message text_not_supported_wrap js-widget_message" data-post="{name}/{id}"><div class="tgme_widget_message_bubble"><div class="tgme_widget_message_author accent_color"><a class="tgme_widget_message_owner_name" href="https://t.me/{name}"><span dir="auto">{title}</span></a></div>{forwarded}{media}{text}{reactions}<div class="tgme_widget_message_footer compact js-message_footer"><div class="tgme_widget_message_info short js-message_info">{views}<span class="tgme_widget_message_meta">{author}{edited}<a class="tgme_widget_message_date" href="https://t.me/{name}/{id}"><time datetime="{date}" class="time">{clock}</time></a></span></div></div></div></div></div>"#,
        id = post.id,
        title = escape(&channel.title),
        media = media(channel, post),
        date = date.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
        clock = date.strftime("%H:%M"),
    )
}

fn media(channel: &Channel, post: &Post) -> String {
    let link = format!("https://t.me/{}/{}", channel.username, post.id);
    let photo = |id: i32| {
        format!(
            r#"<a class="tgme_widget_message_photo_wrap {id}" href="https://t.me/{name}/{id}" style="width:800px;background-image:url('data:,')"><div class="tgme_widget_message_photo" style="padding-top:75%"></div></a>"#,
            name = channel.username
        )
    };
    if let Some(group) = post.grouped_id {
        let parts: String = channel
            .posts
            .range(post.id..)
            .take_while(|(_, part)| part.grouped_id == Some(group))
            .map(|(id, _)| photo(*id))
            .collect();
        return format!(
            r#"<div class="tgme_widget_message_grouped_wrap js-message_grouped_wrap"><div class="tgme_widget_message_grouped js-message_grouped"><div class="tgme_widget_message_grouped_layer js-message_grouped_layer">{parts}</div></div></div>"#
        );
    }
    match post.media {
        Media::Text => String::new(),
        Media::Photo => photo(post.id),
        Media::Video => format!(
            r#"<a class="tgme_widget_message_video_player js-message_video_player" href="{link}"><i class="tgme_widget_message_video_thumb"></i><div class="tgme_widget_message_video_wrap"><video class="tgme_widget_message_video js-message_video"></video></div><time class="message_video_duration js-message_video_duration">0:12</time></a>"#
        ),
        // runs by itself, without a length
        Media::Gif => format!(
            r#"<a class="tgme_widget_message_video_player js-message_video_player" href="{link}"><i class="tgme_widget_message_video_thumb"></i><div class="tgme_widget_message_video_wrap"><video class="tgme_widget_message_video js-message_video" autoplay loop muted playsinline></video></div></a>"#
        ),
        Media::Voice => format!(r#"<a class="tgme_widget_message_voice_player js-message_voice_player" href="{link}"><time class="tgme_widget_message_voice_duration">0:12</time></a>"#),
        Media::Audio => format!(
            r#"<a class="tgme_widget_message_document_wrap" href="{link}"><div class="tgme_widget_message_document"><div class="tgme_widget_message_document_icon accent_bg audio"></div><div class="tgme_widget_message_document_title accent_color" dir="auto">Song</div><div class="tgme_widget_message_document_extra" dir="auto">Singer</div></div></a>"#
        ),
        Media::Document => format!(
            r#"<a class="tgme_widget_message_document_wrap" href="{link}"><div class="tgme_widget_message_document"><div class="tgme_widget_message_document_icon accent_bg"></div><div class="tgme_widget_message_document_title" dir="auto">report.pdf</div><div class="tgme_widget_message_document_extra" dir="auto">1 KB</div></div></a>"#
        ),
        Media::Sticker => {
            r#"<div class="tgme_widget_message_sticker_wrap media_supported_cont"><i class="tgme_widget_message_sticker js-sticker_image"></i></div>"#.to_owned()
        }
        Media::Link => r#"<a class="tgme_widget_message_link_preview" href="https://example.org"><div class="link_preview_site_name accent_color" dir="auto">example.org</div><div class="link_preview_title" dir="auto">Example</div></a>"#.to_owned(),
        Media::Poll => r#"<div class="tgme_widget_message_poll js-poll"><div class="tgme_widget_message_poll_question">Which one?</div><div class="tgme_widget_message_poll_type">Anonymous Poll</div><div class="tgme_widget_message_poll_options"><a class="tgme_widget_message_poll_option"><div class="tgme_widget_message_poll_option_text">this</div></a></div></div>"#.to_owned(),
    }
}

/// As t.me writes counts: 999, 9.15K, 12.3K, 2.01M.
fn rounded(count: i64) -> String {
    let short = |value: f64, unit: &str| {
        let digits = if value < 10.0 { 2 } else { usize::from(value < 100.0) };
        // cut, not rounded up
        let factor = 10_f64.powi(digits as i32);
        let text = format!("{:.digits$}", (value * factor).floor() / factor);
        let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
        format!("{text}{unit}")
    };
    match count {
        ..1_000 => count.to_string(),
        1_000..1_000_000 => short(count as f64 / 1e3, "K"),
        _ => short(count as f64 / 1e6, "M"),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    #[test]
    fn counts_are_written_as_on_the_site() {
        let written: Vec<String> = [999, 1_000, 9_154, 12_340, 37_055, 123_456, 2_014_000].map(rounded).to_vec();
        assert_eq!(written, ["999", "1K", "9.15K", "12.3K", "37K", "123K", "2.01M"]);
    }

    #[test]
    fn a_page_holds_twenty_posts_and_leads_to_the_ones_before() {
        let scenario = Scenario::parse(
            "[[channels]]\nusername = \"orbit\"\ntitle = \"A < B\"\ngenerate = { posts = 45 }\n\
             posts = [{ text = \"album\", album = 3 }]",
        )
        .unwrap();
        let world = World::new(scenario).unwrap();
        let now = world.clock.now();
        let mut state = world.lock();
        let channel = state.channel_named("orbit").unwrap();
        let page = |before: Option<i32>| render(channel, &Names::new(), &Paging { before, after: None }, now);
        let newest = page(None);
        assert_eq!(newest.matches("data-post=").count(), 20);
        // the album is one of the twenty, with its three pictures
        assert!(newest.contains("data-post=\"orbit/1046\"") && !newest.contains("data-post=\"orbit/1047\""));
        assert!(newest.contains("photo_wrap 1048") && newest.contains("A &lt; B"));
        assert!(newest.contains("data-before=\"1027\""));
        let oldest = page(Some(1_007));
        assert_eq!(oldest.matches("data-post=").count(), 6);
        assert!(!oldest.contains("data-before"));
    }
}
