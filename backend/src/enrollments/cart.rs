use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use sqlx::PgConnection;

use super::model::{CartRefusal, CartRequest, EnrolledCart, Enrollment};
use super::queries::{self, Timetable};
use super::report;
use super::rules::{Grant, Wish};
use super::seats::{self, Asked, Judged, OrLock, start_over};
use crate::app::App;
use crate::error::{FieldError, Problem, Refusal, Result, sentence};
use crate::http::Json;
use crate::http::idempotency::{Claimed, IdempotencyKey};
use crate::http::validate::Fields;
use crate::ids::{CourseId, UserId};
use crate::policy::{Action, Actor};

/// Most sections of a cart.
const MOST: usize = 20;

/// Enroll a student in several sections at once, or in none.
///
/// All are judged together under one lock: each against what the student holds, and against the others of the cart. If
/// one cannot be had, none is taken, and the refusal (409 `cart_refused`) lists in `refusals` every section that stands
/// in the way, with the `code`, `detail` and `facts` that enrolling there would have brought. It does not wait for seats.
#[utoipa::path(post, path = "/enrollments/cart", tag = "enrollments",
    params(("Idempotency-Key" = Option<String>, Header, description = "8 to 255 printable characters; same key and body, same answer, one effect")),
    responses((status = 201, body = EnrolledCart), (status = "4XX", body = Problem)))]
pub async fn enroll_cart(
    State(app): State<App>,
    actor: Actor,
    key: IdempotencyKey,
    Json(request): Json<CartRequest>,
) -> Result<Response> {
    let student = request.user_id.unwrap_or(actor.id);
    actor.may(Action::Enroll { student })?;
    check(&request.course_ids)?;
    let field = |(number, id): (usize, &CourseId)| (format!("course_ids[{number}]"), *id);
    let named: Vec<_> = request.course_ids.iter().enumerate().map(field).collect();
    seats::check_exist(&app, &named).await?;
    let _turn = app.registrations.enter().await?;
    start_over(BTreeSet::from([student]), |students| {
        try_cart(&app, &actor, student, &key, &request, students)
    })
    .await
}

fn check(courses: &[CourseId]) -> Result<()> {
    let mut fields = Fields::default();
    let wrong = |code, message: &str| FieldError::new("course_ids", code, message);
    fields.require(!courses.is_empty(), || wrong("too_short", "name at least one section"));
    fields.require(courses.len() <= MOST, || wrong("too_many", "at most 20 sections at once"));
    let mut seen = BTreeSet::new();
    fields.extend(courses.iter().enumerate().filter(|(_, id)| !seen.insert(**id)).map(|(number, _)| {
        FieldError::new(format!("course_ids[{number}]"), "duplicate", "this section is named twice")
    }));
    fields.finish(|| Some(()))
}

async fn try_cart(
    app: &App,
    actor: &Actor,
    student: UserId,
    key: &IdempotencyKey,
    request: &CartRequest,
    students: BTreeSet<UserId>,
) -> Result<OrLock<Response>> {
    let mut tx = app.db.begin().await?;
    let claim = match key.claim(app, &mut tx, actor.id.0, "POST /enrollments/cart", request).await? {
        Claimed::Fresh(claim) => claim,
        Claimed::Replay(answer) => return answer.map(Ok),
    };
    let judged = match judge(&mut tx, actor, student, &request.course_ids, &students).await? {
        Ok(judged) => judged,
        Err(waiter) => {
            tx.rollback().await?;
            return Ok(Err(waiter));
        }
    };
    let promoted = judged.iter().map(|judged| judged.promoted).sum();
    if let Some(refusal) = refusal(&judged) {
        let refused = refuse(&mut tx, actor, student, &judged, &refusal).await?;
        claim.keep(&mut tx, StatusCode::CONFLICT, &refusal).await?;
        tx.commit().await?;
        report::promoted(app, promoted);
        for (course, refusal) in &refused {
            report::refused(app, "enroll_cart", student, *course, refusal);
        }
        return Err(refusal.into());
    }
    let taken = take(&mut tx, actor, student, &judged).await?;
    let (grants, enrollments): (Vec<_>, Vec<_>) = taken.into_iter().unzip();
    let cart = EnrolledCart { enrollments };
    claim.keep(&mut tx, StatusCode::CREATED, &cart).await?;
    let courses = request.course_ids.iter().copied();
    seats::audit(&mut tx, actor, "student_enrolled", student, courses).await?;
    tx.commit().await?;
    report::promoted(app, promoted);
    for (grant, enrollment) in grants.into_iter().zip(&cart.enrollments) {
        report::granted(app, "enroll_cart", grant, enrollment);
    }
    Ok(Ok((StatusCode::CREATED, Json(cart)).into_response()))
}

