//! Changing what is final: somebody asks, with a reason; an admin who is not that somebody decides, once.

use std::collections::BTreeSet;

use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;
use utoipa::{IntoParams, ToSchema};

use super::assignments::name;
use super::cells::{Book, Intent, Seen, Wanted};
use super::finals::compute;
use super::model::Author;
use super::queries::{self, assignments, finals, requests};
use super::reach;
use super::rules::Final;
use super::save::Save;
use super::score::score_field;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::enrollments::Status;
use crate::error::{Error, FieldError, Problem, Refusal, Result};
use crate::http::decimals::{two_places, two_places_if};
use crate::http::idempotency::{Claimed, IdempotencyKey};
use crate::http::validate::Fields;
use crate::http::{Json, Page, Path, Query, text};
use crate::ids::{ChangeRequestId, CourseId, EnrollmentId};
use crate::policy::{Action, Actor, Role};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "varchar", rename_all = "snake_case")]
pub enum RequestStatus {
    Pending,
    Approved,
    Rejected,
}

impl RequestStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestChange {
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
    /// 1 to 200.
    pub cells: Vec<WantedCell>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedCell {
    pub assignment_name: String,
    #[schema(value_type = String, example = "91")]
    pub score: Value,
}

/// A mark that is to change.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RequestedCell {
    pub assignment_name: String,
    #[schema(value_type = String)]
    #[serde(serialize_with = "two_places")]
    pub score: Decimal,
    /// What it was when the change was asked for; empty: there was no mark.
    #[schema(value_type = Option<String>)]
    #[serde(serialize_with = "two_places_if")]
    pub old_score: Option<Decimal>,
    pub old_version: Option<i32>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ChangeRequest {
    pub id: ChangeRequestId,
    pub enrollment_id: EnrollmentId,
    pub course_id: CourseId,
    pub course_code: String,
    pub course_section: String,
    pub student_name: String,
    pub reason: String,
    pub cells: Vec<RequestedCell>,
    pub status: RequestStatus,
    pub filed_by: Author,
    pub filed_at: DateTime<Utc>,
    pub decided_by: Option<Author>,
    pub decided_at: Option<DateTime<Utc>>,
    pub note: Option<String>,
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RequestFilter {
    #[param(inline)]
    pub status: Option<RequestStatus>,
    pub course_id: Option<CourseId>,
    #[param(minimum = 1)]
    pub page: Option<i64>,
    #[param(minimum = 1, maximum = 100)]
    pub page_size: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    Approve,
    Reject,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideChange {
    pub decision: Choice,
    #[schema(max_length = 1000)]
    pub note: Option<String>,
}

/// Ask for marks of a completed course to be changed.
///
/// Nothing changes until an admin approves. Refused while the course is not completed (`not_locked`): then the marks
/// can simply be changed.
#[utoipa::path(post, path = "/grades/enrollment/{enrollment_id}/change-requests", tag = "grades",
    params(("enrollment_id" = EnrollmentId, Path), ("Idempotency-Key" = Option<String>, Header, description = "8 to 255 printable characters; same key and body, same answer, one effect")),
    responses((status = 201, body = ChangeRequest), (status = "4XX", body = Problem)))]
pub async fn request_change(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<EnrollmentId>,
    key: IdempotencyKey,
    Json(request): Json<RequestChange>,
) -> Result<Response> {
    let mut tx = app.db.begin().await?;
    let place = reach::to_write(&mut tx, &actor, id).await?;
    let (reason, wanted) = parse(id, &request)?;
    let route = "POST /grades/enrollment/{enrollment_id}/change-requests";
    let claim = match key.claim(&app, &mut tx, actor.id.0, route, &(id, &request)).await? {
        Claimed::Fresh(claim) => claim,
        Claimed::Replay(answer) => return answer,
    };
    queries::hold_gradebook(&mut tx, place.course_id, false).await?;
    let columns = assignments::of_course(&mut tx, place.course_id).await?;
    let book = Book { open: true, ..Book::default() };
    let save = Save::decide(&mut tx, place.course_id, &columns, &wanted, book, true).await?;
    if save.book.places.get(&id) != Some(&Status::Completed) {
        let detail = "the course is not completed for this student; the marks can simply be changed";
        return Err(Refusal::new("not_locked", detail).into());
    }
    refuse_bad_cells(&save)?;
    let cells = wanted.iter().map(|cell| {
        let mark = save.book.mark(cell);
        let Intent::Set(score) = cell.score else { return None };
        let (old_score, old_version) = (mark.map(|mark| mark.score), mark.map(|mark| mark.version));
        Some(RequestedCell { assignment_name: cell.assignment.clone(), score, old_score, old_version })
    });
    let cells: Vec<RequestedCell> = cells.flatten().collect();
    let stored = serde_json::to_value(&cells).map_err(anyhow::Error::from)?;
    let new = requests::file(&mut tx, id, place.course_id, actor.id, &reason, &stored).await?;
    let new = requests::find(&mut tx, new).await?.ok_or(Error::NotFound("request"))?;
    claim.keep(&mut tx, StatusCode::CREATED, &new).await?;
    let facts = json!({ "request": new.id, "reason": reason, "cells": stored });
    let entry =
        Entry::by(&actor, "mark_change_requested").of(place.user_id).about("enrollment", id.0).facts(facts);
    audit::record(&mut tx, entry).await?;
    tx.commit().await?;

    tracing::info!(event = "grade_change_requested", function = "request_change", course_id = %place.course_id, enrollment_id = %id, "Grade change requested");
    Ok((StatusCode::CREATED, Json(new)).into_response())
}

fn parse(id: EnrollmentId, request: &RequestChange) -> Result<(String, Vec<Wanted>)> {
    let mut fields = Fields::default();
    let reason = fields.take(text::paragraphs("reason", &request.reason, 1000));
    fields.require(!request.reason.trim().is_empty(), || {
        FieldError::new("reason", "required", "say why it has to change")
    });
    fields.require((1..=200).contains(&request.cells.len()), || {
        FieldError::new("cells", "too_many", "1 to 200 marks")
    });
    let mut wanted = vec![];
    for (index, cell) in request.cells.iter().take(200).enumerate() {
        let score = fields.take(score_field(&format!("cells[{index}].score"), &cell.score));
        let field = format!("cells[{index}].assignment_name");
        let assignment = fields.take(name(&field, &cell.assignment_name));
        wanted.extend(score.zip(assignment).map(|(score, assignment)| Wanted {
            enrollment: id,
            assignment,
            score: Intent::Set(score),
            comments: None,
            seen: Seen::Current,
        }));
    }
    fields.finish(|| Some((reason?, wanted)))
}

/// Every cell that cannot be, named as a field.
fn refuse_bad_cells(save: &Save<'_>) -> Result<()> {
    let judged = save.judged(&[]);
    let mut fields = Fields::default();
    for (index, cell) in judged.into_iter().enumerate() {
        if let (Some(code), Some(message)) = (cell.code, cell.message) {
            fields.extend([FieldError::new(format!("cells[{index}]"), code, message)]);
        }
    }
    fields.finish(|| Some(()))
}

/// Requests to change final marks, newest first: all for admins, those of their own courses for teachers.
#[utoipa::path(get, path = "/grades/change-requests", tag = "grades", params(RequestFilter),
    responses((status = 200, body = Page<ChangeRequest>), (status = "4XX", body = Problem)))]
