//! What the periodic tasks delete; in portions, so that no statement holds locks for long.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

/// Answers to repeated requests, kept for a day.
pub async fn forget_idempotency_keys(db: &PgPool, before: DateTime<Utc>) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "delete from idempotency_keys where ctid = any (array(
            select ctid from idempotency_keys where created_at < $1 limit 50000))",
        before
    );
    Ok(done.execute(db).await?.rows_affected())
}

pub async fn forget_login_failures(db: &PgPool, before: DateTime<Utc>) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "delete from login_failures where ctid = any (array(
            select ctid from login_failures where failed_at < $1 limit 50000))",
        before
    );
    Ok(done.execute(db).await?.rows_affected())
}

/// Sessions that ended before `before`, with their refresh tokens. Kept until then, because a sign-in from the
/// address of an earlier session is a familiar one, and a stolen token must still be recognised as used.
pub async fn forget_sessions(db: &PgPool, before: DateTime<Utc>) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "delete from sessions where ctid = any (array(
            select ctid from sessions where expires_at < $1 limit 10000))",
        before
    );
    Ok(done.execute(db).await?.rows_affected())
}
