//! Submitting finals: the course is completed, the marks are locked.

use std::collections::{BTreeSet, HashMap};

use axum::extract::State;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;
use utoipa::ToSchema;

use super::model::{EnrollmentGrades, FinalInShort};
use super::queries::{self, finals};
use super::reach;
use super::routes::{not_enrolled, note_reading, of_enrollment};
use super::rules::{Counted, Final, final_of};
use super::scale::GradeScale;
use super::score::score_field;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::enrollments::{self, Status};
use crate::error::{Error, FieldError, Problem, Refusal, Result};
use crate::http::{Json, Path};
use crate::ids::{CourseId, EnrollmentId};
use crate::policy::Actor;

/// Most students of one request.
const MOST_STUDENTS: usize = 20_000;

#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmitFinal {
    /// The percentage you saw; refused (`final_differs`) when the marks make another one by now.
    #[schema(value_type = Option<String>, example = "88.33")]
    pub expected: Option<Value>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmitFinals {
    /// Left out: everybody in the course.
    pub enrollment_ids: Option<Vec<EnrollmentId>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FinalVerdict {
    Submitted,
    /// It was submitted before.
    Unchanged,
    /// There is no final to submit; `final.reason` says why.
    NoFinal,
    NotFound,
}

/// What became of a student's final.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StudentVerdict {
    pub enrollment_id: EnrollmentId,
    pub verdict: FinalVerdict,
    pub r#final: Option<FinalInShort>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SubmittedFinals {
    pub submitted: usize,
    /// By enrolment, in the order they were asked for.
    pub students: Vec<StudentVerdict>,
}

/// Submit a student's final: completes the course for them and locks the marks.
///
/// Refused without a counted mark (`no_final`), and when it is not what was `expected` (`final_differs`). Submitting
/// what is submitted already changes nothing.
#[utoipa::path(put, path = "/grades/enrollment/{enrollment_id}/final", tag = "grades",
    params(("enrollment_id" = EnrollmentId, Path)),
    responses((status = 200, body = EnrollmentGrades), (status = "4XX", body = Problem)))]
pub async fn submit_final(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<EnrollmentId>,
    Json(request): Json<SubmitFinal>,
) -> Result<Json<EnrollmentGrades>> {
    let mut tx = app.db.begin().await?;
    let place = reach::to_write(&mut tx, &actor, id).await?;
    let expected = request.expected.as_ref().map(|value| score_field("expected", value)).transpose()?;
    let scale = &app.config.institution.grade_scale;
    let round = Round::prepare(&mut tx, place.course_id, vec![id], scale).await?;
    let last = match round.status(id) {
        Some(Status::Enrolled) => round.finals.get(&id).cloned().unwrap_or_else(|| final_of(&[], scale)),
        Some(Status::Completed) => {
            check_percent(round.before.get(&id).and_then(|last| last.percent), expected)?;
            let done = queries::place(&mut tx, id).await?.ok_or(Error::NotFound("enrolment"))?;
            let grades = of_enrollment(&app, &mut tx, done).await?;
            note_reading(&mut tx, &actor, done).await?;
            tx.commit().await?;
            return Ok(Json(grades));
        }
        _ => return Err(not_enrolled()),
    };
    check(&last, expected)?;
    let submitted = round.submit(&mut tx, &actor).await?;
    let done = queries::place(&mut tx, id).await?.ok_or(Error::NotFound("enrolment"))?;
    let grades = of_enrollment(&app, &mut tx, done).await?;
    let facts = json!({ "percent": last.percent, "letter": last.letter });
    let entry = Entry::by(&actor, "final_submitted").of(place.user_id).about("enrollment", id.0).facts(facts);
    audit::record(&mut tx, entry).await?;
    tx.commit().await?;

    report(&app, place.course_id, submitted);
    Ok(Json(grades))
}

fn check(last: &Final, expected: Option<Decimal>) -> Result<()> {
    if let Some(reason) = last.reason {
        let detail = format!("there is no final to submit: {}", reason.sentence());
        return Err(Refusal::new("no_final", detail).fact("reason", reason).into());
    }
    check_percent(last.percent, expected)
}

fn check_percent(percent: Option<Decimal>, expected: Option<Decimal>) -> Result<()> {
    if expected.is_some() && expected != percent {
        let detail = "the final is another one by now; look at it and submit again";
        return Err(Refusal::new("final_differs", detail).fact("percent", percent).into());
    }
    Ok(())
}

/// Submit the finals of a course: of everybody, or of those named.
///
/// One transaction, a verdict per student. Who has no counted mark is left as they are (`no_final`).
#[utoipa::path(put, path = "/grades/course/{course_id}/final", tag = "grades", params(("course_id" = CourseId, Path)),
    responses((status = 200, body = SubmittedFinals), (status = "4XX", body = Problem)))]
