//! Events of the provider: each is stored once and applied once, in one transaction, under the lock of its payment.
//! What comes before what it follows is parked and applied after it; what does not fit our books changes nothing and is
//! flagged for a person.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::effects::Effect;
use super::event_queries as stored;
use super::queries::{self, Facts, Note};
use super::rules::News;
use super::settle;
use crate::app::App;
use crate::error::Result;
use crate::ids::PaymentId;
use crate::stripe::{Charge, Dispute, Event, IntentStatus, Metadata, PaymentIntent, Refund};

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Applied,
    /// Known already, or older than what is known.
    NothingNew,
    UnknownType,
    /// Waits for what it follows.
    Parked(&'static str),
    /// For a person to look at; nothing was changed.
    Flagged(&'static str),
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::NothingNew => "nothing_new",
            Self::UnknownType => "unknown_type",
            Self::Parked(_) => "parked",
            Self::Flagged(_) => "flagged",
        }
    }

    pub fn reason(self) -> Option<&'static str> {
        match self {
            Self::Parked(reason) | Self::Flagged(reason) => Some(reason),
            Self::Applied | Self::NothingNew | Self::UnknownType => None,
        }
    }
}

/// What an event led to; effects are counted and logged after the commit.
#[derive(Debug)]
pub struct Taken {
    /// `None`: it was here before.
    pub outcome: Option<Outcome>,
    pub effects: Vec<Effect>,
}

/// Stores an event and applies it. The second of two equal events waits for the first and finds it stored.
pub async fn take_in(app: &App, db: &mut PgConnection, event: &Event) -> Result<Taken> {
    if !stored::insert(db, event).await? {
        return again(db, event).await;
    }
    let mut effects = vec![];
    let (outcome, payment) = apply(app, db, event, &mut effects).await?;
    stored::conclude(db, &event.id, outcome, payment).await?;
    if let Some(payment) = payment.filter(|_| outcome == Outcome::Applied) {
        apply_parked(app, db, payment, &mut effects).await?;
    }
    if let Outcome::Flagged(reason) = outcome {
        effects.push(Effect::Flagged { event: event.id.clone(), reason, payment });
    }
    Ok(Taken { outcome: Some(outcome), effects })
}

/// An event that is here already. If it says something else than the first time, one of the two is forged, or the
/// provider's fault; the first one counts, and the other is kept beside it for a person.
async fn again(db: &mut PgConnection, event: &Event) -> Result<Taken> {
    if !stored::differs(db, event).await? {
        return Ok(Taken { outcome: None, effects: vec![] });
    }
    let other = stored::beside(event);
    if !stored::insert(db, &other).await? {
        return Ok(Taken { outcome: None, effects: vec![] });
    }
    let reason = "same_id_other_content";
    stored::conclude(db, &other.id, Outcome::Flagged(reason), None).await?;
    let effects = vec![Effect::Flagged { event: other.id, reason, payment: None }];
    Ok(Taken { outcome: Some(Outcome::Flagged(reason)), effects })
}

/// Something new is known of a locked payment: events that waited for it may follow, and others for those.
pub async fn apply_parked(
    app: &App,
    db: &mut PgConnection,
    payment: PaymentId,
    effects: &mut Vec<Effect>,
) -> Result<()> {
    let mut moved = true;
    while moved {
        moved = false;
        for event in stored::parked(db, payment).await? {
            let (outcome, _) = apply(app, db, &event, effects).await?;
            if let Outcome::Flagged(reason) = outcome {
                effects.push(Effect::Flagged { event: event.id.clone(), reason, payment: Some(payment) });
            }
            if !matches!(outcome, Outcome::Parked(_)) {
                stored::conclude(db, &event.id, outcome, Some(payment)).await?;
                moved = true;
            }
        }
    }
    Ok(())
}

type Applied = (Outcome, Option<PaymentId>);

async fn apply(
    app: &App,
    db: &mut PgConnection,
    event: &Event,
    effects: &mut Vec<Effect>,
) -> Result<Applied> {
    let known = match &*event.kind {
        "payment_intent.succeeded" => Some(Some(News::Succeeded)),
        "payment_intent.payment_failed" => Some(Some(News::Failed)),
        "payment_intent.processing" => Some(Some(News::Processing)),
        "payment_intent.canceled" => Some(Some(News::Canceled)),
        "payment_intent.created" | "payment_intent.requires_action" => Some(None),
        _ => None,
    };
    if let Some(news) = known {
        return apply_intent(app, db, event, news, effects).await;
    }
    match &*event.kind {
        "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated" => {
            apply_refund(app, db, event, effects).await
        }
        "charge.refunded" => apply_charge(app, db, event, effects).await,
        "charge.dispute.created" | "charge.dispute.closed" => apply_dispute(app, db, event).await,
        _ => Ok((Outcome::UnknownType, None)),
    }
}

/// Whether events of a type change anything here.
pub fn concerns_us(kind: &str) -> bool {
    kind.starts_with("payment_intent.")
        || kind.starts_with("refund.")
        || kind == "charge.refunded"
        || kind.starts_with("charge.dispute.")
}

fn moment(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}

/// The payment of an event, locked; or why the event is not for our books.
async fn payment_of(
    app: &App,
    db: &mut PgConnection,
    event: &Event,
    intent: Option<&str>,
    metadata: &Metadata,
) -> Result<Result<Facts, Applied>> {
    let flagged = |reason, payment| Ok(Err((Outcome::Flagged(reason), payment)));
    let ours = metadata.get("payment_id").and_then(|id| id.parse().ok()).map(PaymentId);
    let Some(payment) = queries::lock_of_event(db, intent, ours).await? else {
        return flagged("unknown_payment", None);
    };
    let id = Some(payment.id);
    if event.livemode != app.payments.livemode {
        return flagged("livemode_differs", id);
    }
    if ours.is_some_and(|ours| ours != payment.id) {
        return flagged("another_payment", id);
    }
    if metadata.get("user_id").is_some_and(|user| *user != payment.user_id.to_string()) {
        return flagged("another_person", id);
    }
    let linked = payment.stripe_payment_intent_id.as_deref();
    if linked.is_some() && intent.is_some() && linked != intent {
        return flagged("another_intent", id);
    }
    Ok(Ok(payment))
}

