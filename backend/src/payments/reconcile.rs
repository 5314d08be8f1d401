//! Comparing our books with the provider's. What is certain is repaired: a payment whose intent was never made or never
//! linked, an event that was never delivered, a refund that was never asked for. The rest is listed for a person.
//!
//! Every repair is one that may be made twice, so several replicas may do this at once.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::findings::{Finding, FindingKind, Reconciliation};
use super::intents::KEY_LIVES;
use super::queries::Facts;
use super::reconcile_queries as ours;
use super::{
    compare, compare_refunds, difference_queries, events, intents, outdated, queries, refunds, settle,
};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::error::{Error, Result};
use crate::policy::Actor;
use crate::stripe::{Event, Failure, PaymentIntent};

/// How far back a payment without an intent, or a refund that was not asked for, is looked for.
const LONGEST: TimeDelta = TimeDelta::days(30);
/// After so many payments that the provider does not accept, it is the provider, or the key.
const MOST_FAILURES: u32 = 10;

/// Findings that are kept; more of them are one fault, not many.
const MOST_KEPT: usize = 1000;

#[derive(Clone, Debug)]
pub struct Options {
    /// Under which it will be found among the comparisons.
    pub id: Uuid,
    /// From here on.
    pub since: DateTime<Utc>,
    /// Repair what is certain, or only tell.
    pub apply: bool,
    /// What is younger is still under way, and left alone.
    pub grace: TimeDelta,
    /// Who asked for it; nobody: the periodic one, or the command.
    pub requested_by: Option<Actor>,
}

impl Options {
    /// The last `days`, leaving alone what happened in the last minute.
    pub fn days(app: &App, days: i64, apply: bool) -> Self {
        let since = app.clock.now() - TimeDelta::days(days);
        Self { id: Uuid::new_v4(), since, apply, grace: TimeDelta::seconds(60), requested_by: None }
    }
}

/// A comparison under way.
pub struct Run<'a> {
    pub app: &'a App,
    pub options: &'a Options,
    /// What is older than this should be known on both sides.
    pub settled_before: DateTime<Utc>,
    pub findings: Vec<Finding>,
    started_at: DateTime<Utc>,
    /// When the provider made what it listed, by id.
    made_at: HashMap<String, i64>,
}

impl Run<'_> {
    pub fn found(&mut self, finding: Finding) {
        tracing::warn!(
            event = "reconciliation_finding",
            function = "reconcile",
            kind = finding.kind.as_str(),
            payment_id = finding.payment_id.map(|id| id.to_string()),
            stripe_id = finding.stripe_id,
            repaired = finding.repaired,
            "Our books and the payment provider's differ"
        );
        self.findings.push(finding);
    }

    fn repaired(&self) -> usize {
        self.findings.iter().filter(|finding| finding.repaired).count()
    }

    /// What the audit log says of it, if somebody asked for it.
    fn entry(&self, more: Value) -> Option<Entry> {
        let days = (self.started_at - self.options.since).num_days();
        let mut facts =
            json!({ "applied": self.options.apply, "days": days, "repaired": self.repaired() as i64 });
        if let (Value::Object(facts), Value::Object(more)) = (&mut facts, more) {
            facts.extend(more);
        }
        let actor = self.options.requested_by.as_ref()?;
        Some(Entry::by(actor, "payments_reconciled").facts(facts))
    }
}

/// Compares, repairs if that is wanted, and writes down what was found.
///
/// It stands in the audit log whatever becomes of the request that asked for it.
pub async fn reconcile(app: &App, options: &Options) -> Result<Reconciliation> {
    let started_at = app.clock.now();
    let settled_before = started_at - options.grace;
    let mut run = Run { app, options, settled_before, findings: vec![], started_at, made_at: HashMap::new() };
    match compare_all(&mut run).await {
        Ok(compared) => write_down(run, compared).await,
        Err(error) => {
            note_cut_short(&run, &error).await;
            Err(error)
        }
    }
}

/// How many payments and refunds were compared.
type Compared = (usize, usize);

