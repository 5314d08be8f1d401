//! What the reports look like. Every number is defined in `docs/analytics.md`.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::ids::CourseId;
use crate::terms::{RegistrationState, Semester};

/// People with a live session, by role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ActiveUsers {
    pub admin: i64,
    pub teacher: i64,
    pub student: i64,
    pub total: i64,
}

/// The state of things right now.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Dashboard {
    pub at: DateTime<Utc>,
    /// IANA name of the campus's time zone; the day of `enrollments_today` and `revenue_today`.
    pub time_zone: String,
    pub today: NaiveDate,
    pub active_users: ActiveUsers,
    /// Absent when metrics are switched off.
    pub requests: Option<Requests>,
    pub enrollments_today: Events,
    /// One line per currency; empty without any.
    pub revenue_today: Vec<Money>,
    pub pool: Pool,
    /// At most ten sections of the current terms, fullest first.
    pub fullest_courses: Vec<FullCourse>,
    /// The current terms.
    pub registration: Vec<Registration>,
    /// Places in the queues of the current terms.
    pub waitlist_total: i64,
}

/// Requests that this process has answered since it started.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Requests {
    /// `replica`: what the process that answers has counted itself. Add replicas up in Prometheus.
    #[schema(example = "replica")]
    pub scope: String,
    pub since: DateTime<Utc>,
    pub total: i64,
    /// Answered with a status of 500 or more.
    pub errors: i64,
    /// `errors` in percent of `total`.
    #[schema(value_type = Option<String>, example = "0.12")]
    pub error_rate: Option<Decimal>,
    /// Estimated from the histogram's buckets as PromQL's `histogram_quantile` does.
    pub p95_seconds: Option<f64>,
}

/// Connections of this process's pool.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Pool {
    pub idle: i64,
    pub active: i64,
    pub max: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FullCourse {
    pub id: CourseId,
    pub code: String,
    pub section: String,
    pub name: String,
    pub semester: Semester,
    pub year: i32,
    pub enrolled_count: i32,
    pub capacity: i32,
    /// `enrolled_count` in percent of `capacity`; above 100 where an admin granted extra seats.
    #[schema(value_type = String, example = "96.67")]
    pub fill_rate: Decimal,
    pub waitlist_count: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Registration {
    pub semester: Semester,
    pub year: i32,
    pub registration: RegistrationState,
    pub registration_opens_at: Option<DateTime<Utc>>,
    pub registration_closes_at: Option<DateTime<Utc>>,
    /// The term to look at first.
    pub is_current: bool,
}

/// What happened in registration, as counts of events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Events {
    /// Seats taken at once.
    pub enrolled: i64,
    /// Seats given to waiters.
    pub promoted: i64,
    /// Seats given up.
    pub dropped: i64,
    pub waitlisted: i64,
    pub left_waitlist: i64,
    pub completed: i64,
    /// Attempts that a rule refused.
    pub refused: i64,
    /// `enrolled` + `promoted` - `dropped`.
    pub net: i64,
}

impl std::iter::Sum for Events {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, day| Self {
            enrolled: sum.enrolled + day.enrolled,
            promoted: sum.promoted + day.promoted,
            dropped: sum.dropped + day.dropped,
            waitlisted: sum.waitlisted + day.waitlisted,
            left_waitlist: sum.left_waitlist + day.left_waitlist,
            completed: sum.completed + day.completed,
            refused: sum.refused + day.refused,
            net: sum.net + day.net,
        })
    }
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EventsOfDay {
    pub day: NaiveDate,
    #[serde(flatten)]
    pub events: Events,
}

/// Enrolments as they stand, by status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ByStatus {
    pub pending: i64,
    pub enrolled: i64,
    pub dropped: i64,
    pub completed: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EnrollmentsOfTerm {
    pub semester: Semester,
    pub year: i32,
    /// Active ones.
    pub sections: i64,
    /// Of active sections with a limit.
    pub seats: i64,
    /// People who sit in a section of the term or completed one, each once.
    pub students: i64,
    #[serde(flatten)]
    pub by_status: ByStatus,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EnrollmentReport {
    pub time_zone: String,
    /// First and last day of `by_day` and `totals`.
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// Sums of `by_day`.
    pub totals: Events,
    /// Every day, also those without events.
    pub by_day: Vec<EventsOfDay>,
    /// As it stands now, whatever the days.
    pub by_status: ByStatus,
    /// As it stands now, newest term first.
    pub by_semester: Vec<EnrollmentsOfTerm>,
}

/// Money of one currency; currencies are never added together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Money {
    #[schema(example = "USD")]
    pub currency: String,
    /// Settled payments.
    #[schema(value_type = String, example = "1200.00")]
    pub gross: Decimal,
    /// Settled refunds.
    #[schema(value_type = String, example = "200.00")]
    pub refunded: Decimal,
    /// Of `gross`, what payers object to at their bank now, or took back that way, as far as it was not refunded.
    #[schema(value_type = String, example = "0.00")]
    pub disputed: Decimal,
    /// `gross` - `refunded` - `disputed`.
    #[schema(value_type = String, example = "1000.00")]
    pub net: Decimal,
    pub payments: i64,
    pub refunds: i64,
    /// Payments among `payments` that are disputed, or were lost that way.
    pub disputes: i64,
}

impl Money {
    pub fn none(currency: &str) -> Self {
        let zero = Decimal::new(0, 2);
        Self {
            currency: currency.to_owned(),
            gross: zero,
            refunded: zero,
            disputed: zero,
            net: zero,
            payments: 0,
            refunds: 0,
            disputes: 0,
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MoneyOfMonth {
    #[schema(example = "2025-09")]
    pub month: String,
    #[serde(flatten)]
    pub money: Money,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MoneyOfType {
    /// `tuition`, `fees`, `books` or `other`.
    pub payment_type: String,
    #[serde(flatten)]
    pub money: Money,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MoneyOfTerm {
    /// The term the payment is for; `null` for payments without one.
    pub semester: Option<Semester>,
    pub year: Option<i32>,
    #[serde(flatten)]
    pub money: Money,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RevenueReport {
    pub time_zone: String,
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// One line per currency.
    pub totals: Vec<Money>,
    /// Every month and currency, also without payments.
    pub by_month: Vec<MoneyOfMonth>,
    pub by_type: Vec<MoneyOfType>,
    pub by_semester: Vec<MoneyOfTerm>,
}

/// Query of the report on enrolments.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EnrollmentPeriod {
    pub semester: Option<Semester>,
    pub year: Option<i32>,
    /// First day, on the campus [default: 90 days that end with `to`].
    pub from: Option<NaiveDate>,
    /// Last day [default: today].
    pub to: Option<NaiveDate>,
}

/// Query of the report on revenue.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RevenuePeriod {
    /// The term that payments are for.
    pub semester: Option<Semester>,
    pub year: Option<i32>,
    /// First day, on the campus [default: the month of `to` and the eleven before it].
    pub from: Option<NaiveDate>,
    /// Last day [default: today].
    pub to: Option<NaiveDate>,
}
