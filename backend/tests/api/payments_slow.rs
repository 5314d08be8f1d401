//! A provider that is slow, away or odd: whoever asks is answered in time, nothing is held meanwhile, everything else goes
//! on, and what was begun is taken up again.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use uems::stripe::sandbox::Switch;

use crate::payments::{Bank, PAYS, assert_books_agree};
use crate::provider::{Provider, Told, ask, becomes, settled, sign, tell, until, wish};
use crate::replicas::{Replica, enroll, send};
use crate::support::{Actor, TestApp, client};
use crate::wire::Line;

/// Seconds a server gives the provider, here.
const BUDGET: u64 = 8;
/// Connections of a server's pool, and requests that wait for the provider at once.
const POOL: usize = 6;
const WAITING: usize = 40;

struct Scene {
    uems: TestApp,
    provider: Provider,
    server: Replica,
    ada: Actor,
    root: Actor,
}

impl Scene {
    async fn of(db: PgPool) -> Self {
        let (uems, provider) = (TestApp::new(db.clone()), Provider::start(&db).await);
        let (ada, root) = (uems.student("ada").await, uems.admin("root").await);
        let server = Replica::with(&db, &Self::flags(&provider)).await;
        Self { uems, provider, server, ada, root }
    }

    fn flags(provider: &Provider) -> Vec<String> {
        let (budget, pool) = (BUDGET.to_string(), POOL.to_string());
        let own = ["--stripe-timeout", &budget, "--db-connections", &pool].map(str::to_owned);
        [&provider.flags()[..], &own].concat()
    }

    /// Begins to ask, and leaves it waiting.
    fn begin(&self, actor: &Actor, path: &str, key: String, body: Value) -> JoinHandle<Option<Told>> {
        let (actor, server, path) = (actor.clone(), self.server.url.clone(), path.to_owned());
        tokio::spawn(async move {
            let asked = ask(&actor, &server, &path, Some(&key), body);
            // The provider is 30 seconds late: whoever waited for it would come too late.
            tokio::time::timeout(Duration::from_secs(29), asked).await.expect("an answer in time")
        })
    }

    fn begin_payments(&self) -> Vec<JoinHandle<Option<Told>>> {
        let begin = |number| {
            self.begin(&self.ada, "/payments/create-intent", key(number), wish(&format!("{}.10", number + 1)))
        };
        (0..WAITING).map(begin).collect()
    }

    /// The server's connections that do anything at all, and locks that they hold.
    async fn nothing_is_held(&self) {
        let busy = "select count(*) from pg_stat_activity where datname = current_database() and application_name = 'uems'
                and (state <> 'idle' or xact_start is not null)";
        becomes(&self.uems, busy, 0).await;
        let locks = "select count(*) from pg_locks l join pg_stat_activity a using (pid)
            where a.datname = current_database() and a.application_name = 'uems'";
        assert_eq!(self.uems.count(locks).await, 0, "locks");
        let metrics = client().get(format!("{}/metrics", self.server.url)).send().await.unwrap();
        let metrics = metrics.text().await.unwrap();
        assert!(metrics.contains("uems_database_connections{state=\"active\"} 0\n"), "{metrics}");
    }

    async fn reconcile(&self) -> Told {
        ask(&self.root, &self.server.url, "/payments/reconciliation", None, json!({})).await.unwrap()
    }
}

fn key(number: usize) -> String {
    format!("slow-payment-{number:03}")
}

#[track_caller]
fn assert_unavailable(told: &Told) -> String {
    assert_eq!((told.status, &*told.content_type), (503, "application/problem+json"), "{}", told.text);
    let body = told.body();
    assert_eq!(body["code"], "payment_provider_unavailable");
    body["payment_id"].as_str().unwrap_or_default().to_owned()
}

