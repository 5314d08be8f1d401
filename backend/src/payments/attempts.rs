//! Asking the provider anew where it keeps a failure. Stripe saves what came of a request under its `Idempotency-Key`,
//! also an error of its own, and says the same for a day: with that key nothing will ever be made. Under the next key it
//! could be made twice. So the thing is looked for first, and only where it is not there the next key is used: its number
//! is in our row before the provider is asked, so that every replica, and whoever comes after a crash, uses the same one.

use chrono::{DateTime, TimeDelta, Utc};

/// How many keys are used for one request of ours; the periodic task goes on later.
pub const KEYS_AT_ONCE: usize = 2;
/// The provider's clock may be behind ours by so much.
const SKEW: TimeDelta = TimeDelta::minutes(10);

/// The `Idempotency-Key` of an attempt to make something.
pub fn key(what: &str, id: impl std::fmt::Display, attempt: i32) -> String {
    if attempt == 0 { format!("{what}-{id}") } else { format!("{what}-{id}-{attempt}") }
}

/// From when on something of ours may be in the provider's lists.
pub fn since(created_at: DateTime<Utc>) -> i64 {
    (created_at - SKEW).timestamp()
}
