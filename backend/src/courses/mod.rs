//! Sections of courses: the catalogue, schedules, rooms.

mod catalogue;
mod edits;
mod model;
pub mod queries;
mod roster_export;
mod routes;
mod rules;
mod schedule;
mod schedule_formats;

pub use model::{Clash, ClashRow, Course, CourseRef, RosterFilter, TeacherRef};
pub use roster_export::{__path_course_roster, course_roster};
pub use routes::{
    __path_course_enrollments, __path_create_course, __path_deactivate_course, __path_get_course,
    __path_list_courses, __path_list_departments, __path_update_course, __path_validate_schedule,
    course_enrollments, create_course, deactivate_course, get_course, list_courses, list_departments,
    update_course, validate_schedule,
};
pub use rules::{FIRST_YEAR, UNLIMITED};
pub use schedule::{Day, MOST_SLOTS, Meeting, Schedule, Slot, calendar_date, clock};
