//! The roll: who was at which meeting of a section, what was corrected, and the rates that follow.
//!
//! Whoever marks holds the enrolments they mark (by id), so two who mark one student stand in line and the second one
//! sees what the first one wrote.

mod class;
mod correction_queries;
mod corrections;
mod marking;
mod model;
pub mod queries;
mod reach;
mod reading;
mod routes;
mod rules;
mod verdicts;

pub use corrections::{
    __path_course_corrections, __path_enrollment_corrections, course_corrections, enrollment_corrections,
};
pub use model::{Mark, Tally};
pub use routes::{
    __path_course_attendance, __path_enrollment_attendance, __path_list_absences, __path_mark_attendance,
    __path_mark_class, __path_update_attendance, __path_user_attendance, course_attendance,
    enrollment_attendance, list_absences, mark_attendance, mark_class, update_attendance, user_attendance,
};
pub use rules::ClassDays;
