//! Who is who: workspaces, people, roles, sessions, invitations, API keys.

mod api_keys;
mod invitations;
mod members;
pub mod permission;
mod sessions;
mod sign_in;
pub mod token;
mod viewer;
mod workspaces;

use domain::identity::Role;
use store::Tx;

use crate::{Ctx, Error, Result, What};

pub(crate) use api_keys::Callers;
pub use api_keys::{NAME_CHARS_MAX, NewApiKey, api_keys, create_api_key, revoke_api_key, viewer_of_bearer};
pub use invitations::{INVITATION_S, accept_invitation, invitations, invite, revoke_invitation};
pub use members::{members, remove_member, set_role};
pub use sessions::{
    OpenedSession, SESSION_S, close_session, demo_viewer, open_session, viewer_of_open_page, viewer_of_token,
};
pub use sign_in::{
    EXCHANGES_MAX, INIT_DATA_AGE_S, LOGIN_AGE_S, Refusal, SignedIn, sign_in_with_init_data, sign_in_with_login_widget,
    viewer_of_bot_chat,
};
pub use token::Token;
pub use viewer::{Viewer, require, require_numbers};
pub use workspaces::{DEFAULT_WORKSPACE, ensure_default_workspace, operator};

/// The languages the product speaks.
pub const LANGUAGES: [&str; 3] = ["en", "ru", "uz"];

/// What the frame around every screen says about the viewer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionInfo {
    /// the person's name
    pub person: String,
    /// the workspace's name
    pub workspace: String,
    pub role: Role,
    /// one of [`LANGUAGES`]; `None` follows the browser
    pub language: Option<String>,
}

/// How the product calls whoever works from the shell.
const OPERATOR: &str = "operator";

pub async fn session_info(ctx: &Ctx, viewer: &Viewer) -> Result<SessionInfo> {
    require(viewer, permission::HAVE_A_SESSION)?;
    let mut tx = ctx.db.read().await?;
    let workspace = store::identity::find_workspace_by_id(&mut tx, viewer.workspace()).await?;
    let workspace = workspace.ok_or(Error::NotFound(What::Workspace))?;
    // asked again, because the viewer may have chosen another language since it was made
    let person = match viewer.person_id() {
        Some(id) => store::identity::find_person(&mut tx, id).await?,
        None => None,
    };
    Ok(SessionInfo {
        person: person.as_ref().map_or_else(|| OPERATOR.to_owned(), |person| person.name.clone()),
        workspace: workspace.name,
        role: viewer.role(),
        language: person.and_then(|person| person.language),
    })
}

/// `None` follows the browser again.
pub async fn set_language(ctx: &Ctx, viewer: &Viewer, language: Option<&str>) -> Result<()> {
    require(viewer, permission::HAVE_A_SESSION)?;
    if language.is_some_and(|language| !LANGUAGES.contains(&language)) {
        return Err(Error::invalid("language", format!("use one of {}", LANGUAGES.join(", "))));
    }
    let Some(person) = viewer.person_id() else { return Ok(()) };
    let mut tx = ctx.db.write().await?;
    store::identity::set_language(&mut tx, person, language).await?;
    Ok(tx.commit().await?)
}

/// The viewer that a member of a workspace is.
async fn viewer_in(
    tx: &mut Tx,
    person: domain::identity::Person,
    workspace: domain::ids::WorkspaceId,
) -> Result<Option<Viewer>> {
    let role = store::identity::find_role(tx, workspace, person.id).await?;
    Ok(role.map(|role| Viewer::Person { person, workspace, role }))
}
