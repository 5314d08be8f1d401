//! Stored events of the provider.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use super::events::Outcome;
use crate::error::Result;
use crate::ids::PaymentId;
use crate::stripe::{Event, EventData};

/// What is kept of an event.
fn payload(event: &Event) -> Value {
    let mut object = event.data.object.clone();
    // Whoever has it can pay; nobody needs it here.
    if let Some(fields) = object.as_object_mut() {
        fields.remove("client_secret");
    }
    json!({ "id": event.id, "type": event.kind, "created": event.created, "livemode": event.livemode, "data": { "object": object } })
}

/// Stores an event if it is new. Waits for somebody who is storing the same one.
pub async fn insert(db: &mut PgConnection, event: &Event) -> Result<bool> {
    let new = sqlx::query!(
        "insert into stripe_events (id, type, livemode, occurred_at, payload, outcome)
         values ($1, $2, $3, $4, $5, 'nothing_new') on conflict (id) do nothing",
        event.id,
        event.kind.chars().take(100).collect::<String>(),
        event.livemode,
        DateTime::from_timestamp(event.created, 0).unwrap_or_default(),
        payload(event)
    );
    Ok(new.execute(db).await?.rows_affected() > 0)
}

/// Whether a stored event said something else.
pub async fn differs(db: &mut PgConnection, event: &Event) -> Result<bool> {
    let differs = sqlx::query_scalar!(
        r#"select payload <> $2 as "differs!" from stripe_events where id = $1"#,
        event.id,
        payload(event)
    );
    Ok(differs.fetch_one(db).await?)
}

/// An event under an id of its own: the one it claims, and a digest of what it says.
pub fn beside(event: &Event) -> Event {
    let digest = Sha256::digest(payload(event).to_string());
    let digest: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let claimed: String = event.id.chars().take(200).collect();
    Event { id: format!("{claimed}~{digest}"), ..event.clone() }
}

/// What came of an event. What somebody said of it while it was parked is void then.
pub async fn conclude(
    db: &mut PgConnection,
    id: &str,
    outcome: Outcome,
    payment: Option<PaymentId>,
) -> Result<()> {
    sqlx::query!(
        "update stripe_events set outcome = $2::text, reason = $3, payment_id = $4, resolved_at = null,
             resolved_by = null, resolution = null,
             applied_at = case when $2::text = 'applied' then clock_timestamp() end
         where id = $1",
        id,
        outcome.as_str(),
        outcome.reason(),
        payment.map(|id| id.0)
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Events that wait for something else to become known of a payment, in the order they happened.
pub async fn parked(db: &mut PgConnection, payment: PaymentId) -> Result<Vec<Event>> {
    let rows = sqlx::query!(
        "select id, type, livemode, occurred_at, payload from stripe_events
         where payment_id = $1 and outcome = 'parked' order by occurred_at, id",
        payment.0
    );
    let event = |row: (String, String, bool, DateTime<Utc>, Value)| Event {
        id: row.0,
        kind: row.1,
        livemode: row.2,
        created: row.3.timestamp(),
        data: EventData { object: row.4.pointer("/data/object").cloned().unwrap_or_default() },
    };
    let rows = rows.fetch_all(db).await?;
    Ok(rows
        .into_iter()
        .map(|row| event((row.id, row.r#type, row.livemode, row.occurred_at, row.payload)))
        .collect())
}

/// Whether the end of a dispute is known, whatever came first.
pub async fn dispute_is_closed(db: &mut PgConnection, dispute: &str) -> Result<bool> {
    let closed = sqlx::query_scalar!(
        r#"select exists (select from stripe_events where type = 'charge.dispute.closed' and outcome in ('applied', 'flagged')
               and payload #>> '{data,object,id}' = $1) as "closed!""#,
        dispute
    );
    Ok(closed.fetch_one(db).await?)
}

/// A dispute is over: that it was begun waits for nobody any more.
pub async fn end_dispute(
    db: &mut PgConnection,
    payment: PaymentId,
    dispute: &str,
    resolution: &str,
) -> Result<()> {
    sqlx::query!(
        "update stripe_events set resolved_at = clock_timestamp(), resolution = $3
         where payment_id = $1 and payload #>> '{data,object,id}' = $2
             and outcome = 'flagged' and reason = 'disputed' and resolved_at is null",
        payment.0,
        dispute,
        resolution
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Which of these events are stored.
pub async fn known(db: &sqlx::PgPool, ids: &[String]) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!("select id from stripe_events where id = any($1)", ids).fetch_all(db).await?)
}
