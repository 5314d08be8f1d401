//! Actors with domain verbs, on a real PostgreSQL with a database per test.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use clap::Parser;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use sqlx::PgPool;
use tower::ServiceExt;
use uems::app::App;
use uems::config::Config;
use uems::ids::{CourseId, SessionId, UserId};
use uems::policy::Role;

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    config: Config,
}

/// A client of real servers. TLS is not wanted here, but has to be there for a client to be made.
pub fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

/// The settings of a test: defaults, and whatever flags it names.
pub fn config(flags: &[&str]) -> Config {
    Cli::parse_from([&["uems"], flags].concat()).config
}

/// One server, in this process.
#[derive(Clone)]
pub struct TestApp {
    pub app: App,
    pub db: PgPool,
    router: Router,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    pub body: Value,
}

impl Answer {
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    pub fn id(&self) -> String {
        self.body["id"].as_str().unwrap_or_else(|| panic!("no id in {self:?}")).to_owned()
    }

    /// Fails the test with the whole answer in sight.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    /// Codes of the field errors, with their fields.
    pub fn field_errors(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let errors = self.body["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| (text(&error["field"]), text(&error["code"]))).collect()
    }
}

static NEXT: AtomicU32 = AtomicU32::new(1);

impl TestApp {
    pub fn new(db: PgPool) -> Self {
        Self::with(db, &[])
    }

    pub fn with(db: PgPool, flags: &[&str]) -> Self {
        let app = App::new(db.clone(), db.clone(), config(flags));
        Self { router: uems::router::router(app.clone()), app, db }
    }

    pub async fn student(&self, name: &str) -> Actor {
        self.person(name, Role::Student).await
    }

    pub async fn teacher(&self, name: &str) -> Actor {
        self.person(name, Role::Teacher).await
    }

    pub async fn admin(&self, name: &str) -> Actor {
        self.person(name, Role::Admin).await
    }

    /// Somebody signed in, put into the database directly: nothing here is about passwords.
    pub async fn person(&self, name: &str, role: Role) -> Actor {
        let id: UserId = sqlx::query_scalar(
            "insert into users (email, password_hash, role, full_name, student_id)
             values ($1, '!', $2, $3, case when $2 = 'student' then 'S' || nextval('student_number') end) returning id",
        )
        .bind(format!("{name}@example.edu"))
        .bind(role.as_str())
        .bind(format!("{} Example", name))
        .fetch_one(&self.db)
        .await
        .unwrap();
        Actor { uems: self.clone(), id, token: Some(self.sign_in(id).await) }
    }

    /// An access token of a new session.
    pub async fn sign_in(&self, id: UserId) -> String {
        let session = SessionId::new();
        sqlx::query(
            "insert into sessions (id, user_id, expires_at) values ($1, $2, now() + interval '1 day')",
        )
        .bind(session)
        .bind(id)
        .execute(&self.db)
        .await
        .unwrap();
        let mut db = self.db.acquire().await.unwrap();
        let user = uems::users::queries::find(&mut db, id).await.unwrap().unwrap();
        self.app.tokens.access(&user, session, self.app.clock.now()).unwrap().into_text()
    }

    pub fn nobody(&self) -> Actor {
        Actor { uems: self.clone(), id: UserId::new(), token: None }
    }

    /// A section in fall 2025, stored directly.
    pub async fn course(&self, code: &str, capacity: i32, schedule: Value) -> CourseId {
        self.course_of(code, capacity, schedule, None).await
    }

    pub async fn course_of(
        &self,
        code: &str,
        capacity: i32,
        schedule: Value,
        teacher: Option<&Actor>,
    ) -> CourseId {
        sqlx::query_scalar(
            "insert into courses (code, section, name, capacity, credits, semester, year, schedule, teacher_id)
             values ($1, $2, $3, $4, 4, 'fall', 2025, $5, $6) returning id",
        )
        .bind(code)
        .bind(format!("{:03}", NEXT.fetch_add(1, Ordering::Relaxed)))
        .bind(format!("Course {code}"))
        .bind(capacity)
        .bind(schedule)
        .bind(teacher.map(|teacher| teacher.id))
        .fetch_one(&self.db)
        .await
        .unwrap()
    }

    /// A section that meets on Monday at these times.
    pub async fn monday(&self, code: &str, capacity: i32, time: &str) -> CourseId {
        self.course(code, capacity, json!({ "monday": [time] })).await
    }

    /// The dates of fall 2025, as offsets from now in PostgreSQL's words.
    pub async fn window(&self, opens: &str, closes: &str, drop_deadline: &str) {
        sqlx::query(
            "insert into terms (semester, year, registration_opens_at, registration_closes_at, drop_deadline)
             values ('fall', 2025, now() + $1::interval, now() + $2::interval, now() + $3::interval)
             on conflict (year, semester) do update set registration_opens_at = excluded.registration_opens_at,
                 registration_closes_at = excluded.registration_closes_at, drop_deadline = excluded.drop_deadline",
        )
        .bind(opens)
        .bind(closes)
        .bind(drop_deadline)
        .execute(&self.db)
        .await
        .unwrap();
    }

