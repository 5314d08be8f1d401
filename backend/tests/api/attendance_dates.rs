//! Which days can be marked: by the campus's date, the term and the schedule.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::attendance::Class;
use crate::support::{Actor, TestApp};

/// Turns the clock forward to a moment; tokens of before have expired then.
async fn at(class: &mut Class, moment: &str) {
    let moment: DateTime<Utc> = moment.parse().unwrap();
    let ahead = moment - class.uems.app.clock.now();
    class.uems.app.clock.advance(Duration::from_secs(ahead.num_seconds().try_into().unwrap()));
    class.tina.token = Some(class.uems.sign_in(class.tina.id).await);
}

async fn mark(class: &Class, by: &Actor, date: &str, extra: Value) -> (u16, String) {
    let mut body =
        json!({ "date": date, "records": [{ "enrollment_id": class.places[0], "status": "present" }] });
    body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    let answer = class.bulk(by, body).await;
    (answer.status.as_u16(), answer.code().to_owned())
}

async fn code(class: &Class, date: &str) -> String {
    mark(class, &class.tina, date, json!({})).await.1
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_day_counts_by_the_clock_on_campus(db: PgPool) {
    let mut class = Class::of(TestApp::with(db, &["--time-zone", "America/New_York"]), 1).await;
    // Two Mondays with class, the second the day after clocks went forward (14 March 2027).
    class.uems.class_dates("2027-01-11", "2027-04-30").await;
    at(&mut class, "2027-03-08T03:30:00Z").await;
    assert_eq!(class.sheet("").await["today"], "2027-03-07", "still Sunday, 22:30");
    assert_eq!(code(&class, "2027-03-08").await, "date_in_future");
    at(&mut class, "2027-03-08T04:59:00Z").await;
    assert_eq!(code(&class, "2027-03-08").await, "date_in_future");
    at(&mut class, "2027-03-08T05:00:01Z").await;
    assert_eq!(code(&class, "2027-03-08").await, "", "midnight in winter is 5 UTC");
    at(&mut class, "2027-03-15T03:59:00Z").await;
    assert_eq!(code(&class, "2027-03-15").await, "date_in_future");
    at(&mut class, "2027-03-15T04:00:01Z").await;
    assert_eq!(code(&class, "2027-03-15").await, "", "and in summer 4");
    assert_eq!(class.sheet("").await["meetings"][0]["date"], "2027-03-15");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn half_past_eleven_utc_is_tomorrow_in_tokyo_and_the_term_has_begun(db: PgPool) {
    let mut class = Class::of(TestApp::with(db, &["--time-zone", "Asia/Tokyo"]), 1).await;
    class.uems.class_dates("2027-03-01", "2027-04-30").await;
    at(&mut class, "2027-02-28T14:59:00Z").await;
    assert_eq!(class.sheet("").await["meetings"], json!([]));
    assert_eq!(code(&class, "2027-03-01").await, "date_in_future");
    at(&mut class, "2027-02-28T23:30:00Z").await;
    assert_eq!(code(&class, "2027-03-01").await, "");
    at(&mut class, "2027-05-02T23:30:00Z").await;
    assert_eq!(code(&class, "2027-05-03").await, "outside_term", "a Monday after the last class");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_day_without_class_needs_a_word_that_it_was_held(db: PgPool) {
    let class = Class::of(TestApp::new(db), 1).await;
    let say = async |date: &str, extra: Value| mark(&class, &class.tina, date, extra).await.1;
    assert_eq!(say("2025-09-09", json!({})).await, "no_class_that_day");
    assert_eq!(say("2025-09-08", json!({ "meeting": 2 })).await, "no_such_meeting");
    assert_eq!(say("2025-09-10", json!({ "meeting": 2 })).await, "");
    assert_eq!(say("2025-08-25", json!({ "make_up": true })).await, "outside_term");
    assert_eq!(say("2025-09-09", json!({ "make_up": true })).await, "");
    // Now it was held, and a correction needs no word.
    assert_eq!(say("2025-09-09", json!({})).await, "");
    let sheet = class.sheet("date=2025-09-09").await;
    assert_eq!(sheet["students"][0]["record"]["make_up"], true);
    let meetings = sheet["meetings"].as_array().unwrap();
    let besides = meetings.iter().find(|meeting| meeting["date"] == "2025-09-09").unwrap();
    assert_eq!((&besides["make_up"], &besides["scheduled"]), (&json!(true), &json!(false)));
    // A class of the schedule is none, whatever it is called.
    assert_eq!(say("2025-09-08", json!({ "make_up": true })).await, "");
    let sheet = class.sheet("date=2025-09-08").await;
    assert_eq!(sheet["students"][0]["record"]["make_up"], false);
    for (field, body) in [
        ("date", json!({ "date": "0001-01-01" })),
        ("meeting", json!({ "meeting": 21 })),
        ("meeting", json!({ "meeting": 0 })),
        ("records", json!({ "records": [] })),
    ] {
        let mut whole = json!({ "date": "2025-09-08", "records": [{ "enrollment_id": class.places[0], "status": "late" }] });
        whole.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        let refused = class.bulk(&class.tina, whole).await.expect(422);
        assert_eq!(refused.field_errors()[0].0, field);
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_moved_class_keeps_its_old_days(db: PgPool) {
    let class = Class::of(TestApp::new(db), 1).await;
    assert_eq!(code(&class, "2025-09-08").await, "");
    let moved = json!({ "schedule": { "tuesday": ["09:00-10:00"] } });
    class.tina.put(&format!("/courses/{}", class.course), moved).await.expect(200);
    assert_eq!(code(&class, "2025-09-08").await, "", "it was held");
    assert_eq!(code(&class, "2025-09-15").await, "no_class_that_day");
    assert_eq!(code(&class, "2025-09-16").await, "");
    assert_eq!(code(&class, "2024-02-29").await, "outside_term");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn who_has_no_seat_is_not_marked(db: PgPool) {
    let class = Class::of(TestApp::new(db), 1).await;
    let ada = &class.students[0];
    let place = &class.places[0];
    let record = class
        .tina
        .post("/attendance", json!({ "enrollment_id": place, "date": "2025-09-08", "status": "absent" }))
        .await
        .expect(201)
        .id();
    ada.drop_course(class.course).await.expect(200);
    let again = json!({ "enrollment_id": place, "date": "2025-09-15", "status": "late" });
    assert_eq!(class.tina.post("/attendance", again).await.expect(409).code(), "not_enrolled");
    let corrected =
        class.tina.put(&format!("/attendance/{record}"), json!({ "status": "late" })).await.expect(409);
    assert_eq!(corrected.body["status"], 409);
    sqlx::query("update enrollments set status = 'completed', dropped_at = null where id = $1::uuid")
        .bind(place)
        .execute(&class.uems.db)
        .await
        .unwrap();
    class.tina.put(&format!("/attendance/{record}"), json!({ "status": "late" })).await.expect(200);
}
