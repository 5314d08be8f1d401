//! The two books are read one after the other while the world goes on, and only what differs at one moment is told.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::http::Method;
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use chrono::TimeDelta;
use serde_json::json;
use sqlx::PgPool;
use uems::payments::{FindingKind, Options, Reconciliation, reconcile};
use uems::stripe::sandbox::{self, Keys, Sandbox};

use crate::payments::{Bank, PAYS, assert_books_agree};
use crate::support::TestApp;

const KEY: &str = "sk_test_of_yesterday";

/// The sandbox, whose lists of intents and refunds stay as they were when they were first read.
async fn with_old_lists(db: &PgPool) -> TestApp {
    let keys =
        Keys { secret: KEY.into(), publishable: "pk_test".to_owned(), webhook_secret: "whsec_x".into() };
    let lists = Arc::new(Mutex::new(Vec::<(String, Bytes)>::new()));
    let old = from_fn(move |request: Request, next: Next| {
        let (lists, path) = (lists.clone(), request.uri().path().to_owned());
        let list =
            request.method() == Method::GET && ["/v1/payment_intents", "/v1/refunds"].contains(&&*path);
        async move {
            let known =
                lists.lock().unwrap().iter().find(|(known, _)| *known == path).map(|(_, body)| body.clone());
            match known {
                Some(body) => body.into_response(),
                None if list => {
                    let body = to_bytes(next.run(request).await.into_body(), usize::MAX).await.unwrap();
                    lists.lock().unwrap().push((path, body.clone()));
                    body.into_response()
                }
                None => next.run(request).await,
            }
        }
    });
    let router: Router = sandbox::router(Sandbox::new(db.clone(), keys)).layer(old);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let flags = ["--stripe-api-key", KEY, "--stripe-webhook-secret", "whsec_of_a_test", "--stripe-url", &url];
    TestApp::with(db.clone(), &flags)
}

async fn run(uems: &TestApp, apply: bool) -> Reconciliation {
    let options = Options { grace: TimeDelta::zero(), ..Options::days(&uems.app, 3, apply) };
    reconcile(&uems.app, &options).await.unwrap()
}

fn kinds(run: &Reconciliation) -> Vec<(FindingKind, bool)> {
    run.findings.iter().map(|finding| (finding.kind, finding.repaired)).collect()
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn what_is_settled_between_the_two_looks_is_no_difference(db: PgPool) {
    let (uems, other) = (TestApp::new(db.clone()), with_old_lists(&db).await);
    let (ada, root, bank) = (uems.student("ada").await, uems.admin("root").await, Bank::of(&uems));
    let paid = ada.paid(&bank, "50.00").await;
    let ticket = ada.pay("10.00").await.expect(201).body;
    let canceled = root.charge(&ada, "7.00").await;
    let open = ada.post("/payments/create-intent", json!({ "charge_id": canceled })).await.expect(201).body;
    root.refund(&paid, Some("20.00")).await.expect(201);
    sqlx::query("update stripe_sandbox.objects set body = jsonb_set(body, '{status}', '\"pending\"') where kind = 'refund'")
        .execute(&uems.db)
        .await
        .unwrap();
    run(&other, false).await;

    // After the lists were read, it is paid, closed and given back, and the events come.
    sqlx::query("update stripe_sandbox.objects set body = jsonb_set(body, '{status}', '\"succeeded\"') where kind = 'refund'")
        .execute(&uems.db)
        .await
        .unwrap();
    bank.confirm(&ticket, PAYS).await.expect(200);
    let intent = open["client_secret"].as_str().unwrap().split("_secret_").next().unwrap();
    bank.call(&format!("/v1/payment_intents/{intent}/cancel"), &[]).await.expect(200);
    bank.deliver().await;
    let done = run(&other, true).await;
    assert_eq!(kinds(&done), [], "{:?}", done.findings);
    assert_books_agree(&uems).await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn what_is_paid_here_and_canceled_there_is_told(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, bank) = (uems.student("ada").await, Bank::of(&uems));
    let id = ada.paid(&bank, "10.00").await;
    sqlx::query("update stripe_sandbox.objects set body = body || '{\"status\":\"canceled\"}' where kind = 'payment_intent'")
        .execute(&uems.db)
        .await
        .unwrap();
    let done = run(&uems, true).await;
    assert_eq!(kinds(&done), [(FindingKind::StatusDiffers, false)]);
    assert_eq!(ada.payment(&id).await["status"], "succeeded");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn refunds_are_compared_both_ways_and_in_all(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, root, bank) = (uems.student("ada").await, uems.admin("root").await, Bank::of(&uems));
    let ids =
        [ada.paid(&bank, "50.00").await, ada.paid(&bank, "60.00").await, ada.paid(&bank, "70.00").await];
    for id in &ids {
        root.refund(id, Some("20.00")).await.expect(201);
    }
    bank.deliver().await;
    assert_eq!(kinds(&run(&uems, true).await), []);
    let of = |kind: &str, id: &str, change: &str| {
        format!(
            "update stripe_sandbox.objects set {change} where kind = '{kind}' and body #>> '{{metadata,payment_id}}' = '{id}'"
        )
    };
    for sql in [
        // Unknown there; of another amount; and more was given back in all than by the refunds of either side.
        of("refund", &ids[0], "kind = 'charge'"),
        of("refund", &ids[1], "body = jsonb_set(body, '{amount}', '1900')"),
        of("charge", &ids[2], "body = jsonb_set(body, '{amount_refunded}', '2100')"),
    ] {
        assert_eq!(sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&uems.db).await.unwrap().rows_affected(), 1);
    }
    let done = run(&uems, true).await;
    assert_eq!((done.repaired, done.unresolved), (0, 3), "{:?}", done.findings);
    for (id, said) in ids.iter().zip(["provider: unknown", "provider: 1900 usd", "in all; provider: 2100"]) {
        let found =
            done.findings.iter().find(|found| found.payment_id.map(|of| of.to_string()).as_ref() == Some(id));
        let found = found.unwrap_or_else(|| panic!("{said}: {:?}", done.findings));
        assert!(found.kind == FindingKind::RefundDiffers && found.detail.contains(said), "{found:?}");
    }
}
