//! The client: asks again as the provider says, within its time, under one key.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use sqlx::PgPool;
use tokio::net::TcpListener;
use uems::stripe::{Failure, NewIntent, Stripe, Transport};

use crate::payments::Bank;
use crate::support::TestApp;

const ERROR: &str = r#"{"error":{"type":"api_error","message":"no"}}"#;
const REFUSED: &str =
    r#"{"error":{"type":"invalid_request_error","code":"amount_too_small","message":"no"}}"#;
const INTENT: &str = r#"{"id":"pi_1","amount":100,"currency":"usd","status":"requires_payment_method","livemode":false,
    "created":1,"metadata":null,"client_secret":"pi_1_secret_x"}"#;

type Script = Vec<(u16, Option<&'static str>, &'static str)>;

/// What was asked, and when.
#[derive(Clone, Default)]
struct Asked(Arc<Mutex<Vec<(Instant, String, String)>>>);

impl Asked {
    fn note(&self, request: &Request) {
        let header = |name| request.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (key, version) = (header("idempotency-key"), header("stripe-version"));
        let asked = (Instant::now(), key.unwrap_or_default(), version.unwrap_or_default());
        self.0.lock().unwrap().push(asked);
    }

    fn all(&self) -> Vec<(Instant, String, String)> {
        self.0.lock().unwrap().clone()
    }
}