pub async fn list_change_requests(
    State(app): State<App>,
    actor: Actor,
    OriginalUri(uri): OriginalUri,
    Query(filter): Query<RequestFilter>,
) -> Result<Response> {
    reach::writer(&actor)?;
    let teacher = match actor.role {
        Role::Admin => None,
        Role::Teacher | Role::Student => Some(actor.id),
    };
    let mut tx = app.db.begin().await?;
    let page = requests::list(&mut tx, teacher, &filter).await?;
    if page.total > 0 {
        let entry = Entry::by(&actor, "marks_read").facts(json!({ "list": "change requests" }));
        audit::record(&mut tx, entry).await?;
    }
    tx.commit().await?;
    Ok(page.answer(&uri))
}

/// Approve or reject a change of final marks; once.
///
/// Approving writes the marks, computes the final anew and keeps the reason in the history. Refused for one's own request
/// (`own_request`) and when a mark changed since it was asked for (`request_outdated`).
#[utoipa::path(put, path = "/grades/change-requests/{id}", tag = "grades", params(("id" = ChangeRequestId, Path)),
    responses((status = 200, body = ChangeRequest), (status = "4XX", body = Problem)))]
pub async fn decide_change_request(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ChangeRequestId>,
    Json(request): Json<DecideChange>,
) -> Result<Json<ChangeRequest>> {
    actor.may(Action::DecideMarkChange)?;
    let note = request.note.as_deref().map(|note| text::paragraphs("note", note, 1000)).transpose()?;
    let mut tx = app.db.begin().await?;
    requests::lock(&mut tx, id).await?;
    let wish = requests::find(&mut tx, id).await?.ok_or(Error::NotFound("request"))?;
    if wish.status != RequestStatus::Pending {
        let detail = "this request was decided already";
        return Err(Refusal::new("already_decided", detail).fact("decision", wish.status).into());
    }
    let status = match request.decision {
        Choice::Approve if wish.filed_by.id == actor.id => {
            return Err(Refusal::new("own_request", "another admin has to approve what you asked for").into());
        }
        Choice::Approve => RequestStatus::Approved,
        Choice::Reject => RequestStatus::Rejected,
    };
    let place = queries::place(&mut tx, wish.enrollment_id).await?.ok_or(Error::NotFound("enrolment"))?;
    let mut facts = json!({ "request": id, "decision": status, "reason": wish.reason });
    if status == RequestStatus::Approved {
        let last = apply(&app, &mut tx, &actor, &wish).await?;
        facts["percent"] = json!(last.percent);
    }
    requests::decide(&mut tx, id, status, actor.id, note.as_deref()).await?;
    let decided = requests::find(&mut tx, id).await?.ok_or(Error::NotFound("request"))?;
    let entry = Entry::by(&actor, "mark_change_decided")
        .of(place.user_id)
        .about("enrollment", place.id.0)
        .facts(facts);
    audit::record(&mut tx, entry).await?;
    tx.commit().await?;

    tracing::info!(event = "grade_change_decided", function = "decide_change_request", course_id = %wish.course_id, enrollment_id = %place.id, decision = status.as_str(), "Grade change decided");
    Ok(Json(decided))
}

