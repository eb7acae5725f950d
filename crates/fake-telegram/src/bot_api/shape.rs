//! The world in the Bot API's JSON.

use serde_json::{Map, Value, json};

use crate::scenario::{Media, PersonPlan};
use crate::world::inbox::chat_id;
use crate::world::{Channel, Forward, Post, State};

pub fn channel_chat(channel: &Channel) -> Value {
    json!({"id": chat_id(channel.id), "type": "channel", "title": channel.title, "username": channel.username})
}

pub fn private_chat(person: &PersonPlan) -> Value {
    let mut chat = names(person);
    chat.insert("id".into(), json!(person.id));
    chat.insert("type".into(), json!("private"));
    Value::Object(chat)
}

pub fn user(person: &PersonPlan) -> Value {
    let mut user = names(person);
    user.insert("id".into(), json!(person.id));
    user.insert("is_bot".into(), json!(false));
    user.insert("language_code".into(), json!(person.language));
    if person.premium {
        user.insert("is_premium".into(), json!(true));
    }
    Value::Object(user)
}

fn names(person: &PersonPlan) -> Map<String, Value> {
    let mut names = Map::new();
    names.insert("first_name".into(), json!(person.first_name));
    for (key, value) in [("last_name", &person.last_name), ("username", &person.username)] {
        if let Some(value) = value {
            names.insert(key.into(), json!(value));
        }
    }
    names
}

/// A channel's post; `None` for service messages and what is not there. The Bot API never tells views.
pub fn post(state: &State, channel: i64, id: i32, now: i64) -> Option<Value> {
    let channel = state.channels.get(&channel)?;
    let post = channel.posts.get(&id).filter(|post| post.service.is_none() && post.date <= now)?;
    let chat = channel_chat(channel);
    let mut message = json!({"message_id": id, "sender_chat": chat, "chat": chat, "date": post.date});
    let text = if post.media == Media::Text || post.media == Media::Link { "text" } else { "caption" };
    if !post.text.is_empty() {
        message[text] = json!(post.text);
    }
    if let Some(date) = post.edit_date {
        message["edit_date"] = json!(date);
    }
    if let Some(group) = post.grouped_id {
        message["media_group_id"] = json!(group.to_string());
    }
    if let Some(author) = &post.author {
        message["author_signature"] = json!(author);
    }
    if let Some(origin) = post.forward.as_ref().and_then(|forward| origin(state, forward, post.date)) {
        message["forward_origin"] = origin;
    }
    let file =
        |size: u32| json!({"file_id": format!("file{id}"), "file_unique_id": format!("u{id}"), "file_size": size});
    let with = |mut file: Value, more: Value| {
        if let (Some(file), Some(more)) = (file.as_object_mut(), more.as_object()) {
            file.extend(more.clone());
        }
        file
    };
    match post.media {
        Media::Text | Media::Link => {}
        Media::Photo => message["photo"] = json!([with(file(1_000), json!({"width": 800, "height": 600}))]),
        Media::Video => {
            message["video"] = with(file(1_000), json!({"width": 640, "height": 360, "duration": 12}));
        }
        Media::Gif => {
            message["animation"] = with(file(1_000), json!({"width": 640, "height": 360, "duration": 12}));
        }
        Media::Voice => message["voice"] = with(file(1_000), json!({"duration": 12})),
        Media::Audio => message["audio"] = with(file(1_000), json!({"duration": 12})),
        Media::Document => message["document"] = with(file(1_000), json!({"file_name": "report.pdf"})),
        Media::Sticker => {
            let kind = json!({"type": "regular", "width": 512, "height": 512, "is_animated": false, "is_video": false});
            message["sticker"] = with(file(1_000), kind);
        }
        Media::Poll => {
            message["poll"] = json!({
                "id": id.to_string(), "question": "Which one?", "total_voter_count": 0, "is_closed": false,
                "is_anonymous": true, "type": "regular", "allows_multiple_answers": false,
                "options": [{"text": "this", "voter_count": 0}, {"text": "that", "voter_count": 0}],
            });
        }
    }
    Some(message)
}

/// How many of each reaction a post has.
pub fn reaction_count(channel: &Channel, post: &Post, now: i64) -> Value {
    let reactions: Vec<Value> = post
        .reactions(now)
        .into_iter()
        .map(|(emoji, count)| json!({"type": {"type": "emoji", "emoji": emoji}, "total_count": count}))
        .collect();
    json!({"chat": channel_chat(channel), "message_id": post.id, "date": now, "reactions": reactions})
}

fn origin(state: &State, forward: &Forward, date: i64) -> Option<Value> {
    match forward {
        Forward::Name(name) => Some(json!({"type": "hidden_user", "date": date, "sender_user_name": name})),
        Forward::Channel { channel, post, date } => {
            let chat = channel_chat(state.channels.get(channel)?);
            Some(json!({"type": "channel", "date": date, "chat": chat, "message_id": post}))
        }
    }
}
