//! What Stripe is: its HTTP API, its signatures, and a stand-in for both. Knows nothing of UEMS.

mod breaker;
mod client;
/// A stand-in for Stripe: the same HTTP API, test cards, signed events.
pub mod sandbox;
/// Signatures of events.
pub mod signature;
mod transport;
mod types;

pub use client::{Failure, NewIntent, NewRefund, Stripe};
pub use transport::{Transport, tls};
pub use types::{
    ApiError, Charge, Dispute, Event, EventData, IntentStatus, Metadata, PaymentIntent, Refund, RefundStatus,
};

/// The version of the API every request asks for, and the one to choose for the webhook endpoint.
pub const API_VERSION: &str = "2025-03-31.basil";

/// Where the real one is.
pub const URL: &str = "https://api.stripe.com";
