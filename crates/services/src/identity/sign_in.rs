//! Signing in by what Telegram says about a person. Who they are is verified in the crate `telegram`; who they are to us
//! is decided here.

use domain::identity::{Person, Role};
use domain::ids::WorkspaceId;
use serde_json::json;
use store::{Tx, identity};
use telegram::{Rejection, init_data, login_widget};

use super::workspaces::ensure_default_workspace;
use super::{LANGUAGES, OpenedSession, Viewer, sessions};
use crate::{Clash, Ctx, Error, Result, What, audit};

/// Init data is exchanged for a session this long after the app was opened: Telegram never renews it, so a page that is
/// loaded again brings the same.
pub const INIT_DATA_AGE_S: i64 = 3600;
/// How often one opening of the app may be exchanged: a page may be loaded again, and a stolen text is of little use.
pub const EXCHANGES_MAX: i64 = 20;

/// The widget signs at the moment somebody agrees, and the browser comes straight back with it.
pub const LOGIN_AGE_S: i64 = 600;
/// Nothing has a reason to bring a sign-in by the widget twice.
const LOGINS_MAX: i64 = 1;

/// A session and whose it is.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub session: OpenedSession,
    pub person: Person,
}

/// Why somebody is not signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("signing in by Telegram is off here: whoever runs this server sets telegram.bot_token")]
    Off,
    #[error(transparent)]
    Rejected(#[from] Rejection),
}

/// A person as Telegram has told them.
struct Introduced {
    telegram_id: i64,
    name: String,
    language: Option<String>,
}

/// What Telegram has signed, as far as it may be brought again.
struct Proof {
    hash: String,
    /// unix seconds
    good_until: i64,
    /// how often the same may be brought
    times_max: i64,
}

/// Who opens the Mini App. `text` is what Telegram gave the page, as it is.
pub async fn sign_in_with_init_data(ctx: &Ctx, text: &str) -> Result<Result<SignedIn, Refusal>> {
    let Some(bot) = &ctx.site.bot else { return Ok(Err(Refusal::Off)) };
    let data = match init_data::verify(text, bot, ctx.now(), INIT_DATA_AGE_S) {
        Ok(data) => data,
        Err(rejection) => return Ok(Err(rejection.into())),
    };
    // opened from a keyboard button: by whom is not told
    let Some(user) = data.user else { return Ok(Err(Rejection::Malformed.into())) };
    let proof = Proof { hash: data.hash, good_until: data.auth_date + INIT_DATA_AGE_S, times_max: EXCHANGES_MAX };
    let who = Introduced { telegram_id: user.id, name: user.name(), language: user.language_code };
    admit(ctx, &who, &proof).await
}

/// Who signs in on a web page. `query` is what the Login Widget has added to the address, as it is.
pub async fn sign_in_with_login_widget(ctx: &Ctx, query: &str) -> Result<Result<SignedIn, Refusal>> {
    let Some(bot) = &ctx.site.bot else { return Ok(Err(Refusal::Off)) };
    let login = match login_widget::verify(query, bot, ctx.now(), LOGIN_AGE_S) {
        Ok(login) => login,
        Err(rejection) => return Ok(Err(rejection.into())),
    };
    let proof = Proof { hash: login.hash, good_until: login.auth_date + LOGIN_AGE_S, times_max: LOGINS_MAX };
    let who = Introduced { telegram_id: login.telegram_id, name: login.name, language: None };
    admit(ctx, &who, &proof).await
}

async fn admit(ctx: &Ctx, who: &Introduced, proof: &Proof) -> Result<Result<SignedIn, Refusal>> {
    match sign_in(ctx, who, proof).await {
        // the same person signs in for the first time elsewhere, just now
        Err(Error::Conflict(Clash::Exists)) => sign_in(ctx, who, proof).await,
        outcome => outcome,
    }
}

async fn sign_in(ctx: &Ctx, who: &Introduced, proof: &Proof) -> Result<Result<SignedIn, Refusal>> {
    let default = ensure_default_workspace(ctx).await?;
    let now = ctx.now();
    let mut tx = ctx.db.write().await?;
    if identity::count_sign_in(&mut tx, &proof.hash, proof.good_until, now).await? > proof.times_max {
        return Ok(Err(Rejection::Expired.into()));
    }
    let (person, workspace) = welcome(ctx, &mut tx, who, default, now).await?;
    let session = sessions::open_session_in(&mut tx, person.id, now).await?;
    if let Some(viewer) = super::viewer_in(&mut tx, person.clone(), workspace).await? {
        audit::record(ctx, &mut tx, &viewer, "identity.sign_in", "telegram", &json!({})).await?;
    }
    tx.commit().await?;
    Ok(Ok(SignedIn { session, person }))
}

/// The person, and the workspace they work in: the first they are a member of, else one of their own.
async fn welcome(
    ctx: &Ctx,
    tx: &mut Tx,
    who: &Introduced,
    default: WorkspaceId,
    now: i64,
) -> Result<(Person, WorkspaceId)> {
    let person = meet(tx, who, now).await?;
    if ctx.site.owners.contains(&who.telegram_id) {
        identity::upsert_membership(tx, default, person.id, Role::Owner, now).await?;
    }
    let member_of = identity::list_workspaces(tx, person.id).await?.into_iter().next();
    if let Some(workspace) = member_of {
        return Ok((person, workspace.id));
    }
    let own = identity::insert_workspace(tx, &own_workspace(who.telegram_id), now).await?;
    identity::upsert_membership(tx, own.id, person.id, Role::Owner, now).await?;
    Ok((person, own.id))
}

/// Who writes to the bot, as Telegram tells them: the same person, in the same workspace, as in the Mini App.
/// `language`: Telegram's tag, which counts only the first time.
pub async fn viewer_of_bot_chat(ctx: &Ctx, telegram_id: i64, name: &str, language: Option<&str>) -> Result<Viewer> {
    let who = Introduced { telegram_id, name: name.to_owned(), language: language.map(str::to_owned) };
    match welcome_to_bot(ctx, &who).await {
        // the same person signs in for the first time elsewhere, just now
        Err(Error::Conflict(Clash::Exists)) => welcome_to_bot(ctx, &who).await,
        outcome => outcome,
    }
}

async fn welcome_to_bot(ctx: &Ctx, who: &Introduced) -> Result<Viewer> {
    let default = ensure_default_workspace(ctx).await?;
    let mut tx = ctx.db.write().await?;
    let (person, workspace) = welcome(ctx, &mut tx, who, default, ctx.now()).await?;
    let viewer = super::viewer_in(&mut tx, person, workspace).await?.ok_or(Error::NotFound(What::Member))?;
    tx.commit().await?;
    Ok(viewer)
}

/// Known by Telegram's id; their name follows Telegram's, their language is their own choice once they are known.
async fn meet(tx: &mut Tx, who: &Introduced, now: i64) -> Result<Person> {
    if let Some(known) = identity::find_person_by_telegram(tx, who.telegram_id).await? {
        if known.name == who.name {
            return Ok(known);
        }
        identity::set_name(tx, known.id, &who.name).await?;
        return Ok(Person { name: who.name.clone(), ..known });
    }
    // `uz-Latn` is Uzbek, too
    let language = who.language.as_deref().and_then(|tag| tag.split('-').next());
    let language = language.filter(|language| LANGUAGES.contains(language));
    Ok(identity::insert_person(tx, Some(who.telegram_id), &who.name, language, now).await?)
}

/// The workspace of whoever was invited nowhere; the name is what the shell calls it by.
fn own_workspace(telegram_id: i64) -> String {
    format!("telegram-{telegram_id}")
}
