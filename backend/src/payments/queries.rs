use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::{PgConnection, PgPool};

pub use super::lists::{find, list, refund_rows, refunds, steps};
use super::model::{PaymentType, Status};
pub use super::refund_queries::{
    RefundFacts, insert_ended_refund, insert_refund, link_refund, next_refund_attempt, refund_facts,
    refund_made_at, set_refund,
};
use super::rules::State;
use crate::error::{Error, OnConstraint, Result};
use crate::ids::{ChargeId, PaymentId, UserId};
use crate::terms::Semester;

/// A payment about to be made.
#[derive(Clone, Debug)]
pub struct NewPayment {
    pub user: UserId,
    pub amount: Decimal,
    pub currency: String,
    pub payment_type: PaymentType,
    pub semester: Option<Semester>,
    pub year: Option<i32>,
    pub description: Option<String>,
    pub charge: Option<ChargeId>,
}

/// Stores a payment and its first step. Whoever was faster for the same charge is found by the unique index.
pub async fn insert(db: &mut PgConnection, new: &NewPayment, actor: UserId) -> Result<PaymentId> {
    sqlx::query_scalar!(
        r#"with payment as (
               insert into payments (user_id, amount, currency, status, payment_type, semester, year, description, charge_id)
               values ($1, $2, $3, 'pending', $4, $5, $6, $7, $8) returning id
           ), step as (
               insert into payment_history (payment_id, status, timestamp, notes, actor_id)
               select id, 'pending', clock_timestamp(), 'payment begun', $9 from payment
           )
           select id as "id: PaymentId" from payment"#,
        new.user.0,
        new.amount,
        new.currency,
        new.payment_type.as_str(),
        new.semester.map(Semester::as_str),
        new.year,
        new.description,
        new.charge.map(|id| id.0),
        actor.0
    )
    .fetch_one(db)
    .await
    .on_constraint("payments_one_open_per_charge", || Error::Overloaded)
}

/// A payment as the provider's side needs it.
#[derive(Clone, Debug)]
pub struct Facts {
    pub id: PaymentId,
    pub user_id: UserId,
    pub amount: Decimal,
    pub currency: String,
    pub status: Status,
    pub canceled: bool,
    pub status_at: DateTime<Utc>,
    pub settled_at: Option<DateTime<Utc>>,
    pub payment_type: PaymentType,
    pub charge_id: Option<ChargeId>,
    pub description: Option<String>,
    pub disputed_at: Option<DateTime<Utc>>,
    pub refunded_amount: Decimal,
    pub refund_claimed: Decimal,
    pub stripe_payment_intent_id: Option<String>,
    pub created_at: DateTime<Utc>,
    /// Part of the key under which its intent is asked for.
    pub provider_attempt: i32,
}

impl Facts {
    pub fn state(&self) -> State {
        State {
            status: self.status,
            canceled: self.canceled,
            at: self.status_at,
            settled_at: self.settled_at,
        }
    }
}

pub async fn facts(db: &PgPool, id: PaymentId) -> Result<Option<Facts>> {
    let facts = sqlx::query_as!(
        Facts,
        "select id, user_id, amount, currency, status, canceled, status_at, settled_at, payment_type, charge_id, description,
             disputed_at, refunded_amount, refund_claimed, stripe_payment_intent_id, created_at, provider_attempt
         from payments where id = $1",
        id.0
    );
    Ok(facts.fetch_optional(db).await?)
}

pub async fn lock(db: &mut PgConnection, id: PaymentId) -> Result<Option<Facts>> {
    let facts = sqlx::query_as!(
        Facts,
        "select id, user_id, amount, currency, status, canceled, status_at, settled_at, payment_type, charge_id, description,
             disputed_at, refunded_amount, refund_claimed, stripe_payment_intent_id, created_at, provider_attempt
         from payments where id = $1 for no key update",
        id.0
    );
    Ok(facts.fetch_optional(db).await?)
}

/// The payment an event is about: by its intent, else by what our request wrote into the intent's metadata.
pub async fn lock_of_event(
    db: &mut PgConnection,
    intent: Option<&str>,
    metadata: Option<PaymentId>,
) -> Result<Option<Facts>> {
    let facts = sqlx::query_as!(
        Facts,
        "select id, user_id, amount, currency, status, canceled, status_at, settled_at, payment_type, charge_id, description,
             disputed_at, refunded_amount, refund_claimed, stripe_payment_intent_id, created_at, provider_attempt
         from payments where stripe_payment_intent_id = $1 or id = $2
         order by (stripe_payment_intent_id = $1) desc nulls last limit 1 for no key update",
        intent,
        metadata.map(|id| id.0)
    );
    Ok(facts.fetch_optional(db).await?)
}

