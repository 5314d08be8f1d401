//! The outermost layer: gives each request an id and a trace, logs its start and end, counts it, and renders the
//! failure it ended in, once.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Instant;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use tokio::task::JoinHandle;
use tracing::{Instrument, Span, field};
use uuid::Uuid;

use crate::app::App;
use crate::error::{Failure, Severity};
use crate::telemetry::TraceContext;

tokio::task_local! {
    static REQUEST_ID: String;
}

/// The `X-Request-ID` of the request this is done for; none outside of one, or in a task of its own.
pub fn current_request_id() -> Option<String> {
    REQUEST_ID.try_with(Clone::clone).ok()
}

/// A task that runs to its end even if the client hangs up meanwhile, and that still belongs to the request: its lines,
/// its entries in the audit log and its calls to others carry the request's ids.
pub fn spawn<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    let work = work.in_current_span();
    match (current_request_id(), TraceContext::current()) {
        (Some(id), Some(trace)) => tokio::spawn(REQUEST_ID.scope(id, trace.scope(work))),
        _ => tokio::spawn(work),
    }
}

/// The client's address: the peer's, or what the configured number of proxies in front say it is.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

pub async fn request_log(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = request_id(request.headers());
    let trace = TraceContext::of(request.headers(), app.config.telemetry.trace_share);
    let address = client_address(&request, app.config.server.trusted_proxies);
    request.extensions_mut().insert(ClientAddress(address));
    let method = method_label(request.method());
    let handler = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let path = path_to_log(request.uri().path(), handler.as_deref());
    let counted =
        handler.clone().filter(|handler| app.config.telemetry.enable_metrics && is_counted(handler));

    let quiet = handler.as_deref().is_none_or(|handler| !is_counted(handler));
    let span = tracing::error_span!(
        "request", request_id = %id, trace_id = trace.trace_id, span_id = trace.span_id, parent_id = trace.parent_id,
        sampled = trace.sampled && !quiet, method, handler, status_code = field::Empty,
        user_id = field::Empty, user_role = field::Empty
    );
    let in_progress = counted.as_deref().map(|handler| InProgress::enter(&app, method, handler));
    if !quiet {
        span.in_scope(|| {
            tracing::info!(event = "request_started", function = "request_log", method, path, client_ip = %address, "Request started");
        });
    }

    let mut response =
        REQUEST_ID.scope(id.clone(), trace.clone().scope(next.run(request))).instrument(span.clone()).await;

    if let Some(Failure(error)) = response.extensions_mut().remove::<Failure>() {
        let cookies =
            response.headers().get_all(axum::http::header::SET_COOKIE).iter().cloned().collect::<Vec<_>>();
        response = error.render(&id);
        for cookie in cookies {
            response.headers_mut().append(axum::http::header::SET_COOKIE, cookie);
        }
        report(&app, &span, &error, method, &path, started);
    }
    let (status, duration) = (response.status(), started.elapsed().as_secs_f64());
    span.record("status_code", status.as_u16());
    if let Some(handler) = &counted {
        app.metrics.http_requests.with_label_values(&[method, handler, status.as_str()]).inc();
        app.metrics.http_request_seconds.with_label_values(&[method, handler]).observe(duration);
    }
    drop(in_progress);
    if !quiet || status.is_server_error() {
        span.in_scope(|| {
            tracing::info!(
                event = "request_completed", function = "request_log", method, path, client_ip = %address,
                status_code = status.as_u16(), duration_seconds = duration, "Request completed"
            );
        });
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", value);
    }
    if let Ok(value) = HeaderValue::from_str(&trace.header()) {
        response.headers_mut().insert("traceparent", value);
    }
    response
}

