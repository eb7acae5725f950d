//! Numbers and days as text, in the reader's language: 9,999 in full, then 12.4K and 1.14M; a real minus sign; a dash
//! for what is not known. `frontend/charts/formatters.js` writes axis ticks in the same signs.

use jiff::civil::{Date, DateTime};
use serde_json::{Value, json};

use crate::words::{Language, Words};

pub const UNKNOWN: &str = "–";
const MINUS: char = '−';
/// Below this a number is written out.
const SHORT_FROM: f64 = 10_000.0;

impl Words {
    fn decimal_sign(&self) -> &'static str {
        match self.language {
            Language::En => ".",
            Language::Ru | Language::Uz => ",",
        }
    }

    fn group_sign(&self) -> &'static str {
        match self.language {
            Language::En => ",",
            // no-break space
            Language::Ru | Language::Uz => "\u{a0}",
        }
    }

    /// The signs that `formatters.js` needs for axis ticks.
    pub(crate) fn tick_texts(&self) -> Value {
        json!({ "decimal": self.decimal_sign(), "thousand": "K", "million": "M", "billion": "B", "percent": "%" })
    }

    /// All digits of a whole number: `48,213`.
    pub fn full(&self, value: f64) -> String {
        if !value.is_finite() {
            return UNKNOWN.to_owned();
        }
        let rounded = value.round();
        let digits = format!("{:.0}", rounded.abs());
        let mut text = String::new();
        if rounded < 0.0 {
            text.push(MINUS);
        }
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                text.push_str(self.group_sign());
            }
            text.push(digit);
        }
        text
    }

    /// At most three digits above 9,999: `12.4K`, `1.14M`.
    pub fn short(&self, value: f64) -> String {
        let size = value.abs().round();
        if !value.is_finite() || size < SHORT_FROM {
            return self.full(value);
        }
        // 999,950 is 1.00M, not 1000K
        let (scaled, unit) = [(1e9, "B"), (1e6, "M"), (1e3, "K")]
            .into_iter()
            .map(|(step, unit)| (size / step, unit))
            .find(|(scaled, _)| *scaled >= 0.9995)
            .unwrap_or((size, ""));
        let decimals = match scaled {
            small if small < 9.995 => 2,
            middle if middle < 99.95 => 1,
            _ => 0,
        };
        format!("{}{}{unit}", if value < 0.0 { "−" } else { "" }, self.decimal(scaled, decimals))
    }

    /// A number with a fixed count of decimals.
    pub fn decimal(&self, value: f64, decimals: usize) -> String {
        if !value.is_finite() {
            return UNKNOWN.to_owned();
        }
        let text = format!("{:.decimals$}", value.abs()).replace('.', self.decimal_sign());
        let zero = text.chars().all(|sign| !sign.is_ascii_digit() || sign == '0');
        if value < 0.0 && !zero { format!("{MINUS}{text}") } else { text }
    }

    /// A share: `25.8%`, `0.39%`, `120%`.
    pub fn percent(&self, share: f64) -> String {
        let value = share * 100.0;
        let decimals = match value.abs() {
            0.0 => 1,
            small if small < 1.0 => 2,
            large if large >= 99.95 => 0,
            _ => 1,
        };
        if value.is_finite() { format!("{}%", self.decimal(value, decimals)) } else { UNKNOWN.to_owned() }
    }

    /// A lift or change, in whole percent: `+12%`, `0%`, `−4%`.
    pub fn change(&self, share: f64) -> String {
        if !share.is_finite() {
            return UNKNOWN.to_owned();
        }
        let whole = (share * 100.0).round();
        format!("{}{}%", if whole > 0.0 { "+" } else { "" }, self.decimal(whole, 0))
    }

    /// A whole number with its sign: `+312`, `−3`, `0`.
    pub fn signed(&self, value: f64) -> String {
        format!("{}{}", if value.round() > 0.0 { "+" } else { "" }, self.full(value))
    }

    pub fn full_or_dash(&self, value: Option<f64>) -> String {
        value.map_or_else(|| UNKNOWN.to_owned(), |value| self.full(value))
    }

    pub fn percent_or_dash(&self, share: Option<f64>) -> String {
        share.map_or_else(|| UNKNOWN.to_owned(), |share| self.percent(share))
    }

    pub fn change_or_dash(&self, share: Option<f64>) -> String {
        share.map_or_else(|| UNKNOWN.to_owned(), |share| self.change(share))
    }

    /// `23 Oct`
    pub fn day(&self, day: Date) -> String {
        let month = self.months[day.month().unsigned_abs() as usize - 1];
        match self.language {
            Language::En | Language::Ru => format!("{} {month}", day.day()),
            Language::Uz => format!("{}-{month}", day.day()),
        }
    }

    /// `Wed 11 Nov`
    pub fn weekday_day(&self, day: Date) -> String {
        format!("{} {}", self.weekday(day.weekday().to_monday_zero_offset() as usize), self.day(day))
    }

    /// Short name of a weekday, 0 = Monday.
    pub fn weekday(&self, index: usize) -> &'static str {
        self.weekdays[index % 7]
    }

    /// `23 Oct – 21 Nov 2025`; both years where they differ.
    pub fn period(&self, first: Date, last: Date) -> String {
        let end = format!("{} {}", self.day(last), last.year());
        if first == last {
            end
        } else if first.year() == last.year() {
            format!("{} – {end}", self.day(first))
        } else {
            format!("{} {} – {end}", self.day(first), first.year())
        }
    }

    /// `11 Nov, 14:32`
    pub fn moment(&self, at: DateTime) -> String {
        format!("{}, {}", self.day(at.date()), clock(at))
    }

    /// An age: `6 h` up to three days, then `7 days`.
    pub fn age(&self, hours: f64) -> String {
        let (number, unit) =
            if hours > 72.0 && hours % 24.0 == 0.0 { (hours / 24.0, self.days_unit) } else { (hours, self.hours_unit) };
        let decimals = usize::from(number.fract().abs() > 0.05 && number < 10.0);
        format!("{}\u{a0}{unit}", self.decimal(number, decimals))
    }
}