/// The payment of a charge that is still open, locked.
pub async fn lock_open_of_charge(db: &mut PgConnection, charge: ChargeId) -> Result<Option<Facts>> {
    let facts = sqlx::query_as!(
        Facts,
        "select id, user_id, amount, currency, status, canceled, status_at, settled_at, payment_type, charge_id, description,
             disputed_at, refunded_amount, refund_claimed, stripe_payment_intent_id, created_at, provider_attempt
         from payments where charge_id = $1 and status in ('pending', 'processing', 'failed') and not canceled
         for no key update",
        charge.0
    );
    Ok(facts.fetch_optional(db).await?)
}

/// Writes down which intent is a payment's. Nothing happens when it is known; false when another one is.
pub async fn link(db: &mut PgConnection, id: PaymentId, intent: &str) -> Result<bool> {
    let linked = sqlx::query!(
        "update payments set stripe_payment_intent_id = $2, updated_at = now()
         where id = $1 and (stripe_payment_intent_id is null or stripe_payment_intent_id = $2)",
        id.0,
        intent
    );
    Ok(linked.execute(db).await?.rows_affected() > 0)
}

/// Writes the state a payment has come to, and the step.
pub async fn set_state(
    db: &mut PgConnection,
    id: PaymentId,
    state: &State,
    failure_code: Option<&str>,
    step: &Note<'_>,
) -> Result<()> {
    sqlx::query!(
        "with payment as (
             update payments set status = $2, canceled = $3, status_at = $4, settled_at = $5, failure_code = $6, updated_at = now()
             where id = $1 returning id
         )
         insert into payment_history (payment_id, status, timestamp, webhook_event_id, webhook_data, notes)
         select id, $2, clock_timestamp(), $7, $8, $9 from payment",
        id.0,
        state.status.as_str(),
        state.canceled,
        state.at,
        state.settled_at,
        failure_code,
        step.event,
        step.data,
        step.text
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What is written beside a step.
#[derive(Clone, Debug, Default)]
pub struct Note<'a> {
    /// The event that brought it.
    pub event: Option<&'a str>,
    pub data: Option<serde_json::Value>,
    pub text: String,
}

/// A step that leaves the status as it is.
pub async fn note_step(
    db: &mut PgConnection,
    payment: PaymentId,
    step: &Note<'_>,
    actor: Option<UserId>,
) -> Result<()> {
    sqlx::query!(
        "insert into payment_history (payment_id, status, timestamp, webhook_event_id, webhook_data, notes, actor_id)
         select id, status, clock_timestamp(), $2, $3, $4, $5 from payments where id = $1",
        payment.0,
        step.event,
        step.data,
        step.text,
        actor.map(|actor| actor.0)
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn set_disputed(db: &mut PgConnection, id: PaymentId, at: Option<DateTime<Utc>>) -> Result<()> {
    sqlx::query!("update payments set disputed_at = $2, updated_at = now() where id = $1", id.0, at)
        .execute(db)
        .await?;
    Ok(())
}

/// The attempt after one that failed for good and left nothing. Somebody else may have counted on already.
pub async fn next_attempt(db: &PgPool, id: PaymentId, failed: i32) -> Result<i32> {
    sqlx::query!(
        "update payments set provider_attempt = provider_attempt + 1 where id = $1 and provider_attempt = $2",
        id.0,
        failed
    )
    .execute(db)
    .await?;
    Ok(sqlx::query_scalar!("select provider_attempt from payments where id = $1", id.0).fetch_one(db).await?)
}

/// The payments that wait for their payer with an amount that is not what is due of their charge, oldest first.
/// Its first conditions are those of the index of open payments.
pub async fn outdated(db: &PgPool, of: Option<ChargeId>) -> Result<Vec<PaymentId>> {
    let found = sqlx::query_scalar!(
        r#"select id as "id: PaymentId" from payments
           where status in ('pending', 'processing', 'failed') and not canceled and status <> 'processing'
               and charge_id is not null and ($1::uuid is null or charge_id = $1)
               and amount <> (select coalesce(sum(l.amount), 0) from ledger_postings l where l.charge_id = payments.charge_id)
           order by created_at, id limit 100"#,
        of.map(|id| id.0)
    );
    Ok(found.fetch_all(db).await?)
}
