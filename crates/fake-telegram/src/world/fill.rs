//! Channels as the scenario describes them: from CSV files in the product's import format, made up, or post by post.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use crate::scenario::{ChannelPlan, CsvPlan, GeneratePlan, Media, PostPlan, Scenario};

use super::channel::{Channel, Day, MEMBERS_DEFAULT};
use super::growth::{Counts, Growth};
use super::{ScenarioError, fraction, number};

/// Where the clock starts when nothing says otherwise: 2026-01-01.
const NOW_DEFAULT: i64 = 1_767_225_600;
const DAY_S: i64 = 86_400;
/// Days of made-up facts before the clock starts.
const DAYS_MADE: i64 = 30;
/// Made-up posts begin here, so that all ids have as many digits.
const FIRST_MADE_ID: i32 = 1_001;

/// The channels, and where the clock starts (Unix seconds).
pub fn channels(scenario: &Scenario) -> Result<(BTreeMap<i64, Channel>, i64), ScenarioError> {
    let files: Vec<Option<Vec<CsvPost>>> = scenario
        .channels
        .iter()
        .map(|plan| plan.csv.as_ref().map(|csv| read_posts(&scenario.folder, csv)).transpose())
        .collect::<Result<_, _>>()?;
    let in_files = files.iter().flatten().flatten().map(|post| post.date);
    let named = scenario.channels.iter().flat_map(|plan| &plan.posts).filter_map(|post| post.date);
    let newest = in_files.chain(named.map(jiff::Timestamp::as_second)).max();
    let now =
        scenario.now.map_or_else(|| newest.map_or(NOW_DEFAULT, |newest| newest + 3_600), jiff::Timestamp::as_second);

    let ids: Vec<i64> = scenario.channels.iter().zip(&files).map(|(plan, file)| id(plan, file.as_ref())).collect();
    let names: HashMap<String, i64> =
        scenario.channels.iter().zip(&ids).map(|(plan, id)| (plan.username.clone(), *id)).collect();
    let mut channels = BTreeMap::new();
    for ((plan, file), id) in scenario.channels.iter().zip(files).zip(ids) {
        channels.insert(id, channel(scenario, plan, file, id, now, &names)?);
    }
    Ok((channels, now))
}

/// Telegram's positive id: the plan's, the file's, or one made from the name.
fn id(plan: &ChannelPlan, file: Option<&Vec<CsvPost>>) -> i64 {
    plan.id
        .or_else(|| file.and_then(|posts| posts.first()?.channel_id))
        .unwrap_or_else(|| 1_000_000_000 + (number(0, &plan.username) % 1_000_000_000) as i64)
}

fn channel(
    scenario: &Scenario,
    plan: &ChannelPlan,
    file: Option<Vec<CsvPost>>,
    id: i64,
    now: i64,
    names: &HashMap<String, i64>,
) -> Result<Channel, ScenarioError> {
    let mut channel = Channel::empty(plan, id, now, scenario.seed);
    if let Some(csv) = &plan.csv {
        let taken_at = csv.taken_at.map_or(now, jiff::Timestamp::as_second);
        let readings = csv.snapshots.as_ref().map(|file| read_snapshots(&scenario.folder.join(file), csv));
        place_csv(&mut channel, file.unwrap_or_default(), readings.transpose()?.unwrap_or_default(), taken_at);
        if let Some(daily) = &csv.daily {
            channel.days = read_days(&scenario.folder.join(daily), csv)?;
        }
    }
    if let Some(generate) = &plan.generate {
        place_made(&mut channel, generate, now, names);
    }
    for post in &plan.posts {
        channel.place(post, now, names);
    }
    if channel.days.is_empty() {
        channel.days = made_days(&channel, now);
    } else if plan.members.is_none() {
        channel.members = channel.days.last().map_or(MEMBERS_DEFAULT, |day| day.subscribers as i32);
    }
    channel.created = channel.posts.values().map(|post| post.date).min().unwrap_or(now) - DAY_S;
    channel.pts = channel.posts.len() as i32 + 1;
    Ok(channel)
}

