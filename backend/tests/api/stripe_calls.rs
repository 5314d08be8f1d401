//! Calls to Stripe, as Stripe, the log, a collector and Prometheus see them: a Stripe on this machine that keeps what it is
//! sent, and is as ill as a test wants.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::post;
use axum::{Json, Router};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::logs::{SECRET, Server};
use crate::support::TestApp;
use crate::traces::{attribute, collector, spans};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const KEY: &str = "sk_test_of_this_test";

#[derive(Clone, Default)]
struct Stripe {
    status: Arc<Mutex<u16>>,
    heard: Arc<Mutex<Vec<HeaderMap>>>,
}

impl Stripe {
    async fn start() -> (String, Self) {
        let stripe = Self::default();
        stripe.answers(200);
        let (making, listing) = (stripe.clone(), stripe.clone());
        let make = async move |headers: HeaderMap| {
            making.heard.lock().unwrap().push(headers);
            making.answer(json!({
                "id": "pi_1", "amount": 1999, "currency": "usd", "status": "requires_payment_method", "livemode": false,
                "created": 1, "client_secret": "pi_1_secret_2",
            }))
        };
        let list = async move || listing.answer(json!({ "data": [], "has_more": false }));
        let routes = Router::new().route("/v1/payment_intents", post(make).get(list));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        (url, stripe)
    }

    fn answers(&self, status: u16) {
        *self.status.lock().unwrap() = status;
    }

    fn answer(&self, well: Value) -> impl IntoResponse + use<> {
        let status = StatusCode::from_u16(*self.status.lock().unwrap()).unwrap();
        let ill = json!({ "error": { "type": "api_error", "message": "ill" } });
        (status, Json(if status.is_success() { well } else { ill }))
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_call_is_a_span_of_the_request_and_carries_the_trace_on(db: PgPool) {
    let (collector, kept) = collector(StatusCode::OK).await;
    let (url, stripe) = Stripe::start().await;
    let uems = TestApp::with(db.clone(), &["--jwt-secret", SECRET]);
    let ada = uems.student("ada").await;
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &*collector),
        ("UEMS_STRIPE_URL", &*url),
        ("STRIPE_API_KEY", KEY),
        ("STRIPE_WEBHOOK_SECRET", "whsec_of_this_test"),
        ("UEMS_STRIPE_TIMEOUT", "1"),
        ("UEMS_LOG", "info"),
    ];
    let server = Server::start(&db, &variables).await;
    let pay = async |trace: &str| {
        let request = server.request(Method::POST, "/api/v1/payments/create-intent");
        let request =
            request.bearer_auth(ada.token.as_deref().unwrap()).header("x-request-id", "the-payment");
        let request = request.header("traceparent", format!("00-{trace}-00f067aa0ba902b7-01"));
        server.send(request.json(&json!({ "amount": "19.99", "payment_type": "tuition" }))).await
    };
    let (status, ticket) = pay(TRACE).await;
    assert_eq!(status, 201, "{ticket}");
    stripe.answers(500);
    let failing = TRACE.replace('4', "5");
    assert_eq!(pay(&failing).await.0, 503);
    let metrics = server.request(Method::GET, "/metrics").send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains("\nuems_stripe_up 0\n"), "{metrics}");
    let log = server.log().await;

    let told = stripe.heard.lock().unwrap()[0]["traceparent"].to_str().unwrap().to_owned();
    let spans = spans(&kept);
    let of = |trace: &str, name: &str| {
        let mut all = spans.iter().filter(|span| span["traceId"] == trace && span["name"] == name);
        all.next().unwrap_or_else(|| panic!("no {name} in {spans:#?}")).clone()
    };
    let call = of(TRACE, "stripe POST /v1/payment_intents");
    assert_eq!(told, format!("00-{TRACE}-{}-01", call["spanId"].as_str().unwrap()));
    let request = of(TRACE, "POST /api/v1/payments/create-intent");
    assert_eq!((&call["parentSpanId"], &call["kind"]), (&request["spanId"], &json!(3)));
    assert_eq!(attribute(&call, "http.response.status_code"), &json!({ "intValue": "200" }));
    let failed = of(&failing, "stripe POST /v1/payment_intents");
    assert_eq!(
        (&failed["status"], attribute(&failed, "error.type")),
        (&json!({ "code": 2 }), &json!({ "stringValue": "unreachable" }))
    );

    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (event, trace) in [("payment_intent_created", TRACE), ("stripe_call_failed", &*failing)] {
        // The periodic tasks call Stripe too, without a request.
        let of_it = |line: &&Value| line["context"]["event"] == event && line["trace_id"] == trace;
        let line = lines.iter().find(of_it).unwrap_or_else(|| panic!("no {event} of {trace} in {log}"));
        assert_eq!(line["request_id"], "the-payment");
        assert_eq!(line["user_id"], json!(ada.id));
    }
}

/// What the gauge says after a call to a Stripe that answers so.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn each_replica_tells_whether_stripe_answers_it(db: PgPool) {
    let (url, stripe) = Stripe::start().await;
    let flags = [
        "--stripe-url",
        &url,
        "--stripe-api-key",
        KEY,
        "--stripe-webhook-secret",
        "whsec_x",
        "--stripe-timeout",
        "1",
    ];
    let uems = TestApp::with(db.clone(), &flags);
    let told = async |uems: &TestApp| uems.series("uems_stripe_up").await;
    assert_eq!(told(&uems).await, Vec::<String>::new(), "nobody asked yet");
    for (status, up) in
        [(200, " 1"), (500, " 0"), (200, " 1"), (401, " 0"), (403, " 1"), (429, " 0"), (200, " 1")]
    {
        stripe.answers(status);
        uems.app.payments.check().await;
        assert_eq!(told(&uems).await, [up], "after {status}");
    }
    let ada = uems.student("ada").await;
    stripe.answers(500);
    ada.pay("10.00").await.expect(503);
    assert_eq!(told(&uems).await, [" 0"], "a real call counts like a synthetic one");

    // The replica beside it has a network of its own.
    let cut_off = TestApp::with(
        db.clone(),
        &["--stripe-url", "http://127.0.0.1:9", flags[2], flags[3], flags[4], flags[5], flags[6], flags[7]],
    );
    stripe.answers(200);
    for replica in [&uems, &cut_off] {
        replica.app.payments.check().await;
    }
    assert_eq!((told(&uems).await, told(&cut_off).await), (vec![" 1".to_owned()], vec![" 0".to_owned()]));
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_periodic_task_asks_stripe_where_nobody_pays(db: PgPool) {
    let uems = TestApp::new(db);
    let _jobs = uems::jobs::start(&uems.app);
    for _ in 0..200 {
        if uems.series("uems_stripe_up").await == [" 1"] {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("nobody asked");
}
