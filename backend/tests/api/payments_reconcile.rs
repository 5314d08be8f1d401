//! What crashes, outages and lost messages leave between the two books, and who finds it.

use axum::http::Method;
use chrono::TimeDelta;
use serde_json::json;
use sqlx::PgPool;
use uems::payments::{FindingKind, Options, Reconciliation, reconcile};

use crate::payments::{Bank, PAYS, assert_books_agree};
use crate::support::TestApp;

async fn run(uems: &TestApp, apply: bool) -> Reconciliation {
    let options = Options { grace: TimeDelta::zero(), ..Options::days(&uems.app, 3, apply) };
    reconcile(&uems.app, &options).await.unwrap()
}

fn kinds(run: &Reconciliation) -> Vec<(FindingKind, bool)> {
    run.findings.iter().map(|finding| (finding.kind, finding.repaired)).collect()
}

const INTENTS: &str = "select count(*) from stripe_sandbox.objects where kind = 'payment_intent'";
const UNLINKED: &str = "select count(*) from payments where stripe_payment_intent_id is null";

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_payment_whose_intent_was_never_made_or_never_written_down_gets_exactly_one(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, bank) = (uems.student("ada").await, Bank::of(&uems));
    // Stripe is down: three tries.
    bank.switch("fail_next", 3).await;
    assert_eq!(ada.pay("10.00").await.expect(503).code(), "payment_provider_unavailable");
    // Stripe makes it, and the answers are lost: three tries.
    bank.switch("lose_next", 3).await;
    ada.pay("20.00").await.expect(503);
    assert_eq!((uems.count(UNLINKED).await, uems.count(INTENTS).await), (2, 1));

    let told = run(&uems, false).await;
    assert_eq!(
        kinds(&told)[..2],
        [(FindingKind::MissingIntent, false), (FindingKind::UnlinkedIntent, false)]
    );
    assert_eq!(uems.count(UNLINKED).await, 2, "it only told");
    let done = run(&uems, true).await;
    assert_eq!(kinds(&done)[..2], [(FindingKind::MissingIntent, true), (FindingKind::UnlinkedIntent, true)]);
    assert_eq!((uems.count(UNLINKED).await, uems.count(INTENTS).await), (0, 2));
    bank.deliver().await;
    assert_eq!(kinds(&run(&uems, true).await), [], "and then nothing is left to do");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn an_event_that_never_came_is_read_from_the_provider(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, root, bank) = (uems.student("ada").await, uems.admin("root").await, Bank::of(&uems));
    bank.switch("drop_percent", 100).await;
    let ticket = ada.pay("30.00").await.expect(201).body;
    let id = ticket["payment_id"].as_str().unwrap();
    bank.confirm(&ticket, PAYS).await.expect(200);
    let intent = ticket["client_secret"].as_str().unwrap().split("_secret_").next().unwrap();
    bank.call("/v1/refunds", &[("payment_intent", intent), ("amount", "1000")]).await.expect(200);
    bank.deliver().await;
    assert_eq!(ada.payment(id).await["status"], "pending");
    let done = run(&uems, true).await;
    assert_eq!(done.unresolved, 0, "{:?}", done.findings);
    assert!(done.findings.iter().all(|finding| finding.kind == FindingKind::MissedEvent));
    let payment = ada.payment(id).await;
    assert_eq!((&payment["status"], &payment["refunded_amount"]), (&json!("succeeded"), &json!("10.00")));
    assert_books_agree(&uems).await;

    // On demand, by an admin; what is younger than a minute is left alone.
    let again = root.call(Method::POST, "/payments/reconciliation", None, &[]).await.expect(200).body;
    assert_eq!((&again["unresolved"], &again["repaired"]), (&json!(0), &json!(0)));
    let latest = root.get("/payments/reconciliation").await.expect(200).body;
    assert_eq!(latest["items"].as_array().unwrap().len(), 2);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn orphans_and_differences_are_listed_for_a_person(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, bank) = (uems.student("ada").await, Bank::of(&uems));
    let id = ada.paid(&bank, "10.00").await;
    let fields = [
        ("amount", "500"),
        ("currency", "usd"),
        ("metadata[payment_id]", &*uuid::Uuid::new_v4().to_string()),
    ];
    bank.call("/v1/payment_intents", &fields).await.expect(200);
    let second = [("amount", "1000"), ("currency", "usd"), ("metadata[payment_id]", &*id)];
    bank.call("/v1/payment_intents", &second).await.expect(200);
    let vanished = ada.pay("7.00").await.expect(201).body["payment_id"].clone();
    sqlx::query("delete from stripe_sandbox.objects where body #>> '{metadata,payment_id}' = $1")
        .bind(vanished.as_str())
        .execute(&uems.db)
        .await
        .unwrap();
    let changed = ada.pay("8.00").await.expect(201).body["payment_id"].clone();
    sqlx::query("update stripe_sandbox.objects set body = jsonb_set(body, '{amount}', '900') where kind = 'payment_intent' and body #>> '{metadata,payment_id}' = $1")
        .bind(changed.as_str())
        .execute(&uems.db)
        .await
        .unwrap();
    bank.deliver().await;
    let done = run(&uems, true).await;
    let mut found: Vec<&str> = done.findings.iter().map(|finding| finding.kind.as_str()).collect();
    found.sort_unstable();
    assert_eq!(found, ["amount_differs", "orphan_intent", "second_intent", "vanished_intent"]);
    assert_eq!((done.repaired, done.unresolved), (0, 4));
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_refund_that_was_never_asked_for_is_asked_for_once(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, root, bank) = (uems.student("ada").await, uems.admin("root").await, Bank::of(&uems));
    let id = ada.paid(&bank, "10.00").await;
    bank.switch("fail_next", 3).await;
    root.refund(&id, Some("4.00")).await.expect(503);
    bank.switch("lose_next", 3).await;
    root.refund(&id, Some("5.00")).await.expect(503);
    let done = run(&uems, true).await;
    assert_eq!(done.unresolved, 0, "{:?}", done.findings);
    assert_eq!(done.findings[0].kind, FindingKind::MissingRefund);
    bank.deliver().await;
    assert_eq!(ada.payment(&id).await["refunded_amount"], "9.00");
    assert_eq!(uems.count("select count(*) from stripe_sandbox.objects where kind = 'refund'").await, 2);
    assert_books_agree(&uems).await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_payment_nobody_can_pay_any_more_is_ended(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, bank) = (uems.student("ada").await, Bank::of(&uems));
    bank.switch("fail_next", 3).await;
    let id = ada.pay("10.00").await.expect(503).body["payment_id"].as_str().unwrap().to_owned();
    sqlx::query("update payments set created_at = now() - interval '2 days'")
        .execute(&uems.db)
        .await
        .unwrap();
    assert_eq!(kinds(&run(&uems, true).await), [(FindingKind::MissingIntent, true)]);
    let payment = ada.payment(&id).await;
    assert_eq!((&payment["status"], &payment["can_retry"]), (&json!("failed"), &json!(false)));
    assert_eq!(uems.count(INTENTS).await, 0);
    let metrics = uems.app.metrics.text(&uems.app).await;
    for line in [
        "uems_payments_total{payment_type=\"tuition\",status=\"failed\"} 1",
        // How long the provider took to fail counts too.
        "uems_payment_processing_duration_seconds_count 1",
    ] {
        assert!(metrics.contains(line), "{line}\n{metrics}");
    }
}

