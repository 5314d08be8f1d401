use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

pub use super::lists::{of_course, of_student, one};
use super::model::{Enrollment, Status};
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

pub async fn lock_courses(db: &mut PgConnection, courses: &BTreeSet<CourseId>) -> Result<()> {
    let ids: Vec<Uuid> = courses.iter().map(|id| id.0).collect();
    sqlx::query!("select id from courses where id = any($1) order by id for no key update", &ids)
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

// ── looking ──

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

/// Where a section meets at the same time as one the student is enrolled in.
pub async fn clashes(db: &mut PgConnection, student: UserId, course: CourseId) -> Result<Vec<Clash>> {
    let rows = sqlx::query_as!(
        crate::courses::ClashRow,
        r#"select n.id as "course_id?", n.code as "code?", n.section as "section?", n.name as "name?",
               c.id as with_course_id, c.code as with_code, c.section as with_section, c.name as with_name,
               lower(k.minutes) as "start!", upper(k.minutes) as "end!"
           from enrollments e
           join meeting_clashes k on k.course_id = $2 and k.with_course_id = e.course_id
           join courses c on c.id = e.course_id
           join courses n on n.id = $2
           where e.user_id = $1 and e.status = 'enrolled'
           order by lower(k.minutes), c.code limit 20"#,
        student.0,
        course.0
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

// ── acting ──

/// Takes a seat and notes it. `None` when there was none or the student holds one already; then roll back.
pub async fn take_seat(
    db: &mut PgConnection,
    student: UserId,
    course: CourseId,
    above_capacity: bool,
    event: &str,
    actor: UserId,
    facts: Value,
) -> Result<Option<Enrollment>> {
    let row = sqlx::query!(
        r#"with seat as (
               update courses set enrolled_count = enrolled_count + 1,
                   over_capacity = greatest(enrolled_count + 1 - capacity, 0)
               where id = $2 and ($3 or enrolled_count < capacity) returning id
           ), place as (
               insert into enrollments (user_id, course_id, status) select $1, id, 'enrolled' from seat
               on conflict (user_id, course_id) do update
                   set status = 'enrolled', enrolled_at = now(), dropped_at = null, waitlist_rank = null
                   where enrollments.status in ('dropped', 'pending')
               returning id, enrolled_at
           ), note as (
               insert into enrollment_events (user_id, course_id, event, actor_id, facts)
               select $1, $2, $4, $5, $6 from place
           )
           select id as "id: EnrollmentId", enrolled_at from place"#,
        student.0,
        course.0,
        above_capacity,
        event,
        actor.0,
        facts
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Enrollment {
        id: row.id,
        user_id: student,
        course_id: course,
        status: Status::Enrolled,
        waitlist_position: None,
        enrolled_at: row.enrolled_at,
        dropped_at: None,
        grade_final: None,
        course: None,
        student: None,
    }))
}

/// Joins the queue at its end and notes it. The section's lock makes the order of ranks the order of joining.
pub async fn join_queue(
    db: &mut PgConnection,
    student: UserId,
    course: CourseId,
    actor: UserId,
    facts: Value,
) -> Result<Option<Enrollment>> {
    let row = sqlx::query!(
        r#"with place as (
               insert into enrollments (user_id, course_id, status, waitlist_rank)
               values ($1, $2, 'pending', nextval('waitlist_rank'))
               on conflict (user_id, course_id) do update
                   set status = 'pending', enrolled_at = now(), dropped_at = null, waitlist_rank = excluded.waitlist_rank
                   where enrollments.status = 'dropped'
               returning id, enrolled_at
           ), note as (
               insert into enrollment_events (user_id, course_id, event, actor_id, facts)
               select $1, $2, 'waitlisted', $3, $4 from place
           )
           select id as "id: EnrollmentId", enrolled_at,
               (select count(*) + 1 from enrollments where course_id = $2 and status = 'pending') as "position!"
           from place"#,
        student.0,
        course.0,
        actor.0,
        facts
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Enrollment {
        id: row.id,
        user_id: student,
        course_id: course,
        status: Status::Pending,
        waitlist_position: Some(row.position),
        enrolled_at: row.enrolled_at,
        dropped_at: None,
        grade_final: None,
        course: None,
        student: None,
    }))
}

/// Gives up a seat or a place in the queue and notes it.
pub async fn give_up(db: &mut PgConnection, id: EnrollmentId, was: Status, actor: UserId) -> Result<()> {
    sqlx::query!(
        "with gone as (
             update enrollments set status = 'dropped', dropped_at = now(), waitlist_rank = null
             where id = $1 returning user_id, course_id
         ), seat as (
             update courses set enrolled_count = enrolled_count - 1, over_capacity = greatest(enrolled_count - 1 - capacity, 0)
             from gone where courses.id = gone.course_id and $2
         )
         insert into enrollment_events (user_id, course_id, event, actor_id)
         select user_id, course_id, case when $2 then 'dropped' else 'left_waitlist' end, $3 from gone",
        id.0,
        was == Status::Enrolled,
        actor.0
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes an event that changes no row.
pub async fn note(
    db: &mut PgConnection,
    student: UserId,
    course: CourseId,
    event: &str,
    reason: Option<&str>,
    actor: Option<UserId>,
    facts: impl Serialize,
) -> Result<()> {
    let facts = serde_json::to_value(facts).map_err(anyhow::Error::from)?;
    sqlx::query!(
        "insert into enrollment_events (user_id, course_id, event, reason, actor_id, facts) values ($1, $2, $3, $4, $5, $6)",
        student.0,
        course.0,
        event,
        reason,
        actor.map(|actor| actor.0),
        facts
    )
    .execute(db)
    .await?;
    Ok(())
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
