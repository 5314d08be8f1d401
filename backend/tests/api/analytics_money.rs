//! Revenue: each sum against one made here from the raw rows, currency by currency.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::America::New_York;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::analytics::plant;
use crate::payments::Bank;
use crate::support::{Actor, TestApp};

/// A payment as it is stored, and what was given back of it.
struct Paid<'a> {
    currency: &'a str,
    kind: &'a str,
    term: Option<(&'a str, i32)>,
    cents: i64,
    at: Option<&'a str>,
    /// Cents, moment, whether it went through.
    back: Vec<(i64, &'a str, bool)>,
    /// The payer objects to it at their bank, or has won.
    disputed: bool,
}

fn ledger() -> Vec<Paid<'static>> {
    let fall = Some(("fall", 2025));
    let spring = Some(("spring", 2026));
    let paid = |currency, kind, term, cents, at, back| Paid {
        currency,
        kind,
        term,
        cents,
        at,
        back,
        disputed: false,
    };
    let disputed = |paid: Paid<'static>| Paid { disputed: true, ..paid };
    vec![
        // The last minute of September in New York, which is October in UTC, and the minute after.
        paid(
            "USD",
            "tuition",
            fall,
            120_000,
            Some("2025-10-01T03:59:59Z"),
            vec![(20_000, "2025-10-01T04:00:00Z", true)],
        ),
        paid(
            "USD",
            "fees",
            fall,
            1_001,
            Some("2025-10-01T04:00:00Z"),
            vec![(1_001, "2025-11-02T05:30:00Z", true)],
        ),
        paid(
            "EUR",
            "tuition",
            fall,
            99_999,
            Some("2025-10-15T12:00:00Z"),
            vec![(1, "2025-12-31T23:00:00Z", true), (5, "2025-10-20T00:00:00Z", false)],
        ),
        // Around the end of daylight saving time: 23:30 on the day before, 1:30 twice, 23:30 on the day.
        paid("USD", "books", None, 333, Some("2025-11-02T03:30:00Z"), vec![]),
        paid("USD", "other", spring, 444, Some("2025-11-02T05:30:00Z"), vec![]),
        paid("USD", "other", spring, 555, Some("2025-11-02T06:30:00Z"), vec![]),
        paid("USD", "books", spring, 666, Some("2025-11-03T04:30:00Z"), vec![]),
        paid("JPY", "books", spring, 77_700, Some("2026-01-01T04:59:59Z"), vec![]),
        // Not settled, and settled before the period and given back in it.
        paid("USD", "tuition", fall, 888_888, None, vec![]),
        paid(
            "USD",
            "tuition",
            None,
            50_000,
            Some("2025-01-10T00:00:00Z"),
            vec![(50_000, "2025-10-31T23:59:00Z", true)],
        ),
        // Disputed whole; after a part of it was given back; where nothing was left.
        disputed(paid("USD", "tuition", fall, 70_007, Some("2025-10-01T03:59:59Z"), vec![])),
        disputed(paid(
            "EUR",
            "fees",
            None,
            30_000,
            Some("2025-11-02T06:30:00Z"),
            vec![(10_001, "2025-12-01T00:00:00Z", true), (7, "2025-12-01T00:00:00Z", false)],
        )),
        disputed(paid(
            "USD",
            "books",
            spring,
            909,
            Some("2025-11-02T05:30:00Z"),
            vec![(909, "2025-11-03T05:30:00Z", true)],
        )),
    ]
}

