//! The same wish several times, at two servers at once: one effect, and the same answer to everybody.

use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::task::JoinSet;
use uems::stripe::sandbox::Switch;

use crate::payments::assert_books_agree;
use crate::provider::{Provider, Told, ask, settled, sign, tell, wish};
use crate::replicas::Replica;
use crate::support::{Actor, TestApp, client};

/// The wishes of an impatient person.
const CLICKS: usize = 20;

/// Two servers, one database, one provider.
struct Pair {
    uems: TestApp,
    provider: Provider,
    servers: [Replica; 2],
    ada: Actor,
    root: Actor,
}

impl Pair {
    async fn of(db: PgPool) -> Self {
        let (uems, provider) = (TestApp::new(db.clone()), Provider::start(&db).await);
        let (ada, root) = (uems.student("ada").await, uems.admin("root").await);
        let flags = provider.flags();
        let servers = [Replica::with(&db, &flags).await, Replica::with(&db, &flags).await];
        Self { uems, provider, servers, ada, root }
    }

    /// The same request again and again, at both servers at once.
    async fn clicks(&self, actor: &Actor, path: &str, key: Option<&'static str>, body: &Value) -> Vec<Told> {
        let mut clicks = JoinSet::new();
        for number in 0..CLICKS {
            let (actor, server) = (actor.clone(), self.servers[number % 2].url.clone());
            let (path, body) = (path.to_owned(), body.clone());
            clicks.spawn(async move { ask(&actor, &server, &path, key, body).await.unwrap() });
        }
        clicks.join_all().await
    }

    async fn at_the_provider(&self, kind: &str) -> i64 {
        self.uems.count(&format!("select count(*) from stripe_sandbox.objects where kind = '{kind}'")).await
    }
}

