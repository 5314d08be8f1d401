//! Spans for a collector: each request, each question to the policy, each statement. Ours rather than OpenTelemetry's
//! SDK, see docs/adr/0017-own-otlp-exporter.md.

use std::time::Instant;

use serde_json::{Map, Value, json};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::{LookupSpan, SpanRef};

use super::statements::{self, is_statement};
use super::trace_context::{TraceContext, header, new_span_id};
use super::{Fields, otlp, unix_nanoseconds};

/// What a collector hears of: our own spans, statements, and our own errors.
pub(super) fn is_traced(metadata: &Metadata<'_>) -> bool {
    let ours = metadata.target().starts_with("uems");
    is_statement(metadata) || (ours && (metadata.is_span() || *metadata.level() == Level::ERROR))
}

/// The header for a call to somebody else from within a request: the trace goes on there.
pub fn traceparent() -> Option<String> {
    let in_span = tracing::Span::current().with_subscriber(|(id, dispatch)| {
        let registry = dispatch.downcast_ref::<tracing_subscriber::Registry>()?;
        let span = registry.span(id)?;
        let open = nearest(&span)?;
        Some(header(&open.trace_id, &open.span_id, open.sampled))
    });
    in_span.flatten().or_else(|| Some(TraceContext::current()?.header()))
}

/// Where a span stands.
#[derive(Clone)]
struct Place {
    trace_id: String,
    span_id: String,
    parent_id: Option<String>,
    sampled: bool,
}

/// A span that is not over.
struct Open {
    place: Place,
    started: Instant,
    started_at: u64,
    fields: Map<String, Value>,
    failed: bool,
}

fn nearest<S: for<'a> LookupSpan<'a>>(span: &SpanRef<'_, S>) -> Option<Place> {
    span.scope().find_map(|span| span.extensions().get::<Open>().map(|open| open.place.clone()))
}

pub(super) struct Traces;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Traces {
    fn on_new_span(
        &self,
        attributes: &tracing::span::Attributes<'_>,
        id: &tracing::Id,
        context: Context<'_, S>,
    ) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let Some(span) = context.span(id) else { return };
        let parent = span.parent().and_then(|parent| nearest(&parent));
        let Some(place) = root(&mut fields.0).or_else(|| parent.map(below)) else { return };
        span.extensions_mut().insert(Open {
            place,
            started: Instant::now(),
            started_at: unix_nanoseconds(),
            fields: fields.0,
            failed: false,
        });
    }

    fn on_record(&self, id: &tracing::Id, values: &tracing::span::Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(open) = span.extensions_mut().get_mut::<Open>()
        {
            let mut fields = Fields::default();
            values.record(&mut fields);
            open.fields.extend(fields.0);
        }
    }

    /// A statement is told when it is over: it becomes a span that ended just now.
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let Some(span) = context.event_span(event) else { return };
        if !is_statement(event.metadata()) {
            if let Some(open) = span.extensions_mut().get_mut::<Open>() {
                open.failed = true;
            }
            return;
        }
        let Some(place) = nearest(&span).filter(|place| place.sampled) else { return };
        let mut fields = Fields::default();
        event.record(&mut fields);
        let seen = statements::Seen::of(&fields.0);
        let ended_at = unix_nanoseconds();
        let attributes = Map::from_iter([
            ("db.system.name".to_owned(), "postgresql".into()),
            ("db.operation.name".to_owned(), seen.operation.into()),
            ("db.collection.name".to_owned(), seen.table.into()),
            ("db.query.text".to_owned(), seen.text.trim().into()),
            ("db.response.returned_rows".to_owned(), seen.rows),
        ]);
        let started_at = ended_at.saturating_sub((seen.seconds * 1e9) as u64);
        let name = format!("{} {}", seen.operation, seen.table);
        otlp::send(finished(&below(place), &name, CLIENT, started_at, ended_at, attributes, false));
    }

    fn on_close(&self, id: tracing::Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        let Some(open) = span.extensions_mut().remove::<Open>().filter(|open| open.place.sampled) else {
            return;
        };
        let text = |name: &str| open.fields.get(name).and_then(Value::as_str).unwrap_or_default();
        let (name, kind) = match span.name() {
            "request" => (format!("{} {}", text("method"), text("handler")).trim().to_owned(), SERVER),
            "stripe" => (format!("stripe {}", text("call")), CLIENT),
            other => (other.to_owned(), INTERNAL),
        };
        let failed = open.failed
            || open.fields.contains_key("error.type")
            || open.fields.get("status_code").and_then(Value::as_u64).is_some_and(|status| status >= 500);
        let ended_at = open.started_at + open.started.elapsed().as_nanos() as u64;
        let attributes = open.fields.into_iter().map(|(name, value)| (conventional(name), value)).collect();
        otlp::send(finished(&open.place, &name, kind, open.started_at, ended_at, attributes, failed));
    }
}

/// The place of a request's span, which says where it stands; what is left are attributes.
fn root(fields: &mut Map<String, Value>) -> Option<Place> {
    let mut text = |name: &str| fields.remove(name).and_then(|value| value.as_str().map(str::to_owned));
    let (trace_id, span_id, parent_id) = (text("trace_id"), text("span_id"), text("parent_id"));
    let sampled = fields.remove("sampled") == Some(Value::Bool(true));
    Some(Place { trace_id: trace_id?, span_id: span_id?, parent_id, sampled })
}

fn below(parent: Place) -> Place {
    Place { parent_id: Some(parent.span_id), span_id: new_span_id(), ..parent }
}

/// OpenTelemetry's names for what we call otherwise.
fn conventional(name: String) -> String {
    match name.as_str() {
        "method" => "http.request.method".to_owned(),
        "handler" => "http.route".to_owned(),
        "status_code" => "http.response.status_code".to_owned(),
        "user_id" => "enduser.id".to_owned(),
        "user_role" => "enduser.role".to_owned(),
        _ => name,
    }
}

const INTERNAL: u8 = 1;
const SERVER: u8 = 2;
const CLIENT: u8 = 3;

/// A span as OTLP's JSON has it.
fn finished(
    place: &Place,
    name: &str,
    kind: u8,
    started_at: u64,
    ended_at: u64,
    attributes: Map<String, Value>,
    failed: bool,
) -> Value {
    json!({
        "traceId": place.trace_id,
        "spanId": place.span_id,
        "parentSpanId": place.parent_id.as_deref().unwrap_or_default(),
        "name": name,
        "kind": kind,
        "startTimeUnixNano": started_at.to_string(),
        "endTimeUnixNano": ended_at.to_string(),
        "attributes": otlp::attributes(attributes),
        "status": if failed { json!({ "code": 2 }) } else { json!({}) },
    })
}
