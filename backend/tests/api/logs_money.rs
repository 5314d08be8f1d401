//! Payments and webhooks of the day that [`crate::logs`] reads: what must not be found in the log afterwards.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use uems::payments::SANDBOX_PATH;
use uems::stripe::signature;

use crate::logs::Server;
use crate::payments::{DECLINES, PAYS};
use crate::support::TestApp;

/// The keys both sides of the sandbox know.
struct Keys {
    secret: String,
    publishable: String,
    webhook: String,
}

/// A student pays, well and badly; a bursar gives money back; strangers and a provider in trouble call.
pub async fn a_day_of_payments(uems: &TestApp, server: &Server) -> Vec<String> {
    let payments = &uems.app.payments;
    let keys = Keys {
        secret: payments.sandbox.as_ref().unwrap().secret_key().to_owned(),
        publishable: payments.publishable_key.clone().unwrap(),
        webhook: payments.webhook_secrets[0].clone(),
    };
    let (payer, bursar) = (uems.student("canary.payer").await, uems.admin("canary.bursar").await);
    let (payer, bursar) = (payer.token.unwrap(), bursar.token.unwrap());
    let mut canaries = vec![];

    let ticket = begin(server, &payer).await;
    confirm(server, &keys, &ticket, DECLINES).await;
    let status = settled(server, &payer, &ticket, "failed").await;
    assert_eq!(status, "failed");
    confirm(server, &keys, &ticket, PAYS).await;
    assert_eq!(settled(server, &payer, &ticket, "succeeded").await, "succeeded");
    canaries.push(text(&ticket["client_secret"]));
    let refund = format!("/payments/{}/refund", text(&ticket["payment_id"]));
    let wish = json!({ "amount": "1.00", "reason": "canary-reason" });
    assert_eq!(server.call(Method::POST, &refund, &bursar, Some(wish)).await.0, 201);
    let path = format!("/payments/{}", text(&ticket["payment_id"]));
    for _ in 0..400 {
        if server.call(Method::GET, &path, &payer, None).await.1["refunded_amount"] == "1.00" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }

    // The provider fails as often as it is asked, then for a refund.
    let switch = async |value: &str| {
        let form = [("key", &*keys.secret), ("fail_next", value)];
        let path = format!("{SANDBOX_PATH}/test/switches");
        post_form(server, &path, &form).await
    };
    assert_eq!(switch("3").await.0, 200);
    let wish = json!({ "amount": "12.00", "payment_type": "books" });
    assert_eq!(server.call(Method::POST, "/payments/create-intent", &payer, Some(wish)).await.0, 503);
    switch("0").await;

    canaries.extend(webhooks(server, &keys).await);
    // An intent that nobody knows, to whoever asks with a wrong key.
    let stranger = [("key", "sk_test_canary_stranger"), ("client_secret", "pi_x_secret_canary")];
    let path = format!("{SANDBOX_PATH}/v1/payment_intents/pi_x/confirm");
    assert_eq!(post_form(server, &path, &stranger).await.0, 401);
    canaries.extend([keys.secret, keys.webhook, payer, bursar]);
    canaries.extend([PAYS, DECLINES, "sk_test_", "whsec_", "_secret_", "canary-"].map(str::to_owned));
    canaries
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

async fn post_form(server: &Server, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    server.send(server.request(Method::POST, path).body(body)).await
}

async fn begin(server: &Server, payer: &str) -> Value {
    let wish = json!({ "amount": "19.99", "payment_type": "tuition", "description": "canary-description" });
    let (status, ticket) = server.call(Method::POST, "/payments/create-intent", payer, Some(wish)).await;
    assert_eq!(status, 201, "{ticket}");
    ticket
}

async fn confirm(server: &Server, keys: &Keys, ticket: &Value, card: &str) {
    let secret = text(&ticket["client_secret"]);
    let intent = secret.split("_secret_").next().unwrap();
    let form = [
        ("key", &*keys.publishable),
        ("client_secret", &secret),
        ("payment_method_data[card][number]", card),
        ("payment_method_data[card][exp_month]", "12"),
        ("payment_method_data[card][exp_year]", "2044"),
        ("payment_method_data[card][cvc]", "123"),
    ];
    let path = format!("{SANDBOX_PATH}/v1/payment_intents/{intent}/confirm");
    post_form(server, &path, &form).await;
}

/// The payment's status, once it is this one.
async fn settled(server: &Server, payer: &str, ticket: &Value, expected: &str) -> String {
    let path = format!("/payments/{}", text(&ticket["payment_id"]));
    let mut status = String::new();
    for _ in 0..400 {
        status = text(&server.call(Method::GET, &path, payer, None).await.1["status"]);
        if status == expected {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    status
}

/// Signed by nobody, by somebody else, long ago, and by the provider but about what is not ours.
async fn webhooks(server: &Server, keys: &Keys) -> Vec<String> {
    let now = uems::app::Clock::default().now().timestamp();
    let event = json!({
        "id": "evt_of_nobody", "object": "event", "created": now, "livemode": false, "type": "payment_intent.succeeded",
        "data": { "object": {
            "id": "pi_of_nobody", "amount": 100, "currency": "usd", "status": "succeeded", "livemode": false, "created": now,
            "client_secret": "pi_of_nobody_secret_canary", "receipt_email": "canary.receipt@example.edu",
            "payment_method_details": { "card": { "number": PAYS, "name": "canary-holder" } },
        } },
    })
    .to_string();
    let broken = r#"{ "id": "canary-broken""#.to_owned();
    let signed = |body: &str, secret: &str, at: i64| signature::sign(body.as_bytes(), secret, at);
    let cases = [
        (&event, String::new(), 400),
        (&event, "t=canary-time,v1=canary-signature".to_owned(), 400),
        (&event, signed(&event, "whsec_canary_of_somebody", now), 400),
        (&event, signed(&event, &keys.webhook, now - 4000), 400),
        (&broken, signed(&broken, &keys.webhook, now), 400),
        (&event, signed(&event, &keys.webhook, now), 200),
    ];
    let mut canaries = vec!["canary.receipt".to_owned()];
    for (body, signature, expected) in cases {
        let request = server.request(Method::POST, "/api/v1/payments/webhook");
        let request = request.header("content-type", "application/json");
        let request = request.header("stripe-signature", &signature).body(body.clone());
        let (status, answer) = server.send(request).await;
        assert_eq!(status, expected, "{signature}: {answer}");
        canaries.extend(signature.split("v1=").nth(1).map(str::to_owned));
    }
    canaries
}