/// Posts of a file; counters pass through the readings and through the file's own at `taken_at`.
fn place_csv(
    channel: &mut Channel,
    posts: Vec<CsvPost>,
    mut readings: HashMap<i32, BTreeMap<i64, Counts>>,
    taken_at: i64,
) {
    for post in posts {
        let mut known = readings.remove(&post.id).unwrap_or_default();
        known.insert(taken_at.max(post.date), post.counts);
        let pace_s = channel.pace_s(post.id);
        let media = Media::named(&post.media);
        let placed = PostPlan { id: Some(post.id), media, text: post.text, ..PostPlan::default() };
        channel.place(&placed, post.date, &HashMap::new());
        if let Some(entry) = channel.posts.get_mut(&post.id) {
            entry.growth = Growth::Readings(known.into_iter().collect());
            entry.pace_s = pace_s;
            // the file has an album as one row: its other messages are holes, as the import's readers count it
            entry.grouped_id =
                (post.media == "album").then(|| number(channel.seed, &format!("{}", post.id)) as i64 >> 1);
        }
    }
}

fn place_made(channel: &mut Channel, plan: &GeneratePlan, now: i64, names: &HashMap<String, i64>) {
    let mut made = 0;
    let mut id = FIRST_MADE_ID;
    while made < plan.posts {
        if plan.hole_every > 0 && id % plan.hole_every == 0 {
            id += 1;
            continue;
        }
        let date = now - 3_600 - i64::from(plan.posts - 1 - made) * plan.every_minutes * 60;
        channel.place(&made_post(channel, plan, id), date, names);
        made += 1;
        id += 1;
    }
}

/// A post that depends on the seed, the channel and its id alone.
pub fn made_post(channel: &Channel, plan: &GeneratePlan, id: i32) -> PostPlan {
    const WORDS: [&str; 8] = ["launch", "orbit", "signal", "moon", "crew", "window", "engine", "dawn"];
    const MEDIA: [Media; 6] = [Media::Text, Media::Photo, Media::Text, Media::Link, Media::Video, Media::Text];
    let of = |what: &str| fraction(channel.seed, &format!("{what} {} {id}", channel.id));
    let views = (plan.views as f64 * (0.4 + 1.6 * of("views").powi(2))).round();
    let word = |n: &str| WORDS[(of(n) * WORDS.len() as f64) as usize];
    PostPlan {
        id: Some(id),
        text: format!("{} {}: note {id}", word("first"), word("second")),
        media: MEDIA[(of("media") * MEDIA.len() as f64) as usize],
        views: Some(views as i64),
        forwards: Some((views * 0.02 * of("forwards")) as i64),
        replies: Some((views * 0.01 * of("replies")) as i64),
        reactions: vec![
            ("👍".to_owned(), (views * 0.03 * of("reactions")) as i64),
            ("🔥".to_owned(), (views * 0.01) as i64),
        ],
        ..PostPlan::default()
    }
}

/// Thirty days of steady growth that ends at the channel's members.
fn made_days(channel: &Channel, now: i64) -> Vec<Day> {
    let today = now.div_euclid(DAY_S) * DAY_S;
    let mut subscribers = i64::from(channel.members);
    let mut days = Vec::new();
    for back in 0..DAYS_MADE {
        let start = today - back * DAY_S;
        let of = |what: &str| fraction(channel.seed, &format!("{what} {} {start}", channel.id));
        let joined = (f64::from(channel.members) * 0.004 * (0.5 + of("joined"))).ceil() as i64;
        let left = (f64::from(channel.members) * 0.002 * (0.5 + of("left"))).floor() as i64;
        days.push(Day { start, subscribers, joined, left, notifications_on: Some(0.35) });
        subscribers -= joined - left;
    }
    days.reverse();
    days
}

