//! A page of a public preview becomes facts, in the unit of work that also says how far the channel has been read.

use ::preview::{Page, Post, Validators};
use domain::analytics::history::DailyFact;
use domain::channels::Channel;
use domain::collect::connection::Mode;
use domain::collect::label::CountLabel;
use domain::collect::unread::Stretch;
use domain::posts::{Counters, MediaType, Snapshot, Source};
use domain::zone::Zone;
use store::Tx;
use store::collect::preview as progress;
use store::collect::{PostFacts, Series, connections};

use crate::{Ctx, Result};

/// Counts of an older post are kept only when they have moved: they stand still for weeks.
const YOUNG_S: i64 = 7 * 86_400;

/// Which posts a page was asked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reach<'a> {
    /// the newest; by what the server will know this page again
    Newest(&'a Validators),
    /// those before an id
    Before(i64),
}

/// What a page told that was not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Told {
    pub new_posts: u64,
    pub snapshots: u64,
}

pub(super) async fn page(ctx: &Ctx, tx: &mut Tx, channel: &Channel, page: &Page, reach: Reach<'_>) -> Result<Told> {
    let now = ctx.now();
    let ids = || page.posts.iter().map(|post| post.id);
    let known = store::collect::find_posts(tx, channel.id, ids()).await?;
    let facts: Vec<PostFacts> = page.posts.iter().map(post_facts).collect();
    let series: Vec<Series> = page.posts.iter().filter_map(|post| reading(post, known.get(&post.id), now)).collect();
    let posts = store::collect::upsert_posts(tx, channel.id, &facts).await?;
    let snapshots = store::collect::merge_snapshots(tx, channel.id, &series).await?;
    let mut written = posts;
    written += snapshots;
    if let (Reach::Newest(_), Some(members)) = (reach, page.channel.members) {
        let today = DailyFact {
            subscribers: Some(members.representative()),
            ..DailyFact::told_by(Source::Preview, Zone::utc().day(now))
        };
        written += store::collect::upsert_daily(tx, channel.id, &[today]).await?;
    }
    remember(tx, channel, page, reach).await?;
    connections::heard(tx, channel.id, Mode::Preview, now).await?;
    if !written.is_unchanged() {
        store::collect::bump(tx, channel.id, now).await?;
    }
    Ok(Told { new_posts: posts.inserted, snapshots: snapshots.inserted })
}

fn post_facts(post: &Post) -> PostFacts {
    PostFacts {
        post_id: post.id,
        date_utc: post.date,
        // the reading says
        counters: Counters::default(),
        counted_at: None,
        // what the page cannot show at all, it does not tell
        media_type: Some(post.media).filter(|media| *media != MediaType::Other),
        album_size: post.album_size,
        forwarded: Some(post.forwarded),
        source: Source::Preview,
        text: post.text.clone(),
    }
}

/// The counts of a post as a reading; none of a post that a more exact source describes, which would be rounded by it
/// (`docs/provenance.md`).
fn reading(post: &Post, known: Option<&PostFacts>, now: i64) -> Option<Series> {
    if known.is_some_and(|known| !Source::Preview.is_believed_against(known.source)) {
        return None;
    }
    let counters = Counters {
        views: post.views.map(CountLabel::representative),
        reactions: post.reactions.map(CountLabel::representative),
        ..Counters::default()
    };
    let has_moved = known.is_none_or(|known| store::series::overlay(known.counters, counters) != known.counters);
    let is_told = counters != Counters::default() && (has_moved || now - post.date < YOUNG_S);
    is_told.then(|| Series { post_id: post.id, snapshots: vec![Snapshot { at: now, counters }] })
}

/// Notes which posts have been read now.
async fn remember(tx: &mut Tx, channel: &Channel, page: &Page, reach: Reach<'_>) -> Result<()> {
    // all posts from here on were on the page
    let first = page.before.unwrap_or(0);
    let mut unread = progress::list_unread(tx, channel.id).await?;
    let end = match reach {
        Reach::Before(before) => before,
        Reach::Newest(validators) => {
            let before = progress::find(tx, channel.id).await?.unwrap_or_default();
            let newest = page.posts.last().map_or(0, |post| post.id).max(before.newest_id);
            unread.push(Stretch { after: before.newest_id, before: newest + 1 });
            let after = progress::Progress {
                newest_id: newest,
                etag: validators.etag.clone(),
                last_modified: validators.last_modified.clone(),
                ..before
            };
            progress::upsert(tx, channel.id, &after).await?;
            newest + 1
        }
    };
    let mut left: Vec<Stretch> = unread.into_iter().flat_map(|stretch| stretch.without(first, end)).collect();
    left.sort_unstable_by_key(|stretch| std::cmp::Reverse(stretch.before));
    Ok(progress::replace_unread(tx, channel.id, &left).await?)
}
