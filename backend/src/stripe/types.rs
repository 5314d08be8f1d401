//! The parts of Stripe's objects that matter here. What is not named is ignored, so a newer version of the API is read
//! as well as ours.

use std::collections::HashMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::secret::Secret;

pub type Metadata = HashMap<String, String>;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PaymentIntent {
    pub id: String,
    /// In the currency's smallest unit.
    pub amount: i64,
    /// What came of it so far.
    #[serde(default)]
    pub amount_received: Option<i64>,
    /// In small letters.
    pub currency: String,
    pub status: IntentStatus,
    pub livemode: bool,
    pub created: i64,
    #[serde(default, deserialize_with = "or_empty")]
    pub metadata: Metadata,
    /// What a browser needs to pay; never stored, never logged.
    pub client_secret: Option<Secret>,
    pub latest_charge: Option<Value>,
    pub last_payment_error: Option<ApiError>,
    pub canceled_at: Option<i64>,
}

impl PaymentIntent {
    /// How much of what was paid is given back or on its way back, if the intent came with its charge.
    pub fn refunded(&self) -> Option<i64> {
        let charge = self.latest_charge.as_ref().filter(|_| self.status == IntentStatus::Succeeded)?;
        charge.get("amount_refunded")?.as_i64()
    }

    /// When the charge that paid it was made, if the intent tells; else when the intent was made.
    pub fn paid_at(&self) -> i64 {
        let charge = self.latest_charge.as_ref().and_then(|charge| charge.get("created"));
        charge.and_then(Value::as_i64).unwrap_or(self.created)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentStatus {
    RequiresPaymentMethod,
    RequiresConfirmation,
    RequiresAction,
    RequiresCapture,
    Processing,
    Succeeded,
    Canceled,
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Charge {
    pub id: String,
    pub amount: i64,
    #[serde(default)]
    pub amount_refunded: i64,
    pub currency: String,
    pub payment_intent: Option<String>,
    pub livemode: bool,
    #[serde(default, deserialize_with = "or_empty")]
    pub metadata: Metadata,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Refund {
    pub id: String,
    pub amount: i64,
    pub currency: String,
    pub status: RefundStatus,
    pub payment_intent: Option<String>,
    pub created: i64,
    #[serde(default, deserialize_with = "or_empty")]
    pub metadata: Metadata,
    pub failure_reason: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    Pending,
    RequiresAction,
    Succeeded,
    Failed,
    Canceled,
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Dispute {
    pub id: String,
    pub status: String,
    pub payment_intent: Option<String>,
    #[serde(default, deserialize_with = "or_empty")]
    pub metadata: Metadata,
}

/// Something that happened, as it is sent to webhook endpoints.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Event {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub created: i64,
    pub livemode: bool,
    pub data: EventData,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EventData {
    pub object: Value,
}

/// The `error` of an answer, and what an intent remembers of its last failed attempt.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ApiError {
    #[serde(rename = "type", default)]
    pub kind: String,
    pub code: Option<String>,
    pub decline_code: Option<String>,
    #[serde(default)]
    pub message: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct List<T> {
    pub data: Vec<T>,
    pub has_more: bool,
}

fn or_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Metadata, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
