//! What can be wrong with a body.

use serde_json::{Value, json};
use sqlx::PgPool;

use super::{CANARY, Range, Shot, arrays_in_bodies, good_body, operations_with_body};
use crate::support::TestApp;

/// Values no field is prepared for; a few of them fit some field, which is fine too.
fn odd_values() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(0),
        json!(1.5),
        json!(-0.0),
        json!(1e308),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(9_007_199_254_740_993_i64),
        json!(""),
        json!(" "),
        json!(CANARY),
        json!(format!("{CANARY}\0")),
        json!(format!("say \"{CANARY}\" and `{CANARY}` at line {CANARY}, expected {CANARY}")),
        json!(format!("'; drop table users; -- {CANARY}")),
        json!(format!("{CANARY}\u{202e}")),
        json!("\r\n"),
        json!("😀".repeat(300)),
        json!(CANARY.repeat(20_000)),
        json!("0001-01-01"),
        json!("+262142-12-31"),
        json!("-4800-01-01T00:00:00Z"),
        json!("+262142-12-31T23:59:59Z"),
        json!("00000000-0000-0000-0000-000000000000"),
        json!([]),
        json!([[], {}, null]),
        json!(["00000000-0000-0000-0000-000000000000"]),
        json!({}),
        json!({ CANARY: CANARY }),
        json!({ "monday": [{ "time": "09:00-10:00", "from": "-4800-01-05", "to": "+262142-12-31" }] }),
        json!({ "monday": [CANARY, 9, null, {}, { "time": CANARY }, { CANARY: 1 }] }),
        json!({ "monday": vec!["09:00-10:00"; 2000] }),
        json!({ CANARY.repeat(3): [] }),
    ]
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn no_value_of_any_field_is_too_odd(db: PgPool) {
    let mut range = Range::open(&TestApp::new(db)).await;
    for (method, path, fields) in operations_with_body() {
        assert!(!fields.is_empty(), "{method} {path} has no fields");
        for field in fields {
            for value in odd_values() {
                let mut body = good_body(&method, &path);
                body[&field] = value;
                range.fire(&Shot::new(&method, &range.address(&path)).json(&body)).await;
            }
        }
    }
    range.close();
}

