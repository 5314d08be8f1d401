//! Marks as the API shows and takes them.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::rules::{Final, NoFinal};
use crate::enrollments::Status;
use crate::http::decimals::{two_places, two_places_if};
use crate::http::validate::double_option;
use crate::ids::{AssignmentId, CourseId, EnrollmentId, GradeId, UserId};
use crate::secret::Secret;
use crate::terms::Semester;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "varchar", rename_all = "snake_case")]
pub enum AssignmentType {
    Homework,
    Quiz,
    Midterm,
    Final,
    Project,
}

impl AssignmentType {
    pub const ALL: [Self; 5] = [Self::Homework, Self::Quiz, Self::Midterm, Self::Final, Self::Project];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Homework => "homework",
            Self::Quiz => "quiz",
            Self::Midterm => "midterm",
            Self::Final => "final",
            Self::Project => "project",
        }
    }
}

/// Who marked, asked or decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Author {
    pub id: UserId,
    pub full_name: String,
}

impl Author {
    /// Of two columns of a left join.
    pub fn of(id: Option<UserId>, full_name: Option<String>) -> Option<Self> {
        Some(Self { id: id?, full_name: full_name? })
    }
}

/// A section, as far as its marks need it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct GradedCourse {
    pub id: CourseId,
    pub code: String,
    pub section: String,
    pub name: String,
    pub semester: Semester,
    pub year: i32,
    #[schema(value_type = String, example = "4.00")]
    pub credits: Decimal,
    pub teacher: Option<Author>,
}

/// A column of a gradebook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Assignment {
    pub id: AssignmentId,
    pub course_id: CourseId,
    pub name: String,
    pub assignment_type: AssignmentType,
    #[schema(value_type = String, example = "100.00")]
    #[serde(serialize_with = "two_places")]
    pub max_score: Decimal,
    /// 0 to 1; weights need not sum to 1.
    #[schema(value_type = Option<String>, example = "0.25")]
    #[serde(serialize_with = "two_places_if")]
    pub weight: Option<Decimal>,
    /// Order of the columns; the name breaks ties.
    pub position: i32,
    /// Counts edits; the `ETag`.
    pub version: i32,
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateAssignment {
    #[schema(min_length = 1, max_length = 255)]
    pub name: String,
    pub assignment_type: AssignmentType,
    /// 0.01 to 999.99, at most two places; a number or a string.
    #[schema(value_type = String, example = "100")]
    pub max_score: Value,
    /// 0 to 1, at most two places.
    #[schema(value_type = Option<String>, example = "0.25")]
    pub weight: Option<Value>,
    /// Left out, it becomes the last column.
    pub position: Option<i32>,
}

/// Fields left out stay as they are. The marks of the column follow; a mark above the new maximum refuses it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateAssignment {
    pub name: Option<String>,
    pub assignment_type: Option<AssignmentType>,
    #[schema(value_type = Option<String>)]
    pub max_score: Option<Value>,
    /// `null` takes the weight away.
    #[serde(default, deserialize_with = "double_option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub weight: Option<Option<Value>>,
    pub position: Option<i32>,
    /// Why, for the history of the marks it changes.
    #[schema(max_length = 500)]
    pub reason: Option<String>,
}

/// A student's mark of an assignment.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Grade {
    pub id: GradeId,
    pub enrollment_id: EnrollmentId,
    pub assignment_name: String,
    pub assignment_type: AssignmentType,
    #[schema(value_type = String, example = "87.50")]
    #[serde(serialize_with = "two_places")]
    pub score: Decimal,
    #[schema(value_type = String, example = "100.00")]
    #[serde(serialize_with = "two_places")]
    pub max_score: Decimal,
    #[schema(value_type = Option<String>)]
    #[serde(serialize_with = "two_places_if")]
    pub weight: Option<Decimal>,
    pub graded_at: DateTime<Utc>,
    pub graded_by: Option<Author>,
    pub comments: Option<String>,
    /// Counts changes; the `ETag`.
    pub version: i32,
}

/// What was submitted; marks are locked from then on.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SubmittedFinal {
    #[schema(value_type = String, example = "88.33")]
    #[serde(serialize_with = "two_places")]
    pub percent: Decimal,
    pub letter: String,
    #[schema(value_type = String, example = "3.30")]
    #[serde(serialize_with = "two_places")]
    pub points: Decimal,
    pub submitted_at: DateTime<Utc>,
    pub submitted_by: Option<Author>,
    pub version: i32,
}

/// Everything marked in one enrolment, and what it makes.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EnrollmentGrades {
    pub enrollment_id: EnrollmentId,
    pub user_id: UserId,
    pub student_name: String,
    pub course: GradedCourse,
    pub status: Status,
    /// The course is completed; only an approved request changes a mark.
    pub locked: bool,
    /// The columns of the gradebook, in order; those without a mark too.
    pub assignments: Vec<Assignment>,
    /// The marks, in the order of the columns.
    pub grades: Vec<Grade>,
    /// As submitted; before that, as the marks stand.
    pub r#final: Final,
    pub submitted: Option<SubmittedFinal>,
}

/// The column's facts are needed only while the course has no such assignment yet; then the column is made.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateGrade {
    pub enrollment_id: EnrollmentId,
    #[schema(min_length = 1, max_length = 255)]
    pub assignment_name: String,
    pub assignment_type: Option<AssignmentType>,
    /// 0 to the maximum, at most two places; a number or a string.
    #[schema(value_type = String, example = "87.5")]
    pub score: Value,
    #[schema(value_type = Option<String>, example = "100")]
    pub max_score: Option<Value>,
    #[schema(value_type = Option<String>, example = "0.25")]
    pub weight: Option<Value>,
    #[schema(max_length = 5000)]
    pub comments: Option<String>,
}

/// Fields left out stay as they are. What belongs to the assignment is changed at the assignment.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateGrade {
    #[schema(value_type = Option<String>)]
    pub score: Option<Value>,
    /// `null` clears it.
    #[serde(default, deserialize_with = "double_option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 5000)]
    pub comments: Option<Option<String>>,
    /// Why, for the history.
    #[schema(max_length = 500)]
    pub reason: Option<String>,
}

/// A mark in a gradebook.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Cell {
    pub id: GradeId,
    #[schema(value_type = String, example = "87.50")]
    #[serde(serialize_with = "two_places")]
    pub score: Decimal,
    /// Send it back with the next value: a cell somebody else changed meanwhile is refused.
    pub version: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comments: Option<String>,
}

/// What a student's marks make, without the working.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FinalInShort {
    #[schema(value_type = Option<String>, example = "88.33")]
    #[serde(serialize_with = "two_places_if")]
    pub percent: Option<Decimal>,
    pub letter: Option<String>,
    /// Present when there is no final.
    pub reason: Option<NoFinal>,
}

/// A student of a gradebook.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct GradebookRow {
    pub enrollment_id: EnrollmentId,
    pub user_id: UserId,
    pub full_name: String,
    #[schema(value_type = String)]
    pub email: Secret,
    /// For admins only.
    pub student_id: Option<String>,
    /// `enrolled` or `completed`.
    pub status: Status,
    /// Completed: the marks are final.
    pub locked: bool,
    /// One per assignment, in its order; `null` where there is no mark.
    pub cells: Vec<Option<Cell>>,
    pub r#final: FinalInShort,
}

/// A whole gradebook.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Gradebook {
    pub course: GradedCourse,
    pub assignments: Vec<Assignment>,
    /// By name.
    pub students: Vec<GradebookRow>,
}
