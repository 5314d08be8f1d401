//! What the provider tells: once, twice, in any order, by strangers, and wrong.

use rand::seq::SliceRandom;
use serde_json::{Value, json};
use sqlx::PgPool;
use uems::stripe::signature;

use crate::payments::{ASKS, Bank, DECLINES, PAYS, assert_books_agree};
use crate::support::TestApp;

fn event(delivery: &uems::stripe::sandbox::Delivery) -> Value {
    serde_json::from_str(&delivery.body).unwrap()
}

impl Bank {
    /// A header that the provider would make for this body now.
    fn sign(&self, body: &str) -> String {
        let secret = &self.uems.app.payments.webhook_secrets[0];
        signature::sign(body.as_bytes(), secret, self.uems.app.clock.now().timestamp())
    }

    /// Posts a changed event under its own signature.
    async fn tell(&self, event: &Value) -> u16 {
        let body = event.to_string();
        self.post(&body, &self.sign(&body)).await.status.as_u16()
    }
}

/// Outcome and reason of what is stored.
async fn outcomes(uems: &TestApp, kind: &str) -> Vec<String> {
    sqlx::query_scalar(
        "select concat_ws(':', outcome, reason) from stripe_events where type = $1 order by received_at, id",
    )
    .bind(kind)
    .fetch_all(&uems.db)
    .await
    .unwrap()
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn ten_times_the_same_event_at_once_is_one_settlement(db: PgPool) {
    let (uems, other) = (TestApp::new(db.clone()), TestApp::new(db));
    let (ada, bank) = (uems.student("ada").await, Bank::of(&uems));
    let ticket = ada.pay("75.00").await.expect(201).body;
    bank.confirm(&ticket, PAYS).await.expect(200);
    let all = bank.intercept().await;
    let replicas = [Bank::of(&uems), Bank::of(&other)].map(std::sync::Arc::new);
    let mut posts = vec![];
    for round in 0..10 {
        for delivery in all.clone() {
            let replica = replicas[round % 2].clone();
            posts.push(tokio::spawn(async move { replica.post(&delivery.body, &delivery.signature).await }));
        }
    }
    for post in posts {
        post.await.unwrap().expect(200);
    }
    assert_eq!(uems.count("select count(*) from ledger_postings").await, 1);
    assert_eq!(uems.count("select count(*) from stripe_events").await, all.len() as i64);
    let line = "uems_payments_total{payment_type=\"tuition\",status=\"succeeded\"} 1";
    let counted = [uems.app.metrics.text(&uems.app).await, other.app.metrics.text(&other.app).await];
    assert_eq!(counted.iter().filter(|text| text.contains(line)).count(), 1, "one metric step");
    assert_books_agree(&uems).await;
}

/// A failed attempt, 3-D Secure, success, two refunds: in twenty orders, with repetitions.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn every_order_ends_where_the_provider_is(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, root, bank) = (uems.student("ada").await, uems.admin("root").await, Bank::of(&uems));
    let mut rng = rand::rng();
    for round in 0..20 {
        let ticket = ada.pay("100.00").await.expect(201).body;
        let id = ticket["payment_id"].as_str().unwrap().to_owned();
        bank.confirm(&ticket, DECLINES).await.expect(402);
        bank.confirm(&ticket, ASKS).await.expect(200);
        bank.authenticate(&ticket, "accept").await.expect(200);
        let intent = ticket["client_secret"].as_str().unwrap().split("_secret_").next().unwrap();
        let mut refunded = "0.00";
        if round % 2 == 0 {
            bank.call("/v1/refunds", &[("payment_intent", intent), ("amount", "2500")]).await.expect(200);
            refunded = "25.00";
        }
        if round % 4 == 0 {
            bank.call("/v1/refunds", &[("payment_intent", intent), ("amount", "7500")]).await.expect(200);
            refunded = "100.00";
        }
        let mut all = bank.intercept().await;
        all.extend(all.clone().into_iter().take(3));
        all.shuffle(&mut rng);
        let order: Vec<Value> = all.iter().map(|delivery| event(delivery)["type"].clone()).collect();
        for delivery in &all {
            bank.post(&delivery.body, &delivery.signature).await.expect(200);
        }
        let payment = root.payment(&id).await;
        let status = if refunded == "100.00" { "refunded" } else { "succeeded" };
        assert_eq!(
            (&payment["status"], &payment["refunded_amount"]),
            (&json!(status), &json!(refunded)),
            "{order:?}"
        );
    }
    assert_eq!(
        uems.count("select count(*) from stripe_events where outcome in ('parked', 'flagged')").await,
        0
    );
    assert_books_agree(&uems).await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_refund_before_its_payment_is_parked_and_not_lost(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, bank) = (uems.student("ada").await, Bank::of(&uems));
    let ticket = ada.pay("40.00").await.expect(201).body;
    bank.confirm(&ticket, PAYS).await.expect(200);
    let paid = bank.intercept().await;
    let intent = ticket["client_secret"].as_str().unwrap().split("_secret_").next().unwrap();
    bank.call("/v1/refunds", &[("payment_intent", intent)]).await.expect(200);
    bank.deliver().await;
    assert_eq!(outcomes(&uems, "refund.updated").await, ["parked:before_payment"]);
    for delivery in paid {
        bank.post(&delivery.body, &delivery.signature).await.expect(200);
    }
    assert_eq!(ada.payment(ticket["payment_id"].as_str().unwrap()).await["status"], "refunded");
    // `charge.refunded` waited too and tells the same; which of the two is applied first is left open.
    let told = outcomes(&uems, "refund.updated").await;
    assert!(["applied", "nothing_new"].contains(&&*told[0]), "{told:?}");
    assert_books_agree(&uems).await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn what_does_not_fit_our_books_is_flagged_and_changes_nothing(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, bob, bank) = (uems.student("ada").await, uems.student("bob").await, Bank::of(&uems));
    let ticket = ada.pay("10.00").await.expect(201).body;
    let id = ticket["payment_id"].as_str().unwrap().to_owned();
    let others = bob.pay("10.00").await.expect(201).body["payment_id"].clone();
    bank.confirm(&ticket, PAYS).await.expect(200);
    let all = bank.intercept().await;
    let paid = all.iter().map(event).find(|event| event["type"] == "payment_intent.succeeded").unwrap();
    let mut number = 0;
    let mut wrong = |path: &str, value: Value| {
        let mut event = paid.clone();
        *event.pointer_mut(path).unwrap() = value;
        number += 1;
        event["id"] = json!(format!("evt_wrong_{number}"));
        event
    };
    for (event, reason) in [
        (wrong("/data/object/amount", json!(999)), "amount_differs"),
        (wrong("/data/object/amount_received", json!(999)), "amount_differs"),
        (wrong("/data/object/currency", json!("eur")), "currency_differs"),
        (wrong("/data/object/metadata/user_id", json!(bob.id)), "another_person"),
        (wrong("/data/object/metadata/payment_id", others), "another_payment"),
        (wrong("/livemode", json!(true)), "livemode_differs"),
        (wrong("/data/object/status", json!("requires_action")), "unreadable"),
        (wrong("/data/object", json!({ "id": "pi_of_nobody" })), "unreadable"),
    ] {
        assert_eq!(bank.tell(&event).await, 200);
        let kept: (String, String) =
            sqlx::query_as("select outcome, reason from stripe_events where id = $1")
                .bind(event["id"].as_str())
                .fetch_one(&uems.db)
                .await
                .unwrap();
        assert_eq!(kept, ("flagged".to_owned(), reason.to_owned()));
        assert_eq!(ada.payment(&id).await["status"], "pending", "{reason}");
    }
    let mut unknown = wrong("/data/object/id", json!("pi_of_nobody"));
    unknown["data"]["object"]["metadata"] = json!({});
    assert_eq!(bank.tell(&unknown).await, 200);
    assert_eq!(uems.count("select count(*) from stripe_events where reason = 'unknown_payment'").await, 1);
    let strange = json!({ "id": "evt_strange", "type": "customer.tax_id.created", "created": 1, "livemode": false, "data": { "object": {} } });
    assert_eq!(bank.tell(&strange).await, 200);
    assert_eq!(outcomes(&uems, "customer.tax_id.created").await, ["unknown_type"]);
    let text = uems.app.metrics.text(&uems.app).await;
    assert!(text.contains("event_type=\"payment_intent.succeeded\",status=\"failed\"} 9"), "{text}");

    // The true one still settles it.
    assert_eq!(bank.tell(&paid).await, 200);
    assert_eq!(ada.payment(&id).await["status"], "succeeded");
    let secrets = "select count(*) from stripe_events where payload::text like '%_secret_%'";
    assert_eq!(uems.count(secrets).await, 0, "secrets of intents are not stored");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_refund_that_does_not_fit_our_books_is_flagged_and_gives_nothing_back(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, bob, root) = (uems.student("ada").await, uems.student("bob").await, uems.admin("root").await);
    let bank = Bank::of(&uems);
    let (id, others) = (ada.paid(&bank, "50.00").await, ada.paid(&bank, "50.00").await);
    bob.paid(&bank, "50.00").await;
    let other = root.refund(&others, Some("20.00")).await.expect(201).body["id"].clone();
    bank.deliver().await;
    root.refund(&id, Some("20.00")).await.expect(201);
    let all: Vec<Value> = bank.intercept().await.iter().map(event).collect();
    let of = |kind: &str| all.iter().find(|event| event["type"] == kind).unwrap();
    let wrong = |kind: &str, changes: &[(&str, Value)]| {
        let mut event = of(kind).clone();
        for (path, value) in changes {
            *event["data"]["object"].pointer_mut(path).unwrap() = value.clone();
        }
        event
    };
    let (refund, charge) = ("refund.updated", "charge.refunded");
    for (number, (mut event, reason)) in [
        (wrong(refund, &[("/amount", json!(1999))]), "refund_amount_differs"),
        (wrong(refund, &[("/currency", json!("eur"))]), "currency_differs"),
        (
            wrong(refund, &[("/id", json!("re_other")), ("/metadata/refund_id", other)]),
            "refund_of_another_payment",
        ),
        (wrong(refund, &[("/id", json!("re_other"))]), "another_refund"),
        (wrong(refund, &[("/payment_intent", json!("pi_other"))]), "another_intent"),
        (wrong(charge, &[("/payment_intent", json!("pi_other"))]), "another_intent"),
        (wrong(charge, &[("/amount", json!(4999))]), "amount_differs"),
        (wrong(charge, &[("/currency", json!("eur"))]), "currency_differs"),
    ]
    .into_iter()
    .enumerate()
    {
        event["id"] = json!(format!("evt_wrong_{number}"));
        assert_eq!(bank.tell(&event).await, 200);
        let kept: (String, String) =
            sqlx::query_as("select outcome, reason from stripe_events where id = $1")
                .bind(event["id"].as_str())
                .fetch_one(&uems.db)
                .await
                .unwrap();
        assert_eq!(kept, ("flagged".to_owned(), reason.to_owned()));
        assert_eq!(ada.payment(&id).await["refunded_amount"], "0.00", "{reason}");
    }
    // The true ones still settle it.
    for event in &all {
        assert_eq!(bank.tell(event).await, 200);
    }
    assert_eq!(ada.payment(&id).await["refunded_amount"], "20.00");
    assert_books_agree(&uems).await;
}

