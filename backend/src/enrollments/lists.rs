//! Reading enrolments: one of them, a student's, a section's.

use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder, Row};

use super::model::{Enrollment, Status, StudentRef};
use crate::courses::{self, Course};
use crate::error::Result;
use crate::http::page::{Page, Window};
use crate::ids::{CourseId, EnrollmentId, UserId};

const PLACE: &str =
    "e.id as enrollment_id, e.user_id, e.course_id, e.status, e.enrolled_at, e.dropped_at, e.grade_final,
    case when e.status = 'pending' then (
        select count(*) + 1 from enrollments w
        where w.course_id = e.course_id and w.status = 'pending' and w.waitlist_rank < e.waitlist_rank
    ) end as waitlist_position";

fn place(row: &PgRow) -> Result<Enrollment, sqlx::Error> {
    Ok(Enrollment {
        id: row.try_get("enrollment_id")?,
        user_id: row.try_get("user_id")?,
        course_id: row.try_get("course_id")?,
        status: row.try_get("status")?,
        waitlist_position: row.try_get("waitlist_position")?,
        enrolled_at: row.try_get("enrolled_at")?,
        dropped_at: row.try_get("dropped_at")?,
        grade_final: row.try_get("grade_final")?,
        course: None,
        student: None,
    })
}

pub async fn one(db: &mut PgConnection, id: EnrollmentId) -> Result<Enrollment> {
    let mut query = QueryBuilder::new("select ");
    query.push(PLACE).push(" from enrollments e where e.id = ").push_bind(id.0);
    Ok(place(&query.build().fetch_one(db).await?)?)
}

/// A student's place in a section, whatever became of it.
pub async fn of_student_in(
    db: &mut PgConnection,
    student: UserId,
    course: CourseId,
) -> Result<Option<Enrollment>> {
    let mut query = QueryBuilder::new("select ");
    query.push(PLACE).push(" from enrollments e where e.user_id = ").push_bind(student.0);
    query.push(" and e.course_id = ").push_bind(course.0);
    Ok(query.build().fetch_optional(db).await?.as_ref().map(place).transpose()?)
}

/// A student's enrolments, newest term first; `teacher` narrows them to that teacher's sections.
pub async fn of_student(
    db: &mut PgConnection,
    student: UserId,
    teacher: Option<UserId>,
    filter: &crate::users::EnrollmentFilter,
) -> Result<Page<Enrollment>> {
    let window = Window::new(filter.page, filter.page_size)?;
    let narrowed = |query: &mut QueryBuilder<Postgres>| {
        query.push(" from enrollments e join courses c on c.id = e.course_id left join users t on t.id = c.teacher_id");
        query.push(" where e.user_id = ").push_bind(student.0);
        if let Some(teacher) = teacher {
            query.push(" and c.teacher_id = ").push_bind(teacher.0);
        }
        if let Some(status) = filter.status {
            query.push(" and e.status = ").push_bind(status.as_str());
        }
        if let Some(semester) = filter.semester {
            query.push(" and c.semester = ").push_bind(semester.as_str());
        }
        if let Some(year) = filter.year {
            query.push(" and c.year = ").push_bind(year);
        }
    };
    let mut count = QueryBuilder::new("select count(*)");
    narrowed(&mut count);
    let mut rows = QueryBuilder::new("select ");
    rows.push(PLACE).push(", ").push(courses::queries::COLUMNS);
    narrowed(&mut rows);
    rows.push(" order by c.year desc, array_position(array['spring', 'summer', 'fall'], c.semester::text) desc, c.code, c.section, e.id");
    rows.push(" limit ").push_bind(window.size).push(" offset ").push_bind(window.offset());

    let total = count.build_query_scalar::<i64>().fetch_one(&mut *db).await?;
    let rows = rows.build().fetch_all(db).await?;
    let items = rows.iter().map(|row| Ok(Enrollment { course: Some(Course::from_row(row)?), ..place(row)? }));
    Ok(window.of(items.collect::<Result<_, sqlx::Error>>()?, total))
}

/// A whole roster, in the order of [`of_course`].
pub async fn roster(
    db: &mut PgConnection,
    course: CourseId,
    status: Option<Status>,
) -> Result<Vec<Enrollment>> {
    let mut rows = QueryBuilder::new("select ");
    rows.push(PLACE).push(", u.full_name, u.email, u.student_id, u.department");
    seats(&mut rows, course, status);
    rows.push(" order by e.waitlist_rank nulls first, u.full_name, e.id");
    let rows = rows.build().fetch_all(db).await?;
    Ok(rows.iter().map(seat).collect::<Result<_, sqlx::Error>>()?)
}

/// The rows of a roster; without a status, those who did not leave.
fn seats(query: &mut QueryBuilder<Postgres>, course: CourseId, status: Option<Status>) {
    query
        .push(" from enrollments e join users u on u.id = e.user_id where e.course_id = ")
        .push_bind(course.0);
    match status {
        Some(status) => _ = query.push(" and e.status = ").push_bind(status.as_str()),
        None => _ = query.push(" and e.status <> 'dropped'"),
    }
}

fn seat(row: &PgRow) -> Result<Enrollment, sqlx::Error> {
    let student = StudentRef {
        id: row.try_get("user_id")?,
        full_name: row.try_get("full_name")?,
        email: row.try_get("email")?,
        student_id: row.try_get("student_id")?,
        department: row.try_get("department")?,
    };
    Ok(Enrollment { student: Some(student), ..place(row)? })
}

/// A section's students by name, then its waiters in the order of their queue.
pub async fn of_course(
    db: &mut PgConnection,
    course: CourseId,
    filter: &crate::courses::RosterFilter,
) -> Result<Page<Enrollment>> {
    let window = Window::new(filter.page, filter.page_size)?;
    let mut count = QueryBuilder::new("select count(*)");
    seats(&mut count, course, filter.status);
    let mut rows = QueryBuilder::new("select ");
    rows.push(PLACE).push(", u.full_name, u.email, u.student_id, u.department");
    seats(&mut rows, course, filter.status);
    rows.push(" order by e.waitlist_rank nulls first, u.full_name, e.id limit ").push_bind(window.size);
    rows.push(" offset ").push_bind(window.offset());

    let total = count.build_query_scalar::<i64>().fetch_one(&mut *db).await?;
    let rows = rows.build().fetch_all(db).await?;
    let items = rows.iter().map(seat).collect::<Result<_, sqlx::Error>>()?;
    Ok(window.of(items, total))
}
