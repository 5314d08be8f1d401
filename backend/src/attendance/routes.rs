use axum::extract::{OriginalUri, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use serde_json::json;

use super::class::{MarkClass, MarkedClass};
use super::marking;
use super::model::{
    AbsenceFilter, Absences, ClassAttendance, ClassFilter, Counts, CourseTally, EnrollmentAttendance, Mark,
    MarkAttendance, Record, UpdateAttendance, UserAttendanceFilter,
};
use super::rules::Sitting;
use super::verdicts::{self, Write};
use super::{queries, reach, reading};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::error::{Error, FieldError, Problem, Result};
use crate::http::etag::{IfMatch, etag};
use crate::http::idempotency::{Claimed, IdempotencyKey};
use crate::http::validate::Fields;
use crate::http::{Json, Page, Path, Query};
use crate::ids::{AttendanceId, CourseId, EnrollmentId, UserId};
use crate::policy::{Action, Actor, Role};
use crate::users;

/// Records marked at once at most; every seat there can be.
const MOST_RECORDS: usize = 10_000;

/// One student's attendance in one section: every record, and the rate.
#[utoipa::path(get, path = "/attendance/enrollment/{enrollment_id}", tag = "attendance",
    params(("enrollment_id" = EnrollmentId, Path)),
    responses((status = 200, body = EnrollmentAttendance), (status = "4XX", body = Problem)))]
pub async fn enrollment_attendance(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<EnrollmentId>,
) -> Result<Json<EnrollmentAttendance>> {
    let mut tx = app.db.begin().await?;
    let (place, class) = reach::to_read(&mut tx, &actor, id).await?;
    let records = queries::records_of(&mut tx, id).await?;
    reach::note_reading(&mut tx, &actor, &place).await?;
    tx.commit().await?;
    let tally = tally(&records).into();
    let (user_id, status) = (place.user_id, place.status);
    Ok(Json(EnrollmentAttendance {
        enrollment_id: id,
        user_id,
        course: class.course(),
        status,
        tally,
        records,
    }))
}

fn tally(records: &[Record]) -> Counts {
    let count = |mark| records.iter().filter(|record| record.status == mark).count() as i64;
    let [present, absent, late, excused] = Mark::ALL.map(count);
    Counts { present, absent, late, excused }
}

/// Mark one student at one meeting.
///
/// Saying again what is marked answers 200 with that record. Refused (409): `already_marked` when it says something
/// else, `not_enrolled`, `date_in_future`, `outside_term`, `no_class_that_day`, `no_such_meeting`.
#[utoipa::path(post, path = "/attendance", tag = "attendance",
    params(("Idempotency-Key" = Option<String>, Header, description = "8 to 255 printable characters; same key and body, same answer, one effect")),
    responses((status = 201, body = Record), (status = 200, body = Record), (status = "4XX", body = Problem)))]
pub async fn mark_attendance(
    State(app): State<App>,
    actor: Actor,
    key: IdempotencyKey,
    Json(request): Json<MarkAttendance>,
) -> Result<Response> {
    actor.may(Action::TakeAttendance { teacher: Some(actor.id) })?;
    let sitting = sitting(request.date, request.meeting, request.make_up)?;
    let notes = verdicts::notes("notes", Some(&request.notes), None)?;

    let mut tx = app.db.begin().await?;
    let claim = match key.claim(&app, &mut tx, actor.id.0, "POST /attendance", &request).await? {
        Claimed::Fresh(claim) => claim,
        Claimed::Replay(answer) => return answer,
    };
    let (place, class) = reach::to_mark(&mut tx, &actor, request.enrollment_id, "enrolment").await?;
    let sitting = marking::check_sitting(&app, &mut tx, &class, sitting).await?;
    let write = Write { enrollment_id: place.id, status: request.status, notes };
    let (record, new) = marking::mark_one(&mut tx, &actor, sitting, write).await?;
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    claim.keep(&mut tx, status, &record).await?;
    if new {
        let facts = json!({ "date": record.date, "meeting": record.meeting, "status": record.status });
        let entry = Entry::by(&actor, "attendance_marked").of(place.user_id).about("enrollment", place.id.0);
        audit::record(&mut tx, entry.facts(facts)).await?;
    }
    tx.commit().await?;

    tracing::info!(
        event = "attendance_marked", function = "mark_attendance", course_id = %class.id, date = %record.date,
        meeting = record.meeting, written = usize::from(new), "Attendance marked"
    );
    let location = [(header::LOCATION, format!("/api/v1/attendance/enrollment/{}", place.id))];
    Ok((status, etag(record.version), location, Json(record)).into_response())
}

