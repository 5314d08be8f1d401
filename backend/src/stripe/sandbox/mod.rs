//! A stand-in for Stripe: the same addresses, forms, answers, idempotency and signed events, test cards, and switches
//! that make it as unreliable as a test needs. Its books are in a schema of their own, as if they were another
//! company's: what UEMS believes can be compared with them.

mod answer;
mod call;
mod cards;
mod delivery;
mod form;
mod intents;
mod past;
mod refunds;
mod routes;
mod store;
mod switches;

use std::sync::Arc;

use sqlx::PgPool;
use tokio::sync::Notify;

pub use delivery::{Delivery, deliver_forever};
pub use past::{End, Past, PastRefund, plant};
pub use routes::router;
pub use switches::Switch;

use crate::app::Clock;
use crate::secret::Secret;

/// Cheap to clone.
#[derive(Clone)]
pub struct Sandbox(Arc<Parts>);

pub struct Parts {
    db: PgPool,
    keys: Keys,
    clock: Clock,
    /// An event waits to be delivered.
    due: Notify,
}

/// What the two sides know of each other.
#[derive(Clone, Debug)]
pub struct Keys {
    pub secret: Secret,
    pub publishable: String,
    pub webhook_secret: Secret,
}

impl Sandbox {
    pub fn new(db: PgPool, keys: Keys) -> Self {
        Self(Arc::new(Parts { db, keys, clock: Clock::default(), due: Notify::new() }))
    }

    /// The key our server shows.
    pub fn secret_key(&self) -> &str {
        &self.keys.secret
    }

    fn now(&self) -> i64 {
        self.clock.now().timestamp()
    }
}

impl std::ops::Deref for Sandbox {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// A new id of a kind, such as `pi_…`.
fn id(prefix: &str) -> String {
    format!("{prefix}_sandbox{}", uuid::Uuid::new_v4().simple())
}
