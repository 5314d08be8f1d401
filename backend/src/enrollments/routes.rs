use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use sqlx::PgConnection;

use super::model::{EnrollRequest, Enrollment, Status};
use super::queries;
use super::rules::{self, Grant, Wish};
use super::waitlist::{MOST_TRIES, fill_seats};
use crate::app::App;
use crate::error::{Error, FieldError, Problem, Refusal, Result};
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
    responses((status = 201, body = Enrollment), (status = 202, body = Enrollment), (status = "4XX", body = Problem), (status = 503, body = Problem)))]
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

    let asked = Asked { student, course, wish, reason };
    let _turn = app.registrations.enter().await?;
    let mut students = BTreeSet::from([student]);
    for _ in 0..MOST_TRIES {
        if let Some(answer) = try_enroll(&app, &actor, &asked, &key, &request, &mut students).await? {
            return Ok(answer);
        }
    }
    Err(Error::Overloaded)
}

/// What is asked for.
struct Asked {
    student: UserId,
    course: CourseId,
    wish: Wish,
    reason: String,
}

/// One attempt; `None` when the lock of a waiter is still missing.
async fn try_enroll(
    app: &App,
    actor: &Actor,
    asked: &Asked,
    key: &IdempotencyKey,
    request: &EnrollRequest,
    students: &mut BTreeSet<UserId>,
) -> Result<Option<Response>> {
    let Asked { student, course, wish, .. } = *asked;
    let full = if wish.waitlist || wish.over_capacity {
        None
    } else {
        queries::plainly_full(&app.db, student, course).await?
    };
    let mut tx = app.db.begin().await?;
    let claim =
        match key.claim(app, &mut tx, actor.id.0, "POST /courses/{id}/enroll", &(course, request)).await? {
            Claimed::Fresh(claim) => claim,
            Claimed::Replay(answer) => return answer.map(Some),
        };
    let decision = match full {
        Some(full) => Decision::Refused(rules::full(&full)),
        None => decide(&mut tx, actor, asked, students).await?,
    };
    match decision {
        Decision::Granted { enrollment, promoted } => {
            let status = if enrollment.status == Status::Enrolled {
                StatusCode::CREATED
            } else {
                StatusCode::ACCEPTED
            };
            claim.keep(&mut tx, status, &enrollment).await?;
            tx.commit().await?;
            report_granted(app, &enrollment, promoted);
            Ok(Some((status, Json(enrollment)).into_response()))
        }
        Decision::Refused(refusal) => {
            let (code, facts) = (Some(&*refusal.code), &refusal.facts);
            queries::note(&mut tx, student, course, "refused", code, Some(actor.id), facts).await?;
            claim.keep(&mut tx, StatusCode::CONFLICT, &refusal).await?;
            tx.commit().await?;
            report_refused(app, student, course, &refusal);
            Err(refusal.into())
        }
        Decision::NeedsLock(waiter) => {
            tx.rollback().await?;
            students.insert(waiter);
            Ok(None)
        }
    }
}

fn wish(actor: &Actor, request: &EnrollRequest) -> Result<(Wish, String)> {
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
    let wish = Wish {
        by_admin: actor.may(Action::OverrideEnrollment).is_ok(),
        waitlist: request.waitlist,
        over_capacity: request.over_capacity,
    };
    Ok((wish, reason.unwrap_or_default()))
}

enum Decision {
    Granted { enrollment: Box<Enrollment>, promoted: u64 },
    Refused(Refusal),
    NeedsLock(UserId),
}

/// Under the locks of the student and then the section: may they, and if so, it is done. A refusal leaves only what
/// the waiters got, so the caller can still commit the event that tells of it.
async fn decide(
    db: &mut PgConnection,
    actor: &Actor,
    asked: &Asked,
    students: &BTreeSet<UserId>,
) -> Result<Decision> {
    let Asked { student, course, wish, ref reason } = *asked;
    queries::lock_students(db, students).await?;
    let who = queries::lock_student(db, student).await?.ok_or(Error::NotFound("student"))?;
    let mut facts = queries::lock_course(db, course).await?.ok_or(Error::NotFound("course"))?;
    let mut promoted = 0;
    if facts.has_seat() && facts.waitlist_count > 0 && !wish.by_admin {
        // Somebody may have come to fit since the queue was last looked at; nobody overtakes them.
        match fill_seats(db, course, None).await? {
            Ok(seats) => promoted = seats,
            Err(waiter) => return Ok(Decision::NeedsLock(waiter)),
        }
        facts = queries::lock_course(db, course).await?.ok_or(Error::NotFound("course"))?;
    }
    let held = queries::held(db, student, course).await?;
    let clashes = queries::clashes(db, student, course).await?;
    let grant = match rules::admit(&who, &facts, held, &clashes, wish) {
        Ok(grant) => grant,
        Err(refusal) => return Ok(Decision::Refused(refusal)),
    };
    let above = grant == Grant::SeatAboveCapacity;
    let mut why = facts.counts();
    if !reason.is_empty() {
        why["reason"] = json!(reason);
    }
    if above {
        why["above_capacity"] = json!(true);
    }
    let enrollment = match grant {
        Grant::Seat | Grant::SeatAboveCapacity => {
            queries::take_seat(db, student, course, above, "enrolled", actor.id, why).await?
        }
        Grant::PlaceInQueue => queries::join_queue(db, student, course, actor.id, why).await?,
    };
    let enrollment = enrollment.ok_or_else(|| anyhow::anyhow!("a seat granted under lock was not there"))?;
    Ok(Decision::Granted { enrollment: Box::new(enrollment), promoted })
}

