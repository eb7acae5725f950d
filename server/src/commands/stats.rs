//! `stats`: one question about one channel, as text, JSON or a picture.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use charts::render::Renderer;
use charts::{Frame, Language, Palette, Picture, Spec, Style, Words};
use domain::analytics::content::Content;
use domain::analytics::daily::Day;
use domain::analytics::growth::Growth;
use domain::analytics::heatmap::HeatCell;
use domain::analytics::overview::Overview;
use domain::analytics::posts::PostView;
use domain::analytics::reach::Reach;
use domain::analytics::sources::Sources;
use domain::analytics::summary::{Span, Summary};
use domain::analytics::trending::TrendingPost;
use domain::analytics::view_curve::CurvePoint;
use domain::analytics::{Answer, Meta, Query, Window};
use domain::best_time::Objective;
use domain::channels::ChannelRef;
use domain::screens::ProvenAdvice;
use domain::zone::Zone;
use serde::Serialize;
use services::{Ctx, Viewer, analytics, best_time, channels};

use super::table::{Node, Reading, week};
use super::{Shell, print_line};
use crate::failure::Failure;
use crate::site_files::SiteFiles;

/// Answer one question about a channel
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  analyticbot stats my_channel reach
  analyticbot stats my_channel top --from 2025-06-01 --to 2025-07-01 --sort views --limit 20
  analyticbot stats my_channel view-curve --hours 1,24,168 --json
  analyticbot stats my_channel growth --png growth.png
  analyticbot stats my_channel daily --by month --from 2023-01-01
  analyticbot stats my_channel best-time --objective 24h

Every number is defined in the documentation under the name it has here.")]
pub struct Args {
    /// Username with or without @, or Telegram's id
    channel: String,
    #[arg(value_enum)]
    question: Question,
    /// First day, or an instant
    #[arg(long, value_name = "DAY|INSTANT")]
    from: Option<String>,
    /// The day after the last, or an instant
    #[arg(long, value_name = "DAY|INSTANT")]
    to: Option<String>,
    /// Time zone of days and hours, e.g. Asia/Tashkent or UTC [default: the channel's]
    #[arg(long, value_name = "ZONE")]
    tz: Option<String>,
    /// Ages in hours for view-curve and reach, e.g. 1,24,168
    #[arg(long, value_name = "LIST")]
    hours: Option<String>,
    /// Widest hole between snapshots to bridge, in hours, or any
    #[arg(long, value_name = "HOURS|any")]
    max_gap: Option<String>,
    /// What stands for a post's reach in heatmap and content: reach24 or total
    #[arg(long, value_name = "MEASURE")]
    measure: Option<String>,
    /// Order of top: er, views, forwards, reactions, replies, date or performance
    #[arg(long, value_name = "FIELD")]
    sort: Option<String>,
    /// Rows of top
    #[arg(long, value_name = "N")]
    limit: Option<String>,
    /// Views a post needs to be in top
    #[arg(long, value_name = "N")]
    min_views: Option<String>,
    /// Views that a best time is good for: 3h, 24h or total [default: the channel's]
    #[arg(long, value_name = "OBJECTIVE")]
    objective: Option<Objective>,
    /// Weeks or months instead of days, for daily: week or month, whole ones, in the channel's time zone
    #[arg(long, value_name = "SPAN")]
    by: Option<Span>,
    /// Draw the answer into this file instead
    #[arg(long, value_name = "FILE")]
    png: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Question {
    /// sums, averages, subscribers and their growth
    Overview,
    /// day by day
    Daily,
    /// subscribers who came and left
    Growth,
    /// what a post has reached at each age: the headline
    Reach,
    /// mean and median views by age
    ViewCurve,
    /// the posts with most of something
    Top,
    /// where the views came from
    Sources,
    /// media type, length, hashtags, weekday, posts a day
    Content,
    /// weekday and hour
    Heatmap,
    /// posts above what was to be expected
    Trending,
    /// when to post, if it matters, and how the advice did in the past
    BestTime,
}

/// An answer of any question; as JSON just the answer.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Asked {
    Overview(Answer<Overview>),
    Daily(Answer<Vec<Day>>),
    Summaries(Answer<Vec<Summary>>),
    Growth(Answer<Growth>),
    Reach(Answer<Reach>),
    ViewCurve(Answer<Vec<CurvePoint>>),
    Top(Answer<Vec<PostView>>),
    Sources(Answer<Sources>),
    Content(Answer<Content>),
    Heatmap(Answer<Vec<HeatCell>>),
    Trending(Answer<Vec<TrendingPost>>),
    BestTime(Advised),
}