pub async fn submit_course_finals(
    State(app): State<App>,
    actor: Actor,
    Path(course): Path<CourseId>,
    Json(request): Json<SubmitFinals>,
) -> Result<Json<SubmittedFinals>> {
    let mut tx = app.db.begin().await?;
    reach::gradebook(&mut tx, &actor, course).await?;
    if request.enrollment_ids.as_ref().is_some_and(|ids| ids.len() > MOST_STUDENTS) {
        let message = format!("at most {MOST_STUDENTS} students at once");
        return Err(FieldError::new("enrollment_ids", "too_many", message).into());
    }
    let scale = &app.config.institution.grade_scale;
    let asked = match request.enrollment_ids {
        Some(ids) => ids,
        None => finals::enrolled(&mut tx, course).await?.into_iter().collect(),
    };
    let round = Round::prepare(&mut tx, course, asked, scale).await?;
    let submitted = round.submit(&mut tx, &actor).await?;
    let answer = SubmittedFinals { submitted, students: round.verdicts() };
    if submitted > 0 {
        let facts = json!({ "submitted": submitted });
        let entry = Entry::by(&actor, "finals_submitted").about("course", course.0).facts(facts);
        audit::record(&mut tx, entry).await?;
    }
    tx.commit().await?;

    report(&app, course, submitted);
    Ok(Json(answer))
}

fn report(app: &App, course: CourseId, submitted: usize) {
    app.metrics.enrollments.with_label_values(&["completed"]).inc_by(submitted as u64);
    if submitted > 0 {
        // The seats are free: a waiter may have them, if registration is still open.
        enrollments::settle_soon(app);
    }
    tracing::info!(event = "finals_submitted", function = "submit_finals", course_id = %course, submitted, "Finals submitted");
}

/// Finals about to be submitted, computed under locks: the section, its gradebook, the enrolments.
struct Round {
    course: CourseId,
    asked: Vec<EnrollmentId>,
    places: HashMap<EnrollmentId, Status>,
    /// Of those enrolled.
    finals: HashMap<EnrollmentId, Final>,
    /// Of those who completed it before.
    before: HashMap<EnrollmentId, FinalInShort>,
}

impl Round {
    async fn prepare(
        db: &mut PgConnection,
        course: CourseId,
        asked: Vec<EnrollmentId>,
        scale: &GradeScale,
    ) -> Result<Self> {
        let ids: BTreeSet<EnrollmentId> = asked.iter().copied().collect();
        finals::lock_course(db, course).await?;
        queries::hold_gradebook(db, course, false).await?;
        let places = queries::lock_places(db, course, &ids).await?;
        let of = |status| places.iter().filter(move |(_, is)| **is == status).map(|(id, _)| *id);
        let (enrolled, completed) = (of(Status::Enrolled).collect(), of(Status::Completed).collect());
        let finals = compute(db, &enrolled, scale).await?;
        let before = finals::submitted(db, &completed).await?;
        let before = before.into_iter().map(|(id, last)| {
            let short = last.short;
            (id, FinalInShort { percent: Some(short.percent), letter: Some(short.letter), reason: None })
        });
        Ok(Self { course, asked, finals, before: before.collect(), places })
    }

    fn status(&self, id: EnrollmentId) -> Option<Status> {
        self.places.get(&id).copied()
    }

    /// Stores what there is to submit; answers how many.
    async fn submit(&self, db: &mut PgConnection, actor: &Actor) -> Result<usize> {
        let ready = self.finals.iter().filter(|(_, last)| last.percent.is_some());
        let mut ready: Vec<(EnrollmentId, &Final)> = ready.map(|(id, last)| (*id, last)).collect();
        ready.sort_by_key(|(id, _)| *id);
        if ready.is_empty() {
            return Ok(0);
        }
        queries::sign(db, actor, None).await?;
        finals::write(db, actor.id, &ready).await?;
        let ids: Vec<EnrollmentId> = ready.iter().map(|(id, _)| *id).collect();
        finals::complete(db, self.course, actor.id, &ids).await?;
        Ok(ready.len())
    }

    fn verdicts(&self) -> Vec<StudentVerdict> {
        let verdict = |id: &EnrollmentId| {
            let (verdict, last) = match (self.status(*id), self.finals.get(id)) {
                (Some(Status::Enrolled), Some(last)) => {
                    let verdict = match last.reason {
                        Some(_) => FinalVerdict::NoFinal,
                        None => FinalVerdict::Submitted,
                    };
                    let Final { percent, letter, reason, .. } = last.clone();
                    (verdict, Some(FinalInShort { percent, letter, reason }))
                }
                (Some(Status::Completed), _) => (FinalVerdict::Unchanged, self.before.get(id).cloned()),
                _ => (FinalVerdict::NotFound, None),
            };
            StudentVerdict { enrollment_id: *id, verdict, r#final: last }
        };
        self.asked.iter().map(verdict).collect()
    }
}

/// The finals of these enrolments as their marks stand, also of those without a mark.
pub(super) async fn compute(
    db: &mut PgConnection,
    ids: &BTreeSet<EnrollmentId>,
    scale: &GradeScale,
) -> Result<HashMap<EnrollmentId, Final>> {
    let rows = finals::counted(db, ids).await?;
    let mut marks: HashMap<EnrollmentId, Vec<Counted<'_>>> = ids.iter().map(|id| (*id, vec![])).collect();
    for row in &rows {
        marks.entry(row.enrollment_id).or_default().push(row.counted());
    }
    Ok(marks.into_iter().map(|(id, marks)| (id, final_of(&marks, scale))).collect())
}
