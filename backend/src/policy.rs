//! Who may do what. One question, [`Actor::may`]; everything not granted here is denied.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{Error, Result};
use crate::ids::{SessionId, UserId};

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "varchar", rename_all = "snake_case")]
pub enum Role {
    Admin,
    Teacher,
    Student,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Admin, Self::Teacher, Self::Student];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Teacher => "teacher",
            Self::Student => "student",
        }
    }
}

/// The signed-in person behind a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    pub id: UserId,
    pub role: Role,
    pub session: SessionId,
}

/// An act, with the facts the decision needs. `teacher` is the teacher assigned to the course in question.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// See or change the list of people, create them, deactivate them.
    ManageUsers,
    ReadUser {
        user: UserId,
    },
    /// See a card (name, e-mail, department) of a student; `own_student`: sits in one of the actor's courses.
    ReadStudentCard {
        own_student: bool,
    },
    /// Change one's own name or password.
    UpdateSelf {
        user: UserId,
    },
    ReadEnrollmentsOf {
        user: UserId,
    },
    ReadCourses,
    /// Create, deactivate, and change capacity, teacher, credits and the like.
    ManageCourses,
    /// Change description, schedule and room.
    UpdateCourse {
        teacher: Option<UserId>,
    },
    ReadRoster {
        teacher: Option<UserId>,
    },
    Enroll {
        student: UserId,
    },
    /// Enrol above capacity and outside the registration window, drop after the deadline.
    OverrideEnrollment,
    Drop {
        student: UserId,
    },
    ManageTerms,
    /// See the roll of a section, mark it, correct it.
    TakeAttendance {
        teacher: Option<UserId>,
    },
    ReadAttendance {
        student: UserId,
        teacher: Option<UserId>,
    },
    /// Make, see and end the secret address of one's timetable; nobody does it for another.
    UseCalendarFeed {
        user: UserId,
    },
    /// See who misses too much; a teacher of their own courses.
    ListAbsences,
    /// See the marks of an enrolment.
    ReadMarks {
        student: UserId,
        teacher: Option<UserId>,
    },
    /// Open a gradebook, write marks, submit finals, ask for a final mark to be changed.
    WriteMarks {
        teacher: Option<UserId>,
    },
    DeleteMark,
    DecideMarkChange,
    /// Read payments, charges, the account.
    ReadPaymentsOf {
        user: UserId,
    },
    /// Begin a payment and take it up again.
    PayFor {
        student: UserId,
    },
    /// Charge, waive, refund, reconcile; see everybody's payments.
    ManagePayments,
    ReadAudit,
    ReadTranscript {
        student: UserId,
    },
    /// See numbers about everything: dashboard, enrolments, revenue, unmet demand.
    ReadAnalytics,
    /// See how students do, in all courses or in those of one teacher.
    ReadPerformance {
        teacher: Option<UserId>,
    },
}

