//! What metrics and the log cost those who read: two server processes on one database, one with both and one with neither,
//! asked in turn; the ratio is of the same run.
//!
//! `make bench`. Size: UEMS_BENCH_ROUNDS (40), each of 50 requests to either.

#![expect(clippy::unwrap_used, reason = "a benchmark stops where something goes wrong, as the tests do")]

#[expect(dead_code, reason = "the tests' actors; a bench uses some of their verbs")]
#[path = "../tests/api/replicas.rs"]
mod replicas;
#[expect(dead_code, reason = "the tests' actors; a bench uses some of their verbs")]
#[path = "../tests/api/support.rs"]
mod support;

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::str::FromStr;
use std::time::{Duration, Instant};

use reqwest::{Client, Method};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgPool};

use replicas::send;
use support::{Actor, TestApp};

const AT_ONCE: usize = 50;

/// A server, and what asking it took.
struct Side {
    child: Child,
    url: String,
    times: Vec<Duration>,
    cpu: Duration,
}

impl Side {
    async fn start(db: &PgPool, flags: &[&str], log: Stdio) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(env!("CARGO_BIN_EXE_uems"));
        command.args(["serve", "--listen", &format!("127.0.0.1:{port}")]).args(flags).stdout(log);
        command.env("DATABASE_URL", db.connect_options().to_url_lossy().as_str());
        let url = format!("http://127.0.0.1:{port}");
        let side = Self { child: command.spawn().unwrap(), url, times: vec![], cpu: Duration::ZERO };
        for _ in 0..1200 {
            let ready = support::client().get(format!("{}/health/ready", side.url)).send().await;
            if ready.is_ok_and(|answer| answer.status().is_success()) {
                return side;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the server does not become ready");
    }

    async fn ask(&mut self, client: &Client, reader: &Actor, path: &str) {
        let before = self.cpu_time();
        for _ in 0..AT_ONCE {
            let asked = Instant::now();
            let url = format!("{}{path}", self.url);
            assert_eq!(send(client, Method::GET, url, reader, None).await.0, 200);
            self.times.push(asked.elapsed());
        }
        self.cpu += self.cpu_time() - before;
    }

    /// What the process spent on CPU so far, as the kernel counts it: in nanoseconds, thread by thread.
    fn cpu_time(&self) -> Duration {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        let spent = |task: std::fs::DirEntry| {
            let text = std::fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
            text.split(' ').next().and_then(|text| text.parse().ok()).unwrap_or(0)
        };
        Duration::from_nanos(tasks.map(Result::unwrap).map(spent).sum())
    }

    fn cpu_each(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.times.len() as f64
    }

    fn median(&self) -> f64 {
        let mut times = self.times.clone();
        times.sort_unstable();
        times[times.len() / 2].as_secs_f64() * 1e6
    }

    fn forget(&mut self) {
        self.times.clear();
        self.cpu = Duration::ZERO;
    }
}

impl Drop for Side {
    fn drop(&mut self) {
        // Already gone is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::main]
async fn main() {
    let Ok(url) = std::env::var("DATABASE_URL") else {
        eprintln!("SKIPPED: the benchmark needs DATABASE_URL; run it as `make bench`");
        return;
    };
    let server = PgConnectOptions::from_str(&url).expect("DATABASE_URL");
    let name = format!("uems_bench_{}", std::process::id());
    let mut maintenance = server.connect().await.expect("a PostgreSQL");
    let create = format!("create database {name}");
    sqlx::query(sqlx::AssertSqlSafe(create)).execute(&mut maintenance).await.expect("a database");
    let options = PgPoolOptions::new().max_connections(8);
    let db = options.connect_with(server.database(&name)).await.expect("the database");
    uems::MIGRATOR.run(&db).await.expect("migrations");
    let uems = TestApp::new(db.clone());
    let reader = uems.student("reader").await;
    fill(&uems).await;

    let log = tempfile::NamedTempFile::new().unwrap();
    let on = ["--log", "info", "--log-format", "json", "--enable-metrics", "true"];
    let off = ["--log", "off", "--enable-metrics", "false"];
    let mut on = Side::start(&db, &on, log.reopen().unwrap().into()).await;
    let mut off = Side::start(&db, &off, Stdio::null()).await;
    let client = support::client();
    let rounds = std::env::var("UEMS_BENCH_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(40);
    println!("metrics and log, on against off ({} requests each)", rounds * AT_ONCE);
    for path in ["/health/live", "/api/v1/auth/me", "/api/v1/courses?q=topics&page_size=20"] {
        for round in 0..=rounds {
            let (first, second) = if round % 2 == 0 { (&mut on, &mut off) } else { (&mut off, &mut on) };
            first.ask(&client, &reader, path).await;
            second.ask(&client, &reader, path).await;
            if round == 0 {
                // The first round warms caches and connections.
                on.forget();
                off.forget();
            }
        }
        println!(
            "    {path:<38} p50 {:>6.0} us / {:>6.0} us = {:>4.2}    CPU {:>6.0} us / {:>6.0} us = {:>4.2}",
            on.median(),
            off.median(),
            on.median() / off.median(),
            on.cpu_each(),
            off.cpu_each(),
            on.cpu_each() / off.cpu_each()
        );
        on.forget();
        off.forget();
    }
    let written = std::fs::metadata(log.path()).unwrap().len();
    println!("    {written} bytes of log");

    drop((on, off, uems));
    db.close().await;
    let remove = format!("drop database {name} with (force)");
    sqlx::query(sqlx::AssertSqlSafe(remove)).execute(&mut maintenance).await.expect("clean-up");
    maintenance.close().await.expect("clean-up");
}

/// A catalogue of the size of a university's.
async fn fill(uems: &TestApp) {
    sqlx::query(
        "insert into courses (code, section, name, capacity, credits, semester, year, schedule, description)
         select (array['CSE', 'MATH', 'BIO', 'HIST', 'PHYS'])[1 + n % 5] || (100 + n / 50), to_char(n % 50, 'FM000'),
             (array['Introduction to', 'Advanced', 'Topics in', 'Seminar on'])[1 + n % 4] || ' ' || md5(n::text),
             30 + n % 200, 4, 'fall', 2025, '{}', repeat('What the course is about. ', 20)
         from generate_series(1, 8432) n",
    )
    .execute(&uems.db)
    .await
    .expect("a catalogue");
    sqlx::query("analyze").execute(&uems.db).await.expect("statistics");
}
