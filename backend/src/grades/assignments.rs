//! The columns of a gradebook.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::model::{Assignment, CreateAssignment, UpdateAssignment};
use super::queries::{self, assignments, assignments::Column};
use super::reach;
use super::score::score_field;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::error::{Error, FieldError, Problem, Refusal, Result};
use crate::http::etag::{IfMatch, etag};
use crate::http::idempotency::{Claimed, IdempotencyKey};
use crate::http::validate::Fields;
use crate::http::{Json, Path, text};
use crate::ids::{AssignmentId, CourseId};
use crate::policy::{Action, Actor};

/// Most columns of a gradebook.
pub const MOST_ASSIGNMENTS: usize = 200;

pub fn name(field: &str, name: &str) -> Result<String, FieldError> {
    text::line(field, name, 1, 255)
}

pub fn max_score(field: &str, value: &Value) -> Result<rust_decimal::Decimal, FieldError> {
    let max = score_field(field, value)?;
    if max.is_zero() {
        Err(FieldError::new(field, "out_of_range", "more than 0, at most 999.99"))
    } else {
        Ok(max)
    }
}

pub fn weight(field: &str, value: &Value) -> Result<rust_decimal::Decimal, FieldError> {
    let weight = score_field(field, value)?;
    let fine = weight <= rust_decimal::Decimal::ONE;
    if fine { Ok(weight) } else { Err(FieldError::new(field, "out_of_range", "0 to 1, such as 0.25")) }
}

fn position(position: i32) -> Result<i32, FieldError> {
    let fine = (0..=1_000_000).contains(&position);
    if fine { Ok(position) } else { Err(FieldError::new("position", "out_of_range", "0 to 1000000")) }
}

pub fn too_many() -> Error {
    let detail = format!("a gradebook has at most {MOST_ASSIGNMENTS} assignments");
    Refusal::new("too_many_assignments", detail).into()
}

fn column(request: &CreateAssignment) -> Result<Column> {
    let mut fields = Fields::default();
    let name = fields.take(name("name", &request.name));
    let max_score = fields.take(max_score("max_score", &request.max_score));
    let weight = fields.take_if(request.weight.as_ref(), |value| weight("weight", value));
    let position = fields.take_if(request.position, position);
    fields.finish(|| {
        let (name, max_score) = (name?, max_score?);
        Some(Column { name, assignment_type: request.assignment_type, max_score, weight, position })
    })
}

/// Add an assignment to a gradebook.
#[utoipa::path(post, path = "/grades/course/{course_id}/assignments", tag = "grades",
    params(("course_id" = CourseId, Path), ("Idempotency-Key" = Option<String>, Header, description = "8 to 255 printable characters; same key and body, same answer, one effect")),
    responses((status = 201, body = Assignment), (status = "4XX", body = Problem)))]
pub async fn create_assignment(
    State(app): State<App>,
    actor: Actor,
    Path(course): Path<CourseId>,
    key: IdempotencyKey,
    Json(request): Json<CreateAssignment>,
) -> Result<Response> {
    let mut tx = app.db.begin().await?;
    reach::gradebook(&mut tx, &actor, course).await?;
    let column = column(&request)?;
    let route = "POST /grades/course/{course_id}/assignments";
    let claim = match key.claim(&app, &mut tx, actor.id.0, route, &(course, &request)).await? {
        Claimed::Fresh(claim) => claim,
        Claimed::Replay(answer) => return answer,
    };
    queries::hold_gradebook(&mut tx, course, true).await?;
    if assignments::add(&mut tx, course, std::slice::from_ref(&column)).await? == 0 {
        return Err(assignments::exists(&column.name));
    }
    let all = assignments::of_course(&mut tx, course).await?;
    if all.len() > MOST_ASSIGNMENTS {
        return Err(too_many());
    }
    let new = all.into_iter().find(|other| other.name == column.name).ok_or(Error::NotFound("assignment"))?;
    claim.keep(&mut tx, StatusCode::CREATED, &new).await?;
    let entry =
        Entry::by(&actor, "assignment_created").about("course", course.0).facts(json!({ "name": new.name }));
    audit::record(&mut tx, entry).await?;
    tx.commit().await?;

    tracing::info!(event = "assignment_created", function = "create_assignment", course_id = %course, assignment_id = %new.id, "Assignment created");
    Ok((StatusCode::CREATED, etag(new.version), Json(new)).into_response())
}

