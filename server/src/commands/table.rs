//! An answer's JSON as text for a terminal: the same fields under the same names in the same order, so that a column
//! here can be found in the definitions and in the JSON.

use std::fmt::{self, Write as _};

use domain::zone::Zone;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A post's text is cut here, characters.
const TEXT_CHARS: usize = 60;
/// Between two columns.
const GAP: &str = "  ";
const UNKNOWN: &str = "–";

/// Fields that are instants, unix seconds.
const INSTANTS: [&str; 6] = ["date_utc", "as_of", "at", "created_at", "used_at", "expires_at"];
/// Fields that are ratios, read as percent.
const RATIOS: [&str; 15] = [
    "coverage80",
    "lift_recommended",
    "p_top3",
    "err",
    "er",
    "err24",
    "growth_pct",
    "share",
    "mean_share",
    "change",
    "churn",
    "lift",
    "low",
    "high",
    "ctr",
];
/// Keys are shown as they are.
const KEYS: [&str; 2] = ["post_id", "telegram_id"];

/// JSON that keeps the order of its fields.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    Null,
    Switch(bool),
    Whole(i64),
    Number(f64),
    Text(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

/// How values read.
pub struct Reading {
    /// instants are told on this zone's clock
    pub zone: Zone,
    /// whether `low` and `high` are ratios, as in *content*, or views, as in *reach*
    pub bounds_are_ratios: bool,
}

impl Reading {
    /// Lines of single values, then a table for every list.
    pub fn text(&self, node: &Node) -> String {
        let mut text = String::new();
        self.write(&mut text, "", node);
        text
    }

    fn write(&self, text: &mut String, heading: &str, node: &Node) {
        match node {
            Node::Object(fields) => {
                let (lists, values): (Vec<_>, Vec<_>) =
                    fields.iter().partition(|(_, node)| matches!(node, Node::List(_) | Node::Object(_)));
                let rows: Vec<Vec<Cell>> =
                    values.iter().map(|(name, node)| vec![Cell::left(name.clone()), self.cell(name, node)]).collect();
                write_heading(text, heading);
                write_rows(text, &rows);
                for (name, node) in lists {
                    self.write(text, name, node);
                }
            }
            Node::List(items) => {
                write_heading(text, heading);
                self.write_list(text, items);
            }
            _ => _ = writeln!(text, "{}", self.cell(heading, node).text),
        }
    }

    fn write_list(&self, text: &mut String, items: &[Node]) {
        if items.is_empty() {
            text.push_str("(none)\n");
            return;
        }
        // rows may lack a field of another row: a day without views from one source
        let mut names: Vec<&str> = Vec::new();
        for (name, _) in items.iter().flat_map(fields) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        let mut rows = vec![names.iter().map(|name| Cell::left((*name).to_owned())).collect::<Vec<_>>()];
        for item in items {
            let cell = |name: &&str| {
                fields(item)
                    .iter()
                    .find(|(field, _)| field == name)
                    .map_or(Cell::right(UNKNOWN), |(field, node)| self.cell(field, node))
            };
            rows.push(if names.is_empty() { vec![self.cell("", item)] } else { names.iter().map(cell).collect() });
        }
        // a heading stands over its numbers
        for column in 0..rows[0].len() {
            rows[0][column].is_right = rows[1..].iter().all(|row| row[column].is_right);
        }
        write_rows(text, &rows);
    }

    fn cell(&self, name: &str, node: &Node) -> Cell {
        match node {
            Node::Null => Cell::right(UNKNOWN),
            Node::Switch(switch) => Cell::left(if *switch { "yes" } else { "no" }),
            Node::Whole(at) if INSTANTS.contains(&name) => {
                Cell::left(self.zone.local(*at).strftime("%Y-%m-%d %H:%M").to_string())
            }
            Node::Whole(number) if KEYS.contains(&name) => Cell::right(number.to_string()),
            Node::Whole(number) => Cell::right(grouped(*number)),
            Node::Number(number) if self.is_ratio(name) => Cell::right(format!("{:.1} %", number * 100.0)),
            Node::Number(number) if number.abs() >= 100.0 => Cell::right(grouped(number.round() as i64)),
            Node::Number(number) => Cell::right(format!("{number:.2}")),
            Node::Text(text) => Cell::left(one_line(text)),
            Node::List(items) => {
                Cell::left(items.iter().map(|item| self.cell(name, item).text).collect::<Vec<_>>().join(", "))
            }
            Node::Object(_) => Cell::left("…"),
        }
    }

    fn is_ratio(&self, name: &str) -> bool {
        RATIOS.contains(&name) && (self.bounds_are_ratios || (name != "low" && name != "high"))
    }
}

fn fields(node: &Node) -> &[(String, Node)] {
    if let Node::Object(fields) = node { fields } else { &[] }
}

fn write_heading(text: &mut String, heading: &str) {
    if !heading.is_empty() {
        _ = writeln!(text, "{}{heading}", if text.is_empty() { "" } else { "\n" });
    }
}

struct Cell {
    text: String,
    is_right: bool,
}

impl Cell {
    fn left(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_right: false }
    }

    fn right(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_right: true }
    }
}

