//! Signing in and out.

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use fake_telegram::scenario::Fault;
use mtproto::login::{Login, LoginError, QrStep, SentBy, Step, confirm};
use mtproto::{AccountId, CallError, OpenError, Settings, import};

use crate::stage::{HOME, OWNER, PASSWORD, READER, STATS, Stage, hex};

const OWNERS_PHONE: &str = "+998 90 111-22-33";
const READERS_PHONE: &str = "+998904445566";

fn login(stage: &Stage, settings: &Settings) -> Login {
    let login = Login::start(settings, Vec::new()).expect("a login");
    assert_eq!(stage.calls("auth.sendCode"), 0, "it connects with the first question");
    login
}

fn done(step: Step) -> Box<mtproto::login::SignedIn> {
    let Step::Done(signed_in) = step else { panic!("not signed in: {step:?}") };
    signed_in
}

/// Scans what is on the screen with a phone where `account` is signed in.
fn scan(stage: &Stage, step: QrStep, account: i64) {
    let QrStep::Show(code) = step else { panic!("nothing to scan: {step:?}") };
    let token = code.url.strip_prefix("tg://login?token=").expect("an address of Telegram");
    assert!(!format!("{code:?}").contains(token), "whoever sees the token in a log is the account");
    let token = URL_SAFE_NO_PAD.decode(token).expect("base64");
    assert!(stage.telegram.centres.accept_login_token(&token, account), "the token is not good");
}

#[tokio::test]
async fn a_code_signs_in_and_the_session_is_good() {
    let stage = Stage::new().await;
    let settings = stage.settings("phone");
    let mut login = login(&stage, &settings);
    assert_eq!(login.ask_code(OWNERS_PHONE).await, Ok(SentBy::App));
    let signed_in = done(login.code(" 12345 ").await.expect("a step"));
    assert_eq!((signed_in.me.id, signed_in.me.username.as_deref()), (OWNER, Some("made_up_owner")));
    login.stop().await;

    let sealed = signed_in.session.seal(&settings.key, AccountId(1)).expect("sealed");
    let (account, _) = mtproto::Account::start(&settings, AccountId(1), &sealed, Vec::new()).expect("started");
    assert_eq!(account.me().await.expect("an answer"), signed_in.me);
    account.stop().await;
    assert_eq!(stage.calls("auth.signIn"), 1);
    stage.end();
}

#[tokio::test]
async fn a_wrong_code_may_be_typed_again_and_an_unknown_number_is_told() {
    let stage = Stage::new().await;
    let mut login = login(&stage, &stage.settings("phone"));
    assert_eq!(login.code("12345").await.unwrap_err(), LoginError::NoCodeAsked);
    assert_eq!(login.ask_code("+998900000000").await, Err(LoginError::NotAPhone));
    login.ask_code(OWNERS_PHONE).await.expect("a code");
    assert_eq!(login.code("00000").await.unwrap_err(), LoginError::WrongCode);
    assert_eq!(login.code("").await.unwrap_err(), LoginError::WrongCode);
    assert_eq!(done(login.code("12345").await.expect("a step")).me.id, OWNER);
    login.stop().await;
    stage.end();
}

#[tokio::test]
async fn a_second_password_is_asked_for_and_may_be_wrong_at_first() {
    let stage = Stage::new().await;
    let mut login = login(&stage, &stage.settings("phone"));
    login.ask_code(READERS_PHONE).await.expect("a code");
    let step = login.code("54321").await.expect("a step");
    let Step::PasswordNeeded { hint } = step else { panic!("no password asked for: {step:?}") };
    assert_eq!(hint.as_deref(), Some("of the stable"));
    assert_eq!(login.password("battery staple").await.unwrap_err(), LoginError::WrongPassword);
    let signed_in = login.password(PASSWORD).await.expect("signed in");
    assert_eq!(signed_in.me.id, READER);
    login.stop().await;
    stage.end();
}

#[tokio::test]
async fn a_number_that_lives_elsewhere_is_followed_there() {
    let stage = Stage::new().await;
    let mut settings = stage.settings("phone");
    settings.home = Some(STATS);
    let mut login = login(&stage, &settings);
    login.ask_code(OWNERS_PHONE).await.expect("a code");
    let signed_in = done(login.code("12345").await.expect("a step"));
    assert_eq!(format!("{:?}", signed_in.session), format!("OpenSession(home {HOME}, ***)"));
    login.stop().await;
    assert_eq!(stage.called_in("auth.sendCode"), [STATS, HOME]);
    stage.end();
}

