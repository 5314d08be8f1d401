//! The rows of refunds.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::{PgConnection, PgPool};

use super::model::RefundStatus;
use crate::error::Result;
use crate::ids::{PaymentId, RefundId, UserId};

/// A refund as the provider's side needs it.
#[derive(Clone, Debug)]
pub struct RefundFacts {
    pub id: RefundId,
    pub payment_id: PaymentId,
    pub amount: Decimal,
    pub status: RefundStatus,
    pub stripe_refund_id: Option<String>,
    pub created_at: DateTime<Utc>,
    /// Part of the key under which it is asked for.
    pub provider_attempt: i32,
}

/// Claims a part of a payment for a refund; a check keeps the claims within what was paid.
pub async fn insert_refund(
    db: &mut PgConnection,
    payment: PaymentId,
    amount: Decimal,
    stripe_id: Option<&str>,
    reason: Option<&str>,
    actor: Option<UserId>,
) -> Result<RefundId> {
    let id = sqlx::query_scalar!(
        r#"with payment as (
               update payments set refund_claimed = refund_claimed + $2, updated_at = now() where id = $1 returning id
           )
           insert into refunds (payment_id, amount, stripe_refund_id, reason, requested_by)
           select id, $2, $3, $4, $5 from payment returning id as "id: RefundId""#,
        payment.0,
        amount,
        stripe_id,
        reason,
        actor.map(|actor| actor.0)
    );
    Ok(id.fetch_one(db).await?)
}

/// Writes down a refund that came to nothing before it was heard of; it claims nothing.
pub async fn insert_ended_refund(
    db: &mut PgConnection,
    payment: PaymentId,
    amount: Decimal,
    stripe_id: &str,
    status: RefundStatus,
    failure_code: Option<&str>,
) -> Result<()> {
    sqlx::query!(
        "insert into refunds (payment_id, amount, status, stripe_refund_id, reason, failure_code)
         values ($1, $2, $3, $4, 'made at the provider', $5)",
        payment.0,
        amount,
        status.as_str(),
        stripe_id,
        failure_code
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn refund_facts(
    db: &mut PgConnection,
    id: Option<RefundId>,
    stripe_id: Option<&str>,
) -> Result<Option<RefundFacts>> {
    let facts = sqlx::query_as!(
        RefundFacts,
        "select id, payment_id, amount, status, stripe_refund_id, created_at, provider_attempt from refunds
         where stripe_refund_id = $2 or id = $1
         order by (stripe_refund_id = $2) desc nulls last limit 1",
        id.map(|id| id.0),
        stripe_id
    );
    Ok(facts.fetch_optional(db).await?)
}

pub async fn link_refund(db: &mut PgConnection, id: RefundId, stripe_id: &str) -> Result<bool> {
    let linked = sqlx::query!(
        "update refunds set stripe_refund_id = $2 where id = $1 and (stripe_refund_id is null or stripe_refund_id = $2)",
        id.0,
        stripe_id
    );
    Ok(linked.execute(db).await?.rows_affected() > 0)
}

/// Moves a refund on, and counts its payment's refunds anew.
pub async fn set_refund(
    db: &mut PgConnection,
    refund: &RefundFacts,
    status: RefundStatus,
    at: DateTime<Utc>,
    failure_code: Option<&str>,
) -> Result<()> {
    sqlx::query!(
        "update refunds set status = $2::text, failure_code = $4,
             settled_at = case when $2::text = 'succeeded' then $3 else settled_at end
         where id = $1",
        refund.id.0,
        status.as_str(),
        at,
        failure_code
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update payments p set refunded_amount = r.succeeded, refund_claimed = r.claimed, updated_at = now(),
             status = case when p.settled_at is null then p.status when r.succeeded = p.amount then 'refunded' else 'succeeded' end
         from (select coalesce(sum(amount) filter (where status = 'succeeded'), 0) as succeeded,
                   coalesce(sum(amount) filter (where status in ('pending', 'succeeded')), 0) as claimed
               from refunds where payment_id = $1) r
         where p.id = $1",
        refund.payment_id.0
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn refund_made_at(db: &mut PgConnection, id: RefundId) -> Result<DateTime<Utc>> {
    Ok(sqlx::query_scalar!("select created_at from refunds where id = $1", id.0).fetch_one(db).await?)
}

/// The attempt to make a refund after one that failed for good and left nothing.
pub async fn next_refund_attempt(db: &PgPool, id: RefundId, failed: i32) -> Result<i32> {
    sqlx::query!(
        "update refunds set provider_attempt = provider_attempt + 1 where id = $1 and provider_attempt = $2",
        id.0,
        failed
    )
    .execute(db)
    .await?;
    Ok(sqlx::query_scalar!("select provider_attempt from refunds where id = $1", id.0).fetch_one(db).await?)
}
