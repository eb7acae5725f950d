//! All snapshots of a post in one column: `docs/adr/0008-packed-snapshots.md`.
//!
//! Version 1, integers as LEB128 varints (signed ones zigzag first):
//! `1`, n, first instant (signed), n − 1 distances in seconds (1 or more), then views, forwards, reactions, replies,
//! each as `0` (none known) | `1` (all known) | `2` + a bitmap of ⌈n/8⌉ bytes (known ones set), and the known values as
//! signed differences to the known value before. Views come first: the questions read only them.

use domain::posts::{Counters, Snapshot};

const VERSION: u8 = 1;

const NONE_KNOWN: u8 = 0;
const ALL_KNOWN: u8 = 1;
const SOME_KNOWN: u8 = 2;

/// Packs snapshots, which are in time order, one an instant.
pub fn encode(snapshots: &[Snapshot]) -> Vec<u8> {
    debug_assert!(snapshots.windows(2).all(|pair| pair[0].at < pair[1].at), "snapshots are in order, one an instant");
    let mut out = Vec::with_capacity(8 + snapshots.len() * 6);
    out.push(VERSION);
    put(&mut out, snapshots.len() as u64);
    let mut before = None;
    for snapshot in snapshots {
        match before {
            None => put_signed(&mut out, snapshot.at),
            Some(before) => put(&mut out, snapshot.at.abs_diff(before)),
        }
        before = Some(snapshot.at);
    }
    for column in COLUMNS {
        put_column(&mut out, snapshots, column);
    }
    out
}

/// The four columns in the order they are packed.
const COLUMNS: [fn(&Counters) -> Option<i64>; 4] = [
    |counters| counters.views,
    |counters| counters.forwards,
    |counters| counters.reactions,
    |counters| counters.replies,
];

fn put_column(out: &mut Vec<u8>, snapshots: &[Snapshot], column: fn(&Counters) -> Option<i64>) {
    let known = snapshots.iter().filter(|snapshot| column(&snapshot.counters).is_some()).count();
    if known == 0 {
        return out.push(NONE_KNOWN);
    }
    if known == snapshots.len() {
        out.push(ALL_KNOWN);
    } else {
        out.push(SOME_KNOWN);
        for byte in snapshots.chunks(8) {
            out.push(
                byte.iter()
                    .enumerate()
                    .fold(0, |bits, (bit, snapshot)| bits | u8::from(column(&snapshot.counters).is_some()) << bit),
            );
        }
    }
    let mut before = 0_i64;
    for value in snapshots.iter().filter_map(|snapshot| column(&snapshot.counters)) {
        put_signed(out, value.wrapping_sub(before));
        before = value;
    }
}

/// Unpacks all columns; the error says what is wrong with the bytes.
pub fn decode(bytes: &[u8]) -> Result<Vec<Snapshot>, &'static str> {
    let mut input = Input::open(bytes)?;
    let mut snapshots = Vec::with_capacity(input.len);
    input.instants(|at| snapshots.push(Snapshot { at, counters: Counters::default() }))?;
    input.column(|index, value| snapshots[index].counters.views = Some(value))?;
    input.column(|index, value| snapshots[index].counters.forwards = Some(value))?;
    input.column(|index, value| snapshots[index].counters.reactions = Some(value))?;
    input.column(|index, value| snapshots[index].counters.replies = Some(value))?;
    if input.rest.is_empty() { Ok(snapshots) } else { Err("bytes after the end") }
}

/// Appends the readings whose views are known, in time order. On an error what was appended is of no use.
pub fn decode_views(bytes: &[u8], at: &mut Vec<i64>, views: &mut Vec<i64>) -> Result<(), &'static str> {
    let mut input = Input::open(bytes)?;
    let start = at.len();
    input.instants(|instant| at.push(instant))?;
    let mut kept = start;
    // known values come in order, so instants move down over the unknown ones
    input.column(|index, value| {
        at[kept] = at[start + index];
        kept += 1;
        views.push(value);
    })?;
    at.truncate(kept);
    Ok(())
}

/// Both in time order; where both have an instant, `newer` is believed, counter by counter, where it knows one.
pub fn merge(older: &[Snapshot], newer: &[Snapshot]) -> Vec<Snapshot> {
    let mut merged = Vec::with_capacity(older.len() + newer.len());
    let (mut old, mut new) = (older.iter().peekable(), newer.iter().peekable());
    loop {
        let next = match (old.peek(), new.peek()) {
            (Some(a), Some(b)) if a.at == b.at => {
                let counters = overlay(a.counters, b.counters);
                let at = a.at;
                old.next();
                new.next();
                Some(Snapshot { at, counters })
            }
            (Some(a), Some(b)) if a.at < b.at => old.next().copied(),
            (Some(_), None) => old.next().copied(),
            (_, Some(_)) => new.next().copied(),
            (None, None) => None,
        };
        match next {
            Some(snapshot) => merged.push(snapshot),
            None => return merged,
        }
    }
}

/// What `above` knows, else what `below` knows.
pub fn overlay(below: Counters, above: Counters) -> Counters {
    Counters {
        views: above.views.or(below.views),
        forwards: above.forwards.or(below.forwards),
        reactions: above.reactions.or(below.reactions),
        replies: above.replies.or(below.replies),
    }
}

