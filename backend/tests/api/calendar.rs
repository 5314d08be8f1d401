//! The timetable as calendar programs see it.

use std::path::Path;
use std::time::Duration;

use axum::http::Method;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::PgPool;
use uems::ids::CourseId;

use crate::support::{Actor, Answer, TestApp};

impl Actor {
    async fn make_feed(&self) -> String {
        let made = self.post(&format!("/users/{}/calendar-feed", self.id), json!({})).await.expect(201);
        made.body["url"].as_str().unwrap().strip_prefix("/api/v1").unwrap().to_owned()
    }

    async fn feed(&self) -> Value {
        self.get(&format!("/users/{}/calendar-feed", self.id)).await.expect(200).body
    }
}

fn values<'a>(answer: &'a Answer, name: &str) -> Vec<&'a str> {
    answer.text.split("\r\n").filter_map(|line| line.strip_prefix(name)).collect()
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn an_address_is_told_once_and_ends_with_the_next(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, nobody) = (uems.student("ada").await, uems.nobody());
    assert_eq!(ada.feed().await, json!({ "exists": false, "created_at": null, "last_used_at": null }));
    let first = ada.make_feed().await;
    let fetched = nobody.get(&first).await.expect(200);
    assert_eq!(fetched.headers["content-type"], "text/calendar; charset=utf-8");
    assert_eq!(fetched.headers["cache-control"], "private, max-age=300");
    assert!(fetched.text.starts_with("BEGIN:VCALENDAR\r\n") && fetched.text.ends_with("END:VCALENDAR\r\n"));
    assert!(ada.feed().await["last_used_at"].is_string());
    let token = first.trim_start_matches("/calendar/").trim_end_matches(".ics");
    let stored =
        format!("select count(*) from calendar_feeds where position('{token}' in calendar_feeds::text) > 0");
    assert_eq!(uems.count(&stored).await, 0, "the token is not kept");
    let told = format!("select count(*) from audit_log where position('{token}' in facts::text) > 0");
    assert_eq!(uems.count(&told).await, 0);

    let second = ada.make_feed().await;
    nobody.get(&first).await.expect(404);
    nobody.get(&second).await.expect(200);
    nobody.get(second.trim_end_matches(".ics")).await.expect(404);
    ada.delete(&format!("/users/{}/calendar-feed", ada.id)).await.expect(204);
    ada.delete(&format!("/users/{}/calendar-feed", ada.id)).await.expect(204);
    nobody.get(&second).await.expect(404);

    let third = ada.make_feed().await;
    sqlx::query("update users set is_active = false where id = $1")
        .bind(ada.id)
        .execute(&uems.db)
        .await
        .unwrap();
    nobody.get(&third).await.expect(404);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn students_see_what_they_sit_in_and_teachers_what_they_teach(db: PgPool) {
    let uems = TestApp::new(db);
    uems.class_dates("2025-09-01", "2025-12-12").await;
    let (ada, tina) = (uems.student("ada").await, uems.teacher("tina").await);
    let slot = |day: &str| json!({ day: ["09:00-10:00"] });
    let taken = uems.course("CS101", 9, slot("monday")).await;
    let dropped = uems.course("CS102", 9, slot("tuesday")).await;
    let full = uems.course("CS103", 1, slot("wednesday")).await;
    uems.course_of("CS104", 9, slot("thursday"), Some(&tina)).await;
    uems.student("bob").await.enroll(full).await.expect(201);
    ada.enroll(taken).await.expect(201);
    ada.enroll(dropped).await.expect(201);
    ada.drop_course(dropped).await.expect(200);
    ada.wait_for(full).await.expect(202);
    // The term must be of the last two years, whenever this runs.
    let this_year = uems.app.today().format("%Y").to_string();
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("update courses set year = {this_year}; insert into terms (semester, year, starts_on, ends_on) values ('fall', {this_year}, '{this_year}-09-01', '{this_year}-12-12')  on conflict (year, semester) do update set starts_on = excluded.starts_on, ends_on = excluded.ends_on"))).execute(&uems.db).await.unwrap();

    let seen = uems.nobody().get(&ada.make_feed().await).await.expect(200);
    let summaries = values(&seen, "SUMMARY:");
    assert!(summaries.len() == 1 && summaries[0].starts_with("CS101-"), "{summaries:?}");
    assert!(
        values(&seen, "DTSTART:")[0].ends_with("T090000Z"),
        "a campus in UTC needs no zone: {}",
        seen.text
    );
    assert!(!seen.text.contains("VTIMEZONE"));
    let taught = uems.nobody().get(&tina.make_feed().await).await.expect(200);
    assert!(values(&taught, "SUMMARY:")[0].starts_with("CS104-"));
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn what_did_not_change_is_not_sent_again(db: PgPool) {
    let uems = TestApp::with(db, &["--time-zone", "America/New_York"]);
    let (ada, nobody) = (uems.student("ada").await, uems.nobody());
    let this_year = uems.app.today().format("%Y").to_string();
    let course = uems.course("CS101", 9, json!({ "monday": [{ "time": "09:00-10:00", "from": format!("{this_year}-01-01"), "to": format!("{this_year}-12-31") }] })).await;
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("update courses set year = {this_year}")))
        .execute(&uems.db)
        .await
        .unwrap();
    ada.enroll(course).await.expect(201);
    let path = ada.make_feed().await;
    let fetch = async |tag: &str| nobody.call(Method::GET, &path, None, &[("if-none-match", tag)]).await;
    let whole = fetch("\"other\"").await.expect(200);
    let tag = whole.headers["etag"].to_str().unwrap();
    for known in [tag.to_owned(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
        let same = fetch(&known).await.expect(304);
        assert_eq!((same.text.as_str(), same.headers["etag"].to_str().unwrap()), ("", tag));
    }
    uems.app.clock.advance(Duration::from_secs(600));
    fetch(tag).await.expect(304);
    ada.drop_course(course).await.expect(200);
    fetch(tag).await.expect(200);
}

