//! Answers and errors in Stripe's shape.

use axum::Json;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// A status and a body, to be kept under the request's `Idempotency-Key`.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
    /// Told before, under the same key.
    pub replayed: bool,
}

impl Answer {
    pub fn ok(body: Value) -> Self {
        Self { status: 200, body, replayed: false }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut answer = (status, Json(self.body)).into_response();
        if self.replayed {
            answer.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
        }
        answer
    }
}

/// Said before anything happened.
#[derive(Debug)]
pub enum Refusal {
    Said(Answer),
    Database(sqlx::Error),
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Said(answer) => answer.into_response(),
            Self::Database(error) => {
                tracing::error!(event = "sandbox_failed", %error, "The payment sandbox failed");
                failure().into_response()
            }
        }
    }
}

pub type Result<T> = std::result::Result<T, Refusal>;

fn error(status: u16, kind: &str, code: &str, message: &str) -> Answer {
    let code = if code.is_empty() { Value::Null } else { code.into() };
    let body = json!({ "error": { "type": kind, "code": code, "message": message } });
    Answer { status, body, replayed: false }
}

pub fn invalid(code: &str, message: &str) -> Refusal {
    Refusal::Said(error(400, "invalid_request_error", code, message))
}

pub fn missing(what: &str) -> Refusal {
    Refusal::Said(error(404, "invalid_request_error", "resource_missing", &format!("No such {what}")))
}

pub fn unauthorized() -> Refusal {
    Refusal::Said(error(401, "invalid_request_error", "", "Invalid API Key provided"))
}

pub fn key_reused() -> Refusal {
    let message =
        "Keys for idempotent requests can only be used with the same parameters they were first used with.";
    Refusal::Said(error(400, "idempotency_error", "", message))
}

pub fn failure() -> Answer {
    error(500, "api_error", "", "An error occurred internally")
}

/// The card was not taken: the intent says so too, and may be tried again.
pub fn declined(problem: &Value, intent: Value) -> Answer {
    let mut problem = problem.clone();
    problem["payment_intent"] = intent;
    Answer { status: 402, body: json!({ "error": problem }), replayed: false }
}
