//! Being signed in: a token in the person's hands, its hash in ours.

use std::time::Duration;

use domain::identity::Role;
pub use domain::identity::SESSION_S;
use domain::ids::PersonId;
use store::{Tx, identity};
use tokio::time::timeout;

use super::{Token, Viewer, viewer_in, workspaces};
use crate::{Ctx, Error, Result, What};

/// Use is noted at most this often, so that reading pages does not become writing.
const NOTE_USE_EVERY_S: i64 = 10 * 60;

/// How long a request waits for that note.
const NOTE_USE_WAIT: Duration = Duration::from_millis(200);

/// A session as it is handed over, once.
#[derive(Debug, Clone)]
pub struct OpenedSession {
    pub token: Token,
    /// unix seconds; moves on with use
    pub expires_at: i64,
}

/// Whoever calls this has established who the person is.
pub async fn open_session(ctx: &Ctx, person: PersonId) -> Result<OpenedSession> {
    let mut tx = ctx.db.write().await?;
    let session = open_session_in(&mut tx, person, ctx.now()).await?;
    tx.commit().await?;
    Ok(session)
}

pub(super) async fn open_session_in(tx: &mut Tx, person: PersonId, now: i64) -> Result<OpenedSession> {
    let (token, expires_at) = (Token::random(), now + SESSION_S);
    identity::insert_session(tx, &token.hash(), person, now, expires_at).await?;
    Ok(OpenedSession { token, expires_at })
}

/// Who presents this token; `None` when it is unknown, expired or closed, or the person is a member nowhere.
pub async fn viewer_of_token(ctx: &Ctx, token: &str) -> Result<Option<Viewer>> {
    let Some((viewer, seen_at)) = look_up(ctx, token).await? else { return Ok(None) };
    let now = ctx.now();
    if now - seen_at >= NOTE_USE_EVERY_S {
        note_use_unless_busy(ctx, &Token::presented(token).hash(), now).await;
    }
    Ok(Some(viewer))
}

/// The same, asked by the server for itself while a page is merely open: that is no use which lets the session live on.
pub async fn viewer_of_open_page(ctx: &Ctx, token: &str) -> Result<Option<Viewer>> {
    Ok(look_up(ctx, token).await?.map(|(viewer, _)| viewer))
}

/// With when the session was last seen in use.
async fn look_up(ctx: &Ctx, token: &str) -> Result<Option<(Viewer, i64)>> {
    let (hash, now) = (Token::presented(token).hash(), ctx.now());
    let mut tx = ctx.db.read().await?;
    let Some(session) = identity::find_session(&mut tx, &hash, now).await? else { return Ok(None) };
    let Some(person) = identity::find_person(&mut tx, session.person_id).await? else { return Ok(None) };
    let Some(workspace) = identity::list_workspaces(&mut tx, person.id).await?.into_iter().next() else {
        return Ok(None);
    };
    Ok(viewer_in(&mut tx, person, workspace.id).await?.map(|viewer| (viewer, session.seen_at)))
}

/// Signing out; a token that is not known is signed out already.
pub async fn close_session(ctx: &Ctx, token: &str) -> Result<()> {
    let mut tx = ctx.db.write().await?;
    identity::revoke_session(&mut tx, &Token::presented(token).hash()).await?;
    Ok(tx.commit().await?)
}

/// The owner of the workspace `default`, for `serve --demo`, which the server allows on a loopback address only.
pub async fn demo_viewer(ctx: &Ctx) -> Result<Viewer> {
    if !ctx.site.demo {
        return Err(Error::SignInNeeded);
    }
    let workspace = workspaces::ensure_default_workspace(ctx).await?;
    let mut tx = ctx.db.read().await?;
    let members = identity::list_members(&mut tx, workspace).await?;
    let owner = members.into_iter().find(|member| member.role == Role::Owner).ok_or(Error::NotFound(What::Member))?;
    let person = identity::find_person(&mut tx, owner.person_id).await?.ok_or(Error::NotFound(What::Member))?;
    Ok(Viewer::Person { person, workspace, role: owner.role })
}

/// Reading pages goes on while something else writes, or nothing can be written; the next request tries again.
async fn note_use_unless_busy(ctx: &Ctx, hash: &[u8], now: i64) {
    match timeout(NOTE_USE_WAIT, note_use(ctx, hash, now)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "the use of a session could not be noted: {error}"),
        Err(_) => tracing::debug!("the use of a session could not be noted: the database is busy"),
    }
}

async fn note_use(ctx: &Ctx, hash: &[u8], now: i64) -> Result<()> {
    let mut tx = ctx.db.write().await?;
    identity::touch_session(&mut tx, hash, now, now + SESSION_S).await?;
    Ok(tx.commit().await?)
}
