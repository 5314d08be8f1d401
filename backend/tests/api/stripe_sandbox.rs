//! `uems stripe-sandbox`: the stand-in for Stripe as a process of its own, as another company's server would be.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use sqlx::{ConnectOptions, PgPool};
use tokio::net::TcpListener;
use uems::payments::ProviderKind;

use crate::payments::{Bank, PAYS};
use crate::support::{Actor, TestApp};

const KEY: &str = "sk_test_of_a_test";
const SECRET: &str = "whsec_of_a_test";

/// A sandbox process; ended, by its own pid, when the test ends.
struct Process {
    child: Child,
    url: String,
}

fn command(db: &PgPool) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_uems"));
    command.args(["stripe-sandbox", "--listen", "127.0.0.1:0", "--log", "off"]);
    command.env("DATABASE_URL", db.connect_options().to_url_lossy().as_str()).stdin(Stdio::null());
    command
}

impl Process {
    fn start(db: &PgPool, webhook: &str) -> Self {
        let mut command = command(db);
        command.args(["--webhook-url", webhook]).stdout(Stdio::piped());
        command.env("STRIPE_API_KEY", KEY).env("STRIPE_WEBHOOK_SECRET", SECRET);
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.split_whitespace().find(|word| word.starts_with("http://"));
        Self {
            url: url.unwrap_or_else(|| panic!("it does not say where it listens: {line}")).to_owned(),
            child,
        }
    }

