//! Following updates: what happens in the channels an account is a member of.
//!
//! grammers' message boxes find gaps and doubles (core.telegram.org/api/updates); asking for differences is ours, with
//! the timeouts and errors of every other call, and so that a difference too long for Telegram becomes
//! [`Update::TooLong`]. The stream is a hint: counters are pushed sparsely and must be polled.

use std::collections::BTreeSet;
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use domain::collect::message::{Message, ReactionCount};
use domain::posts::Counters;
use grammers_client::session::updates::{MessageBoxes, PrematureEndReason, UpdatesLike};
use grammers_tl_types::{enums, functions, types};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until};

use crate::channel::peer;
use crate::error::CallError;
use crate::history::count_unreadable;
use crate::message::{message, reactions};
use crate::wire::Wire;

/// Events kept for a reader that is busy; what does not fit becomes [`Update::TooLong`].
const EVENTS_AHEAD: usize = 1_000;
/// Telegram gives a user no more in one difference of a channel.
const DIFFERENCE_MAX: i32 = 100;
/// Events one after the other that are left out because they cannot be read; then the rest is left out with them.
const UNREADABLE_MAX: u32 = 8;
/// How often the state is noted in the session.
const NOTE_EVERY: Duration = Duration::from_secs(30);
/// Pauses after a difference that could not be had: doubled up to the last.
const PAUSE_MIN: Duration = Duration::from_millis(500);
const PAUSE_MAX: Duration = Duration::from_mins(1);

/// What has happened. Ids of channels are Telegram's, positive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Update {
    Post {
        peer_id: i64,
        message: Message,
    },
    Edited {
        peer_id: i64,
        message: Message,
    },
    Deleted {
        peer_id: i64,
        ids: Vec<i32>,
    },
    /// Of one message; what was not told is `None`.
    Counters {
        peer_id: i64,
        id: i32,
        counters: Counters,
        reactions: Vec<ReactionCount>,
    },
    /// Something was missed: read the channel's history again.
    TooLong {
        peer_id: i64,
    },
    /// Name, rights or membership may be others now: ask for the channel again.
    Changed {
        peer_id: i64,
    },
}

impl Update {
    fn peer_id(&self) -> i64 {
        match self {
            Self::Post { peer_id, .. }
            | Self::Edited { peer_id, .. }
            | Self::Deleted { peer_id, .. }
            | Self::Counters { peer_id, .. }
            | Self::TooLong { peer_id }
            | Self::Changed { peer_id } => *peer_id,
        }
    }
}

/// Updates of one account. Nothing is followed before the first [`Self::next`]; dropping it ends the following.
pub struct UpdateStream {
    begin: Option<oneshot::Sender<()>>,
    events: mpsc::Receiver<Result<Update, CallError>>,
}

impl UpdateStream {
    /// The next event. An error tells what following has met: after one that [ends the
    /// account](CallError::ends_the_account) the stream is over, after any other it goes on by itself. `None`: over.
    pub async fn next(&mut self) -> Option<Result<Update, CallError>> {
        if let Some(begin) = self.begin.take() {
            // the follower has ended: so has the stream
            _ = begin.send(());
        }
        self.events.recv().await
    }

    /// Events that wait for their reader; of 1,000 no more, and then [`Update::TooLong`].
    pub fn waiting(&self) -> usize {
        self.events.len()
    }
}

type Receivers = mpsc::UnboundedReceiver<mpsc::Receiver<UpdatesLike>>;

pub(crate) fn start(wire: &Arc<Wire>, receivers: Receivers) -> (JoinHandle<()>, UpdateStream) {
    let (begin, begun) = oneshot::channel();
    let (events, received) = mpsc::channel(EVENTS_AHEAD);
    let task = tokio::spawn(supervise(Arc::clone(wire), receivers, begun, events));
    (task, UpdateStream { begin: Some(begin), events: received })
}

/// Follows until the account stops. A panic inside (message boxes assert what Telegram promises) costs the state: the
/// next follower begins at the present, and every known channel is to be read again.
async fn supervise(
    wire: Arc<Wire>,
    mut receivers: Receivers,
    mut begun: oneshot::Receiver<()>,
    events: mpsc::Sender<Result<Update, CallError>>,
) {
    let mut source = Source { newest: None };
    loop {
        tokio::select! {
            begin = &mut begun => match begin {
                Ok(()) => break,
                Err(_) => return,
            },
            () = wire.stopping.cancelled() => return,
            // read and thrown away: the difference brings it back
            _ = source.next(&mut receivers) => {}
        }
    }
    let stopping = wire.stopping.clone();
    let mut afresh = false;
    let shared = Arc::new(tokio::sync::Mutex::new((source, receivers)));
    loop {
        let run = follow(Arc::clone(&wire), Arc::clone(&shared), events.clone(), afresh);
        let mut task = tokio::spawn(run);
        let ended = tokio::select! {
            ended = &mut task => ended,
            () = events.closed() => {
                task.abort();
                return;
            }
        };
        match ended {
            Err(error) if error.is_panic() && !stopping.is_cancelled() => {
                tracing::error!(account = %wire.account, "following updates has failed; beginning again");
                afresh = true;
                sleep(PAUSE_MIN).await;
            }
            _ => return,
        }
    }
}

