use sqlx::PgConnection;

use crate::analytics::model::{ByStatus, EnrollmentsOfTerm, Events, EventsOfDay};
use crate::analytics::rules::Period;
use crate::courses::UNLIMITED;
use crate::error::Result;
use crate::terms::Semester;

/// What happened on each day of a period, by the campus's calendar; of one term, or of all.
pub async fn by_day(
    db: &mut PgConnection,
    period: Period,
    time_zone: &str,
    semester: Option<Semester>,
    year: Option<i32>,
) -> Result<Vec<EventsOfDay>> {
    // The bounds in time are a day wider than the period, for the index; the calendar decides. A day may begin twice.
    let rows = sqlx::query!(
        r#"with happened as (
               select (v.at at time zone $3)::date as day, v.event, count(*) as times
               from enrollment_events v join courses c on c.id = v.course_id
               where v.at >= $1::date::timestamp at time zone $3 - interval '1 day'
                   and v.at < $2::date::timestamp at time zone $3 + interval '2 days'
                   and ($4::text is null or c.semester = $4) and ($5::int is null or c.year = $5)
               group by 1, 2
           )
           select d.day::date as "day!",
               coalesce(sum(times) filter (where event = 'enrolled'), 0)::bigint as "enrolled!",
               coalesce(sum(times) filter (where event = 'promoted'), 0)::bigint as "promoted!",
               coalesce(sum(times) filter (where event = 'dropped'), 0)::bigint as "dropped!",
               coalesce(sum(times) filter (where event = 'waitlisted'), 0)::bigint as "waitlisted!",
               coalesce(sum(times) filter (where event = 'left_waitlist'), 0)::bigint as "left_waitlist!",
               coalesce(sum(times) filter (where event = 'completed'), 0)::bigint as "completed!",
               coalesce(sum(times) filter (where event = 'refused'), 0)::bigint as "refused!"
           from generate_series($1::date::timestamp, $2::date::timestamp, interval '1 day') d (day)
           left join happened h on h.day = d.day::date
           group by d.day order by d.day"#,
        period.from,
        period.to,
        time_zone,
        semester.map(|semester| semester.as_str()),
        year
    );
    let days = rows.fetch_all(db).await?.into_iter().map(|row| EventsOfDay {
        day: row.day,
        events: Events {
            enrolled: row.enrolled,
            promoted: row.promoted,
            dropped: row.dropped,
            waitlisted: row.waitlisted,
            left_waitlist: row.left_waitlist,
            completed: row.completed,
            refused: row.refused,
            net: row.enrolled + row.promoted - row.dropped,
        },
    });
    Ok(days.collect())
}

/// Enrolments as they stand, by status.
pub async fn by_status(
    db: &mut PgConnection,
    semester: Option<Semester>,
    year: Option<i32>,
) -> Result<ByStatus> {
    let counts = sqlx::query_as!(
        ByStatus,
        r#"select count(*) filter (where e.status = 'pending') as "pending!",
               count(*) filter (where e.status = 'enrolled') as "enrolled!",
               count(*) filter (where e.status = 'dropped') as "dropped!",
               count(*) filter (where e.status = 'completed') as "completed!"
           from enrollments e join courses c on c.id = e.course_id
           where ($1::text is null or c.semester = $1) and ($2::int is null or c.year = $2)"#,
        semester.map(|semester| semester.as_str()),
        year
    );
    Ok(counts.fetch_one(db).await?)
}

/// The same per term, newest first, with its seats and its students.
pub async fn by_semester(
    db: &mut PgConnection,
    semester: Option<Semester>,
    year: Option<i32>,
) -> Result<Vec<EnrollmentsOfTerm>> {
    let rows = sqlx::query!(
        r#"with offered as (
               select year, semester, count(*) filter (where is_active) as sections,
                   coalesce(sum(capacity) filter (where is_active and capacity <> $3), 0)::bigint as seats
               from courses where ($1::text is null or semester = $1) and ($2::int is null or year = $2)
               group by year, semester
           ), taken as (
               select c.year, c.semester, count(*) filter (where e.status = 'pending') as pending,
                   count(*) filter (where e.status = 'enrolled') as enrolled,
                   count(*) filter (where e.status = 'dropped') as dropped,
                   count(*) filter (where e.status = 'completed') as completed,
                   count(distinct e.user_id) filter (where e.status in ('enrolled', 'completed')) as students
               from enrollments e join courses c on c.id = e.course_id
               where ($1::text is null or c.semester = $1) and ($2::int is null or c.year = $2)
               group by c.year, c.semester
           )
           select o.year, o.semester, o.sections as "sections!", o.seats as "seats!",
               coalesce(t.pending, 0) as "pending!", coalesce(t.enrolled, 0) as "enrolled!",
               coalesce(t.dropped, 0) as "dropped!", coalesce(t.completed, 0) as "completed!",
               coalesce(t.students, 0) as "students!"
           from offered o left join taken t on t.year = o.year and t.semester = o.semester
           order by o.year desc, array_position(array['spring', 'summer', 'fall'], o.semester::text) desc"#,
        semester.map(|semester| semester.as_str()),
        year,
        UNLIMITED
    );
    let terms = rows.fetch_all(db).await?.into_iter().map(|row| EnrollmentsOfTerm {
        semester: row.semester,
        year: row.year,
        sections: row.sections,
        seats: row.seats,
        students: row.students,
        by_status: ByStatus {
            pending: row.pending,
            enrolled: row.enrolled,
            dropped: row.dropped,
            completed: row.completed,
        },
    });
    Ok(terms.collect())
}