/// Writes the marks that were asked for, and the final they make.
async fn apply(app: &App, db: &mut PgConnection, actor: &Actor, wish: &ChangeRequest) -> Result<Final> {
    let (enrollment, course) = (wish.enrollment_id, wish.course_id);
    let wanted: Vec<Wanted> = wish
        .cells
        .iter()
        .map(|cell| Wanted {
            enrollment,
            assignment: cell.assignment_name.clone(),
            score: Intent::Set(cell.score),
            comments: None,
            seen: Seen::Version(cell.old_version),
        })
        .collect();
    queries::hold_gradebook(db, course, false).await?;
    let columns = assignments::of_course(db, course).await?;
    let book = Book { open: true, ..Book::default() };
    let save = Save::decide(db, course, &columns, &wanted, book, true).await?;
    if save.refused() > 0 {
        let detail = "a mark or its assignment changed since this was asked for; reject it and ask anew";
        return Err(Refusal::new("request_outdated", detail).into());
    }
    queries::open_finals(db).await?;
    save.store(db, actor, Some(&wish.reason)).await?;
    let ids = BTreeSet::from([enrollment]);
    let last = compute(db, &ids, &app.config.institution.grade_scale).await?.remove(&enrollment);
    let last = last.filter(|last| last.percent.is_some());
    let last = last.ok_or_else(|| Refusal::new("no_final", "the changed marks make no final"))?;
    finals::write(db, actor.id, &[(enrollment, &last)]).await?;
    Ok(last)
}
