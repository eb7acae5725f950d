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
            ctx.globals().get::<_, Function>("renderSvg")?.call((drawing.option.as_str(), drawing.width, drawing.height))
        });
        // a chart leaves cycles behind; without this they add up until the limit
        self.runtime.run_gc();
        svg
    }

    fn run<T>(&self, act: impl FnOnce(&Ctx<'_>) -> rquickjs::Result<T>) -> Result<T, RenderError> {
        self.deadline.set(Instant::now() + LONGEST);
        self.context.with(|ctx| act(&ctx).catch(&ctx).map_err(|error| error.to_string())).map_err(|text| {
            if Instant::now() > self.deadline.get() { RenderError::TooSlow { seconds: LONGEST.as_secs() } } else { RenderError::Script(text) }
        })
    }

    #[cfg(test)]
    pub(super) fn formatted(&self, name: &str, value: f64, texts: &str) -> String {
        self.run(|ctx| ctx.globals().get::<_, Function>("formatted")?.call((name, value, texts))).expect("a named formatter")
    }
}