/// Change an assignment: its marks follow.
///
/// Refused when a mark is above the new maximum (`score_above_max`), when a completed student has a mark in the
/// column (`grade_locked`), and when the name is taken (`assignment_exists`).
#[utoipa::path(put, path = "/grades/assignments/{id}", tag = "grades",
    params(("id" = AssignmentId, Path), ("If-Match" = Option<String>, Header, description = "The ETag as read; 412 if somebody was faster")),
    responses((status = 200, body = Assignment), (status = "4XX", body = Problem)))]
pub async fn update_assignment(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<AssignmentId>,
    seen: IfMatch,
    Json(request): Json<UpdateAssignment>,
) -> Result<Response> {
    reach::writer(&actor)?;
    let mut tx = app.db.begin().await?;
    let course = reachable(&mut tx, &actor, id).await?;
    queries::hold_gradebook(&mut tx, course, true).await?;
    let old = assignments::find(&mut tx, id).await?.ok_or(Error::NotFound("assignment"))?;
    seen.check(old.version, &old)?;
    let (edited, reason) = edited(&old, &request)?;
    if edited == old {
        return Ok((etag(old.version), Json(old)).into_response());
    }
    queries::sign(&mut tx, &actor, reason.as_deref()).await?;
    let new = assignments::update(&mut tx, &edited).await?;
    let entry =
        Entry::by(&actor, "assignment_changed").about("course", course.0).facts(audit::changes(&old, &new));
    audit::record(&mut tx, entry).await?;
    tx.commit().await?;

    tracing::info!(event = "assignment_changed", function = "update_assignment", course_id = %course, assignment_id = %id, "Assignment changed");
    Ok((etag(new.version), Json(new)).into_response())
}

fn edited(old: &Assignment, request: &UpdateAssignment) -> Result<(Assignment, Option<String>)> {
    let mut fields = Fields::default();
    let mut new = old.clone();
    if let Some(name) = fields.take_if(request.name.as_deref(), |text| name("name", text)) {
        new.name = name;
    }
    new.assignment_type = request.assignment_type.unwrap_or(old.assignment_type);
    if let Some(max) = fields.take_if(request.max_score.as_ref(), |value| max_score("max_score", value)) {
        new.max_score = max;
    }
    match &request.weight {
        Some(Some(value)) => new.weight = fields.take(weight("weight", value)),
        Some(None) => new.weight = None,
        None => {}
    }
    if let Some(position) = fields.take_if(request.position, position) {
        new.position = position;
    }
    let reason = fields.take_if(request.reason.as_deref(), |text| text::line("reason", text, 1, 500));
    fields.finish(|| Some((new, reason)))
}

/// Take an assignment away, while it has no marks.
#[utoipa::path(delete, path = "/grades/assignments/{id}", tag = "grades", params(("id" = AssignmentId, Path)),
    responses((status = 204), (status = "4XX", body = Problem)))]
pub async fn delete_assignment(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<AssignmentId>,
) -> Result<StatusCode> {
    reach::writer(&actor)?;
    let mut tx = app.db.begin().await?;
    let course = reachable(&mut tx, &actor, id).await?;
    queries::hold_gradebook(&mut tx, course, true).await?;
    let old = assignments::find(&mut tx, id).await?.ok_or(Error::NotFound("assignment"))?;
    assignments::delete(&mut tx, id).await?;
    let entry =
        Entry::by(&actor, "assignment_deleted").about("course", course.0).facts(json!({ "name": old.name }));
    audit::record(&mut tx, entry).await?;
    tx.commit().await?;

    tracing::info!(event = "assignment_deleted", function = "delete_assignment", course_id = %course, assignment_id = %id, "Assignment deleted");
    Ok(StatusCode::NO_CONTENT)
}

/// The course of an assignment the actor may change.
async fn reachable(db: &mut sqlx::PgConnection, actor: &Actor, id: AssignmentId) -> Result<CourseId> {
    let (course, teacher) = assignments::course_of(db, id).await?.ok_or(Error::NotFound("assignment"))?;
    actor.may(Action::WriteMarks { teacher }).map_err(|_| Error::NotFound("assignment"))?;
    Ok(course)
}
