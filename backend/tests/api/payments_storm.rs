//! Thousands of events, repeated, shuffled, some of them forged or stale, while the server is killed again and again and
//! the bursar goes on refunding: in the end both books are equal, to the cent.
//!
//! `make storm` sends 10,000; the tests send fewer. `UEMS_STORM_EVENTS` says how many.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::task::JoinSet;
use uems::payments::{Options, reconcile};
use uems::stripe::signature;

use crate::payments::{Bank, DECLINES, PAYS, assert_books_agree};
use crate::provider::{Provider, ask, sign, tell, until};
use crate::replicas::Replica;
use crate::support::{Actor, TestApp, client};

/// Deliveries under way at once.
const AT_ONCE: usize = 12;

fn size() -> i64 {
    std::env::var("UEMS_STORM_EVENTS").ok().and_then(|text| text.parse().ok()).unwrap_or(1500)
}

/// Chance that can be repeated: `UEMS_STORM_SEED`.
fn seed() -> u64 {
    let given = std::env::var("UEMS_STORM_SEED").ok().and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| rand::rng().random())
}

const EVENTS: &str = "select count(*) from stripe_sandbox.objects where kind = 'event'";

/// One payment's life at the provider; nothing of it is told yet.
async fn live(student: &Actor, bank: &Bank, number: i64) {
    let amount = format!("{}.{:02}", number % 900 + 1, number * 37 % 100);
    let ticket = student.pay(&amount).await.expect(201).body;
    let intent = ticket["client_secret"].as_str().unwrap().split("_secret_").next().unwrap().to_owned();
    let refund = async |amount: Option<&str>| {
        let fields = [("payment_intent", Some(&*intent)), ("amount", amount)];
        let fields: Vec<_> = fields.iter().filter_map(|(name, value)| Some((*name, (*value)?))).collect();
        bank.call("/v1/refunds", &fields).await.expect(200).body
    };
    if number % 4 == 0 {
        bank.confirm(&ticket, DECLINES).await.expect(402);
    }
    if number % 11 == 0 {
        bank.call(&format!("/v1/payment_intents/{intent}/cancel"), &[]).await.expect(200);
        return;
    }
    if number % 13 == 0 {
        return;
    }
    bank.confirm(&ticket, PAYS).await.expect(200);
    match number % 7 {
        0 => _ = refund(None).await,
        1 => {
            refund(Some("37")).await;
            refund(Some("41")).await;
        }
        // The payer's bank sends the money back; then it is given once more.
        2 => {
            let failed = refund(Some("50")).await["id"].clone();
            bank.call("/test/refund_failures", &[("refund", failed.as_str().unwrap())]).await.expect(200);
            refund(Some("50")).await;
        }
        3 => {
            for status in ["needs_response", if number % 2 == 0 { "won" } else { "lost" }] {
                bank.call("/test/disputes", &[("payment_intent", &intent), ("status", status)])
                    .await
                    .expect(200);
            }
        }
        _ => {}
    }
}

/// Payments, until the provider has so many events to tell.
async fn business(uems: &TestApp, bank: &Arc<Bank>, events: i64) {
    let mut students = vec![];
    for number in 0..10 {
        students.push(uems.student(&format!("student{number}")).await);
    }
    let next = Arc::new(AtomicU64::new(1));
    while uems.count(EVENTS).await < events {
        let mut lives = JoinSet::new();
        for student in students.iter().take(8) {
            let (student, bank, next) = (student.clone(), bank.clone(), next.clone());
            lives.spawn(async move {
                for _ in 0..4 {
                    live(&student, &bank, next.fetch_add(1, Ordering::Relaxed) as i64).await;
                }
            });
        }
        lives.join_all().await;
    }
}

