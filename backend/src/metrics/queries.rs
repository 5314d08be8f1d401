//! What the gauges of the whole service say, read from the database.

use chrono::{DateTime, Utc};
use sqlx::{PgExecutor, PgPool};

use crate::courses::UNLIMITED;
use crate::policy::Role;
use crate::terms::Semester;

pub struct ActiveUsers {
    pub role: Role,
    pub people: i64,
}

/// People with a live session, by role: not ended, not expired, used in the last 15 minutes.
pub async fn active_users(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<ActiveUsers>> {
    let users = sqlx::query_as!(
        ActiveUsers,
        r#"select u.role, count(distinct u.id) as "people!"
           from sessions s join users u on u.id = s.user_id
           where s.revoked_at is null and s.expires_at > now() and u.is_active
               and s.last_used_at > now() - interval '15 minutes'
           group by u.role"#
    );
    users.fetch_all(db).await
}

pub struct Utilization {
    pub code: String,
    pub percent: f64,
}

/// How full each course code is: the seats taken in its active sections of these terms, in percent of their seats.
/// Sections without limit are left out; the fullest `most` codes stay.
pub async fn capacity_utilization(
    db: &PgPool,
    terms: &[(i32, Semester)],
    most: i64,
) -> sqlx::Result<Vec<Utilization>> {
    let (years, semesters): (Vec<i32>, Vec<String>) =
        terms.iter().map(|(year, semester)| (*year, semester.as_str().to_owned())).unzip();
    let rows = sqlx::query_as!(
        Utilization,
        r#"select c.code, 100 * sum(c.enrolled_count)::float8 / sum(c.capacity)::float8 as "percent!"
           from courses c
           join unnest($1::int[], $2::text[]) t (year, semester) on t.year = c.year and t.semester = c.semester
           where c.is_active and c.capacity <> $3
           group by c.code order by 2 desc, 1 limit $4"#,
        &years,
        &semesters,
        UNLIMITED,
        most
    );
    rows.fetch_all(db).await
}

pub struct State {
    /// When PostgreSQL started.
    pub started_at: DateTime<Utc>,
    pub waiting: i64,
    /// Sections with a free seat that somebody waits for who could have it.
    pub stuck: i64,
    /// Events of the payment provider that wait for what comes before them, and for a person.
    pub parked_events: i64,
    pub flagged_events: i64,
    /// What comparisons with the payment provider left unresolved, until it is gone or somebody saw to it.
    pub differences: i64,
}

pub async fn state(db: &PgPool) -> sqlx::Result<State> {
    let state = sqlx::query_as!(
        State,
        r#"select pg_postmaster_start_time() as "started_at!",
               (select count(*) from enrollments where status = 'pending') as "waiting!",
               (select count(distinct c.id)
                from enrollments e
                join courses c on c.id = e.course_id and c.is_active and c.enrolled_count < c.capacity
                join users u on u.id = e.user_id and u.is_active
                left join terms t on t.year = c.year and t.semester = c.semester
                where e.status = 'pending'
                    and registration_state(t.registration_opens_at, t.registration_closes_at) = 'open'
                    and not exists (
                        select from enrollments h
                        join meeting_clashes k on k.course_id = c.id and k.with_course_id = h.course_id
                        where h.user_id = e.user_id and h.status = 'enrolled')) as "stuck!",
               (select count(*) from stripe_events where outcome = 'parked' and resolved_at is null) as "parked_events!",
               (select count(*) from stripe_events where outcome = 'flagged' and resolved_at is null) as "flagged_events!",
               (select count(*) from reconciliation_differences where resolved_at is null) as "differences!""#
    );
    state.fetch_one(db).await
}
