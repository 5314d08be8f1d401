use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::http::text;
use crate::ids::{ChargeId, PaymentId, RefundId, UserId};
use crate::secret::Secret;
use crate::terms::Semester;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "varchar", rename_all = "snake_case")]
#[schema(as = PaymentStatus)]
pub enum Status {
    /// Waits for the payer.
    Pending,
    /// Under way at the provider.
    Processing,
    Succeeded,
    /// The last attempt failed; it may be tried again unless it was canceled.
    Failed,
    /// Given back in full.
    Refunded,
}

impl Status {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Refunded => "refunded",
        }
    }
}

/// What is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "varchar", rename_all = "snake_case")]
pub enum PaymentType {
    Tuition,
    Fees,
    Books,
    Other,
}

impl PaymentType {
    pub const ALL: [Self; 4] = [Self::Tuition, Self::Fees, Self::Books, Self::Other];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tuition => "tuition",
            Self::Fees => "fees",
            Self::Books => "books",
            Self::Other => "other",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "varchar", rename_all = "snake_case")]
pub enum RefundStatus {
    Pending,
    Succeeded,
    Failed,
    Canceled,
}

impl RefundStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
        }
    }
}

/// A payment by card.
#[derive(Clone, Debug, Serialize, Deserialize, sqlx::FromRow, ToSchema)]
pub struct Payment {
    pub id: PaymentId,
    /// Who pays.
    pub user_id: UserId,
    pub student_name: String,
    pub student_number: Option<String>,
    /// Decimal with two places.
    #[schema(value_type = String, example = "5000.00")]
    #[serde(with = "super::money::json")]
    pub amount: Decimal,
    /// Three capital letters.
    #[schema(example = "USD")]
    pub currency: String,
    pub status: Status,
    pub payment_type: PaymentType,
    /// What was given back.
    #[schema(value_type = String, example = "0.00")]
    #[serde(with = "super::money::json")]
    pub refunded_amount: Decimal,
    /// What can still be given back: paid, less refunds made or under way. Zero before it succeeded.
    #[schema(value_type = String, example = "5000.00")]
    #[serde(with = "super::money::json")]
    pub refundable_amount: Decimal,
    pub semester: Option<Semester>,
    pub year: Option<i32>,
    pub description: Option<String>,
    /// The charge it pays, if it pays one.
    pub charge_id: Option<ChargeId>,
    /// Waiting for the payer, or failed and not for good, and still what is due of its charge: `POST /payments/{id}/retry`
    /// takes it up again.
    pub can_retry: bool,
    /// Why the last attempt failed, in the provider's words for it, such as `insufficient_funds`.
    pub failure_code: Option<String>,
    /// The payer objects to it at their bank.
    pub disputed: bool,
    pub stripe_payment_intent_id: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// When it succeeded, by the provider's clock.
    pub settled_at: Option<DateTime<Utc>>,
}

/// Money given back, or on its way.
#[derive(Clone, Debug, Serialize, Deserialize, sqlx::FromRow, ToSchema)]
pub struct Refund {
    pub id: RefundId,
    pub payment_id: PaymentId,
    #[schema(value_type = String, example = "100.00")]
    #[serde(with = "super::money::json")]
    pub amount: Decimal,
    #[schema(example = "USD")]
    pub currency: String,
    /// `pending` until the provider says how it ended.
    pub status: RefundStatus,
    pub reason: Option<String>,
    pub failure_code: Option<String>,
    pub created_at: DateTime<Utc>,
    pub settled_at: Option<DateTime<Utc>>,
}

/// A step of a payment.
#[derive(Clone, Debug, Serialize, Deserialize, sqlx::FromRow, ToSchema)]
#[schema(as = PaymentStep)]
pub struct Step {
    pub status: Status,
    pub timestamp: DateTime<Utc>,
    /// What happened, for people.
    pub notes: Option<String>,
    /// Who did it here; nobody when the provider said so.
    pub actor_name: Option<String>,
}

