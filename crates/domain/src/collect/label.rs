//! Counts as Telegram's public pages write them: "999", "9.15K", "12.3K", "2.01M".

use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a written count stands for: every whole number that is written so. Telegram keeps three digits and cuts the
/// rest off, so the number written is the smallest of them; under 1000 it is the only one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CountLabel {
    lower: i64,
    upper: i64,
}

/// A text that is no count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a count such as 999, 12.3K or 1.2M")]
pub struct NotACount(pub String);

/// Significant digits that a label keeps.
const DIGITS: u32 = 3;
/// More than anybody will count; keeps the arithmetic within `i64`.
const MAX: i64 = 1_000_000_000_000_000;

impl CountLabel {
    /// A number that was not rounded.
    pub fn exact(value: i64) -> Self {
        Self { lower: value, upper: value }
    }

    /// The label of a count: what [`CountLabel::representative`] kept of it, back as a range.
    pub fn of(value: i64) -> Self {
        let step = step_of(value);
        let lower = value - value.rem_euclid(step);
        Self { lower, upper: lower + step - 1 }
    }

    /// The number that is stored for it: the one that is written. It shows no digit that the label had not, and
    /// [`CountLabel::of`] makes the range of it again.
    pub fn representative(self) -> i64 {
        self.lower
    }

    pub fn range(self) -> RangeInclusive<i64> {
        self.lower..=self.upper
    }

    pub fn is_exact(self) -> bool {
        self.lower == self.upper
    }
}

impl std::ops::Add for CountLabel {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { lower: self.lower.saturating_add(other.lower), upper: self.upper.saturating_add(other.upper) }
    }
}

/// What is lost by keeping [`DIGITS`] digits: 1 under 1000, then 10, 100, 1000, …
fn step_of(value: i64) -> i64 {
    let digits = value.checked_ilog10().unwrap_or(0) + 1;
    10_i64.pow(digits.saturating_sub(DIGITS))
}

impl FromStr for CountLabel {
    type Err = NotACount;

    fn from_str(text: &str) -> Result<Self, NotACount> {
        parse(text).ok_or_else(|| NotACount(text.chars().take(40).collect()))
    }
}

fn parse(text: &str) -> Option<CountLabel> {
    // "98 700" on the page that leads to the app
    let text: String = text.chars().filter(|c| !c.is_whitespace() && *c != '\u{202f}').collect();
    let (number, unit) = match text.char_indices().next_back()? {
        (at, 'K' | 'k') => (&text[..at], 1_000),
        (at, 'M' | 'm') => (&text[..at], 1_000_000),
        (at, 'B' | 'b') => (&text[..at], 1_000_000_000),
        _ => (text.as_str(), 1),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) || (number.contains('.') && fraction.is_empty()) {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let mut value = whole.checked_mul(unit).filter(|value| *value <= MAX)?;
    let mut place = unit;
    for digit in fraction.bytes() {
        place /= 10;
        // "0.5" of one is no count
        if place == 0 {
            return None;
        }
        value += i64::from(digit - b'0') * place;
    }
    if unit == 1 {
        return Some(CountLabel::exact(value));
    }
    // a label with more digits than Telegram writes today says more
    let step = step_of(value).min(place);
    Some(CountLabel { lower: value, upper: value + step - 1 })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn range(text: &str) -> RangeInclusive<i64> {
        text.parse::<CountLabel>().expect(text).range()
    }

    #[test]
    fn a_label_is_every_number_that_is_written_so() {
        assert_eq!(range("0"), 0..=0);
        assert_eq!(range("999"), 999..=999);
        // 1.00K, its zeros left away
        assert_eq!(range("1K"), 1_000..=1_009);
        assert_eq!(range("9.15K"), 9_150..=9_159);
        assert_eq!(range("12.3K"), 12_300..=12_399);
        assert_eq!(range("37K"), 37_000..=37_099);
        assert_eq!(range("123K"), 123_000..=123_999);
        assert_eq!(range("1.2M"), 1_200_000..=1_209_999);
        assert_eq!(range("2.01M"), 2_010_000..=2_019_999);
        // more digits than usual
        assert_eq!(range("12.34K"), 12_340..=12_349);
        // written out
        assert_eq!(range("98 700"), 98_700..=98_700);
    }

    #[test]
    fn what_is_no_count_is_named() {
        for text in
            ["", "K", ".5K", "1.K", "-3", "1.5", "12,3K", "many", "1.2345K", "99999999999999999999", "9999999999M"]
        {
            assert_eq!(text.parse::<CountLabel>(), Err(NotACount(text.to_owned())));
        }
    }

    #[test]
    fn labels_add_up_with_their_doubt() {
        let sum = CountLabel::exact(7) + "1.2K".parse().expect("a label");
        assert_eq!(sum.range(), 1_207..=1_216);
    }

    proptest! {
        #[test]
        fn the_stored_number_makes_the_range_again(value in 0..MAX) {
            let label = CountLabel::of(value);
            prop_assert!(label.range().contains(&value));
            prop_assert_eq!(CountLabel::of(label.representative()), label);
            prop_assert_eq!(label.is_exact(), value < 1_000);
        }

        #[test]
        fn no_text_makes_it_panic(text in "[0-9KkMB. ]{0,24}|.{0,12}") {
            if let Ok(label) = text.parse::<CountLabel>() {
                prop_assert!(label.range().start() <= label.range().end());
            }
        }
    }
}
