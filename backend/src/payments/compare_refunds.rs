//! Refund by refund, and in all: what the provider gave back against what we have.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::findings::{Finding, FindingKind};
use super::model::RefundStatus;
use super::queries::{self, Facts, RefundFacts};
use super::reconcile::{Run, away};
use super::reconcile_queries as ours;
use super::{events, money, refunds as requests, settle};
use crate::error::{Error, Result};
use crate::ids::{PaymentId, RefundId};
use crate::stripe::{self, PaymentIntent};

/// Refunds that were written here and never asked for. The provider's reach back to `since`.
pub async fn ask_for_refunds(
    run: &mut Run<'_>,
    unasked: Vec<RefundFacts>,
    there: &[stripe::Refund],
    since: DateTime<Utc>,
) -> Result<()> {
    for refund in unasked {
        if there.iter().any(|other| other.metadata.get("refund_id") == Some(&refund.id.to_string())) {
            // It was asked for; comparing links it.
            continue;
        }
        let mut finding = Finding::new(FindingKind::MissingRefund);
        finding.payment_id = Some(refund.payment_id);
        finding.refund_id = Some(refund.id);
        finding.detail = format!("here: {}", refund.amount);
        // One that is older than the list may be there all the same, and would be made twice.
        if run.options.apply && refund.created_at > since {
            finding.repaired = match requests::make(run.app, refund.id).await {
                Ok(()) | Err(Error::Refused(_)) => true,
                Err(Error::ProviderUnavailable { .. } | Error::ProviderFailed { .. }) => false,
                Err(other) => return Err(other),
            };
        }
        run.found(finding);
    }
    Ok(())
}

/// Compares every refund of the provider with ours, and every refund of ours from that time with the provider's.
pub async fn refunds(run: &mut Run<'_>, there: &[stripe::Refund]) -> Result<usize> {
    let ids: Vec<String> = there.iter().map(|refund| refund.id.clone()).collect();
    let here = ours::refunds(&run.app.db, &ids, run.options.since, run.settled_before).await?;
    let until = run.settled_before.timestamp();
    for refund in there.iter().filter(|refund| refund.created <= until) {
        let known = here.iter().find(|other| other.stripe_refund_id.as_deref() == Some(&refund.id));
        compare_refund(run, known, refund).await?;
    }
    for known in &here {
        let Some(id) = known.stripe_refund_id.as_deref().filter(|id| !ids.iter().any(|other| other == id))
        else {
            continue;
        };
        match run.app.payments.stripe()?.retrieve_refund(id).await {
            Ok(refund) => compare_refund(run, Some(known), &refund).await?,
            Err(failure) if failure.is_missing() => {
                let detail = format!("here: {}, {}; provider: unknown", known.amount, known.status.as_str());
                run.found(Finding { detail, ..of(known) });
            }
            Err(failure) => return Err(away(failure)),
        }
    }
    Ok(here.len())
}

fn of(known: &RefundFacts) -> Finding {
    let stripe_id = known.stripe_refund_id.clone();
    let (payment_id, refund_id) = (Some(known.payment_id), Some(known.id));
    Finding { payment_id, refund_id, stripe_id, ..Finding::new(FindingKind::RefundDiffers) }
}

fn same(known: &RefundFacts, refund: &stripe::Refund) -> bool {
    let currency = refund.currency.parse().ok();
    let amount = currency.and_then(|currency| money::to_minor(known.amount, currency));
    known.status == settle::expected(refund) && amount == Some(refund.amount)
}

