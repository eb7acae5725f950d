//! Signing in: by code, with a password, by a code on the screen, and from one data centre to another.

#![expect(clippy::unnecessary_wraps, reason = "every handler has one shape")]

use std::collections::HashMap;

use grammers_tl_types::{enums, functions, types};

use crate::world::{Push, State};

use super::{Caller, DataCentres, Failure, lock, shape};
use crate::mtproto::handshake::{GENERATOR, prime};
use crate::mtproto::srp::{Challenge, Verifier};

/// Seconds a login token is good for, as Telegram's.
const TOKEN_S: i64 = 30;
const CODE_DIGITS: i32 = 5;

/// Logins under way.
#[derive(Default)]
pub struct LoginDesk {
    /// Key → account that has given its code and owes the password.
    owes_password: HashMap<i64, i64>,
    /// Account → password as the server keeps it.
    verifiers: HashMap<i64, Verifier>,
    /// Key → its last challenge.
    challenges: HashMap<i64, Challenge>,
    tokens: HashMap<Vec<u8>, Token>,
    /// Authorisations exported for another data centre: their bytes → account and data centre.
    exported: HashMap<Vec<u8>, (i64, i32)>,
    /// Counts tokens, challenges and exports, so that each is its own.
    issued: i64,
}

struct Token {
    key: i64,
    expires: i64,
    accepted: Option<i64>,
}

impl LoginDesk {
    fn next(&mut self) -> i64 {
        self.issued += 1;
        self.issued
    }
}

fn at_home(caller: &Caller<'_>) -> Result<(), Failure> {
    let home = caller.centres.world.scenario.home;
    if caller.dc == home { Ok(()) } else { Err(Failure::new(303, &format!("PHONE_MIGRATE_{home}"))) }
}

fn by_phone(state: &State, phone: &str) -> Option<i64> {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    state.accounts.values().find(|account| account.plan.phone == digits).map(|account| account.plan.id)
}

fn authorization(caller: &Caller<'_>, account: i64) -> Result<enums::auth::Authorization, Failure> {
    let state = caller.centres.world.lock();
    let found = state.accounts.get(&account).ok_or_else(|| Failure::new(400, "USER_ID_INVALID"))?;
    if let Some(error) = &found.dead {
        return Err(Failure::new(401, error));
    }
    let user = shape::user(&found.plan, true);
    drop(state);
    caller.sign_in(Some(account));
    Ok(types::auth::Authorization {
        setup_password_required: false,
        otherwise_relogin_days: None,
        tmp_sessions: None,
        future_auth_token: None,
        user,
    }
    .into())
}

/// Signs in, or asks for the password first.
fn first_step(caller: &Caller<'_>, account: i64) -> Result<enums::auth::Authorization, Failure> {
    let password = {
        let state = caller.centres.world.lock();
        state.accounts.get(&account).and_then(|account| account.plan.password.clone())
    };
    if password.is_some() {
        lock(&caller.centres.login).owes_password.insert(caller.key, account);
        return Err(Failure::new(401, "SESSION_PASSWORD_NEEDED"));
    }
    authorization(caller, account)
}

// ---- by code --------------------------------------------------------------------------------------------------------

fn code_hash(caller: &Caller<'_>, account: i64) -> String {
    format!("{:016x}", caller.centres.world.number(&format!("code of {account} for {}", caller.key)))
}

pub fn send_code(caller: &Caller<'_>, call: functions::auth::SendCode) -> Result<enums::auth::SentCode, Failure> {
    at_home(caller)?;
    let account = by_phone(&caller.centres.world.lock(), &call.phone_number)
        .ok_or_else(|| Failure::new(400, "PHONE_NUMBER_INVALID"))?;
    Ok(types::auth::SentCode {
        r#type: types::auth::SentCodeTypeApp { length: CODE_DIGITS }.into(),
        phone_code_hash: code_hash(caller, account),
        next_type: None,
        timeout: Some(60),
    }
    .into())
}

