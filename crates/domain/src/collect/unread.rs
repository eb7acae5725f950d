//! Which posts of a channel are still to be read, where they come in pages, newest first.

use serde::{Deserialize, Serialize};

/// Posts with `after < id < before` have not been read yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "sql", derive(sqlx::FromRow))]
pub struct Stretch {
    pub after: i64,
    pub before: i64,
}

impl Stretch {
    /// No post can be in it.
    pub fn is_empty(self) -> bool {
        self.before - self.after <= 1
    }

    /// What is left once the posts with `first <= id < end` were read: none, one or two stretches, newest first.
    pub fn without(self, first: i64, end: i64) -> impl Iterator<Item = Self> + use<> {
        let newer = Self { after: self.after.max(end - 1), before: self.before };
        let older = Self { after: self.after, before: self.before.min(first) };
        // read posts outside leave it whole, not twice
        let is_apart = first >= self.before || end <= self.after + 1 || first >= end;
        let left = if is_apart { [Some(self), None] } else { [Some(newer), Some(older)] };
        left.into_iter().flatten().filter(|stretch| !stretch.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn left(stretch: (i64, i64), first: i64, end: i64) -> Vec<(i64, i64)> {
        let stretch = Stretch { after: stretch.0, before: stretch.1 };
        stretch.without(first, end).map(|left| (left.after, left.before)).collect()
    }

    #[test]
    fn a_page_takes_its_posts_out() {
        assert_eq!(left((0, 100), 80, 100), [(0, 80)]);
        assert_eq!(left((0, 100), 40, 60), [(59, 100), (0, 40)]);
        assert_eq!(left((0, 100), 0, 100), []);
        assert_eq!(left((10, 20), 20, 30), [(10, 20)]);
        assert_eq!(left((10, 20), 1, 11), [(10, 20)]);
        assert_eq!(left((10, 20), 15, 15), [(10, 20)]);
    }

    proptest! {
        #[test]
        fn what_is_left_is_what_was_not_read(after in 0..30_i64, length in 0..30_i64, first in 0..60_i64, page in 0..30_i64) {
            let stretch = Stretch { after, before: after + length };
            let parts: Vec<Stretch> = stretch.without(first, first + page).collect();
            for id in 0..70 {
                let was = stretch.after < id && id < stretch.before;
                let times = parts.iter().filter(|part| part.after < id && id < part.before).count();
                prop_assert_eq!(times, usize::from(was && !(first..first + page).contains(&id)));
            }
        }
    }
}
