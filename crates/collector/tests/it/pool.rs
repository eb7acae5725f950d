//! The role as a whole: who takes which account, the kill switch, stopping.

use std::time::{Duration, Instant};

use domain::collect::account::AccountState;
use domain::collect::connection::Obstacle;
use fake_telegram::scenario::Fault;
use services::collect::account::{self, Reads};
use services::{Clash, Error, audit};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::stage::{OWNER, POSTS, READER, Stage};

const PATIENCE: Duration = Duration::from_mins(1);

struct Role {
    running: JoinHandle<()>,
    stopping: CancellationToken,
}

impl Role {
    fn start(stage: &Stage) -> Self {
        let stopping = CancellationToken::new();
        Self { running: tokio::spawn(collector::run(stage.ctx.clone(), stopping.clone())), stopping }
    }

    /// How long it took.
    async fn stop(self) -> Duration {
        let began = Instant::now();
        self.stopping.cancel();
        self.running.await.expect("it ends");
        began.elapsed()
    }
}

async fn until<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let looking = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, looking).await.unwrap_or_else(|_| panic!("{what} has not come"));
}

#[tokio::test]
async fn a_channel_connected_while_it_runs_is_read_at_once() {
    let stage = Stage::new().await;
    let role = Role::start(&stage);
    stage.sign_in(OWNER).await;
    stage.connect("orbit").await;
    until("the history", || async { stage.progress("orbit").await.posts == POSTS }).await;
    until("the end of it", || async { stage.progress("orbit").await.unread == 0 }).await;
    let took = role.stop().await;
    assert!(took < Duration::from_secs(25), "{took:?}");
    stage.assert_same(&stage.channel("orbit").await).await;
    assert_eq!(account::free(&stage.ctx).await.expect("asked").len(), 1, "the account was let go");
    stage.end([]).await;
}

#[tokio::test]
async fn two_replicas_share_two_accounts() {
    let stage = Stage::with("one_session_per_key = true", crate::stage::EVERYTHING).await;
    stage.sign_in(OWNER).await;
    stage.sign_in(READER).await;
    let roles = [Role::start(&stage), Role::start(&stage)];
    stage.connect("orbit").await;
    stage.connect("moon").await;
    until("both", || async { stage.progress("orbit").await.unread == 0 && stage.progress("moon").await.posts == 3 })
        .await;
    until("the first", || async { stage.progress("orbit").await.posts == POSTS }).await;
    for role in roles {
        role.stop().await;
    }
    for card in account::list(&stage.ctx, &stage.operator).await.expect("listed") {
        assert_eq!(card.account.state, AccountState::Active, "no key was used in two places");
    }
    stage.assert_same(&stage.channel("orbit").await).await;
    stage.end([]).await;
}

#[tokio::test]
async fn the_kill_switch_ends_the_calls_of_a_running_account() {
    let stage = Stage::new().await;
    let id = stage.sign_in(OWNER).await;
    stage.connect("orbit").await;
    // it would read for a long time
    stage.befalls("messages.getHistory", 1_000, Fault::DelayMs(200));
    let role = Role::start(&stage);
    until("a page", || async { stage.progress("orbit").await.posts > 0 }).await;
    account::stop(&stage.ctx, &stage.operator, id).await.expect("stopped");
    let stopped = Instant::now();
    until("letting go", || async { stage.account(id).await.leased_until.is_none() }).await;
    let took = stopped.elapsed();
    let called = stage.telegram.world.calls().len();
    assert!(took < Duration::from_secs(5), "{took:?}");
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(stage.telegram.world.calls().len(), called, "nothing is called any more");
    assert_eq!(stage.connection("orbit").await.obstacle, Some(Obstacle::NoAccount));
    account::resume(&stage.ctx, &stage.operator, id).await.expect("resumed");
    until("the rest", || async { stage.progress("orbit").await.unread == 0 }).await;
    role.stop().await;
    let told = audit::list(&stage.ctx, &stage.operator, None).await.expect("listed");
    let told: Vec<&str> = told.iter().map(|entry| entry.action.as_str()).collect();
    assert!(told.contains(&"accounts.stop") && told.contains(&"accounts.resume") && told.contains(&"accounts.sign-in"));
    stage.end([]).await;
}

