//! What waits for a person between the two books: it is shown, stays until somebody or something settles it, and is
//! settled once, with a name and a reason.

use axum::http::Method;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sqlx::PgPool;
use uems::ids::PaymentId;
use uems::payments::{FindingKind, Options, Reconciliation, reconcile};
use uuid::Uuid;

use crate::payments::Bank;
use crate::provider::{becomes, until};
use crate::support::{Actor, TestApp};

/// A flagged event and an open difference of a payment.
pub async fn open_cases(uems: &TestApp, payment: PaymentId) -> (String, Uuid) {
    let event = format!("evt_{}", payment.0.simple());
    let sql =
        "insert into stripe_events (id, type, livemode, occurred_at, payload, outcome, reason, payment_id)
         values ($1, 'charge.dispute.created', false, now(), '{}', 'flagged', 'disputed', $2)";
    sqlx::query(sql).bind(&event).bind(payment).execute(&uems.db).await.unwrap();
    let sql = "insert into reconciliation_differences (kind, object, payment_id, detail, object_at, found_at, seen_at)
         values ('vanished_intent', $1, $2, '100.00 USD, succeeded', now(), now(), now()) returning id";
    let difference = sqlx::query_scalar(sql).bind(&event).bind(payment).fetch_one(&uems.db).await.unwrap();
    (event, difference)
}

/// What a scrape says now.
async fn gauge(uems: &TestApp, name: &str) -> i64 {
    // A server that just started has no numbers of half a minute ago.
    let fresh = TestApp::new(uems.db.clone());
    let text = fresh.app.metrics.text(&fresh.app).await;
    let value = text.lines().find_map(|line| line.strip_prefix(name));
    value.unwrap_or_else(|| panic!("{name} is not in {text}")).trim().parse().unwrap()
}

const FLAGGED: &str = "uems_stripe_open_events{outcome=\"flagged\"}";
const PARKED: &str = "uems_stripe_open_events{outcome=\"parked\"}";
const DIFFERENCES: &str = "uems_payments_reconciliation_differences";

impl Bank {
    async fn dispute(&self, payment: &Value, status: &str) {
        let intent = payment["stripe_payment_intent_id"].as_str().unwrap();
        self.call("/test/disputes", &[("payment_intent", intent), ("status", status)]).await.expect(200);
    }

    /// An intent that is of no payment of ours.
    async fn orphan(&self) -> String {
        let fields = [("amount", "500"), ("currency", "usd")];
        let orphan = self.call("/v1/payment_intents", &fields).await.expect(200).id();
        // Its events are of no payment either.
        self.deliver().await;
        orphan
    }
}

async fn listed(root: &Actor, what: &str) -> Vec<Value> {
    root.get(&format!("/payments/{what}")).await.expect(200).body["items"].as_array().unwrap().clone()
}