/// Where updates come from: the receiver of the newest pool.
struct Source {
    newest: Option<mpsc::Receiver<UpdatesLike>>,
}

impl Source {
    /// The next updates; a pool that has gone counts as a closed connection.
    async fn next(&mut self, receivers: &mut Receivers) -> UpdatesLike {
        loop {
            let heard = async {
                match &mut self.newest {
                    Some(receiver) => receiver.recv().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                Some(receiver) = receivers.recv() => self.newest = Some(receiver),
                updates = heard => {
                    return updates.unwrap_or_else(|| {
                        self.newest = None;
                        UpdatesLike::ConnectionClosed
                    });
                }
            }
        }
    }
}

async fn follow(
    wire: Arc<Wire>,
    shared: Arc<tokio::sync::Mutex<(Source, Receivers)>>,
    events: mpsc::Sender<Result<Update, CallError>>,
    afresh: bool,
) {
    let mut shared = shared.lock().await;
    let (source, receivers) = &mut *shared;
    let out = Out { events, missed: BTreeSet::new() };
    let mut follower = Follower { wire, boxes: MessageBoxes::new(), out, followed: 0, unreadable: 0 };
    if afresh {
        follower.miss_everything();
    } else {
        follower.boxes = MessageBoxes::load(follower.wire.session.progress());
    }
    let mut note_at = Instant::now() + NOTE_EVERY;
    let mut pause = PAUSE_MIN;
    loop {
        let stopping = follower.wire.stopping.clone();
        let step = tokio::select! {
            biased;
            () = stopping.cancelled() => break,
            step = follower.ask() => step,
        };
        match step {
            Ok(true) => {
                pause = PAUSE_MIN;
                continue;
            }
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(account = %follower.wire.account, %error, "updates cannot be asked for");
                let ends = error.ends_the_account();
                let wait = match &error {
                    CallError::Wait { seconds, .. } => Duration::from_secs(u64::from(*seconds)),
                    _ => pause,
                };
                follower.out.tell(Err(error));
                if ends {
                    break;
                }
                pause = (pause * 2).min(PAUSE_MAX);
                tokio::select! {
                    () = stopping.cancelled() => break,
                    () = sleep(wait) => continue,
                }
            }
        }
        let deadline: Instant = follower.boxes.check_deadlines().into();
        tokio::select! {
            biased;
            () = stopping.cancelled() => break,
            () = sleep_until(note_at) => {
                follower.note();
                note_at = Instant::now() + NOTE_EVERY;
            }
            heard = source.next(receivers) => {
                // a gap is asked for in the next round
                if let Ok((updates, _, chats)) = follower.boxes.process_updates(heard) {
                    follower.hand_on(updates.into_iter().map(|(update, _)| update), &chats);
                    follower.note_newcomers();
                }
            }
            () = follower.out.room(), if follower.out.owes() => {}
            () = sleep_until(deadline) => {}
        }
        follower.out.make_up();
    }
    follower.note();
    follower.out.end();
}

struct Follower {
    wire: Arc<Wire>,
    boxes: MessageBoxes,
    out: Out,
    /// How many channels there were when they were last looked at.
    followed: usize,
    /// Events left out since the last difference that could be read.
    unreadable: u32,
}

impl Follower {
    /// Notes in the session how far updates were read.
    fn note(&self) {
        if !self.boxes.is_empty() {
            self.wire.session.set_progress(self.boxes.session_state());
        }
    }

    /// Notes a channel that is heard of for the first time at once: what is not in the session is not caught up with.
    fn note_newcomers(&mut self) {
        let followed = self.boxes.session_state().channels.len();
        if followed > self.followed {
            self.note();
        }
        self.followed = followed;
    }

    /// Everything known is to be read again, and following begins at the present.
    fn miss_everything(&mut self) {
        let mut known: BTreeSet<i64> = self.wire.session.progress().channels.iter().map(|channel| channel.id).collect();
        known.extend(self.boxes.session_state().channels.iter().map(|channel| channel.id));
        self.out.missed.extend(known);
        self.out.make_up();
        self.boxes = MessageBoxes::new();
    }

