//! What a cell may hold. `Err` is what was expected, for a person.

use jiff::Timestamp;
use jiff::civil::Date;

/// A million million: a hundred views by everybody alive. Larger is a mistake, and sums of such would not fit.
pub const COUNT_MAX: i64 = 1_000_000_000_000;
/// A date may be this far ahead of the clock: zones mixed up, clocks that differ.
pub const AHEAD_S_MAX: i64 = 86_400;

const COUNT: &str = "a whole number from 0 to 1000000000000, or nothing when it is not known";
const ID: &str = "a whole number from 1 to 9223372036854775807";
const INSTANT: &str = "an instant: unix seconds such as 1762021482, or RFC 3339 such as 2025-11-01T18:24:42Z";
const AHEAD: &str = "a date that has come: at most a day after now, in unix seconds (not milliseconds) or RFC 3339";
const DAY: &str = "a day such as 2025-11-01";
const UTF8: &str = "text in UTF-8: save the file in that encoding";

pub type Cell<T> = Result<T, &'static str>;

/// `None` when the cell is empty.
pub fn count(cell: &[u8]) -> Cell<Option<i64>> {
    let cell = cell.trim_ascii();
    if cell.is_empty() {
        return Ok(None);
    }
    digits(cell).filter(|count| *count <= COUNT_MAX).map(Some).ok_or(COUNT)
}

pub fn id(cell: &[u8]) -> Cell<i64> {
    digits(cell.trim_ascii()).filter(|id| *id > 0).ok_or(ID)
}

/// Unix seconds, at most [`AHEAD_S_MAX`] after `now`.
pub fn instant(cell: &[u8], now: i64) -> Cell<i64> {
    let cell = cell.trim_ascii();
    let at = match digits(cell) {
        Some(at) => at,
        None => rfc3339(cell).ok_or(INSTANT)?,
    };
    if at <= now + AHEAD_S_MAX { Ok(at) } else { Err(AHEAD) }
}

/// A day, at most a day after that of `now`.
pub fn day(cell: &[u8], now: i64) -> Cell<Date> {
    let cell = cell.trim_ascii();
    let day = std::str::from_utf8(cell)
        .ok()
        .filter(|text| text.len() == "2025-11-01".len())
        .and_then(|text| text.parse::<Date>().ok())
        .ok_or(DAY)?;
    let starts = day.to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| DAY)?.timestamp().as_second();
    if (0..=now + AHEAD_S_MAX).contains(&starts) { Ok(day) } else { Err(AHEAD) }
}

/// `None` when the cell is empty.
pub fn text(cell: &[u8]) -> Cell<Option<&str>> {
    if cell.is_empty() {
        return Ok(None);
    }
    std::str::from_utf8(cell).map(Some).map_err(|_| UTF8)
}

/// A number of ASCII digits that fits an `i64`.
fn digits(cell: &[u8]) -> Option<i64> {
    if cell.is_empty() {
        return None;
    }
    let mut value = 0_i64;
    for byte in cell {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(i64::from(digit))?;
    }
    Some(value)
}

/// Unix seconds from 1970 on. The usual form, `2025-11-01T18:24:42Z`, is read by hand: a file has millions of them.
fn rfc3339(cell: &[u8]) -> Option<i64> {
    const USUAL: &[u8; 20] = b"dddd-dd-ddTdd:dd:ddZ";
    let usual = cell.len() == USUAL.len()
        && cell.iter().zip(USUAL).all(|(byte, form)| if *form == b'd' { byte.is_ascii_digit() } else { byte == form });
    if usual {
        let number = |from: usize, to: usize| cell[from..to].iter().fold(0, |n, byte| n * 10 + i64::from(byte - b'0'));
        let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
        let (hour, minute, second) = (number(11, 13), number(14, 16), number(17, 19));
        if (1970..=9999).contains(&year)
            && (1..=12).contains(&month)
            && day >= 1
            && day <= days_of(year, month)
            && hour < 24
            && minute < 60
            && second < 60
        {
            return Some(days_since_1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second);
        }
    }
    let at: Timestamp = std::str::from_utf8(cell).ok()?.parse().ok()?;
    Some(at.as_second()).filter(|at| *at >= 0)
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Howard Hinnant's `days_from_civil`, for years after 0.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year / 400;
    let year_of_era = year % 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_762_021_482;

    #[test]
    fn counts() {
        assert_eq!(count(b""), Ok(None));
        assert_eq!(count(b" 12 "), Ok(Some(12)));
        assert_eq!(count(b"0"), Ok(Some(0)));
        for wrong in ["-1", "1.5", "1e3", "abc", "+1", "1 000", "1000000000001", "9223372036854775808", "٣"] {
            assert_eq!(count(wrong.as_bytes()), Err(COUNT), "{wrong}");
        }
    }

    #[test]
    fn ids_are_positive() {
        assert_eq!(id(b"9223372036854775807"), Ok(i64::MAX));
        for wrong in ["0", "-4", "", "9223372036854775808"] {
            assert_eq!(id(wrong.as_bytes()), Err(ID), "{wrong}");
        }
    }

    #[test]
    fn instants_in_both_forms() {
        for text in ["1762021482", "2025-11-01T18:24:42Z", "2025-11-01T21:24:42+03:00", "2025-11-01T18:24:42.9Z"] {
            assert_eq!(instant(text.as_bytes(), NOW), Ok(NOW), "{text}");
        }
        for wrong in [
            "",
            "yesterday",
            "2025-02-29T00:00:00Z",
            "2025-13-01T00:00:00Z",
            "2025-11-01",
            "2025-11-01T18:24:42",
            "1969-12-31T23:59:59Z",
            "-5",
        ] {
            assert_eq!(instant(wrong.as_bytes(), NOW), Err(INSTANT), "{wrong}");
        }
    }

    #[test]
    fn the_usual_form_is_read_as_the_library_reads_it() {
        for days in (0..40_000).step_by(11) {
            let at = days * 86_400 + days % 86_400;
            let text = Timestamp::from_second(at).expect("in range").to_string();
            assert_eq!(rfc3339(text.as_bytes()), Some(at), "{text}");
        }
    }

    #[test]
    fn dates_ahead_of_the_clock() {
        assert_eq!(instant(b"1762107882", NOW), Ok(NOW + AHEAD_S_MAX));
        assert_eq!(instant(b"1762107883", NOW), Err(AHEAD));
        assert_eq!(instant(b"1762021482000", NOW), Err(AHEAD), "milliseconds");
        assert!(day(b"2025-11-02", NOW).is_ok());
        assert_eq!(day(b"2025-11-03", NOW), Err(AHEAD));
    }

    #[test]
    fn days_are_written_in_full() {
        for wrong in ["2025-11-31", "01.11.2025", "2025-11-1", "", "2025-11-01T00:00:00Z"] {
            assert_eq!(day(wrong.as_bytes(), NOW), Err(DAY), "{wrong}");
        }
    }

    #[test]
    fn text_is_utf8_or_refused() {
        assert_eq!(text(b""), Ok(None));
        assert_eq!(text("ўзбек".as_bytes()), Ok(Some("ўзбек")));
        assert_eq!(text(b"\xcf\xf0\xe8"), Err(UTF8));
    }
}
