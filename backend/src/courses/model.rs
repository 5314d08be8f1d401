use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Row};
use utoipa::{IntoParams, ToSchema};

use super::schedule::{Day, Schedule, clock};
use crate::enrollments::Status;
use crate::http::validate::double_option;
use crate::ids::{CourseId, EnrollmentId, UserId};
use crate::terms::Semester;

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TeacherRef {
    pub id: UserId,
    pub full_name: String,
}

/// The caller's own place in a section.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MyEnrollment {
    pub id: EnrollmentId,
    pub status: Status,
    /// From 1; only while waiting.
    pub waitlist_position: Option<i64>,
}

/// A section of a course in one term.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Course {
    pub id: CourseId,
    pub code: String,
    pub section: String,
    pub name: String,
    pub description: Option<String>,
    /// The letters the code begins with.
    pub department: String,
    pub teacher: Option<TeacherRef>,
    /// Seats; 9999 means without limit.
    pub capacity: i32,
    pub enrolled_count: i32,
    /// Seats students can still take themselves.
    pub seats_left: i32,
    pub waitlist_count: i64,
    /// Seats an admin granted above capacity that are taken.
    pub over_capacity: i32,
    /// Decimal with two places.
    #[schema(value_type = String, example = "4.00")]
    pub credits: Decimal,
    pub semester: Semester,
    pub year: i32,
    pub schedule: Schedule,
    pub room: Option<String>,
    /// Sections of one group may share a room in identical slots.
    pub cross_listing: Option<String>,
    pub is_active: bool,
    /// Counts edits (not enrolments); the `ETag`.
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub my_enrollment: Option<MyEnrollment>,
}

impl<'r> FromRow<'r, PgRow> for Course {
    /// Of the columns of [`super::catalogue::COLUMNS`].
    fn from_row(row: &'r PgRow) -> Result<Self, sqlx::Error> {
        let teacher: Option<UserId> = row.try_get("teacher_id")?;
        let mine: Option<EnrollmentId> = row.try_get("my_id")?;
        let (capacity, enrolled_count): (i32, i32) =
            (row.try_get("capacity")?, row.try_get("enrolled_count")?);
        Ok(Self {
            id: row.try_get("id")?,
            code: row.try_get("code")?,
            section: row.try_get("section")?,
            name: row.try_get("name")?,
            description: row.try_get("description")?,
            department: row.try_get("department")?,
            teacher: match teacher {
                Some(id) => Some(TeacherRef { id, full_name: row.try_get("teacher_name")? }),
                None => None,
            },
            capacity,
            enrolled_count,
            seats_left: (capacity - enrolled_count).max(0),
            waitlist_count: row.try_get("waitlist_count")?,
            over_capacity: row.try_get("over_capacity")?,
            credits: row.try_get("credits")?,
            semester: row.try_get("semester")?,
            year: row.try_get("year")?,
            schedule: row.try_get("schedule")?,
            room: row.try_get("room")?,
            cross_listing: row.try_get("cross_listing")?,
            is_active: row.try_get("is_active")?,
            version: row.try_get("version")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
            my_enrollment: match mine {
                Some(id) => Some(MyEnrollment {
                    id,
                    status: row.try_get("my_status")?,
                    waitlist_position: row.try_get("my_position")?,
                }),
                None => None,
            },
        })
    }
}

/// A section by name, as refusals mention it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, FromRow, ToSchema)]
pub struct CourseRef {
    pub id: CourseId,
    pub code: String,
    pub section: String,
    pub name: String,
}

/// Two sections that meet at the same time. The first is absent when it is a schedule that is only being planned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Clash {
    pub course_id: Option<CourseId>,
    pub code: Option<String>,
    pub section: Option<String>,
    pub name: Option<String>,
    pub with_course_id: CourseId,
    pub with_code: String,
    pub with_section: String,
    pub with_name: String,
    pub day: Day,
    /// `HH:MM`, where the overlap begins …
    pub start: String,
    /// … and ends.
    pub end: String,
}

/// A clash as the database answers it: minutes of the week.
#[derive(Clone, Debug, FromRow)]
pub struct ClashRow {
    pub course_id: Option<CourseId>,
    pub code: Option<String>,
    pub section: Option<String>,
    pub name: Option<String>,
    pub with_course_id: CourseId,
    pub with_code: String,
    pub with_section: String,
    pub with_name: String,
    pub start: i32,
    pub end: i32,
}

impl From<ClashRow> for Clash {
    fn from(row: ClashRow) -> Self {
        Self {
            course_id: row.course_id,
            code: row.code,
            section: row.section,
            name: row.name,
            with_course_id: row.with_course_id,
            with_code: row.with_code,
            with_section: row.with_section,
            with_name: row.with_name,
            day: Day::of_minute(row.start),
            start: clock(row.start, false),
            end: clock(row.end, true),
        }
    }
}

