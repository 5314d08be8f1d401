//! Terms: their dates, their windows, and the institution's settings.

use serde_json::{Value, json};
use sqlx::PgPool;
use uems::app::Clock;

use crate::courses::section;
use crate::support::{Actor, TestApp};

async fn put(root: &Actor, term: &str, dates: Value) -> Value {
    root.put(&format!("/terms/{term}"), dates).await.expect(200).body
}

/// Terms as `fall 2025`, the current one with a star.
async fn listed(actor: &Actor) -> Vec<String> {
    let terms = actor.get("/terms").await.expect(200);
    let name = |term: &Value| {
        let star = if term["is_current"] == true { "*" } else { "" };
        format!("{} {}{star}", term["semester"].as_str().unwrap(), term["year"])
    };
    terms.body["items"].as_array().unwrap().iter().map(name).collect()
}

fn in_days(days: i64) -> String {
    (Clock::default().now() + chrono::TimeDelta::days(days)).to_rfc3339()
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_term_is_put_read_and_cleared(db: PgPool) {
    let uems = TestApp::new(db);
    let (root, ada) = (uems.admin("root").await, uems.student("ada").await);
    let dates = json!({
        "starts_on": "2025-09-01", "ends_on": "2025-12-19", "registration_opens_at": "2025-08-01T06:00:00+02:00",
        "registration_closes_at": "2025-09-12T22:00:00Z", "drop_deadline": "2025-10-01T22:00:00Z",
    });
    let term = put(&root, "2025/fall", dates).await;
    assert_eq!(
        (&term["semester"], &term["year"], &term["courses"]),
        (&json!("fall"), &json!(2025), &json!(0))
    );
    assert_eq!(term["registration_opens_at"], "2025-08-01T04:00:00Z");
    let mut listed = ada.get("/terms").await.expect(200).body["items"][0].clone();
    listed["warnings"] = json!([]);
    assert_eq!(listed, term);
    let cleared =
        put(&root, "2025/fall", json!({ "starts_on": "2025-09-02", "ends_on": "2025-12-19" })).await;
    assert_eq!((&cleared["starts_on"], &cleared["drop_deadline"]), (&json!("2025-09-02"), &Value::Null));
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn impossible_dates_are_refused_at_their_field(db: PgPool) {
    let root = TestApp::new(db).admin("root").await;
    for (dates, field, code) in [
        (json!({ "starts_on": "2025-09-01" }), "ends_on", "dates_incomplete"),
        (json!({ "ends_on": "2025-09-01" }), "ends_on", "dates_incomplete"),
        (json!({ "starts_on": "2025-09-02", "ends_on": "2025-09-01" }), "ends_on", "dates_reversed"),
        (json!({ "starts_on": "2025-02-30", "ends_on": "2025-09-01" }), "starts_on", "invalid"),
        (
            json!({ "registration_opens_at": in_days(2), "registration_closes_at": in_days(1) }),
            "registration_closes_at",
            "dates_reversed",
        ),
        (json!({ "drop_deadline": "tomorrow" }), "drop_deadline", "invalid"),
        (json!({ "starts": "2025-09-01" }), "starts", "unknown_field"),
    ] {
        let refused = root.put("/terms/2025/fall", dates).await.expect(422);
        assert_eq!(refused.field_errors(), [(field.to_owned(), code.to_owned())]);
    }
    for nowhere in ["/terms/2025/winter", "/terms/2025/Fall", "/terms/fall/2025"] {
        root.put(nowhere, json!({})).await.expect(404);
    }
    for year in [1899, 10_000, -1] {
        root.put(&format!("/terms/{year}/fall"), json!({})).await.expect(422);
    }
    assert_eq!(listed(&root).await, Vec::<String>::new());
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn terms_come_newest_first_and_one_is_current(db: PgPool) {
    let uems = TestApp::new(db);
    let root = uems.admin("root").await;
    put(&root, "2024/fall", json!({})).await;
    put(&root, "2026/spring", json!({})).await;
    put(&root, "2025/summer", json!({})).await;
    assert_eq!(listed(&root).await, ["spring 2026*", "summer 2025", "fall 2024"]);
    uems.course("CS101", 9, json!({})).await;
    assert_eq!(
        listed(&root).await,
        ["spring 2026", "fall 2025*", "summer 2025", "fall 2024"],
        "a term with sections before an empty one"
    );
    let day = |days: i64| in_days(days)[..10].to_owned();
    put(&root, "2025/summer", json!({ "starts_on": day(-9), "ends_on": day(9) })).await;
    assert_eq!(listed(&root).await[2], "summer 2025*", "classes are on");
    put(
        &root,
        "2026/spring",
        json!({ "registration_opens_at": in_days(-1), "registration_closes_at": in_days(1) }),
    )
    .await;
    assert_eq!(listed(&root).await[0], "spring 2026*", "registration is on");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn the_state_of_registration_follows_the_window(db: PgPool) {
    let root = TestApp::new(db).admin("root").await;
    for (opens, closes, state) in [
        (None, None, "open"),
        (Some(1), Some(2), "not_yet"),
        (Some(-1), Some(1), "open"),
        (Some(-2), Some(-1), "closed"),
        (None, Some(-1), "closed"),
        (Some(1), None, "not_yet"),
    ] {
        let window = json!({ "registration_opens_at": opens.map(in_days), "registration_closes_at": closes.map(in_days) });
        assert_eq!(put(&root, "2025/fall", window).await["registration"], state);
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_window_that_opens_lets_students_in_and_waiters_up(db: PgPool) {
    let uems = TestApp::new(db);
    let (root, ada, bob) = (uems.admin("root").await, uems.student("ada").await, uems.student("bob").await);
    let course = uems.monday("CS101", 1, "09:00-10:00").await;
    ada.enroll(course).await.expect(201);
    bob.wait_for(course).await.expect(202);
    put(&root, "2025/fall", json!({ "registration_closes_at": in_days(-1) })).await;
    ada.drop_course(course).await.expect(200);
    assert_eq!(bob.status_in(course).await, "pending", "nobody is promoted after the window");
    put(&root, "2025/fall", json!({ "registration_closes_at": in_days(1) })).await;
    for _ in 0..50 {
        if bob.status_in(course).await == "enrolled" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(bob.status_in(course).await, "enrolled");
    uems.assert_sound().await;
}

/// A single day cannot be held against weekly classes until the class dates are known; then it is.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn class_dates_that_would_put_two_into_one_room_are_refused(db: PgPool) {
    let root = TestApp::new(db).admin("root").await;
    let in_room = |code: &str, schedule: Value| {
        let mut new = section(code, schedule);
        new["room"] = json!("B12");
        new
    };
    root.post("/courses", in_room("CS101", json!({ "monday": ["09:00-11:00"] }))).await.expect(201);
    let exam = |code: &str, day: &str| {
        in_room(code, json!({ "monday": [{ "time": "09:00-12:00", "from": day, "to": day }] }))
    };
    root.post("/courses", exam("CS102", "2025-12-15")).await.expect(201);
    assert_eq!(
        root.post("/courses", exam("CS103", "2025-12-15")).await.expect(409).code(),
        "room_conflict",
        "two exams"
    );

    let refused = root
        .put("/terms/2025/fall", json!({ "starts_on": "2025-09-01", "ends_on": "2025-12-19" }))
        .await
        .expect(409);
    assert_eq!(refused.code(), "room_conflict");
    assert_eq!(root.get("/terms").await.body["items"][0]["starts_on"], Value::Null);
    put(&root, "2025/fall", json!({ "starts_on": "2025-09-01", "ends_on": "2025-12-12" })).await;
    assert_eq!(
        root.post("/courses", exam("CS104", "2025-12-08")).await.expect(409).body["course"]["code"],
        "CS101"
    );
    assert_eq!(
        root.put("/terms/2025/fall", json!({ "starts_on": "2025-09-01", "ends_on": "2025-12-19" }))
            .await
            .expect(409)
            .code(),
        "room_conflict"
    );
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn the_institution_tells_what_it_accepts(db: PgPool) {
    let uems = TestApp::new(db);
    let told = uems.student("ada").await.get("/institution").await.expect(200).body;
    assert_eq!(told["code_pattern"], r"^(?:[A-Z]{2,4}\d{3})$");
    assert_eq!(told["teaching_days"], json!(["monday", "tuesday", "wednesday", "thursday", "friday"]));
    assert_eq!(
        (&told["first_year"], &told["max_credits"], &told["max_capacity"]),
        (&json!(2024), &json!("6"), &json!(500))
    );
    let this_year: i64 = uems.app.clock.now().format("%Y").to_string().parse().unwrap();
    assert_eq!(told["last_year"], this_year + 4);
    assert!(!told.to_string().contains("secret") && told.as_object().unwrap().len() == 9);
}