#[tokio::test]
async fn stopping_all_and_resuming_one_leaves_each_its_channels() {
    let stage = Stage::new().await;
    let (owner, reader) = (stage.sign_in(OWNER).await, stage.sign_in(READER).await);
    stage.connect_by("orbit", Some(owner)).await;
    stage.connect_by("moon", Some(reader)).await;
    assert_eq!(account::stop_all(&stage.ctx, &stage.operator).await, Ok(2));
    assert_eq!(account::stop_all(&stage.ctx, &stage.operator).await, Ok(0), "they are stopped");
    for (channel, id) in [("orbit", owner), ("moon", reader)] {
        assert_eq!(stage.progress(channel).await.account, Some(id));
        assert_eq!(stage.connection(channel).await.obstacle, Some(Obstacle::NoAccount));
    }
    account::resume(&stage.ctx, &stage.operator, owner).await.expect("resumed");
    assert_eq!(stage.connection("orbit").await.obstacle, None);
    assert_eq!(stage.connection("moon").await.obstacle, Some(Obstacle::NoAccount), "its account is stopped still");
    // who is removed leaves its channels to whoever is there
    account::remove(&stage.ctx, &stage.operator, reader, false).await.expect("removed");
    assert_eq!(stage.progress("moon").await.account, Some(owner));
    assert_eq!(stage.connection("moon").await.obstacle, None);
    let mut worker = stage.worker(owner).await;
    stage.work(&mut worker).await;
    for channel in ["orbit", "moon"] {
        stage.assert_same(&stage.channel(channel).await).await;
    }
    stage.end([worker]).await;
}

#[tokio::test]
async fn stopping_with_a_call_in_flight_takes_less_than_25_s() {
    let stage = Stage::new().await;
    stage.sign_in(OWNER).await;
    stage.connect("orbit").await;
    stage.befalls("messages.getHistory", 10, Fault::Silence);
    let role = Role::start(&stage);
    until("the call", || async { stage.calls("channels.getFullChannel") > 0 }).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let took = role.stop().await;
    assert!(took < Duration::from_secs(25), "{took:?}");
    assert_eq!(account::free(&stage.ctx).await.expect("asked").len(), 1);
    stage.end([]).await;
}

#[tokio::test]
async fn an_account_is_removed_signed_out_and_what_it_read_stays() {
    let stage = Stage::new().await;
    let id = stage.sign_in(OWNER).await;
    stage.connect("orbit").await;
    let role = Role::start(&stage);
    until("the history", || async {
        stage.progress("orbit").await.unread == 0 && stage.progress("orbit").await.posts > 0
    })
    .await;
    account::remove(&stage.ctx, &stage.operator, id, false).await.expect("removed");
    assert_eq!(stage.calls("auth.logOut"), 1);
    assert!(account::list(&stage.ctx, &stage.operator).await.expect("listed").is_empty());
    assert_eq!(stage.progress("orbit").await.posts, POSTS);
    role.stop().await;
    stage.end([]).await;
}

#[tokio::test]
async fn who_cannot_be_signed_out_is_removed_by_force_only() {
    let stage = Stage::new().await;
    let id = stage.sign_in(OWNER).await;
    stage.befalls("auth.logOut", 2, Fault::Error(500, "RPC_CALL_FAIL".to_owned()));
    let refused = account::remove(&stage.ctx, &stage.operator, id, false).await;
    assert_eq!(refused, Err(Error::Conflict(Clash::NotSignedOut)));
    assert_eq!(stage.account(id).await.state, AccountState::Stopped, "it does nothing meanwhile");
    account::remove(&stage.ctx, &stage.operator, id, true).await.expect("removed");
    assert!(account::list(&stage.ctx, &stage.operator).await.expect("listed").is_empty());
    stage.end([]).await;
}

#[tokio::test]
async fn with_everything_off_nothing_is_leased() {
    let stage = Stage::with("", Reads::default()).await;
    let id = stage.sign_in(OWNER).await;
    let role = Role::start(&stage);
    role.running.await.expect("it has nothing to do");
    assert_eq!(stage.account(id).await.leased_until, None);
    stage.end([]).await;
}