/// A client of a provider that gives these answers, one after the other.
async fn scripted(answers: Script, budget: Duration) -> (Stripe, Asked) {
    let asked = Asked::default();
    let notes = asked.clone();
    let router = Router::new().fallback(move |request: Request| {
        notes.note(&request);
        let (status, retry, body) = answers[(notes.all().len() - 1).min(answers.len() - 1)];
        let mut answer = (StatusCode::from_u16(status).unwrap(), body).into_response();
        if let Some(retry) = retry {
            answer.headers_mut().insert("stripe-should-retry", retry.parse().unwrap());
        }
        async move { answer }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (Stripe::new(Transport::to(&url).unwrap(), "sk_test_of_a_test".into(), budget), asked)
}

fn new(amount: i64) -> NewIntent<'static> {
    NewIntent { amount, currency: "USD", description: None, metadata: &[] }
}

#[tokio::test]
async fn calls_are_repeated_as_the_provider_says() {
    let cases: [(Script, usize, &str); 10] = [
        (vec![(500, None, ERROR), (429, None, ERROR), (200, None, INTENT)], 3, "pi_1"),
        (vec![(409, None, ERROR), (200, None, INTENT)], 2, "pi_1"),
        (vec![(500, Some("false"), ERROR), (200, None, INTENT)], 1, "unreachable"),
        (vec![(409, Some("false"), ERROR), (200, None, INTENT)], 1, "unreachable"),
        (vec![(400, None, REFUSED), (200, None, INTENT)], 1, "amount_too_small"),
        (vec![(400, Some("true"), REFUSED), (200, None, INTENT)], 2, "pi_1"),
        (vec![(400, Some("true"), REFUSED)], 3, "amount_too_small"),
        (vec![(503, None, "<html>")], 3, "unreachable"),
        (vec![(200, None, &INTENT[..40]), (200, None, INTENT)], 2, "pi_1"),
        (vec![(401, None, ERROR)], 1, ""),
    ];
    for (answers, times, expected) in cases {
        let (stripe, asked) = scripted(answers.clone(), Duration::from_secs(5)).await;
        let got = match stripe.create_intent(&new(100), "key-1").await {
            Ok(intent) => intent.id,
            Err(Failure::Refused { error, .. }) => error.code.unwrap_or_default(),
            Err(Failure::Unreachable(_) | Failure::Resting | Failure::Kept(_)) => "unreachable".to_owned(),
        };
        let asked = asked.all();
        assert_eq!((got.as_str(), asked.len()), (expected, times), "{answers:?}");
        assert!(asked.iter().all(|(_, key, _)| key == "key-1"), "each try has the same key");
        assert!(asked.iter().all(|(_, _, version)| version == uems::stripe::API_VERSION));
    }
}

#[tokio::test]
async fn pauses_grow_and_are_not_those_of_everybody_else() {
    let mut firsts = vec![];
    for _ in 0..6 {
        let (stripe, asked) = scripted(vec![(500, None, ERROR)], Duration::from_secs(5)).await;
        stripe.create_intent(&new(100), "key-1").await.unwrap_err();
        let at: Vec<Instant> = asked.all().iter().map(|(at, ..)| *at).collect();
        let (first, second) = (at[1] - at[0], at[2] - at[1]);
        assert!(
            first >= Duration::from_millis(100) && second >= Duration::from_millis(200),
            "{first:?} {second:?}"
        );
        firsts.push(first);
    }
    let (least, most) = (firsts.iter().min().unwrap(), firsts.iter().max().unwrap());
    assert!(*most - *least > Duration::from_millis(2), "all waited {least:?}");
}

#[tokio::test]
async fn no_call_takes_longer_than_its_budget_retries_included() {
    let budget = Duration::from_millis(700);
    // Takes connections and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let stripe = Stripe::new(Transport::to(&url).unwrap(), "sk_test_of_a_test".into(), budget);
    let started = Instant::now();
    assert!(matches!(stripe.create_intent(&new(100), "key-1").await, Err(Failure::Unreachable(_))));
    let took = started.elapsed();
    assert!(took >= Duration::from_millis(600) && took < Duration::from_millis(1500), "{took:?}");

    // No pause is begun that would not end in time.
    let (stripe, asked) = scripted(vec![(500, None, ERROR)], Duration::from_millis(90)).await;
    let started = Instant::now();
    stripe.create_intent(&new(100), "key-1").await.unwrap_err();
    assert!(started.elapsed() < Duration::from_millis(600) && asked.all().len() == 1);
}

#[tokio::test]
async fn after_five_failures_nobody_waits() {
    let (stripe, asked) = scripted(vec![(500, Some("false"), ERROR)], Duration::from_secs(5)).await;
    for _ in 0..5 {
        assert!(matches!(stripe.retrieve_intent("pi_1").await, Err(Failure::Unreachable(_))));
    }
    assert!(matches!(stripe.retrieve_intent("pi_1").await, Err(Failure::Resting)));
    assert_eq!(asked.all().len(), 5);
    // A refusal is an answer, and no reason to rest.
    let (stripe, _) = scripted(vec![(400, None, REFUSED)], Duration::from_secs(5)).await;
    for _ in 0..7 {
        assert!(matches!(stripe.retrieve_intent("pi_1").await, Err(Failure::Refused { status: 400, .. })));
    }
}

/// The stand-in itself: one key, one effect; the same key with other parameters is an error of Stripe's shape; lists are
/// read to their end.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn the_sandbox_keeps_keys_and_pages_as_stripe_does(db: PgPool) {
    let uems = TestApp::new(db);
    let (bank, stripe) = (Bank::of(&uems), uems.app.payments.stripe().unwrap());
    let first = stripe.create_intent(&new(100), "key-1").await.unwrap();
    assert_eq!(stripe.create_intent(&new(100), "key-1").await.unwrap().id, first.id);
    let Err(Failure::Refused { error, status: 400 }) = stripe.create_intent(&new(101), "key-1").await else {
        panic!("the key was taken for another request");
    };
    assert_eq!(error.kind, "idempotency_error");
    let same = new(100);
    let (one, two) = tokio::join!(stripe.create_intent(&same, "key-2"), stripe.create_intent(&same, "key-2"));
    assert_eq!(one.unwrap().id, two.unwrap().id, "also at once");
    for number in 0..120 {
        stripe.create_intent(&new(100), &format!("other-{number}")).await.unwrap();
    }
    assert_eq!(stripe.list_intents(0).await.unwrap().len(), 122, "all pages are read");
    assert!(stripe.retrieve_intent("pi_none").await.unwrap_err().is_missing());
    let stranger =
        sandbox_answer(&bank, "/v1/refunds", &[("key", "sk_test_x"), ("payment_intent", &first.id)]).await;
    assert_eq!(stranger, 401);
    // A browser's key may not do what a server's may, and needs the intent's own secret.
    let key = uems.app.payments.publishable_key.clone().unwrap();
    let confirm = format!("/v1/payment_intents/{}/confirm", first.id);
    for (path, expected) in
        [("/v1/payment_intents", 401), ("/v1/refunds", 401), ("/test/switches", 401), (&confirm, 404)]
    {
        let fields =
            [("key", &*key), ("client_secret", "pi_x_secret_guessed"), ("payment_method", "pm_card_visa")];
        assert_eq!(sandbox_answer(&bank, path, &fields).await, expected, "{path}");
    }
}

/// What somebody without our server's header is answered.
async fn sandbox_answer(bank: &Bank, path: &str, fields: &[(&str, &str)]) -> u16 {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = axum::http::Request::builder()
        .method("POST")
        .uri(format!("{}{path}", uems::payments::SANDBOX_PATH))
        .body(axum::body::Body::from(body));
    bank.uems.send(request.unwrap()).await.status.as_u16()
}
