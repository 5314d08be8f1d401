use std::collections::BTreeSet;

use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

pub use super::acts::{give_up, join_queue, note, take_seat};
pub use super::lists::{of_course, of_student, of_student_in, one, roster};
use super::model::Status;
use super::rules::{CourseFacts, StudentFacts};
use crate::courses::Clash;
use crate::error::Result;
use crate::ids::{CourseId, EnrollmentId, UserId};
use crate::terms::RegistrationState;

// ── locks: students by id, then sections by id ──

pub async fn lock_students(db: &mut PgConnection, students: &BTreeSet<UserId>) -> Result<()> {
    let ids: Vec<Uuid> = students.iter().map(|id| id.0).collect();
    sqlx::query!("select id from users where id = any($1) order by id for no key update", &ids)
        .fetch_all(db)
        .await?;
    Ok(())
}

/// Locks a student out of order, if that can be had without waiting.
pub async fn try_lock_student(db: &mut PgConnection, student: UserId) -> Result<Option<StudentFacts>> {
    let facts = sqlx::query_as!(
        StudentFacts,
        "select role, is_active from users where id = $1 for no key update skip locked",
        student.0
    );
    Ok(facts.fetch_optional(db).await?)
}

/// Locks sections, and shares the calendars of their terms first. What they are like, only a look after that tells:
/// this one may have waited, and sees the rows beside them as they were before.
pub async fn lock_courses(db: &mut PgConnection, courses: &BTreeSet<CourseId>) -> Result<()> {
    sqlx::query!(
        "select c.id from courses c cross join lateral hold_calendar(c.year, c.semester, false)
         where c.id = any($1) order by c.id for no key update of c",
        &uuids(courses)
    )
    .fetch_all(db)
    .await?;
    Ok(())
}

/// Locks the student, and tells what admission depends on.
pub async fn lock_student(db: &mut PgConnection, student: UserId) -> Result<Option<StudentFacts>> {
    let facts = sqlx::query_as!(
        StudentFacts,
        "select role, is_active from users where id = $1 for no key update",
        student.0
    );
    Ok(facts.fetch_optional(db).await?)
}

/// Locks the section, shares the calendar of its term, and tells what admission depends on; windows by the
/// database's clock.
pub async fn lock_course(db: &mut PgConnection, course: CourseId) -> Result<Option<CourseFacts>> {
    let facts = sqlx::query_as!(
        CourseFacts,
        r#"select c.id, c.code, c.section, c.is_active, c.capacity, c.enrolled_count,
               (select count(*) from enrollments w where w.course_id = c.id and w.status = 'pending') as "waitlist_count!",
               registration_state(t.registration_opens_at, t.registration_closes_at) as "registration!: RegistrationState",
               coalesce(t.drop_deadline <= now(), false) as "drop_deadline_passed!"
           from courses c
           left join terms t on t.year = c.year and t.semester = c.semester
           cross join lateral hold_calendar(c.year, c.semester, false)
           where c.id = $1 for no key update of c"#,
        course.0
    );
    Ok(facts.fetch_optional(db).await?)
}

fn uuids<'a>(courses: impl IntoIterator<Item = &'a CourseId>) -> Vec<Uuid> {
    courses.into_iter().map(|id| id.0).collect()
}

// ── looking ──

/// Which of these sections there are.
pub async fn existing(db: &PgPool, courses: &BTreeSet<CourseId>) -> Result<BTreeSet<CourseId>> {
    let ids = sqlx::query_scalar!("select id from courses where id = any($1)", &uuids(courses));
    Ok(ids.fetch_all(db).await?.into_iter().collect())
}

/// The refusal of a full section needs no lock: a look tells. `None` when the locks have to decide.
pub async fn plainly_full(db: &PgPool, student: UserId, course: CourseId) -> Result<Option<CourseFacts>> {
    let facts = sqlx::query_as!(
        CourseFacts,
        r#"select c.id, c.code, c.section, c.is_active, c.capacity, c.enrolled_count,
               (select count(*) from enrollments w where w.course_id = c.id and w.status = 'pending') as "waitlist_count!",
               'open' as "registration!: RegistrationState", false as "drop_deadline_passed!"
           from courses c
           join users u on u.id = $1 and u.role = 'student' and u.is_active
           left join terms t on t.year = c.year and t.semester = c.semester
           where c.id = $2 and c.is_active and c.enrolled_count >= c.capacity
               and registration_state(t.registration_opens_at, t.registration_closes_at) = 'open'
               and not exists (select from enrollments e where e.course_id = c.id and e.user_id = u.id and e.status <> 'dropped')"#,
        student.0,
        course.0
    );
    Ok(facts.fetch_optional(db).await?)
}

