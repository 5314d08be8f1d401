//! A whole gradebook in one answer.

use std::collections::HashMap;

use axum::extract::State;

use super::model::{Assignment, Cell, FinalInShort, Gradebook, GradebookRow, GradedCourse};
use super::queries::{self, CellRow, StudentRow, assignments};
use super::reach;
use super::rules::{Counted, final_of};
use super::scale::GradeScale;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::enrollments::Status;
use crate::error::{Problem, Result};
use crate::http::{Json, Path};
use crate::ids::{CourseId, EnrollmentId};
use crate::policy::Actor;

/// The whole gradebook of a course: assignments, students, cells and finals, in one answer without pages.
#[utoipa::path(get, path = "/grades/course/{course_id}", tag = "grades", params(("course_id" = CourseId, Path)),
    responses((status = 200, body = Gradebook), (status = "4XX", body = Problem)))]
pub async fn course_grades(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<CourseId>,
) -> Result<Json<Gradebook>> {
    let mut tx = app.db.begin().await?;
    let course = reach::gradebook(&mut tx, &actor, id).await?;
    // Nobody renames a column between reading the marks and reading the columns.
    queries::hold_gradebook(&mut tx, id, false).await?;
    let book = read(&app, &mut tx, course).await?;
    audit::record(&mut tx, Entry::by(&actor, "marks_read").about("course", id.0)).await?;
    tx.commit().await?;
    Ok(Json(if actor.is_admin() { book } else { without_numbers(book) }))
}

/// A teacher sees name and e-mail; the student's number is the registrar's.
fn without_numbers(mut book: Gradebook) -> Gradebook {
    book.students.iter_mut().for_each(|student| student.student_id = None);
    book
}

pub(super) async fn read(app: &App, db: &mut sqlx::PgConnection, course: GradedCourse) -> Result<Gradebook> {
    let assignments = assignments::of_course(db, course.id).await?;
    let students = queries::students(db, course.id).await?;
    let cells = queries::cells(db, course.id).await?;
    let students = laid_out(&assignments, students, cells, &app.config.institution.grade_scale);
    Ok(Gradebook { course, assignments, students })
}

/// Puts every mark at its crossing.
fn laid_out(
    assignments: &[Assignment],
    students: Vec<StudentRow>,
    cells: Vec<CellRow>,
    scale: &GradeScale,
) -> Vec<GradebookRow> {
    let columns: HashMap<&str, usize> =
        assignments.iter().enumerate().map(|(index, column)| (column.name.as_str(), index)).collect();
    let rows: HashMap<EnrollmentId, usize> =
        students.iter().enumerate().map(|(index, student)| (student.id, index)).collect();
    let mut table: Vec<Vec<Option<Cell>>> =
        students.iter().map(|_| assignments.iter().map(|_| None).collect()).collect();
    for cell in cells {
        let crossing = rows.get(&cell.enrollment_id).zip(columns.get(cell.assignment_name.as_str()));
        if let Some((row, column)) = crossing {
            let CellRow { id, score, comments, version, .. } = cell;
            table[*row][*column] = Some(Cell { id, score, version, comments });
        }
    }
    let row = |(student, cells): (StudentRow, Vec<Option<Cell>>)| {
        let last = in_short(&student, assignments, &cells, scale);
        GradebookRow {
            enrollment_id: student.id,
            user_id: student.user_id,
            full_name: student.full_name,
            email: student.email,
            student_id: student.student_id,
            status: student.status,
            locked: student.status == Status::Completed,
            cells,
            r#final: last,
        }
    };
    students.into_iter().zip(table).map(row).collect()
}

/// What was submitted; before that, what the marks make.
fn in_short(
    student: &StudentRow,
    assignments: &[Assignment],
    cells: &[Option<Cell>],
    scale: &GradeScale,
) -> FinalInShort {
    if let Some(percent) = student.percent.filter(|_| student.status == Status::Completed) {
        let letter = student.letter.clone().unwrap_or_else(|| scale.of(percent).letter.clone());
        return FinalInShort { percent: Some(percent), letter: Some(letter), reason: None };
    }
    let counted = assignments.iter().zip(cells).filter_map(|(column, cell)| {
        let score = cell.as_ref()?.score;
        let Assignment { name, max_score, weight, .. } = column;
        Some(Counted { assignment_name: name, score, max_score: *max_score, weight: *weight })
    });
    let last = final_of(&counted.collect::<Vec<_>>(), scale);
    FinalInShort { percent: last.percent, letter: last.letter, reason: last.reason }
}
