//! What Prometheus is told: names and shapes of the original design, gauges of the service, bounded labels.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::json;
use sqlx::PgPool;
use uems::app::App;
use uems::metrics::MOST_CODES;

use crate::support::{TestApp, config};

/// Name, kind, labels and finite buckets in the original design.
const DESIGN: &[(&str, &str, &[&str], &str)] = &[
    ("http_requests_total", "counter", &["method", "handler", "status"], ""),
    ("http_request_duration_seconds", "histogram", &["method", "handler"], "0.01 0.05 0.1 0.5 1 2.5 5 10"),
    ("http_requests_inprogress", "gauge", &["method", "handler"], ""),
    ("uems_active_users_total", "gauge", &["role"], ""),
    ("uems_user_logins_total", "counter", &["role"], ""),
    ("uems_user_login_failures_total", "counter", &["reason"], ""),
    ("uems_enrollments_total", "counter", &["status"], ""),
    ("uems_course_capacity_utilization", "gauge", &["course_code"], ""),
    ("uems_enrollment_conflicts_total", "counter", &[], ""),
    ("uems_payments_total", "counter", &["status", "payment_type"], ""),
    ("uems_payments_amount_usd_total", "counter", &["payment_type"], ""),
    ("uems_payment_processing_duration_seconds", "histogram", &[], "0.1 0.5 1 2 5 10 30"),
    ("uems_stripe_webhook_events_total", "counter", &["event_type", "status"], ""),
    (
        "uems_database_query_duration_seconds",
        "histogram",
        &["operation", "table"],
        "0.001 0.005 0.01 0.05 0.1 0.5 1",
    ),
    ("uems_database_connections", "gauge", &["state"], ""),
    ("uems_application_errors_total", "counter", &["error_type", "severity"], ""),
    ("uems_rate_limit_exceeded_total", "counter", &["endpoint", "user_role"], ""),
    ("uems_application_info", "gauge", &["version", "environment", "build_date"], ""),
];

impl TestApp {
    /// What a scrape reads.
    async fn scrape(&self) -> String {
        let request = Request::builder().uri("/metrics").body(Body::empty()).unwrap();
        self.send(request).await.expect(200).text
    }

