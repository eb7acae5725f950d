//! Where log lines go: standard error, as text or JSON. Where spans go: [`crate::traces`].

use std::io::BufWriter;

use tokio::runtime::Handle;
use tracing::Level;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::writer::BoxMakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

use crate::config::{Config, LogFormat};
use crate::failure::Failure;
use crate::traces::{self, Exporter};

/// A command says its result itself; of the log only what is wrong belongs on its terminal, unless asked for.
const FILTER_OF_COMMANDS: &str = "warn";

/// Lines that wait for a slow reader of the log, at most; those beyond are lost, rather than that requests wait for it.
const WAITING_LINES_MAX: usize = 16_384;

/// What the log still has to write is written when it is dropped.
pub struct Log {
    /// first, since it may have something to say
    _spans: Option<Exporter>,
    _lines: Option<WorkerGuard>,
}

/// Starts the log; for a process that serves, on a thread of its own and with the export of spans.
pub fn start(config: &Config, serves: bool, runtime: &Handle) -> Result<Log, Failure> {
    let filter = if !serves && config.is_default("log.filter") { FILTER_OF_COMMANDS } else { &config.log.filter };
    let filter = EnvFilter::try_new(filter).map_err(|error| {
        Failure::usage(
            "log.filter",
            format!("log.filter is {filter:?}: {error}; for example \"info\" or \"warn,store=debug\""),
        )
    })?;
    let (writer, lines) = if serves {
        let waiting = NonBlockingBuilder::default().buffered_lines_limit(WAITING_LINES_MAX).thread_name("log");
        let (writer, guard) = waiting.finish(BufWriter::new(std::io::stderr()));
        (BoxMakeWriter::new(writer), Some(guard))
    } else {
        (BoxMakeWriter::new(std::io::stderr), None)
    };
    let layer = fmt::layer().with_writer(writer);
    let layer: Box<dyn Layer<Registry> + Send + Sync> = match config.log.format {
        LogFormat::Text => layer.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).boxed(),
        LogFormat::Json => layer.json().boxed(),
    };
    let endpoint = config.trace.otlp_endpoint.as_deref().filter(|_| serves);
    let (tracer, spans) =
        endpoint.map(|endpoint| traces::export(&config.trace, endpoint, runtime.clone())).transpose()?.unzip();
    let tracing = tracer.map(|tracer| {
        // lines of the log are the log's; what went wrong belongs to the span as well
        let wanted = filter_fn(|metadata| {
            if metadata.is_span() { *metadata.level() <= Level::INFO } else { *metadata.level() <= Level::WARN }
        });
        tracing_opentelemetry::layer().with_tracer(tracer).with_threads(false).with_filter(wanted)
    });
    // a second start in one process (tests) keeps the first
    let _ = tracing_subscriber::registry().with(layer.with_filter(filter)).with(tracing).try_init();
    Ok(Log { _spans: spans, _lines: lines })
}
