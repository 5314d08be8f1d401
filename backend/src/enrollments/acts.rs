//! What registration does to the database, each act with its event.

use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;

use super::model::{Enrollment, Status};
use crate::error::Result;
use crate::ids::{CourseId, EnrollmentId, UserId};

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
pub async fn give_up(
    db: &mut PgConnection,
    id: EnrollmentId,
    was: Status,
    actor: UserId,
    facts: Value,
) -> Result<()> {
    sqlx::query!(
        "with gone as (
             update enrollments set status = 'dropped', dropped_at = now(), waitlist_rank = null
             where id = $1 returning user_id, course_id
         ), seat as (
             update courses set enrolled_count = enrolled_count - 1, over_capacity = greatest(enrolled_count - 1 - capacity, 0)
             from gone where courses.id = gone.course_id and $2
         )
         insert into enrollment_events (user_id, course_id, event, actor_id, facts)
         select user_id, course_id, case when $2 then 'dropped' else 'left_waitlist' end, $3, $4 from gone",
        id.0,
        was == Status::Enrolled,
        actor.0,
        facts
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
