use proptest::prelude::*;

use super::*;

/// One post in the markup of the real page, with what a test is about in its bubble.
fn message(id: i64, inside: &str) -> String {
    format!(
        r#"<div class="tgme_widget_message_wrap js-widget_message_wrap"><div class="tgme_widget_message text_not_supported_wrap js-widget_message" data-post="orbit/{id}" data-view="x"><div class="tgme_widget_message_bubble">{inside}<div class="tgme_widget_message_footer compact js-message_footer"><div class="tgme_widget_message_info short js-message_info"><span class="tgme_widget_message_views">12.3K</span><span class="copyonly"> views</span><span class="tgme_widget_message_meta"><a class="tgme_widget_message_date" href="https://t.me/orbit/{id}"><time datetime="2026-05-16T13:57:49+00:00" class="time">13:57</time></a></span></div></div></div></div></div>"#
    )
}

fn page_of(messages: &str) -> String {
    format!(
        r#"<html><head><link rel="prev" href="/s/orbit?before=41"></head><body>
<div class="tgme_channel_info"><div class="tgme_channel_info_header"><div class="tgme_channel_info_header_title"><span dir="auto">Orbit &amp; <i class="emoji"><b>🛰</b></i></span></div><div class="tgme_channel_info_header_username"><a href="https://t.me/orbit">@orbit</a></div></div>
<div class="tgme_channel_info_counters"><div class="tgme_channel_info_counter"><span class="counter_value">9.15K</span> <span class="counter_type">subscribers</span></div><div class="tgme_channel_info_counter"><span class="counter_value">77</span> <span class="counter_type">photos</span></div></div></div>
<section class="tgme_channel_history js-message_history">{messages}</section></body></html>"#
    )
}

fn only_post(inside: &str) -> Post {
    let page = parse(&page_of(&message(42, inside))).expect("a page");
    page.posts.into_iter().next().expect("a post")
}

#[test]
fn a_page_tells_channel_posts_and_where_older_ones_are() {
    let text = r#"<div class="tgme_widget_message_text js-message_text" dir="auto">One<br/>two <a href="https://example.org">link</a></div>"#;
    let page = parse(&page_of(&message(42, text))).expect("a page");
    assert_eq!(
        page.channel,
        Channel {
            title: "Orbit & 🛰".to_owned(),
            username: "orbit".to_owned(),
            members: Some("9.15K".parse().expect("a label"))
        }
    );
    assert_eq!(page.before, Some(41));
    let expected = Post {
        id: 42,
        date: 1_778_939_869,
        views: Some("12.3K".parse().expect("a label")),
        reactions: None,
        media: MediaType::Text,
        album_size: None,
        forwarded: false,
        text: Some("One\ntwo link".to_owned()),
    };
    assert_eq!(page.posts, [expected]);
}

#[test]
fn an_answer_has_its_own_text_and_not_the_one_it_quotes() {
    let post = only_post(
        r#"<a class="tgme_widget_message_reply" href="https://t.me/orbit/1"><div class="tgme_widget_message_author_name">Orbit</div><div class="tgme_widget_message_text js-message_reply_text">quoted</div></a><div class="tgme_widget_message_text js-message_text before_footer"><div class="tgme_widget_message_text js-message_text">said</div></div>"#,
    );
    assert_eq!(post.text.as_deref(), Some("said"));
}

#[test]
fn reactions_of_every_kind_are_one_count() {
    let post = only_post(
        r#"<div class="tgme_widget_message_reactions js-message_reactions"><span class="tgme_reaction tgme_reaction_paid"><i class="icon"></i>7</span><span class="tgme_reaction"><tg-emoji emoji-id="5"><i class="emoji"><b>👍</b></i></tg-emoji>1.2K</span><span class="tgme_reaction"><i class="emoji"><b>3️⃣</b></i>30</span></div>"#,
    );
    assert_eq!(post.reactions.map(CountLabel::range), Some(1_237..=1_246));
}