/// Facts of the entries of an action, and whose record they are about.
async fn entries(root: &Actor, action: &str) -> Vec<Value> {
    let found = root.get(&format!("/audit?action={action}")).await.expect(200).body;
    found["items"].as_array().unwrap().clone()
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_flagged_event_is_shown_in_words_until_somebody_says_why_nobody_has_to_look(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, root, bank) = (uems.student("ada").await, uems.admin("root").await, Bank::of(&uems));
    let id = ada.paid(&bank, "50.00").await;
    bank.dispute(&ada.payment(&id).await, "lost").await;
    bank.deliver().await;
    assert_eq!(gauge(&uems, FLAGGED).await, 1);
    let shown = listed(&root, "events").await;
    let event = &shown[0];
    assert_eq!(
        (shown.len(), &event["state"], &event["reason"]),
        (1, &json!("flagged"), &json!("dispute_lost"))
    );
    assert_eq!((&event["payment_id"], &event["student"]["id"]), (&json!(id), &json!(ada.id)));
    assert!(event["explanation"].as_str().unwrap().contains("bank took the money back"), "{event}");
    assert_eq!(listed(&root, "events?state=parked").await.len(), 0);
    assert_eq!(entries(&root, "payments_read").await[0]["facts"]["events"], 0, "reading is noted");

    let resolve = format!("/payments/events/{}/resolve", event["id"].as_str().unwrap());
    root.post(&resolve, json!({})).await.expect(422);
    root.post(&resolve, json!({ "reason": " " })).await.expect(422);
    assert_eq!(gauge(&uems, FLAGGED).await, 1);
    let done = root.post(&resolve, json!({ "reason": "charged anew" })).await.expect(200).body;
    assert_eq!((&done["state"], &done["resolution"]), (&json!("resolved"), &json!("charged anew")));
    assert_eq!(done["resolved_by"]["id"], json!(root.id));
    assert_eq!(gauge(&uems, FLAGGED).await, 0, "and the alert ends");
    assert_eq!(listed(&root, "events").await.len(), 0);
    assert_eq!(listed(&root, "events?state=resolved").await, [done]);
    let again = root.post(&resolve, json!({ "reason": "another" })).await.expect(409);
    assert_eq!(again.code(), "already_resolved");
    let noted = entries(&root, "payment_event_resolved").await;
    assert_eq!((noted.len(), &noted[0]["facts"]["reason"]), (1, &json!("charged anew")));
    assert_eq!((&noted[0]["subject"]["id"], &noted[0]["object_id"]), (&json!(ada.id), &json!(id)));

    // What needed nobody cannot be resolved, and of two at once one is.
    let applied: String =
        sqlx::query_scalar("select id from stripe_events where outcome = 'applied' limit 1")
            .fetch_one(&uems.db)
            .await
            .unwrap();
    let told = root.post(&format!("/payments/events/{applied}/resolve"), json!({ "reason": "x" })).await;
    assert_eq!(told.expect(409).code(), "not_open");
    let (open, _) = open_cases(&uems, PaymentId(id.parse().unwrap())).await;
    let resolve = format!("/payments/events/{open}/resolve");
    let both = tokio::join!(
        root.post(&resolve, json!({ "reason": "one" })),
        root.post(&resolve, json!({ "reason": "other" }))
    );
    let mut both = [both.0.status.as_u16(), both.1.status.as_u16()];
    both.sort_unstable();
    assert_eq!(both, [200, 409]);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_dispute_is_one_case_and_ends_by_itself_when_it_is_won(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, root, bank) = (uems.student("ada").await, uems.admin("root").await, Bank::of(&uems));
    let (won, lost) = (ada.paid(&bank, "50.00").await, ada.paid(&bank, "60.00").await);
    for (id, end) in [(&won, "won"), (&lost, "lost")] {
        let payment = ada.payment(id).await;
        bank.dispute(&payment, "needs_response").await;
        bank.deliver().await;
        assert_eq!(listed(&root, "events?state=flagged").await.len(), 1, "{end}");
        assert_eq!(gauge(&uems, FLAGGED).await, 1);
        bank.dispute(&payment, end).await;
        bank.deliver().await;
        assert_eq!(gauge(&uems, FLAGGED).await, i64::from(end == "lost"));
    }
    assert_eq!(listed(&root, "events").await[0]["reason"], "dispute_lost");
    let ended = listed(&root, "events?state=resolved").await;
    assert_eq!(ended.len(), 2);
    assert!(ended.iter().all(|event| event["reason"] == "disputed" && event["resolved_by"].is_null()));
    assert_eq!(ended[1]["resolution"], "the dispute was decided for us");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_parked_event_that_was_resolved_is_still_applied_when_its_turn_comes(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, root, bank) = (uems.student("ada").await, uems.admin("root").await, Bank::of(&uems));
    let ticket = ada.pay("40.00").await.expect(201).body;
    bank.confirm(&ticket, crate::payments::PAYS).await.expect(200);
    let paid = bank.intercept().await;
    let intent = ticket["client_secret"].as_str().unwrap().split("_secret_").next().unwrap();
    bank.call("/v1/refunds", &[("payment_intent", intent)]).await.expect(200);
    bank.deliver().await;
    let waiting = listed(&root, "events?state=parked").await;
    assert_eq!(gauge(&uems, PARKED).await, waiting.len() as i64);
    for event in &waiting {
        let resolve = format!("/payments/events/{}/resolve", event["id"].as_str().unwrap());
        root.post(&resolve, json!({ "reason": "nobody knows" })).await.expect(200);
    }
    assert_eq!(gauge(&uems, PARKED).await, 0);
    for delivery in paid {
        bank.post(&delivery.body, &delivery.signature).await.expect(200);
    }
    assert_eq!(ada.payment(ticket["payment_id"].as_str().unwrap()).await["status"], "refunded");
    assert_eq!(listed(&root, "events?state=resolved").await.len(), 0);
}

