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
    /// In comments and reasons.
    word: String,
    notes: String,
}

/// Tina teaches Ada and Eve; Tom teaches Bob, and Ada too. At Tom's, Cara has completed, Dora has left and Wanda waits; of
/// Tina's, Gus has left and Fay has completed.
struct World {
    uems: TestApp,
    tina: Actor,
    tom: Actor,
    ada: Place,
    eve: Place,
    bob: Place,
    ada_elsewhere: Place,
    cara: Place,
    dora: Place,
    gus: Place,
    wanda: Actor,
    waiting: String,
    fay: Place,
    /// To change Cara's final, and Fay's.
    requests: [String; 2],
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
        let (mut left, mut gone) = (vec![], vec![]);
        for (name, course) in
            [("cara", others), ("dora", others), ("gus", own), ("fay", own), ("wanda", others)]
        {
            let student = uems.student(name).await;
            sqlx::query("update users set student_id = 'number-of-' || id where id = $1")
                .bind(student.id)
                .execute(&uems.db)
                .await
                .unwrap();
            if name == "wanda" {
                let sql = "insert into enrollments (user_id, course_id, status, waitlist_rank) values ($1, $2, 'pending', 1) returning id::text";
                let waiting = sqlx::query_scalar(sql).bind(student.id).bind(course).fetch_one(&uems.db).await;
                left.push((student, waiting.unwrap()));
                continue;
            }
            let there = place(&student, course, name).await;
            match name {
                "cara" | "fay" => {
                    let teacher = if name == "cara" { &tom } else { &tina };
                    let path = format!("/grades/enrollment/{}", there.enrollment);
                    teacher.put(&format!("{path}/final"), json!({})).await.expect(200);
                    let wish =
                        json!({ "reason": there.word, "cells": [{ "assignment_name": "Quiz", "score": 9 }] });
                    let request =
                        teacher.post(&format!("{path}/change-requests"), wish).await.expect(201).id();
                    left.push((student, request));
                }
                _ => _ = student.drop_course(course).await.expect(200),
            }
            gone.push(there);
        }
        // Something to be told of everywhere.
        let registrar = uems.admin("registrar").await;
        for who in &money {
            let refund = json!({ "amount": "0.01", "reason": "asked for" });
            registrar.post(&format!("/payments/{}/refund", who.0), refund).await.expect(201);
        }
        registrar.post("/payments/reconciliation", json!({ "apply": false })).await.expect(200);
        for case in [
            "insert into stripe_events (id, type, livemode, occurred_at, payload, outcome, reason, payment_id)
             select 'evt_case', 'charge.dispute.created', false, now(), '{}', 'flagged', 'disputed', id from payments limit 1",
            "insert into reconciliation_differences (kind, object, payment_id, detail, object_at, found_at, seen_at)
             select 'status_differs', id::text, id, 'here: paid', now(), now(), now() from payments limit 1",
        ] {
            sqlx::query(case).execute(&uems.db).await.unwrap();
        }
        uems.class_dates("2025-09-01", "2025-12-12").await;
        uems.feed_of(ada.student.id).await;
        let (wanda, waiting) = left.pop().unwrap();
        let requests = [0, 1].map(|index: usize| left[index].1.clone());
        let [cara, dora, gus, fay] = gone.try_into().unwrap_or_else(|_| panic!("four have places"));
        Self {
            uems,
            free,
            tina,
            tom,
            ada,
            eve,
            bob,
            ada_elsewhere,
            cara,
            dora,
            gus,
            wanda,
            waiting,
            requests,
            fay,
            columns,
            money,
        }
    }

    fn places(&self) -> [&Place; 8] {
        [&self.bob, &self.eve, &self.ada, &self.ada_elsewhere, &self.cara, &self.dora, &self.gus, &self.fay]
    }

    /// What a person's money is known by; in the order ada, eve, bob.
    fn money(&self, who: usize) -> [String; 2] {
        [self.money[who].0.to_string(), self.money[who].1.to_string()]
    }

    /// What stands for a path's parameter, or for a field of a filter.
    fn values(&self, path: &str, name: &str) -> Vec<String> {
        let places = self.places();
        let people = || {
            let placed = [&self.bob, &self.eve, &self.ada, &self.cara, &self.dora, &self.gus, &self.fay];
            let waits = [self.wanda.id.to_string()];
            placed.iter().map(|place| place.student.id.to_string()).chain(waits).collect::<Vec<_>>()
        };
        let courses = || vec![self.bob.course.to_string(), self.ada.course.to_string()];
        let all = |of: fn(&Place) -> String| places.map(of).to_vec();
        match (path.split('/').nth(1).unwrap_or_default(), name) {
            ("users", "id") | (_, "user_id" | "subject_id" | "actor_id") => people(),
            (_, "teacher_id") => vec![self.tom.id.to_string()],
            ("courses", "id") | (_, "course_id") => courses(),
            (_, "enrollment_id") => {
                [all(|place| place.enrollment.clone()), vec![self.waiting.clone()]].concat()
            }
            (_, "object_id") => [courses(), all(|place| place.enrollment.clone())].concat(),
            ("payments", "id") => (0..3).map(|who| self.money(who)[0].clone()).collect(),
            ("charges", "id") | (_, "charge_id") => (0..3).map(|who| self.money(who)[1].clone()).collect(),
            (_, "q") => ["bob", "eve", "number", "word", "notes"].map(str::to_owned).to_vec(),
            (_, "year") => vec!["2025".to_owned()],
            (_, "semester") => vec!["fall".to_owned()],
            (_, "department") => vec!["CS".to_owned()],
            (_, "threshold") => vec!["0".to_owned()],
            // Days for some, moments for others.
            (_, "date" | "from") => ["2025-09-01", "2025-09-01T00:00:00Z"].map(str::to_owned).to_vec(),
            (_, "to" | "until" | "due_before") => {
                ["2999-12-12", "2999-12-12T00:00:00Z"].map(str::to_owned).to_vec()
            }
            (_, "sort") => ["code", "student", "full_name", "-created_at"].map(str::to_owned).to_vec(),
            (_, "action") => ["marks_read", "final_submitted"].map(str::to_owned).to_vec(),
            (_, "meeting") => vec!["1".to_owned()],
            _ => vec![],
        }
    }

    /// What must not be told: of Bob and Eve to Ada; of Bob, of Ada at Tom's, and anybody's number or money to Tina.
    fn secrets(&self, from: &Actor) -> BTreeSet<String> {
        let of = |place: &Place| {
            [&place.enrollment, &place.grade, &place.attendance, &place.word, &place.notes].map(String::clone)
        };
        let person = |place: &Place| {
            let id = place.student.id;
            [id.to_string(), format!("number-of-{id}")]
        };
        let teaches = from.id == self.tina.id;
        let named = |who: &Actor, name: &str| {
            let number = format!("number-of-{}", who.id);
            [who.id.to_string(), number, format!("{name}@example.edu"), format!("{name} Example")]
        };
        let mut secrets: Vec<String> =
            [of(&self.bob).to_vec(), person(&self.bob).to_vec(), self.money(2).to_vec()].concat();
        secrets.extend(["bob@example.edu".to_owned(), "bob Example".to_owned()]);
        secrets.extend([&self.cara, &self.dora].map(of).concat());
        secrets.extend(
            [(&self.cara.student, "cara"), (&self.dora.student, "dora"), (&self.wanda, "wanda")]
                .map(|(who, name)| named(who, name))
                .concat(),
        );
        secrets.extend([self.waiting.clone(), self.requests[0].clone()]);
        // What was written about Gus is his own since he left.
        let gus = &self.gus;
        secrets.extend([&gus.grade, &gus.word, &gus.attendance, &gus.notes].map(Clone::clone));
        if teaches {
            secrets.extend(of(&self.ada_elsewhere));
            secrets.extend([&self.ada, &self.eve].map(|place| person(place)[1].clone()));
            secrets.extend([self.money(0), self.money(1)].concat());
        } else {
            secrets.extend(
                [of(&self.eve).to_vec(), person(&self.eve).to_vec(), self.money(1).to_vec()].concat(),
            );
            secrets.extend(["eve@example.edu".to_owned(), "eve Example".to_owned()]);
            secrets.extend(named(&self.gus.student, "gus"));
            secrets.extend(named(&self.fay.student, "fay"));
            secrets.extend(of(&self.fay));
            secrets.extend([self.gus.enrollment.clone(), self.requests[1].clone()]);
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
    let (word, notes) = (format!("word-about-{who}"), format!("notes-about-{who}"));
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
        .bind(&notes)
        .execute(&uems.db)
        .await
        .unwrap();
    Place { student: student.clone(), course, enrollment, grade, attendance, word, notes }
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
/// With the name of the filter that each tries.
fn queries(world: &World, path: &str, operation: &Value) -> Vec<(String, String)> {
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let of_query = parameters.iter().filter(|parameter| parameter["in"] == "query");
    let names: Vec<(String, Value)> = of_query
        .map(|parameter| (parameter["name"].as_str().unwrap().to_owned(), parameter["schema"].clone()))
        .collect();
    let page = if names.iter().any(|(name, _)| name == "page_size") { "page_size=100" } else { "" };
    let mut queries = vec![(String::new(), page.to_owned())];
    let mut together = page.to_owned();
    for (name, schema) in &names {
        let mut values = world.values(path, name);
        if schema["type"] == "boolean" {
            values = vec!["true".to_owned(), "false".to_owned()];
        }
        let words = schema["$ref"]
            .as_str()
            .map(|name| DOCUMENT["components"]["schemas"][name.rsplit('/').next().unwrap()]["enum"].clone())
            .or(schema.get("enum").cloned());
        for word in words.iter().flat_map(|words| words.as_array().cloned().unwrap_or_default()) {
            values.push(word.as_str().unwrap().to_owned());
        }
        assert!(
            !values.is_empty() || ["page", "page_size"].contains(&name.as_str()),
            "nothing to put for the filter {name} of {path}: name something in `values`"
        );
        queries.extend(values.iter().map(|value| (name.clone(), format!("{page}&{name}={value}"))));
        if let Some(value) = values.first().filter(|_| name.ends_with("_id")) {
            together += &format!("&{name}={value}");
        }
    }
    queries.push((String::new(), together));
    queries
}

fn assert_silent(answer: &Answer, secrets: &BTreeSet<String>, sent: &str) {
    assert!(answer.status.as_u16() < 500, "{sent}: {}", answer.text);
    for secret in secrets.iter().filter(|secret| !sent.contains(secret.as_str())) {
        assert!(!answer.text.contains(secret.as_str()), "{sent} tells {secret}: {}", answer.text);
    }
}

/// Reads of the registrar's: others are refused whatever they name, so an admin is the reader who has to be told something.
const ADMINS_ALONE: [&str; 9] = [
    "/analytics/dashboard",
    "/analytics/enrollments",
    "/analytics/revenue",
    "/analytics/unmet-demand",
    "/audit",
    "/payments/differences",
    "/payments/events",
    "/payments/reconciliation",
    "/users",
];

/// Whether an answer has something in it that could be another's.
fn says_something(answer: &Answer) -> bool {
    let lists = ["items", "students", "records", "grades", "terms"].map(|list| &answer.body[list]);
    let csv = answer.headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/csv"));
    answer.status.is_success()
        && answer.body != json!({})
        && lists.iter().all(|list| list.as_array().is_none_or(|list| !list.is_empty()))
        && (!csv || answer.text.trim().lines().count() > 1)
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn no_read_and_no_filter_tells_of_anothers_students_or_of_another_student(db: PgPool) {
    let world = World::set(TestApp::new(db)).await;
    let reads: Vec<(String, Value)> = operations()
        .into_iter()
        .filter(|(method, path, _)| method == "GET" && !path.contains("{token}"))
        .map(|(_, path, operation)| (path, operation))
        .collect();
    let (mut answered, mut by_admin) = (BTreeSet::new(), BTreeSet::new());
    let mut filters = BTreeSet::new();
    let root = world.uems.admin("root").await;
    let mut told = String::new();
    for actor in [&world.tina, &world.ada.student, &root] {
        let secrets = if actor.id == root.id { BTreeSet::new() } else { world.secrets(actor) };
        for (path, operation) in &reads {
            for filled in filled(&world, path) {
                for (filter, query) in queries(&world, path, operation) {
                    let sent = format!("{filled}?{query}");
                    let answer = actor.get(&sent).await;
                    assert_silent(&answer, &secrets, &sent);
                    if answer.status.is_success() {
                        filters.insert((path.clone(), filter));
                    }
                    match (says_something(&answer), actor.id == root.id) {
                        (true, true) => by_admin.insert(path.as_str()),
                        (true, false) => answered.insert(path.as_str()),
                        (false, _) => false,
                    };
                    if actor.id == root.id {
                        told += &answer.text;
                    }
                }
            }
        }
    }
    // An admin is told every secret: it is what answers would have in them.
    for actor in [&world.tina, &world.ada.student] {
        let secrets = world.secrets(actor);
        let untold: Vec<&String> = secrets.iter().filter(|secret| !told.contains(secret.as_str())).collect();
        assert!(untold.is_empty(), "nobody is ever told {untold:?}, so nothing was proved by their absence");
    }
    // Where nobody is told anything, and where every value of a filter is refused, silence proves nothing.
    let mut vain = vec![];
    for (path, operation) in &reads {
        let (reader, readers) = match ADMINS_ALONE.contains(&path.as_str()) {
            true => ("an admin", &by_admin),
            false => ("who teaches or takes it", &answered),
        };
        if !readers.contains(path.as_str()) {
            vain.push(format!("{reader} is told nothing by GET {path}"));
        }
        let tried: BTreeSet<String> =
            queries(&world, path, operation).into_iter().map(|(filter, _)| filter).collect();
        let refused = tried.into_iter().filter(|filter| !filters.contains(&(path.clone(), filter.clone())));
        vain.extend(refused.map(|filter| format!("GET {path} takes no value for {filter:?}")));
    }
    assert!(vain.is_empty(), "{vain:#?}");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn no_write_with_anothers_ids_changes_anything(db: PgPool) {
    let world = World::set(TestApp::new(db)).await;
    let (own, others) = (world.ada.course, world.bob.course);
    let before = kept(&world.uems).await;
    let secrets = world.secrets(&world.tina);
    for place in [&world.bob, &world.ada_elsewhere, &world.cara, &world.dora] {
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
            (
                Method::PUT,
                format!("/grades/change-requests/{}", world.requests[0]),
                json!({ "decision": "approve" }),
            ),
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
        ];
        for (method, path, body) in writes {
            refused(&world, ada, method, &path, body, &secrets, &before).await;
        }
    }
    // Nobody marks anybody: not the others, and not themselves.
    for place in [&world.bob, &world.eve, &world.cara, &world.ada] {
        let (id, grade, course) = (&place.enrollment, &place.grade, place.course);
        let column = &world.columns[usize::from(course == world.bob.course)];
        let (of_course, of_place) = (format!("/grades/course/{course}"), format!("/grades/enrollment/{id}"));
        let mark = json!({ "enrollment_id": id, "assignment_name": "Quiz", "score": 10, "version": 1 });
        let new = json!({ "enrollment_id": id, "assignment_name": "New", "score": 10, "assignment_type": "quiz", "max_score": 10 });
        let wish = json!({ "reason": "x", "cells": [{ "assignment_name": "Quiz", "score": 10 }] });
        let present = json!({ "enrollment_id": id, "status": "present" });
        let roll = json!({ "date": "2025-09-02", "make_up": true, "records": [present] });
        let one = json!({ "enrollment_id": id, "date": "2025-09-02", "make_up": true, "status": "present" });
        let writes = [
            (Method::POST, "/grades".to_owned(), new),
            (Method::PUT, format!("/grades/{grade}"), json!({ "score": 10 })),
            (Method::DELETE, format!("/grades/{grade}"), Value::Null),
            (Method::PUT, format!("{of_course}/bulk"), json!({ "cells": [mark] })),
            (Method::PUT, format!("{of_course}/final"), json!({})),
            (Method::PUT, format!("{of_course}/final"), json!({ "enrollment_ids": [id] })),
            (Method::PUT, format!("{of_place}/final"), json!({})),
            (Method::POST, format!("{of_place}/change-requests"), wish),
            (
                Method::PUT,
                format!("/grades/change-requests/{}", world.requests[0]),
                json!({ "decision": "approve" }),
            ),
            (
                Method::POST,
                format!("{of_course}/assignments"),
                json!({ "name": "X", "assignment_type": "quiz", "max_score": 1 }),
            ),
            (Method::PUT, format!("/grades/assignments/{column}"), json!({ "max_score": 20 })),
            (Method::DELETE, format!("/grades/assignments/{column}"), Value::Null),
            (Method::POST, "/attendance".to_owned(), one),
            (Method::PUT, format!("/attendance/{}", place.attendance), json!({ "status": "present" })),
            (Method::PUT, format!("/attendance/course/{course}/bulk"), roll),
        ];
        for (method, path, body) in writes {
            refused(&world, ada, method, &path, body, &secrets, &before).await;
        }
        let file = format!("enrollment_id,Quiz\n{id},10\n");
        let sent = format!("{of_course}/csv?apply=true&as_of=99999 {file}");
        let answer =
            send_csv(ada, &format!("{of_course}/csv?apply=true&as_of=99999"), file).await.expect(403);
        assert_silent(&answer, &secrets, &sent);
        assert_eq!(kept(&world.uems).await, before, "{sent}");
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
    let verdicts = answer.body["cells"].is_array() || answer.body["verdicts"].is_array();
    let heard = answer.status.is_client_error() || verdicts || answer.body["students"].is_array();
    assert!(heard, "{sent}: {}", answer.text);
    assert_silent(&answer, secrets, &sent);
    assert_eq!(kept(&world.uems).await, before, "{sent}: {}", answer.text);
}
