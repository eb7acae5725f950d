//! Signing in: by a code, with a second password, or by a picture that a phone scans.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::AccountId;
use grammers_crypto::two_factor_auth::{calculate_2fa, check_p_and_g};
use grammers_tl_types::{enums, functions, types};

use crate::account::{Account, Me, me};
use crate::error::{CallError, MIGRATE, OpenError};
use crate::session::OpenSession;
use crate::settings::{ProxyUrl, Settings};
use crate::statistics::destination;

/// Nobody is known yet; only logs see it.
const NOBODY: AccountId = AccountId(0);

/// A sign-in under way. Dropped, it ends without a trace but the code Telegram has sent.
pub struct Login {
    account: Account,
    sent: Option<Sent>,
}

struct Sent {
    phone: String,
    code_hash: String,
}

/// How far a sign-in has come.
#[derive(Debug)]
pub enum Step {
    Done(Box<SignedIn>),
    /// [`Login::password`] is next.
    PasswordNeeded {
        hint: Option<String>,
    },
}

/// The account, and its session: seal it at once.
#[derive(Debug)]
pub struct SignedIn {
    pub me: Me,
    pub session: OpenSession,
}

/// Where Telegram has sent the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SentBy {
    /// Telegram on another device
    App,
    Sms,
    Call,
    Email,
    Other,
}

/// What to show until somebody has scanned it.
#[derive(Clone, PartialEq, Eq)]
pub struct QrCode {
    /// `tg://login?token=…`, to be drawn as a QR code. Whoever scans it gives the account away.
    pub url: String,
    /// Unix seconds; a new one comes by asking again.
    pub expires_at: i64,
}

impl fmt::Debug for QrCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "QrCode(***, until {})", self.expires_at)
    }
}