fn write_rows(text: &mut String, rows: &[Vec<Cell>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.text.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(
                |(cell, &width)| {
                    if cell.is_right { format!("{:>width$}", cell.text) } else { format!("{:<width$}", cell.text) }
                },
            )
            .collect();
        text.push_str(cells.join(GAP).trim_end());
        text.push('\n');
    }
}

/// `1234567` → `1,234,567`.
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= TEXT_CHARS { line } else { line.chars().take(TEXT_CHARS - 1).chain(['…']).collect() }
}

/// Lift of every weekday and hour in percent, as a week to look at; weekdays down, hours across.
pub fn week(cells: &[domain::analytics::heatmap::HeatCell]) -> String {
    const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let mut rows = vec![
        std::iter::once(Cell::left("lift %"))
            .chain((0..24).map(|hour| Cell::right(hour.to_string())))
            .collect::<Vec<_>>(),
    ];
    for (dow, name) in WEEKDAYS.iter().enumerate() {
        let of_day = cells.iter().filter(|cell| usize::from(cell.dow) == dow);
        // a dot where nothing was ever posted: the score there is only the mean of all
        let shown = of_day.map(|cell| match cell.lift {
            // no sign before nothing
            Some(lift) if cell.n > 0 && (lift * 100.0).round() == 0.0 => Cell::right("0"),
            Some(lift) if cell.n > 0 => Cell::right(format!("{:+.0}", lift * 100.0)),
            _ => Cell::right("·"),
        });
        rows.push(std::iter::once(Cell::left(*name)).chain(shown).collect());
    }
    let mut text = String::new();
    write_rows(&mut text, &rows);
    text
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Switch(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Whole(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(i64::try_from(value).map_or(Node::Number(value as f64), Node::Whole))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut fields = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            fields.push(entry);
        }
        Ok(Node::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> String {
        let node = serde_json::from_str(json).expect("JSON");
        Reading { zone: Zone::find("Asia/Tashkent").expect("a zone"), bounds_are_ratios: false }.text(&node)
    }

    #[test]
    fn values_then_tables_in_the_order_of_the_json() {
        let text = read(
            r#"{"posts":1200,"er":0.0512,"avg_reach":null,"days":[{"day":"2025-06-01","views":1234567,"text":"two\nlines"},{"day":"2025-06-02","views":null}],"as_of":1750000000}"#,
        );
        assert_eq!(
            text,
            "posts                 1,200\n\
             er                    5.1 %\n\
             avg_reach                 –\n\
             as_of      2025-06-15 20:06\n\
             \n\
             days\n\
             day             views  text\n\
             2025-06-01  1,234,567  two lines\n\
             2025-06-02          –          –\n"
        );
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(grouped(-1_234_567), "-1,234,567");
        assert_eq!(grouped(999), "999");
        assert_eq!(
            read(r#"[{"post_id":23144,"z":2.345,"low":17100.4}]"#),
            "post_id     z     low\n  23144  2.35  17,100\n"
        );
        assert_eq!(read("[]"), "(none)\n");
        assert_eq!(one_line(&"я".repeat(100)).chars().count(), TEXT_CHARS);
    }
}
