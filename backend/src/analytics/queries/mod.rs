//! A report is several statements that see one moment; see [`moment`].

mod dashboard;
mod demand;
mod enrollments;
mod performance;
mod revenue;

pub use dashboard::{fullest, waiting};
pub use demand::unmet;
pub use enrollments::{by_day, by_semester, by_status};
pub use performance::{CourseRow, Scope, course_rows, in_progress, marks_of, overall, overall_marks};
pub use revenue::{Line, movements};

use sqlx::{PgPool, Postgres, Transaction};

use crate::error::Result;

/// A look at the database as it is now: what is counted within it fits together.
pub async fn moment(db: &PgPool) -> Result<Transaction<'static, Postgres>> {
    Ok(db.begin_with("begin isolation level repeatable read read only").await?)
}
