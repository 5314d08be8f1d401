use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::model::{EnrollRequest, Enrollment, Status};
use super::rules::{self, Wish};
use super::seats::{self, Asked, Judged, OrLock, start_over};
use super::waitlist::fill_all;
use super::{queries, report};
use crate::app::App;
use crate::error::{Error, FieldError, Problem, Result};
use crate::http::idempotency::{Claimed, IdempotencyKey};
use crate::http::{Json, JsonOrDefault, Path, text};
use crate::ids::{CourseId, EnrollmentId, UserId};
use crate::policy::{Action, Actor};

/// Enroll a student in a section.
///
/// 201 with a seat; 202 with a place in the queue when it is full and the body says `"waitlist": true`. Refused (409)
/// with the facts: `course_full`, `schedule_conflict` (naming the clashes), `already_enrolled`,
/// `already_waitlisted`, `registration_closed`, `course_inactive`, `student_inactive`.
#[utoipa::path(post, path = "/courses/{id}/enroll", tag = "enrollments",
    request_body(content = Option<EnrollRequest>, content_type = "application/json"),
    params(("id" = CourseId, Path), ("Idempotency-Key" = Option<String>, Header, description = "8 to 255 printable characters; same key and body, same answer, one effect")),
    responses((status = 201, body = Enrollment), (status = 202, body = Enrollment), (status = "4XX", body = Problem)))]
pub async fn enroll(
    State(app): State<App>,
    actor: Actor,
    Path(course): Path<CourseId>,
    key: IdempotencyKey,
    JsonOrDefault(request): JsonOrDefault<EnrollRequest>,
) -> Result<Response> {
    let student = request.user_id.unwrap_or(actor.id);
    actor.may(Action::Enroll { student })?;
    let (wish, reason) = wish(&actor, &request)?;
    let asked = Asked { student, course, wish };
    let _turn = app.registrations.enter().await?;
    start_over(BTreeSet::from([student]), |students| {
        try_enroll(&app, &actor, &asked, reason.as_deref(), &key, &request, students)
    })
    .await
}

async fn try_enroll(
    app: &App,
    actor: &Actor,
    asked: &Asked,
    reason: Option<&str>,
    key: &IdempotencyKey,
    request: &EnrollRequest,
    students: BTreeSet<UserId>,
) -> Result<OrLock<Response>> {
    let Asked { student, course, .. } = *asked;
    let full = Judged::plainly_full(app, asked).await?;
    let mut tx = app.db.begin().await?;
    let claim =
        match key.claim(app, &mut tx, actor.id.0, "POST /courses/{id}/enroll", &(course, request)).await? {
            Claimed::Fresh(claim) => claim,
            Claimed::Replay(answer) => return answer.map(Ok),
        };
    let judged = match full {
        Some(full) => Ok(full),
        None => {
            let who = seats::lock(&mut tx, &students, student).await?;
            seats::judge(&mut tx, &who, asked, queries::Timetable::default()).await?
        }
    };
    let Judged { course: facts, verdict, promoted } = match judged {
        Ok(judged) => judged,
        Err(waiter) => {
            tx.rollback().await?;
            return Ok(Err(waiter));
        }
    };
    match verdict {
        Ok(grant) => {
            let more = reason.map(|reason| ("reason", json!(reason)));
            let enrollment = seats::take(&mut tx, actor.id, student, &facts, grant, more.as_slice()).await?;
            let status = match enrollment.status {
                Status::Pending => StatusCode::ACCEPTED,
                _ => StatusCode::CREATED,
            };
            claim.keep(&mut tx, status, &enrollment).await?;
            seats::audit(&mut tx, actor, "student_enrolled", student, [course]).await?;
            tx.commit().await?;
            report::promoted(app, promoted);
            report::granted(app, "enroll", grant, &enrollment);
            Ok(Ok((status, Json(enrollment)).into_response()))
        }
        Err(refusal) => {
            seats::refuse(&mut tx, actor.id, student, course, &refusal, &[]).await?;
            claim.keep(&mut tx, StatusCode::CONFLICT, &refusal).await?;
            tx.commit().await?;
            report::promoted(app, promoted);
            report::refused(app, "enroll", student, course, &refusal);
            Err(refusal.into())
        }
    }
}

