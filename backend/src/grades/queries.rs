//! What the database does for marks. Its triggers write the history and keep a mark's copy of its assignment true.

pub mod assignments;
pub mod finals;
pub mod history;
mod reading;
pub mod requests;
pub mod transcript;

use std::collections::{BTreeSet, HashMap};

use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

pub use reading::{CellRow, StudentRow, cells, grade, grades_of, students};

use super::cells::{Book, Mark};
use super::model::{Author, GradedCourse};
use crate::enrollments::Status;
use crate::error::{Error, OnConstraint, Refusal, Result};
use crate::ids::{CourseId, EnrollmentId, GradeId, UserId};
use crate::policy::Actor;

// ── whom and what it is about ──

pub async fn course(db: &mut PgConnection, id: CourseId) -> Result<Option<GradedCourse>> {
    let row = sqlx::query!(
        r#"select c.id, c.code, c.section, c.name, c.semester, c.year, c.credits, c.teacher_id,
               t.full_name as "teacher_name?"
           from courses c left join users t on t.id = c.teacher_id where c.id = $1"#,
        id.0
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| GradedCourse {
        id: row.id,
        code: row.code,
        section: row.section,
        name: row.name,
        semester: row.semester,
        year: row.year,
        credits: row.credits,
        teacher: Author::of(row.teacher_id, row.teacher_name),
    }))
}

/// A student's place in a section, and who teaches it.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub id: EnrollmentId,
    pub user_id: UserId,
    pub course_id: CourseId,
    pub status: Status,
    pub teacher_id: Option<UserId>,
}

pub async fn place(db: &mut PgConnection, id: EnrollmentId) -> Result<Option<Place>> {
    let place = sqlx::query_as!(
        Place,
        "select e.id, e.user_id, e.course_id, e.status, c.teacher_id
         from enrollments e join courses c on c.id = e.course_id where e.id = $1",
        id.0
    );
    Ok(place.fetch_optional(db).await?)
}

/// Where a mark belongs.
pub async fn place_of_grade(db: &mut PgConnection, id: GradeId) -> Result<Option<Place>> {
    let place = sqlx::query_as!(
        Place,
        "select e.id, e.user_id, e.course_id, e.status, c.teacher_id
         from grades g join enrollments e on e.id = g.enrollment_id join courses c on c.id = e.course_id
         where g.id = $1",
        id.0
    );
    Ok(place.fetch_optional(db).await?)
}

pub async fn name_of(db: &mut PgConnection, user: UserId) -> Result<String> {
    Ok(sqlx::query_scalar!("select full_name from users where id = $1", user.0).fetch_one(db).await?)
}

// ── locks: the gradebook, then enrolments by id ──

/// Shares a gradebook with others who write marks, or holds it alone to change its columns.
pub async fn hold_gradebook(db: &mut PgConnection, course: CourseId, alone: bool) -> Result<()> {
    sqlx::query!("select hold_gradebook($1, $2)", course.0, alone).execute(db).await?;
    Ok(())
}

/// Locks these enrolments of a section, and tells how they stand.
pub async fn lock_places(
    db: &mut PgConnection,
    course: CourseId,
    ids: &BTreeSet<EnrollmentId>,
) -> Result<HashMap<EnrollmentId, Status>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        "select id, status from enrollments where course_id = $1 and id = any($2) order by id for no key update",
        course.0,
        &ids
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.id, row.status)).collect())
}

/// Tells the triggers who writes, and why.
pub async fn sign(db: &mut PgConnection, actor: &Actor, reason: Option<&str>) -> Result<()> {
    sqlx::query!(
        "select set_config('uems.actor', $1, true) as actor, set_config('uems.reason', $2, true) as reason",
        actor.id.to_string(),
        reason.unwrap_or_default()
    )
    .fetch_one(db)
    .await?;
    Ok(())
}

/// For the rest of this transaction, what is final may be changed.
pub async fn open_finals(db: &mut PgConnection) -> Result<()> {
    sqlx::query!("select set_config('uems.open_finals', 'on', true) as open").fetch_one(db).await?;
    Ok(())
}

// ── marks ──

