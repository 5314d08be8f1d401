//! What can be wrong with a header.

use axum::http::Method;
use sqlx::PgPool;

use super::{CANARY, Range, Shot, good_body, operations_with_body};
use crate::openapi::operations;
use crate::support::TestApp;

fn odd_values() -> Vec<Vec<u8>> {
    vec![
        b"".to_vec(),
        b" ".to_vec(),
        CANARY.into(),
        b"\xff\xfe\x80".to_vec(),
        "ü☃".into(),
        b"W/\"x\"".to_vec(),
        b"\"99999999999999999999\"".to_vec(),
        b"*, *".to_vec(),
        b"'; drop table users; --".to_vec(),
        CANARY.repeat(5_000).into(),
    ]
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn no_header_is_too_odd(db: PgPool) {
    let mut range = Range::open(&TestApp::new(db)).await;
    let names = [
        "idempotency-key",
        "if-match",
        "cookie",
        "traceparent",
        "x-forwarded-for",
        "accept",
        "range",
        "host",
        "sec-fetch-site",
        "content-encoding",
        "transfer-encoding",
        "if-none-match",
    ];
    for (method, path, operation) in operations() {
        let mut shot = Shot::new(&method, &range.address(&path));
        let takes = |kind: &str| operation["requestBody"]["content"].get(kind).is_some();
        if takes("application/json") {
            shot = shot.json(&good_body(&method, &path));
        } else if takes("text/csv") {
            shot = shot.bytes("email,Quiz 1\n").header("content-type", "text/csv");
        }
        for name in names {
            for value in odd_values() {
                range.fire(&shot.clone().header(name, value)).await;
            }
        }
        if method == "DELETE" || path == "/auth/logout" {
            range.root.token = Some(range.root.uems.sign_in(range.root.id).await);
        }
    }
    range.close();
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn odd_credentials_are_none(db: PgPool) {
    let mut range = Range::open(&TestApp::new(db)).await;
    let good = range.root.token.clone().unwrap();
    let mut odd = odd_values();
    let parts: Vec<&str> = good.split('.').collect();
    odd.extend([
        "Bearer".into(),
        "Bearer ".into(),
        format!("Basic {good}").into_bytes(),
        format!("Bearer{good}").into_bytes(),
        good.clone().into_bytes(),
        format!("Bearer {good}x").into_bytes(),
        format!("Bearer {good}, Bearer {good}").into_bytes(),
        format!("Bearer {}.{}.", parts[0], parts[1]).into_bytes(),
        format!("Bearer {}.{}", parts[0], parts[1]).into_bytes(),
        b"Bearer a.b.c".to_vec(),
        b"Bearer eyJhbGciOiJub25lIn0.e30.".to_vec(),
        b"Bearer \xff\xff".to_vec(),
    ]);
    for value in odd {
        let refused =
            range.expect(&Shot::new("GET", "/auth/me").header("authorization", &value), &[401]).await;
        assert_eq!(
            (refused.code(), refused.headers["www-authenticate"].to_str().unwrap()),
            ("unauthenticated", "Bearer")
        );
    }
    range
        .expect(&Shot::new("GET", "/auth/me").header("authorization", format!("bEARER {good}")), &[200])
        .await;
    range.close();
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_body_says_that_it_is_json(db: PgPool) {
    let mut range = Range::open(&TestApp::new(db)).await;
    for (method, path, _) in operations_with_body() {
        let shot = Shot::new(&method, &range.address(&path)).json(&good_body(&method, &path));
        for kind in [
            "",
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/jsonx",
            "text/json",
            "application/json, text/plain",
            "\u{fc}",
        ] {
            range.expect(&shot.clone().header("content-type", kind), &[415]).await;
        }
        let mut bare = shot.clone();
        bare.headers.clear();
        range.expect(&bare, &[415]).await;
        let fine = range.fire(&shot.header("content-type", "Application/JSON; charset=utf-8")).await;
        assert_ne!(fine.status, 415);
    }
    range.close();
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn keys_and_versions_that_are_none_are_refused(db: PgPool) {
    let mut range = Range::open(&TestApp::new(db)).await;
    for (method, path, operation) in operations() {
        let parameters = operation["parameters"].to_string();
        let (header, odd) = match () {
            () if parameters.contains("Idempotency-Key") => ("Idempotency-Key", "short"),
            () if parameters.contains("If-Match") => ("If-Match", "\"not a version\""),
            () => continue,
        };
        let shot = Shot::new(&method, &range.address(&path)).json(&good_body(&method, &path));
        let refused = range.expect(&shot.header(header, odd), &[422]).await;
        assert_eq!(refused.field_errors()[0].0, header);
    }
    range.close();
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn only_a_sane_request_id_is_taken_over(db: PgPool) {
    let uems = TestApp::new(db);
    let nobody = uems.nobody();
    let asked = |id: &'static str| {
        let nobody = nobody.clone();
        async move { nobody.call(Method::GET, "/auth/me", None, &[("X-Request-ID", id)]).await }
    };
    assert_eq!(asked("abc-1.2_3").await.headers["x-request-id"], "abc-1.2_3");
    for id in ["", "a b", "<script>", "x\ty", "ü", &"x".repeat(129)] {
        let answer = asked(Box::leak(id.to_owned().into_boxed_str())).await.expect(401);
        let given = answer.headers["x-request-id"].to_str().unwrap();
        assert!(given.parse::<uuid::Uuid>().is_ok() && answer.body["request_id"] == given, "{given}");
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn every_answer_carries_the_headers_that_protect_it(db: PgPool) {
    let uems = TestApp::new(db.clone());
    for path in ["/health/live", "/auth/me", "/nothing"] {
        let answer = uems.nobody().get(path).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("cache-control", "no-store"),
            ("referrer-policy", "same-origin"),
        ] {
            assert_eq!(answer.headers[name], value, "{path}");
        }
        assert!(!answer.headers.contains_key("access-control-allow-origin"));
        assert!(!answer.headers.contains_key("strict-transport-security"));
    }
    let production = TestApp::with(db, &["--environment", "production"]);
    assert!(production.nobody().get("/health/live").await.headers.contains_key("strict-transport-security"));
}
