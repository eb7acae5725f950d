//! Exports of Telegram Desktop.

use domain::posts::MediaType;
use serde_json::{Value, json};
use services::collect::import::{ImportError, ImportRequest, Kind, Progress};
use services::collect::telegram_export::{self, SkippedChat, TelegramReport};
use tokio_util::sync::CancellationToken;

use crate::place::{NOW, POSTS, Place};

async fn import(place: &Place, export: &Value) -> Result<TelegramReport, ImportError> {
    let path = place.file("result.json", serde_json::to_vec_pretty(export).expect("JSON"));
    let request = ImportRequest::new(Kind::Posts, path);
    telegram_export::run(&place.ctx, &place.viewer, &request, &(), &CancellationToken::new()).await
}

fn channel(messages: Value) -> Value {
    json!({ "name": "Код", "type": "public_channel", "id": 1_234_567_890, "messages": messages })
}

fn message(id: i64, at: i64, mut fields: Value) -> Value {
    let whole = fields.as_object_mut().expect("an object");
    whole.insert("id".to_owned(), id.into());
    whole.insert("date_unixtime".to_owned(), at.to_string().into());
    whole.insert("date".to_owned(), "2025-10-09T13:46:40".into());
    whole.entry("type").or_insert_with(|| "message".into());
    whole.entry("text").or_insert_with(|| "".into());
    fields
}

const T: i64 = 1_760_000_000;

#[tokio::test]
async fn a_channels_export_becomes_posts() {
    let place = Place::new().await;
    let export = channel(json!([
        message(1, T, json!({ "type": "service", "action": "create_channel", "title": "Код" })),
        message(
            2,
            T + 10,
            json!({ "text": "просто текст", "edited": "2025-10-09T14:00:00", "edited_unixtime": "1760000800" })
        ),
        message(
            3,
            T + 20,
            json!({ "text": ["жирный ", { "type": "bold", "text": "кусок" }, " и ", { "type": "hashtag", "text": "#тег" }], "text_entities": [] })
        ),
        message(
            4,
            T + 30,
            json!({ "photo": "(File not included)", "width": 1, "text": "снимок", "reactions": [{ "type": "emoji", "count": 12, "emoji": "👍" }, { "type": "paid", "count": 3 }] })
        ),
        message(5, T + 40, json!({ "forwarded_from": "Другой канал", "file": "f", "media_type": "video_file" })),
        message(6, T + 50, json!({ "forwarded_from": null, "file": "f", "media_type": "animation" })),
        message(7, T + 60, json!({ "file": "f", "mime_type": "application/pdf" })),
        message(8, T + 70, json!({ "poll": { "question": "?", "answers": [] } })),
        message(9, T + 80, json!({ "type": "service", "action": "pin_message" })),
    ]));
    let report = import(&place, &export).await.expect("imports");
    assert_eq!((report.messages, report.service_messages, report.albums), (9, 2, 0));
    assert_eq!((report.import.rows, report.import.inserted), (7, 7));
    let channel = place.channel("1234567890").await;
    assert_eq!((channel.title.as_str(), channel.telegram_id), ("Код", Some(1_234_567_890)));
    let text = place.post(&channel, 3).await;
    assert_eq!(text.text.as_deref(), Some("жирный кусок и #тег"));
    assert_eq!((text.counters.views, text.counted_at, text.date_utc), (None, None, T + 20));
    let photo = place.post(&channel, 4).await;
    assert_eq!(
        (photo.media_type, photo.counters.reactions, photo.counted_at),
        (Some(MediaType::Photo), Some(15), Some(NOW))
    );
    for (post, forwarded) in [(4, false), (5, true), (6, true)] {
        assert_eq!(place.post(&channel, post).await.forwarded, Some(forwarded), "{post}");
    }
}

