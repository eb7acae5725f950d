//! What posts close in time have in common beside everything modelled: a day of news lifts all of its posts. Taken for
//! independent, they would make chance look like an hour's effect.

/// Stationary noise of a channel in log views: an Ornstein–Uhlenbeck process (correlation exp(−Δt / `hours`)) with
/// `share` of the variance, and independent noise with the rest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Noise {
    pub share: f64,
    pub hours: f64,
}

/// Candidates: from one burst of posts to two days of news. Longer swings are the level's business.
const HOURS: [f64; 4] = [1.0, 4.0, 12.0, 48.0];
const SHARES: [f64; 8] = [0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.92];

/// A post's share of the innovation: how much of its noise the posts before it foretold.
#[derive(Debug, Clone)]
pub struct Whitening {
    /// per post: decay since the post before, gain of the filter after it, standard deviation of its innovation
    steps: Vec<[f64; 3]>,
}

impl Noise {
    pub const INDEPENDENT: Self = Self { share: 0.0, hours: 1.0 };

    /// The likeliest noise of residuals at instants (unix seconds, ascending).
    pub fn of(residuals: &[f64], at: &[i64]) -> Self {
        let mut best = (log_likelihood(residuals, &Whitening::new(Self::INDEPENDENT, at)), Self::INDEPENDENT);
        for hours in HOURS {
            for share in SHARES {
                let noise = Self { share, hours };
                let likelihood = log_likelihood(residuals, &Whitening::new(noise, at));
                if likelihood > best.0 {
                    best = (likelihood, noise);
                }
            }
        }
        best.1
    }
}

impl Whitening {
    /// The Kalman filter of the noise in units of its total standard deviation. It depends on the times only.
    pub fn new(noise: Noise, at: &[i64]) -> Self {
        let mut variance = noise.share;
        let mut before: Option<i64> = None;
        let steps = at.iter().map(|at| {
            let elapsed_h = before.map_or(f64::INFINITY, |before| at.saturating_sub(before) as f64 / 3600.0);
            before = Some(*at);
            let decay = if noise.share > 0.0 { (-elapsed_h / noise.hours).exp() } else { 0.0 };
            let foretold = decay * decay * variance + (1.0 - decay * decay) * noise.share;
            let innovation = foretold + 1.0 - noise.share;
            let gain = foretold / innovation;
            variance = foretold * (1.0 - gain);
            [decay, gain, innovation.sqrt()]
        });
        Self { steps: steps.collect() }
    }

    /// Turns a column of values in the posts' order into one with independent noise of variance 1.
    pub fn apply(&self, column: &mut [f64]) {
        let mut state = 0.0;
        for (value, [decay, gain, deviation]) in column.iter_mut().zip(&self.steps) {
            state *= decay;
            let innovation = *value - state;
            state += gain * innovation;
            *value = innovation / deviation;
        }
    }
}

/// Posts of a stretch of time with one spread: a week of a busy channel, more of a slow one.
const STRETCH_POSTS: usize = 20;

/// How noisy the time of each post was: the variance of whitened residuals by stretches of posts, relative to all,
/// drawn towards all by empirical Bayes as the variances of genes are (Smyth, *Linear models and empirical Bayes methods*,
/// SAGMB 2004): where stretches differ no more than chance would make them, every post gets 1. `weeks`: of each post,
/// ascending.
pub fn relative_variances(white: &[f64], weeks: &[i64]) -> Vec<f64> {
    let count = white.len() as f64;
    let overall = white.iter().map(|x| x * x).sum::<f64>() / count;
    if overall.is_nan() || overall <= 0.0 {
        return vec![1.0; white.len()];
    }
    let fourth = white.iter().map(|x| x.powi(4)).sum::<f64>() / count;
    let kurtosis_excess = fourth / (overall * overall) - 1.0;

    let stretches = stretches(weeks);
    let variance = |range: &std::ops::Range<usize>| {
        white[range.clone()].iter().map(|x| x * x).sum::<f64>() / (range.len() as f64 * overall)
    };
    // weighted by posts: how far stretches lie apart beyond what a sample of that many posts of one spread would
    let apart: f64 = stretches.iter().map(|range| range.len() as f64 * (variance(range) - 1.0).powi(2)).sum();
    let by_chance = kurtosis_excess * (stretches.len() as f64 - 1.0);
    let true_variance = ((apart - by_chance) / count).max(0.0);
    let mut relative = Vec::with_capacity(white.len());
    for range in stretches {
        let chance = kurtosis_excess / range.len() as f64;
        let trust = true_variance / (true_variance + chance);
        relative.extend(range.clone().map(|_| 1.0 + trust * (variance(&range) - 1.0)));
    }
    relative
}

/// Whole weeks put together until they have posts enough; what is left at the end joins the last.
fn stretches(weeks: &[i64]) -> Vec<std::ops::Range<usize>> {
    let mut stretches: Vec<std::ops::Range<usize>> = Vec::new();
    let (mut from, mut to) = (0, 0);
    for week in weeks.chunk_by(|a, b| a == b) {
        to += week.len();
        if to - from >= STRETCH_POSTS {
            stretches.push(from..to);
            from = to;
        }
    }
    match stretches.last_mut() {
        Some(last) if from < to => last.end = to,
        None if to > 0 => stretches.push(0..to),
        _ => {}
    }
    stretches
}

/// Of normal residuals with the best variance, up to a constant.
fn log_likelihood(residuals: &[f64], whitening: &Whitening) -> f64 {
    let mut white = residuals.to_vec();
    whitening.apply(&mut white);
    let count = white.len() as f64;
    let squares: f64 = white.iter().map(|x| x * x).sum();
    let determinant: f64 = whitening.steps.iter().map(|[_, _, deviation]| deviation.ln()).sum();
    -0.5 * count * (squares / count).max(f64::MIN_POSITIVE).ln() - determinant
}
