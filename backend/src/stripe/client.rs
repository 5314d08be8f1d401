//! A thin client. Every call ends within one budget of time, retries included; every call that changes something
//! carries an `Idempotency-Key`, so that repeating it is safe.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use bytes::Bytes;
use rand::RngExt;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout_at};
use tracing::{Instrument, Span, field};

use super::API_VERSION;
use super::breaker::Breaker;
use super::transport::Transport;
use super::types::{ApiError, Event, List, PaymentIntent, Refund};
use crate::secret::Secret;

const MOST_TRIES: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// Rows asked for at once, and most pages that are read.
const PAGE: &str = "100";
const MOST_PAGES: usize = 1000;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Not reached, not answered in time, or an answer that says nothing: it may or may not have happened.
    #[error("Stripe did not answer: {0}")]
    Unreachable(String),
    /// Not asked, because it did not answer lately.
    #[error("Stripe did not answer lately and is given a pause")]
    Resting,
    /// An error of its own that it keeps under the key: whatever happened, asking with this key leads to nothing else.
    #[error("Stripe keeps to its answer: {0}")]
    Kept(StatusCode),
    /// Stripe said no, and why; nothing happened.
    #[error("Stripe refused ({status}): {} {}", error.code.as_deref().unwrap_or_default(), error.message)]
    Refused { status: u16, error: ApiError },
}

impl Failure {
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Refused { error, .. } if error.code.as_deref() == Some("resource_missing"))
    }
}

type Result<T> = std::result::Result<T, Failure>;
type Form = Vec<(String, String)>;

#[derive(Debug)]
pub struct Stripe {
    transport: Transport,
    secret_key: Secret,
    budget: Duration,
    breaker: Breaker,
    /// Whether the last call was answered, and our key taken.
    up: Mutex<Option<bool>>,
}

pub struct NewIntent<'a> {
    pub amount: i64,
    pub currency: &'a str,
    pub description: Option<&'a str>,
    pub metadata: &'a [(&'a str, String)],
}

pub struct NewRefund<'a> {
    pub payment_intent: &'a str,
    pub amount: i64,
    pub metadata: &'a [(&'a str, String)],
}

impl Stripe {
    /// `budget`: the longest any call may take, whatever happens.
    pub fn new(transport: Transport, secret_key: Secret, budget: Duration) -> Self {
        Self { transport, secret_key, budget, breaker: Breaker::default(), up: Mutex::default() }
    }

    /// Asks for next to nothing: a synthetic check.
    pub async fn check(&self) -> Result<()> {
        let form = vec![pair("limit", 1)];
        self.call::<serde::de::IgnoredAny>(Method::GET, "/v1/payment_intents", form, None).await.map(drop)
    }

    /// Whether the last call was answered and our key taken; nothing before the first.
    pub fn is_up(&self) -> Option<bool> {
        *self.up.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub async fn create_intent(&self, new: &NewIntent<'_>, key: &str) -> Result<PaymentIntent> {
        let mut form = vec![
            pair("amount", new.amount),
            pair("currency", new.currency.to_lowercase()),
            pair("automatic_payment_methods[enabled]", true),
        ];
        form.extend(new.description.map(|text| pair("description", text)));
        form.extend(metadata(new.metadata));
        self.call(Method::POST, "/v1/payment_intents", form, Some(key)).await
    }

    pub async fn retrieve_intent(&self, id: &str) -> Result<PaymentIntent> {
        let path = format!("/v1/payment_intents/{}", segment(id));
        self.call(Method::GET, &path, vec![pair("expand[]", "latest_charge")], None).await
    }

    pub async fn cancel_intent(&self, id: &str, key: &str) -> Result<PaymentIntent> {
        let path = format!("/v1/payment_intents/{}/cancel", segment(id));
        self.call(Method::POST, &path, vec![], Some(key)).await
    }

    /// Intents made since then, newest first.
    pub async fn list_intents(&self, since: i64) -> Result<Vec<PaymentIntent>> {
        let form = vec![pair("expand[]", "data.latest_charge")];
        self.list("/v1/payment_intents", since, form, |intent: &PaymentIntent| &intent.id).await
    }

    pub async fn create_refund(&self, new: &NewRefund<'_>, key: &str) -> Result<Refund> {
        let mut form = vec![pair("payment_intent", new.payment_intent), pair("amount", new.amount)];
        form.extend(metadata(new.metadata));
        self.call(Method::POST, "/v1/refunds", form, Some(key)).await
    }

    pub async fn retrieve_refund(&self, id: &str) -> Result<Refund> {
        self.call(Method::GET, &format!("/v1/refunds/{}", segment(id)), vec![], None).await
    }

    pub async fn list_refunds(&self, since: i64) -> Result<Vec<Refund>> {
        self.list("/v1/refunds", since, vec![], |refund: &Refund| &refund.id).await
    }

    /// Events since then, newest first: also those whose delivery failed.
    pub async fn list_events(&self, since: i64) -> Result<Vec<Event>> {
        self.list("/v1/events", since, vec![], |event: &Event| &event.id).await
    }

    async fn list<T: DeserializeOwned>(
        &self,
        path: &str,
        since: i64,
        extra: Form,
        id: impl Fn(&T) -> &String,
    ) -> Result<Vec<T>> {
        let mut found: Vec<T> = vec![];
        for _ in 0..MOST_PAGES {
            let mut form = vec![pair("limit", PAGE), pair("created[gte]", since)];
            form.extend(extra.iter().cloned());
            form.extend(found.last().map(|last| pair("starting_after", id(last))));
            let page: List<T> = self.call(Method::GET, path, form, None).await?;
            let last = !page.has_more || page.data.is_empty();
            found.extend(page.data);
            if last {
                break;
            }
        }
        Ok(found)
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        form: Form,
        key: Option<&str>,
    ) -> Result<T> {
        let span = tracing::debug_span!(
            "stripe", call = %format_args!("{method} {}", template(path)), status_code = field::Empty,
            error.type = field::Empty
        );
        if !self.breaker.allows(std::time::Instant::now()) {
            return Err(Failure::Resting);
        }
        let answer = self.ask(method, path, form, key).instrument(span.clone()).await;
        let reached = !matches!(answer, Err(Failure::Unreachable(_)));
        if !reached {
            span.record("error.type", "unreachable");
        }
        self.breaker.note(std::time::Instant::now(), reached);
        let keyless = matches!(answer, Err(Failure::Refused { status: 401, .. }));
        *self.up.lock().unwrap_or_else(PoisonError::into_inner) = Some(reached && !keyless);
        answer
    }

    /// Asks, and asks again where that may help, within the budget.
    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        form: Form,
        key: Option<&str>,
    ) -> Result<T> {
        let deadline = Instant::now() + self.budget;
        let mut pause = FIRST_PAUSE;
        for tries in 1.. {
            let request = self.request(&method, path, &form, key);
            let outcome = match timeout_at(deadline, self.transport.send(request)).await {
                Ok(Ok((status, headers, body))) => {
                    Span::current().record("status_code", status.as_u16());
                    judge(status, &headers, &body)
                }
                // The words of the HTTP client name the address; keys are in headers and never in them.
                Ok(Err(error)) => Outcome::Retry(Failure::Unreachable(format!("{error:#}"))),
                Err(_) => Outcome::Final(Err(Failure::Unreachable("it took too long".to_owned()))),
            };
            let failure = match outcome {
                Outcome::Final(answer) => return answer,
                Outcome::Retry(failure) => failure,
            };
            let wait = pause.mul_f64(rand::rng().random_range(0.5..1.0));
            pause *= 2;
            if tries >= MOST_TRIES || Instant::now() + wait >= deadline {
                return Err(failure);
            }
            tokio::time::sleep(wait).await;
        }
        Err(Failure::Resting)
    }