#[tokio::test]
async fn every_kind_of_media() {
    let place = Place::new().await;
    let kinds = [
        (json!({ "file": "f", "media_type": "video_file" }), MediaType::Video),
        (json!({ "file": "f", "media_type": "animation" }), MediaType::Animation),
        (json!({ "file": "f", "media_type": "voice_message" }), MediaType::Voice),
        (json!({ "file": "f", "media_type": "video_message" }), MediaType::VideoNote),
        (json!({ "file": "f", "media_type": "sticker", "sticker_emoji": "😀" }), MediaType::Sticker),
        (json!({ "file": "f", "media_type": "audio_file", "performer": "x" }), MediaType::Audio),
        (json!({ "file": "f" }), MediaType::Document),
        (json!({ "photo": "p" }), MediaType::Photo),
        (json!({ "poll": {} }), MediaType::Poll),
        (json!({ "location_information": { "latitude": 1.5, "longitude": 2.5 } }), MediaType::Location),
        (json!({ "contact_information": {} }), MediaType::Contact),
        (json!({ "giveaway_information": {} }), MediaType::Giveaway),
        (json!({ "game_title": "g" }), MediaType::Other),
        (json!({ "text": "t" }), MediaType::Text),
        (json!({}), MediaType::Other),
    ];
    let messages: Vec<_> = kinds
        .iter()
        .enumerate()
        .map(|(index, (fields, _))| message(index as i64 + 1, T + index as i64 * 60, fields.clone()))
        .collect();
    import(&place, &channel(json!(messages))).await.expect("imports");
    let channel = place.channel("1234567890").await;
    for (index, (fields, media)) in kinds.iter().enumerate() {
        assert_eq!(place.post(&channel, index as i64 + 1).await.media_type, Some(*media), "{fields}");
    }
}

#[tokio::test]
async fn messages_sent_together_are_one_post() {
    let place = Place::new().await;
    let photo = |id, at, fields: Value| {
        let mut fields = fields;
        fields["photo"] = "p".into();
        message(id, at, fields)
    };
    let export = channel(json!([
        photo(10, T, json!({})),
        photo(11, T, json!({ "text": "подпись", "reactions": [{ "type": "emoji", "count": 5 }] })),
        photo(12, T, json!({})),
        // another text: another post
        photo(13, T, json!({ "text": "вторая" })),
        // a hole in the ids, another second, no media
        photo(15, T, json!({})),
        photo(16, T + 60, json!({})),
        message(17, T + 60, json!({ "text": "текст" })),
    ]));
    let report = import(&place, &export).await.expect("imports");
    assert_eq!((report.messages, report.albums, report.import.rows), (7, 1, 5));
    let channel = place.channel("1234567890").await;
    let album = place.post(&channel, 10).await;
    assert_eq!(
        (album.media_type, album.album_size, album.text.as_deref()),
        (Some(MediaType::Album), Some(3), Some("подпись"))
    );
    assert_eq!(album.counters.reactions, Some(5));
    let mut tx = place.ctx.db.read().await.expect("tx");
    assert_eq!(store::collect::list_post_ids(&mut tx, channel.id).await.expect("ids"), [10, 13, 15, 16, 17]);
}

#[tokio::test]
async fn an_export_twice_is_an_export_once() {
    let place = Place::new().await;
    let export = channel(json!([
        message(1, T, json!({ "text": "a", "reactions": [{ "count": 2 }] })),
        message(2, T + 5, json!({ "text": "b" }))
    ]));
    import(&place, &export).await.expect("imports");
    let (channel, rows) = (place.channel("1234567890").await, place.rows().await);
    let version = place.version(&channel).await;
    place.clock.advance(3600);
    let again = import(&place, &export).await.expect("imports");
    assert_eq!((again.import.inserted, again.import.updated, again.import.unchanged), (0, 0, 2));
    assert_eq!((place.rows().await, place.version(&channel).await), (rows, version));
}