/// What is on its way to the server, and how it went.
#[derive(Default)]
struct Post {
    queue: Mutex<VecDeque<(String, Signed)>>,
    under_way: AtomicUsize,
    taken: AtomicUsize,
    /// Answers of 400 of the server that runs now.
    refused: AtomicUsize,
    refused_in_all: AtomicUsize,
    repeated: AtomicUsize,
    odd: Mutex<Vec<u16>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Signed {
    Well,
    ByAnother,
    LongAgo,
}

impl Post {
    /// Every event, 30 of 100 twice, 5 of 100 signed badly at first, in no order.
    fn of(events: Vec<String>, chance: &mut StdRng) -> Self {
        let mut all = vec![];
        for event in events {
            for _ in 0..if chance.random_range(0..100) < 30 { 2 } else { 1 } {
                let signed = match chance.random_range(0..40) {
                    0 => Signed::ByAnother,
                    1 => Signed::LongAgo,
                    _ => Signed::Well,
                };
                all.push((event.clone(), signed));
            }
        }
        all.shuffle(chance);
        Self { queue: Mutex::new(all.into()), ..Self::default() }
    }

    fn left(&self) -> usize {
        self.queue.lock().unwrap().len() + self.under_way.load(Ordering::SeqCst)
    }

    fn next(&self) -> Option<(String, Signed)> {
        let mut queue = self.queue.lock().unwrap();
        let next = queue.pop_front();
        self.under_way.fetch_add(usize::from(next.is_some()), Ordering::SeqCst);
        next
    }

