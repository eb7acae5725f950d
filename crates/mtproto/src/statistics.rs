//! Official statistics: asked for in their data centre, where the account is brought once.
//!
//! Where that is, the channel says (`stats_dc`), or home does by `STATS_MIGRATE`. The account is unknown there until its
//! authorisation has been exported from home and imported; then that data centre's key is good for it. Graphs are loaded
//! in the data centre that named them.

use domain::collect::message::Message;
use grammers_tl_types::{Identifiable, RemoteCall, enums, functions, types};
use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::channel::{Peer, public_name};
use crate::error::{CallError, MIGRATE};
use crate::history::PAGE_MAX;
use crate::message::message;

/// From home to the right data centre is one step; a second is odd, a third a circle.
const MIGRATIONS_MAX: usize = 2;

/// A graph, or what stands in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Graph {
    /// JSON as official clients draw it (telegram.org: `columns`, `types`, `names`, …).
    Filled { json: String, zoom_token: Option<String> },
    /// Telegram is drawing it: [`Account::load_graph`] with this token, after a pause, in the same data centre.
    Async { token: String },
    /// Too little data, most often; a normal state.
    Error { text: String },
}

/// A number now and in the period before.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub current: f64,
    pub previous: f64,
}

/// What the statistics page of a channel shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BroadcastStats {
    /// Its graphs are loaded here.
    pub dc: i32,
    /// Unix seconds.
    pub since: i64,
    pub until: i64,
    pub followers: Change,
    pub views_per_post: Change,
    pub shares_per_post: Change,
    pub reactions_per_post: Change,
    /// Followers with notifications on, of how many.
    pub notified: f64,
    pub notified_of: f64,
    pub growth: Graph,
    pub followers_by_day: Graph,
    pub mute: Graph,
    pub top_hours: Graph,
    pub interactions: Graph,
    pub instant_views: Graph,
    pub views_by_source: Graph,
    pub new_followers_by_source: Graph,
    pub languages: Graph,
    pub reactions_by_emotion: Graph,
    pub story_interactions: Graph,
    pub story_reactions_by_emotion: Graph,
    pub recent_posts: Vec<PostInteractions>,
    /// The answer as it came, in the schema of [`crate::LAYER`]: kept for ever.
    #[serde(skip)]
    pub raw: Vec<u8>,
}

/// What a recent post has gathered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostInteractions {
    pub message_id: i32,
    pub views: i64,
    pub forwards: i64,
    pub reactions: i64,
}

/// Of one post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageStats {
    pub dc: i32,
    pub views: Graph,
    pub reactions_by_emotion: Graph,
    #[serde(skip)]
    pub raw: Vec<u8>,
}

/// Where a post was forwarded to, as far as that is public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicForwards {
    pub dc: i32,
    pub total: i64,
    pub forwards: Vec<PublicForward>,
    /// For the next page.
    pub next: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicForward {
    pub channel_id: i64,
    /// Without `@`.
    pub username: Option<String>,
    pub title: Option<String>,
    /// `None` for a story.
    pub message: Option<Message>,
}

