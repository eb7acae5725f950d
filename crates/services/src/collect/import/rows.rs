//! Rows of a CSV file (RFC 4180), one at a time, in bounded memory: no row costs more than its own size, and a row too
//! large to be one is refused instead of read. Says where each row begins (line and byte), so that an import can name
//! it and continue there.

use std::io::{ErrorKind, Read};
use std::ops::Range;

/// Telegram's longest text is 4096 characters; a row of this size is a quote that was never closed.
const ROW_BYTES_MAX: usize = 4 << 20;
const READ_BYTES: usize = 1 << 18;

/// Where a row begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// bytes from the start of the file
    pub offset: u64,
    /// physical lines, from 1
    pub line: u64,
}

/// What is wrong with the quotes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// the file ends inside quotes that opened on this line
    Unclosed { line: u64 },
    /// characters between a closing quote and the next comma, in this field (from 0)
    AfterQuote { field: usize },
}

#[derive(Debug, thiserror::Error)]
pub enum RowError {
    #[error(transparent)]
    Read(#[from] std::io::Error),
    #[error("the row that begins on line {line} has no end within {} MiB", ROW_BYTES_MAX >> 20)]
    TooLong { line: u64 },
}

pub struct Rows<R> {
    input: R,
    buffer: Vec<u8>,
    /// `buffer[start..end]` is read and not yet handed out
    start: usize,
    end: usize,
    at_end: bool,
    /// of `buffer[start]`
    place: Place,
    fields: Vec<Range<usize>>,
}

/// One row; fields are without their quotes.
pub struct Row<'a> {
    pub place: Place,
    pub flaw: Option<Flaw>,
    /// nothing follows, and the row has no line end of its own
    pub ends_file: bool,
    bytes: &'a [u8],
    fields: &'a [Range<usize>],
}

impl<'a> Row<'a> {
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    pub fn field(&self, index: usize) -> &'a [u8] {
        self.fields.get(index).map_or(&[], |range| &self.bytes[range.clone()])
    }

    pub fn iter(&self) -> impl Iterator<Item = &'a [u8]> + '_ {
        self.fields.iter().map(|range| &self.bytes[range.clone()])
    }
}

impl<R: Read> Rows<R> {
    /// Reads on from `place`, which is where a row begins.
    pub fn new(input: R, place: Place) -> Self {
        Self { input, buffer: vec![0; READ_BYTES], start: 0, end: 0, at_end: false, place, fields: Vec::new() }
    }

    /// Where the next row begins.
    pub fn place(&self) -> Place {
        self.place
    }

    /// The bytes ahead, at least `wanted` of them unless the file ends before.
    pub fn peek(&mut self, wanted: usize) -> std::io::Result<&[u8]> {
        while self.end - self.start < wanted && !self.at_end {
            self.fill()?;
        }
        Ok(&self.buffer[self.start..self.end.min(self.start + wanted)])
    }

    /// Leaves out the next `bytes`, which hold no line end.
    pub fn skip(&mut self, bytes: usize) {
        self.start += bytes;
        self.place.offset += bytes as u64;
    }

