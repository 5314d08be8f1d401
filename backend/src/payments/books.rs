//! The comparison of the books, on demand.

use axum::extract::State;
use serde_json::json;

use super::findings::{Reconciliation, Reconciliations, RunReconciliation};
use super::reconcile::{self, Options};
use super::reconcile_queries;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::error::{FieldError, Problem, Result};
use crate::http::{Json, JsonOrDefault, request_log};
use crate::policy::{Action, Actor};

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
/// younger than a minute is left alone.
#[utoipa::path(post, path = "/payments/reconciliation", tag = "payments",
    request_body(content = Option<RunReconciliation>, content_type = "application/json"),
    responses((status = 200, body = Reconciliation), (status = "4XX", body = Problem), (status = 502, body = Problem), (status = 503, body = Problem)))]
pub async fn run_reconciliation(
    State(app): State<App>,
    actor: Actor,
    JsonOrDefault(request): JsonOrDefault<RunReconciliation>,
) -> Result<Json<Reconciliation>> {
    actor.may(Action::ManagePayments)?;
    let days = request.days.unwrap_or(3);
    if !(1..=30).contains(&days) {
        return Err(FieldError::new("days", "out_of_range", "1 to 30 days").into());
    }
    let apply = request.apply.unwrap_or(true);
    let options = Options { requested_by: Some(actor.id), ..Options::days(&app, days, apply) };
    let done = {
        let app = app.clone();
        request_log::spawn(async move { reconcile::reconcile(&app, &options).await })
    };
    let done = done.await.map_err(anyhow::Error::from)??;
    let mut tx = app.db.begin().await?;
    let facts =
        json!({ "applied": apply, "days": days, "repaired": done.repaired, "unresolved": done.unresolved });
    audit::record(&mut tx, Entry::by(&actor, "payments_reconciled").facts(facts)).await?;
    tx.commit().await?;
    Ok(Json(done))
}