/// A card never says so; a bank debit does, for days.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn being_processed_comes_before_after_and_between_the_other_news(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, bank) = (uems.student("ada").await, Bank::of(&uems));
    for (order, statuses) in [
        (["processing", "failed", "succeeded"], ["processing", "failed", "succeeded"]),
        (["failed", "processing", "succeeded"], ["failed", "failed", "succeeded"]),
        (["processing again", "failed", "succeeded"], ["processing", "processing", "succeeded"]),
        (["failed", "processing again", "succeeded"], ["failed", "processing", "succeeded"]),
        (["succeeded", "processing again", "failed"], ["succeeded", "succeeded", "succeeded"]),
    ] {
        let ticket = ada.pay("10.00").await.expect(201).body;
        let id = ticket["payment_id"].as_str().unwrap().to_owned();
        bank.confirm(&ticket, DECLINES).await.expect(402);
        bank.confirm(&ticket, PAYS).await.expect(200);
        let all: Vec<Value> = bank.intercept().await.iter().map(event).collect();
        let of = |kind: &str| all.iter().find(|event| event["type"] == kind).unwrap().clone();
        let failed = of("payment_intent.payment_failed");
        let processing = |number: usize, later: i64| {
            let mut event = failed.clone();
            event["id"] = json!(format!("evt_processing_{number}_{id}"));
            event["type"] = json!("payment_intent.processing");
            event["data"]["object"]["status"] = json!("processing");
            event["created"] = json!(event["created"].as_i64().unwrap() + later);
            event
        };
        for (number, (name, status)) in order.into_iter().zip(statuses).enumerate() {
            let event = match name {
                "processing" => processing(number, -1),
                "processing again" => processing(number, 1),
                "failed" => failed.clone(),
                _ => of("payment_intent.succeeded"),
            };
            assert_eq!(bank.tell(&event).await, 200);
            assert_eq!(ada.payment(&id).await["status"], status, "{order:?}, {number}");
            if status == "processing" {
                let path = format!("/payments/{id}/retry");
                let refused = ada.call(axum::http::Method::POST, &path, None, &[]).await.expect(409);
                assert_eq!(refused.code(), "payment_in_progress");
            }
        }
    }
    assert_eq!(
        uems.count("select count(*) from stripe_events where outcome in ('parked', 'flagged')").await,
        0
    );
    assert_books_agree(&uems).await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn only_the_provider_can_tell(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, bank) = (uems.student("ada").await, Bank::of(&uems));
    let ticket = ada.pay("10.00").await.expect(201).body;
    bank.confirm(&ticket, PAYS).await.expect(200);
    let all = bank.intercept().await;
    let paid = all.iter().find(|delivery| delivery.body.contains("payment_intent.succeeded")).unwrap();
    let now = uems.app.clock.now().timestamp();
    let secret = uems.app.payments.webhook_secrets[0].clone();
    let sign = |body: &str, secret: &str, at| signature::sign(body.as_bytes(), secret, at);
    let reformatted = serde_json::to_string_pretty(&event(paid)).unwrap();
    for (body, header) in [
        (&*paid.body, String::new()),
        (&*paid.body, sign(&paid.body, "whsec_of_a_stranger", now)),
        (&*paid.body, sign(&paid.body, &secret, now - 400)),
        (&*paid.body, sign(&paid.body, &secret, now + 400)),
        (&*paid.body.replace("succeeded", "Succeeded"), paid.signature.clone()),
        (&*reformatted, paid.signature.clone()),
    ] {
        assert_eq!(bank.post(body, &header).await.expect(400).code(), "bad_signature");
    }
    let text = uems.app.metrics.text(&uems.app).await;
    assert!(
        text.contains("uems_stripe_webhook_events_total{event_type=\"unknown\",status=\"failed\"} 6"),
        "{text}"
    );
    assert_eq!(uems.count("select count(*) from stripe_events").await, 0);
    let nonsense = "[]";
    let malformed = bank.post(nonsense, &sign(nonsense, &secret, now)).await.expect(400);
    assert_eq!(malformed.code(), "malformed");
    bank.post(&"x".repeat(2_000_000), &paid.signature).await.expect(413);
    // A day late and signed anew is as good as at once.
    bank.post(&paid.body, &sign(&paid.body, &secret, now)).await.expect(200);
    assert_eq!(ada.payment(ticket["payment_id"].as_str().unwrap()).await["status"], "succeeded");
}