    /// The lines of one metric, without its name: `{role="admin"} 1`.
    pub async fn series(&self, name: &str) -> Vec<String> {
        let text = self.scrape().await;
        let lines = text.lines().filter_map(|line| line.strip_prefix(name));
        lines.filter(|line| line.starts_with(['{', ' '])).map(str::to_owned).collect()
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn every_metric_of_the_design_has_its_type_labels_and_buckets(db: PgPool) {
    let uems = TestApp::new(db);
    // As in `serve`, where a layer of the log sees each statement.
    uems::metrics::STATEMENT_SECONDS.with_label_values(&["select", "users"]).observe(0.2);
    uems.student("ada").await.get("/auth/me").await.expect(200);
    uems.monday("CS101", 1, "09:00-10:00").await;
    let text = uems.scrape().await;
    for (name, kind, labels, buckets) in DESIGN {
        let declared = uems.app.metrics.declared.iter().find(|declared| declared.name == *name);
        let declared = declared.unwrap_or_else(|| panic!("{name} is not exported"));
        let ours: BTreeSet<_> = declared.labels.iter().map(String::as_str).collect();
        assert_eq!((declared.kind, ours), (*kind, labels.iter().copied().collect()), "{name}");
        let told = if *name == "uems_rate_limit_exceeded_total" {
            // Nothing was refused yet, so there is no series.
            continue;
        } else {
            format!("# TYPE {name} {kind}")
        };
        assert!(text.contains(&told), "{told} is not in\n{text}");
        let first = format!("{name}_bucket{{");
        let mut bounds = vec![];
        for line in text.lines().filter(|line| line.starts_with(&first)) {
            let bound = line.rsplit("le=\"").next().and_then(|rest| rest.split('"').next()).unwrap();
            if !bounds.contains(&bound) {
                bounds.push(bound);
            }
        }
        let expected: Vec<_> = buckets.split(' ').filter(|bound| !bound.is_empty()).collect();
        bounds.retain(|bound| *bound != "+Inf");
        assert_eq!(bounds, expected, "{name}");
    }
}

/// Sets a person's only session to something.
async fn session(uems: &TestApp, of: uems::ids::UserId, change: &str) {
    sqlx::query(sqlx::AssertSqlSafe(format!("update sessions set {change} where user_id = $1")))
        .bind(of)
        .execute(&uems.db)
        .await
        .unwrap();
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn active_users_are_people_with_a_live_session_on_every_replica(db: PgPool) {
    let (uems, other) = (TestApp::new(db.clone()), TestApp::new(db));
    let ada = uems.student("ada").await;
    uems.sign_in(ada.id).await; // a second device
    let gone = [
        ("idle", "last_used_at = now() - interval '16 minutes'"),
        ("out", "revoked_at = now(), revoked_reason = 'logout'"),
        ("late", "expires_at = now() - interval '1 second'"),
    ];
    for (name, change) in gone {
        session(&uems, uems.student(name).await.id, change).await;
    }
    session(&uems, uems.teacher("late_teacher").await.id, "last_used_at = now() - interval '14 minutes'")
        .await;
    let expected = ["{role=\"admin\"} 0", "{role=\"student\"} 1", "{role=\"teacher\"} 1"];
    for replica in [&uems, &other] {
        assert_eq!(replica.series("uems_active_users_total").await, expected);
    }

    uems.admin("root").await;
    assert_eq!(uems.series("uems_active_users_total").await, expected, "read less than half a minute ago");
    uems.app.clock.advance(Duration::from_secs(61));
    assert_eq!(uems.series("uems_active_users_total").await[0], "{role=\"admin\"} 1");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn gauges_of_the_service_disappear_when_they_cannot_be_read_for_five_minutes(db: PgPool) {
    let reserve = uems::db::pool((*db.connect_options()).clone(), 2);
    let app = App::new(db.clone(), reserve.clone(), config(&[]));
    let before = app.metrics.text(&app).await;
    assert!(before.contains("uems_active_users_total{role=\"admin\"} 0"), "{before}");
    reserve.close().await;
    for (seconds, shown) in [(100, true), (190, true), (20, false)] {
        app.clock.advance(Duration::from_secs(seconds));
        let text = app.metrics.text(&app).await;
        assert_eq!(text.contains("uems_active_users_total{"), shown, "after {seconds} s more");
        assert_eq!(text.contains("uems_database_start_time_seconds "), shown);
        assert!(text.contains("uems_metric_sync_timestamp_seconds "), "an alert needs it");
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn utilization_is_of_the_sections_of_current_terms_together(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, bob) = (uems.student("ada").await, uems.student("bob").await);
    let small = uems.monday("CS101", 3, "09:00-10:00").await;
    let large = uems.monday("CS101", 5, "10:00-11:00").await;
    uems.monday("CS102", 9999, "11:00-12:00").await;
    let old = uems.monday("CS103", 10, "11:00-12:00").await;
    sqlx::query("update courses set year = 2024 where id = $1").bind(old).execute(&uems.db).await.unwrap();
    ada.enroll(small).await.expect(201);
    bob.enroll(large).await.expect(201);
    assert_eq!(uems.series("uems_course_capacity_utilization").await, ["{course_code=\"CS101\"} 25"]);

    // Beyond its seats; and a code that is gone has no series.
    sqlx::query("update courses set is_active = false where id = $1")
        .bind(large)
        .execute(&uems.db)
        .await
        .unwrap();
    sqlx::query("update courses set capacity = 1, enrolled_count = 3, over_capacity = 2, code = 'CS\"1\\' where id = $1")
        .bind(small)
        .execute(&uems.db)
        .await
        .unwrap();
    uems.app.clock.advance(Duration::from_secs(61));
    assert_eq!(uems.series("uems_course_capacity_utilization").await, ["{course_code=\"CS\\\"1\\\\\"} 300"]);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn of_too_many_course_codes_the_fullest_are_shown(db: PgPool) {
    let uems = TestApp::new(db);
    sqlx::query(
        "insert into courses (code, name, capacity, enrolled_count, credits, semester, year, schedule)
         select 'X' || n, 'Course', 3000, n, 4, 'fall', 2025, '{}' from generate_series(1, 2500) n",
    )
    .execute(&uems.db)
    .await
    .unwrap();
    let series = uems.series("uems_course_capacity_utilization").await;
    assert_eq!(series.len(), MOST_CODES);
    assert!(series.iter().any(|line| line.starts_with("{course_code=\"X2500\"}")));
    assert!(!series.iter().any(|line| line.starts_with("{course_code=\"X500\"}")));
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_queue_that_nobody_serves_is_told(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, bob, eve) = (uems.student("ada").await, uems.student("bob").await, uems.student("eve").await);
    let course = uems.monday("CS101", 1, "09:00-11:00").await;
    let clashing = uems.monday("CS102", 1, "10:00-11:00").await;
    ada.enroll(course).await.expect(201);
    for waiter in [&bob, &eve] {
        waiter.wait_for(course).await.expect(202);
    }
    assert_eq!(uems.series("uems_waitlist_people").await, [" 2"]);
    assert_eq!(uems.series("uems_waitlist_stuck_sections").await, [" 0"]);
    // Behind the back of every transaction that would have served them; one has a clash, then both.
    sqlx::query("update courses set capacity = 2 where id = $1")
        .bind(course)
        .execute(&uems.db)
        .await
        .unwrap();
    for (clashes_of, stuck) in [(&bob, " 1"), (&eve, " 0")] {
        sqlx::query("insert into enrollments (user_id, course_id, status) values ($1, $2, 'enrolled')")
            .bind(clashes_of.id)
            .bind(clashing)
            .execute(&uems.db)
            .await
            .unwrap();
        uems.app.clock.advance(Duration::from_secs(61));
        assert_eq!(uems.series("uems_waitlist_stuck_sections").await, [stuck]);
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn jobs_tell_when_they_last_succeeded(db: PgPool) {
    let uems = TestApp::new(db);
    let jobs = uems::jobs::start(&uems.app);
    for _ in 0..200 {
        let text = uems.scrape().await;
        if text.contains("uems_job_last_success_timestamp_seconds{task=\"metric_sync\"}") {
            for line in [
                "uems_job_interval_seconds{task=\"metric_sync\"} 300",
                "uems_job_interval_seconds{task=\"settle_waitlists\"} 30",
                "uems_job_failures_total{task=\"cleanup\"} 0",
            ] {
                assert!(text.contains(line), "{line} is not in\n{text}");
            }
            drop(jobs);
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("no job succeeded");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn the_process_tells_of_itself(db: PgPool) {
    let uems = TestApp::new(db);
    let mut before = 0.0;
    for name in [
        "process_cpu_seconds_total",
        "process_cpu_seconds_total",
        "process_resident_memory_bytes",
        "process_virtual_memory_bytes",
        "process_threads",
        "process_open_fds",
        "process_max_fds",
        "process_start_time_seconds",
    ] {
        let value: f64 = uems.series(name).await[0].trim().parse().unwrap();
        assert!(value > 0.0, "{name} {value}");
        if name == "process_cpu_seconds_total" {
            assert!(value >= before, "a counter");
            before = value;
        }
    }
}

/// Whatever comes in, the number of series stays.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn ten_thousand_addresses_and_odd_methods_make_no_series(db: PgPool) {
    let uems = TestApp::new(db);
    let ada = uems.student("ada").await;
    let count = async || uems.scrape().await.lines().filter(|line| !line.starts_with('#')).count();
    let ask = async |method: &str, address: &str| {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = Request::builder().method(method).uri(address);
        for (name, value) in [("x-request-id", "x\"y"), ("traceparent", "00-zz"), ("user-agent", "\"},evil{")]
        {
            request = request.header(name, value);
        }
        uems.send(request.body(Body::empty()).unwrap()).await.status.as_u16()
    };
    let odd = ["GET", "BREW", "PROPFIND", "DELETE", "PATCH", "M-SEARCH"];
    let known = ["/api/v1/courses/", "/api/v1/users/", "/api/v1/audit?q=", "/health/", "/docs/"];
    // Once everything that has a series of its own: each kind of answer, by each route and method.
    for method in odd {
        for address in known {
            ask(method, &format!("{address}first")).await;
        }
    }
    for body in [json!({ "email": "a", "password": "b" }), json!({})] {
        ada.post("/auth/login", body).await;
    }
    ada.get("/courses/first").await;
    let before = count().await;
    for number in 0..10_000 {
        let address = match number % 10 {
            0 => format!("{}{number}", known[number / 10 % known.len()]),
            1 => format!("/%F0%9F%92%A9/{number}?role={number}"),
            _ => format!("/wp-admin/{number}.php"),
        };
        ask(odd[number % odd.len()], &address).await;
        if number % 100 == 0 {
            ada.post("/auth/login", json!({ "email": format!("a{number}\"}} 1"), "password": "b" })).await;
            ada.get(&format!("/courses/{number}")).await;
        }
    }
    // The password throttle counts one more kind of refusal, once.
    assert!(count().await <= before + 8, "{before} series before");
    let text = uems.scrape().await;
    assert!(!text.contains("wp-admin") && !text.contains("BREW") && !text.contains("evil"), "{text}");
}