impl BroadcastStats {
    /// The graphs with Telegram's names for them.
    pub fn graphs(&self) -> [(&'static str, &Graph); 12] {
        [
            ("growth_graph", &self.growth),
            ("followers_graph", &self.followers_by_day),
            ("mute_graph", &self.mute),
            ("top_hours_graph", &self.top_hours),
            ("interactions_graph", &self.interactions),
            ("iv_interactions_graph", &self.instant_views),
            ("views_by_source_graph", &self.views_by_source),
            ("new_followers_by_source_graph", &self.new_followers_by_source),
            ("languages_graph", &self.languages),
            ("reactions_by_emotion_graph", &self.reactions_by_emotion),
            ("story_interactions_graph", &self.story_interactions),
            ("story_reactions_by_emotion_graph", &self.story_reactions_by_emotion),
        ]
    }
}

impl Account {
    /// `stats_dc`: what [`crate::FullChannel`] says; without it Telegram is asked at home and sends on.
    pub async fn broadcast_stats(&self, peer: &Peer, stats_dc: Option<i32>) -> Result<BroadcastStats, CallError> {
        let request = functions::stats::GetBroadcastStats { dark: false, channel: peer.channel() };
        let (dc, answer, raw) = self.ask_statistics(stats_dc, &request).await?;
        let enums::stats::BroadcastStats::Stats(stats) = answer;
        let enums::StatsDateRangeDays::Days(period) = stats.period;
        let enums::StatsPercentValue::Value(notified) = stats.enabled_notifications;
        Ok(BroadcastStats {
            dc,
            since: i64::from(period.min_date),
            until: i64::from(period.max_date),
            followers: change(&stats.followers),
            views_per_post: change(&stats.views_per_post),
            shares_per_post: change(&stats.shares_per_post),
            reactions_per_post: change(&stats.reactions_per_post),
            notified: notified.part,
            notified_of: notified.total,
            growth: graph(stats.growth_graph),
            followers_by_day: graph(stats.followers_graph),
            mute: graph(stats.mute_graph),
            top_hours: graph(stats.top_hours_graph),
            interactions: graph(stats.interactions_graph),
            instant_views: graph(stats.iv_interactions_graph),
            views_by_source: graph(stats.views_by_source_graph),
            new_followers_by_source: graph(stats.new_followers_by_source_graph),
            languages: graph(stats.languages_graph),
            reactions_by_emotion: graph(stats.reactions_by_emotion_graph),
            story_interactions: graph(stats.story_interactions_graph),
            story_reactions_by_emotion: graph(stats.story_reactions_by_emotion_graph),
            recent_posts: stats.recent_posts_interactions.iter().filter_map(interactions).collect(),
            raw,
        })
    }

    /// May be async once more: ask again after a pause, not for ever.
    pub async fn load_graph(&self, dc: i32, token: &str) -> Result<Graph, CallError> {
        let request = functions::stats::LoadAsyncGraph { token: token.to_owned(), x: None };
        let (_, answer, _) = self.ask_statistics(Some(dc), &request).await?;
        Ok(graph(answer))
    }

    pub async fn message_stats(
        &self,
        peer: &Peer,
        stats_dc: Option<i32>,
        message_id: i32,
    ) -> Result<MessageStats, CallError> {
        let request = functions::stats::GetMessageStats { dark: false, channel: peer.channel(), msg_id: message_id };
        let (dc, answer, raw) = self.ask_statistics(stats_dc, &request).await?;
        let enums::stats::MessageStats::Stats(stats) = answer;
        let reactions_by_emotion = graph(stats.reactions_by_emotion_graph);
        Ok(MessageStats { dc, views: graph(stats.views_graph), reactions_by_emotion, raw })
    }

    /// At most 100 of them, from `offset` on: the `next` of the page before.
    pub async fn public_forwards(
        &self,
        peer: &Peer,
        stats_dc: Option<i32>,
        message_id: i32,
        offset: Option<&str>,
    ) -> Result<PublicForwards, CallError> {
        let request = functions::stats::GetMessagePublicForwards {
            channel: peer.channel(),
            msg_id: message_id,
            offset: offset.unwrap_or_default().to_owned(),
            limit: PAGE_MAX as i32,
        };
        let (dc, answer, _) = self.ask_statistics(stats_dc, &request).await?;
        let enums::stats::PublicForwards::Forwards(page) = answer;
        let chats = page.chats;
        let forwards = page.forwards.into_iter().filter_map(|forward| public_forward(forward, &chats)).collect();
        Ok(PublicForwards { dc, total: i64::from(page.count), forwards, next: page.next_offset })
    }

