//! What a collector hears: a server that exports its traces, and a collector on this machine that keeps them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::logs::{SECRET, Server};
use crate::support::TestApp;

/// A collector that keeps what it is sent, and answers with this status.
pub async fn collector(status: StatusCode) -> (String, Arc<Mutex<Vec<Value>>>) {
    let kept = Arc::new(Mutex::new(vec![]));
    let keeper = kept.clone();
    let keep = async move |Json(body): Json<Value>| {
        keeper.lock().unwrap().push(body);
        status
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let routes = Router::new().route("/v1/traces", post(keep));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (address, kept)
}

pub fn spans(kept: &Mutex<Vec<Value>>) -> Vec<Value> {
    let kept = kept.lock().unwrap();
    let of = |body: &Value| body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().cloned().unwrap();
    kept.iter().flat_map(of).collect()
}

pub fn attribute<'a>(span: &'a Value, name: &str) -> &'a Value {
    let attributes = span["attributes"].as_array().unwrap();
    attributes.iter().find(|attribute| attribute["key"] == name).map_or(&Value::Null, |found| &found["value"])
}

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_request_its_policy_and_its_statements_are_one_tree(db: PgPool) {
    let (address, kept) = collector(StatusCode::OK).await;
    let uems = TestApp::with(db.clone(), &["--jwt-secret", SECRET]);
    let ada = uems.student("ada").await;
    let course = uems.monday("CS101", 1, "09:00-10:00").await;
    let variables =
        [("OTEL_EXPORTER_OTLP_ENDPOINT", &*address), ("OTEL_SERVICE_NAME", "uems-test"), ("UEMS_LOG", "off")];
    let server = Server::start(&db, &variables).await;
    let ask = |path: &str, flags: &str| {
        let request = server.request(Method::GET, path).bearer_auth(ada.token.as_deref().unwrap());
        request.header("traceparent", format!("00-{TRACE}-{PARENT}-{flags}")).send()
    };
    let path = format!("/api/v1/courses/{course}");
    let answer = ask(&path, "01").await.unwrap();
    let told = answer.headers()["traceparent"].to_str().unwrap().to_owned();
    ask("/api/v1/terms", "00").await.unwrap();
    ask("/test/panic", "01").await.unwrap();
    server.log().await;

    let resource = kept.lock().unwrap()[0]["resourceSpans"][0]["resource"].clone();
    assert_eq!(attribute(&resource, "service.name"), &json!({ "stringValue": "uems-test" }));
    let spans = spans(&kept);
    let named = |name: &str| {
        spans.iter().find(|span| span["name"] == name).unwrap_or_else(|| panic!("no {name} in {spans:#?}"))
    };
    let request = named("GET /api/v1/courses/{id}");
    let id = request["spanId"].as_str().unwrap();
    assert_eq!((&request["traceId"], &request["parentSpanId"]), (&json!(TRACE), &json!(PARENT)));
    assert_eq!(told, format!("00-{TRACE}-{id}-01"));
    assert_eq!(attribute(request, "http.response.status_code"), &json!({ "intValue": "200" }));
    assert_eq!(attribute(request, "enduser.id"), &json!({ "stringValue": ada.id.to_string() }));
    assert_eq!((&request["kind"], &request["status"]), (&json!(2), &json!({})));
    for name in ["policy", "select sessions", "select courses"] {
        let child = named(name);
        assert_eq!((&child["traceId"], &child["parentSpanId"]), (&json!(TRACE), &json!(id)), "{child}");
        let time = |span: &Value, which: &str| span[which].as_str().unwrap().parse::<u64>().unwrap();
        let (start, end) = (time(child, "startTimeUnixNano"), time(child, "endTimeUnixNano"));
        // Clocks are read in microseconds' distance.
        assert!(start <= end && start + 1_000_000 >= time(request, "startTimeUnixNano"), "{child}");
        assert!(end <= time(request, "endTimeUnixNano") + 1_000_000, "{child} in {request}");
    }
    assert_eq!(attribute(named("policy"), "granted"), &json!({ "boolValue": true }));
    assert!(
        attribute(named("select courses"), "db.query.text")["stringValue"].as_str().unwrap().contains("$1")
    );
    assert_eq!(named("GET /test/panic")["status"], json!({ "code": 2 }));
    let all = spans.iter().map(|span| span["name"].as_str().unwrap());
    let unwanted: Vec<_> = all.filter(|name| name.contains("terms") || name.contains("health")).collect();
    assert_eq!(unwanted, Vec::<&str>::new(), "not sampled, or never");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_collector_in_trouble_is_no_trouble_here(db: PgPool) {
    let (address, _kept) = collector(StatusCode::SERVICE_UNAVAILABLE).await;
    let variables = [("OTEL_EXPORTER_OTLP_ENDPOINT", &*address), ("UEMS_LOG", "info")];
    let server = Server::start(&db, &variables).await;
    for _ in 0..20 {
        let answer = server.request(Method::GET, "/api/v1/institution").send().await.unwrap();
        assert!(answer.status().as_u16() < 500);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let log = server.log().await;
    let lost = log.lines().filter(|line| line.contains("traces_lost")).count();
    assert_eq!(lost, 1, "said once a minute:\n{log}");
}
