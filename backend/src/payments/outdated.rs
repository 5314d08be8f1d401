//! Payments of a charge of which another amount is due by now (it was waived in part, say): they are not offered any
//! more, and closed at the provider. If it takes the money all the same, the payment is settled as any other, and what is
//! too much is the student's credit.

use super::intents::{ensure_intent, unavailable};
use super::model::Status;
use super::queries::{self, Facts};
use super::rules::News;
use super::settle;
use crate::app::App;
use crate::error::{Error, Refusal, Result};
use crate::http::request_log;
use crate::ids::{ChargeId, PaymentId};
use crate::ledger;
use crate::ledger::queries::Due;
use crate::stripe::{Failure, IntentStatus};

/// Whether a payment is of what is due of its charge.
pub fn fits(payment: &Facts, due: &Due) -> bool {
    payment.amount == due.outstanding && payment.currency == due.currency
}

/// Refuses to take up a payment that waits for its payer if its charge is no longer of that amount.
pub async fn refuse_outdated(app: &App, payment: &Facts) -> Result<()> {
    let waits = payment.state().is_open() && payment.status != Status::Processing;
    let Some(charge) = payment.charge_id.filter(|_| waits) else { return Ok(()) };
    let mut db = app.db.acquire().await?;
    let due = ledger::queries::due(&mut db, charge).await?;
    if fits(payment, &due) {
        return Ok(());
    }
    let detail =
        "what is due of the charge has changed since; pay the charge anew, if anything of it is left";
    Err(Refusal::new("payment_outdated", detail).fact("outstanding", due.outstanding).into())
}

/// Closes the open payment of a charge that was changed, if another amount is due by now. Nobody waits for the provider;
/// what does not succeed now, the periodic task does.
pub fn close_soon(app: &App, charge: ChargeId) {
    let app = app.clone();
    drop(request_log::spawn(async move {
        let open = async {
            for payment in queries::outdated(&app.db, Some(charge)).await? {
                close(&app, payment).await?;
            }
            Ok::<_, Error>(())
        };
        if let Err(error) = open.await {
            tracing::warn!(event = "payment_not_closed", function = "close_soon", charge_id = %charge, %error, "A payment of an amount that is no longer due was not closed; it is tried again");
        }
    }));
}

/// Closes an open payment at Stripe, so that nobody can pay it any more.
pub async fn close(app: &App, id: PaymentId) -> Result<()> {
    let app = app.clone();
    let task = async move {
        let payment = queries::facts(&app.db, id).await?.ok_or(Error::NotFound("payment"))?;
        let (intent, stripe) = (ensure_intent(&app, &payment).await?, app.payments.stripe()?);
        // Canceling twice does no harm, and what was refused once may be granted later: a key for each attempt.
        let key = format!("cancel-{id}-{}", uuid::Uuid::new_v4().simple());
        let intent = match stripe.cancel_intent(&intent.id, &key).await {
            Ok(intent) => intent,
            Err(Failure::Refused { status: 400, .. }) => {
                let now = stripe.retrieve_intent(&intent.id).await;
                now.map_err(|failure| unavailable(id, &failure))?
            }
            Err(failure) => return Err(unavailable(id, &failure)),
        };
        if intent.status != IntentStatus::Canceled {
            // Paid or being paid meanwhile: the event will tell.
            let detail = "a payment of this charge is being processed; wait for its end";
            return Err(Refusal::new("payment_in_progress", detail).into());
        }
        let mut tx = app.db.begin().await?;
        let payment = queries::lock(&mut tx, id).await?.ok_or(Error::NotFound("payment"))?;
        let at = chrono::DateTime::from_timestamp(intent.canceled_at.unwrap_or(intent.created), 0);
        let note = settle::said(None, &intent);
        let effect =
            settle::tell(&mut tx, &payment, News::Canceled, at.unwrap_or_default(), &intent, note).await?;
        tx.commit().await?;
        if let Some(effect) = effect {
            effect.report(&app);
        }
        Ok(())
    };
    request_log::spawn(task).await.map_err(anyhow::Error::from)?
}