const INTENTS: &str = "select count(*) from stripe_sandbox.objects where kind = 'payment_intent'";
/// Payments with exactly the one intent that was made for them.
const ONE_EACH: &str = "select count(*) from payments p where 1 = (select count(*) from stripe_sandbox.objects o
    where o.kind = 'payment_intent' and o.body #>> '{metadata,payment_id}' = p.id::text and o.id = p.stripe_payment_intent_id)";

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn while_forty_wait_for_a_silent_provider_nothing_is_held_and_everything_else_goes_on(db: PgPool) {
    let scene = Scene::of(db).await;
    let (uems, server, http) = (&scene.uems, &scene.server.url, client());
    let course = uems.monday("CS101", 9, "09:00-11:00").await;
    let someone =
        json!({ "email": "eve@example.edu", "password": "a-long-password-1", "full_name": "Eve Example" });
    ask(&uems.nobody(), server, "/auth/register", None, someone).await.unwrap().expect(201);
    // Paid, and nobody told us yet.
    let bank = Bank::of(uems);
    let ticket = scene.ada.pay("7.77").await.expect(201).body;
    bank.confirm(&ticket, PAYS).await.expect(200);

    scene.provider.wire.set(Line::Silent).await;
    let waiting = scene.begin_payments();
    becomes(uems, "select count(*) from payments where stripe_payment_intent_id is null", WAITING as i64)
        .await;
    until("all are asking", async || scene.provider.wire.taken() >= WAITING).await;
    scene.nothing_is_held().await;
    let signed_in = json!({ "email": "eve@example.edu", "password": "a-long-password-1" });
    ask(&uems.nobody(), server, "/auth/login", None, signed_in).await.unwrap().expect(200);
    assert_eq!(send(&http, Method::GET, format!("{server}/api/v1/courses"), &scene.ada, None).await.0, 200);
    assert_eq!(enroll(&http, server, &scene.ada, course, false).await.0, 201);
    assert_eq!(
        scene.provider.deliver(server).await.keys().collect::<Vec<_>>(),
        [&200],
        "events are taken in"
    );
    assert_eq!(scene.ada.payment(ticket["payment_id"].as_str().unwrap()).await["status"], "succeeded");
    assert!(waiting.iter().all(|ask| !ask.is_finished()), "all of this was answered while they waited");

    let mut named = vec![];
    for ask in waiting {
        named.push(assert_unavailable(&ask.await.unwrap().unwrap()));
    }
    named.sort();
    named.dedup();
    assert_eq!(named.len(), WAITING, "each names its payment");

    // By now the provider is given a pause: it is not even asked.
    let taken = scene.provider.wire.taken();
    assert_unavailable(
        &scene.begin(&scene.ada, "/payments/create-intent", key(0), wish("1.10")).await.unwrap().unwrap(),
    );
    assert_unavailable(&scene.reconcile().await);
    assert_eq!(scene.provider.wire.taken(), taken);

    // It is back, and after the pause the same wishes are fulfilled, by this server.
    scene.provider.wire.set(Line::Open).await;
    until("the pause ends", async || {
        let again = ask(&scene.ada, server, "/payments/create-intent", Some(&key(0)), wish("1.10")).await;
        again.unwrap().status == 201
    })
    .await;
    for ask in scene.begin_payments() {
        ask.await.unwrap().unwrap().expect(201);
    }
    let all = WAITING as i64 + 1;
    assert_eq!((uems.count(ONE_EACH).await, uems.count(INTENTS).await), (all, all));
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_provider_that_is_thirty_seconds_late_makes_each_thing_once(db: PgPool) {
    let scene = Scene::of(db.clone()).await;
    let uems = &scene.uems;
    let id = settled(uems, &scene.ada, "50.00").await;
    scene.provider.switch(Switch::Delay, 30_000).await;
    let waiting = scene.begin_payments();
    let (path, body) =
        (format!("/payments/{id}/refund"), json!({ "amount": "20.00", "reason": "asked for" }));
    let refund = scene.begin(&scene.root, &path, "slow-refund-1".to_owned(), body.clone());
    becomes(uems, INTENTS, WAITING as i64 + 1).await;
    becomes(uems, "select count(*) from stripe_sandbox.objects where kind = 'refund'", 1).await;
    scene.nothing_is_held().await;
    assert!(waiting.iter().all(|ask| !ask.is_finished()));
    for ask in waiting {
        assert_unavailable(&ask.await.unwrap().unwrap());
    }
    assert_eq!(assert_unavailable(&refund.await.unwrap().unwrap()), id);

    // The same wishes at another server find what the provider had made.
    scene.provider.switch(Switch::Delay, 0).await;
    let scene = Scene { server: Replica::with(&db, &Scene::flags(&scene.provider)).await, ..scene };
    for ask in scene.begin_payments() {
        ask.await.unwrap().unwrap().expect(201);
    }
    scene.begin(&scene.root, &path, "slow-refund-1".to_owned(), body).await.unwrap().unwrap().expect(201);
    let (uems, all) = (&scene.uems, WAITING as i64 + 1);
    assert_eq!((uems.count(ONE_EACH).await, uems.count(INTENTS).await), (all, all));
    assert_eq!(uems.count("select count(*) from stripe_sandbox.objects where kind = 'refund'").await, 1);
    scene.provider.deliver(&scene.server.url).await;
    assert_eq!(scene.ada.payment(&id).await["refunded_amount"], "20.00");
    assert_books_agree(uems).await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_provider_that_refuses_resets_or_breaks_off_loses_nothing(db: PgPool) {
    let mut scene = Scene::of(db).await;
    let id = settled(&scene.uems, &scene.ada, "50.00").await;
    let refund = format!("/payments/{id}/refund");
    let lines = [Line::Refused, Line::Reset, Line::Half];
    for (number, line) in lines.into_iter().enumerate() {
        scene.provider.wire.set(line).await;
        let (create, body) =
            ("/payments/create-intent", json!({ "amount": "1.00", "reason": format!("{line:?}") }));
        let begun = scene.begin(&scene.ada, create, key(number), wish("3.00")).await.unwrap().unwrap();
        let payment = assert_unavailable(&begun);
        let key_of_refund = format!("refund-{number:04}");
        let given =
            scene.begin(&scene.root, &refund, key_of_refund.clone(), body.clone()).await.unwrap().unwrap();
        assert_eq!(assert_unavailable(&given), id, "{line:?}");
        assert_unavailable(&scene.reconcile().await);
        scene.nothing_is_held().await;

        scene.provider.wire.set(Line::Open).await;
        let retry = format!("/payments/{payment}/retry");
        let ticket = ask(&scene.ada, &scene.server.url, &retry, None, json!({})).await.unwrap().expect(200);
        let same =
            scene.begin(&scene.ada, create, key(number), wish("3.00")).await.unwrap().unwrap().expect(201);
        assert_eq!(same.text, ticket.text, "{line:?}");
        scene.begin(&scene.root, &refund, key_of_refund, body).await.unwrap().unwrap().expect(201);
        // Forgets how often the provider failed.
        scene.server.die();
        scene.server.again().await;
    }
    let (uems, all) = (&scene.uems, lines.len() as i64 + 1);
    assert_eq!((uems.count(ONE_EACH).await, uems.count(INTENTS).await), (all, all));
    assert_eq!(
        uems.count("select count(*) from stripe_sandbox.objects where kind = 'refund'").await,
        all - 1
    );
    scene.provider.deliver(&scene.server.url).await;
    assert_eq!(scene.ada.payment(&id).await["refunded_amount"], "3.00");
    assert_books_agree(uems).await;
}

/// What anybody can send to the address of the events.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn slow_long_and_senseless_posts_keep_no_event_waiting(db: PgPool) {
    let scene = Scene::of(db).await;
    let (uems, server) = (&scene.uems, &scene.server.url);
    let bank = Bank::of(uems);
    let ticket = scene.ada.pay("7.77").await.expect(201).body;
    bank.confirm(&ticket, PAYS).await.expect(200);
    // More than there are turns, connections and places of the pool: each sends a part of a body and stops.
    let mut slow = vec![];
    for _ in 0..100 {
        let mut stream = TcpStream::connect(server.trim_start_matches("http://")).await.unwrap();
        let head = "POST /api/v1/payments/webhook HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{\"id\":";
        stream.write_all(head.as_bytes()).await.unwrap();
        slow.push(stream);
    }
    let http = client();
    let event =
        json!({ "id": "evt_1", "type": "x", "created": 1, "livemode": false, "data": { "object": {} } })
            .to_string();
    let long = format!("[{}1]", "1,".repeat(1_500_000));
    for (body, signature, status) in [
        (event.clone(), sign(&event, 0), 200),
        (event.clone(), sign(&event, 400), 400),
        (event.clone(), sign(&event, -400), 400),
        (event.clone(), sign(&event, 0).replace("t=", "t=1"), 400),
        (format!("{event} "), sign(&event, 0), 400),
        (event.clone(), "x".repeat(6000), 400),
        (String::new(), sign("", 0), 400),
        ("\u{0}\u{1}".to_owned(), sign("\u{0}\u{1}", 0), 400),
        ("[".repeat(100_000), sign(&"[".repeat(100_000), 0), 400),
        ("{\"id\":\"evt_2\"}".to_owned(), sign("{\"id\":\"evt_2\"}", 0), 400),
        (long.clone(), sign(&long, 0), 413),
    ] {
        let told = tell(&http, server, body.clone(), &signature).await;
        assert_eq!(told, status, "{:.60} {signature:.60}", body);
    }
    assert_eq!(uems.count("select count(*) from stripe_events").await, 1);
    scene.nothing_is_held().await;
    assert_eq!(scene.provider.deliver(server).await.keys().collect::<Vec<_>>(), [&200]);
    assert_eq!(scene.ada.payment(ticket["payment_id"].as_str().unwrap()).await["status"], "succeeded");
    let mut byte = [0];
    for stream in &mut slow {
        let unanswered =
            tokio::time::timeout(Duration::from_millis(1), stream.read(&mut byte)).await.is_err();
        assert!(unanswered, "events were taken while the slow ones were there");
    }
}

/// It answers, and not as it should: our key was revoked, say. That is told from an outage, and loses nothing either.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_provider_that_does_not_take_our_key_is_told_from_one_that_is_away(db: PgPool) {
    let provider = Provider::start(&db).await;
    let mut flags = provider.flags();
    let good = TestApp::with(db.clone(), &flags.iter().map(String::as_str).collect::<Vec<_>>());
    flags[1] = "sk_test_of_a_stranger".to_owned();
    let uems = TestApp::with(db, &flags.iter().map(String::as_str).collect::<Vec<_>>());
    let ada = uems.student("ada").await;
    let failed = ada.pay("3.00").await.expect(502);
    assert_eq!(failed.code(), "payment_provider_failed");
    let retry = format!("/payments/{}/retry", failed.body["payment_id"].as_str().unwrap());
    assert_eq!(ada.call(Method::POST, &retry, None, &[]).await.expect(502).code(), "payment_provider_failed");
    let ada = Actor { uems: good.clone(), ..ada };
    ada.call(Method::POST, &retry, None, &[]).await.expect(200);
    assert_eq!((good.count(ONE_EACH).await, good.count(INTENTS).await), (1, 1));
}