#[track_caller]
fn assert_all_alike(answers: &[Told], status: u16) {
    let first = answers[0].clone().expect(status);
    assert!(answers.iter().all(|answer| *answer == first), "{answers:?}");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn twenty_clicks_at_two_servers_are_one_payment_and_one_answer(db: PgPool) {
    let pair = Pair::of(db).await;
    let key = Some("pay-once-0001");
    // The first answer of the provider is lost on the way: asking again must not make a second intent.
    pair.provider.switch(Switch::LoseNext, 1).await;
    let mut answers = pair.clicks(&pair.ada, "/payments/create-intent", key, &wish("19.99")).await;
    for server in &pair.servers {
        answers
            .push(ask(&pair.ada, &server.url, "/payments/create-intent", key, wish("19.99")).await.unwrap());
    }
    assert_all_alike(&answers, 201);
    assert_eq!(pair.uems.count("select count(*) from payments").await, 1);
    assert_eq!(pair.at_the_provider("payment_intent").await, 1);
    let other = ask(&pair.ada, &pair.servers[1].url, "/payments/create-intent", key, wish("19.98")).await;
    assert_eq!(other.unwrap().expect(422).body()["code"], "idempotency_key_reused");

    // A charge needs no key: it has one open payment.
    let charge = pair.root.charge(&pair.ada, "5000.00").await;
    let body = json!({ "charge_id": charge });
    let mut answers = pair.clicks(&pair.ada, "/payments/create-intent", None, &body).await;
    answers.sort_by_key(|answer| answer.status);
    assert!(answers.iter().all(|answer| answer.text == answers[0].text), "{answers:?}");
    let begun = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!((begun, answers[0].status), (1, 200), "one begins it, the others find it");
    assert_eq!(pair.at_the_provider("payment_intent").await, 2);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn twenty_clicks_at_two_servers_are_one_refund_and_one_answer(db: PgPool) {
    let pair = Pair::of(db).await;
    let id = settled(&pair.uems, &pair.ada, "50.00").await;
    let (path, key) = (format!("/payments/{id}/refund"), Some("give-back-0001"));
    let body = json!({ "amount": "20.00", "reason": "dropped a course" });
    pair.provider.switch(Switch::LoseNext, 1).await;
    let mut answers = pair.clicks(&pair.root, &path, key, &body).await;
    pair.provider.deliver(&pair.servers[0].url).await;
    // Also after it was settled, the answer is the first one.
    for server in &pair.servers {
        answers.push(ask(&pair.root, &server.url, &path, key, body.clone()).await.unwrap());
    }
    assert_all_alike(&answers, 201);
    assert_eq!(pair.uems.count("select count(*) from refunds").await, 1);
    assert_eq!(pair.at_the_provider("refund").await, 1);
    assert_eq!(pair.ada.payment(&id).await["refunded_amount"], "20.00");

    // A refund that the provider refuses is refused to everybody, and takes nothing.
    let elsewhere = pair.ada.payment(&id).await["stripe_payment_intent_id"].as_str().unwrap().to_owned();
    let bank = crate::payments::Bank::of(&pair.uems);
    bank.call("/v1/refunds", &[("payment_intent", &elsewhere), ("amount", "2500")]).await.expect(200);
    let (key, body) = (Some("give-back-0002"), json!({ "amount": "20.00", "reason": "dropped another" }));
    let mut answers = pair.clicks(&pair.root, &path, key, &body).await;
    answers.push(ask(&pair.root, &pair.servers[1].url, &path, key, body).await.unwrap());
    let mut bodies: Vec<Value> = answers.iter().map(Told::body).collect();
    for (answer, body) in answers.iter().zip(&mut bodies) {
        assert_eq!((answer.status, &body["code"]), (409, &json!("refund_refused")), "{}", answer.text);
        body["request_id"] = Value::Null;
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
    pair.provider.deliver(&pair.servers[0].url).await;
    assert_eq!(pair.ada.payment(&id).await["refunded_amount"], "45.00");
    assert_books_agree(&pair.uems).await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn twenty_refunds_at_two_servers_stay_within_what_was_paid(db: PgPool) {
    let pair = Pair::of(db).await;
    let id = settled(&pair.uems, &pair.ada, "1.00").await;
    let path = format!("/payments/{id}/refund");
    let body = json!({ "amount": "0.15", "reason": "a part" });
    let answers = pair.clicks(&pair.root, &path, None, &body).await;
    let granted = answers.iter().filter(|answer| answer.status == 201).count();
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(refused.body()["code"], "refund_exceeds_payment", "{}", refused.text);
    }
    assert_eq!((granted, pair.at_the_provider("refund").await), (6, 6));
    pair.provider.deliver(&pair.servers[1].url).await;
    let payment = pair.ada.payment(&id).await;
    assert_eq!(
        (&payment["refunded_amount"], &payment["refundable_amount"]),
        (&json!("0.90"), &json!("0.10"))
    );
    assert_books_agree(&pair.uems).await;
}

/// Somebody who has the secret, or a fault of the provider: the same event again, saying something else.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn one_event_id_with_another_content_is_flagged_and_changes_nothing(db: PgPool) {
    let pair = Pair::of(db).await;
    let id = settled(&pair.uems, &pair.ada, "10.00").await;
    let kept: String = sqlx::query_scalar(
        "select body::text from stripe_sandbox.objects where kind = 'event' and body ->> 'type' = 'payment_intent.succeeded'",
    )
    .fetch_one(&pair.uems.db)
    .await
    .unwrap();
    let mut other: Value = serde_json::from_str(&kept).unwrap();
    other["type"] = json!("charge.dispute.created");
    other["data"]["object"]["object"] = json!("dispute");
    other["data"]["object"]["payment_intent"] = other["data"]["object"]["id"].clone();
    let steps = "select count(*) from payment_history";
    let before = pair.uems.count(steps).await;
    let mut posts = JoinSet::new();
    for number in 0..CLICKS {
        // Every second one is the true event again.
        let body = if number % 4 < 2 { other.to_string() } else { kept.clone() };
        let server = pair.servers[number % 2].url.clone();
        posts.spawn(async move { tell(&client(), &server, body.clone(), &sign(&body, 0)).await });
    }
    assert!(posts.join_all().await.iter().all(|status| *status == 200));
    let flagged =
        "select count(*) from stripe_events where outcome = 'flagged' and reason = 'same_id_other_content'";
    assert_eq!(pair.uems.count(flagged).await, 1, "it is there once, for a person to look at");
    assert_eq!(pair.uems.count(steps).await, before);
    let payment = pair.ada.payment(&id).await;
    assert_eq!((&payment["status"], &payment["disputed"]), (&json!("succeeded"), &json!(false)));
    assert_books_agree(&pair.uems).await;
}
