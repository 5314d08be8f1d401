//! Events: written with what they tell of, delivered signed, again and again until they are taken.

use std::time::Duration;

use chrono::TimeDelta;
use rand::RngExt;
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::switches::{Switch, Switches};
use super::{Sandbox, id, store};
use crate::stripe::{API_VERSION, signature};

/// Deliveries under way at once.
const AT_ONCE: i64 = 16;
/// For how long nobody else tries what somebody has taken.
const LEASE: TimeDelta = TimeDelta::seconds(10);
/// A day and a half of attempts, as the pauses grow.
const MOST_ATTEMPTS: i32 = 40;
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);

/// A signed event on its way.
#[derive(Clone, Debug)]
pub struct Delivery {
    id: i64,
    attempts: i32,
    pub body: String,
    pub signature: String,
}

/// Writes an event in the transaction of what it tells of.
pub async fn emit(
    sandbox: &Sandbox,
    db: &mut PgConnection,
    switches: &Switches,
    kind: &str,
    object: &Value,
) -> sqlx::Result<()> {
    let event = json!({
        "id": id("evt"), "object": "event", "api_version": API_VERSION, "created": sandbox.now(), "livemode": false,
        "type": kind, "data": { "object": object }, "pending_webhooks": 1, "request": null,
    });
    store::put(db, "event", &event).await?;
    if switches.happens(Switch::Drop) {
        return Ok(());
    }
    let copies = if switches.happens(Switch::Duplicate) { 2 } else { 1 };
    for _ in 0..copies {
        let late = rand::rng().random_range(0..=switches.get(Switch::Reorder)) as i64;
        let due = sandbox.clock.now() + TimeDelta::milliseconds(late);
        store::enqueue(db, event["id"].as_str().unwrap_or_default(), due).await?;
    }
    Ok(())
}

impl Sandbox {
    /// Takes what is due, signed. [`Self::note`] has to hear how each went.
    pub async fn take_due(&self) -> sqlx::Result<Vec<Delivery>> {
        let now = self.clock.now();
        let due = store::take_due(&self.db, now, now + LEASE, AT_ONCE).await?;
        let switches = if due.is_empty() { Switches::default() } else { Switches::read(&self.db).await? };
        let signed = |due: store::Due| {
            let body = due.body.to_string();
            let signature = match (switches.happens(Switch::BadSignature), due.id % 2) {
                (true, 0) => signature::sign(body.as_bytes(), "whsec_of_somebody_else", now.timestamp()),
                (true, _) => {
                    let stale = now.timestamp() - signature::TOLERANCE - 60;
                    signature::sign(body.as_bytes(), &self.keys.webhook_secret, stale)
                }
                (false, _) => signature::sign(body.as_bytes(), &self.keys.webhook_secret, now.timestamp()),
            };
            Delivery { id: due.id, attempts: due.attempts, body, signature }
        };
        Ok(due.into_iter().map(signed).collect())
    }

    /// How a delivery went: a status, or no answer.
    pub async fn note(&self, delivery: &Delivery, status: Option<u16>) -> sqlx::Result<()> {
        let now = self.clock.now();
        match status {
            Some(status) if (200..300).contains(&status) => {
                store::delivered(&self.db, delivery.id, status, now).await
            }
            _ => {
                let pause = TimeDelta::milliseconds(250 << delivery.attempts.clamp(0, 20)).min(LONGEST_PAUSE);
                let gave_up = delivery.attempts >= MOST_ATTEMPTS;
                store::again(&self.db, delivery.id, status, now + pause, gave_up).await
            }
        }
    }

    pub async fn undelivered(&self) -> sqlx::Result<i64> {
        store::undelivered(&self.db).await
    }
}

fn client() -> anyhow::Result<reqwest::Client> {
    let client = reqwest::Client::builder().tls_backend_preconfigured(crate::stripe::tls()?);
    Ok(client.timeout(Duration::from_secs(8)).no_proxy().build()?)
}

/// Delivers to an address until the task is dropped.
pub async fn deliver_forever(sandbox: Sandbox, address: String) {
    let client = match client() {
        Ok(client) => client,
        Err(error) => {
            tracing::error!(event = "sandbox_failed", %error, "The payment sandbox cannot deliver its events");
            return;
        }
    };
    loop {
        let due = sandbox.take_due().await.unwrap_or_default();
        if due.is_empty() {
            let _ = tokio::time::timeout(Duration::from_millis(250), sandbox.due.notified()).await;
            continue;
        }
        let mut under_way = tokio::task::JoinSet::new();
        for delivery in due {
            let (sandbox, client, address) = (sandbox.clone(), client.clone(), address.clone());
            under_way.spawn(async move {
                let request = client
                    .post(address)
                    .header("content-type", "application/json; charset=utf-8")
                    .header("stripe-signature", &delivery.signature)
                    .body(delivery.body.clone());
                let status = request.send().await.ok().map(|answer| answer.status().as_u16());
                if let Err(error) = sandbox.note(&delivery, status).await {
                    tracing::warn!(event = "sandbox_failed", %error, "A delivery of the payment sandbox was not noted");
                }
            });
        }
        under_way.join_all().await;
    }
}
