use std::collections::{BTreeSet, HashMap};

use axum::extract::State;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa::{IntoParams, ToSchema};

use super::super::assignments::{MOST_ASSIGNMENTS, too_many};
use super::super::cells::{Book, Intent, Seen, Verdict, Wanted};
use super::super::queries::{self, assignments, history};
use super::super::reach;
use super::super::save::{Judged, Save, count, summary};
use super::rows::{self, RejectedCell, Sheet, SheetCell};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::error::{FieldError, Problem, Result};
use crate::http::extract::CsvText;
use crate::http::{Json, Path, Query, text};
use crate::ids::{CourseId, EnrollmentId};
use crate::policy::Actor;

/// How the file is to be taken.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportFilter {
    /// Without it, the answer only says what would happen.
    #[serde(default)]
    #[param(required = false, default = false)]
    pub apply: bool,
    /// When a cell is rejected, write none.
    #[serde(default)]
    #[param(required = false, default = false)]
    pub all_or_nothing: bool,
    /// `as_of` of the dry run whose answer was looked at: marks not changed since may be overwritten.
    pub as_of: Option<i64>,
    /// Why, for the history.
    #[param(max_length = 500)]
    pub reason: Option<String>,
}

/// A mark that the file overwrites.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OverwrittenCell {
    pub line: u64,
    pub enrollment_id: EnrollmentId,
    pub student: String,
    pub assignment_name: String,
    #[schema(value_type = String)]
    #[serde(serialize_with = "crate::http::decimals::two_places")]
    pub old_score: Decimal,
    #[schema(value_type = String)]
    #[serde(serialize_with = "crate::http::decimals::two_places")]
    pub new_score: Decimal,
}

/// What a file of marks does, or would do.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ImportReport {
    /// False for a dry run, and when all or nothing was asked for and something was rejected.
    pub applied: bool,
    /// What the file's students' marks were looked at as of; send it with `apply`.
    pub as_of: i64,
    /// Lines with a student.
    pub rows: usize,
    /// Assignments that are made.
    pub new_assignments: Vec<String>,
    /// Cells written; of a dry run, cells that would be.
    pub written: usize,
    pub unchanged: usize,
    pub rejected: usize,
    /// Marks among those written that were there and had another score.
    pub overwritten: Vec<OverwrittenCell>,
    /// Every cell that was not taken over, in the order of the file.
    pub rejected_cells: Vec<RejectedCell>,
}

/// Take marks from a file.
///
/// As exported: one row per student (`enrollment_id` or `email`), one column per assignment; an empty cell leaves the mark
/// as it is. Without `apply` nothing is written. A mark that is there already is overwritten only if the file, or
/// `as_of`, proves that it was seen; otherwise its cell is rejected as `stale` and shows it.
#[utoipa::path(post, path = "/grades/course/{course_id}/csv", tag = "grades",
    request_body(content = String, content_type = "text/csv"),
    params(("course_id" = CourseId, Path), ImportFilter),
    responses((status = 200, body = ImportReport), (status = "4XX", body = Problem)))]
pub async fn import_grades(
    State(app): State<App>,
    actor: Actor,
    Path(course): Path<CourseId>,
    Query(how): Query<ImportFilter>,
    CsvText(file): CsvText,
) -> Result<Json<ImportReport>> {
    let mut tx = app.db.begin().await?;
    reach::gradebook(&mut tx, &actor, course).await?;
    let reason = how.reason.as_deref().map(|text| text::line("reason", text, 1, 500)).transpose()?;
    queries::hold_gradebook(&mut tx, course, how.apply).await?;
    let columns = assignments::of_course(&mut tx, course).await?;
    let students = queries::students(&mut tx, course).await?;
    let sheet = rows::read(&file, &columns, &students)?;
    if columns.len() + sheet.new_columns.len() > MOST_ASSIGNMENTS {
        return Err(too_many());
    }
    refuse_old_names(&mut tx, course, &sheet).await?;
    let (wanted, as_of) = seen(&mut tx, course, &sheet.cells, how.as_of).await?;
    let new = sheet.new_columns.iter().map(|column| (column.name.clone(), column.max_score));
    let book = Book { maxima: new.collect(), ..Book::default() };
    let save = Save::decide(&mut tx, course, &columns, &wanted, book, actor.is_admin()).await?;
    let rejected = save.refused() + sheet.rejected.len();
    let applied = how.apply && !(how.all_or_nothing && rejected > 0);
    let judged = if applied {
        assignments::add(&mut tx, course, &sheet.new_columns).await?;
        save.store(&mut tx, &actor, reason.as_deref()).await?
    } else {
        save.judged(&[])
    };
    let facts = summary(&judged, reason.as_deref());
    let report = report(&sheet, &save, judged, applied, as_of);
    let action = if applied { "marks_changed" } else { "marks_read" };
    audit::record(&mut tx, Entry::by(&actor, action).about("course", course.0).facts(facts)).await?;
    tx.commit().await?;

    tracing::info!(
        event = "grades_imported", function = "import_grades", course_id = %course, applied, written = report.written,
        rejected = report.rejected, "Grades imported"
    );
    Ok(Json(report))
}

