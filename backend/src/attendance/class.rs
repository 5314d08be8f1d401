//! A class that is marked in one request, and what became of each record.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Mark, Record, first_meeting};
use crate::http::validate::double_option;
use crate::ids::EnrollmentId;

/// One student of a class that is being marked.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkStudent {
    pub enrollment_id: EnrollmentId,
    pub status: Mark,
    /// Left out: stay as they are; null: none.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>, max_length = 500)]
    pub notes: Option<Option<String>>,
    /// The version this was decided on, null for one that was unmarked: what somebody wrote meanwhile is then not
    /// overwritten but shown (`stale`). Left out: the last one wins.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<i32>)]
    pub version: Option<Option<i32>>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkClass {
    pub date: NaiveDate,
    /// Which meeting of that day, in the order of their times.
    #[serde(default = "first_meeting")]
    #[schema(minimum = 1, maximum = 20, default = 1)]
    pub meeting: i16,
    /// A meeting outside the schedule.
    #[serde(default)]
    pub make_up: bool,
    /// Write nothing if one record cannot be written.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub all_or_nothing: bool,
    /// 1 to 10,000.
    pub records: Vec<MarkStudent>,
}

fn yes() -> bool {
    true
}

/// What became of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Written,
    /// It said so already.
    Unchanged,
    /// Somebody wrote something else meanwhile: `record` is theirs, `wanted` is yours.
    Stale,
    /// `code` and `message` say why.
    Invalid,
    /// No such enrolment in this section.
    NotFound,
    /// Nothing is wrong with it; another record kept all of them from being written.
    Withheld,
}

/// What was to be written.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Wanted {
    pub status: Mark,
    pub notes: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = AttendanceVerdict)]
pub struct Verdict {
    pub enrollment_id: EnrollmentId,
    pub verdict: Outcome,
    /// As it is now; null while unmarked.
    pub record: Option<Record>,
    /// With `stale`: what the request said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wanted: Option<Wanted>,
    /// With `invalid`: what is wrong, such as `not_enrolled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// A marked class.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MarkedClass {
    pub date: NaiveDate,
    pub meeting: i16,
    /// False: all or nothing was asked for, and a record was refused.
    pub applied: bool,
    pub written: usize,
    pub unchanged: usize,
    /// Neither written nor as they should be.
    pub refused: usize,
    /// One for each record, in the order of the request.
    pub verdicts: Vec<Verdict>,
}