/// Adds to the book the marks at these crossings.
pub async fn read_marks(
    db: &mut PgConnection,
    book: &mut Book,
    enrollments: &BTreeSet<EnrollmentId>,
    assignments: &BTreeSet<&str>,
) -> Result<()> {
    let ids: Vec<Uuid> = enrollments.iter().map(|id| id.0).collect();
    let names: Vec<String> = assignments.iter().map(|name| (*name).to_owned()).collect();
    let rows = sqlx::query!(
        r#"select g.id, g.enrollment_id, g.assignment_name, g.score, g.comments, g.version, g.graded_at, g.graded_by,
               u.full_name as "grader?"
           from grades g left join users u on u.id = g.graded_by
           where g.enrollment_id = any($1) and g.assignment_name = any($2)"#,
        &ids,
        &names
    );
    book.marks.extend(rows.fetch_all(db).await?.into_iter().map(|row| {
        let mark = Mark {
            id: row.id,
            score: row.score,
            comments: row.comments,
            version: row.version,
            graded_at: row.graded_at,
            graded_by: Author::of(row.graded_by, row.grader),
        };
        ((row.enrollment_id, row.assignment_name), mark)
    }));
    Ok(())
}

/// A mark to be stored.
#[derive(Clone, Debug)]
pub struct NewMark<'a> {
    pub enrollment: EnrollmentId,
    pub assignment: &'a str,
    pub score: Decimal,
    pub comments: Option<&'a str>,
    /// The version it replaces; none: there is no mark yet.
    pub over: Option<i32>,
}

/// A stored mark.
pub struct Stored {
    pub id: GradeId,
    pub enrollment_id: EnrollmentId,
    pub assignment_name: String,
    pub version: i32,
}

/// Stores marks, all in one statement. A place where somebody took a mark away goes on counting where that one ended,
/// so that nobody's old version fits a new mark by chance.
pub async fn write_marks(
    db: &mut PgConnection,
    course: CourseId,
    actor: UserId,
    marks: &[NewMark<'_>],
) -> Result<Vec<Stored>> {
    let enrollments: Vec<Uuid> = marks.iter().map(|mark| mark.enrollment.0).collect();
    let names: Vec<String> = marks.iter().map(|mark| mark.assignment.to_owned()).collect();
    let scores: Vec<Decimal> = marks.iter().map(|mark| mark.score).collect();
    let comments: Vec<Option<String>> = marks.iter().map(|mark| mark.comments.map(str::to_owned)).collect();
    let versions: Vec<Option<i32>> = marks.iter().map(|mark| mark.over).collect();
    let stored = sqlx::query_as!(
        Stored,
        "insert into grades (enrollment_id, course_id, assignment_name, score, comments, graded_by, version)
         select c.enrollment_id, $1, c.name, c.score, c.comments, $2, 1 + coalesce(c.version, (
             select max(h.version) from grade_history h
             where h.kind = 'deleted' and h.enrollment_id = c.enrollment_id and h.assignment_name = c.name
         ), 0)
         from unnest($3::uuid[], $4::text[], $5::numeric[], $6::text[], $7::int[])
             as c (enrollment_id, name, score, comments, version)
         order by c.enrollment_id, c.name
         on conflict (enrollment_id, assignment_name) do update
             set score = excluded.score, comments = excluded.comments, graded_by = excluded.graded_by,
                 graded_at = now(), version = excluded.version
             where grades.version + 1 = excluded.version
         returning id, enrollment_id, assignment_name, version",
        course.0,
        actor.0,
        &enrollments,
        &names,
        &scores,
        &comments as &[Option<String>],
        &versions as &[Option<i32>]
    )
    .fetch_all(db)
    .await
    .on_constraint("grades_locked", locked)?;
    if stored.len() != marks.len() {
        return Err(anyhow::anyhow!("{} of {} marks found their place", stored.len(), marks.len()).into());
    }
    Ok(stored)
}

/// Takes marks away; their history stays.
pub async fn delete_marks(db: &mut PgConnection, ids: &[GradeId]) -> Result<u64> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let deleted = sqlx::query!("delete from grades where id = any($1)", &ids)
        .execute(db)
        .await
        .on_constraint("grades_locked", locked)?;
    Ok(deleted.rows_affected())
}

pub fn locked() -> Error {
    let detail = "the course is completed and its marks are final; ask for a change, with a reason, and an admin decides";
    Refusal::new("grade_locked", detail).into()
}
