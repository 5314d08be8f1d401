//! A provider that keeps an error of its own under our key, and tells it again to whoever asks with that key.

use axum::http::Method;
use serde_json::json;
use sqlx::PgPool;

use crate::payments::{Bank, PAYS, assert_books_agree};
use crate::support::{Actor, TestApp};

const INTENTS: &str = "select count(*) from stripe_sandbox.objects where kind = 'payment_intent'";
const REFUNDS: &str = "select count(*) from stripe_sandbox.objects where kind = 'refund'";
const LINKED: &str =
    "select count(*) from payments p join stripe_sandbox.objects o on o.id = p.stripe_payment_intent_id";

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_payment_is_asked_for_with_the_next_key_and_only_if_it_is_not_there(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, bank) = (uems.student("ada").await, Bank::of(&uems));
    // It fails before anything is made, then after it.
    for (number, (switch, attempt)) in [("fail_kept", 1), ("lose_kept", 0)].into_iter().enumerate() {
        bank.switch(switch, 1).await;
        let ticket = ada.pay("10.00").await.expect(201).body;
        let all = number as i64 + 1;
        assert_eq!((uems.count(INTENTS).await, uems.count(LINKED).await), (all, all), "{switch}");
        let attempts = "select provider_attempt::bigint from payments order by created_at desc limit 1";
        assert_eq!(uems.count(attempts).await, attempt, "{switch}");
        bank.confirm(&ticket, PAYS).await.expect(200);
    }
    bank.deliver().await;
    assert_eq!(ada.balance().await, "-20.00");
    assert_books_agree(&uems).await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_provider_that_fails_under_every_key_is_told_of_and_asked_again_later(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, bank) = (uems.student("ada").await, Bank::of(&uems));
    bank.switch("fail_kept", 2).await;
    let failed = ada.pay("10.00").await.expect(502);
    assert_eq!(failed.code(), "payment_provider_failed");
    let id = failed.body["payment_id"].as_str().unwrap();
    let retry = format!("/payments/{id}/retry");
    ada.call(Method::POST, &retry, None, &[]).await.expect(200);
    assert_eq!((uems.count(INTENTS).await, uems.count(LINKED).await), (1, 1));
}

/// The next key is the same for everybody, and whoever comes late with an old one finds what was made.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn many_who_ask_at_two_servers_while_keys_fail_get_one_intent(db: PgPool) {
    let (uems, other) = (TestApp::new(db.clone()), TestApp::new(db));
    let (ada, bank) = (uems.student("ada").await, Bank::of(&uems));
    bank.switch("fail_next", 3).await;
    let id = ada.pay("10.00").await.expect(503).body["payment_id"].as_str().unwrap().to_owned();
    bank.switch("fail_kept", 2).await;
    bank.switch("lose_kept", 1).await;
    let asks: Vec<_> = (0..12)
        .map(|number| {
            let server = if number % 2 == 0 { uems.clone() } else { other.clone() };
            let actor = Actor { uems: server, ..ada.clone() };
            let path = format!("/payments/{id}/retry");
            tokio::spawn(async move { actor.call(Method::POST, &path, None, &[]).await })
        })
        .collect();
    for ask in asks {
        let answer = ask.await.unwrap();
        assert!([200, 502].contains(&answer.status.as_u16()), "{}", answer.text);
    }
    uems::payments::take_up(&uems.app).await.unwrap();
    ada.call(Method::POST, &format!("/payments/{id}/retry"), None, &[]).await.expect(200);
    assert_eq!((uems.count(INTENTS).await, uems.count(LINKED).await), (1, 1));
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_refund_is_asked_for_with_the_next_key_and_only_if_it_is_not_there(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, root, bank) = (uems.student("ada").await, uems.admin("root").await, Bank::of(&uems));
    let id = ada.paid(&bank, "50.00").await;
    for (number, switch) in ["fail_kept", "lose_kept"].into_iter().enumerate() {
        bank.switch(switch, 1).await;
        root.refund(&id, Some("10.00")).await.expect(201);
        assert_eq!(uems.count(REFUNDS).await, number as i64 + 1, "{switch}");
    }
    bank.switch("fail_kept", 2).await;
    let (path, key) = (format!("/payments/{id}/refund"), [("idempotency-key", "give-back-1")]);
    let body = json!({ "amount": "10.00", "reason": "dropped a course" });
    let failed = root.call(Method::POST, &path, Some(body.clone()), &key).await.expect(502);
    assert_eq!(failed.code(), "payment_provider_failed");
    root.call(Method::POST, &path, Some(body), &key).await.expect(201);
    assert_eq!(uems.count("select count(*) from refunds where stripe_refund_id is not null").await, 3);
    bank.deliver().await;
    assert_eq!((&ada.payment(&id).await["refunded_amount"], uems.count(REFUNDS).await), (&json!("30.00"), 3));
    assert_books_agree(&uems).await;
}
