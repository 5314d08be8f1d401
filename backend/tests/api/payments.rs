//! Ada pays, against the sandbox in the same process; its events are delivered by hand, so that each test decides when.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};
use sqlx::PgPool;
use uems::ids::{ChargeId, PaymentId, UserId};
use uems::payments::SANDBOX_PATH;
use uems::stripe::sandbox::{Delivery, Sandbox};

use crate::support::{Actor, Answer, TestApp};

pub const PAYS: &str = "4242424242424242";
pub const DECLINES: &str = "4000000000009995";
pub const ASKS: &str = "4000002500003155";

/// The provider's side of a test.
pub struct Bank {
    pub uems: TestApp,
    pub sandbox: Sandbox,
}

impl Bank {
    pub fn of(uems: &TestApp) -> Self {
        Self { uems: uems.clone(), sandbox: uems.app.payments.sandbox.clone().unwrap() }
    }

    /// What a browser sends to the provider with a ticket.
    pub async fn browser(&self, act: &str, ticket: &Value, fields: &[(&str, &str)]) -> Answer {
        let secret = ticket["client_secret"].as_str().unwrap();
        let intent = secret.split("_secret_").next().unwrap();
        let key = self.uems.app.payments.publishable_key.clone().unwrap();
        let known = [("key", &*key), ("client_secret", secret)];
        let form =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(known).extend_pairs(fields).finish();
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("{SANDBOX_PATH}/v1/payment_intents/{intent}/{act}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form));
        self.uems.send(request.unwrap()).await
    }

    pub async fn confirm(&self, ticket: &Value, card: &str) -> Answer {
        let fields = [
            ("payment_method_data[type]", "card"),
            ("payment_method_data[card][number]", card),
            ("payment_method_data[card][exp_month]", "12"),
            ("payment_method_data[card][exp_year]", "2034"),
            ("payment_method_data[card][cvc]", "123"),
        ];
        self.browser("confirm", ticket, &fields).await
    }

    /// The answer to 3-D Secure.
    pub async fn authenticate(&self, ticket: &Value, outcome: &str) -> Answer {
        self.browser("authenticate", ticket, &[("outcome", outcome)]).await
    }

    /// A request of our server to the provider, as a test makes it.
    pub async fn call(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("{SANDBOX_PATH}{path}"))
            .header("authorization", format!("Bearer {}", self.sandbox.secret_key()))
            .body(Body::from(body));
        self.uems.send(request.unwrap()).await
    }

    pub async fn switch(&self, name: &str, value: i32) {
        self.call("/test/switches", &[(name, &value.to_string())]).await.expect(200);
    }

    /// Posts an event to our webhook.
    pub async fn post(&self, body: &str, signature: &str) -> Answer {
        let request = Request::builder()
            .method(Method::POST)
            .uri("/api/v1/payments/webhook")
            .header("content-type", "application/json; charset=utf-8")
            .header("stripe-signature", signature)
            .body(Body::from(body.to_owned()));
        self.uems.send(request.unwrap()).await
    }

    /// Everything that is due, delivered.
    pub async fn deliver(&self) {
        loop {
            let due = self.sandbox.take_due().await.unwrap();
            if due.is_empty() {
                return;
            }
            for delivery in due {
                let status = self.post(&delivery.body, &delivery.signature).await.status.as_u16();
                self.sandbox.note(&delivery, Some(status)).await.unwrap();
            }
        }
    }

    /// Takes everything that is due away, to be delivered when and how the test likes.
    pub async fn intercept(&self) -> Vec<Delivery> {
        let mut all = vec![];
        loop {
            let due = self.sandbox.take_due().await.unwrap();
            if due.is_empty() {
                return all;
            }
            for delivery in due {
                self.sandbox.note(&delivery, Some(200)).await.unwrap();
                all.push(delivery);
            }
        }
    }
}

impl Actor {
    pub async fn pay(&self, amount: &str) -> Answer {
        self.post("/payments/create-intent", json!({ "amount": amount, "payment_type": "tuition" })).await
    }

