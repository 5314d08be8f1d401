use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::courses::Day;

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type, ToSchema,
)]
#[serde(rename_all = "lowercase")]
#[sqlx(type_name = "varchar", rename_all = "lowercase")]
pub enum Semester {
    Spring,
    Summer,
    Fall,
}

impl Semester {
    pub const ALL: [Self; 3] = [Self::Spring, Self::Summer, Self::Fall];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Spring => "spring",
            Self::Summer => "summer",
            Self::Fall => "fall",
        }
    }
}

impl std::str::FromStr for Semester {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|semester| semester.as_str() == text)
            .ok_or_else(|| "write fall, spring or summer".to_owned())
    }
}

/// What a student may do in a term right now, by the database's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum RegistrationState {
    Open,
    NotYet,
    Closed,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Term {
    pub semester: Semester,
    pub year: i32,
    /// First and last day of classes; unknown when the term exists only through its courses.
    pub starts_on: Option<NaiveDate>,
    pub ends_on: Option<NaiveDate>,
    /// Registration is open from here …
    pub registration_opens_at: Option<DateTime<Utc>>,
    /// … until here; without either, it is always open.
    pub registration_closes_at: Option<DateTime<Utc>>,
    /// Students may drop until here; without it, always.
    pub drop_deadline: Option<DateTime<Utc>>,
    pub registration: RegistrationState,
    /// Active sections.
    pub courses: i64,
    /// The term to look at first: its registration window is open, or else its classes are on, or it is the newest.
    pub is_current: bool,
}

impl Term {
    /// Whether it is a current one: classes are on, a registration window is open, or it is the one to look at first.
    pub fn is_on(&self, today: NaiveDate) -> bool {
        let classes =
            self.starts_on.zip(self.ends_on).is_some_and(|(first, last)| (first..=last).contains(&today));
        let window = self.registration_opens_at.is_some() || self.registration_closes_at.is_some();
        classes || self.is_current || (window && self.registration == RegistrationState::Open)
    }
}

/// A term after a change, with what the change brought about.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ChangedTerm {
    #[serde(flatten)]
    pub term: Term,
    /// Sentences for the person who made the change: students for whom a dated meeting and a class now clash.
    pub warnings: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutTerm {
    pub starts_on: Option<NaiveDate>,
    pub ends_on: Option<NaiveDate>,
    pub registration_opens_at: Option<DateTime<Utc>>,
    pub registration_closes_at: Option<DateTime<Utc>>,
    pub drop_deadline: Option<DateTime<Utc>>,
}

/// The settings a client needs to offer only what will be accepted.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Institution {
    pub name: String,
    /// Regular expression of a whole course code.
    pub code_pattern: String,
    pub teaching_days: Vec<Day>,
    /// IANA name of the campus's time zone.
    pub time_zone: String,
    pub first_year: i32,
    pub last_year: i32,
    /// Decimal, such as `6`.
    pub max_credits: String,
    /// Seats; 9999 always means without limit.
    pub max_capacity: i32,
    /// Letters of finals, best first.
    pub grade_scale: Vec<crate::grades::Step>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Terms {
    /// Newest first.
    pub items: Vec<Term>,
}