impl Actor {
    /// `Ok` if the actor may do this; a refusal that says who may, otherwise.
    pub fn may(&self, action: Action) -> Result<()> {
        use Role::{Admin, Student, Teacher};
        let role = self.role.as_str();
        let span = tracing::debug_span!("policy", ?action, role, granted = tracing::field::Empty).entered();
        let mine = |user: UserId| user == self.id;
        let teaches = |teacher: Option<UserId>| teacher == Some(self.id);
        let (granted, otherwise) = match (action, self.role) {
            // Whoever has the address has the timetable: not even an admin makes it for another.
            (Action::UseCalendarFeed { user }, _) => (mine(user), "everybody has their own calendar feed"),
            (_, Admin) => (true, ""),

            (Action::ManageUsers, Teacher | Student) => (false, "only an admin manages people"),
            (Action::ReadUser { user }, Teacher | Student) => {
                (mine(user), "only an admin reads another person's record")
            }
            (Action::ReadStudentCard { own_student }, Teacher) => {
                (own_student, "a teacher sees students of their own courses")
            }
            (Action::ReadStudentCard { .. }, Student) => {
                (false, "only an admin or their teacher sees a student's card")
            }
            (Action::UpdateSelf { user }, Teacher | Student) => {
                (mine(user), "only an admin changes another person's record")
            }
            (Action::ReadEnrollmentsOf { user }, Teacher | Student) => {
                (mine(user), "only an admin reads another person's enrolments")
            }

            (Action::ReadCourses, Teacher | Student) => (true, ""),
            (Action::ManageCourses, Teacher | Student) => (false, "only an admin does this to a course"),
            (Action::UpdateCourse { teacher }, Teacher) => {
                (teaches(teacher), "only an admin or the assigned teacher changes a course")
            }
            (Action::UpdateCourse { .. }, Student) => {
                (false, "only an admin or the assigned teacher changes a course")
            }
            (Action::ReadRoster { teacher }, Teacher) => {
                (teaches(teacher), "only an admin or the assigned teacher sees the roster")
            }
            (Action::ReadRoster { .. }, Student) => {
                (false, "only an admin or the assigned teacher sees the roster")
            }

            (Action::Enroll { student }, Student) => (mine(student), "only an admin enrols somebody else"),
            (Action::Enroll { .. }, Teacher) => (false, "only students enrol, or an admin for them"),
            (Action::Drop { student }, Student) => (mine(student), "only an admin drops somebody else"),
            (Action::Drop { .. }, Teacher) => (false, "only students drop, or an admin for them"),
            (Action::OverrideEnrollment, Teacher | Student) => (false, "only an admin enrols above capacity"),
            (Action::ReadPaymentsOf { user }, Student) => {
                (mine(user), "only an admin reads another's payments")
            }
            (Action::ReadPaymentsOf { .. }, Teacher) => (false, "teachers do not see payments"),
            (Action::PayFor { student }, Student) => (mine(student), "only an admin pays for somebody else"),
            (Action::PayFor { .. }, Teacher) => (false, "only students pay, or an admin for them"),
            (Action::ManagePayments, Teacher | Student) => {
                (false, "only an admin manages charges and refunds")
            }
            (Action::ManageTerms, Teacher | Student) => (false, "only an admin changes a term"),
            (Action::TakeAttendance { teacher }, Teacher) => {
                (teaches(teacher), "only an admin or the assigned teacher takes attendance")
            }
            (Action::TakeAttendance { .. }, Student) => {
                (false, "only an admin or the assigned teacher takes attendance")
            }
            (Action::ReadAttendance { student, teacher }, Teacher) => {
                (mine(student) || teaches(teacher), "a teacher sees the attendance of their own courses")
            }
            (Action::ReadAttendance { student, .. }, Student) => {
                (mine(student), "students see their own attendance")
            }
            (Action::ListAbsences, Teacher) => (true, ""),
            (Action::ListAbsences, Student) => (false, "only an admin or a teacher sees who misses too much"),

            (Action::ReadMarks { student, teacher }, Teacher) => {
                (mine(student) || teaches(teacher), "a teacher sees marks of their own courses")
            }
            (Action::ReadMarks { student, .. }, Student) => (mine(student), "a student sees their own marks"),
            (Action::WriteMarks { teacher }, Teacher) => {
                (teaches(teacher), "only an admin or the assigned teacher opens a gradebook")
            }
            (Action::WriteMarks { .. }, Student) => {
                (false, "only an admin or the assigned teacher opens a gradebook")
            }
            (Action::DeleteMark, Teacher | Student) => (false, "only an admin takes a mark away"),
            (Action::DecideMarkChange, Teacher | Student) => (false, "only an admin decides on final marks"),
            (Action::ReadAudit, Teacher | Student) => (false, "only an admin reads the audit log"),
            (Action::ReadTranscript { student }, Student) => {
                (mine(student), "only an admin reads another student's transcript")
            }
            (Action::ReadTranscript { .. }, Teacher) => {
                (false, "only the student and admins read a transcript")
            }
            (Action::ReadAnalytics, Teacher | Student) => (false, "only an admin sees these numbers"),
            (Action::ReadPerformance { teacher }, Teacher) => {
                (teaches(teacher), "a teacher sees how students do in their own courses")
            }
            (Action::ReadPerformance { .. }, Student) => {
                (false, "only admins and teachers see how students do")
            }
        };
        span.record("granted", granted);
        if granted { Ok(()) } else { Err(Error::Forbidden(otherwise)) }
    }

