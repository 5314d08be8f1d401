//! The addresses of Stripe's API that UEMS and its payment page use, and a few beside them for tests.

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::answer::{Answer, Result, invalid, missing};
use super::call::{Call, ServerCall};
use super::switches::{self, Switch};
use super::{Sandbox, intents, refunds, store};

pub fn router<S>(sandbox: Sandbox) -> Router<S> {
    Router::new()
        .route("/v1/payment_intents", post(create_intent).get(list_intents))
        .route("/v1/payment_intents/{id}", get(retrieve_intent))
        .route("/v1/payment_intents/{id}/confirm", post(confirm_intent))
        .route("/v1/payment_intents/{id}/authenticate", post(authenticate_intent))
        .route("/v1/payment_intents/{id}/cancel", post(cancel_intent))
        .route("/v1/refunds", post(create_refund).get(list_refunds))
        .route("/v1/refunds/{id}", get(retrieve_refund))
        .route("/v1/events", get(list_events))
        .route("/test/refund_failures", post(fail_refund))
        .route("/test/disputes", post(create_dispute))
        .route("/test/switches", post(set_switches))
        .with_state(sandbox)
}

async fn create_intent(ServerCall(call): ServerCall) -> Result<Answer> {
    call.once(async |db, switches| intents::create(&call.sandbox, db, switches, &call.form).await).await
}

async fn confirm_intent(Path(id): Path<String>, call: Call) -> Result<Answer> {
    call.intent(&id).await?;
    call.once(async |db, switches| intents::confirm(&call.sandbox, db, switches, &id, &call.form).await).await
}

async fn authenticate_intent(Path(id): Path<String>, call: Call) -> Result<Answer> {
    call.intent(&id).await?;
    call.once(async |db, switches| intents::authenticate(&call.sandbox, db, switches, &id, &call.form).await)
        .await
}

async fn cancel_intent(Path(id): Path<String>, ServerCall(call): ServerCall) -> Result<Answer> {
    call.once(async |db, switches| intents::cancel(&call.sandbox, db, switches, &id).await).await
}

async fn create_refund(ServerCall(call): ServerCall) -> Result<Answer> {
    call.once(async |db, switches| refunds::create(&call.sandbox, db, switches, &call.form).await).await
}

async fn fail_refund(ServerCall(call): ServerCall) -> Result<Answer> {
    call.once(async |db, switches| refunds::fail(&call.sandbox, db, switches, &call.form).await).await
}

async fn create_dispute(ServerCall(call): ServerCall) -> Result<Answer> {
    call.once(async |db, switches| refunds::dispute(&call.sandbox, db, switches, &call.form).await).await
}

async fn set_switches(ServerCall(call): ServerCall) -> Result<Answer> {
    for switch in Switch::ALL {
        if let Some(value) = call.form.integer(switch.name())? {
            let value = i32::try_from(value).map_err(|_| invalid("", "too large"))?;
            switches::set(&call.sandbox.db, switch, value).await?;
        }
    }
    Ok(Answer::ok(json!({})))
}

async fn retrieve_intent(Path(id): Path<String>, call: Call) -> Result<Answer> {
    let mut intents = vec![call.intent(&id).await?];
    expand(&call, &mut intents).await?;
    Ok(Answer::ok(intents.remove(0)))
}

async fn retrieve_refund(Path(id): Path<String>, ServerCall(call): ServerCall) -> Result<Answer> {
    let refund = store::find(&call.sandbox.db, "refund", &id).await?;
    refund.map(Answer::ok).ok_or_else(|| missing(&format!("refund: '{id}'")))
}

async fn list_intents(ServerCall(call): ServerCall) -> Result<Answer> {
    list(&call, "payment_intent").await
}

async fn list_refunds(ServerCall(call): ServerCall) -> Result<Answer> {
    list(&call, "refund").await
}

async fn list_events(ServerCall(call): ServerCall) -> Result<Answer> {
    list(&call, "event").await
}

async fn list(call: &Call, kind: &str) -> Result<Answer> {
    let form = &call.form;
    let limit = form.integer("limit")?.unwrap_or(10).clamp(1, 100) as i32;
    let since = form.integer("created[gte]")?.unwrap_or(0);
    let mut data = store::list(&call.sandbox.db, kind, since, form.get("starting_after"), limit).await?;
    let has_more = data.len() > limit as usize;
    data.truncate(limit as usize);
    expand(call, &mut data).await?;
    Ok(Answer::ok(json!({ "object": "list", "data": data, "has_more": has_more })))
}

/// Puts the charge in place of its id, where that was asked for.
async fn expand(call: &Call, intents: &mut [Value]) -> Result<()> {
    if !call.form.expands("latest_charge") {
        return Ok(());
    }
    let ids: Vec<String> =
        intents.iter().filter_map(|intent| intent["latest_charge"].as_str().map(str::to_owned)).collect();
    let charges = store::find_all(&call.sandbox.db, &ids).await?;
    for intent in intents {
        if let Some(charge) = charges.iter().find(|charge| charge["id"] == intent["latest_charge"]) {
            intent["latest_charge"] = charge.clone();
        }
    }
    Ok(())
}