pub fn sign_in(caller: &Caller<'_>, call: functions::auth::SignIn) -> Result<enums::auth::Authorization, Failure> {
    at_home(caller)?;
    let (account, code) = {
        let state = caller.centres.world.lock();
        let account = by_phone(&state, &call.phone_number).ok_or_else(|| Failure::new(400, "PHONE_NUMBER_INVALID"))?;
        (account, state.accounts[&account].plan.code.clone())
    };
    if call.phone_code_hash != code_hash(caller, account) {
        return Err(Failure::new(400, "PHONE_CODE_EXPIRED"));
    }
    match call.phone_code.as_deref() {
        None | Some("") => Err(Failure::new(400, "PHONE_CODE_EMPTY")),
        Some(given) if given != code => Err(Failure::new(400, "PHONE_CODE_INVALID")),
        Some(_) => first_step(caller, account),
    }
}

// ---- password -------------------------------------------------------------------------------------------------------

/// Whose password this key is asked about.
fn whose(caller: &Caller<'_>) -> Result<i64, Failure> {
    let owing = lock(&caller.centres.login).owes_password.get(&caller.key).copied();
    owing.or(caller.account).ok_or_else(|| Failure::new(401, "AUTH_KEY_UNREGISTERED"))
}

fn algorithm(salt1: Vec<u8>, salt2: Vec<u8>) -> enums::PasswordKdfAlgo {
    let p = prime().to_bytes_be();
    types::PasswordKdfAlgoSha256Sha256Pbkdf2Hmacsha512iter100000Sha256ModPow { salt1, salt2, g: GENERATOR, p }.into()
}

pub fn get_password(
    caller: &Caller<'_>,
    _: functions::account::GetPassword,
) -> Result<enums::account::Password, Failure> {
    let account = whose(caller)?;
    let (password, hint) = {
        let state = caller.centres.world.lock();
        let plan = state.accounts.get(&account).map(|account| &account.plan);
        (plan.and_then(|plan| plan.password.clone()), plan.and_then(|plan| plan.hint.clone()))
    };
    let (mut current_algo, mut srp_b, mut srp_id) = (None, None, None);
    if let Some(password) = &password {
        let mut desk = lock(&caller.centres.login);
        let id = desk.next();
        let verifier = desk.verifiers.entry(account).or_insert_with(|| Verifier::new(password));
        let challenge = verifier.challenge(id);
        current_algo = Some(algorithm(verifier.salt1.clone(), verifier.salt2.clone()));
        srp_b = Some(challenge.b.clone());
        srp_id = Some(challenge.id);
        desk.challenges.insert(caller.key, challenge);
    }
    Ok(types::account::Password {
        has_recovery: false,
        has_secure_values: false,
        has_password: password.is_some(),
        current_algo,
        srp_b,
        srp_id,
        hint,
        email_unconfirmed_pattern: None,
        new_algo: algorithm(vec![0; 8], vec![0; 16]),
        new_secure_algo: types::SecurePasswordKdfAlgoSha512 { salt: vec![0; 8] }.into(),
        secure_random: vec![0; 256],
        pending_reset_date: None,
        login_email_pattern: None,
    }
    .into())
}

pub fn check_password(
    caller: &Caller<'_>,
    call: functions::auth::CheckPassword,
) -> Result<enums::auth::Authorization, Failure> {
    let account = whose(caller)?;
    let enums::InputCheckPasswordSrp::Srp(given) = call.password else {
        return Err(Failure::new(400, "PASSWORD_HASH_INVALID"));
    };
    {
        let mut desk = lock(&caller.centres.login);
        let challenge = desk.challenges.remove(&caller.key).filter(|challenge| challenge.id == given.srp_id);
        let challenge = challenge.ok_or_else(|| Failure::new(400, "SRP_ID_INVALID"))?;
        let verifier = desk.verifiers.get(&account).ok_or_else(|| Failure::new(400, "SRP_ID_INVALID"))?;
        if !verifier.accepts(&challenge, &given.a, &given.m1) {
            return Err(Failure::new(400, "PASSWORD_HASH_INVALID"));
        }
        desk.owes_password.remove(&caller.key);
    }
    authorization(caller, account)
}