#[tokio::test]
async fn a_picture_signs_in() {
    let stage = Stage::new().await;
    let mut login = login(&stage, &stage.settings("screen"));
    scan(&stage, login.qr().await.expect("a picture"), OWNER);
    let QrStep::Next(step) = login.qr().await.expect("a step") else { panic!("still to be scanned") };
    assert_eq!(done(step).me.id, OWNER);
    login.stop().await;
    stage.end();
}

#[tokio::test]
async fn a_picture_of_an_account_elsewhere_with_a_password() {
    let stage = Stage::new().await;
    let mut settings = stage.settings("screen");
    settings.home = Some(STATS);
    let mut login = login(&stage, &settings);
    scan(&stage, login.qr().await.expect("a picture"), READER);
    let step = login.qr().await.expect("a step");
    assert!(matches!(step, QrStep::Next(Step::PasswordNeeded { .. })), "{step:?}");
    let signed_in = login.password(PASSWORD).await.expect("signed in");
    assert_eq!(signed_in.me.id, READER);
    assert_eq!(format!("{:?}", signed_in.session), format!("OpenSession(home {HOME}, ***)"));
    login.stop().await;
    assert_eq!(stage.called_in("auth.importLoginToken"), [HOME]);
    stage.end();
}

#[tokio::test]
async fn a_key_made_elsewhere_is_confirmed() {
    let stage = Stage::new().await;
    let settings = stage.settings("import");
    let signed_in = confirm(&settings, stage.imported(OWNER), Vec::new()).await.expect("confirmed");
    assert_eq!((signed_in.me.id, signed_in.me.first_name.as_str()), (OWNER, "Owner"));
    assert_eq!(stage.calls("auth.signIn") + stage.calls("auth.sendCode"), 0);

    // a key that nobody is signed in with
    let session = import::from_auth_key(&hex(&stage.telegram.centres.fresh_key("nobody")), HOME).expect("a session");
    let refused = confirm(&settings, session, Vec::new()).await.unwrap_err();
    assert!(matches!(refused, LoginError::Call(CallError::SignedOut { .. })), "{refused}");
    stage.end();
}

#[tokio::test]
async fn a_session_of_telethon_is_confirmed() {
    let stage = Stage::new().await;
    let settings = stage.settings("import");
    let key = stage.telegram.centres.account_key(READER);
    let bytes = [&[HOME as u8], &[203, 0, 113, 7][..], &443_u16.to_be_bytes(), &key].concat();
    let session = import::from_telethon(&format!("1{}", URL_SAFE.encode(bytes))).expect("a session");
    let signed_in = confirm(&settings, session, Vec::new()).await.expect("confirmed");
    assert_eq!(signed_in.me.id, READER);
    stage.end();
}

#[tokio::test]
async fn a_centre_nobody_knows_is_told_before_anything_connects() {
    let stage = Stage::new().await;
    let session = import::from_auth_key(&"ab".repeat(256), 4).expect("a session");
    let refused = confirm(&stage.settings("import"), session, Vec::new()).await.unwrap_err();
    assert_eq!(refused, LoginError::Open(OpenError::UnknownCentre(4)));
    stage.end();
}

#[tokio::test]
async fn after_signing_out_the_key_is_good_for_nothing() {
    let stage = Stage::new().await;
    let (account, _stream) = stage.start(OWNER);
    account.me().await.expect("an answer");
    account.sign_out().await.expect("signed out");
    let refused = account.me().await.unwrap_err();
    assert!(matches!(refused, CallError::SignedOut { .. }), "{refused}");
    assert!(refused.ends_the_account());
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn what_telegram_refuses_is_told_in_words() {
    let stage = Stage::new().await;
    let mut login = login(&stage, &stage.settings("phone"));
    let error = |code, name: &str| Fault::Error(code, name.to_owned());
    stage.befalls("auth.sendCode", 1, Fault::FloodWait(600));
    let wait = CallError::Wait { seconds: 600, method: "auth.sendCode" };
    assert_eq!(login.ask_code(OWNERS_PHONE).await, Err(LoginError::Call(wait)));
    stage.befalls("auth.sendCode", 1, error(400, "PHONE_NUMBER_BANNED"));
    assert_eq!(login.ask_code(OWNERS_PHONE).await, Err(LoginError::Call(CallError::Banned)));
    login.ask_code(OWNERS_PHONE).await.expect("a code");
    stage.befalls("auth.signIn", 1, error(400, "PHONE_CODE_EXPIRED"));
    assert_eq!(login.code("12345").await.unwrap_err(), LoginError::CodeExpired);
    stage.befalls("auth.exportLoginToken", 1, error(400, "AUTH_TOKEN_EXPIRED"));
    assert_eq!(login.qr().await.unwrap_err(), LoginError::TokenExpired);
    login.stop().await;
    stage.end();
}
