//! Hashtags of a text, as Telegram links them.

/// Lower case, without `#`, in order of appearance, each once. A tag is `#` at the start of a word, then letters,
/// digits and underscores of any script with a letter or underscore among them (`#1` is a number, not a tag).
pub fn find(text: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('#') {
        let starts_a_word = !rest[..at].chars().next_back().is_some_and(is_word);
        rest = &rest[at + 1..];
        let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let tag = &rest[..length];
        if starts_a_word && tag.chars().any(|c| !c.is_numeric()) {
            let tag = tag.to_lowercase();
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        // a tag's last character is what stands before the next `#`
        rest = &rest[tag.char_indices().next_back().map_or(0, |(last, _)| last)..];
    }
    tags
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || is_mark(c)
}

/// Combining vowel signs belong to the word (Devanagari, Arabic, …); `char` has no test for them.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}' | '\u{135d}'..='\u{135f}')
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn tags_are_found_in_any_script() {
        assert_eq!(find("#News и #новости: #O‘zbekiston, #ሰላም"), ["news", "новости", "o", "ሰላም"]);
    }

    #[test]
    fn each_once_in_lower_case() {
        assert_eq!(find("#Go #go #GO_2"), ["go", "go_2"]);
    }

    #[test]
    fn numbers_anchors_and_bare_marks_are_no_tags() {
        assert_eq!(find("# #1 ##  https://e.org/a#b x#y ##z"), ["z"]);
    }

    #[test]
    fn a_tag_glued_to_a_tag_is_part_of_the_word_before() {
        assert_eq!(find("#a#b"), ["a"]);
    }
}
