//! Differences between the books, each from the comparison that found it to its end.
//!
//! One is open until a later comparison that looked at its object finds it fine, or somebody says why it may stay. So it
//! does not vanish with the days that are compared, and what was decided holds until either side says something new.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::findings::{Finding, FindingKind};
use crate::error::Result;

/// What every comparison looks at, however old it is.
const ALWAYS_IN_SIGHT: [FindingKind; 3] =
    [FindingKind::MissingIntent, FindingKind::UnlinkedIntent, FindingKind::MissingRefund];

/// What a finding is about.
fn object(finding: &Finding) -> String {
    let ours = || {
        let refund = finding.refund_id.map(|id| id.to_string());
        refund.or_else(|| finding.payment_id.map(|id| id.to_string())).unwrap_or_default()
    };
    finding.stripe_id.clone().unwrap_or_else(ours)
}

/// Comparisons of several replicas, which end at the same time, write theirs one after the other.
pub async fn hold(db: &mut PgConnection) -> Result<()> {
    sqlx::query("lock table reconciliation_differences in share row exclusive mode").execute(db).await?;
    Ok(())
}

/// Writes down what a comparison that began at `started` found and left. What somebody resolved stays so while it says
/// the same; `made_at` tells when the provider made its objects, and our books tell it of the others.
pub async fn keep(
    db: &mut PgConnection,
    started: DateTime<Utc>,
    findings: &[Finding],
    made_at: &HashMap<String, i64>,
) -> Result<()> {
    let left: BTreeMap<(&str, String), &Finding> = findings
        .iter()
        // An event that never came is stored now; if it does not fit our books, it waits among the events.
        .filter(|finding| !finding.repaired && finding.kind != FindingKind::MissedEvent)
        .map(|finding| ((finding.kind.as_str(), object(finding)), finding))
        .collect();
    let (mut kinds, mut objects, mut details) = (vec![], vec![], vec![]);
    let (mut payments, mut refunds, mut stripe_ids, mut times) = (vec![], vec![], vec![], vec![]);
    for ((kind, object), finding) in left {
        kinds.push(kind.to_owned());
        details.push(finding.detail.clone());
        payments.push(finding.payment_id.map(|id| id.0));
        refunds.push(finding.refund_id.map(|id| id.0));
        stripe_ids.push(finding.stripe_id.clone());
        times.push(made_at.get(&object).and_then(|seconds| DateTime::from_timestamp(*seconds, 0)));
        objects.push(object);
    }
    sqlx::query!(
        "insert into reconciliation_differences as d
             (kind, object, payment_id, refund_id, stripe_id, detail, object_at, found_at, seen_at)
         select f.kind, f.object, p.id, f.refund_id, f.stripe_id, f.detail,
             coalesce(f.made_at, r.created_at, p.created_at, $8), $8, $8
         from unnest($1::text[], $2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::timestamptz[])
             as f (kind, object, payment_id, refund_id, stripe_id, detail, made_at)
         left join payments p on p.id = f.payment_id
         left join refunds r on r.id = f.refund_id
         on conflict (kind, object) do update set payment_id = excluded.payment_id, refund_id = excluded.refund_id,
             detail = excluded.detail, object_at = excluded.object_at, seen_at = excluded.seen_at,
             found_at = case when d.resolved_at is null then d.found_at else excluded.found_at end,
             resolved_at = null, resolved_by = null, resolution = null
         where d.seen_at < excluded.seen_at and (d.resolved_by is null or d.detail <> excluded.detail)",
        &kinds,
        &objects,
        &payments as &[Option<Uuid>],
        &refunds as &[Option<Uuid>],
        &stripe_ids as &[Option<String>],
        &details,
        &times as &[Option<DateTime<Utc>>],
        started
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Ends what the comparison that began at `started` looked at and did not find.
pub async fn end_missing(
    db: &mut PgConnection,
    started: DateTime<Utc>,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update reconciliation_differences
         set resolved_at = clock_timestamp(), resolution = 'a later comparison found no difference', seen_at = $1
         where resolved_at is null and seen_at < $1 and object_at <= $3
             and (object_at >= $2 or kind = any($4))",
        started,
        since,
        until,
        &ALWAYS_IN_SIGHT.map(|kind| kind.as_str().to_owned())
    )
    .execute(db)
    .await?;
    Ok(())
}
