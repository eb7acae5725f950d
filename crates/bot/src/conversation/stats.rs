//! `/stats`: the numbers of a channel, what each means, and a picture.

use domain::analytics::headline::{Headline, MetricCard};
use domain::analytics::period::Period;
use domain::analytics::query::Measure;
use domain::channels::ChannelRef;
use domain::links::Link;
use services::analytics;
use services::channels;
use teloxide::types::{InlineKeyboardButton, InlineKeyboardMarkup};

use super::{Done, Press, Talk, web_app};
use crate::texts::Language;

/// The period shown unless another is asked for.
pub const USUAL_DAYS: u16 = 7;
/// Those to choose from.
const DAYS: [u16; 2] = [7, 30];

impl Talk<'_> {
    /// Of the only channel there is; of several one is chosen.
    pub(super) async fn stats_of_one(&self) -> Done {
        match channels::visible(&self.desk.ctx, &self.viewer).await {
            Ok(all) if all.len() == 1 => self.stats(&ChannelRef::parse(&all[0].slug()), Period::Days(USUAL_DAYS)).await,
            Ok(_) => self.channels(0, None).await,
            Err(error) => self.excuse(error).await,
        }
    }

    pub(super) async fn stats(&self, channel: &ChannelRef, period: Period) -> Done {
        let (ctx, viewer, language) = (&self.desk.ctx, &self.viewer, self.language);
        let screen = match analytics::dashboard_screen(ctx, viewer, channel, period).await {
            Ok(screen) => screen,
            Err(error) => return self.excuse(error).await,
        };
        let png = match analytics::picture(ctx, viewer, channel, period, language.code()).await {
            Ok(png) => png,
            Err(error) => {
                tracing::warn!("numbers are sent without their picture: {error}");
                None
            }
        };
        let days = screen.window.days().count() as i64;
        let mut text =
            language.html("stats", &[("channel", screen.channel.title.as_str().into()), ("days", days.into())]);
        for (name, line) in lines(&screen.headline, language) {
            text += "\n\n";
            text += &line.unwrap_or_else(|| language.html(&format!("unknown-{name}"), &[]));
        }
        let chosen = DAYS.into_iter().filter_map(|days| {
            let press = Press::Stats { channel: screen.slug.clone(), days };
            press.button(language.plain("button-days", &[("days", i64::from(days).into())]))
        });
        let open = web_app(self.desk, Some(&Link::Channel { slug: screen.slug.clone() }))
            .map(|app| InlineKeyboardButton::web_app(language.plain("button-open", &[]), app));
        let markup = InlineKeyboardMarkup::new([chosen.collect::<Vec<_>>(), open.into_iter().collect()]);
        Ok(self.desk.show(self.chat, png, &text, markup).await?)
    }
}

/// A line for each number, by name; `None`: it is not known.
fn lines(headline: &Headline, language: Language) -> [(&'static str, Option<String>); 4] {
    let (reach, err) = match headline.measure {
        Measure::Reach24 => ("reach24", "err24"),
        Measure::Total => ("reach-total", "err-total"),
    };
    let count = |value| language.count(value);
    let share = |value| language.percent(value);
    [
        ("subscribers", line("subscribers", &headline.subscribers, count, language)),
        ("reach", line(reach, &headline.reach, count, language)),
        ("err", line(err, &headline.err, share, language)),
        ("posts", line("posts", &headline.posts, count, language)),
    ]
}

fn line(name: &str, card: &MetricCard, shown: impl Fn(f64) -> String, language: Language) -> Option<String> {
    let value = card.now.map(shown)?;
    let change = card.change.as_ref().and_then(|change| language.change(change));
    let change = change.map_or_else(String::new, |change| format!(" ({change})"));
    Some(language.html(&format!("number-{name}"), &[("value", value.into()), ("change", change.into())]))
}
