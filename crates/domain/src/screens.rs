//! What a screen shows, one value each: made by `services` in one go, sent once, drawn by the browser. Shapes only;
//! the numbers come from [`crate::analytics`].

use serde::{Deserialize, Serialize};

use crate::analytics::attention::Attention;
use crate::analytics::curve::{PostCurve, UsualCurve};
use crate::analytics::headline::Headline;
use crate::analytics::outcomes::Outcomes;
use crate::analytics::posts::{AgainstUsual, PostView, PostViews};
use crate::analytics::series::ReachDay;
use crate::analytics::{Dataset, Meta, Window};
use crate::best_time::backtest::{Backtest, Permuted};
use crate::best_time::experiment::{Assignment, Experiment, HourOfWeek, Reading};
use crate::best_time::{self, Advice, Objective};
use crate::channels::Channel;
use crate::collect::edge::Sender;
use crate::coverage::Coverage;
use crate::forecast::{BandPoint, Forecast};
use crate::ids::ExperimentId;
use crate::posts::MediaType;
use crate::zone::Zone;

/// A channel in lists and in the switcher.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChannelCard {
    pub channel: Channel,
    /// [`Channel::slug`]
    pub slug: String,
    /// of the last of the 30 days to the newest reading, people
    pub subscribers: Option<i64>,
    /// median of V(24) / subscribers over the same days; a ratio
    pub err24: Option<f64>,
    /// newest snapshot, unix seconds
    pub as_of: Option<i64>,
    /// how much is stored: posts, snapshots, days with daily facts
    pub posts: i64,
    pub snapshots: i64,
    pub days: i64,
    /// counts writes of facts; another version means other numbers
    pub version: i64,
}

/// How new the numbers are. Another `version` means other numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freshness {
    /// newest snapshot, unix seconds
    pub as_of: Option<i64>,
    /// counts writes of facts
    pub version: i64,
    /// last write of facts, unix seconds
    pub changed_at: i64,
    /// when this was read, unix seconds
    pub read_at: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DashboardScreen {
    pub channel: Channel,
    pub slug: String,
    pub freshness: Freshness,
    pub window: Window,
    pub headline: Headline,
    /// newest first
    pub latest: Vec<LatestPost>,
    /// the band behind the curves of `latest`, up to [`LATEST_CURVE_H`]
    pub usual: UsualCurve,
    /// most urgent first
    pub attention: Vec<Attention>,
    /// one entry a local day of `trend_window`, of the outcome that `headline.measure` names
    pub reach_trend: Vec<ReachDay>,
    /// 30 days whatever the period of the screen
    pub trend_window: Window,
    /// of the headline: sources, freshness, warnings
    pub meta: Meta,
    /// how far the forecasts of `latest` could be trusted; `None` while nothing was measured
    pub forecast_coverage: Option<Coverage>,
}

/// Hours of a post's life that the dashboard's small curves show.
pub const LATEST_CURVE_H: f64 = 24.0;
/// Hours that the comparison of posts shows.
pub const COMPARE_CURVE_H: f64 = 48.0;
/// Hours that the page of one post shows at most.
pub const POST_CURVE_H: f64 = 168.0;
/// Ends that the chart of one post's first days may have, hours: see [`post_span_h`].
pub const POST_SPANS_H: [f64; 6] = [3.0, 6.0, 24.0, 48.0, 72.0, POST_CURVE_H];
/// Posts whose curves can be laid over one another.
pub const COMPARED_POSTS_MAX: usize = 5;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LatestPost {
    pub post: PostView,
    /// hours between its date and `as_of`
    pub age_h: f64,
    /// at 24 h, or at the oldest age reached before
    pub against: Option<AgainstUsual>,
    pub curve: PostCurve,
    /// of a post younger than the oldest age forecast; its band ends at [`LATEST_CURVE_H`]
    pub forecast: Option<PostForecast>,
}

/// What is expected of a young post, made from its readings up to the channel's newest snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PostForecast {
    pub forecast: Forecast,
    /// from the post's newest reading to the end of the curve it is drawn beside, age ascending; empty where that
    /// curve ends earlier
    pub band: Vec<BandPoint>,
}

/// Where the chart of a post's first days ends, hours: the first of [`POST_SPANS_H`] that holds its readings and, of a
/// young post, the next age forecast. What is usual is told up to there: it takes posts of that age, and a channel that
/// posts often has none of a week among those before a young one.
pub fn post_span_h(curve: &PostCurve, forecast: Option<&PostForecast>) -> f64 {
    let newest = curve.points.last().map_or(0.0, |(age_h, _)| *age_h);
    let ahead = forecast.and_then(|forecast| forecast.forecast.next_horizon());
    let end = ahead.map_or(newest, |horizon| newest.max(f64::from(horizon.h)));
    POST_SPANS_H.into_iter().find(|span| *span >= end).unwrap_or(POST_CURVE_H)
}

