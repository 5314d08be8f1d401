//! Log lines with the fields of the original design, as JSON or readable; the timing of every SQL statement; spans for
//! a collector.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::{IsTerminal, Write as _};

use serde_json::{Map, Value, json};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, filter};

use crate::config::{Config, LogFormat};

mod line;
mod otlp;
mod statements;
mod trace_context;
mod traces;

use line::Line;
pub use otlp::flush;
use statements::{StatementTiming, is_statement};
pub use trace_context::TraceContext;
pub use traces::traceparent;

/// Statements slower than this are logged as `db_query`.
pub const SLOW_STATEMENT: std::time::Duration = std::time::Duration::from_millis(500);

/// Where the lines go: a server's log is its output; a command's output is its answer, so its log is beside it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stream {
    Output,
    Error,
}

impl Stream {
    fn is_terminal(self) -> bool {
        match self {
            Self::Output => std::io::stdout().is_terminal(),
            Self::Error => std::io::stderr().is_terminal(),
        }
    }

    fn write(self, line: &[u8]) -> std::io::Result<()> {
        match self {
            Self::Output => std::io::stdout().lock().write_all(line),
            Self::Error => std::io::stderr().lock().write_all(line),
        }
    }
}

/// Installs the log, the timing of statements and, where a collector is named, the traces of this process.
pub fn install(settings: &Config, stream: Stream) -> anyhow::Result<()> {
    let config = &settings.telemetry;
    let filter = EnvFilter::try_new(&config.log).map_err(|error| anyhow::anyhow!("UEMS_LOG: {error}"))?;
    let terminal = stream.is_terminal();
    let readable = config.log_format.map_or(terminal, |format| format == LogFormat::Text);
    let colored = terminal && std::env::var_os("NO_COLOR").is_none();
    let statements =
        config.enable_metrics.then(|| StatementTiming.with_filter(filter::filter_fn(is_statement)));
    let traces = match &config.otlp_endpoint {
        Some(endpoint) => {
            otlp::start(settings, endpoint)?;
            Some(traces::Traces.with_filter(filter::filter_fn(traces::is_traced)))
        }
        None => None,
    };
    tracing_subscriber::registry()
        .with(LogLines { readable, colored, stream }.with_filter(filter))
        .with(statements)
        .with(traces)
        .try_init()?;
    std::panic::set_hook(Box::new(log_panic));
    Ok(())
}

/// A panic is a line of the log like any other: with the ids of the request it happened in, and where the others are.
fn log_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let text = panic.payload_as_str().unwrap_or("a panic without words");
    let at = panic.location().map(ToString::to_string);
    let backtrace = Backtrace::capture();
    let backtrace = (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string());
    tracing::error!(
        event = "panicked",
        function = "log_panic",
        critical = true,
        error_message = text,
        at,
        backtrace,
        "A panic; it is a bug"
    );
}

/// Fields of an event or span, as JSON.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.insert(field.name().to_owned(), Value::String(format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), Value::String(value.to_owned()));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().to_owned(), json!(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().to_owned(), json!(value));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.0.insert(field.name().to_owned(), json!(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().to_owned(), json!(value));
    }
}

struct LogLines {
    readable: bool,
    colored: bool,
    stream: Stream,
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for LogLines {
    fn on_new_span(
        &self,
        attributes: &tracing::span::Attributes<'_>,
        id: &tracing::Id,
        context: Context<'_, S>,
    ) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &tracing::Id, values: &tracing::span::Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut inherited = Map::new();
        let mut function = None;
        for span in context.event_scope(event).into_iter().flatten() {
            function.get_or_insert(span.name());
            if let Some(Fields(values)) = span.extensions().get::<Fields>() {
                for (name, value) in values {
                    inherited.entry(name.clone()).or_insert_with(|| value.clone());
                }
            }
        }
        let line = Line::new(event.metadata(), function, inherited, fields.0);
        let text = if self.readable { line.readable(self.colored) } else { line.json() };
        // A log that cannot be written (closed pipe) must not stop the program.
        let _ = self.stream.write(text.as_bytes());
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a log line or a span tells the system's time, whatever a test makes of the App's"
)]
fn unix_nanoseconds() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    since.as_nanos() as u64
}
