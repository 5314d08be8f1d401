//! Where the provider tells what happened. The only way a payment is settled, beside the reconciler, which reads the
//! same events from the provider itself.

use axum::extract::State;
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::events::{self, Outcome, Taken};
use crate::app::App;
use crate::error::{Error, Problem, Result};
use crate::http::{Json, Raw};
use crate::stripe::{Event, signature};

/// Types that have a label of their own.
const TYPES: [&str; 14] = [
    "payment_intent.created",
    "payment_intent.processing",
    "payment_intent.requires_action",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.canceled",
    "charge.refunded",
    "charge.refund.updated",
    "charge.dispute.created",
    "charge.dispute.closed",
    "charge.succeeded",
    "refund.created",
    "refund.updated",
    "refund.failed",
];

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Received {
    pub received: bool,
}

/// Take an event of the payment provider.
///
/// The body is Stripe's event, signed over its raw bytes (`Stripe-Signature`). Every event is stored once and applied
/// once; a repetition is answered 200. What does not fit our books is stored, flagged, and changes nothing.
#[utoipa::path(post, path = "/payments/webhook", tag = "payments", security(()),
    params(("Stripe-Signature" = String, Header, description = "t=…,v1=…")),
    responses((status = 200, body = Received), (status = "4XX", body = Problem), (status = 415, body = Problem), (status = 503, body = Problem)))]
pub async fn webhook(State(app): State<App>, headers: HeaderMap, Raw(body): Raw) -> Result<Json<Received>> {
    let count =
        |kind: &str, status: &str| app.metrics.stripe_webhook_events.with_label_values(&[kind, status]).inc();
    let event = match read(&app, &headers, &body) {
        Ok(event) => event,
        Err(error) => {
            count("unknown", "failed");
            return Err(error);
        }
    };
    let kind = TYPES.into_iter().find(|kind| *kind == event.kind).unwrap_or("other");
    match take(&app, &event).await {
        Ok(taken) => {
            count(
                kind,
                match taken.outcome {
                    None => "duplicate",
                    Some(Outcome::Flagged(_)) => "failed",
                    Some(_) => "processed",
                },
            );
            for effect in &taken.effects {
                effect.report(&app);
            }
            Ok(Json(Received { received: true }))
        }
        Err(error) => {
            count(kind, "failed");
            Err(error)
        }
    }
}

/// An event, if it is signed by the provider.
fn read(app: &App, headers: &HeaderMap, body: &[u8]) -> Result<Event> {
    let signature = headers.get("stripe-signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let now = app.clock.now().timestamp();
    if let Err(rejected) = signature::verify(body, signature, &app.payments.webhook_secrets, now) {
        tracing::warn!(event = "webhook_rejected", function = "read", reason = %rejected, "A webhook request was rejected");
        return Err(Error::BadSignature(rejected));
    }
    let event: Event = serde_json::from_slice(body)
        .map_err(|_| Error::Malformed("the body is not an event of the payment provider".to_owned()))?;
    let sane = (1..=255).contains(&event.id.len()) && event.id.bytes().all(|byte| byte.is_ascii_graphic());
    if sane { Ok(event) } else { Err(Error::Malformed("the event has no usable id".to_owned())) }
}

/// Takes the event in, with a turn and a connection of the reserve: a full pool must not lose events.
async fn take(app: &App, event: &Event) -> Result<Taken> {
    let _turn = app.webhooks.enter().await?;
    let mut tx = app.reserve.begin().await?;
    let taken = events::take_in(app, &mut tx, event).await?;
    tx.commit().await?;
    Ok(taken)
}
