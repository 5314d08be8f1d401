//! Several sections at once: all or none, and every reason told.

use std::collections::BTreeMap;

use axum::http::Method;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::task::JoinSet;
use uems::ids::CourseId;

use crate::replicas::{Replica, send};
use crate::support::{Actor, Answer, TestApp};

/// Why a cart was refused: section by section, in the order of the answer.
fn refusals(answer: &Answer) -> Vec<(CourseId, String)> {
    let entries = answer.body["refusals"].as_array().cloned().unwrap_or_default();
    let one = |entry: &Value| {
        let id = serde_json::from_value(entry["course_id"].clone()).unwrap();
        (id, entry["code"].as_str().unwrap().to_owned())
    };
    entries.iter().map(one).collect()
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_cart_takes_everything_or_nothing_and_tells_every_reason(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, bob) = (uems.student("ada").await, uems.student("bob").await);
    let held = uems.monday("CS100", 9, "08:00-09:00").await;
    let free = uems.monday("CS101", 9, "09:00-10:00").await;
    let full = uems.monday("CS102", 1, "10:00-11:00").await;
    let over_held = uems.monday("CS103", 9, "08:30-09:00").await;
    let (this, that) =
        (uems.monday("CS104", 9, "12:00-14:00").await, uems.monday("CS105", 9, "13:00-15:00").await);
    let closed = uems.monday("CS106", 9, "16:00-17:00").await;
    ada.enroll(held).await.expect(201);
    bob.enroll(full).await.expect(201);
    let sql = "update courses set is_active = false where id = $1";
    sqlx::query(sql).bind(closed).execute(&uems.db).await.unwrap();

    let refused = ada.cart(&[free, full, over_held, this, that, closed, held]).await.expect(409);
    assert_eq!(refused.code(), "cart_refused");
    let expected = [
        (full, "course_full"),
        (over_held, "schedule_conflict"),
        (this, "schedule_conflict"),
        (that, "schedule_conflict"),
        (closed, "course_inactive"),
        (held, "already_enrolled"),
    ];
    assert_eq!(refusals(&refused), expected.map(|(course, code)| (course, code.to_owned())));
    let facts = &refused.body["refusals"];
    assert_eq!(facts[0]["facts"]["capacity"], json!(1));
    assert!(facts[0]["detail"].as_str().unwrap().starts_with("All 1 seats of CS102"), "{facts}");
    assert_eq!(facts[1]["facts"]["conflicts"][0]["with_course_id"], json!(held));
    assert_eq!(facts[2]["facts"]["conflicts"][0]["with_course_id"], json!(that));
    assert_eq!(facts[3]["facts"]["conflicts"][0]["with_course_id"], json!(this));
    assert_eq!(
        ada.events_in(free).await,
        ["refused:cart_refused"],
        "there, nothing but the others was in the way"
    );
    assert_eq!(ada.events_in(full).await, ["refused:course_full"]);
    assert_eq!(uems.app.metrics.enrollment_conflicts.get(), 3);
    let taken = "select count(*) from enrollments where status = 'enrolled'";
    assert_eq!(uems.count(taken).await, 2, "the two from before");

    let taken = ada.cart(&[that, free]).await.expect(201).body;
    let courses: Vec<&Value> =
        taken["enrollments"].as_array().unwrap().iter().map(|one| &one["course_id"]).collect();
    assert_eq!(courses, [&json!(that), &json!(free)], "in the order they were asked for");
    assert_eq!(ada.events_in(free).await.last().unwrap(), "enrolled");
    assert_eq!(uems.app.metrics.enrollments.with_label_values(&["enrolled"]).get(), 4);
    uems.assert_sound().await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_cart_that_is_written_wrong_is_told_where(db: PgPool) {
    let uems = TestApp::new(db);
    let ada = uems.student("ada").await;
    let course = uems.monday("CS101", 9, "09:00-10:00").await;
    let wrong = |field: &str, code: &str| (field.to_owned(), code.to_owned());
    assert_eq!(ada.cart(&[]).await.expect(422).field_errors(), [wrong("course_ids", "too_short")]);
    let many: Vec<CourseId> = (0..21).map(|_| CourseId::new()).collect();
    assert_eq!(ada.cart(&many).await.expect(422).field_errors(), [wrong("course_ids", "too_many")]);
    let twice = ada.cart(&[course, CourseId::new(), course]).await.expect(422);
    assert_eq!(twice.field_errors(), [wrong("course_ids[2]", "duplicate")]);
    let unknown = ada.cart(&[CourseId::new(), course, CourseId::new()]).await.expect(422);
    assert_eq!(
        unknown.field_errors(),
        [wrong("course_ids[0]", "unknown"), wrong("course_ids[2]", "unknown")]
    );
    assert_eq!(uems.count("select count(*) from enrollment_events").await, 0);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn one_key_fills_one_cart_and_a_refusal_is_kept(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, bob) = (uems.student("ada").await, uems.student("bob").await);
    let (one, two) =
        (uems.monday("CS101", 1, "09:00-10:00").await, uems.monday("CS102", 1, "10:00-11:00").await);
    let cart = |who: &Actor, courses: &[CourseId]| {
        let (who, body) = (who.clone(), json!({ "course_ids": courses }));
        async move {
            who.call(Method::POST, "/enrollments/cart", Some(body), &[("Idempotency-Key", "cart-0001")]).await
        }
    };
    let (first, second) = tokio::join!(cart(&ada, &[one, two]), cart(&ada, &[one, two]));
    assert_eq!((first.status.as_u16(), second.status.as_u16(), &first.body), (201, 201, &second.body));
    assert_eq!(uems.count("select count(*) from enrollment_events").await, 2);
    let refused = cart(&bob, &[one, two]).await.expect(409);
    ada.drop_course(one).await.expect(200);
    ada.drop_course(two).await.expect(200);
    let again = cart(&bob, &[one, two]).await.expect(409);
    assert_eq!(refusals(&again), refusals(&refused));
    assert_eq!(cart(&bob, &[one]).await.expect(422).code(), "idempotency_key_reused");
    uems.assert_sound().await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_cart_serves_the_queue_first_and_a_waiter_takes_the_own_turn(db: PgPool) {
    let uems = TestApp::new(db);
    let [ada, bob, cyd] = [uems.student("ada").await, uems.student("bob").await, uems.student("cyd").await];
    let (one, two) =
        (uems.monday("CS101", 1, "09:00-10:00").await, uems.monday("CS102", 9, "10:00-11:00").await);
    cyd.enroll(one).await.expect(201);
    bob.wait_for(one).await.expect(202);
    ada.wait_for(one).await.expect(202);
    let grow = |by: i32| {
        let sql = "update courses set capacity = capacity + $2 where id = $1";
        sqlx::query(sql).bind(one).bind(by).execute(&uems.db)
    };
    // One new seat that nobody has looked at yet: it is Bob's, and the cart fails for it.
    grow(1).await.unwrap();
    let refused = ada.cart(&[one, two]).await.expect(409);
    assert_eq!(refusals(&refused), [(one, "already_waitlisted".to_owned())]);
    assert_eq!(
        (bob.status_in(one).await, ada.status_in(two).await),
        ("enrolled".to_owned(), "none".to_owned())
    );
    grow(1).await.unwrap();
    ada.cart(&[one, two]).await.expect(201);
    assert_eq!(ada.events_in(one).await.last().unwrap(), "promoted");
    assert_eq!(uems.app.metrics.enrollments.with_label_values(&["enrolled"]).get(), 4);
    uems.assert_sound().await;
}

/// Carts in every order of the same sections, through two replicas, for fewer seats than students.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn carts_race_for_the_last_seats_and_take_whole_sets(db: PgPool) {
    let uems = TestApp::new(db);
    let mut courses = vec![];
    for (number, time) in ["09:00-10:00", "10:00-11:00", "11:00-12:00", "12:00-13:00"].iter().enumerate() {
        courses.push(uems.monday(&format!("CS{}", 100 + number), 3, time).await);
    }
    let replicas = [Replica::start(&uems.db).await, Replica::start(&uems.db).await];
    let client = crate::support::client();
    let mut race = JoinSet::new();
    for number in 0..40 {
        let student = uems.student(&format!("student{number}")).await;
        let mut cart = courses.clone();
        cart.rotate_left(number % 4);
        if number % 2 == 0 {
            cart.reverse();
        }
        let (client, url) =
            (client.clone(), format!("{}/api/v1/enrollments/cart", replicas[number / 2 % 2].url));
        let body = json!({ "course_ids": cart });
        race.spawn(
            async move { (student.clone(), send(&client, Method::POST, url, &student, Some(body)).await) },
        );
    }
    let mut granted = 0;
    for (student, (status, body)) in race.join_all().await {
        let seats = format!("select count(*) from enrollments where user_id = '{}'", student.id);
        let seats = uems.count(&seats).await;
        match status {
            201 => {
                granted += 1;
                assert_eq!(seats, 4);
            }
            409 => {
                assert_eq!(
                    (&body["code"], body["refusals"].as_array().unwrap().len()),
                    (&json!("cart_refused"), 4)
                );
                assert_eq!(seats, 0);
            }
            _ => panic!("{status}: {body}"),
        }
    }
    assert_eq!(granted, 3);
    uems.assert_sound().await;
}

/// What a random section is like.
#[derive(Clone, Copy, Debug)]
struct Section {
    /// Hour of its two on Monday.
    starts: u32,
    full: bool,
    inactive: bool,
    held: bool,
}

fn worlds() -> impl Strategy<Value = (Vec<Section>, Vec<usize>)> {
    let odds = prop::bool::weighted(0.15);
    let section = (8..18_u32, odds, odds, odds).prop_map(|(starts, full, inactive, held)| Section {
        starts,
        full,
        inactive,
        held,
    });
    prop::collection::vec(section, 6).prop_flat_map(|sections| {
        (Just(sections), prop::sample::subsequence((0..6).collect::<Vec<_>>(), 1..=5).prop_shuffle())
    })
}

/// Where nobody interferes, a cart is what enrolling one by one is: granted when each is granted; and each refusal is
/// that of enrolling there alone, or a clash with another of the cart.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_cart_is_judged_as_one_by_one_would_be(db: PgPool) {
    let uems = TestApp::new(db);
    let mut dice = TestRunner::deterministic();
    let mut tally = BTreeMap::<String, usize>::new();
    for case in 0..60 {
        let (sections, picks) = worlds().new_tree(&mut dice).unwrap().current();
        let student = uems.student(&format!("student{case}")).await;
        let mut courses = vec![];
        for section in &sections {
            let times = format!("{:02}:00-{:02}:00", section.starts, section.starts + 2);
            let course = uems.monday("CS101", 1, &times).await;
            if section.full {
                let rival = uems.student(&format!("rival{case}-{}", courses.len())).await;
                rival.enroll(course).await.expect(201);
            } else if section.held {
                // Refused where it clashes; then it is not held.
                student.enroll(course).await;
            }
            if section.inactive {
                let sql = "update courses set is_active = false where id = $1";
                sqlx::query(sql).bind(course).execute(&uems.db).await.unwrap();
            }
            courses.push(course);
        }
        let mut alone = vec![];
        for pick in &picks {
            let answer = student.enroll(courses[*pick]).await;
            if answer.status.is_success() {
                student.drop_course(courses[*pick]).await.expect(200);
            }
            alone.push(answer);
        }
        let mut one_by_one = true;
        let mut gained = vec![];
        for pick in &picks {
            let answer = student.enroll(courses[*pick]).await;
            one_by_one &= answer.status.is_success();
            gained.extend(answer.status.is_success().then_some(courses[*pick]));
        }
        for course in gained {
            student.drop_course(course).await.expect(200);
        }
        let expected: Vec<(CourseId, String)> = picks
            .iter()
            .zip(&alone)
            .filter_map(|(pick, alone)| {
                let clashes = |other: &usize| {
                    // An inactive section meets nowhere.
                    let (one, other) = (sections[*pick], sections[*other]);
                    one.starts.abs_diff(other.starts) < 2 && !one.inactive && !other.inactive
                };
                let code = match alone.status.is_success() {
                    false => alone.code(),
                    true if picks.iter().any(|other| other != pick && clashes(other)) => "schedule_conflict",
                    true => return None,
                };
                Some((courses[*pick], code.to_owned()))
            })
            .collect();

        let cart: Vec<CourseId> = picks.iter().map(|pick| courses[*pick]).collect();
        let answer = student.cart(&cart).await;
        assert_eq!(answer.status.is_success(), one_by_one, "{sections:?} {picks:?}: {}", answer.text);
        assert_eq!(refusals(&answer), expected, "{sections:?} {picks:?}");
        for (_, code) in expected {
            *tally.entry(code).or_default() += 1;
        }
        *tally.entry(format!("{}", answer.status.as_u16())).or_default() += 1;
    }
    uems.assert_sound().await;
    let common = ["201", "409", "already_enrolled", "course_full", "course_inactive", "schedule_conflict"];
    assert!(
        common.iter().all(|what| tally.get(*what).is_some_and(|times| *times >= 5)),
        "a narrow world: {tally:?}"
    );
}