async fn compare_all(run: &mut Run<'_>) -> Result<Compared> {
    let (app, options, started) = (run.app, run.options, run.started_at);
    let unlinked = ours::unlinked(&app.db, run.settled_before).await?;
    let unasked = ours::unasked_refunds(&app.db, run.settled_before).await?;
    // Back to the oldest that may be there and is not known to be.
    let back_to = |oldest: Option<DateTime<Utc>>| {
        let oldest = oldest.map_or(options.since, |oldest| oldest - TimeDelta::seconds(1));
        options.since.min(oldest).max(started - LONGEST)
    };
    let since = back_to(unlinked.iter().map(|payment| payment.created_at).min());
    let stripe = app.payments.stripe()?;
    let intents = stripe.list_intents(since.timestamp()).await.map_err(away)?;
    run.made_at.extend(intents.iter().map(|intent| (intent.id.clone(), intent.created)));
    link_payments(run, unlinked, &intents).await?;
    let since = back_to(unasked.iter().map(|refund| refund.created_at).min());
    let refunds_there = stripe.list_refunds(since.timestamp()).await.map_err(away)?;
    run.made_at.extend(refunds_there.iter().map(|refund| (refund.id.clone(), refund.created)));
    compare_refunds::ask_for_refunds(run, unasked, &refunds_there, since).await?;
    let mut missed = stripe.list_events(options.since.timestamp()).await.map_err(away)?;
    missed.reverse();
    run.made_at.extend(missed.iter().map(|event| (event.id.clone(), event.created)));
    take_missed(run, missed).await?;
    let payments = compare::intents(run, &intents).await?;
    let refunds = compare_refunds::refunds(run, &refunds_there).await?;
    compare_refunds::sums(run, &intents, &refunds_there).await?;
    Ok((payments, refunds))
}

/// The comparison, what it says of every difference, and who asked for it: together.
async fn write_down(run: Run<'_>, (payments, refunds): Compared) -> Result<Reconciliation> {
    let (app, options) = (run.app, run.options);
    let (all, repaired) = (run.findings.len(), run.repaired());
    let entry = run.entry(json!({ "unresolved": (all - repaired) as i64 }));
    let mut tx = app.db.begin().await?;
    // One that only tells repairs nothing, so what it finds may not need anybody.
    if options.apply {
        difference_queries::hold(&mut tx).await?;
        difference_queries::keep(&mut tx, run.started_at, &run.findings, &run.made_at).await?;
        difference_queries::end_missing(&mut tx, run.started_at, options.since, run.settled_before).await?;
    }
    let done = Reconciliation {
        id: options.id,
        started_at: run.started_at,
        finished_at: app.clock.now(),
        since: options.since,
        applied: options.apply,
        requested_by: options.requested_by.map(|actor| actor.id),
        payments_compared: payments as i32,
        refunds_compared: refunds as i32,
        repaired: repaired as i32,
        unresolved: (all - repaired) as i32,
        findings: run.findings.into_iter().take(MOST_KEPT).collect(),
    };
    ours::store(&mut tx, &done).await?;
    if let Some(entry) = entry {
        audit::record(&mut tx, entry).await?;
    }
    tx.commit().await?;
    tracing::info!(
        event = "reconciled",
        function = "reconcile",
        payments = done.payments_compared,
        repaired = done.repaired,
        unresolved = done.unresolved,
        "Our books were compared with the payment provider's"
    );
    Ok(done)
}

/// It did not come to its end. What it repaired until then stays repaired, so the audit log has it.
async fn note_cut_short(run: &Run<'_>, error: &Error) {
    if !matches!(error, Error::ProviderUnavailable { .. } | Error::ProviderFailed { .. }) {
        tracing::warn!(event = "reconciliation_cut_short", function = "reconcile", error_message = %error, "The books could not be compared to the end");
    }
    let entry = run.entry(json!({ "cut_short": true })).filter(|_| run.repaired() > 0);
    if let Some(entry) = entry
        && let Err(error) = record(run.app, entry).await
    {
        tracing::error!(event = "reconciliation_cut_short", function = "reconcile", error_message = %error, "What a comparison had repaired is not in the audit log");
    }
}

async fn record(app: &App, entry: Entry) -> Result<()> {
    let mut tx = app.db.begin().await?;
    audit::record(&mut tx, entry).await?;
    Ok(tx.commit().await?)
}

/// Only the first part, for payments and refunds that a crash or an outage left half-way, and those whose amount is no
/// longer due. Asks the provider only if there are any.
pub async fn take_up(app: &App) -> Result<u64> {
    if app.payments.stripe().is_err() {
        return Ok(0);
    }
    let before = app.clock.now() - TimeDelta::seconds(15);
    let payments = ours::unlinked(&app.db, before).await?;
    let refunds_left = ours::unasked_refunds(&app.db, before).await?;
    let mut turn = Turn::default();
    for payment in payments.iter().filter(|payment| app.clock.now() - payment.created_at < KEY_LIVES) {
        if !turn.goes_on(intents::open(app, payment.id).await.map(|_| ()))? {
            return Ok(turn.done);
        }
    }
    for refund in refunds_left.iter().filter(|refund| app.clock.now() - refund.created_at < KEY_LIVES) {
        if !turn.goes_on(refunds::carry_out(app, refund.id).await)? {
            return Ok(turn.done);
        }
    }
    for payment in queries::outdated(&app.db, None).await? {
        if !turn.goes_on(outdated::close(app, payment).await)? {
            return Ok(turn.done);
        }
    }
    Ok(turn.done)
}

