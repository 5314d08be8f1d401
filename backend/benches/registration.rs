//! Registration day at full size, through two server processes; every figure stands beside another of the same run.
//!
//! `make bench`. Sizes: UEMS_BENCH_RACES (20), UEMS_BENCH_STUDENTS (3000).

#![expect(clippy::unwrap_used, reason = "a benchmark stops where something goes wrong, as the tests do")]

#[expect(dead_code, reason = "the tests' actors; a bench uses some of their verbs")]
#[path = "../tests/api/replicas.rs"]
mod replicas;
#[expect(dead_code, reason = "the tests' actors; a bench uses some of their verbs")]
#[path = "../tests/api/support.rs"]
mod support;

use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::{Client, Method};
use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use uems::ids::{CourseId, UserId};

use replicas::{Replica, drop_enrollment, enroll, send};
use support::{Actor, TestApp};

#[tokio::main]
async fn main() {
    let Ok(url) = std::env::var("DATABASE_URL") else {
        eprintln!("SKIPPED: the benchmark needs DATABASE_URL; run it as `make bench`");
        return;
    };
    let server = PgConnectOptions::from_str(&url).expect("DATABASE_URL");
    let name = format!("uems_bench_{}", std::process::id());
    let mut maintenance = server.connect().await.expect("a PostgreSQL");
    sqlx::query(sqlx::AssertSqlSafe(format!("create database {name}")))
        .execute(&mut maintenance)
        .await
        .expect("a database");
    let db = PgPoolOptions::new()
        .max_connections(32)
        .connect_with(server.database(&name))
        .await
        .expect("the database");
    uems::MIGRATOR.run(&db).await.expect("migrations");
    let uems = TestApp::new(db.clone());
    let replicas = [Replica::start(&db).await, Replica::start(&db).await];
    let urls: Arc<Vec<String>> = Arc::new(replicas.iter().map(|replica| replica.url.clone()).collect());

    one_seat(&uems, &urls, setting("UEMS_BENCH_RACES", 20)).await;
    twenty_clashes(&uems, &urls).await;
    whole_university(&uems, &urls, setting("UEMS_BENCH_STUDENTS", 3000)).await;
    storm(&uems, &urls).await;
    catalogue(&uems, &urls).await;
    uems.assert_sound().await;

    drop(replicas);
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

fn percentile(mut times: Vec<Duration>, percent: usize) -> Duration {
    times.sort_unstable();
    times.get((times.len() * percent / 100).min(times.len().saturating_sub(1))).copied().unwrap_or_default()
}

/// Students with tokens, made in bulk.
async fn students(uems: &TestApp, prefix: &str, count: usize) -> Vec<Actor> {
    let ids: Vec<UserId> = sqlx::query_scalar(
        "insert into users (email, password_hash, role, full_name, student_id)
         select $1 || n || '@bench.test', '!', 'student', 'Student ' || n, $1 || n from generate_series(1, $2) n returning id",
    )
    .bind(prefix)
    .bind(count as i32)
    .fetch_all(&uems.db)
    .await
    .expect("students");
    let mut actors = vec![];
    for id in ids {
        actors.push(Actor { uems: uems.clone(), id, token: Some(uems.sign_in(id).await) });
    }
    actors
}

/// 500 students for one seat, again and again; beside it, the same race as one guarded UPDATE each, without a server.
async fn one_seat(uems: &TestApp, urls: &Arc<Vec<String>>, races: usize) {
    let everybody = students(uems, "race", 500).await;
    let client = crate::support::client();
    let (mut ours, mut bare) = (vec![], vec![]);
    for _ in 0..races {
        let course = uems.monday("RC101", 1, "07:00-08:00").await;
        let started = Instant::now();
        let mut race = JoinSet::new();
        for (number, student) in everybody.iter().cloned().enumerate() {
            let (client, urls) = (client.clone(), urls.clone());
            race.spawn(async move { enroll(&client, &urls[number % 2], &student, course, false).await.0 });
        }
        let statuses = race.join_all().await;
        ours.push(started.elapsed());
        let granted = statuses.iter().filter(|status| **status == 201).count();
        let refused = statuses.iter().filter(|status| **status == 409).count();
        assert_eq!((granted, refused), (1, 499), "oversold, or an answer other than 201 and 409");
        let winner: UserId = sqlx::query_scalar(
            "select user_id from enrollments where course_id = $1 and status = 'enrolled'",
        )
        .bind(course)
        .fetch_one(&uems.db)
        .await
        .expect("the winner");
        let winner = everybody.iter().find(|student| student.id == winner).expect("one of them");
        winner.drop_course(course).await.expect(200);

        let course = uems.monday("RC102", 1, "07:00-08:00").await;
        let started = Instant::now();
        let mut race = JoinSet::new();
        for _ in 0..500 {
            let db = uems.db.clone();
            race.spawn(async move {
                sqlx::query("update courses set enrolled_count = enrolled_count + 1 where id = $1 and enrolled_count < capacity")
                    .bind(course).execute(&db).await.expect("an update").rows_affected()
            });
        }
        assert_eq!(race.join_all().await.iter().sum::<u64>(), 1);
        bare.push(started.elapsed());
        sqlx::query("update courses set enrolled_count = 0 where id = $1")
            .bind(course)
            .execute(&uems.db)
            .await
            .expect("reset");
    }
    let (ours, bare) = (median(ours), median(bare));
    println!(
        "500 students, 1 seat, 2 replicas, {races} races: exactly 1 granted each time; median {ours:.0?}"
    );
    println!(
        "    the same as 500 bare guarded updates: {bare:.0?}; ratio {:.1}",
        ours.as_secs_f64() / bare.as_secs_f64()
    );
}

/// 100 students, each with 20 simultaneous requests into 20 clashing sections.
async fn twenty_clashes(uems: &TestApp, urls: &Arc<Vec<String>>) {
    let mut courses = vec![];
    for _ in 0..20 {
        courses.push(uems.monday("TC101", 500, "05:00-06:00").await);
    }
    let client = crate::support::client();
    let started = Instant::now();
    for student in students(uems, "clash", 100).await {
        let mut race = JoinSet::new();
        for (number, course) in courses.iter().copied().enumerate() {
            let (client, urls, student) = (client.clone(), urls.clone(), student.clone());
            race.spawn(async move { enroll(&client, &urls[number % 2], &student, course, false).await.0 });
        }
        let statuses = race.join_all().await;
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1);
        assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 19);
    }
    println!(
        "100 students x 20 simultaneous clashing requests: exactly 1 granted each; {:.1?} in all",
        started.elapsed()
    );
}

