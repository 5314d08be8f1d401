//! Every failure a client can see: its status, its stable code, its words. The only `IntoResponse` of failures.
//!
//! Which to use: what the caller may not know to exist is [`Error::NotFound`]; what they may know but not do is
//! [`Error::Forbidden`]; what a rule refuses is a [`Refusal`]; what is written wrong is [`Error::Invalid`].

mod database;
mod problem;

use std::borrow::Cow;
use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

pub use self::database::{OnConstraint, is_passing};
pub use self::problem::{Problem, sentence};
use crate::ids::PaymentId;

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("sign in first")]
    Unauthenticated,
    #[error("the e-mail address or the password is wrong")]
    InvalidCredentials,
    #[error("this account is deactivated; ask the registrar's office")]
    AccountInactive,
    #[error("the session has ended; sign in again")]
    SessionExpired,
    #[error("this refresh token was exchanged a moment ago; use the newer one")]
    RefreshSuperseded,
    /// The role or relation may never do this; the text says who may.
    #[error("{0}")]
    Forbidden(&'static str),
    /// The named thing does not exist, or the caller may not know that it does.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    #[error("this address does not answer to that method")]
    MethodNotAllowed,
    #[error("{0}")]
    Refused(Refusal),
    /// The caller edited an older version; carries the thing as it is now.
    #[error("somebody changed this meanwhile; look at the current values and decide again")]
    Stale(Box<Value>),
    #[error("{0}")]
    Malformed(String),
    #[error("the request is larger than {0} bytes")]
    TooLarge(usize),
    /// Says which kind of body is taken.
    #[error("send the body as {0}")]
    UnsupportedMediaType(&'static str),
    #[error("some values are not acceptable; see `errors`")]
    Invalid(Vec<FieldError>),
    #[error("this Idempotency-Key was used for a different request; make a new one")]
    KeyReused,
    /// Too many tries; `retry_after` is in seconds.
    #[error("too many tries; wait {retry_after} s and try again")]
    RateLimited { retry_after: u64 },
    #[error("the server is busy; try again in a moment")]
    Overloaded,
    /// The database says "not now"; why is for the log.
    #[error("the database is busy or away: {0}")]
    DatabaseBusy(String),
    #[error("the request took too long and was given up; check whether it took effect before you repeat it")]
    TimedOut,
    #[error("{0}")]
    BadSignature(crate::stripe::signature::Rejected),
    /// The payment provider said no where it should not have; the payment stays.
    #[error("the payment provider did not accept the request; the payment is kept and can be taken up again")]
    ProviderFailed { payment: Option<PaymentId> },
    /// The payment provider did not answer in time; the payment stays.
    #[error("the payment provider does not answer; nothing is lost, try again in a moment")]
    ProviderUnavailable { payment: Option<PaymentId> },
    /// A probe's answer: why no requests should come here now.
    #[error("{0}")]
    Unavailable(&'static str),
    #[error("database: {0}")]
    Database(sqlx::Error),
    #[error("internal: {0:#}")]
    Internal(#[from] anyhow::Error),
}

/// A refusal by rule (409): a stable code, a sentence, and the facts it was decided on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    pub code: Cow<'static, str>,
    pub detail: String,
    pub facts: Map<String, Value>,
}

impl Refusal {
    pub fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code: code.into(), detail: detail.into(), facts: Map::new() }
    }

    /// The `error_type` under which refusals are counted; the two of registration have their own.
    fn kind(&self) -> &'static str {
        match &*self.code {
            "course_full" => "enrollment_capacity",
            "schedule_conflict" => "enrollment_conflict",
            _ => "refusal",
        }
    }

    pub fn fact(mut self, name: &str, value: impl Serialize) -> Self {
        self.facts.insert(name.to_owned(), serde_json::to_value(value).unwrap_or(Value::Null));
        self
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.detail)
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// What is wrong with one field of a request.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FieldError {
    /// Path of the field, such as `schedule.monday[0]`.
    pub field: String,
    /// Stable word for the kind of error, such as `too_long`.
    pub code: &'static str,
    /// What is wrong and what would be right.
    pub message: String,
}

impl FieldError {
    pub fn new(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { field: field.into(), code, message: message.into() }
    }
}

impl From<FieldError> for Error {
    fn from(error: FieldError) -> Self {
        Self::Invalid(vec![error])
    }
}

/// How bad it is, as the label of `uems_application_errors_total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    Warning,
    Error,
    Critical,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
        }
    }
}

/// Every label `error_type`, with the severity it comes with.
pub const KINDS: &[(&str, Severity)] = &[
    ("authentication", Severity::Warning),
    ("authorization", Severity::Warning),
    ("not_found", Severity::Warning),
    ("validation", Severity::Warning),
    ("refusal", Severity::Warning),
    ("enrollment_capacity", Severity::Warning),
    ("enrollment_conflict", Severity::Warning),
    ("rate_limit", Severity::Warning),
    ("overload", Severity::Error),
    ("external_api", Severity::Error),
    ("database", Severity::Critical),
    ("internal", Severity::Critical),
];