fn report_granted(app: &App, enrollment: &Enrollment, promoted: u64) {
    let seats = promoted + u64::from(enrollment.status == Status::Enrolled);
    app.metrics.enrollments.with_label_values(&["enrolled"]).inc_by(seats);
    tracing::info!(
        event = "enrollment_granted", function = "enroll", course_id = %enrollment.course_id,
        student_id = %enrollment.user_id, status = enrollment.status.as_str(), "Enrollment granted"
    );
}

fn report_refused(app: &App, student: UserId, course: CourseId, refusal: &Refusal) {
    let reason = match &*refusal.code {
        "course_full" => "capacity_exceeded",
        code => code,
    };
    if reason == "schedule_conflict" {
        app.metrics.enrollment_conflicts.inc();
    }
    tracing::warn!(
        event = "enrollment_rejected", function = "enroll", reason, course_id = %course, student_id = %student,
        current_capacity = refusal.facts.get("enrolled_count").and_then(serde_json::Value::as_i64),
        max_capacity = refusal.facts.get("capacity").and_then(serde_json::Value::as_i64), "Enrollment rejected"
    );
}

/// Drop a section, or leave its queue.
///
/// Frees the seat and gives it to the first waiter who still fits, in the same transaction. Dropping what is dropped
/// already changes nothing and answers the same. After the term's drop deadline only an admin can.
#[utoipa::path(delete, path = "/courses/{id}/enroll/{enrollment_id}", tag = "enrollments",
    params(("id" = CourseId, Path), ("enrollment_id" = EnrollmentId, Path)),
    responses((status = 200, body = Enrollment), (status = "4XX", body = Problem), (status = 503, body = Problem)))]
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
    if let Err(refusal) = actor.may(Action::Drop { student: found.user_id }) {
        let never = actor.may(Action::Drop { student: actor.id }).is_err();
        return Err(if never { refusal } else { Error::NotFound("enrolment") });
    }
    let _turn = app.registrations.enter().await?;
    let mut students = BTreeSet::from([found.user_id]);
    for _ in 0..MOST_TRIES {
        match try_drop(&app, &actor, course, id, found.user_id, &mut students).await? {
            Some(enrollment) => return Ok(Json(enrollment)),
            None => tokio::task::yield_now().await,
        }
    }
    Err(Error::Overloaded)
}

/// One attempt; `None` when the lock of a waiter is still missing.
async fn try_drop(
    app: &App,
    actor: &Actor,
    course: CourseId,
    id: EnrollmentId,
    student: UserId,
    students: &mut BTreeSet<UserId>,
) -> Result<Option<Enrollment>> {
    let mut tx = app.db.begin().await?;
    queries::lock_students(&mut tx, students).await?;
    // Who drops may come to fit where they wait.
    let mut courses = queries::waits_for(&mut tx, student).await?;
    courses.insert(course);
    queries::lock_courses(&mut tx, &courses).await?;
    let facts = queries::lock_course(&mut tx, course).await?.ok_or(Error::NotFound("course"))?;
    let now = queries::find(&mut tx, id, course).await?.ok_or(Error::NotFound("enrolment"))?;
    if now.status == Status::Dropped {
        return Ok(Some(queries::one(&mut tx, id).await?));
    }
    if let Err(refusal) = rules::release(&facts, now.status, actor.may(Action::OverrideEnrollment).is_ok()) {
        queries::note(
            &mut tx,
            student,
            course,
            "refused",
            Some(&refusal.code),
            Some(actor.id),
            &refusal.facts,
        )
        .await?;
        tx.commit().await?;
        return Err(refusal.into());
    }
    queries::give_up(&mut tx, id, now.status, actor.id).await?;
    let mut promoted = 0;
    for freed in courses {
        match fill_seats(&mut tx, freed, Some(actor.id)).await? {
            Ok(seats) => promoted += seats,
            Err(waiter) => {
                tx.rollback().await?;
                students.insert(waiter);
                return Ok(None);
            }
        }
    }
    let enrollment = queries::one(&mut tx, id).await?;
    tx.commit().await?;

    if now.status == Status::Enrolled {
        app.metrics.enrollments.with_label_values(&["dropped"]).inc();
    }
    app.metrics.enrollments.with_label_values(&["enrolled"]).inc_by(promoted);
    tracing::info!(event = "enrollment_dropped", function = "drop_course", course_id = %course, student_id = %student, promoted, "Enrollment dropped");
    Ok(Some(enrollment))
}
