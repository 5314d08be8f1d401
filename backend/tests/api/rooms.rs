//! A room holds one class at a time, and so does a teacher; who plans is told what stands in the way.

use serde_json::{Value, json};
use sqlx::PgPool;
use uems::ids::CourseId;

use crate::courses::{id_of, section};
use crate::support::{Actor, Answer, TestApp};

/// A section in a room on Mondays.
fn in_room(code: &str, room: &str, time: &str) -> Value {
    let mut new = section(code, json!({ "monday": [time] }));
    new["room"] = json!(room);
    new
}

/// The same, as one of a group that may share the room.
fn shared(code: &str, group: &str, time: &str) -> Value {
    let mut new = in_room(code, "B12", time);
    new["cross_listing"] = json!(group);
    new
}

async fn make(root: &Actor, new: Value) -> CourseId {
    id_of(&root.post("/courses", new).await.expect(201))
}

/// What a `room_conflict` or `teacher_conflict` names.
fn in_the_way(refusal: &Answer) -> String {
    let body = &refusal.body;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    format!(
        "{} {} {}-{}",
        text(&body["course"]["code"]),
        text(&body["day"]),
        text(&body["start"]),
        text(&body["end"])
    )
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_taken_room_is_refused_by_the_name_of_who_has_it(db: PgPool) {
    let root = TestApp::new(db).admin("root").await;
    make(&root, in_room("CS101", "B12", "09:00-11:00")).await;
    let refused = root.post("/courses", in_room("CS102", "B12", "10:30-12:00")).await.expect(409);
    assert_eq!((refused.code(), &*in_the_way(&refused)), ("room_conflict", "CS101 monday 10:30-11:00"));
    assert!(refused.body["detail"].as_str().unwrap().contains("CS101-001 in B12"), "{}", refused.text);

    make(&root, in_room("CS102", "B12", "11:00-12:00")).await;
    make(&root, in_room("CS103", "B13", "09:00-11:00")).await;
    let mut spring = in_room("CS104", "B12", "09:00-11:00");
    spring["semester"] = json!("spring");
    make(&root, spring).await;
    let mut own_room = section("CS105", json!({ "monday": [{ "time": "09:30-10:00", "room": "B12" }] }));
    own_room["room"] = json!("B99");
    assert_eq!(
        root.post("/courses", own_room).await.expect(409).code(),
        "room_conflict",
        "a slot's own room counts"
    );
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn half_terms_share_a_room_when_their_dates_do_not_meet(db: PgPool) {
    let root = TestApp::new(db).admin("root").await;
    let half = |code: &str, from: &str, to: &str| {
        let mut new = section(code, json!({ "monday": [{ "time": "09:00-11:00", "from": from, "to": to }] }));
        new["room"] = json!("B12");
        new
    };
    make(&root, half("CS101", "2025-09-01", "2025-10-17")).await;
    make(&root, half("CS102", "2025-10-18", "2025-12-05")).await;
    assert_eq!(
        root.post("/courses", half("CS103", "2025-10-17", "2025-10-20")).await.expect(409).code(),
        "room_conflict"
    );
    assert_eq!(
        root.post("/courses", in_room("CS104", "B12", "10:00-12:00")).await.expect(409).code(),
        "room_conflict"
    );
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn of_two_who_want_one_room_at_once_one_gets_it(db: PgPool) {
    let uems = TestApp::new(db);
    let root = uems.admin("root").await;
    for round in 0..6 {
        let wishes: Vec<_> = (0..4)
            .map(|n| {
                let (root, new) =
                    (root.clone(), in_room(&format!("CS{round}{n}0"), &format!("R{round}"), "09:00-11:00"));
                tokio::spawn(async move { root.post("/courses", new).await })
            })
            .collect();
        let mut made = 0;
        for wish in wishes {
            let answer = wish.await.unwrap();
            match answer.status.as_u16() {
                201 => made += 1,
                _ => assert_eq!(answer.expect(409).code(), "room_conflict"),
            }
        }
        assert_eq!(made, 1);
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn cross_listed_sections_share_identical_slots_only(db: PgPool) {
    let root = TestApp::new(db).admin("root").await;
    make(&root, shared("CS101", "joint", "09:00-11:00")).await;
    let second = make(&root, shared("MATH101", "joint", "09:00-11:00")).await;
    for other in [
        shared("PHYS101", "joint", "09:00-10:00"),
        shared("PHYS101", "joint", "10:00-12:00"),
        shared("PHYS101", "another", "09:00-11:00"),
        in_room("PHYS101", "B12", "09:00-11:00"),
    ] {
        let refused = root.post("/courses", other).await.expect(409);
        assert_eq!(
            (refused.code(), refused.body["course"]["code"].as_str()),
            ("room_conflict", Some("CS101")),
            "{}",
            refused.text
        );
    }
    let path = format!("/courses/{second}");
    assert_eq!(
        root.put(&path, json!({ "cross_listing": null })).await.expect(409).code(),
        "room_conflict",
        "leaving the group"
    );
    root.put(&path, json!({ "cross_listing": null, "room": "B13" })).await.expect(200);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn an_edit_looks_at_others_and_not_at_itself(db: PgPool) {
    let root = TestApp::new(db).admin("root").await;
    make(&root, in_room("CS101", "B12", "09:00-11:00")).await;
    let course = make(&root, in_room("CS102", "B12", "11:00-12:00")).await;
    let path = format!("/courses/{course}");
    root.put(&path, json!({ "schedule": { "monday": ["11:00-13:00"] } })).await.expect(200);
    let refused = root.put(&path, json!({ "schedule": { "monday": ["10:00-13:00"] } })).await.expect(409);
    assert_eq!((refused.code(), &*in_the_way(&refused)), ("room_conflict", "CS101 monday 10:00-11:00"));
    let kept = root.get(&path).await.expect(200);
    assert_eq!(
        (&kept.body["schedule"], &kept.body["version"]),
        (&json!({ "monday": ["11:00-13:00"] }), &json!(2))
    );
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn deactivating_frees_the_room_and_coming_back_needs_it(db: PgPool) {
    let root = TestApp::new(db).admin("root").await;
    let first = make(&root, in_room("CS101", "B12", "09:00-11:00")).await;
    let path = format!("/courses/{first}");
    root.delete(&path).await.expect(204);
    root.delete(&path).await.expect(204);
    assert_eq!(root.get(&path).await.expect(200).body["is_active"], false);
    let second = make(&root, in_room("CS102", "B12", "10:00-12:00")).await;
    let refused = root.put(&path, json!({ "is_active": true })).await.expect(409);
    assert_eq!((refused.code(), &*in_the_way(&refused)), ("room_conflict", "CS102 monday 10:00-11:00"));
    root.delete(&format!("/courses/{second}")).await.expect(204);
    root.put(&path, json!({ "is_active": true })).await.expect(200);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_teacher_is_in_one_place_unless_it_is_meant(db: PgPool) {
    let uems = TestApp::new(db);
    let (root, tina) = (uems.admin("root").await, uems.teacher("tina").await);
    let by_tina = |code: &str, time: &str| {
        let mut new = section(code, json!({ "monday": [time] }));
        new["teacher_id"] = json!(tina.id);
        new
    };
    make(&root, by_tina("CS101", "09:00-11:00")).await;
    let refused = root.post("/courses", by_tina("CS102", "10:00-12:00")).await.expect(409);
    assert_eq!((refused.code(), &*in_the_way(&refused)), ("teacher_conflict", "CS101 monday 10:00-11:00"));
    let mut meant = by_tina("CS102", "10:00-12:00");
    meant["allow_teacher_conflict"] = json!(true);
    let parallel = make(&root, meant).await;
    root.put(&format!("/courses/{parallel}"), json!({ "name": "Tutorial", "capacity": 20 }))
        .await
        .expect(200);
    let moved = json!({ "schedule": { "monday": ["10:30-12:00"] } });
    assert_eq!(
        root.put(&format!("/courses/{parallel}"), moved.clone()).await.expect(409).code(),
        "teacher_conflict"
    );
    assert_eq!(tina.put(&format!("/courses/{parallel}"), moved).await.expect(409).code(), "teacher_conflict");

    let free = make(&root, section("CS103", json!({ "monday": ["09:00-10:00"] }))).await;
    let assign = json!({ "teacher_id": tina.id });
    assert_eq!(root.put(&format!("/courses/{free}"), assign).await.expect(409).code(), "teacher_conflict");
    root.put(&format!("/courses/{free}"), json!({ "teacher_id": tina.id, "allow_teacher_conflict": true }))
        .await
        .expect(200);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn one_teacher_is_not_given_two_classes_at_once(db: PgPool) {
    let uems = TestApp::new(db);
    let (root, tina) = (uems.admin("root").await, uems.teacher("tina").await);
    let wishes: Vec<_> = (0..4)
        .map(|n| {
            let (root, mut new) =
                (root.clone(), section(&format!("CS10{n}"), json!({ "monday": ["09:00-11:00"] })));
            new["teacher_id"] = json!(tina.id);
            tokio::spawn(async move { root.post("/courses", new).await.status.as_u16() })
        })
        .collect();
    let mut statuses = vec![];
    for wish in wishes {
        statuses.push(wish.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409]);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn only_an_active_teacher_is_assigned_whatever_else_is_asked(db: PgPool) {
    let uems = TestApp::new(db);
    let (root, ada, gone) = (uems.admin("root").await, uems.student("ada").await, uems.teacher("gone").await);
    root.delete(&format!("/users/{}", gone.id)).await.expect(204);
    let course = make(&root, section("CS101", json!({ "monday": ["09:00-11:00"] }))).await;
    for person in [ada.id, gone.id, root.id, uems::ids::UserId::new()] {
        for more in [json!({}), json!({ "allow_teacher_conflict": true }), json!({ "is_active": false })] {
            let mut edit = more;
            edit["teacher_id"] = json!(person);
            let refused = root.put(&format!("/courses/{course}"), edit).await.expect(422);
            assert_eq!(refused.field_errors(), [("teacher_id".to_owned(), "no_such_teacher".to_owned())]);
        }
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_plan_is_held_against_sections_and_itself(db: PgPool) {
    let uems = TestApp::new(db);
    let ada = uems.student("ada").await;
    let early =
        uems.course("CS101", 9, json!({ "monday": ["09:00-11:00"], "friday": ["09:00-10:00"] })).await;
    let late = uems.course("CS102", 9, json!({ "monday": ["10:00-12:00"], "friday": ["09:30-11:00"] })).await;
    let apart = uems.monday("CS103", 9, "12:00-13:00").await;
    let verdict = |body: Value| {
        let ada = ada.clone();
        async move { ada.post("/courses/validate-schedule", body).await.expect(200).body }
    };
    let pairs = |verdict: &Value| -> Vec<String> {
        let text = |value: &Value| value.as_str().unwrap_or("plan").to_owned();
        let row = |clash: &Value| {
            format!(
                "{} {} {} {}-{}",
                text(&clash["code"]),
                text(&clash["with_code"]),
                text(&clash["day"]),
                text(&clash["start"]),
                text(&clash["end"])
            )
        };
        let mut rows: Vec<String> = verdict["conflicts"].as_array().unwrap().iter().map(row).collect();
        rows.sort();
        rows
    };
    let fine = verdict(json!({ "course_ids": [early, apart] })).await;
    assert_eq!((&fine["valid"], &fine["conflicts"]), (&json!(true), &json!([])));
    let wrong = verdict(json!({ "course_ids": [early, late, apart, early] })).await;
    assert_eq!(wrong["valid"], false);
    let days: Vec<String> =
        pairs(&wrong).iter().map(|row| row.split(' ').skip(2).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(days.len(), 2, "{days:?}");
    assert!(
        days.contains(&"monday 10:00-11:00".to_owned()) && days.contains(&"friday 09:30-10:00".to_owned()),
        "{days:?}"
    );
    let planned =
        verdict(json!({ "course_ids": [early, apart], "schedule": { "monday": ["10:30-12:30"] } })).await;
    assert_eq!(pairs(&planned), ["plan CS101 monday 10:30-11:00", "plan CS103 monday 12:00-12:30"]);
    assert_eq!(verdict(json!({ "schedule": { "monday": ["10:30-12:30"] } })).await["valid"], true);
    let nothing = json!({ "course_ids": [early, CourseId::new()] });
    let unknown = ada.post("/courses/validate-schedule", nothing).await.expect(422);
    assert_eq!(unknown.field_errors(), [("course_ids[1]".to_owned(), "unknown".to_owned())]);
    let many: Vec<CourseId> = (0..101).map(|_| CourseId::new()).collect();
    ada.post("/courses/validate-schedule", json!({ "course_ids": many })).await.expect(422);
    let overlapping = ada
        .post(
            "/courses/validate-schedule",
            json!({ "schedule": { "monday": ["09:00-11:00", "10:00-12:00"] } }),
        )
        .await
        .expect(422);
    assert_eq!(overlapping.field_errors()[0].1, "overlap");
}

/// A class and its own exam in its own room, on a day the class would meet.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_section_does_not_stand_in_its_own_way(db: PgPool) {
    let root = TestApp::new(db).admin("root").await;
    root.put("/terms/2025/fall", json!({ "starts_on": "2025-09-01", "ends_on": "2025-12-19" }))
        .await
        .expect(200);
    let with_exam = json!({ "monday": ["09:00-11:00", { "time": "09:00-12:00", "from": "2025-12-15", "to": "2025-12-15" }] });
    let mut plain = section("CS101", with_exam);
    plain["room"] = json!("B12");
    make(&root, plain.clone()).await;
    (plain["code"], plain["room"], plain["cross_listing"]) = (json!("CS102"), json!("B13"), json!("joint"));
    make(&root, plain).await;
}
