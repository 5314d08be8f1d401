//! The comparison of the books, on demand.

use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::findings::{Reconciliation, ReconciliationBegun, Reconciliations, RunReconciliation};
use super::reconcile::{self, Options};
use super::reconcile_queries;
use crate::app::App;
use crate::error::{FieldError, Problem, Result};
use crate::http::{Json, JsonOrDefault, request_log};
use crate::policy::{Action, Actor};

/// Longer than that nobody waits for a comparison; less than what any request may take.
const LONGEST_WAIT: i64 = 25;

/// The latest comparisons of our books with the payment provider's, and what they found.
#[utoipa::path(get, path = "/payments/reconciliation", tag = "payments",
    responses((status = 200, body = Reconciliations), (status = "4XX", body = Problem)))]
pub async fn list_reconciliations(State(app): State<App>, actor: Actor) -> Result<Json<Reconciliations>> {
    actor.may(Action::ManagePayments)?;
    Ok(Json(Reconciliations { items: reconcile_queries::latest(&app.db).await? }))
}

/// Compare our books with the payment provider's now.
///
/// What is certain is repaired (unless `apply` is false); the rest is listed. Doing it twice does no harm. What is
/// younger than a minute is left alone. One that takes longer than `wait_seconds` goes on by itself: the answer is 202
/// with its id, under which it stands among the comparisons when it is done.
#[utoipa::path(post, path = "/payments/reconciliation", tag = "payments",
    request_body(content = Option<RunReconciliation>, content_type = "application/json"),
    responses((status = 200, body = Reconciliation), (status = 202, body = ReconciliationBegun, headers(("Location" = String))),
        (status = "4XX", body = Problem), (status = 502, body = Problem), (status = 503, body = Problem)))]
pub async fn run_reconciliation(
    State(app): State<App>,
    actor: Actor,
    JsonOrDefault(request): JsonOrDefault<RunReconciliation>,
) -> Result<Response> {
    actor.may(Action::ManagePayments)?;
    let days = request.days.unwrap_or(3);
    if !(1..=30).contains(&days) {
        return Err(FieldError::new("days", "out_of_range", "1 to 30 days").into());
    }
    let wait = request.wait_seconds.unwrap_or(LONGEST_WAIT);
    if !(0..=LONGEST_WAIT).contains(&wait) {
        return Err(FieldError::new("wait_seconds", "out_of_range", "0 to 25 seconds").into());
    }
    let apply = request.apply.unwrap_or(true);
    let options = Options { requested_by: Some(actor), ..Options::days(&app, days, apply) };
    let begun = ReconciliationBegun { id: options.id, started_at: app.clock.now() };
    let done = request_log::spawn(async move { reconcile::reconcile(&app, &options).await });
    match tokio::time::timeout(Duration::from_secs(wait.unsigned_abs()), done).await {
        Ok(done) => Ok(Json(done.map_err(anyhow::Error::from)??).into_response()),
        Err(_) => {
            let place = [(header::LOCATION, "/api/v1/payments/reconciliation")];
            Ok((StatusCode::ACCEPTED, place, Json(begun)).into_response())
        }
    }
}
