//! What the provider says of an intent or a refund, written into our books. Its webhook and the reconciler come here;
//! nobody else does.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::json;
use sqlx::PgConnection;

use super::effects::Effect;
use super::events::Outcome;
use super::model::RefundStatus;
use super::money::{Currency, from_minor, to_minor};
use super::queries::{self, Facts, Note, RefundFacts};
use super::rules::{self, News};
use crate::error::Result;
use crate::ids::RefundId;
use crate::ledger::{self, Posting, PostingKind};
use crate::stripe::{self, Charge, Event, IntentStatus, PaymentIntent};

/// Why an amount at the provider is not the one in our books.
pub fn difference(payment: &Facts, minor: i64, currency: &str) -> Option<&'static str> {
    let Some(ours) = currency_of(payment) else { return Some("currency_differs") };
    if !ours.code().eq_ignore_ascii_case(currency) {
        return Some("currency_differs");
    }
    (to_minor(payment.amount, ours) != Some(minor)).then_some("amount_differs")
}

/// The same of an intent. Once it is paid, what was really taken counts too: a capture by hand can take less.
pub fn intent_difference(payment: &Facts, intent: &PaymentIntent) -> Option<&'static str> {
    let taken = intent.amount_received.filter(|_| intent.status == IntentStatus::Succeeded);
    let amounts = [Some(intent.amount), taken];
    amounts.into_iter().flatten().find_map(|amount| difference(payment, amount, &intent.currency))
}

pub fn currency_of(payment: &Facts) -> Option<Currency> {
    payment.currency.parse().ok()
}

/// What is written beside a step of an intent.
pub fn said<'a>(event: Option<&'a Event>, intent: &PaymentIntent) -> Note<'a> {
    let code = failure_code(intent);
    Note {
        event: event.map(|event| &*event.id),
        data: Some(json!({ "intent": intent.id, "status": intent.status, "failure_code": code })),
        text: String::new(),
    }
}

/// The most telling of the codes of a failure.
pub fn failure_code(intent: &PaymentIntent) -> Option<String> {
    let error = intent.last_payment_error.as_ref()?;
    let code = error.decline_code.clone().or_else(|| error.code.clone())?;
    Some(code.chars().take(100).collect())
}

/// Moves a locked payment to what the provider says of it. `None`: nothing new.
pub async fn tell(
    db: &mut PgConnection,
    payment: &Facts,
    news: News,
    at: DateTime<Utc>,
    intent: &PaymentIntent,
    note: Note<'_>,
) -> Result<Option<Effect>> {
    let Some(state) = rules::advance(&payment.state(), news, at) else { return Ok(None) };
    let code = match news {
        News::Failed => failure_code(intent),
        News::Canceled => Some("canceled".to_owned()),
        News::Processing | News::Succeeded => None,
    };
    let text = match (news, &code) {
        (News::Processing, _) => "being processed".to_owned(),
        (News::Succeeded, _) => "paid".to_owned(),
        (News::Canceled, _) => "canceled at the provider".to_owned(),
        (News::Failed, Some(code)) => format!("not paid: {code}"),
        (News::Failed, None) => "not paid".to_owned(),
    };
    let text = if note.text.is_empty() { text } else { format!("{text} ({})", note.text) };
    queries::set_state(db, payment.id, &state, code.as_deref(), &Note { text, ..note }).await?;
    if news == News::Succeeded {
        let posting = Posting {
            user: payment.user_id,
            kind: PostingKind::Payment,
            amount: -payment.amount,
            currency: &payment.currency,
            charge: payment.charge_id,
            payment: Some(payment.id),
            refund: None,
            reason: None,
            actor: None,
        };
        ledger::queries::post(db, &posting).await?;
    }
    Ok(Some(Effect::moved(payment, news, Some(&intent.id))))
}

/// What the provider says of one refund.
pub async fn refund(
    db: &mut PgConnection,
    payment: &Facts,
    refund: &stripe::Refund,
    at: DateTime<Utc>,
    event: Option<&str>,
) -> Result<(Outcome, Option<Effect>)> {
    if payment.settled_at.is_none() {
        return Ok((Outcome::Parked("before_payment"), None));
    }
    let Some(currency) = currency_of(payment).filter(|c| c.code().eq_ignore_ascii_case(&refund.currency))
    else {
        return Ok((Outcome::Flagged("currency_differs"), None));
    };
    let amount = from_minor(refund.amount, currency);
    let ours = refund.metadata.get("refund_id").and_then(|id| id.parse().ok()).map(RefundId);
    let known = match queries::refund_facts(db, ours, Some(&refund.id)).await? {
        Some(known) => known,
        None => match made_elsewhere(db, payment, refund, amount, event).await? {
            Ok(known) => known,
            Err(outcome) => return Ok((outcome, None)),
        },
    };
    if known.payment_id != payment.id {
        return Ok((Outcome::Flagged("refund_of_another_payment"), None));
    }
    if known.amount != amount {
        return Ok((Outcome::Flagged("refund_amount_differs"), None));
    }
    if !queries::link_refund(db, known.id, &refund.id).await? {
        return Ok((Outcome::Flagged("another_refund"), None));
    }
    let next = expected(refund);
    let effect = move_refund(db, payment, &known, next, at, refund.failure_reason.as_deref(), event).await?;
    let newly_linked = known.stripe_refund_id.is_none();
    Ok((if effect.is_some() || newly_linked { Outcome::Applied } else { Outcome::NothingNew }, effect))
}

