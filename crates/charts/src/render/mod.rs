//! The same specifications to SVG and PNG, without a browser: ECharts' own server-side mode inside QuickJS, then
//! `resvg` with a font that is part of the binary.
//!
//! The script engine lives on a thread of its own and is bounded in memory and time; it starts with the first picture
//! and starts anew after one that failed. Pictures are drawn one after another.

mod engine;
mod fonts;

use std::sync::mpsc::{Sender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};
use serde_json::Value;

use engine::{Drawing, Engine};

/// The largest side of a picture, pixels.
const SIDE_MAX: u32 = 8192;
/// QuickJS recurses deeply in ECharts' layout.
const THREAD_STACK_BYTES: usize = 16 << 20;

#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error("the chart bundle does not run: {0}")]
    Bundle(String),
    #[error("the chart cannot be drawn: {0}")]
    Script(String),
    #[error("drawing took longer than {seconds} s")]
    TooSlow { seconds: u64 },
    #[error("a picture of {width} × {height} at scale {scale} is not possible: 1 to {SIDE_MAX} pixels a side")]
    Size { width: u32, height: u32, scale: f32 },
    #[error("the drawn chart is not an SVG image: {0}")]
    Svg(String),
    #[error("the picture cannot be written as PNG: {0}")]
    Png(String),
    #[error("the built-in font cannot be read: {0}")]
    Font(String),
    #[error("the thread that draws charts ended")]
    Gone,
}

type Reply = std::sync::mpsc::SyncSender<Result<String, RenderError>>;

/// Draws specifications. Cheap to share (`Arc`); its calls block, so async code wraps them in `spawn_blocking`.
#[derive(Debug)]
pub struct Renderer {
    requests: Mutex<Sender<(Drawing, Reply)>>,
    fonts: Arc<fontdb::Database>,
}

impl Renderer {
    /// `echarts_js`: the text of `charts-render.js` of the built site. Runs it once, to fail early.
    pub fn new(echarts_js: &str) -> Result<Self, RenderError> {
        let source = echarts_js.to_owned();
        let advances = fonts::advances()?;
        let (requests, inbox) = channel::<(Drawing, Reply)>();
        let (started, start) = sync_channel(1);
        std::thread::Builder::new()
            .name("charts".to_owned())
            .stack_size(THREAD_STACK_BYTES)
            .spawn(move || {
                let mut engine = match Engine::start(&source, &advances) {
                    Ok(engine) => {
                        let _ = started.send(Ok(()));
                        Some(engine)
                    }
                    Err(error) => {
                        let _ = started.send(Err(error));
                        return;
                    }
                };
                // ends when the renderer is dropped
                while let Ok((drawing, reply)) = inbox.recv() {
                    let drawn = match engine.take().map_or_else(|| Engine::start(&source, &advances), Ok) {
                        Ok(running) => {
                            let drawn = running.draw(&drawing);
                            // after a failure its state is anybody's guess
                            engine = drawn.is_ok().then_some(running);
                            drawn
                        }
                        Err(error) => Err(error),
                    };
                    let _ = reply.send(drawn);
                }
            })
            .map_err(|error| RenderError::Bundle(error.to_string()))?;
        start.recv().map_err(|_| RenderError::Gone)??;
        Ok(Self { requests: Mutex::new(requests), fonts: Arc::new(fonts::database()) })
    }

    /// SVG text of a specification's `option`, `width` × `height` CSS pixels.
    pub fn svg(&self, option: &Value, width: u32, height: u32) -> Result<String, RenderError> {
        check_size(width, height, 1.0)?;
        let (reply, answer) = sync_channel(1);
        let drawing = Drawing { option: option.to_string(), width, height };
        self.requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .send((drawing, reply))
            .map_err(|_| RenderError::Gone)?;
        answer.recv().map_err(|_| RenderError::Gone)?
    }

    /// PNG bytes of a specification's `option`; the picture has `width * scale` × `height * scale` pixels.
    pub fn png(&self, option: &Value, width: u32, height: u32, scale: f32) -> Result<Vec<u8>, RenderError> {
        let (pixels_x, pixels_y) = check_size(width, height, scale)?;
        let svg = self.svg(option, width, height)?;
        let options =
            Options { fontdb: Arc::clone(&self.fonts), font_family: fonts::FAMILY.to_owned(), ..Options::default() };
        let tree = Tree::from_str(&svg, &options).map_err(|error| RenderError::Svg(error.to_string()))?;
        let mut pixmap = Pixmap::new(pixels_x, pixels_y).ok_or(RenderError::Size { width, height, scale })?;
        resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
        pixmap.encode_png().map_err(|error| RenderError::Png(error.to_string()))
    }
}

/// Pixels of the picture.
fn check_size(width: u32, height: u32, scale: f32) -> Result<(u32, u32), RenderError> {
    let side = |length: u32| {
        let pixels = (length as f32 * scale).round();
        (1.0..=SIDE_MAX as f32).contains(&pixels).then_some(pixels as u32)
    };
    side(width).zip(side(height)).ok_or(RenderError::Size { width, height, scale })
}
