//! What a comparison of the books finds.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::queries::Facts;
use crate::ids::{PaymentId, RefundId, UserId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "varchar", rename_all = "snake_case")]
pub enum FindingKind {
    /// A payment whose intent was never made.
    MissingIntent,
    /// An intent that was made for a payment and not written down.
    UnlinkedIntent,
    /// More than one intent for a payment.
    SecondIntent,
    /// An intent of the provider without a payment here.
    OrphanIntent,
    /// An intent we know and the provider does not.
    VanishedIntent,
    /// An event that never came.
    MissedEvent,
    AmountDiffers,
    StatusDiffers,
    /// A refund that was never asked for at the provider.
    MissingRefund,
    /// A refund of the provider that is not in our books.
    OrphanRefund,
    RefundDiffers,
}

impl FindingKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MissingIntent => "missing_intent",
            Self::UnlinkedIntent => "unlinked_intent",
            Self::SecondIntent => "second_intent",
            Self::OrphanIntent => "orphan_intent",
            Self::VanishedIntent => "vanished_intent",
            Self::MissedEvent => "missed_event",
            Self::AmountDiffers => "amount_differs",
            Self::StatusDiffers => "status_differs",
            Self::MissingRefund => "missing_refund",
            Self::OrphanRefund => "orphan_refund",
            Self::RefundDiffers => "refund_differs",
        }
    }
}

/// A difference between the books.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    pub kind: FindingKind,
    pub payment_id: Option<PaymentId>,
    pub refund_id: Option<RefundId>,
    /// The provider's intent, refund or event.
    pub stripe_id: Option<String>,
    /// What each side says.
    pub detail: String,
    /// It was certain what to do, and it was done.
    pub repaired: bool,
}

impl Finding {
    pub fn new(kind: FindingKind) -> Self {
        Self {
            kind,
            payment_id: None,
            refund_id: None,
            stripe_id: None,
            detail: String::new(),
            repaired: false,
        }
    }

    pub fn of(kind: FindingKind, payment: &Facts) -> Self {
        let detail = format!("{} {}, {}", payment.amount, payment.currency, payment.status.as_str());
        let stripe_id = payment.stripe_payment_intent_id.clone();
        Self { payment_id: Some(payment.id), stripe_id, detail, ..Self::new(kind) }
    }

    /// What it is called at the provider.
    pub fn at(self, stripe_id: &str) -> Self {
        Self { stripe_id: Some(stripe_id.to_owned()), ..self }
    }
}

/// A comparison of our books with the provider's.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Reconciliation {
    pub id: Uuid,
    pub started_at: DateTime<Utc>,
    pub finished_at: DateTime<Utc>,
    /// It looked from here on.
    pub since: DateTime<Utc>,
    /// What was certain was repaired; otherwise only told.
    pub applied: bool,
    /// Nobody: the periodic one, or the command.
    pub requested_by: Option<UserId>,
    pub payments_compared: i32,
    pub refunds_compared: i32,
    pub repaired: i32,
    /// For a person to look at.
    pub unresolved: i32,
    pub findings: Vec<Finding>,
}

/// The latest comparisons, newest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Reconciliations {
    pub items: Vec<Reconciliation>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunReconciliation {
    /// Repair what is certain (the default), or only tell.
    pub apply: Option<bool>,
    /// How many days back; 3 unless said otherwise.
    #[schema(minimum = 1, maximum = 30)]
    pub days: Option<i64>,
    /// How long to wait for its end; 25 unless said otherwise.
    #[schema(minimum = 0, maximum = 25)]
    pub wait_seconds: Option<i64>,
}

/// A comparison that goes on after the answer.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ReconciliationBegun {
    /// What it is called among the comparisons when it is done. One that is cut short is not there; the log says why.
    pub id: Uuid,
    pub started_at: DateTime<Utc>,
}