async fn apply_intent(
    app: &App,
    db: &mut PgConnection,
    event: &Event,
    news: Option<News>,
    effects: &mut Vec<Effect>,
) -> Result<Applied> {
    let Ok(intent) = serde_json::from_value::<PaymentIntent>(event.data.object.clone()) else {
        return Ok((Outcome::Flagged("unreadable"), None));
    };
    let payment = match payment_of(app, db, event, Some(&intent.id), &intent.metadata).await? {
        Ok(payment) => payment,
        Err(refused) => return Ok(refused),
    };
    let id = payment.id;
    if let Some(difference) = settle::intent_difference(&payment, &intent) {
        return Ok((Outcome::Flagged(difference), Some(id)));
    }
    if news == Some(News::Succeeded) && intent.status != IntentStatus::Succeeded {
        return Ok((Outcome::Flagged("unreadable"), Some(id)));
    }
    let linked = payment.stripe_payment_intent_id.is_none() && queries::link(db, id, &intent.id).await?;
    let moved = match news {
        None => None,
        Some(news) => {
            let note = settle::said(Some(event), &intent);
            settle::tell(db, &payment, news, moment(event.created), &intent, note).await?
        }
    };
    let outcome = if linked || moved.is_some() { Outcome::Applied } else { Outcome::NothingNew };
    effects.extend(moved);
    Ok((outcome, Some(id)))
}

async fn apply_refund(
    app: &App,
    db: &mut PgConnection,
    event: &Event,
    effects: &mut Vec<Effect>,
) -> Result<Applied> {
    let Ok(refund) = serde_json::from_value::<Refund>(event.data.object.clone()) else {
        return Ok((Outcome::Flagged("unreadable"), None));
    };
    let intent = refund.payment_intent.as_deref();
    let payment = match payment_of(app, db, event, intent, &refund.metadata).await? {
        Ok(payment) => payment,
        Err(refused) => return Ok(refused),
    };
    let (outcome, effect) =
        settle::refund(db, &payment, &refund, moment(event.created), Some(&event.id)).await?;
    effects.extend(effect);
    Ok((outcome, Some(payment.id)))
}

/// `charge.refunded` says how much was given back of a charge, all refunds together; which ones, the events of the
/// refunds say. Where it can only mean refunds of ours that are under way, it settles them.
async fn apply_charge(
    app: &App,
    db: &mut PgConnection,
    event: &Event,
    effects: &mut Vec<Effect>,
) -> Result<Applied> {
    let Ok(charge) = serde_json::from_value::<Charge>(event.data.object.clone()) else {
        return Ok((Outcome::Flagged("unreadable"), None));
    };
    let payment = match payment_of(app, db, event, charge.payment_intent.as_deref(), &charge.metadata).await?
    {
        Ok(payment) => payment,
        Err(refused) => return Ok(refused),
    };
    if let Some(difference) = settle::difference(&payment, charge.amount, &charge.currency) {
        return Ok((Outcome::Flagged(difference), Some(payment.id)));
    }
    let (outcome, more) =
        settle::refunded_in_all(db, &payment, &charge, moment(event.created), &event.id).await?;
    effects.extend(more);
    Ok((outcome, Some(payment.id)))
}

/// The payer objects at their bank. The money is the provider's and the banks' to move; here it stops refunds, and a
/// person has to look.
async fn apply_dispute(app: &App, db: &mut PgConnection, event: &Event) -> Result<Applied> {
    let Ok(dispute) = serde_json::from_value::<Dispute>(event.data.object.clone()) else {
        return Ok((Outcome::Flagged("unreadable"), None));
    };
    let intent = dispute.payment_intent.as_deref();
    let payment = match payment_of(app, db, event, intent, &dispute.metadata).await? {
        Ok(payment) => payment,
        Err(refused) => return Ok(refused),
    };
    let id = Some(payment.id);
    let note = |text: &str| Note { event: Some(&event.id), data: None, text: text.to_owned() };
    match (&*event.kind, &*dispute.status) {
        ("charge.dispute.closed", "won" | "warning_closed") => {
            queries::set_disputed(db, payment.id, None).await?;
            queries::note_step(db, payment.id, &note("the dispute was decided for us"), None).await?;
            stored::end_dispute(db, payment.id, &dispute.id, "the dispute was decided for us").await?;
            Ok((Outcome::Applied, id))
        }
        ("charge.dispute.closed", _) => {
            queries::set_disputed(db, payment.id, Some(moment(event.created))).await?;
            queries::note_step(
                db,
                payment.id,
                &note("the dispute was lost; the bank took the money back"),
                None,
            )
            .await?;
            // One case, one flag: what is left to do stands at the end of the dispute.
            stored::end_dispute(db, payment.id, &dispute.id, "the dispute was lost, which is flagged itself")
                .await?;
            Ok((Outcome::Flagged("dispute_lost"), id))
        }
        _ if stored::dispute_is_closed(db, &dispute.id).await? => Ok((Outcome::NothingNew, id)),
        _ => {
            queries::set_disputed(db, payment.id, Some(moment(event.created))).await?;
            queries::note_step(db, payment.id, &note("the payer disputes this payment at their bank"), None)
                .await?;
            Ok((Outcome::Flagged("disputed"), id))
        }
    }
}
