//! PaymentIntents: made by the server, confirmed by the browser.

use serde_json::{Value, json};
use sqlx::PgConnection;

use super::answer::{Answer, Refusal, Result, declined, invalid, missing};
use super::cards::{Card, card, problem};
use super::delivery::emit;
use super::form::Form;
use super::switches::Switches;
use super::{Sandbox, id, store};

/// Stripe's own limit for most currencies.
const MOST: i64 = 9_999_999_999;

pub async fn create(
    sandbox: &Sandbox,
    db: &mut PgConnection,
    switches: &Switches,
    form: &Form,
) -> Result<Answer> {
    let amount = form.integer("amount")?;
    let amount = amount.ok_or_else(|| invalid("parameter_missing", "Missing required param: amount."))?;
    if !(1..=MOST).contains(&amount) {
        return Err(invalid("amount_too_small", "Amount must be at least 1 and at most 9999999999"));
    }
    let currency = form.need("currency")?;
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Err(invalid("", &format!("Invalid currency: {currency}")));
    }
    let intent = object(&New {
        id: &id("pi"),
        amount,
        currency,
        description: form.get("description"),
        metadata: form.metadata(),
        created: sandbox.now(),
    });
    store::put(db, "payment_intent", &intent).await?;
    emit(sandbox, db, switches, "payment_intent.created", &intent).await?;
    Ok(Answer::ok(intent))
}

pub struct New<'a> {
    pub id: &'a str,
    pub amount: i64,
    pub currency: &'a str,
    pub description: Option<&'a str>,
    pub metadata: Value,
    pub created: i64,
}

/// An intent nobody has tried to pay yet.
pub fn object(new: &New<'_>) -> Value {
    let New { id, amount, currency, description, metadata, created } = new;
    json!({
        "id": id, "object": "payment_intent", "amount": amount, "amount_received": 0, "currency": currency,
        "status": "requires_payment_method", "client_secret": format!("{id}_secret_{}", uuid::Uuid::new_v4().simple()),
        "created": created, "livemode": false, "metadata": metadata,
        "description": description, "payment_method_types": ["card"],
        "latest_charge": null, "last_payment_error": null, "next_action": null, "canceled_at": null,
    })
}

/// Pays with a card, as the browser asks.
pub async fn confirm(
    sandbox: &Sandbox,
    db: &mut PgConnection,
    switches: &Switches,
    id: &str,
    form: &Form,
) -> Result<Answer> {
    let mut intent = locked(db, id).await?;
    let open = ["requires_payment_method", "requires_confirmation", "requires_action"];
    if !open.iter().any(|status| intent["status"] == *status) {
        return Err(unexpected_state(&intent));
    }
    let year = 1970 + sandbox.now() / 31_556_952;
    match card(form, year) {
        Card::Pays => succeed(sandbox, db, switches, &mut intent).await,
        Card::Declines(problem) => fail(sandbox, db, switches, &mut intent, &problem).await,
        Card::Asks => {
            intent["status"] = "requires_action".into();
            intent["next_action"] = json!({
                "type": "use_stripe_sdk",
                "use_stripe_sdk": { "type": "three_d_secure_redirect", "authenticate": format!("/v1/payment_intents/{id}/authenticate") },
            });
            store::put(db, "payment_intent", &intent).await?;
            emit(sandbox, db, switches, "payment_intent.requires_action", &intent).await?;
            Ok(Answer::ok(intent))
        }
    }
}

/// The person's answer to their bank: `outcome` is `accept` or `refuse`.
pub async fn authenticate(
    sandbox: &Sandbox,
    db: &mut PgConnection,
    switches: &Switches,
    id: &str,
    form: &Form,
) -> Result<Answer> {
    let mut intent = locked(db, id).await?;
    if intent["status"] != "requires_action" {
        return Err(unexpected_state(&intent));
    }
    match form.need("outcome")? {
        "accept" => succeed(sandbox, db, switches, &mut intent).await,
        "refuse" => {
            let problem = problem("payment_intent_authentication_failure", "");
            fail(sandbox, db, switches, &mut intent, &problem).await
        }
        _ => Err(invalid("", "outcome is accept or refuse")),
    }
}

pub async fn cancel(
    sandbox: &Sandbox,
    db: &mut PgConnection,
    switches: &Switches,
    id: &str,
) -> Result<Answer> {
    let mut intent = locked(db, id).await?;
    if ["succeeded", "canceled", "processing"].iter().any(|status| intent["status"] == *status) {
        return Err(unexpected_state(&intent));
    }
    intent["status"] = "canceled".into();
    intent["canceled_at"] = sandbox.now().into();
    intent["next_action"] = Value::Null;
    store::put(db, "payment_intent", &intent).await?;
    emit(sandbox, db, switches, "payment_intent.canceled", &intent).await?;
    Ok(Answer::ok(intent))
}

async fn locked(db: &mut PgConnection, id: &str) -> Result<Value> {
    store::lock(db, "payment_intent", id).await?.ok_or_else(|| missing(&format!("payment_intent: '{id}'")))
}

fn unexpected_state(intent: &Value) -> Refusal {
    let message =
        format!("This PaymentIntent's status is {}.", intent["status"].as_str().unwrap_or_default());
    invalid("payment_intent_unexpected_state", &message)
}

/// An attempt to pay an intent.
pub fn charge(intent: &Value, status: &str, created: i64) -> Value {
    json!({
        "id": id("ch"), "object": "charge", "amount": intent["amount"], "amount_refunded": 0,
        "currency": intent["currency"], "payment_intent": intent["id"], "livemode": false,
        "metadata": intent["metadata"], "created": created, "status": status,
        "paid": status == "succeeded", "refunded": false, "disputed": false,
    })
}

/// Puts an intent into the state in which a charge has paid it.
pub fn settle(intent: &mut Value, charge: &Value) {
    intent["status"] = "succeeded".into();
    intent["amount_received"] = intent["amount"].clone();
    intent["latest_charge"] = charge["id"].clone();
    intent["next_action"] = Value::Null;
    intent["last_payment_error"] = Value::Null;
}

/// Puts an intent into the state in which a charge has failed to pay it.
pub fn decline(intent: &mut Value, charge: &Value, problem: &Value) {
    intent["status"] = "requires_payment_method".into();
    intent["latest_charge"] = charge["id"].clone();
    intent["next_action"] = Value::Null;
    intent["last_payment_error"] = problem.clone();
}

async fn succeed(
    sandbox: &Sandbox,
    db: &mut PgConnection,
    switches: &Switches,
    intent: &mut Value,
) -> Result<Answer> {
    let charge = charge(intent, "succeeded", sandbox.now());
    settle(intent, &charge);
    store::put(db, "charge", &charge).await?;
    store::put(db, "payment_intent", intent).await?;
    emit(sandbox, db, switches, "charge.succeeded", &charge).await?;
    emit(sandbox, db, switches, "payment_intent.succeeded", intent).await?;
    Ok(Answer::ok(intent.clone()))
}

async fn fail(
    sandbox: &Sandbox,
    db: &mut PgConnection,
    switches: &Switches,
    intent: &mut Value,
    problem: &Value,
) -> Result<Answer> {
    let charge = charge(intent, "failed", sandbox.now());
    decline(intent, &charge, problem);
    store::put(db, "charge", &charge).await?;
    store::put(db, "payment_intent", intent).await?;
    emit(sandbox, db, switches, "payment_intent.payment_failed", intent).await?;
    Ok(declined(problem, intent.clone()))
}