/// Each element of each array that the document knows: odd as a whole, odd in any of its fields, beside a good one.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn no_value_inside_an_array_is_too_odd(db: PgPool) {
    let mut range = Range::open(&TestApp::new(db)).await;
    let arrays = arrays_in_bodies();
    let named = |wanted: &str| arrays.iter().any(|(.., array, fields)| array == wanted && fields.len() > 1);
    assert!(arrays.len() >= 6 && named("cells") && named("records"), "{arrays:?}");
    for (method, path, array, fields) in &arrays {
        let (good, shot) = (range.good(method, path), Shot::new(method, &range.address(path)));
        assert!(!good[array][0].is_null(), "give an element of {array} of {method} {path} in `Range::good`");
        let taken = range.fire(&shot.clone().json(&good)).await;
        assert!(!matches!(taken.status.as_u16(), 400 | 404 | 422), "{method} {path}: {}", taken.text);
        assert!(taken.body["refused"].as_i64().unwrap_or_default() == 0, "{method} {path}: {}", taken.text);
        for value in odd_values() {
            let mut bodies = vec![];
            // An unknown field with a plain name is told by it, on purpose.
            if value.as_object().is_none_or(|fields| fields.keys().all(|name| !name.contains(CANARY))) {
                bodies.extend([good.clone(), good.clone()]);
                bodies[0][array][0] = value.clone();
                bodies[1][array].as_array_mut().unwrap().push(value.clone());
            }
            for field in fields {
                let mut body = good.clone();
                body[array][0][field] = value.clone();
                bodies.push(body);
            }
            for body in bodies {
                // With a key, the answer is kept too, whatever it repeats.
                let key = format!("odd-element-{}", uems::ids::EnrollmentId::new());
                range.fire(&shot.clone().header("idempotency-key", key).json(&body)).await;
                let answer = range.fire(&shot.clone().json(&body)).await;
                // Taken with a verdict, or refused: what is no good is never taken in silence.
                if answer.status.is_success() {
                    let told = ["cells", "verdicts", "students", "conflicts", "items"]
                        .iter()
                        .any(|list| answer.body[list].is_array());
                    assert!(told, "{method} {path} {body}: {}", answer.text);
                }
            }
        }
        if fields.is_empty() {
            continue;
        }
        for name in ["is_superuser", "__proto__"] {
            let mut body = good.clone();
            body[array][0][name] = json!({});
            let refused = range.expect(&shot.clone().json(&body), &[422]).await;
            let at = (format!("{array}[0].{name}"), "unknown_field".to_owned());
            assert_eq!(refused.field_errors(), [at], "{method} {path}");
        }
        let mut body = good.clone();
        body[array][0][format!("<b>{CANARY}")] = json!(1);
        range.expect(&shot.clone().json(&body), &[422]).await;
    }
    range.close();
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn what_is_no_json_is_refused_for_what_it_is(db: PgPool) {
    let mut range = Range::open(&TestApp::new(db)).await;
    let nested = |open: &str, close: &str| format!("{}{}", open.repeat(50_000), close.repeat(50_000));
    let bodies: Vec<(Vec<u8>, &[u16])> = vec![
        (b"{".to_vec(), &[400]),
        (format!("{{\"{CANARY}").into_bytes(), &[400]),
        (CANARY.into(), &[400]),
        (b"{} trailing".to_vec(), &[400, 422]),
        (b"{}{}".to_vec(), &[400, 422]),
        (b"\xef\xbb\xbf{}".to_vec(), &[400]),
        (b"{\"x\": \"\xff\xfe\"}".to_vec(), &[400, 422]),
        (b"{\x00}".to_vec(), &[400]),
        ("{}".encode_utf16().flat_map(u16::to_le_bytes).collect(), &[400]),
        (b"{\"x\": \"\\ud800\"}".to_vec(), &[400, 422]),
        (b"{\"x\": 1e999}".to_vec(), &[400, 422]),
        (b"{\"x\": NaN}".to_vec(), &[400, 422]),
        (nested("[", "]").into(), &[400, 422]),
        (nested("{\"schedule\":", "}").into(), &[400, 422]),
        (b"[]".to_vec(), &[422]),
        (b"[{}]".to_vec(), &[422]),
        (format!("[{}0]", "0,".repeat(300_000)).into(), &[422]),
        (b"null".to_vec(), &[422]),
        (b"true".to_vec(), &[422]),
        (b"1e999".to_vec(), &[400, 422]),
        (format!("\"{CANARY}\"").into(), &[422]),
    ];
    for (method, path, fields) in operations_with_body() {
        let shot = Shot::new(&method, &range.address(&path));
        for (body, expected) in &bodies {
            range.expect(&shot.clone().bytes(body.clone()), expected).await;
        }
        for field in fields {
            for value in ["1e999", "\"\\ud800\"", "-", "[[[[", &nested("[", "]")] {
                range.expect(&shot.clone().bytes(format!("{{\"{field}\":{value}}}")), &[400, 422]).await;
            }
            range.expect(&shot.clone().bytes(format!("{{\"{field}\":null,\"{field}\":null}}")), &[422]).await;
        }
    }
    range.close();
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn an_empty_body_is_one_only_where_nothing_is_needed(db: PgPool) {
    let mut range = Range::open(&TestApp::new(db)).await;
    for (method, path, _) in operations_with_body() {
        let expected = match &*path {
            "/auth/refresh" => 401,
            "/courses/{id}/enroll" => 409,
            "/payments/reconciliation" => 200,
            _ => 400,
        };
        range.expect(&Shot::new(&method, &range.address(&path)).bytes(""), &[expected]).await;
    }
    range.close();
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn ten_megabytes_are_too_many(db: PgPool) {
    let mut range = Range::open(&TestApp::new(db)).await;
    for (method, path, fields) in operations_with_body() {
        let shot = Shot::new(&method, &range.address(&path));
        let big = json!({ &*fields[0]: "x".repeat(10_000_000) });
        let refused = range.expect(&shot.clone().json(&big), &[413]).await;
        assert_eq!(refused.code(), "payload_too_large");
        // Just under the limit is only wrong.
        let almost = json!({ "nothing": format!("{CANARY}{}", "x".repeat(1_000_000)) });
        range.expect(&shot.json(&almost), &[422]).await;
    }
    range.close();
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn unknown_fields_are_refused_by_name(db: PgPool) {
    let mut range = Range::open(&TestApp::new(db)).await;
    for (method, path, _) in operations_with_body() {
        let shot = Shot::new(&method, &range.address(&path));
        for name in ["is_superuser", "__proto__", "constructor"] {
            let mut body = good_body(&method, &path);
            body[name] = json!({});
            let refused = range.expect(&shot.clone().json(&body), &[422]).await;
            assert_eq!(
                refused.field_errors(),
                [(name.to_owned(), "unknown_field".to_owned())],
                "{method} {path}"
            );
        }
        // A name that is no name is not repeated.
        for name in [
            format!("<b>{CANARY}"),
            format!("`{CANARY}`, expected {CANARY}"),
            CANARY.repeat(9),
            format!("{CANARY}\0"),
        ] {
            let mut body = good_body(&method, &path);
            body[&name] = json!(1);
            range.expect(&shot.clone().json(&body), &[422]).await;
        }
    }
    range.close();
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn missing_fields_are_named(db: PgPool) {
    let mut range = Range::open(&TestApp::new(db)).await;
    for (path, missing) in [
        ("/auth/register", "email"),
        ("/auth/login", "password"),
        ("/users", "role"),
        ("/courses", "schedule"),
    ] {
        let mut body = good_body("POST", path);
        body.as_object_mut().unwrap().remove(missing);
        let refused = range.expect(&Shot::new("POST", path).json(&body), &[422]).await;
        assert_eq!(refused.field_errors(), [(missing.to_owned(), "required".to_owned())]);
    }
    range.close();
}