/// A timetable with everything in it, at a fixed time. What is made of it is checked in, and read by another program's
/// parser in `frontend/lib/calendar-feed.test.ts`.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_timetable_is_written_as_checked_in(db: PgPool) {
    let uems = TestApp::with(db, &["--time-zone", "Europe/Berlin", "--institution", "Example University"]);
    let moment: DateTime<Utc> = "2032-10-01T08:00:00Z".parse().unwrap();
    let ahead = moment - uems.app.clock.now();
    uems.app.clock.advance(Duration::from_secs(ahead.num_seconds().try_into().unwrap()));
    sqlx::raw_sql("insert into terms (semester, year, starts_on, ends_on) values ('fall', 2032, '2032-09-07', '2032-12-17')").execute(&uems.db).await.unwrap();
    let (tina, ada) = (uems.teacher("tina").await, uems.student("ada").await);
    let exam = json!([{ "time": "14:00-16:00", "from": "2032-12-20", "to": "2032-12-20", "room": "Aula" }]);
    let half = json!({ "time": "12:00-13:00", "from": "2032-10-13", "to": "2032-11-10", "type": "LA", "room": "Lab 3" });
    for (number, code, semester, name, schedule) in [
        (
            1,
            "CS101",
            "fall",
            "Programming; with \\ and, commas",
            json!({ "monday": exam, "tuesday": ["09:00-10:30"], "wednesday": [half] }),
        ),
        (
            2,
            "MU200",
            "fall",
            "Nächtliche Übungen für sehr ausdauernde Musikerinnen und Musiker 🎻 im Ensemble",
            json!({ "thursday": ["22:00-24:00"], "sunday": ["01:30-03:30"] }),
        ),
        (
            3,
            "HI300",
            "summer",
            "A term without dates",
            json!({ "friday": ["10:00-11:00", { "time": "10:00-11:00", "from": "2032-10-15", "to": "2032-10-15" }] }),
        ),
    ] {
        sqlx::query(
            "insert into courses (id, code, section, name, capacity, credits, semester, year, schedule, teacher_id, room, updated_at, version)
             values ($1::uuid, $2, '001', $3, 9, 4, $4, 2032, $5, $6, 'A1', '2032-08-01T10:00:00Z', $7)",
        )
        .bind(format!("00000000-0000-4000-8000-{number:012}"))
        .bind(code)
        .bind(name)
        .bind(semester)
        .bind(schedule)
        .bind(tina.id)
        .bind(number)
        .execute(&uems.db)
        .await
        .unwrap();
    }
    let courses: Vec<CourseId> =
        sqlx::query_scalar("select id from courses").fetch_all(&uems.db).await.unwrap();
    for course in courses {
        sqlx::query("insert into enrollments (user_id, course_id, status) values ($1, $2, 'enrolled')")
            .bind(ada.id)
            .bind(course)
            .execute(&uems.db)
            .await
            .unwrap();
    }
    let file = uems.feed_of(ada.id).await;
    let written = uems.nobody().get(&format!("/calendar/{file}")).await.expect(200).text;
    assert!(written.split("\r\n").all(|line| line.len() <= 75));

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api/fixtures/timetable.ics");
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        std::fs::write(&path, &written).unwrap();
    }
    let checked_in = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(checked_in, written, "look at the change, then run this test with UPDATE_FIXTURES=1");
}
