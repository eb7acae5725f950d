//! Advice, its proof and forecasts as text for a terminal: what it comes to in a sentence, then every field under its
//! own name.

use domain::best_time::backtest::Report;
use domain::best_time::{Advice, Verdict};
use domain::forecast::backtest::BacktestReport;
use domain::zone::Zone;
use serde::Serialize;

use super::table::{Node, Reading};
use crate::failure::Failure;

pub fn backtest(report: &Report) -> Result<String, Failure> {
    Ok(format!("{}\n\n{}", sentence(&report.advice), fields(report)?))
}

pub fn forecast(report: &BacktestReport) -> Result<String, Failure> {
    let sentence = report.not_measured.map_or_else(String::new, |reason| format!("{reason}\n\n"));
    Ok(format!("{sentence}{}", fields(report)?))
}

/// The verdict in plain words.
pub fn sentence(advice: &Advice) -> String {
    let channel = &advice.channel;
    match advice.verdict {
        Verdict::Difference => match advice.slots.first() {
            Some(best) => format!(
                "{channel}: the hour matters. Posts on {} at {:02}:00 are expected to do {:+.0} % against the channel's \
                 mean slot (80 %: {:+.0} to {:+.0} %).",
                weekday(best.dow),
                best.hour,
                best.lift * 100.0,
                best.low * 100.0,
                best.high * 100.0
            ),
            None => format!("{channel}: the hour matters, but no hour that may be recommended was tried."),
        },
        Verdict::NoReliableDifference => {
            format!("{channel}: no reliable difference between hours. Post when it suits you.")
        }
        Verdict::NotEnoughData => format!(
            "{channel}: not enough data. {} of its posts can be used, at least {} more are needed.",
            advice.n_posts,
            advice.missing.unwrap_or(1)
        ),
    }
}

fn weekday(dow: u8) -> &'static str {
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"][usize::from(dow) % 7]
}

fn fields(report: &impl Serialize) -> Result<String, Failure> {
    let failed = |error: serde_json::Error| Failure::failed("json", error.to_string());
    let json = serde_json::to_string(report).map_err(failed)?;
    let node: Node = serde_json::from_str(&json).map_err(failed)?;
    Ok(Reading { zone: Zone::utc(), bounds_are_ratios: true }.text(&node))
}

#[cfg(test)]
mod tests {
    use domain::best_time::{Objective, Slot};

    use super::*;

    fn advice(verdict: Verdict) -> Advice {
        Advice {
            channel: "orbit".to_owned(),
            objective: Objective::Total,
            n_posts: 12,
            verdict,
            missing: (verdict == Verdict::NotEnoughData).then_some(48),
            slots: vec![Slot { dow: 1, hour: 9, lift: 0.184, low: 0.06, high: 0.31, n: 40, p_top3: 0.8 }],
            effects: Vec::new(),
        }
    }

    #[test]
    fn every_verdict_says_what_to_do() {
        let difference = sentence(&advice(Verdict::Difference));
        assert!(difference.contains("Tuesday at 09:00") && difference.contains("+18 %"), "{difference}");
        assert!(difference.contains("+6 to +31 %"), "{difference}");
        assert!(sentence(&advice(Verdict::NoReliableDifference)).contains("Post when it suits you"));
        let missing = sentence(&advice(Verdict::NotEnoughData));
        assert!(missing.contains("12 of its posts") && missing.contains("48 more"), "{missing}");
    }
}