/// Locks the student and all sections, then judges each as if the student had the others already: so no verdict
/// depends on the order they are named in.
async fn judge(
    db: &mut PgConnection,
    actor: &Actor,
    student: UserId,
    courses: &[CourseId],
    students: &BTreeSet<UserId>,
) -> Result<OrLock<Vec<Judged>>> {
    let who = seats::lock(db, students, student).await?;
    queries::lock_courses(db, &courses.iter().copied().collect()).await?;
    let mut all = vec![];
    for course in courses {
        let asked = Asked { student, course: *course, wish: Wish::of(actor) };
        match seats::judge(db, &who, &asked, Timetable { without: &[], with: courses }).await? {
            Ok(judged) => all.push(judged),
            Err(waiter) => return Ok(Err(waiter)),
        }
    }
    Ok(Ok(all))
}

/// Why the cart cannot be had, if so.
fn refusal(judged: &[Judged]) -> Option<Refusal> {
    let told = |judged: &Judged| {
        let refusal = judged.verdict.as_ref().err()?;
        Some(CartRefusal {
            course_id: judged.course.id,
            code: refusal.code.to_string(),
            detail: sentence(&refusal.detail),
            facts: refusal.facts.clone(),
        })
    };
    let refusals: Vec<CartRefusal> = judged.iter().filter_map(told).collect();
    let detail = match refusals.len() {
        0 => return None,
        1 => "one of these sections cannot be had, so none was taken; see `refusals`".to_owned(),
        number => format!("{number} of these sections cannot be had, so none was taken; see `refusals`"),
    };
    Some(Refusal::new("cart_refused", detail).fact("refusals", refusals))
}

/// Writes down an attempt at each section: refused for a reason of its own, or because of the others.
async fn refuse(
    db: &mut PgConnection,
    actor: &Actor,
    student: UserId,
    judged: &[Judged],
    cart: &Refusal,
) -> Result<Vec<(CourseId, Refusal)>> {
    let because = |judged: &&Judged| judged.verdict.is_err();
    let culprits: Vec<CourseId> = judged.iter().filter(because).map(|judged| judged.course.id).collect();
    let mut refused = vec![];
    for judged in judged {
        let refusal = match &judged.verdict {
            Ok(Grant::Promoted) => continue,
            Ok(_) => Refusal { facts: Default::default(), ..cart.clone() },
            Err(refusal) => refusal.clone(),
        };
        let why = [("cart", json!({ "refused": culprits }))];
        seats::refuse(db, actor.id, student, judged.course.id, &refusal, &why).await?;
        refused.push((judged.course.id, refusal));
    }
    Ok(refused)
}

async fn take(
    db: &mut PgConnection,
    actor: &Actor,
    student: UserId,
    judged: &[Judged],
) -> Result<Vec<(Grant, Enrollment)>> {
    let why = [("cart", json!(judged.iter().map(|judged| judged.course.id).collect::<Vec<_>>()))];
    let mut taken = vec![];
    for judged in judged {
        if let Ok(grant) = judged.verdict {
            let place = seats::take(db, actor.id, student, &judged.course, grant, &why).await?;
            taken.push((grant, place));
        }
    }
    Ok(taken)
}
