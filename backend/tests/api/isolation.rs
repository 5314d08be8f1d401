//! Nobody reaches another's: whatever is read, with whatever id and filter, and whatever is written, with another's ids in it.
//! The reads are those of the document, so a new one is tried without being named here.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use axum::http::Method;
use serde_json::{Value, json};
use sqlx::PgPool;
use uems::ids::{ChargeId, CourseId, PaymentId};

use crate::grades::column_with;
use crate::large::send_csv;
use crate::openapi::{document, operations};
use crate::payments::settled;
use crate::support::{Actor, Answer, TestApp};

static DOCUMENT: LazyLock<Value> = LazyLock::new(document);

/// A student in a section, and everything that is written about them there.
struct Place {
    student: Actor,
    course: CourseId,
    enrollment: String,
    grade: String,
    attendance: String,
    /// In comments, notes and reasons.
    word: String,
}

/// Tina teaches Ada and Eve; Tom teaches Bob, and Ada too.
struct World {
    uems: TestApp,
    tina: Actor,
    tom: Actor,
    ada: Place,
    eve: Place,
    bob: Place,
    ada_elsewhere: Place,
    /// Where everybody could still go.
    free: CourseId,
    columns: [String; 2],
    money: Vec<(PaymentId, ChargeId)>,
}

impl World {
    async fn set(uems: TestApp) -> Self {
        let (tina, tom) = (uems.teacher("tina").await, uems.teacher("tom").await);
        let own = uems.course_of("CS101", 9, json!({}), Some(&tina)).await;
        let others = uems.course_of("CS102", 9, json!({}), Some(&tom)).await;
        let free = uems.course_of("CS103", 9, json!({}), Some(&tom)).await;
        let columns = [
            column_with(&uems, own, "Quiz", "10", None).await,
            column_with(&uems, others, "Quiz", "10", None).await,
        ];
        let (ada, eve, bob) =
            (uems.student("ada").await, uems.student("eve").await, uems.student("bob").await);
        let mut money = vec![];
        for student in [&ada, &eve, &bob] {
            let number = format!("number-of-{}", student.id);
            sqlx::query("update users set student_id = $2 where id = $1")
                .bind(student.id)
                .bind(number)
                .execute(&uems.db)
                .await
                .unwrap();
            money.push(settled(&uems, student.id).await);
        }
        let (ada, ada_elsewhere) =
            (place(&ada, own, "ada-here").await, place(&ada, others, "ada-there").await);
        let (eve, bob) = (place(&eve, own, "eve").await, place(&bob, others, "bob").await);
        Self { uems, free, tina, tom, ada, eve, bob, ada_elsewhere, columns, money }
    }

    fn places(&self) -> [&Place; 4] {
        [&self.bob, &self.eve, &self.ada, &self.ada_elsewhere]
    }

    /// What a person's money is known by; in the order ada, eve, bob.
    fn money(&self, who: usize) -> [String; 2] {
        [self.money[who].0.to_string(), self.money[who].1.to_string()]
    }

    /// What stands for a path's parameter, or for a field of a filter.
    fn values(&self, path: &str, name: &str) -> Vec<String> {
        let places = self.places();
        let people = || [&self.bob, &self.eve, &self.ada].map(|place| place.student.id.to_string()).to_vec();
        let courses = || vec![self.bob.course.to_string(), self.ada.course.to_string()];
        let all = |of: fn(&Place) -> String| places.map(of).to_vec();
        match (path.split('/').nth(1).unwrap_or_default(), name) {
            ("users", "id") | (_, "user_id" | "subject_id" | "actor_id") => people(),
            (_, "teacher_id") => vec![self.tom.id.to_string()],
            ("courses", "id") | (_, "course_id") => courses(),
            (_, "enrollment_id") => all(|place| place.enrollment.clone()),
            (_, "object_id") => [courses(), all(|place| place.enrollment.clone())].concat(),
            ("payments", "id") => (0..3).map(|who| self.money(who)[0].clone()).collect(),
            ("charges", "id") | (_, "charge_id") => (0..3).map(|who| self.money(who)[1].clone()).collect(),
            (_, "q") => ["bob", "eve", "number", "word"].map(str::to_owned).to_vec(),
            (_, "year") => vec!["2025".to_owned()],
            (_, "semester") => vec!["fall".to_owned()],
            (_, "department") => vec!["CS".to_owned()],
            (_, "threshold") => vec!["0".to_owned()],
            (_, "date" | "from") => vec!["2025-09-01".to_owned()],
            (_, "to") => vec!["2025-12-12".to_owned()],
            (_, "meeting") => vec!["1".to_owned()],
            _ => vec![],
        }
    }