    pub async fn payment(&self, id: &str) -> Value {
        self.get(&format!("/payments/{id}")).await.expect(200).body
    }

    /// A payment that succeeded; its id.
    pub async fn paid(&self, bank: &Bank, amount: &str) -> String {
        let ticket = self.pay(amount).await.expect(201).body;
        bank.confirm(&ticket, PAYS).await.expect(200);
        bank.deliver().await;
        ticket["payment_id"].as_str().unwrap().to_owned()
    }

    pub async fn balance(&self) -> String {
        let account = self.get(&format!("/users/{}/account", self.id)).await.expect(200).body;
        account["balances"][0]["amount"].as_str().unwrap_or("0.00").to_owned()
    }

    pub async fn refund(&self, id: &str, amount: Option<&str>) -> Answer {
        self.post(&format!("/payments/{id}/refund"), json!({ "amount": amount, "reason": "asked for" })).await
    }

    pub async fn charge(&self, student: &Actor, amount: &str) -> String {
        let body = json!({ "user_id": student.id, "kind": "tuition", "amount": amount, "semester": "fall", "year": 2025 });
        self.post("/charges", body).await.expect(201).id()
    }
}

/// A payment of 100.00 that succeeded, and the charge it paid, put into both books directly.
pub async fn settled(uems: &TestApp, student: UserId) -> (PaymentId, ChargeId) {
    let payment = PaymentId::new();
    let intent = format!("pi_{payment}");
    let charge: ChargeId = sqlx::query_scalar(
        "insert into charges (user_id, kind, amount, currency) values ($1, 'tuition', 150, 'USD') returning id",
    )
    .bind(student)
    .fetch_one(&uems.db)
    .await
    .unwrap();
    for sql in [
        "insert into payments (id, user_id, amount, currency, status, payment_type, settled_at, stripe_payment_intent_id, charge_id)
         values ($1, $2, 100, 'USD', 'succeeded', 'tuition', now(), $3, $4)",
        "insert into ledger_postings (user_id, kind, amount, currency, charge_id, payment_id)
         select $2, kind, amount, 'USD', $4, case kind when 'payment' then $1 end
         from (values ('charge', 150), ('payment', -100)) as p (kind, amount) where $3 <> ''",
        "insert into stripe_sandbox.objects (id, kind, body)
         select o.body ->> 'id', o.body ->> 'object', o.body || jsonb_build_object('metadata', jsonb_build_object(
             'payment_id', $1, 'user_id', $2, 'charge_id', $4), 'amount', 10000, 'currency', 'usd', 'livemode', false)
         from (values (jsonb_build_object('id', $3, 'object', 'payment_intent', 'status', 'succeeded', 'latest_charge', 'ch_' || $3,
                   'amount_received', 10000, 'client_secret', $3 || '_secret_x', 'created', extract(epoch from now())::bigint)),
             (jsonb_build_object('id', 'ch_' || $3, 'object', 'charge', 'amount_refunded', 0, 'payment_intent', $3,
                 'created', extract(epoch from now())::bigint))) as o (body)",
    ] {
        sqlx::query(sql).bind(payment).bind(student).bind(&intent).bind(charge).execute(&uems.db).await.unwrap();
    }
    (payment, charge)
}

