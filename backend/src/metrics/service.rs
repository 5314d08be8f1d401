//! Gauges of the service and not of this process: read from the database, and the same on every replica. So whoever
//! adds replicas up counts everything several times; a dashboard takes the `max`.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use prometheus::{Gauge, GaugeVec, IntGaugeVec};

use super::declare::Declarations;
use super::queries::{self, Utilization};
use crate::app::App;
use crate::error::Result;
use crate::policy::Role;
use crate::terms;

/// At a scrape, older numbers than this are read again.
const FRESH: TimeDelta = TimeDelta::seconds(30);
/// Numbers older than this are not shown: nothing is better than what was true once.
const STALE: TimeDelta = TimeDelta::minutes(5);
/// A scrape waits no longer for the database.
const PATIENCE: Duration = Duration::from_secs(2);
/// Most course codes with a series; of more, the fullest.
pub const MOST_CODES: usize = 2000;

pub struct Service {
    active_users: IntGaugeVec,
    capacity_utilization: GaugeVec,
    waitlist_people: IntGaugeVec,
    waitlist_stuck: IntGaugeVec,
    database_started: IntGaugeVec,
    open_events: IntGaugeVec,
    differences: IntGaugeVec,
    synced: Gauge,
    /// When the numbers were read; locked while they are.
    read_at: tokio::sync::Mutex<Option<DateTime<Utc>>>,
    /// What `capacity_utilization` shows is replaced whole, while nobody reads it.
    shown: Mutex<()>,
}

/// People with a live session.
pub type RoleCounts = BTreeMap<&'static str, i64>;

struct Numbers {
    active_users: RoleCounts,
    utilization: Vec<Utilization>,
    state: queries::State,
}

impl Service {
    pub(super) fn declare(declare: &Declarations) -> Self {
        Self {
            active_users: declare.gauges(
                "uems_active_users_total",
                "Number of active users in the system",
                &["role"],
            ),
            capacity_utilization: declare.real_gauges(
                "uems_course_capacity_utilization",
                "Course capacity utilization percentage",
                &["course_code"],
            ),
            waitlist_people: declare.gauges("uems_waitlist_people", "Number of places in the waitlists", &[]),
            waitlist_stuck: declare.gauges(
                "uems_waitlist_stuck_sections",
                "Number of sections with a free seat and somebody waiting who could have it",
                &[],
            ),
            database_started: declare.gauges(
                "uems_database_start_time_seconds",
                "When PostgreSQL started, in seconds since 1970",
                &[],
            ),
            open_events: declare.gauges(
                "uems_stripe_open_events",
                "Number of Stripe events that are stored and not settled",
                &["outcome"],
            ),
            differences: declare.gauges(
                "uems_payments_reconciliation_differences",
                "Number of differences between our books and Stripe's that nobody resolved yet",
                &[],
            ),
            synced: declare.real_gauge(
                "uems_metric_sync_timestamp_seconds",
                "When the gauges of the service were last read from the database, in seconds since 1970",
            ),
            read_at: tokio::sync::Mutex::default(),
            shown: Mutex::default(),
        }
    }

    /// Reads the numbers now; the periodic task.
    pub async fn sync(&self, app: &App) -> Result<RoleCounts> {
        let mut read_at = self.read_at.lock().await;
        let (numbers, now) = (read(app).await?, app.clock.now());
        let counts = numbers.active_users.clone();
        self.show(numbers, now);
        *read_at = Some(now);
        Ok(counts)
    }

    /// Before a scrape: reads them again unless they are fresh. Numbers that got old are taken away.
    pub async fn refresh(&self, app: &App) {
        let mut read_at = self.read_at.lock().await;
        let now = app.clock.now();
        let age = read_at.map_or(TimeDelta::MAX, |read_at| now - read_at);
        if age < FRESH {
            return;
        }
        match tokio::time::timeout(PATIENCE, read(app)).await {
            Ok(Ok(numbers)) => {
                self.show(numbers, now);
                *read_at = Some(now);
            }
            _ if age > STALE => self.hide(),
            _ => {}
        }
    }

    fn show(&self, numbers: Numbers, now: DateTime<Utc>) {
        let _alone = self.alone();
        for role in Role::ALL.map(Role::as_str) {
            let people = numbers.active_users.get(role).copied().unwrap_or_default();
            self.active_users.with_label_values(&[role]).set(people);
        }
        self.capacity_utilization.reset();
        for Utilization { code, percent } in numbers.utilization {
            self.capacity_utilization.with_label_values(&[&*code]).set(percent);
        }
        let state = numbers.state;
        self.waitlist_people.with_label_values(NO_LABEL).set(state.waiting);
        self.waitlist_stuck.with_label_values(NO_LABEL).set(state.stuck);
        self.database_started.with_label_values(NO_LABEL).set(state.started_at.timestamp());
        self.open_events.with_label_values(&["parked"]).set(state.parked_events);
        self.open_events.with_label_values(&["flagged"]).set(state.flagged_events);
        self.differences.with_label_values(NO_LABEL).set(state.differences);
        self.synced.set(now.timestamp() as f64);
    }

    fn hide(&self) {
        let _alone = self.alone();
        self.capacity_utilization.reset();
        for gauges in [
            &self.active_users,
            &self.waitlist_people,
            &self.waitlist_stuck,
            &self.database_started,
            &self.open_events,
            &self.differences,
        ] {
            gauges.reset();
        }
    }

    /// Nobody shows or hides numbers while somebody else reads them.
    pub(super) fn alone(&self) -> MutexGuard<'_, ()> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Of metrics that have none, but whose only series can be taken away.
pub(super) const NO_LABEL: &[&str] = &[];

async fn read(app: &App) -> Result<Numbers> {
    let db = &app.reserve;
    let (terms, today) = (terms::queries::list(db).await?, app.today());
    let terms: Vec<_> =
        terms.iter().filter(|term| term.is_on(today)).map(|term| (term.year, term.semester)).collect();
    let active_users = queries::active_users(db).await?;
    Ok(Numbers {
        active_users: active_users.into_iter().map(|users| (users.role.as_str(), users.people)).collect(),
        utilization: queries::capacity_utilization(db, &terms, MOST_CODES as i64).await?,
        state: queries::state(db).await?,
    })
}
