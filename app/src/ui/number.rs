//! Numbers in the reader's language (design §3): 9,999 in full, then 12.4K and 1.14M; a real minus sign; a dash for
//! what is not known.

use crate::i18n::{Language, language};

pub const UNKNOWN: &str = "–";
const MINUS: char = '−';

struct Signs {
    decimal: char,
    group: &'static str,
}

fn signs(language: Language) -> Signs {
    match language {
        Language::En => Signs { decimal: '.', group: "," },
        // no-break space
        Language::Ru | Language::Uz => Signs { decimal: ',', group: "\u{a0}" },
    }
}

/// All digits, grouped: `48,213`.
pub fn full(value: i64) -> String {
    full_in(language(), value)
}

fn full_in(language: Language, value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let group = signs(language).group;
    let mut text = String::new();
    if value < 0 {
        text.push(MINUS);
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push_str(group);
        }
        text.push(digit);
    }
    text
}

/// At most three digits above 9,999: `12.4K`, `1.14M`.
pub fn short(value: f64) -> String {
    short_in(language(), value)
}

fn short_in(language: Language, value: f64) -> String {
    if !value.is_finite() {
        return UNKNOWN.to_owned();
    }
    let size = value.abs();
    if size.round() < 10_000.0 {
        return full_in(language, value.round() as i64);
    }
    let (scaled, unit) = [(1e9, "B"), (1e6, "M"), (1e3, "K")]
        .into_iter()
        .map(|(step, unit)| (size / step, unit))
        // 999,950 is 1.00M, not 1000K
        .find(|(scaled, unit)| *scaled >= 1.0 || (*unit != "K" && *scaled >= 0.9995))
        .unwrap_or((size / 1e3, "K"));
    let decimals = if scaled < 9.995 {
        2
    } else if scaled < 99.95 {
        1
    } else {
        0
    };
    format!("{}{}{unit}", if value < 0.0 { "−" } else { "" }, decimal_in(language, scaled, decimals))
}

pub fn short_or_dash(value: Option<f64>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), short)
}

pub fn count_or_dash(value: Option<i64>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), |value| short(value as f64))
}

pub fn full_or_dash(value: Option<i64>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), full)
}

fn decimal_in(language: Language, value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs()).replace('.', &signs(language).decimal.to_string());
    if value < 0.0 && text.chars().any(|c| c.is_ascii_digit() && c != '0') { format!("{MINUS}{text}") } else { text }
}

/// A number with a fixed count of decimals.
pub fn decimal(value: f64, decimals: usize) -> String {
    if value.is_finite() { decimal_in(language(), value, decimals) } else { UNKNOWN.to_owned() }
}

/// A share as percent: one decimal under 100 %, none above: `25.8%`.
pub fn percent(share: f64) -> String {
    if !share.is_finite() {
        return UNKNOWN.to_owned();
    }
    let value = share * 100.0;
    let decimals = if value.abs() < 1.0 && value != 0.0 {
        2
    } else {
        usize::from(value.abs() < 99.95)
    };
    format!("{}%", decimal(value, decimals))
}

pub fn percent_or_dash(share: Option<f64>) -> String {
    share.map_or_else(|| UNKNOWN.to_owned(), percent)
}

/// `+312`, `−3`, `0`: with its sign.
pub fn signed(value: f64) -> String {
    if value.round() > 0.0 { format!("+{}", short(value)) } else { short(value) }
}

/// `+8.2%`: a relative change with its sign.
pub fn signed_percent(share: f64) -> String {
    if share > 0.0 { format!("+{}", percent(share)) } else { percent(share) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_numbers_keep_three_digits_and_never_say_1000k() {
        let en = |value| short_in(Language::En, value);
        assert_eq!(en(0.0), "0");
        assert_eq!(en(9_999.0), "9,999");
        assert_eq!(en(9_999.6), "10.0K");
        assert_eq!(en(12_418.0), "12.4K");
        assert_eq!(en(999_400.0), "999K");
        assert_eq!(en(999_960.0), "1.00M");
        assert_eq!(en(1_140_000.0), "1.14M");
        assert_eq!(en(-12_418.0), "−12.4K");
        assert_eq!(en(f64::NAN), "–");
        assert_eq!(short_in(Language::Ru, 12_418.0), "12,4K");
    }

    #[test]
    fn full_numbers_are_grouped_as_the_language_does() {
        assert_eq!(full_in(Language::En, -1_234_567), "−1,234,567");
        assert_eq!(full_in(Language::Ru, 48_213), "48\u{a0}213");
        assert_eq!(full_in(Language::En, i64::MIN), "−9,223,372,036,854,775,808");
    }

    #[test]
    fn changes_carry_their_sign() {
        assert_eq!(signed_percent(0.082), "+8.2%");
        assert_eq!(signed_percent(-0.24), "−24.0%");
        assert_eq!(signed(312.0), "+312");
        assert_eq!(signed(-3.0), "−3");
        assert_eq!(signed(0.2), "0");
    }
}