    /// What a browser sends to it.
    async fn confirm(&self, ticket: &Value) -> u16 {
        let secret = ticket["client_secret"].as_str().unwrap();
        let intent = secret.split("_secret_").next().unwrap();
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("key", "pk_test_uems_sandbox")
            .append_pair("client_secret", secret)
            .append_pair("payment_method", "pm_card_visa")
            .finish();
        let url = format!("{}/v1/payment_intents/{intent}/confirm", self.url);
        crate::support::client().post(url).body(form).send().await.unwrap().status().as_u16()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Already gone is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn settled(student: &Actor, payment: &str) -> Value {
    let started = Instant::now();
    loop {
        let seen = student.get(&format!("/payments/{payment}")).await.expect(200).body;
        if seen["status"] == "succeeded" {
            return seen;
        }
        assert!(started.elapsed() < Duration::from_secs(30), "it is not settled: {seen}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_server_is_paid_through_a_sandbox_of_its_own(db: PgPool) {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let webhook = format!("http://{}/api/v1/payments/webhook", port.local_addr().unwrap());
    let mut sandbox = Process::start(&db, &webhook);
    let keys = ["--stripe-api-key", KEY, "--stripe-webhook-secret", SECRET, "--stripe-url", &sandbox.url];
    let uems = TestApp::with(db, &keys);
    assert_eq!(uems.app.payments.kind, ProviderKind::Sandbox);
    assert!(uems.app.payments.sandbox.is_none(), "it is not the one inside");
    let router = uems::router::router(uems.app.clone());
    let server = tokio::spawn(async move { axum::serve(port, router).await });

    let ada = uems.student("ada").await;
    let ticket = ada.pay("320.50").await.expect(201).body;
    assert_eq!(sandbox.confirm(&ticket).await, 200);
    let paid = settled(&ada, ticket["payment_id"].as_str().unwrap()).await;
    assert_eq!(paid["amount"], "320.50");
    server.abort();

    kill_process(Pid::from_child(&sandbox.child), Signal::TERM).unwrap();
    assert!(sandbox.child.wait().unwrap().success(), "SIGTERM ends it in order");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn it_does_not_start_with_keys_of_real_money_or_without_any(db: PgPool) {
    let said = |variables: &[(&str, &str)]| {
        let Output { status, stderr, .. } = command(&db).envs(variables.iter().copied()).output().unwrap();
        assert!(!status.success());
        String::from_utf8(stderr).unwrap()
    };
    let without = said(&[]);
    assert!(without.contains("STRIPE_API_KEY"), "{without}");
    let live = [("STRIPE_API_KEY", "sk_live_12345678"), ("STRIPE_WEBHOOK_SECRET", SECRET)];
    assert!(said(&live).contains("live key"), "{}", said(&live));
    let production = [
        ("STRIPE_API_KEY", "sk_live_12345678"),
        ("STRIPE_PUBLISHABLE_KEY", "pk_live_12345678"),
        ("STRIPE_WEBHOOK_SECRET", SECRET),
        ("ENVIRONMENT", "production"),
        ("JWT_SECRET", "0123456789abcdef0123456789abcdef"),
        ("UEMS_TRANSCRIPT_KEY", "0707070707070707070707070707070707070707070707070707070707070707"),
    ];
    assert!(said(&production).contains("refuses the payment sandbox"), "{}", said(&production));
}

const WAITING: &str =
    "select count(*) from stripe_sandbox.deliveries where delivered_at is null and not gave_up";
const NOW: &str = "update stripe_sandbox.deliveries set due_at = now() where delivered_at is null";

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_delivery_that_is_not_taken_is_repeated_after_ever_longer_pauses(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, bank) = (uems.student("ada").await, Bank::of(&uems));
    bank.switch("bad_signature_percent", 100).await;
    let ticket = ada.pay("10.00").await.expect(201).body;
    bank.confirm(&ticket, PAYS).await.expect(200);
    let all = uems.count(WAITING).await;
    let longest = "select extract(epoch from max(due_at) - now())::bigint from stripe_sandbox.deliveries";
    for seconds in [0..=1, 0..=1, 1..=2, 3..=4, 7..=8] {
        let due = bank.sandbox.take_due().await.unwrap();
        assert_eq!(due.len() as i64, all);
        for delivery in due {
            let refused = bank.post(&delivery.body, &delivery.signature).await.expect(400);
            assert_eq!(refused.code(), "bad_signature");
            bank.sandbox.note(&delivery, Some(400)).await.unwrap();
        }
        let pause = uems.count(longest).await;
        assert!(seconds.contains(&pause), "{pause} of {seconds:?}");
        assert!(bank.sandbox.take_due().await.unwrap().is_empty(), "not before the pause is over");
        sqlx::query(NOW).execute(&uems.db).await.unwrap();
    }
    let id = ticket["payment_id"].as_str().unwrap();
    assert_eq!(ada.get(&format!("/payments/{id}")).await.expect(200).body["status"], "pending");
    bank.switch("bad_signature_percent", 0).await;
    bank.deliver().await;
    assert_eq!(uems.count(WAITING).await, 0);
    assert_eq!(ada.get(&format!("/payments/{id}")).await.expect(200).body["status"], "succeeded");

    // Nobody takes it for a day and a half: it is given up.
    ada.pay("11.00").await.expect(201);
    sqlx::query("update stripe_sandbox.deliveries set attempts = 39 where delivered_at is null")
        .execute(&uems.db)
        .await
        .unwrap();
    for delivery in bank.sandbox.take_due().await.unwrap() {
        bank.sandbox.note(&delivery, None).await.unwrap();
    }
    sqlx::query(NOW).execute(&uems.db).await.unwrap();
    assert!(bank.sandbox.take_due().await.unwrap().is_empty());
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn events_come_late_and_in_another_order_when_they_are_to(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, bank) = (uems.student("ada").await, Bank::of(&uems));
    bank.switch("reorder_ms", 60_000).await;
    for _ in 0..8 {
        let ticket = ada.pay("10.00").await.expect(201).body;
        bank.confirm(&ticket, PAYS).await.expect(200);
    }
    let later = "select count(*) from stripe_sandbox.deliveries where due_at between now() + interval '1 second' and now() + interval '60 seconds'";
    assert!(uems.count(later).await >= 8, "they are spread over the minute");
    let turned = "select count(*) from stripe_sandbox.deliveries a join stripe_sandbox.deliveries b on a.id < b.id and a.due_at > b.due_at";
    assert!(uems.count(turned).await > 0);
    sqlx::query("update stripe_sandbox.deliveries set due_at = due_at - interval '60 seconds'")
        .execute(&uems.db)
        .await
        .unwrap();
    bank.deliver().await;
    assert_eq!(ada.balance().await, "-80.00");
}