/// Advice, and the week it is drawn as.
#[derive(Debug, Serialize)]
struct Advised {
    #[serde(flatten)]
    answer: Answer<ProvenAdvice>,
    #[serde(skip)]
    week: Vec<HeatCell>,
}

impl Args {
    fn query(&self) -> Result<Query, Failure> {
        let given = [
            ("from", &self.from),
            ("to", &self.to),
            ("tz", &self.tz),
            ("hours", &self.hours),
            ("max_gap", &self.max_gap),
            ("measure", &self.measure),
            ("sort", &self.sort),
            ("limit", &self.limit),
            ("min_views", &self.min_views),
        ];
        let mut query = Query::default();
        for (name, value) in given {
            if let Some(value) = value {
                query.set(name, value).map_err(services::Error::from)?;
            }
        }
        if self.question == Question::BestTime
            && let Some((name, _)) = given.iter().find(|(name, value)| value.is_some() && *name != "tz")
        {
            let option = name.replace('_', "-");
            return Err(Failure::usage(
                *name,
                format!("--{option}: best-time looks at the whole history of a channel"),
            ));
        }
        if self.by.is_some() && self.question != Question::Daily {
            return Err(Failure::usage("by", "--by: only daily has rows of a day"));
        }
        if self.question != Question::BestTime && self.objective.is_some() {
            return Err(Failure::usage("objective", "--objective: only best-time has objectives"));
        }
        Ok(query)
    }

    fn asked_of_times(&self) -> Result<best_time::Asked, Failure> {
        let tz = self.tz.as_deref().map(super::zone_named).transpose()?;
        Ok(best_time::Asked { objective: self.objective, tz, seed: None })
    }
}

