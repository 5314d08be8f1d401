//! What students owe: charged once, waived within what is due, paid once.

use axum::http::Method;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::payments::{Bank, PAYS, assert_books_agree};
use crate::support::{Actor, TestApp};

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_charge_settled_while_it_is_asked_for_is_not_paid_twice(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, root, bank) = (uems.student("ada").await, uems.admin("root").await, Bank::of(&uems));
    let charge = root.charge(&ada, "100.00").await;
    let ask = || {
        let (ada, charge) = (ada.clone(), charge.clone());
        async move { ada.post("/payments/create-intent", json!({ "charge_id": charge })).await }
    };
    let ticket = ask().await.expect(201).body;
    bank.confirm(&ticket, PAYS).await.expect(200);
    // The event that settles it has the payment's lock and is not through yet.
    let mut event = uems.db.begin().await.unwrap();
    for sql in [
        "update payments set status = 'succeeded', settled_at = now()",
        "insert into ledger_postings (user_id, kind, amount, currency, charge_id, payment_id)
         select user_id, 'payment', -amount, currency, charge_id, id from payments",
    ] {
        sqlx::query(sql).execute(&mut *event).await.unwrap();
    }
    let waiting = tokio::spawn(ask());
    let blocked = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
    while uems.count(blocked).await == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    event.commit().await.unwrap();
    assert_eq!(waiting.await.unwrap().expect(409).code(), "nothing_due");
    assert_eq!(uems.count("select count(*) from payments").await, 1);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_term_charged_twice_at_once_is_charged_once(db: PgPool) {
    let uems = TestApp::new(db);
    let root = uems.admin("root").await;
    let course = uems.course("CS101", 30, json!({})).await;
    let half = uems.course("CS102", 30, json!({})).await;
    sqlx::query("update courses set credits = 2.5 where id = $1").bind(half).execute(&uems.db).await.unwrap();
    for number in 0..20 {
        let student = uems.student(&format!("student{number}")).await;
        student.enroll(course).await.expect(201);
        student.enroll(half).await.expect(201);
    }
    let body = json!({ "semester": "fall", "year": 2025, "kind": "tuition", "basis": "per_credit", "amount": "333.33" });
    let asks: Vec<_> = (0..4)
        .map(|_| {
            let (root, body) = (root.clone(), body.clone());
            tokio::spawn(async move { root.post("/charges/assess", body).await })
        })
        .collect();
    let mut charged = 0;
    for ask in asks {
        charged += ask.await.unwrap().expect(200).body["charged"].as_i64().unwrap();
    }
    assert_eq!(charged, 20);
    // 6.5 credits of 333.33 are 2,166.645: half a cent is rounded up.
    let right = "select count(*) from charges c where c.amount = 2166.65 and c.credits = 6.5
        and (select sum(l.amount) from ledger_postings l where l.charge_id = c.id) = c.amount";
    assert_eq!(uems.count(right).await, 20);
    assert_eq!(uems.count("select count(*) from ledger_postings").await, 20);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn twenty_waivers_at_once_stay_within_the_charge(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, root) = (uems.student("ada").await, uems.admin("root").await);
    let charge = root.charge(&ada, "100.00").await;
    let path = format!("/charges/{charge}/waive");
    let asks: Vec<_> = (0..20)
        .map(|_| {
            let (root, path) = (root.clone(), path.clone());
            tokio::spawn(
                async move { root.post(&path, json!({ "amount": "30.00", "reason": "hardship" })).await },
            )
        })
        .collect();
    let mut granted = 0;
    for ask in asks {
        let answer = ask.await.unwrap();
        match answer.status.as_u16() {
            200 => granted += 1,
            _ => assert_eq!(answer.code(), "waiver_exceeds_charge", "{}", answer.text),
        }
    }
    assert_eq!((granted, ada.balance().await), (3, "10.00".to_owned()));
    let key = [("idempotency-key", "waive-once-1")];
    for _ in 0..2 {
        let body = json!({ "reason": "the rest" });
        let waived = root.call(Method::POST, &path, Some(body), &key).await.expect(200).body;
        assert_eq!((&waived["waived"], &waived["outstanding"]), (&json!("100.00"), &json!("0.00")));
    }
    assert_eq!(ada.balance().await, "0.00");
    let entries = root.get("/audit?action=charge_waived").await.expect(200).body;
    assert_eq!(entries["total"], 4);
}

