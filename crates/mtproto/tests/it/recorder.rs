//! Raw answers that are kept, without what is nobody's business.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use grammers_tl_types::{Deserializable as _, enums};
use mtproto::{LAYER, Recorder};

use crate::stage::{OWNER, STATS, Stage, client, resolved};

#[tokio::test]
async fn answers_are_kept_without_keys_people_and_words() {
    let stage = Stage::new().await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("answers.jsonl");
    let mut settings = stage.settings(&client(OWNER));
    settings.recorder = Some(Recorder::to_file(&file).expect("a file"));
    let (account, _stream) = stage.start_with(OWNER, &settings, Vec::new());
    account.me().await.expect("an answer");
    let orbit = resolved(&account, "orbit").await;
    let moon = resolved(&account, "moon").await;
    account.full_channel(&orbit).await.expect("a channel");
    let page = account.history(&moon, None, 100).await.expect("a page");
    account.messages(&orbit, &[1_001, 1_002]).await.expect("messages");
    account.views(&orbit, &[1_001, 1_002]).await.expect("counters");
    let stats = account.broadcast_stats(&orbit, Some(STATS)).await.expect("statistics");
    account.public_forwards(&orbit, Some(STATS), 1_002, None).await.expect("forwards");
    account.stop().await;

    let text = std::fs::read_to_string(&file).expect("a file");
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let methods: Vec<&str> = lines.iter().filter_map(|line| line["method"].as_str()).collect();
    // neither signing in nor the account itself is kept
    assert_eq!(
        methods,
        [
            "contacts.resolveUsername",
            "contacts.resolveUsername",
            "channels.getFullChannel",
            "messages.getHistory",
            "channels.getMessages",
            "messages.getMessagesViews",
            "stats.getBroadcastStats",
            "stats.getMessagePublicForwards",
        ]
    );
    let answers: Vec<Vec<u8>> = lines
        .iter()
        .map(|line| {
            assert_eq!(line["layer"], LAYER);
            STANDARD.decode(line["answer"].as_str().expect("text")).expect("base64")
        })
        .collect();
    let mtproto::Graph::Async { token } = &stats.languages else { panic!("not async") };
    let key = stage.telegram.centres.account_key(OWNER);
    let secrets: [&[u8]; 11] = [
        &key[..16],
        &orbit.access_hash.to_le_bytes(),
        &moon.access_hash.to_le_bytes(),
        b"998901112233",
        b"Owner",
        b"made_up_owner",
        b"A. Writer",
        b"Somebody",
        b"seen at Orbit",
        b"Notes from above",
        token.as_bytes(),
    ];
    for (method, answer) in methods.iter().zip(&answers) {
        for secret in secrets {
            let there = answer.windows(secret.len()).any(|bytes| bytes == secret);
            assert!(!there, "{method}: {:?}", String::from_utf8_lossy(secret));
        }
        assert!(!answer.windows(5).any(|bytes| bytes == b"note "), "{method}: words of posts");
    }

    // what the stand-in is corrected by stays: shape and numbers
    let enums::messages::Messages::ChannelMessages(kept) =
        enums::messages::Messages::from_bytes(&answers[3]).expect("TL")
    else {
        panic!("not a channel's messages")
    };
    assert_eq!(kept.messages.len(), page.messages.len());
    for (kept, message) in kept.messages.iter().zip(&page.messages) {
        assert_eq!(kept.id(), message.id);
        if let enums::Message::Message(kept) = kept {
            assert_eq!(kept.views.map(i64::from), message.counters.views);
            assert_eq!(kept.message.chars().count(), message.text.chars().count());
        }
    }
}