    pub fn is_admin(&self) -> bool {
        self.role == Role::Admin
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The picture of the policy: a change of policy is a diff of this.
    #[test]
    fn matrix() {
        let me = UserId::new();
        let other = UserId::new();
        let acts = [
            ("manage people", Action::ManageUsers),
            ("read own record", Action::ReadUser { user: me }),
            ("read another's record", Action::ReadUser { user: other }),
            ("read card of own student", Action::ReadStudentCard { own_student: true }),
            ("read card of another student", Action::ReadStudentCard { own_student: false }),
            ("update self", Action::UpdateSelf { user: me }),
            ("update another", Action::UpdateSelf { user: other }),
            ("read own enrolments", Action::ReadEnrollmentsOf { user: me }),
            ("read another's enrolments", Action::ReadEnrollmentsOf { user: other }),
            ("read courses", Action::ReadCourses),
            ("manage courses", Action::ManageCourses),
            ("update own course", Action::UpdateCourse { teacher: Some(me) }),
            ("update another's course", Action::UpdateCourse { teacher: Some(other) }),
            ("update a course of nobody", Action::UpdateCourse { teacher: None }),
            ("read own roster", Action::ReadRoster { teacher: Some(me) }),
            ("read another's roster", Action::ReadRoster { teacher: Some(other) }),
            ("enrol self", Action::Enroll { student: me }),
            ("enrol another", Action::Enroll { student: other }),
            ("enrol above capacity", Action::OverrideEnrollment),
            ("drop self", Action::Drop { student: me }),
            ("drop another", Action::Drop { student: other }),
            ("manage terms", Action::ManageTerms),
            ("take attendance of own course", Action::TakeAttendance { teacher: Some(me) }),
            ("take attendance of another's", Action::TakeAttendance { teacher: Some(other) }),
            ("read own attendance", Action::ReadAttendance { student: me, teacher: None }),
            ("read it in own course", Action::ReadAttendance { student: other, teacher: Some(me) }),
            ("read it elsewhere", Action::ReadAttendance { student: other, teacher: Some(other) }),
            ("list who misses too much", Action::ListAbsences),
            ("read own marks", Action::ReadMarks { student: me, teacher: None }),
            ("read marks of own course", Action::ReadMarks { student: other, teacher: Some(me) }),
            ("read another's marks", Action::ReadMarks { student: other, teacher: Some(other) }),
            ("write marks of own course", Action::WriteMarks { teacher: Some(me) }),
            ("write another's marks", Action::WriteMarks { teacher: Some(other) }),
            ("take a mark away", Action::DeleteMark),
            ("decide on final marks", Action::DecideMarkChange),
            ("read own payments", Action::ReadPaymentsOf { user: me }),
            ("read another's payments", Action::ReadPaymentsOf { user: other }),
            ("pay for self", Action::PayFor { student: me }),
            ("pay for another", Action::PayFor { student: other }),
            ("manage payments", Action::ManagePayments),
            ("use own calendar feed", Action::UseCalendarFeed { user: me }),
            ("use another's calendar feed", Action::UseCalendarFeed { user: other }),
            ("read the audit log", Action::ReadAudit),
            ("read own transcript", Action::ReadTranscript { student: me }),
            ("read another's transcript", Action::ReadTranscript { student: other }),
            ("read analytics", Action::ReadAnalytics),
            ("performance of own courses", Action::ReadPerformance { teacher: Some(me) }),
            ("performance of another's", Action::ReadPerformance { teacher: Some(other) }),
            ("performance of all courses", Action::ReadPerformance { teacher: None }),
        ];
        let mut picture = format!("{:<30}A T S\n", "");
        for (name, action) in acts {
            let marks = Role::ALL.map(|role| {
                let actor = Actor { id: me, role, session: SessionId::new() };
                if actor.may(action).is_ok() { "✔" } else { "✘" }
            });
            picture += &format!("{name:<30}{}\n", marks.join(" "));
        }
        insta::assert_snapshot!(picture, @r"
                                      A T S
        manage people                 ✔ ✘ ✘
        read own record               ✔ ✔ ✔
        read another's record         ✔ ✘ ✘
        read card of own student      ✔ ✔ ✘
        read card of another student  ✔ ✘ ✘
        update self                   ✔ ✔ ✔
        update another                ✔ ✘ ✘
        read own enrolments           ✔ ✔ ✔
        read another's enrolments     ✔ ✘ ✘
        read courses                  ✔ ✔ ✔
        manage courses                ✔ ✘ ✘
        update own course             ✔ ✔ ✘
        update another's course       ✔ ✘ ✘
        update a course of nobody     ✔ ✘ ✘
        read own roster               ✔ ✔ ✘
        read another's roster         ✔ ✘ ✘
        enrol self                    ✔ ✘ ✔
        enrol another                 ✔ ✘ ✘
        enrol above capacity          ✔ ✘ ✘
        drop self                     ✔ ✘ ✔
        drop another                  ✔ ✘ ✘
        manage terms                  ✔ ✘ ✘
        take attendance of own course ✔ ✔ ✘
        take attendance of another's  ✔ ✘ ✘
        read own attendance           ✔ ✔ ✔
        read it in own course         ✔ ✔ ✘
        read it elsewhere             ✔ ✘ ✘
        list who misses too much      ✔ ✔ ✘
        read own marks                ✔ ✔ ✔
        read marks of own course      ✔ ✔ ✘
        read another's marks          ✔ ✘ ✘
        write marks of own course     ✔ ✔ ✘
        write another's marks         ✔ ✘ ✘
        take a mark away              ✔ ✘ ✘
        decide on final marks         ✔ ✘ ✘
        read own payments             ✔ ✘ ✔
        read another's payments       ✔ ✘ ✘
        pay for self                  ✔ ✘ ✔
        pay for another               ✔ ✘ ✘
        manage payments               ✔ ✘ ✘
        use own calendar feed         ✔ ✔ ✔
        use another's calendar feed   ✘ ✘ ✘
        read the audit log            ✔ ✘ ✘
        read own transcript           ✔ ✘ ✔
        read another's transcript     ✔ ✘ ✘
        read analytics                ✔ ✘ ✘
        performance of own courses    ✔ ✔ ✘
        performance of another's      ✔ ✘ ✘
        performance of all courses    ✔ ✘ ✘
        ");
    }
}