impl Media {
    /// The import format's `media_type`; what is not known is a text.
    fn named(name: &str) -> Self {
        match name {
            "photo" | "album" | "media" => Self::Photo,
            "video" => Self::Video,
            "gif" | "animation" => Self::Gif,
            "voice" => Self::Voice,
            "audio" => Self::Audio,
            "sticker" => Self::Sticker,
            "document" | "file" => Self::Document,
            "link" => Self::Link,
            "poll" => Self::Poll,
            _ => Self::Text,
        }
    }
}

// ---- the files ------------------------------------------------------------------------------------------------------

struct CsvPost {
    channel_id: Option<i64>,
    id: i32,
    date: i64,
    counts: Counts,
    media: String,
    text: String,
}

/// A CSV file and where its columns are.
struct Table {
    file: PathBuf,
    reader: csv::Reader<std::fs::File>,
    columns: HashMap<String, usize>,
}

/// One row of it.
struct Cells<'t> {
    file: &'t Path,
    columns: &'t HashMap<String, usize>,
    record: csv::StringRecord,
}

impl Table {
    fn open(file: &Path) -> Result<Self, ScenarioError> {
        let wrong = |error: csv::Error| ScenarioError::File(file.to_owned(), error.to_string());
        let mut reader = csv::Reader::from_path(file).map_err(wrong)?;
        let header = reader.headers().map_err(wrong)?;
        let columns = header.iter().enumerate().map(|(index, name)| (name.to_owned(), index)).collect();
        Ok(Self { file: file.to_owned(), reader, columns })
    }

    /// Hands every row of the channel to `take`.
    fn each(
        mut self,
        channel: Option<&str>,
        mut take: impl FnMut(&Cells<'_>) -> Result<(), ScenarioError>,
    ) -> Result<(), ScenarioError> {
        for record in self.reader.records() {
            let record = record.map_err(|error| ScenarioError::File(self.file.clone(), error.to_string()))?;
            let cells = Cells { file: &self.file, columns: &self.columns, record };
            let fits = channel.is_none_or(|name| cells.text("channel") == name || cells.text("channel_id") == name);
            if fits {
                take(&cells)?;
            }
        }
        Ok(())
    }
}

impl Cells<'_> {
    fn text(&self, column: &str) -> &str {
        self.columns.get(column).and_then(|index| self.record.get(*index)).unwrap_or_default()
    }

    fn wrong(&self, column: &'static str, expected: &'static str) -> ScenarioError {
        let line = self.record.position().map_or(0, csv::Position::line);
        ScenarioError::Cell { file: self.file.to_owned(), line, column, value: self.text(column).to_owned(), expected }
    }

    fn count(&self, column: &'static str) -> Result<Option<i64>, ScenarioError> {
        match self.text(column) {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| self.wrong(column, "a whole number")),
        }
    }

    fn id(&self, column: &'static str) -> Result<i32, ScenarioError> {
        self.text(column).parse().map_err(|_| self.wrong(column, "a message id"))
    }

    /// Unix seconds from an instant or RFC 3339.
    fn instant(&self, column: &'static str) -> Result<i64, ScenarioError> {
        let text = self.text(column);
        let read = text.parse().ok().or_else(|| Some(text.parse::<jiff::Timestamp>().ok()?.as_second()));
        read.ok_or_else(|| self.wrong(column, "Unix seconds or RFC 3339"))
    }

    /// Midnight of a written day, Unix seconds.
    fn day(&self, column: &'static str) -> Result<i64, ScenarioError> {
        let wrong = || self.wrong(column, "a day as 2025-06-01");
        let date: jiff::civil::Date = self.text(column).parse().map_err(|_| wrong())?;
        Ok(date.to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| wrong())?.timestamp().as_second())
    }

    fn counts(&self) -> Result<Counts, ScenarioError> {
        Ok(Counts {
            views: self.count("views")?,
            forwards: self.count("forwards")?,
            reactions: self.count("reactions")?,
            replies: self.count("replies")?,
        })
    }
}

