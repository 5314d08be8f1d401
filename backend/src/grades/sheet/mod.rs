//! Marks as a spreadsheet: one row per student, one column per assignment.

mod columns;
mod export;
mod import;
mod rows;

pub use export::{__path_export_grades, export_grades};
pub use import::{__path_import_grades, import_grades};

/// Headings of columns that are no assignments.
const ENROLLMENT: &str = "enrollment_id";
const STUDENT: &str = "student";
const EMAIL: &str = "email";
const NUMBER: &str = "student_id";
const AS_OF: &str = "as_of";
const PERCENT: &str = "final_percent";
const LETTER: &str = "final_letter";
