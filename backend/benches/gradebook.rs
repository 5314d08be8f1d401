//! A gradebook of 500 students and 40 assignments, and a cart of five; every figure stands beside another of the same run.
//!
//! `make bench`. Requests go through the router, in this process, without a socket; the client's part (writing a body,
//! reading the answer) is in the times. Sizes: UEMS_BENCH_ROUNDS (15), UEMS_BENCH_CARTS (200).

#![expect(clippy::unwrap_used, reason = "a benchmark stops where something goes wrong, as the tests do")]

#[path = "../tests/api/large.rs"]
mod large;
#[path = "../tests/api/statements.rs"]
mod statements;
#[expect(dead_code, reason = "the tests' actors; a bench uses some of their verbs")]
#[path = "../tests/api/support.rs"]
mod support;

use std::str::FromStr;
use std::time::{Duration, Instant};

use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};
use uems::ids::CourseId;

use large::Large;
use statements::counted;
use support::{Actor, Answer, TestApp};

/// Statements are counted on one thread.
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let Ok(url) = std::env::var("DATABASE_URL") else {
        eprintln!("SKIPPED: the benchmark needs DATABASE_URL; run it as `make bench`");
        return;
    };
    let server = PgConnectOptions::from_str(&url).expect("DATABASE_URL");
    let name = format!("uems_bench_marks_{}", std::process::id());
    let mut maintenance = server.connect().await.expect("a PostgreSQL");
    sqlx::query(sqlx::AssertSqlSafe(format!("create database {name}")))
        .execute(&mut maintenance)
        .await
        .expect("a database");
    let db = PgPoolOptions::new()
        .max_connections(4)
        .connect_with(server.database(&name))
        .await
        .expect("the database");
    uems::MIGRATOR.run(&db).await.expect("migrations");
    let uems = TestApp::new(db.clone());

    let rounds = setting("UEMS_BENCH_ROUNDS", 15);
    let few = gradebook(&uems, 50, rounds).await;
    let many = gradebook(&uems, 500, rounds).await;
    for (what, few, many) in few.iter().zip(&many).map(|(few, many)| (few.0, few.1, many.1)) {
        println!("statements to {what:<40} {few:>3} for 50 students, {many:>3} for 500");
        assert_eq!(few, many, "the number of statements grows with the class");
    }
    carts(&uems, setting("UEMS_BENCH_CARTS", 200)).await;

    drop(uems);
    db.close().await;
    sqlx::query(sqlx::AssertSqlSafe(format!("drop database {name} with (force)")))
        .execute(&mut maintenance)
        .await
        .expect("clean-up");
    maintenance.close().await.expect("clean-up");
}

fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// A request's answer, how long it took and how many statements; the caller's session was looked up a moment before.
async fn measured(actor: &Actor, request: impl Future<Output = Answer>) -> (Answer, Duration, usize) {
    actor.get("/auth/me").await.expect(200);
    let started = Instant::now();
    let (answer, statements) = counted(request).await;
    (answer.expect(200), started.elapsed(), statements)
}

fn told(what: &str, ours: Duration, bare: Duration, beside: &str) {
    let ratio = ours.as_secs_f64() / bare.as_secs_f64();
    println!("    {what:<58} {ours:>8.1?}, {ratio:>5.2} x {beside} ({bare:.1?})");
}

/// What each act took, in statements.
async fn gradebook(uems: &TestApp, students: usize, rounds: usize) -> Vec<(&'static str, usize)> {
    let class = Large::of(uems, &format!("size{students}"), students, 40).await;
    println!("gradebook of {students} students x 40 assignments:");
    let (import, refuse) = import(uems, &class).await;
    sqlx::query("analyze").execute(&uems.db).await.expect("statistics");
    let (save, read) = (save(uems, &class, rounds).await, read(uems, &class, rounds).await);
    vec![
        ("save a column", save),
        ("read the whole of it", read),
        ("import a file with bad cells", import),
        ("refuse that file as a whole", refuse),
    ]
}

/// A file with one bad cell of a hundred: nothing of it, then the rest of it.
async fn import(uems: &TestApp, class: &Large) -> (usize, usize) {
    let file = class.file(true);
    let cells = class.enrollments.len() * class.columns.len();
    let (nothing, refused, refuse) =
        measured(&class.tina, class.import("?apply=true&all_or_nothing=true", &file.text)).await;
    file.assert_named(&nothing.body);
    assert_eq!(marks(uems, class).await, 0, "all or nothing");
    let (most, took, import) = measured(&class.tina, class.import("?apply=true", &file.text)).await;
    file.assert_named(&most.body);
    assert_eq!(marks(uems, class).await as usize, cells - file.bad.len(), "the rest");
    let bare = bare_inserts(uems, class, cells).await;
    let bad = file.bad.len();
    told(
        &format!("file of {cells} cells, {bad} bad ones named, the rest written"),
        took,
        bare,
        "bare inserts",
    );
    told(
        &format!("file of {cells} cells, {bad} bad ones named, nothing written"),
        refused,
        bare,
        "bare inserts",
    );
    (import, refuse)
}