/// The browser answers every question of the screen itself from `dataset`, which reaches back to the window before
/// and the posts before that which performance and heatmap need.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnalyticsScreen {
    pub slug: String,
    pub freshness: Freshness,
    pub window: Window,
    pub dataset: Dataset,
    /// up to [`COMPARE_CURVE_H`]
    pub usual: UsualCurve,
    /// since the window began
    pub senders: Vec<Sender>,
}

/// Everything about one post.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PostPage {
    pub channel: Channel,
    pub slug: String,
    pub freshness: Freshness,
    /// the channel's clock
    pub zone: Zone,
    /// with the whole text
    pub post: PostView,
    pub views: PostViews,
    /// at 24 h, or at the oldest age reached before
    pub against: Option<AgainstUsual>,
    pub curve: PostCurve,
    /// where the chart of the first days ends: [`post_span_h`]
    pub span_h: f64,
    /// up to `span_h`
    pub usual: UsualCurve,
    /// the posts published before and after it
    pub earlier: Option<PostLink>,
    pub later: Option<PostLink>,
    pub meta: Meta,
    /// of a post younger than the oldest age forecast; its band ends at [`POST_CURVE_H`]
    pub forecast: Option<PostForecast>,
    pub forecast_coverage: Option<Coverage>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PostLink {
    pub post_id: i64,
    /// the text's beginning
    pub title: String,
    pub media_type: Option<MediaType>,
}

/// Curves of up to [`COMPARED_POSTS_MAX`] posts over the usual band.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PostsCompared {
    pub curves: Vec<PostCurve>,
    /// one of each of `curves`, in order; `None` for posts that are not young; bands end at [`COMPARE_CURVE_H`]
    pub forecasts: Vec<Option<PostForecast>>,
    /// up to [`COMPARE_CURVE_H`]
    pub usual: UsualCurve,
    pub forecast_coverage: Option<Coverage>,
}

/// The recommender's own past on this channel, kept from the last run of its backtest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Evidence {
    #[serde(flatten)]
    pub backtest: Backtest,
    pub permuted: Permuted,
    /// unix seconds
    pub made_at: i64,
    /// the channel's data version that it was made of ([`Freshness::version`])
    pub version: i64,
}

/// The answer of commands and the API (metrics §2 *best-times*): advice with its proof.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProvenAdvice {
    #[serde(flatten)]
    pub advice: Advice,
    /// `None` until the backtest of this objective has run
    pub evidence: Option<Evidence>,
}

/// The browser computes the advice itself, and again for other settings:
/// `best_time::recommend(&outcomes.dataset(), &settings)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BestTimeScreen {
    pub channel: Channel,
    pub slug: String,
    pub freshness: Freshness,
    /// the whole history, up to [`crate::analytics::outcomes::POSTS_MAX`] posts
    pub outcomes: Outcomes,
    /// as the channel keeps them, or with nothing excluded
    pub settings: best_time::Settings,
    /// names of all IANA zones, for the choice of a split audience's
    pub zones: Vec<String>,
    /// rules of the zones most audiences live by and of those in `settings`: chosen without asking the server again
    pub near_zones: Vec<Zone>,
    /// at most one an objective, in order
    pub evidence: Vec<(Objective, Evidence)>,
    /// the newest that was not stopped before it began
    pub experiment: Option<ExperimentView>,
    /// settings, proposing, assigning
    pub may_edit: bool,
    /// approving and stopping an experiment
    pub may_approve: bool,
}

/// What an owner is asked to approve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExperimentProposal {
    pub objective: Objective,
    /// on the channel's clock, 2 to [`best_time::experiment::SLOTS_MAX`], each once
    pub slots: Vec<HourOfWeek>,
    /// posts in every slot after which it ends without a claim
    pub blocks: u32,
}

/// A slot experiment of a channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExperimentView {
    pub id: ExperimentId,
    /// unix seconds
    pub created_at: i64,
    /// unix seconds
    pub changed_at: i64,
    /// where it stands is [`Experiment::outcome`]
    pub experiment: Experiment,
    /// in order of their number, one of each of [`Experiment::assignments`]
    pub assigned: Vec<AssignedPost>,
}

/// When an assigned post goes out, and which it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignedPost {
    /// [`Assignment::number`]
    pub number: u32,
    /// beginning of the slot's hour, unix seconds
    pub due_at: i64,
    /// the first post published within that hour; `None` before there is one
    pub post_id: Option<i64>,
}

impl ExperimentView {
    /// The next assignment whose post is still to be published, and when.
    pub fn next(&self) -> Option<(Assignment, AssignedPost)> {
        let waiting = self.experiment.assignments().iter().copied().zip(self.assigned.iter().copied());
        waiting
            .filter(|(assignment, assigned)| assignment.result == Reading::Awaited && assigned.post_id.is_none())
            .min_by_key(|(_, assigned)| assigned.due_at)
    }
}
