//! Unmodified grammers against the stand-in: what the product's collectors will do.

use std::net::{Ipv6Addr, SocketAddrV4, SocketAddrV6};
use std::sync::Arc;
use std::time::{Duration, Instant};

use fake_telegram::FakeTelegram;
use fake_telegram::scenario::{Fault, PostPlan, RatePlan, Rule, Scenario};
use fake_telegram::world::Delivery;
use fake_telegram::world::digest::{self, Row};
use grammers_client::client::UpdatesConfiguration;
use grammers_client::sender::{ConnectionParams, NoRetries, SenderPool, SenderPoolHandle};
use grammers_client::session::types::{DcOption, PeerAuth, PeerId, PeerInfo, PeerRef};
use grammers_client::session::storages::MemorySession;
use grammers_client::session::SessionData;
use grammers_client::{Client, InvocationError, SignInError, tl};
use tokio::task::JoinHandle;

const SCENARIO: &str = r#"
now = "2026-01-10T12:00:00Z"
graph_polls = 2

[[accounts]]
id = 11
first_name = "Owner"
phone = "998901112233"
admin_of = ["orbit"]

[[accounts]]
id = 12
first_name = "Reader"
phone = "998904445566"
code = "54321"
password = "correct horse"
member_of = ["orbit"]

[[channels]]
username = "orbit"
title = "Orbit"
members = 1500
stats = true
generate = { posts = 350, hole_every = 11, views = 3000 }

[[channels]]
username = "moon"
posts = [
    { id = 5, date = "2026-01-09T10:00:00Z", text = "seen at Orbit", forwarded_from = "orbit/1001" },
    { id = 6, date = "2026-01-09T11:00:00Z", text = "an album", album = 3 },
]
"#;

fn scenario() -> Scenario {
    Scenario::parse(SCENARIO).unwrap()
}

/// One account's connection.
struct Account {
    client: Client,
    handle: SenderPoolHandle,
    runner: JoinHandle<()>,
    updates: Option<tokio::sync::mpsc::UnboundedReceiver<grammers_client::session::updates::UpdatesLike>>,
}
