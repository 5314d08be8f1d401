use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use sqlx::{PgConnection, Postgres, Transaction};

use super::cells::{Book, Decision, Intent, Seen, Verdict, Wanted};
use super::given::{Given, with_column};
use super::model::{Assignment, CreateGrade, EnrollmentGrades, Grade, UpdateGrade};
use super::queries::history::{self, GradeChange, HistoryFilter};
use super::queries::{self, Place, assignments, finals};
use super::reach;
use super::rules::{Counted, final_of};
use super::save::{Judged, Save};
use super::score::score_field;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::enrollments::Status;
use crate::error::{Error, FieldError, Problem, Refusal, Result};
use crate::http::etag::{IfMatch, etag};
use crate::http::idempotency::{Claimed, IdempotencyKey};
use crate::http::validate::Fields;
use crate::http::{Json, Page, Path, Query, text};
use crate::ids::{CourseId, EnrollmentId, GradeId};
use crate::policy::{Action, Actor};

/// The marks of an enrolment, with the working of the final.
///
/// For the student, the course's teacher and admins.
#[utoipa::path(get, path = "/grades/enrollment/{enrollment_id}", tag = "grades", params(("enrollment_id" = EnrollmentId, Path)),
    responses((status = 200, body = EnrollmentGrades), (status = "4XX", body = Problem)))]
pub async fn enrollment_grades(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<EnrollmentId>,
) -> Result<Json<EnrollmentGrades>> {
    let mut tx = app.db.begin().await?;
    let place = reach::enrollment(&mut tx, &actor, id).await?;
    let grades = of_enrollment(&app, &mut tx, place).await?;
    note_reading(&mut tx, &actor, place).await?;
    tx.commit().await?;
    Ok(Json(grades))
}

/// Reading another person's marks is written down; reading one's own is not.
pub(super) async fn note_reading(db: &mut PgConnection, actor: &Actor, place: Place) -> Result<()> {
    if place.user_id != actor.id {
        let entry = Entry::by(actor, "marks_read").of(place.user_id).about("enrollment", place.id.0);
        audit::record(db, entry).await?;
    }
    Ok(())
}

/// A refusal that shows a mark: what was begun is undone, and the reading written down.
async fn showing(
    app: &App,
    begun: Transaction<'static, Postgres>,
    actor: &Actor,
    place: Place,
    refusal: Error,
) -> Error {
    let noted = async {
        begun.rollback().await?;
        let mut tx = app.db.begin().await?;
        note_reading(&mut tx, actor, place).await?;
        Ok(tx.commit().await?)
    };
    noted.await.err().unwrap_or(refusal)
}

pub(super) async fn of_enrollment(
    app: &App,
    db: &mut PgConnection,
    place: Place,
) -> Result<EnrollmentGrades> {
    let course = queries::course(db, place.course_id).await?.ok_or(Error::NotFound("course"))?;
    let grades = queries::grades_of(db, place.id).await?;
    let submitted = finals::submitted(db, &[place.id].into()).await?.remove(&place.id);
    let marks: Vec<Counted<'_>> = grades
        .iter()
        .map(|grade| Counted {
            assignment_name: &grade.assignment_name,
            score: grade.score,
            max_score: grade.max_score,
            weight: grade.weight,
        })
        .collect();
    let last = match &submitted {
        Some(submitted) => serde_json::from_value(submitted.working.clone()).map_err(anyhow::Error::from)?,
        None => final_of(&marks, &app.config.institution.grade_scale),
    };
    Ok(EnrollmentGrades {
        enrollment_id: place.id,
        user_id: place.user_id,
        student_name: queries::name_of(db, place.user_id).await?,
        course,
        status: place.status,
        locked: place.status == Status::Completed,
        assignments: assignments::of_course(db, place.course_id).await?,
        grades,
        r#final: last,
        submitted: submitted.map(|submitted| submitted.short),
    })
}

/// Every change of an enrolment's marks and final, newest first: what, from, to, by whom, when, why.
#[utoipa::path(get, path = "/grades/enrollment/{enrollment_id}/history", tag = "grades",
    params(("enrollment_id" = EnrollmentId, Path), HistoryFilter),
    responses((status = 200, body = Page<GradeChange>), (status = "4XX", body = Problem)))]
