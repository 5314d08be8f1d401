//! Marks as they are read.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;

use super::super::AssignmentType;
use super::super::model::{Author, Grade};
use crate::enrollments::Status;
use crate::error::Result;
use crate::ids::{CourseId, EnrollmentId, GradeId, UserId};
use crate::secret::Secret;

struct GradeRow {
    id: GradeId,
    enrollment_id: EnrollmentId,
    assignment_name: String,
    assignment_type: AssignmentType,
    score: Decimal,
    max_score: Decimal,
    weight: Option<Decimal>,
    graded_at: DateTime<Utc>,
    graded_by: Option<UserId>,
    grader: Option<String>,
    comments: Option<String>,
    version: i32,
}

impl From<GradeRow> for Grade {
    fn from(row: GradeRow) -> Self {
        Self {
            id: row.id,
            enrollment_id: row.enrollment_id,
            assignment_name: row.assignment_name,
            assignment_type: row.assignment_type,
            score: row.score,
            max_score: row.max_score,
            weight: row.weight,
            graded_at: row.graded_at,
            graded_by: Author::of(row.graded_by, row.grader),
            comments: row.comments,
            version: row.version,
        }
    }
}

pub async fn grade(db: &mut PgConnection, id: GradeId) -> Result<Option<Grade>> {
    let row = sqlx::query_as!(
        GradeRow,
        r#"select g.id, g.enrollment_id, g.assignment_name, g.assignment_type, g.score, g.max_score, g.weight, g.graded_at,
               g.graded_by, u.full_name as "grader?", g.comments, g.version
           from grades g left join users u on u.id = g.graded_by where g.id = $1"#,
        id.0
    );
    Ok(row.fetch_optional(db).await?.map(Grade::from))
}

/// The marks of an enrolment, in the order of the columns.
pub async fn grades_of(db: &mut PgConnection, enrollment: EnrollmentId) -> Result<Vec<Grade>> {
    let rows = sqlx::query_as!(
        GradeRow,
        r#"select g.id, g.enrollment_id, g.assignment_name, g.assignment_type, g.score, g.max_score, g.weight, g.graded_at,
               g.graded_by, u.full_name as "grader?", g.comments, g.version
           from grades g
           join assignments a on a.course_id = g.course_id and a.name = g.assignment_name
           left join users u on u.id = g.graded_by
           where g.enrollment_id = $1 order by a.position, a.name"#,
        enrollment.0
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(Grade::from).collect())
}

/// A student of a gradebook.
pub struct StudentRow {
    pub id: EnrollmentId,
    pub user_id: UserId,
    pub status: Status,
    pub full_name: String,
    pub email: Secret,
    pub student_id: Option<String>,
    pub percent: Option<Decimal>,
    pub letter: Option<String>,
}

/// Who sits or sat in a section, by name, with what was submitted.
pub async fn students(db: &mut PgConnection, course: CourseId) -> Result<Vec<StudentRow>> {
    let rows = sqlx::query_as!(
        StudentRow,
        r#"select e.id, e.user_id, e.status, u.full_name, u.email, u.student_id, e.grade_final as percent,
               f.letter as "letter?"
           from enrollments e join users u on u.id = e.user_id left join final_grades f on f.enrollment_id = e.id
           where e.course_id = $1 and e.status in ('enrolled', 'completed') order by u.full_name, e.id"#,
        course.0
    );
    Ok(rows.fetch_all(db).await?)
}

/// A mark of a gradebook.
pub struct CellRow {
    pub id: GradeId,
    pub enrollment_id: EnrollmentId,
    pub assignment_name: String,
    pub score: Decimal,
    pub comments: Option<String>,
    pub version: i32,
}

/// Every mark of a section.
pub async fn cells(db: &mut PgConnection, course: CourseId) -> Result<Vec<CellRow>> {
    let rows = sqlx::query_as!(
        CellRow,
        "select id, enrollment_id, assignment_name, score, comments, version from grades where course_id = $1",
        course.0
    );
    Ok(rows.fetch_all(db).await?)
}