/// Everybody takes five sections; beside it, the statements of an enrolment alone, without HTTP and rules.
async fn whole_university(uems: &TestApp, urls: &Arc<Vec<String>>, count: usize) {
    let times = ["08:00-09:00", "09:00-10:00", "10:00-11:00", "11:00-12:00", "12:00-13:00"];
    let mut courses: Vec<Vec<CourseId>> = vec![];
    for day in ["tuesday", "wednesday", "thursday", "friday"] {
        for time in times {
            let mut parallel = vec![];
            for _ in 0..(count / 150 + 1) {
                parallel.push(uems.course("UN101", 500, json!({ day: [time] })).await);
            }
            courses.push(parallel);
        }
    }
    let everybody = students(uems, "uni", count).await;
    let client = crate::support::client();
    let at_once = Arc::new(Semaphore::new(64));
    let started = Instant::now();
    let mut rush = JoinSet::new();
    for (number, student) in everybody.iter().cloned().enumerate() {
        let picks: Vec<CourseId> = (0..5)
            .map(|pick| {
                let slot = &courses[(number + pick * 4) % 20];
                slot[(number / 20) % slot.len()]
            })
            .collect();
        let (client, urls, at_once) = (client.clone(), urls.clone(), at_once.clone());
        rush.spawn(async move {
            let _turn = at_once.acquire_owned().await.expect("open");
            let mut times = vec![];
            for course in picks {
                let asked = Instant::now();
                let (status, body) = enroll(&client, &urls[number % 2], &student, course, false).await;
                assert_eq!(status, 201, "{body}");
                times.push(asked.elapsed());
            }
            times
        });
    }
    let times = rush.join_all().await.concat();
    let took = started.elapsed();
    let rate = times.len() as f64 / took.as_secs_f64();
    println!(
        "{count} students x 5 sections: {} enrolments in {took:.1?}, {rate:.0}/s; p50 {:.0?}, p99 {:.0?}",
        times.len(),
        median(times.clone()),
        percentile(times.clone(), 99)
    );

    let bare = bare_enrolments(uems, &courses.concat()).await;
    println!(
        "    the same inserts alone, 16 connections, no HTTP, no rules: {bare:.0}/s; ratio {:.2}",
        rate / bare
    );
}

async fn bare_enrolments(uems: &TestApp, courses: &[CourseId]) -> f64 {
    let everybody = students(uems, "bare", 1000).await;
    let at_once = Arc::new(Semaphore::new(16));
    let started = Instant::now();
    let mut rush = JoinSet::new();
    for (number, student) in everybody.into_iter().enumerate() {
        let (db, course, at_once) = (uems.db.clone(), courses[number % courses.len()], at_once.clone());
        rush.spawn(async move {
            let _turn = at_once.acquire_owned().await.expect("open");
            let mut tx = db.begin().await.expect("a transaction");
            for sql in [
                "insert into enrollments (user_id, course_id, status) values ($1, $2, 'enrolled')",
                "insert into enrollment_events (user_id, course_id, event) values ($1, $2, 'enrolled')",
            ] {
                sqlx::query(sql).bind(student.id).bind(course).execute(&mut *tx).await.expect("an insert");
            }
            sqlx::query("update courses set enrolled_count = enrolled_count + 1 where id = $1")
                .bind(course)
                .execute(&mut *tx)
                .await
                .expect("an update");
            tx.commit().await.expect("a commit");
        });
    }
    rush.join_all().await;
    1000.0 / started.elapsed().as_secs_f64()
}

