//! Numbers in the reader's language (design §3): 9,999 in full, then 12.4K and 1.14M; a real minus sign; a dash for
//! what is not known. The rules live in `charts`, so that a chart and the card beside it never disagree.

use charts::words::Words;

use crate::i18n::language;

pub use charts::numbers::UNKNOWN;

/// Words and signs of the document's language.
pub fn words() -> Words {
    Words::of(language().into())
}

/// All digits, grouped: `48,213`.
pub fn full(value: i64) -> String {
    words().full(value as f64)
}

/// At most three digits above 9,999: `12.4K`, `1.14M`.
pub fn short(value: f64) -> String {
    words().short(value)
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

/// A number with a fixed count of decimals.
pub fn decimal(value: f64, decimals: usize) -> String {
    words().decimal(value, decimals)
}

/// A share as percent: `25.8%`, `0.39%`, `120%`.
pub fn percent(share: f64) -> String {
    words().percent(share)
}

pub fn percent_or_dash(share: Option<f64>) -> String {
    words().percent_or_dash(share)
}

/// `+312`, `−3`, `0`: with its sign.
pub fn signed(value: f64) -> String {
    if value.round() > 0.0 { format!("+{}", short(value)) } else { short(value) }
}

/// `+8.2%`: a relative change with its sign.
pub fn signed_percent(share: f64) -> String {
    if share > 0.0 { format!("+{}", percent(share)) } else { percent(share) }
}

/// A share in whole percent, where a tenth would claim too much: `12%`.
pub fn percent_whole(share: f64) -> String {
    if share.is_finite() { format!("{}%", decimal((share * 100.0).round(), 0)) } else { UNKNOWN.to_owned() }
}

/// A lift or change in whole percent with its sign: `+12%`, `0%`, `−4%`.
pub fn signed_percent_whole(share: f64) -> String {
    words().change(share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_carry_their_sign() {
        assert_eq!(signed_percent(0.082), "+8.2%");
        assert_eq!(signed_percent(-0.24), "−24.0%");
        assert_eq!(signed(312.0), "+312");
        assert_eq!(signed(-3.0), "−3");
        assert_eq!(signed(0.2), "0");
    }
}
