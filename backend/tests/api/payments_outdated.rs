//! A charge changes while a payment of it waits for the payer: nobody is asked for what is no longer due.

use axum::http::Method;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::payments::{Bank, PAYS, assert_books_agree};
use crate::support::{Actor, Answer, TestApp};

const KEY: [(&str, &str); 1] = [("idempotency-key", "pay-the-charge-1")];

/// Ada, the bursar, and an open payment of a charge of 5000.
async fn scene(uems: &TestApp) -> (Actor, Actor, String, Value) {
    let (ada, root) = (uems.student("ada").await, uems.admin("root").await);
    let charge = root.charge(&ada, "5000.00").await;
    let ticket = pay(&ada, &charge).await.expect(201).body;
    (ada, root, charge, ticket)
}

async fn pay(ada: &Actor, charge: &str) -> Answer {
    let body = json!({ "charge_id": charge });
    ada.call(Method::POST, "/payments/create-intent", Some(body), &KEY).await
}

async fn retry(ada: &Actor, id: &str) -> Answer {
    ada.call(Method::POST, &format!("/payments/{id}/retry"), None, &[]).await
}

async fn waive(root: &Actor, charge: &str, amount: &str) {
    let body = json!({ "amount": amount, "reason": "scholarship" });
    root.post(&format!("/charges/{charge}/waive"), body).await.expect(200);
}

async fn becomes(uems: &TestApp, sql: &str, count: i64) {
    for _ in 0..400 {
        if uems.count(sql).await == count {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("never {count}: {sql}");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_waiver_closes_the_payment_that_was_begun_before_it(db: PgPool) {
    let uems = TestApp::new(db);
    let bank = Bank::of(&uems);
    let (ada, root, charge, ticket) = scene(&uems).await;
    let id = ticket["payment_id"].as_str().unwrap();
    assert_eq!(ada.payment(id).await["can_retry"], true);
    waive(&root, &charge, "5000.00").await;
    assert_eq!(ada.payment(id).await["can_retry"], false, "also before the provider has answered");
    becomes(&uems, "select count(*) from payments where canceled", 1).await;
    bank.confirm(&ticket, PAYS).await.expect(400);
    assert_eq!(retry(&ada, id).await.expect(409).code(), "payment_closed");
    bank.deliver().await;
    assert_eq!(ada.balance().await, "0.00");
    assert_books_agree(&uems).await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn while_the_provider_is_away_the_old_amount_is_refused_and_closed_later(db: PgPool) {
    let uems = TestApp::new(db);
    let bank = Bank::of(&uems);
    let (ada, root, charge, ticket) = scene(&uems).await;
    let id = ticket["payment_id"].as_str().unwrap();
    bank.switch("fail_next", 3).await;
    waive(&root, &charge, "1000.00").await;
    becomes(&uems, "select count(*) from stripe_sandbox.switches where name = 'fail_next' and value > 0", 0)
        .await;
    for again in [retry(&ada, id).await, pay(&ada, &charge).await] {
        let refused = again.expect(409);
        assert_eq!((refused.code(), &refused.body["outstanding"]), ("payment_outdated", &json!("4000.00")));
    }
    assert_eq!(uems.count("select count(*) from payments where canceled").await, 0);
    assert_eq!(uems::payments::take_up(&uems.app).await.unwrap(), 1);
    assert_eq!(uems::payments::take_up(&uems.app).await.unwrap(), 0);
    bank.confirm(&ticket, PAYS).await.expect(400);

    let anew = ada.post("/payments/create-intent", json!({ "charge_id": charge })).await.expect(201).body;
    assert_eq!(anew["amount"], "4000.00");
    bank.confirm(&anew, PAYS).await.expect(200);
    bank.deliver().await;
    assert_eq!(ada.balance().await, "0.00");
    // What was answered with a key is answered again, whatever became of the charge.
    assert_eq!(pay(&ada, &charge).await.expect(201).body, ticket);
    assert_books_agree(&uems).await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn what_was_paid_before_the_waiver_was_heard_of_is_credit(db: PgPool) {
    let uems = TestApp::new(db);
    let bank = Bank::of(&uems);
    let (ada, root, charge, ticket) = scene(&uems).await;
    let id = ticket["payment_id"].as_str().unwrap();
    bank.confirm(&ticket, PAYS).await.expect(200);
    waive(&root, &charge, "5000.00").await;
    assert_eq!(uems::payments::take_up(&uems.app).await.unwrap(), 0, "it cannot be closed any more");
    bank.deliver().await;
    assert_eq!((&ada.payment(id).await["status"], &*ada.balance().await), (&json!("succeeded"), "-5000.00"));
    assert_books_agree(&uems).await;
}
