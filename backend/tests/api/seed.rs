//! Demo data: the same every time, and nothing in it that the rules forbid.

use axum::http::Method;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sqlx::PgPool;
use uems::ids::UserId;
use uems::payments::{Options, reconcile};
use uems::seed::{self, SeedArgs, Summary};

use crate::payments::{Bank, PAYS, assert_books_agree};
use crate::support::{Actor, DOUBLE_BOOKED, TestApp, WRONG_COUNTERS};

const HASH: &str = "!demo";

fn now() -> DateTime<Utc> {
    // Registration windows are judged by the database's clock, so the data has to be of today.
    uems::app::Clock::default().now()
}

async fn plant(db: &PgPool, students: u32, courses: u32, now: DateTime<Utc>) -> Summary {
    let args = SeedArgs { students, courses, demo_passwords: false };
    seed::plant(db, &args, now, HASH).await.unwrap()
}

async fn number(db: &PgPool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(db).await.unwrap()
}

/// Everything seeded, as one hash; without what the database stamps itself.
async fn fingerprint(db: &PgPool) -> Vec<Option<String>> {
    let mut prints = vec![];
    for sql in [
        "select md5(string_agg(u::text, '|' order by u.id)) from
             (select id, email, password_hash, role, full_name, student_id, department from users) u",
        "select md5(string_agg(c::text, '|' order by c.id)) from
             (select id, code, section, name, description, teacher_id, capacity, enrolled_count, credits, semester, year,
                 schedule, room from courses) c",
        "select md5(string_agg(e::text, '|' order by e.id)) from enrollments e",
        "select md5(string_agg(e::text, '|' order by e.id)) from enrollment_events e",
        "select md5(string_agg(a::text, '|' order by a.id)) from attendance a",
        "select md5(string_agg(t::text, '|' order by t.year, t.semester)) from terms t",
        "select md5(string_agg(c::text, '|' order by c.id)) from charges c",
        "select md5(string_agg(p::text, '|' order by p.id)) from payments p",
        "select md5(string_agg(r::text, '|' order by r.id)) from refunds r",
        "select md5(string_agg(l::text, '|' order by l.id)) from ledger_postings l",
    ] {
        prints.push(sqlx::query_scalar(sql).fetch_one(db).await.unwrap());
    }
    prints
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn the_demo_university_keeps_every_rule(db: PgPool) {
    let made = plant(&db, 300, 60, now()).await;
    assert_eq!((made.students, made.courses), (300, 60));
    assert!(made.enrolled > 700 && made.waiting > 5, "{made:?}");
    assert_eq!(number(&db, WRONG_COUNTERS).await, 0);
    assert_eq!(number(&db, DOUBLE_BOOKED).await, 0);
    let busy_teachers = "select count(*) from courses a join courses b on a.teacher_id = b.teacher_id
        join meeting_clashes k on k.course_id = a.id and k.with_course_id = b.id";
    assert_eq!(number(&db, busy_teachers).await, 0);
    let waiting_beside_a_free_seat = "select count(*) from enrollments e join courses c on c.id = e.course_id
        where e.status = 'pending' and c.enrolled_count < c.capacity";
    assert_eq!(number(&db, waiting_beside_a_free_seat).await, 0);
    let without_event = "select count(*) from enrollments e where not exists
        (select from enrollment_events v where v.user_id = e.user_id and v.course_id = e.course_id)";
    assert_eq!(number(&db, without_event).await, 0);
    let unmarkable = "select count(*) from attendance a join enrollments e on e.id = a.enrollment_id
        join courses c on c.id = e.course_id join terms t on t.year = c.year and t.semester = c.semester
        where e.status not in ('enrolled', 'completed') or a.date not between t.starts_on and t.ends_on
            or a.date >= current_date or a.meeting > (select count(*) from course_meetings m where m.course_id = c.id
                and lower(m.minutes) / 1440 + 1 = extract(isodow from a.date) and m.dates @> a.date)";
    assert_eq!(number(&db, unmarkable).await, 0);
    for term in ["completed", "enrolled"] {
        let marked = format!(
            "select count(*) from attendance a join enrollments e on e.id = a.enrollment_id where e.status = '{term}'"
        );
        let marked: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(marked)).fetch_one(&db).await.unwrap();
        assert!(marked > 1000, "{term}: {marked}");
    }
    let open = "select count(*) from terms
        where registration_state(registration_opens_at, registration_closes_at) = 'open'";
    assert_eq!(number(&db, open).await, 1);
    let full = "select count(*) from courses where enrolled_count = capacity";
    assert!(number(&db, full).await > 0);
    let nearly_empty = "select count(*) from courses where enrolled_count * 2 < capacity";
    assert!(number(&db, nearly_empty).await > 0);
    assert_eq!(number(&db, "select count(*) from courses where code !~ '^[A-Z]{2,4}[0-9]{3}$'").await, 0);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn the_demo_accounts_have_something_to_show(db: PgPool) {
    plant(&db, 200, 40, now()).await;
    let usable = "select count(*) from users where password_hash <> '!'";
    assert_eq!(number(&db, usable).await, 3);
    let teaches = "select count(*) from courses c join users u on u.id = c.teacher_id
        join terms t on t.semester = c.semester and t.year = c.year
        where u.email = 'teacher@uems.test' and registration_state(registration_opens_at, registration_closes_at) = 'open'";
    assert!(number(&db, teaches).await >= 2);
    let places = "select count(*) from enrollments e join users u on u.id = e.user_id
        where u.email = 'student@uems.test' and e.status = ";
    let places = |status: &str| format!("{places}'{status}'");
    for (status, expected) in [("enrolled", 3), ("pending", 1)] {
        let count: i64 =
            sqlx::query_scalar(sqlx::AssertSqlSafe(places(status))).fetch_one(&db).await.unwrap();
        assert_eq!(count, expected, "{status}");
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn seeding_again_does_nothing(db: PgPool) {
    plant(&db, 50, 20, now()).await;
    let before = fingerprint(&db).await;
    let again = plant(&db, 300, 60, now()).await;
    assert!(again.already);
    assert_eq!(fingerprint(&db).await, before);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_university_in_use_is_left_alone(db: PgPool) {
    sqlx::query(
        "insert into courses (code, name, capacity, credits, semester, year, schedule)
         values ('CS101', 'Real course', 10, 4, 'fall', 2025, '{}')",
    )
    .execute(&db)
    .await
    .unwrap();
    let args = SeedArgs { students: 10, courses: 5, demo_passwords: false };
    let error = seed::plant(&db, &args, now(), HASH).await.unwrap_err().to_string();
    assert!(error.contains("courses in the database already"), "{error}");
    assert_eq!(number(&db, "select count(*) from users").await, 0);
}

/// The same arguments at the same time make the same data; `twin` is a second database.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn the_same_seed_makes_the_same_university(db: PgPool) {
    let moment = now() - TimeDelta::minutes(5);
    plant(&db, 120, 40, moment).await;
    let first = fingerprint(&db).await;
    sqlx::raw_sql(
        "set session_replication_role = replica;
         truncate users, courses, course_meetings, enrollments, enrollment_events, terms restart identity cascade;
         set session_replication_role = origin;
         alter sequence student_number restart; alter sequence waitlist_rank restart",
    )
    .execute(&db)
    .await
    .unwrap();
    plant(&db, 120, 40, moment).await;
    assert_eq!(fingerprint(&db).await, first);
}

/// Load tests start from this; it takes seconds, not minutes.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_large_university_is_made_in_seconds(db: PgPool) {
    let started = std::time::Instant::now();
    let made = plant(&db, 3_000, 400, now()).await;
    assert_eq!(made.students, 3_000);
    assert_eq!(number(&db, WRONG_COUNTERS).await, 0);
    assert_eq!(number(&db, DOUBLE_BOOKED).await, 0);
    eprintln!("3,000 students, 400 sections: {:?}", started.elapsed());
}

/// One of the demo accounts, signed in.
async fn account(uems: &TestApp, email: &str) -> Actor {
    let id: UserId = sqlx::query_scalar("select id from users where email = $1")
        .bind(email)
        .fetch_one(&uems.db)
        .await
        .unwrap();
    Actor { uems: uems.clone(), id, token: Some(uems.sign_in(id).await) }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn the_demo_money_is_the_same_in_the_providers_books(db: PgPool) {
    let made = plant(&db, 300, 60, now()).await;
    assert!(made.charges > 800 && made.payments > 600, "{made:?}");
    let uems = TestApp::new(db);
    assert_books_agree(&uems).await;
    let since = now() - TimeDelta::days(400);
    let options = Options { since, ..Options::days(&uems.app, 30, true) };
    let done = reconcile(&uems.app, &options).await.unwrap();
    assert_eq!(done.findings.len(), 0, "{:?}", done.findings);
    assert_eq!(done.payments_compared as usize, made.payments);
    let disputed = "select count(*) from payments where disputed_at is not null and status = 'succeeded'";
    assert!(uems.count(disputed).await > 0);
    // An admin who charges the term finds nobody left.
    let root = account(&uems, seed::ADMIN).await;
    let body = json!({ "kind": "tuition", "basis": "per_credit", "amount": "320.50" });
    let term = "select semester || ' ' || year from terms where now() between registration_opens_at and registration_closes_at";
    let term: String = sqlx::query_scalar(term).fetch_one(&uems.db).await.unwrap();
    let (semester, year) = term.split_once(' ').unwrap();
    let mut body = body;
    body["semester"] = json!(semester);
    body["year"] = json!(year.parse::<i32>().unwrap());
    let assessed = root.post("/charges/assess", body).await.expect(200).body;
    assert_eq!((&assessed["charged"], &assessed["credits_changed"]), (&json!(0), &json!(0)));
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn the_demo_student_has_paid_got_back_and_can_pay_with_another_card(db: PgPool) {
    plant(&db, 300, 60, now()).await;
    let uems = TestApp::new(db);
    let (maya, bank) = (account(&uems, seed::STUDENT).await, Bank::of(&uems));
    let owed = maya.balance().await;
    let listed = maya.get("/payments").await.expect(200).body;
    let payments = listed["items"].as_array().unwrap();
    assert!(
        payments
            .iter()
            .any(|payment| payment["status"] == "succeeded" && payment["refunded_amount"] != "0.00")
    );
    let failed = payments.iter().find(|payment| payment["status"] == "failed").unwrap();
    let id = failed["id"].as_str().unwrap();
    let ticket = maya.call(Method::POST, &format!("/payments/{id}/retry"), None, &[]).await.expect(200).body;
    bank.confirm(&ticket, PAYS).await.expect(200);
    bank.deliver().await;
    assert_eq!(maya.payment(id).await["status"], "succeeded");
    let amount = |text: &str| text.parse::<rust_decimal::Decimal>().unwrap();
    let left = amount(&owed) - amount(failed["amount"].as_str().unwrap());
    assert_eq!(amount(&maya.balance().await), left);
    assert!(left > rust_decimal::Decimal::ZERO, "tuition is still to be paid");
    assert_books_agree(&uems).await;
}