/// The newest known value of every counter: what a post shows.
pub fn newest_known(snapshots: &[Snapshot]) -> Counters {
    snapshots.iter().rev().fold(Counters::default(), |newest, snapshot| overlay(snapshot.counters, newest))
}

fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn put_signed(out: &mut Vec<u8>, value: i64) {
    put(out, ((value << 1) ^ (value >> 63)) as u64);
}

struct Input<'a> {
    rest: &'a [u8],
    len: usize,
}

const CUT: &str = "the bytes end too early";

impl<'a> Input<'a> {
    fn open(bytes: &'a [u8]) -> Result<Self, &'static str> {
        let (&version, rest) = bytes.split_first().ok_or("no bytes")?;
        if version != VERSION {
            return Err("a version this program does not know");
        }
        let mut input = Self { rest, len: 0 };
        let len = input.take()?;
        // every instant takes a byte at least: a larger number is damage, not a reason to reserve memory
        if len > input.rest.len() as u64 {
            return Err(CUT);
        }
        input.len = len as usize;
        Ok(input)
    }

    fn byte(&mut self) -> Result<u8, &'static str> {
        let (&byte, rest) = self.rest.split_first().ok_or(CUT)?;
        self.rest = rest;
        Ok(byte)
    }

    fn take(&mut self) -> Result<u64, &'static str> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err("a number of more than 64 bits")
    }

    fn take_signed(&mut self) -> Result<i64, &'static str> {
        let value = self.take()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    fn instants(&mut self, mut found: impl FnMut(i64)) -> Result<(), &'static str> {
        let mut at = 0_i64;
        for index in 0..self.len {
            if index == 0 {
                at = self.take_signed()?;
            } else {
                let distance = self.take()?;
                at = at.checked_add_unsigned(distance).filter(|_| distance > 0).ok_or("instants out of order")?;
            }
            found(at);
        }
        Ok(())
    }

    fn column(&mut self, mut known: impl FnMut(usize, i64)) -> Result<(), &'static str> {
        let bitmap = match self.byte()? {
            NONE_KNOWN => return Ok(()),
            ALL_KNOWN => None,
            SOME_KNOWN => {
                let (bitmap, rest) = self.rest.split_at_checked(self.len.div_ceil(8)).ok_or(CUT)?;
                self.rest = rest;
                Some(bitmap)
            }
            _ => return Err("an unknown kind of column"),
        };
        let mut value = 0_i64;
        for index in 0..self.len {
            if bitmap.is_none_or(|bitmap| bitmap[index / 8] >> (index % 8) & 1 == 1) {
                value = value.wrapping_add(self.take_signed()?);
                known(index, value);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counters() -> impl Strategy<Value = Counters> {
        let count = || proptest::option::of(prop_oneof![0..5_000_i64, any::<i64>()]);
        (count(), count(), count(), count()).prop_map(|(views, forwards, reactions, replies)| Counters {
            views,
            forwards,
            reactions,
            replies,
        })
    }

    fn snapshots() -> impl Strategy<Value = Vec<Snapshot>> {
        proptest::collection::btree_map(prop_oneof![0..2_000_000_000_i64, any::<i64>()], counters(), 0..40)
            .prop_map(|series| series.into_iter().map(|(at, counters)| Snapshot { at, counters }).collect())
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_back(snapshots in snapshots()) {
            let bytes = encode(&snapshots);
            prop_assert_eq!(decode(&bytes).unwrap(), snapshots.clone());
            let (mut at, mut views) = (vec![7], vec![7]);
            decode_views(&bytes, &mut at, &mut views).unwrap();
            let expected: Vec<_> = snapshots.iter().filter_map(|s| s.counters.views.map(|v| (s.at, v))).collect();
            prop_assert_eq!(at[1..].iter().copied().zip(views[1..].iter().copied()).collect::<Vec<_>>(), expected);
        }

        #[test]
        fn damaged_bytes_never_panic(snapshots in snapshots(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
            let mut bytes = encode(&snapshots);
            let index = at.index(bytes.len());
            bytes[index] = byte;
            bytes.truncate(cut.index(bytes.len() + 1));
            let _ = decode(&bytes);
            let _ = decode_views(&bytes, &mut Vec::new(), &mut Vec::new());
        }

        #[test]
        fn a_cut_series_is_refused(snapshots in snapshots(), cut in any::<prop::sample::Index>()) {
            let bytes = encode(&snapshots);
            prop_assert!(decode(&bytes[..cut.index(bytes.len())]).is_err());
        }

        #[test]
        fn merging_is_idempotent_and_keeps_every_instant(a in snapshots(), b in snapshots()) {
            let merged = merge(&a, &b);
            prop_assert_eq!(&merge(&merged, &b), &merged);
            let mut instants: Vec<_> = a.iter().chain(&b).map(|s| s.at).collect();
            instants.sort_unstable();
            instants.dedup();
            prop_assert_eq!(merged.iter().map(|s| s.at).collect::<Vec<_>>(), instants);
        }
    }

    #[test]
    fn a_single_snapshot_takes_a_few_bytes() {
        let snapshot =
            Snapshot { at: 1_762_021_482, counters: Counters { views: Some(37_055), ..Counters::default() } };
        assert!(encode(&[snapshot]).len() <= 14);
    }
}
