//! Long work that Ctrl-C ends at its next safe place.

use std::future::Future;

use tokio_util::sync::CancellationToken;

use crate::serve::asked_to_stop;

/// Hands the work a token that Ctrl-C cancels; a second Ctrl-C ends the process.
pub async fn stoppable<F: Future>(work: impl FnOnce(CancellationToken) -> F) -> F::Output {
    let cancel = CancellationToken::new();
    let stop = cancel.clone();
    let listener = tokio::spawn(async move {
        asked_to_stop().await;
        stop.cancel();
    });
    let done = work(cancel).await;
    listener.abort();
    done
}
