//! A student's courses of all terms with what they made, and the averages.

use axum::extract::State;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{FinalInShort, GradedCourse};
use super::queries::finals::CountedRow;
use super::queries::transcript::{self, Taken};
use super::rules::final_of;
use super::scale::{GradeScale, average};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::enrollments::Status;
use crate::error::{Error, Problem, Result};
use crate::http::decimals::two_places_if;
use crate::http::{Json, Path};
use crate::ids::{EnrollmentId, UserId};
use crate::policy::{Action, Actor, Role};
use crate::terms::Semester;
use crate::users;

/// A course of a student, as it stands.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CourseStanding {
    pub enrollment_id: EnrollmentId,
    pub course: GradedCourse,
    /// `enrolled` or `completed`.
    pub status: Status,
    /// Assignments of the course, and how many of them are marked for this student.
    pub assignments: i64,
    pub marked: usize,
    /// Submitted once the course is completed; before that, what the marks make so far.
    pub r#final: FinalInShort,
    /// Once it is completed.
    #[schema(value_type = Option<String>, example = "3.70")]
    #[serde(serialize_with = "two_places_if")]
    pub points: Option<Decimal>,
}

/// A term of a student.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TermStanding {
    pub semester: Semester,
    pub year: i32,
    pub courses: Vec<CourseStanding>,
    /// Points of completed courses, weighted by credits. Nobody but the student and admins sees it.
    #[schema(value_type = Option<String>, example = "3.42")]
    pub gpa: Option<Decimal>,
    /// Credits of completed courses.
    #[schema(value_type = Option<String>, example = "16.00")]
    pub credits: Option<Decimal>,
}

/// All terms of a student, newest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Standing {
    pub user_id: UserId,
    pub full_name: String,
    pub terms: Vec<TermStanding>,
    /// Over all terms.
    #[schema(value_type = Option<String>, example = "3.51")]
    pub gpa: Option<Decimal>,
    #[schema(value_type = Option<String>, example = "64.00")]
    pub credits: Option<Decimal>,
}

/// A student's courses of all terms with marks, finals and averages.
///
/// For the person and admins; a teacher sees, of their students, the courses of their own, without averages.
#[utoipa::path(get, path = "/users/{id}/grades", tag = "grades", params(("id" = UserId, Path)),
    responses((status = 200, body = Standing), (status = "4XX", body = Problem)))]
pub async fn user_grades(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<UserId>,
) -> Result<Json<Standing>> {
    let whole = actor.may(Action::ReadMarks { student: id, teacher: None }).is_ok();
    if !whole {
        let own_student = actor.role == Role::Teacher
            && users::queries::card_of_own_student(&app.db, id, actor.id).await?.is_some();
        actor.may(Action::ReadStudentCard { own_student }).map_err(|_| Error::NotFound("person"))?;
    }
    let mut tx = app.db.begin().await?;
    let user = users::queries::find(&mut tx, id).await?.ok_or(Error::NotFound("person"))?;
    let courses = transcript::courses(&mut tx, id, (!whole).then_some(actor.id)).await?;
    let mut marks = transcript::marks(&mut tx, id).await?;
    let scale = &app.config.institution.grade_scale;
    let standing = |taken: Taken| {
        let marks = marks.remove(&taken.enrollment_id).unwrap_or_default();
        course_standing(taken, &marks, scale)
    };
    let terms = in_terms(courses.into_iter().map(standing), whole);
    let all = || terms.iter().flat_map(|term| &term.courses);
    let (gpa, credits) = if whole { (gpa(all()), Some(credits(all()))) } else { (None, None) };
    let standing = Standing { user_id: id, full_name: user.full_name, gpa, credits, terms };
    if actor.id != id {
        audit::record(&mut tx, Entry::by(&actor, "marks_read").of(id)).await?;
    }
    tx.commit().await?;
    Ok(Json(standing))
}

fn course_standing(taken: Taken, marks: &[CountedRow], scale: &GradeScale) -> CourseStanding {
    let (last, points) = match (taken.status, taken.percent) {
        (Status::Completed, Some(percent)) => {
            // A course completed elsewhere, or before there were letters, has the letter of today's scale.
            let step = scale.of(percent);
            let letter = taken.letter.unwrap_or_else(|| step.letter.clone());
            let last = FinalInShort { percent: Some(percent), letter: Some(letter), reason: None };
            (last, Some(taken.points.unwrap_or(step.points)))
        }
        _ => {
            let last = final_of(&marks.iter().map(CountedRow::counted).collect::<Vec<_>>(), scale);
            (FinalInShort { percent: last.percent, letter: last.letter, reason: last.reason }, None)
        }
    };
    CourseStanding {
        enrollment_id: taken.enrollment_id,
        course: taken.course,
        status: taken.status,
        assignments: taken.assignments,
        marked: marks.len(),
        r#final: last,
        points,
    }
}

/// Neighbours of one term together.
fn in_terms(courses: impl Iterator<Item = CourseStanding>, whole: bool) -> Vec<TermStanding> {
    let mut terms: Vec<TermStanding> = vec![];
    for course in courses {
        let (semester, year) = (course.course.semester, course.course.year);
        match terms.last_mut().filter(|term| (term.semester, term.year) == (semester, year)) {
            Some(term) => term.courses.push(course),
            None => {
                terms.push(TermStanding { semester, year, courses: vec![course], gpa: None, credits: None });
            }
        }
    }
    if whole {
        for term in &mut terms {
            (term.gpa, term.credits) = (gpa(term.courses.iter()), Some(credits(term.courses.iter())));
        }
    }
    terms
}

fn gpa<'a>(courses: impl Iterator<Item = &'a CourseStanding>) -> Option<Decimal> {
    average(courses.filter_map(|course| Some((course.points?, course.course.credits))))
}

fn credits<'a>(courses: impl Iterator<Item = &'a CourseStanding>) -> Decimal {
    let completed = courses.filter(|course| course.points.is_some());
    completed.map(|course| course.course.credits).fold(Decimal::new(0, 2), |sum, credits| sum + credits)
}
