//! Health for people, probes and Prometheus. Uses its own two connections, so that a full pool is not a dead server.

use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde::Serialize;
use sqlx::PgPool;
use utoipa::ToSchema;

use crate::app::App;
use crate::db::migrations;
use crate::error::{Error, Problem, Result};
use crate::metrics::VERSION;

/// A probe that gets no answer sooner is a failed one.
const PATIENCE: Duration = Duration::from_secs(1);

#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok`, or `degraded` while the database does not take writes.
    #[schema(example = "ok")]
    status: &'static str,
    version: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Probe {
    /// Always `ok`; anything else is an error.
    #[schema(example = "ok")]
    status: &'static str,
}

/// How the server is.
///
/// Answers 200 as long as it can answer at all; `status` tells whether the database works.
#[utoipa::path(get, path = "/health", tag = "health", security(()), responses((status = 200, body = Health)))]
pub async fn health(State(app): State<App>) -> Json<Health> {
    let status = if obstacle(&app).await.is_none() { "ok" } else { "degraded" };
    Json(Health { status, version: VERSION })
}

/// Whether to send requests here: the database takes writes, its schema is current, and no stop was asked for.
#[utoipa::path(get, path = "/health/ready", tag = "health", security(()),
    responses((status = 200, body = Probe), (status = 503, body = Problem)))]
pub async fn ready(State(app): State<App>) -> Result<Json<Probe>> {
    match obstacle(&app).await {
        None => Ok(Json(Probe { status: "ok" })),
        Some(reason) => Err(Error::Unavailable(reason)),
    }
}

/// Whether the process is alive; says nothing of the database, because a restart would not mend that.
#[utoipa::path(get, path = "/health/live", tag = "health", security(()), responses((status = 200, body = Probe)))]
pub async fn live() -> Json<Probe> {
    Json(Probe { status: "ok" })
}

/// What Prometheus scrapes; 404 when `ENABLE_METRICS=false`.
pub async fn metrics(State(app): State<App>) -> Result<impl IntoResponse> {
    if !app.config.telemetry.enable_metrics {
        return Err(Error::NotFound("address; metrics are switched off"));
    }
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.metrics.text(&app).await))
}

/// What stands in the way of serving, if anything.
async fn obstacle(app: &App) -> Option<&'static str> {
    if !app.accepting.load(Ordering::Relaxed) {
        return Some("the server is stopping");
    }
    match tokio::time::timeout(PATIENCE, look(&app.reserve)).await {
        Ok(Ok(obstacle)) => obstacle,
        Ok(Err(error)) => {
            tracing::warn!(event = "database_unreachable", %error, "The database does not answer");
            Some("the database does not answer")
        }
        Err(_) => Some("the database does not answer in time"),
    }
}

async fn look(db: &PgPool) -> sqlx::Result<Option<&'static str>> {
    // A read would also succeed on a standby; only a server that takes writes is of use.
    let writable: Option<bool> = sqlx::query_scalar(
        "select not pg_is_in_recovery() and current_setting('transaction_read_only') = 'off'",
    )
    .fetch_one(db)
    .await?;
    if writable != Some(true) {
        return Ok(Some("the database takes no writes"));
    }
    let current = migrations::are_applied(db).await?;
    Ok((!current).then_some("the database lacks migrations of this version (uems migrate)"))
}
