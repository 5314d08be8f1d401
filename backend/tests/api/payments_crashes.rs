//! `kill -9` of a server at each moment around a call of the provider. Whatever was cut off, every payment has exactly
//! one intent in the end, every refund is made once, and both are linked.

use serde_json::{Value, json};
use sqlx::{Connection, PgConnection, PgPool};

use crate::payments::{Bank, PAYS, assert_books_agree};
use crate::provider::{Provider, Told, ask, becomes, settled, until, wish};
use crate::replicas::Replica;
use crate::support::{Actor, TestApp};
use crate::wire::Line;

/// Where a server dies.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// The row is written; the provider has not heard of it.
    Written,
    /// The provider has done it; its answer is on the way.
    Called,
    /// The answer is here; what it says is not committed.
    Answered,
}

const MOMENTS: [Moment; 3] = [Moment::Written, Moment::Called, Moment::Answered];
/// Of one kind at each moment.
const EACH: i64 = 3;

/// What the provider has, of a payment or a refund of ours.
const INTENTS: &str = "select count(*) from stripe_sandbox.objects where kind = 'payment_intent'";
const REFUNDS: &str = "select count(*) from stripe_sandbox.objects where kind = 'refund'";
const UNLINKED: &str = "select count(*) from payments where stripe_payment_intent_id is null";
const UNASKED: &str = "select count(*) from refunds where stripe_refund_id is null";

/// Who is there.
struct Scene {
    uems: TestApp,
    provider: Provider,
    server: Replica,
    ada: Actor,
    root: Actor,
}

/// What somebody asks of a server, under a key.
#[derive(Clone)]
struct Wish {
    actor: Actor,
    path: String,
    key: String,
    body: Value,
}

impl Wish {
    async fn ask(&self, server: &str) -> Option<Told> {
        ask(&self.actor, server, &self.path, Some(&self.key), self.body.clone()).await
    }
}

impl Scene {
    async fn of(db: PgPool) -> Self {
        let (uems, provider) = (TestApp::new(db.clone()), Provider::start(&db).await);
        let (ada, root) = (uems.student("ada").await, uems.admin("root").await);
        let timeout = ["--stripe-timeout", "25"].map(str::to_owned);
        let server = Replica::with(&db, &[&provider.flags()[..], &timeout].concat()).await;
        Self { uems, provider, server, ada, root }
    }

    /// Makes the requests and kills the server when all of them have come to the moment.
    async fn die_at(&mut self, moment: Moment, count: (&str, &str), wishes: &[Wish]) {
        let (there, unlinked) = count;
        let (made, taken) = (self.uems.count(there).await, self.provider.wire.taken());
        let line = match moment {
            Moment::Written => Line::Silent,
            Moment::Called => Line::Mute,
            Moment::Answered => Line::Open,
        };
        self.provider.wire.set(line).await;
        let gate = match moment {
            Moment::Answered => Some(Gate::close(&self.uems).await),
            Moment::Written | Moment::Called => None,
        };
        let asks: Vec<_> = wishes
            .iter()
            .cloned()
            .map(|wish| {
                let server = self.server.url.clone();
                tokio::spawn(async move { wish.ask(&server).await })
            })
            .collect();
        becomes(&self.uems, unlinked, EACH).await;
        match moment {
            Moment::Written => {
                let asked = taken + EACH as usize;
                until("all are asking", async || self.provider.wire.taken() >= asked).await;
            }
            Moment::Called => becomes(&self.uems, there, made + EACH).await,
            Moment::Answered => becomes(&self.uems, WAITING, EACH).await,
        }
        self.server.die();
        for ask in asks {
            assert_eq!(ask.await.unwrap(), None, "{moment:?}: it died before it could answer");
        }
        if let Some(gate) = gate {
            gate.open().await;
        }
        becomes(&self.uems, CONNECTED, 0).await;
        let made_now = if matches!(moment, Moment::Written) { 0 } else { EACH };
        assert_eq!(self.uems.count(there).await, made + made_now, "{moment:?}: what the provider has");
        assert_eq!(self.uems.count(unlinked).await, EACH, "{moment:?}: nothing is linked");
    }

    /// The server starts again, and compares the books two minutes after what was cut off.
    async fn reconcile(&mut self, unlinked: &str, wishes: &[Wish]) {
        self.provider.wire.set(Line::Open).await;
        self.server.again().await;
        // One of them cannot wait for that, and asks again.
        wishes[0].ask(&self.server.url).await.unwrap().expect(201);
        for sql in [
            "update payments set created_at = created_at - interval '2 minutes'",
            "update refunds set created_at = created_at - interval '2 minutes'",
            "update stripe_sandbox.objects set body = jsonb_set(body, '{created}', to_jsonb((body ->> 'created')::bigint - 120))",
        ] {
            sqlx::query(sql).execute(&self.uems.db).await.unwrap();
        }
        let path = "/payments/reconciliation";
        let done = ask(&self.root, &self.server.url, path, None, json!({})).await.unwrap().expect(200).body();
        assert_eq!(done["unresolved"], 0, "{done}");
        assert_eq!(self.uems.count(unlinked).await, 0);
        let again =
            ask(&self.root, &self.server.url, path, None, json!({})).await.unwrap().expect(200).body();
        assert_eq!(
            (&again["findings"], &again["unresolved"]),
            (&json!([]), &json!(0)),
            "nothing is left to do"
        );
    }
}