/// What is refunded of a charge's payment is owed again, unless it is waived too.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn payments_waivers_and_refunds_are_postings_whose_sum_is_owed(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, root, bank) = (uems.student("ada").await, uems.admin("root").await, Bank::of(&uems));
    let charge = root.charge(&ada, "100.10").await;
    let waive = format!("/charges/{charge}/waive");
    root.post(&waive, json!({ "amount": "0.20", "reason": "rounding" })).await.expect(200);
    let ticket = ada.post("/payments/create-intent", json!({ "charge_id": charge })).await.expect(201).body;
    assert_eq!(ticket["amount"], "99.90");
    bank.confirm(&ticket, PAYS).await.expect(200);
    bank.deliver().await;
    root.refund(ticket["payment_id"].as_str().unwrap(), Some("30.00")).await.expect(201);
    bank.deliver().await;
    assert_eq!(ada.balance().await, "30.00");
    root.post(&waive, json!({ "reason": "dropped a course" })).await.expect(200);
    let account = ada.get(&format!("/users/{}/account", ada.id)).await.expect(200).body;
    let lines: Vec<(&str, &str)> = account["postings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["kind"].as_str().unwrap(), line["amount"].as_str().unwrap()))
        .collect();
    let expected = [
        ("waiver", "-30.00"),
        ("refund", "30.00"),
        ("payment", "-99.90"),
        ("waiver", "-0.20"),
        ("charge", "100.10"),
    ];
    assert_eq!(lines, expected);
    let of = &account["charges"][0];
    assert_eq!(
        (&of["paid"], &of["waived"], &of["outstanding"]),
        (&json!("69.90"), &json!("30.20"), &json!("0.00"))
    );
    assert_eq!(ada.balance().await, "0.00");
    assert_books_agree(&uems).await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn odd_amounts_are_refused_wherever_money_is_named(db: PgPool) {
    let uems = TestApp::with(db, &["--max-payment", "99999999.99"]);
    let (ada, root, bank) = (uems.student("ada").await, uems.admin("root").await, Bank::of(&uems));
    let paid = ada.paid(&bank, "10.00").await;
    let charge = root.charge(&ada, "10.00").await;
    let waive = format!("/charges/{charge}/waive");
    let refund = format!("/payments/{paid}/refund");
    let places: [(&Actor, &str, Value); 5] = [
        (&ada, "/payments/create-intent", json!({ "payment_type": "fees" })),
        (&root, "/charges", json!({ "user_id": ada.id, "kind": "fees" })),
        (
            &root,
            "/charges/assess",
            json!({ "semester": "fall", "year": 2025, "kind": "fees", "basis": "flat" }),
        ),
        (&root, &waive, json!({ "reason": "hardship" })),
        (&root, &refund, json!({ "reason": "asked for" })),
    ];
    // As people and programs write it: text of JSON, so that nothing is made nicer on the way.
    for odd in [
        "-1",
        "-0.01",
        "0",
        "\"0.00\"",
        "\"-5\"",
        "\"NaN\"",
        "\"Infinity\"",
        "\"1e5\"",
        "1e25",
        "1e-9",
        "\"1,000.00\"",
        "\"10.001\"",
        "0.30000000000000004",
        "100000000.00",
        "\"99999999999999999999999999\"",
        "\"\"",
        "\" 5\"",
        "\"+5\"",
        "\"0x10\"",
        "\"\u{0661}\"",
        "true",
        "[5]",
        "{}",
    ] {
        let value: Value = serde_json::from_str(odd).unwrap();
        for (actor, path, body) in &places {
            let mut body = body.clone();
            body["amount"] = value.clone();
            let answer = actor.post(path, body).await;
            assert_eq!(answer.status.as_u16(), 422, "{path} took {odd}: {}", answer.text);
            assert_eq!(answer.field_errors()[0].0, "amount", "{path} {odd}");
        }
    }
    assert_eq!(uems.count("select count(*) from payments").await, 1);
    assert_eq!(uems.count("select count(*) from charges").await, 1);
    assert_eq!(uems.count("select count(*) from refunds").await, 0);
    // And the largest goes through all of it, to the cent.
    let most = ada.paid(&bank, "99999999.99").await;
    root.refund(&most, Some("0.10")).await.expect(201);
    root.refund(&most, Some("0.20")).await.expect(201);
    bank.deliver().await;
    assert_eq!(ada.payment(&most).await["refundable_amount"], "99999999.69");
    assert_books_agree(&uems).await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_student_sees_and_pays_only_what_is_theirs(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, bob, root) = (uems.student("ada").await, uems.student("bob").await, uems.admin("root").await);
    let (bank, teacher) = (Bank::of(&uems), uems.teacher("grace").await);
    let charge = root.charge(&ada, "80.00").await;
    let open = ada.post("/payments/create-intent", json!({ "charge_id": charge })).await.expect(201).body;
    let open = open["payment_id"].as_str().unwrap();
    let paid = ada.paid(&bank, "20.00").await;
    for id in [open, &*paid] {
        for path in ["", "/history", "/receipt"] {
            bob.get(&format!("/payments/{id}{path}")).await.expect(404);
            teacher.get(&format!("/payments/{id}{path}")).await.expect(403);
        }
        bob.call(Method::POST, &format!("/payments/{id}/retry"), None, &[]).await.expect(404);
        bob.refund(id, None).await.expect(403);
    }
    bob.post("/payments/create-intent", json!({ "charge_id": charge })).await.expect(404);
    let for_ada = json!({ "user_id": ada.id, "amount": "1.00", "payment_type": "fees" });
    bob.post("/payments/create-intent", for_ada).await.expect(403);
    bob.get(&format!("/users/{}/account", ada.id)).await.expect(404);
    for list in ["/payments", "/charges"] {
        let asked = format!("{list}?user_id={}", ada.id);
        assert_eq!(bob.get(&asked).await.expect(200).body["total"], 0, "{asked}");
        assert_ne!(ada.get(list).await.expect(200).body["total"], 0);
    }
    assert_eq!(uems.count("select count(*) from payments").await, 2, "nothing was begun");
    assert_eq!((bob.balance().await, ada.balance().await), ("0.00".to_owned(), "60.00".to_owned()));
}
