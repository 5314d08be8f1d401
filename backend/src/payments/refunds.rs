//! Giving money back. The refund is written and its part of the payment claimed first, under the payment's lock; then
//! Stripe is asked, with the refund's id as key; the provider's event settles it.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::intents::KEY_LIVES;
use super::model::{CreateRefund, Refund, RefundStatus};
use super::queries::{self, Note, RefundFacts};
use super::rules::{self, Refundable};
use super::{attempts, events, intents, money, settle};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::error::{Error, Problem, Refusal, Result};
use crate::http::idempotency::{Claimed, IdempotencyKey};
use crate::http::{Json, Path, request_log};
use crate::ids::{PaymentId, RefundId};
use crate::policy::{Action, Actor};
use crate::stripe::{self, Failure, NewRefund};

/// Give a payment back, in full or in part.
///
/// Never more than was paid, all refunds together, also when many are asked for at once. The answer is `pending`; the
/// provider says how it ends. 502 or 503 when the provider does not answer: the refund is written down and will be
/// carried out; the same key asks again.
#[utoipa::path(post, path = "/payments/{id}/refund", tag = "payments", request_body = CreateRefund,
    params(("id" = PaymentId, Path), ("Idempotency-Key" = Option<String>, Header, description = "8 to 255 printable characters; same key and body, same answer, one effect")),
    responses((status = 201, body = Refund), (status = "4XX", body = Problem), (status = 502, body = Problem), (status = 503, body = Problem)))]
pub async fn refund_payment(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<PaymentId>,
    key: IdempotencyKey,
    Json(request): Json<CreateRefund>,
) -> Result<Response> {
    actor.may(Action::ManagePayments)?;
    app.payments.stripe()?;
    let reason = request.reason()?;
    let mut tx = app.db.begin().await?;
    let claim =
        match key.claim(&app, &mut tx, actor.id.0, "POST /payments/{id}/refund", &(id, &request)).await? {
            Claimed::Fresh(claim) => claim,
            Claimed::Replay(answer) => {
                drop(tx);
                return replay(&app, answer).await;
            }
        };
    let payment = queries::lock(&mut tx, id).await?.ok_or(Error::NotFound("payment"))?;
    let facts = Refundable {
        status: payment.status,
        amount: payment.amount,
        claimed: payment.refund_claimed,
        disputed: payment.disputed_at.is_some(),
    };
    let currency = settle::currency_of(&payment).ok_or_else(|| anyhow::anyhow!("an unknown currency"))?;
    let most = rust_decimal::Decimal::new(9_999_999_999, 2);
    let asked =
        request.amount.as_ref().map(|value| money::amount("amount", value, currency, most)).transpose()?;
    let amount = rules::refund(&facts, asked)?;
    let refund = queries::insert_refund(&mut tx, id, amount, None, Some(&reason), Some(actor.id)).await?;
    let text = format!("refund of {amount} {} begun: {reason}", payment.currency);
    queries::note_step(&mut tx, id, &Note { event: None, data: None, text }, Some(actor.id)).await?;
    let view = Refund {
        id: refund,
        payment_id: id,
        amount,
        currency: payment.currency.clone(),
        status: RefundStatus::Pending,
        reason: Some(reason),
        failure_code: None,
        created_at: queries::refund_made_at(&mut tx, refund).await?,
        settled_at: None,
    };
    claim.keep(&mut tx, StatusCode::CREATED, &view).await?;
    let entry = Entry::by(&actor, "payment_refunded").of(payment.user_id).about("payment", id.0);
    audit::record(&mut tx, entry.facts(json!({ "refund": refund, "amount": amount, "reason": view.reason })))
        .await?;
    tx.commit().await?;

    tracing::info!(event = "refund_requested", function = "refund_payment", payment_id = %id, refund_id = %refund, amount = %amount, "Refund requested");
    carry_out(&app, refund).await?;
    Ok((StatusCode::CREATED, Json(view)).into_response())
}

/// Answered before; if Stripe was not reached then, it is asked again.
async fn replay(app: &App, answer: Result<Response>) -> Result<Response> {
    let (head, body) = answer?.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.map_err(anyhow::Error::from)?;
    let view: Refund = serde_json::from_slice(&bytes).map_err(anyhow::Error::from)?;
    carry_out(app, view.id).await?;
    // The same bytes as the first time.
    let mut answer = (head.status, Json(view)).into_response();
    answer.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    Ok(answer)
}

/// Asks Stripe for a refund that it does not have yet. Runs to its end even if the caller hangs up meanwhile.
pub async fn carry_out(app: &App, id: RefundId) -> Result<()> {
    see_to(app, id, false).await
}

/// The same for one that is known not to be at Stripe, however old it is.
pub async fn make(app: &App, id: RefundId) -> Result<()> {
    see_to(app, id, true).await
}

