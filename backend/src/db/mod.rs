//! Connections to PostgreSQL.

use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, PgConnection, PgPool};

use crate::telemetry::SLOW_STATEMENT;

/// The private PostgreSQL.
pub mod embedded;
/// Bringing the schema up to this version.
pub mod migrations;

/// Set when a server refused to write (SQLSTATE 25006), until one is found that does.
pub static DEMOTED: AtomicBool = AtomicBool::new(false);

async fn is_writable(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let read_only: String = sqlx::query_scalar("show transaction_read_only").fetch_one(connection).await?;
    DEMOTED.store(read_only != "off", Ordering::Relaxed);
    Ok(read_only == "off")
}

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
                // One round trip at most once a second for an idle connection, none on the hot path; but every
                // connection is asked while there is reason to think that the server was demoted.
                if meta.idle_for < Duration::from_secs(1) && !DEMOTED.load(Ordering::Relaxed) {
                    return Ok(true);
                }
                is_writable(connection).await
            })
        })
        .connect_lazy_with(options)
}