    /// What must not be told: of Bob and Eve to Ada; of Bob, of Ada at Tom's, and anybody's number or money to Tina.
    fn secrets(&self, from: &Actor) -> BTreeSet<String> {
        let of = |place: &Place| {
            [&place.enrollment, &place.grade, &place.attendance, &place.word].map(String::clone)
        };
        let person = |place: &Place| {
            let id = place.student.id;
            [id.to_string(), format!("number-of-{id}")]
        };
        let teaches = from.id == self.tina.id;
        let mut secrets: Vec<String> =
            [of(&self.bob).to_vec(), person(&self.bob).to_vec(), self.money(2).to_vec()].concat();
        secrets.extend(["bob@example.edu".to_owned(), "bob Example".to_owned()]);
        if teaches {
            secrets.extend(of(&self.ada_elsewhere));
            secrets.extend([&self.ada, &self.eve].map(|place| person(place)[1].clone()));
            secrets.extend([self.money(0), self.money(1)].concat());
        } else {
            secrets.extend(
                [of(&self.eve).to_vec(), person(&self.eve).to_vec(), self.money(1).to_vec()].concat(),
            );
            secrets.extend(["eve@example.edu".to_owned(), "eve Example".to_owned()]);
        }
        secrets.into_iter().collect()
    }
}

/// Everything that is kept about people, as one number.
pub async fn kept(uems: &TestApp) -> String {
    let tables = [
        "users",
        "courses",
        "enrollments",
        "assignments",
        "grades",
        "grade_history",
        "final_grades",
        "grade_change_requests",
        "attendance",
        "attendance_history",
        "payments",
        "charges",
        "refunds",
        "ledger_postings",
    ];
    let all =
        tables.map(|table| format!("select '{table}' || t::text as line from {table} t")).join(" union all ");
    let sql = format!("select md5(string_agg(line, '|' order by line)) from ({all}) as kept");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&uems.db).await.unwrap()
}

async fn place(student: &Actor, course: CourseId, who: &str) -> Place {
    let uems = &student.uems;
    let enrollment = student.enroll(course).await.expect(201).id();
    let word = format!("word-about-{who}");
    let grade = sqlx::query_scalar(
        "insert into grades (enrollment_id, course_id, assignment_name, score, comments)
         values ($1::uuid, $2, 'Quiz', 8, $3) returning id::text",
    )
    .bind(&enrollment)
    .bind(course)
    .bind(&word)
    .fetch_one(&uems.db)
    .await
    .unwrap();
    let attendance = uems.marked(&enrollment).await;
    sqlx::query("update attendance set notes = $2 where id = $1::uuid")
        .bind(&attendance)
        .bind(&word)
        .execute(&uems.db)
        .await
        .unwrap();
    Place { student: student.clone(), course, enrollment, grade, attendance, word }
}

/// Every way to fill the parameters of a path.
fn filled(world: &World, path: &str) -> Vec<String> {
    let mut paths = vec![path.to_owned()];
    while let Some(open) = paths.first().and_then(|path| path.find('{')) {
        let name = paths[0][open + 1..paths[0].find('}').unwrap()].to_owned();
        let values = world.values(path, &name);
        assert!(!values.is_empty(), "nothing to put for {name} into {path}");
        let marked = format!("{{{name}}}");
        paths = paths
            .iter()
            .flat_map(|path| values.iter().map(|value| path.replacen(&marked, value, 1)))
            .collect();
    }
    paths
}

/// Nothing, each filter by itself, and all that name something together; every time as long a page as can be.
fn queries(world: &World, path: &str, operation: &Value) -> Vec<String> {
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let of_query = parameters.iter().filter(|parameter| parameter["in"] == "query");
    let names: Vec<(String, Value)> = of_query
        .map(|parameter| (parameter["name"].as_str().unwrap().to_owned(), parameter["schema"].clone()))
        .collect();
    let page = if names.iter().any(|(name, _)| name == "page_size") { "page_size=100" } else { "" };
    let mut queries = vec![page.to_owned()];
    let mut together = page.to_owned();
    for (name, schema) in &names {
        let mut values = world.values(path, name);
        if schema["type"] == "boolean" {
            values = vec!["true".to_owned(), "false".to_owned()];
        }
        let words = schema["$ref"]
            .as_str()
            .map(|name| DOCUMENT["components"]["schemas"][name.rsplit('/').next().unwrap()]["enum"].clone());
        for word in words.iter().flat_map(|words| words.as_array().cloned().unwrap_or_default()) {
            values.push(word.as_str().unwrap().to_owned());
        }
        queries.extend(values.iter().map(|value| format!("{page}&{name}={value}")));
        if let Some(value) = values.first().filter(|_| name.ends_with("_id")) {
            together += &format!("&{name}={value}");
        }
    }
    queries.push(together);
    queries
}

