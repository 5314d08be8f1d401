use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::model::{Enrollment, SwapRequest, Swapped};
use super::queries::{self, Timetable};
use super::report;
use super::rules::{self, CourseFacts, Grant, Wish};
use super::seats::{self, Asked, Judged, OrLock, start_over};
use super::waitlist::fill_all;
use crate::app::App;
use crate::error::{Error, FieldError, Problem, Refusal, Result};
use crate::http::Json;
use crate::http::idempotency::{Claimed, IdempotencyKey};
use crate::ids::{CourseId, UserId};
use crate::policy::{Action, Actor};

/// Exchange one section for another.
///
/// Drops `drop` and takes a seat in `take`, or does neither: whatever keeps the student out of the new section, the old
/// one stays theirs. Clashes are judged as if the old one were gone already. The seat that comes free goes to its first
/// waiter who fits, in the same transaction. Refused (409) like `enroll`, and with `not_enrolled` or
/// `drop_deadline_passed` where there is nothing to give up. It does not wait for a seat.
#[utoipa::path(post, path = "/enrollments/swap", tag = "enrollments",
    params(("Idempotency-Key" = Option<String>, Header, description = "8 to 255 printable characters; same key and body, same answer, one effect")),
    responses((status = 201, body = Swapped), (status = "4XX", body = Problem)))]
pub async fn swap(
    State(app): State<App>,
    actor: Actor,
    key: IdempotencyKey,
    Json(request): Json<SwapRequest>,
) -> Result<Response> {
    let student = request.user_id.unwrap_or(actor.id);
    actor.may(Action::Drop { student })?;
    actor.may(Action::Enroll { student })?;
    if request.drop == request.take {
        return Err(FieldError::new("take", "duplicate", "name another section than the one to drop").into());
    }
    let named = [("drop".to_owned(), request.drop), ("take".to_owned(), request.take)];
    seats::check_exist(&app, &named).await?;
    let asked = Asked { student, course: request.take, wish: Wish::of(&actor) };
    let _turn = app.registrations.enter().await?;
    start_over(BTreeSet::from([student]), |students| try_swap(&app, &actor, &asked, &key, &request, students))
        .await
}

async fn try_swap(
    app: &App,
    actor: &Actor,
    asked: &Asked,
    key: &IdempotencyKey,
    request: &SwapRequest,
    students: BTreeSet<UserId>,
) -> Result<OrLock<Response>> {
    let full = Judged::plainly_full(app, asked).await?;
    let mut tx = app.db.begin().await?;
    let claim = match key.claim(app, &mut tx, actor.id.0, "POST /enrollments/swap", request).await? {
        Claimed::Fresh(claim) => claim,
        Claimed::Replay(answer) => return answer.map(Ok),
    };
    let judged = match full {
        Some(full) => Ok(full),
        None => judge(&mut tx, asked, request.drop, &students).await?,
    };
    let judged = match judged {
        Ok(judged) => judged,
        Err(waiter) => {
            tx.rollback().await?;
            return Ok(Err(waiter));
        }
    };
    let verdict = match judged.verdict {
        Ok(grant) => to_give_up(&mut tx, asked, request.drop).await?.map(|held| (grant, held)),
        Err(refusal) => Err((asked.course, refusal)),
    };
    let why = json!({ "drop": request.drop, "take": request.take });
    let (grant, held) = match verdict {
        Ok(granted) => granted,
        Err((course, refusal)) => {
            seats::refuse(&mut tx, actor.id, asked.student, course, &refusal, &[("swap", why)]).await?;
            claim.keep(&mut tx, StatusCode::CONFLICT, &refusal).await?;
            tx.commit().await?;
            report::promoted(app, judged.promoted);
            report::refused(app, "swap", asked.student, course, &refusal);
            return Err(refusal.into());
        }
    };
    let (swapped, promoted) = match exchange(&mut tx, actor, &held, (&judged.course, grant), why).await? {
        Ok(done) => done,
        Err(waiter) => {
            tx.rollback().await?;
            return Ok(Err(waiter));
        }
    };
    claim.keep(&mut tx, StatusCode::CREATED, &swapped).await?;
    seats::audit(&mut tx, actor, "student_dropped", asked.student, [request.drop]).await?;
    seats::audit(&mut tx, actor, "student_enrolled", asked.student, [request.take]).await?;
    tx.commit().await?;
    report::dropped(app, "swap", held.status, &swapped.dropped, judged.promoted + promoted);
    report::granted(app, "swap", grant, &swapped.taken);
    Ok(Ok((StatusCode::CREATED, Json(swapped)).into_response()))
}

/// Locks all that a swap touches, and judges the section to take as if the other were left already.
async fn judge(
    db: &mut PgConnection,
    asked: &Asked,
    drop: CourseId,
    students: &BTreeSet<UserId>,
) -> Result<OrLock<Judged>> {
    let who = seats::lock(db, students, asked.student).await?;
    // As with a drop: who leaves a section may come to fit where they wait.
    let mut courses = queries::waits_for(db, asked.student).await?;
    courses.extend([drop, asked.course]);
    queries::lock_courses(db, &courses).await?;
    seats::judge(db, &who, asked, Timetable { without: &[drop], with: &[] }).await
}

/// The place to give up, or what keeps the student in it.
async fn to_give_up(
    db: &mut PgConnection,
    asked: &Asked,
    course: CourseId,
) -> Result<std::result::Result<Enrollment, (CourseId, Refusal)>> {
    let facts = queries::lock_course(db, course).await?.ok_or(Error::NotFound("course"))?;
    let held = queries::of_student_in(db, asked.student, course).await?;
    Ok(rules::exchange(&facts, held, asked.wish.by_admin).map_err(|refusal| (course, refusal)))
}

/// Gives up one place, takes the other, and gives on what came free.
async fn exchange(
    db: &mut PgConnection,
    actor: &Actor,
    held: &Enrollment,
    (course, grant): (&CourseFacts, Grant),
    why: Value,
) -> Result<OrLock<(Swapped, u64)>> {
    let student = held.user_id;
    queries::give_up(db, held.id, held.status, actor.id, json!({ "swap": why })).await?;
    let taken = seats::take(db, actor.id, student, course, grant, &[("swap", why)]).await?;
    let mut courses = queries::waits_for(db, student).await?;
    courses.insert(held.course_id);
    let promoted = match fill_all(db, &courses, actor.id).await? {
        Ok(promoted) => promoted,
        Err(waiter) => return Ok(Err(waiter)),
    };
    let dropped = queries::one(db, held.id).await?;
    Ok(Ok((Swapped { dropped, taken }, promoted)))
}