fn read_posts(folder: &Path, plan: &CsvPlan) -> Result<Vec<CsvPost>, ScenarioError> {
    let mut posts = Vec::new();
    Table::open(&folder.join(&plan.posts))?.each(plan.channel.as_deref(), |cells| {
        posts.push(CsvPost {
            channel_id: cells.text("channel_id").parse().ok(),
            id: cells.id("post_id")?,
            date: cells.instant("date_utc")?,
            counts: cells.counts()?,
            media: cells.text("media_type").to_owned(),
            text: cells.text("text").to_owned(),
        });
        Ok(())
    })?;
    Ok(posts)
}

fn read_snapshots(file: &Path, plan: &CsvPlan) -> Result<HashMap<i32, BTreeMap<i64, Counts>>, ScenarioError> {
    let mut readings: HashMap<i32, BTreeMap<i64, Counts>> = HashMap::new();
    Table::open(file)?.each(plan.channel.as_deref(), |cells| {
        readings.entry(cells.id("post_id")?).or_default().insert(cells.instant("taken_at_utc")?, cells.counts()?);
        Ok(())
    })?;
    Ok(readings)
}

fn read_days(file: &Path, plan: &CsvPlan) -> Result<Vec<Day>, ScenarioError> {
    let mut days = Vec::new();
    Table::open(file)?.each(plan.channel.as_deref(), |cells| {
        let subscribers = cells.count("subscribers")?.unwrap_or_default();
        days.push(Day {
            start: cells.day("day")?,
            subscribers,
            joined: cells.count("joined")?.unwrap_or_default(),
            left: cells.count("left")?.unwrap_or_default(),
            notifications_on: cells
                .count("notifications_on")?
                .map(|on| if subscribers > 0 { on as f64 / subscribers as f64 } else { 0.0 }),
        });
        Ok(())
    })?;
    days.sort_by_key(|day: &Day| day.start);
    Ok(days)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::World;

    fn filled(folder: &Path, more: &str) -> Result<std::sync::Arc<World>, ScenarioError> {
        let mut scenario = Scenario::parse(&format!(
            "now = \"2025-06-20T12:00:00Z\"\n[[channels]]\nusername = \"a\"\ncsv = {{ posts = \"posts.csv\"{more} }}\n"
        ))?;
        folder.clone_into(&mut scenario.folder);
        World::new(scenario)
    }

    #[test]
    fn counters_of_a_file_hold_when_they_were_read() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("posts.csv"),
            "channel,post_id,date_utc,views,forwards,reactions,replies,media_type,text\n\
             a,7,2025-06-20T10:00:00Z,500,,,3,album,\"two\nlines\"\n\
             b,8,2025-06-20T10:00:00Z,1,,,,text,other\n",
        )
        .unwrap();
        let daily = "channel,day,subscribers,joined,left,notifications_on\na,2025-06-19,777,5,1,200\n";
        std::fs::write(folder.path().join("daily.csv"), daily).unwrap();
        let snapshots = "channel,post_id,taken_at_utc,views,forwards,reactions,replies\n\
                         a,7,2025-06-20T11:00:00Z,100,,,1\n";
        std::fs::write(folder.path().join("snapshots.csv"), snapshots).unwrap();
        let more = ", snapshots = \"snapshots.csv\", daily = \"daily.csv\", channel = \"a\"";
        let world = filled(folder.path(), more).unwrap();
        let mut state = world.lock();
        let channel = state.channel_named("a").unwrap();
        assert_eq!((channel.posts.len(), channel.members), (1, 777));
        let post = &channel.posts[&7];
        assert_eq!(post.counts(world.clock.now()).views, Some(500));
        assert_eq!(post.counts(world.clock.now() - 3_600).views, Some(100));
        assert_eq!(post.counts(world.clock.now()).forwards, None);
        assert_eq!(post.text, "two\nlines");
        assert!(post.grouped_id.is_some());
    }

    #[test]
    fn a_bad_cell_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("posts.csv"), "post_id,date_utc,views\n1,2025-06-20T10:00:00Z,many\n")
            .unwrap();
        let error = filled(folder.path(), "").err().unwrap().to_string();
        assert!(error.contains("line 2, column `views`: `many` is not a whole number"), "{error}");
    }
}
