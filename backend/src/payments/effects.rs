//! What happened to a payment: counted and logged once, after the commit.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::model::{PaymentType, RefundStatus, Status};
use super::queries::{Facts, RefundFacts};
use super::rules::News;
use crate::app::App;
use crate::ids::{PaymentId, RefundId};

#[derive(Clone, Debug)]
pub enum Effect {
    Moved {
        payment: PaymentId,
        kind: PaymentType,
        to: Status,
        amount: Decimal,
        currency: String,
        /// None was ever made for a payment that ended before the provider knew of it.
        intent: Option<String>,
    },
    Refund {
        payment: PaymentId,
        refund: RefundId,
        kind: PaymentType,
        to: RefundStatus,
        amount: Decimal,
        in_full: bool,
    },
    Flagged {
        event: String,
        reason: &'static str,
        payment: Option<PaymentId>,
    },
}

impl Effect {
    pub fn moved(payment: &Facts, news: News, intent: Option<&str>) -> Self {
        let to = match news {
            News::Processing => Status::Processing,
            News::Failed | News::Canceled => Status::Failed,
            News::Succeeded => Status::Succeeded,
        };
        Self::Moved {
            payment: payment.id,
            kind: payment.payment_type,
            to,
            amount: payment.amount,
            currency: payment.currency.clone(),
            intent: intent.map(str::to_owned),
        }
    }

    pub fn refund(payment: &Facts, refund: &RefundFacts, to: RefundStatus, in_full: bool) -> Self {
        let (kind, amount) = (payment.payment_type, refund.amount);
        Self::Refund { payment: payment.id, refund: refund.id, kind, to, amount, in_full }
    }

    pub fn report(&self, app: &App) {
        match self {
            Self::Moved { payment, kind, to, amount, currency, intent } => {
                app.metrics.payments.with_label_values(&[to.as_str(), kind.as_str()]).inc();
                match to {
                    Status::Succeeded => {
                        if currency == "USD" {
                            let dollars = amount.to_f64().unwrap_or_default();
                            app.metrics
                                .payments_amount_usd
                                .with_label_values(&[kind.as_str()])
                                .inc_by(dollars);
                        }
                        tracing::info!(event = "payment_succeeded", function = "settle", payment_id = %payment, amount = %amount, currency, stripe_intent_id = intent.as_deref(), "Payment succeeded");
                    }
                    Status::Failed => {
                        tracing::warn!(event = "payment_failed", function = "settle", payment_id = %payment, amount = %amount, currency, stripe_intent_id = intent.as_deref(), "Payment failed");
                    }
                    Status::Pending | Status::Processing | Status::Refunded => {}
                }
            }
            Self::Refund { payment, refund, kind, to, amount, in_full } => {
                if *in_full {
                    app.metrics.payments.with_label_values(&["refunded", kind.as_str()]).inc();
                }
                match to {
                    RefundStatus::Succeeded => {
                        tracing::info!(event = "refund_succeeded", function = "settle", payment_id = %payment, refund_id = %refund, amount = %amount, in_full, "Refund succeeded");
                    }
                    RefundStatus::Failed | RefundStatus::Canceled | RefundStatus::Pending => {
                        tracing::warn!(event = "refund_failed", function = "settle", payment_id = %payment, refund_id = %refund, amount = %amount, "Refund failed");
                    }
                }
            }
            Self::Flagged { event, reason, payment } => {
                let payment = payment.map(|id| id.to_string());
                tracing::error!(
                    event = "stripe_event_flagged",
                    function = "take_in",
                    stripe_event_id = event,
                    reason,
                    payment_id = payment,
                    "An event of the payment provider does not fit our books; a person has to look"
                );
            }
        }
    }
}
