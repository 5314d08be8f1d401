use axum::extract::{OriginalUri, State};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::intents::{self, Begun};
use super::model::{
    CreateIntent, History, Payment, PaymentFilter, PaymentSettings, Receipt, RefundStatus, Status, Ticket,
};
use super::{outdated, queries};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::error::{Error, FieldError, Problem, Refusal, Result};
use crate::http::idempotency::{Claimed, IdempotencyKey};
use crate::http::{Json, Page, Path, Query};
use crate::ids::{PaymentId, UserId};
use crate::ledger;
use crate::policy::{Action, Actor, Role};

/// How often a charge whose amount changes meanwhile is looked at again.
const MOST_TRIES: usize = 3;

/// List payments, newest first. Students get their own.
#[utoipa::path(get, path = "/payments", tag = "payments", params(PaymentFilter),
    responses((status = 200, body = Page<Payment>), (status = "4XX", body = Problem)))]
pub async fn list_payments(
    State(app): State<App>,
    actor: Actor,
    OriginalUri(uri): OriginalUri,
    Query(filter): Query<PaymentFilter>,
) -> Result<Response> {
    actor.may(Action::ReadPaymentsOf { user: actor.id })?;
    let everybody = actor.may(Action::ManagePayments).is_ok();
    let page = queries::list(&app.db, &filter, (!everybody).then_some(actor.id)).await?;
    if everybody {
        let entry = Entry::by(&actor, "payments_read").facts(json!({ "count": page.items.len() }));
        let entry = match filter.user_id {
            Some(user) if user != actor.id && page.total > 0 => entry.of(user),
            _ => entry,
        };
        note_reading(&app, entry).await?;
    }
    Ok(page.answer(&uri))
}

/// Writes down that somebody read what is not theirs, before they get it.
pub async fn note_reading(app: &App, entry: Entry) -> Result<()> {
    let mut tx = app.db.begin().await?;
    audit::record(&mut tx, entry).await?;
    Ok(tx.commit().await?)
}

/// A payment the caller may read; to everybody else it does not exist. Reading somebody else's is noted.
async fn readable(app: &App, actor: &Actor, id: PaymentId) -> Result<Payment> {
    actor.may(Action::ReadPaymentsOf { user: actor.id })?;
    let payment = queries::find(&app.db, id).await?.ok_or(Error::NotFound("payment"))?;
    actor.may(Action::ReadPaymentsOf { user: payment.user_id }).map_err(|_| Error::NotFound("payment"))?;
    if payment.user_id != actor.id {
        let entry = Entry::by(actor, "payments_read").of(payment.user_id).about("payment", id.0);
        note_reading(app, entry).await?;
    }
    Ok(payment)
}

/// One payment.
#[utoipa::path(get, path = "/payments/{id}", tag = "payments", params(("id" = PaymentId, Path)),
    responses((status = 200, body = Payment), (status = "4XX", body = Problem)))]
pub async fn get_payment(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<PaymentId>,
) -> Result<Json<Payment>> {
    Ok(Json(readable(&app, &actor, id).await?))
}

/// What happened to a payment, and its refunds.
#[utoipa::path(get, path = "/payments/{id}/history", tag = "payments", params(("id" = PaymentId, Path)),
    responses((status = 200, body = History), (status = "4XX", body = Problem)))]
pub async fn payment_history(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<PaymentId>,
) -> Result<Json<History>> {
    readable(&app, &actor, id).await?;
    let (items, refunds) = (queries::steps(&app.db, id).await?, queries::refunds(&app.db, id).await?);
    Ok(Json(History { items, refunds }))
}

/// The receipt of a payment that succeeded.
#[utoipa::path(get, path = "/payments/{id}/receipt", tag = "payments", params(("id" = PaymentId, Path)),
    responses((status = 200, body = Receipt), (status = 409, body = Problem), (status = "4XX", body = Problem)))]
pub async fn payment_receipt(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<PaymentId>,
) -> Result<Json<Receipt>> {
    let payment = readable(&app, &actor, id).await?;
    if payment.settled_at.is_none() {
        return Err(Refusal::new("not_paid", "there is a receipt once the payment has succeeded").into());
    }
    let mut refunds = queries::refunds(&app.db, id).await?;
    refunds.retain(|refund| refund.status == RefundStatus::Succeeded);
    let given_back: Decimal = refunds.iter().map(|refund| refund.amount).sum();
    let number = id.0.simple().to_string()[..10].to_uppercase();
    let institution = app.config.institution.institution.clone();
    let net_amount = payment.amount - given_back;
    Ok(Json(Receipt { number, institution, payment, refunds, net_amount, issued_at: app.clock.now() }))
}

/// How to pay here: provider, keys for the browser, currencies, limits.
#[utoipa::path(get, path = "/payments/config", tag = "payments",
    responses((status = 200, body = PaymentSettings), (status = "4XX", body = Problem)))]
pub async fn payment_settings(State(app): State<App>, actor: Actor) -> Result<Json<PaymentSettings>> {
    actor.may(Action::ReadPaymentsOf { user: actor.id })?;
    let settings = &app.config.payments;
    Ok(Json(PaymentSettings {
        provider: app.payments.kind,
        publishable_key: app.payments.publishable_key.clone(),
        api_url: app.payments.api_url.clone(),
        currencies: settings.currencies.codes(),
        default_currency: settings.currencies.first().code().to_owned(),
        max_amount: super::money::two_places(settings.max_payment),
    }))
}