    /// The answer, where it came from, and its bytes.
    async fn ask_statistics<R>(&self, dc: Option<i32>, request: &R) -> Result<(i32, R::Return, Vec<u8>), CallError>
    where
        R: RemoteCall + Identifiable,
    {
        let home = self.home();
        let mut dc = dc.unwrap_or(home);
        let (mut moved, mut brought_again) = (0, false);
        loop {
            if dc != home {
                self.be_known_in(dc).await?;
            }
            match self.wire.call_keeping(dc, request).await {
                Ok((answer, raw)) => return Ok((dc, answer, raw)),
                Err(CallError::Refused { code: MIGRATE, name, .. }) if moved < MIGRATIONS_MAX => {
                    moved += 1;
                    dc = destination(&name).ok_or_else(|| CallError::Unreachable {
                        detail: format!("Telegram sends on without saying where to ({name})"),
                    })?;
                }
                // the key was forgotten there; only home can say that the session has ended
                Err(CallError::SignedOut { .. }) if dc != home && !brought_again => {
                    brought_again = true;
                    self.wire.session.set_imported(dc, false);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Brings the account from home to another data centre, unless it is there already.
    async fn be_known_in(&self, dc: i32) -> Result<(), CallError> {
        let _one_at_a_time = self.moving.lock().await;
        if self.wire.session.is_imported(dc) {
            return Ok(());
        }
        let export = functions::auth::ExportAuthorization { dc_id: dc };
        let enums::auth::ExportedAuthorization::Authorization(exported) = self.wire.call(self.home(), &export).await?;
        let import = functions::auth::ImportAuthorization { id: exported.id, bytes: exported.bytes };
        self.wire.call(dc, &import).await?;
        self.wire.session.set_imported(dc, true);
        Ok(())
    }
}

/// The data centre that `STATS_MIGRATE_5` and its kind name.
pub(crate) fn destination(name: &str) -> Option<i32> {
    name.rsplit_once('_').and_then(|(_, dc)| dc.parse().ok())
}

fn change(value: &enums::StatsAbsValueAndPrev) -> Change {
    let enums::StatsAbsValueAndPrev::Prev(value) = value;
    Change { current: value.current, previous: value.previous }
}

fn graph(graph: enums::StatsGraph) -> Graph {
    match graph {
        enums::StatsGraph::Graph(types::StatsGraph { json: enums::DataJson::Json(json), zoom_token }) => {
            Graph::Filled { json: json.data, zoom_token }
        }
        enums::StatsGraph::Async(graph) => Graph::Async { token: graph.token },
        enums::StatsGraph::Error(error) => Graph::Error { text: error.error },
    }
}

fn interactions(counters: &enums::PostInteractionCounters) -> Option<PostInteractions> {
    match counters {
        enums::PostInteractionCounters::Message(post) => Some(PostInteractions {
            message_id: post.msg_id,
            views: i64::from(post.views),
            forwards: i64::from(post.forwards),
            reactions: i64::from(post.reactions),
        }),
        enums::PostInteractionCounters::Story(_) => None,
    }
}

fn public_forward(forward: enums::PublicForward, chats: &[enums::Chat]) -> Option<PublicForward> {
    let (peer, forwarded) = match forward {
        enums::PublicForward::Message(forward) => {
            let peer = match &forward.message {
                enums::Message::Message(post) => post.peer_id.clone(),
                _ => return None,
            };
            (peer, message(forward.message, chats))
        }
        enums::PublicForward::Story(forward) => (forward.peer, None),
    };
    let enums::Peer::Channel(types::PeerChannel { channel_id }) = peer else { return None };
    let channel = chats.iter().find_map(|chat| match chat {
        enums::Chat::Channel(channel) if channel.id == channel_id => Some(channel),
        _ => None,
    });
    Some(PublicForward {
        channel_id,
        username: channel.and_then(public_name),
        title: channel.map(|channel| channel.title.clone()),
        message: forwarded,
    })
}