/// The provider tells the same answer to the same key for a day. Whoever asked later would make it twice.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn what_is_older_than_the_providers_memory_is_looked_for_before_it_is_made(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, root, bank) = (uems.student("ada").await, uems.admin("root").await, Bank::of(&uems));
    let paid = ada.paid(&bank, "50.00").await;
    // Both are made, and no answer arrives: three tries each.
    bank.switch("lose_next", 3).await;
    let id = ada.pay("20.00").await.expect(503).body["payment_id"].as_str().unwrap().to_owned();
    bank.switch("lose_next", 3).await;
    root.refund(&paid, Some("4.00")).await.expect(503);
    let _lost = bank.intercept().await;
    for sql in [
        "update payments set created_at = created_at - interval '5 days'",
        "update refunds set created_at = created_at - interval '5 days'",
        "update stripe_sandbox.objects set body = jsonb_set(body, '{created}', to_jsonb((body ->> 'created')::bigint - 432000))",
        "delete from stripe_sandbox.requests",
    ] {
        sqlx::query(sql).execute(&uems.db).await.unwrap();
    }
    let retry = format!("/payments/{id}/retry");
    ada.call(Method::POST, &retry, None, &[]).await.expect(503);
    assert_eq!(uems.count(INTENTS).await, 2, "not a third");
    let done = run(&uems, true).await;
    assert_eq!((done.unresolved, uems.count(INTENTS).await), (0, 2), "{:?}", done.findings);
    assert_eq!(uems.count("select count(*) from stripe_sandbox.objects where kind = 'refund'").await, 1);
    assert_eq!(
        (uems.count(UNLINKED).await, &ada.payment(&paid).await["refunded_amount"]),
        (0, &json!("4.00"))
    );
    ada.call(Method::POST, &retry, None, &[]).await.expect(200);
    assert_books_agree(&uems).await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn what_waited_for_a_payment_is_applied_when_the_reconciler_settles_it(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, bank) = (uems.student("ada").await, Bank::of(&uems));
    let ticket = ada.pay("30.00").await.expect(201).body;
    bank.confirm(&ticket, PAYS).await.expect(200);
    // The provider forgets that it was paid, and only tells of the refund.
    let _lost = bank.intercept().await;
    for sql in
        ["delete from stripe_sandbox.deliveries", "delete from stripe_sandbox.objects where kind = 'event'"]
    {
        sqlx::query(sql).execute(&uems.db).await.unwrap();
    }
    let intent = ticket["client_secret"].as_str().unwrap().split("_secret_").next().unwrap();
    bank.call("/v1/refunds", &[("payment_intent", intent), ("amount", "1000")]).await.expect(200);
    bank.deliver().await;
    let parked = "select count(*) from stripe_events where outcome = 'parked'";
    assert_eq!(uems.count(parked).await, 3);
    let done = run(&uems, true).await;
    assert_eq!(kinds(&done), [(FindingKind::StatusDiffers, true)]);
    assert_eq!(uems.count(parked).await, 0);
    assert_books_agree(&uems).await;
}

/// One payment that the provider does not accept keeps no other one waiting.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn payments_are_taken_up_past_one_that_is_not_accepted(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, bank) = (uems.student("ada").await, Bank::of(&uems));
    for amount in ["10.00", "20.00"] {
        bank.switch("fail_next", 3).await;
        ada.pay(amount).await.expect(503);
    }
    // The key of the first one was used for something else: an error that is neither an outage nor a refusal.
    for sql in [
        "update payments set created_at = created_at - interval '1 minute' * case amount when 10 then 2 else 1 end",
        "insert into stripe_sandbox.requests (key, fingerprint, status, body)
             select 'payment-' || id, 'x', 200, '{}' from payments where amount = 10",
    ] {
        sqlx::query(sql).execute(&uems.db).await.unwrap();
    }
    assert_eq!(uems::payments::take_up(&uems.app).await.unwrap(), 1);
    assert_eq!((uems.count(UNLINKED).await, uems.count(INTENTS).await), (1, 1));
}