#[derive(Debug)]
pub enum QrStep {
    Show(QrCode),
    Next(Step),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoginError {
    #[error("this is no phone number that Telegram knows: write it with the country's code, like +998901234567")]
    NotAPhone,
    #[error("the code is wrong: try again")]
    WrongCode,
    #[error("the code is not good any more: ask for another")]
    CodeExpired,
    #[error("the password is wrong: try again")]
    WrongPassword,
    #[error("nobody has this number yet: sign up with an official app first")]
    SignUpRequired,
    #[error("Telegram wants this sign-in to be finished in an official app first ({0})")]
    OfficialAppRequired(&'static str),
    #[error("ask for a code first")]
    NoCodeAsked,
    #[error("the picture is not good any more: ask for another")]
    TokenExpired,
    #[error("Telegram's check of passwords is not one this version knows")]
    UnknownPasswordCheck,
    #[error("a bot has signed in: an account of a person is needed")]
    Bot,
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Call(#[from] CallError),
}

impl Login {
    /// Connects with the first question.
    pub fn start(settings: &Settings, proxies: Vec<ProxyUrl>) -> Result<Self, OpenError> {
        let (account, _) = Account::open(settings, NOBODY, OpenSession::fresh(settings), proxies)?;
        Ok(Self { account, sent: None })
    }

    /// Has Telegram send a code.
    pub async fn ask_code(&mut self, phone: &str) -> Result<SentBy, LoginError> {
        let settings = &self.account.wire.settings;
        let request = functions::auth::SendCode {
            phone_number: phone.to_owned(),
            api_id: settings.api_id,
            api_hash: settings.api_hash.reveal().to_owned(),
            settings: code_settings().into(),
        };
        let answer = match self.account.wire.call(self.account.home(), &request).await {
            // the number lives elsewhere
            Err(CallError::Refused { code: MIGRATE, name, method }) => {
                let dc = destination(&name).ok_or(CallError::Refused { code: MIGRATE, name, method })?;
                self.account.wire.session.set_home(dc);
                self.account.wire.call(dc, &request).await
            }
            answer => answer,
        };
        let sent = match answer.map_err(explained)? {
            enums::auth::SentCode::Code(sent) => sent,
            enums::auth::SentCode::Success(_) => return Err(LoginError::OfficialAppRequired("already signed in")),
            enums::auth::SentCode::PaymentRequired(_) => {
                return Err(LoginError::OfficialAppRequired("a payment is asked for"));
            }
        };
        self.sent = Some(Sent { phone: phone.to_owned(), code_hash: sent.phone_code_hash });
        Ok(sent_by(&sent.r#type))
    }

    /// The code that has come.
    pub async fn code(&mut self, code: &str) -> Result<Step, LoginError> {
        let sent = self.sent.as_ref().ok_or(LoginError::NoCodeAsked)?;
        let request = functions::auth::SignIn {
            phone_number: sent.phone.clone(),
            phone_code_hash: sent.code_hash.clone(),
            phone_code: Some(code.trim().to_owned()),
            email_verification: None,
        };
        let answer = self.account.wire.call(self.account.home(), &request).await;
        self.settle(answer).await
    }

    /// The second password; it does not leave this machine (core.telegram.org/api/srp).
    pub async fn password(&mut self, password: &str) -> Result<SignedIn, LoginError> {
        // a challenge is good for one attempt
        let challenge = self.challenge().await?;
        let proof = prove(challenge, password.to_owned()).await?;
        let request = functions::auth::CheckPassword { password: proof.into() };
        let answer = self.account.wire.call(self.account.home(), &request).await.map_err(explained)?;
        self.finish(answer).await
    }

    /// The picture to show, or what comes after it was scanned. Ask every two or three seconds.
    pub async fn qr(&mut self) -> Result<QrStep, LoginError> {
        let settings = &self.account.wire.settings;
        let request = functions::auth::ExportLoginToken {
            api_id: settings.api_id,
            api_hash: settings.api_hash.reveal().to_owned(),
            except_ids: Vec::new(),
        };
        let answer = self.account.wire.call(self.account.home(), &request).await;
        let Some(token) = self.login_token(answer).await? else { return self.owing().await };
        let token = match token {
            enums::auth::LoginToken::MigrateTo(elsewhere) => {
                self.account.wire.session.set_home(elsewhere.dc_id);
                let request = functions::auth::ImportLoginToken { token: elsewhere.token };
                let answer = self.account.wire.call(elsewhere.dc_id, &request).await;
                let Some(token) = self.login_token(answer).await? else { return self.owing().await };
                token
            }
            token => token,
        };
        match token {
            enums::auth::LoginToken::Token(token) => Ok(QrStep::Show(QrCode {
                url: format!("tg://login?token={}", URL_SAFE_NO_PAD.encode(&token.token)),
                expires_at: i64::from(token.expires),
            })),
            enums::auth::LoginToken::Success(success) => {
                Ok(QrStep::Next(Step::Done(Box::new(self.finish(success.authorization).await?))))
            }
            enums::auth::LoginToken::MigrateTo(_) => Err(LoginError::TokenExpired),
        }
    }

    /// Closes the connections.
    pub async fn stop(self) {
        self.account.stop().await;
    }

    /// `None`: the password is owed.
    #[expect(clippy::unused_async, reason = "reads like its neighbours")]
    async fn login_token(
        &self,
        answer: Result<enums::auth::LoginToken, CallError>,
    ) -> Result<Option<enums::auth::LoginToken>, LoginError> {
        match answer {
            Ok(token) => Ok(Some(token)),
            Err(error) if owes_password(&error) => Ok(None),
            Err(error) => Err(explained(error)),
        }
    }

    async fn owing(&self) -> Result<QrStep, LoginError> {
        Ok(QrStep::Next(Step::PasswordNeeded { hint: self.challenge().await?.hint }))
    }

    async fn settle(&self, answer: Result<enums::auth::Authorization, CallError>) -> Result<Step, LoginError> {
        match answer {
            Ok(authorization) => Ok(Step::Done(Box::new(self.finish(authorization).await?))),
            Err(error) if owes_password(&error) => Ok(Step::PasswordNeeded { hint: self.challenge().await?.hint }),
            Err(error) => Err(explained(error)),
        }
    }

    async fn challenge(&self) -> Result<types::account::Password, LoginError> {
        let request = functions::account::GetPassword {};
        let enums::account::Password::Password(password) =
            self.account.wire.call(self.account.home(), &request).await.map_err(explained)?;
        Ok(password)
    }

    async fn finish(&self, authorization: enums::auth::Authorization) -> Result<SignedIn, LoginError> {
        let enums::auth::Authorization::Authorization(authorization) = authorization else {
            return Err(LoginError::SignUpRequired);
        };
        match authorization.user {
            enums::User::User(user) if user.bot => Err(LoginError::Bot),
            enums::User::User(user) => {
                self.account.wire.session.set_own_id(Some(user.id));
                Ok(SignedIn { me: me(user), session: self.account.wire.session.state() })
            }
            enums::User::Empty(_) => confirm_with(&self.account).await,
        }
    }
}

/// Proves that an imported session is good, and completes it.
pub async fn confirm(
    settings: &Settings,
    session: OpenSession,
    proxies: Vec<ProxyUrl>,
) -> Result<SignedIn, LoginError> {
    let (account, _) = Account::open(settings, NOBODY, session, proxies)?;
    let signed_in = confirm_with(&account).await;
    account.stop().await;
    signed_in
}

async fn confirm_with(account: &Account) -> Result<SignedIn, LoginError> {
    let me = account.me().await?;
    if me.is_bot {
        return Err(LoginError::Bot);
    }
    Ok(SignedIn { me, session: account.wire.session.state() })
}

fn owes_password(error: &CallError) -> bool {
    matches!(error, CallError::Refused { name, .. } if name == "SESSION_PASSWORD_NEEDED")
}

fn explained(error: CallError) -> LoginError {
    let CallError::Refused { name, .. } = &error else { return error.into() };
    match name.as_str() {
        "PHONE_NUMBER_INVALID" | "PHONE_NUMBER_UNOCCUPIED" => LoginError::NotAPhone,
        "PHONE_CODE_INVALID" | "PHONE_CODE_EMPTY" => LoginError::WrongCode,
        "PHONE_CODE_EXPIRED" | "PHONE_CODE_HASH_EMPTY" => LoginError::CodeExpired,
        "PASSWORD_HASH_INVALID" => LoginError::WrongPassword,
        "AUTH_TOKEN_EXPIRED" | "AUTH_TOKEN_INVALID" | "AUTH_TOKEN_ALREADY_ACCEPTED" => LoginError::TokenExpired,
        _ => error.into(),
    }
}

fn code_settings() -> types::CodeSettings {
    types::CodeSettings {
        allow_flashcall: false,
        current_number: false,
        allow_app_hash: false,
        allow_missed_call: false,
        allow_firebase: false,
        unknown_number: false,
        logout_tokens: None,
        token: None,
        app_sandbox: None,
    }
}

fn sent_by(kind: &enums::auth::SentCodeType) -> SentBy {
    use enums::auth::SentCodeType as Kind;
    match kind {
        Kind::App(_) => SentBy::App,
        Kind::Sms(_) | Kind::FragmentSms(_) | Kind::FirebaseSms(_) | Kind::SmsWord(_) | Kind::SmsPhrase(_) => {
            SentBy::Sms
        }
        Kind::Call(_) | Kind::FlashCall(_) | Kind::MissedCall(_) => SentBy::Call,
        Kind::EmailCode(_) => SentBy::Email,
        Kind::SetUpEmailRequired(_) => SentBy::Other,
    }
}

/// Answers the challenge. 100,000 rounds of SHA-512 and a primality test: not on a thread that others wait for.
async fn prove(
    challenge: types::account::Password,
    password: String,
) -> Result<types::InputCheckPasswordSrp, LoginError> {
    let Some(enums::PasswordKdfAlgo::Sha256Sha256Pbkdf2Hmacsha512iter100000Sha256ModPow(algorithm)) =
        challenge.current_algo
    else {
        return Err(LoginError::UnknownPasswordCheck);
    };
    let (Some(srp_id), Some(b)) = (challenge.srp_id, challenge.srp_b) else {
        return Err(LoginError::UnknownPasswordCheck);
    };
    let mut secret = vec![0; 256];
    getrandom::fill(&mut secret).map_err(|error| OpenError::NoRandomness(error.to_string()))?;
    let proving = tokio::task::spawn_blocking(move || {
        check_p_and_g(&algorithm.p, &algorithm.g).then(|| {
            let (salt1, salt2) = (&algorithm.salt1, &algorithm.salt2);
            calculate_2fa(salt1, salt2, &algorithm.p, &algorithm.g, b, secret, password)
        })
    });
    let (m1, a) = proving.await.ok().flatten().ok_or(LoginError::UnknownPasswordCheck)?;
    Ok(types::InputCheckPasswordSrp { srp_id, a: a.to_vec(), m1: m1.to_vec() })
}