    /// One question to Telegram, if there is any to ask.
    async fn ask(&mut self) -> Result<bool, CallError> {
        let home = self.wire.session.home();
        if self.boxes.is_empty() {
            let enums::updates::State::State(state) = self.wire.call(home, &functions::updates::GetState {}).await?;
            self.boxes.set_state(state);
            self.note();
            return Ok(true);
        }
        // marks what is overdue
        self.boxes.check_deadlines();
        if let Some(request) = self.boxes.get_difference() {
            match self.wire.call(home, &request).await {
                Ok(difference) => {
                    if matches!(difference, enums::updates::Difference::TooLong(_)) {
                        let channels = self.boxes.session_state().channels;
                        self.out.missed.extend(channels.iter().map(|channel| channel.id));
                    }
                    let (updates, _, chats) = self.boxes.apply_difference(difference);
                    self.hand_on(updates.into_iter().map(|(update, _)| update), &chats);
                }
                // asked again it would be as unreadable
                Err(CallError::Malformed { .. }) => self.miss_everything(),
                Err(error) => return Err(error),
            }
            return Ok(true);
        }
        let Some(request) = self.boxes.get_channel_difference() else { return Ok(false) };
        self.ask_about_channel(home, request).await?;
        Ok(true)
    }

    async fn ask_about_channel(
        &mut self,
        home: i32,
        mut request: functions::updates::GetChannelDifference,
    ) -> Result<(), CallError> {
        let enums::InputChannel::Channel(types::InputChannel { channel_id, .. }) = request.channel else {
            return Ok(());
        };
        let Some(access_hash) = self.wire.session.channel(channel_id) else {
            // it can only be read by whoever finds it again
            self.boxes.end_channel_difference(PrematureEndReason::Banned);
            self.out.tell(Ok(Update::TooLong { peer_id: channel_id }));
            return Ok(());
        };
        request.channel = types::InputChannel { channel_id, access_hash }.into();
        request.limit = DIFFERENCE_MAX;
        let answer = loop {
            match self.wire.call(home, &request).await {
                // a smaller one may end before what cannot be read
                Err(CallError::Malformed { .. }) if request.limit > 1 => request.limit /= 2,
                answer => break answer,
            }
        };
        match answer {
            Ok(difference) => self.apply(channel_id, difference),
            Err(CallError::Private | CallError::NotFound) => {
                self.boxes.end_channel_difference(PrematureEndReason::Banned);
                self.out.tell(Ok(Update::Changed { peer_id: channel_id }));
            }
            Err(error @ CallError::Malformed { .. }) => self.leave_out(channel_id, request.pts, &error),
            Err(CallError::Refused { name, .. }) if name.starts_with("PERSISTENT_TIMESTAMP_") => {
                if name == "PERSISTENT_TIMESTAMP_OUTDATED" {
                    self.boxes.end_channel_difference(PrematureEndReason::TemporaryServerIssues);
                } else {
                    self.give_up(channel_id);
                }
            }
            Err(error) if error.is_temporary() && matches!(error, CallError::Refused { .. }) => {
                self.boxes.end_channel_difference(PrematureEndReason::TemporaryServerIssues);
            }
            Err(error @ CallError::Refused { .. }) => {
                tracing::warn!(account = %self.wire.account, channel_id, %error, "a channel is not followed any more");
                self.give_up(channel_id);
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Goes past an event that cannot be read. Whoever reads the history again sees what can be seen of it.
    fn leave_out(&mut self, channel_id: i64, pts: i32, error: &CallError) {
        count_unreadable(1);
        tracing::warn!(account = %self.wire.account, channel_id, pts, %error, "an event cannot be read");
        self.unreadable += 1;
        self.give_up(channel_id);
        if self.unreadable <= UNREADABLE_MAX {
            self.boxes.try_set_channel_state(channel_id, pts + 1);
            // asks for what comes after it
            let update = types::UpdateChannelTooLong { channel_id, pts: None }.into();
            let heard = enums::Updates::UpdateShort(types::UpdateShort { update, date: 0 });
            _ = self.boxes.process_updates(UpdatesLike::Updates(heard));
        }
    }

    /// Forgets how far the channel was read; its next update begins anew.
    fn give_up(&mut self, channel_id: i64) {
        self.boxes.end_channel_difference(PrematureEndReason::Banned);
        self.out.tell(Ok(Update::TooLong { peer_id: channel_id }));
    }

    fn apply(&mut self, channel_id: i64, mut difference: enums::updates::ChannelDifference) {
        self.unreadable = 0;
        if let enums::updates::ChannelDifference::TooLong(long) = &difference {
            if !matches!(&long.dialog, enums::Dialog::Dialog(dialog) if dialog.pts.is_some()) {
                // the message box insists on it
                self.give_up(channel_id);
                return;
            }
            self.out.tell(Ok(Update::TooLong { peer_id: channel_id }));
        }
        // the message box goes on to the end of a difference first, and then takes edits and deletions for old news
        let others = match &mut difference {
            enums::updates::ChannelDifference::Difference(difference) => mem::take(&mut difference.other_updates),
            _ => Vec::new(),
        };
        let (updates, _, chats) = self.boxes.apply_channel_difference(difference);
        self.hand_on(updates.into_iter().map(|(update, _)| update).chain(others), &chats);
    }

    fn hand_on(&mut self, updates: impl Iterator<Item = enums::Update>, chats: &[enums::Chat]) {
        for chat in chats {
            if let enums::Chat::Channel(channel) = chat
                && let Some(peer) = peer(channel.clone())
            {
                self.wire.session.remember_channel(peer.id, peer.access_hash);
            }
        }
        for update in updates {
            if let Some(update) = read(update, chats) {
                self.out.tell(Ok(update));
            }
        }
    }
}

/// Events to the reader, and what there was no room for.
struct Out {
    events: mpsc::Sender<Result<Update, CallError>>,
    missed: BTreeSet<i64>,
}

impl Out {
    fn tell(&mut self, event: Result<Update, CallError>) {
        self.make_up();
        if let Err(mpsc::error::TrySendError::Full(event)) = self.events.try_send(event) {
            match event {
                // read anyway
                Ok(Update::Counters { .. }) | Err(_) => {}
                Ok(update) => drop(self.missed.insert(update.peer_id())),
            }
        }
    }

    /// Says of which channels something was missed, as far as there is room by now.
    fn make_up(&mut self) {
        while let Some(peer_id) = self.missed.first().copied() {
            if self.events.try_send(Ok(Update::TooLong { peer_id })).is_err() {
                break;
            }
            self.missed.remove(&peer_id);
        }
    }
}

impl Out {
    /// There is something to say to somebody who may come to hear it.
    fn owes(&self) -> bool {
        !self.missed.is_empty() && !self.events.is_closed()
    }

    async fn room(&self) {
        _ = self.events.reserve().await;
    }

    /// Noted as read, so nobody would tell it again: it waits for room as long as there is a reader.
    fn end(self) {
        let Self { events, missed } = self;
        if !missed.is_empty() {
            tokio::spawn(async move {
                for peer_id in missed {
                    if events.send(Ok(Update::TooLong { peer_id })).await.is_err() {
                        break;
                    }
                }
            });
        }
    }
}

/// An update in the product's words; `None` for what is not about a channel's messages.
fn read(update: enums::Update, chats: &[enums::Chat]) -> Option<Update> {
    use enums::Update as Raw;
    match update {
        Raw::NewChannelMessage(new) => {
            let peer_id = channel_of(&new.message)?;
            message(new.message, chats).map(|message| Update::Post { peer_id, message })
        }
        Raw::EditChannelMessage(edit) => {
            let peer_id = channel_of(&edit.message)?;
            message(edit.message, chats).map(|message| Update::Edited { peer_id, message })
        }
        Raw::DeleteChannelMessages(gone) => Some(Update::Deleted { peer_id: gone.channel_id, ids: gone.messages }),
        Raw::ChannelMessageViews(views) => {
            let counters = Counters { views: Some(i64::from(views.views)), ..Counters::default() };
            Some(Update::Counters { peer_id: views.channel_id, id: views.id, counters, reactions: Vec::new() })
        }
        Raw::ChannelMessageForwards(forwards) => {
            let counters = Counters { forwards: Some(i64::from(forwards.forwards)), ..Counters::default() };
            Some(Update::Counters { peer_id: forwards.channel_id, id: forwards.id, counters, reactions: Vec::new() })
        }
        Raw::MessageReactions(given) => {
            let enums::Peer::Channel(types::PeerChannel { channel_id: peer_id }) = given.peer else { return None };
            let reactions = reactions(&given.reactions);
            let sum = reactions.iter().map(|reaction| reaction.count).sum();
            let counters = Counters { reactions: Some(sum), ..Counters::default() };
            Some(Update::Counters { peer_id, id: given.msg_id, counters, reactions })
        }
        Raw::Channel(channel) => Some(Update::Changed { peer_id: channel.channel_id }),
        _ => None,
    }
}

fn channel_of(message: &enums::Message) -> Option<i64> {
    let peer = match message {
        enums::Message::Message(message) => &message.peer_id,
        enums::Message::Service(message) => &message.peer_id,
        enums::Message::Empty(_) => return None,
    };
    match peer {
        enums::Peer::Channel(peer) => Some(peer.channel_id),
        _ => None,
    }
}
