//! The dashboard and the report on enrolments, each number against one computed here from the raw rows.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};
use sqlx::PgPool;
use uems::seed::{self, SeedArgs};

use crate::support::TestApp;

/// A university with something to count.
pub async fn plant(db: &PgPool) {
    let args = SeedArgs { students: 150, courses: 36, demo_passwords: false };
    seed::plant(db, &args, uems::app::Clock::default().now(), "!").await.unwrap();
}

/// Half-hourly events of a student around some days, so that some of them lie close to each midnight.
async fn happen_around(uems: &TestApp, days: &[&str]) {
    let (ada, course) = (uems.student("ada").await, uems.course("CS101", 9, json!({})).await);
    for (index, day) in days.iter().enumerate() {
        let events =
            ["enrolled", "promoted", "dropped", "waitlisted", "left_waitlist", "completed", "refused"];
        sqlx::query(
            "insert into enrollment_events (at, user_id, course_id, event, reason)
             select at, $2, $3, ($4::text[])[1 + (extract(epoch from at) / 1800)::bigint % 7], 'course_full'
             from generate_series($1::timestamptz - interval '40 hours', $1::timestamptz + interval '40 hours',
                 interval '30 minutes' + make_interval(secs => $5)) at",
        )
        .bind(day.parse::<DateTime<Utc>>().unwrap())
        .bind(ada.id)
        .bind(course)
        .bind(&events[..])
        .bind(index as f64)
        .execute(&uems.db)
        .await
        .unwrap();
    }
}

type Raw = (DateTime<Utc>, String, String, i32);

