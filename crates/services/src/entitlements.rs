//! What a workspace's plan includes. There are no plans yet, so everything is allowed; the question is asked
//! wherever a plan will have an answer.

use crate::identity::Viewer;
use crate::{Ctx, Result};

/// What plans will differ by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Feature {
    Import,
    AddChannel,
    Invite,
    Export,
    ApiKeys,
}

/// `Err` says what the plan lacks.
#[expect(clippy::unused_async, reason = "plans are rows: the callers await already")]
pub async fn allow(_ctx: &Ctx, _viewer: &Viewer, _feature: Feature) -> Result<()> {
    Ok(())
}