/// Counts the failure; the ones that are our fault are logged with the text the client does not get.
fn report(app: &App, span: &Span, error: &crate::error::Error, method: &str, path: &str, started: Instant) {
    let severity = error.severity();
    if app.config.telemetry.enable_metrics {
        app.metrics.application_errors.with_label_values(&[error.kind(), severity.as_str()]).inc();
    }
    if severity != Severity::Warning {
        span.in_scope(|| {
            tracing::error!(
                event = "request_failed", function = "request_log", method, path,
                critical = severity == Severity::Critical,
                error_type = error.kind(), error_message = %error,
                duration_seconds = started.elapsed().as_secs_f64(), "Request failed"
            );
        });
    }
}

/// The in-progress gauge, down again however the request ends (a client that hangs up drops the handler).
struct InProgress(prometheus::IntGauge);

impl InProgress {
    fn enter(app: &App, method: &str, handler: &str) -> Self {
        let gauge = app.metrics.http_requests_in_progress.with_label_values(&[method, handler]);
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for InProgress {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// The original design leaves metrics and health out of its own numbers.
fn is_counted(handler: &str) -> bool {
    !handler.contains("/health")
        && !handler.starts_with("/metrics")
        && !handler.starts_with("/stripe-sandbox")
}

/// The path, without what no log may show: a parameter that is a token, and whatever may be an address of mail.
fn path_to_log(path: &str, handler: Option<&str>) -> String {
    let mut templates = handler.unwrap_or_default().split('/');
    let shown = path.split('/').map(|part| {
        let is_secret = templates.next().is_some_and(|template| template.contains("{token"));
        let is_address = part.contains('@') || part.to_ascii_lowercase().contains("%40");
        if is_secret || is_address { "***" } else { part }
    });
    shown.collect::<Vec<_>>().join("/")
}

fn request_id(headers: &HeaderMap) -> String {
    let sane = |text: &&str| {
        (1..=128).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    let given = headers.get("x-request-id").and_then(|value| value.to_str().ok()).filter(sane);
    given.map_or_else(|| Uuid::new_v4().to_string(), str::to_owned)
}

fn client_address(request: &Request, proxies: usize) -> IpAddr {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let forwarded = (proxies > 0).then(|| forwarded_for(request.headers(), proxies)).flatten();
    forwarded.or(peer).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
}

/// Each proxy appends the address it saw; what stands left of ours, anybody may have written.
fn forwarded_for(headers: &HeaderMap, proxies: usize) -> Option<IpAddr> {
    let all: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
        .collect();
    all.len().checked_sub(proxies).and_then(|index| all.get(index)?.trim().parse().ok())
}

fn method_label(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "HEAD" => "HEAD",
        "OPTIONS" => "OPTIONS",
        _ => "OTHER",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name.parse().unwrap(), HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn only_sane_ids_are_taken_over() {
        assert_eq!(request_id(&headers("x-request-id", "abc-1.2_3")), "abc-1.2_3");
        assert_ne!(request_id(&headers("x-request-id", "a b")), "a b");
    }

    #[test]
    fn a_path_in_the_log_shows_no_token_and_no_address_of_mail() {
        let id = "/api/v1/users/0b6f";
        assert_eq!(path_to_log(id, Some("/api/v1/users/{id}")), id);
        assert_eq!(path_to_log("/feeds/s3cret.ics", Some("/feeds/{token}.ics")), "/feeds/***");
        assert_eq!(path_to_log("/users/ada@example.edu/x", None), "/users/***/x");
        assert_eq!(path_to_log("/users/ada%40example.edu", Some("/users/{id}")), "/users/***");
    }

    #[test]
    fn a_forged_forwarded_for_is_not_believed() {
        let headers = headers("x-forwarded-for", "1.1.1.1, 2.2.2.2");
        assert_eq!(forwarded_for(&headers, 1), Some("2.2.2.2".parse().unwrap()));
        assert_eq!(forwarded_for(&headers, 2), Some("1.1.1.1".parse().unwrap()));
        assert_eq!(forwarded_for(&headers, 3), None);
    }
}
