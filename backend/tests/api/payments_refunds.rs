//! The bursar gives money back: in parts, at once, never above what was paid.

use axum::http::Method;
use serde_json::json;
use sqlx::PgPool;

use crate::payments::{Bank, assert_books_agree};
use crate::support::TestApp;

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn refunds_in_parts_until_nothing_is_left(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, root, bank) = (uems.student("ada").await, uems.admin("root").await, Bank::of(&uems));
    let id = ada.paid(&bank, "0.30").await;
    for (amount, status, left) in [("0.10", "succeeded", "0.20"), ("0.20", "refunded", "0.00")] {
        let refund = root.refund(&id, Some(amount)).await.expect(201).body;
        assert_eq!((&refund["status"], &refund["amount"]), (&json!("pending"), &json!(amount)));
        bank.deliver().await;
        let payment = ada.payment(&id).await;
        assert_eq!((&payment["status"], &payment["refundable_amount"]), (&json!(status), &json!(left)));
    }
    let more = root.refund(&id, Some("0.01")).await.expect(409);
    assert_eq!((more.code(), &more.body["refundable"]), ("refund_exceeds_payment", &json!("0.00")));
    assert_eq!(ada.balance().await, "0.00");
    let receipt = ada.get(&format!("/payments/{id}/receipt")).await.expect(200).body;
    assert_eq!((&receipt["net_amount"], receipt["refunds"].as_array().unwrap().len()), (&json!("0.00"), 2));
    let entries = root.get("/audit?action=payment_refunded").await.expect(200).body;
    assert_eq!(entries["total"], 2);
    assert_books_agree(&uems).await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn twenty_refunds_at_once_stay_within_what_was_paid(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, root, bank) = (uems.student("ada").await, uems.admin("root").await, Bank::of(&uems));
    let id = ada.paid(&bank, "100.00").await;
    let asks: Vec<_> = (0..20)
        .map(|_| {
            let (root, id) = (root.clone(), id.clone());
            tokio::spawn(async move { root.refund(&id, Some("30.00")).await })
        })
        .collect();
    let mut granted = 0;
    for ask in asks {
        let answer = ask.await.unwrap();
        match answer.status.as_u16() {
            201 => granted += 1,
            _ => assert_eq!(answer.code(), "refund_exceeds_payment", "{}", answer.text),
        }
    }
    assert_eq!(granted, 3);
    bank.deliver().await;
    let payment = ada.payment(&id).await;
    assert_eq!((&payment["refunded_amount"], &payment["status"]), (&json!("90.00"), &json!("succeeded")));
    assert_books_agree(&uems).await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn the_same_key_is_one_refund_also_when_the_answer_was_lost(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, root, bank) = (uems.student("ada").await, uems.admin("root").await, Bank::of(&uems));
    let id = ada.paid(&bank, "50.00").await;
    let (path, key) = (format!("/payments/{id}/refund"), [("idempotency-key", "give-back-1")]);
    let body = json!({ "amount": "20.00", "reason": "dropped a course" });
    // Stripe makes the refund and never answers; all three tries are lost.
    bank.switch("lose_next", 3).await;
    let lost = root.call(Method::POST, &path, Some(body.clone()), &key).await.expect(503);
    assert_eq!((lost.code(), &lost.body["payment_id"]), ("payment_provider_unavailable", &json!(id)));
    let asks: Vec<_> = (0..6)
        .map(|_| {
            let (root, path, body) = (root.clone(), path.clone(), body.clone());
            tokio::spawn(async move { root.call(Method::POST, &path, Some(body), &key).await })
        })
        .collect();
    let mut answers = vec![];
    for ask in asks {
        answers.push(ask.await.unwrap().expect(201).body);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    bank.deliver().await;
    assert_eq!(uems.count("select count(*) from refunds").await, 1);
    assert_eq!(uems.count("select count(*) from stripe_sandbox.objects where kind = 'refund'").await, 1);
    assert_eq!(ada.payment(&id).await["refunded_amount"], "20.00");
    assert_books_agree(&uems).await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_refund_the_provider_refuses_frees_its_claim(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, root, bank) = (uems.student("ada").await, uems.admin("root").await, Bank::of(&uems));
    let id = ada.paid(&bank, "50.00").await;
    let intent = ada.payment(&id).await["stripe_payment_intent_id"].as_str().unwrap().to_owned();
    // Somebody refunds 30 in the provider's own pages, and the event is on its way.
    bank.call("/v1/refunds", &[("payment_intent", &intent), ("amount", "3000")]).await.expect(200);
    let refused = root.refund(&id, Some("40.00")).await.expect(409);
    assert_eq!(refused.code(), "refund_refused");
    bank.deliver().await;
    let payment = ada.payment(&id).await;
    assert_eq!(
        (&payment["refunded_amount"], &payment["refundable_amount"]),
        (&json!("30.00"), &json!("20.00"))
    );
    root.refund(&id, None).await.expect(201);
    bank.deliver().await;
    assert_eq!(ada.payment(&id).await["status"], "refunded");
    assert_books_agree(&uems).await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_refund_that_comes_back_is_owed_again(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, root, bank) = (uems.student("ada").await, uems.admin("root").await, Bank::of(&uems));
    let id = ada.paid(&bank, "50.00").await;
    root.refund(&id, None).await.expect(201);
    bank.deliver().await;
    assert_eq!(ada.payment(&id).await["status"], "refunded");
    let refund: String =
        sqlx::query_scalar("select stripe_refund_id from refunds").fetch_one(&uems.db).await.unwrap();
    bank.call("/test/refund_failures", &[("refund", &refund)]).await.expect(200);
    bank.deliver().await;
    let payment = ada.payment(&id).await;
    assert_eq!((&payment["status"], &payment["refundable_amount"]), (&json!("succeeded"), &json!("50.00")));
    assert_eq!(ada.balance().await, "-50.00");
    assert_books_agree(&uems).await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_disputed_payment_is_not_refunded_until_the_dispute_is_won(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, root, bank) = (uems.student("ada").await, uems.admin("root").await, Bank::of(&uems));
    let id = ada.paid(&bank, "50.00").await;
    let intent = ada.payment(&id).await["stripe_payment_intent_id"].as_str().unwrap().to_owned();
    bank.call("/test/disputes", &[("payment_intent", &intent)]).await.expect(200);
    let opened = bank.intercept().await;
    bank.post(&opened[0].body, &opened[0].signature).await.expect(200);
    assert_eq!(root.refund(&id, None).await.expect(409).code(), "payment_disputed");
    assert_eq!(root.get("/payments?disputed=true").await.expect(200).body["total"], 1);
    bank.call("/test/disputes", &[("payment_intent", &intent), ("status", "won")]).await.expect(200);
    bank.deliver().await;
    root.refund(&id, None).await.expect(201);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_refund_made_at_the_provider_is_not_taken_for_ours_of_the_same_amount(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, root, bank) = (uems.student("ada").await, uems.admin("root").await, Bank::of(&uems));
    let id = ada.paid(&bank, "50.00").await;
    // Ours is written down, and the provider has never heard of it.
    bank.switch("fail_next", 3).await;
    let (path, key) = (format!("/payments/{id}/refund"), [("idempotency-key", "give-back-1")]);
    let body = json!({ "amount": "20.00", "reason": "dropped a course" });
    root.call(Method::POST, &path, Some(body.clone()), &key).await.expect(503);
    let intent = ada.payment(&id).await["stripe_payment_intent_id"].as_str().unwrap().to_owned();
    bank.call("/v1/refunds", &[("payment_intent", &intent), ("amount", "2000")]).await.expect(200);
    // What was given back in all is heard of first.
    for delivery in bank.intercept().await.iter().rev() {
        bank.post(&delivery.body, &delivery.signature).await.expect(200);
    }
    assert_eq!(ada.payment(&id).await["refunded_amount"], "20.00");
    assert_books_agree(&uems).await;
    root.call(Method::POST, &path, Some(body), &key).await.expect(201);
    bank.deliver().await;
    assert_eq!(ada.payment(&id).await["refunded_amount"], "40.00");
    assert_books_agree(&uems).await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn events_that_waited_for_a_claim_are_applied_when_it_is_free(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, root, bank) = (uems.student("ada").await, uems.admin("root").await, Bank::of(&uems));
    let id = ada.paid(&bank, "50.00").await;
    bank.switch("fail_next", 3).await;
    let (path, key) = (format!("/payments/{id}/refund"), [("idempotency-key", "give-back-1")]);
    let body = json!({ "amount": "40.00", "reason": "dropped a course" });
    root.call(Method::POST, &path, Some(body.clone()), &key).await.expect(503);
    let intent = ada.payment(&id).await["stripe_payment_intent_id"].as_str().unwrap().to_owned();
    bank.call("/v1/refunds", &[("payment_intent", &intent), ("amount", "3000")]).await.expect(200);
    bank.deliver().await;
    let parked = "select count(*) from stripe_events where outcome = 'parked'";
    assert_eq!(ada.payment(&id).await["refunded_amount"], "0.00");
    assert!(uems.count(parked).await > 0, "30 and 40 are more than was paid");
    let refused = root.call(Method::POST, &path, Some(body), &key).await.expect(409);
    assert_eq!(refused.code(), "refund_refused");
    assert_eq!((&ada.payment(&id).await["refunded_amount"], uems.count(parked).await), (&json!("30.00"), 0));
    assert_books_agree(&uems).await;
}
