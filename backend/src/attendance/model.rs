use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use utoipa::{IntoParams, ToSchema};

use super::rules;
use crate::enrollments::{Status, StudentRef};
use crate::http::validate::double_option;
use crate::ids::{AttendanceId, CourseId, EnrollmentId, UserId};
use crate::terms::Semester;

/// Where a student was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "varchar", rename_all = "snake_case")]
pub enum Mark {
    Present,
    Absent,
    /// Came late; counts as present.
    Late,
    /// Missed it with leave; counts for nothing.
    Excused,
}

impl Mark {
    pub const ALL: [Self; 4] = [Self::Present, Self::Absent, Self::Late, Self::Excused];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Absent => "absent",
            Self::Late => "late",
            Self::Excused => "excused",
        }
    }
}

/// A student at one meeting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, FromRow, ToSchema)]
pub struct Record {
    pub id: AttendanceId,
    pub enrollment_id: EnrollmentId,
    /// Day on campus.
    pub date: NaiveDate,
    /// Which meeting of that day, from 1, in the order of their times.
    pub meeting: i16,
    pub status: Mark,
    /// The student reads them too.
    pub notes: Option<String>,
    /// Outside the section's schedule.
    pub make_up: bool,
    pub marked_at: DateTime<Utc>,
    pub marked_by: Option<UserId>,
    /// Counts corrections, from 1; the `ETag`.
    pub version: i32,
}

/// How often a student, or a whole class, was what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct Counts {
    pub present: i64,
    pub absent: i64,
    pub late: i64,
    pub excused: i64,
}

impl std::iter::Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, next| Self {
            present: sum.present + next.present,
            absent: sum.absent + next.absent,
            late: sum.late + next.late,
            excused: sum.excused + next.excused,
        })
    }
}

/// Counts with the rate that follows from them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Tally {
    pub present: i64,
    pub absent: i64,
    pub late: i64,
    pub excused: i64,
    /// (present + late) / (present + late + absent) in percent, rounded half up to two places; null while nothing counts.
    #[schema(value_type = Option<String>, example = "93.75")]
    pub rate: Option<Decimal>,
}

impl From<Counts> for Tally {
    fn from(counts: Counts) -> Self {
        let Counts { present, absent, late, excused } = counts;
        Self { present, absent, late, excused, rate: rules::attendance_rate(&counts) }
    }
}

/// A section, as attendance names it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, FromRow, ToSchema)]
pub struct CourseOf {
    pub id: CourseId,
    pub code: String,
    pub section: String,
    pub name: String,
    pub semester: Semester,
    pub year: i32,
}

/// One student's attendance in one section.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EnrollmentAttendance {
    pub enrollment_id: EnrollmentId,
    pub user_id: UserId,
    pub course: CourseOf,
    pub status: Status,
    pub tally: Tally,
    /// By date and meeting.
    pub records: Vec<Record>,
}

/// A section among a student's, with their attendance in it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CourseTally {
    pub enrollment_id: EnrollmentId,
    pub course: CourseOf,
    pub status: Status,
    pub tally: Tally,
}

/// A meeting that was held, or was marked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Meeting {
    pub date: NaiveDate,
    pub meeting: i16,
    /// `HH:MM`; null when it is not in the schedule.
    pub start: Option<String>,
    pub end: Option<String>,
    /// Short word for the kind of meeting, from the schedule.
    pub kind: Option<String>,
    /// In the schedule, as it is now.
    pub scheduled: bool,
    /// Marked as a make-up meeting.
    pub make_up: bool,
    /// Students marked.
    pub marked: i64,
}

/// A student of the class, with what was marked.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StudentAttendance {
    pub enrollment_id: EnrollmentId,
    pub status: Status,
    pub student: StudentRef,
    /// Of the whole term, whatever dates were asked for.
    pub tally: Tally,
    /// When one `date` was asked for: what was marked for that meeting, null while it is unmarked.
    pub record: Option<Record>,
    /// Of the dates asked for, by date and meeting.
    pub records: Vec<Record>,
}

/// A whole class.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ClassAttendance {
    pub course: CourseOf,
    /// The date on campus.
    pub today: NaiveDate,
    /// Class dates of the term, if they are known.
    pub starts_on: Option<NaiveDate>,
    pub ends_on: Option<NaiveDate>,
    /// Of all its students together, over the whole term.
    pub tally: Tally,
    /// Held so far, newest first, today's among them; at most 400.
    pub meetings: Vec<Meeting>,
    /// By name: those who are enrolled or have completed it.
    pub students: Vec<StudentAttendance>,
}

/// Which dates; without any, all of them.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ClassFilter {
    /// First day …
    pub from: Option<NaiveDate>,
    /// … and last day.
    pub to: Option<NaiveDate>,
    /// One day only; each student's `record` is then that of the `meeting`.
    pub date: Option<NaiveDate>,
    /// Which meeting of that day, 1 if left out.
    #[param(minimum = 1, maximum = 20)]
    pub meeting: Option<i16>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkAttendance {
    pub enrollment_id: EnrollmentId,
    pub date: NaiveDate,
    /// Which meeting of that day, in the order of their times.
    #[serde(default = "first_meeting")]
    #[schema(minimum = 1, maximum = 20, default = 1)]
    pub meeting: i16,
    pub status: Mark,
    #[schema(max_length = 500)]
    pub notes: Option<String>,
    /// A meeting outside the schedule.
    #[serde(default)]
    pub make_up: bool,
}

pub(super) fn first_meeting() -> i16 {
    1
}

/// Fields left out stay as they are; `null` clears the notes.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateAttendance {
    pub status: Option<Mark>,
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>, max_length = 500)]
    pub notes: Option<Option<String>>,
}

/// Query of the students who miss too much. `sort`: absence_rate, student, course.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AbsenceFilter {
    /// Percent, 25 if left out: students whose absence rate is at least this.
    #[param(example = "25")]
    pub threshold: Option<String>,
    pub semester: Option<Semester>,
    pub year: Option<i32>,
    pub course_id: Option<CourseId>,
    /// A field, with `-` in front for descending; the highest absence rate first if left out.
    #[param(example = "-absence_rate")]
    pub sort: Option<String>,
    #[param(minimum = 1)]
    pub page: Option<i64>,
    #[param(minimum = 1, maximum = 100)]
    pub page_size: Option<i64>,
}

/// A student who misses too much of a section.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Absences {
    pub enrollment_id: EnrollmentId,
    pub student: StudentRef,
    pub course: CourseOf,
    pub tally: Tally,
    /// absent / (present + late + absent) in percent, rounded half up to two places.
    #[schema(value_type = Option<String>, example = "31.25")]
    pub absence_rate: Option<Decimal>,
}

/// Query of a student's sections, newest term first.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UserAttendanceFilter {
    pub semester: Option<Semester>,
    pub year: Option<i32>,
    #[param(minimum = 1)]
    pub page: Option<i64>,
    #[param(minimum = 1, maximum = 100)]
    pub page_size: Option<i64>,
}
