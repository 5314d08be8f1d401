//! The addresses of Stripe's API that UEMS and its payment page use, and a few beside them for tests.

use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use super::answer::{Answer, Refusal, Result, failure, invalid, key_reused, missing, unauthorized};
use super::form::Form;
use super::switches::{self, Switch, Switches};
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

/// Who asks: our server with the secret key, or a browser with the publishable one and the secret of one intent.
#[derive(PartialEq)]
enum Caller {
    Server,
    Browser,
}

fn caller(sandbox: &Sandbox, headers: &HeaderMap, form: &Form) -> Result<Caller> {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer ").map(str::to_owned));
    match bearer.as_deref().or(form.get("key")) {
        Some(key) if key == &*sandbox.keys.secret => Ok(Caller::Server),
        Some(key) if key == sandbox.keys.publishable => Ok(Caller::Browser),
        _ => Err(unauthorized()),
    }
}

fn server_only(sandbox: &Sandbox, headers: &HeaderMap, form: &Form) -> Result<()> {
    if caller(sandbox, headers, form)? == Caller::Server { Ok(()) } else { Err(unauthorized()) }
}

/// A browser may act on an intent whose secret it knows.
async fn may_use(sandbox: &Sandbox, headers: &HeaderMap, form: &Form, id: &str) -> Result<Value> {
    let caller = caller(sandbox, headers, form)?;
    let intent = store::find(&sandbox.db, "payment_intent", id).await?;
    let known = intent.filter(|intent| {
        caller == Caller::Server
            || form.get("client_secret").is_some_and(|text| intent["client_secret"] == text)
    });
    known.ok_or_else(|| missing(&format!("payment_intent: '{id}'")))
}

/// Everything that changes something: once per key, in one transaction, as unreliable as the switches say.
async fn once<Do>(sandbox: &Sandbox, headers: &HeaderMap, path: &str, form: &Form, act: Do) -> Response
where
    Do: AsyncFnOnce(&mut PgConnection, &Switches) -> Result<Answer>,
{
    let done = async {
        if switches::take_one(&sandbox.db, Switch::FailNext).await? {
            return Ok(failure());
        }
        let switches = Switches::read(&sandbox.db).await?;
        let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok());
        let fingerprint = Sha256::digest(format!("{path}?{}", form.canonical()));
        let mut tx = sandbox.db.begin().await?;
        let kept = match key {
            Some(key) => store::kept(&mut tx, key).await?,
            None => None,
        };
        let answer = if let Some(kept) = kept {
            if kept.fingerprint != fingerprint[..] {
                return Err(key_reused());
            }
            Answer { status: kept.status as u16, body: kept.body }
        } else {
            let answer = act(&mut tx, &switches).await?;
            if let Some(key) = key {
                store::keep(&mut tx, key, &fingerprint, answer.status, &answer.body).await?;
            }
            answer
        };
        tx.commit().await?;
        sandbox.due.notify_one();
        tokio::time::sleep(Duration::from_millis(switches.get(Switch::Delay))).await;
        if switches::take_one(&sandbox.db, Switch::LoseNext).await? {
            return Ok(failure());
        }
        Ok(answer)
    };
    match done.await {
        Ok(answer) => answer.into_response(),
        Err(refusal) => Refusal::into_response(refusal),
    }
}

async fn create_intent(State(sandbox): State<Sandbox>, headers: HeaderMap, body: Bytes) -> Response {
    let form = Form::parse(&body);
    if let Err(refusal) = server_only(&sandbox, &headers, &form) {
        return refusal.into_response();
    }
    once(&sandbox, &headers, "/v1/payment_intents", &form, async |db, switches| {
        intents::create(&sandbox, db, switches, &form).await
    })
    .await
}

async fn confirm_intent(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = Form::parse(&body);
    if let Err(refusal) = may_use(&sandbox, &headers, &form, &id).await {
        return refusal.into_response();
    }
    once(&sandbox, &headers, &format!("/v1/payment_intents/{id}/confirm"), &form, async |db, switches| {
        intents::confirm(&sandbox, db, switches, &id, &form).await
    })
    .await
}

async fn authenticate_intent(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = Form::parse(&body);
    if let Err(refusal) = may_use(&sandbox, &headers, &form, &id).await {
        return refusal.into_response();
    }
    once(
        &sandbox,
        &headers,
        &format!("/v1/payment_intents/{id}/authenticate"),
        &form,
        async |db, switches| intents::authenticate(&sandbox, db, switches, &id, &form).await,
    )
    .await
}

