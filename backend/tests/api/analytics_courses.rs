//! Performance and unmet demand: each figure against one computed here from the raw rows.

use std::collections::{BTreeMap, BTreeSet};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use sqlx::PgPool;
use uems::ids::CourseId;
use uuid::Uuid;

use crate::analytics::plant;
use crate::support::{Actor, TestApp};

const SCALE: &str = "A:90:4,B:80:3,C:70:2,D:60:1,F:0:0";

/// Marks and presence for whoever sits or sat in a course, and some who left.
async fn teach(db: &PgPool) {
    let mut rng = StdRng::seed_from_u64(7);
    let places: Vec<(Uuid, Uuid, Uuid, String)> =
        sqlx::query_as("select id, user_id, course_id, status from enrollments order by id")
            .fetch_all(db)
            .await
            .unwrap();
    let mut columns = BTreeMap::new();
    for course in places.iter().map(|place| place.2).collect::<BTreeSet<_>>() {
        columns.insert(course, assign(db, &mut rng, course).await);
    }
    for (id, student, course, status) in places {
        if status == "enrolled" && rng.random_range(0..8) == 0 {
            leave(db, id, student, course, if rng.random() { "dropped" } else { "left_waitlist" }).await;
        }
        for (assignment, max) in columns[&course].iter().enumerate() {
            // Nobody marks a course that is completed, and nobody has marks for everything.
            if status == "completed" || rng.random_range(0..5) == 0 {
                continue;
            }
            sqlx::query("insert into grades (enrollment_id, assignment_name, score) values ($1, $2, $3)")
                .bind(id)
                .bind(format!("Drawn {assignment}"))
                .bind(Decimal::new(rng.random_range(0..=*max), 2))
                .execute(db)
                .await
                .unwrap();
        }
        for meeting in 1..=rng.random_range(0..4_i16) {
            sqlx::query("insert into attendance (enrollment_id, date, meeting, status) values ($1, '2025-10-01', $2, $3)")
                .bind(id)
                .bind(meeting)
                .bind(["present", "absent", "late", "excused"][rng.random_range(0..4)])
                .execute(db)
                .await
                .unwrap();
        }
    }
}

/// Columns of a gradebook: all without weights, all with one, or some; what they are marked out of, in hundredths.
async fn assign(db: &PgPool, rng: &mut StdRng, course: Uuid) -> Vec<i64> {
    let weighted = rng.random_range(0..3);
    let mut columns = vec![];
    for assignment in 0..rng.random_range(0..5) {
        let max = [1_000, 2_000, 750, 10_000, 4_000][rng.random_range(0..5)];
        let weight = match weighted {
            0 => None,
            1 => Some(Decimal::new(rng.random_range(0..=100), 2)),
            _ => (assignment > 0).then(|| Decimal::new(25, 2)),
        };
        sqlx::query(
            "insert into assignments (course_id, name, assignment_type, max_score, weight, position)
             values ($1, $2, 'quiz', $3, $4, $5)",
        )
        .bind(course)
        .bind(format!("Drawn {assignment}"))
        .bind(Decimal::new(max, 2))
        .bind(weight)
        .bind(assignment)
        .execute(db)
        .await
        .unwrap();
        columns.push(max);
    }
    columns
}

async fn leave(db: &PgPool, id: Uuid, student: Uuid, course: Uuid, event: &str) {
    sqlx::query("update enrollments set status = 'dropped', dropped_at = now() where id = $1")
        .bind(id)
        .execute(db)
        .await
        .unwrap();
    sqlx::query("update courses set enrolled_count = enrolled_count - 1 where id = $1")
        .bind(course)
        .execute(db)
        .await
        .unwrap();
    sqlx::query("insert into enrollment_events (user_id, course_id, event) values ($1, $2, $3)")
        .bind(student)
        .bind(course)
        .bind(event)
        .execute(db)
        .await
        .unwrap();
}

/// All that is known of one course.
#[derive(Default)]
struct Facts {
    finals: Vec<i64>,
    enrolled: i64,
    completed: i64,
    dropped: i64,
    presence: Vec<String>,
    standing: Vec<i64>,
}

/// Hundredths of a percent, half up, of a fraction.
fn rounded(numerator: i128, denominator: i128) -> i64 {
    ((2 * numerator + denominator) / (2 * denominator)) as i64
}

