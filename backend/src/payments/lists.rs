//! Reading payments: one list of columns for the list, the single payment and the receipt.

use sqlx::{PgPool, Postgres, QueryBuilder};

use super::model::{Payment, PaymentFilter, Refund, Step};
use super::queries::RefundFacts;
use crate::error::{FieldError, Result};
use crate::http::page::{Page, Sort, Window};
use crate::ids::{PaymentId, UserId};
use crate::users::queries::escape_like;

/// What [`Payment`] is read from; `p` the payment, `u` its payer.
const COLUMNS: &str = "
    p.id, p.user_id, u.full_name as student_name, u.student_id as student_number, p.amount, p.currency, p.status,
    p.payment_type, p.refunded_amount,
    case when p.settled_at is null then 0.00 else p.amount - p.refund_claimed end as refundable_amount,
    p.semester, p.year, p.description, p.charge_id,
    p.status in ('pending', 'failed') and not p.canceled and (p.charge_id is null or p.amount = (
        select coalesce(sum(l.amount), 0) from ledger_postings l where l.charge_id = p.charge_id)) as can_retry,
    p.failure_code, p.disputed_at is not null as disputed, p.stripe_payment_intent_id, p.created_at, p.updated_at,
    p.settled_at";

const SORTS: [(&str, &str); 5] = [
    ("created_at", "p.created_at"),
    ("amount", "p.amount"),
    ("status", "p.status"),
    ("settled_at", "p.settled_at"),
    ("student", "u.full_name"),
];

pub async fn find(db: &PgPool, id: PaymentId) -> Result<Option<Payment>> {
    let mut query = QueryBuilder::new("select ");
    query
        .push(COLUMNS)
        .push(" from payments p join users u on u.id = p.user_id where p.id = ")
        .push_bind(id.0);
    Ok(query.build_query_as::<Payment>().fetch_optional(db).await?)
}

/// A page of payments, of one payer or of all. Filters and orders that vary are put together here; every value is bound.
pub async fn list(db: &PgPool, filter: &PaymentFilter, only: Option<UserId>) -> Result<Page<Payment>> {
    let window = Window::new(filter.page, filter.page_size)?;
    let sort = Sort::parse(filter.sort.as_deref(), &SORTS)?
        .unwrap_or(Sort { field: "p.created_at", descending: true });
    if filter.q.as_ref().is_some_and(|text| text.len() > 400) {
        return Err(FieldError::new("q", "too_long", "at most 100 characters").into());
    }
    let mut count = QueryBuilder::new("select count(*) from payments p join users u on u.id = p.user_id");
    filtered(&mut count, filter, only);
    let mut rows = QueryBuilder::new("select ");
    rows.push(COLUMNS).push(" from payments p join users u on u.id = p.user_id");
    filtered(&mut rows, filter, only);
    rows.push(" order by ").push(sort.field).push(sort.direction()).push(" nulls last, p.id limit ");
    rows.push_bind(window.size).push(" offset ").push_bind(window.offset());

    let total = count.build_query_scalar::<i64>().fetch_one(db).await?;
    let items = rows.build_query_as::<Payment>().fetch_all(db).await?;
    Ok(window.of(items, total))
}

fn filtered(query: &mut QueryBuilder<Postgres>, filter: &PaymentFilter, only: Option<UserId>) {
    query.push(" where true");
    if let Some(user) = only.or(filter.user_id) {
        query.push(" and p.user_id = ").push_bind(user.0);
    }
    if let Some(text) = &filter.q {
        let pattern = format!("%{}%", escape_like(text.trim()));
        query.push(" and (u.full_name ilike ").push_bind(pattern.clone());
        query.push(" or u.student_id ilike ").push_bind(pattern).push(")");
    }
    if let Some(status) = filter.status {
        query.push(" and p.status = ").push_bind(status.as_str());
    }
    if let Some(kind) = filter.payment_type {
        query.push(" and p.payment_type = ").push_bind(kind.as_str());
    }
    if let Some(semester) = filter.semester {
        query.push(" and p.semester = ").push_bind(semester.as_str());
    }
    if let Some(year) = filter.year {
        query.push(" and p.year = ").push_bind(year);
    }
    if let Some(charge) = filter.charge_id {
        query.push(" and p.charge_id = ").push_bind(charge.0);
    }
    if let Some(disputed) = filter.disputed {
        query.push(" and (p.disputed_at is not null) = ").push_bind(disputed);
    }
    if let Some(from) = filter.from {
        query.push(" and p.created_at >= ").push_bind(from);
    }
    if let Some(until) = filter.until {
        query.push(" and p.created_at < ").push_bind(until);
    }
}

/// The steps of a payment, oldest first.
pub async fn steps(db: &PgPool, id: PaymentId) -> Result<Vec<Step>> {
    let steps = sqlx::query_as!(
        Step,
        r#"select h.status as "status: super::model::Status", h.timestamp, h.notes, u.full_name as "actor_name?"
           from payment_history h left join users u on u.id = h.actor_id
           where h.payment_id = $1 order by h.timestamp, h.id"#,
        id.0
    );
    Ok(steps.fetch_all(db).await?)
}

/// The refunds of a payment, oldest first.
pub async fn refunds(db: &PgPool, id: PaymentId) -> Result<Vec<Refund>> {
    let refunds = sqlx::query_as!(
        Refund,
        "select r.id, r.payment_id, r.amount, p.currency, r.status, r.reason, r.failure_code, r.created_at, r.settled_at
         from refunds r join payments p on p.id = r.payment_id where r.payment_id = $1 order by r.created_at, r.id",
        id.0
    );
    Ok(refunds.fetch_all(db).await?)
}

/// The same as the provider's side needs them.
pub async fn refund_rows(db: &mut sqlx::PgConnection, id: PaymentId) -> Result<Vec<RefundFacts>> {
    let rows = sqlx::query_as!(
        RefundFacts,
        "select id, payment_id, amount, status, stripe_refund_id, created_at, provider_attempt from refunds
         where payment_id = $1 order by created_at, id",
        id.0
    );
    Ok(rows.fetch_all(db).await?)
}
