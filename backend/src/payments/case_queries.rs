//! Stored events and differences that wait for a person.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::cases::{
    Difference, DifferenceChoice, DifferenceFilter, EventFilter, EventState, OpenEvent, explain,
};
use super::findings::FindingKind;
use crate::audit::PersonRef;
use crate::error::Result;
use crate::http::page::{Page, Window};
use crate::ids::{PaymentId, RefundId, UserId};

struct EventRow {
    id: String,
    r#type: String,
    outcome: String,
    reason: Option<String>,
    occurred_at: DateTime<Utc>,
    received_at: DateTime<Utc>,
    payment_id: Option<PaymentId>,
    student_id: Option<UserId>,
    student: Option<String>,
    resolved_at: Option<DateTime<Utc>>,
    resolved_by: Option<UserId>,
    resolver: Option<String>,
    resolution: Option<String>,
}

fn person(id: Option<UserId>, full_name: Option<String>) -> Option<PersonRef> {
    Some(PersonRef { id: id?, full_name: full_name? })
}

impl From<EventRow> for OpenEvent {
    fn from(row: EventRow) -> Self {
        let state = match &*row.outcome {
            _ if row.resolved_at.is_some() => EventState::Resolved,
            "parked" => EventState::Parked,
            _ => EventState::Flagged,
        };
        let reason = row.reason.unwrap_or_default();
        Self {
            id: row.id,
            kind: row.r#type,
            state,
            explanation: explain(&reason),
            reason,
            occurred_at: row.occurred_at,
            received_at: row.received_at,
            payment_id: row.payment_id,
            student: person(row.student_id, row.student),
            resolved_at: row.resolved_at,
            resolved_by: person(row.resolved_by, row.resolver),
            resolution: row.resolution,
        }
    }
}

/// A page of events; those that wait, the oldest first, and those that were resolved, the latest first.
pub async fn events(db: &PgPool, filter: &EventFilter) -> Result<Page<OpenEvent>> {
    let window = Window::new(filter.page, filter.page_size)?;
    let state = filter.state.unwrap_or_default().as_str();
    let total = sqlx::query_scalar!(
        r#"select count(*) as "total!" from stripe_events
           where outcome in ('flagged', 'parked') and (resolved_at is not null) = ($1 = 'resolved')
               and ($1 in ('open', 'resolved') or outcome = $1)"#,
        state
    );
    let rows = sqlx::query_as!(
        EventRow,
        r#"select e.id, e.type, e.outcome, e.reason, e.occurred_at, e.received_at, e.payment_id,
               p.user_id as "student_id?", s.full_name as "student?", e.resolved_at, e.resolved_by,
               r.full_name as "resolver?", e.resolution
           from stripe_events e
           left join payments p on p.id = e.payment_id
           left join users s on s.id = p.user_id
           left join users r on r.id = e.resolved_by
           where e.outcome in ('flagged', 'parked') and (e.resolved_at is not null) = ($1 = 'resolved')
               and ($1 in ('open', 'resolved') or e.outcome = $1)
           order by e.resolved_at desc, e.received_at, e.id limit $2 offset $3"#,
        state,
        window.size,
        window.offset()
    );
    let total = total.fetch_one(db).await?;
    let items = rows.fetch_all(db).await?.into_iter().map(OpenEvent::from).collect();
    Ok(window.of(items, total))
}

pub async fn event(db: &mut PgConnection, id: &str) -> Result<Option<OpenEvent>> {
    let row = sqlx::query_as!(
        EventRow,
        r#"select e.id, e.type, e.outcome, e.reason, e.occurred_at, e.received_at, e.payment_id,
               p.user_id as "student_id?", s.full_name as "student?", e.resolved_at, e.resolved_by,
               r.full_name as "resolver?", e.resolution
           from stripe_events e
           left join payments p on p.id = e.payment_id
           left join users s on s.id = p.user_id
           left join users r on r.id = e.resolved_by
           where e.id = $1"#,
        id
    );
    Ok(row.fetch_optional(db).await?.map(OpenEvent::from))
}

