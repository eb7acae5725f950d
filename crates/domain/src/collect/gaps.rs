//! What of a channel's history has not been read: ranges of message ids, read from the newest message down.

use serde::{Deserialize, Serialize};

/// Messages with `above < id < below` have not been read. A hole in Telegram's ids is no gap: what was asked for and
/// is not there was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "sql", derive(sqlx::FromRow))]
pub struct Gap {
    pub above: i64,
    pub below: i64,
}

/// Above every message id.
pub const TOP: i64 = i32::MAX as i64;

/// A slice of the history, read below some id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// lowest id that was taken; `None`: nothing was there
    pub lowest: Option<i64>,
    /// there is nothing below it
    pub is_end: bool,
}

impl Gap {
    /// Everything that there is.
    pub const WHOLE: Self = Self { above: 0, below: TOP };

    /// Whether no id fits into it.
    pub fn is_empty(self) -> bool {
        self.below - self.above <= 1
    }

    /// What is left once a slice from its top down has been read; `None`: nothing.
    pub fn after(self, slice: Slice) -> Option<Self> {
        let lowest = slice.lowest.filter(|_| !slice.is_end)?;
        let left = Self { below: lowest.min(self.below), ..self };
        (!left.is_empty()).then_some(left)
    }

    /// What nobody has heard of when a message comes and `newest` was the newest before; `None`: nothing is missing.
    pub fn before(message: i64, newest: i64) -> Option<Self> {
        let gap = Self { above: newest, below: message };
        (!gap.is_empty()).then_some(gap)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_message_that_does_not_follow_leaves_a_gap() {
        assert_eq!(Gap::before(11, 10), None);
        assert_eq!(Gap::before(9, 10), None);
        assert_eq!(Gap::before(14, 10), Some(Gap { above: 10, below: 14 }));
    }

    #[test]
    fn a_slice_that_reaches_the_end_or_the_bottom_closes_the_gap() {
        let gap = Gap { above: 10, below: 100 };
        let slice = |lowest, is_end| Slice { lowest, is_end };
        assert_eq!(gap.after(slice(Some(50), false)), Some(Gap { above: 10, below: 50 }));
        assert_eq!(gap.after(slice(Some(11), false)), None);
        assert_eq!(gap.after(slice(Some(4), false)), None);
        assert_eq!(gap.after(slice(Some(50), true)), None);
        assert_eq!(gap.after(slice(None, true)), None);
    }

    proptest! {
        #[test]
        fn a_gap_is_read_whole_in_slices(ids in prop::collection::btree_set(1..400_i64, 0..300), above in 0..400_i64, limit in 1..100_usize) {
            let mut gap = Some(Gap { above, ..Gap::WHOLE });
            let mut read = BTreeSet::new();
            let mut slices = 0;
            while let Some(left) = gap {
                let slice: Vec<i64> = ids.range(..left.below).rev().take(limit).copied().collect();
                read.extend(&slice);
                gap = left.after(Slice { lowest: slice.last().copied(), is_end: slice.len() < limit });
                slices += 1;
                prop_assert!(slices <= ids.len() + 1);
            }
            let wanted: BTreeSet<i64> = ids.range(above + 1..).copied().collect();
            prop_assert!(wanted.is_subset(&read));
        }
    }
}
