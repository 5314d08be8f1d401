//! What enrolling, dropping, swapping and the cart share: starting over for a lock, judging a section, taking a seat,
//! writing a refusal down.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use sqlx::PgConnection;

use super::model::{Enrollment, Status};
use super::queries::{self, Timetable};
use super::rules::{self, CourseFacts, Grant, StudentFacts, Wish};
use super::waitlist::fill_seats;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::error::{Error, FieldError, Refusal, Result};
use crate::ids::{CourseId, UserId};
use crate::policy::Actor;

/// How often a transaction starts over for a lock it turned out to need.
pub const MOST_TRIES: usize = 16;

/// The inner error is a student whose lock somebody else holds: roll back, and start over with it among the first.
pub type OrLock<T> = std::result::Result<T, UserId>;

/// Begins `attempt` again, each time with the locks it turned out to need.
pub async fn start_over<T, Attempt>(
    mut students: BTreeSet<UserId>,
    attempt: impl Fn(BTreeSet<UserId>) -> Attempt,
) -> Result<T>
where
    Attempt: Future<Output = Result<OrLock<T>>>,
{
    for _ in 0..MOST_TRIES {
        match attempt(students.clone()).await? {
            Ok(done) => return Ok(done),
            Err(student) => students.insert(student),
        };
        tokio::task::yield_now().await;
    }
    Err(Error::Overloaded)
}

/// Locks the students, and tells of the one whose registration it is.
pub async fn lock(
    db: &mut PgConnection,
    students: &BTreeSet<UserId>,
    student: UserId,
) -> Result<StudentFacts> {
    queries::lock_students(db, students).await?;
    queries::lock_student(db, student).await?.ok_or(Error::NotFound("student"))
}

/// What a student wants of a section.
#[derive(Clone, Copy)]
pub struct Asked {
    pub student: UserId,
    pub course: CourseId,
    pub wish: Wish,
}

/// A section under lock, and what an attempt at it comes to.
pub struct Judged {
    pub course: CourseFacts,
    pub verdict: Result<Grant, Refusal>,
    /// How many waiters were served first.
    pub promoted: u64,
}

impl Judged {
    /// The most frequent answer of a rush, which needs no lock.
    pub async fn plainly_full(app: &App, asked: &Asked) -> Result<Option<Self>> {
        let Asked { student, course, wish } = *asked;
        if wish.waitlist || wish.over_capacity {
            return Ok(None);
        }
        let full = queries::plainly_full(&app.db, student, course).await?;
        Ok(full.map(|course| Self { verdict: Err(rules::full(&course)), course, promoted: 0 }))
    }
}

/// Under the locks of the student and then the section: serves the queue, so that nobody overtakes those who have come
/// to fit since it was last looked at, and judges the attempt by what `timetable` makes of the student's week.
///
/// Whatever the verdict, nothing but that service was done, so the caller can still commit the event of a refusal.
pub async fn judge(
    db: &mut PgConnection,
    who: &StudentFacts,
    asked: &Asked,
    timetable: Timetable<'_>,
) -> Result<OrLock<Judged>> {
    let Asked { student, course: id, wish } = *asked;
    let mut course = queries::lock_course(db, id).await?.ok_or(Error::NotFound("course"))?;
    let mut held = queries::held(db, student, id).await?;
    let mut promoted = 0;
    if course.has_seat() && course.waitlist_count > 0 && !wish.by_admin {
        let waited = held == Some(Status::Pending);
        match fill_seats(db, id, None).await? {
            Ok(seats) => promoted = seats,
            Err(waiter) => return Ok(Err(waiter)),
        }
        course = queries::lock_course(db, id).await?.ok_or(Error::NotFound("course"))?;
        held = queries::held(db, student, id).await?;
        if waited && held == Some(Status::Enrolled) {
            return Ok(Ok(Judged { course, verdict: Ok(Grant::Promoted), promoted }));
        }
    }
    let clashes = queries::clashes(db, student, id, timetable).await?;
    let verdict = rules::admit(who, &course, held, &clashes, wish);
    Ok(Ok(Judged { course, verdict, promoted }))
}

/// Does what was granted, and notes it with what it was decided on.
pub async fn take(
    db: &mut PgConnection,
    actor: UserId,
    student: UserId,
    course: &CourseFacts,
    grant: Grant,
    more: &[(&str, Value)],
) -> Result<Enrollment> {
    let mut why = course.counts();
    why.extend(more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    let above = grant == Grant::SeatAboveCapacity;
    if above {
        why.insert("above_capacity".to_owned(), true.into());
    }
    let why = Value::Object(why);
    let enrollment = match grant {
        Grant::Seat | Grant::SeatAboveCapacity => {
            queries::take_seat(db, student, course.id, above, "enrolled", actor, why).await?
        }
        Grant::PlaceInQueue => queries::join_queue(db, student, course.id, actor, why).await?,
        Grant::Promoted => queries::of_student_in(db, student, course.id).await?,
    };
    Ok(enrollment.ok_or_else(|| anyhow::anyhow!("a seat granted under lock was not there"))?)
}

/// Writes a refused attempt down, with the facts it was decided on.
pub async fn refuse(
    db: &mut PgConnection,
    actor: UserId,
    student: UserId,
    course: CourseId,
    refusal: &Refusal,
    more: &[(&str, Value)],
) -> Result<()> {
    let mut facts: Map<String, Value> = refusal.facts.clone();
    facts.extend(more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    queries::note(db, student, course, "refused", Some(&refusal.code), Some(actor), &facts).await
}

/// What somebody did to another person's registration is also in the audit log; one's own acts are events enough. Last
/// before the commit.
pub async fn audit(
    db: &mut PgConnection,
    actor: &Actor,
    action: &'static str,
    student: UserId,
    courses: impl IntoIterator<Item = CourseId>,
) -> Result<()> {
    if actor.id == student {
        return Ok(());
    }
    for course in courses {
        audit::record(db, Entry::by(actor, action).of(student).about("course", course.0)).await?;
    }
    Ok(())
}

/// Refuses ids of no section, each by its field.
pub async fn check_exist(app: &App, named: &[(String, CourseId)]) -> Result<()> {
    let ids: BTreeSet<CourseId> = named.iter().map(|(_, id)| *id).collect();
    let found = queries::existing(&app.db, &ids).await?;
    let unknown = named.iter().filter(|(_, id)| !found.contains(id));
    let errors: Vec<FieldError> =
        unknown.map(|(field, _)| FieldError::new(field, "unknown", "there is no such section")).collect();
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}