/// What happened to a payment, oldest first, and its refunds.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct History {
    pub items: Vec<Step>,
    pub refunds: Vec<Refund>,
}

/// What a browser needs to pay. The secret is for the payer only; it is stored and logged nowhere.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Ticket {
    pub payment_id: PaymentId,
    #[schema(value_type = String)]
    pub client_secret: Secret,
    #[schema(value_type = String, example = "5000.00")]
    #[serde(with = "super::money::json")]
    pub amount: Decimal,
    #[schema(example = "USD")]
    pub currency: String,
}

/// A wish to pay: a charge, whose amount counts, or an amount for something.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateIntent {
    /// Pay what is due of this charge. Then amount, currency, kind and term are the charge's and not the client's.
    pub charge_id: Option<ChargeId>,
    /// Decimal with at most two places, as a text or a number.
    #[schema(value_type = Option<String>, example = "5000.00")]
    pub amount: Option<Value>,
    /// Left out: the institution's first.
    #[schema(max_length = 3, example = "USD")]
    pub currency: Option<String>,
    pub payment_type: Option<PaymentType>,
    pub semester: Option<Semester>,
    pub year: Option<i32>,
    #[schema(max_length = 200)]
    pub description: Option<String>,
    /// Who pays, if it is not the caller (admins only).
    pub user_id: Option<UserId>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateRefund {
    /// Decimal with at most two places, as a text or a number; left out: all that is left.
    #[schema(value_type = Option<String>, example = "100.00")]
    pub amount: Option<Value>,
    /// Why, for the books.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

impl CreateRefund {
    pub fn reason(&self) -> Result<String, crate::error::FieldError> {
        text::line("reason", &self.reason, 1, 500)
    }
}

/// Which payments. Students get their own, whatever is asked.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PaymentFilter {
    pub user_id: Option<UserId>,
    /// Part of the payer's name or number (admins).
    #[param(max_length = 100)]
    pub q: Option<String>,
    pub status: Option<Status>,
    pub payment_type: Option<PaymentType>,
    pub semester: Option<Semester>,
    pub year: Option<i32>,
    pub charge_id: Option<ChargeId>,
    pub disputed: Option<bool>,
    /// Made from this moment …
    pub from: Option<DateTime<Utc>>,
    /// … until before this one.
    pub until: Option<DateTime<Utc>>,
    /// `created_at`, `amount`, `status`, `settled_at` or `student`; `-` in front for descending. Default: `-created_at`.
    pub sort: Option<String>,
    #[param(minimum = 1)]
    pub page: Option<i64>,
    #[param(minimum = 1, maximum = 100)]
    pub page_size: Option<i64>,
}

/// Who takes the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProviderKind {
    /// Stripe itself: pay with its Payment Element.
    Stripe,
    /// The stand-in: pay with test cards at `api_url`.
    Sandbox,
    /// Payments are not set up.
    None,
}

/// What a client needs to know to offer payments.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PaymentSettings {
    pub provider: ProviderKind,
    /// For Stripe.js, or for the sandbox.
    pub publishable_key: Option<String>,
    /// Where the sandbox answers; nothing for Stripe itself, whose own script knows.
    pub api_url: Option<String>,
    pub currencies: Vec<String>,
    pub default_currency: String,
    /// Most of one payment.
    #[schema(value_type = String, example = "999999.99")]
    #[serde(with = "super::money::json")]
    pub max_amount: Decimal,
}

/// A payment that succeeded, to be printed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Receipt {
    /// Short, for people: the payment's id begins with it.
    pub number: String,
    pub institution: String,
    pub payment: Payment,
    /// Refunds that succeeded.
    pub refunds: Vec<Refund>,
    /// Paid, less what was given back.
    #[schema(value_type = String, example = "4900.00")]
    #[serde(with = "super::money::json")]
    pub net_amount: Decimal,
    pub issued_at: DateTime<Utc>,
}
