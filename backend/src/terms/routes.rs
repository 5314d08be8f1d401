use axum::extract::State;
use chrono::Datelike;
use serde_json::json;

use super::model::{ChangedTerm, Institution, PutTerm, Semester, Terms};
use super::queries;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::courses::FIRST_YEAR;
use crate::enrollments;
use crate::error::{Error, FieldError, Problem, Result};
use crate::http::validate::Fields;
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
    responses((status = 200, body = ChangedTerm), (status = "4XX", body = Problem)))]
pub async fn put_term(
    State(app): State<App>,
    actor: Actor,
    Path((year, semester)): Path<(i32, Semester)>,
    Json(request): Json<PutTerm>,
) -> Result<Json<ChangedTerm>> {
    actor.may(Action::ManageTerms)?;
    if !(1900..=9999).contains(&year) {
        return Err(FieldError::new("year", "out_of_range", "1900 to 9999").into());
    }
    check_years(&request)?;
    let mut tx = app.db.begin().await?;
    queries::hold_calendar(&mut tx, year, semester).await?;
    let before = queries::clashes(&mut tx, year, semester).await?;
    queries::put(&mut tx, year, semester, &request).await?;
    let mut warnings = vec![];
    for clash in queries::clashes(&mut tx, year, semester).await? {
        if !before.contains(&clash) {
            warnings.push(format!(
                "{} now has a clash of {} with {}",
                clash.full_name, clash.name, clash.with_name
            ));
            let facts = json!({ "with": clash.with_name });
            enrollments::queries::note(
                &mut tx,
                clash.student,
                clash.course,
                "clash_created",
                Some("schedule_conflict"),
                Some(actor.id),
                facts,
            )
            .await?;
        }
    }
    let facts = json!({ "term": format!("{} {year}", semester.as_str()), "dates": request });
    audit::record(&mut tx, Entry::by(&actor, "term_updated").facts(facts)).await?;
    tx.commit().await?;
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
    Ok(Json(ChangedTerm { term: term.ok_or(Error::NotFound("term"))?, warnings }))
}

/// Days and moments that a calendar has and a database keeps.
fn check_years(term: &PutTerm) -> Result<()> {
    let days = [("starts_on", term.starts_on), ("ends_on", term.ends_on)];
    let moments = [
        ("registration_opens_at", term.registration_opens_at),
        ("registration_closes_at", term.registration_closes_at),
        ("drop_deadline", term.drop_deadline),
    ];
    let days = days.map(|(name, day)| (name, day.map(|day| day.year())));
    let moments = moments.map(|(name, moment)| (name, moment.map(|moment| moment.year())));
    let mut fields = Fields::default();
    for (name, year) in days.into_iter().chain(moments) {
        let fine = year.is_none_or(|year| (1900..=9999).contains(&year));
        fields.require(fine, || FieldError::new(name, "out_of_range", "a year from 1900 to 9999"));
    }
    fields.finish(|| Some(()))
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
        time_zone: settings.time_zone.name().to_owned(),
        first_year: FIRST_YEAR,
        last_year: settings.last_year.unwrap_or(app.clock.now().year() + 4),
        max_credits: settings.max_credits.to_string(),
        max_capacity: settings.max_capacity,
        grade_scale: settings.grade_scale.steps().to_vec(),
    }))
}
