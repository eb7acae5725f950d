//! Medians, intervals and shrinkage, over slices.

use std::f64::consts::FRAC_PI_2;

/// Spread of logarithms below which all values count as equal: what is left is the rounding of sums.
const NO_SPREAD: f64 = 1e-20;

/// 10 % quantile of the normal distribution, sign dropped: ± this many standard deviations hold 80 %.
pub const NORMAL_80: f64 = 1.281_551_565_544_600_4;

/// Chance left on each side of an 80 % interval.
const TAIL_80: f64 = 0.1;

/// Median; of an even count the mean of the middle two; `None` of nothing. Reorders `values`.
pub fn median(values: &mut [f64]) -> Option<f64> {
    let count = values.len();
    if count == 0 {
        return None;
    }
    let (below, middle, _) = values.select_nth_unstable_by(count / 2, f64::total_cmp);
    let upper = *middle;
    if count % 2 == 1 {
        return Some(upper);
    }
    let lower = below.iter().copied().max_by(f64::total_cmp).unwrap_or(upper);
    Some(f64::midpoint(lower, upper))
}

/// Arithmetic mean; `None` of nothing.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Sample standard deviation (n − 1); `None` of fewer than two values or when all are equal.
pub fn deviation(values: &[f64]) -> Option<f64> {
    if values.len() < 2 || values.iter().all(|value| value.total_cmp(&values[0]).is_eq()) {
        return None;
    }
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some((squares / (values.len() - 1) as f64).sqrt())
}

/// Quantile `q` (0..=1) by linear interpolation between order statistics; `None` of nothing. Reorders `values`.
pub fn quantile(values: &mut [f64], q: f64) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    let place = q.clamp(0.0, 1.0) * last as f64;
    let (_, below, greater) = values.select_nth_unstable_by(place.floor() as usize, f64::total_cmp);
    let below = *below;
    if place.fract() == 0.0 {
        return Some(below);
    }
    let above = greater.iter().copied().min_by(f64::total_cmp).unwrap_or(below);
    Some(below + (above - below) * place.fract())
}

/// 80 % interval of the median from order statistics: the k-th value from each end, k the largest with
/// P(Binomial(n, ½) < k) <= 10 %. `None` below four values, where no such k exists. Reorders `values`.
pub fn median_interval(values: &mut [f64]) -> Option<(f64, f64)> {
    let rank = interval_rank(values.len())?;
    let (smaller, high, _) = values.select_nth_unstable_by(values.len() - rank, f64::total_cmp);
    let high = *high;
    // the k-th from below is left of the k-th from above: k is at most half of the values
    let (_, low, _) = smaller.select_nth_unstable_by(rank - 1, f64::total_cmp);
    Some((*low, high))
}

/// The k of [`median_interval`].
fn interval_rank(count: usize) -> Option<usize> {
    // the chances relative to the likeliest outcome: those of thousands of posts would underflow to 0 by themselves
    let mode = count / 2;
    let mut relative = vec![0.0; mode + 1];
    relative[mode] = 1.0;
    for successes in (0..mode).rev() {
        relative[successes] = relative[successes + 1] * (successes + 1) as f64 / (count - successes) as f64;
    }
    let lower: f64 = relative.iter().sum();
    let total = if count.is_multiple_of(2) { 2.0 * lower - 1.0 } else { 2.0 * lower };
    let mut below = 0.0;
    let mut rank = 0;
    for chance in relative {
        below += chance / total;
        if below > TAIL_80 {
            break;
        }
        rank += 1;
    }
    (rank > 0).then_some(rank)
}

/// Median of the last `capacity` values pushed.
#[derive(Debug)]
pub struct RollingMedian {
    capacity: usize,
    arrived: std::collections::VecDeque<f64>,
    sorted: Vec<f64>,
}

impl RollingMedian {
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            arrived: std::collections::VecDeque::with_capacity(capacity),
            sorted: Vec::with_capacity(capacity),
        }
    }

    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    pub fn push(&mut self, value: f64) {
        if self.arrived.len() == self.capacity
            && let Some(oldest) = self.arrived.pop_front()
        {
            let place = self.sorted.partition_point(|other| other.total_cmp(&oldest).is_lt());
            self.sorted.remove(place);
        }
        self.arrived.push_back(value);
        let place = self.sorted.partition_point(|other| other.total_cmp(&value).is_lt());
        self.sorted.insert(place, value);
    }

    pub fn median(&self) -> Option<f64> {
        let upper = *self.sorted.get(self.len() / 2)?;
        if self.len() % 2 == 1 {
            return Some(upper);
        }
        Some(f64::midpoint(self.sorted[self.len() / 2 - 1], upper))
    }
}

