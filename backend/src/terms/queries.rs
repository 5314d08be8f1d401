use sqlx::{PgConnection, PgExecutor};

use super::model::{PutTerm, RegistrationState, Semester, Term};
use crate::error::{Error, FieldError, OnConstraint, Refusal, Result};
use crate::ids::{CourseId, UserId};

/// Terms with dates or with courses, newest first.
pub async fn list(db: impl PgExecutor<'_>) -> Result<Vec<Term>> {
    let terms = sqlx::query_as!(
        Term,
        r#"with known as (
               select year, semester from terms union select distinct year, semester from courses where is_active
           ), described as (
               select k.year, k.semester, t.starts_on, t.ends_on, t.registration_opens_at, t.registration_closes_at,
                   t.drop_deadline,
                   registration_state(t.registration_opens_at, t.registration_closes_at) as registration,
                   (select count(*) from courses c where c.is_active and c.year = k.year and c.semester = k.semester) as courses,
                   array_position(array['spring', 'summer', 'fall'], k.semester::text) as place
               from known k left join terms t on t.year = k.year and t.semester = k.semester
           )
           select year as "year!", semester as "semester!: Semester", starts_on, ends_on, registration_opens_at,
               registration_closes_at, drop_deadline, registration as "registration!: RegistrationState",
               courses as "courses!",
               row_number() over (order by
                   (registration = 'open' and registration_closes_at is not null) desc,
                   coalesce(now()::date between starts_on and ends_on, false) desc,
                   courses > 0 desc, year desc, place desc) = 1 as "is_current!"
           from described order by year desc, place desc"#
    );
    Ok(terms.fetch_all(db).await?)
}

/// Holds the term's calendar alone: no registration, edit or import judges by dates that are about to change.
pub async fn hold_calendar(db: &mut PgConnection, year: i32, semester: Semester) -> Result<()> {
    sqlx::query!("select hold_calendar($1, $2, true)", year, semester.as_str()).execute(db).await?;
    Ok(())
}

/// Two sections of one student that meet at the same time.
#[derive(PartialEq)]
pub struct StudentClash {
    pub student: UserId,
    pub full_name: String,
    pub course: CourseId,
    pub name: String,
    pub with_name: String,
}

/// Every such pair in a term, once.
pub async fn clashes(db: &mut PgConnection, year: i32, semester: Semester) -> Result<Vec<StudentClash>> {
    let clashes = sqlx::query_as!(
        StudentClash,
        r#"select distinct u.id as student, u.full_name, c.id as course, c.code || '-' || c.section as "name!",
               w.code || '-' || w.section as "with_name!"
           from courses c
           join meeting_clashes k on k.course_id = c.id and k.course_id < k.with_course_id
           join courses w on w.id = k.with_course_id
           join enrollments a on a.course_id = c.id and a.status = 'enrolled'
           join enrollments b on b.course_id = w.id and b.status = 'enrolled' and b.user_id = a.user_id
           join users u on u.id = a.user_id
           where c.year = $1 and c.semester = $2
           order by u.full_name, u.id, c.id limit 1000"#,
        year,
        semester.as_str()
    );
    Ok(clashes.fetch_all(db).await?)
}

/// Stores the dates of a term. Its sections' meetings follow, which a room may not survive.
pub async fn put(db: &mut PgConnection, year: i32, semester: Semester, term: &PutTerm) -> Result<()> {
    sqlx::query!(
        "insert into terms (semester, year, starts_on, ends_on, registration_opens_at, registration_closes_at, drop_deadline)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (year, semester) do update set
             starts_on = excluded.starts_on, ends_on = excluded.ends_on,
             registration_opens_at = excluded.registration_opens_at,
             registration_closes_at = excluded.registration_closes_at, drop_deadline = excluded.drop_deadline",
        semester.as_str(),
        year,
        term.starts_on,
        term.ends_on,
        term.registration_opens_at,
        term.registration_closes_at,
        term.drop_deadline
    )
    .execute(db)
    .await
    .on_constraint("terms_dates_together", || field("ends_on", "dates_incomplete", "give both the first and the last day, or neither"))
    .on_constraint("terms_dates_in_order", || field("ends_on", "dates_reversed", "the last day lies before the first"))
    .on_constraint("terms_window_in_order", || field("registration_closes_at", "dates_reversed", "registration closes before it opens"))
    .on_constraint("course_meetings_room_free", || {
        Refusal::new("room_conflict", "with these class dates, a class and a dated meeting would be in one room at once").into()
    })?;
    Ok(())
}

fn field(name: &str, code: &'static str, message: &str) -> Error {
    FieldError::new(name, code, message).into()
}
