//! The payment provider as a company of its own: served by the test, so that it lives on when a server dies, behind a
//! line that can be cut.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use serde_json::{Value, json};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio::net::TcpListener;
use uems::stripe::sandbox::{self, Keys, Sandbox, Switch};
use uems::stripe::signature;

use crate::payments::Bank;
use crate::support::{Actor, TestApp, client};
use crate::wire::Wire;

pub const KEY: &str = "sk_test_of_another_company";
pub const WEBHOOK_SECRET: &str = "whsec_of_another_company";

pub struct Provider {
    pub sandbox: Sandbox,
    pub wire: Wire,
    db: PgPool,
    /// Whether what it has is listed to whoever asks.
    lists: Arc<AtomicBool>,
}

impl Provider {
    pub async fn start(db: &PgPool) -> Self {
        let db =
            PgPoolOptions::new().max_connections(16).connect_lazy_with(db.connect_options().as_ref().clone());
        let keys = Keys {
            secret: KEY.into(),
            publishable: "pk_test_of_another_company".to_owned(),
            webhook_secret: WEBHOOK_SECRET.into(),
        };
        let (sandbox, lists) = (Sandbox::new(db.clone(), keys), Arc::new(AtomicBool::new(true)));
        let listed = lists.clone();
        let router: Router = sandbox::router(sandbox.clone()).layer(from_fn(
            move |request: Request, next: Next| {
                let whole = ["/v1/payment_intents", "/v1/refunds", "/v1/events"].contains(&request.uri().path());
                let kept = request.method() == Method::GET && whole && !listed.load(Ordering::SeqCst);
                async move { if kept { StatusCode::NOT_FOUND.into_response() } else { next.run(request).await } }
            },
        ));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let wire = Wire::to(listener.local_addr().unwrap()).await;
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { sandbox, wire, db, lists }
    }

    /// What a server has to know of it.
    pub fn flags(&self) -> Vec<String> {
        let pairs = [
            ("--stripe-api-key", KEY),
            ("--stripe-webhook-secret", WEBHOOK_SECRET),
            ("--stripe-url", &self.wire.url),
        ];
        pairs.iter().flat_map(|(name, value)| [(*name).to_owned(), (*value).to_owned()]).collect()
    }

    /// Lists nothing any more: whatever the servers learn, they learn from events.
    pub fn list(&self, yes: bool) {
        self.lists.store(yes, Ordering::SeqCst);
    }

    pub async fn switch(&self, switch: Switch, value: i32) {
        sqlx::query(
            "insert into stripe_sandbox.switches (name, value) values ($1, $2)
             on conflict (name) do update set value = excluded.value",
        )
        .bind(switch.name())
        .bind(value)
        .execute(&self.db)
        .await
        .unwrap();
    }

    /// Everything that is due, delivered to a server once; how it answered.
    pub async fn deliver(&self, server: &str) -> BTreeMap<u16, usize> {
        let (client, mut answers) = (client(), BTreeMap::new());
        loop {
            let due = self.sandbox.take_due().await.unwrap();
            if due.is_empty() {
                return answers;
            }
            for delivery in due {
                let status = tell(&client, server, delivery.body.clone(), &delivery.signature).await;
                self.sandbox.note(&delivery, Some(status)).await.unwrap();
                *answers.entry(status).or_default() += 1;
            }
        }
    }
}

/// A signature of the provider's, as of so many seconds ago.
pub fn sign(body: &str, ago: i64) -> String {
    signature::sign(body.as_bytes(), WEBHOOK_SECRET, uems::app::Clock::default().now().timestamp() - ago)
}

/// Posts an event to a server's webhook; 0 when there is no answer.
pub async fn tell(client: &reqwest::Client, server: &str, body: String, signature: &str) -> u16 {
    let request = client
        .post(format!("{server}/api/v1/payments/webhook"))
        .header("content-type", "application/json; charset=utf-8")
        .header("stripe-signature", signature)
        .body(body);
    request.send().await.map_or(0, |answer| answer.status().as_u16())
}

/// An answer of a server, as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    pub status: u16,
    pub content_type: String,
    pub text: String,
}

impl Told {
    pub fn body(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }
}

/// A request of somebody to a server; `None` when the server is gone.
pub async fn ask(actor: &Actor, server: &str, path: &str, key: Option<&str>, body: Value) -> Option<Told> {
    let mut request = client().post(format!("{server}/api/v1{path}"));
    request = request.bearer_auth(actor.token.as_deref().unwrap_or_default());
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    let answer = request.json(&body).send().await.ok()?;
    let content_type = answer.headers().get("content-type");
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    Some(Told { status: answer.status().as_u16(), content_type, text: answer.text().await.ok()? })
}

pub fn wish(amount: &str) -> Value {
    json!({ "amount": amount, "payment_type": "tuition" })
}

/// A payment that is settled in both books; its id.
pub async fn settled(uems: &TestApp, payer: &Actor, amount: &str) -> String {
    payer.paid(&Bank::of(uems), amount).await
}

/// Waits until something is so.
pub async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let wait = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(60), wait).await.is_ok(), "never: {what}");
}

/// Waits until a count is what it should become.
pub async fn becomes(uems: &TestApp, sql: &str, expected: i64) {
    until(&format!("{expected} of {sql}"), async || uems.count(sql).await == expected).await;
}