pub async fn grade_history(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<EnrollmentId>,
    OriginalUri(uri): OriginalUri,
    Query(filter): Query<HistoryFilter>,
) -> Result<Response> {
    let mut tx = app.db.begin().await?;
    let place = reach::enrollment(&mut tx, &actor, id).await?;
    let page = history::list(&mut tx, id, &filter).await?;
    note_reading(&mut tx, &actor, place).await?;
    tx.commit().await?;
    Ok(page.answer(&uri))
}

/// Mark a student's assignment.
///
/// Makes the assignment when the course has none of this name; refused (`assignment_differs`) when type, maximum or
/// weight contradict the one it has, and (`grade_exists`) when the student has this mark already.
#[utoipa::path(post, path = "/grades", tag = "grades",
    params(("Idempotency-Key" = Option<String>, Header, description = "8 to 255 printable characters; same key and body, same answer, one effect")),
    responses((status = 201, body = Grade), (status = "4XX", body = Problem)))]
pub async fn create_grade(
    State(app): State<App>,
    actor: Actor,
    key: IdempotencyKey,
    Json(request): Json<CreateGrade>,
) -> Result<Response> {
    let mut tx = app.db.begin().await?;
    let place = reach::to_write(&mut tx, &actor, request.enrollment_id).await?;
    let given = Given::parse(&request)?;
    let claim = match key.claim(&app, &mut tx, actor.id.0, "POST /grades", &request).await? {
        Claimed::Fresh(claim) => claim,
        Claimed::Replay(answer) => return answer,
    };
    queries::hold_gradebook(&mut tx, place.course_id, false).await?;
    let columns = with_column(&mut tx, place.course_id, &given).await?;
    let wanted = Wanted {
        enrollment: place.id,
        assignment: given.name.clone(),
        score: Intent::Set(given.score),
        comments: Some(given.comments),
        seen: Seen::Version(None),
    };
    let (mark, _) = match save_one(&mut tx, &actor, place.course_id, &columns, wanted, None, true).await {
        Ok(saved) => saved,
        Err(refusal) if refusal.code() == "grade_exists" => {
            return Err(showing(&app, tx, &actor, place, refusal).await);
        }
        Err(other) => return Err(other),
    };
    let id = mark.id.ok_or_else(|| anyhow::anyhow!("a stored mark without an id"))?;
    let grade = queries::grade(&mut tx, id).await?.ok_or(Error::NotFound("mark"))?;
    claim.keep(&mut tx, StatusCode::CREATED, &grade).await?;
    let facts = json!({ "assignment": grade.assignment_name, "score": grade.score });
    let entry =
        Entry::by(&actor, "mark_created").of(place.user_id).about("enrollment", place.id.0).facts(facts);
    audit::record(&mut tx, entry).await?;
    tx.commit().await?;

    tracing::info!(event = "grade_created", function = "create_grade", course_id = %place.course_id, enrollment_id = %place.id, "Grade created");
    Ok((StatusCode::CREATED, etag(grade.version), Json(grade)).into_response())
}

pub(super) fn comment(text: &str) -> Result<String, FieldError> {
    text::paragraphs("comments", text, 5000)
}

/// Saves one cell; a refusal is an error.
async fn save_one(
    db: &mut PgConnection,
    actor: &Actor,
    course: CourseId,
    columns: &[Assignment],
    wanted: Wanted,
    reason: Option<&str>,
    new: bool,
) -> Result<(Judged, bool)> {
    let wanted = [wanted];
    let save = Save::decide(db, course, columns, &wanted, Book::default(), actor.is_admin()).await?;
    let mark = save.book.mark(&wanted[0]);
    let (status, place) = (save.book.places.get(&wanted[0].enrollment), save.decisions.first());
    if new && let Some(mark) = mark {
        let detail = "the student has a mark for this assignment already; change that one";
        return Err(Refusal::new("grade_exists", detail)
            .fact("current", super::cells::CurrentMark::from(mark))
            .into());
    }
    match place {
        Some(Decision::Locked) => return Err(queries::locked()),
        Some(Decision::NotFound(_)) if status.is_some() => return Err(not_enrolled()),
        Some(Decision::NotFound(_)) | None => return Err(Error::NotFound("enrolment")),
        Some(Decision::Invalid((code, message))) => {
            return Err(FieldError::new("score", code, message.clone()).into());
        }
        Some(Decision::Stale) => {
            return Err(anyhow::anyhow!("a mark that was looked at under lock is stale").into());
        }
        Some(Decision::Write { .. } | Decision::Clear(_) | Decision::Unchanged) => {}
    }
    let judged = save.store(db, actor, reason).await?.remove(0);
    let written = judged.verdict == Verdict::Written;
    Ok((judged, written))
}

