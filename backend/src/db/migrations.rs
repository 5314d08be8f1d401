//! Bringing the schema up to this program's version.

use std::collections::HashSet;

use anyhow::Context;
use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgPool};

use crate::MIGRATOR;

/// Applies what is missing, on a connection of its own: a migration may take longer than a request may, and replicas
/// that start together wait for each other (an advisory lock). A schema newer than this program is left alone,
/// because the previous version must run beside the next.
pub async fn apply(options: &PgConnectOptions) -> anyhow::Result<()> {
    let migrator =
        Migrator { migrations: MIGRATOR.migrations.clone(), ignore_missing: true, ..Migrator::DEFAULT };
    // The migrator's "already exists, skipping" is no news.
    let options =
        options.clone().application_name("uems migrate").options([("client_min_messages", "warning")]);
    let mut connection = options.connect().await.context("cannot reach the database")?;
    migrator.run(&mut connection).await.context("cannot migrate the database")?;
    connection.close().await.context("cannot migrate the database")
}

/// Whether every migration of this program is in.
pub async fn are_applied(db: &PgPool) -> sqlx::Result<bool> {
    let applied: HashSet<i64> = sqlx::query_scalar("select version from _sqlx_migrations where success")
        .fetch_all(db)
        .await?
        .into_iter()
        .collect();
    Ok(MIGRATOR.iter().all(|migration| applied.contains(&migration.version)))
}