impl Clash {
    /// `CSE101-001 (monday 09:00-10:00)`.
    pub fn with(&self) -> String {
        format!("{}-{} ({} {}-{})", self.with_code, self.with_section, self.day, self.start, self.end)
    }
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateCourse {
    #[schema(example = "CS101", max_length = 20)]
    pub code: String,
    /// Default `001`.
    #[schema(max_length = 10)]
    pub section: Option<String>,
    #[schema(min_length = 5, max_length = 255)]
    pub name: String,
    pub description: Option<String>,
    pub teacher_id: Option<UserId>,
    #[schema(minimum = 1, maximum = 9999)]
    pub capacity: i32,
    /// A number or a decimal string, at most two places.
    #[schema(schema_with = decimal_input)]
    pub credits: Value,
    pub semester: Semester,
    pub year: i32,
    #[schema(value_type = Schedule)]
    pub schedule: Value,
    #[schema(max_length = 50)]
    pub room: Option<String>,
    #[schema(max_length = 100)]
    pub cross_listing: Option<String>,
    /// Assign the teacher although they teach another section at the same time.
    #[serde(default)]
    pub allow_teacher_conflict: bool,
}

/// Fields left out stay as they are; `null` clears what can be empty. The assigned teacher may change `description`,
/// `schedule` and `room`; the rest is the admin's.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateCourse {
    pub code: Option<String>,
    pub section: Option<String>,
    pub name: Option<String>,
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>)]
    pub description: Option<Option<String>>,
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<UserId>)]
    pub teacher_id: Option<Option<UserId>>,
    pub capacity: Option<i32>,
    #[schema(schema_with = decimal_input)]
    pub credits: Option<Value>,
    pub semester: Option<Semester>,
    pub year: Option<i32>,
    #[schema(value_type = Option<Schedule>)]
    pub schedule: Option<Value>,
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>)]
    pub room: Option<Option<String>>,
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>)]
    pub cross_listing: Option<Option<String>>,
    pub is_active: Option<bool>,
    #[serde(default)]
    pub allow_teacher_conflict: bool,
}

/// A section after a change, with what the change brought about.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ChangedCourse {
    #[serde(flatten)]
    pub course: Course,
    /// Sentences for the person who made the change, such as students who now have a clash.
    pub warnings: Vec<String>,
}

fn decimal_input() -> utoipa::openapi::schema::Schema {
    use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, Type};
    let text = ObjectBuilder::new().schema_type(Type::String).pattern(Some(r"^\d{1,2}(\.\d{1,2})?$"));
    Schema::OneOf(OneOfBuilder::new().item(ObjectBuilder::new().schema_type(Type::Number)).item(text).build())
}

/// Query of the catalogue. `sort`: code, name, teacher, time, seats, credits.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CourseFilter {
    /// Words that all occur in code, name or teacher; codes that begin with them come first.
    pub q: Option<String>,
    pub semester: Option<Semester>,
    pub year: Option<i32>,
    pub department: Option<String>,
    pub teacher_id: Option<UserId>,
    /// Meets on this day.
    pub day: Option<Day>,
    /// Has seats left.
    pub open: Option<bool>,
    /// Clashes with nothing in the caller's timetable of its term.
    pub fits: Option<bool>,
    /// Only admins see inactive sections.
    pub is_active: Option<bool>,
    /// A field, with `-` in front for descending.
    #[param(example = "code")]
    pub sort: Option<String>,
    #[param(minimum = 1)]
    pub page: Option<i64>,
    #[param(minimum = 1, maximum = 100)]
    pub page_size: Option<i64>,
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TermFilter {
    pub semester: Option<Semester>,
    pub year: Option<i32>,
}

/// Query of a roster, by name; waiters in the order of their queue come after.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RosterFilter {
    pub status: Option<Status>,
    #[param(minimum = 1)]
    pub page: Option<i64>,
    #[param(minimum = 1, maximum = 100)]
    pub page_size: Option<i64>,
}

#[derive(Clone, Debug, Serialize, Deserialize, FromRow, ToSchema)]
pub struct Department {
    pub department: String,
    /// Active sections.
    pub courses: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Departments {
    pub items: Vec<Department>,
}

/// Sections, and perhaps a planned schedule, to be held against each other.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ValidateSchedule {
    /// At most 100.
    #[serde(default)]
    pub course_ids: Vec<CourseId>,
    /// Held against each of the sections, in the term of each.
    #[schema(value_type = Option<Schedule>)]
    pub schedule: Option<Value>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ScheduleVerdict {
    pub valid: bool,
    /// Every pair that meets at the same time, and when.
    pub conflicts: Vec<Clash>,
}