#[test]
fn what_a_post_carries_is_told() {
    for (inside, media) in [
        (r#"<a class="tgme_widget_message_photo_wrap x" href="/1"></a>"#, MediaType::Photo),
        (
            r#"<a class="tgme_widget_message_video_player"><time class="message_video_duration">0:12</time></a>"#,
            MediaType::Video,
        ),
        (r#"<a class="tgme_widget_message_video_player"><video autoplay loop></video></a>"#, MediaType::Animation),
        (r#"<a class="tgme_widget_message_roundvideo_player"></a>"#, MediaType::VideoNote),
        (r#"<a class="tgme_widget_message_voice_player"></a>"#, MediaType::Voice),
        (
            r#"<a class="tgme_widget_message_document_wrap"><div class="tgme_widget_message_document_icon accent_bg audio"></div></a>"#,
            MediaType::Audio,
        ),
        (
            r#"<a class="tgme_widget_message_document_wrap"><div class="tgme_widget_message_document_icon accent_bg"></div></a>"#,
            MediaType::Document,
        ),
        (r#"<div class="tgme_widget_message_sticker_wrap"></div>"#, MediaType::Sticker),
        (r#"<a class="tgme_widget_message_location_wrap"></a>"#, MediaType::Location),
        (r#"<div class="tgme_widget_message_poll"></div>"#, MediaType::Poll),
        (
            r#"<div class="message_media_not_supported_wrap"><div class="message_media_not_supported"></div></div>"#,
            MediaType::Media,
        ),
        (
            r#"<div class="tgme_widget_message_text js-message_text">t</div><a class="tgme_widget_message_link_preview"></a>"#,
            MediaType::Link,
        ),
        ("", MediaType::Other),
    ] {
        assert_eq!(only_post(inside).media, media, "{inside}");
    }
    let album = only_post(
        r#"<div class="tgme_widget_message_grouped_wrap"><div class="tgme_widget_message_grouped"><a class="tgme_widget_message_photo_wrap grouped_media_wrap"></a><a class="tgme_widget_message_video_player grouped_media_wrap"><time class="message_video_duration">0:12</time></a></div></div>"#,
    );
    assert_eq!((album.media, album.album_size), (MediaType::Album, Some(2)));
}

#[test]
fn service_messages_are_no_posts_and_no_post_comes_twice() {
    let service = r#"<div class="tgme_widget_message service_message js-widget_message" data-post="orbit/40"><div class="tgme_widget_message_text js-message_text">Orbit</div></div>"#;
    let page =
        parse(&page_of(&[service, &message(43, ""), &message(42, ""), &message(43, "")].concat())).expect("a page");
    assert_eq!(page.posts.iter().map(|post| post.id).collect::<Vec<_>>(), [42, 43]);
}

#[test]
fn a_channel_without_posts_is_a_page() {
    let page = parse(&page_of(r#"<div class="tgme_widget_message_centered">empty</div>"#)).expect("a page");
    assert!(page.posts.is_empty());
}

#[test]
fn what_is_missing_is_named() {
    let whole = page_of(&message(42, ""));
    for (without, named) in [
        ("tgme_channel_history", "list of posts"),
        ("tgme_channel_info_header_title", "title of the channel"),
        ("tgme_widget_message_date", "post 42 has no date"),
        ("2026-05-16T13:57:49+00:00", "date of a post"),
        ("12.3K", "views of a post"),
        ("9.15K", "number of subscribers"),
        ("orbit/42\" data-view", "data-post"),
    ] {
        let broken = whole.replace(without, "gone");
        let error = parse(&broken).expect_err(without).to_string();
        assert!(error.contains(named), "{without}: {error}");
    }
    assert!(parse("<html><body>502 Bad Gateway").is_err());
}

#[test]
fn what_a_page_may_leave_out_is_unknown_and_not_zero() {
    let bare = page_of(&message(42, "")).replace("tgme_widget_message_views", "x").replace("subscribers", "friends");
    let page = parse(&bare).expect("a page");
    assert_eq!((page.posts[0].views, page.posts[0].reactions, page.channel.members), (None, None, None));
}

proptest! {
    #[test]
    fn mangled_markup_never_makes_it_panic(cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), "[<>/\"=a-z0-9 ]{0,6}"), 1..6)) {
        let text = r#"<div class="tgme_widget_message_text js-message_text">a<br>b <b>c</b></div><span class="tgme_reaction"><i class="emoji"><b>👍</b></i>5</span>"#;
        let mut html = page_of(&[message(42, text), message(43, "")].concat());
        for (from, to, with) in cuts {
            // up to 40 characters somewhere become others
            let characters: Vec<char> = html.chars().collect();
            if characters.is_empty() {
                break;
            }
            let start = from.index(characters.len());
            let end = characters.len().min(start + to.index(40));
            html = characters[..start].iter().copied().chain(with.chars()).chain(characters[end..].iter().copied()).collect();
        }
        if let Ok(page) = parse(&html) {
            prop_assert!(page.posts.windows(2).all(|pair| pair[0].id < pair[1].id));
            prop_assert!(page.posts.iter().all(|post| post.id > 0));
        }
    }
}