fn assert_silent(answer: &Answer, secrets: &BTreeSet<String>, sent: &str) {
    assert!(answer.status.as_u16() < 500, "{sent}: {}", answer.text);
    for secret in secrets.iter().filter(|secret| !sent.contains(secret.as_str())) {
        assert!(!answer.text.contains(secret.as_str()), "{sent} tells {secret}: {}", answer.text);
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn no_read_and_no_filter_tells_of_anothers_students_or_of_another_student(db: PgPool) {
    let world = World::set(TestApp::new(db)).await;
    let reads: Vec<(String, Value)> = operations()
        .into_iter()
        .filter(|(method, path, _)| method == "GET" && !path.contains("{token}"))
        .map(|(_, path, operation)| (path, operation))
        .collect();
    let (mut tried, mut answered) = (0, BTreeSet::new());
    for actor in [&world.tina, &world.ada.student] {
        let secrets = world.secrets(actor);
        for (path, operation) in &reads {
            for filled in filled(&world, path) {
                for query in queries(&world, path, operation) {
                    let sent = format!("{filled}?{query}");
                    let answer = actor.get(&sent).await;
                    assert_silent(&answer, &secrets, &sent);
                    tried += 1;
                    if answer.status.is_success() {
                        answered.insert((actor.id, path.clone()));
                    }
                }
            }
        }
        // An admin is told every one of these: they are what answers would have in them.
        let root = world.uems.admin(&format!("root-{}", actor.id)).await;
        let mut told = String::new();
        for (path, operation) in &reads {
            for filled in filled(&world, path) {
                told += &root.get(&format!("{filled}?{}", queries(&world, path, operation)[0])).await.text;
            }
        }
        let untold: Vec<&String> = secrets.iter().filter(|secret| !told.contains(secret.as_str())).collect();
        assert!(untold.is_empty(), "nobody is ever told {untold:?}, so nothing was proved by their absence");
    }
    assert!(tried > 500 && answered.len() > 30, "{tried} requests, {} answered", answered.len());
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn no_write_with_anothers_ids_changes_anything(db: PgPool) {
    let world = World::set(TestApp::new(db)).await;
    let (own, others) = (world.ada.course, world.bob.course);
    let before = kept(&world.uems).await;
    let secrets = world.secrets(&world.tina);
    for place in [&world.bob, &world.ada_elsewhere] {
        let (id, grade, record) = (&place.enrollment, &place.grade, &place.attendance);
        let roll = json!({ "date": "2025-09-02", "records": [{ "enrollment_id": id, "status": "absent" }], "all_or_nothing": false });
        let cells = json!({ "cells": [{ "enrollment_id": id, "assignment_name": "Quiz", "score": 1, "version": 1 }] });
        let change = json!({ "reason": "x", "cells": [{ "assignment_name": "Quiz", "score": 1 }] });
        let writes = [
            (Method::PUT, format!("/attendance/course/{own}/bulk"), roll.clone()),
            (Method::PUT, format!("/attendance/course/{others}/bulk"), roll),
            (
                Method::POST,
                "/attendance".to_owned(),
                json!({ "enrollment_id": id, "date": "2025-09-02", "status": "late" }),
            ),
            (Method::PUT, format!("/attendance/{record}"), json!({ "status": "absent" })),
            (Method::PUT, format!("/grades/course/{own}/bulk"), cells.clone()),
            (Method::PUT, format!("/grades/course/{others}/bulk"), cells),
            (
                Method::POST,
                "/grades".to_owned(),
                json!({ "enrollment_id": id, "assignment_name": "Quiz", "score": 1 }),
            ),
            (Method::PUT, format!("/grades/{grade}"), json!({ "score": 1 })),
            (Method::DELETE, format!("/grades/{grade}"), Value::Null),
            (Method::PUT, format!("/grades/course/{own}/final"), json!({ "enrollment_ids": [id] })),
            (Method::PUT, format!("/grades/course/{others}/final"), json!({})),
            (Method::PUT, format!("/grades/enrollment/{id}/final"), json!({})),
            (Method::POST, format!("/grades/enrollment/{id}/change-requests"), change),
            (Method::PUT, format!("/grades/assignments/{}", world.columns[1]), json!({ "max_score": 20 })),
            (Method::DELETE, format!("/grades/assignments/{}", world.columns[1]), Value::Null),
            (
                Method::POST,
                format!("/grades/course/{others}/assignments"),
                json!({ "name": "X", "assignment_type": "quiz", "max_score": 1 }),
            ),
            (Method::PUT, format!("/courses/{others}"), json!({ "description": "mine" })),
            (Method::PUT, format!("/users/{}", place.student.id), json!({ "full_name": "Mine" })),
            (Method::POST, format!("/courses/{own}/enroll"), json!({ "user_id": world.bob.student.id })),
            (Method::DELETE, format!("/courses/{own}/enroll/{id}"), Value::Null),
        ];
        for (method, path, body) in writes {
            refused(&world, &world.tina, method, &path, body, &secrets, &before).await;
        }
        for who in [format!("enrollment_id,Quiz\n{id},1\n"), "email,Quiz\nbob@example.edu,1\n".to_owned()] {
            let sent = format!("/grades/course/{own}/csv?apply=true {who}");
            let answer =
                send_csv(&world.tina, &format!("/grades/course/{own}/csv?apply=true&as_of=99999"), who).await;
            assert_silent(&answer, &secrets, &sent);
            assert_eq!(kept(&world.uems).await, before, "{sent}");
        }
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn no_student_acts_for_another(db: PgPool) {
    let world = World::set(TestApp::new(db)).await;
    let (before, ada) = (kept(&world.uems).await, &world.ada.student);
    let (secrets, free) = (world.secrets(ada), world.free);
    for (place, money) in [(&world.bob, world.money(2)), (&world.eve, world.money(1))] {
        let (id, who, course) = (&place.enrollment, place.student.id, place.course);
        let [payment, charge] = money;
        let writes = [
            (Method::POST, format!("/courses/{free}/enroll"), json!({ "user_id": who })),
            (Method::DELETE, format!("/courses/{course}/enroll/{id}"), Value::Null),
            (
                Method::POST,
                "/enrollments/swap".to_owned(),
                json!({ "drop": course, "take": free, "user_id": who }),
            ),
            (Method::POST, "/enrollments/cart".to_owned(), json!({ "course_ids": [free], "user_id": who })),
            (
                Method::POST,
                "/payments/create-intent".to_owned(),
                json!({ "amount": 1, "payment_type": "fees", "user_id": who }),
            ),
            (Method::POST, "/payments/create-intent".to_owned(), json!({ "charge_id": charge })),
            (Method::POST, format!("/payments/{payment}/retry"), Value::Null),
            (Method::POST, format!("/payments/{payment}/refund"), json!({ "reason": "x" })),
            (Method::POST, format!("/charges/{charge}/waive"), json!({ "reason": "x" })),
            (Method::PUT, format!("/users/{who}"), json!({ "full_name": "Ada" })),
            (Method::POST, format!("/users/{who}/calendar-feed"), Value::Null),
            (Method::PUT, format!("/attendance/{}", place.attendance), json!({ "status": "present" })),
            (Method::PUT, format!("/grades/{}", place.grade), json!({ "score": 1 })),
            (Method::PUT, format!("/grades/{}", world.ada.grade), json!({ "score": 10 })),
        ];
        for (method, path, body) in writes {
            refused(&world, ada, method, &path, body, &secrets, &before).await;
        }
    }
}

/// The write leaves everything as it was, and its answer tells nothing.
async fn refused(
    world: &World,
    by: &Actor,
    method: Method,
    path: &str,
    body: Value,
    secrets: &BTreeSet<String>,
    before: &str,
) {
    let sent = format!("{method} {path} {body}");
    let body = Some(body).filter(|body| !body.is_null());
    let answer = by.call(method, path, body, &[]).await;
    assert_silent(&answer, secrets, &sent);
    assert_eq!(kept(&world.uems).await, before, "{sent}: {}", answer.text);
}
