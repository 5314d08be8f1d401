//! The sandbox's books: objects as JSON, answers by key, deliveries.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{PgConnection, PgPool};

pub async fn put(db: &mut PgConnection, kind: &str, body: &Value) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into stripe_sandbox.objects (id, kind, body) values ($1, $2, $3)
         on conflict (id) do update set body = excluded.body",
        body["id"].as_str().unwrap_or_default(),
        kind,
        body
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Objects as they come, each of the kind it says; what is there already stays.
pub async fn put_all(db: &mut PgConnection, bodies: &[Value]) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into stripe_sandbox.objects (id, kind, body)
         select body ->> 'id', body ->> 'object', body from unnest($1::jsonb[]) with ordinality as o (body, place)
         order by place
         on conflict (id) do nothing",
        bodies
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Locked until the transaction ends.
pub async fn lock(db: &mut PgConnection, kind: &str, id: &str) -> sqlx::Result<Option<Value>> {
    sqlx::query_scalar!(
        "select body from stripe_sandbox.objects where id = $2 and kind = $1 for update",
        kind,
        id
    )
    .fetch_optional(db)
    .await
}

pub async fn find(db: &PgPool, kind: &str, id: &str) -> sqlx::Result<Option<Value>> {
    sqlx::query_scalar!("select body from stripe_sandbox.objects where id = $2 and kind = $1", kind, id)
        .fetch_optional(db)
        .await
}

pub async fn find_all(db: &PgPool, ids: &[String]) -> sqlx::Result<Vec<Value>> {
    sqlx::query_scalar!("select body from stripe_sandbox.objects where id = any($1)", ids).fetch_all(db).await
}

/// Newest first, from `after` on; one more than `limit`, to know whether there is more.
pub async fn list(
    db: &PgPool,
    kind: &str,
    since: i64,
    after: Option<&str>,
    limit: i32,
) -> sqlx::Result<Vec<Value>> {
    sqlx::query_scalar!(
        "select body from stripe_sandbox.objects
         where kind = $1 and (body ->> 'created')::bigint >= $2
             and ($3::text is null or seq < (select seq from stripe_sandbox.objects where id = $3))
         order by seq desc limit $4 + 1",
        kind,
        since,
        after,
        limit
    )
    .fetch_all(db)
    .await
}

/// What was refunded, or is being refunded, of an intent.
pub async fn refunded(db: &mut PgConnection, intent: &str) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select coalesce(sum((body ->> 'amount')::bigint), 0)::bigint as "sum!" from stripe_sandbox.objects
           where kind = 'refund' and body ->> 'payment_intent' = $1 and body ->> 'status' in ('pending', 'succeeded')"#,
        intent
    )
    .fetch_one(db)
    .await
}

// ── answers by Idempotency-Key ──

pub struct Kept {
    pub fingerprint: Vec<u8>,
    pub status: i16,
    pub body: Value,
}

/// The answer under a key. Whoever else uses the key waits until this transaction ends.
pub async fn kept(db: &mut PgConnection, key: &str) -> sqlx::Result<Option<Kept>> {
    sqlx::query!("select pg_advisory_xact_lock(hashtext('stripe_sandbox'), hashtext($1))", key)
        .fetch_one(&mut *db)
        .await?;
    sqlx::query_as!(Kept, "select fingerprint, status, body from stripe_sandbox.requests where key = $1", key)
        .fetch_optional(db)
        .await
}

pub async fn keep(
    db: &mut PgConnection,
    key: &str,
    fingerprint: &[u8],
    status: u16,
    body: &Value,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into stripe_sandbox.requests (key, fingerprint, status, body) values ($1, $2, $3, $4)",
        key,
        fingerprint,
        status as i16,
        body
    )
    .execute(db)
    .await?;
    Ok(())
}

// ── deliveries ──

pub async fn enqueue(db: &mut PgConnection, event: &str, due_at: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("insert into stripe_sandbox.deliveries (event_id, due_at) values ($1, $2)", event, due_at)
        .execute(db)
        .await?;
    Ok(())
}

pub struct Due {
    pub id: i64,
    pub attempts: i32,
    pub body: Value,
}

/// Takes deliveries that are due; whoever took them has until `lease` to say how it went.
pub async fn take_due(
    db: &PgPool,
    now: DateTime<Utc>,
    lease: DateTime<Utc>,
    limit: i64,
) -> sqlx::Result<Vec<Due>> {
    sqlx::query_as!(
        Due,
        "with due as (
             select id from stripe_sandbox.deliveries where delivered_at is null and not gave_up and due_at <= $1
             order by due_at limit $3 for update skip locked
         )
         update stripe_sandbox.deliveries d set attempts = attempts + 1, due_at = $2
         from due, stripe_sandbox.objects o where d.id = due.id and o.id = d.event_id
         returning d.id, d.attempts, o.body",
        now,
        lease,
        limit
    )
    .fetch_all(db)
    .await
}

pub async fn delivered(db: &PgPool, id: i64, status: u16, at: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "update stripe_sandbox.deliveries set delivered_at = $3, last_status = $2 where id = $1",
        id,
        status as i16,
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn again(
    db: &PgPool,
    id: i64,
    status: Option<u16>,
    due_at: DateTime<Utc>,
    gave_up: bool,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update stripe_sandbox.deliveries set due_at = $3, last_status = $2, gave_up = $4 where id = $1",
        id,
        status.map(|status| status as i16),
        due_at,
        gave_up
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Events that still wait to be delivered.
pub async fn undelivered(db: &PgPool) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from stripe_sandbox.deliveries where delivered_at is null and not gave_up"#
    )
    .fetch_one(db)
    .await
}
