use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::courses::Course;
use crate::ids::{CourseId, EnrollmentId, UserId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "varchar", rename_all = "snake_case")]
pub enum Status {
    /// On the waitlist.
    Pending,
    Enrolled,
    Dropped,
    Completed,
}

impl Status {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Enrolled => "enrolled",
            Self::Dropped => "dropped",
            Self::Completed => "completed",
        }
    }
}

/// A student as a roster shows them.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StudentRef {
    pub id: UserId,
    pub full_name: String,
    pub email: String,
    pub student_id: Option<String>,
    pub department: Option<String>,
}

/// A student's place in a section, or in its queue.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Enrollment {
    pub id: EnrollmentId,
    pub user_id: UserId,
    pub course_id: CourseId,
    pub status: Status,
    /// From 1; only while waiting.
    pub waitlist_position: Option<i64>,
    /// When the present status began: took the seat, or joined the queue.
    pub enrolled_at: DateTime<Utc>,
    pub dropped_at: Option<DateTime<Utc>>,
    /// Percent with two places, once the course is completed.
    #[schema(value_type = Option<String>)]
    pub grade_final: Option<Decimal>,
    /// Present in a person's list of enrolments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub course: Option<Course>,
    /// Present in a roster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub student: Option<StudentRef>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrollRequest {
    /// The student, when an admin enrols somebody; otherwise the caller.
    pub user_id: Option<UserId>,
    /// When the section is full, wait for a seat: 202 with the position.
    #[serde(default)]
    pub waitlist: bool,
    /// Admins: take a seat above capacity when it is full; needs a `reason`.
    #[serde(default)]
    pub over_capacity: bool,
    /// Why, for the record.
    #[schema(max_length = 500)]
    pub reason: Option<String>,
}
