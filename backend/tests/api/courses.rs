//! Sections of courses: the catalogue, their making, their changing. Rooms and teachers' weeks are in `rooms.rs`.

use axum::http::{Method, header};
use serde_json::{Value, json};
use sqlx::PgPool;
use uems::ids::CourseId;

use crate::support::{Actor, Answer, TestApp};

/// A section as a form sends it.
pub fn section(code: &str, schedule: Value) -> Value {
    json!({ "code": code, "name": format!("Course {code}"), "capacity": 30, "credits": "4", "semester": "fall", "year": 2025, "schedule": schedule })
}

pub fn id_of(answer: &Answer) -> CourseId {
    CourseId(answer.id().parse().unwrap())
}

/// Codes on a page of the catalogue, in its order.
async fn codes(actor: &Actor, query: &str) -> String {
    let page = actor.get(&format!("/courses?{query}")).await.expect(200);
    let codes = page.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|course| course["code"].as_str().unwrap().to_owned());
    codes.collect::<Vec<_>>().join(" ")
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn an_admin_makes_a_section_and_everybody_sees_it(db: PgPool) {
    let uems = TestApp::new(db);
    let (root, tina, ada) = (uems.admin("root").await, uems.teacher("tina").await, uems.student("ada").await);
    let mut new =
        section("CS101", json!({ "wednesday": ["14:00-16:00"], "monday": ["09:00-11:00", "09:00-11:00"] }));
    new["teacher_id"] = json!(tina.id);
    new["room"] = json!("B12");
    let made = root.post("/courses", new.clone()).await.expect(201);
    assert_eq!(made.headers[header::LOCATION], format!("/api/v1/courses/{}", made.id()));
    let seen = ada.get(&format!("/courses/{}", made.id())).await.expect(200);
    assert_eq!(seen.headers[header::ETAG], "\"1\"");
    let expected = json!({
        "code": "CS101", "section": "001", "department": "CS", "credits": "4.00", "capacity": 30, "seats_left": 30,
        "enrolled_count": 0, "waitlist_count": 0, "room": "B12", "my_enrollment": null, "is_active": true,
        "teacher": { "id": tina.id, "full_name": "tina Example" },
        "schedule": { "monday": ["09:00-11:00"], "wednesday": ["14:00-16:00"] },
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&seen.body[name], value, "{name}");
    }
    (new["room"], new["teacher_id"]) = (json!(null), json!(null));
    assert_eq!(root.post("/courses", new.clone()).await.expect(409).code(), "course_exists");
    new["section"] = json!("002");
    root.post("/courses", new.clone()).await.expect(201);
    new["section"] = json!("001");
    new["semester"] = json!("spring");
    root.post("/courses", new).await.expect(201);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn one_key_makes_one_section(db: PgPool) {
    let root = TestApp::new(db).admin("root").await;
    let make = |code: &'static str| {
        let root = root.clone();
        async move {
            root.call(
                Method::POST,
                "/courses",
                Some(section(code, json!({}))),
                &[("Idempotency-Key", "course-form-1")],
            )
            .await
        }
    };
    let (one, two) = tokio::join!(make("CS101"), make("CS101"));
    assert_eq!(one.expect(201).id(), two.expect(201).id());
    assert_eq!(make("CS102").await.expect(422).code(), "idempotency_key_reused");
    assert_eq!(codes(&root, "").await, "CS101");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn every_wrong_field_of_a_section_is_named(db: PgPool) {
    let uems = TestApp::new(db);
    let (root, ada) = (uems.admin("root").await, uems.student("ada").await);
    let wrong = [
        ("code", json!("cs1"), "code", "pattern"),
        ("section", json!(""), "section", "too_short"),
        ("name", json!("CS"), "name", "too_short"),
        ("name", json!("A\u{202e}nalysis"), "name", "control_character"),
        ("description", json!("x".repeat(10_001)), "description", "too_long"),
        ("teacher_id", json!(ada.id), "teacher_id", "no_such_teacher"),
        ("teacher_id", json!(CourseId::new()), "teacher_id", "no_such_teacher"),
        ("capacity", json!(0), "capacity", "out_of_range"),
        ("capacity", json!(501), "capacity", "out_of_range"),
        ("capacity", json!("30"), "capacity", "invalid"),
        ("credits", json!(0), "credits", "out_of_range"),
        ("credits", json!(6.5), "credits", "out_of_range"),
        ("credits", json!("1.005"), "credits", "too_precise"),
        ("semester", json!("winter"), "semester", "invalid"),
        ("year", json!(2023), "year", "out_of_range"),
        ("year", json!(2100), "year", "out_of_range"),
        ("schedule", json!({ "monday": ["25:00-26:00"] }), "schedule.monday[0]", "invalid_time"),
        ("schedule", json!({ "monday": ["09:00-11:00", "10:00-12:00"] }), "schedule.monday", "overlap"),
        ("schedule", json!({ "saturday": ["09:00-11:00"] }), "schedule.saturday", "no_teaching_day"),
        ("schedule", json!({ "caturday": [] }), "schedule", "unknown_day"),
        ("room", json!(""), "room", "too_short"),
        ("cross_listing", json!("x".repeat(101)), "cross_listing", "too_long"),
        ("allow_teacher_conflict", json!("yes"), "allow_teacher_conflict", "invalid"),
    ];
    let course = root.post("/courses", section("CS100", json!({}))).await.expect(201);
    for (name, value, field, code) in wrong {
        let mut new = section("CS101", json!({}));
        new[name] = value.clone();
        let expected = [(field.to_owned(), code.to_owned())];
        assert_eq!(
            root.post("/courses", new).await.expect(422).field_errors(),
            expected,
            "creating with {name} {value:.40}"
        );
        let edit = root.put(&format!("/courses/{}", course.id()), json!({ name: value })).await.expect(422);
        assert_eq!(edit.field_errors(), expected, "editing {name} to {value:.40}");
    }
    let mut exam = section(
        "CS101",
        json!({ "saturday": [{ "time": "09:00-11:00", "from": "2025-12-13", "to": "2025-12-13" }] }),
    );
    exam["capacity"] = json!(9999);
    root.post("/courses", exam).await.expect(201);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn an_institution_may_have_other_rules(db: PgPool) {
    let flags = [
        "--code-pattern",
        r"^[A-Z]{2,5}\d{1,3}[A-Z]?$",
        "--teaching-days",
        "monday,saturday",
        "--max-credits",
        "12",
        "--max-capacity",
        "900",
        "--last-year",
        "2031",
    ];
    let root = TestApp::with(db, &flags).admin("root").await;
    let mut new = section("CSE8A", json!({ "saturday": ["09:00-11:00"] }));
    (new["credits"], new["capacity"], new["year"]) = (json!(12), json!(900), json!(2031));
    root.post("/courses", new.clone()).await.expect(201);
    new["schedule"] = json!({ "tuesday": ["09:00-11:00"] });
    root.post("/courses", new).await.expect(422);
    let told = root.get("/institution").await.expect(200);
    assert_eq!(told.body["teaching_days"], json!(["monday", "saturday"]));
    assert_eq!(
        (&told.body["max_credits"], &told.body["max_capacity"], &told.body["last_year"]),
        (&json!("12"), &json!(900), &json!(2031))
    );
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn the_catalogue_is_searched_and_filtered(db: PgPool) {
    let uems = TestApp::new(db);
    let (tina, ada) = (uems.teacher("tina").await, uems.student("ada").await);
    let morning = uems.course_of("CS101", 2, json!({ "monday": ["09:00-11:00"] }), Some(&tina)).await;
    uems.course("CS201", 1, json!({ "monday": ["10:00-12:00"], "friday": ["09:00-10:00"] })).await;
    uems.course("MATH110", 9, json!({ "tuesday": ["08:00-09:00"] })).await;
    let full = uems.course("MATH210", 1, json!({})).await;
    let spring = uems.monday("PHYS100", 9, "09:00-11:00").await;
    let gone = uems.monday("CS999", 9, "09:00-11:00").await;
    sqlx::query("update courses set semester = 'spring', year = 2026, name = '100% Motion' where id = $1")
        .bind(spring)
        .execute(&uems.db)
        .await
        .unwrap();
    sqlx::query("update courses set is_active = false where id = $1")
        .bind(gone)
        .execute(&uems.db)
        .await
        .unwrap();
    uems.student("bob").await.enroll(full).await.expect(201);
    ada.enroll(morning).await.expect(201);

    for (query, expected) in [
        ("", "CS101 CS201 MATH110 MATH210 PHYS100"),
        ("q=math", "MATH110 MATH210"),
        ("q=cs1", "CS101"),
        ("q=tina%20course", "CS101"),
        ("q=100%25", "PHYS100"),
        ("q=_", ""),
        ("q=110%20math", "MATH110"),
        ("q=course&semester=fall&year=2025&department=MATH", "MATH110 MATH210"),
        ("semester=spring", "PHYS100"),
        ("year=2026", "PHYS100"),
        ("day=monday", "CS101 CS201 PHYS100"),
        ("day=friday", "CS201"),
        ("day=sunday", ""),
        ("open=true", "CS101 CS201 MATH110 PHYS100"),
        ("open=false", "MATH210"),
        ("fits=true", "CS101 MATH110 MATH210 PHYS100"),
        ("fits=true&day=monday", "CS101 PHYS100"),
        ("fits=false", "CS101 CS201 MATH110 MATH210 PHYS100"),
        ("sort=-code", "PHYS100 MATH210 MATH110 CS201 CS101"),
        ("sort=time&semester=fall", "CS101 CS201 MATH110 MATH210"),
        ("sort=seats&semester=fall", "MATH210 CS101 CS201 MATH110"),
        ("sort=-seats&page_size=1", "MATH110"),
        ("sort=teacher&page_size=1", "CS101"),
        ("sort=-credits", "CS101 CS201 MATH110 MATH210 PHYS100"),
        ("page_size=2&page=2", "MATH110 MATH210"),
        ("is_active=false", "CS101 CS201 MATH110 MATH210 PHYS100"),
    ] {
        assert_eq!(codes(&ada, query).await, expected, "{query}");
    }
    assert_eq!(codes(&ada, &format!("teacher_id={}", tina.id)).await, "CS101");
    assert_eq!(codes(&uems.admin("root").await, "is_active=false").await, "CS999");
    assert_eq!(
        ada.get(&format!("/courses?q={}", "x".repeat(201))).await.expect(422).field_errors()[0].0,
        "q"
    );
    let mine = ada.get("/courses?q=CS101").await.expect(200);
    assert_eq!(mine.body["items"][0]["my_enrollment"]["status"], "enrolled");
    let links = ada.get("/courses?q=cs&page_size=1").await.expect(200).headers[header::LINK]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(links.contains("</api/v1/courses?q=cs&page_size=1&page=2>; rel=\"next\""), "{links}");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn departments_are_counted_by_term(db: PgPool) {
    let uems = TestApp::new(db);
    let ada = uems.student("ada").await;
    for code in ["CS101", "CS102", "MATH110"] {
        uems.course(code, 9, json!({})).await;
    }
    let gone = uems.course("ART100", 9, json!({})).await;
    sqlx::query("update courses set is_active = false where id = $1")
        .bind(gone)
        .execute(&uems.db)
        .await
        .unwrap();
    let all = ada.get("/courses/departments?semester=fall&year=2025").await.expect(200);
    assert_eq!(
        all.body["items"],
        json!([{ "department": "CS", "courses": 2 }, { "department": "MATH", "courses": 1 }])
    );
    assert_eq!(ada.get("/courses/departments?year=2026").await.expect(200).body["items"], json!([]));
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn the_assigned_teacher_changes_description_schedule_and_room_only(db: PgPool) {
    let uems = TestApp::new(db);
    let tina = uems.teacher("tina").await;
    let course = uems.course_of("CS101", 9, json!({}), Some(&tina)).await;
    let path = format!("/courses/{course}");
    let changed = tina.put(&path, json!({ "description": "About\nthings", "schedule": { "monday": ["09:00-10:00"] }, "room": "B1" })).await.expect(200);
    assert_eq!(
        (&changed.body["description"], &changed.body["room"]),
        (&json!("About\nthings"), &json!("B1"))
    );
    for (field, value) in [
        ("code", json!("CS102")),
        ("section", json!("x")),
        ("name", json!("Other name")),
        ("teacher_id", json!(null)),
        ("teacher_id", json!(tina.id)),
        ("capacity", json!(10)),
        ("credits", json!(1)),
        ("semester", json!("spring")),
        ("year", json!(2026)),
        ("cross_listing", json!(null)),
        ("is_active", json!(false)),
        ("allow_teacher_conflict", json!(true)),
    ] {
        tina.put(&path, json!({ field: value, "room": "B2" })).await.expect(403);
    }
    let cleared =
        tina.put(&path, json!({ "description": null, "room": null, "schedule": {} })).await.expect(200);
    assert_eq!(
        (&cleared.body["description"], &cleared.body["room"], &cleared.body["schedule"]),
        (&json!(null), &json!(null), &json!({}))
    );
    for unknown in ["enrolled_count", "over_capacity", "id", "version", "department"] {
        tina.put(&path, json!({ unknown: 1 })).await.expect(422);
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_stale_edit_of_a_section_is_refused_and_an_enrolment_makes_none_stale(db: PgPool) {
    let uems = TestApp::new(db);
    let (root, ada) = (uems.admin("root").await, uems.student("ada").await);
    let course = uems.monday("CS101", 9, "09:00-10:00").await;
    let edit = |version: &'static str, name: &'static str| {
        let root = root.clone();
        async move {
            root.call(
                Method::PUT,
                &format!("/courses/{course}"),
                Some(json!({ "name": name })),
                &[("If-Match", version)],
            )
            .await
        }
    };
    ada.enroll(course).await.expect(201);
    assert_eq!(edit("\"1\"", "Algorithms").await.expect(200).headers[header::ETAG], "\"2\"");
    let stale = edit("\"1\"", "Something else").await.expect(412);
    assert_eq!(
        (&stale.body["current"]["name"], &stale.body["current"]["enrolled_count"]),
        (&json!("Algorithms"), &json!(1))
    );
    assert_eq!(edit("\"7\"", "From the future").await.expect(412).code(), "stale");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn what_was_imported_outside_the_rules_can_still_be_edited(db: PgPool) {
    let uems = TestApp::new(db);
    let root = uems.admin("root").await;
    let course = uems.course("CSE8A", 600, json!({ "saturday": ["09:00-10:00"] })).await;
    sqlx::query("update courses set credits = 12, year = 2019 where id = $1")
        .bind(course)
        .execute(&uems.db)
        .await
        .unwrap();
    let mut whole = section("CSE8A", json!({ "saturday": ["09:00-10:00"] }));
    (whole["capacity"], whole["credits"], whole["year"], whole["name"]) =
        (json!(600), json!("12.00"), json!(2019), json!("Renamed"));
    let path = format!("/courses/{course}");
    assert_eq!(root.put(&path, whole.clone()).await.expect(200).body["name"], "Renamed");
    for (field, value) in [
        ("capacity", json!(601)),
        ("credits", json!(13)),
        ("year", json!(2020)),
        ("schedule", json!({ "sunday": ["09:00-10:00"] })),
    ] {
        root.put(&path, json!({ field: value })).await.expect(422);
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_section_with_students_keeps_its_term(db: PgPool) {
    let uems = TestApp::new(db);
    let (root, ada) = (uems.admin("root").await, uems.student("ada").await);
    let course = uems.monday("CS101", 9, "09:00-10:00").await;
    let path = format!("/courses/{course}");
    ada.enroll(course).await.expect(201);
    assert_eq!(root.put(&path, json!({ "year": 2026 })).await.expect(409).code(), "has_enrollments");
    ada.drop_course(course).await.expect(200);
    root.put(&path, json!({ "year": 2026 })).await.expect(200);
    uems.course("CS200", 9, json!({})).await;
    let taken = root
        .put(&path, json!({ "code": "CS200", "year": 2025, "section": uems_section(&uems, "CS200").await }))
        .await
        .expect(409);
    assert_eq!(taken.code(), "course_exists");
}

async fn uems_section(uems: &TestApp, code: &str) -> String {
    sqlx::query_scalar("select section from courses where code = $1")
        .bind(code)
        .fetch_one(&uems.db)
        .await
        .unwrap()
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn the_roster_lists_students_by_name_and_then_the_queue(db: PgPool) {
    let uems = TestApp::new(db);
    let root = uems.admin("root").await;
    let course = uems.course("CS101", 2, json!({})).await;
    let [zoe, ada, dan, cyd] = [
        uems.student("zoe").await,
        uems.student("ada").await,
        uems.student("dan").await,
        uems.student("cyd").await,
    ];
    zoe.enroll(course).await.expect(201);
    ada.enroll(course).await.expect(201);
    dan.wait_for(course).await.expect(202);
    cyd.wait_for(course).await.expect(202);
    let roster = |query: &'static str| {
        let root = root.clone();
        async move {
            let page = root.get(&format!("/courses/{course}/enrollments?{query}")).await.expect(200);
            let names = page.body["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["student"]["full_name"].as_str().unwrap()[..3].to_owned());
            names.collect::<Vec<_>>().join(" ")
        }
    };
    assert_eq!(roster("").await, "ada zoe dan cyd");
    assert_eq!(roster("status=pending").await, "dan cyd");
    assert_eq!(roster("status=dropped").await, "");
    assert_eq!(roster("page=2&page_size=3").await, "cyd");
    cyd.drop_course(course).await.expect(200);
    assert_eq!(roster("").await, "ada zoe dan");
    assert_eq!(roster("status=dropped").await, "cyd");
}