    /// The next row; empty lines are passed over.
    pub fn next(&mut self) -> Result<Option<Row<'_>>, RowError> {
        loop {
            match self.scan() {
                Scan::Row { next, lines, flaw, ends_file } => {
                    let place = self.place;
                    let empty =
                        self.fields.len() == 1 && self.fields[0].start == self.fields[0].end && next - self.start <= 2;
                    self.place.offset += (next - self.start) as u64;
                    self.place.line += lines;
                    self.start = next;
                    if empty && flaw.is_none() {
                        continue;
                    }
                    return Ok(Some(Row { place, flaw, ends_file, bytes: &self.buffer, fields: &self.fields }));
                }
                Scan::End => return Ok(None),
                Scan::More if self.end - self.start > ROW_BYTES_MAX => {
                    return Err(RowError::TooLong { line: self.place.line });
                }
                Scan::More => self.fill()?,
            }
        }
    }

    /// Finds the fields of the row at `start`, if its end is in the buffer. Changes nothing but `fields`, except
    /// that doubled quotes of a complete row become single ones.
    fn scan(&mut self) -> Scan {
        self.fields.clear();
        if self.start == self.end && self.at_end {
            return Scan::End;
        }
        let bytes = &self.buffer[..self.end];
        let (mut at, mut lines, mut flaw, mut doubled) = (self.start, 0, None, false);
        loop {
            // one field
            let mut field = at..at;
            if bytes.get(at) == Some(&b'"') {
                let opened = self.place.line + lines;
                at += 1;
                field = at..at;
                loop {
                    match bytes.get(at) {
                        None if self.at_end => {
                            flaw = Some(Flaw::Unclosed { line: opened });
                            field.end = at;
                            break;
                        }
                        None => return Scan::More,
                        Some(b'"') => match bytes.get(at + 1) {
                            Some(b'"') => {
                                doubled = true;
                                at += 2;
                            }
                            None if !self.at_end => return Scan::More,
                            _ => {
                                field.end = at;
                                at += 1;
                                break;
                            }
                        },
                        Some(byte) => {
                            lines += u64::from(*byte == b'\n');
                            at += 1;
                        }
                    }
                }
                let closed = at;
                while bytes.get(at).is_some_and(|byte| !matches!(byte, b',' | b'\n')) {
                    at += 1;
                }
                if at > closed && !(bytes[closed..at] == *b"\r" && bytes.get(at).is_none_or(|byte| *byte == b'\n')) {
                    flaw = flaw.or(Some(Flaw::AfterQuote { field: self.fields.len() }));
                }
            } else {
                while bytes.get(at).is_some_and(|byte| !matches!(byte, b',' | b'\n')) {
                    at += 1;
                }
                field.end = at;
                if bytes.get(at) != Some(&b',') && field.end > field.start && bytes[field.end - 1] == b'\r' {
                    field.end -= 1;
                }
            }
            let last = match bytes.get(at) {
                Some(b',') => false,
                Some(_) => true,
                None if self.at_end => true,
                None => return Scan::More,
            };
            self.fields.push(field);
            if !last {
                at += 1;
                continue;
            }
            let ends_file = at == bytes.len();
            if doubled {
                self.unquote();
            }
            return Scan::Row {
                next: at + usize::from(!ends_file),
                lines: lines + u64::from(!ends_file),
                flaw,
                ends_file,
            };
        }
    }

    /// Makes one quote of two inside every quoted field.
    fn unquote(&mut self) {
        for field in &mut self.fields {
            let quoted = field.start > 0 && self.buffer[field.start - 1] == b'"';
            if !quoted || field.start == field.end {
                continue;
            }
            let (mut from, mut to) = (field.start, field.start);
            while from < field.end {
                self.buffer[to] = self.buffer[from];
                from += if self.buffer[from] == b'"' { 2 } else { 1 };
                to += 1;
            }
            field.end = to;
        }
    }

    fn fill(&mut self) -> std::io::Result<()> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.buffer.len() - self.end < READ_BYTES {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        loop {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) => {
                    self.at_end = true;
                    return Ok(());
                }
                Ok(read) => {
                    self.end += read;
                    return Ok(());
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

enum Scan {
    Row {
        next: usize,
        lines: u64,
        flaw: Option<Flaw>,
        ends_file: bool,
    },
    /// the buffer ends inside the row
    More,
    End,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out a byte at a time, so that every row is cut at every place.
    struct Dripping<'a>(&'a [u8]);

    impl Read for Dripping<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
            into[0] = *first;
            self.0 = rest;
            Ok(1)
        }
    }

    type Read_ = Vec<(u64, Vec<String>, Option<Flaw>)>;

    fn all(mut rows: Rows<impl Read>) -> Read_ {
        let mut all = Vec::new();
        while let Some(row) = rows.next().expect("readable") {
            let fields = row.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect();
            all.push((row.place.line, fields, row.flaw));
        }
        all
    }

    fn read(text: &str) -> Read_ {
        let start = Place { offset: 0, line: 1 };
        let whole = all(Rows::new(text.as_bytes(), start));
        assert_eq!(all(Rows::new(Dripping(text.as_bytes()), start)), whole, "the same whatever a read returns");
        whole
    }

    #[test]
    fn quotes_commas_and_line_ends_inside_fields() {
        let rows = read("a,b\r\n\"x, \"\"y\"\"\",\"two\nlines\"\n\n,\"\"\nlast,row");
        let fields: Vec<_> = rows.iter().map(|(line, fields, _)| (*line, fields.join("|"))).collect();
        assert_eq!(
            fields,
            [
                (1, "a|b".to_owned()),
                (2, "x, \"y\"|two\nlines".to_owned()),
                (5, "|".to_owned()),
                (6, "last|row".to_owned())
            ]
        );
        assert!(rows.iter().all(|(_, _, flaw)| flaw.is_none()));
    }

    #[test]
    fn the_same_rows_as_the_csv_crate_reads() {
        let text = "h1,h2,h3\n1,\"a\"\"b\",\n\"\",\"\"\"\",\"q\r\nr\"\r\n,,\nx,y,\"\n\"\n";
        let mut theirs = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let theirs: Vec<Vec<String>> =
            theirs.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect();
        let ours: Vec<_> = read(text).into_iter().map(|(_, fields, _)| fields).collect();
        assert_eq!(ours, theirs);
    }

    #[test]
    fn a_quote_that_never_closes_is_found_where_it_opened() {
        let rows = read("a,b\n1,\"x\ny,2\n3,4\n");
        assert_eq!(rows[1].0, 2);
        assert_eq!(rows[1].2, Some(Flaw::Unclosed { line: 2 }));
    }

    #[test]
    fn characters_after_a_closing_quote_are_a_flaw_of_that_field() {
        let rows = read("a,b\n1,\"x\"y\n2,\"z\"\r\n3,\"z\"\r");
        assert_eq!(rows[1].2, Some(Flaw::AfterQuote { field: 1 }));
        assert_eq!((rows[2].2, rows[3].2), (None, None));
    }

    #[test]
    fn a_row_without_an_end_is_refused_before_it_fills_the_memory() {
        let endless = std::io::repeat(b'x').take(1 << 40);
        let mut rows = Rows::new(endless, Place { offset: 0, line: 7 });
        assert!(matches!(rows.next(), Err(RowError::TooLong { line: 7 })));
    }

    #[test]
    fn reading_on_from_a_place_gives_the_rest() {
        let text = "a,b\n\"1\n1\",2\n3,4\n";
        let mut rows = Rows::new(text.as_bytes(), Place { offset: 0, line: 1 });
        rows.next().expect("readable");
        rows.next().expect("readable");
        let place = rows.place();
        assert_eq!(place.line, 4);
        let rest = all(Rows::new(&text.as_bytes()[place.offset as usize..], place));
        assert_eq!(rest, [(4, vec!["3".to_owned(), "4".to_owned()], None)]);
    }
}
