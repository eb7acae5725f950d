//! How far long work has come: a bar on a terminal, now and then a plain line otherwise, nothing with `--json`.
//! Always on standard error: standard output is for the result.

use std::io::IsTerminal as _;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Plain lines are for logs: one in a while is enough.
const LINE_EVERY: Duration = Duration::from_secs(5);
/// A turning sign that work goes on.
const TICK: Duration = Duration::from_millis(120);

pub struct Progress(Shape);

enum Shape {
    Bar(ProgressBar),
    Lines { what: String, printed: Mutex<Instant> },
    Silent,
}

impl Progress {
    /// Bytes of a file, whose size comes with the first [`Progress::set`].
    pub fn of_bytes(what: &str, silent: bool) -> Self {
        Self::new(what, silent, || {
            let style = ProgressStyle::with_template(
                "{msg} {wide_bar} {percent:>3} % {bytes}/{total_bytes} {bytes_per_sec}, {eta} left",
            );
            ProgressBar::new(0).with_style(style.expect("the template is a constant"))
        })
    }

    /// Parts of a computation, whose number comes with the first [`Progress::set`].
    pub fn of_parts(what: &str, silent: bool) -> Self {
        Self::new(what, silent, || {
            let style = ProgressStyle::with_template("{msg} {wide_bar} {percent:>3} % {pos}/{len}, {eta} left");
            ProgressBar::new(0).with_style(style.expect("the template is a constant"))
        })
    }

    /// Where no total is known: what is being done, and that it goes on.
    pub fn of_steps(what: &str, silent: bool) -> Self {
        Self::new(what, silent, || {
            let bar = ProgressBar::new_spinner();
            bar.enable_steady_tick(TICK);
            bar
        })
    }

    fn new(what: &str, silent: bool, bar: impl FnOnce() -> ProgressBar) -> Self {
        Self(match (silent, std::io::stderr().is_terminal()) {
            (true, _) => Shape::Silent,
            (false, true) => Shape::Bar(bar().with_message(what.to_owned())),
            (false, false) => Shape::Lines { what: what.to_owned(), printed: Mutex::new(Instant::now()) },
        })
    }

    /// `note` says it in words for whom the bar does not show.
    pub fn set(&self, done: u64, total: u64, note: impl FnOnce() -> String) {
        match &self.0 {
            Shape::Bar(bar) => {
                bar.set_length(total);
                bar.set_position(done);
            }
            Shape::Lines { what, printed } => {
                let mut printed = printed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                if printed.elapsed() >= LINE_EVERY {
                    *printed = Instant::now();
                    eprintln!("{what}: {}", note());
                }
            }
            Shape::Silent => {}
        }
    }

    /// A new part of the work begins.
    pub fn say(&self, what: &str) {
        match &self.0 {
            Shape::Bar(bar) => bar.set_message(what.to_owned()),
            Shape::Lines { .. } => eprintln!("{what}"),
            Shape::Silent => {}
        }
    }

    /// Takes the bar away; what came of it is the command's to say.
    pub fn clear(&self) {
        if let Shape::Bar(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
