//! Marks: gradebooks, finals, their history.
//!
//! Locks: the section (only where seats come free), the gradebook (shared to write marks, alone to change a column), then
//! enrolments by id, then the audit log. The database's triggers keep the history and what is final.

mod assignments;
mod bulk;
mod cells;
mod changes;
mod exact;
mod finals;
mod given;
mod gradebook;
mod model;
pub mod queries;
mod reach;
mod routes;
mod rules;
mod save;
mod scale;
mod score;
mod sheet;
mod transcript;

pub use assignments::{
    __path_create_assignment, __path_delete_assignment, __path_update_assignment, create_assignment,
    delete_assignment, update_assignment,
};
pub use bulk::{__path_save_grades, save_grades};
pub use changes::{
    __path_decide_change_request, __path_list_change_requests, __path_request_change, RequestStatus,
    decide_change_request, list_change_requests, request_change,
};
pub use finals::{__path_submit_course_finals, __path_submit_final, submit_course_finals, submit_final};
pub use gradebook::{__path_course_grades, course_grades};
pub use model::AssignmentType;
pub use routes::{
    __path_create_grade, __path_delete_grade, __path_enrollment_grades, __path_grade_history,
    __path_update_grade, create_grade, delete_grade, enrollment_grades, grade_history, update_grade,
};
pub use rules::{Counted, Final, NoFinal, final_of};
pub use scale::{GradeScale, Step, average};
pub use sheet::{__path_export_grades, __path_import_grades, export_grades, import_grades};
pub use transcript::{__path_user_grades, user_grades};