/// What must hold whatever happened: each payment's own sums, and our ledger against the sandbox's books, to the cent.
pub async fn assert_books_agree(uems: &TestApp) {
    let wrong = "select count(*) from payments p where refunded_amount <> (
            select coalesce(sum(amount), 0) from refunds r where r.payment_id = p.id and r.status = 'succeeded')
        or refund_claimed <> (
            select coalesce(sum(amount), 0) from refunds r where r.payment_id = p.id and r.status in ('pending', 'succeeded'))
        or (settled_at is not null) <> exists (select from ledger_postings l where l.payment_id = p.id and l.kind = 'payment')
        or p.amount - refunded_amount <> (select -coalesce(sum(amount), 0) from ledger_postings l where l.payment_id = p.id)
            and settled_at is not null";
    assert_eq!(uems.count(wrong).await, 0, "payments whose sums differ from their refunds or postings");
    let paid_here =
        "select coalesce(-sum(amount) * 100, 0)::bigint from ledger_postings where payment_id is not null";
    let paid_there = "select coalesce(sum(case kind when 'payment_intent' then (body ->> 'amount_received')::bigint
            else -(body ->> 'amount')::bigint end), 0)::bigint
        from stripe_sandbox.objects where kind = 'payment_intent' or kind = 'refund' and body ->> 'status' = 'succeeded'";
    assert_eq!(
        uems.count(paid_here).await,
        uems.count(paid_there).await,
        "cents in our books and in the provider's"
    );
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn ada_pays_with_a_card_and_only_the_signed_event_settles_it(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, root, bank) = (uems.student("ada").await, uems.admin("root").await, Bank::of(&uems));
    let ticket = ada.pay("19.99").await.expect(201).body;
    assert_eq!((&ticket["amount"], &ticket["currency"]), (&json!("19.99"), &json!("USD")));
    let id = ticket["payment_id"].as_str().unwrap();

    let confirmed = bank.confirm(&ticket, PAYS).await.expect(200);
    assert_eq!((&confirmed.body["status"], &confirmed.body["amount"]), (&json!("succeeded"), &json!(1999)));
    assert_eq!(ada.payment(id).await["status"], "pending", "nobody told us yet");
    bank.deliver().await;
    let payment = ada.payment(id).await;
    assert_eq!(payment["status"], "succeeded");
    assert_eq!((&payment["refundable_amount"], &payment["can_retry"]), (&json!("19.99"), &json!(false)));
    assert_eq!(ada.balance().await, "-19.99");

    let history = ada.get(&format!("/payments/{id}/history")).await.expect(200).body;
    let steps: Vec<&str> =
        history["items"].as_array().unwrap().iter().map(|step| step["status"].as_str().unwrap()).collect();
    assert_eq!(steps, ["pending", "succeeded"]);
    let receipt = ada.get(&format!("/payments/{id}/receipt")).await.expect(200).body;
    assert_eq!((&receipt["net_amount"], &receipt["payment"]["id"]), (&json!("19.99"), &json!(id)));
    let metrics = uems.app.metrics.text(&uems.app).await;
    for line in [
        "uems_payments_total{payment_type=\"tuition\",status=\"succeeded\"} 1",
        "uems_payments_amount_usd_total{payment_type=\"tuition\"} 19.99",
        "uems_stripe_webhook_events_total{event_type=\"payment_intent.succeeded\",status=\"processed\"} 1",
        "uems_payment_processing_duration_seconds_count 1",
    ] {
        assert!(metrics.contains(line), "{line}\n{metrics}");
    }
    let listed = root.get("/payments?status=succeeded&sort=-amount").await.expect(200).body;
    assert_eq!((&listed["total"], &listed["items"][0]["student_name"]), (&json!(1), &json!("ada Example")));
    assert_books_agree(&uems).await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_declined_card_can_be_followed_by_another(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, bank) = (uems.student("ada").await, Bank::of(&uems));
    let ticket = ada.pay("100").await.expect(201).body;
    let id = ticket["payment_id"].as_str().unwrap().to_owned();
    let declined = bank.confirm(&ticket, DECLINES).await.expect(402);
    assert_eq!(declined.body["error"]["decline_code"], "insufficient_funds");
    bank.deliver().await;
    let payment = ada.payment(&id).await;
    assert_eq!(
        (&payment["status"], &payment["failure_code"]),
        (&json!("failed"), &json!("insufficient_funds"))
    );
    ada.get(&format!("/payments/{id}/receipt")).await.expect(409);

    let again = ada.call(Method::POST, &format!("/payments/{id}/retry"), None, &[]).await.expect(200).body;
    assert_eq!(again, ticket);
    bank.confirm(&again, PAYS).await.expect(200);
    bank.deliver().await;
    assert_eq!(ada.payment(&id).await["status"], "succeeded");
    let closed = ada.call(Method::POST, &format!("/payments/{id}/retry"), None, &[]).await.expect(409);
    assert_eq!(closed.code(), "payment_closed");
    assert_books_agree(&uems).await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn three_d_secure_accepted_and_refused(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, bank) = (uems.student("ada").await, Bank::of(&uems));
    for (outcome, status, expected) in [("accept", 200, "succeeded"), ("refuse", 402, "failed")] {
        let ticket = ada.pay("50.00").await.expect(201).body;
        let asked = bank.confirm(&ticket, ASKS).await.expect(200).body;
        assert_eq!(asked["status"], "requires_action");
        bank.deliver().await;
        let id = ticket["payment_id"].as_str().unwrap();
        assert_eq!(ada.payment(id).await["status"], "pending");
        bank.authenticate(&ticket, outcome).await.expect(status);
        bank.deliver().await;
        assert_eq!(ada.payment(id).await["status"], expected);
    }
    assert_books_agree(&uems).await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_charge_says_how_much_and_a_double_click_finds_its_payment(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, bob, root) = (uems.student("ada").await, uems.student("bob").await, uems.admin("root").await);
    let bank = Bank::of(&uems);
    let charge = root.charge(&ada, "5000.00").await;
    assert_eq!(ada.balance().await, "5000.00");

    let sly = json!({ "charge_id": charge, "amount": "0.01" });
    let refused = ada.post("/payments/create-intent", sly).await.expect(422);
    assert_eq!(refused.field_errors(), [("amount".to_owned(), "invalid".to_owned())]);
    bob.post("/payments/create-intent", json!({ "charge_id": charge })).await.expect(404);

    let first = ada.post("/payments/create-intent", json!({ "charge_id": charge })).await.expect(201).body;
    let second = ada.post("/payments/create-intent", json!({ "charge_id": charge })).await.expect(200).body;
    assert_eq!((&first, &first["amount"]), (&second, &json!("5000.00")));

    // What is due changes: the open payment is closed, and another takes its place.
    root.post(&format!("/charges/{charge}/waive"), json!({ "amount": "1000", "reason": "scholarship" }))
        .await
        .expect(200);
    let third = ada.post("/payments/create-intent", json!({ "charge_id": charge })).await.expect(201).body;
    assert_eq!(third["amount"], "4000.00");
    bank.deliver().await;
    let old = ada.payment(first["payment_id"].as_str().unwrap()).await;
    assert_eq!((&old["status"], &old["can_retry"]), (&json!("failed"), &json!(false)));

    bank.confirm(&third, PAYS).await.expect(200);
    bank.deliver().await;
    assert_eq!(ada.balance().await, "0.00");
    let nothing = ada.post("/payments/create-intent", json!({ "charge_id": charge })).await.expect(409);
    assert_eq!(nothing.code(), "nothing_due");
    let listed = ada.get("/charges").await.expect(200).body;
    let charge = &listed["items"][0];
    assert_eq!(
        (&charge["paid"], &charge["waived"], &charge["outstanding"]),
        (&json!("4000.00"), &json!("1000.00"), &json!("0.00"))
    );
    assert_books_agree(&uems).await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn amounts_that_are_none_are_refused(db: PgPool) {
    let uems = TestApp::with(db, &["--max-payment", "99999999.99"]);
    let ada = uems.student("ada").await;
    for (amount, code) in [
        (json!("NaN"), "invalid"),
        (json!(-1), "invalid"),
        (json!("10.001"), "too_precise"),
        (json!("1e5"), "invalid"),
        (json!("0"), "out_of_range"),
        (json!("100000000.00"), "out_of_range"),
        (json!(null), "required"),
    ] {
        let body = json!({ "amount": amount, "payment_type": "fees" });
        let refused = ada.post("/payments/create-intent", body).await.expect(422);
        assert_eq!(refused.field_errors(), [("amount".to_owned(), code.to_owned())], "{amount}");
    }
    let yen = json!({ "amount": "5000", "payment_type": "fees", "currency": "JPY" });
    ada.post("/payments/create-intent", yen).await.expect(422);
    let most = ada.pay("99999999.99").await.expect(201).body;
    assert_eq!(most["amount"], "99999999.99");
    let minor =
        "select (body ->> 'amount')::bigint from stripe_sandbox.objects where kind = 'payment_intent'";
    assert_eq!(uems.count(minor).await, 9_999_999_999);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_currency_without_cents_is_paid_in_whole_units(db: PgPool) {
    let uems = TestApp::with(db, &["--currencies", "JPY,USD"]);
    let (ada, bank) = (uems.student("ada").await, Bank::of(&uems));
    let refused = ada.pay("0.50").await.expect(422);
    assert_eq!(refused.field_errors(), [("amount".to_owned(), "too_precise".to_owned())]);
    let ticket = ada.pay("5000").await.expect(201).body;
    let confirmed = bank.confirm(&ticket, PAYS).await.expect(200).body;
    assert_eq!((&confirmed["amount"], &confirmed["currency"]), (&json!(5000), &json!("jpy")));
    bank.deliver().await;
    assert_eq!(ada.payment(ticket["payment_id"].as_str().unwrap()).await["status"], "succeeded");
    assert_eq!(ada.balance().await, "-5000.00");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn the_same_key_is_one_payment_also_at_once(db: PgPool) {
    let uems = TestApp::new(db);
    let ada = uems.student("ada").await;
    let body = json!({ "amount": "10.00", "payment_type": "books" });
    let key = [("idempotency-key", "pay-once-0001")];
    let asks = (0..8).map(|_| {
        let (ada, body) = (ada.clone(), body.clone());
        tokio::spawn(async move { ada.call(Method::POST, "/payments/create-intent", Some(body), &key).await })
    });
    let mut answers = vec![];
    for ask in asks.collect::<Vec<_>>() {
        answers.push(ask.await.unwrap().expect(201).body);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(uems.count("select count(*) from payments").await, 1);
    assert_eq!(
        uems.count("select count(*) from stripe_sandbox.objects where kind = 'payment_intent'").await,
        1
    );
    let other = json!({ "amount": "10.01", "payment_type": "books" });
    let reused = ada.call(Method::POST, "/payments/create-intent", Some(other), &key).await.expect(422);
    assert_eq!(reused.code(), "idempotency_key_reused");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn everybody_registered_is_charged_once(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, bob, root) = (uems.student("ada").await, uems.student("bob").await, uems.admin("root").await);
    let course = uems.course("CS101", 9, json!({})).await;
    ada.enroll(course).await.expect(201);
    let assess = json!({ "semester": "fall", "year": 2025, "kind": "tuition", "basis": "per_credit", "amount": "350.50" });
    let first = root.post("/charges/assess", assess.clone()).await.expect(200).body;
    assert_eq!((&first["charged"], &first["total"]), (&json!(1), &json!("1402.00")));
    bob.enroll(course).await.expect(201);
    ada.enroll(uems.course("CS102", 9, json!({})).await).await.expect(201);
    let second = root.post("/charges/assess", assess).await.expect(200).body;
    assert_eq!(
        (&second["charged"], &second["charged_before"], &second["credits_changed"]),
        (&json!(1), &json!(1), &json!(1))
    );
    assert_eq!((ada.balance().await, bob.balance().await), ("1402.00".to_owned(), "1402.00".to_owned()));
    let flat = json!({ "semester": "fall", "year": 2025, "kind": "fees", "basis": "flat", "amount": 99.5, "due_on": "2025-10-01" });
    assert_eq!(root.post("/charges/assess", flat).await.expect(200).body["total"], "199.00");
    let due = root.get("/charges?outstanding=true&due_before=2025-10-02&kind=fees").await.expect(200).body;
    assert_eq!(due["total"], 2);
}