/// Connections of a server, also of a dead one.
const CONNECTED: &str =
    "select count(*) from pg_stat_activity where datname = current_database() and application_name = 'uems'";

/// A door in front of the commit that links: the update waits in a trigger, as for a slow disk.
struct Gate(PgConnection);

const WAITING: &str =
    "select count(*) from pg_locks where locktype = 'advisory' and objid = 4711 and not granted
        and database = (select oid from pg_database where datname = current_database())";

impl Gate {
    async fn close(uems: &TestApp) -> Self {
        let options = uems.db.connect_options();
        let mut own = PgConnection::connect_with(&options).await.unwrap();
        for sql in [
            "create or replace function wait_at_the_gate() returns trigger language plpgsql as
             'begin perform pg_advisory_xact_lock_shared(4711); return new; end'",
            "create trigger gate before update of stripe_payment_intent_id on payments
                 for each row execute function wait_at_the_gate()",
            "create trigger gate before update of stripe_refund_id on refunds
                 for each row execute function wait_at_the_gate()",
            "select pg_advisory_lock(4711)",
        ] {
            sqlx::query(sql).execute(&mut own).await.unwrap();
        }
        Self(own)
    }

    async fn open(mut self) {
        for sql in [
            "select pg_advisory_unlock(4711)",
            "drop trigger gate on payments",
            "drop trigger gate on refunds",
        ] {
            sqlx::query(sql).execute(&mut self.0).await.unwrap();
        }
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_server_killed_around_the_call_leaves_every_payment_exactly_one_intent(db: PgPool) {
    let mut scene = Scene::of(db).await;
    for (place, moment) in MOMENTS.into_iter().enumerate() {
        let wishes: Vec<_> = (0..EACH)
            .map(|cents| Wish {
                actor: scene.ada.clone(),
                path: "/payments/create-intent".to_owned(),
                key: format!("pay-{place}-{cents}-0001"),
                body: wish(&format!("{place}1.0{cents}")),
            })
            .collect();
        scene.die_at(moment, (INTENTS, UNLINKED), &wishes).await;
        scene.reconcile(UNLINKED, &wishes).await;
    }

    let uems = &scene.uems;
    let one_each = "select count(*) from payments p where 1 = (select count(*) from stripe_sandbox.objects o
            where o.kind = 'payment_intent' and o.body #>> '{metadata,payment_id}' = p.id::text)
        and exists (select from stripe_sandbox.objects o where o.id = p.stripe_payment_intent_id
            and o.body #>> '{metadata,payment_id}' = p.id::text and (o.body ->> 'amount')::bigint = p.amount * 100)";
    let all = MOMENTS.len() as i64 * EACH;
    assert_eq!((uems.count(one_each).await, uems.count(INTENTS).await), (all, all));

    // And each can be paid.
    let (bank, payments) = (Bank::of(uems), scene.ada.get("/payments?page_size=100").await.expect(200).body);
    for payment in payments["items"].as_array().unwrap() {
        let path = format!("/payments/{}/retry", payment["id"].as_str().unwrap());
        let ticket = ask(&scene.ada, &scene.server.url, &path, None, json!({})).await.unwrap().expect(200);
        bank.confirm(&ticket.body(), PAYS).await.expect(200);
    }
    assert_eq!(scene.provider.deliver(&scene.server.url).await.keys().collect::<Vec<_>>(), [&200]);
    assert_eq!(uems.count("select count(*) from payments where status = 'succeeded'").await, all);
    assert_books_agree(uems).await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_server_killed_around_the_call_makes_every_refund_exactly_once(db: PgPool) {
    let mut scene = Scene::of(db).await;
    let mut paid = vec![];
    for _ in 0..EACH {
        paid.push(settled(&scene.uems, &scene.ada, "10.00").await);
    }
    for moment in MOMENTS {
        let wishes: Vec<_> = paid
            .iter()
            .map(|id| Wish {
                actor: scene.root.clone(),
                path: format!("/payments/{id}/refund"),
                key: format!("give-back-{moment:?}-{id}"),
                body: json!({ "amount": "0.30", "reason": "dropped a course" }),
            })
            .collect();
        scene.die_at(moment, (REFUNDS, UNASKED), &wishes).await;
        scene.reconcile(UNASKED, &wishes).await;
    }

    let uems = &scene.uems;
    let one_each = "select count(*) from refunds r where 1 = (select count(*) from stripe_sandbox.objects o
            where o.kind = 'refund' and o.body #>> '{metadata,refund_id}' = r.id::text and o.id = r.stripe_refund_id)";
    let all = MOMENTS.len() as i64 * EACH;
    assert_eq!((uems.count(one_each).await, uems.count(REFUNDS).await), (all, all));
    assert_eq!(scene.provider.deliver(&scene.server.url).await.keys().collect::<Vec<_>>(), [&200]);
    let given_back = "select count(*) from payments where refunded_amount = 0.90 and refund_claimed = 0.90";
    assert_eq!(uems.count(given_back).await, EACH);
    assert_books_agree(uems).await;
}