async fn store(db: &PgPool, student: &Actor) {
    for paid in ledger() {
        let returned: i64 = paid.back.iter().filter(|back| back.2).map(|back| back.0).sum();
        let status = match paid.at {
            None => "processing",
            Some(_) if returned == paid.cents => "refunded",
            Some(_) => "succeeded",
        };
        let claimed: i64 = paid.back.iter().map(|back| back.0).sum();
        let payment: uuid::Uuid = sqlx::query_scalar(
            "insert into payments (user_id, amount, currency, status, payment_type, refunded_amount, refund_claimed, semester, year, settled_at, disputed_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, case when $11 then timestamptz '2026-02-02' end) returning id",
        )
        .bind(student.id)
        .bind(Decimal::new(paid.cents, 2))
        .bind(paid.currency)
        .bind(status)
        .bind(paid.kind)
        .bind(Decimal::new(returned, 2))
        .bind(Decimal::new(claimed, 2))
        .bind(paid.term.map(|term| term.0))
        .bind(paid.term.map(|term| term.1))
        .bind(paid.at.map(|at| at.parse::<DateTime<Utc>>().unwrap()))
        .bind(paid.disputed)
        .fetch_one(db)
        .await
        .unwrap();
        for (cents, at, through) in &paid.back {
            sqlx::query(
                "insert into refunds (payment_id, amount, status, settled_at) values ($1, $2, $3, $4)",
            )
            .bind(payment)
            .bind(Decimal::new(*cents, 2))
            .bind(if *through { "succeeded" } else { "failed" })
            .bind(at.parse::<DateTime<Utc>>().unwrap())
            .execute(db)
            .await
            .unwrap();
        }
    }
}

/// Cents, and how many payments.
#[derive(Clone, Copy, Default)]
struct Sums {
    come: (i64, i64),
    gone: (i64, i64),
    disputed: (i64, i64),
}

fn add(sum: &mut (i64, i64), cents: i64) {
    *sum = (sum.0 + cents, sum.1 + 1);
}

