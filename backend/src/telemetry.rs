//! Log lines with the fields of the original design, as JSON or readable; and the timing of every SQL statement.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};

use serde_json::{Map, Value, json};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, filter};

use crate::config::{LogFormat, TelemetryConfig};

mod statements;

use statements::{StatementTiming, as_db_query, is_statement};

/// Statements slower than this are logged as `db_query`.
pub const SLOW_STATEMENT: std::time::Duration = std::time::Duration::from_millis(500);

/// Installs the log and the statement timing for this process.
pub fn install(config: &TelemetryConfig) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.log).map_err(|error| anyhow::anyhow!("UEMS_LOG: {error}"))?;
    let readable = match config.log_format {
        Some(format) => format == LogFormat::Text,
        None => std::io::stdout().is_terminal(),
    };
    let statements =
        config.enable_metrics.then(|| StatementTiming.with_filter(filter::filter_fn(is_statement)));
    tracing_subscriber::registry()
        .with(LogLines { readable }.with_filter(filter))
        .with(statements)
        .try_init()?;
    Ok(())
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
        let text = if self.readable { line.readable() } else { line.json() };
        // A log that cannot be written (closed pipe) must not stop the program.
        let _ = std::io::stdout().lock().write_all(text.as_bytes());
    }
}

struct Line {
    timestamp: f64,
    level: &'static str,
    logger: &'static str,
    module: &'static str,
    function: String,
    line: u32,
    message: String,
    ids: [(&'static str, Value); 3],
    context: Map<String, Value>,
}

impl Line {
    fn new(
        metadata: &Metadata<'static>,
        span: Option<&str>,
        mut inherited: Map<String, Value>,
        mut fields: Map<String, Value>,
    ) -> Self {
        if is_statement(metadata) {
            fields = as_db_query(&fields);
        }
        let text = |value: Option<Value>| value.and_then(|value| value.as_str().map(str::to_owned));
        let critical = fields.remove("critical") == Some(Value::Bool(true));
        let module = metadata.module_path().unwrap_or(metadata.target());
        let mut id = |name: &'static str| {
            (name, inherited.remove(name).or_else(|| fields.remove(name)).unwrap_or(Value::Null))
        };
        let ids = [id("trace_id"), id("request_id"), id("user_id")];
        Self {
            timestamp: now(),
            level: match *metadata.level() {
                Level::ERROR if critical => "CRITICAL",
                Level::ERROR => "ERROR",
                Level::WARN => "WARNING",
                Level::INFO => "INFO",
                _ => "DEBUG",
            },
            logger: metadata.target(),
            module: module.rsplit("::").next().unwrap_or(module),
            function: text(fields.remove("function"))
                .or(span.map(str::to_owned))
                .unwrap_or_else(|| module.rsplit("::").next().unwrap_or(module).to_owned()),
            line: metadata.line().unwrap_or(0),
            message: text(fields.remove("message")).unwrap_or_default(),
            ids,
            context: fields,
        }
    }

    fn json(self) -> String {
        let mut object = Map::new();
        object.insert("timestamp".to_owned(), json!(self.timestamp));
        object.insert("level".to_owned(), self.level.into());
        object.insert("logger".to_owned(), self.logger.into());
        object.insert("module".to_owned(), self.module.into());
        object.insert("function".to_owned(), self.function.into());
        object.insert("line".to_owned(), self.line.into());
        object.insert("message".to_owned(), self.message.into());
        for (name, value) in self.ids {
            object.insert(name.to_owned(), value);
        }
        object.insert("context".to_owned(), Value::Object(self.context));
        format!("{}\n", Value::Object(object))
    }

    fn readable(self) -> String {
        let mut text = format!("{:<8} {} ", self.level, self.message);
        for (name, value) in &self.context {
            match value.as_str() {
                Some(value) => _ = write!(text, " {name}={value}"),
                None => _ = write!(text, " {name}={value}"),
            }
        }
        text + "\n"
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a log line tells the system's time, whatever a test makes of the App's"
)]
fn now() -> f64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    (since.as_secs_f64() * 1e6).round() / 1e6
}
