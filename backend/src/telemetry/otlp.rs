//! Sends finished spans to a collector: OTLP over HTTP, as JSON, in batches, beside the requests.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use crate::config::Config;
use crate::metrics::VERSION;

/// Spans that may wait to be sent; one more is thrown away rather than waited for.
const MOST_WAITING: usize = 8192;
const MOST_AT_ONCE: usize = 512;
const PAUSE: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it is said that spans are lost.
const COMPLAINT: Duration = Duration::from_secs(60);

static SENDER: OnceLock<mpsc::Sender<Message>> = OnceLock::new();
/// Spans for which there was no room.
static DROPPED: AtomicU64 = AtomicU64::new(0);

enum Message {
    Span(Value),
    /// Send what is there, then say so.
    Flush(oneshot::Sender<()>),
}

pub(super) fn send(span: Value) {
    if let Some(sender) = SENDER.get()
        && sender.try_send(Message::Span(span)).is_err()
    {
        DROPPED.fetch_add(1, Ordering::Relaxed);
    }
}

/// Sends what is left; before the end of the program.
pub async fn flush() {
    let Some(sender) = SENDER.get() else { return };
    let (done, is_done) = oneshot::channel();
    if sender.send(Message::Flush(done)).await.is_ok() {
        let _ = tokio::time::timeout(PATIENCE, is_done).await;
    }
}

/// Starts the sender, once.
pub(super) fn start(config: &Config, endpoint: &str) -> anyhow::Result<()> {
    let (sender, receiver) = mpsc::channel(MOST_WAITING);
    let tls = crate::stripe::tls()?;
    let client = reqwest::Client::builder().tls_backend_preconfigured(tls).timeout(PATIENCE).build()?;
    let collector = Collector {
        client,
        url: format!("{}/v1/traces", endpoint.trim_end_matches('/')),
        resource: resource(config),
        complained: None,
    };
    if SENDER.set(sender).is_ok() {
        tokio::spawn(collector.run(receiver));
    }
    Ok(())
}

fn resource(config: &Config) -> Value {
    let facts = [
        ("service.name", config.telemetry.service_name.as_str()),
        ("service.version", VERSION),
        ("deployment.environment.name", config.server.environment.as_str()),
    ];
    attributes(Map::from_iter(facts.map(|(name, value)| (name.to_owned(), value.into()))))
}

struct Collector {
    client: reqwest::Client,
    url: String,
    resource: Value,
    complained: Option<Instant>,
}

impl Collector {
    async fn run(mut self, mut messages: mpsc::Receiver<Message>) {
        let mut batch = vec![];
        while messages.recv_many(&mut batch, MOST_AT_ONCE).await > 0 {
            let (mut spans, mut waiting) = (vec![], vec![]);
            for message in batch.drain(..) {
                match message {
                    Message::Span(span) => spans.push(span),
                    Message::Flush(done) => waiting.push(done),
                }
            }
            if !spans.is_empty() {
                self.export(spans).await;
            }
            if waiting.is_empty() && messages.len() < MOST_AT_ONCE {
                tokio::time::sleep(PAUSE).await;
            }
            for done in waiting {
                let _ = done.send(());
            }
        }
    }

    /// Spans that cannot be sent are lost: a collector in trouble must not become trouble here.
    async fn export(&mut self, spans: Vec<Value>) {
        let count = spans.len() as u64;
        let body = json!({ "resourceSpans": [{
            "resource": { "attributes": self.resource },
            "scopeSpans": [{ "scope": { "name": "uems", "version": VERSION }, "spans": spans }],
        }] });
        let request = self.client.post(&self.url).header("content-type", "application/json");
        let answer = request.body(body.to_string()).send().await;
        let failure = match answer.and_then(reqwest::Response::error_for_status) {
            Ok(_) => None,
            Err(error) => Some(error.without_url().to_string()),
        };
        let lost = DROPPED.swap(0, Ordering::Relaxed) + failure.as_ref().map_or(0, |_| count);
        if lost > 0 && self.complained.is_none_or(|at| at.elapsed() > COMPLAINT) {
            self.complained = Some(Instant::now());
            tracing::warn!(
                event = "traces_lost",
                function = "export",
                lost,
                error = failure,
                "The collector did not take spans; they are lost"
            );
        }
    }
}

/// Attributes as OTLP's JSON has them; whole numbers travel as texts.
pub(super) fn attributes(fields: Map<String, Value>) -> Value {
    let typed = |value: Value| match value {
        Value::Bool(value) => json!({ "boolValue": value }),
        Value::Number(number) if number.is_f64() => json!({ "doubleValue": number }),
        Value::Number(number) => json!({ "intValue": number.to_string() }),
        Value::String(text) => json!({ "stringValue": text }),
        other => json!({ "stringValue": other.to_string() }),
    };
    fields.into_iter().map(|(key, value)| json!({ "key": key, "value": typed(value) })).collect()
}