#[derive(Default)]
struct Turn {
    done: u64,
    failures: u32,
}

impl Turn {
    /// One that is refused, or not accepted, does not keep the others waiting; an outage ends the turn.
    fn goes_on(&mut self, outcome: Result<()>) -> Result<bool> {
        match outcome {
            Ok(()) => self.done += 1,
            Err(Error::Refused(_)) => {}
            Err(Error::ProviderFailed { .. }) => self.failures += 1,
            Err(Error::ProviderUnavailable { .. }) => return Ok(false),
            Err(other) => return Err(other),
        }
        Ok(self.failures < MOST_FAILURES)
    }
}

pub fn away(failure: Failure) -> Error {
    tracing::warn!(event = "reconciliation_cut_short", function = "reconcile", error_message = %failure, "The payment provider did not let the books be compared");
    intents::away(None, &failure)
}

/// Payments without an intent: link the one that was made for them, or have it made, or end them.
async fn link_payments(run: &mut Run<'_>, unlinked: Vec<Facts>, intents: &[PaymentIntent]) -> Result<()> {
    let mut made: HashMap<&str, Vec<&PaymentIntent>> = HashMap::new();
    for intent in intents {
        if let Some(payment) = intent.metadata.get("payment_id") {
            made.entry(payment).or_default().push(intent);
        }
    }
    for payment in unlinked {
        let found = made.get(&*payment.id.to_string()).map(Vec::as_slice).unwrap_or_default();
        let finding = match found {
            [intent] if settle::intent_difference(&payment, intent).is_none() => {
                let mut finding = Finding::of(FindingKind::UnlinkedIntent, &payment).at(&intent.id);
                if run.options.apply {
                    let mut tx = run.app.db.begin().await?;
                    finding.repaired = queries::link(&mut tx, payment.id, &intent.id).await?;
                    tx.commit().await?;
                }
                finding
            }
            [] => {
                let mut finding = Finding::of(FindingKind::MissingIntent, &payment);
                if run.options.apply {
                    finding.repaired = make_or_end(run.app, &payment).await?;
                }
                finding
            }
            [intent, ..] => Finding::of(FindingKind::SecondIntent, &payment).at(&intent.id),
        };
        run.found(finding);
    }
    Ok(())
}

async fn make_or_end(app: &App, payment: &Facts) -> Result<bool> {
    if app.clock.now() - payment.created_at >= KEY_LIVES {
        intents::end_without_intent(app, payment.id, intents::EXPIRED).await?;
        return Ok(true);
    }
    match intents::open(app, payment.id).await {
        Ok(_) => Ok(true),
        Err(Error::Refused(_)) => Ok(true),
        Err(Error::ProviderUnavailable { .. } | Error::ProviderFailed { .. }) => Ok(false),
        Err(other) => Err(other),
    }
}

/// Events the provider has and we do not: their delivery failed, or we lost them.
async fn take_missed(run: &mut Run<'_>, all: Vec<Event>) -> Result<()> {
    let ids: Vec<String> = all.iter().map(|event| event.id.clone()).collect();
    let known = super::event_queries::known(&run.app.db, &ids).await?;
    let old = |event: &Event| event.created <= run.settled_before.timestamp();
    let missed: Vec<Event> =
        all.into_iter().filter(|event| old(event) && !known.contains(&event.id)).collect();
    for event in missed {
        if !events::concerns_us(&event.kind) {
            continue;
        }
        let mut finding = Finding::new(FindingKind::MissedEvent).at(&event.id);
        finding.detail = event.kind.clone();
        if run.options.apply {
            let mut tx = run.app.db.begin().await?;
            let taken = events::take_in(run.app, &mut tx, &event).await?;
            tx.commit().await?;
            taken.effects.iter().for_each(|effect| effect.report(run.app));
            finding.repaired = !matches!(taken.outcome, Some(events::Outcome::Flagged(_)));
        }
        run.found(finding);
    }
    Ok(())
}
