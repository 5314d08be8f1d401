//! What waits for a person: events that were flagged or parked, and differences that no comparison could repair. Whoever
//! looked says why nobody has to look any more; that is kept, once.

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::case_queries as queries;
use super::findings::FindingKind;
use super::note_reading;
use crate::app::App;
use crate::audit::{self, Entry, PersonRef};
use crate::error::{Error, Problem, Refusal, Result};
use crate::http::{Json, Page, Path, Query, text};
use crate::ids::{PaymentId, RefundId};
use crate::policy::{Action, Actor};

/// The provider's id of an event, `evt_…`. Of two that claim the same, the second has a `~` and a digest behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventId(pub String);

impl<'de> Deserialize<'de> for EventId {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let id = String::deserialize(from)?;
        let fits =
            id.starts_with("evt_") && id.len() <= 255 && id.bytes().all(|byte| byte.is_ascii_graphic());
        if fits { Ok(Self(id)) } else { Err(serde::de::Error::custom("no id of an event")) }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventState {
    /// It does not fit our books, or the payer objects: a person has to look.
    Flagged,
    /// It waits for what comes before it.
    Parked,
    /// Nobody has to look any more.
    Resolved,
}

/// An event of the provider that was not applied when it came.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OpenEvent {
    /// The provider's.
    pub id: String,
    /// The provider's name of what happened, such as `charge.dispute.created`.
    #[serde(rename = "type")]
    pub kind: String,
    pub state: EventState,
    /// Why it was not applied: a stable code …
    pub reason: String,
    /// … and in words.
    pub explanation: &'static str,
    /// When it happened, by the provider's clock.
    pub occurred_at: DateTime<Utc>,
    pub received_at: DateTime<Utc>,
    /// The payment it is of, if it is one of ours.
    pub payment_id: Option<PaymentId>,
    /// Whose payment.
    pub student: Option<PersonRef>,
    pub resolved_at: Option<DateTime<Utc>>,
    /// Nobody: what the provider said later settled it.
    pub resolved_by: Option<PersonRef>,
    /// Why nobody has to look any more.
    pub resolution: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventChoice {
    /// Flagged or parked.
    #[default]
    Open,
    Flagged,
    Parked,
    Resolved,
}

impl EventChoice {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Flagged => "flagged",
            Self::Parked => "parked",
            Self::Resolved => "resolved",
        }
    }
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventFilter {
    /// `open` (the default) is `flagged` and `parked`.
    #[param(inline)]
    pub state: Option<EventChoice>,
    #[param(minimum = 1)]
    pub page: Option<i64>,
    #[param(minimum = 1, maximum = 100)]
    pub page_size: Option<i64>,
}

/// A difference between the books that a comparison could not repair.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Difference {
    pub id: Uuid,
    pub kind: FindingKind,
    pub payment_id: Option<PaymentId>,
    pub refund_id: Option<RefundId>,
    /// The provider's intent, refund or event.
    pub stripe_id: Option<String>,
    /// What each side says.
    pub detail: String,
    pub found_at: DateTime<Utc>,
    pub resolved_at: Option<DateTime<Utc>>,
    /// Nobody: a later comparison found no difference.
    pub resolved_by: Option<PersonRef>,
    pub resolution: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceChoice {
    #[default]
    Open,
    Resolved,
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DifferenceFilter {
    #[param(inline)]
    pub state: Option<DifferenceChoice>,
    #[param(minimum = 1)]
    pub page: Option<i64>,
    #[param(minimum = 1, maximum = 100)]
    pub page_size: Option<i64>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Resolve {
    /// What was done about it, for the books.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

impl Resolve {
    fn reason(&self) -> Result<String> {
        Ok(text::line("reason", &self.reason, 1, 500)?)
    }
}

/// Events of the payment provider that wait for a person or for what comes before them, the oldest first.
#[utoipa::path(get, path = "/payments/events", tag = "payments", params(EventFilter),
    responses((status = 200, body = Page<OpenEvent>), (status = "4XX", body = Problem)))]
pub async fn list_events(
    State(app): State<App>,
    actor: Actor,
    OriginalUri(uri): OriginalUri,
    Query(filter): Query<EventFilter>,
) -> Result<Response> {
    actor.may(Action::ManagePayments)?;
    let page = queries::events(&app.db, &filter).await?;
    // It says who disputes a payment.
    let entry = Entry::by(&actor, "payments_read").facts(json!({ "events": page.items.len() }));
    note_reading(&app, entry).await?;
    Ok(page.answer(&uri))
}

/// Say why nobody has to look at an event any more.
///
/// It changes no payment: what there was to do is done with a refund, a charge or a waiver, or at the provider. One that
/// is parked is still applied if what it waits for comes. A second time is refused (`already_resolved`), and so is an
/// event that needed nobody (`not_open`).
#[utoipa::path(post, path = "/payments/events/{id}/resolve", tag = "payments", params(("id" = String, Path, description = "The provider's id of the event")),
    responses((status = 200, body = OpenEvent), (status = "4XX", body = Problem)))]
