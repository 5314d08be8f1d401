//! `uems payments reconcile`, as the program itself runs it, beside a server in this process with the same sandbox.

use std::process::{Command, Output, Stdio};

use serde_json::Value;
use sqlx::{ConnectOptions, PgPool};

use crate::payments::{Bank, assert_books_agree};
use crate::support::TestApp;

fn reconcile(url: &str, arguments: &[&str], variables: &[(&str, &str)]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_uems"));
    command.args(["payments", "reconcile", "--log", "off"]).args(arguments).stdin(Stdio::null());
    command.env("DATABASE_URL", url).envs(variables.iter().copied());
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = [stdout, stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    (status.code().unwrap(), text)
}

const UNLINKED: &str = "select count(*) from payments where stripe_payment_intent_id is null";

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn the_command_tells_repairs_and_says_with_its_status_whether_something_is_left(db: PgPool) {
    let url = db.connect_options().to_url_lossy().to_string();
    let uems = TestApp::new(db);
    let (ada, bank) = (uems.student("ada").await, Bank::of(&uems));
    ada.paid(&bank, "10.00").await;
    let now = ["--grace-seconds", "0"];
    let run = |more: &[&str]| reconcile(&url, &[&now[..], more].concat(), &[]);
    let (status, text) = run(&[]);
    assert_eq!(status, 0, "{text}");
    assert!(text.contains("1 payments and 0 refunds compared") && text.contains("0 repaired, 0 "), "{text}");

    // One payment the provider never heard of, one whose answer was lost, and an intent nobody here knows.
    bank.switch("fail_next", 3).await;
    ada.pay("20.00").await.expect(503);
    bank.switch("lose_next", 3).await;
    ada.pay("30.00").await.expect(503);
    let orphan = [("amount", "500"), ("currency", "usd")];
    let orphan = bank.call("/v1/payment_intents", &orphan).await.expect(200).id();
    bank.deliver().await;
    let (status, text) = run(&[]);
    assert_eq!((status, uems.count(UNLINKED).await), (1, 1), "{text}");
    for part in
        ["missing_intent   found", "orphan_intent    found", &*orphan, "--apply repairs", "0 repaired, 2 "]
    {
        assert!(text.contains(part), "{part} is not in: {text}");
    }

    let (status, text) = run(&["--apply"]);
    assert_eq!((status, uems.count(UNLINKED).await), (1, 0), "{text}");
    for part in ["missing_intent   repaired", "orphan_intent    flagged", " repaired, 1 left for a person"] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
    assert_books_agree(&uems).await;

    // Somebody saw to the orphan.
    sqlx::query("delete from stripe_sandbox.objects where id = $1")
        .bind(&orphan)
        .execute(&uems.db)
        .await
        .unwrap();
    let (status, text) = run(&["--apply", "--json"]);
    let told: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"));
    assert_eq!((status, &told["unresolved"], &told["applied"]), (0, &0.into(), &true.into()), "{text}");
    assert_eq!(uems.count("select count(*) from reconciliations").await, 4);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn what_cannot_be_compared_is_an_error_and_no_difference(db: PgPool) {
    let url = db.connect_options().to_url_lossy().to_string();
    let nobody_takes_payments = [
        ("ENVIRONMENT", "production"),
        ("JWT_SECRET", "0123456789abcdef0123456789abcdef"),
        ("UEMS_TRANSCRIPT_KEY", "0707070707070707070707070707070707070707070707070707070707070707"),
    ];
    let (status, text) = reconcile(&url, &[], &nobody_takes_payments);
    assert_eq!(status, 2, "{text}");
    assert!(text.contains("could not be compared") && text.contains("not set up"), "{text}");
    let away = [
        ("STRIPE_API_KEY", "sk_test_12345678"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_12345678"),
        ("UEMS_STRIPE_URL", "http://127.0.0.1:1"),
    ];
    let (status, text) = reconcile(&url, &[], &away);
    assert_eq!(status, 2, "{text}");
    let (status, text) = reconcile("postgres://127.0.0.1:1/nothing", &[], &[]);
    assert_eq!(status, 2, "{text}");
    assert_eq!(reconcile(&url, &["--days", "0"], &[]).0, 2);
}
