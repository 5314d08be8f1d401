//! Asking the provider anew where it keeps a failure. Stripe saves what came of a request under its `Idempotency-Key`,
//! also an error of its own, and says the same for a day: with that key nothing will ever be made. Under the next key it
//! could be made twice. So the thing is looked for first, and only where it is not there the next key is used: its number
//! is in our row before the provider is asked, so that every replica, and whoever comes after a crash, uses the same one.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;

use crate::error::Result;
use crate::ids::{PaymentId, RefundId};

/// How many keys are used for one request of ours; the periodic task goes on later.
pub const KEYS_AT_ONCE: usize = 2;
/// The provider's clock may be behind ours by so much.
const SKEW: TimeDelta = TimeDelta::minutes(10);

/// The `Idempotency-Key` of an attempt to make something.
pub fn key(what: &str, id: impl std::fmt::Display, attempt: i32) -> String {
    if attempt == 0 { format!("{what}-{id}") } else { format!("{what}-{id}-{attempt}") }
}

/// From when on something of ours may be in the provider's lists.
pub fn since(created_at: DateTime<Utc>) -> i64 {
    (created_at - SKEW).timestamp()
}

/// The attempt after one that failed for good and left nothing. Somebody else may have counted on already.
pub async fn next_of_payment(db: &PgPool, id: PaymentId, failed: i32) -> Result<i32> {
    sqlx::query!(
        "update payments set provider_attempt = provider_attempt + 1 where id = $1 and provider_attempt = $2",
        id.0,
        failed
    )
    .execute(db)
    .await?;
    Ok(sqlx::query_scalar!("select provider_attempt from payments where id = $1", id.0).fetch_one(db).await?)
}

/// The same of a refund.
pub async fn next_of_refund(db: &PgPool, id: RefundId, failed: i32) -> Result<i32> {
    sqlx::query!(
        "update refunds set provider_attempt = provider_attempt + 1 where id = $1 and provider_attempt = $2",
        id.0,
        failed
    )
    .execute(db)
    .await?;
    Ok(sqlx::query_scalar!("select provider_attempt from refunds where id = $1", id.0).fetch_one(db).await?)
}