pub async fn resolve_event(
    State(app): State<App>,
    actor: Actor,
    Path(EventId(id)): Path<EventId>,
    Json(request): Json<Resolve>,
) -> Result<Json<OpenEvent>> {
    actor.may(Action::ManagePayments)?;
    let reason = request.reason()?;
    let mut tx = app.db.begin().await?;
    let resolved = queries::resolve_event(&mut tx, &id, actor.id, &reason).await?;
    let event = queries::event(&mut tx, &id).await?.ok_or(Error::NotFound("event"))?;
    if !resolved {
        return Err(refused(event.resolved_at));
    }
    let facts = json!({ "event": event.id, "type": event.kind, "why": event.reason, "reason": reason });
    let entry = Entry::by(&actor, "payment_event_resolved").facts(facts);
    let entry = match (&event.student, event.payment_id) {
        (Some(student), Some(payment)) => entry.of(student.id).about("payment", payment.0),
        _ => entry,
    };
    audit::record(&mut tx, entry).await?;
    tx.commit().await?;
    Ok(Json(event))
}

/// Differences between our books and the payment provider's that no comparison could repair, the oldest first.
#[utoipa::path(get, path = "/payments/differences", tag = "payments", params(DifferenceFilter),
    responses((status = 200, body = Page<Difference>), (status = "4XX", body = Problem)))]
pub async fn list_differences(
    State(app): State<App>,
    actor: Actor,
    OriginalUri(uri): OriginalUri,
    Query(filter): Query<DifferenceFilter>,
) -> Result<Response> {
    actor.may(Action::ManagePayments)?;
    Ok(queries::differences(&app.db, &filter).await?.answer(&uri))
}

/// Say why a difference may stay as it is.
///
/// It comes back if either side says something new of it. One that is gone needs nobody: the next comparison ends it. A
/// second time is refused (`already_resolved`).
#[utoipa::path(post, path = "/payments/differences/{id}/resolve", tag = "payments", params(("id" = Uuid, Path)),
    responses((status = 200, body = Difference), (status = "4XX", body = Problem)))]
pub async fn resolve_difference(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<Uuid>,
    Json(request): Json<Resolve>,
) -> Result<Json<Difference>> {
    actor.may(Action::ManagePayments)?;
    let reason = request.reason()?;
    let mut tx = app.db.begin().await?;
    let resolved = queries::resolve_difference(&mut tx, id, actor.id, &reason).await?;
    let difference = queries::difference(&mut tx, id).await?.ok_or(Error::NotFound("difference"))?;
    if !resolved {
        return Err(refused(difference.resolved_at));
    }
    let facts = json!({ "kind": difference.kind, "stripe_id": difference.stripe_id, "detail": difference.detail, "reason": reason });
    let entry = Entry::by(&actor, "payment_difference_resolved").facts(facts);
    let entry = match difference.payment_id {
        Some(payment) => entry.of(queries::payer(&mut tx, payment).await?).about("payment", payment.0),
        None => entry,
    };
    audit::record(&mut tx, entry).await?;
    tx.commit().await?;
    Ok(Json(difference))
}

fn refused(resolved_at: Option<DateTime<Utc>>) -> Error {
    match resolved_at {
        Some(at) => {
            Refusal::new("already_resolved", "somebody looked at it already; see why they resolved it")
                .fact("resolved_at", at)
                .into()
        }
        None => {
            Refusal::new("not_open", "this event needed nobody: it was applied, or changes nothing").into()
        }
    }
}

/// Why an event was not applied, for people.
pub fn explain(reason: &str) -> &'static str {
    match reason {
        "disputed" => {
            "The payer objects at their bank. Answer it in the provider's dashboard before its deadline."
        }
        "dispute_lost" => "The bank took the money back. Decide what the student owes now.",
        "unknown_payment" => "It is of a payment that is not in our books.",
        "livemode_differs" => "It is of real money where we take test payments, or the other way round.",
        "another_payment" => "It names one payment, and its intent belongs to another.",
        "another_person" => "It names another student than the one whose payment it is.",
        "another_intent" => "Our payment has another intent than the one it is of.",
        "another_refund" => "Our refund is linked with another refund of the provider.",
        "refund_of_another_payment" => "It is of a refund of another payment.",
        "amount_differs" => "The amount is not the one in our books.",
        "refund_amount_differs" => "The amount is not the one of our refund.",
        "currency_differs" => "The currency is not the one in our books.",
        "unreadable" => "It says nothing that we understand, or contradicts itself.",
        "same_id_other_content" => {
            "An event with this id came before and said something else. One of the two is wrong."
        }
        "before_payment" => "It waits for the news that its payment was paid.",
        "refund_above_paid" => {
            "With it, more would be given back than was paid. It waits until another refund failed."
        }
        "refunds_unknown" => "It waits for the news which refunds were made.",
        _ => "It does not fit our books.",
    }
}
