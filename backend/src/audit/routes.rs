use axum::extract::{OriginalUri, State};
use axum::response::Response;

use super::model::{AuditEntry, AuditFilter};
use super::queries;
use crate::app::App;
use crate::error::{Problem, Result};
use crate::http::{Page, Query, text};
use crate::policy::{Action, Actor};

/// The audit log, newest first: who did what to whose record, and who read whose marks.
#[utoipa::path(get, path = "/audit", tag = "audit", params(AuditFilter),
    responses((status = 200, body = Page<AuditEntry>), (status = "4XX", body = Problem)))]
pub async fn list_audit(
    State(app): State<App>,
    actor: Actor,
    OriginalUri(uri): OriginalUri,
    Query(filter): Query<AuditFilter>,
) -> Result<Response> {
    actor.may(Action::ReadAudit)?;
    if let Some(action) = &filter.action {
        text::line("action", action, 1, 40)?;
    }
    Ok(queries::list(&app.db, &filter).await?.answer(&uri))
}