async fn see_to(app: &App, id: RefundId, looked_for: bool) -> Result<()> {
    let app = app.clone();
    let task = async move {
        let mut db = app.db.acquire().await?;
        let refund =
            queries::refund_facts(&mut db, Some(id), None).await?.ok_or(Error::NotFound("refund"))?;
        drop(db);
        if refund.stripe_refund_id.is_some() {
            return Ok(());
        }
        match refund.status {
            RefundStatus::Pending if !looked_for && app.clock.now() - refund.created_at >= KEY_LIVES => {
                tracing::warn!(event = "payment_left_to_reconciler", function = "see_to", payment_id = %refund.payment_id, refund_id = %id, "An old refund was never seen at the provider; the reconciler looks for it first");
                Err(Error::ProviderUnavailable { payment: Some(refund.payment_id) })
            }
            RefundStatus::Pending => ask(&app, &refund).await,
            RefundStatus::Succeeded => Ok(()),
            // Whoever asks again hears why.
            RefundStatus::Failed | RefundStatus::Canceled => {
                let all = queries::refunds(&app.db, refund.payment_id).await?;
                let code = all.into_iter().find(|other| other.id == id).and_then(|other| other.failure_code);
                Err(refused(&code.unwrap_or_default()))
            }
        }
    };
    request_log::spawn(task).await.map_err(anyhow::Error::from)?
}

async fn ask(app: &App, refund: &RefundFacts) -> Result<()> {
    let payment = queries::facts(&app.db, refund.payment_id).await?.ok_or(Error::NotFound("payment"))?;
    let currency = settle::currency_of(&payment).ok_or_else(|| anyhow::anyhow!("an unknown currency"))?;
    let amount = money::to_minor(refund.amount, currency);
    let metadata = [("payment_id", payment.id.to_string()), ("refund_id", refund.id.to_string())];
    let new = NewRefund {
        payment_intent: payment.stripe_payment_intent_id.as_deref().unwrap_or_default(),
        amount: amount.ok_or_else(|| anyhow::anyhow!("an amount with parts of a cent"))?,
        metadata: &metadata,
    };
    let (made, code) = match make_once(app, refund, &new).await? {
        Ok(made) => (Some(made.id), None),
        // Refunded or disputed at the provider meanwhile: this refund is none, and its claim is free again.
        Err(Failure::Refused { status: 400, error }) if error.kind == "invalid_request_error" => {
            (None, Some(error.code.unwrap_or_else(|| "refused".to_owned())))
        }
        Err(failure) => return Err(intents::unavailable(payment.id, &failure)),
    };
    let mut tx = app.db.begin().await?;
    let payment = queries::lock(&mut tx, payment.id).await?.ok_or(Error::NotFound("payment"))?;
    let mut effects = vec![];
    if let Some(made) = made {
        queries::link_refund(&mut tx, refund.id, &made).await?;
    } else {
        // Several may have asked at once; one of them says so.
        let found = queries::refund_facts(&mut tx, Some(refund.id), None).await?;
        let (refund, next, now) =
            (found.ok_or(Error::NotFound("refund"))?, RefundStatus::Failed, app.clock.now());
        effects
            .extend(settle::move_refund(&mut tx, &payment, &refund, next, now, code.as_deref(), None).await?);
    }
    // Some events can only be understood now.
    events::apply_parked(app, &mut tx, payment.id, &mut effects).await?;
    tx.commit().await?;
    effects.iter().for_each(|effect| effect.report(app));
    code.map_or(Ok(()), |code| Err(refused(&code)))
}

/// Has it made, once: see [`attempts`].
async fn make_once(
    app: &App,
    refund: &RefundFacts,
    new: &NewRefund<'_>,
) -> Result<std::result::Result<stripe::Refund, Failure>> {
    let (stripe, mut attempt) = (app.payments.stripe()?, refund.provider_attempt);
    let mut asked = Err(Failure::Resting);
    for _ in 0..attempts::KEYS_AT_ONCE {
        asked = stripe.create_refund(new, &attempts::key("refund", refund.id, attempt)).await;
        if !matches!(asked, Err(Failure::Kept(_))) {
            break;
        }
        let there = match stripe.list_refunds(attempts::since(refund.created_at)).await {
            Ok(there) => there,
            Err(failure) => return Ok(Err(failure)),
        };
        let ours = Some(refund.id.to_string());
        if let Some(made) = there.into_iter().find(|made| made.metadata.get("refund_id") == ours.as_ref()) {
            return Ok(Ok(made));
        }
        attempt = queries::next_refund_attempt(&app.db, refund.id, attempt).await?;
    }
    Ok(asked)
}

fn refused(code: &str) -> Error {
    let detail = "the payment provider refused this refund; look at the payment there";
    Refusal::new("refund_refused", detail).fact("reason", code).into()
}
