use std::collections::BTreeSet;

use axum::extract::{OriginalUri, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::edits::{check_place, rules, try_update};
use super::model::{
    ChangedCourse, Course, CourseFilter, CreateCourse, Departments, RosterFilter, ScheduleVerdict,
    TermFilter, UpdateCourse, ValidateSchedule,
};
use super::queries;
use super::schedule::Schedule;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::enrollments::{self, Enrollment, Status};
use crate::error::{Error, FieldError, Problem, Result};
use crate::http::etag::{IfMatch, etag};
use crate::http::idempotency::{Claimed, IdempotencyKey};
use crate::http::{Json, Page, Path, Query};
use crate::ids::CourseId;
use crate::policy::{Action, Actor};

/// The catalogue.
#[utoipa::path(get, path = "/courses", tag = "courses", params(CourseFilter),
    responses((status = 200, body = Page<Course>), (status = "4XX", body = Problem)))]
pub async fn list_courses(
    State(app): State<App>,
    actor: Actor,
    OriginalUri(uri): OriginalUri,
    Query(mut filter): Query<CourseFilter>,
) -> Result<Response> {
    actor.may(Action::ReadCourses)?;
    if !actor.is_admin() {
        filter.is_active = None;
    }
    Ok(queries::list(&app.db, &filter, actor.id).await?.answer(&uri))
}

/// Departments with active sections.
#[utoipa::path(get, path = "/courses/departments", tag = "courses", params(TermFilter),
    responses((status = 200, body = Departments), (status = "4XX", body = Problem)))]
pub async fn list_departments(
    State(app): State<App>,
    actor: Actor,
    Query(term): Query<TermFilter>,
) -> Result<Json<Departments>> {
    actor.may(Action::ReadCourses)?;
    Ok(Json(Departments { items: queries::departments(&app.db, &term).await? }))
}

/// One section, with the caller's place in it.
#[utoipa::path(get, path = "/courses/{id}", tag = "courses", params(("id" = CourseId, Path)),
    responses((status = 200, body = Course), (status = "4XX", body = Problem)))]
pub async fn get_course(State(app): State<App>, actor: Actor, Path(id): Path<CourseId>) -> Result<Response> {
    actor.may(Action::ReadCourses)?;
    let mut db = app.db.acquire().await?;
    let course = queries::find(&mut db, id, actor.id).await?.ok_or(Error::NotFound("course"))?;
    Ok((etag(course.version), Json(course)).into_response())
}

/// Create a section.
///
/// Refused when it exists in that term (`course_exists`), when another section holds the room (`room_conflict`), or
/// when the teacher is busy (`teacher_conflict`, unless `allow_teacher_conflict`).
#[utoipa::path(post, path = "/courses", tag = "courses",
    params(("Idempotency-Key" = Option<String>, Header, description = "8 to 255 printable characters; same key and body, same answer, one effect")),
    responses((status = 201, body = Course), (status = "4XX", body = Problem)))]
pub async fn create_course(
    State(app): State<App>,
    actor: Actor,
    key: IdempotencyKey,
    Json(request): Json<CreateCourse>,
) -> Result<Response> {
    actor.may(Action::ManageCourses)?;
    let draft = rules(&app).draft(&request)?;

    let mut tx = app.db.begin().await?;
    let claim = match key.claim(&app, &mut tx, actor.id.0, "POST /courses", &request).await? {
        Claimed::Fresh(claim) => claim,
        Claimed::Replay(answer) => return answer,
    };
    check_place(&mut tx, &draft, None, request.allow_teacher_conflict).await?;
    let id = queries::insert(&mut tx, &draft).await?;
    let course = queries::find(&mut tx, id, actor.id).await?.ok_or(Error::NotFound("course"))?;
    claim.keep(&mut tx, StatusCode::CREATED, &course).await?;
    audit::record(&mut tx, Entry::by(&actor, "course_created").about("course", id.0)).await?;
    tx.commit().await?;

    tracing::info!(
        event = "course_created", function = "create_course", course_code = course.code, course_id = %id,
        capacity = course.capacity, "Course created successfully"
    );
    let location = [(header::LOCATION, format!("/api/v1/courses/{id}"))];
    Ok((StatusCode::CREATED, etag(course.version), location, Json(course)).into_response())
}

/// Change a section.
///
/// The assigned teacher may change description, schedule and room. Capacity cannot go below the enrolled count;
/// raising it gives the seats to waiters in the same transaction. Students who now have a clash are reported in
/// `warnings`, never dropped.
#[utoipa::path(put, path = "/courses/{id}", tag = "courses",
    params(("id" = CourseId, Path), ("If-Match" = Option<String>, Header, description = "The ETag as read; 412 if somebody was faster")),
    responses((status = 200, body = ChangedCourse), (status = "4XX", body = Problem)))]
