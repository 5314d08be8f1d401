use std::collections::HashMap;

use chrono::NaiveDate;
use sqlx::PgConnection;
use uuid::Uuid;

use super::model::{CourseOf, Mark, Record};
use super::rules::{ClassDays, Sitting};
use super::verdicts::Write;
use crate::courses::Schedule;
use crate::enrollments::Status;
use crate::error::Result;
use crate::ids::{AttendanceId, CourseId, EnrollmentId, UserId};
use crate::terms::Semester;

/// A section with what says when it meets.
pub struct Class {
    pub id: CourseId,
    pub code: String,
    pub section: String,
    pub name: String,
    pub teacher_id: Option<UserId>,
    pub semester: Semester,
    pub year: i32,
    pub schedule: Schedule,
    pub starts_on: Option<NaiveDate>,
    pub ends_on: Option<NaiveDate>,
}

impl Class {
    pub fn days(&self) -> ClassDays<'_> {
        ClassDays { schedule: &self.schedule, year: self.year, term: self.starts_on.zip(self.ends_on) }
    }

    pub fn course(&self) -> CourseOf {
        CourseOf {
            id: self.id,
            code: self.code.clone(),
            section: self.section.clone(),
            name: self.name.clone(),
            semester: self.semester,
            year: self.year,
        }
    }
}

pub async fn class(db: &mut PgConnection, course: CourseId) -> Result<Option<Class>> {
    let class = sqlx::query_as!(
        Class,
        r#"select c.id, c.code, c.section, c.name, c.teacher_id, c.semester, c.year, c.schedule,
               t.starts_on as "starts_on?", t.ends_on as "ends_on?"
           from courses c left join terms t on t.year = c.year and t.semester = c.semester where c.id = $1"#,
        course.0
    );
    Ok(class.fetch_optional(db).await?)
}

/// A place in a section.
pub struct Place {
    pub id: EnrollmentId,
    pub user_id: UserId,
    pub course_id: CourseId,
    pub status: Status,
}

pub async fn place(db: &mut PgConnection, id: EnrollmentId) -> Result<Option<Place>> {
    let place =
        sqlx::query_as!(Place, "select id, user_id, course_id, status from enrollments where id = $1", id.0);
    Ok(place.fetch_optional(db).await?)
}

pub async fn lock_place(db: &mut PgConnection, id: EnrollmentId) -> Result<Option<Place>> {
    let place = sqlx::query_as!(
        Place,
        "select id, user_id, course_id, status from enrollments where id = $1 for no key update",
        id.0
    );
    Ok(place.fetch_optional(db).await?)
}

/// Locks the enrolments of a section that were named, and tells what they are; others are left out.
pub async fn lock_places(
    db: &mut PgConnection,
    course: CourseId,
    ids: &[Uuid],
) -> Result<HashMap<EnrollmentId, Status>> {
    let rows = sqlx::query!(
        "select id, status from enrollments where id = any($1) and course_id = $2 order by id for no key update",
        ids,
        course.0
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.id, row.status)).collect())
}

/// What is marked of some enrolments for one meeting.
pub async fn marked(
    db: &mut PgConnection,
    ids: &[Uuid],
    sitting: Sitting,
) -> Result<HashMap<EnrollmentId, Record>> {
    let records = sqlx::query_as!(
        Record,
        "select id, enrollment_id, date, meeting, status, notes, make_up, marked_at, marked_by, version
         from attendance where enrollment_id = any($1) and date = $2 and meeting = $3",
        ids,
        sitting.date,
        sitting.meeting
    );
    Ok(records.fetch_all(db).await?.into_iter().map(|record| (record.enrollment_id, record)).collect())
}

/// Whether anybody of the section was marked for this meeting.
pub async fn was_held(db: &mut PgConnection, course: CourseId, sitting: Sitting) -> Result<bool> {
    let held = sqlx::query_scalar!(
        r#"select exists (
               select from enrollments e join attendance a on a.enrollment_id = e.id
               where e.course_id = $1 and a.date = $2 and a.meeting = $3
           ) as "held!""#,
        course.0,
        sitting.date,
        sitting.meeting
    );
    Ok(held.fetch_one(db).await?)
}

/// Says who acts, to the triggers of this transaction.
pub async fn say_actor(db: &mut PgConnection, actor: UserId) -> Result<()> {
    sqlx::query!("select set_config('uems.actor', $1, true)", actor.to_string()).fetch_one(db).await?;
    Ok(())
}

/// Writes or corrects marks of one meeting, under the locks of the enrolments.
pub async fn write(
    db: &mut PgConnection,
    sitting: Sitting,
    writes: &[Write],
    actor: UserId,
) -> Result<HashMap<EnrollmentId, Record>> {
    let ids: Vec<Uuid> = writes.iter().map(|write| write.enrollment_id.0).collect();
    let statuses: Vec<String> = writes.iter().map(|write| write.status.as_str().to_owned()).collect();
    let notes: Vec<Option<String>> = writes.iter().map(|write| write.notes.clone()).collect();
    let records = sqlx::query_as!(
        Record,
        r#"insert into attendance (enrollment_id, date, meeting, status, notes, make_up, marked_by)
           select enrollment_id, $4, $5, status, notes, $6, $7
           from unnest($1::uuid[], $2::text[], $3::text[]) as w (enrollment_id, status, notes)
           on conflict (enrollment_id, date, meeting) do update set status = excluded.status, notes = excluded.notes,
               marked_at = now(), marked_by = excluded.marked_by, version = attendance.version + 1
           returning id, enrollment_id, date, meeting, status, notes, make_up, marked_at, marked_by, version"#,
        &ids,
        &statuses,
        &notes as &[Option<String>],
        sitting.date,
        sitting.meeting,
        sitting.make_up,
        actor.0
    );
    Ok(records.fetch_all(db).await?.into_iter().map(|record| (record.enrollment_id, record)).collect())
}

pub async fn record(db: &mut PgConnection, id: AttendanceId) -> Result<Option<Record>> {
    let record = sqlx::query_as!(
        Record,
        "select id, enrollment_id, date, meeting, status, notes, make_up, marked_at, marked_by, version
         from attendance where id = $1",
        id.0
    );
    Ok(record.fetch_optional(db).await?)
}

/// Writes a correction over a record, under the lock of its enrolment.
pub async fn correct(
    db: &mut PgConnection,
    id: AttendanceId,
    status: Mark,
    notes: Option<&str>,
    actor: UserId,
) -> Result<Record> {
    let record = sqlx::query_as!(
        Record,
        "update attendance set status = $2, notes = $3, marked_at = now(), marked_by = $4, version = version + 1
         where id = $1
         returning id, enrollment_id, date, meeting, status, notes, make_up, marked_at, marked_by, version",
        id.0,
        status.as_str(),
        notes,
        actor.0
    );
    Ok(record.fetch_one(db).await?)
}

/// Every record of an enrolment.
pub async fn records_of(db: &mut PgConnection, enrollment: EnrollmentId) -> Result<Vec<Record>> {
    let records = sqlx::query_as!(
        Record,
        "select id, enrollment_id, date, meeting, status, notes, make_up, marked_at, marked_by, version
         from attendance where enrollment_id = $1 order by date, meeting",
        enrollment.0
    );
    Ok(records.fetch_all(db).await?)
}
