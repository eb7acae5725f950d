//! A page of a channel's preview, read.

mod media;

use std::collections::BTreeSet;

use domain::collect::label::CountLabel;
use domain::posts::MediaType;
use scraper::{ElementRef, Html};

use crate::error::PageError;
use crate::html::{all, first, has, has_class, line, written};

/// What a page says of its channel and of the posts on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub channel: Channel,
    /// oldest first, each id once; service messages are none
    pub posts: Vec<Post>,
    /// posts before this id are on another page; `None`: there are none
    pub before: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    pub title: String,
    /// without @
    pub username: String,
    /// `None`: the page does not say
    pub members: Option<CountLabel>,
}

/// A post; an album is one, under the id of its first message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    pub id: i64,
    /// unix seconds
    pub date: i64,
    /// `None`: the page does not say, which is not zero
    pub views: Option<CountLabel>,
    /// all kinds together, paid ones too; `None`: none are shown
    pub reactions: Option<CountLabel>,
    pub media: MediaType,
    /// messages of an album
    pub album_size: Option<i64>,
    pub forwarded: bool,
    pub text: Option<String>,
}

/// Reads a page. Foreign markup ends in an error that names what is missing; a page without posts is a page.
pub fn parse(html: &str) -> Result<Page, PageError> {
    let document = Html::parse_document(html);
    let root = document.root_element();
    let history = first(root, "tgme_channel_history").ok_or(PageError::Missing("list of posts"))?;
    let messages = || all(history, "tgme_widget_message").filter(|message| message.attr("data-post").is_some());
    let mut seen = BTreeSet::new();
    let mut posts = Vec::new();
    for message in messages() {
        let (_, id) = name_and_id(message)?;
        if has_class(message, "service_message") || !seen.insert(id) {
            continue;
        }
        posts.push(post(message, id)?);
    }
    posts.sort_unstable_by_key(|post| post.id);
    let channel = channel(root, messages().next())?;
    Ok(Page { channel, posts, before: before(root, history)? })
}

fn channel(root: ElementRef<'_>, message: Option<ElementRef<'_>>) -> Result<Channel, PageError> {
    let texts = |class| first(root, class).map(line).filter(|text| !text.is_empty());
    let title = texts("tgme_channel_info_header_title")
        .or_else(|| texts("tgme_header_title"))
        .ok_or(PageError::Missing("title of the channel"))?;
    let username = texts("tgme_channel_info_header_username").map(|name| name.trim_start_matches('@').to_owned());
    let username = match (username, message) {
        (Some(username), _) => username,
        (None, Some(message)) => name_and_id(message)?.0,
        (None, None) => return Err(PageError::Missing("name of the channel")),
    };
    let counter = all(root, "tgme_channel_info_counter").find(|counter| {
        let kind = first(*counter, "counter_type").map(line).unwrap_or_default();
        matches!(kind.as_str(), "subscribers" | "subscriber" | "members" | "member")
    });
    let members = match counter.and_then(|counter| first(counter, "counter_value")) {
        Some(value) => Some(line(value).parse().map_err(PageError::of_count("number of subscribers"))?),
        None => None,
    };
    Ok(Channel { title, username, members })
}

/// `data-post` is `name/id`.
fn name_and_id(message: ElementRef<'_>) -> Result<(String, i64), PageError> {
    let value = message.attr("data-post").unwrap_or_default();
    let read = value.split_once('/').and_then(|(name, id)| Some((name.to_owned(), id.parse().ok()?)));
    read.filter(|(name, id)| !name.is_empty() && *id > 0).ok_or_else(|| PageError::unreadable("data-post", value))
}

fn post(message: ElementRef<'_>, id: i64) -> Result<Post, PageError> {
    let written_at = first(message, "tgme_widget_message_date")
        .and_then(|date| date.descendent_elements().find(|inner| inner.value().name() == "time"))
        .and_then(|time| time.attr("datetime"))
        .ok_or(PageError::MissingOfPost { post: id, part: "date" })?;
    let date: jiff::Timestamp = written_at.parse().map_err(|_| PageError::unreadable("date of a post", written_at))?;
    let views = match first(message, "tgme_widget_message_views").map(line).filter(|views| !views.is_empty()) {
        Some(views) => Some(views.parse().map_err(PageError::of_count("views of a post"))?),
        None => None,
    };
    // the text of a message that this one answers has another class
    let text = first(message, "js-message_text").map(written).filter(|text| !text.is_empty());
    let (media, album_size) = media::of(message, text.is_some());
    Ok(Post {
        id,
        date: date.as_second(),
        views,
        reactions: reactions(message)?,
        media,
        album_size,
        forwarded: has(message, "tgme_widget_message_forwarded_from"),
        text,
    })
}

/// The number stands behind the emoji, as text of the reaction itself.
fn reactions(message: ElementRef<'_>) -> Result<Option<CountLabel>, PageError> {
    let mut sum: Option<CountLabel> = None;
    for reaction in all(message, "tgme_reaction") {
        let own: String = reaction.children().filter_map(|child| child.value().as_text().map(|text| &**text)).collect();
        let count = own.trim().parse().map_err(PageError::of_count("count of a reaction"))?;
        sum = Some(sum.map_or(count, |sum| sum + count));
    }
    Ok(sum)
}

/// The link to older posts above the first one; a link to newer ones has no `data-before`.
fn before(root: ElementRef<'_>, history: ElementRef<'_>) -> Result<Option<i64>, PageError> {
    let read = |value: &str| value.parse().map_err(|_| PageError::unreadable("link to older posts", value)).map(Some);
    if let Some(value) = all(history, "tme_messages_more").find_map(|link| link.attr("data-before")) {
        return read(value);
    }
    // the head says the same to machines
    let link =
        root.descendent_elements().find(|link| link.value().name() == "link" && link.attr("rel") == Some("prev"));
    match link.and_then(|link| link.attr("href")).and_then(|href| href.split_once("before=")) {
        Some((_, value)) => read(value.split('&').next().unwrap_or_default()),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests;
