//! What a handler can reach.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use moka::future::Cache;
use sqlx::PgPool;

use crate::auth::{LiveSession, PasswordHasher, Tokens};
use crate::config::Config;
use crate::http::overload::Gate;
use crate::ids::SessionId;
use crate::metrics::Metrics;
use crate::payments;
use crate::transcripts::Signer;

/// Cheap to clone; one per process.
#[derive(Clone)]
pub struct App(Arc<Parts>);

pub struct Parts {
    /// Every request's connections.
    pub db: PgPool,
    /// Connections of their own for health, metrics and the payment provider's events, so that a full pool neither looks
    /// like a dead server nor loses money.
    pub reserve: PgPool,
    pub config: Config,
    pub clock: Clock,
    /// When this process began to count.
    pub started_at: DateTime<Utc>,
    pub metrics: Metrics,
    /// Signs and reads access tokens.
    pub tokens: Tokens,
    /// Signs transcripts.
    pub transcripts: Signer,
    /// Hashes and verifies passwords, a bounded number at a time.
    pub passwords: PasswordHasher,
    /// Bounds the registrations in front of the database: half the pool at once, a bounded queue, then 503.
    pub registrations: Gate,
    /// Bounds the provider's events: half of the reserve at once.
    pub webhooks: Gate,
    /// Who takes the money.
    pub payments: payments::Provider,
    /// Sessions found alive less than a second ago; so a revocation takes effect everywhere within one.
    pub sessions: Cache<SessionId, Option<LiveSession>>,
    /// False once a stop was asked for: readiness goes off before the listener closes.
    pub accepting: std::sync::atomic::AtomicBool,
}

impl App {
    pub fn new(db: PgPool, reserve: PgPool, config: Config) -> Self {
        let writers = (config.database.db_connections / 2).max(1) as usize;
        Self(Arc::new(Parts {
            tokens: Tokens::new(&config.auth.jwt_secret),
            transcripts: Signer::new(
                &config.auth.transcript_seed().expect("`Config::check` was asked before"),
            ),
            passwords: PasswordHasher::new(config.auth.password_hash),
            registrations: Gate::new(writers, config.database.write_queue, Duration::from_secs(10)),
            webhooks: Gate::new(2, 1024, Duration::from_secs(10)),
            payments: payments::Provider::new(&config, &db),
            sessions: Cache::builder().max_capacity(100_000).time_to_live(Duration::from_millis(900)).build(),
            metrics: Metrics::new(&config),
            started_at: Clock::default().now(),
            clock: Clock::default(),
            accepting: true.into(),
            db,
            reserve,
            config,
        }))
    }

    /// The date on campus.
    pub fn today(&self) -> NaiveDate {
        self.clock.now().with_timezone(&self.config.institution.time_zone).date_naive()
    }
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// The time; tests may move it.
#[derive(Debug, Default)]
pub struct Clock {
    offset_seconds: AtomicI64,
}

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
    pub fn now(&self) -> DateTime<Utc> {
        Utc::now() + TimeDelta::seconds(self.offset_seconds.load(Ordering::Relaxed))
    }

    /// Seconds since 1970, as metrics tell a time.
    pub fn seconds(&self) -> f64 {
        self.now().timestamp_millis() as f64 / 1000.0
    }

    pub fn advance(&self, by: Duration) {
        self.offset_seconds.fetch_add(by.as_secs() as i64, Ordering::Relaxed);
    }
}
