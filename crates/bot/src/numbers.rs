//! Numbers as a person writes them.

use domain::analytics::headline::{Change, ChangeKind};

use crate::texts::Language;

const MINUS: char = '−';

impl Language {
    /// Whole, with its thousands apart: `12,345`, `12 345`.
    pub fn count(self, value: f64) -> String {
        let digits = format!("{:.0}", value.abs());
        let apart = if self == Self::En { ',' } else { '\u{a0}' };
        let mut text = String::new();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index) % 3 == 0 {
                text.push(apart);
            }
            text.push(digit);
        }
        if value <= -0.5 { format!("{MINUS}{text}") } else { text }
    }

    /// A share, one digit behind the point: `12.3%`.
    pub fn percent(self, share: f64) -> String {
        format!("{}%", self.decimal(share * 100.0))
    }

    /// With its sign, in its own unit.
    pub fn change(self, change: &Change) -> Option<String> {
        let signed = |value: f64, text: String| if value > 0.0 { format!("+{text}") } else { text };
        match change.kind {
            ChangeKind::Relative => change.relative.map(|relative| signed(relative, self.percent(relative))),
            ChangeKind::Points => {
                let points = change.difference * 100.0;
                Some(signed(points, self.plain("points", &[("value", self.decimal(points).into())])))
            }
            ChangeKind::Absolute => {
                (change.difference != 0.0).then(|| signed(change.difference, self.count(change.difference)))
            }
        }
    }

    fn decimal(self, value: f64) -> String {
        let text = format!("{:.1}", value.abs());
        let text = if self == Self::En { text } else { text.replace('.', ",") };
        if value <= -0.05 { format!("{MINUS}{text}") } else { text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_each_language_writes_them() {
        assert_eq!(Language::En.count(1_234_567.4), "1,234,567");
        assert_eq!(Language::Ru.count(-12_345.0), "−12\u{a0}345");
        assert_eq!(Language::Uz.count(-0.2), "0");
        assert_eq!(Language::En.percent(0.1234), "12.3%");
        assert_eq!(Language::Ru.percent(-0.05), "−5,0%");
        let change = |kind, difference, relative| Change { kind, difference, relative };
        assert_eq!(Language::En.change(&change(ChangeKind::Relative, 50.0, Some(0.5))).as_deref(), Some("+50.0%"));
        assert_eq!(Language::En.change(&change(ChangeKind::Relative, 50.0, None)), None);
        assert_eq!(Language::En.change(&change(ChangeKind::Absolute, -1_500.0, None)).as_deref(), Some("−1,500"));
        assert_eq!(Language::En.change(&change(ChangeKind::Points, 0.012, None)).as_deref(), Some("+1.2 pp"));
    }
}
