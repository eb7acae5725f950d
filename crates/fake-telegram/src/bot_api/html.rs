//! `parse_mode=HTML`: the tags become entities, counted in UTF-16 units, with Telegram's complaints.

use serde_json::{Value, json};

use super::Refusal;

/// Tag → kind of entity.
const KINDS: &[(&str, &str)] = &[
    ("b", "bold"),
    ("strong", "bold"),
    ("i", "italic"),
    ("em", "italic"),
    ("u", "underline"),
    ("ins", "underline"),
    ("s", "strikethrough"),
    ("strike", "strikethrough"),
    ("del", "strikethrough"),
    ("tg-spoiler", "spoiler"),
    ("code", "code"),
    ("pre", "pre"),
    ("blockquote", "blockquote"),
    ("a", "text_link"),
    ("tg-emoji", "custom_emoji"),
];

fn wrong(what: &str) -> Refusal {
    Refusal::bad(&format!("can't parse entities: {what}"))
}

/// The text without its tags, and the entities.
pub fn parse(html: &str) -> Result<(String, Vec<Value>), Refusal> {
    let mut text = String::new();
    let mut entities = Vec::new();
    let mut open: Vec<(&str, Value)> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        text.push_str(&rest[..at]);
        let offset = html.len() - rest.len() + at;
        if rest[at..].starts_with('&') {
            let (plain, length) = entity(&rest[at..]);
            text.push_str(plain);
            rest = &rest[at + length..];
            continue;
        }
        let end = rest[at..].find('>').ok_or_else(|| wrong(&format!("Unclosed start tag at byte offset {offset}")))?;
        let tag = &rest[at + 1..at + end];
        rest = &rest[at + end + 1..];
        let now = utf16(&text);
        if let Some(name) = tag.strip_prefix('/') {
            let (_, mut entity) = open
                .pop()
                .filter(|(opened, _)| *opened == name)
                .ok_or_else(|| wrong(&format!("Unexpected end tag at byte offset {offset}")))?;
            let start = entity["offset"].as_u64().unwrap_or_default() as usize;
            if now > start {
                entity["length"] = json!(now - start);
                entities.push(entity);
            }
        } else {
            let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
            let kind = KINDS
                .iter()
                .find(|(tag, _)| *tag == name)
                .map(|(_, kind)| *kind)
                .ok_or_else(|| wrong(&format!("Unsupported start tag \"{name}\" at byte offset {offset}")))?;
            let mut entity = json!({"type": kind, "offset": now});
            if let Some(url) = attribute(attributes, "href") {
                entity["url"] = json!(url);
            }
            if let Some(id) = attribute(attributes, "emoji-id") {
                entity["custom_emoji_id"] = json!(id);
            }
            open.push((name, entity));
        }
    }
    text.push_str(rest);
    if let Some((name, _)) = open.last() {
        return Err(wrong(&format!("Can't find end tag corresponding to start tag \"{name}\"")));
    }
    entities.sort_by_key(|entity| entity["offset"].as_u64());
    Ok((text, entities))
}

/// A character behind `&`, and how many bytes it takes up.
fn entity(text: &str) -> (&'static str, usize) {
    for (written, plain) in [("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"), ("&quot;", "\"")] {
        if text.starts_with(written) {
            return (plain, written.len());
        }
    }
    ("&", 1)
}

fn attribute(attributes: &str, name: &str) -> Option<String> {
    let (_, rest) = attributes.split_once(&format!("{name}=\""))?;
    Some(rest.split('"').next()?.replace("&amp;", "&"))
}

/// Length in UTF-16 units, as Telegram counts.
pub fn utf16(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_become_entities() {
        let (text, entities) = parse("😀 <b>a &lt; b</b> <a href=\"https://x.y/?a=1&amp;b\">link</a>").unwrap();
        assert_eq!(text, "😀 a < b link");
        assert_eq!(entities[0], json!({"type": "bold", "offset": 3, "length": 5}));
        assert_eq!(entities[1], json!({"type": "text_link", "offset": 9, "length": 4, "url": "https://x.y/?a=1&b"}));
    }

    #[test]
    fn complaints() {
        for (html, complaint) in [
            ("a <x>", "Unsupported start tag \"x\" at byte offset 2"),
            ("<b>a", "Can't find end tag"),
            ("a</b>", "Unexpected end tag at byte offset 1"),
            ("a < b", "Unclosed start tag at byte offset 2"),
        ] {
            assert!(parse(html).unwrap_err().description.contains(complaint), "{html}");
        }
    }
}