pub(super) fn not_enrolled() -> Error {
    Refusal::new("not_enrolled", "the student has no seat in this course, so there is nothing to mark").into()
}

/// Change a mark: its score, its comment.
#[utoipa::path(put, path = "/grades/{id}", tag = "grades",
    params(("id" = GradeId, Path), ("If-Match" = Option<String>, Header, description = "The ETag as read; 412 if somebody was faster")),
    responses((status = 200, body = Grade), (status = "4XX", body = Problem)))]
pub async fn update_grade(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<GradeId>,
    seen: IfMatch,
    Json(request): Json<UpdateGrade>,
) -> Result<Response> {
    let mut tx = app.db.begin().await?;
    let place = reach::mark_to_write(&mut tx, &actor, id).await?;
    let mut fields = Fields::default();
    let score = fields.take_if(request.score.as_ref(), |value| score_field("score", value));
    let comments = match &request.comments {
        Some(Some(text)) => fields.take(comment(text)).map(Some),
        Some(None) => Some(None),
        None => None,
    };
    let reason = fields.take_if(request.reason.as_deref(), |text| text::line("reason", text, 1, 500));
    fields.finish(|| Some(()))?;

    queries::hold_gradebook(&mut tx, place.course_id, false).await?;
    queries::lock_places(&mut tx, place.course_id, &[place.id].into()).await?;
    let old = queries::grade(&mut tx, id).await?.ok_or(Error::NotFound("mark"))?;
    if let Err(stale) = seen.check(old.version, &old) {
        return Err(showing(&app, tx, &actor, place, stale).await);
    }
    let columns = assignments::of_course(&mut tx, place.course_id).await?;
    let wanted = Wanted {
        enrollment: place.id,
        assignment: old.assignment_name.clone(),
        score: score.map_or(Intent::Keep, Intent::Set),
        comments,
        seen: Seen::Current,
    };
    let (_, written) =
        save_one(&mut tx, &actor, place.course_id, &columns, wanted, reason.as_deref(), false).await?;
    let grade = queries::grade(&mut tx, id).await?.ok_or(Error::NotFound("mark"))?;
    if written {
        let mut facts = audit::changes(&old, &grade);
        facts["assignment"] = json!(grade.assignment_name);
        let entry =
            Entry::by(&actor, "mark_changed").of(place.user_id).about("enrollment", place.id.0).facts(facts);
        audit::record(&mut tx, entry).await?;
    }
    tx.commit().await?;

    tracing::info!(event = "grade_updated", function = "update_grade", course_id = %place.course_id, enrollment_id = %place.id, "Grade updated");
    Ok((etag(grade.version), Json(grade)).into_response())
}

/// Take a mark away; its history stays.
#[utoipa::path(delete, path = "/grades/{id}", tag = "grades", params(("id" = GradeId, Path)),
    responses((status = 204), (status = "4XX", body = Problem)))]
pub async fn delete_grade(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<GradeId>,
) -> Result<StatusCode> {
    actor.may(Action::DeleteMark)?;
    let mut tx = app.db.begin().await?;
    let place = reach::mark_to_write(&mut tx, &actor, id).await?;
    queries::hold_gradebook(&mut tx, place.course_id, false).await?;
    queries::lock_places(&mut tx, place.course_id, &[place.id].into()).await?;
    let old = queries::grade(&mut tx, id).await?.ok_or(Error::NotFound("mark"))?;
    queries::sign(&mut tx, &actor, None).await?;
    queries::delete_marks(&mut tx, &[id]).await?;
    let facts = json!({ "assignment": old.assignment_name, "score": old.score });
    let entry =
        Entry::by(&actor, "mark_deleted").of(place.user_id).about("enrollment", place.id.0).facts(facts);
    audit::record(&mut tx, entry).await?;
    tx.commit().await?;

    tracing::info!(event = "grade_deleted", function = "delete_grade", course_id = %place.course_id, enrollment_id = %place.id, "Grade deleted");
    Ok(StatusCode::NO_CONTENT)
}
