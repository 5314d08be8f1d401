//! Saving many cells at once.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::cells::{Book, CurrentMark, Intent, Seen, Verdict, Wanted};
use super::queries::{self, assignments};
use super::reach;
use super::routes::comment;
use super::save::{Judged, Save, count, summary};
use super::score::score;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::error::{FieldError, Problem, Result};
use crate::http::decimals::two_places_if;
use crate::http::idempotency::{Claimed, IdempotencyKey};
use crate::http::validate::double_option;
use crate::http::{Json, Path, text};
use crate::ids::{CourseId, EnrollmentId, GradeId};
use crate::policy::Actor;

/// Most cells of one request.
pub const MOST_CELLS: usize = 20_000;

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveGrades {
    /// At most 20,000.
    pub cells: Vec<CellToSave>,
    /// When a cell is refused, write none.
    #[serde(default)]
    pub all_or_nothing: bool,
    /// Why, for the history.
    #[schema(max_length = 500)]
    pub reason: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CellToSave {
    pub enrollment_id: EnrollmentId,
    pub assignment_name: String,
    /// A number or a string; left out, only the comment changes; `null` takes the mark away (admins).
    #[serde(default, deserialize_with = "double_option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "87.5")]
    pub score: Option<Option<Value>>,
    /// The version of the mark as read; `null`: there was none.
    pub version: Option<i32>,
    /// Left out, it stays; `null` clears it.
    #[serde(default, deserialize_with = "double_option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 5000)]
    pub comments: Option<Option<String>>,
}

/// What became of a cell.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CellVerdict {
    pub enrollment_id: EnrollmentId,
    pub assignment_name: String,
    pub verdict: Verdict,
    /// The score that was given, as it was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    #[serde(serialize_with = "two_places_if")]
    pub given: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<GradeId>,
    /// Of the mark as it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i32>,
    /// Of a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Of a refusal: the mark as it is, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<CurrentMark>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SavedGrades {
    /// False: all or nothing was asked for, and something was refused.
    pub applied: bool,
    pub written: usize,
    pub unchanged: usize,
    pub refused: usize,
    /// One per cell, in the order they were sent.
    pub cells: Vec<CellVerdict>,
}

fn wanted(cell: &CellToSave) -> Wanted {
    let mut intent = match &cell.score {
        None => Intent::Keep,
        Some(None | Some(Value::Null)) => Intent::Clear,
        Some(Some(value)) => score(value).map_or_else(Intent::Wrong, Intent::Set),
    };
    let comments = match &cell.comments {
        Some(Some(text)) => match comment(text) {
            Ok(text) => Some(Some(text)),
            Err(error) => {
                intent = Intent::Wrong((error.code, format!("comments: {}", error.message)));
                None
            }
        },
        Some(None) => Some(None),
        None => None,
    };
    Wanted {
        enrollment: cell.enrollment_id,
        // No assignment has one in its name, and the database takes none.
        assignment: cell.assignment_name.replace('\0', "\u{fffd}"),
        score: intent,
        comments,
        seen: Seen::Version(cell.version),
    }
}

fn verdict(wanted: &Wanted, judged: Judged) -> CellVerdict {
    let given = match wanted.score {
        Intent::Set(score) => Some(score),
        Intent::Keep | Intent::Clear | Intent::Wrong(_) => None,
    };
    CellVerdict {
        enrollment_id: wanted.enrollment,
        assignment_name: wanted.assignment.clone(),
        verdict: judged.verdict,
        given,
        id: judged.id,
        version: judged.version,
        code: judged.code.map(str::to_owned),
        message: judged.message,
        current: judged.current,
    }
}

/// Save many cells of a gradebook in one go.
///
/// One transaction, and a verdict per cell, in order: `written`, `unchanged`, `stale` (somebody changed it since
/// `version`; both values are told), `invalid`, `locked`, `not_found`. What is refused stays as it is, the rest is
/// written; with `all_or_nothing` nothing is. Sending it again is harmless: what is stored already is `unchanged`.
#[utoipa::path(put, path = "/grades/course/{course_id}/bulk", tag = "grades",
    params(("course_id" = CourseId, Path), ("Idempotency-Key" = Option<String>, Header, description = "8 to 255 printable characters; same key and body, same answer, one effect")),
    responses((status = 200, body = SavedGrades), (status = "4XX", body = Problem)))]
pub async fn save_grades(
    State(app): State<App>,
    actor: Actor,
    Path(course): Path<CourseId>,
    key: IdempotencyKey,
    Json(request): Json<SaveGrades>,
) -> Result<Response> {
    let mut tx = app.db.begin().await?;
    reach::gradebook(&mut tx, &actor, course).await?;
    if request.cells.len() > MOST_CELLS {
        return Err(
            FieldError::new("cells", "too_many", format!("at most {MOST_CELLS} cells at once")).into()
        );
    }
    let reason = request.reason.as_deref().map(|text| text::line("reason", text, 1, 500)).transpose()?;
    let route = "PUT /grades/course/{course_id}/bulk";
    let claim = match key.claim(&app, &mut tx, actor.id.0, route, &(course, &request)).await? {
        Claimed::Fresh(claim) => claim,
        Claimed::Replay(answer) => return answer,
    };
    queries::hold_gradebook(&mut tx, course, false).await?;
    let columns = assignments::of_course(&mut tx, course).await?;
    let cells: Vec<Wanted> = request.cells.iter().map(wanted).collect();
    let save = Save::decide(&mut tx, course, &columns, &cells, Book::default(), actor.is_admin()).await?;
    let applied = !request.all_or_nothing || save.refused() == 0;
    let judged =
        if applied { save.store(&mut tx, &actor, reason.as_deref()).await? } else { save.withheld() };
    let facts = summary(&judged, reason.as_deref());
    let answer = SavedGrades {
        applied,
        written: count(&judged, Verdict::Written),
        unchanged: count(&judged, Verdict::Unchanged),
        refused: save.refused(),
        cells: cells.iter().zip(judged).map(|(cell, judged)| verdict(cell, judged)).collect(),
    };
    claim.keep(&mut tx, StatusCode::OK, &answer).await?;
    let entry = match answer.written {
        0 => Entry::by(&actor, "marks_read"),
        _ => Entry::by(&actor, "marks_changed"),
    };
    if answer.written > 0 || answer.cells.iter().any(|cell| cell.current.is_some()) {
        audit::record(&mut tx, entry.about("course", course.0).facts(facts)).await?;
    }
    tx.commit().await?;

    tracing::info!(
        event = "grades_saved", function = "save_grades", course_id = %course, written = answer.written,
        refused = answer.refused, "Grades saved"
    );
    Ok(Json(answer).into_response())
}
