//! Reports with a line per course: performance and unmet demand.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::ids::CourseId;
use crate::terms::Semester;

/// Final marks of some students.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MarkFigures {
    /// Completed enrolments with a final percentage; what the figures below are about.
    pub graded: i64,
    #[schema(value_type = Option<String>, example = "81.40")]
    pub mean: Option<Decimal>,
    #[schema(value_type = Option<String>, example = "82.25")]
    pub median: Option<Decimal>,
    pub passed: i64,
    /// `passed` in percent of `graded`.
    #[schema(value_type = Option<String>, example = "93.10")]
    pub pass_rate: Option<Decimal>,
    /// Students in [0, 10), [10, 20), …, [90, 100].
    #[schema(min_items = 10, max_items = 10)]
    pub distribution: Vec<i64>,
    /// Students per letter, best first; letters without students too.
    pub letters: Vec<LetterCount>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LetterCount {
    #[schema(example = "B+")]
    pub letter: String,
    pub count: i64,
}

/// Students of some courses by what became of their seats, and their presence.
#[derive(Clone, Debug, Default, Serialize, Deserialize, sqlx::FromRow, ToSchema)]
pub struct Outcomes {
    pub enrolled: i64,
    pub completed: i64,
    /// Had a seat and gave it up.
    pub dropped: i64,
    /// Meetings a student was present at or came late to.
    pub attended: i64,
    /// Meetings a student was expected at: present, late or absent, not excused.
    pub expected: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CoursePerformance {
    pub id: CourseId,
    pub code: String,
    pub section: String,
    pub name: String,
    pub department: String,
    pub semester: Semester,
    pub year: i32,
    #[serde(flatten)]
    pub outcomes: Outcomes,
    /// `attended` in percent of `expected`.
    #[schema(value_type = Option<String>, example = "91.30")]
    pub attendance_rate: Option<Decimal>,
    #[serde(flatten)]
    pub marks: MarkFigures,
    pub in_progress: InProgress,
}

/// Marks so far of the students who sit in a course now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InProgress {
    /// Students with a mark.
    pub students: i64,
    /// Mean of their percentages so far.
    #[schema(value_type = Option<String>, example = "77.05")]
    pub mean: Option<Decimal>,
}

/// All courses of the report together.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OverallPerformance {
    pub courses: i64,
    #[serde(flatten)]
    pub outcomes: Outcomes,
    #[schema(value_type = Option<String>, example = "91.30")]
    pub attendance_rate: Option<Decimal>,
    #[serde(flatten)]
    pub marks: MarkFigures,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PerformanceReport {
    /// The lowest percentage that passes.
    #[schema(value_type = String, example = "60.00")]
    pub pass_from: Decimal,
    /// Courses on all pages together.
    pub overall: OverallPerformance,
    pub items: Vec<CoursePerformance>,
    pub page: i64,
    pub page_size: i64,
    pub total: i64,
}

/// Query of the report on performance. `sort`: code, mean, pass_rate, attendance_rate, completed, dropped.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PerformanceFilter {
    pub semester: Option<Semester>,
    pub year: Option<i32>,
    pub course_id: Option<CourseId>,
    pub department: Option<String>,
    /// A field, with `-` in front for descending.
    #[param(example = "-pass_rate")]
    pub sort: Option<String>,
    #[param(minimum = 1)]
    pub page: Option<i64>,
    #[param(minimum = 1, maximum = 100)]
    pub page_size: Option<i64>,
}

/// A course in a term, all its sections together, for which somebody found no seat.
#[derive(Clone, Debug, Serialize, Deserialize, sqlx::FromRow, ToSchema)]
pub struct UnmetDemand {
    pub code: String,
    pub name: String,
    pub department: String,
    pub semester: Semester,
    pub year: i32,
    /// Active ones.
    pub sections: i64,
    /// Of active sections; `null` if one of them has no limit.
    pub seats: Option<i64>,
    pub enrolled: i64,
    /// Refusals because a section was full.
    pub full_attempts: i64,
    /// Students who were refused for that, each once.
    pub full_students: i64,
    /// Students in a queue now.
    pub waiting: i64,
    /// Students who were refused or waited since they last had a seat, if ever, and have none now.
    pub without_seat: i64,
    /// Refusals by reason, most frequent first.
    #[sqlx(json)]
    pub by_reason: Vec<RefusalCount>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RefusalCount {
    /// A code of a refusal, such as `course_full`.
    pub reason: String,
    pub attempts: i64,
    pub students: i64,
}

/// Query of the report on unmet demand. `sort`: without_seat, full_attempts, full_students, waiting, code.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DemandFilter {
    pub semester: Option<Semester>,
    pub year: Option<i32>,
    pub department: Option<String>,
    /// A field, with `-` in front for descending [default: -without_seat].
    #[param(example = "-waiting")]
    pub sort: Option<String>,
    #[param(minimum = 1)]
    pub page: Option<i64>,
    #[param(minimum = 1, maximum = 100)]
    pub page_size: Option<i64>,
}
