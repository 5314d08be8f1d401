//! Whether a student may have a seat; pure. Facts come from rows under lock.

use serde_json::{Map, Value};

use crate::courses::Clash;
use crate::error::Refusal;
use crate::ids::CourseId;
use crate::policy::{Action, Actor, Role};
use crate::terms::RegistrationState;

use super::model::{Enrollment, Status};

/// The student, under lock.
#[derive(Clone, Copy, Debug)]
pub struct StudentFacts {
    pub role: Role,
    pub is_active: bool,
}

/// The section, under lock.
#[derive(Clone, Debug)]
pub struct CourseFacts {
    pub id: CourseId,
    pub code: String,
    pub section: String,
    pub is_active: bool,
    pub capacity: i32,
    pub enrolled_count: i32,
    pub waitlist_count: i64,
    pub registration: RegistrationState,
    pub drop_deadline_passed: bool,
}

impl CourseFacts {
    pub fn has_seat(&self) -> bool {
        self.enrolled_count < self.capacity
    }

    /// What an event keeps of the section.
    pub fn counts(&self) -> Map<String, Value> {
        Map::from_iter([
            ("capacity".to_owned(), self.capacity.into()),
            ("enrolled_count".to_owned(), self.enrolled_count.into()),
            ("waitlist_count".to_owned(), self.waitlist_count.into()),
        ])
    }

    pub fn name(&self) -> String {
        format!("{}-{}", self.code, self.section)
    }
}

/// What is asked for, and by whom.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wish {
    pub by_admin: bool,
    pub waitlist: bool,
    pub over_capacity: bool,
}