pub async fn update_course(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<CourseId>,
    seen: IfMatch,
    Json(request): Json<UpdateCourse>,
) -> Result<Response> {
    // A role that may never do this hears so before anything is locked.
    actor.may(Action::UpdateCourse { teacher: Some(actor.id) })?;
    let mut students = BTreeSet::new();
    for _ in 0..enrollments::MOST_TRIES {
        match try_update(&app, &actor, id, seen, &request, &mut students).await? {
            Some(changed) => {
                enrollments::settle_soon(&app);
                tracing::info!(event = "course_updated", function = "update_course", course_id = %id, "Course updated");
                return Ok((etag(changed.course.version), Json(changed)).into_response());
            }
            None => tokio::task::yield_now().await,
        }
    }
    Err(Error::Overloaded)
}

/// Deactivate a section: it leaves the catalogue and its room; its records stay.
#[utoipa::path(delete, path = "/courses/{id}", tag = "courses", params(("id" = CourseId, Path)),
    responses((status = 204), (status = "4XX", body = Problem)))]
pub async fn deactivate_course(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<CourseId>,
) -> Result<StatusCode> {
    actor.may(Action::ManageCourses)?;
    let mut tx = app.db.begin().await?;
    let mut course = queries::lock(&mut tx, id).await?.ok_or(Error::NotFound("course"))?.draft;
    if course.is_active {
        course.is_active = false;
        queries::update(&mut tx, id, &course).await?;
        audit::record(&mut tx, Entry::by(&actor, "course_deactivated").about("course", id.0)).await?;
    }
    tx.commit().await?;
    // Its students may now fit where they wait.
    enrollments::settle_soon(&app);
    tracing::info!(event = "course_deactivated", function = "deactivate_course", course_id = %id, "Course deactivated");
    Ok(StatusCode::NO_CONTENT)
}

/// The roster: students of a section, waiters after them in the order of their queue.
#[utoipa::path(get, path = "/courses/{id}/enrollments", tag = "courses", params(("id" = CourseId, Path), RosterFilter),
    responses((status = 200, body = Page<Enrollment>), (status = "4XX", body = Problem)))]
pub async fn course_enrollments(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<CourseId>,
    OriginalUri(uri): OriginalUri,
    Query(filter): Query<RosterFilter>,
) -> Result<Response> {
    let mut tx = app.db.begin().await?;
    let course = queries::find(&mut tx, id, actor.id).await?.ok_or(Error::NotFound("course"))?;
    actor.may(Action::ReadRoster { teacher: course.teacher.map(|teacher| teacher.id) })?;
    if filter.status == Some(Status::Dropped) {
        // Who left is no student of theirs any more.
        actor.may(Action::ManageCourses)?;
    }
    let mut roster = enrollments::queries::of_course(&mut tx, id, &filter).await?;
    if roster.items.iter().any(|place| place.grade_final.is_some()) {
        audit::record(&mut tx, Entry::by(&actor, "marks_read").about("course", id.0)).await?;
    }
    tx.commit().await?;
    if !actor.is_admin() {
        // A teacher sees name, e-mail and department; the student's number is the registrar's.
        roster
            .items
            .iter_mut()
            .filter_map(|place| place.student.as_mut())
            .for_each(|student| student.student_id = None);
    }
    Ok(roster.answer(&uri))
}

/// Find clashes before registering.
///
/// Holds the sections against each other, and a planned schedule against each of them; lists every pair that meets
/// at the same time. A promise of nothing: enrolling checks again under lock.
#[utoipa::path(post, path = "/courses/validate-schedule", tag = "courses",
    responses((status = 200, body = ScheduleVerdict), (status = "4XX", body = Problem)))]
pub async fn validate_schedule(
    State(app): State<App>,
    actor: Actor,
    Json(request): Json<ValidateSchedule>,
) -> Result<Json<ScheduleVerdict>> {
    actor.may(Action::ReadCourses)?;
    if request.course_ids.len() > 100 {
        return Err(FieldError::new("course_ids", "too_many", "at most 100 sections at once").into());
    }
    queries::check_offered(&app.db, &request.course_ids).await?;
    let schedule = request.schedule.as_ref().map(Schedule::parse).transpose().map_err(Error::Invalid)?;
    let mut conflicts = queries::clashes_among(&app.db, &request.course_ids).await?;
    if let Some(schedule) = schedule {
        conflicts.extend(queries::clashes_with(&app.db, &schedule, &request.course_ids).await?);
    }
    Ok(Json(ScheduleVerdict { valid: conflicts.is_empty(), conflicts }))
}
