//! The script engine: bounded memory, bounded time, nothing of the outside world.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use rquickjs::{CatchResultExt as _, Context, Ctx, Function, Runtime};

use super::RenderError;

/// ECharts with a large chart takes a few MiB.
const MEMORY_BYTES: usize = 256 << 20;
const STACK_BYTES: usize = 8 << 20;
/// A usual chart takes some 20 ms.
const LONGEST: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(super) struct Drawing {
    /// JSON text
    pub(super) option: String,
    /// CSS pixels
    pub(super) width: u32,
    pub(super) height: u32,
}

pub(super) struct Engine {
    context: Context,
    deadline: Rc<Cell<Instant>>,
    // after the context, which must go first
    runtime: Runtime,
}

impl Engine {
    /// Runs the bundle and tells it the widths of the font's letters.
    pub(super) fn start(source: &str, advances: &str) -> Result<Self, RenderError> {
        let broken = |error: rquickjs::Error| RenderError::Bundle(error.to_string());
        let runtime = Runtime::new().map_err(broken)?;
        runtime.set_memory_limit(MEMORY_BYTES);
        runtime.set_max_stack_size(STACK_BYTES);
        let deadline = Rc::new(Cell::new(Instant::now() + LONGEST));
        let until = Rc::clone(&deadline);
        runtime.set_interrupt_handler(Some(Box::new(move || Instant::now() > until.get())));
        let context = Context::full(&runtime).map_err(broken)?;
        let engine = Self { context, deadline, runtime };
        engine
            .run(|ctx| {
                ctx.eval::<(), _>(source)?;
                ctx.globals().get::<_, Function>("setAdvances")?.call::<_, ()>((advances,))
            })
            .map_err(|error| match error {
                RenderError::Script(text) => RenderError::Bundle(text),
                other => other,
            })?;
        Ok(engine)
    }

    /// SVG text.
    pub(super) fn draw(&self, drawing: &Drawing) -> Result<String, RenderError> {
        let svg = self.run(|ctx| {
            ctx.globals().get::<_, Function>("renderSvg")?.call((
                drawing.option.as_str(),
                drawing.width,
                drawing.height,
            ))
        });
        // a chart leaves cycles behind; without this they add up until the limit
        self.runtime.run_gc();
        svg
    }

    fn run<T>(&self, act: impl FnOnce(&Ctx<'_>) -> rquickjs::Result<T>) -> Result<T, RenderError> {
        self.deadline.set(Instant::now() + LONGEST);
        self.context.with(|ctx| act(&ctx).catch(&ctx).map_err(|error| error.to_string())).map_err(|text| {
            if Instant::now() > self.deadline.get() {
                RenderError::TooSlow { seconds: LONGEST.as_secs() }
            } else {
                RenderError::Script(text)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Language, Words};

    fn engine() -> Engine {
        let site = std::env::var("ANALYTICBOT_SITE")
            .expect("ANALYTICBOT_SITE is not set: it names the built site; `./dev test` builds it and sets it");
        let bundle = std::fs::read_to_string(format!("{site}/pkg/charts-render.js"))
            .expect("the built bundle, see frontend/charts/build.sh");
        Engine::start(&bundle, &crate::render::fonts::advances().unwrap()).unwrap()
    }

    #[test]
    fn ticks_are_written_with_the_signs_of_the_language() {
        let engine = engine();
        let tick = |language: Language, name: &str, value: f64| -> String {
            let texts = Words::of(language).tick_texts().to_string();
            engine.run(|ctx| ctx.globals().get::<_, Function>("formatted")?.call((name, value, texts))).unwrap()
        };
        let en = |name: &str, values: [f64; 4]| values.map(|value| tick(Language::En, name, value));
        assert_eq!(en("@short", [0.0, 250.0, 1_500.0, 60_000.0]), ["0", "250", "1.5K", "60K"]);
        assert_eq!(en("@short", [-100.0, 1_250_000.0, 0.5, 2e9]), ["−100", "1.25M", "0.5", "2B"]);
        assert_eq!(en("@percent", [0.0, 0.025, 0.12, 1.0]), ["0%", "2.5%", "12%", "100%"]);
        assert_eq!(en("@change", [0.0, 0.15, -0.15, 0.025]), ["0%", "+15%", "−15%", "+2.5%"]);
        // where both write the same number, they write it alike
        for language in Language::ALL {
            let words = Words::of(language);
            for value in [0.0, 17.0, 999.0, -42.0] {
                assert_eq!(tick(language, "@short", value), words.full(value));
            }
            for value in [0.31, -0.07, 0.0] {
                assert_eq!(tick(language, "@change", value), words.change(value));
            }
            assert_eq!(tick(language, "@short", 12_500.0), words.short(12_500.0));
        }
    }

    #[test]
    fn a_script_without_end_is_stopped() {
        let engine = engine();
        engine.deadline.set(Instant::now());
        let error = engine
            .context
            .with(|ctx| ctx.eval::<(), _>("for (;;) {}").catch(&ctx).map_err(|error| error.to_string()))
            .unwrap_err();
        assert!(error.contains("interrupted"), "{error}");
    }

    #[test]
    fn a_script_that_hoards_memory_is_stopped() {
        let engine = engine();
        let error = engine
            .run(|ctx| ctx.eval::<(), _>("const all = []; for (;;) all.push(new Array(100000).fill(1));"))
            .unwrap_err();
        assert!(matches!(error, RenderError::Script(_)), "{error}");
    }

    #[test]
    fn there_is_nothing_to_reach_out_with() {
        let found: String = engine()
            .run(|ctx| ctx.eval("['fetch','require','process','document','XMLHttpRequest','std','os'].filter((name) => name in globalThis).join()"))
            .unwrap();
        assert_eq!(found, "");
    }
}
