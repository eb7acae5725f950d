//! Long computations over independent parts, on several threads, with the same result on any number of them.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio_util::sync::CancellationToken;

/// Hears how far a long computation is, from whatever thread came that far.
pub trait Watch: Send + Sync {
    fn advance(&self, done: usize, of: usize);
}

/// Nobody watches.
impl Watch for () {
    fn advance(&self, _: usize, _: usize) {}
}

/// Threads that may compute at once: every core for whoever waits at a terminal.
pub(crate) fn every_core() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

/// `part(0)`, `part(1)`, … `part(count - 1)`, in that order whichever thread made them; `None` when cancelled. The
/// calling thread works too, so with `threads` 1 no other is started.
pub(crate) fn parts<T: Send>(
    count: usize,
    threads: usize,
    watch: &dyn Watch,
    cancel: &CancellationToken,
    part: impl Fn(usize) -> T + Sync,
) -> Option<Vec<T>> {
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        let mut made = Vec::new();
        while !cancel.is_cancelled() {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                break;
            }
            made.push((index, part(index)));
            watch.advance(done.fetch_add(1, Ordering::Relaxed) + 1, count);
        }
        made
    };
    let mut made = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads.clamp(1, count.max(1))).map(|_| scope.spawn(work)).collect();
        let mut made = work();
        for other in others {
            match other.join() {
                Ok(more) => made.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        made
    });
    if made.len() < count {
        return None;
    }
    made.sort_unstable_by_key(|(index, _)| *index);
    Some(made.into_iter().map(|(_, part)| part).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_in_order_whatever_the_number_of_threads() {
        let squares: Vec<usize> = (0..1000).map(|index| index * index).collect();
        for threads in [0, 1, 2, 7] {
            let made = parts(1000, threads, &(), &CancellationToken::new(), |index| index * index);
            assert_eq!(made.as_ref(), Some(&squares), "{threads} threads");
        }
        assert_eq!(parts(0, 3, &(), &CancellationToken::new(), |index| index), Some(Vec::new()));
    }

    #[test]
    fn a_cancelled_one_stops_soon_and_gives_nothing() {
        let cancel = CancellationToken::new();
        let begun = AtomicUsize::new(0);
        let made = parts(1000, 2, &(), &cancel, |index| {
            begun.fetch_add(1, Ordering::Relaxed);
            if index == 10 {
                cancel.cancel();
            }
        });
        assert_eq!(made, None);
        assert!(begun.load(Ordering::Relaxed) < 1000);
    }

    #[test]
    fn every_part_is_heard_of() {
        struct Heard(AtomicUsize);
        impl Watch for Heard {
            fn advance(&self, _: usize, of: usize) {
                assert_eq!(of, 50);
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
        let heard = Heard(AtomicUsize::new(0));
        parts(50, 3, &heard, &CancellationToken::new(), |_| ());
        assert_eq!(heard.0.load(Ordering::Relaxed), 50);
    }
}