/// Sums of what lies in the period, by a key of one's own.
fn sums<'a, K: Ord>(
    ledger: &[Paid<'a>],
    from: NaiveDate,
    to: NaiveDate,
    key: impl Fn(&Paid<'a>, NaiveDate) -> Option<K>,
) -> BTreeMap<K, Sums> {
    let mut sums: BTreeMap<K, Sums> = BTreeMap::new();
    let day = |at: &str| at.parse::<DateTime<Utc>>().unwrap().with_timezone(&New_York).date_naive();
    let within = |at: &str| Some(day(at)).filter(|day| (from..=to).contains(day));
    for paid in ledger {
        let mut note = |at: &str, tell: &dyn Fn(&mut Sums)| {
            if let Some(key) = within(at).and_then(|day| key(paid, day)) {
                tell(sums.entry(key).or_default());
            }
        };
        if let Some(at) = paid.at {
            note(at, &|sum| add(&mut sum.come, paid.cents));
            let returned: i64 = paid.back.iter().filter(|back| back.2).map(|back| back.0).sum();
            if paid.disputed {
                note(at, &|sum| add(&mut sum.disputed, paid.cents - returned));
            }
        }
        for (cents, at, _) in paid.back.iter().filter(|back| back.2) {
            note(at, &|sum| add(&mut sum.gone, *cents));
        }
    }
    sums
}

fn money(currency: &str, Sums { come, gone, disputed }: Sums) -> Value {
    let text = |cents: i64| {
        format!("{}{}.{:02}", if cents < 0 { "-" } else { "" }, cents.abs() / 100, cents.abs() % 100)
    };
    json!({
        "currency": currency, "gross": text(come.0), "refunded": text(gone.0), "disputed": text(disputed.0),
        "net": text(come.0 - gone.0 - disputed.0), "payments": come.1, "refunds": gone.1, "disputes": disputed.1,
    })
}

/// The lines of a list, in any order, each without these members.
fn sorted(list: &Value) -> Vec<String> {
    let mut lines: Vec<String> = list.as_array().unwrap().iter().map(Value::to_string).collect();
    lines.sort();
    lines
}

/// Every list of the report, of a period, and its totals for a term.
async fn assert_report(root: &Actor, ledger: &[Paid<'_>], from: NaiveDate, to: NaiveDate, term: (&str, i32)) {
    let report = root.get(&format!("/analytics/revenue?from={from}&to={to}")).await.expect(200).body;
    let totals = sums(ledger, from, to, |paid, _| Some(paid.currency));
    let lines: Vec<Value> = totals.iter().map(|(currency, sum)| money(currency, *sum)).collect();
    assert_eq!(report["totals"], json!(lines), "{from} {to}");

    let by_month = sums(ledger, from, to, |paid, day| Some((day.format("%Y-%m").to_string(), paid.currency)));
    let mut months: Vec<String> =
        from.iter_days().take_while(|day| *day <= to).map(|day| day.format("%Y-%m").to_string()).collect();
    months.dedup();
    let mut lines = vec![];
    for month in &months {
        for currency in totals.keys() {
            let mut line =
                money(currency, by_month.get(&(month.clone(), *currency)).copied().unwrap_or_default());
            line["month"] = json!(month);
            lines.push(line);
        }
    }
    assert_eq!(report["by_month"], json!(lines), "{from} {to}");

    let by_type = sums(ledger, from, to, |paid, _| Some((paid.kind, paid.currency)));
    let lines = by_type.iter().map(|((kind, currency), sum)| {
        let mut line = money(currency, *sum);
        line["payment_type"] = json!(kind);
        line
    });
    assert_eq!(sorted(&report["by_type"]), sorted(&lines.collect()), "{from} {to}");

    let by_term = sums(ledger, from, to, |paid, _| Some((paid.term, paid.currency)));
    let lines = by_term.iter().map(|((term, currency), sum)| {
        let mut line = money(currency, *sum);
        line["semester"] = json!(term.map(|term| term.0));
        line["year"] = json!(term.map(|term| term.1));
        line
    });
    assert_eq!(sorted(&report["by_semester"]), sorted(&lines.collect()), "{from} {to}");

    let of_fall = root
        .get(&format!("/analytics/revenue?from={from}&to={to}&semester={}&year={}", term.0, term.1))
        .await
        .expect(200)
        .body;
    let totals = sums(ledger, from, to, |paid, _| (paid.term == Some(term)).then_some(paid.currency));
    let lines: Vec<Value> = totals.iter().map(|(currency, sum)| money(currency, *sum)).collect();
    assert_eq!(of_fall["totals"], json!(lines), "{from} {to}");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn revenue_is_counted_on_the_day_it_settled_each_currency_by_itself(db: PgPool) {
    let uems = TestApp::with(db.clone(), &["--time-zone", "America/New_York"]);
    let (root, ada) = (uems.admin("root").await, uems.student("ada").await);
    store(&db, &ada).await;
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let periods = [
        (day("2025-09-01"), day("2025-12-31")),
        (day("2025-09-30"), day("2025-09-30")),
        (day("2025-10-01"), day("2025-10-31")),
        (day("2025-11-01"), day("2025-11-01")),
        (day("2025-11-02"), day("2025-11-02")),
        (day("2024-06-01"), day("2026-06-30")),
    ];
    for (from, to) in periods {
        assert_report(&root, &ledger(), from, to, ("fall", 2025)).await;
    }
}

type PaymentRow = (uuid::Uuid, String, String, Option<String>, Option<i32>, i64, Option<DateTime<Utc>>, bool);
type RefundRow = (uuid::Uuid, i64, DateTime<Utc>);

/// The demonstration's own payments, refunds and disputes: thousands, over terms.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn revenue_of_the_demonstration_is_what_its_payments_say(db: PgPool) {
    plant(&db).await;
    let uems = TestApp::with(db.clone(), &["--time-zone", "America/New_York"]);
    let root = uems.admin("rita").await;
    let payments: Vec<PaymentRow> = sqlx::query_as(
        "select id, currency, payment_type, semester, year, (amount * 100)::bigint, settled_at, disputed_at is not null
         from payments",
    )
    .fetch_all(&db)
    .await
    .unwrap();
    let refunds: Vec<RefundRow> = sqlx::query_as(
        "select payment_id, (amount * 100)::bigint, settled_at from refunds where status = 'succeeded'",
    )
    .fetch_all(&db)
    .await
    .unwrap();
    let moments: Vec<Option<String>> =
        payments.iter().map(|payment| payment.6.map(|at| at.to_rfc3339())).collect();
    let returned: Vec<String> = refunds.iter().map(|refund| refund.2.to_rfc3339()).collect();
    let ledger: Vec<Paid<'_>> = payments
        .iter()
        .zip(&moments)
        .map(|(payment, at)| {
            let (id, currency, kind, semester, year, cents, _, disputed) = payment;
            Paid {
                currency,
                kind,
                term: semester.as_deref().zip(*year),
                cents: *cents,
                at: at.as_deref(),
                back: refunds
                    .iter()
                    .zip(&returned)
                    .filter(|(refund, _)| refund.0 == *id)
                    .map(|(refund, at)| (refund.1, &**at, true))
                    .collect(),
                disputed: *disputed,
            }
        })
        .collect();
    let today = uems.app.today();
    let term = ledger.iter().find_map(|paid| paid.term).unwrap();
    let ago = |days| today - chrono::Days::new(days);
    let whole = (ago(700), today);
    for (from, to) in [whole, (ago(120), today), (ago(400), ago(200)), (ago(30), ago(30))] {
        assert_report(&root, &ledger, from, to, term).await;
    }
    let months = sums(&ledger, whole.0, whole.1, |_, day| Some(day.format("%Y-%m").to_string()));
    let all = sums(&ledger, whole.0, whole.1, |_, _| Some(()))[&()];
    let enough = all.come.1 > 100 && all.gone.1 > 0 && all.disputed.1 > 0 && months.len() > 2;
    assert!(enough, "{} payments, {} refunds, {} disputes", all.come.1, all.gone.1, all.disputed.1);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn without_payments_there_are_no_lines(db: PgPool) {
    let uems = TestApp::new(db);
    let report = uems.admin("root").await.get("/analytics/revenue").await.expect(200).body;
    for list in ["totals", "by_month", "by_type", "by_semester"] {
        assert_eq!(report[list], json!([]), "{list}");
    }
    let from: NaiveDate = report["from"].as_str().unwrap().parse().unwrap();
    assert_eq!(chrono::Datelike::day(&from), 1);
}

/// What the payer disputes is no revenue until the dispute is won, and then it is again, in the month it settled.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn disputed_money_is_no_revenue_until_it_is_won(db: PgPool) {
    let uems = TestApp::new(db);
    let (root, ada) = (uems.admin("root").await, uems.student("ada").await);
    let bank = Bank::of(&uems);
    let id = ada.paid(&bank, "250.00").await;
    let intent = ada.payment(&id).await["stripe_payment_intent_id"].as_str().unwrap().to_owned();
    let revenue = async || {
        let total = root.get("/analytics/revenue").await.expect(200).body["totals"][0].clone();
        let today = root.get("/analytics/dashboard").await.expect(200).body["revenue_today"][0].clone();
        assert_eq!(total, today, "all of it settled today");
        ["gross", "disputed", "net", "disputes"].map(|field| total[field].clone())
    };
    let untouched = [json!("250.00"), json!("0.00"), json!("250.00"), json!(0)];
    let gone = [json!("250.00"), json!("250.00"), json!("0.00"), json!(1)];
    assert_eq!(revenue().await, untouched);
    for (status, expected) in [("needs_response", &gone), ("won", &untouched), ("lost", &gone)] {
        bank.call("/test/disputes", &[("payment_intent", &intent), ("status", status)]).await.expect(200);
        bank.deliver().await;
        assert_eq!(revenue().await, *expected, "{status}");
    }
}
