use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::courses::Schedule;
use crate::ids::CourseId;
use crate::secret::Secret;

/// Whether a person has a feed. Its address is told once, when it is made.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CalendarFeed {
    pub exists: bool,
    pub created_at: Option<DateTime<Utc>>,
    /// When a calendar program last fetched it, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// A feed that was just made.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NewCalendarFeed {
    /// The secret address, on this server. Whoever has it sees the timetable; it is not told again.
    #[schema(value_type = String, example = "/api/v1/calendar/R4nd0m.ics")]
    pub url: Secret,
    pub created_at: DateTime<Utc>,
}

/// A section of somebody's timetable, with what says when it meets.
#[derive(Clone, Debug)]
pub struct Class {
    pub id: CourseId,
    pub code: String,
    pub section: String,
    pub name: String,
    pub teacher: Option<String>,
    pub schedule: Schedule,
    pub room: Option<String>,
    pub version: i32,
    pub updated_at: DateTime<Utc>,
    /// Class dates of its term, if they are known.
    pub starts_on: Option<NaiveDate>,
    pub ends_on: Option<NaiveDate>,
}