#[tokio::test]
async fn an_export_joins_a_channel_known_by_name() {
    let place = Place::new().await;
    let path = place.file("p.csv", format!("{POSTS}d_code,1,{T},100,,,,,\n"));
    place.run(&ImportRequest::new(Kind::Posts, path)).await.expect("imports");
    let export = channel(json!([message(1, T, json!({ "text": "узнан" })), message(2, T, json!({ "text": "новый" }))]));
    let path = place.file("result.json", export.to_string());
    let request = ImportRequest { channel: Some("d_code".to_owned()), ..ImportRequest::new(Kind::Posts, path) };
    let report = telegram_export::run(&place.ctx, &place.viewer, &request, &(), &CancellationToken::new())
        .await
        .expect("imports");
    assert_eq!(
        (report.import.inserted, report.import.updated, report.import.channels),
        (1, 1, vec!["d_code".to_owned()])
    );
    let channel = place.channel("d_code").await;
    assert_eq!((channel.telegram_id, place.channels().await.len()), (Some(1_234_567_890), 1));
    let post = place.post(&channel, 1).await;
    assert_eq!((post.counters.views, post.text.as_deref()), (Some(100), Some("узнан")));
}

#[tokio::test]
async fn of_an_accounts_export_the_channels_are_taken_and_the_rest_is_named() {
    let place = Place::new().await;
    let chat = |name: &str, kind: &str, id: i64| json!({ "name": name, "type": kind, "id": id, "messages": [message(1, T, json!({ "text": name }))] });
    let export = json!({
        "about": "Here is the data you requested.",
        "personal_information": { "user_id": 1, "first_name": "A" },
        "contacts": { "about": "", "list": [] },
        "chats": { "about": "", "list": [
            chat("Мама", "personal_chat", 5),
            chat("Первый", "public_channel", 100_001),
            chat("Дом", "private_group", 6),
            chat("Второй", "private_channel", 100_002),
        ] },
        "left_chats": { "about": "", "list": [chat("Бывший", "public_channel", 100_003)] },
    });
    let report = import(&place, &export).await.expect("imports");
    assert_eq!(report.import.channels, ["100001", "100002", "100003"]);
    let skipped = |name: &str, kind: &str| SkippedChat { name: name.to_owned(), kind: kind.to_owned() };
    assert_eq!(report.skipped_chats, [skipped("Мама", "personal_chat"), skipped("Дом", "private_group")]);
    let titles: Vec<_> = place.channels().await.into_iter().map(|channel| channel.title).collect();
    assert_eq!(titles.len(), 3);
    assert!(titles.contains(&"Второй".to_owned()));
    assert_eq!(place.post(&place.channel("100002").await, 1).await.text.as_deref(), Some("Второй"));
}

#[tokio::test]
async fn an_old_export_without_instants_is_read_in_the_zone_given() {
    let place = Place::new().await;
    let export = json!({ "name": "Old", "type": "public_channel", "id": 9, "messages": [
        { "id": 1, "type": "message", "date": "2020-07-01T12:00:00", "text": "x" },
    ] });
    let path = place.file("result.json", export.to_string());
    let request = ImportRequest { tz: Some("Europe/Berlin".to_owned()), ..ImportRequest::new(Kind::Posts, path) };
    let report = telegram_export::run(&place.ctx, &place.viewer, &request, &(), &CancellationToken::new())
        .await
        .expect("imports");
    assert_eq!(report.without_zone, 1);
    let channel = place.channel("9").await;
    assert_eq!(place.post(&channel, 1).await.date_utc, 1_593_597_600);
    assert_eq!(channel.zone, "Europe/Berlin");
}

async fn refused(export: impl AsRef<[u8]>) -> String {
    let place = Place::new().await;
    let before = place.rows().await;
    let request = ImportRequest::new(Kind::Posts, place.file("result.json", export));
    let error = telegram_export::run(&place.ctx, &place.viewer, &request, &(), &CancellationToken::new())
        .await
        .expect_err("refused");
    assert_eq!(place.rows().await, before, "after {error}");
    error.to_string()
}

