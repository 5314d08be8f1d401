use axum::extract::State;

use super::super::model::Gradebook;
use super::super::queries::{self, history};
use super::super::{gradebook, reach};
use super::columns::heading;
use super::{AS_OF, EMAIL, ENROLLMENT, LETTER, NUMBER, PERCENT, STUDENT};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::error::{Problem, Result};
use crate::http::Path;
use crate::http::csv::Csv;
use crate::ids::CourseId;
use crate::policy::Actor;

/// The gradebook as a file for spreadsheets.
///
/// One row per student, one column per assignment, headed `Name [type/maximum/weight]`. `as_of` in each row says what
/// the file has seen: taken back in, it overwrites nothing that was changed since.
#[utoipa::path(get, path = "/grades/course/{course_id}/csv", tag = "grades", params(("course_id" = CourseId, Path)),
    responses((status = 200, body = String, content_type = "text/csv"), (status = "4XX", body = Problem)))]
pub async fn export_grades(State(app): State<App>, actor: Actor, Path(id): Path<CourseId>) -> Result<Csv> {
    let mut tx = app.db.begin().await?;
    let course = reach::gradebook(&mut tx, &actor, id).await?;
    queries::hold_gradebook(&mut tx, id, false).await?;
    history::hold_still(&mut tx, id).await?;
    let as_of = history::newest(&mut tx, id).await?;
    let book = gradebook::read(&app, &mut tx, course).await?;
    audit::record(&mut tx, Entry::by(&actor, "marks_read").about("course", id.0)).await?;
    tx.commit().await?;
    Ok(file(&book, as_of, actor.is_admin()))
}

/// The student's number is the registrar's: `numbers`.
fn file(book: &Gradebook, as_of: i64, numbers: bool) -> Csv {
    let mut headings: Vec<String> = [STUDENT, EMAIL, ENROLLMENT, AS_OF].map(str::to_owned).into();
    if numbers {
        headings.insert(2, NUMBER.to_owned());
    }
    headings.extend(book.assignments.iter().map(heading));
    headings.extend([PERCENT, LETTER].map(str::to_owned));
    let course = &book.course;
    let mut file = Csv::new(&format!("marks-{}-{}.csv", course.code, course.section), &headings);
    for student in &book.students {
        let mut row = vec![student.full_name.clone(), student.email.clone().into_text()];
        row.extend(numbers.then(|| student.student_id.clone().unwrap_or_default()));
        row.extend([student.enrollment_id.to_string(), as_of.to_string()]);
        let text = |score: rust_decimal::Decimal| format!("{score:.2}");
        row.extend(
            student.cells.iter().map(|cell| cell.as_ref().map(|cell| text(cell.score)).unwrap_or_default()),
        );
        row.push(student.r#final.percent.map(text).unwrap_or_default());
        row.push(student.r#final.letter.clone().unwrap_or_default());
        file.row(&row);
    }
    file
}