/// A file from before an assignment was renamed would make it a second time, and count its marks twice.
async fn refuse_old_names(db: &mut PgConnection, course: CourseId, sheet: &Sheet) -> Result<()> {
    let oldest = sheet.cells.iter().filter_map(|cell| cell.as_of).min();
    let (Some(seen), false) = (oldest, sheet.new_columns.is_empty()) else { return Ok(()) };
    let names: Vec<String> = sheet.new_columns.iter().map(|column| column.name.clone()).collect();
    let Some((old, new)) = history::renamed_since(db, course, &names, seen).await? else { return Ok(()) };
    let column = sheet.cells.iter().find(|cell| cell.place.assignment == old).map(|cell| cell.place.column);
    let field = column.map_or_else(|| old.clone(), |column| format!("column {column}"));
    let message = format!("{old} is called {new} since this file was made; take a new export");
    Err(FieldError::new(field, "renamed", message).into())
}

/// The wishes of the cells, with what their writer has seen; and what there is to see by now.
async fn seen(
    db: &mut PgConnection,
    course: CourseId,
    cells: &[SheetCell],
    as_of: Option<i64>,
) -> Result<(Vec<Wanted>, i64)> {
    let enrollments: BTreeSet<EnrollmentId> = cells.iter().map(|cell| cell.enrollment).collect();
    queries::lock_places(db, course, &enrollments).await?;
    let changes = history::last_changes(db, &enrollments).await?;
    let newest = changes.values().copied().max().unwrap_or_default();
    let wanted = cells.iter().map(|cell| Wanted {
        enrollment: cell.enrollment,
        assignment: cell.place.assignment.clone(),
        score: cell.score.clone(),
        comments: None,
        seen: knowledge(cell, as_of, &changes),
    });
    Ok((wanted.collect(), newest))
}

/// What the row says it has seen stands above what was asked for: a dry run of an old file makes it no younger.
fn knowledge(cell: &SheetCell, as_of: Option<i64>, changes: &HashMap<(EnrollmentId, String), i64>) -> Seen {
    let Some(as_of) = cell.as_of.or(as_of) else { return Seen::Version(None) };
    let last = changes.get(&(cell.enrollment, cell.place.assignment.clone()));
    if last.is_none_or(|last| *last <= as_of) { Seen::Current } else { Seen::Older }
}

fn report(sheet: &Sheet, save: &Save<'_>, judged: Vec<Judged>, applied: bool, as_of: i64) -> ImportReport {
    let (written, unchanged) = (count(&judged, Verdict::Written), count(&judged, Verdict::Unchanged));
    let mut rejected_cells = sheet.rejected.clone();
    let mut overwritten = vec![];
    for ((cell, wanted), judged) in sheet.cells.iter().zip(save.wanted).zip(judged) {
        match (judged.verdict, &cell.score, save.book.mark(wanted)) {
            (Verdict::Written, Intent::Set(new_score), Some(mark)) => overwritten.push(OverwrittenCell {
                line: cell.place.line,
                enrollment_id: cell.enrollment,
                student: cell.place.student.clone(),
                assignment_name: cell.place.assignment.clone(),
                old_score: mark.score,
                new_score: *new_score,
            }),
            (Verdict::Written | Verdict::Unchanged, ..) => {}
            _ => {
                let message = match judged.verdict {
                    Verdict::Stale if judged.current.is_some() => {
                        "another mark is there that this file has not seen; look at it, and take as_of from a dry run or a new export".to_owned()
                    }
                    _ => judged.message.unwrap_or_default(),
                };
                rejected_cells.push(cell.place.rejected(
                    judged.code.unwrap_or_default(),
                    message,
                    judged.current,
                ));
            }
        }
    }
    rejected_cells.sort_by_key(|cell| (cell.line, cell.column));
    ImportReport {
        applied,
        as_of,
        rows: sheet.rows,
        new_assignments: sheet.new_columns.iter().map(|column| column.name.clone()).collect(),
        written,
        unchanged,
        rejected: rejected_cells.len(),
        overwritten,
        rejected_cells,
    }
}
