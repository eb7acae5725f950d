//! How often an effect of the hour is found, by its size and the number of posts, beside the classical F test on two
//! daily harmonics. `cargo bench -p domain --bench power [-- CHANNELS]`: so many channels a cell, 1,000 if not said.
//!
//! Both see the same made-up channels: a bump with a standard deviation of 2.5 h somewhere between 9 h and 19 h, most
//! posts between 9 h and 19 h, residual spread 0.30. The F test is of the harmonics in a least squares fit of log views
//! with trend, weekday, media type and short gaps beside them: just the columns that were planted, which the recommender
//! has to find out. It claims at the level at which it makes as many false claims as the recommender does on channels
//! without an effect. Simulation error: two standard errors of the difference, that of this level included.

#[path = "../tests/it/best_time/planted.rs"]
#[expect(dead_code, reason = "the tests use all of it")]
mod planted;

use std::f64::consts::TAU;

use domain::best_time::{Objective, recommend};
use domain::posts::MediaType;
use nalgebra::{DMatrix, DVector};
use planted::{Plant, Planted};

const EFFECTS: [f64; 4] = [0.05, 0.10, 0.15, 0.20];
const POSTS: [usize; 4] = [150, 300, 600, 1_200];
const NOMINAL: f64 = 0.05;

fn main() {
    let channels = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(1_000);
    println!("{channels} channels a cell; share found by the recommender / by the F test at the same false claims");
    let mut worse = 0;
    for posts in POSTS {
        let null = run(channels, posts, 0.0);
        let false_claims = null.iter().filter(|(p, _)| *p < NOMINAL).count();
        let mut statistics: Vec<f64> = null.iter().map(|(_, f)| *f).collect();
        statistics.sort_by(|a, b| b.total_cmp(a));
        // the F that as many channels without an effect exceed
        let critical = statistics[false_claims];
        print!("{posts:5} posts  false claims {:.3}", false_claims as f64 / channels as f64);
        for effect in EFFECTS {
            let found = run(channels, posts, effect);
            let share = |count: usize| count as f64 / channels as f64;
            let ours = share(found.iter().filter(|(p, _)| *p < NOMINAL).count());
            let classical = share(found.iter().filter(|(_, f)| *f > critical).count());
            // the channels are the same for both: only those found by one alone tell them apart
            let differing = found.iter().filter(|(p, f)| (*p < NOMINAL) != (*f > critical)).count();
            let sampling = (share(differing).max(1.0 / channels as f64) / channels as f64).sqrt();
            // two standard errors of the false claims move the critical value between these
            let spread = 2.0 * (false_claims as f64).sqrt();
            let at = |place: f64| statistics[(place.max(0.0) as usize).min(channels - 1)];
            let (strict, lax) = (at(false_claims as f64 - spread), at(false_claims as f64 + spread));
            let between = share(found.iter().filter(|(_, f)| *f > lax && *f <= strict).count());
            let error = 2.0 * sampling.hypot(between / 4.0);
            worse += usize::from(ours < classical - error);
            print!("   {:2.0} %: {ours:.3} / {classical:.3} ± {error:.3}", effect * 100.0);
        }
        println!();
    }
    println!("cells where the recommender is weaker beyond the error: {worse}");
}

/// p-value of the recommender and F statistic, a channel each.
fn run(channels: usize, posts: usize, effect: f64) -> Vec<(f64, f64)> {
    (0..channels)
        .map(|seed| {
            let planted = Plant::new(seed as u64, posts, effect).grow();
            let answer = recommend(&planted.data, &planted.settings(Objective::Total));
            (answer.p_value.unwrap_or(1.0), f_statistic(&planted))
        })
        .collect()
}

/// F of two daily harmonics beside the columns that were planted.
fn f_statistic(planted: &Planted) -> f64 {
    let posts = &planted.data.posts;
    let count = posts.len();
    let y =
        DVector::from_iterator(count, posts.views.iter().map(|views| views.map_or(0.0, |views| (views as f64).ln())));
    let mut rows = Vec::with_capacity(count);
    for (index, at) in posts.date_utc.iter().enumerate() {
        let local = planted.zone.local(*at);
        let angle = TAU * (f64::from(local.hour()) + f64::from(local.minute()) / 60.0) / 24.0;
        let since = index.checked_sub(1).map_or(i64::MAX, |before| at - posts.date_utc[before]);
        let flag = |holds: bool| if holds { 1.0 } else { 0.0 };
        let mut row = vec![
            1.0,
            index as f64 / count as f64,
            flag(posts.media_type[index] == Some(MediaType::Video)),
            flag(since < 3_600),
        ];
        let dow = local.weekday().to_monday_zero_offset();
        row.extend((1..7).map(|day| flag(day == dow)));
        row.extend([angle.cos(), angle.sin(), (2.0 * angle).cos(), (2.0 * angle).sin()]);
        rows.push(row);
    }
    let width = rows[0].len();
    let full = DMatrix::from_fn(count, width, |row, column| rows[row][column]);
    let residual = |design: DMatrix<f64>| {
        let fit = design.tr_mul(&design).cholesky().map(|gram| gram.solve(&design.tr_mul(&y)));
        fit.map_or(0.0, |coefficients| (&y - design * coefficients).norm_squared())
    };
    let without = residual(full.columns(0, width - 4).into_owned());
    let with = residual(full);
    (without - with) / 4.0 / (with / (count - width) as f64)
}
