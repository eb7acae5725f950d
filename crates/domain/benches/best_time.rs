//! Aims: a recommendation for 5,000 posts under 30 ms; the whole rolling backtest of 1,000 posts with 200 shuffles
//! under 20 s on two cores.

#[path = "../tests/it/best_time/planted.rs"]
#[expect(dead_code, reason = "the tests use all of it")]
mod planted;

use divan::{Bencher, black_box};
use domain::best_time::{Objective, backtest, recommend};
use planted::Plant;

fn main() {
    divan::main();
}

#[divan::bench(args = [600, 5_000])]
fn recommendation(bencher: Bencher, posts: usize) {
    let planted = Plant { posts_a_day: 12.0, ..Plant::new(1, posts, 0.2) }.grow();
    let settings = planted.settings(Objective::Total);
    bencher.bench_local(|| recommend(black_box(&planted.data), black_box(&settings)));
}

/// On one thread.
#[divan::bench(sample_count = 3)]
fn rolling_backtest_of_1000_posts_with_200_shuffles(bencher: Bencher) {
    let planted = Plant::new(1, 1_000, 0.2).grow();
    let settings = planted.settings(Objective::Total);
    bencher.bench_local(|| backtest::run(black_box(&planted.data), black_box(&settings), 200, |_| {}));
}