/// What the provider's refund should be in our books.
pub fn expected(refund: &stripe::Refund) -> RefundStatus {
    match refund.status {
        stripe::RefundStatus::Succeeded => RefundStatus::Succeeded,
        stripe::RefundStatus::Failed => RefundStatus::Failed,
        stripe::RefundStatus::Canceled => RefundStatus::Canceled,
        stripe::RefundStatus::Pending
        | stripe::RefundStatus::RequiresAction
        | stripe::RefundStatus::Unknown => RefundStatus::Pending,
    }
}

/// A refund somebody made in the provider's own pages.
async fn made_elsewhere(
    db: &mut PgConnection,
    payment: &Facts,
    refund: &stripe::Refund,
    amount: Decimal,
    event: Option<&str>,
) -> Result<Result<RefundFacts, Outcome>> {
    let over = match refund.status {
        stripe::RefundStatus::Failed => Some((RefundStatus::Failed, "refund failed:")),
        stripe::RefundStatus::Canceled => Some((RefundStatus::Canceled, "refund canceled:")),
        _ => None,
    };
    if let Some((status, words)) = over {
        // It came to nothing before we heard of it. Written down all the same: what is told of it from before may come
        // after this.
        let code = refund.failure_reason.as_deref();
        queries::insert_ended_refund(db, payment.id, amount, &refund.id, status, code).await?;
        let text = format!("{words} {amount} {}", payment.currency);
        queries::note_step(db, payment.id, &Note { event, data: None, text }, None).await?;
        return Ok(Err(Outcome::Applied));
    }
    if payment.refund_claimed + amount > payment.amount {
        return Ok(Err(Outcome::Parked("refund_above_paid")));
    }
    let reason = Some("made at the provider");
    let id = queries::insert_refund(db, payment.id, amount, Some(&refund.id), reason, None).await?;
    let stripe_refund_id = Some(refund.id.clone());
    Ok(Ok(RefundFacts {
        id,
        payment_id: payment.id,
        amount,
        status: RefundStatus::Pending,
        stripe_refund_id,
        created_at: payment.created_at,
        provider_attempt: 0,
    }))
}

/// Moves a refund of a locked payment on, if that is a step forward, and posts what it means.
pub async fn move_refund(
    db: &mut PgConnection,
    payment: &Facts,
    refund: &RefundFacts,
    next: RefundStatus,
    at: DateTime<Utc>,
    failure_code: Option<&str>,
    event: Option<&str>,
) -> Result<Option<Effect>> {
    if !rules::refund_moves(refund.status, next) {
        return Ok(None);
    }
    queries::set_refund(db, refund, next, at, failure_code).await?;
    let kind = match (refund.status, next) {
        (_, RefundStatus::Succeeded) => Some(PostingKind::Refund),
        (RefundStatus::Succeeded, _) => Some(PostingKind::Reversal),
        _ => None,
    };
    if let Some(kind) = kind {
        let amount = if kind == PostingKind::Refund { refund.amount } else { -refund.amount };
        let posting = Posting {
            user: payment.user_id,
            kind,
            amount,
            currency: &payment.currency,
            charge: payment.charge_id,
            payment: Some(payment.id),
            refund: Some(refund.id),
            reason: None,
            actor: None,
        };
        ledger::queries::post(db, &posting).await?;
    }
    let words = match next {
        RefundStatus::Succeeded => "refunded",
        RefundStatus::Failed => "refund failed:",
        RefundStatus::Canceled => "refund canceled:",
        RefundStatus::Pending => "refund begun:",
    };
    let text = format!("{words} {} {}", refund.amount, payment.currency);
    queries::note_step(db, payment.id, &Note { event, data: None, text }, None).await?;
    let in_full = next == RefundStatus::Succeeded && refunded_after(db, payment).await? >= payment.amount;
    Ok(Some(Effect::refund(payment, refund, next, in_full)))
}

async fn refunded_after(db: &mut PgConnection, payment: &Facts) -> Result<Decimal> {
    let rows = queries::refund_rows(db, payment.id).await?;
    Ok(rows.iter().filter(|row| row.status == RefundStatus::Succeeded).map(|row| row.amount).sum())
}

/// What `charge.refunded` says: so much was given back in all.
pub async fn refunded_in_all(
    db: &mut PgConnection,
    payment: &Facts,
    charge: &Charge,
    at: DateTime<Utc>,
    event: &str,
) -> Result<(Outcome, Vec<Effect>)> {
    if payment.settled_at.is_none() {
        return Ok((Outcome::Parked("before_payment"), vec![]));
    }
    let Some(currency) = currency_of(payment) else {
        return Ok((Outcome::Flagged("currency_differs"), vec![]));
    };
    // What the provider was not heard to have made is not among what it tells: a refund of the same amount may be somebody
    // else's, made in the provider's own pages.
    let mut rows = queries::refund_rows(db, payment.id).await?;
    rows.retain(|row| row.stripe_refund_id.is_some());
    let (pending, told): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.status == RefundStatus::Pending);
    let sum = |rows: &[&RefundFacts]| rows.iter().map(|row| row.amount).sum::<Decimal>();
    let unknown = from_minor(charge.amount_refunded, currency) - sum(&told);
    if unknown <= Decimal::ZERO {
        return Ok((Outcome::NothingNew, vec![]));
    }
    if unknown != sum(&pending) {
        return Ok((Outcome::Parked("refunds_unknown"), vec![]));
    }
    let mut effects = vec![];
    for (place, refund) in pending.into_iter().enumerate() {
        // An event stands beside one step only.
        let event = (place == 0).then_some(event);
        effects.extend(move_refund(db, payment, refund, RefundStatus::Succeeded, at, None, event).await?);
    }
    Ok((Outcome::Applied, effects))
}