    fn request(&self, method: &Method, path: &str, form: &Form, key: Option<&str>) -> Request<Bytes> {
        let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let (uri, body) = match *method {
            Method::GET if encoded.is_empty() => (path.to_owned(), String::new()),
            Method::GET => (format!("{path}?{encoded}"), String::new()),
            _ => (path.to_owned(), encoded),
        };
        let mut request = Request::builder()
            .method(method.clone())
            .uri(uri)
            .header(header::AUTHORIZATION, format!("Bearer {}", &*self.secret_key))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("stripe-version", API_VERSION);
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        if let Some(trace) = crate::telemetry::traceparent() {
            request = request.header("traceparent", trace);
        }
        request.body(body.into()).expect("keys and ids are plain text")
    }
}

enum Outcome<T> {
    Final(Result<T>),
    Retry(Failure),
}

/// What an answer means, and whether asking again may help: as Stripe says, else by the status.
fn judge<T: DeserializeOwned>(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Outcome<T> {
    if status.is_success() {
        return match serde_json::from_slice(body) {
            Ok(answer) => Outcome::Final(Ok(answer)),
            Err(error) => Outcome::Retry(Failure::Unreachable(format!("its answer cannot be read: {error}"))),
        };
    }
    #[derive(Deserialize)]
    struct Body {
        error: ApiError,
    }
    let error = serde_json::from_slice::<Body>(body).map(|body| body.error).unwrap_or_default();
    let replayed = headers.get("idempotent-replayed").is_some_and(|value| value == "true");
    if replayed && status.is_server_error() {
        return Outcome::Final(Err(Failure::Kept(status)));
    }
    let busy = status == StatusCode::CONFLICT || status == StatusCode::TOO_MANY_REQUESTS;
    let failure = if status.is_server_error() || busy {
        Failure::Unreachable(format!("it answered {status}"))
    } else {
        Failure::Refused { status: status.as_u16(), error }
    };
    let again = match headers.get("stripe-should-retry").and_then(|value| value.to_str().ok()) {
        Some("true") => true,
        Some("false") => false,
        _ => status.is_server_error() || busy,
    };
    if again { Outcome::Retry(failure) } else { Outcome::Final(Err(failure)) }
}

fn pair(name: &str, value: impl ToString) -> (String, String) {
    (name.to_owned(), value.to_string())
}

fn metadata(entries: &[(&str, String)]) -> impl Iterator<Item = (String, String)> {
    entries.iter().map(|(name, value)| (format!("metadata[{name}]"), value.clone()))
}

/// The path without its id: `/v1/refunds/{id}`.
fn template(path: &str) -> String {
    let part = |(place, part)| if place == 3 { "{id}" } else { part };
    path.split('/').enumerate().map(part).collect::<Vec<_>>().join("/")
}

/// An id as a part of a path, whatever is in it.
fn segment(id: &str) -> String {
    percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC)
        .to_string()
        .replace("%5F", "_")
}
