//! Proxies: in turns, and nothing goes past them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use fake_telegram::scenario::Fault;
use fake_telegram::socks5::{self, Mood, Socks5};
use mtproto::{CallError, ProxyUrl};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::stage::{OWNER, STATS, Stage, client, resolved};

/// One more proxy than the stand-in has.
async fn another() -> (Arc<Socks5>, ProxyUrl, JoinHandle<()>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let proxy = Arc::new(Socks5::new(None));
    let task = tokio::spawn(socks5::accept(Arc::clone(&proxy), listener));
    (proxy, url(address), task)
}

fn url(address: SocketAddr) -> ProxyUrl {
    ProxyUrl::parse(&format!("socks5://{address}")).expect("a proxy")
}

/// An address where nobody listens.
async fn dead() -> ProxyUrl {
    url(TcpListener::bind(("127.0.0.1", 0)).await.and_then(|listener| listener.local_addr()).expect("an address"))
}

#[tokio::test]
async fn everything_goes_through_the_proxy() {
    let stage = Stage::with("socks5_login = [\"anna\", \"kare!nina\"]").await;
    let proxy = ProxyUrl::parse(&format!("socks5://anna:kare!nina@{}", stage.telegram.socks5)).expect("a proxy");
    let (account, _stream) = stage.start_with(OWNER, &stage.settings(&client(OWNER)), vec![proxy.clone()]);
    let peer = resolved(&account, "orbit").await;
    account.broadcast_stats(&peer, Some(STATS)).await.expect("statistics");
    assert_eq!(account.proxy(), Some(proxy));
    assert_eq!(stage.telegram.proxy.served(), 2, "one connection to each data centre");
    assert_eq!(stage.telegram.centres.connections(), 2);
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn a_dead_proxy_makes_way_for_the_next() {
    let stage = Stage::new().await;
    let (dead, alive) = (dead().await, url(stage.telegram.socks5));
    let settings = stage.settings(&client(OWNER));
    let (account, _stream) = stage.start_with(OWNER, &settings, vec![dead.clone(), alive.clone()]);
    assert_eq!(account.proxy(), Some(dead));
    account.me().await.expect("through the next one");
    assert_eq!(account.proxy(), Some(alive));
    assert_eq!(stage.telegram.proxy.served(), 1);
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn nothing_goes_past_the_proxies() {
    let stage = Stage::new().await;
    stage.telegram.proxy.set_mood(Mood::Refuses);
    let settings = stage.settings(&client(OWNER));
    let proxies = vec![dead().await, url(stage.telegram.socks5)];
    let (account, _stream) = stage.start_with(OWNER, &settings, proxies);
    for _ in 0..3 {
        let refused = account.me().await.expect_err("no way");
        assert!(matches!(refused, CallError::Unreachable { .. }), "{refused}");
        assert!(refused.is_temporary());
    }
    assert_eq!((stage.telegram.centres.connections(), stage.telegram.world.calls().len()), (0, 0));
    stage.telegram.proxy.set_mood(Mood::Works);
    account.me().await.expect("the proxy works again");
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn a_wrong_login_is_no_way_either() {
    let stage = Stage::with("socks5_login = [\"anna\", \"kare\"]").await;
    let (other, alive, task) = another().await;
    let wrong = ProxyUrl::parse(&format!("socks5://anna:nina@{}", stage.telegram.socks5)).expect("a proxy");
    let settings = stage.settings(&client(OWNER));
    let (account, _stream) = stage.start_with(OWNER, &settings, vec![wrong, alive]);
    account.me().await.expect("through the next one");
    assert_eq!((stage.telegram.proxy.served(), other.served()), (0, 1));
    account.stop().await;
    task.abort();
    stage.end();
}

#[tokio::test]
async fn a_proxy_that_says_nothing_is_left_after_one_call() {
    let stage = Stage::new().await;
    stage.telegram.proxy.set_mood(Mood::Silent);
    let (other, alive, task) = another().await;
    let mut settings = stage.settings(&client(OWNER));
    settings.call_timeout = Duration::from_secs(1);
    let (account, _stream) = stage.start_with(OWNER, &settings, vec![url(stage.telegram.socks5), alive.clone()]);
    assert_eq!(account.me().await, Err(CallError::Silent { method: "users.getUsers" }));
    account.me().await.expect("through the next one");
    assert_eq!((account.proxy(), other.served()), (Some(alive), 1));
    account.stop().await;
    task.abort();
    stage.end();
}

#[tokio::test]
async fn a_proxy_that_dies_later_is_left_and_its_connections_with_it() {
    let stage = Stage::new().await;
    let (other, alive, task) = another().await;
    let settings = stage.settings(&client(OWNER));
    let (account, _stream) = stage.start_with(OWNER, &settings, vec![url(stage.telegram.socks5), alive.clone()]);
    account.me().await.expect("an answer");
    stage.telegram.proxy.set_mood(Mood::Refuses);
    stage.befalls("users.getUsers", 1, Fault::DropBefore);
    account.me().await.expect("through the next one");
    assert_eq!((account.proxy(), other.served()), (Some(alive), 1));
    account.stop().await;
    task.abort();
    stage.end();
}