/// What is kept under the key of a request: which payment. The secret in the answer comes from the provider each time.
#[derive(Serialize, Deserialize)]
struct Kept {
    payment_id: PaymentId,
}

/// Begin a payment.
///
/// 201 with what a browser needs to pay; 200 when the charge has an open payment already, which is taken up (a double
/// click, a second tab). 502 or 503 when the provider does not answer in time: the payment is written down and
/// `payment_id` names it; repeat the request with the same key, or take it up with `POST /payments/{id}/retry`.
#[utoipa::path(post, path = "/payments/create-intent", tag = "payments",
    params(("Idempotency-Key" = Option<String>, Header, description = "8 to 255 printable characters; same key and body, same answer, one effect")),
    responses((status = 200, body = Ticket), (status = 201, body = Ticket), (status = "4XX", body = Problem), (status = 502, body = Problem), (status = 503, body = Problem)))]
pub async fn create_intent(
    State(app): State<App>,
    actor: Actor,
    key: IdempotencyKey,
    Json(request): Json<CreateIntent>,
) -> Result<Response> {
    let payer = payer(&app, &actor, &request).await?;
    app.payments.stripe()?;
    for _ in 0..MOST_TRIES {
        let mut tx = app.db.begin().await?;
        let claim =
            match key.claim(&app, &mut tx, actor.id.0, "POST /payments/create-intent", &request).await? {
                Claimed::Fresh(claim) => claim,
                Claimed::Replay(answer) => {
                    drop(tx);
                    return replay(&app, answer?).await;
                }
            };
        match intents::begin(&app, &mut tx, &actor, payer, &request).await? {
            Begun::Payment(payment, status) => {
                claim.keep(&mut tx, status, &Kept { payment_id: payment }).await?;
                tx.commit().await?;
                report_begun(&app, payment, status, request.payment_type).await?;
                let ticket = intents::open(&app, payment).await?;
                return Ok((status, Json(ticket)).into_response());
            }
            Begun::Outdated(payment) => {
                tx.rollback().await?;
                outdated::close(&app, payment).await?;
            }
        }
    }
    Err(Error::Overloaded)
}

/// Who pays: the caller, whom an admin names, or whose charge an admin names.
async fn payer(app: &App, actor: &Actor, request: &CreateIntent) -> Result<UserId> {
    let payer = match (request.user_id, actor.role, request.charge_id) {
        (Some(user), _, _) => user,
        (None, Role::Student | Role::Teacher, _) => actor.id,
        (None, Role::Admin, Some(charge)) => {
            ledger::queries::owner(&app.db, charge).await?.ok_or(Error::NotFound("charge"))?
        }
        (None, Role::Admin, None) => {
            return Err(FieldError::new("user_id", "required", "say for which student").into());
        }
    };
    actor.may(Action::PayFor { student: payer })?;
    Ok(payer)
}

async fn report_begun(
    app: &App,
    id: PaymentId,
    status: StatusCode,
    kind: Option<super::model::PaymentType>,
) -> Result<()> {
    if status == StatusCode::CREATED {
        let kind = match kind {
            Some(kind) => kind,
            None => queries::facts(&app.db, id).await?.ok_or(Error::NotFound("payment"))?.payment_type,
        };
        app.metrics.payments.with_label_values(&["pending", kind.as_str()]).inc();
    }
    Ok(())
}

/// The same payment again, also where the first answer was lost or never came.
async fn replay(app: &App, answer: Response) -> Result<Response> {
    let (head, body) = answer.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.map_err(anyhow::Error::from)?;
    let kept: Kept = serde_json::from_slice(&bytes).map_err(anyhow::Error::from)?;
    let payment = queries::facts(&app.db, kept.payment_id).await?.ok_or(Error::NotFound("payment"))?;
    outdated::refuse_outdated(app, &payment).await?;
    let ticket = intents::open(app, kept.payment_id).await?;
    let mut answer = (head.status, Json(ticket)).into_response();
    answer.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    Ok(answer)
}

/// Take a payment up again: it waits for the payer, failed, or the provider did not answer when it was begun.
///
/// 409 `payment_outdated` when another amount is due of its charge by now: pay the charge anew.
#[utoipa::path(post, path = "/payments/{id}/retry", tag = "payments", params(("id" = PaymentId, Path)),
    responses((status = 200, body = Ticket), (status = "4XX", body = Problem), (status = 502, body = Problem), (status = 503, body = Problem)))]
pub async fn retry_payment(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<PaymentId>,
) -> Result<Json<Ticket>> {
    actor.may(Action::PayFor { student: actor.id })?;
    let payment = queries::facts(&app.db, id).await?.ok_or(Error::NotFound("payment"))?;
    actor.may(Action::PayFor { student: payment.user_id }).map_err(|_| Error::NotFound("payment"))?;
    match payment.status {
        Status::Pending | Status::Failed if !payment.canceled => {
            outdated::refuse_outdated(&app, &payment).await?;
            Ok(Json(intents::open(&app, id).await?))
        }
        Status::Processing => {
            Err(Refusal::new("payment_in_progress", "this payment is being processed; wait for its end")
                .into())
        }
        Status::Pending | Status::Failed | Status::Succeeded | Status::Refunded => Err(intents::closed(id)),
    }
}