async fn compare(uems: &TestApp, days: i64, apply: bool) -> Reconciliation {
    let options = Options { grace: TimeDelta::zero(), ..Options::days(&uems.app, days, apply) };
    reconcile(&uems.app, &options).await.unwrap()
}

async fn make_older(uems: &TestApp, object: &str, days: i64) {
    let sql = "update stripe_sandbox.objects set body = jsonb_set(body, '{created}', to_jsonb((body ->> 'created')::bigint - 86400 * $2))
         where id = $1";
    sqlx::query(sql).bind(object).bind(days).execute(&uems.db).await.unwrap();
}

async fn forget(uems: &TestApp, object: &str) {
    sqlx::query("delete from stripe_sandbox.objects where id = $1")
        .bind(object)
        .execute(&uems.db)
        .await
        .unwrap();
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_difference_outlives_the_days_that_are_compared_and_ends_when_it_is_gone(db: PgPool) {
    let uems = TestApp::new(db);
    let (root, bank) = (uems.admin("root").await, Bank::of(&uems));
    let (young, old) = (bank.orphan().await, bank.orphan().await);
    make_older(&uems, &old, 5).await;
    assert_eq!(compare(&uems, 7, true).await.unresolved, 2);
    assert_eq!(gauge(&uems, DIFFERENCES).await, 2);
    // The periodic one no longer sees the old one; it says nothing of it.
    assert_eq!(compare(&uems, 3, true).await.unresolved, 1);
    assert_eq!(gauge(&uems, DIFFERENCES).await, 2);
    let shown = listed(&root, "differences").await;
    assert!(
        shown.iter().any(|one| one["stripe_id"] == json!(old) && one["kind"] == "orphan_intent"),
        "{shown:?}"
    );
    forget(&uems, &young).await;
    forget(&uems, &old).await;
    compare(&uems, 3, true).await;
    assert_eq!(gauge(&uems, DIFFERENCES).await, 1, "the young one was looked at");
    compare(&uems, 7, true).await;
    assert_eq!(gauge(&uems, DIFFERENCES).await, 0, "and then the old one too");
    let ended = listed(&root, "differences?state=resolved").await;
    assert_eq!((ended.len(), &ended[0]["resolved_by"]), (2, &json!(null)));
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn one_that_only_tells_changes_nothing_about_what_is_open(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, bank) = (uems.student("ada").await, Bank::of(&uems));
    let orphan = bank.orphan().await;
    compare(&uems, 3, true).await;
    bank.switch("fail_next", 3).await;
    ada.pay("10.00").await.expect(503);
    // It finds what the next one will repair, and the orphan again.
    let told = compare(&uems, 3, false).await;
    let kinds: Vec<_> = told.findings.iter().map(|finding| finding.kind).collect();
    assert!(kinds.contains(&FindingKind::MissingIntent) && told.unresolved >= 2, "{told:?}");
    assert_eq!(gauge(&uems, DIFFERENCES).await, 1);
    forget(&uems, &orphan).await;
    compare(&uems, 3, false).await;
    assert_eq!(gauge(&uems, DIFFERENCES).await, 1);
    compare(&uems, 3, true).await;
    assert_eq!(gauge(&uems, DIFFERENCES).await, 0);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn what_somebody_decided_of_a_difference_holds_until_either_side_says_something_new(db: PgPool) {
    let uems = TestApp::new(db);
    let (root, bank) = (uems.admin("root").await, Bank::of(&uems));
    let orphan = bank.orphan().await;
    compare(&uems, 3, true).await;
    let id = listed(&root, "differences").await[0]["id"].as_str().unwrap().to_owned();
    let resolve = format!("/payments/differences/{id}/resolve");
    root.post(&resolve, json!({ "reason": "" })).await.expect(422);
    let done = root.post(&resolve, json!({ "reason": "the shop's own" })).await.expect(200).body;
    assert_eq!(
        (&done["resolution"], &done["resolved_by"]["id"]),
        (&json!("the shop's own"), &json!(root.id))
    );
    assert_eq!(root.post(&resolve, json!({ "reason": "x" })).await.expect(409).code(), "already_resolved");
    assert_eq!(entries(&root, "payment_difference_resolved").await.len(), 1);
    assert_eq!(compare(&uems, 3, true).await.unresolved, 1, "it is still there");
    assert_eq!(gauge(&uems, DIFFERENCES).await, 0, "and nobody has to look");
    let sql = "update stripe_sandbox.objects set body = jsonb_set(body, '{amount}', '900') where id = $1";
    sqlx::query(sql).bind(&orphan).execute(&uems.db).await.unwrap();
    compare(&uems, 3, true).await;
    assert_eq!(gauge(&uems, DIFFERENCES).await, 1);
    assert!(listed(&root, "differences").await[0]["detail"].as_str().unwrap().contains("900"));
}

const RECONCILED: &str = "select count(*) from audit_log where action = 'payments_reconciled'";

impl Bank {
    /// A payment of ten minutes ago that the provider never heard of.
    async fn unheard_of(&self, payer: &Actor, amount: &str) {
        self.switch("fail_next", 3).await;
        payer.pay(amount).await.expect(503);
        let sql = "update payments set created_at = created_at - interval '10 minutes' where stripe_payment_intent_id is null";
        sqlx::query(sql).execute(&self.uems.db).await.unwrap();
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_slow_comparison_goes_on_after_the_answer_and_is_in_the_audit_log_all_the_same(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, root, bank) = (uems.student("ada").await, uems.admin("root").await, Bank::of(&uems));
    bank.unheard_of(&ada, "10.00").await;
    bank.switch("delay_ms", 1500).await;
    let path = "/payments/reconciliation";
    for wait in [-1, 26] {
        root.post(path, json!({ "wait_seconds": wait })).await.expect(422);
    }
    let begun = root.post(path, json!({ "wait_seconds": 0 })).await.expect(202);
    assert_eq!(begun.headers["location"], "/api/v1/payments/reconciliation");
    assert_eq!(uems.count(RECONCILED).await, 0);
    until("it is done", async || {
        let latest = root.get(path).await.expect(200).body;
        latest["items"][0]["id"] == begun.body["id"]
    })
    .await;
    let noted = entries(&root, "payments_reconciled").await;
    assert_eq!(noted.len(), 1, "with the comparison itself");
    assert_eq!(noted[0]["facts"], json!({ "applied": true, "days": 3, "repaired": 1, "unresolved": 0 }));
    assert_eq!(noted[0]["actor"]["id"], json!(root.id));

    // Somebody who hangs up, or whose time is over.
    bank.unheard_of(&ada, "20.00").await;
    let call = root.call(Method::POST, path, None, &[]);
    assert!(tokio::time::timeout(std::time::Duration::from_millis(700), call).await.is_err());
    becomes(&uems, RECONCILED, 2).await;
    assert_eq!(uems.count("select count(*) from reconciliations").await, 2);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn what_was_repaired_before_a_comparison_was_cut_short_is_in_the_audit_log(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, root, bank) = (uems.student("ada").await, uems.admin("root").await, Bank::of(&uems));
    bank.unheard_of(&ada, "10.00").await;
    // The list of refunds is nothing that can be read.
    let now: DateTime<Utc> = uems.app.clock.now();
    let sql = "insert into stripe_sandbox.objects (id, kind, body) values ('re_odd', 'refund', $1)";
    let odd = json!({ "id": "re_odd", "created": now.timestamp() });
    sqlx::query(sql).bind(odd).execute(&uems.db).await.unwrap();
    let path = "/payments/reconciliation";
    let cut = root.call(Method::POST, path, None, &[]).await;
    assert!(cut.status.is_server_error(), "{}", cut.text);
    assert_eq!(uems.count("select count(*) from payments where stripe_payment_intent_id is null").await, 0);
    let noted = entries(&root, "payments_reconciled").await;
    assert_eq!(noted[0]["facts"], json!({ "applied": true, "days": 3, "repaired": 1, "cut_short": true }));
    assert!(root.call(Method::POST, path, None, &[]).await.status.is_server_error());
    assert_eq!(uems.count(RECONCILED).await, 1, "one that changed nothing is no act");
}