pub async fn run(shell: &Shell, args: Args) -> Result<ExitCode, Failure> {
    let query = args.query()?;
    let (ctx, viewer) = shell.operator().await?;
    let channel = ChannelRef::parse(&args.channel);
    let times = args.asked_of_times()?;
    let asked = match args.by {
        Some(span) => analytics::summaries(&ctx, &viewer, &channel, &query, span).await.map(Asked::Summaries),
        None => ask(&ctx, &viewer, &channel, args.question, &query, &times).await,
    };
    let asked = asked.map_err(|error| super::of_channel(error, &args.channel))?;
    match &args.png {
        Some(file) => draw(shell, &ctx, &viewer, &channel, &query, &asked, file).await,
        None if shell.json => shell.say(&asked, String::new),
        None => {
            print_line(asked.text()?.trim_end());
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn ask(
    ctx: &Ctx,
    viewer: &Viewer,
    channel: &ChannelRef,
    question: Question,
    query: &Query,
    times: &best_time::Asked,
) -> services::Result<Asked> {
    Ok(match question {
        Question::Overview => Asked::Overview(analytics::overview(ctx, viewer, channel, query).await?),
        Question::Daily => Asked::Daily(analytics::daily(ctx, viewer, channel, query).await?),
        Question::Growth => Asked::Growth(analytics::growth(ctx, viewer, channel, query).await?),
        Question::Reach => Asked::Reach(analytics::reach(ctx, viewer, channel, query).await?),
        Question::ViewCurve => Asked::ViewCurve(analytics::view_curve(ctx, viewer, channel, query).await?),
        Question::Top => Asked::Top(analytics::top(ctx, viewer, channel, query).await?),
        Question::Sources => Asked::Sources(analytics::sources(ctx, viewer, channel, query).await?),
        Question::Content => Asked::Content(analytics::content(ctx, viewer, channel, query).await?),
        Question::Heatmap => Asked::Heatmap(analytics::heatmap(ctx, viewer, channel, query).await?),
        Question::Trending => Asked::Trending(analytics::trending(ctx, viewer, channel, query).await?),
        Question::BestTime => Asked::BestTime(Advised {
            answer: best_time::best_times(ctx, viewer, channel, times).await?,
            week: best_time::week(ctx, viewer, channel, times).await?.into_iter().map(heat_cell).collect(),
        }),
    })
}

impl Asked {
    fn meta(&self) -> &Meta {
        match self {
            Self::Overview(answer) => &answer.meta,
            Self::Daily(answer) => &answer.meta,
            Self::Summaries(answer) => &answer.meta,
            Self::Growth(answer) => &answer.meta,
            Self::Reach(answer) => &answer.meta,
            Self::ViewCurve(answer) => &answer.meta,
            Self::Top(answer) => &answer.meta,
            Self::Sources(answer) => &answer.meta,
            Self::Content(answer) => &answer.meta,
            Self::Heatmap(answer) => &answer.meta,
            Self::Trending(answer) => &answer.meta,
            Self::BestTime(advised) => &advised.answer.meta,
        }
    }

    /// The data, then what they are about and what is partial about them.
    fn text(&self) -> Result<String, Failure> {
        let meta = self.meta();
        let zone = Zone::find(&meta.tz).map_err(services::Error::from)?;
        let mut text = if let Self::Heatmap(answer) = self {
            week(&answer.data)
        } else {
            let json = serde_json::to_string(self).map_err(|error| Failure::failed("json", error.to_string()))?;
            let Ok(Node::Object(fields)) = serde_json::from_str(&json) else { unreachable!("an answer is an object") };
            let data = fields.into_iter().find(|(name, _)| name == "data").map_or(Node::Null, |(_, data)| data);
            let bounds_are_ratios = matches!(self, Self::Content(_) | Self::BestTime(_));
            Reading { zone: zone.clone(), bounds_are_ratios }.text(&data)
        };
        if let Self::BestTime(advised) = self {
            text = format!("{}\n\n{text}", super::advice::sentence(&advised.answer.data.advice));
        }
        let moment = |at: i64| zone.local(at).strftime("%Y-%m-%d %H:%M").to_string();
        let sources: Vec<String> = meta.sources.iter().map(|source| format!("{source:?}").to_lowercase()).collect();
        _ = write!(text, "\n{} to {} {}, {}", moment(meta.from), moment(meta.to), meta.tz, sources.join(", "));
        if let Some(as_of) = meta.as_of {
            _ = write!(text, ", as of {}", moment(as_of));
        }
        text.push('\n');
        for warning in &meta.warnings {
            _ = writeln!(text, "note: {warning}");
        }
        Ok(text)
    }
}

/// The hours of the week as the heatmap draws them.
fn heat_cell(cell: domain::best_time::Cell) -> HeatCell {
    let domain::best_time::Cell { dow, hour, n, lift, .. } = cell;
    HeatCell { dow, hour, n: u64::from(n), median: None, score: None, lift: Some(lift) }
}

async fn draw(
    shell: &Shell,
    ctx: &Ctx,
    viewer: &Viewer,
    channel: &ChannelRef,
    query: &Query,
    asked: &Asked,
    file: &Path,
) -> Result<ExitCode, Failure> {
    let channel = channels::find(ctx, viewer, channel).await?;
    let meta = asked.meta();
    let window = Window::new(meta.from, meta.to, Zone::find(&meta.tz).map_err(services::Error::from)?);
    let words = Words::of(Language::En);
    let picture = Picture::new(&channel.title, channel.demo, &window, meta, &words);
    let style = Style { words: &words, palette: &Palette::light(), frame: &Frame::Picture(picture) };
    let spec = asked.spec(query, &style);
    let option = spec
        .ok_or_else(|| Failure::usage("by", "--by: days are drawn, not weeks or months: leave --by or --png away"))?
        .option;
    let bundle = SiteFiles::of_this_build().chart_renderer().await;
    let bundle = bundle.ok_or_else(|| {
        Failure::failed("renderer", "this build carries no chart renderer: build it with ./dev build --release")
    })?;
    let png = tokio::task::spawn_blocking(move || {
        let (width, height) = Picture::SIZE;
        Renderer::new(&bundle)?.png(&option, width, height, Picture::SCALE)
    });
    let png = match png.await {
        Ok(drawn) => drawn.map_err(|error| Failure::failed("renderer", error.to_string()))?,
        Err(error) => return Err(Failure::failed("renderer", error.to_string())),
    };
    std::fs::write(file, &png).map_err(|error| super::cannot_write(file, &error))?;
    shell.say(&serde_json::json!({ "png": file, "bytes": png.len() }), || format!("{} is drawn", file.display()))
}

impl Asked {
    /// `None` where nothing is drawn.
    fn spec(&self, query: &Query, style: &Style) -> Option<Spec> {
        Some(match self {
            Self::Summaries(_) => return None,
            Self::Overview(answer) => charts::overview::spec(&answer.data, style),
            Self::Daily(answer) => charts::daily::spec(&answer.data, style),
            Self::Growth(answer) => charts::growth::spec(&answer.data, style),
            Self::Reach(answer) => charts::reach_by_age::spec(&answer.data, None, style),
            Self::ViewCurve(answer) => charts::view_curve::spec(&answer.data, style),
            Self::Top(answer) => charts::top::spec(&answer.data, query.sort.unwrap_or_default(), style),
            Self::Sources(answer) => charts::sources::shares(&answer.data, style),
            Self::Content(answer) => charts::content::spec(&answer.data, None, style),
            Self::Heatmap(answer) => charts::heatmap::spec(&answer.data, None, style),
            Self::Trending(answer) => charts::trending::spec(&answer.data, style),
            Self::BestTime(advised) => charts::heatmap::spec(&advised.week, None, style),
        })
    }
}
