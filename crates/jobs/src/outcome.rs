//! How a job ends, decided at the line that knows.

use services::Error;
use tokio_util::sync::CancellationToken;

/// `Ok` = done, the row goes.
pub type Outcome = Result<(), Stop>;

/// Why a job did not finish.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// may go better later: back into the queue with a growing pause, until the attempts are used up
    #[error("{0}")]
    TryAgain(String),
    /// will never go better: kept as failed, for a person to look at
    #[error("{0}")]
    GiveUp(String),
    /// the runner is stopping: back into the queue as if never begun
    #[error("the runner is stopping")]
    Interrupted,
}

impl From<Error> for Stop {
    /// What is gone or refused stays so; everything else may pass.
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound(_)
            | Error::Forbidden { .. }
            | Error::SignInNeeded
            | Error::Invalid { .. }
            | Error::Conflict(_) => Self::GiveUp(error.to_string()),
            Error::LimitedUntil { .. } | Error::Obstructed { .. } | Error::Unavailable(_) | Error::Internal { .. } => {
                Self::TryAgain(error.to_string())
            }
        }
    }
}

impl From<store::Error> for Stop {
    fn from(error: store::Error) -> Self {
        Self::from(Error::from(error))
    }
}

/// Ends the job at a step's edge when the runner is stopping.
pub(crate) fn unless_stopping(stopping: &CancellationToken) -> Outcome {
    if stopping.is_cancelled() { Err(Stop::Interrupted) } else { Ok(()) }
}
