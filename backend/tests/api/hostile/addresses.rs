//! What can be wrong with a method, a path or a query.

use std::collections::BTreeSet;

use sqlx::PgPool;

use super::{CANARY, Range, Shot};
use crate::openapi::operations;
use crate::support::TestApp;

/// Percent-encoded, as they stand in an address.
const ODD_WORDS: [&str; 18] = [
    "",
    "%00",
    "CANARYzq7%00",
    "%FF%FE",
    "%",
    "%zz",
    "CANARYzq7",
    "-1",
    "0",
    "1e9",
    "99999999999999999999999",
    "-9223372036854775808",
    "'%20or%201=1--CANARYzq7",
    "%22%3B%20drop%20table%20users%3B%20--",
    "%F0%9F%98%80",
    "%0d%0aSet-Cookie:%20x=CANARYzq7",
    "..%2f..%2fetc%2fpasswd",
    "null",
];

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn no_value_of_any_query_parameter_is_too_odd(db: PgPool) {
    let mut range = Range::open(&TestApp::new(db)).await;
    let long = CANARY.repeat(2_000);
    for (method, path, operation) in operations() {
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let path = range.address(&path);
        for parameter in parameters.iter().filter(|parameter| parameter["in"] == "query") {
            let name = parameter["name"].as_str().unwrap();
            for word in ODD_WORDS.iter().chain([&&*long]) {
                range.fire(&Shot::new(&method, &format!("{path}?{name}={word}"))).await;
            }
            range.expect(&Shot::new(&method, &format!("{path}?{name}=1&{name}=1")), &[422]).await;
            range.fire(&Shot::new(&method, &format!("{path}?{name}[]=1&{name}.x=1"))).await;
        }
        // A calendar feed is its owner's alone.
        if method == "GET" && !path.starts_with("/health") && !path.ends_with("/calendar-feed") {
            for query in ["?", "?&&&", "?=", "?CANARYzq7", "?%00=%00", "?nothing=CANARYzq7", "?a[b]=c;d"] {
                range.expect(&Shot::new(&method, &format!("{path}{query}")), &[200, 422]).await;
            }
        }
    }
    range.close();
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn impossible_pages_and_orders_are_refused(db: PgPool) {
    let mut range = Range::open(&TestApp::new(db)).await;
    let takes = |operation: &serde_json::Value, name: &str| {
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        parameters.iter().any(|parameter| parameter["name"] == name)
    };
    let operations = operations();
    let lists: Vec<_> = operations.iter().filter(|(_, _, operation)| takes(operation, "page_size")).collect();
    assert!(lists.len() >= 5, "the lists were not found: {lists:?}");
    for (_, path, operation) in lists {
        let path = range.address(path);
        for query in [
            "page=0",
            "page=-1",
            "page=x",
            "page=1.5",
            "page=9999999999999",
            "page_size=0",
            "page_size=-5",
            "page_size=101",
            "page_size=",
        ] {
            let refused = range.expect(&Shot::new("GET", &format!("{path}?{query}")), &[422]).await;
            let field = query.split('=').next().unwrap();
            assert_eq!(refused.field_errors()[0].0, field, "{path}?{query}");
        }
        let far =
            range.expect(&Shot::new("GET", &format!("{path}?page=1000000000&page_size=100")), &[200]).await;
        assert_eq!(far.body["items"].as_array().unwrap().len(), 0);
        if takes(operation, "sort") {
            for sort in ["password_hash", "-", "--code", "code;drop", "CODE", "id,code", CANARY] {
                range.expect(&Shot::new("GET", &format!("{path}?sort={sort}")), &[422]).await;
            }
        }
    }
    range.close();
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn what_is_no_id_names_nothing(db: PgPool) {
    let mut range = Range::open(&TestApp::new(db)).await;
    let long = "a".repeat(9_000);
    for (method, path, _) in operations().into_iter().filter(|(_, path, _)| path.contains('{')) {
        for word in ODD_WORDS
            .iter()
            .chain([&"00000000-0000-0000-0000-00000000000g", &&*long])
            .filter(|word| !word.is_empty())
        {
            for parameter in path.split(['{', '}']).skip(1).step_by(2) {
                let odd = range.address(&path.replace(&format!("{{{parameter}}}"), word));
                // Some words are a year.
                let expected: &[u16] = if parameter == "year" { &[404, 422] } else { &[404] };
                range.expect(&Shot::new(&method, &odd).bytes("{}"), expected).await;
            }
        }
    }
    range.close();
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn other_methods_are_refused_with_the_ones_that_work(db: PgPool) {
    let mut range = Range::open(&TestApp::new(db)).await;
    let operations = operations();
    let paths: BTreeSet<&String> = operations.iter().map(|(_, path, _)| path).collect();
    for path in paths {
        let known: Vec<&str> =
            operations.iter().filter(|(_, other, _)| other == path).map(|(method, _, _)| &**method).collect();
        for method in [
            "GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "BREW", "get",
        ] {
            if !known.contains(&method) {
                let refused = range.expect(&Shot::new(method, &range.address(path)), &[405]).await;
                let allowed =
                    refused.headers.get("allow").and_then(|value| value.to_str().ok()).unwrap_or_default();
                let named = known.iter().all(|method| allowed.contains(method));
                assert!(named, "{method} {path}: Allow is {allowed:?}, not {known:?}");
            }
        }
        let overridden = Shot::new("POST", &range.address(path)).header("x-http-method-override", "DELETE");
        range.fire(&overridden).await;
    }
    range.close();
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn addresses_of_nothing_are_not_found(db: PgPool) {
    let mut range = Range::open(&TestApp::new(db.clone())).await;
    for path in [
        "",
        "/",
        "/nothing",
        "/CANARYzq7",
        "/courses/",
        "/Courses",
        "//courses",
        "/users/../users",
        "/users;x=1",
        "/%2e%2e/health",
        "/courses%2f",
        "/%00",
        "/%FF",
        "/auth",
        "/auth/login/",
        "/auth/register/admin",
        "/terms/2025",
        "/.env",
    ] {
        range.expect(&Shot::new("GET", path), &[404]).await;
        range.expect(&Shot::new("POST", path).bytes("{}"), &[404]).await;
    }
    for uri in ["/api", "/api/", "/api/v2/courses", "/api/v1x"] {
        range.expect(&Shot { uri: uri.to_owned(), ..Shot::new("GET", "") }, &[404]).await;
    }
    // A page's address, and so no problem+json; but never a redirect that cannot be written.
    let app = TestApp::new(db);
    for uri in ["/%0a/", "/%0d/x/", "/%7f/"] {
        let request = axum::http::Request::builder().uri(uri).body(axum::body::Body::empty()).unwrap();
        assert_eq!(app.send(request).await.status, 404, "{uri}");
    }
    range.close();
}
