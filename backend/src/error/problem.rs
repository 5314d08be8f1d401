//! How a failure is answered: RFC 9457 problem details, and the headers that go with a status.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{Error, FieldError};

/// RFC 9457 problem details, as every failure is answered. A refusal adds its facts beside these members.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// `urn:uems:problem:<code>`.
    pub r#type: String,
    /// Short name of the status.
    pub title: &'static str,
    pub status: u16,
    /// A sentence for the person in front of the screen.
    pub detail: String,
    /// Stable, machine-readable.
    pub code: String,
    /// The `X-Request-ID` under which the logs know this request.
    pub request_id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    #[serde(flatten)]
    #[schema(value_type = Object, additional_properties)]
    pub facts: Map<String, Value>,
}

impl Error {
    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::RateLimited { retry_after } => Some(*retry_after),
            Self::Overloaded | Self::DatabaseBusy(_) | Self::TimedOut => Some(1),
            Self::ProviderUnavailable { .. } => Some(10),
            _ => None,
        }
    }

    /// The answer to the client; internal text stays behind.
    pub fn problem(&self, request_id: &str) -> Problem {
        let (status, code, _) = self.class();
        let (errors, facts) = match self {
            Self::Invalid(errors) => (errors.clone(), Map::new()),
            Self::Refused(refusal) => (vec![], refusal.facts.clone()),
            Self::ProviderFailed { payment } | Self::ProviderUnavailable { payment } => {
                let named = payment.map(|id| ("payment_id".to_owned(), id.0.to_string().into()));
                (vec![], Map::from_iter(named))
            }
            Self::Stale(current) => (vec![], Map::from_iter([("current".to_owned(), (**current).clone())])),
            _ => (vec![], Map::new()),
        };
        let detail = match self {
            Self::Database(_) | Self::Internal(_) => {
                format!("something went wrong on our side; tell support the number {request_id}")
            }
            Self::DatabaseBusy(_) => Self::Overloaded.to_string(),
            _ => self.to_string(),
        };
        Problem {
            r#type: format!("urn:uems:problem:{code}"),
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: sentence(&detail),
            code: code.to_owned(),
            request_id: request_id.to_owned(),
            errors,
            facts,
        }
    }

    /// The whole response; the request log calls this, because only it knows the request's id.
    pub fn render(&self, request_id: &str) -> Response {
        let body = serde_json::to_vec(&self.problem(request_id)).unwrap_or_default();
        let mut response = (self.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status() == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    let stop = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}
