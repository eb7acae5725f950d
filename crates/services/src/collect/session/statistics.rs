//! Official statistics: the answer is kept as it came, its graphs become daily facts.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::channels::Channel;
use domain::collect::statistics::{Graph, GraphKind, daily_facts, source_facts};
use domain::ids::ChannelId;
use domain::zone::Zone;
use mtproto::BroadcastStats;
use store::collect::reading::{self, Reading};
use store::collect::statistics::Raw;
use store::collect::watch;

use super::perform::{finish, peer};
use super::plan::Task;
use crate::collect::account::{Asked, Halt, Held};
use crate::{Ctx, Error, Result};

/// Telegram draws graphs while one waits: asked again after a pause, this often.
const POLLS_MAX: u32 = 10;
const PAUSE: Duration = Duration::from_millis(500);

/// What of a channel's statistics has come.
struct Read {
    stats: BroadcastStats,
    /// graphs that have been drawn, as JSON
    drawn: BTreeMap<GraphKind, String>,
}

pub(super) async fn read(ctx: &Ctx, held: &mut Held, channel: &Channel, reading: &Reading) -> Asked<()> {
    let (peer, dc) = (peer(channel, reading), reading.stats_dc.and_then(|dc| i32::try_from(dc).ok()));
    let stats =
        held.ask("stats.getBroadcastStats", async move |account| account.broadcast_stats(&peer, dc).await).await?;
    let read = draw(held, stats).await?;
    let now = ctx.now();
    let today = Zone::utc().day(now);
    let mut tx = ctx.db.write().await?;
    let layer = Some(i64::from(mtproto::LAYER));
    let broadcast = Raw { taken_at: now, kind: "broadcast".to_owned(), layer, raw: read.stats.raw.clone() };
    store::collect::statistics::insert(&mut tx, channel.id, &broadcast).await?;
    let mut graphs = BTreeMap::new();
    for (kind, json) in &read.drawn {
        let raw = Raw { taken_at: now, kind: kind.as_str().to_owned(), layer: None, raw: json.clone().into_bytes() };
        store::collect::statistics::insert(&mut tx, channel.id, &raw).await?;
        match Graph::parse(json) {
            Ok(graph) => _ = graphs.insert(*kind, graph),
            // kept as it came: a program that understands it reads it later
            Err(error) => tracing::warn!(channel = channel.slug(), "graph {}: {error}", kind.as_str()),
        }
    }
    let mut written = match daily_facts(&graphs, today) {
        Ok(facts) => store::collect::upsert_daily(&mut tx, channel.id, &facts).await?,
        Err(error) => {
            tracing::warn!(channel = channel.slug(), "daily facts of official statistics: {error}");
            store::collect::Written::default()
        }
    };
    if let Some(Ok(facts)) = graphs.get(&GraphKind::ViewsBySource).map(|graph| source_facts(graph, today)) {
        written += store::collect::upsert_sources(&mut tx, channel.id, &facts).await?;
    }
    let after = reading::find(&mut tx, channel.id).await?.unwrap_or_else(|| reading.clone());
    reading::upsert(&mut tx, &Reading { stats_at: now, stats_dc: Some(i64::from(read.stats.dc)), ..after }).await?;
    Ok(finish(ctx, held, tx, channel, !written.is_unchanged()).await?)
}

/// Has Telegram draw the graphs. One whose token has expired halts the whole: it is read anew, with fresh tokens.
async fn draw(held: &mut Held, stats: BroadcastStats) -> Asked<Read> {
    let mut drawn = BTreeMap::new();
    let graphs: Vec<(GraphKind, mtproto::Graph)> =
        stats.graphs().into_iter().filter_map(|(name, graph)| Some((name.parse().ok()?, graph.clone()))).collect();
    for (kind, mut graph) in graphs {
        for _ in 0..POLLS_MAX {
            let mtproto::Graph::Async { token } = graph else { break };
            let dc = stats.dc;
            let asked = held
                .ask("stats.loadAsyncGraph", async move |account| {
                    let loaded = account.load_graph(dc, &token).await?;
                    Ok((loaded, token))
                })
                .await;
            graph = match asked {
                Ok((mtproto::Graph::Async { token }, _)) => {
                    tokio::time::sleep(PAUSE).await;
                    mtproto::Graph::Async { token }
                }
                Ok((graph, _)) => graph,
                Err(Halt::Refused(error)) => mtproto::Graph::Error { text: error.to_string() },
                Err(halt) => return Err(halt),
            };
        }
        if let mtproto::Graph::Filled { json, .. } = graph {
            drawn.insert(kind, json);
        }
    }
    Ok(Read { stats, drawn })
}

/// Telegram does not give them: the next look says whether it does again.
pub(super) async fn gave_up(ctx: &Ctx, channel: ChannelId, task: &Task, now: i64) -> Result<(), Error> {
    let mut tx = ctx.db.write().await?;
    match task {
        Task::Forwards(_, post_id) => watch::note_forwards(&mut tx, channel, *post_id, now).await?,
        _ => {
            if let Some(reading) = reading::find(&mut tx, channel).await? {
                reading::upsert(&mut tx, &Reading { stats_at: now, can_view_stats: false, ..reading }).await?;
            }
        }
    }
    Ok(tx.commit().await?)
}