/// `14:32`
pub(crate) fn clock(at: DateTime) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn short_numbers_keep_three_digits() {
        let en = Words::of(Language::En);
        for (value, text) in [
            (0.0, "0"),
            (9_999.0, "9,999"),
            (9_999.6, "10.0K"),
            (12_418.0, "12.4K"),
            (99_950.0, "100K"),
            (999_400.0, "999K"),
            (999_960.0, "1.00M"),
            (1_140_000.0, "1.14M"),
            (-12_418.0, "−12.4K"),
            (2e9, "2.00B"),
            (f64::NAN, "–"),
        ] {
            assert_eq!(en.short(value), text);
        }
        assert_eq!(Words::of(Language::Ru).short(12_418.0), "12,4K");
    }

    #[test]
    fn full_numbers_are_grouped_as_the_language_does() {
        assert_eq!(Words::of(Language::En).full(-1_234_567.0), "−1,234,567");
        assert_eq!(Words::of(Language::Uz).full(48_213.0), "48\u{a0}213");
        assert_eq!(Words::of(Language::En).full(-0.2), "0");
    }

    #[test]
    fn changes_carry_a_real_sign() {
        let en = Words::of(Language::En);
        assert_eq!(
            [en.change(0.124), en.change(-0.04), en.change(0.001), en.change(-0.004)],
            ["+12%", "−4%", "0%", "0%"]
        );
        assert_eq!(
            [en.percent(0.258), en.percent(0.0039), en.percent(1.2), en.percent(0.0)],
            ["25.8%", "0.39%", "120%", "0.0%"]
        );
        assert_eq!([en.signed(452.0), en.signed(-0.3)], ["+452", "0"]);
    }

    #[test]
    fn days_read_as_the_language_does() {
        let day = date(2025, 11, 12);
        assert_eq!(Words::of(Language::En).weekday_day(day), "Wed 12 Nov");
        assert_eq!(Words::of(Language::Ru).weekday_day(day), "ср 12 нояб.");
        assert_eq!(Words::of(Language::Uz).day(day), "12-noy");
        assert_eq!(Words::of(Language::En).period(date(2024, 12, 30), date(2025, 1, 5)), "30 Dec 2024 – 5 Jan 2025");
        assert_eq!(Words::of(Language::En).period(day, day), "12 Nov 2025");
    }

    #[test]
    fn ages_turn_into_days_where_that_reads_better() {
        let en = Words::of(Language::En);
        assert_eq!(
            [en.age(1.0), en.age(72.0), en.age(168.0), en.age(0.5)],
            ["1\u{a0}h", "72\u{a0}h", "7\u{a0}days", "0.5\u{a0}h"]
        );
    }
}
