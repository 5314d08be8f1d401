//! People: the admin's list, one's own record, what a teacher may see.

use std::time::Duration;

use axum::http::{Method, header};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{Actor, Answer, TestApp};

/// Full names on a page, in its order.
fn names(page: &Answer) -> Vec<&str> {
    page.body["items"].as_array().unwrap().iter().map(|user| user["full_name"].as_str().unwrap()).collect()
}

fn path_of(actor: &Actor) -> String {
    format!("/users/{}", actor.id)
}

/// A list made by an admin: names, roles, departments.
async fn some_people(uems: &TestApp) -> Actor {
    let root = uems.admin("root").await;
    for (name, role, department) in [
        ("Ada Lovelace", "student", Some("Mathematics")),
        ("Bo 100% Ek", "student", Some("Physics")),
        ("Cy_an Blue", "teacher", Some("Mathematics")),
        ("Đặng Minh", "student", None),
    ] {
        let email =
            format!("{}@example.edu", name.split(' ').next().unwrap().replace('Đ', "D").replace('ặ', "a"));
        let person = json!({ "email": email, "role": role, "full_name": name, "department": department });
        root.post("/users", person).await.expect(201);
    }
    root
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn an_admin_finds_people(db: PgPool) {
    let root = some_people(&TestApp::new(db)).await;
    let found = |query: &'static str| {
        let root = root.clone();
        async move { names(&root.get(&format!("/users?{query}")).await.expect(200)).join(", ") }
    };
    assert_eq!(found("").await, "Ada Lovelace, Bo 100% Ek, Cy_an Blue, root Example, Đặng Minh");
    assert_eq!(found("sort=-full_name&page_size=2").await, "Đặng Minh, root Example");
    assert_eq!(found("role=student").await, "Ada Lovelace, Bo 100% Ek, Đặng Minh");
    assert_eq!(found("department=Mathematics&sort=role").await, "Ada Lovelace, Cy_an Blue");
    assert_eq!(found("q=love").await, "Ada Lovelace");
    assert_eq!(found("q=BO%40example").await, "Bo 100% Ek", "by e-mail");
    assert_eq!(found("q=S100001").await, "Ada Lovelace", "by student number");
    assert_eq!(found("q=%25").await, "Bo 100% Ek", "a percent sign is one");
    assert_eq!(found("q=y_a").await, "Cy_an Blue", "and so is an underscore");
    assert_eq!(found("q=%5C").await, "", "and a backslash");
    assert_eq!(found("is_active=false").await, "");
    let unknown = root.get("/users?sort=password_hash").await.expect(422);
    assert_eq!(unknown.field_errors(), [("sort".to_owned(), "unknown_field".to_owned())]);
    assert!(!root.get("/users").await.text.contains("password"));
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn pages_are_complete_and_linked(db: PgPool) {
    let uems = TestApp::new(db);
    let root = uems.admin("root").await;
    sqlx::query(
        "insert into users (email, password_hash, role, full_name) select n || '@example.edu', '!', 'teacher', 'Same Name' from generate_series(1, 44) n",
    )
    .execute(&uems.db)
    .await
    .unwrap();
    let mut seen = vec![];
    let mut next = Some("/users?role=teacher&sort=-department&page_size=20".to_owned());
    while let Some(path) = next {
        let page = root.get(&path).await.expect(200);
        assert_eq!((&page.body["total"], &page.body["page_size"]), (&json!(44), &json!(20)));
        seen.extend(page.body["items"].as_array().unwrap().iter().map(|user| user["id"].to_string()));
        let links = page.headers[header::LINK].to_str().unwrap();
        assert!(
            links.contains("role=teacher")
                && links.contains("rel=\"first\"")
                && links.contains("rel=\"last\""),
            "{links}"
        );
        let link = links.split(", ").find(|link| link.contains("rel=\"next\""));
        next = link.map(|link| link.trim_start_matches("</api/v1").split('>').next().unwrap().to_owned());
    }
    assert_eq!(seen.len(), 44);
    assert!(seen.is_sorted_by(|one, next| one < next), "the id breaks ties, so that no row appears twice");
    assert_eq!(root.get("/users?page=9").await.expect(200).body["items"], json!([]));
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn an_admin_creates_people_of_any_role(db: PgPool) {
    let root = TestApp::new(db).admin("root").await;
    let person = |email: &str, role: &str| json!({ "email": email, "role": role, "full_name": "New" });
    let teacher = root.post("/users", person("t@example.edu", "teacher")).await.expect(201);
    assert_eq!(teacher.headers[header::LOCATION], format!("/api/v1/users/{}", teacher.id()));
    assert_eq!(teacher.headers[header::ETAG], "\"1\"");
    assert_eq!(teacher.body["student_id"], Value::Null);
    let student = root.post("/users", person("s@example.edu", "student")).await.expect(201);
    assert!(student.body["student_id"].as_str().unwrap().starts_with('S'));

    assert_eq!(
        root.post("/users", person("T@Example.edu", "student")).await.expect(409).code(),
        "email_taken"
    );
    let mut numbered = person("u@example.edu", "student");
    numbered["student_id"] = student.body["student_id"].clone();
    assert_eq!(root.post("/users", numbered.clone()).await.expect(409).code(), "student_id_taken");
    numbered["role"] = json!("teacher");
    assert_eq!(root.post("/users", numbered).await.expect(422).field_errors()[0].1, "only_students");
    assert_eq!(
        root.post("/users", person("v@example.edu", "dean")).await.expect(422).field_errors()[0].0,
        "role"
    );

    let keyed = || {
        root.call(
            Method::POST,
            "/users",
            Some(person("k@example.edu", "admin")),
            &[("Idempotency-Key", "new-admin-1")],
        )
    };
    let (one, two) = (keyed().await.expect(201), keyed().await.expect(201));
    assert_eq!(one.id(), two.id());
    assert_eq!(two.headers["idempotency-replayed"], "true");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_stale_edit_is_refused_and_shows_the_current_values(db: PgPool) {
    let uems = TestApp::new(db);
    let (root, ada) = (uems.admin("root").await, uems.student("ada").await);
    let path = path_of(&ada);
    let seen = root.get(&path).await.expect(200).headers[header::ETAG].to_str().unwrap().to_owned();
    let edit = |version: String, name: &'static str| {
        let (root, path) = (root.clone(), path.clone());
        async move {
            root.call(Method::PUT, &path, Some(json!({ "full_name": name })), &[("If-Match", &version)]).await
        }
    };
    let fresh = edit(seen.clone(), "Ada Lovelace").await.expect(200);
    assert_eq!(fresh.headers[header::ETAG], "\"2\"");
    let stale = edit(seen, "Ada Byron").await.expect(412);
    assert_eq!((stale.code(), &stale.body["current"]["full_name"]), ("stale", &json!("Ada Lovelace")));
    edit("\"2\"".to_owned(), "Ada King").await.expect(200);
    edit("W/\"3\"".to_owned(), "Ada").await.expect(200);
    edit("*".to_owned(), "Ada L").await.expect(200);

    // Two edits of one version at once: one of them.
    let (one, two) = tokio::join!(edit("\"5\"".to_owned(), "One"), edit("\"5\"".to_owned(), "Two"));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn everybody_may_change_their_name_and_nothing_else(db: PgPool) {
    let uems = TestApp::new(db);
    let ada = uems.student("ada").await;
    let renamed = ada.put(&path_of(&ada), json!({ "full_name": "  Ada   Lovelace " })).await.expect(200);
    assert_eq!(renamed.body["full_name"], "Ada   Lovelace");
    for change in [
        json!({ "role": "admin" }),
        json!({ "role": "student" }),
        json!({ "email": "root@example.edu" }),
        json!({ "student_id": "S1" }),
        json!({ "department": null }),
        json!({ "department": "Physics" }),
        json!({ "is_active": true }),
        json!({ "full_name": "Root", "role": "admin" }),
    ] {
        ada.put(&path_of(&ada), change).await.expect(403);
    }
    for unknown in ["id", "version", "password_hash", "created_at", "fullName"] {
        let refused = ada.put(&path_of(&ada), json!({ unknown: 1 })).await.expect(422);
        assert_eq!(refused.field_errors(), [(unknown.to_owned(), "unknown_field".to_owned())]);
    }
    let me = ada.get(&path_of(&ada)).await.expect(200);
    assert_eq!((&me.body["role"], &me.body["full_name"]), (&json!("student"), &json!("Ada   Lovelace")));
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_teacher_sees_a_card_of_own_students_and_no_more(db: PgPool) {
    let uems = TestApp::new(db);
    let (tina, tom) = (uems.teacher("tina").await, uems.teacher("tom").await);
    let (ada, bob) = (uems.student("ada").await, uems.student("bob").await);
    let course = uems.course_of("CS101", 9, json!({}), Some(&tina)).await;
    let elsewhere = uems.course_of("CS102", 9, json!({}), Some(&tom)).await;
    ada.enroll(course).await.expect(201);
    ada.enroll(elsewhere).await.expect(201);

    let card = tina.get(&path_of(&ada)).await.expect(200);
    let fields: Vec<&String> = card.body.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["department", "email", "full_name", "id"]);
    let theirs = tina.get(&format!("{}/enrollments", path_of(&ada))).await.expect(200);
    assert_eq!((&theirs.body["total"], &theirs.body["items"][0]["course_id"]), (&json!(1), &json!(course)));
    let roster = tina.get(&format!("/courses/{course}/enrollments")).await.expect(200);
    assert_eq!(roster.body["items"][0]["student"]["full_name"], "ada Example");
    assert_eq!(roster.body["items"][0]["student"]["student_id"], Value::Null);
    for hidden in [&bob, &tom] {
        assert_eq!(tina.get(&path_of(hidden)).await.expect(404).code(), "not_found");
    }

    // Whoever left the course, or is taken off it, is seen no more.
    ada.drop_course(course).await.expect(200);
    tina.get(&path_of(&ada)).await.expect(404);
    ada.enroll(course).await.expect(201);
    tina.get(&path_of(&ada)).await.expect(200);
    uems.admin("root")
        .await
        .put(&format!("/courses/{course}"), json!({ "teacher_id": tom.id }))
        .await
        .expect(200);
    tina.get(&path_of(&ada)).await.expect(404);
    tina.get(&format!("/courses/{course}/enrollments")).await.expect(403);
    tina.put(&format!("/courses/{course}"), json!({ "description": "Mine" })).await.expect(403);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_role_follows_what_a_person_does(db: PgPool) {
    let uems = TestApp::new(db);
    let root = uems.admin("root").await;
    let (ada, bob, tina) = (uems.student("ada").await, uems.student("bob").await, uems.teacher("tina").await);
    let course = uems.course_of("CS101", 9, json!({}), Some(&tina)).await;
    ada.enroll(course).await.expect(201);
    let become_ = |person: &Actor, role: &str| {
        let (root, path, role) = (root.clone(), path_of(person), role.to_owned());
        async move { root.put(&path, json!({ "role": role })).await }
    };
    assert_eq!(become_(&ada, "teacher").await.expect(409).code(), "tied_to_role");
    assert_eq!(become_(&tina, "admin").await.expect(409).code(), "tied_to_role");
    assert_eq!(become_(&bob, "teacher").await.expect(200).body["student_id"], Value::Null);
    let back = become_(&bob, "student").await.expect(200);
    assert!(back.body["student_id"].as_str().unwrap().starts_with('S'));
    assert_eq!(become_(&root, "teacher").await.expect(409).code(), "own_account");
    assert_eq!(
        root.put(&path_of(&root), json!({ "is_active": false })).await.expect(409).code(),
        "own_account"
    );
    assert_eq!(root.delete(&path_of(&root)).await.expect(409).code(), "own_account");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn deactivation_keeps_the_records_and_can_be_undone(db: PgPool) {
    let uems = TestApp::new(db);
    let (root, ada) = (uems.admin("root").await, uems.student("ada").await);
    let course = uems.monday("CS101", 9, "09:00-10:00").await;
    ada.enroll(course).await.expect(201);
    root.delete(&path_of(&ada)).await.expect(204);
    root.delete(&path_of(&ada)).await.expect(204);
    assert_eq!(root.get(&path_of(&ada)).await.expect(200).body["is_active"], false);
    assert_eq!(ada.status_in(course).await, "enrolled");
    assert_eq!(names(&root.get("/users?is_active=false").await), ["ada Example"]);
    root.put(&path_of(&ada), json!({ "is_active": true })).await.expect(200);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(ada.get("/auth/me").await.expect(401).code(), "session_expired", "an old session stays ended");
    let ada = Actor { token: Some(uems.sign_in(ada.id).await), ..ada };
    ada.get("/auth/me").await.expect(200);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_persons_enrolments_are_listed_newest_term_first(db: PgPool) {
    let uems = TestApp::new(db);
    let ada = uems.student("ada").await;
    let mut courses = vec![];
    for (code, semester, year) in [
        ("CS101", "fall", 2024),
        ("CS102", "spring", 2025),
        ("CS103", "fall", 2025),
        ("CS104", "summer", 2025),
    ] {
        let course = uems.course(code, 9, json!({})).await;
        let sql = "update courses set semester = $2, year = $3 where id = $1";
        sqlx::query(sql).bind(course).bind(semester).bind(year).execute(&uems.db).await.unwrap();
        ada.enroll(course).await.expect(201);
        courses.push(course);
    }
    ada.drop_course(courses[1]).await.expect(200);
    let listed = |query: &'static str| {
        let ada = ada.clone();
        async move {
            let page = ada.get(&format!("{}/enrollments?{query}", path_of(&ada))).await.expect(200);
            let codes = page.body["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["course"]["code"].as_str().unwrap().to_owned());
            codes.collect::<Vec<_>>().join(" ")
        }
    };
    assert_eq!(listed("").await, "CS103 CS104 CS102 CS101");
    assert_eq!(listed("status=dropped").await, "CS102");
    assert_eq!(listed("semester=fall").await, "CS103 CS101");
    assert_eq!(listed("semester=fall&year=2024").await, "CS101");
    assert_eq!(listed("page_size=2&page=2").await, "CS102 CS101");
}
