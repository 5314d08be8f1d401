use std::collections::BTreeSet;

use axum::extract::{OriginalUri, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::Datelike;
use sqlx::PgConnection;

use super::model::{
    ChangedCourse, Course, CourseFilter, CreateCourse, Departments, RosterFilter, ScheduleVerdict,
    TermFilter, UpdateCourse, ValidateSchedule,
};
use super::queries::{self, Taken};
use super::rules::{Draft, Rules};
use super::schedule::{Day, Schedule, clock};
use crate::app::App;
use crate::enrollments::{self, Enrollment, Status};
use crate::error::{Error, FieldError, Problem, Refusal, Result};
use crate::http::etag::{IfMatch, etag};
use crate::http::idempotency::{Claimed, IdempotencyKey};
use crate::http::{Json, Page, Path, Query};
use crate::ids::{CourseId, UserId};
use crate::policy::{Action, Actor};
use crate::users;

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

/// One attempt under locks: students first, then the section. `None` when a student's lock is still missing; the
/// next attempt takes it first, so that locks are always taken in one order.
async fn try_update(
    app: &App,
    actor: &Actor,
    id: CourseId,
    seen: IfMatch,
    request: &UpdateCourse,
    students: &mut BTreeSet<UserId>,
) -> Result<Option<ChangedCourse>> {
    let mut tx = app.db.begin().await?;
    if request.schedule.is_some() || request.is_active.is_some() {
        students.extend(enrollments::queries::enrolled_students(&mut tx, id).await?);
    }
    if request.capacity.is_some() {
        // Those who may get the new seats; asking for their locks now saves starting over for each.
        students.extend(enrollments::queries::waiters(&mut tx, id).await?.into_iter().take(50));
    }
    // Teachers stand in the same order of locks.
    students.extend(request.teacher_id.flatten());
    students.extend(queries::teacher_of(&mut tx, id).await?);
    enrollments::queries::lock_students(&mut tx, students).await?;
    let old = queries::lock(&mut tx, id).await?.ok_or(Error::NotFound("course"))?;
    actor.may(Action::UpdateCourse { teacher: old.draft.teacher_id })?;
    if request.is_administrative() {
        actor.may(Action::ManageCourses)?;
    }
    if seen.0.is_some_and(|version| version != old.version) {
        let current = queries::find(&mut tx, id, actor.id).await?;
        seen.check(old.version, current)?;
    }
    let new = rules(app).edited(&old.draft, request)?;
    check_edit(&old, &new)?;
    if let Some(teacher) = new.teacher_id.filter(|_| new.teacher_id != old.draft.teacher_id) {
        users::queries::lock_teacher(&mut tx, teacher).await?;
    }
    if new.is_active {
        check_place(
            &mut tx,
            &new,
            Some(id),
            request.allow_teacher_conflict || same_teaching(&old.draft, &new),
        )
        .await?;
    }
    queries::update(&mut tx, id, &new).await?;

    let mut warnings = vec![];
    if new.schedule != old.draft.schedule || new.is_active != old.draft.is_active {
        let joined = enrollments::queries::enrolled_students(&mut tx, id).await?;
        if !joined.iter().all(|student| students.contains(student)) {
            tx.rollback().await?;
            return Ok(None);
        }
        warnings = report_clashes(&mut tx, actor, id).await?;
    }
    let promoted = match enrollments::fill_seats(&mut tx, id, Some(actor.id)).await? {
        Ok(promoted) => promoted,
        Err(waiter) => {
            tx.rollback().await?;
            students.insert(waiter);
            return Ok(None);
        }
    };
    let course = queries::find(&mut tx, id, actor.id).await?.ok_or(Error::NotFound("course"))?;
    tx.commit().await?;
    app.metrics.enrollments.with_label_values(&["enrolled"]).inc_by(promoted);
    Ok(Some(ChangedCourse { course, warnings }))
}

fn check_edit(old: &queries::Locked, new: &Draft) -> Result<()> {
    if new.capacity < old.enrolled_count && new.capacity != old.draft.capacity {
        let detail = format!("{} students are enrolled; capacity cannot go below that", old.enrolled_count);
        let refusal = Refusal::new("capacity_below_enrolled", detail);
        return Err(refusal.fact("enrolled_count", old.enrolled_count).fact("capacity", new.capacity).into());
    }
    let moved = (new.semester, new.year) != (old.draft.semester, old.draft.year);
    if moved && (old.enrolled_count > 0 || old.waitlist_count > 0) {
        return Err(Refusal::new(
            "has_enrollments",
            "students are enrolled or wait; a section with students keeps its term",
        )
        .into());
    }
    Ok(())
}

/// Nothing that could newly double-book the teacher.
fn same_teaching(old: &Draft, new: &Draft) -> bool {
    (old.teacher_id, &old.schedule, old.semester, old.year, old.is_active)
        == (new.teacher_id, &new.schedule, new.semester, new.year, new.is_active)
}

async fn report_clashes(db: &mut PgConnection, actor: &Actor, id: CourseId) -> Result<Vec<String>> {
    let mut warnings = vec![];
    for (student, name, clash) in queries::students_with_clash(db, id).await? {
        warnings.push(format!("{name} now has a clash with {}", clash.with()));
        enrollments::queries::note(
            db,
            student,
            id,
            "clash_created",
            Some("schedule_conflict"),
            Some(actor.id),
            &clash,
        )
        .await?;
    }
    // Where else a student sits is not the teacher's business; the events keep it for the registrar.
    if !actor.is_admin() && !warnings.is_empty() {
        return Ok(vec![format!(
            "{} of your students now have a clash; tell the registrar's office",
            warnings.len()
        )]);
    }
    Ok(warnings)
}

/// Room and teacher are free. The room's judge is the exclusion constraint; this look finds the name to tell.
async fn check_place(
    db: &mut PgConnection,
    draft: &Draft,
    except: Option<CourseId>,
    allow_teacher_conflict: bool,
) -> Result<()> {
    if let Some(teacher) = draft.teacher_id {
        if except.is_none() {
            users::queries::lock_teacher(db, teacher).await?;
        }
        if !allow_teacher_conflict && let Some(taken) = queries::teacher_busy(db, draft, except).await? {
            let what =
                "the teacher has another section at that time; say allow_teacher_conflict if that is meant";
            return Err(taken.refuse("teacher_conflict", what));
        }
    }
    match queries::room_taken(db, draft, except).await? {
        Some(taken) => Err(taken.refuse("room_conflict", "another section has this room at that time")),
        None => Ok(()),
    }
}

impl Taken {
    fn refuse(self, code: &'static str, what: &str) -> Error {
        let bound = |bound| match bound {
            std::ops::Bound::Included(minute) | std::ops::Bound::Excluded(minute) => minute,
            std::ops::Bound::Unbounded => 0,
        };
        let (start, end) = (bound(self.minutes.start), bound(self.minutes.end));
        let day = Day::of_minute(start);
        let (start, end) = (clock(start, false), clock(end, true));
        let course = format!("{}-{}", self.course.code, self.course.section);
        let room = self.room.as_deref().map(|room| format!(" in {room}")).unwrap_or_default();
        Refusal::new(code, format!("{what}: {course}{room}, {day} {start}-{end}"))
            .fact("room", &self.room)
            .fact("course", &self.course)
            .fact("day", day)
            .fact("start", start)
            .fact("end", end)
            .into()
    }
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
    let mut db = app.db.acquire().await?;
    let course = queries::find(&mut db, id, actor.id).await?.ok_or(Error::NotFound("course"))?;
    actor.may(Action::ReadRoster { teacher: course.teacher.map(|teacher| teacher.id) })?;
    if filter.status == Some(Status::Dropped) {
        // Who left is no student of theirs any more.
        actor.may(Action::ManageCourses)?;
    }
    let mut roster = enrollments::queries::of_course(&mut db, id, &filter).await?;
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

fn rules(app: &App) -> Rules<'_> {
    Rules { institution: &app.config.institution, this_year: app.clock.now().year() }
}
