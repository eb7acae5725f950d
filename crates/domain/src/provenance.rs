//! Which source is believed where several tell the same fact: `docs/provenance.md`.

use crate::analytics::history::{DailyFact, SourceFact};
use crate::posts::Source;

/// A value, or several that one source tells together, and who told it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told<T> {
    pub value: T,
    pub source: Source,
}

/// A value that a source may leave out.
pub trait Partial {
    /// nothing is known
    fn is_unknown(&self) -> bool;

    /// What `other` knows besides.
    #[must_use]
    fn filled_from(self, other: Self) -> Self;
}

impl<T> Partial for Option<T> {
    fn is_unknown(&self) -> bool {
        self.is_none()
    }

    fn filled_from(self, other: Self) -> Self {
        self.or(other)
    }
}

impl<A, B> Partial for (Option<A>, Option<B>) {
    fn is_unknown(&self) -> bool {
        self.0.is_none() && self.1.is_none()
    }

    fn filled_from(self, other: Self) -> Self {
        (self.0.or(other.0), self.1.or(other.1))
    }
}

impl Source {
    /// Whether what this source says now is believed against what `known` has said before: the more exact source is, and
    /// of one source the newer word counts.
    pub fn is_believed_against(self, known: Self) -> bool {
        self.inexactness() <= known.inexactness()
    }

    fn inexactness(self) -> u8 {
        match self {
            Self::Official => 0,
            Self::Measured => 1,
            Self::Imported => 2,
            // rounded
            Self::Preview => 3,
            Self::Estimated => 4,
            Self::Missing => 5,
        }
    }
}

impl<T: Partial> Told<T> {
    pub fn new(value: T, source: Source) -> Self {
        Self { value, source }
    }

    /// What is believed once `later` was told, too. Nothing known is given up for a gap; values told together stay of
    /// one source.
    #[must_use]
    pub fn updated(self, later: Self) -> Self {
        if later.value.is_unknown() {
            self
        } else if self.value.is_unknown() {
            later
        } else if later.source == self.source {
            Self { value: later.value.filled_from(self.value), source: later.source }
        } else if later.source.is_believed_against(self.source) {
            later
        } else {
            self
        }
    }
}

impl DailyFact {
    /// A day as one source tells it.
    pub fn told_by(source: Source, day: jiff::civil::Date) -> Self {
        Self {
            day,
            subscribers: None,
            joined: None,
            left: None,
            notifications_on: None,
            source,
            flow_source: source,
            notifications_source: source,
        }
    }

    /// What is believed of the day once `later` was told, too: value by value, joined and left together.
    #[must_use]
    pub fn updated(&self, later: &Self) -> Self {
        let subscribers = Told::new(self.subscribers, self.source).updated(Told::new(later.subscribers, later.source));
        let flow = Told::new((self.joined, self.left), self.flow_source)
            .updated(Told::new((later.joined, later.left), later.flow_source));
        let notifications = Told::new(self.notifications_on, self.notifications_source)
            .updated(Told::new(later.notifications_on, later.notifications_source));
        Self {
            day: self.day,
            subscribers: subscribers.value,
            joined: flow.value.0,
            left: flow.value.1,
            notifications_on: notifications.value,
            source: subscribers.source,
            flow_source: flow.source,
            notifications_source: notifications.source,
        }
    }

    /// The sources of what is known of the day.
    pub fn sources(&self) -> impl Iterator<Item = Source> + use<> {
        let known = [
            (self.subscribers.is_some(), self.source),
            (self.joined.is_some() || self.left.is_some(), self.flow_source),
            (self.notifications_on.is_some(), self.notifications_source),
        ];
        known.into_iter().filter_map(|(is_known, source)| is_known.then_some(source))
    }
}

impl SourceFact {
    /// What is believed once `later` was told of the same day and origin, too.
    #[must_use]
    pub fn updated(&self, later: &Self) -> Self {
        let views = Told::new(self.views, self.source).updated(Told::new(later.views, later.source));
        Self { views: views.value, source: views.source, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    const DAY: jiff::civil::Date = date(2026, 1, 1);

    fn day(source: Source, subscribers: Option<i64>, joined: Option<i64>, left: Option<i64>) -> DailyFact {
        DailyFact { subscribers, joined, left, ..DailyFact::told_by(source, DAY) }
    }

    #[test]
    fn telegrams_own_number_stays_when_a_file_says_otherwise() {
        let official = day(Source::Official, Some(100), Some(7), Some(2));
        let file = DailyFact { notifications_on: Some(40), ..day(Source::Imported, Some(90), Some(9), None) };
        let both = official.updated(&file);
        assert_eq!(
            (both.subscribers, both.joined, both.left, both.notifications_on),
            (Some(100), Some(7), Some(2), Some(40))
        );
        assert_eq!(both.sources().collect::<Vec<_>>(), [Source::Official, Source::Official, Source::Imported]);
    }

    #[test]
    fn a_gap_takes_nothing_away_and_of_one_source_the_newer_word_counts() {
        let first = day(Source::Imported, Some(90), Some(9), Some(1));
        let second = day(Source::Imported, Some(95), None, Some(3));
        assert_eq!(first.updated(&second), day(Source::Imported, Some(95), Some(9), Some(3)));
        assert_eq!(first.updated(&DailyFact::told_by(Source::Official, DAY)), first);
    }

    #[test]
    fn joined_and_left_are_never_of_two_sources() {
        let file = day(Source::Imported, None, Some(9), Some(1));
        let official = day(Source::Official, None, Some(7), None);
        let both = file.updated(&official);
        assert_eq!((both.joined, both.left, both.flow_source), (Some(7), None, Source::Official));
    }

    fn told() -> impl Strategy<Value = DailyFact> {
        let source = prop::sample::select(vec![Source::Official, Source::Measured, Source::Preview, Source::Imported]);
        let value = || prop::option::of(0..3_i64);
        (source, value(), value(), value(), value()).prop_map(
            |(source, subscribers, joined, left, notifications_on)| DailyFact {
                notifications_on,
                ..day(source, subscribers, joined, left)
            },
        )
    }

    proptest! {
        #[test]
        fn sources_may_speak_in_any_order(mut facts in prop::collection::vec(told(), 1..6), seed in any::<prop::sample::Index>()) {
            // one word of each source: the newer one of the same source counts, and that is an order
            facts.sort_by_key(|fact| fact.source);
            facts.dedup_by_key(|fact| fact.source);
            let believed = |facts: &[DailyFact]| facts[1..].iter().fold(facts[0], |known, fact| known.updated(fact));
            let in_order = believed(&facts);
            let len = facts.len();
            facts.rotate_left(seed.index(len));
            let mut otherwise = believed(&facts);
            // of a value that nobody knows no source is told
            if in_order.subscribers.is_none() { otherwise.source = in_order.source; }
            if (in_order.joined, in_order.left) == (None, None) { otherwise.flow_source = in_order.flow_source; }
            if in_order.notifications_on.is_none() { otherwise.notifications_source = in_order.notifications_source; }
            prop_assert_eq!(in_order, otherwise);
        }

        #[test]
        fn to_tell_it_again_changes_nothing(known in told(), later in told()) {
            let once = known.updated(&later);
            prop_assert_eq!(once, once.updated(&later));
        }
    }
}
