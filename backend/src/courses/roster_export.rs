//! A roster as a table for spreadsheets.

use axum::extract::State;
use chrono::SecondsFormat;
use serde_json::json;
use utoipa::IntoParams;

use super::queries;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::enrollments::{self, Enrollment, Status};
use crate::error::{Error, Problem, Result};
use crate::http::csv::Csv;
use crate::http::{Path, Query};
use crate::ids::CourseId;
use crate::policy::{Action, Actor};

/// Whose rows; without a status, of everybody who did not leave.
#[derive(Clone, Debug, serde::Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExportFilter {
    pub status: Option<Status>,
}

/// The roster as CSV, in the order of the roster: students by name, then the queue.
///
/// Only an admin's has the students' numbers. Cells that a spreadsheet would run as formulas begin with an apostrophe.
#[utoipa::path(get, path = "/courses/{id}/roster.csv", tag = "courses", params(("id" = CourseId, Path), ExportFilter),
    responses((status = 200, body = String, content_type = "text/csv"), (status = "4XX", body = Problem)))]
pub async fn course_roster(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<CourseId>,
    Query(filter): Query<ExportFilter>,
) -> Result<Csv> {
    let mut tx = app.db.begin().await?;
    let course = queries::find(&mut tx, id, actor.id).await?.ok_or(Error::NotFound("course"))?;
    actor.may(Action::ReadRoster { teacher: course.teacher.map(|teacher| teacher.id) })?;
    if filter.status == Some(Status::Dropped) {
        // Who left is no student of theirs any more.
        actor.may(Action::ManageCourses)?;
    }
    let roster = enrollments::queries::roster(&mut tx, id, filter.status).await?;
    let facts = json!({ "rows": roster.len(), "status": filter.status });
    audit::record(&mut tx, Entry::by(&actor, "roster_exported").about("course", id.0).facts(facts)).await?;
    tx.commit().await?;

    let name =
        format!("roster-{}-{}-{}-{}.csv", course.code, course.section, course.semester.as_str(), course.year);
    Ok(table(&name, &roster, actor.is_admin()))
}

fn table(name: &str, roster: &[Enrollment], numbers: bool) -> Csv {
    let mut columns = vec!["name", "email", "department", "status", "waitlist_position", "since"];
    if numbers {
        columns.insert(0, "student_id");
    }
    let mut file = Csv::new(name, &columns);
    for place in roster {
        let Some(student) = &place.student else { continue };
        let mut cells = vec![
            student.full_name.clone(),
            student.email.to_string(),
            student.department.clone().unwrap_or_default(),
            place.status.as_str().to_owned(),
            place.waitlist_position.map(|position| position.to_string()).unwrap_or_default(),
            place.enrolled_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        ];
        if numbers {
            cells.insert(0, student.student_id.clone().unwrap_or_default());
        }
        file.row(&cells);
    }
    file
}
