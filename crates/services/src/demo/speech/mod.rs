//! Texts of made-up posts: a topic, then sentences of the channel's own stock with names and numbers filled in.
//!
//! To add a channel's voice: a file with one `SPEECH`, at least 36 topics, and its line in `cast.rs`.

pub(super) mod book_shelf;
pub(super) mod orbit_daily;
pub(super) mod osh_va_non;
pub(super) mod quiet_city;
pub(super) mod slow_code;

use super::dice::Dice;

/// A channel's stock of phrases. `{n}`, `{place}` and `{name}` are filled in.
pub(super) struct Speech {
    /// headline and hashtag
    pub topics: &'static [(&'static str, &'static str)],
    pub sentences: &'static [&'static str],
    pub closings: &'static [&'static str],
    pub ads: &'static [&'static str],
    pub polls: &'static [&'static str],
    pub ad_tag: &'static str,
    pub places: &'static [&'static str],
    pub names: &'static [&'static str],
}

/// How much a post says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    /// a picture without words
    Empty,
    Headline,
    Short,
    Medium,
    Long,
}

/// Shares of the lengths, in their order; most posts are a paragraph or two.
const LENGTH_WEIGHTS: [f64; 5] = [0.05, 0.17, 0.34, 0.32, 0.12];
const LENGTHS: [Length; 5] = [Length::Empty, Length::Headline, Length::Short, Length::Medium, Length::Long];
/// Numbers named in texts: these take the same form of the noun in Russian (пять … двадцать страниц).
const NUMBERS: (i64, i64) = (5, 20);
/// Nobody reads more in a channel, and captions end long before.
const TEXT_CHARS_MAX: usize = 1500;

impl Length {
    pub fn throw(dice: &mut Dice) -> Self {
        LENGTHS[dice.weighted(&LENGTH_WEIGHTS)]
    }

    fn sentences(self, dice: &mut Dice) -> usize {
        let (low, high) = match self {
            Self::Empty | Self::Headline => (0, 0),
            Self::Short => (1, 3),
            Self::Medium => (4, 8),
            Self::Long => (12, 18),
        };
        dice.whole(low, high) as usize
    }
}

impl Speech {
    /// A post about `topic`.
    pub fn post(&self, topic: usize, length: Length, dice: &mut Dice) -> String {
        if length == Length::Empty {
            return String::new();
        }
        let (headline, tag) = self.topics[topic];
        let mut text = self.fill(headline, dice);
        text.push_str(&self.body(length.sentences(dice), dice));
        if dice.chance(0.45) {
            text.push_str("\n\n");
            text.push_str(dice.pick(self.closings));
        }
        // one post in five comes without a hashtag
        if dice.chance(0.8) {
            text.push_str("\n\n#");
            text.push_str(tag);
        }
        text
    }

    pub fn ad(&self, dice: &mut Dice) -> String {
        format!("{}\n\n#{}", dice.pick(self.ads), self.ad_tag)
    }

    pub fn poll(&self, dice: &mut Dice) -> String {
        dice.pick(self.polls).to_owned()
    }

    /// Paragraphs of two to four sentences, no sentence twice, within the limit.
    fn body(&self, sentences: usize, dice: &mut Dice) -> String {
        let mut left: Vec<&str> = self.sentences.to_vec();
        let (mut body, mut chars, mut until_break) = (String::new(), 0, 0);
        for _ in 0..sentences.min(left.len()) {
            let at = (dice.unit() * left.len() as f64) as usize;
            let sentence = self.fill(left.swap_remove(at), dice);
            chars += sentence.chars().count() + 2;
            // headline, closing and hashtag need room too
            if chars > TEXT_CHARS_MAX - 200 {
                break;
            }
            body.push_str(if until_break == 0 { "\n\n" } else { " " });
            until_break = if until_break == 0 { dice.whole(1, 3) } else { until_break - 1 };
            body.push_str(&sentence);
        }
        body
    }

    fn fill(&self, phrase: &str, dice: &mut Dice) -> String {
        let mut text = phrase.to_owned();
        for (slot, word) in [("{place}", self.places), ("{name}", self.names)] {
            if text.contains(slot) {
                text = text.replace(slot, dice.pick(word));
            }
        }
        if text.contains("{n}") {
            text = text.replace("{n}", &dice.whole(NUMBERS.0, NUMBERS.1).to_string());
        }
        // a name in front of a sentence starts it
        let mut chars = text.chars();
        match chars.next() {
            Some(first) if first.is_lowercase() => first.to_uppercase().chain(chars).collect(),
            _ => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::cast::CAST;

    #[test]
    fn every_channel_has_dozens_of_topics_and_no_slot_stays_open() {
        for persona in CAST {
            let speech = persona.speech;
            assert!(speech.topics.len() >= 36, "{}", persona.username);
            let mut dice = Dice::of(&[1]);
            for topic in 0..speech.topics.len() {
                for length in LENGTHS {
                    let text = speech.post(topic, length, &mut dice);
                    assert!(!text.contains('{'), "{text}");
                    assert!(text.chars().count() <= TEXT_CHARS_MAX, "{} characters", text.chars().count());
                    assert_eq!(text.is_empty(), length == Length::Empty);
                }
            }
        }
    }

    #[test]
    fn texts_reach_from_nothing_to_long() {
        let mut dice = Dice::of(&[2]);
        let lengths: Vec<usize> = (0..2000)
            .map(|index| {
                let length = Length::throw(&mut dice);
                orbit_daily::SPEECH.post(index % 40, length, &mut dice).chars().count()
            })
            .collect();
        for band in [0..1, 1..100, 100..300, 300..1000, 1000..1501] {
            assert!(lengths.iter().any(|chars| band.contains(chars)), "nothing in {band:?}");
        }
    }
}
