//! Refunds, and the disputes a test asks for.

use serde_json::{Value, json};
use sqlx::PgConnection;

use super::answer::{Answer, Result, invalid, missing};
use super::delivery::emit;
use super::form::Form;
use super::switches::Switches;
use super::{Sandbox, id, store};

pub async fn create(
    sandbox: &Sandbox,
    db: &mut PgConnection,
    switches: &Switches,
    form: &Form,
) -> Result<Answer> {
    let (intent, mut charge) = paid(db, form.need("payment_intent")?).await?;
    let intent_id = intent["id"].as_str().unwrap_or_default();
    let paid = intent["amount"].as_i64().unwrap_or(0);
    let left = paid - store::refunded(db, intent_id).await?;
    let amount = form.integer("amount")?.unwrap_or(left);
    if left == 0 {
        return Err(invalid("charge_already_refunded", "Charge has already been refunded."));
    }
    if charge["disputed"] == true {
        return Err(invalid("charge_disputed", "Charge has been charged back; cannot issue a refund."));
    }
    if amount < 1 || amount > left {
        return Err(invalid("", "Refund amount is greater than unrefunded amount on charge"));
    }
    let mut refund = object(&id("re"), amount, &intent, form.metadata(), sandbox.now());
    emit(sandbox, db, switches, "refund.created", &refund).await?;
    refund["status"] = "succeeded".into();
    charge["amount_refunded"] = (paid - left + amount).into();
    charge["refunded"] = (left == amount).into();
    store::put(db, "refund", &refund).await?;
    store::put(db, "charge", &charge).await?;
    emit(sandbox, db, switches, "refund.updated", &refund).await?;
    emit(sandbox, db, switches, "charge.refunded", &charge).await?;
    Ok(Answer::ok(refund))
}

/// A refund of a paid intent, on its way.
pub fn object(id: &str, amount: i64, intent: &Value, metadata: Value, created: i64) -> Value {
    json!({
        "id": id, "object": "refund", "amount": amount, "currency": intent["currency"], "status": "pending",
        "payment_intent": intent["id"], "charge": intent["latest_charge"], "metadata": metadata, "created": created,
        "failure_reason": null,
    })
}

/// The bank of a refund sends the money back: what succeeded has failed after all.
pub async fn fail(
    sandbox: &Sandbox,
    db: &mut PgConnection,
    switches: &Switches,
    form: &Form,
) -> Result<Answer> {
    let id = form.need("refund")?;
    let mut refund =
        store::lock(db, "refund", id).await?.ok_or_else(|| missing(&format!("refund: '{id}'")))?;
    refund["status"] = "failed".into();
    refund["failure_reason"] = "lost_or_stolen_card".into();
    store::put(db, "refund", &refund).await?;
    let charge = refund["charge"].as_str().unwrap_or_default();
    if let Some(mut charge) = store::lock(db, "charge", charge).await? {
        let intent = refund["payment_intent"].as_str().unwrap_or_default();
        charge["amount_refunded"] = store::refunded(db, intent).await?.into();
        charge["refunded"] = false.into();
        store::put(db, "charge", &charge).await?;
    }
    emit(sandbox, db, switches, "refund.failed", &refund).await?;
    Ok(Answer::ok(refund))
}

/// Somebody objects to a payment at their bank: `status` is `needs_response`, `won` or `lost`.
pub async fn dispute(
    sandbox: &Sandbox,
    db: &mut PgConnection,
    switches: &Switches,
    form: &Form,
) -> Result<Answer> {
    let (intent, mut charge) = paid(db, form.need("payment_intent")?).await?;
    let status = form.get("status").unwrap_or("needs_response");
    let intent_id = intent["id"].as_str().unwrap_or_default();
    let dispute = json!({
        "id": intent_id.replace("pi_", "du_"), "object": "dispute", "status": status, "amount": intent["amount"],
        "currency": intent["currency"], "payment_intent": intent_id, "charge": charge["id"], "livemode": false,
        "metadata": {}, "created": sandbox.now(),
    });
    charge["disputed"] = (status != "won").into();
    store::put(db, "charge", &charge).await?;
    let kind = if status == "needs_response" { "charge.dispute.created" } else { "charge.dispute.closed" };
    emit(sandbox, db, switches, kind, &dispute).await?;
    Ok(Answer::ok(dispute))
}

/// An intent that was paid, and the charge that paid it; both locked.
async fn paid(db: &mut PgConnection, id: &str) -> Result<(Value, Value)> {
    let intent = store::lock(db, "payment_intent", id).await?;
    let intent = intent.ok_or_else(|| missing(&format!("payment_intent: '{id}'")))?;
    let charge = intent["latest_charge"].as_str().unwrap_or_default();
    match store::lock(db, "charge", charge).await? {
        Some(charge) if intent["status"] == "succeeded" => Ok((intent, charge)),
        _ => {
            let message = "This PaymentIntent does not have a successful charge to refund.";
            Err(invalid("payment_intent_unexpected_state", message))
        }
    }
}
