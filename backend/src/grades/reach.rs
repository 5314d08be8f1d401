//! Who reaches which marks. What somebody may not know of is answered like what is not there.

use sqlx::PgConnection;

use super::model::GradedCourse;
use super::queries::{self, Place};
use crate::enrollments::Status;
use crate::error::{Error, Result};
use crate::ids::{CourseId, EnrollmentId, GradeId};
use crate::policy::{Action, Actor, Role};

/// A role that never writes marks hears so, whatever it names.
pub fn writer(actor: &Actor) -> Result<()> {
    actor.may(Action::WriteMarks { teacher: Some(actor.id) })
}

/// A section whose gradebook the actor may open. That it exists is no secret.
pub async fn gradebook(db: &mut PgConnection, actor: &Actor, id: CourseId) -> Result<GradedCourse> {
    let course = queries::course(db, id).await?.ok_or(Error::NotFound("course"))?;
    actor.may(Action::WriteMarks { teacher: course.teacher.as_ref().map(|teacher| teacher.id) })?;
    Ok(course)
}

/// An enrolment whose marks the actor may see: their own, or of a student in a course of theirs.
pub async fn enrollment(db: &mut PgConnection, actor: &Actor, id: EnrollmentId) -> Result<Place> {
    let place = queries::place(db, id).await?.ok_or(Error::NotFound("enrolment"))?;
    readable(actor, place).ok_or(Error::NotFound("enrolment"))
}

fn readable(actor: &Actor, place: Place) -> Option<Place> {
    // Who left is no student of their teacher any more.
    let left = actor.role == Role::Teacher && place.status == Status::Dropped && place.user_id != actor.id;
    let action = Action::ReadMarks { student: place.user_id, teacher: place.teacher_id };
    (actor.may(action).is_ok() && !left).then_some(place)
}

/// An enrolment in which the actor may write marks.
pub async fn to_write(db: &mut PgConnection, actor: &Actor, id: EnrollmentId) -> Result<Place> {
    writer(actor)?;
    let place = queries::place(db, id).await?.ok_or(Error::NotFound("enrolment"))?;
    writable(actor, place).ok_or(Error::NotFound("enrolment"))
}

/// The enrolment of a mark that the actor may write.
pub async fn mark_to_write(db: &mut PgConnection, actor: &Actor, id: GradeId) -> Result<Place> {
    writer(actor)?;
    let place = queries::place_of_grade(db, id).await?.ok_or(Error::NotFound("mark"))?;
    writable(actor, place).ok_or(Error::NotFound("mark"))
}

fn writable(actor: &Actor, place: Place) -> Option<Place> {
    let left = actor.role == Role::Teacher && place.status == Status::Dropped;
    (actor.may(Action::WriteMarks { teacher: place.teacher_id }).is_ok() && !left).then_some(place)
}
