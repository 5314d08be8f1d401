//! One section for another: both or neither.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::Method;
use reqwest::Client;
use serde_json::json;
use sqlx::PgPool;
use tokio::task::JoinSet;
use uems::ids::CourseId;

use crate::replicas::{Replica, drop_enrollment, enroll, send};
use crate::support::{Actor, DOUBLE_BOOKED, TestApp, WRONG_COUNTERS};

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_swap_does_both_and_a_refused_one_neither(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, bob) = (uems.student("ada").await, uems.student("bob").await);
    // They meet at the same time: each stands in the other's way until it is left.
    let morning = uems.monday("CS101", 1, "09:00-11:00").await;
    let parallel = uems.monday("CS102", 1, "10:00-12:00").await;
    let lunch = uems.monday("CS103", 9, "11:00-13:00").await;
    ada.enroll(morning).await.expect(201);

    let swapped = ada.swap(morning, parallel).await.expect(201).body;
    assert_eq!(
        (&swapped["dropped"]["status"], &swapped["taken"]["status"]),
        (&json!("dropped"), &json!("enrolled"))
    );
    assert_eq!(
        (&swapped["dropped"]["course_id"], &swapped["taken"]["course_id"]),
        (&json!(morning), &json!(parallel))
    );
    assert_eq!(ada.events_in(morning).await, ["enrolled", "dropped"]);
    assert_eq!(ada.events_in(parallel).await, ["enrolled"]);

    // Full, and then in the way of a third section: what she has stays hers.
    bob.enroll(morning).await.expect(201);
    let refusal = ada.swap(parallel, morning).await.expect(409);
    assert_eq!((refusal.code(), refusal.body["capacity"].as_i64()), ("course_full", Some(1)));
    bob.enroll(lunch).await.expect(201);
    let refusal = bob.swap(morning, parallel).await.expect(409);
    assert_eq!(refusal.code(), "course_full");
    let registrar = uems.admin("root").await;
    registrar.put(&format!("/courses/{parallel}"), json!({ "capacity": 2 })).await.expect(200);
    let refusal = bob.swap(morning, parallel).await.expect(409);
    assert_eq!(refusal.code(), "schedule_conflict");
    assert_eq!(refusal.body["conflicts"].as_array().unwrap().len(), 1, "not with what he would leave");
    assert_eq!(refusal.body["conflicts"][0]["with_course_id"], json!(lunch));
    for (student, course, status) in [
        (&ada, morning, "dropped"),
        (&ada, parallel, "enrolled"),
        (&bob, morning, "enrolled"),
        (&bob, lunch, "enrolled"),
        (&bob, parallel, "none"),
    ] {
        assert_eq!(student.status_in(course).await, status);
    }
    let named = "select count(*) from enrollment_events where event = 'refused' and facts->'swap'->>'drop' is not null
        and facts->'swap'->>'take' = course_id::text";
    assert_eq!(uems.count(named).await, 3, "a refused swap is one event, at what was to be taken");
    assert_eq!(uems.count("select count(*) from enrollment_events where facts ? 'swap'").await, 5);
    uems.assert_sound().await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn what_is_not_held_or_may_not_be_left_cannot_be_swapped(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, registrar) = (uems.student("ada").await, uems.admin("root").await);
    let (old, new) =
        (uems.monday("CS101", 9, "09:00-10:00").await, uems.monday("CS102", 9, "10:00-11:00").await);
    assert_eq!(ada.swap(old, new).await.expect(409).code(), "not_enrolled");
    assert_eq!(ada.events_in(old).await, ["refused:not_enrolled"]);
    assert_eq!(ada.status_in(new).await, "none");
    ada.enroll(old).await.expect(201);
    ada.drop_course(old).await.expect(200);
    assert_eq!(ada.swap(old, new).await.expect(409).code(), "not_enrolled");

    ada.enroll(old).await.expect(201);
    uems.window("-2 hours", "1 hour", "-1 minute").await;
    assert_eq!(ada.swap(old, new).await.expect(409).code(), "drop_deadline_passed");
    uems.window("-2 hours", "-1 hour", "1 hour").await;
    assert_eq!(ada.swap(old, new).await.expect(409).code(), "registration_closed");
    assert_eq!(
        (ada.status_in(old).await, ada.status_in(new).await),
        ("enrolled".to_owned(), "none".to_owned())
    );

    let body = json!({ "drop": old, "take": new, "user_id": ada.id });
    registrar.post("/enrollments/swap", body).await.expect(201);
    assert_eq!(
        (ada.status_in(old).await, ada.status_in(new).await),
        ("dropped".to_owned(), "enrolled".to_owned())
    );

    assert_eq!(
        ada.swap(new, new).await.expect(422).field_errors(),
        [("take".to_owned(), "duplicate".to_owned())]
    );
    let unknown = ada.swap(CourseId::new(), CourseId::new()).await.expect(422).field_errors();
    assert_eq!(unknown, ["drop", "take"].map(|field| (field.to_owned(), "unknown".to_owned())));
    uems.assert_sound().await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_swap_gives_on_what_it_frees_and_lets_the_student_in_elsewhere(db: PgPool) {
    let uems = TestApp::new(db);
    let [ada, bob, cyd] = [uems.student("ada").await, uems.student("bob").await, uems.student("cyd").await];
    let old = uems.monday("CS101", 1, "09:00-11:00").await;
    let new = uems.monday("CS102", 9, "13:00-14:00").await;
    let wanted = uems.monday("CS103", 1, "10:00-12:00").await;
    ada.enroll(old).await.expect(201);
    bob.wait_for(old).await.expect(202);
    cyd.enroll(wanted).await.expect(201);
    ada.wait_for(wanted).await.expect(202);
    cyd.drop_course(wanted).await.expect(200);
    assert_eq!(ada.status_in(wanted).await, "pending", "a seat is free, but she is busy then");

    ada.swap(old, new).await.expect(201);
    assert_eq!(bob.status_in(old).await, "enrolled", "the first waiter has the seat that came free");
    assert_eq!(ada.status_in(wanted).await, "enrolled", "she has the time now");
    assert_eq!(uems.app.metrics.enrollments.with_label_values(&["enrolled"]).get(), 5);
    assert_eq!(uems.app.metrics.enrollments.with_label_values(&["dropped"]).get(), 2);
    uems.assert_sound().await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_place_in_a_queue_can_be_swapped_and_the_queue_is_not_overtaken(db: PgPool) {
    let uems = TestApp::new(db);
    let [ada, bob, cyd] = [uems.student("ada").await, uems.student("bob").await, uems.student("cyd").await];
    let queue = uems.monday("CS101", 1, "09:00-11:00").await;
    let new = uems.monday("CS102", 1, "13:00-14:00").await;
    let busy = uems.monday("CS103", 9, "13:30-15:00").await;
    bob.enroll(queue).await.expect(201);
    ada.wait_for(queue).await.expect(202);
    cyd.enroll(new).await.expect(201);
    bob.enroll(busy).await.expect(201);
    bob.wait_for(new).await.expect(202);
    cyd.drop_course(new).await.expect(200);
    // Bob waits for the seat that is free, and what keeps him from it goes without anybody looking at the queue.
    let sql = "update courses set is_active = false where id = $1";
    sqlx::query(sql).bind(busy).execute(&uems.db).await.unwrap();
    assert_eq!(ada.swap(queue, new).await.expect(409).code(), "course_full");
    assert_eq!(
        (bob.status_in(new).await, ada.status_in(queue).await),
        ("enrolled".to_owned(), "pending".to_owned())
    );

    bob.drop_course(new).await.expect(200);
    ada.swap(queue, new).await.expect(201);
    assert_eq!(ada.events_in(queue).await, ["waitlisted", "left_waitlist"]);
    uems.assert_sound().await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn who_waits_for_what_they_take_leaves_the_queue_with_the_seat(db: PgPool) {
    let uems = TestApp::new(db);
    let (ada, bob) = (uems.student("ada").await, uems.student("bob").await);
    let (old, new) =
        (uems.monday("CS101", 9, "09:00-11:00").await, uems.monday("CS102", 1, "10:00-12:00").await);
    ada.enroll(old).await.expect(201);
    bob.enroll(new).await.expect(201);
    ada.wait_for(new).await.expect(202);
    bob.drop_course(new).await.expect(200);
    assert_eq!(ada.status_in(new).await, "pending", "the old section is in the way");
    let swapped = ada.swap(old, new).await.expect(201).body;
    assert_eq!(swapped["taken"]["waitlist_position"], json!(null));
    assert_eq!(ada.events_in(new).await.last().unwrap(), "enrolled");

    // Without a clash the queue itself serves her, and that is the swap's seat.
    let third = uems.monday("CS103", 1, "15:00-16:00").await;
    bob.enroll(third).await.expect(201);
    ada.wait_for(third).await.expect(202);
    let sql = "update courses set capacity = 2 where id = $1";
    sqlx::query(sql).bind(third).execute(&uems.db).await.unwrap();
    ada.swap(new, third).await.expect(201);
    assert_eq!(ada.events_in(third).await, ["waitlisted", "promoted"]);
    assert_eq!(ada.status_in(new).await, "dropped");
    uems.assert_sound().await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn one_key_swaps_once(db: PgPool) {
    let uems = TestApp::new(db);
    let ada = uems.student("ada").await;
    let (old, new) =
        (uems.monday("CS101", 1, "09:00-10:00").await, uems.monday("CS102", 1, "09:00-10:00").await);
    ada.enroll(old).await.expect(201);
    let swap = |drop: CourseId, take: CourseId| {
        let (ada, body) = (ada.clone(), json!({ "drop": drop, "take": take }));
        async move {
            ada.call(Method::POST, "/enrollments/swap", Some(body), &[("Idempotency-Key", "swap-0001")]).await
        }
    };
    let (one, two) = tokio::join!(swap(old, new), swap(old, new));
    assert_eq!((one.status.as_u16(), two.status.as_u16(), &one.body), (201, 201, &two.body));
    assert_eq!(ada.events_in(new).await, ["enrolled"]);
    assert_eq!(swap(new, old).await.expect(422).code(), "idempotency_key_reused");
}

/// What a replica answered to a swap; with a 5xx other than "busy" the test ends.
async fn swap(client: &Client, url: &str, student: &Actor, drop: CourseId, take: CourseId) -> u16 {
    let body = json!({ "drop": drop, "take": take });
    let url = format!("{url}/api/v1/enrollments/swap");
    let (status, body) = send(client, Method::POST, url, student, Some(body)).await;
    assert!(matches!(status, 201 | 409 | 503), "{status}: {body}");
    status
}

/// Both want the other's seat, and wait for it as well: every lock of the one is in the way of the other.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn two_who_swap_against_each_other_end_sound(db: PgPool) {
    let uems = TestApp::new(db);
    let replicas = [Replica::start(&uems.db).await, Replica::start(&uems.db).await];
    let client = crate::support::client();
    let (ada, bob) = (uems.student("ada").await, uems.student("bob").await);
    let (one, two) =
        (uems.monday("CS101", 1, "09:00-11:00").await, uems.monday("CS102", 1, "09:00-11:00").await);
    ada.enroll(one).await.expect(201);
    bob.enroll(two).await.expect(201);
    for round in 0..30 {
        if round == 10 {
            ada.wait_for(two).await.expect(202);
            bob.wait_for(one).await.expect(202);
        }
        if round == 20 {
            // A third seat in each: now they pass through each other.
            let sql = "update courses set capacity = 2 where id in ($1, $2)";
            sqlx::query(sql).bind(one).bind(two).execute(&uems.db).await.unwrap();
        }
        let (from, to) = if ada.status_in(one).await == "enrolled" { (one, two) } else { (two, one) };
        let (first, second) = tokio::join!(
            swap(&client, &replicas[0].url, &ada, from, to),
            swap(&client, &replicas[1].url, &bob, to, from)
        );
        let expected = if round < 20 { (409, 409) } else { (201, 201) };
        assert_eq!((first, second), expected, "round {round}");
    }
    uems.assert_sound().await;
}

/// A student who swaps from section to section and does nothing else; the sections all meet at the same time.
async fn hop(
    client: Client,
    urls: Arc<Vec<String>>,
    student: Actor,
    number: usize,
    courses: Arc<Vec<CourseId>>,
) -> (Actor, CourseId, usize) {
    let mut at = courses[number % courses.len()];
    let mut hops = 0;
    for step in 0..8 {
        let to = courses[(number * 3 + step * 7 + 1) % courses.len()];
        if to != at && swap(&client, &urls[(number + step) % 2], &student, at, to).await == 201 {
            at = to;
            hops += 1;
        }
    }
    (student, at, hops)
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn two_hundred_swap_among_ten_sections_and_nobody_loses_a_seat(db: PgPool) {
    let uems = TestApp::new(db);
    let registrar = uems.admin("root").await;
    let mut courses = vec![];
    for number in 0..10 {
        courses.push(uems.monday(&format!("CS{}", 100 + number), 26, "09:00-11:00").await);
    }
    let courses = Arc::new(courses);
    let replicas = [Replica::start(&uems.db).await, Replica::start(&uems.db).await];
    let urls = Arc::new(replicas.iter().map(|replica| replica.url.clone()).collect::<Vec<_>>());
    let client = crate::support::client();
    let mut hoppers = JoinSet::new();
    for number in 0..200 {
        let student = uems.student(&format!("hopper{number}")).await;
        student.enroll(courses[number % 10]).await.expect(201);
        hoppers.spawn(hop(client.clone(), urls.clone(), student, number, courses.clone()));
    }
    // Others come, wait and go meanwhile.
    let over = Arc::new(AtomicBool::new(false));
    let mut others = JoinSet::new();
    for number in 0..40 {
        let student = uems.student(&format!("other{number}")).await;
        let (client, urls, courses, over) = (client.clone(), urls.clone(), courses.clone(), over.clone());
        others.spawn(async move {
            for step in 0.. {
                let (course, url) = (courses[(number + step * 3) % 10], &urls[step % 2]);
                let (status, body) = enroll(&client, url, &student, course, true).await;
                assert!(matches!(status, 201 | 202 | 409 | 503), "{status}: {body}");
                if let Some(id) = body["id"].as_str().filter(|_| status < 300) {
                    let (status, body) = drop_enrollment(&client, url, &student, course, id).await;
                    assert!(matches!(status, 200 | 503), "{status}: {body}");
                }
                if over.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
    }
    let (mut landed, mut round) = (vec![], 0);
    while landed.len() < 200 {
        match tokio::time::timeout(std::time::Duration::from_millis(50), hoppers.join_next()).await {
            Ok(hopper) => landed.push(hopper.unwrap().unwrap()),
            Err(_) => {
                let url = format!("{}/api/v1/courses/{}", urls[round % 2], courses[round % 10]);
                let capacity = json!({ "capacity": 20 + round * 7 % 13 });
                let (status, body) = send(&client, Method::PUT, url, &registrar, Some(capacity)).await;
                assert!(status == 200 || body["code"] == "capacity_below_enrolled", "{status}: {body}");
                assert_eq!(uems.count(WRONG_COUNTERS).await, 0, "in the middle of it");
                assert_eq!(uems.count(DOUBLE_BOOKED).await, 0, "in the middle of it");
                round += 1;
            }
        }
    }
    over.store(true, Ordering::Relaxed);
    others.join_all().await;
    let hops: usize = landed.iter().map(|(_, _, hops)| hops).sum();
    for (student, at, _) in landed {
        assert_eq!(student.status_in(at).await, "enrolled", "the last section that was acknowledged");
        let seats = format!(
            "select count(*) from enrollments where status = 'enrolled' and user_id = '{}'",
            student.id
        );
        assert_eq!(uems.count(&seats).await, 1);
    }
    assert!(hops > 200, "hardly anybody got anywhere: {hops}");
    uems.assert_sound().await;
}
