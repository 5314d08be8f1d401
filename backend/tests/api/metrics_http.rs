//! The three metrics of HTTP: what they leave out, what is in progress, and that they can be switched off.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use sqlx::PgPool;

use crate::support::{Answer, TestApp};

async fn visit(uems: &TestApp, path: &str) -> Answer {
    uems.send(Request::builder().uri(path).body(Body::empty()).unwrap()).await
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn probes_scrapes_pages_and_unknown_addresses_are_no_requests(db: PgPool) {
    let uems = TestApp::new(db);
    for path in [
        "/metrics",
        "/health",
        "/health/ready",
        "/health/live",
        "/api/v1/health",
        "/api/v1/health/ready",
        "/stripe-sandbox/v1/events",
        "/",
        "/login/",
        "/nowhere",
        "/api/v1/nowhere",
    ] {
        visit(&uems, path).await;
    }
    for metric in ["http_requests_total", "http_request_duration_seconds_count", "http_requests_inprogress"] {
        assert_eq!(uems.series(metric).await, Vec::<String>::new(), "{metric}");
    }
    uems.nobody().get("/auth/me").await.expect(401);
    let told = uems.series("http_requests_total").await;
    assert_eq!(told, ["{handler=\"/api/v1/auth/me\",method=\"GET\",status=\"401\"} 1"]);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn what_is_being_worked_on_is_in_progress_and_then_no_more(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, course) = (uems.student("ada").await, uems.monday("CS101", 1, "09:00-10:00").await);
    let mut lock = uems.db.begin().await.unwrap();
    let held = sqlx::query("select from users where id = $1 for update").bind(ada.id);
    held.execute(&mut *lock).await.unwrap();
    let enrolling = tokio::spawn(async move { ada.enroll(course).await });
    let told = |times: u8| format!("{{handler=\"/api/v1/courses/{{id}}/enroll\",method=\"POST\"}} {times}");
    for _ in 0..200 {
        if uems.series("http_requests_inprogress").await == [told(1)] {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(uems.series("http_requests_inprogress").await, [told(1)]);
    lock.rollback().await.unwrap();
    enrolling.await.unwrap().expect(201);
    assert_eq!(uems.series("http_requests_inprogress").await, [told(0)]);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn without_metrics_there_is_no_page_and_nothing_is_counted(db: PgPool) {
    let uems = TestApp::with(db, &["--enable-metrics", "false"]);
    visit(&uems, "/metrics").await.expect(404);
    uems.student("ada").await.get("/auth/me").await.expect(200);
    uems.nobody().get("/auth/me").await.expect(401);
    let text = uems.app.metrics.text(&uems.app).await;
    assert!(!text.contains("http_requests_total{"), "{text}");
    assert!(
        text.contains("uems_application_errors_total{error_type=\"authentication\",severity=\"warning\"} 0"),
        "{text}"
    );
}