/// Whether it was open until now.
pub async fn resolve_event(db: &mut PgConnection, id: &str, by: UserId, reason: &str) -> Result<bool> {
    let resolved = sqlx::query!(
        "update stripe_events set resolved_at = clock_timestamp(), resolved_by = $2, resolution = $3
         where id = $1 and outcome in ('flagged', 'parked') and resolved_at is null",
        id,
        by.0,
        reason
    );
    Ok(resolved.execute(db).await?.rows_affected() > 0)
}

struct DifferenceRow {
    id: Uuid,
    kind: FindingKind,
    payment_id: Option<PaymentId>,
    refund_id: Option<RefundId>,
    stripe_id: Option<String>,
    detail: String,
    found_at: DateTime<Utc>,
    resolved_at: Option<DateTime<Utc>>,
    resolved_by: Option<UserId>,
    resolver: Option<String>,
    resolution: Option<String>,
}

impl From<DifferenceRow> for Difference {
    fn from(row: DifferenceRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            payment_id: row.payment_id,
            refund_id: row.refund_id,
            stripe_id: row.stripe_id,
            detail: row.detail,
            found_at: row.found_at,
            resolved_at: row.resolved_at,
            resolved_by: person(row.resolved_by, row.resolver),
            resolution: row.resolution,
        }
    }
}

/// A page of differences; the open ones, the oldest first, or the others, the latest first.
pub async fn differences(db: &PgPool, filter: &DifferenceFilter) -> Result<Page<Difference>> {
    let window = Window::new(filter.page, filter.page_size)?;
    let resolved = filter.state == Some(DifferenceChoice::Resolved);
    let total = sqlx::query_scalar!(
        r#"select count(*) as "total!" from reconciliation_differences where (resolved_at is not null) = $1"#,
        resolved
    );
    let rows = sqlx::query_as!(
        DifferenceRow,
        r#"select d.id, d.kind, d.payment_id, d.refund_id, d.stripe_id, d.detail, d.found_at, d.resolved_at,
               d.resolved_by, r.full_name as "resolver?", d.resolution
           from reconciliation_differences d left join users r on r.id = d.resolved_by
           where (d.resolved_at is not null) = $1
           order by d.resolved_at desc, d.found_at, d.id limit $2 offset $3"#,
        resolved,
        window.size,
        window.offset()
    );
    let total = total.fetch_one(db).await?;
    let items = rows.fetch_all(db).await?.into_iter().map(Difference::from).collect();
    Ok(window.of(items, total))
}

pub async fn difference(db: &mut PgConnection, id: Uuid) -> Result<Option<Difference>> {
    let row = sqlx::query_as!(
        DifferenceRow,
        r#"select d.id, d.kind, d.payment_id, d.refund_id, d.stripe_id, d.detail, d.found_at, d.resolved_at,
               d.resolved_by, r.full_name as "resolver?", d.resolution
           from reconciliation_differences d left join users r on r.id = d.resolved_by
           where d.id = $1"#,
        id
    );
    Ok(row.fetch_optional(db).await?.map(Difference::from))
}

/// Whether it was open until now.
pub async fn resolve_difference(db: &mut PgConnection, id: Uuid, by: UserId, reason: &str) -> Result<bool> {
    let resolved = sqlx::query!(
        "update reconciliation_differences set resolved_at = clock_timestamp(), resolved_by = $2, resolution = $3
         where id = $1 and resolved_at is null",
        id,
        by.0,
        reason
    );
    Ok(resolved.execute(db).await?.rows_affected() > 0)
}

pub async fn payer(db: &mut PgConnection, payment: PaymentId) -> Result<UserId> {
    let payer = sqlx::query_scalar!("select user_id from payments where id = $1", payment.0);
    Ok(payer.fetch_one(db).await?)
}
