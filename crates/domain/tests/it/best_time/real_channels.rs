//! Metrics §4 on every real channel: not worse than a flat model or raw slot means on weeks not seen, honest intervals,
//! and silent where times were shuffled.

use domain::analytics::query::MaxGap;
use domain::analytics::{AGES_H, Dataset};
use domain::best_time::backtest::{self, Report};
use domain::best_time::{Objective, Settings};

use crate::{csv_files, real_data};

const SHUFFLES: usize = 200;

#[test]
fn the_past_of_real_channels_bears_the_advice_out() {
    real_data::each(|channel, files, zone| {
        let data = Dataset::measure(csv_files::history(files, channel, zone.name()), &AGES_H, MaxGap::Usual);
        let settings = Settings::new(Objective::Total, zone.clone());
        let Report { backtest, permuted, .. } = backtest::run(&data, &settings, SHUFFLES, |_| {});
        let model = backtest.log_error_model.unwrap();
        println!("{channel}: {backtest:?} {permuted:?}");
        assert!(model <= 1.01 * backtest.log_error_flat.unwrap(), "{channel}: {backtest:?}");
        assert!(model <= backtest.log_error_slot_mean.unwrap(), "{channel}: {backtest:?}");
        assert!((0.7..=0.9).contains(&backtest.coverage80.unwrap()), "{channel}: {backtest:?}");
        assert_eq!(permuted.runs, 200);
        assert!(permuted.claims <= 20, "{channel}: {permuted:?}");
    });
}