impl Error {
    /// Status, stable code, label of `error_type`.
    fn class(&self) -> (StatusCode, &str, &'static str) {
        use StatusCode as S;
        match self {
            Self::Unauthenticated => (S::UNAUTHORIZED, "unauthenticated", "authentication"),
            Self::InvalidCredentials => (S::UNAUTHORIZED, "invalid_credentials", "authentication"),
            Self::AccountInactive => (S::UNAUTHORIZED, "account_inactive", "authentication"),
            Self::SessionExpired => (S::UNAUTHORIZED, "session_expired", "authentication"),
            Self::RefreshSuperseded => (S::UNAUTHORIZED, "refresh_superseded", "authentication"),
            Self::Forbidden(_) => (S::FORBIDDEN, "forbidden", "authorization"),
            Self::NotFound(_) => (S::NOT_FOUND, "not_found", "not_found"),
            Self::MethodNotAllowed => (S::METHOD_NOT_ALLOWED, "method_not_allowed", "validation"),
            Self::Refused(refusal) => (S::CONFLICT, &refusal.code, refusal.kind()),
            Self::Stale(_) => (S::PRECONDITION_FAILED, "stale", "refusal"),
            Self::Malformed(_) => (S::BAD_REQUEST, "malformed", "validation"),
            Self::TooLarge(_) => (S::PAYLOAD_TOO_LARGE, "payload_too_large", "validation"),
            Self::UnsupportedMediaType(_) => {
                (S::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "validation")
            }
            Self::Invalid(_) => (S::UNPROCESSABLE_ENTITY, "validation_failed", "validation"),
            Self::KeyReused => (S::UNPROCESSABLE_ENTITY, "idempotency_key_reused", "validation"),
            Self::RateLimited { .. } => (S::TOO_MANY_REQUESTS, "rate_limited", "rate_limit"),
            Self::BadSignature(_) => (S::BAD_REQUEST, "bad_signature", "authentication"),
            Self::ProviderFailed { .. } => (S::BAD_GATEWAY, "payment_provider_failed", "external_api"),
            Self::ProviderUnavailable { .. } => {
                (S::SERVICE_UNAVAILABLE, "payment_provider_unavailable", "external_api")
            }
            Self::Overloaded | Self::DatabaseBusy(_) => (S::SERVICE_UNAVAILABLE, "overloaded", "overload"),
            Self::TimedOut => (S::SERVICE_UNAVAILABLE, "timed_out", "overload"),
            Self::Unavailable(_) => (S::SERVICE_UNAVAILABLE, "unavailable", "overload"),
            Self::Database(_) => (S::INTERNAL_SERVER_ERROR, "internal", "database"),
            Self::Internal(_) => (S::INTERNAL_SERVER_ERROR, "internal", "internal"),
        }
    }

    pub fn status(&self) -> StatusCode {
        self.class().0
    }

    pub fn code(&self) -> &str {
        self.class().1
    }

    /// Label `error_type` of `uems_application_errors_total`.
    pub fn kind(&self) -> &'static str {
        self.class().2
    }

    pub fn severity(&self) -> Severity {
        match self {
            Self::Internal(_) | Self::Database(_) => Severity::Critical,
            Self::Overloaded
            | Self::DatabaseBusy(_)
            | Self::TimedOut
            | Self::ProviderFailed { .. }
            | Self::ProviderUnavailable { .. } => Severity::Error,
            _ => Severity::Warning,
        }
    }
}

/// A failure on its way out: [`crate::http::request_log`] finds it here, renders, counts and logs it once.
#[derive(Clone)]
pub struct Failure(pub Arc<Error>);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Failure(Arc::new(self)));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn internal_text_never_reaches_the_client() {
        let error = Error::Internal(anyhow::anyhow!("password=hunter2 at /srv"));
        let body = serde_json::to_string(&error.problem("req-1")).unwrap();
        assert!(!body.contains("hunter2") && body.contains("req-1"), "{body}");
        let error = Error::from(sqlx::Error::PoolTimedOut);
        assert!(error.to_string().contains("pool timed out"), "the log tells why: {error}");
        assert_eq!(error.problem("req-1").detail, "The server is busy; try again in a moment.");
    }

    #[test]
    fn a_refusal_carries_its_facts_beside_the_standard_members() {
        let error = Error::from(Refusal::new("course_full", "all seats are taken").fact("capacity", 30));
        let body = serde_json::to_value(error.problem("r")).unwrap();
        assert_eq!((body["capacity"].as_i64(), body["status"].as_i64()), (Some(30), Some(409)));
        assert_eq!(body["detail"], "All seats are taken.");
    }
}
