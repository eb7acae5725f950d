//! Official statistics, in their data centre.

use fake_telegram::scenario::Fault;
use grammers_tl_types::{Deserializable as _, enums};
use mtproto::{Account, CallError, Graph, Peer};

use crate::stage::{HOME, OWNER, READER, STATS, Stage, resolved};

const BROADCAST: &str = "stats.getBroadcastStats";
const EXPORT: &str = "auth.exportAuthorization";
const IMPORT: &str = "auth.importAuthorization";

/// Asks until the graph is there, as a collector does, but without its pauses.
async fn loaded(account: &Account, dc: i32, graph: &Graph) -> Result<Graph, CallError> {
    let mut graph = graph.clone();
    for _ in 0..5 {
        let Graph::Async { token } = &graph else { return Ok(graph) };
        graph = account.load_graph(dc, token).await?;
    }
    panic!("still async: {graph:?}")
}

/// The last value of the first series.
fn last(graph: &Graph) -> f64 {
    let Graph::Filled { json, .. } = graph else { panic!("not filled: {graph:?}") };
    let json: serde_json::Value = serde_json::from_str(json).expect("JSON");
    json["columns"][1].as_array().and_then(|column| column.last()?.as_f64()).expect("a number")
}

async fn owner(stage: &Stage) -> (Account, Peer) {
    let (account, _) = stage.start(OWNER);
    let peer = resolved(&account, "orbit").await;
    (account, peer)
}