    /// As Stripe does: what is not answered with success comes again, signed anew, after whatever else there is.
    async fn deliver(&self, server: &str, done: impl Fn() -> bool) {
        let http = client();
        while !done() || self.left() > 0 {
            let Some((event, signed)) = self.next() else {
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            };
            let signature = match signed {
                Signed::Well => sign(&event, 0),
                Signed::ByAnother => sign(&event, 0).replace("v1=", "v1=0").chars().take(80).collect(),
                Signed::LongAgo => sign(&event, signature::TOLERANCE + 60),
            };
            let status = tell(&http, server, event.clone(), &signature).await;
            match (status, signed) {
                (200, Signed::Well) => _ = self.taken.fetch_add(1, Ordering::SeqCst),
                (400, Signed::ByAnother | Signed::LongAgo) => {
                    self.refused.fetch_add(1, Ordering::SeqCst);
                    self.refused_in_all.fetch_add(1, Ordering::SeqCst);
                    self.queue.lock().unwrap().push_back((event, Signed::Well));
                }
                // Killed, or busy for a moment.
                (0 | 503, _) => {
                    self.repeated.fetch_add(1, Ordering::SeqCst);
                    self.queue.lock().unwrap().push_back((event, signed));
                    if status == 0 {
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                }
                _ => self.odd.lock().unwrap().push(status),
            }
            self.under_way.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// What the server counted of requests that nobody signed.
async fn counted(server: &str) -> usize {
    let text = client().get(format!("{server}/metrics")).send().await.unwrap().text().await.unwrap();
    let line = "uems_stripe_webhook_events_total{event_type=\"unknown\",status=\"failed\"} ";
    let found = text.lines().find_map(|found| found.strip_prefix(line));
    found.map_or(0, |count| count.parse().unwrap())
}

/// The bursar refunds a little of what is settled by now, with a key, until it is answered; the events of it are told too.
async fn bursar(
    uems: TestApp,
    root: Actor,
    server: String,
    post: Arc<Post>,
    done: Arc<AtomicUsize>,
    wanted: usize,
) {
    let mut told = uems.count("select coalesce(max(seq), 0) from stripe_sandbox.objects").await;
    for number in 0..wanted {
        let payment: Option<String> = sqlx::query_scalar(
            "select id::text from payments where status = 'succeeded' and amount - refund_claimed > 1 and disputed_at is null
                 and refund_claimed = 0 order by md5(id::text || $1) limit 1",
        )
        .bind(number.to_string())
        .fetch_optional(&uems.db)
        .await
        .unwrap();
        if let Some(payment) = payment {
            let (path, key) = (format!("/payments/{payment}/refund"), format!("bursar-{number:05}"));
            let body = json!({ "amount": "0.10", "reason": "goodwill" });
            // Killed meanwhile, or busy: the same again. Disputed or given back meanwhile: so be it.
            while ask(&root, &server, &path, Some(&key), body.clone())
                .await
                .is_none_or(|told| ![201, 409].contains(&told.status))
            {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        let new: Vec<(i64, String)> = sqlx::query_as(
            "select seq, body::text from stripe_sandbox.objects where kind = 'event' and seq > $1 order by seq",
        )
        .bind(told)
        .fetch_all(&uems.db)
        .await
        .unwrap();
        for (seq, event) in new {
            told = told.max(seq);
            post.queue.lock().unwrap().push_back((event, Signed::Well));
        }
    }
    done.fetch_add(1, Ordering::SeqCst);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_storm_of_events_under_kill_nine_leaves_both_books_equal_to_the_cent(db: PgPool) {
    let (seed, began) = (seed(), Instant::now());
    let mut chance = StdRng::seed_from_u64(seed);
    let (uems, provider) = (TestApp::new(db.clone()), Provider::start(&db).await);
    let (root, bank) = (uems.admin("root").await, Arc::new(Bank::of(&uems)));
    business(&uems, &bank, size()).await;
    let events: Vec<String> =
        sqlx::query_scalar("select body::text from stripe_sandbox.objects where kind = 'event' order by seq")
            .fetch_all(&db)
            .await
            .unwrap();
    let all = events.len();
    let post = Arc::new(Post::of(events, &mut chance));
    let deliveries = post.left();
    // The reconciler is kept out until the end: here, what is known comes from events.
    provider.list(false);
    let mut server = Replica::with(&db, &provider.flags()).await;
    let (made, storm) = (began.elapsed(), Instant::now());

    let (done, url) = (Arc::new(AtomicUsize::new(0)), server.url.clone());
    let mut work = JoinSet::new();
    work.spawn(bursar(uems.clone(), root.clone(), url.clone(), post.clone(), done.clone(), all / 50));
    for _ in 0..AT_ONCE {
        let (post, url, done) = (post.clone(), url.clone(), done.clone());
        work.spawn(async move { post.deliver(&url, || done.load(Ordering::SeqCst) > 0).await });
    }
    let kills = 4 + all / 2000;
    for kill in 1..=kills {
        let before = kill * deliveries / (kills + 1);
        until("enough is delivered", async || post.taken.load(Ordering::SeqCst) >= before).await;
        let (least, counted) = (post.refused.load(Ordering::SeqCst), counted(&url).await);
        let most = post.refused.load(Ordering::SeqCst) + AT_ONCE;
        assert!(
            (least..=most).contains(&counted),
            "{counted} refused, by the metric; {least} to {most} were"
        );
        server.die();
        // Whoever waits for an answer of the dead one learns that there is none.
        tokio::time::sleep(Duration::from_millis(100)).await;
        post.refused.store(0, Ordering::SeqCst);
        server.again().await;
    }
    while work.join_next().await.transpose().unwrap().is_some() {}

    let told = uems.count(EVENTS).await;
    eprintln!(
        "storm of seed {seed}: {all} events before and {} while it blew, {deliveries} deliveries of the former, {} repeated, \
         {} refused for their signature, {kills} times kill -9; made in {made:?}, taken in {:?}",
        told - all as i64,
        post.repeated.load(Ordering::SeqCst),
        post.refused_in_all.load(Ordering::SeqCst),
        storm.elapsed()
    );
    let odd = post.odd.lock().unwrap().clone();
    assert_eq!(odd, Vec::<u16>::new(), "answers that fit neither the signature nor a kill");
    assert_eq!(counted(&url).await, post.refused.load(Ordering::SeqCst), "every wrong signature is counted");
    assert!(post.refused_in_all.load(Ordering::SeqCst) >= deliveries / 40);
    assert_each_event_counted_once(&uems).await;
    assert_every_payment_is_where_the_provider_is(&uems).await;
    assert_nothing_went_back(&uems).await;
    assert_books_agree(&uems).await;

    // And whoever compares the books finds nothing at all.
    provider.list(true);
    let reconciled = TestApp::with(db, &provider.flags().iter().map(|flag| &**flag).collect::<Vec<_>>());
    let options = Options { grace: chrono::TimeDelta::zero(), ..Options::days(&reconciled.app, 3, false) };
    let found = reconcile(&reconciled.app, &options).await.unwrap();
    assert_eq!(json!(found.findings), json!([]));
    assert!(found.payments_compared > 0);
}

async fn assert_each_event_counted_once(uems: &TestApp) {
    let missing = "select count(*) from stripe_sandbox.objects o full join stripe_events e on e.id = o.id
        where o.kind = 'event' and e.id is null or o.id is null";
    assert_eq!(uems.count(missing).await, 0, "events of one side only");
    let open: Vec<(String, String, i64)> = sqlx::query_as(
        "select outcome, reason, count(*) from stripe_events where outcome in ('parked', 'flagged')
             and reason not in ('disputed', 'dispute_lost') group by 1, 2",
    )
    .fetch_all(&uems.db)
    .await
    .unwrap();
    assert_eq!(open, [], "nothing waits, and nothing is odd");
    let twice = "select count(*) from (select payment_id, refund_id, kind from ledger_postings
        group by 1, 2, 3 having count(*) > 1) d";
    assert_eq!(uems.count(twice).await, 0, "postings made twice");
}

async fn assert_every_payment_is_where_the_provider_is(uems: &TestApp) {
    let differ: Vec<Value> = sqlx::query_scalar(
        "select jsonb_build_object('here', to_jsonb(p), 'there', i.body, 'given_back', r.cents) from payments p
         left join stripe_sandbox.objects i on i.id = p.stripe_payment_intent_id
         left join lateral (select coalesce(sum((body ->> 'amount')::bigint), 0) as cents from stripe_sandbox.objects
             where kind = 'refund' and body ->> 'payment_intent' = i.id and body ->> 'status' = 'succeeded') r on true
         left join stripe_sandbox.objects d on d.id = i.body ->> 'latest_charge'
         where i.id is null or p.refunded_amount * 100 <> r.cents or p.amount * 100 <> (i.body ->> 'amount')::bigint
             or p.status <> case
                 when i.body ->> 'status' = 'succeeded' and r.cents = p.amount * 100 then 'refunded'
                 when i.body ->> 'status' = 'succeeded' then 'succeeded'
                 when i.body ->> 'status' = 'canceled' or i.body ->> 'last_payment_error' is not null then 'failed'
                 else 'pending' end
             or p.canceled <> (i.body ->> 'status' = 'canceled')
             or (p.disputed_at is not null) <> coalesce((d.body ->> 'disputed')::boolean, false)",
    )
    .fetch_all(&uems.db)
    .await
    .unwrap();
    assert!(differ.is_empty(), "{} differ, such as {:#}", differ.len(), differ[0]);
}

/// What was paid is not unpaid, what was canceled does not go on, and each step follows from the one before.
async fn assert_nothing_went_back(uems: &TestApp) {
    let back = "select count(*) from (
            select payment_id, status, lag(status) over (partition by payment_id order by timestamp, id) as before from payment_history) h
        where before in ('succeeded', 'refunded') and status not in ('succeeded', 'refunded')
            or before in ('processing', 'failed') and status = 'pending'
            or before = 'refunded' and status <> 'refunded' and not exists (
                select from refunds r where r.payment_id = h.payment_id and r.status = 'failed')";
    assert_eq!(uems.count(back).await, 0, "steps back");
}
