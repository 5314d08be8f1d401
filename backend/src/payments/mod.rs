//! Payments by card: exact amounts, a state only the provider's signed events move, refunds within what was paid, and a
//! reconciler for what crashes and lost messages leave between the books.
//!
//! Locks: the charge, then the payment, or the differences alone; the audit log last. Stripe is never asked while a lock
//! or a connection is held.

mod attempts;
mod books;
mod case_queries;
mod cases;
mod compare;
mod compare_refunds;
mod difference_queries;
mod effects;
mod event_queries;
mod events;
mod findings;
mod intents;
mod lists;
mod model;
pub mod money;
mod outdated;
mod provider;
pub mod queries;
mod reconcile;
mod reconcile_queries;
mod refund_queries;
mod refunds;
mod routes;
mod rules;
mod settle;
mod webhook;

pub use books::{
    __path_list_reconciliations, __path_run_reconciliation, list_reconciliations, run_reconciliation,
};
pub use cases::{
    __path_list_differences, __path_list_events, __path_resolve_difference, __path_resolve_event,
    list_differences, list_events, resolve_difference, resolve_event,
};
pub use events::Outcome;
pub use findings::{Finding, FindingKind, Reconciliation};
pub use model::{Payment, PaymentType, ProviderKind, Refund, RefundStatus, Status};
pub use outdated::close_soon;
pub use provider::{Provider, SANDBOX_PATH};
pub use reconcile::{Options, reconcile, take_up};
pub use refunds::{__path_refund_payment, refund_payment};
pub use routes::{
    __path_create_intent, __path_get_payment, __path_list_payments, __path_payment_history,
    __path_payment_receipt, __path_payment_settings, __path_retry_payment, create_intent, get_payment,
    list_payments, note_reading, payment_history, payment_receipt, payment_settings, retry_payment,
};
pub use webhook::{__path_webhook, webhook};
