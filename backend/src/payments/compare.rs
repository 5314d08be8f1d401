//! Intent by intent and refund by refund: what the provider says against what we have.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::findings::{Finding, FindingKind};
use super::model::RefundStatus;
use super::queries::{self, Facts, RefundFacts};
use super::reconcile::{Run, away};
use super::reconcile_queries as ours;
use super::rules::News;
use super::{events, refunds as requests, settle};
use crate::error::{Error, Result};
use crate::ids::{PaymentId, RefundId};
use crate::stripe::{self, IntentStatus, PaymentIntent};

/// Compares every intent of the provider with our payment, and every payment of that time with its intent.
pub async fn intents(run: &mut Run<'_>, there: &[PaymentIntent]) -> Result<usize> {
    let ids: Vec<String> = there.iter().map(|intent| intent.id.clone()).collect();
    let named: Vec<PaymentId> = there.iter().filter_map(named_payment).collect();
    let since = run.options.since;
    let here = ours::compared(&run.app.db, &ids, &named, since, run.settled_before).await?;
    let by_intent: HashMap<&str, &Facts> = here
        .iter()
        .filter_map(|payment| Some((payment.stripe_payment_intent_id.as_deref()?, payment)))
        .collect();
    let until = run.settled_before.timestamp();
    for intent in there.iter().filter(|intent| intent.created <= until) {
        match by_intent.get(&*intent.id) {
            Some(payment) => compare_intent(run, payment, intent).await?,
            None => {
                let named = named_payment(intent).and_then(|id| here.iter().find(|payment| payment.id == id));
                let finding = match named {
                    // Without an intent of its own, it was looked at before.
                    Some(payment) if payment.stripe_payment_intent_id.is_none() => continue,
                    Some(payment) => Finding::of(FindingKind::SecondIntent, payment),
                    None => Finding::new(FindingKind::OrphanIntent),
                };
                run.found(Finding { detail: told(intent), ..finding.at(&intent.id) });
            }
        }
    }
    for payment in &here {
        if let Some(intent) = &payment.stripe_payment_intent_id
            && !ids.contains(intent)
            && payment.created_at >= since
        {
            match run.app.payments.stripe()?.retrieve_intent(intent).await {
                Ok(intent) => compare_intent(run, payment, &intent).await?,
                Err(failure) if failure.is_missing() => {
                    run.found(Finding::of(FindingKind::VanishedIntent, payment));
                }
                Err(failure) => return Err(away(failure)),
            }
        }
    }
    Ok(here.len())
}

fn named_payment(intent: &PaymentIntent) -> Option<PaymentId> {
    intent.metadata.get("payment_id")?.parse().ok().map(PaymentId)
}

fn told(intent: &PaymentIntent) -> String {
    format!("provider: {} {}, {:?}", intent.amount, intent.currency, intent.status)
}

async fn compare_intent(run: &mut Run<'_>, payment: &Facts, intent: &PaymentIntent) -> Result<()> {
    let describe = |kind| {
        let finding = Finding::of(kind, payment);
        Finding { detail: format!("here: {}; {}", finding.detail, told(intent)), ..finding.at(&intent.id) }
    };
    if settle::intent_difference(payment, intent).is_some() {
        run.found(describe(FindingKind::AmountDiffers));
        return Ok(());
    }
    let state = payment.state();
    let (news, at) = match intent.status {
        IntentStatus::Succeeded if !state.is_settled() => (News::Succeeded, intent.paid_at()),
        IntentStatus::Canceled if state.is_open() => {
            (News::Canceled, intent.canceled_at.unwrap_or(intent.created))
        }
        IntentStatus::Succeeded | IntentStatus::Canceled => return Ok(()),
        _ if state.is_settled() => {
            run.found(describe(FindingKind::StatusDiffers));
            return Ok(());
        }
        _ => return Ok(()),
    };
    let mut finding = describe(FindingKind::StatusDiffers);
    if run.options.apply {
        let mut tx = run.app.db.begin().await?;
        let payment = queries::lock(&mut tx, payment.id).await?.ok_or(Error::NotFound("payment"))?;
        let at = DateTime::from_timestamp(at, 0).unwrap_or_default();
        let mut note = settle::said(None, intent);
        note.text = "found by the reconciler".to_owned();
        let effect = settle::tell(&mut tx, &payment, news, at, intent, note).await?;
        let mut effects = Vec::from_iter(effect);
        events::apply_parked(run.app, &mut tx, payment.id, &mut effects).await?;
        tx.commit().await?;
        effects.iter().for_each(|effect| effect.report(run.app));
        finding.repaired = true;
    }
    run.found(finding);
    Ok(())
}

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

/// Compares every refund of the provider with ours.
pub async fn refunds(run: &mut Run<'_>, there: &[stripe::Refund]) -> Result<usize> {
    let ids: Vec<String> = there.iter().map(|refund| refund.id.clone()).collect();
    let here = ours::refunds(&run.app.db, &ids).await?;
    let until = run.settled_before.timestamp();
    for refund in there.iter().filter(|refund| refund.created <= until) {
        let known = here.iter().find(|other| other.stripe_refund_id.as_deref() == Some(&refund.id));
        let expected = match refund.status {
            stripe::RefundStatus::Succeeded => RefundStatus::Succeeded,
            stripe::RefundStatus::Failed => RefundStatus::Failed,
            stripe::RefundStatus::Canceled => RefundStatus::Canceled,
            _ => RefundStatus::Pending,
        };
        if known.is_some_and(|known| known.status == expected) {
            continue;
        }
        let came_to_nothing = matches!(expected, RefundStatus::Failed | RefundStatus::Canceled);
        if known.is_none() && came_to_nothing {
            continue;
        }
        let kind = if known.is_some() { FindingKind::RefundDiffers } else { FindingKind::OrphanRefund };
        let mut finding = Finding::new(kind).at(&refund.id);
        finding.refund_id = known.map(|known| known.id).or_else(|| named_refund(refund));
        finding.detail = format!("provider: {} {}, {:?}", refund.amount, refund.currency, refund.status);
        if run.options.apply {
            finding.repaired = write_refund(run, refund, &mut finding.payment_id).await?;
        }
        run.found(finding);
    }
    Ok(here.len())
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