    /// Marks a student absent on 1 September 2025; answers the record's id.
    pub async fn marked(&self, enrollment: &str) -> String {
        let sql = "insert into attendance (enrollment_id, date, status) values ($1::uuid, '2025-09-01', 'absent') returning id::text";
        sqlx::query_scalar(sql).bind(enrollment).fetch_one(&self.db).await.unwrap()
    }

    /// A calendar feed, stored directly; answers the last part of its address.
    pub async fn feed_of(&self, user: UserId) -> String {
        let token = format!("{}-{:010}", user.0.simple(), NEXT.fetch_add(1, Ordering::Relaxed));
        sqlx::query("insert into calendar_feeds (user_id, token_hash) values ($1, sha256($2::bytea))")
            .bind(user)
            .bind(token.as_bytes())
            .execute(&self.db)
            .await
            .unwrap();
        format!("{token}.ics")
    }

    /// The class dates of fall 2025.
    pub async fn class_dates(&self, first: &str, last: &str) {
        sqlx::query(
            "insert into terms (semester, year, starts_on, ends_on) values ('fall', 2025, $1::date, $2::date)
             on conflict (year, semester) do update set starts_on = excluded.starts_on, ends_on = excluded.ends_on",
        )
        .bind(first)
        .bind(last)
        .execute(&self.db)
        .await
        .unwrap();
    }

    /// A number out of the database.
    pub async fn count(&self, sql: &str) -> i64 {
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(&self.db).await.unwrap()
    }

    /// What must hold whatever happened: counters equal rows, nobody is oversold, nobody is double-booked.
    pub async fn assert_sound(&self) {
        let wrong = self.count(WRONG_COUNTERS).await;
        assert_eq!(wrong, 0, "sections whose counter differs from their rows or exceeds their seats");
        assert_eq!(self.count(DOUBLE_BOOKED).await, 0, "students enrolled in two sections at once");
    }

    /// Sends a request as it is.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status, headers, text, body }
    }
}

pub const WRONG_COUNTERS: &str = "select count(*) from courses c where enrolled_count <> (
    select count(*) from enrollments e where e.course_id = c.id and e.status = 'enrolled'
) or enrolled_count > capacity + over_capacity or over_capacity <> greatest(enrolled_count - capacity, 0)";

pub const DOUBLE_BOOKED: &str = "select count(*) from enrollments a
    join enrollments b on b.user_id = a.user_id and b.status = 'enrolled' and a.status = 'enrolled'
    join meeting_clashes k on k.course_id = a.course_id and k.with_course_id = b.course_id";

/// Somebody with a token, or nobody.
#[derive(Clone)]
pub struct Actor {
    pub uems: TestApp,
    pub id: UserId,
    pub token: Option<String>,
}

impl Actor {
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        extra: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in extra {
            request = request.header(*name, *value);
        }
        let body = match body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        let mut request = request.body(body).unwrap();
        let address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 4000);
        request.extensions_mut().insert(ConnectInfo(address));
        self.uems.send(request).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None, &[]).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(body), &[]).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PUT, path, Some(body), &[]).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path, None, &[]).await
    }

    // ── domain verbs ──

    pub async fn enroll(&self, course: CourseId) -> Answer {
        self.call(Method::POST, &format!("/courses/{course}/enroll"), None, &[]).await
    }

    pub async fn wait_for(&self, course: CourseId) -> Answer {
        self.post(&format!("/courses/{course}/enroll"), json!({ "waitlist": true })).await
    }

    pub async fn enroll_other(&self, student: &Actor, course: CourseId) -> Answer {
        self.post(&format!("/courses/{course}/enroll"), json!({ "user_id": student.id })).await
    }

    pub async fn swap(&self, drop: CourseId, take: CourseId) -> Answer {
        self.post("/enrollments/swap", json!({ "drop": drop, "take": take })).await
    }

    pub async fn cart(&self, courses: &[CourseId]) -> Answer {
        self.post("/enrollments/cart", json!({ "course_ids": courses })).await
    }

    /// Drops by the enrolment's id.
    pub async fn drop_enrollment(&self, course: CourseId, enrollment: &str) -> Answer {
        self.delete(&format!("/courses/{course}/enroll/{enrollment}")).await
    }

    /// Drops whatever place the actor has in a section.
    pub async fn drop_course(&self, course: CourseId) -> Answer {
        let id: uuid::Uuid =
            sqlx::query_scalar("select id from enrollments where user_id = $1 and course_id = $2")
                .bind(self.id)
                .bind(course)
                .fetch_one(&self.uems.db)
                .await
                .unwrap();
        self.drop_enrollment(course, &id.to_string()).await
    }

    /// `enrolled`, `pending`, `dropped`, … or `none`.
    pub async fn status_in(&self, course: CourseId) -> String {
        sqlx::query_scalar("select status from enrollments where user_id = $1 and course_id = $2")
            .bind(self.id)
            .bind(course)
            .fetch_optional(&self.uems.db)
            .await
            .unwrap()
            .unwrap_or_else(|| "none".to_owned())
    }

    /// The actor's events in a section, oldest first, as `event` or `event:reason`.
    pub async fn events_in(&self, course: CourseId) -> Vec<String> {
        sqlx::query_scalar(
            "select concat_ws(':', event, reason) from enrollment_events where user_id = $1 and course_id = $2 order by id",
        )
        .bind(self.id)
        .bind(course)
        .fetch_all(&self.uems.db)
        .await
        .unwrap()
    }
}