async fn cancel_intent(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = Form::parse(&body);
    if let Err(refusal) = server_only(&sandbox, &headers, &form) {
        return refusal.into_response();
    }
    once(&sandbox, &headers, &format!("/v1/payment_intents/{id}/cancel"), &form, async |db, switches| {
        intents::cancel(&sandbox, db, switches, &id).await
    })
    .await
}

async fn create_refund(State(sandbox): State<Sandbox>, headers: HeaderMap, body: Bytes) -> Response {
    let form = Form::parse(&body);
    if let Err(refusal) = server_only(&sandbox, &headers, &form) {
        return refusal.into_response();
    }
    once(&sandbox, &headers, "/v1/refunds", &form, async |db, switches| {
        refunds::create(&sandbox, db, switches, &form).await
    })
    .await
}

async fn fail_refund(State(sandbox): State<Sandbox>, headers: HeaderMap, body: Bytes) -> Response {
    let form = Form::parse(&body);
    if let Err(refusal) = server_only(&sandbox, &headers, &form) {
        return refusal.into_response();
    }
    once(&sandbox, &headers, "/test/refund_failures", &form, async |db, switches| {
        refunds::fail(&sandbox, db, switches, &form).await
    })
    .await
}

async fn create_dispute(State(sandbox): State<Sandbox>, headers: HeaderMap, body: Bytes) -> Response {
    let form = Form::parse(&body);
    if let Err(refusal) = server_only(&sandbox, &headers, &form) {
        return refusal.into_response();
    }
    once(&sandbox, &headers, "/test/disputes", &form, async |db, switches| {
        refunds::dispute(&sandbox, db, switches, &form).await
    })
    .await
}

async fn set_switches(State(sandbox): State<Sandbox>, headers: HeaderMap, body: Bytes) -> Result<Answer> {
    let form = Form::parse(&body);
    server_only(&sandbox, &headers, &form)?;
    for switch in Switch::ALL {
        if let Some(value) = form.integer(switch.name())? {
            let value = i32::try_from(value).map_err(|_| invalid("", "too large"))?;
            switches::set(&sandbox.db, switch, value).await?;
        }
    }
    Ok(Answer::ok(json!({})))
}

async fn retrieve_intent(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Answer> {
    let form = Form::parse(query.unwrap_or_default().as_bytes());
    let intent = may_use(&sandbox, &headers, &form, &id).await?;
    let mut intents = vec![intent];
    expand(&sandbox, &form, &mut intents).await?;
    Ok(Answer::ok(intents.remove(0)))
}

async fn retrieve_refund(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Answer> {
    server_only(&sandbox, &headers, &Form::default())?;
    let refund = store::find(&sandbox.db, "refund", &id).await?;
    refund.map(Answer::ok).ok_or_else(|| missing(&format!("refund: '{id}'")))
}

async fn list_intents(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Answer> {
    list(&sandbox, &headers, query, "payment_intent").await
}

async fn list_refunds(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Answer> {
    list(&sandbox, &headers, query, "refund").await
}

async fn list_events(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Answer> {
    list(&sandbox, &headers, query, "event").await
}

async fn list(sandbox: &Sandbox, headers: &HeaderMap, query: Option<String>, kind: &str) -> Result<Answer> {
    let form = Form::parse(query.unwrap_or_default().as_bytes());
    server_only(sandbox, headers, &form)?;
    let limit = form.integer("limit")?.unwrap_or(10).clamp(1, 100) as i32;
    let since = form.integer("created[gte]")?.unwrap_or(0);
    let mut data = store::list(&sandbox.db, kind, since, form.get("starting_after"), limit).await?;
    let has_more = data.len() > limit as usize;
    data.truncate(limit as usize);
    expand(sandbox, &form, &mut data).await?;
    Ok(Answer::ok(json!({ "object": "list", "data": data, "has_more": has_more })))
}

/// Puts the charge in place of its id, where that was asked for.
async fn expand(sandbox: &Sandbox, form: &Form, intents: &mut [Value]) -> Result<()> {
    if !form.expands("latest_charge") {
        return Ok(());
    }
    let ids: Vec<String> =
        intents.iter().filter_map(|intent| intent["latest_charge"].as_str().map(str::to_owned)).collect();
    let charges = store::find_all(&sandbox.db, &ids).await?;
    for intent in intents {
        if let Some(charge) = charges.iter().find(|charge| charge["id"] == intent["latest_charge"]) {
            intent["latest_charge"] = charge.clone();
        }
    }
    Ok(())
}