pub async fn held(db: &mut PgConnection, student: UserId, course: CourseId) -> Result<Option<Status>> {
    let status = sqlx::query_scalar!(
        "select status from enrollments where user_id = $1 and course_id = $2",
        student.0,
        course.0
    );
    Ok(status.fetch_optional(db).await?)
}

/// What a registration makes of the week a student has.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timetable<'a> {
    /// Sections about to be left.
    pub without: &'a [CourseId],
    /// Sections about to be taken together.
    pub with: &'a [CourseId],
}

/// Where a section meets at the same time as another of the student's week.
pub async fn clashes(
    db: &mut PgConnection,
    student: UserId,
    course: CourseId,
    timetable: Timetable<'_>,
) -> Result<Vec<Clash>> {
    let rows = sqlx::query_as!(
        crate::courses::ClashRow,
        r#"select n.id as "course_id?", n.code as "code?", n.section as "section?", n.name as "name?",
               c.id as with_course_id, c.code as with_code, c.section as with_section, c.name as with_name,
               lower(k.minutes) as "start!", upper(k.minutes) as "end!"
           from meeting_clashes k
           join courses c on c.id = k.with_course_id
           join courses n on n.id = k.course_id
           where k.course_id = $2 and k.with_course_id = any(array(
               select course_id from enrollments
               where user_id = $1 and status = 'enrolled' and course_id <> all($3)
               union select unnest($4::uuid[])
           ))
           order by lower(k.minutes), c.code, c.id limit 20"#,
        student.0,
        course.0,
        &uuids(timetable.without),
        &uuids(timetable.with)
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(Clash::from).collect())
}

pub async fn enrolled_students(db: &mut PgConnection, course: CourseId) -> Result<BTreeSet<UserId>> {
    let ids = sqlx::query_scalar!(
        "select user_id from enrollments where course_id = $1 and status = 'enrolled'",
        course.0
    );
    Ok(ids.fetch_all(db).await?.into_iter().collect())
}

/// Sections a student waits for.
pub async fn waits_for(db: &mut PgConnection, student: UserId) -> Result<BTreeSet<CourseId>> {
    let ids = sqlx::query_scalar!(
        "select course_id from enrollments where user_id = $1 and status = 'pending'",
        student.0
    );
    Ok(ids.fetch_all(db).await?.into_iter().collect())
}

/// The queue of a section, first come first.
pub async fn waiters(db: &mut PgConnection, course: CourseId) -> Result<Vec<UserId>> {
    let waiters = sqlx::query_scalar!(
        "select user_id from enrollments where course_id = $1 and status = 'pending' order by waitlist_rank",
        course.0
    );
    Ok(waiters.fetch_all(db).await?)
}

/// Sections with a free seat and somebody waiting, while registration is open.
pub async fn unsettled(db: &PgPool) -> Result<Vec<CourseId>> {
    let ids = sqlx::query_scalar!(
        "select c.id from courses c left join terms t on t.year = c.year and t.semester = c.semester
         where c.is_active and c.enrolled_count < c.capacity
             and registration_state(t.registration_opens_at, t.registration_closes_at) = 'open'
             and exists (select from enrollments e where e.course_id = c.id and e.status = 'pending')
         order by c.id"
    );
    Ok(ids.fetch_all(db).await?)
}

pub struct Found {
    pub user_id: UserId,
    pub status: Status,
}

pub async fn find(db: &mut PgConnection, id: EnrollmentId, course: CourseId) -> Result<Option<Found>> {
    let found = sqlx::query_as!(
        Found,
        "select user_id, status from enrollments where id = $1 and course_id = $2",
        id.0,
        course.0
    );
    Ok(found.fetch_optional(db).await?)
}

/// Whether the latest event of a waiter is this very skip, so that a periodic look does not note it again and again.
pub async fn skipped_already(
    db: &mut PgConnection,
    student: UserId,
    course: CourseId,
    reason: &str,
) -> Result<bool> {
    let last = sqlx::query!(
        "select event, reason from enrollment_events where user_id = $1 and course_id = $2 order by id desc limit 1",
        student.0,
        course.0
    );
    let last = last.fetch_optional(db).await?;
    Ok(last.is_some_and(|last| last.event == "skipped" && last.reason.as_deref() == Some(reason)))
}