#[tokio::test]
async fn a_private_chat_is_refused() {
    for (kind, what) in [
        ("personal_chat", "a private chat"),
        ("private_supergroup", "a group"),
        ("saved_messages", "your saved messages"),
        ("bot_chat", "a chat with a bot"),
    ] {
        let export =
            json!({ "name": "Мама", "type": kind, "id": 5, "messages": [message(1, T, json!({ "text": "секрет" }))] });
        let error = refused(export.to_string()).await;
        assert!(
            error.contains(&format!("\"Мама\" is {what}, not a channel")) && error.contains("Export chat history"),
            "{error}"
        );
        assert!(!error.contains("секрет"));
    }
    let export = json!({ "chats": { "list": [
        { "name": "A", "type": "personal_chat", "id": 5, "messages": [] },
        { "name": "B", "type": "personal_chat", "id": 6, "messages": [] },
    ] } });
    assert!(refused(export.to_string()).await.contains("none of the 2 chats in this export is a channel"));
}

#[tokio::test]
async fn files_that_are_no_exports() {
    let whole =
        channel(json!([message(1, T, json!({ "text": "x" })), message(2, T, json!({ "text": "y" }))])).to_string();
    for (content, wanted) in [
        (whole[..whole.len() - 20].to_owned(), "it ends in the middle"),
        ("{\"name\": \"x\"}".to_owned(), "it has no chats"),
        ("[1, 2]".to_owned(), "an object with the chat's messages"),
        ("<html></html>".to_owned(), "expected value"),
        (json!({ "name": "x", "type": "public_channel", "id": 4 }).to_string(), "the chat has no messages"),
        (json!({ "name": "x", "type": "public_channel", "messages": [] }).to_string(), "has no id"),
        (channel(json!([{ "id": 1, "type": "message", "text": "x" }])).to_string(), "message 1 has no readable date"),
    ] {
        let error = refused(&content).await;
        assert!(error.contains(wanted) && error.contains("Machine-readable JSON"), "{error}");
    }
    assert!(refused("").await.contains("is empty"));
}

#[tokio::test]
async fn an_export_with_two_channels_needs_no_name_for_one() {
    let place = Place::new().await;
    let chat = |id: i64| json!({ "name": format!("n{id}"), "type": "public_channel", "id": id, "messages": [message(1, T, json!({}))] });
    let path = place.file("result.json", json!({ "chats": { "list": [chat(1), chat(2)] } }).to_string());
    let request = ImportRequest { channel: Some("x".to_owned()), ..ImportRequest::new(Kind::Posts, path) };
    let error = telegram_export::run(&place.ctx, &place.viewer, &request, &(), &CancellationToken::new())
        .await
        .expect_err("refused");
    assert!(matches!(error, ImportError::ManyChannels { option: "--channel", .. }), "{error}");
    assert_eq!(place.channels().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_import_of_an_export_continues() {
    struct StopAtFirst(CancellationToken);
    impl Progress for StopAtFirst {
        fn advance(&self, _: u64, _: u64, rows: u64) {
            if rows > 0 {
                self.0.cancel();
            }
        }
    }
    let place = Place::new().await;
    let messages: Vec<_> = (1..=50_000).map(|id| message(id, T + id, json!({ "text": "x" }))).collect();
    let path = place.file("result.json", channel(json!(messages)).to_string());
    let request = ImportRequest::new(Kind::Posts, path);
    let cancel = CancellationToken::new();
    let stop = StopAtFirst(cancel.clone());
    let error = telegram_export::run(&place.ctx, &place.viewer, &request, &stop, &cancel).await.expect_err("stopped");
    assert!(matches!(error, ImportError::Stopped { .. }), "{error}");
    assert_eq!(place.channels().await, []);
    let report = telegram_export::run(&place.ctx, &place.viewer, &request, &(), &CancellationToken::new())
        .await
        .expect("imports");
    assert_eq!((report.import.inserted, report.messages), (50_000, 50_000));
    assert!(report.import.continued_from.is_some());
}