/// 200 students enrol, wait and drop over 12 small sections while an admin changes the capacities.
async fn storm(uems: &TestApp, urls: &Arc<Vec<String>>) {
    let mut courses = vec![];
    for hour in 0..12 {
        courses.push(
            uems.course(
                "ST101",
                8,
                json!({ "saturday": [format!("{:02}:00-{:02}:30", 8 + hour, 9 + hour)] }),
            )
            .await,
        );
    }
    let courses = Arc::new(courses);
    let registrar = uems.admin("bench-registrar").await;
    let client = crate::support::client();
    let started = Instant::now();
    let mut rush = JoinSet::new();
    for (number, student) in students(uems, "storm", 200).await.into_iter().enumerate() {
        let (client, urls, courses) = (client.clone(), urls.clone(), courses.clone());
        rush.spawn(async move {
            let mut held: Vec<(CourseId, String)> = vec![];
            for step in 0..30 {
                let course = courses[(number * 7 + step * 5) % 12];
                let url = &urls[(number + step) % 2];
                if step % 3 == 2
                    && let Some((course, id)) = held.pop()
                {
                    let (status, body) = drop_enrollment(&client, url, &student, course, &id).await;
                    assert!(matches!(status, 200 | 503), "{status} {body}");
                } else {
                    let (status, body) = enroll(&client, url, &student, course, step % 2 == 0).await;
                    assert!(matches!(status, 201 | 202 | 409 | 503), "{status} {body}");
                    held.extend(
                        body["id"].as_str().filter(|_| status < 300).map(|id| (course, id.to_owned())),
                    );
                }
            }
        });
    }
    let mut round = 0;
    while tokio::time::timeout(Duration::from_millis(200), async {
        while rush.join_next().await.is_some() {}
    })
    .await
    .is_err()
    {
        round += 1;
        let course = courses[round % 12];
        let url = format!("{}/api/v1/courses/{course}", urls[round % 2]);
        send(&client, Method::PUT, url, &registrar, Some(json!({ "capacity": 4 + round % 9 }))).await;
        uems.assert_sound().await;
    }
    let promoted = uems.count("select count(*) from enrollment_events where event = 'promoted'").await;
    println!(
        "storm of 200 students x 30 steps, {round} soundness checks meanwhile: sound; {promoted} promotions, {:.1?}",
        started.elapsed()
    );
}

/// Searching 8,432 sections; beside it, a request that only asks who the caller is.
async fn catalogue(uems: &TestApp, urls: &Arc<Vec<String>>) {
    sqlx::query(
        "insert into courses (code, section, name, capacity, credits, semester, year, schedule, description)
         select (array['CSE', 'MATH', 'BIO', 'HIST', 'PHYS'])[1 + n % 5] || (100 + n / 50), to_char(n % 50, 'FM000'),
             (array['Introduction to', 'Advanced', 'Topics in', 'Seminar on'])[1 + n % 4] || ' ' || md5(n::text),
             30 + n % 200, 4, 'spring', 2025,
             jsonb_build_object((array['monday', 'tuesday', 'wednesday', 'thursday', 'friday'])[1 + n % 5],
                 jsonb_build_array(to_char(8 + n % 10, 'FM00') || ':00-' || to_char(9 + n % 10, 'FM00') || ':20')),
             repeat('What the course is about. ', 20)
         from generate_series(1, 8432) n",
    )
    .execute(&uems.db)
    .await
    .expect("a catalogue");
    sqlx::query("analyze").execute(&uems.db).await.expect("statistics");
    let student = &students(uems, "search", 1).await[0];
    for n in ["tuesday", "thursday"] {
        student.enroll(uems.course("CX101", 50, json!({ n: ["09:00-12:00"] })).await).await.expect(201);
    }
    let client = crate::support::client();
    let baseline = time_of(&client, urls, student, "/auth/me").await;
    println!("catalogue of 8,432 sections (who am I: p50 {:.1?})", median(baseline.clone()));
    for query in [
        "semester=spring&year=2025",
        "semester=spring&year=2025&q=cse",
        "semester=spring&year=2025&q=topics%20math",
        "semester=spring&year=2025&day=monday&open=true",
        "semester=spring&year=2025&sort=-time&page=100",
        "semester=spring&year=2025&sort=seats",
        "semester=spring&year=2025&fits=true",
        "q=zzzz",
    ] {
        let times = time_of(&client, urls, student, &format!("/courses?{query}")).await;
        let ratio = median(times.clone()).as_secs_f64() / median(baseline.clone()).as_secs_f64();
        println!(
            "    {query:<50} p50 {:>7.1?}  p99 {:>7.1?}  {ratio:>5.1} x who am I",
            median(times.clone()),
            percentile(times, 99)
        );
    }
}

async fn time_of(client: &Client, urls: &Arc<Vec<String>>, student: &Actor, path: &str) -> Vec<Duration> {
    let mut times = vec![];
    for number in 0..60 {
        let asked = Instant::now();
        let (status, body) =
            send(client, Method::GET, format!("{}/api/v1{path}", urls[number % 2]), student, None).await;
        assert_eq!(status, 200, "{body}");
        times.push(asked.elapsed());
    }
    times
}