// ---- by a code on the screen ----------------------------------------------------------------------------------------

pub fn export_login_token(
    caller: &Caller<'_>,
    _: functions::auth::ExportLoginToken,
) -> Result<enums::auth::LoginToken, Failure> {
    let mut desk = lock(&caller.centres.login);
    let accepted = desk.tokens.iter().find(|(_, token)| token.key == caller.key && token.accepted.is_some());
    let accepted = accepted.map(|(bytes, token)| (bytes.clone(), token.accepted.unwrap_or_default()));
    if let Some((bytes, account)) = accepted {
        let home = caller.centres.world.scenario.home;
        if caller.dc != home {
            return Ok(types::auth::LoginTokenMigrateTo { dc_id: home, token: bytes }.into());
        }
        desk.tokens.remove(&bytes);
        drop(desk);
        let authorization = first_step(caller, account)?;
        return Ok(types::auth::LoginTokenSuccess { authorization }.into());
    }
    let now = crate::clock::wall().as_secs() as i64;
    desk.tokens.retain(|_, token| token.expires > now || token.accepted.is_some());
    let token = format!("login token {} of {}", desk.next(), caller.key).into_bytes();
    let expires = now + TOKEN_S;
    desk.tokens.insert(token.clone(), Token { key: caller.key, expires, accepted: None });
    Ok(types::auth::LoginToken { expires: expires as i32, token }.into())
}

pub fn import_login_token(
    caller: &Caller<'_>,
    call: functions::auth::ImportLoginToken,
) -> Result<enums::auth::LoginToken, Failure> {
    let token = lock(&caller.centres.login).tokens.remove(&call.token);
    let account = token
        .ok_or_else(|| Failure::new(400, "AUTH_TOKEN_INVALID"))?
        .accepted
        .ok_or_else(|| Failure::new(400, "AUTH_TOKEN_EXPIRED"))?;
    let authorization = first_step(caller, account)?;
    Ok(types::auth::LoginTokenSuccess { authorization }.into())
}

/// A phone where `account` is signed in accepts a token that is still good.
pub fn accept(centres: &DataCentres, token: &[u8], account: i64) -> bool {
    let now = crate::clock::wall().as_secs() as i64;
    let mut desk = lock(&centres.login);
    let Some(token) = desk.tokens.get_mut(token).filter(|token| token.expires > now) else { return false };
    token.accepted = Some(account);
    // nobody connected, nobody told
    let _ = centres.world.pushes.send(Push::LoginToken { key: token.key });
    true
}

// ---- from one data centre to another --------------------------------------------------------------------------------

pub fn export_authorization(
    caller: &Caller<'_>,
    call: functions::auth::ExportAuthorization,
) -> Result<enums::auth::ExportedAuthorization, Failure> {
    let account = caller.account()?;
    if call.dc_id == caller.dc || !caller.centres.addresses().contains_key(&call.dc_id) {
        return Err(Failure::new(400, "DC_ID_INVALID"));
    }
    let mut desk = lock(&caller.centres.login);
    let bytes = format!("authorisation {} of {account}", desk.next()).into_bytes();
    desk.exported.insert(bytes.clone(), (account, call.dc_id));
    Ok(types::auth::ExportedAuthorization { id: account, bytes }.into())
}

pub fn import_authorization(
    caller: &Caller<'_>,
    call: functions::auth::ImportAuthorization,
) -> Result<enums::auth::Authorization, Failure> {
    let exported = lock(&caller.centres.login).exported.remove(&call.bytes);
    match exported {
        Some((account, dc)) if account == call.id && dc == caller.dc => authorization(caller, account),
        _ => Err(Failure::new(400, "AUTH_BYTES_INVALID")),
    }
}

pub fn log_out(caller: &Caller<'_>, _: functions::auth::LogOut) -> Result<enums::auth::LoggedOut, Failure> {
    caller.sign_in(None);
    Ok(types::auth::LoggedOut { future_auth_token: None }.into())
}