impl Wish {
    /// A seat, and no more than that.
    pub fn of(actor: &Actor) -> Self {
        Self { by_admin: actor.may(Action::OverrideEnrollment).is_ok(), ..Self::default() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    Seat,
    SeatAboveCapacity,
    PlaceInQueue,
    /// The queue was served first, and the student was in it.
    Promoted,
}

/// Decides an attempt. A clash stands in the way of a seat, not of waiting: it may be gone when a seat comes.
pub fn admit(
    student: &StudentFacts,
    course: &CourseFacts,
    held: Option<Status>,
    clashes: &[Clash],
    wish: Wish,
) -> Result<Grant, Refusal> {
    eligible(student, course, wish.by_admin)?;
    match held {
        Some(Status::Enrolled) => {
            return Err(Refusal::new("already_enrolled", format!("already enrolled in {}", course.name())));
        }
        Some(Status::Completed) => {
            return Err(Refusal::new("already_completed", format!("{} is completed already", course.name())));
        }
        Some(Status::Pending) if !course.has_seat() && !wish.over_capacity => {
            return Err(Refusal::new("already_waitlisted", format!("already waiting for {}", course.name())));
        }
        Some(Status::Pending | Status::Dropped) | None => {}
    }
    // The queue was served before: a seat that is still free is one no waiter could take.
    if course.has_seat() {
        no_clash(clashes)?;
        Ok(Grant::Seat)
    } else if wish.over_capacity {
        no_clash(clashes)?;
        Ok(Grant::SeatAboveCapacity)
    } else if wish.waitlist {
        Ok(Grant::PlaceInQueue)
    } else {
        Err(full(course))
    }
}

/// Whether a waiter gets a free seat.
pub fn promote(student: &StudentFacts, course: &CourseFacts, clashes: &[Clash]) -> Result<(), Refusal> {
    eligible(student, course, false)?;
    no_clash(clashes)
}

/// Whether a seat or a place in the queue may be given up.
pub fn release(course: &CourseFacts, held: Status, by_admin: bool) -> Result<(), Refusal> {
    match held {
        Status::Completed => Err(Refusal::new("already_completed", "a completed course cannot be dropped")),
        Status::Enrolled if course.drop_deadline_passed && !by_admin => {
            let detail = "the deadline for dropping has passed; ask the registrar's office";
            Err(Refusal::new("drop_deadline_passed", detail))
        }
        Status::Enrolled | Status::Pending | Status::Dropped => Ok(()),
    }
}

/// What is given up for something else: a seat or a place in the queue.
pub fn exchange(
    course: &CourseFacts,
    held: Option<Enrollment>,
    by_admin: bool,
) -> Result<Enrollment, Refusal> {
    match held.filter(|held| held.status != Status::Dropped) {
        Some(held) => release(course, held.status, by_admin).map(|()| held),
        None => {
            Err(Refusal::new("not_enrolled", format!("there is no place in {} to give up", course.name())))
        }
    }
}

fn eligible(student: &StudentFacts, course: &CourseFacts, by_admin: bool) -> Result<(), Refusal> {
    if student.role != Role::Student {
        return Err(Refusal::new("not_a_student", "only students take seats"));
    }
    if !student.is_active {
        return Err(Refusal::new("student_inactive", "this student's account is deactivated"));
    }
    if !course.is_active {
        return Err(Refusal::new("course_inactive", format!("{} is not offered any more", course.name())));
    }
    match course.registration {
        RegistrationState::Open => Ok(()),
        _ if by_admin => Ok(()),
        RegistrationState::NotYet => {
            Err(Refusal::new("registration_closed", "registration for this term has not opened yet")
                .fact("registration", "not_yet"))
        }
        RegistrationState::Closed => Err(Refusal::new(
            "registration_closed",
            "registration for this term is closed; ask the registrar's office",
        )
        .fact("registration", "closed")),
    }
}

fn no_clash(clashes: &[Clash]) -> Result<(), Refusal> {
    let Some(first) = clashes.first() else { return Ok(()) };
    let detail = format!("it meets at the same time as {}", first.with());
    Err(Refusal::new("schedule_conflict", detail).fact("conflicts", clashes))
}

pub fn full(course: &CourseFacts) -> Refusal {
    Refusal::new(
        "course_full",
        format!("all {} seats of {} are taken; join the waitlist", course.capacity, course.name()),
    )
    .fact("capacity", course.capacity)
    .fact("enrolled_count", course.enrolled_count)
    .fact("waitlist_count", course.waitlist_count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::courses::Day;

    const STUDENT: StudentFacts = StudentFacts { role: Role::Student, is_active: true };

    fn course(capacity: i32, enrolled_count: i32) -> CourseFacts {
        CourseFacts {
            id: CourseId::new(),
            code: "CS101".to_owned(),
            section: "001".to_owned(),
            is_active: true,
            capacity,
            enrolled_count,
            waitlist_count: 0,
            registration: RegistrationState::Open,
            drop_deadline_passed: false,
        }
    }

    fn clash() -> Clash {
        Clash {
            course_id: None,
            code: None,
            section: None,
            name: None,
            with_course_id: CourseId::new(),
            with_code: "MA200".to_owned(),
            with_section: "001".to_owned(),
            with_name: "Algebra".to_owned(),
            day: Day::Monday,
            start: "09:00".to_owned(),
            end: "10:00".to_owned(),
        }
    }

    fn code(result: Result<Grant, Refusal>) -> String {
        result.map_or_else(|refusal| refusal.code.to_string(), |grant| format!("{grant:?}"))
    }

    #[test]
    fn each_rule_by_itself() {
        let (free, full) = (course(2, 1), course(2, 2));
        let closed = CourseFacts { registration: RegistrationState::Closed, ..free.clone() };
        let wish = Wish::default();
        let admin = Wish { by_admin: true, ..wish };
        let waitlist = Wish { waitlist: true, ..wish };
        let over = Wish { by_admin: true, over_capacity: true, ..wish };
        let inactive = StudentFacts { is_active: false, ..STUDENT };
        let teacher = StudentFacts { role: Role::Teacher, ..STUDENT };
        let clashes = [clash()];
        for (student, course, held, clashes, wish, expected) in [
            (STUDENT, &free, None, &[][..], wish, "Seat"),
            (STUDENT, &free, Some(Status::Dropped), &[], wish, "Seat"),
            (STUDENT, &free, Some(Status::Enrolled), &[], wish, "already_enrolled"),
            (STUDENT, &free, Some(Status::Completed), &[], wish, "already_completed"),
            (STUDENT, &free, None, &clashes, wish, "schedule_conflict"),
            (STUDENT, &free, None, &clashes, admin, "schedule_conflict"),
            (STUDENT, &full, None, &[], wish, "course_full"),
            (STUDENT, &full, None, &[], waitlist, "PlaceInQueue"),
            (STUDENT, &full, None, &clashes, waitlist, "PlaceInQueue"),
            (STUDENT, &full, Some(Status::Pending), &[], waitlist, "already_waitlisted"),
            (STUDENT, &full, None, &[], over, "SeatAboveCapacity"),
            (STUDENT, &full, Some(Status::Pending), &[], over, "SeatAboveCapacity"),
            (STUDENT, &full, None, &clashes, over, "schedule_conflict"),
            (STUDENT, &free, None, &[], waitlist, "Seat"),
            (STUDENT, &free, Some(Status::Pending), &[], wish, "Seat"),
            (STUDENT, &closed, None, &[], wish, "registration_closed"),
            (STUDENT, &closed, None, &[], admin, "Seat"),
            (inactive, &free, None, &[], admin, "student_inactive"),
            (teacher, &free, None, &[], admin, "not_a_student"),
        ] {
            assert_eq!(code(admit(&student, course, held, clashes, wish)), expected);
        }
    }

    #[test]
    fn only_what_is_held_and_may_be_left_is_given_up() {
        let (course, late) = (course(2, 1), CourseFacts { drop_deadline_passed: true, ..course(2, 1) });
        let held = |status| Enrollment {
            id: crate::ids::EnrollmentId::new(),
            user_id: crate::ids::UserId::new(),
            course_id: course.id,
            status,
            waitlist_position: None,
            enrolled_at: chrono::DateTime::UNIX_EPOCH,
            dropped_at: None,
            grade_final: None,
            course: None,
            student: None,
        };
        for (course, status, by_admin, expected) in [
            (&course, None, false, "not_enrolled"),
            (&course, Some(Status::Dropped), true, "not_enrolled"),
            (&course, Some(Status::Enrolled), false, "given up"),
            (&course, Some(Status::Pending), false, "given up"),
            (&course, Some(Status::Completed), true, "already_completed"),
            (&late, Some(Status::Enrolled), false, "drop_deadline_passed"),
            (&late, Some(Status::Enrolled), true, "given up"),
            (&late, Some(Status::Pending), false, "given up"),
            (&late, None, false, "not_enrolled"),
        ] {
            let given = exchange(course, status.map(held), by_admin);
            assert_eq!(given.map_or_else(|refusal| refusal.code, |_| "given up".into()), expected);
        }
    }
}
