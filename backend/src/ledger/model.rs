use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::ids::{ChargeId, PaymentId, RefundId, UserId};
use crate::payments::PaymentType;
use crate::terms::Semester;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "varchar", rename_all = "snake_case")]
pub enum PostingKind {
    Charge,
    Payment,
    Refund,
    Waiver,
    /// Of a refund that had succeeded and failed afterwards.
    Reversal,
}

impl PostingKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Charge => "charge",
            Self::Payment => "payment",
            Self::Refund => "refund",
            Self::Waiver => "waiver",
            Self::Reversal => "reversal",
        }
    }
}

/// What a student owes for something.
#[derive(Clone, Debug, Serialize, Deserialize, sqlx::FromRow, ToSchema)]
pub struct Charge {
    pub id: ChargeId,
    pub user_id: UserId,
    pub student_name: String,
    pub student_number: Option<String>,
    pub kind: PaymentType,
    #[schema(value_type = String, example = "5000.00")]
    #[serde(with = "crate::payments::money::json")]
    pub amount: Decimal,
    #[schema(example = "USD")]
    pub currency: String,
    pub semester: Option<Semester>,
    pub year: Option<i32>,
    pub due_on: Option<NaiveDate>,
    pub description: Option<String>,
    /// What a charge per credit was computed from.
    #[schema(value_type = Option<String>, example = "12.00")]
    pub credits: Option<Decimal>,
    /// Paid for it, less what was given back.
    #[schema(value_type = String, example = "0.00")]
    #[serde(with = "crate::payments::money::json")]
    pub paid: Decimal,
    #[schema(value_type = String, example = "0.00")]
    #[serde(with = "crate::payments::money::json")]
    pub waived: Decimal,
    /// Still to be paid.
    #[schema(value_type = String, example = "5000.00")]
    #[serde(with = "crate::payments::money::json")]
    pub outstanding: Decimal,
    /// A payment of it that is under way.
    pub open_payment_id: Option<PaymentId>,
    pub created_at: DateTime<Utc>,
}

/// A line of an account.
#[derive(Clone, Debug, Serialize, Deserialize, sqlx::FromRow, ToSchema)]
pub struct AccountLine {
    pub id: i64,
    pub at: DateTime<Utc>,
    pub kind: PostingKind,
    /// Positive: more is owed; negative: less.
    #[schema(value_type = String, example = "-5000.00")]
    #[serde(with = "crate::payments::money::json")]
    pub amount: Decimal,
    pub currency: String,
    pub charge_id: Option<ChargeId>,
    pub payment_id: Option<PaymentId>,
    pub refund_id: Option<RefundId>,
    pub reason: Option<String>,
}

/// What is owed in one currency; negative: the student has a credit.
#[derive(Clone, Debug, Serialize, Deserialize, sqlx::FromRow, ToSchema)]
pub struct Balance {
    pub currency: String,
    #[schema(value_type = String, example = "1250.00")]
    #[serde(with = "crate::payments::money::json")]
    pub amount: Decimal,
}

/// A student's account.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Account {
    pub user_id: UserId,
    pub balances: Vec<Balance>,
    /// What is to be paid first comes first.
    pub charges: Vec<Charge>,
    /// Newest first.
    pub postings: Vec<AccountLine>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateCharge {
    pub user_id: UserId,
    pub kind: PaymentType,
    #[schema(value_type = String, example = "120.00")]
    pub amount: Value,
    #[schema(max_length = 3, example = "USD")]
    pub currency: Option<String>,
    pub semester: Option<Semester>,
    pub year: Option<i32>,
    pub due_on: Option<NaiveDate>,
    #[schema(max_length = 200)]
    pub description: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The amount for everybody.
    Flat,
    /// The amount for each credit a student is registered for.
    PerCredit,
}

/// Charges everybody who is registered in a term.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssessCharges {
    pub semester: Semester,
    pub year: i32,
    pub kind: PaymentType,
    pub basis: Basis,
    #[schema(value_type = String, example = "350.00")]
    pub amount: Value,
    #[schema(max_length = 3, example = "USD")]
    pub currency: Option<String>,
    pub due_on: Option<NaiveDate>,
    #[schema(max_length = 200)]
    pub description: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Assessment {
    /// Students who were charged now.
    pub charged: i64,
    /// Students who were charged before; nothing changed for them.
    pub charged_before: i64,
    /// Those of them whose credits are not the ones they were charged for.
    pub credits_changed: i64,
    /// Of what was charged now.
    #[schema(value_type = String, example = "105000.00")]
    #[serde(with = "crate::payments::money::json")]
    pub total: Decimal,
    pub currency: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WaiveCharge {
    /// Left out: all that is outstanding.
    #[schema(value_type = Option<String>, example = "100.00")]
    pub amount: Option<Value>,
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// Which charges. Students get their own, whatever is asked.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChargeFilter {
    pub user_id: Option<UserId>,
    /// Part of the student's name or number (admins).
    #[param(max_length = 100)]
    pub q: Option<String>,
    pub kind: Option<PaymentType>,
    pub semester: Option<Semester>,
    pub year: Option<i32>,
    /// True: something is still to be paid; false: nothing is.
    pub outstanding: Option<bool>,
    /// Due before this day.
    pub due_before: Option<NaiveDate>,
    /// `due_on`, `created_at`, `amount`, `outstanding` or `student`; `-` in front for descending. Default: `due_on`.
    pub sort: Option<String>,
    #[param(minimum = 1)]
    pub page: Option<i64>,
    #[param(minimum = 1, maximum = 100)]
    pub page_size: Option<i64>,
}