/// Correct a record; what it said before is kept.
#[utoipa::path(put, path = "/attendance/{id}", tag = "attendance",
    params(("id" = AttendanceId, Path), ("If-Match" = Option<String>, Header, description = "The ETag as read; 412 if somebody was faster")),
    responses((status = 200, body = Record), (status = "4XX", body = Problem)))]
pub async fn update_attendance(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<AttendanceId>,
    seen: IfMatch,
    Json(request): Json<UpdateAttendance>,
) -> Result<Response> {
    actor.may(Action::TakeAttendance { teacher: Some(actor.id) })?;
    let mut tx = app.db.begin().await?;
    let (place, record, changed) = marking::correct(&mut tx, &actor, id, seen, &request).await?;
    if changed {
        let facts = json!({ "date": record.date, "meeting": record.meeting, "status": record.status, "version": record.version });
        let entry =
            Entry::by(&actor, "attendance_corrected").of(place.user_id).about("enrollment", place.id.0);
        audit::record(&mut tx, entry.facts(facts)).await?;
    }
    tx.commit().await?;

    if changed {
        tracing::info!(
            event = "attendance_corrected", function = "update_attendance", course_id = %place.course_id,
            date = %record.date, meeting = record.meeting, "Attendance corrected"
        );
    }
    Ok((etag(record.version), Json(record)).into_response())
}

/// A whole class: its students with what was marked, the rates, and the meetings held so far.
///
/// With `date`, each student's `record` is what was marked for that meeting, null while it is unmarked.
#[utoipa::path(get, path = "/attendance/course/{course_id}", tag = "attendance",
    params(("course_id" = CourseId, Path), ClassFilter),
    responses((status = 200, body = ClassAttendance), (status = "4XX", body = Problem)))]
pub async fn course_attendance(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<CourseId>,
    Query(filter): Query<ClassFilter>,
) -> Result<Json<ClassAttendance>> {
    check_filter(&filter)?;
    let mut tx = app.db.begin().await?;
    let class = queries::class(&mut tx, id).await?.ok_or(Error::NotFound("course"))?;
    actor.may(Action::TakeAttendance { teacher: class.teacher_id })?;
    let today = app.today();
    let (mut students, counts): (Vec<_>, Vec<_>) = reading::students(&mut tx, id).await?.into_iter().unzip();
    reading::add_records(&mut tx, id, &filter, &mut students).await?;
    let meetings = reading::meetings(&mut tx, &class, today).await?;
    audit::record(&mut tx, Entry::by(&actor, "attendance_read").about("course", id.0)).await?;
    tx.commit().await?;
    if !actor.is_admin() {
        // A teacher sees name, e-mail and department; the student's number is the registrar's.
        students.iter_mut().for_each(|place| place.student.student_id = None);
    }
    let tally = counts.into_iter().sum::<Counts>().into();
    let (course, starts_on, ends_on) = (class.course(), class.starts_on, class.ends_on);
    Ok(Json(ClassAttendance { course, today, starts_on, ends_on, tally, meetings, students }))
}

/// Mark a whole class at one meeting, in one transaction.
///
/// A verdict for each record, in order: `written`, `unchanged`, `stale` (somebody marked it since `version`; both values
/// are told), `invalid`, `not_found`. If one is refused, nothing is written (`applied` is false, and the others are
/// `withheld`); with `"all_or_nothing": false` the others are. Sending it again is harmless. The meeting itself is
/// refused (409) with `date_in_future`, `outside_term`, `no_class_that_day`, `no_such_meeting`.
#[utoipa::path(put, path = "/attendance/course/{course_id}/bulk", tag = "attendance",
    params(("course_id" = CourseId, Path)),
    responses((status = 200, body = MarkedClass), (status = "4XX", body = Problem)))]
pub async fn mark_class(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<CourseId>,
    Json(request): Json<MarkClass>,
) -> Result<Json<MarkedClass>> {
    // A role that may never do this hears so before anything is locked.
    actor.may(Action::TakeAttendance { teacher: Some(actor.id) })?;
    let sitting = sitting(request.date, request.meeting, request.make_up)?;
    if !(1..=MOST_RECORDS).contains(&request.records.len()) {
        let code = if request.records.is_empty() { "too_short" } else { "too_many" };
        return Err(FieldError::new("records", code, "1 to 10,000 records").into());
    }
    let mut tx = app.db.begin().await?;
    let class = queries::class(&mut tx, id).await?.ok_or(Error::NotFound("course"))?;
    actor.may(Action::TakeAttendance { teacher: class.teacher_id })?;
    let sitting = marking::check_sitting(&app, &mut tx, &class, sitting).await?;
    let marked = marking::mark_class(&mut tx, &actor, &class, sitting, &request).await?;
    if marked.written > 0 {
        let facts = json!({ "date": sitting.date, "meeting": sitting.meeting, "written": marked.written });
        let entry = Entry::by(&actor, "attendance_marked").about("course", id.0).facts(facts);
        audit::record(&mut tx, entry).await?;
    }
    tx.commit().await?;

    tracing::info!(
        event = "attendance_marked", function = "mark_class", course_id = %id, date = %sitting.date,
        meeting = sitting.meeting, written = marked.written, "Attendance marked"
    );
    Ok(Json(marked))
}

