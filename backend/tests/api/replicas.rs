//! Real `uems serve` processes on the test's database, spoken to over HTTP.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::{Value, json};
use sqlx::{ConnectOptions, PgPool};
use uems::ids::CourseId;

use crate::support::Actor;

/// A server process; ended, by its own pid, when the test ends.
pub struct Replica {
    child: Child,
    pub url: String,
    db: String,
    flags: Vec<String>,
}

impl Replica {
    pub async fn start(db: &PgPool) -> Self {
        Self::with(db, &[]).await
    }

    /// With settings of its own.
    pub async fn with(db: &PgPool, flags: &[String]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let listen = format!("127.0.0.1:{port}");
        let own = ["--listen", &listen, "--log", "off"].map(str::to_owned);
        // A setting may be given once.
        let pool = ["--db-connections", "12"].map(str::to_owned);
        let pool = if flags.contains(&pool[0]) { &[][..] } else { &pool[..] };
        let (flags, db) = ([&own, pool, flags].concat(), db.connect_options().to_url_lossy().to_string());
        let replica = Self { child: spawn(&db, &flags), url: format!("http://{listen}"), db, flags };
        replica.ready().await;
        replica
    }

    async fn ready(&self) {
        let started = Instant::now();
        loop {
            let ready = crate::support::client().get(format!("{}/health/ready", self.url)).send().await;
            if ready.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            assert!(started.elapsed() < Duration::from_secs(60), "the replica does not become ready");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.die();
    }

    /// `kill -9`, to be started [`Self::again`].
    pub fn die(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts anew on the same address, with the same settings.
    pub async fn again(&mut self) {
        self.child = spawn(&self.db, &self.flags);
        self.ready().await;
    }
}

fn spawn(db: &str, flags: &[String]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_uems"));
    command.arg("serve").args(flags).env("DATABASE_URL", db).stdout(Stdio::null());
    command.spawn().unwrap()
}

impl Drop for Replica {
    fn drop(&mut self) {
        // Already gone is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Status (0: no answer) and body of a request to a replica.
pub async fn send(
    client: &Client,
    method: reqwest::Method,
    url: String,
    actor: &Actor,
    body: Option<Value>,
) -> (u16, Value) {
    let mut request = client.request(method, url).bearer_auth(actor.token.as_deref().unwrap_or_default());
    if let Some(body) = body {
        request = request.json(&body);
    }
    match request.send().await {
        Ok(answer) => (answer.status().as_u16(), answer.json().await.unwrap_or_default()),
        Err(_) => (0, Value::Null),
    }
}

pub async fn enroll(
    client: &Client,
    replica: &str,
    actor: &Actor,
    course: CourseId,
    waitlist: bool,
) -> (u16, Value) {
    let body = waitlist.then(|| json!({ "waitlist": true }));
    send(client, reqwest::Method::POST, format!("{replica}/api/v1/courses/{course}/enroll"), actor, body)
        .await
}

pub async fn drop_enrollment(
    client: &Client,
    replica: &str,
    actor: &Actor,
    course: CourseId,
    enrollment: &str,
) -> (u16, Value) {
    let url = format!("{replica}/api/v1/courses/{course}/enroll/{enrollment}");
    send(client, reqwest::Method::DELETE, url, actor, None).await
}
