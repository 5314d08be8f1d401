//! Our side of the comparison.

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::findings::{Finding, Reconciliation};
use super::queries::{Facts, RefundFacts};
use crate::error::Result;
use crate::ids::PaymentId;

/// Payments that can still be paid and have no intent, oldest first.
pub async fn unlinked(db: &PgPool, before: DateTime<Utc>) -> Result<Vec<Facts>> {
    let payments = sqlx::query_as!(
        Facts,
        "select id, user_id, amount, currency, status, canceled, status_at, settled_at, payment_type, charge_id, description,
             disputed_at, refunded_amount, refund_claimed, stripe_payment_intent_id, created_at, provider_attempt
         from payments where stripe_payment_intent_id is null and not canceled and settled_at is null and created_at <= $1
         order by created_at, id limit 1000",
        before
    );
    Ok(payments.fetch_all(db).await?)
}

/// Refunds that the provider was never asked for, or whose answer was lost, oldest first.
pub async fn unasked_refunds(db: &PgPool, before: DateTime<Utc>) -> Result<Vec<RefundFacts>> {
    let refunds = sqlx::query_as!(
        RefundFacts,
        "select id, payment_id, amount, status, stripe_refund_id, created_at, provider_attempt from refunds
         where stripe_refund_id is null and status = 'pending' and created_at <= $1 order by created_at, id limit 1000",
        before
    );
    Ok(refunds.fetch_all(db).await?)
}

/// Payments that the provider's intents are of, and those of the time that is compared.
pub async fn compared(
    db: &PgPool,
    intents: &[String],
    named: &[PaymentId],
    since: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Facts>> {
    let named: Vec<Uuid> = named.iter().map(|id| id.0).collect();
    let payments = sqlx::query_as!(
        Facts,
        "select id, user_id, amount, currency, status, canceled, status_at, settled_at, payment_type, charge_id, description,
             disputed_at, refunded_amount, refund_claimed, stripe_payment_intent_id, created_at, provider_attempt
         from payments
         where stripe_payment_intent_id = any($1) or id = any($2)
             or (created_at between $3 and $4 and stripe_payment_intent_id is not null)
         order by created_at, id",
        intents,
        &named,
        since,
        until
    );
    Ok(payments.fetch_all(db).await?)
}

/// Payments of these intents.
pub async fn of_intents(db: &PgPool, intents: &[String]) -> Result<Vec<Facts>> {
    let payments = sqlx::query_as!(
        Facts,
        "select id, user_id, amount, currency, status, canceled, status_at, settled_at, payment_type, charge_id, description,
             disputed_at, refunded_amount, refund_claimed, stripe_payment_intent_id, created_at, provider_attempt
         from payments where stripe_payment_intent_id = any($1) order by created_at, id",
        intents
    );
    Ok(payments.fetch_all(db).await?)
}

/// Refunds that the provider's are, and those of the time that is compared.
pub async fn refunds(
    db: &PgPool,
    stripe_ids: &[String],
    since: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<RefundFacts>> {
    let refunds = sqlx::query_as!(
        RefundFacts,
        "select id, payment_id, amount, status, stripe_refund_id, created_at, provider_attempt from refunds
         where stripe_refund_id = any($1) or (created_at between $2 and $3 and stripe_refund_id is not null)
         order by created_at, id",
        stripe_ids,
        since,
        until
    );
    Ok(refunds.fetch_all(db).await?)
}

pub async fn store(db: &mut PgConnection, run: &Reconciliation) -> Result<()> {
    sqlx::query!(
        "insert into reconciliations (id, started_at, finished_at, requested_by, since, applied, payments_compared,
             refunds_compared, repaired, unresolved, findings)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        run.id,
        run.started_at,
        run.finished_at,
        run.requested_by.map(|id| id.0),
        run.since,
        run.applied,
        run.payments_compared,
        run.refunds_compared,
        run.repaired,
        run.unresolved,
        Json(&run.findings) as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The latest twenty, newest first.
pub async fn latest(db: &PgPool) -> Result<Vec<Reconciliation>> {
    let runs = sqlx::query!(
        r#"select id, started_at, finished_at, since, applied, requested_by, payments_compared, refunds_compared, repaired,
               unresolved, findings as "findings: Json<Vec<Finding>>"
           from reconciliations order by started_at desc, id limit 20"#
    );
    let runs = runs.fetch_all(db).await?;
    Ok(runs
        .into_iter()
        .map(|row| Reconciliation {
            id: row.id,
            started_at: row.started_at,
            finished_at: row.finished_at,
            since: row.since,
            applied: row.applied,
            requested_by: row.requested_by,
            payments_compared: row.payments_compared,
            refunds_compared: row.refunds_compared,
            repaired: row.repaired,
            unresolved: row.unresolved,
            findings: row.findings.0,
        })
        .collect())
}
