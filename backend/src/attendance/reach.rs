//! Whose attendance somebody reaches. What they may not know of is answered like what is not there.

use sqlx::PgConnection;

use super::queries::{self, Class, Place};
use crate::audit::{self, Entry};
use crate::enrollments::Status;
use crate::error::{Error, Refusal, Result};
use crate::ids::EnrollmentId;
use crate::policy::{Action, Actor, Role};

/// An enrolment whose attendance the actor may see, with its section.
pub async fn to_read(db: &mut PgConnection, actor: &Actor, id: EnrollmentId) -> Result<(Place, Class)> {
    let missing = || Error::NotFound("enrolment");
    let place = queries::place(db, id).await?.ok_or_else(missing)?;
    let class = queries::class(db, place.course_id).await?.ok_or_else(missing)?;
    let own = place.user_id == actor.id;
    // Who left is no student of their teacher any more.
    let left = actor.role == Role::Teacher && place.status == Status::Dropped && !own;
    let action = Action::ReadAttendance { student: place.user_id, teacher: class.teacher_id };
    if left || actor.may(action).is_err() {
        return Err(missing());
    }
    Ok((place, class))
}

pub async fn note_reading(db: &mut PgConnection, actor: &Actor, place: &Place) -> Result<()> {
    if place.user_id != actor.id {
        let entry = Entry::by(actor, "attendance_read").of(place.user_id).about("enrollment", place.id.0);
        audit::record(db, entry).await?;
    }
    Ok(())
}

/// The place that is to be marked, under lock, with its section. 404 for whoever may not mark it.
pub async fn to_mark(
    db: &mut PgConnection,
    actor: &Actor,
    id: EnrollmentId,
    what: &'static str,
) -> Result<(Place, Class)> {
    let place = queries::lock_place(db, id).await?.ok_or(Error::NotFound(what))?;
    let class = queries::class(db, place.course_id).await?.ok_or(Error::NotFound(what))?;
    actor.may(Action::TakeAttendance { teacher: class.teacher_id }).map_err(|_| Error::NotFound(what))?;
    match place.status {
        Status::Enrolled | Status::Completed => Ok((place, class)),
        Status::Pending | Status::Dropped => {
            Err(Refusal::new("not_enrolled", "this student has no seat in the section")
                .fact("enrollment", place.status)
                .into())
        }
    }
}
