//! What is wrong with a row: line, column, value, what was expected.

use std::fmt::{self, Display, Formatter};

/// This many are shown.
pub const SHOWN: usize = 20;
const VALUE_CHARS_SHOWN: usize = 60;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// physical line on which the row begins, from 1
    pub line: u64,
    /// empty when the row as a whole is wrong
    pub column: String,
    pub value: String,
    pub expected: String,
}

impl Problem {
    pub fn of_cell(line: u64, column: &str, value: &[u8], expected: impl Into<String>) -> Self {
        Self { line, column: column.to_owned(), value: shown(value), expected: expected.into() }
    }

    pub fn of_row(line: u64, expected: impl Into<String>) -> Self {
        Self { line, column: String::new(), value: String::new(), expected: expected.into() }
    }
}

impl Display for Problem {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.column.is_empty() {
            write!(f, "line {}: {}", self.line, self.expected)
        } else {
            write!(f, "line {}, column {}, value {:?}: expected {}", self.line, self.column, self.value, self.expected)
        }
    }
}

/// The beginning of a value; bytes that are no text are shown as �.
fn shown(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value);
    let mut shown: String = text.chars().take(VALUE_CHARS_SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

/// The first [`SHOWN`] problems by line, and how many rows have one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Problems {
    pub first: Vec<Problem>,
    /// rows with a problem
    pub total: u64,
}

impl Problems {
    /// All that is wrong with one row.
    pub fn push_row(&mut self, problems: impl IntoIterator<Item = Problem>) {
        self.total += 1;
        problems.into_iter().for_each(|problem| self.insert(problem));
    }

    fn insert(&mut self, problem: Problem) {
        let place = self.first.partition_point(|other| other.line <= problem.line);
        if place < SHOWN {
            self.first.insert(place, problem);
            self.first.truncate(SHOWN);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.total == 0
    }
}

impl Display for Problems {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for problem in &self.first {
            write!(f, "\n  {problem}")?;
        }
        let mut lines: Vec<u64> = self.first.iter().map(|problem| problem.line).collect();
        lines.dedup();
        match self.total - lines.len() as u64 {
            0 => Ok(()),
            more => write!(f, "\n  and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_twenty_by_line_are_kept() {
        let mut problems = Problems::default();
        for line in (1..=100).rev() {
            problems.push_row([Problem::of_cell(line, "views", b"x", "a number")]);
        }
        assert_eq!(problems.total, 100);
        assert_eq!(problems.first.iter().map(|problem| problem.line).collect::<Vec<_>>(), (1..=20).collect::<Vec<_>>());
        assert!(problems.to_string().ends_with("and 80 more"));
    }

    #[test]
    fn a_long_value_is_shown_by_its_beginning() {
        let problem = Problem::of_cell(5, "text", "я".repeat(500).as_bytes(), "less");
        assert_eq!(problem.value.chars().count(), VALUE_CHARS_SHOWN + 1);
        assert!(problem.to_string().starts_with("line 5, column text, value \"яяя"));
    }
}