#[tokio::test]
async fn statistics_are_asked_for_where_the_channel_says() {
    let stage = Stage::new().await;
    let (account, peer) = owner(&stage).await;
    let stats_dc = account.full_channel(&peer).await.expect("a channel").stats_dc;
    assert_eq!(stats_dc, Some(STATS));
    let stats = account.broadcast_stats(&peer, stats_dc).await.expect("statistics");
    assert_eq!((stats.dc, stats.followers.current, stats.notified_of), (STATS, 1_500.0, 1_500.0));
    assert!(stats.since < stats.until && stats.views_per_post.current > 0.0);
    assert_eq!(stage.called_in(BROADCAST), [STATS]);

    // the first four come filled, the others later
    assert_eq!(last(&stats.growth).to_bits(), 1_500_f64.to_bits());
    assert!(matches!(stats.top_hours, Graph::Filled { .. }));
    assert!(matches!(&stats.interactions, Graph::Async { .. }));
    let interactions = loaded(&account, stats.dc, &stats.interactions).await.expect("a graph");
    assert!(last(&interactions) > 0.0);
    // graph_polls = 2: still async once
    assert_eq!(stage.called_in("stats.loadAsyncGraph"), [STATS, STATS]);
    let nothing = loaded(&account, stats.dc, &stats.story_interactions).await.expect("an answer");
    assert!(matches!(nothing, Graph::Error { .. }), "no stories: {nothing:?}");

    let newest = &stats.recent_posts[0];
    let counters = account.views(&peer, &[newest.message_id]).await.expect("an answer")[0].expect("counters");
    assert_eq!(counters.views, Some(newest.views));

    // the answer as it came can be read by whoever speaks the schema
    let enums::stats::BroadcastStats::Stats(raw) = enums::stats::BroadcastStats::from_bytes(&stats.raw).expect("TL");
    assert_eq!(raw.recent_posts_interactions.len(), stats.recent_posts.len());
    assert_eq!(stats.graphs().map(|(name, _)| name).len(), 12);
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn home_sends_on_where_the_data_centre_is_not_known() {
    let stage = Stage::new().await;
    let (account, peer) = owner(&stage).await;
    let stats = account.broadcast_stats(&peer, None).await.expect("statistics");
    assert_eq!((stats.dc, stage.called_in(BROADCAST)), (STATS, vec![HOME, STATS]));
    assert_eq!((stage.called_in(EXPORT), stage.called_in(IMPORT)), (vec![HOME], vec![STATS]));
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn the_account_is_brought_there_once() {
    let stage = Stage::with("latency_ms = 20").await;
    let (account, peer) = owner(&stage).await;
    let ask = || account.broadcast_stats(&peer, Some(STATS));
    let (one, other, third) = tokio::join!(ask(), ask(), account.message_stats(&peer, Some(STATS), 1_002));
    assert!(one.is_ok() && other.is_ok() && third.is_ok());
    ask().await.expect("statistics");
    assert_eq!((stage.calls(EXPORT), stage.calls(IMPORT)), (1, 1));

    // forgotten there, it is brought again, once
    stage.befalls_in(Some(STATS), BROADCAST, 1, Fault::Error(401, "AUTH_KEY_UNREGISTERED".to_owned()));
    ask().await.expect("statistics");
    assert_eq!((stage.calls(EXPORT), stage.calls(IMPORT)), (2, 2));
    stage.befalls_in(Some(STATS), BROADCAST, 2, Fault::Error(401, "AUTH_KEY_UNREGISTERED".to_owned()));
    assert!(matches!(ask().await, Err(CallError::SignedOut { .. })));
    assert_eq!(stage.calls(EXPORT), 3);
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn a_session_that_has_ended_says_so_at_home() {
    let stage = Stage::new().await;
    let (account, peer) = owner(&stage).await;
    stage.befalls(EXPORT, 1, Fault::Error(401, "SESSION_REVOKED".to_owned()));
    let refused = account.broadcast_stats(&peer, Some(STATS)).await.expect_err("it has ended");
    assert_eq!(refused, CallError::SignedOut { reason: "SESSION_REVOKED".to_owned() });
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn an_expired_token_is_told_and_reading_again_helps() {
    let stage = Stage::new().await;
    let (account, peer) = owner(&stage).await;
    let stats = account.broadcast_stats(&peer, Some(STATS)).await.expect("statistics");
    stage.telegram.world.advance(3_600);
    let expired = loaded(&account, stats.dc, &stats.languages).await.expect_err("too late");
    assert_eq!(expired, CallError::GraphExpired);
    assert!(expired.is_temporary());
    assert_eq!(account.load_graph(STATS, "made up").await, Err(CallError::GraphExpired));
    let stats = account.broadcast_stats(&peer, Some(STATS)).await.expect("statistics");
    assert!(matches!(loaded(&account, stats.dc, &stats.languages).await, Ok(Graph::Filled { .. })));
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn who_is_no_administrator_gets_none() {
    let stage = Stage::new().await;
    let (account, _) = stage.start(READER);
    let peer = resolved(&account, "orbit").await;
    for stats_dc in [None, Some(STATS)] {
        assert_eq!(account.broadcast_stats(&peer, stats_dc).await, Err(CallError::NotAdministrator));
    }
    assert_eq!(account.message_stats(&peer, None, 1_002).await, Err(CallError::NotAdministrator));
    assert_eq!(account.public_forwards(&peer, None, 1_002, None).await, Err(CallError::NotAdministrator));
    account.stop().await;
    stage.end();
}

#[tokio::test]
async fn of_one_post_views_and_public_forwards() {
    let stage = Stage::new().await;
    let (account, peer) = owner(&stage).await;
    let stats = account.message_stats(&peer, None, 1_002).await.expect("statistics");
    assert_eq!(stats.dc, STATS);
    assert!(matches!(stats.views, Graph::Filled { .. }) && !stats.raw.is_empty());
    assert_eq!(account.message_stats(&peer, Some(STATS), 2).await, Err(CallError::NotFound));

    let page = account.public_forwards(&peer, Some(STATS), 1_002, None).await.expect("forwards");
    assert_eq!((page.total, page.forwards.len(), page.next), (1, 1, None));
    let forward = &page.forwards[0];
    assert_eq!((forward.username.as_deref(), forward.title.as_deref()), (Some("moon"), Some("Moon")));
    assert_eq!(forward.message.as_ref().map(|message| message.id), Some(5));
    account.stop().await;
    stage.end();
}
