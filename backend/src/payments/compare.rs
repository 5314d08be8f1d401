//! Intent by intent: what the provider says against what we have.

use std::collections::HashMap;

use chrono::DateTime;

use super::findings::{Finding, FindingKind};
use super::queries::{self, Facts};
use super::reconcile::{Run, away};
use super::reconcile_queries as ours;
use super::rules::News;
use super::{events, settle};
use crate::error::{Error, Result};
use crate::ids::PaymentId;
use crate::stripe::{IntentStatus, PaymentIntent};

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

/// How a payment stands to its intent.
enum Standing {
    Same,
    Differs(FindingKind),
    /// It has not heard of this yet, which happened then.
    Behind(News, i64),
}

fn standing(payment: &Facts, intent: &PaymentIntent) -> Standing {
    if settle::intent_difference(payment, intent).is_some() {
        return Standing::Differs(FindingKind::AmountDiffers);
    }
    let state = payment.state();
    match intent.status {
        IntentStatus::Succeeded if state.is_settled() => Standing::Same,
        IntentStatus::Succeeded => Standing::Behind(News::Succeeded, intent.paid_at()),
        IntentStatus::Canceled if state.is_open() => {
            Standing::Behind(News::Canceled, intent.canceled_at.unwrap_or(intent.created))
        }
        // What the provider says was never paid is paid in our books.
        _ if state.is_settled() => Standing::Differs(FindingKind::StatusDiffers),
        _ => Standing::Same,
    }
}

/// The list was read before our row, and the world went on meanwhile: what seems to differ is looked at again, first our
/// row and then the provider's, which can only be ahead of it.
async fn compare_intent(run: &mut Run<'_>, payment: &Facts, listed: &PaymentIntent) -> Result<()> {
    if matches!(standing(payment, listed), Standing::Same) {
        return Ok(());
    }
    let payment = queries::facts(&run.app.db, payment.id).await?.ok_or(Error::NotFound("payment"))?;
    let intent = match run.app.payments.stripe()?.retrieve_intent(&listed.id).await {
        Ok(intent) => intent,
        Err(failure) if failure.is_missing() => {
            run.found(Finding::of(FindingKind::VanishedIntent, &payment));
            return Ok(());
        }
        Err(failure) => return Err(away(failure)),
    };
    let describe = |kind| {
        let finding = Finding::of(kind, &payment);
        Finding { detail: format!("here: {}; {}", finding.detail, told(&intent)), ..finding.at(&intent.id) }
    };
    let (news, at) = match standing(&payment, &intent) {
        Standing::Same => return Ok(()),
        Standing::Differs(kind) => {
            run.found(describe(kind));
            return Ok(());
        }
        // The event is on its way.
        Standing::Behind(_, at) if at > run.settled_before.timestamp() => return Ok(()),
        Standing::Behind(news, at) => (news, at),
    };
    let mut finding = describe(FindingKind::StatusDiffers);
    if run.options.apply {
        let mut tx = run.app.db.begin().await?;
        let payment = queries::lock(&mut tx, payment.id).await?.ok_or(Error::NotFound("payment"))?;
        let at = DateTime::from_timestamp(at, 0).unwrap_or_default();
        let mut note = settle::said(None, &intent);
        note.text = "found by the reconciler".to_owned();
        let effect = settle::tell(&mut tx, &payment, news, at, &intent, note).await?;
        let mut effects = Vec::from_iter(effect);
        events::apply_parked(run.app, &mut tx, payment.id, &mut effects).await?;
        tx.commit().await?;
        effects.iter().for_each(|effect| effect.report(run.app));
        finding.repaired = true;
    }
    run.found(finding);
    Ok(())
}