/// Without the student's lock, each of these would find no clash, and each would be right.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn one_student_who_clicks_everything_at_once_is_in_one_place(db: PgPool) {
    let uems = TestApp::new(db);
    let mut courses = vec![];
    for number in 0..12 {
        courses.push(uems.monday(&format!("CS{}", 100 + number), 50, "09:00-11:00").await);
    }
    let mut held = vec![];
    for (number, time) in ["08:00-09:00", "11:00-12:00", "12:00-13:00", "13:00-14:00"].iter().enumerate() {
        held.push(uems.monday(&format!("MA{}", 100 + number), 50, time).await);
    }
    let replicas = [Replica::start(&uems.db).await, Replica::start(&uems.db).await];
    let client = crate::support::client();
    for number in 0..10 {
        let student = uems.student(&format!("student{number}")).await;
        student.cart(&held).await.expect(201);
        let mut race = JoinSet::new();
        for (number, course) in courses.iter().enumerate() {
            let (client, student) = (client.clone(), student.clone());
            let api = format!("{}/api/v1", replicas[number / 3 % 2].url);
            let (url, body) = match number % 3 {
                0 => (format!("{api}/courses/{course}/enroll"), json!({})),
                1 => (format!("{api}/enrollments/cart"), json!({ "course_ids": [course] })),
                _ => (format!("{api}/enrollments/swap"), json!({ "drop": held[number / 3], "take": course })),
            };
            race.spawn(async move { send(&client, Method::POST, url, &student, Some(body)).await.0 });
        }
        let mut statuses = race.join_all().await;
        statuses.sort_unstable();
        assert_eq!(statuses, [[201].as_slice(), &[409; 11]].concat(), "one of them, and nothing else");
    }
    uems.assert_sound().await;
}
