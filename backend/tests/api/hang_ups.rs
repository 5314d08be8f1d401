//! Clients that hang up at any moment: what they began is finished and counted, and nothing is left behind.

use std::time::Duration;

use axum::http::Method;
use sqlx::PgPool;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use uems::app::App;
use uems::server::Limits;

use crate::support::{TestApp, config};

const PEOPLE: u64 = 60;

/// Where a client's leaving stops its request, one in the middle of a `begin` leaves a connection with an open transaction
/// in the pool: what the next one writes there without a transaction of its own (the end of a session, say) is lost, or,
/// if the open one may only read, refused.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn what_was_begun_is_finished_and_counted(db: PgPool) {
    let uems = TestApp::new(db.clone());
    let pool = uems::db::pool((*db.connect_options()).clone(), 3);
    let app = App::new(pool.clone(), db.clone(), config(&[]));
    let listener = uems::server::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = uems::router::router(app.clone());
    let server = tokio::spawn(async move {
        uems::server::serve(listener, router, &Limits::default(), std::future::pending()).await;
    });
    let hang_up = async |method: Method, path: &str, token: &str, after: u64| {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "{method} /api/v1{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Length: 0\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        tokio::time::sleep(Duration::from_micros(after)).await;
    };

    let course = uems.monday("CS101", 1, "09:00-10:00").await;
    let mut people = vec![];
    for number in 0..PEOPLE {
        people.push(uems.student(&format!("student{number}")).await);
    }
    let root = uems.admin("root").await.token.unwrap();
    for (number, person) in (0..).zip(&people) {
        // Counts in a transaction that may only read; nobody may inherit it.
        hang_up(Method::GET, "/analytics/dashboard", &root, number * 173 % 6000).await;
        let token = person.token.as_deref().unwrap();
        hang_up(Method::POST, &format!("/courses/{course}/enroll"), token, number * 137 % 7000).await;
        hang_up(Method::POST, "/auth/logout", token, number * 211 % 5000).await;
    }

    let text = async || app.metrics.text(&app).await;
    let count = async |line: &str| {
        let text = text().await;
        let values = text.lines().filter_map(|found| found.strip_prefix(line)?.trim().parse::<f64>().ok());
        values.sum::<f64>() as u64
    };
    let enrol = "http_requests_total{handler=\"/api/v1/courses/{id}/enroll\",method=\"POST\",status=";
    let logout = "http_requests_total{handler=\"/api/v1/auth/logout\",method=\"POST\",status=\"204\"}";
    // Some of those who enrolled were signed out faster, or gave up their place in the queue with their connection.
    let answers = async || {
        let mut enrolments = 0;
        for status in ["201", "409", "401", "503"] {
            enrolments += count(&format!("{enrol}\"{status}\"}}")).await;
        }
        (enrolments, count(logout).await)
    };
    for _ in 0..200 {
        if answers().await == (PEOPLE, PEOPLE) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(answers().await, (PEOPLE, PEOPLE), "{}", text().await);
    assert_eq!(count("http_requests_inprogress").await, 0);
    assert_eq!(
        count("uems_enrollments_total{status=\"enrolled\"}").await,
        1,
        "the counter says what the table says"
    );
    assert_eq!(
        uems.count("select count(*) from sessions where revoked_reason = 'logout'").await,
        PEOPLE as i64
    );
    let open = "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'";
    assert_eq!(uems.count(open).await, 0, "transactions that nobody ends");
    uems.assert_sound().await;
    server.abort();
    pool.close().await;
}
