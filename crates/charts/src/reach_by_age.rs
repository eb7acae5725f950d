//! Metrics §2 *reach*: median views by the post's age; the tick is the window before.

use domain::analytics::reach::Reach;

use crate::bars::{self, Row};
use crate::look;
use crate::numbers::UNKNOWN;
use crate::{Spec, Style};

pub fn spec(reach: &Reach, before: Option<&Reach>, style: &Style) -> Spec {
    let words = style.words;
    let header = [words.age, words.reach, words.interval, words.err, words.posts];
    if reach.ages.iter().all(|age| age.reach.is_none()) {
        return look::nothing(style, words.title_reach, &header);
    }
    let rows: Vec<Row> = reach
        .ages
        .iter()
        .map(|age| Row {
            name: words.age(f64::from(age.h)),
            value: age.reach,
            text: age.reach.map_or_else(|| UNKNOWN.to_owned(), |views| words.short(views)),
            tick: before.and_then(|before| before.at(age.h)).and_then(|age| age.reach),
            color: 0,
        })
        .collect();
    let said: Vec<String> = rows.iter().map(|row| format!("{} {}", row.name, row.text)).collect();
    let table = look::table(
        header,
        reach.ages.iter().map(|age| {
            let interval = match (age.low, age.high) {
                (Some(low), Some(high)) => format!("{} – {}", words.full(low), words.full(high)),
                _ => UNKNOWN.to_owned(),
            };
            [
                words.age(f64::from(age.h)),
                words.full_or_dash(age.reach),
                interval,
                words.percent_or_dash(age.err),
                words.full(age.n as f64),
            ]
        }),
    );
    let label = words.fill(words.label_reach, &[("ages", &said.join(", "))]);
    bars::spec(&rows, words.title_reach, Some(words.period_before), label, table, style)
}
