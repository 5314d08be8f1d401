//! The promises of registration day, through two server processes on one PostgreSQL.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, Method};
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::task::JoinSet;
use uems::ids::CourseId;

use crate::replicas::{Replica, drop_enrollment, enroll, send};
use crate::support::{Actor, DOUBLE_BOOKED, TestApp, WRONG_COUNTERS};

async fn students(uems: &TestApp, count: usize) -> Vec<Actor> {
    let mut students = vec![];
    for number in 0..count {
        students.push(uems.student(&format!("student{number}")).await);
    }
    students
}

fn tally(statuses: &[u16]) -> HashMap<u16, usize> {
    statuses.iter().fold(HashMap::new(), |mut tally, status| {
        *tally.entry(*status).or_default() += 1;
        tally
    })
}

/// Enrols as a person would: whoever hears that the server is busy asks again a moment later.
async fn enroll_at_last(client: &Client, url: &str, student: &Actor, course: CourseId) -> (u16, Value) {
    for _ in 0..30 {
        let (status, body) = enroll(client, url, student, course, false).await;
        if body["code"] != "overloaded" {
            return (status, body);
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    panic!("the server stays busy");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn five_hundred_students_race_for_one_seat(db: PgPool) {
    let uems = TestApp::new(db);
    let course = uems.monday("CS101", 1, "09:00-11:00").await;
    let students = students(&uems, 500).await;
    let replicas = [Replica::start(&uems.db).await, Replica::start(&uems.db).await];
    let client = crate::support::client();
    let mut race = JoinSet::new();
    for (number, student) in students.into_iter().enumerate() {
        let (client, url) = (client.clone(), replicas[number % 2].url.clone());
        race.spawn(async move { enroll_at_last(&client, &url, &student, course).await });
    }
    let answers = race.join_all().await;
    let statuses: Vec<u16> = answers.iter().map(|(status, _)| *status).collect();
    assert_eq!(tally(&statuses), HashMap::from([(201, 1), (409, 499)]));
    assert!(answers.iter().all(|(status, body)| *status == 201 || body["code"] == "course_full"));
    assert_eq!(
        uems.count(
            "select count(*) from enrollment_events where event = 'refused' and reason = 'course_full'"
        )
        .await,
        499
    );
    uems.assert_sound().await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn one_student_cannot_be_in_twenty_places(db: PgPool) {
    let uems = TestApp::new(db);
    let mut courses = vec![];
    for number in 0..20 {
        courses.push(uems.monday(&format!("CS{}", 100 + number), 50, "09:00-11:00").await);
    }
    let replicas = [Replica::start(&uems.db).await, Replica::start(&uems.db).await];
    let client = crate::support::client();
    for student in students(&uems, 10).await {
        let mut race = JoinSet::new();
        for (number, course) in courses.iter().copied().enumerate() {
            let (client, url, student) = (client.clone(), replicas[number % 2].url.clone(), student.clone());
            race.spawn(async move { enroll_at_last(&client, &url, &student, course).await.0 });
        }
        assert_eq!(tally(&race.join_all().await), HashMap::from([(201, 1), (409, 19)]));
    }
    uems.assert_sound().await;
}

/// A student who enrols, waits and drops at random, deterministic by their number; answers what was acknowledged
/// last for each section.
async fn wander(
    client: Client,
    urls: Arc<Vec<String>>,
    student: Actor,
    number: usize,
    courses: Arc<Vec<CourseId>>,
    steps: usize,
) -> HashMap<CourseId, &'static str> {
    let mut held: HashMap<CourseId, String> = HashMap::new();
    let mut last = HashMap::new();
    let mut dice = number as u64 * 7919 + 17;
    for _ in 0..steps {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let course = courses[(dice >> 33) as usize % courses.len()];
        let url = &urls[(dice >> 20) as usize % urls.len()];
        match held.remove(&course) {
            Some(id) => {
                let (status, body) = drop_enrollment(&client, url, &student, course, &id).await;
                assert!(matches!(status, 0 | 200 | 503), "drop answered {status}: {body}");
                last.insert(course, if status == 200 { "dropped" } else { "unknown" });
            }
            None => {
                let (status, body) =
                    enroll(&client, url, &student, course, (dice >> 50).is_multiple_of(2)).await;
                assert!(matches!(status, 0 | 201 | 202 | 409 | 503), "enroll answered {status}: {body}");
                if let (201 | 202, Some(id)) = (status, body["id"].as_str()) {
                    held.insert(course, id.to_owned());
                    last.insert(course, if status == 201 { "enrolled" } else { "pending" });
                } else if status == 0 {
                    last.insert(course, "unknown");
                }
            }
        }
    }
    last
}

/// Every waiter ahead of one who was promoted was passed over with an event, in that transaction or as their last.
const SKIPPED_WITHOUT_EVENT: &str = "
    select count(*) from enrollment_events p
    join lateral (
        select distinct on (e.user_id) e.user_id, e.id, e.event from enrollment_events e
        where e.course_id = p.course_id and e.id < p.id and e.user_id <> p.user_id and e.event not in ('refused')
        order by e.user_id, e.id desc
    ) before on before.event in ('waitlisted', 'skipped')
    where p.event = 'promoted'
        and (select max(w.id) from enrollment_events w where w.course_id = p.course_id and w.user_id = before.user_id and w.event = 'waitlisted')
          < (select max(w.id) from enrollment_events w where w.course_id = p.course_id and w.user_id = p.user_id and w.event = 'waitlisted' and w.id < p.id)
        and before.event <> 'skipped'
        and not exists (select from enrollment_events s where s.course_id = p.course_id and s.user_id = before.user_id
            and s.event = 'skipped' and s.at = p.at)";

/// A free seat beside a waiter who could take it.
const SEAT_WASTED: &str = "
    select count(*) from courses c join enrollments e on e.course_id = c.id and e.status = 'pending'
    where c.enrolled_count < c.capacity and not exists (
        select from enrollments o join meeting_clashes k on k.course_id = c.id and k.with_course_id = o.course_id
        where o.user_id = e.user_id and o.status = 'enrolled')";

/// Six sections, some of which clash, with few seats.
async fn crowded(uems: &TestApp) -> Arc<Vec<CourseId>> {
    let mut courses = vec![];
    for (number, time) in
        ["09:00-11:00", "10:00-12:00", "11:00-13:00", "12:00-14:00", "09:00-10:00", "14:00-15:00"]
            .iter()
            .enumerate()
    {
        courses.push(uems.monday(&format!("CS{}", 200 + number), 5, time).await);
    }
    Arc::new(courses)
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_storm_of_enrolments_and_drops_under_a_changing_capacity(db: PgPool) {
    let uems = TestApp::new(db);
    let courses = crowded(&uems).await;
    let registrar = uems.admin("root").await;
    let replicas = [Replica::start(&uems.db).await, Replica::start(&uems.db).await];
    let urls = Arc::new(replicas.iter().map(|replica| replica.url.clone()).collect::<Vec<_>>());
    let client = crate::support::client();

    let everybody = students(&uems, 40).await;
    let mut storm = JoinSet::new();
    for (number, student) in everybody.iter().cloned().enumerate() {
        storm.spawn(wander(client.clone(), urls.clone(), student, number, courses.clone(), 30));
    }
    let mut capacities = [3, 9, 5, 2, 12, 4].into_iter().cycle();
    loop {
        match tokio::time::timeout(Duration::from_millis(60), storm.join_next()).await {
            Ok(None) => break,
            Ok(Some(wanderer)) => _ = wanderer.unwrap(),
            Err(_) => {}
        }
        for course in courses.iter() {
            let capacity = capacities.next().unwrap();
            let url = format!("{}/api/v1/courses/{course}", urls[capacity % 2]);
            let (status, body) =
                send(&client, Method::PUT, url, &registrar, Some(json!({ "capacity": capacity }))).await;
            assert!(status == 200 || body["code"] == "capacity_below_enrolled", "{status}: {body}");
        }
        assert_eq!(uems.count(WRONG_COUNTERS).await, 0, "in the middle of the storm");
        assert_eq!(uems.count(DOUBLE_BOOKED).await, 0, "in the middle of the storm");
    }
    // Now nobody but the drops themselves can give seats to waiters: everybody asks for every section, then all at
    // once half of them leave.
    let mut leaving = JoinSet::new();
    for (number, student) in everybody.into_iter().enumerate() {
        let (client, urls, courses) = (client.clone(), urls.clone(), courses.clone());
        leaving.spawn(async move {
            let mut held = vec![];
            for course in courses.iter().copied() {
                enroll(&client, &urls[number % 2], &student, course, true).await;
                let (_, seen) = send(
                    &client,
                    Method::GET,
                    format!("{}/api/v1/courses/{course}", urls[0]),
                    &student,
                    None,
                )
                .await;
                held.extend(seen["my_enrollment"]["id"].as_str().map(|id| (course, id.to_owned())));
            }
            for (course, id) in held.into_iter().filter(|_| number % 2 == 0) {
                let (status, body) =
                    drop_enrollment(&client, &urls[number / 2 % 2], &student, course, &id).await;
                assert_eq!(status, 200, "{body}");
            }
        });
    }
    leaving.join_all().await;
    uems.assert_sound().await;
    assert_eq!(uems.count(SEAT_WASTED).await, 0, "a seat is free while an eligible waiter waits");
    assert_eq!(uems.count(SKIPPED_WITHOUT_EVENT).await, 0, "a waiter was passed over without an event");
    assert!(
        uems.count("select count(*) from enrollment_events where event = 'promoted'").await > 0,
        "the storm promoted nobody"
    );
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn what_was_acknowledged_survives_kill_nine(db: PgPool) {
    let uems = TestApp::new(db);
    let courses = crowded(&uems).await;
    let replicas = [Replica::start(&uems.db).await, Replica::start(&uems.db).await];
    let urls = Arc::new(replicas.iter().map(|replica| replica.url.clone()).collect::<Vec<_>>());
    let everybody = students(&uems, 30).await;
    let mut storm = JoinSet::new();
    for (number, student) in everybody.iter().cloned().enumerate() {
        let (client, urls, courses) = (crate::support::client(), urls.clone(), courses.clone());
        storm.spawn(async move { (number, wander(client, urls, student, number, courses, 25).await) });
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let [one, two] = replicas;
    one.kill();
    tokio::time::sleep(Duration::from_millis(100)).await;
    two.kill();
    let acknowledged = storm.join_all().await;

    let again = Replica::start(&uems.db).await;
    uems.assert_sound().await;
    let mut checked = 0;
    for (number, last) in acknowledged {
        for (course, said) in last {
            let found = everybody[number].status_in(course).await;
            // A waiter may have been promoted since; a request without an answer may have had its effect.
            let fine = found == said || (said == "pending" && found == "enrolled") || said == "unknown";
            assert!(fine, "acknowledged {said}, found {found}");
            checked += 1;
        }
    }
    assert!(checked > 50, "the storm was over too early: {checked}");
    let half_made = uems.count(
        "select count(*) from enrollments e where not exists (
             select from enrollment_events v where v.user_id = e.user_id and v.course_id = e.course_id and v.event <> 'refused')",
    );
    assert_eq!(half_made.await, 0);
    let (status, _) = enroll(&crate::support::client(), &again.url, &everybody[0], courses[5], true).await;
    assert!(matches!(status, 201 | 202 | 409), "the restarted server answers");
}
