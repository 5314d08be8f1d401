//! Typed ids: a course's id cannot be passed where a person's is meant.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! id {
    ($(#[doc = $doc:literal] $name:ident),+ $(,)?) => {$(
        #[doc = $doc]
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type, ToSchema,
        )]
        #[serde(transparent)]
        #[sqlx(transparent)]
        #[schema(value_type = Uuid)]
        pub struct $name(pub Uuid);

        impl $name {
            pub fn new() -> Self {
                Self(Uuid::new_v4())
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

id! {
    /// A person: student, teacher or admin.
    UserId,
    /// A section of a course in one term.
    CourseId,
    /// A student's place (or former place, or place in the queue) in a section.
    EnrollmentId,
    /// A student at one meeting of a section.
    AttendanceId,
    /// A payment by card.
    PaymentId,
    /// What a student owes for something.
    ChargeId,
    /// Money given back of a payment.
    RefundId,
    /// A column of a gradebook.
    AssignmentId,
    /// A student's mark of an assignment.
    GradeId,
    /// A wish to change a final mark.
    ChangeRequestId,
    /// A sign-in and the family of refresh tokens that grew from it.
    SessionId,
}