async fn compare_refund(
    run: &mut Run<'_>,
    known: Option<&RefundFacts>,
    listed: &stripe::Refund,
) -> Result<()> {
    if known.is_some_and(|known| same(known, listed)) {
        return Ok(());
    }
    // As with intents: our row was read after the list, so both are read again, ours first.
    let mut db = run.app.db.acquire().await?;
    let known = queries::refund_facts(&mut db, None, Some(&listed.id)).await?;
    drop(db);
    let refund = match run.app.payments.stripe()?.retrieve_refund(&listed.id).await {
        Ok(refund) => refund,
        Err(failure) if failure.is_missing() => return Ok(()),
        Err(failure) => return Err(away(failure)),
    };
    if known.as_ref().is_some_and(|known| same(known, &refund)) {
        return Ok(());
    }
    let came_to_nothing = matches!(settle::expected(&refund), RefundStatus::Failed | RefundStatus::Canceled);
    if known.is_none() && came_to_nothing {
        return Ok(());
    }
    let kind = if known.is_some() { FindingKind::RefundDiffers } else { FindingKind::OrphanRefund };
    let mut finding = Finding::new(kind).at(&refund.id);
    finding.refund_id = known.as_ref().map(|known| known.id).or_else(|| named_refund(&refund));
    finding.payment_id = known.as_ref().map(|known| known.payment_id);
    finding.detail = format!("provider: {} {}, {:?}", refund.amount, refund.currency, refund.status);
    if run.options.apply {
        finding.repaired = write_refund(run, &refund, &mut finding.payment_id).await?;
    }
    run.found(finding);
    Ok(())
}

/// What the charges of paid intents gave back in all, against our payments. Refunds on their way count there and not
/// yet here. What was told refund by refund is not told again.
pub async fn sums(run: &mut Run<'_>, intents: &[PaymentIntent], there: &[stripe::Refund]) -> Result<()> {
    let until = run.settled_before.timestamp();
    let told = |refund: &&stripe::Refund| {
        let found = run.findings.iter().any(|found| found.stripe_id.as_ref() == Some(&refund.id));
        found || refund.created > until
    };
    let left_alone: HashSet<&String> =
        there.iter().filter(told).filter_map(|refund| refund.payment_intent.as_ref()).collect();
    let returned: HashMap<&str, i64> = intents
        .iter()
        .filter(|intent| intent.created <= until && !left_alone.contains(&intent.id))
        .filter_map(|intent| Some((&*intent.id, intent.refunded()?)))
        .collect();
    let ids: Vec<String> = returned.keys().map(|id| (*id).to_owned()).collect();
    for listed in ours::of_intents(&run.app.db, &ids).await? {
        let Some((id, then)) =
            listed.stripe_payment_intent_id.as_deref().and_then(|id| returned.get_key_value(id))
        else {
            continue;
        };
        if fits(&listed, *then) {
            continue;
        }
        let payment = queries::facts(&run.app.db, listed.id).await?.ok_or(Error::NotFound("payment"))?;
        let intent = run.app.payments.stripe()?.retrieve_intent(id).await.map_err(away)?;
        // What changed between the two looks is under way.
        let Some(now) = intent.refunded().filter(|now| now == then && !fits(&payment, *now)) else {
            continue;
        };
        let mut finding = Finding::of(FindingKind::RefundDiffers, &payment);
        finding.detail = format!(
            "here: {} {} given back in all; provider: {now}",
            payment.refunded_amount, payment.currency
        );
        run.found(finding);
    }
    Ok(())
}

/// Whether what a charge gave back is between our refunds that succeeded and those with the ones on their way.
fn fits(payment: &Facts, returned: i64) -> bool {
    let Some(currency) = settle::currency_of(payment) else { return false };
    let returned = money::from_minor(returned, currency);
    payment.settled_at.is_none() || (payment.refunded_amount..=payment.refund_claimed).contains(&returned)
}

fn named_refund(refund: &stripe::Refund) -> Option<RefundId> {
    refund.metadata.get("refund_id")?.parse().ok().map(RefundId)
}

async fn write_refund(
    run: &Run<'_>,
    refund: &stripe::Refund,
    payment_id: &mut Option<PaymentId>,
) -> Result<bool> {
    let mut tx = run.app.db.begin().await?;
    let named = refund.metadata.get("payment_id").and_then(|id| id.parse().ok()).map(PaymentId);
    let Some(payment) = queries::lock_of_event(&mut tx, refund.payment_intent.as_deref(), named).await?
    else {
        return Ok(false);
    };
    *payment_id = Some(payment.id);
    let at = DateTime::from_timestamp(refund.created, 0).unwrap_or_default();
    let (outcome, effect) = settle::refund(&mut tx, &payment, refund, at, None).await?;
    let mut effects = Vec::from_iter(effect);
    events::apply_parked(run.app, &mut tx, payment.id, &mut effects).await?;
    tx.commit().await?;
    effects.iter().for_each(|effect| effect.report(run.app));
    Ok(matches!(outcome, super::Outcome::Applied | super::Outcome::NothingNew))
}
