//! What is expected of a young post, in words.

use domain::coverage::{Coverage, Origin};
use domain::forecast::Horizon;

use super::number;
use super::time;
use crate::t;

/// `≈ 13.4K to 17.1K`
pub fn interval(horizon: &Horizon) -> String {
    t!("forecast-interval", low = number::short(horizon.low), high = number::short(horizon.high))
}

/// `≈ 13.4K to 17.1K at 24 h; usual is 12.4K`
pub fn sentence(horizon: &Horizon, usual: Option<f64>) -> String {
    let (interval, age) = (interval(horizon), time::age(horizon.h));
    match usual {
        Some(usual) => t!("forecast-usual", interval = interval, age = age, usual = number::short(usual)),
        None => t!("forecast-at", interval = interval, age = age),
    }
}

/// How often such intervals held here; that nothing was measured is said, too.
pub fn held(coverage: Option<&Coverage>) -> String {
    let Some(coverage) = coverage else { return t!("forecast-not-measured") };
    let n = coverage.n as i64;
    let (share, of) = (number::percent_whole(coverage.coverage80), number::full(n));
    match coverage.origin {
        Origin::Kept => t!("forecast-held", share = share, of = of),
        Origin::Backtest => t!("forecast-held-past", share = share, of = of),
    }
}
