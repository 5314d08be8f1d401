//! Connections to PostgreSQL.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, PgPool};

use crate::telemetry::SLOW_STATEMENT;

/// The private PostgreSQL.
pub mod embedded;
/// Bringing the schema up to this version.
pub mod migrations;

/// How to reach the database named by a URL.
pub fn options(url: &str) -> anyhow::Result<PgConnectOptions> {
    PgConnectOptions::from_str(url).map_err(|error| anyhow::anyhow!("DATABASE_URL: {error}"))
}

/// A pool of at most `most` connections. Waiting for one is short, so that overload shows as 503 and not as a hang;
/// a connection that ended up on a read-only (demoted) server is thrown away.
pub fn pool(options: PgConnectOptions, most: u32) -> PgPool {
    let options = options
        .application_name("uems")
        .options([
            ("lock_timeout", "5s"),
            ("statement_timeout", "15s"),
            ("idle_in_transaction_session_timeout", "30s"),
            ("timezone", "UTC"),
        ])
        .log_statements(tracing::log::LevelFilter::Debug)
        .log_slow_statements(tracing::log::LevelFilter::Warn, SLOW_STATEMENT);
    PgPoolOptions::new()
        .max_connections(most)
        .acquire_timeout(Duration::from_secs(2))
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                // One round trip at most once a second for an idle connection; none on the hot path.
                if meta.idle_for < Duration::from_secs(1) {
                    return Ok(true);
                }
                let read_only: String =
                    sqlx::query_scalar("show transaction_read_only").fetch_one(connection).await?;
                Ok(read_only == "off")
            })
        })
        .connect_lazy_with(options)
}