/// A new mark for everybody in one column.
async fn save(uems: &TestApp, class: &Large, rounds: usize) -> usize {
    let (mut times, mut bare, mut statements) = (vec![], vec![], 0);
    // Column 0 has holes from the file; their versions differ.
    let book = class.tina.get(&class.path("")).await.expect(200).body;
    let mut body = class.column(0, "1", None);
    for (cell, row) in
        body["cells"].as_array_mut().unwrap().iter_mut().zip(book["students"].as_array().unwrap())
    {
        cell["version"] = row["cells"][0]["version"].clone();
    }
    for round in 0..rounds {
        for cell in body["cells"].as_array_mut().unwrap() {
            cell["score"] = json!(format!("{}.{:02}", 1 + round % 8, round));
        }
        let sent = body.clone();
        let (saved, took, count) = measured(&class.tina, class.tina.put(&class.path("/bulk"), sent)).await;
        assert_eq!(saved.body["written"], class.enrollments.len(), "{}", saved.text);
        for (cell, told) in
            body["cells"].as_array_mut().unwrap().iter_mut().zip(saved.body["cells"].as_array().unwrap())
        {
            cell["version"] = told["version"].clone();
        }
        times.push(took);
        statements = count;
        bare.push(bare_inserts(uems, class, class.enrollments.len()).await);
    }
    told(&format!("save of {} cells", class.enrollments.len()), median(times), median(bare), "bare inserts");
    statements
}

async fn read(uems: &TestApp, class: &Large, rounds: usize) -> usize {
    let (mut times, mut bare, mut statements) = (vec![], vec![], 0);
    for _ in 0..rounds {
        let (book, took, count) = measured(&class.tina, class.tina.get(&class.path(""))).await;
        assert_eq!(book.body["students"].as_array().unwrap().len(), class.enrollments.len());
        times.push(took);
        statements = count;
        let started = Instant::now();
        let rows = sqlx::query("select id, enrollment_id, assignment_name, score, comments, version from grades where course_id = $1")
            .bind(class.course).fetch_all(&uems.db).await.expect("marks");
        bare.push(started.elapsed());
        assert!(!rows.is_empty());
    }
    told("read, all of it in one answer", median(times), median(bare), "a bare select of its marks");
    statements
}

async fn marks(uems: &TestApp, class: &Large) -> i64 {
    uems.count(&format!("select count(*) from grades where course_id = '{}'", class.course)).await
}

/// As many marks in one transaction, an insert each, past the program; nothing of it stays.
async fn bare_inserts(uems: &TestApp, class: &Large, count: usize) -> Duration {
    let mut tx = uems.db.begin().await.expect("a transaction");
    sqlx::query("insert into assignments (course_id, name, assignment_type, max_score) select $1, 'Bare ' || n, 'quiz', 10 from generate_series(1, $2) n")
        .bind(class.course)
        .bind(count.div_ceil(class.enrollments.len()) as i32)
        .execute(&mut *tx)
        .await
        .expect("columns");
    let places: Vec<uuid::Uuid> = class.enrollments.iter().map(|id| id.parse().unwrap()).collect();
    let started = Instant::now();
    for number in 0..count {
        sqlx::query("insert into grades (enrollment_id, course_id, assignment_name, score, graded_by) values ($1, $2, $3, 7.5, $4)")
            .bind(places[number % places.len()])
            .bind(class.course)
            .bind(format!("Bare {}", number / places.len() + 1))
            .bind(class.tina.id)
            .execute(&mut *tx)
            .await
            .expect("an insert");
    }
    let took = started.elapsed();
    tx.rollback().await.expect("a rollback");
    took
}

/// Five sections in a cart, and five enrolments one after the other.
async fn carts(uems: &TestApp, count: usize) {
    let mut sections: Vec<CourseId> = vec![];
    for hour in 8..13 {
        sections.push(
            uems.course("CA101", 9999, json!({ "monday": [format!("{hour:02}:00-{hour:02}:50")] })).await,
        );
    }
    let (mut cart, mut single, mut statements) = (vec![], vec![], (0, 0));
    for number in 0..count {
        let (ada, bob) =
            (uems.student(&format!("cart{number}")).await, uems.student(&format!("single{number}")).await);
        for student in [&ada, &bob] {
            student.get("/auth/me").await.expect(200);
        }
        let started = Instant::now();
        let (answer, of_cart) = counted(ada.cart(&sections)).await;
        answer.expect(201);
        cart.push(started.elapsed());
        let started = Instant::now();
        let ((), of_single) = counted(async {
            for course in &sections {
                bob.enroll(*course).await.expect(201);
            }
        })
        .await;
        single.push(started.elapsed());
        statements = (of_cart, of_single);
    }
    println!("five sections, {count} students each way:");
    told("in one cart", median(cart), median(single), "five enrolments one by one");
    println!("    statements: {} for the cart, {} for five enrolments", statements.0, statements.1);
    uems.assert_sound().await;
}
