//! What a whole server writes to its log: every line in the shape of the design, nothing that no log may show.

use std::collections::BTreeSet;
use std::io::Read;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use regex::Regex;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use sqlx::{ConnectOptions, PgPool};

use crate::docs;
use crate::support::TestApp;

const PASSWORD: &str = "canary-password-of-ada";
const WRONG: &str = "canary-wrong-password";
const NEW: &str = "canary-newer-password";
pub const SECRET: &str = "canary-jwt-secret-0123456789abcdef";
const DATABASE_PASSWORD: &str = "canary-database-password";

/// A `uems serve` whose log is kept; access tokens are of `SECRET`.
pub struct Server {
    child: Child,
    pub url: String,
    client: Client,
    log: tempfile::NamedTempFile,
}

impl Server {
    pub async fn start(db: &PgPool, variables: &[(&str, &str)]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let log = tempfile::NamedTempFile::new().unwrap();
        let mut database = db.connect_options().to_url_lossy();
        database.set_password(Some(DATABASE_PASSWORD)).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_uems"))
            .args(["serve", "--listen", &format!("127.0.0.1:{port}")])
            .env("DATABASE_URL", database.as_str())
            .env("JWT_SECRET", SECRET)
            .env("UEMS_LOG", "debug")
            .env("UEMS_LOG_FORMAT", "json")
            .env("UEMS_TEST_HOOKS", "1")
            .env("RUST_BACKTRACE", "1")
            .envs(variables.iter().copied())
            .stdout(log.reopen().unwrap())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let server =
            Self { child, url: format!("http://127.0.0.1:{port}"), client: crate::support::client(), log };
        for _ in 0..600 {
            let ready = server.client.get(format!("{}/health/ready", server.url)).send().await;
            if ready.is_ok_and(|answer| answer.status().is_success()) {
                return server;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the server does not become ready");
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    /// Status and body.
    pub async fn send(&self, request: RequestBuilder) -> (u16, Value) {
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    pub async fn call(&self, method: Method, path: &str, token: &str, body: Option<Value>) -> (u16, Value) {
        let mut request = self.request(method, &format!("/api/v1{path}")).bearer_auth(token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.send(request).await
    }

    /// Stops the server in order and reads what it logged.
    pub async fn log(mut self) -> String {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        tokio::task::spawn_blocking(move || {
            self.child.wait().unwrap();
            let mut text = String::new();
            self.log.reopen().unwrap().read_to_string(&mut text).unwrap();
            text
        })
        .await
        .unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already gone is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn token(pair: &Value, name: &str) -> String {
    pair[name].as_str().unwrap_or_else(|| panic!("no {name} in {pair}")).to_owned()
}

/// Everything people do, well and badly; answers what must not be found in the log afterwards.
async fn a_day(uems: &TestApp, server: &Server) -> Vec<String> {
    let text = |text: &str| text.to_owned();
    let mut canaries: Vec<String> = [PASSWORD, WRONG, NEW, SECRET, DATABASE_PASSWORD].map(text).into();
    let register =
        json!({ "email": "Canary.Ada@Example.edu", "password": PASSWORD, "full_name": "Canary Lovelace" });
    let (status, ada) = server.call(Method::POST, "/auth/register", "", Some(register.clone())).await;
    assert_eq!(status, 201, "{ada}");
    server.call(Method::POST, "/auth/register", "", Some(register)).await;
    server
        .call(
            Method::POST,
            "/auth/register",
            "",
            Some(json!({ "email": "canary.ada", "password": PASSWORD, "admin": WRONG })),
        )
        .await;
    let sign_in = async |password: &str| {
        let body = json!({ "email": "canary.ada@example.edu", "password": password });
        server.call(Method::POST, "/auth/login", "", Some(body)).await
    };
    assert_eq!(sign_in(WRONG).await.0, 401);
    let (_, pair) = sign_in(PASSWORD).await;
    let refresh = json!({ "refresh_token": token(&pair, "refresh_token") });
    let (_, newer) = server.call(Method::POST, "/auth/refresh", "", Some(refresh.clone())).await;
    server.call(Method::POST, "/auth/refresh", "", Some(refresh)).await;
    server.call(Method::GET, "/auth/me", "canary-forged-token", None).await;
    canaries.extend(
        [&pair, &newer]
            .into_iter()
            .flat_map(|pair| ["access_token", "refresh_token"].map(|name| token(pair, name))),
    );
    let ada_token = token(&newer, "access_token");

    let root = uems.admin("canary.root").await;
    let root_token = root.token.clone().unwrap();
    let person = json!({ "email": "canary.bob@example.edu", "password": PASSWORD, "role": "student", "full_name": "Canary Bob" });
    let (status, bob) = server.call(Method::POST, "/users", &root_token, Some(person)).await;
    assert_eq!(status, 201, "{bob}");
    let id = bob["id"].as_str().unwrap();
    let change = json!({ "email": "canary.robert@example.edu", "password": NEW });
    assert_eq!(server.call(Method::PUT, &format!("/users/{id}"), &root_token, Some(change)).await.0, 200);
    server.call(Method::GET, "/users?q=canary.robert%40example.edu", &root_token, None).await;
    server.call(Method::GET, "/users/canary.robert@example.edu", &root_token, None).await;
    canaries.push(root_token.clone());

    let course = uems.monday("CS101", 1, "09:00-10:00").await;
    let clash = uems.monday("CS102", 1, "09:30-10:30").await;
    let enroll = |course| format!("/courses/{course}/enroll");
    assert_eq!(server.call(Method::POST, &enroll(course), &ada_token, None).await.0, 201);
    assert_eq!(server.call(Method::POST, &enroll(clash), &ada_token, None).await.0, 409);
    let for_bob = json!({ "user_id": id });
    assert_eq!(server.call(Method::POST, &enroll(course), &root_token, Some(for_bob)).await.0, 409);
    server.call(Method::POST, "/auth/login", "", Some(json!({ "email": [PASSWORD], "password": 1 }))).await;
    let broken =
        server.request(Method::POST, "/api/v1/auth/login").header("content-type", "application/json");
    server.send(broken.body(format!("{{\"password\": \"{PASSWORD}\""))).await;
    server.call(Method::GET, "/courses/no-id", &ada_token, None).await;
    server.send(server.request(Method::GET, "/nowhere?token=canary-query")).await;
    canaries.extend(["canary.", "Canary", "canary-forged-token", "canary-query"].map(text));
    canaries
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_whole_day_leaves_lines_of_one_shape_and_no_secret(db: PgPool) {
    let uems = TestApp::with(db.clone(), &["--jwt-secret", SECRET]);
    let server = Server::start(&db, &[]).await;
    let mut canaries = a_day(&uems, &server).await;
    canaries.extend(crate::logs_money::a_day_of_payments(&uems, &server).await);
    let slow = server.send(server.request(Method::GET, "/test/slow")).await;
    assert_eq!(slow.0, 200);
    let panicked = server.request(Method::GET, "/test/panic").header("x-request-id", "the-panic");
    let (status, problem) = server.send(panicked).await;
    assert_eq!(
        (status, &problem["code"], &problem["request_id"]),
        (500, &json!("internal"), &json!("the-panic"))
    );
    assert_eq!(server.send(server.request(Method::GET, "/health/ready")).await.0, 200, "it lives on");
    let log = server.log().await;

    let mut events = BTreeSet::new();
    let mut of_panic = BTreeSet::new();
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let names: BTreeSet<&str> = line.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, FIELDS.iter().copied().collect(), "{line}");
        assert!(line["timestamp"].as_f64().is_some_and(|seconds| seconds > 1.7e9), "{line}");
        assert!(["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"].contains(&line["level"].as_str().unwrap()));
        for name in ["logger", "module", "function", "message"] {
            assert!(line[name].as_str().is_some_and(|text| !text.is_empty()), "no {name} in {line}");
        }
        for name in ["trace_id", "request_id", "user_id"] {
            assert!(line[name].is_string() || line[name].is_null(), "{name} in {line}");
        }
        assert!(line["line"].is_u64() && line["context"].is_object(), "{line}");
        // Who did it stands in the line, also where a task of its own did it.
        if ["payment_intent_created", "refund_requested", "stripe_call_failed"].contains(&&*event_of(&line)) {
            assert!(line["request_id"].is_string() && line["trace_id"].is_string(), "{line}");
            assert!(line["user_id"].is_string(), "{line}");
        }
        let event = event_of(&line);
        if line["request_id"] == "the-panic" {
            assert!(line["trace_id"].is_string(), "{line}");
            of_panic.insert((event.clone(), line["level"].as_str().unwrap().to_owned()));
        }
        events.insert(event);
    }
    for event in [
        "listening",
        "request_started",
        "request_completed",
        "request_failed",
        "user_registered",
        "user_login",
        "user_login_failed",
        "user_created",
        "user_updated",
        "enrollment_granted",
        "enrollment_rejected",
        "payment_intent_created",
        "payment_succeeded",
        "payment_failed",
        "refund_requested",
        "refund_succeeded",
        "stripe_call_failed",
        "stripe_event_flagged",
        "webhook_rejected",
        "db_query",
        "metric_sync",
        "panicked",
        "stopping",
        "stopped",
    ] {
        assert!(events.contains(event), "no {event} in {events:?}");
    }
    let told = |event: &str, level: &str| of_panic.contains(&(event.to_owned(), level.to_owned()));
    assert!(told("panicked", "CRITICAL") && told("request_failed", "CRITICAL"), "{of_panic:?}");
    for canary in canaries {
        let found = log.lines().find(|line| line.contains(&canary));
        assert_eq!(found, None, "{canary} is in the log");
    }
}

fn event_of(line: &Value) -> String {
    line["context"]["event"].as_str().unwrap_or_default().to_owned()
}

const FIELDS: &[&str] = &[
    "timestamp",
    "level",
    "logger",
    "module",
    "function",
    "line",
    "message",
    "trace_id",
    "request_id",
    "user_id",
    "context",
];

/// What the design says of single events, in the words of their fields.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn events_carry_what_the_design_says(db: PgPool) {
    let uems = TestApp::with(db.clone(), &["--jwt-secret", SECRET]);
    let server = Server::start(&db, &[("UEMS_LOG", "info")]).await;
    a_day(&uems, &server).await;
    server.send(server.request(Method::GET, "/test/slow")).await;
    let log = server.log().await;
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let first = |event: &str| {
        lines.iter().find(|line| line["context"]["event"] == event).unwrap_or_else(|| panic!("no {event}"))
    };
    for (event, level, fields) in [
        ("request_started", "INFO", &["method", "path", "client_ip"][..]),
        ("request_completed", "INFO", &["method", "path", "client_ip", "status_code", "duration_seconds"]),
        ("user_login", "INFO", &["role", "ip_address"]),
        ("user_login_failed", "WARNING", &["reason"]),
        ("enrollment_rejected", "WARNING", &["reason", "course_id"]),
        ("db_query", "WARNING", &["operation", "table", "duration_ms", "rows_returned"]),
        ("metric_sync", "INFO", &["role_counts"]),
    ] {
        let line = first(event);
        assert_eq!(line["level"], level, "{line}");
        for field in fields {
            assert!(!line["context"][field].is_null(), "no {field} in {line}");
        }
    }
    let full = lines.iter().find(|line| line["context"]["reason"] == "capacity_exceeded").unwrap();
    assert_eq!(
        (&full["context"]["current_capacity"], &full["context"]["max_capacity"]),
        (&json!(1), &json!(1))
    );
    assert!(first("user_login")["user_id"].is_string());
    assert!(first("metric_sync")["context"]["role_counts"].is_object(), "{}", first("metric_sync"));
    assert!(lines.iter().all(|line| line["level"] != "DEBUG"));
}

/// Whatever can be printed with `{:?}` has no password, token, key or address of mail in clear.
#[test]
fn what_no_log_may_show_has_the_type_that_hides_it() {
    let structs =
        Regex::new(r"derive\([^)]*\bDebug\b[^)]*\)\][^{};]*?struct (\w+)[^{};]*\{([^}]*)\}").unwrap();
    let field = Regex::new(
        r"(?m)^\s*(?:pub(?:\([a-z]+\))? )?(\w*(?:email|password|secret|token|api_key)\w*): (?:Option<|Vec<)*String\b",
    )
    .unwrap();
    let mut wrong = vec![];
    for text in docs::files("backend/src", ".rs").iter().map(docs::read) {
        for found in structs.captures_iter(&text) {
            wrong.extend(field.captures_iter(&found[2]).map(|field| format!("{}.{}", &found[1], &field[1])));
        }
    }
    // Always the word `bearer`.
    wrong.retain(|name| name != "TokenPair.token_type");
    assert_eq!(wrong, Vec::<String>::new(), "give them the type `Secret`");
}
