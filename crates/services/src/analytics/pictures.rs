//! Charts as pictures, for doors without a browser.

use std::sync::Arc;

use charts::reach_trend::ReachDay;
use charts::render::Renderer;
use charts::{Frame, Language, Palette, Picture, Spec, Style, Words};
use domain::analytics::growth::growth;
use domain::analytics::headline::headline;
use domain::analytics::period::Period;
use domain::analytics::query::Measure;
use domain::analytics::series::reach_by_day;
use domain::channels::ChannelRef;
use serde_json::Value;
use tokio::sync::OnceCell;

use super::{Loaded, drawn_of_period};
use crate::identity::Viewer;
use crate::{Ctx, Error, Result};

/// Fewer points than this are no line.
const POINTS_MIN: usize = 2;

/// Draws, where there is a bundle to draw with; the script engine starts with the first picture.
#[derive(Clone, Default)]
pub(crate) struct Pictures(Option<Arc<Studio>>);

struct Studio {
    /// text of `charts-render.js`
    bundle: String,
    renderer: OnceCell<Arc<Renderer>>,
}

impl Pictures {
    pub fn new(bundle: String) -> Self {
        Self(Some(Arc::new(Studio { bundle, renderer: OnceCell::new() })))
    }

    /// `None` where this process draws nothing.
    async fn png(&self, option: Value) -> Result<Option<Vec<u8>>> {
        let Some(studio) = self.0.clone() else { return Ok(None) };
        let renderer = studio.renderer.get_or_try_init(|| start(Arc::clone(&studio))).await?;
        let renderer = Arc::clone(renderer);
        let drawn = tokio::task::spawn_blocking(move || {
            let (width, height) = Picture::SIZE;
            renderer.png(&option, width, height, Picture::SCALE)
        });
        let drawn = drawn.await.map_err(|error| Error::internal(&error))?;
        drawn.map(Some).map_err(|error| Error::internal(&error))
    }
}

async fn start(studio: Arc<Studio>) -> Result<Arc<Renderer>> {
    let started = tokio::task::spawn_blocking(move || Renderer::new(&studio.bundle));
    let started = started.await.map_err(|error| Error::internal(&error))?;
    started.map(Arc::new).map_err(|error| Error::internal(&error))
}

/// How a channel went, as a PNG of 1200 × 630: reach day by day, or, where views are not known, subscribers. `None` where
/// neither is known on two days, or this process draws nothing. `language`: a two-letter code.
pub async fn picture(
    ctx: &Ctx,
    viewer: &Viewer,
    channel: &ChannelRef,
    period: Period,
    language: &str,
) -> Result<Option<Vec<u8>>> {
    let (loaded, _) = drawn_of_period(ctx, viewer, channel, period).await?;
    let Some(spec) = spec(&loaded, &Words::of(Language::from_code(language))) else { return Ok(None) };
    ctx.pictures.png(spec.option).await
}

fn spec(loaded: &Loaded, words: &Words) -> Option<Spec> {
    let (data, window, channel) = (loaded.dataset(), &loaded.window, &loaded.channel);
    let headline = headline(data, window);
    let picture = Picture::new(&channel.title, channel.demo, window, &headline.meta, words);
    let style = Style { words, palette: &Palette::light(), frame: &Frame::Picture(picture) };
    if headline.data.measure == Measure::Reach24 {
        let days = reach_by_day(data, window, Measure::Reach24);
        let days: Vec<ReachDay> = days
            .into_iter()
            .map(|day| ReachDay { day: day.day, reach: day.reach, estimated: None, before: day.previous })
            .collect();
        if days.iter().filter(|day| day.reach.is_some()).count() >= POINTS_MIN {
            return Some(charts::reach_trend::spec(&days, &style));
        }
    }
    let days = growth(data, window).data.days;
    let known = days.iter().filter(|day| day.subscribers.is_some()).count();
    (known >= POINTS_MIN).then(|| charts::subscribers::spec(&days, &style))
}
