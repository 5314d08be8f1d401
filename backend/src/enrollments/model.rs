use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::courses::Course;
use crate::http::decimals::two_places_if;
use crate::ids::{CourseId, EnrollmentId, UserId};
use crate::secret::Secret;

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
    #[schema(value_type = String)]
    pub email: Secret,
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
    #[serde(serialize_with = "two_places_if")]
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

/// One section for another.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SwapRequest {
    /// The section whose seat, or place in the queue, is given up.
    pub drop: CourseId,
    /// The section to take a seat in.
    pub take: CourseId,
    /// The student, when an admin swaps for somebody; otherwise the caller.
    pub user_id: Option<UserId>,
}

/// What a swap left behind.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Swapped {
    pub dropped: Enrollment,
    pub taken: Enrollment,
}

/// Several sections at once.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CartRequest {
    /// 1 to 20 sections, each once.
    #[schema(min_items = 1, max_items = 20)]
    pub course_ids: Vec<CourseId>,
    /// The student, when an admin enrols somebody; otherwise the caller.
    pub user_id: Option<UserId>,
}

/// A seat in every section of a cart, in the order they were asked for.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EnrolledCart {
    pub enrollments: Vec<Enrollment>,
}

/// Why a cart fails at one of its sections: an element of `refusals`, beside the code `cart_refused`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CartRefusal {
    pub course_id: CourseId,
    /// As enrolling there alone would be refused, such as `course_full`.
    pub code: String,
    /// A sentence for the person in front of the screen.
    pub detail: String,
    /// What it was decided on, such as `conflicts`.
    pub facts: Map<String, Value>,
}
