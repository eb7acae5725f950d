//! Chance that can be asked again: every throw follows from a key, so a day or a post comes out the same whether it
//! is made with the rest or alone, weeks later. An own generator, because the made-up past must not change with a
//! version of a library.

/// `SplitMix64` (Steele, Lea and Flood 2014).
#[derive(Debug, Clone)]
pub(super) struct Dice(u64);

impl Dice {
    /// Dice of one thing, named by numbers: seed, channel, what is thrown for, which one.
    pub fn of(key: &[u64]) -> Self {
        let mut state = 0x5EED;
        for part in key {
            state = mix(state ^ part.wrapping_mul(0x9E37_79B9_7F4A_7C15)).wrapping_add(1);
        }
        Self(state)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// Evenly in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number of `low..=high`.
    pub fn whole(&mut self, low: i64, high: i64) -> i64 {
        low + (self.unit() * (high - low + 1) as f64) as i64
    }

    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Normal with mean 0 and standard deviation 1 (Box and Muller).
    pub fn normal(&mut self) -> f64 {
        let (u, v) = (1.0 - self.unit(), self.unit());
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[(self.unit() * from.len() as f64) as usize]
    }

    /// Index by weight; weights need not sum to one.
    pub fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (index, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return index;
            }
        }
        weights.len() - 1
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_key_throws_the_same_and_another_key_another() {
        let throw = |key: &[u64]| Dice::of(key).unit().to_bits();
        assert_eq!(throw(&[1, 2, 3]), throw(&[1, 2, 3]));
        assert_ne!(throw(&[1, 2, 3]), throw(&[1, 3, 2]));
    }

    #[test]
    fn throws_have_the_mean_and_spread_they_promise() {
        let mut dice = Dice::of(&[7]);
        let n = 20_000;
        let throws: Vec<f64> = (0..n).map(|_| dice.normal()).collect();
        let mean = throws.iter().sum::<f64>() / f64::from(n);
        let spread = (throws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / f64::from(n)).sqrt();
        assert!(mean.abs() < 0.03 && (spread - 1.0).abs() < 0.03, "{mean} {spread}");
        let heads = (0..n).filter(|_| dice.chance(0.3)).count() as f64 / f64::from(n);
        assert!((heads - 0.3).abs() < 0.02, "{heads}");
    }
}
