//! Sessions over a restart, and what must not get out of them.

use fake_telegram::scenario::Fault;
use mtproto::login::{Login, LoginError, confirm};
use mtproto::{Account, AccountId, CallError, OpenError, ProxyUrl, SealedSession, SessionKey, import};

use crate::stage::{HOME, OWNER, STATS, Stage, client, hex, resolved, soon, until};

#[tokio::test]
async fn a_sealed_session_goes_on_after_a_restart() {
    let stage = Stage::new().await;
    let (account, _stream) = stage.start(OWNER);
    let mut changed = account.session_changed();
    changed.mark_unchanged();
    let peer = resolved(&account, "orbit").await;
    account.broadcast_stats(&peer, Some(STATS)).await.expect("statistics");
    assert!(changed.has_changed().expect("an account"), "a channel and a data centre are to be kept");
    let kept = account.sealed_session().expect("sealed");
    account.stop().await;

    // as the database hands it back
    let kept = SealedSession::from_bytes(kept.as_bytes().to_vec());
    let (account, _stream) = stage.restart(OWNER, &kept);
    let again = account.known_peer(peer.id).expect("a channel it has met");
    assert_eq!(again.access_hash, peer.access_hash);
    account.full_channel(&again).await.expect("a channel");
    account.broadcast_stats(&again, Some(STATS)).await.expect("statistics");
    assert_eq!(stage.calls("contacts.resolveUsername"), 1);
    assert_eq!(stage.calls("auth.exportAuthorization"), 1, "it is known in the other data centre");
    assert_eq!(stage.calls("auth.signIn") + stage.calls("auth.sendCode"), 0);
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn a_stopped_account_leaves_its_key_to_the_next_process() {
    let stage = Stage::with("one_session_per_key = true").await;
    let (account, _stream) = stage.start(OWNER);
    account.me().await.expect("an answer");
    assert_eq!(stage.telegram.centres.connections(), 1);
    let kept = account.sealed_session().expect("sealed");
    account.stop().await;
    until("the end of its connections", || stage.telegram.centres.connections() == 0).await;
    // the centres of its settings know another key: it signs in with its own
    let (account, _stream) = stage.restart(OWNER, &kept);
    assert_eq!(account.me().await.expect("an answer").id, OWNER);
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn another_key_or_account_opens_nothing() {
    let stage = Stage::new().await;
    let sealed = stage.sealed(OWNER);
    let mut settings = stage.settings(&client(OWNER));
    let opened = |settings: &mtproto::Settings, id: i64| {
        Account::start(settings, AccountId(id), &sealed, Vec::new()).map(drop).expect_err("it stays shut")
    };
    assert_eq!(opened(&settings, OWNER + 1), OpenError::Unsealed);
    settings.key = SessionKey::new([8; 32]);
    assert_eq!(opened(&settings, OWNER), OpenError::Unsealed);
    assert!(stage.telegram.world.calls().is_empty());
}

#[tokio::test]
async fn nothing_secret_is_printed() {
    let stage = Stage::new().await;
    let settings = stage.settings(&client(OWNER));
    let mut login = Login::start(&settings, Vec::new()).expect("a login");
    login.ask_code("998901112233").await.expect("a code");
    let step = login.code("12345").await.expect("a step");
    let (account, _stream) = stage.start(OWNER);
    let peer = resolved(&account, "orbit").await;
    let proxy = ProxyUrl::parse("socks5://anna:kare@proxy.example:1080").expect("a proxy");
    let sealed = account.sealed_session().expect("sealed");
    let printed = format!("{settings:?} {step:?} {:?} {sealed:?} {peer:?} {proxy:?}", stage.imported(OWNER));
    let key = stage.telegram.centres.account_key(OWNER);
    let as_numbers = format!("{:?}", &key[..8]);
    let secrets = [
        hex(&key[..8]),
        as_numbers.trim_matches(['[', ']']).to_owned(),
        "made-up hash".to_owned(),
        "7, 7, 7".to_owned(),
        "kare".to_owned(),
        peer.access_hash.to_string(),
        hex(&sealed.as_bytes()[30..40]),
        "998901112233".to_owned(),
    ];
    for secret in secrets {
        assert!(!printed.contains(&secret), "{secret} in {printed}");
    }
    assert!(printed.contains("orbit"), "what is no secret is printed");
    login.stop().await;
    account.stop().await;
}

/// grammers exchanges another key when the data centre does not know the one it has.
#[tokio::test]
async fn an_imported_key_is_never_replaced() {
    let stage = Stage::new().await;
    let settings = stage.settings("import");
    let unknown = || import::from_auth_key(&"ab".repeat(256), HOME).expect("a session");
    let refused = confirm(&settings, unknown(), Vec::new()).await.expect_err("nobody is signed in");
    assert!(matches!(refused, LoginError::Call(CallError::SignedOut { .. })), "{refused}");
    let sealed = unknown().seal(&settings.key, AccountId(3)).expect("sealed");
    let (account, mut stream) = Account::start(&settings, AccountId(3), &sealed, Vec::new()).expect("started");
    for _ in 0..2 {
        let refused = account.me().await.expect_err("nobody is signed in");
        assert!(matches!(refused, CallError::SignedOut { .. }), "{refused}");
    }
    assert!(matches!(soon("an end", stream.next()).await, Some(Err(CallError::SignedOut { .. }))));
    assert_eq!(soon("an end", stream.next()).await, None);
    account.stop().await;
}

#[tokio::test]
async fn a_key_that_was_unknown_for_a_moment_is_good_afterwards() {
    let stage = Stage::new().await;
    let (account, _stream) = stage.start(OWNER);
    stage.befalls("help.getConfig", 1, Fault::Transport(404));
    let refused = account.me().await.expect_err("the key is unknown");
    assert!(matches!(refused, CallError::SignedOut { .. }), "{refused}");
    assert_eq!(account.me().await.expect("an answer").id, OWNER);
    let kept = account.sealed_session().expect("sealed");
    account.stop().await;
    let (account, _stream) = stage.restart(OWNER, &kept);
    assert_eq!(account.me().await.expect("an answer").id, OWNER);
    account.stop().await;
    stage.end();
}