/// A group after shrinkage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shrunk {
    /// median of the group's values; `None` of an empty group
    pub median: Option<f64>,
    /// the median drawn towards `mu`
    pub score: f64,
    /// standard error of `score`; `None` where the values have no spread to judge by
    pub error: Option<f64>,
}

/// Empirical Bayes over groups of values (metrics §2 *heatmap*, step 4). One result a group, in order; `None` when
/// there are no values at all.
///
/// `error`² = τ² s² / (τ² + s²) + (s² / (τ² + s²))² Var(mu), with Var(mu) = Σ w² (s² + τ²) / (Σ w)²: the spread of
/// the group's own effect and what is not known of the common mean.
pub fn shrink(groups: &mut [Vec<f64>]) -> Option<Vec<Shrunk>> {
    let medians: Vec<Option<f64>> = groups.iter_mut().map(|group| median(group)).collect();
    let filled: Vec<(usize, f64)> =
        medians.iter().enumerate().filter_map(|(index, median)| median.map(|median| (index, median))).collect();
    let count: usize = groups.iter().map(Vec::len).sum();
    if count == 0 {
        return None;
    }
    let within: f64 = groups
        .iter()
        .filter_map(|group| Some((group, mean(group)?)))
        .map(|(group, mean)| group.iter().map(|x| (x - mean).powi(2)).sum::<f64>())
        .sum();
    let sigma2 = if count > filled.len() { within / (count - filled.len()) as f64 } else { 0.0 };
    if sigma2 <= NO_SPREAD {
        let mu = filled.iter().map(|(index, median)| groups[*index].len() as f64 * median).sum::<f64>() / count as f64;
        return Some(medians.into_iter().map(|median| Shrunk { median, score: mu, error: None }).collect());
    }

    let error2 = |index: usize| FRAC_PI_2 * sigma2 / groups[index].len() as f64;
    let weight: f64 = filled.iter().map(|(index, _)| error2(*index).recip()).sum();
    let weight2: f64 = filled.iter().map(|(index, _)| error2(*index).recip().powi(2)).sum();
    let mu = filled.iter().map(|(index, median)| median / error2(*index)).sum::<f64>() / weight;
    let q: f64 = filled.iter().map(|(index, median)| (median - mu).powi(2) / error2(*index)).sum();
    // one group has nothing to differ from: 0 / 0
    let tau2 =
        if filled.len() > 1 { ((q - (filled.len() - 1) as f64) / (weight - weight2 / weight)).max(0.0) } else { 0.0 };
    let mu_variance: f64 =
        filled.iter().map(|(index, _)| (error2(*index) + tau2) / error2(*index).powi(2)).sum::<f64>() / weight.powi(2);

    let shrunk = medians.into_iter().enumerate().map(|(index, median)| {
        let Some(own) = median else {
            return Shrunk { median, score: mu, error: Some((tau2 + mu_variance).sqrt()) };
        };
        let s2 = error2(index);
        let trust = tau2 / (tau2 + s2);
        let variance = trust * s2 + (1.0 - trust).powi(2) * mu_variance;
        Shrunk { median, score: mu + trust * (own - mu), error: Some(variance.sqrt()) }
    });
    Some(shrunk.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn medians() {
        let cases: [(&[f64], Option<f64>); 5] = [
            (&[], None),
            (&[7.0], Some(7.0)),
            (&[3.0, 1.0], Some(2.0)),
            (&[5.0, 1.0, 3.0], Some(3.0)),
            (&[4.0, 1.0, 3.0, 2.0], Some(2.5)),
        ];
        for (values, expected) in cases {
            assert_eq!(median(&mut values.to_vec()), expected, "{values:?}");
        }
    }

    #[test]
    fn deviation_is_of_a_sample() {
        assert_eq!(deviation(&[1.0, 3.0]), Some(std::f64::consts::SQRT_2));
        assert_eq!(deviation(&[1.0]), None);
        assert_eq!(deviation(&[0.1, 0.1, 0.1]), None);
    }

    #[test]
    fn quantiles_interpolate() {
        let mut values = [4.0, 1.0, 3.0, 2.0];
        assert_eq!(quantile(&mut values, 0.0), Some(1.0));
        assert_eq!(quantile(&mut values, 0.25), Some(1.75));
        assert_eq!(quantile(&mut values, 1.0), Some(4.0));
        assert_eq!(quantile(&mut [], 0.5), None);
    }

    #[test]
    fn ranks_of_the_median_interval() {
        // P(B < 1) = 1/8 > 10 % for three, 1/16 for four; for ten: P(B < 4) = 17.2 %, P(B < 3) = 5.5 %;
        // for a hundred: P(B < 44) = 9.67 %, P(B < 45) = 13.6 %
        for (count, rank) in [(0, None), (1, None), (3, None), (4, Some(1)), (10, Some(3)), (100, Some(44))] {
            assert_eq!(interval_rank(count), rank, "{count}");
        }
        let large = interval_rank(100_000).unwrap();
        // normal approximation: n/2 − 1.2816 √n / 2
        assert!((large as f64 - (50_000.0 - NORMAL_80 * 100_000_f64.sqrt() / 2.0)).abs() < 2.0, "{large}");
    }

    #[test]
    fn shrinkage_by_hand() {
        // cells {0, 0.2} and {1, 1.2}: means = medians 0.1 and 1.1, sigma2 = 0.04 / 2 = 0.02, s2 = π/2 · 0.01,
        // mu = 0.6, Q = 0.5 / s2, w = 1/s2 each, tau2 = (0.5 / s2 − 1) s2 = 0.5 − s2
        let shrunk = shrink(&mut [vec![0.0, 0.2], vec![], vec![1.0, 1.2]]).unwrap();
        let s2 = FRAC_PI_2 * 0.01;
        let trust = (0.5 - s2) / 0.5;
        assert!((shrunk[0].score - (0.6 - trust * 0.5)).abs() < 1e-12);
        assert!((shrunk[1].score - 0.6).abs() < 1e-12);
        assert_eq!(shrunk[1].median, None);
        assert!((shrunk[2].score - (0.6 + trust * 0.5)).abs() < 1e-12);
    }

    #[test]
    fn without_spread_every_group_gets_the_weighted_mean() {
        let shrunk = shrink(&mut [vec![0.1, 0.1, 0.1], vec![0.7]]).unwrap();
        for group in shrunk {
            assert!((group.score - 0.25).abs() < 1e-12);
            assert_eq!(group.error, None);
        }
        assert_eq!(shrink(&mut [vec![], vec![]]), None);
    }

    proptest! {
        #[test]
        fn a_rolling_median_is_the_median_of_the_last_values(values in prop::collection::vec(0.0..1e6, 1..80), capacity in 1_usize..32) {
            let mut rolling = RollingMedian::new(capacity);
            for (index, value) in values.iter().enumerate() {
                rolling.push(*value);
                let from = (index + 1).saturating_sub(capacity);
                prop_assert_eq!(rolling.median(), median(&mut values[from..=index].to_vec()));
            }
        }

        #[test]
        fn shrunk_scores_lie_between_their_median_and_the_mean(
            mut groups in prop::collection::vec(prop::collection::vec(-3.0..3.0, 0..8), 1..12)
        ) {
            prop_assume!(groups.iter().any(|group| !group.is_empty()));
            // an empty group is given the mean itself
            groups.push(Vec::new());
            let shrunk = shrink(&mut groups).unwrap();
            let mu = shrunk[groups.len() - 1].score;
            for group in shrunk {
                prop_assert!(group.score.is_finite());
                if let Some(median) = group.median {
                    prop_assert!(group.score >= median.min(mu) - 1e-9 && group.score <= median.max(mu) + 1e-9);
                }
            }
        }

        #[test]
        fn the_interval_holds_the_median(mut values in prop::collection::vec(-1e9..1e9, 4..200)) {
            let middle = median(&mut values).unwrap();
            let (low, high) = median_interval(&mut values).unwrap();
            prop_assert!(low <= middle && middle <= high);
        }
    }
}
