//! A student's courses with what they ended with, or stand at.

use std::collections::HashMap;

use rust_decimal::Decimal;
use sqlx::PgConnection;

use super::finals::CountedRow;
use crate::enrollments::Status;
use crate::error::Result;
use crate::grades::model::{Author, GradedCourse};
use crate::ids::{CourseId, EnrollmentId, UserId};

/// A course of a student.
pub struct Taken {
    pub enrollment_id: EnrollmentId,
    pub status: Status,
    pub course: GradedCourse,
    /// Columns of its gradebook.
    pub assignments: i64,
    pub percent: Option<Decimal>,
    pub letter: Option<String>,
    pub points: Option<Decimal>,
}

/// What a student takes or has completed, newest term first; `teacher` narrows it to that teacher's sections.
pub async fn courses(db: &mut PgConnection, student: UserId, teacher: Option<UserId>) -> Result<Vec<Taken>> {
    let rows = sqlx::query!(
        r#"select e.id as enrollment_id, e.status, e.grade_final, f.letter as "letter?", f.points as "points?",
               c.id, c.code, c.section, c.name, c.semester, c.year, c.credits, c.teacher_id,
               t.full_name as "teacher_name?",
               (select count(*) from assignments a where a.course_id = c.id) as "assignments!"
           from enrollments e
           join courses c on c.id = e.course_id
           left join users t on t.id = c.teacher_id
           left join final_grades f on f.enrollment_id = e.id
           where e.user_id = $1 and e.status in ('enrolled', 'completed') and ($2::uuid is null or c.teacher_id = $2)
           order by c.year desc, array_position(array['spring', 'summer', 'fall'], c.semester::text) desc,
               c.code, c.section, e.id"#,
        student.0,
        teacher.map(|teacher| teacher.0)
    );
    let taken = rows.fetch_all(db).await?.into_iter().map(|row| Taken {
        enrollment_id: row.enrollment_id,
        status: row.status,
        course: GradedCourse {
            id: row.id as CourseId,
            code: row.code,
            section: row.section,
            name: row.name,
            semester: row.semester,
            year: row.year,
            credits: row.credits,
            teacher: Author::of(row.teacher_id, row.teacher_name),
        },
        assignments: row.assignments,
        percent: row.grade_final,
        letter: row.letter,
        points: row.points,
    });
    Ok(taken.collect())
}

/// The marks of all of a student's courses.
pub async fn marks(db: &mut PgConnection, student: UserId) -> Result<HashMap<EnrollmentId, Vec<CountedRow>>> {
    let rows = sqlx::query_as!(
        CountedRow,
        "select g.enrollment_id, g.assignment_name, g.score, g.max_score, g.weight
         from grades g join enrollments e on e.id = g.enrollment_id where e.user_id = $1
         order by g.enrollment_id, g.assignment_name",
        student.0
    );
    let mut by_place: HashMap<EnrollmentId, Vec<CountedRow>> = HashMap::new();
    for row in rows.fetch_all(db).await? {
        by_place.entry(row.enrollment_id).or_default().push(row);
    }
    Ok(by_place)
}