/// What the report has to say, from all events there are, counted by chrono's calendar.
fn counted(raw: &[Raw], zone: Tz, from: NaiveDate, to: NaiveDate, term: Option<(&str, i32)>) -> Vec<Value> {
    let mut days: BTreeMap<NaiveDate, BTreeMap<&str, i64>> =
        from.iter_days().take_while(|day| *day <= to).map(|day| (day, BTreeMap::new())).collect();
    for (at, event, semester, year) in raw {
        let wanted = term.is_none_or(|term| term == (semester, *year));
        if let Some(counts) = days.get_mut(&at.with_timezone(&zone).date_naive()).filter(|_| wanted) {
            *counts.entry(event).or_default() += 1;
        }
    }
    let line = |(day, counts): (NaiveDate, BTreeMap<&str, i64>)| {
        let of = |event: &str| counts.get(event).copied().unwrap_or_default();
        json!({
            "day": day, "enrolled": of("enrolled"), "promoted": of("promoted"), "dropped": of("dropped"),
            "waitlisted": of("waitlisted"), "left_waitlist": of("left_waitlist"), "completed": of("completed"),
            "refused": of("refused"), "net": of("enrolled") + of("promoted") - of("dropped"),
        })
    };
    days.into_iter().map(line).collect()
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn days_are_the_campuss_across_clock_changes_months_and_terms(db: PgPool) {
    plant(&db).await;
    let uems = TestApp::new(db.clone());
    // New York changes at 2:00, Cairo and the Azores at midnight: a day begins at 1:00, or begins twice.
    let changes = [
        "2025-03-09T06:59:00Z",
        "2025-11-02T05:30:00Z",
        "2025-04-24T22:00:00Z",
        "2025-10-30T21:00:00Z",
        "2025-03-30T01:00:00Z",
        "2025-10-26T01:00:00Z",
        "2025-08-31T23:45:00Z",
    ];
    happen_around(&uems, &changes).await;
    let raw: Vec<Raw> = sqlx::query_as(
        "select v.at, v.event, c.semester, c.year from enrollment_events v join courses c on c.id = v.course_id",
    )
    .fetch_all(&db)
    .await
    .unwrap();
    let today = uems.app.today();
    let term: (String, i32) = sqlx::query_as("select semester, year from terms order by starts_on limit 1")
        .fetch_one(&db)
        .await
        .unwrap();
    for name in ["America/New_York", "Africa/Cairo", "Atlantic/Azores", "Pacific/Kiritimati", "UTC"] {
        let uems = TestApp::with(db.clone(), &["--time-zone", name]);
        let (root, zone) =
            (uems.admin(&name.replace('/', "-").to_lowercase()).await, name.parse::<Tz>().unwrap());
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let periods = [
            (day("2025-03-01"), day("2025-11-30")),
            (day("2025-03-09"), day("2025-03-09")),
            (day("2025-11-02"), day("2025-11-02")),
            (day("2025-04-25"), day("2025-04-25")),
            (day("2025-10-26"), day("2025-10-26")),
            (day("2025-08-31"), day("2025-09-01")),
            (today - chrono::Days::new(500), today),
        ];
        for (from, to) in periods {
            let report =
                root.get(&format!("/analytics/enrollments?from={from}&to={to}")).await.expect(200).body;
            let expected = counted(&raw, zone, from, to, None);
            assert_eq!(report["by_day"], json!(expected), "{name} {from} {to}");
            assert_eq!(report["time_zone"], name);
            for field in [
                "enrolled",
                "promoted",
                "dropped",
                "waitlisted",
                "left_waitlist",
                "completed",
                "refused",
                "net",
            ] {
                let sum: i64 = expected.iter().map(|line| line[field].as_i64().unwrap()).sum();
                assert_eq!(report["totals"][field], sum, "{field}");
            }
            let (semester, year) = (&*term.0, term.1);
            let path = format!("/analytics/enrollments?from={from}&to={to}&semester={semester}&year={year}");
            let of_term = root.get(&path).await.expect(200).body;
            assert_eq!(of_term["by_day"], json!(counted(&raw, zone, from, to, Some((semester, year)))));
        }
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn how_enrolments_stand_is_what_the_rows_say(db: PgPool) {
    plant(&db).await;
    let uems = TestApp::new(db.clone());
    let root = uems.admin("root").await;
    let (ada, bob, course) =
        (uems.student("ada").await, uems.student("bob").await, uems.monday("CS101", 1, "09:00-10:00").await);
    ada.enroll(course).await.expect(201);
    bob.wait_for(course).await.expect(202);
    ada.drop_course(course).await.expect(200);
    uems.course("CS102", 9999, json!({})).await;

    type Place = (String, uuid::Uuid, String, i32);
    let places: Vec<Place> = sqlx::query_as(
        "select e.status, e.user_id, c.semester, c.year from enrollments e join courses c on c.id = e.course_id",
    )
    .fetch_all(&db)
    .await
    .unwrap();
    type Section = (String, i32, i32, bool);
    let sections: Vec<Section> = sqlx::query_as("select semester, year, capacity, is_active from courses")
        .fetch_all(&db)
        .await
        .unwrap();
    let statuses = |chosen: &[&Place]| {
        let count = |status: &str| chosen.iter().filter(|place| place.0 == status).count();
        json!({ "pending": count("pending"), "enrolled": count("enrolled"), "dropped": count("dropped"), "completed": count("completed") })
    };
    let report = root.get("/analytics/enrollments").await.expect(200).body;
    assert_eq!(report["by_status"], statuses(&places.iter().collect::<Vec<_>>()));
    assert_eq!(report["by_day"].as_array().unwrap().len(), 90);

    let mut terms: Vec<(String, i32)> =
        sections.iter().map(|section| (section.0.clone(), section.1)).collect();
    let place =
        |term: &(String, i32)| (term.1, ["spring", "summer", "fall"].iter().position(|name| *name == term.0));
    terms.sort_by_key(|term| std::cmp::Reverse(place(term)));
    terms.dedup();
    assert!(terms.len() >= 3, "{terms:?}");
    let expected: Vec<Value> = terms
        .iter()
        .map(|(semester, year)| {
            let mine: Vec<&Place> =
                places.iter().filter(|place| (&place.2, &place.3) == (semester, year)).collect();
            let active =
                sections.iter().filter(|section| (&section.0, &section.1) == (semester, year) && section.3);
            let sitting = mine.iter().filter(|place| ["enrolled", "completed"].contains(&&*place.0));
            let mut line = statuses(&mine);
            line["semester"] = json!(semester);
            line["year"] = json!(year);
            line["sections"] = json!(active.clone().count());
            line["seats"] =
                json!(active.filter(|section| section.2 != 9999).map(|section| section.2).sum::<i32>());
            line["students"] =
                json!(sitting.map(|place| place.1).collect::<std::collections::BTreeSet<_>>().len());
            line
        })
        .collect();
    assert_eq!(report["by_semester"], json!(expected));
    let fall = root.get("/analytics/enrollments?semester=fall&year=2025").await.expect(200).body;
    assert_eq!(fall["by_semester"].as_array().unwrap().len(), 1);

    // What went in and did not go out again is there.
    let all = root.get("/analytics/enrollments?semester=fall&year=2025").await.expect(200).body;
    assert_eq!(all["totals"]["net"], all["by_status"]["enrolled"]);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn the_dashboard_says_what_is(db: PgPool) {
    plant(&db).await;
    let uems = TestApp::with(db.clone(), &["--time-zone", "America/New_York"]);
    let root = uems.admin("root").await;
    let (ada, bob, tina) = (uems.student("ada").await, uems.student("bob").await, uems.teacher("tina").await);
    uems.window("-2 days", "2 days", "3 days").await;
    let course = uems.monday("CS101", 1, "09:00-10:00").await;
    ada.enroll(course).await.expect(201);
    bob.enroll(course).await.expect(409);
    bob.wait_for(course).await.expect(202);
    // A second session of one person; one that ended, one that expired, one unused for long, one of somebody inactive.
    uems.sign_in(ada.id).await;
    for (name, change) in [
        ("ended", "revoked_at = now(), revoked_reason = 'logout'"),
        ("expired", "expires_at = now() - interval '1 second'"),
        ("idle", "last_used_at = now() - interval '15 minutes 1 second'"),
    ] {
        let person = uems.student(name).await;
        let sql = format!("update sessions set {change} where user_id = $1");
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(person.id).execute(&db).await.unwrap();
    }
    let gone = uems.teacher("gone").await;
    sqlx::query("update users set is_active = false where id = $1").bind(gone.id).execute(&db).await.unwrap();

    let board = root.get("/analytics/dashboard").await.expect(200).body;
    assert_eq!(board["active_users"], json!({ "admin": 1, "teacher": 1, "student": 2, "total": 4 }));
    assert_eq!(board["today"], json!(uems.app.today()));
    let raw: Vec<Raw> = sqlx::query_as(
        "select v.at, v.event, c.semester, c.year from enrollment_events v join courses c on c.id = v.course_id",
    )
    .fetch_all(&db)
    .await
    .unwrap();
    let today = uems.app.today();
    let mut expected = counted(&raw, chrono_tz::America::New_York, today, today, None).remove(0);
    expected.as_object_mut().unwrap().remove("day");
    assert_eq!(board["enrollments_today"], expected);
    assert_eq!(board["revenue_today"], json!([]));

    // Requests of this replica: three registrations; the dashboard itself is not answered yet.
    let requests = &board["requests"];
    assert_eq!(
        (&requests["scope"], &requests["total"], &requests["errors"]),
        (&json!("replica"), &json!(3), &json!(0))
    );
    assert_eq!(requests["error_rate"], "0.00");
    assert!(requests["p95_seconds"].as_f64().unwrap() > 0.0);
    let pool = &board["pool"];
    assert!(
        pool["max"].as_i64().unwrap() >= pool["active"].as_i64().unwrap() + pool["idle"].as_i64().unwrap()
    );

    fullest_and_queues(&uems, &board).await;
    let forbidden = tina.get("/analytics/dashboard").await.expect(403);
    assert_eq!(forbidden.code(), "forbidden");
}

/// The current terms are the seeded one with its open window and fall 2025; nothing of other terms is on the board.
async fn fullest_and_queues(uems: &TestApp, board: &Value) {
    let current: Vec<(String, i64)> = board["registration"]
        .as_array()
        .unwrap()
        .iter()
        .map(|term| (term["semester"].as_str().unwrap().to_owned(), term["year"].as_i64().unwrap()))
        .collect();
    assert!(current.contains(&("fall".to_owned(), 2025)), "{current:?}");
    assert_eq!(
        board["registration"].as_array().unwrap().iter().filter(|term| term["is_current"] == true).count(),
        1
    );
    assert!(board["registration"].as_array().unwrap().iter().all(|term| term["registration"] == "open"));

    type Section = (uuid::Uuid, String, String, String, i32, i32, i32, i64);
    let sections: Vec<Section> = sqlx::query_as(
        "select c.id, c.code, c.section, c.semester, c.year, c.enrolled_count, c.capacity,
             count(e.id) filter (where e.status = 'pending')
         from courses c left join enrollments e on e.course_id = c.id where c.is_active group by c.id",
    )
    .fetch_all(&uems.db)
    .await
    .unwrap();
    let mut mine: Vec<&Section> =
        sections.iter().filter(|section| current.contains(&(section.3.clone(), section.4.into()))).collect();
    assert_eq!(board["waitlist_total"], mine.iter().map(|section| section.7).sum::<i64>());
    mine.retain(|section| section.6 != 9999);
    // a/b > c/d, without a division.
    mine.sort_by(|a, b| {
        let fuller = (i64::from(b.5) * i64::from(a.6)).cmp(&(i64::from(a.5) * i64::from(b.6)));
        fuller.then(b.7.cmp(&a.7)).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)).then(a.0.cmp(&b.0))
    });
    let shown = board["fullest_courses"].as_array().unwrap();
    assert_eq!(shown.len(), 10);
    for (course, expected) in shown.iter().zip(mine) {
        let rate = (f64::from(expected.5) * 100.0 / f64::from(expected.6) * 100.0).round() / 100.0;
        let got = (
            &course["id"],
            &course["enrolled_count"],
            &course["waitlist_count"],
            course["fill_rate"].as_str().unwrap(),
        );
        assert_eq!(got, (&json!(expected.0), &json!(expected.5), &json!(expected.7), &*format!("{rate:.2}")));
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn without_metrics_the_board_says_nothing_of_requests(db: PgPool) {
    let uems = TestApp::with(db, &["--enable-metrics", "false"]);
    let root = uems.admin("root").await;
    let board = root.get("/analytics/dashboard").await.expect(200).body;
    assert_eq!((&board["requests"], &board["fullest_courses"]), (&Value::Null, &json!([])));
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn failures_and_their_share_are_counted(db: PgPool) {
    let uems = TestApp::new(db);
    let root = uems.admin("root").await;
    let metrics = &uems.app.metrics;
    for (status, times) in [("200", 6), ("404", 1), ("500", 1), ("503", 2)] {
        metrics.http_requests.with_label_values(&["GET", "/api/v1/x", status]).inc_by(times);
    }
    for (handler, seconds) in [("/a", 0.02), ("/b", 0.02), ("/a", 0.3), ("/b", 0.7)] {
        metrics.http_request_seconds.with_label_values(&["GET", handler]).observe(seconds);
    }
    let requests = root.get("/analytics/dashboard").await.expect(200).body["requests"].clone();
    assert_eq!(
        (&requests["total"], &requests["errors"], &requests["error_rate"]),
        (&json!(10), &json!(3), &json!("30.00"))
    );
    // Rank 3.8 of 4 lies in the bucket from 0.5 to 1, with 3 below it.
    assert!((requests["p95_seconds"].as_f64().unwrap() - 0.9).abs() < 1e-9, "{requests}");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn impossible_periods_are_refused_by_name(db: PgPool) {
    let uems = TestApp::new(db);
    let root = uems.admin("root").await;
    for path in ["/analytics/enrollments", "/analytics/revenue"] {
        for (query, field, code) in [
            ("from=2025-02-02&to=2025-02-01", "to", "dates_reversed"),
            ("from=2015-01-01&to=2025-02-01", "from", "out_of_range"),
            ("from=2025-02-30", "from", "invalid"),
            ("to=0001-01-01", "to", "out_of_range"),
            ("from=+262142-12-31", "from", "invalid"),
            ("semester=winter", "semester", "invalid"),
        ] {
            let refused = root.get(&format!("{path}?{query}")).await.expect(422);
            assert_eq!(refused.field_errors(), [(field.to_owned(), code.to_owned())], "{query}");
        }
    }
}