/// Students who miss too much: whose absence rate in a section is at least the threshold.
///
/// An admin sees all, a teacher those of their own sections.
#[utoipa::path(get, path = "/attendance/absences", tag = "attendance", params(AbsenceFilter),
    responses((status = 200, body = Page<Absences>), (status = "4XX", body = Problem)))]
pub async fn list_absences(
    State(app): State<App>,
    actor: Actor,
    OriginalUri(uri): OriginalUri,
    Query(filter): Query<AbsenceFilter>,
) -> Result<Response> {
    actor.may(Action::ListAbsences)?;
    let threshold = percentage(filter.threshold.as_deref().unwrap_or("25"))?;
    let teacher = (!actor.is_admin()).then_some(actor.id);
    let mut tx = app.db.begin().await?;
    let mut page = reading::absences(&mut tx, threshold, teacher, &filter).await?;
    let facts = json!({ "threshold": threshold, "total": page.total });
    let entry = match filter.course_id {
        Some(course) => Entry::by(&actor, "absences_read").about("course", course.0),
        None => Entry::by(&actor, "absences_read"),
    };
    audit::record(&mut tx, entry.facts(facts)).await?;
    tx.commit().await?;
    if !actor.is_admin() {
        page.items.iter_mut().for_each(|item| item.student.student_id = None);
    }
    Ok(page.answer(&uri))
}

/// A student's sections with their attendance in each, newest term first.
///
/// Admins and the person see all of them; a teacher sees those of their own courses.
#[utoipa::path(get, path = "/users/{id}/attendance", tag = "attendance",
    params(("id" = UserId, Path), UserAttendanceFilter),
    responses((status = 200, body = Page<CourseTally>), (status = "4XX", body = Problem)))]
pub async fn user_attendance(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<UserId>,
    OriginalUri(uri): OriginalUri,
    Query(filter): Query<UserAttendanceFilter>,
) -> Result<Response> {
    let whole = actor.may(Action::ReadAttendance { student: id, teacher: None }).is_ok();
    if !whole {
        let own_student = actor.role == Role::Teacher
            && users::queries::card_of_own_student(&app.db, id, actor.id).await?.is_some();
        actor.may(Action::ReadStudentCard { own_student }).map_err(|_| Error::NotFound("person"))?;
    }
    let mut tx = app.db.begin().await?;
    users::queries::find(&mut tx, id).await?.ok_or(Error::NotFound("person"))?;
    let teacher = (!whole).then_some(actor.id);
    let page = reading::of_student(&mut tx, id, teacher, &filter).await?;
    if actor.id != id {
        audit::record(&mut tx, Entry::by(&actor, "attendance_read").of(id)).await?;
    }
    tx.commit().await?;
    Ok(page.answer(&uri))
}

/// Of digits and a point; the parser alone would take more.
fn percentage(text: &str) -> Result<Decimal> {
    let plain = text.len() <= 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number = text.parse().ok().filter(|number| plain && *number <= Decimal::ONE_HUNDRED);
    number.ok_or_else(|| FieldError::new("threshold", "out_of_range", "a percentage, 0 to 100").into())
}

fn sitting(date: NaiveDate, meeting: i16, make_up: bool) -> Result<Sitting> {
    let mut fields = Fields::default();
    check_date(&mut fields, "date", Some(date));
    check_meeting(&mut fields, Some(meeting));
    fields.finish(|| Some(Sitting { date, meeting, make_up }))
}

fn check_filter(filter: &ClassFilter) -> Result<()> {
    let mut fields = Fields::default();
    for (name, date) in [("from", filter.from), ("to", filter.to), ("date", filter.date)] {
        check_date(&mut fields, name, date);
    }
    check_meeting(&mut fields, filter.meeting);
    fields.finish(|| Some(()))
}

/// A day that a calendar has and a database keeps.
pub(super) fn check_date(fields: &mut Fields, name: &str, date: Option<NaiveDate>) {
    let fine = date.is_none_or(|date| (1900..=9999).contains(&date.year()));
    fields.require(fine, || FieldError::new(name, "out_of_range", "a year from 1900 to 9999"));
}

pub(super) fn check_meeting(fields: &mut Fields, meeting: Option<i16>) {
    let fine = meeting.is_none_or(|meeting| (1..=20).contains(&meeting));
    fields.require(fine, || FieldError::new("meeting", "out_of_range", "meetings of a day are 1 to 20"));
}
