use axum::extract::State;
use chrono::Datelike;

use super::model::{Institution, PutTerm, Semester, Term, Terms};
use super::queries;
use crate::app::App;
use crate::courses::FIRST_YEAR;
use crate::enrollments;
use crate::error::{Error, FieldError, Problem, Result};
use crate::http::{Json, Path};
use crate::policy::{Action, Actor};

/// Terms, newest first, with their registration windows.
#[utoipa::path(get, path = "/terms", tag = "terms", responses((status = 200, body = Terms), (status = "4XX", body = Problem)))]
pub async fn list_terms(State(app): State<App>, actor: Actor) -> Result<Json<Terms>> {
    actor.may(Action::ReadCourses)?;
    Ok(Json(Terms { items: queries::list(&app.db).await? }))
}

/// Set the dates of a term: classes, registration window, drop deadline. What is left out is cleared.
#[utoipa::path(put, path = "/terms/{year}/{semester}", tag = "terms",
    params(("year" = i32, Path), ("semester" = Semester, Path)),
    responses((status = 200, body = Term), (status = "4XX", body = Problem)))]
pub async fn put_term(
    State(app): State<App>,
    actor: Actor,
    Path((year, semester)): Path<(i32, Semester)>,
    Json(request): Json<PutTerm>,
) -> Result<Json<Term>> {
    actor.may(Action::ManageTerms)?;
    if !(1900..=9999).contains(&year) {
        return Err(FieldError::new("year", "out_of_range", "1900 to 9999").into());
    }
    queries::put(&app.db, year, semester, &request).await?;
    // A window that opens may let waiters in.
    enrollments::settle_soon(&app);
    let terms = queries::list(&app.db).await?;
    let term = terms.into_iter().find(|term| (term.year, term.semester) == (year, semester));
    tracing::info!(
        event = "term_updated",
        function = "put_term",
        year,
        semester = semester.as_str(),
        "Term updated"
    );
    Ok(Json(term.ok_or(Error::NotFound("term"))?))
}

/// The institution's settings, as a client needs them.
#[utoipa::path(get, path = "/institution", tag = "terms", responses((status = 200, body = Institution), (status = "4XX", body = Problem)))]
pub async fn institution(State(app): State<App>, actor: Actor) -> Result<Json<Institution>> {
    actor.may(Action::ReadCourses)?;
    let settings = &app.config.institution;
    Ok(Json(Institution {
        name: settings.institution.clone(),
        code_pattern: settings.code_pattern.as_str().to_owned(),
        teaching_days: settings.teaching_days.0.iter().copied().collect(),
        first_year: FIRST_YEAR,
        last_year: settings.last_year.unwrap_or(app.clock.now().year() + 4),
        max_credits: settings.max_credits.to_string(),
        max_capacity: settings.max_capacity,
    }))
}