fn wish(actor: &Actor, request: &EnrollRequest) -> Result<(Wish, Option<String>)> {
    let reason = request.reason.as_deref().map(|reason| text::line("reason", reason, 1, 500)).transpose()?;
    if request.over_capacity {
        actor.may(Action::OverrideEnrollment)?;
        if reason.is_none() {
            return Err(FieldError::new(
                "reason",
                "required",
                "say why the student gets a seat above capacity",
            )
            .into());
        }
    }
    let wish = Wish { waitlist: request.waitlist, over_capacity: request.over_capacity, ..Wish::of(actor) };
    Ok((wish, reason))
}

/// Drop a section, or leave its queue.
///
/// Frees the seat and gives it to the first waiter who still fits, in the same transaction. Dropping what is dropped
/// already changes nothing and answers the same. After the term's drop deadline only an admin can.
#[utoipa::path(delete, path = "/courses/{id}/enroll/{enrollment_id}", tag = "enrollments",
    params(("id" = CourseId, Path), ("enrollment_id" = EnrollmentId, Path)),
    responses((status = 200, body = Enrollment), (status = "4XX", body = Problem)))]
pub async fn drop_course(
    State(app): State<App>,
    actor: Actor,
    Path((course, id)): Path<(CourseId, EnrollmentId)>,
) -> Result<Json<Enrollment>> {
    let mut db = app.db.acquire().await?;
    let found = queries::find(&mut db, id, course).await?;
    drop(db);
    let Some(found) = found else {
        // A role that may never drop hears so, whether or not the thing exists.
        actor.may(Action::Drop { student: actor.id })?;
        return Err(Error::NotFound("enrolment"));
    };
    let student = found.user_id;
    if let Err(refusal) = actor.may(Action::Drop { student }) {
        let never = actor.may(Action::Drop { student: actor.id }).is_err();
        return Err(if never { refusal } else { Error::NotFound("enrolment") });
    }
    let _turn = app.registrations.enter().await?;
    let dropped = start_over(BTreeSet::from([student]), |students| {
        try_drop(&app, &actor, student, course, id, students)
    });
    dropped.await.map(Json)
}

async fn try_drop(
    app: &App,
    actor: &Actor,
    student: UserId,
    course: CourseId,
    id: EnrollmentId,
    students: BTreeSet<UserId>,
) -> Result<OrLock<Enrollment>> {
    let mut tx = app.db.begin().await?;
    seats::lock(&mut tx, &students, student).await?;
    // Who drops may come to fit where they wait.
    let mut courses = queries::waits_for(&mut tx, student).await?;
    courses.insert(course);
    queries::lock_courses(&mut tx, &courses).await?;
    let facts = queries::lock_course(&mut tx, course).await?.ok_or(Error::NotFound("course"))?;
    let now = queries::one(&mut tx, id).await?;
    if now.status == Status::Dropped {
        return Ok(Ok(now));
    }
    if let Err(refusal) = rules::release(&facts, now.status, Wish::of(actor).by_admin) {
        seats::refuse(&mut tx, actor.id, student, course, &refusal, &[]).await?;
        tx.commit().await?;
        return Err(refusal.into());
    }
    queries::give_up(&mut tx, id, now.status, actor.id, json!({})).await?;
    let promoted = match fill_all(&mut tx, &courses, actor.id).await? {
        Ok(promoted) => promoted,
        Err(waiter) => {
            tx.rollback().await?;
            return Ok(Err(waiter));
        }
    };
    let enrollment = queries::one(&mut tx, id).await?;
    seats::audit(&mut tx, actor, "student_dropped", student, [course]).await?;
    tx.commit().await?;
    report::dropped(app, "drop_course", now.status, &enrollment, promoted);
    Ok(Ok(enrollment))
}