/// A refund whose end is heard of before its beginning must not begin again.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn every_order_of_a_refund_that_failed_gives_nothing_back(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, root, bank) = (uems.student("ada").await, uems.admin("root").await, Bank::of(&uems));
    let id = ada.paid(&bank, "100.00").await;
    let intent = ada.payment(&id).await["stripe_payment_intent_id"].as_str().unwrap().to_owned();
    for round in 0..24 {
        let fields = [("payment_intent", &*intent), ("amount", "2500")];
        let refund = bank.call("/v1/refunds", &fields).await.expect(200).body["id"].clone();
        bank.call("/test/refund_failures", &[("refund", refund.as_str().unwrap())]).await.expect(200);
        let mut left = bank.intercept().await;
        assert_eq!(left.len(), 4);
        let mut order = vec![];
        for choices in (1..=4).rev() {
            let delivery = left.remove(round / (1..choices).product::<usize>() % choices);
            order.push(event(&delivery)["type"].clone());
            bank.post(&delivery.body, &delivery.signature).await.expect(200);
        }
        assert_eq!(root.payment(&id).await["refunded_amount"], "0.00", "{order:?}");
        let open = "select count(*) from stripe_events where outcome in ('parked', 'flagged')";
        assert_eq!(uems.count(open).await, 0, "{order:?}");
        // At the real one, what a charge has given back goes down again.
        sqlx::query("update stripe_sandbox.objects set body = jsonb_set(body, '{amount_refunded}', '0') where kind = 'charge'")
            .execute(&uems.db)
            .await
            .unwrap();
    }
    assert_eq!(uems.count("select count(*) from refunds where status = 'failed'").await, 24);
    assert_books_agree(&uems).await;
}