fn text(hundredths: i64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

fn rate(part: i64, whole: i64) -> Value {
    if whole == 0 { Value::Null } else { json!(text(rounded(i128::from(part) * 10_000, whole.into()))) }
}

/// A student's percentage so far, in hundredths, by exact fractions over the least common multiple of the maxima.
fn percentage(marks: &[(i64, i64, Option<i64>)]) -> Option<i64> {
    const MULTIPLE: i128 = 60_000;
    let any = marks.iter().any(|mark| mark.2.is_some());
    let weight = |mark: &(i64, i64, Option<i64>)| i128::from(if any { mark.2.unwrap_or(0) } else { 1 });
    let weights: i128 = marks.iter().map(weight).sum();
    let sum: i128 =
        marks.iter().map(|mark| weight(mark) * i128::from(mark.0) * (MULTIPLE / i128::from(mark.1))).sum();
    (weights > 0).then(|| rounded(sum * 10_000, weights * MULTIPLE))
}

async fn facts(db: &PgPool) -> BTreeMap<Uuid, Facts> {
    type Place = (Uuid, Uuid, Uuid, String, Option<Decimal>);
    let hundredths = |number: Decimal| i64::try_from(number * Decimal::ONE_HUNDRED).unwrap();
    let places: Vec<Place> =
        sqlx::query_as("select id, user_id, course_id, status, grade_final from enrollments")
            .fetch_all(db)
            .await
            .unwrap();
    let left: BTreeSet<(Uuid, Uuid)> =
        sqlx::query_as("select user_id, course_id from enrollment_events where event = 'dropped'")
            .fetch_all(db)
            .await
            .unwrap()
            .into_iter()
            .collect();
    let marks: Vec<(Uuid, Decimal, Decimal, Option<Decimal>)> =
        sqlx::query_as("select enrollment_id, score, max_score, weight from grades")
            .fetch_all(db)
            .await
            .unwrap();
    let presence: Vec<(Uuid, String)> =
        sqlx::query_as("select enrollment_id, status from attendance").fetch_all(db).await.unwrap();
    let mut all: BTreeMap<Uuid, Facts> = BTreeMap::new();
    for (id, student, course, status, mark) in places {
        let facts = all.entry(course).or_default();
        let of_student: Vec<_> = marks
            .iter()
            .filter(|mark| mark.0 == id)
            .map(|(_, score, max, weight)| (hundredths(*score), hundredths(*max), weight.map(hundredths)))
            .collect();
        match &*status {
            "completed" => facts.completed += 1,
            "enrolled" => {
                facts.enrolled += 1;
                facts.standing.extend(percentage(&of_student));
            }
            "dropped" => facts.dropped += i64::from(left.contains(&(student, course))),
            _ => {}
        }
        facts.finals.extend(mark.filter(|_| status == "completed").map(hundredths));
        facts.presence.extend(presence.iter().filter(|one| one.0 == id).map(|one| one.1.clone()));
    }
    all
}

/// The figures of some courses together, as the report has to say them, with letters at 90, 80, 70, 60.
fn figures(facts: &[&Facts]) -> Value {
    let mut finals: Vec<i64> = facts.iter().flat_map(|facts| facts.finals.clone()).collect();
    finals.sort_unstable();
    let presence: Vec<&String> = facts.iter().flat_map(|facts| &facts.presence).collect();
    let sum = |of: fn(&Facts) -> i64| facts.iter().map(|facts| of(facts)).sum::<i64>();
    let attended =
        presence.iter().filter(|status| ["present", "late"].contains(&status.as_str())).count() as i64;
    let expected = presence.iter().filter(|status| status.as_str() != "excused").count() as i64;
    let (count, total) = (finals.len() as i64, finals.iter().sum::<i64>());
    let passed = finals.iter().filter(|mark| **mark >= 6_000).count() as i64;
    let within = |low: i64, high: i64| finals.iter().filter(|mark| (low..high).contains(*mark)).count();
    let letters = [
        ("A", 9_000, 99_999),
        ("B", 8_000, 9_000),
        ("C", 7_000, 8_000),
        ("D", 6_000, 7_000),
        ("F", 0, 6_000),
    ];
    let middle = finals.len() / 2;
    let (mean, median) = match count {
        0 => (Value::Null, Value::Null),
        _ => {
            let low = if count % 2 == 0 { finals[middle - 1] } else { finals[middle] };
            let median = rounded((low + finals[middle]).into(), 2);
            (json!(text(rounded(total.into(), count.into()))), json!(text(median)))
        }
    };
    json!({
        "enrolled": sum(|facts| facts.enrolled), "completed": sum(|facts| facts.completed), "dropped": sum(|facts| facts.dropped),
        "attended": attended, "expected": expected, "attendance_rate": rate(attended, expected),
        "graded": count, "mean": mean, "median": median, "passed": passed, "pass_rate": rate(passed, count),
        "distribution": (0..10).map(|ten| within(ten * 1_000, if ten == 9 { 10_001 } else { (ten + 1) * 1_000 })).collect::<Vec<_>>(),
        "letters": letters.map(|(letter, low, high)| json!({ "letter": letter, "count": within(low, high) })),
    })
}

/// Every page of a report.
async fn all_items(actor: &Actor, path: &str) -> Vec<Value> {
    let mut items = vec![];
    for page in 1.. {
        let answer = actor.get(&format!("{path}&page_size=7&page={page}")).await.expect(200).body;
        items.extend(answer["items"].as_array().unwrap().clone());
        if items.len() as i64 >= answer["total"].as_i64().unwrap() {
            break;
        }
    }
    items
}

/// That a line, or the summary, says these figures.
fn assert_says(line: &Value, expected: &Value) {
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&line[field], value, "{field} of {line}");
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn performance_is_what_the_raw_rows_say(db: PgPool) {
    plant(&db).await;
    teach(&db).await;
    let uems = TestApp::with(db.clone(), &["--grade-scale", SCALE]);
    let root = uems.admin("root").await;
    let facts = facts(&db).await;
    let sections: Vec<(Uuid, String, i32, String)> =
        sqlx::query_as("select id, semester, year, department from courses").fetch_all(&db).await.unwrap();
    let nothing = Facts::default();
    let of = |id: &Uuid| facts.get(id).unwrap_or(&nothing);

    let mut departments = BTreeSet::new();
    for (_, semester, year, department) in &sections {
        departments.insert((String::new(), 0, String::new()));
        departments.insert((semester.clone(), *year, String::new()));
        departments.insert((semester.clone(), *year, department.clone()));
    }
    let mut busy = 0;
    for (semester, year, department) in departments {
        let mut path = "/analytics/performance?x=".to_owned();
        if year > 0 {
            path += &format!("&semester={semester}&year={year}");
        }
        if !department.is_empty() {
            path += &format!("&department={department}");
        }
        let chosen: Vec<&Uuid> = sections
            .iter()
            .filter(|section| year == 0 || (&section.1, section.2) == (&semester, year))
            .filter(|section| department.is_empty() || section.3 == department)
            .map(|section| &section.0)
            .collect();
        let items = all_items(&root, &path).await;
        let listed: BTreeSet<Uuid> =
            items.iter().map(|item| item["id"].as_str().unwrap().parse().unwrap()).collect();
        assert_eq!(
            (items.len(), listed),
            (chosen.len(), chosen.iter().copied().copied().collect()),
            "{path}"
        );
        for item in &items {
            let facts = of(&item["id"].as_str().unwrap().parse().unwrap());
            assert_says(item, &figures(&[facts]));
            let standing = facts.standing.len() as i64;
            let mean = facts.standing.iter().sum::<i64>();
            let mean =
                if standing == 0 { Value::Null } else { json!(text(rounded(mean.into(), standing.into()))) };
            assert_eq!(item["in_progress"], json!({ "students": standing, "mean": mean }));
            busy += standing;
        }
        let report = root.get(&path).await.expect(200).body;
        assert_says(&report["overall"], &figures(&chosen.iter().map(|id| of(id)).collect::<Vec<_>>()));
        assert_eq!(
            (&report["overall"]["courses"], &report["pass_from"]),
            (&json!(chosen.len()), &json!("60.00"))
        );
    }
    assert!(busy > 100, "nothing was in progress");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn performance_comes_in_the_order_asked_for(db: PgPool) {
    plant(&db).await;
    teach(&db).await;
    let uems = TestApp::new(db.clone());
    let root = uems.admin("root").await;
    for field in ["mean", "pass_rate", "attendance_rate", "completed", "dropped"] {
        for descending in [false, true] {
            let sign = if descending { "-" } else { "" };
            let items = all_items(&root, &format!("/analytics/performance?sort={sign}{field}")).await;
            let number = |item: &Value| match &item[field] {
                Value::Null => None,
                Value::String(text) => Some(text.parse::<f64>().unwrap()),
                number => number.as_f64(),
            };
            let known: Vec<f64> = items.iter().map_while(number).collect();
            assert!(
                items[known.len()..].iter().all(|item| item[field].is_null()),
                "{field}: nothing comes last"
            );
            assert!(
                known.is_sorted_by(|a, b| if descending { a >= b } else { a <= b }),
                "{sign}{field}: {known:?}"
            );
            let ids: BTreeSet<&str> = items.iter().map(|item| item["id"].as_str().unwrap()).collect();
            assert_eq!(ids.len(), items.len(), "a page repeats a row");
        }
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_teacher_sees_own_courses_whatever_is_asked_for(db: PgPool) {
    plant(&db).await;
    let uems = TestApp::new(db.clone());
    let (tina, tom, root) = (uems.teacher("tina").await, uems.teacher("tom").await, uems.admin("root").await);
    let own = uems.course_of("CS901", 9, json!({}), Some(&tina)).await;
    let others = uems.course_of("CS902", 9, json!({}), Some(&tom)).await;
    let nobodys = uems.course("CS903", 9, json!({})).await;
    let ids = |answer: &Value| {
        answer["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect::<Vec<_>>()
    };
    for query in [
        "",
        "?semester=fall",
        "?year=2025",
        "?department=CS",
        "?sort=-mean",
        "?semester=fall&year=2025&department=CS",
    ] {
        let report = tina.get(&format!("/analytics/performance{query}")).await.expect(200).body;
        assert_eq!(
            (ids(&report), &report["total"], &report["overall"]["courses"]),
            (vec![json!(own)], &json!(1), &json!(1)),
            "{query}"
        );
    }
    let elsewhere = tina.get("/analytics/performance?semester=spring").await.expect(200).body;
    assert_eq!((ids(&elsewhere), &elsewhere["overall"]["graded"]), (vec![], &json!(0)));
    for hidden in [others, nobodys, CourseId::new()] {
        tina.get(&format!("/analytics/performance?course_id={hidden}")).await.expect(404);
    }
    let mine = tina.get(&format!("/analytics/performance?course_id={own}")).await.expect(200).body;
    assert_eq!(ids(&mine), [json!(own)]);
    root.get(&format!("/analytics/performance?course_id={others}")).await.expect(200);
    root.get(&format!("/analytics/performance?course_id={}", CourseId::new())).await.expect(404);
    uems.student("ada").await.get("/analytics/performance").await.expect(403);
}

/// Students and what they try, in sections of one course and of others.
async fn rush(uems: &TestApp) {
    let one = uems.course("CS801", 1, json!({ "monday": ["09:00-10:00"] })).await;
    let two = uems.course("CS801", 1, json!({ "tuesday": ["09:00-10:00"] })).await;
    let clashing = uems.course("CS802", 5, json!({ "monday": ["09:30-10:30"] })).await;
    let unlimited = uems.course("CS803", 9999, json!({})).await;
    let open = uems.course("CS804", 5, json!({ "friday": ["09:00-10:00"] })).await;
    let names = ["ada", "bob", "cy", "dee", "eve", "fay", "gus"];
    let mut people = vec![];
    for name in names {
        people.push(uems.student(name).await);
    }
    let [ada, bob, cy, dee, eve, fay, gus] = &people[..] else { panic!("seven of them") };
    ada.enroll(one).await.expect(201);
    bob.enroll(one).await.expect(409);
    bob.enroll(one).await.expect(409);
    // Bob finds a seat in the other section, and is content.
    bob.enroll(two).await.expect(201);
    cy.enroll(one).await.expect(409);
    cy.enroll(two).await.expect(409);
    dee.wait_for(two).await.expect(202);
    // Eve waited and left; Fay had a seat, gave it up, and found none again.
    eve.wait_for(one).await.expect(202);
    eve.drop_course(one).await.expect(200);
    ada.enroll(clashing).await.expect(409);
    ada.enroll(one).await.expect(409);
    fay.enroll(unlimited).await.expect(201);
    fay.drop_course(unlimited).await.expect(200);
    sqlx::query("update courses set is_active = false where id = $1")
        .bind(unlimited)
        .execute(&uems.db)
        .await
        .unwrap();
    fay.enroll(unlimited).await.expect(409);
    // Somebody who gives a seat up of their own accord is no unmet demand.
    cy.enroll(clashing).await.expect(201);
    cy.drop_course(clashing).await.expect(200);
    // Gus could have the open section, and has nothing because the other one of the cart is full.
    let refused = gus.cart(&[one, open]).await.expect(409);
    assert_eq!(refused.body["refusals"].as_array().unwrap().len(), 1);
    assert_eq!(gus.events_in(open).await, ["refused:cart_refused"]);
}

/// A section: code, term, name, department, seats, whether it is offered, its number.
type Section = (String, String, i32, String, String, i32, bool, String, Uuid);

/// What is offered of a course in a term: its name (of the first section that is), department, sections, seats (nobody
/// knows them when a section has no limit), and who sits there.
async fn offers(db: &PgPool) -> BTreeMap<(String, String, i32), Value> {
    let sections: Vec<Section> = sqlx::query_as(
        "select code, semester, year, name, department, capacity, is_active, section, id from courses",
    )
    .fetch_all(db)
    .await
    .unwrap();
    let seated: Vec<(Uuid,)> = sqlx::query_as("select course_id from enrollments where status = 'enrolled'")
        .fetch_all(db)
        .await
        .unwrap();
    let mut courses: BTreeMap<_, Vec<Section>> = BTreeMap::new();
    for section in sections {
        courses.entry((section.0.clone(), section.1.clone(), section.2)).or_default().push(section);
    }
    let told = |sections: Vec<Section>| {
        let offered: Vec<&Section> = sections.iter().filter(|section| section.6).collect();
        let first = sections.iter().min_by_key(|section| (!section.6, section.7.clone())).unwrap();
        let limited = offered.iter().all(|section| section.5 < 9999);
        let seats = limited.then(|| offered.iter().map(|section| section.5).sum::<i32>());
        let here = |seat: &&(Uuid,)| sections.iter().any(|section| section.8 == seat.0);
        json!({ "name": first.3, "department": first.4, "sections": offered.len(), "seats": seats,
            "enrolled": seated.iter().filter(here).count() })
    };
    courses.into_iter().map(|(key, sections)| (key, told(sections))).collect()
}

/// Unmet demand of every course and term, from all events and all places there are.
async fn demand(db: &PgPool) -> BTreeMap<(String, String, i32), Value> {
    type Key = (String, String, i32);
    let no_wish = [
        "already_enrolled",
        "already_waitlisted",
        "already_completed",
        "drop_deadline_passed",
        "not_a_student",
        "cart_refused",
    ];
    type Event = (String, String, i32, Uuid, String, Option<String>);
    let events: Vec<Event> = sqlx::query_as("select c.code, c.semester, c.year, v.user_id, v.event, v.reason from enrollment_events v join courses c on c.id = v.course_id order by v.id")
        .fetch_all(db).await.unwrap();
    let places: Vec<(String, String, i32, Uuid, String)> = sqlx::query_as("select c.code, c.semester, c.year, e.user_id, e.status from enrollments e join courses c on c.id = e.course_id")
        .fetch_all(db).await.unwrap();
    let mut wishing: BTreeMap<Key, BTreeMap<Uuid, bool>> = BTreeMap::new();
    let mut refused: BTreeMap<Key, BTreeMap<String, Vec<Uuid>>> = BTreeMap::new();
    for (code, semester, year, student, event, reason) in events {
        let key = (code, semester, year);
        let reason = reason.filter(|reason| event == "refused" && !no_wish.contains(&&**reason));
        match &*event {
            "enrolled" | "promoted" | "completed" => {
                _ = wishing.entry(key).or_default().insert(student, false)
            }
            "waitlisted" => _ = wishing.entry(key).or_default().insert(student, true),
            _ => {
                if let Some(reason) = reason {
                    wishing.entry(key.clone()).or_default().insert(student, true);
                    refused.entry(key).or_default().entry(reason).or_default().push(student);
                }
            }
        }
    }
    let (mut seated, mut waiting) = (BTreeSet::new(), BTreeMap::<Key, BTreeSet<Uuid>>::new());
    for (code, semester, year, student, status) in places {
        match &*status {
            "enrolled" | "completed" => _ = seated.insert((code, semester, year, student)),
            "pending" => _ = waiting.entry((code, semester, year)).or_default().insert(student),
            _ => {}
        }
    }
    let keys: BTreeSet<Key> = refused.keys().chain(waiting.keys()).cloned().collect();
    let offers = offers(db).await;
    let line = |key: Key| {
        let waits = waiting.get(&key).cloned().unwrap_or_default();
        let wishes = wishing.get(&key).into_iter().flatten().filter(|wish| *wish.1).map(|wish| *wish.0);
        let without: BTreeSet<Uuid> = wishes
            .chain(waits.iter().copied())
            .filter(|student| !seated.contains(&(key.0.clone(), key.1.clone(), key.2, *student)))
            .collect();
        let reasons = refused.get(&key).cloned().unwrap_or_default();
        let full = reasons.get("course_full").cloned().unwrap_or_default();
        let distinct = |students: &Vec<Uuid>| students.iter().collect::<BTreeSet<_>>().len();
        let mut by_reason: Vec<_> = reasons
            .iter()
            .map(|(reason, students)| (std::cmp::Reverse(students.len()), reason, distinct(students)))
            .collect();
        by_reason.sort();
        let by_reason: Vec<Value> = by_reason.into_iter()
            .map(|(attempts, reason, students)| json!({ "reason": reason, "attempts": attempts.0, "students": students })).collect();
        let line = json!({
            "full_attempts": full.len(), "full_students": distinct(&full), "waiting": waits.len(),
            "without_seat": without.len(), "by_reason": by_reason,
        });
        let line = line.as_object().into_iter().chain(offers[&key].as_object()).flatten();
        let line = line.map(|(field, value)| (field.clone(), value.clone())).collect();
        (key, Value::Object(line))
    };
    keys.into_iter().map(line).collect()
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn unmet_demand_is_what_events_and_places_say(db: PgPool) {
    plant(&db).await;
    let uems = TestApp::new(db.clone());
    let root = uems.admin("root").await;
    rush(&uems).await;
    // Sections with names of their own; and of some courses the first is not offered any more.
    for sql in [
        "update courses set name = name || ' ' || section",
        "update courses c set is_active = false where code not like 'CS80%' and exists (
             select from courses o where (o.code, o.year, o.semester) = (c.code, c.year, c.semester) and o.section > c.section)",
    ] {
        assert!(sqlx::query(sql).execute(&db).await.unwrap().rows_affected() > 0, "{sql}");
    }
    let expected = demand(&db).await;
    let items = all_items(&root, "/analytics/unmet-demand?x=").await;
    assert_eq!(items.len(), expected.len());
    for item in &items {
        let key = (
            item["code"].as_str().unwrap().to_owned(),
            item["semester"].as_str().unwrap().to_owned(),
            item["year"].as_i64().unwrap() as i32,
        );
        assert_says(item, &expected[&key]);
    }
    let of = |code: &str| items.iter().find(|item| item["code"] == code).unwrap();
    // Cy was refused twice, Gus once, Dee waits, Eve left the queue; Bob and Ada have their seats.
    let crowded = of("CS801");
    assert_eq!(
        (&crowded["full_attempts"], &crowded["full_students"], &crowded["waiting"], &crowded["without_seat"]),
        (&json!(5), &json!(3), &json!(1), &json!(4))
    );
    assert_eq!(
        (&crowded["sections"], &crowded["seats"], &crowded["enrolled"]),
        (&json!(2), &json!(2), &json!(2))
    );
    // Ada cannot come, Cy did not want to stay.
    assert_eq!(
        (&of("CS802")["without_seat"], &of("CS802")["by_reason"][0]["reason"]),
        (&json!(1), &json!("schedule_conflict"))
    );
    // Fay wanted to come back; of a section without limit nobody knows the seats, but it is not offered any more.
    assert_eq!(
        (&of("CS803")["without_seat"], &of("CS803")["sections"], &of("CS803")["seats"]),
        (&json!(1), &json!(0), &json!(0))
    );

    // The open section of a cart that was refused: nobody lacked a seat there.
    assert!(items.iter().all(|item| item["code"] != "CS804"), "{items:?}");
    let fall =
        all_items(&root, "/analytics/unmet-demand?semester=fall&year=2025&department=CS&sort=code").await;
    assert_eq!(
        fall.iter().map(|item| item["code"].as_str().unwrap()).collect::<Vec<_>>(),
        ["CS801", "CS802", "CS803"]
    );
    for field in ["without_seat", "full_attempts", "full_students", "waiting"] {
        let numbers: Vec<i64> = all_items(&root, &format!("/analytics/unmet-demand?sort=-{field}"))
            .await
            .iter()
            .map(|item| item[field].as_i64().unwrap())
            .collect();
        assert!(numbers.is_sorted_by(|a, b| a >= b), "{field}: {numbers:?}");
    }
    uems.teacher("tina").await.get("/analytics/unmet-demand").await.expect(403);
}
