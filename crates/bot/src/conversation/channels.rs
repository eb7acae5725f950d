//! `/channels`: those the person sees, a page at a time.

use domain::collect::connection::Mode;
use services::channels;
use services::collect::connection;
use teloxide::types::{InlineKeyboardButton, InlineKeyboardMarkup, MessageId};

use super::stats::USUAL_DAYS;
use super::{Done, Press, Talk, keyboard};

/// Channels of a page.
const PAGE: usize = 6;
/// A longer title is cut on its button, characters.
const TITLE_CHARS: usize = 40;

impl Talk<'_> {
    /// `place`: the message that shows another page.
    pub(super) async fn channels(&self, page: usize, place: Option<MessageId>) -> Done {
        let (ctx, viewer, language) = (&self.desk.ctx, &self.viewer, self.language);
        let all = match channels::visible(ctx, viewer).await {
            Ok(all) => all,
            Err(error) => return self.excuse(error).await,
        };
        if all.is_empty() {
            let markup = keyboard([Press::Connect.button(language.plain("button-connect", &[]))]);
            return self.put(place, &language.html("no-channels", &[]), markup).await;
        }
        let pages = all.len().div_ceil(PAGE);
        let page = page.min(pages - 1);
        let mut text = language.html("channels", &[("n", (all.len() as i64).into())]);
        let blocked: Vec<_> = connection::list(ctx, viewer)
            .await?
            .into_iter()
            .filter(|connection| connection.mode == Mode::Bot && connection.obstacle.is_some())
            .map(|connection| connection.channel_id)
            .collect();
        let mut rows: Vec<Vec<InlineKeyboardButton>> = Vec::new();
        for channel in all.iter().skip(page * PAGE).take(PAGE) {
            if blocked.contains(&channel.id) {
                text += "\n\n";
                text += &language.html("channel-blocked", &[("channel", channel.title.as_str().into())]);
            }
            let press = Press::Stats { channel: channel.slug(), days: USUAL_DAYS };
            rows.extend(press.button(cut(&channel.title)).map(|button| vec![button]));
        }
        if pages > 1 {
            let before = page.checked_sub(1).and_then(|page| Press::Page(page).button("‹"));
            let here = Press::Page(page).button(format!("{} / {pages}", page + 1));
            let after = (page + 1 < pages).then(|| Press::Page(page + 1).button("›")).flatten();
            rows.push([before, here, after].into_iter().flatten().collect());
        }
        rows.extend(Press::Connect.button(language.plain("button-connect", &[])).map(|button| vec![button]));
        self.put(place, &text, InlineKeyboardMarkup::new(rows)).await
    }
}

fn cut(title: &str) -> String {
    match title.char_indices().nth(TITLE_CHARS) {
        Some((at, _)) => format!("{}…", &title[..at]),
        None => title.to_owned(),
    }
}
