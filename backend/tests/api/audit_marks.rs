//! What the audit log keeps of marks, finals, attendance and transcripts: of every act one entry, of a refused one none.

use axum::http::Method;
use serde_json::{Value, json};
use sqlx::PgPool;
use uems::ids::{CourseId, UserId};

use crate::attendance::Class as Roll;
use crate::grades::Class;
use crate::large::send_csv;
use crate::support::{Actor, TestApp};

/// Whose record and which object an entry is about.
type About = (Option<UserId>, Option<(&'static str, String)>);

/// An enrolment of somebody.
fn place(student: &Actor, enrollment: &str) -> About {
    (Some(student.id), Some(("enrollment", enrollment.to_owned())))
}

fn section(course: CourseId) -> About {
    (None, Some(("course", course.to_string())))
}

fn person(who: &Actor) -> About {
    (Some(who.id), None)
}

const NOTHING: About = (None, None);

/// The log, read on from where it was left.
struct Log {
    root: Actor,
    read: i64,
}

impl Log {
    fn of(root: &Actor) -> Self {
        Self { root: root.clone(), read: 0 }
    }

    /// What came since, oldest first.
    async fn since(&mut self) -> Vec<Value> {
        let page = self.root.get("/audit?page_size=100").await.expect(200).body;
        let entries = page["items"].as_array().unwrap().iter().rev();
        let new: Vec<Value> =
            entries.filter(|entry| entry["id"].as_i64().unwrap() > self.read).cloned().collect();
        self.read = page["total"].as_i64().unwrap();
        new
    }

    /// Exactly this came, with these facts among its own.
    #[track_caller]
    fn one(
        &mut self,
        by: &Actor,
        action: &str,
        (subject, object): About,
        facts: Value,
    ) -> impl Future<Output = ()> {
        let (by, action, line) = (by.id, action.to_owned(), std::panic::Location::caller().line());
        async move {
            let new = self.since().await;
            let [entry] = &new[..] else { panic!("line {line}: not one entry: {new:#?}") };
            let told = (&entry["action"], &entry["actor"]["id"], &entry["subject"]["id"]);
            assert_eq!(told, (&json!(action), &json!(by), &json!(subject)), "line {line}: {entry}");
            let object = object.map_or((Value::Null, Value::Null), |(kind, id)| (json!(kind), json!(id)));
            assert_eq!((&entry["object_type"], &entry["object_id"]), (&object.0, &object.1), "line {line}");
            for (name, fact) in facts.as_object().unwrap() {
                assert_eq!(&entry["facts"][name], fact, "line {line}: {name} of {entry}");
            }
        }
    }

    #[track_caller]
    fn nothing(&mut self) -> impl Future<Output = ()> {
        let line = std::panic::Location::caller().line();
        async move { assert_eq!(self.since().await, Vec::<Value>::new(), "line {line}") }
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn every_write_of_a_mark_is_kept_with_who_whose_and_what(db: PgPool) {
    let class = Class::new(TestApp::new(db), 2, &[("Quiz", "10", None)]).await;
    let (tina, root, ada) = (&class.tina, &class.root, &class.students[0]);
    let (id, other) = (&class.enrollments[0], &class.enrollments[1]);
    let (here, course) = (place(ada, id), section(class.course));
    let mut log = Log::of(root);

    let new = json!({ "enrollment_id": id, "assignment_name": "Quiz", "score": 7 });
    ada.post("/grades", new.clone()).await.expect(403);
    log.nothing().await;
    let mark = tina.post("/grades", new.clone()).await.expect(201).id();
    let facts = json!({ "assignment": "Quiz", "score": "7.00" });
    log.one(tina, "mark_created", here.clone(), facts).await;
    tina.post("/grades", new).await.expect(409);
    log.one(tina, "marks_read", here.clone(), json!({})).await;

    let path = format!("/grades/{mark}");
    tina.call(Method::PUT, &path, Some(json!({ "score": 8 })), &[("If-Match", "\"9\"")]).await.expect(412);
    log.one(tina, "marks_read", here.clone(), json!({})).await;
    tina.put(&path, json!({ "score": 11 })).await.expect(422);
    tina.put(&path, json!({ "score": 7 })).await.expect(200);
    log.nothing().await;
    root.put(&path, json!({ "score": 8 })).await.expect(200);
    let facts = json!({ "assignment": "Quiz", "score": ["7.00", "8.00"] });
    log.one(root, "mark_changed", here.clone(), facts).await;

    tina.delete(&path).await.expect(403);
    log.nothing().await;
    root.delete(&path).await.expect(204);
    log.one(root, "mark_deleted", here, json!({ "assignment": "Quiz", "score": "8.00" })).await;
    root.delete(&path).await.expect(404);

    let cell =
        |id: &str, score: i32| json!({ "enrollment_id": id, "assignment_name": "Quiz", "score": score });
    let bulk = class.path("/bulk");
    for (by, body, status) in [
        (ada, json!({ "cells": [cell(id, 5)] }), 403),
        (tina, json!({ "cells": [cell(id, 11)] }), 200),
        (tina, json!({ "cells": [cell(other, 5), cell(id, 11)], "all_or_nothing": true }), 200),
    ] {
        by.put(&bulk, body).await.expect(status);
        log.nothing().await;
    }
    let body = json!({ "cells": [cell(id, 11), cell(other, 5)], "reason": "from paper" });
    tina.put(&bulk, body).await.expect(200);
    let facts = json!({ "written": 1, "cells": 2, "reason": "from paper" });
    log.one(tina, "marks_changed", course.clone(), facts).await;

    let file = format!("enrollment_id,Quiz\n{id},6\n{other},11\n");
    let import = |by: &Actor, query: &str| {
        let (by, path, file) = (by.clone(), class.path(&format!("/csv{query}")), file.clone());
        async move { send_csv(&by, &path, file).await }
    };
    import(ada, "?apply=true").await.expect(403);
    log.nothing().await;
    // Both show what marks there are.
    for query in ["", "?apply=true&all_or_nothing=true"] {
        import(tina, query).await.expect(200);
        log.one(tina, "marks_read", course.clone(), json!({})).await;
    }
    import(tina, "?apply=true&reason=from%20paper").await.expect(200);
    let facts = json!({ "written": 1, "reason": "from paper" });
    log.one(tina, "marks_changed", course, facts).await;
    assert_eq!(class.uems.count("select count(*) from grades").await, 2);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn every_change_of_a_column_is_kept(db: PgPool) {
    let class = Class::new(TestApp::new(db), 1, &[]).await;
    let (tina, ada) = (&class.tina, &class.students[0]);
    let course = section(class.course);
    let mut log = Log::of(&class.root);
    let (columns, new) =
        (class.path("/assignments"), json!({ "name": "Quiz", "assignment_type": "quiz", "max_score": 10 }));
    ada.post(&columns, new.clone()).await.expect(403);
    log.nothing().await;
    let made = tina.post(&columns, new.clone()).await.expect(201).id();
    log.one(tina, "assignment_created", course.clone(), json!({ "name": "Quiz" })).await;
    tina.post(&columns, new).await.expect(409);

    let path = format!("/grades/assignments/{made}");
    ada.put(&path, json!({ "max_score": 20 })).await.expect(403);
    tina.put(&path, json!({ "max_score": 0 })).await.expect(422);
    tina.put(&path, json!({ "max_score": 10 })).await.expect(200);
    log.nothing().await;
    tina.put(&path, json!({ "max_score": 20, "weight": "0.5" })).await.expect(200);
    let facts = json!({ "max_score": ["10.00", "20.00"], "weight": [null, "0.50"] });
    log.one(tina, "assignment_changed", course.clone(), facts).await;

    class.give(0, "Quiz", "5").await;
    log.since().await;
    tina.delete(&path).await.expect(409);
    log.nothing().await;
    let mark = class.book().await["students"][0]["cells"][0]["id"].as_str().unwrap().to_owned();
    class.root.delete(&format!("/grades/{mark}")).await.expect(204);
    log.since().await;
    tina.delete(&path).await.expect(204);
    log.one(tina, "assignment_deleted", course, json!({ "name": "Quiz" })).await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn every_final_and_every_change_of_one_is_kept(db: PgPool) {
    let class = Class::new(TestApp::new(db), 3, &[("Quiz", "10", None)]).await;
    let (tina, root, ada) = (&class.tina, &class.root, &class.students[0]);
    let here = place(ada, &class.enrollments[0]);
    class.give(0, "Quiz", "9").await;
    class.give(1, "Quiz", "5").await;
    let mut log = Log::of(root);
    log.since().await;

    let last = |student: usize| format!("/grades/enrollment/{}/final", class.enrollments[student]);
    ada.put(&last(0), json!({})).await.expect(403);
    tina.put(&last(2), json!({})).await.expect(409);
    tina.put(&last(0), json!({ "expected": 91 })).await.expect(409);
    log.nothing().await;
    tina.put(&last(0), json!({ "expected": 90 })).await.expect(200);
    log.one(tina, "final_submitted", here.clone(), json!({ "percent": "90.00", "letter": "A-" })).await;
    tina.put(&last(0), json!({})).await.expect(200);
    log.one(tina, "marks_read", here.clone(), json!({})).await;
    ada.put(&class.path("/final"), json!({})).await.expect(403);
    log.nothing().await;
    tina.put(&class.path("/final"), json!({})).await.expect(200);
    log.one(tina, "finals_submitted", section(class.course), json!({ "submitted": 1 })).await;
    tina.put(&class.path("/final"), json!({})).await.expect(200);
    log.nothing().await;

    let requests = format!("/grades/enrollment/{}/change-requests", class.enrollments[0]);
    let wish = |score: i32| {
        json!({ "reason": "overlooked a page",
        "cells": [{ "assignment_name": "Quiz", "score": score }] })
    };
    ada.post(&requests, wish(10)).await.expect(403);
    tina.post(&requests, wish(11)).await.expect(422);
    log.nothing().await;
    let mut filed = vec![];
    for score in [10, 8] {
        let id = tina.post(&requests, wish(score)).await.expect(201).id();
        let new = format!("{score}.00");
        let cells =
            json!([{ "assignment_name": "Quiz", "score": new, "old_score": "9.00", "old_version": 1 }]);
        let facts = json!({ "request": id, "reason": "overlooked a page", "cells": cells });
        log.one(tina, "mark_change_requested", here.clone(), facts).await;
        filed.push(id);
    }
    let decide = |id: &String| format!("/grades/change-requests/{id}");
    tina.put(&decide(&filed[0]), json!({ "decision": "approve" })).await.expect(403);
    log.nothing().await;
    root.put(&decide(&filed[0]), json!({ "decision": "approve" })).await.expect(200);
    let facts = json!({ "request": filed[0], "decision": "approved", "reason": "overlooked a page", "percent": "100.00" });
    log.one(root, "mark_change_decided", here.clone(), facts).await;
    // Its mark is another by now.
    root.put(&decide(&filed[1]), json!({ "decision": "approve" })).await.expect(409);
    log.nothing().await;
    root.put(&decide(&filed[1]), json!({ "decision": "reject" })).await.expect(200);
    let facts = json!({ "request": filed[1], "decision": "rejected", "percent": null });
    log.one(root, "mark_change_decided", here, facts).await;
    root.put(&decide(&filed[1]), json!({ "decision": "reject" })).await.expect(409);
    log.nothing().await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn who_reads_anothers_marks_is_kept_and_who_reads_their_own_is_not(db: PgPool) {
    let class = Class::new(TestApp::new(db), 2, &[("Quiz", "10", None)]).await;
    let (tina, root, ada, bob) = (&class.tina, &class.root, &class.students[0], &class.students[1]);
    let tom = &class.uems.teacher("tom").await;
    let id = &class.enrollments[0];
    class.give(0, "Quiz", "9").await;
    let mut log = Log::of(root);
    log.since().await;
    tina.get("/grades/change-requests").await.expect(200);
    log.nothing().await;
    tina.put(&format!("/grades/enrollment/{id}/final"), json!({})).await.expect(200);
    let wish = json!({ "reason": "x", "cells": [{ "assignment_name": "Quiz", "score": 8 }] });
    tina.post(&format!("/grades/enrollment/{id}/change-requests"), wish).await.expect(201);
    log.since().await;

    let (here, course) = (place(ada, id), section(class.course));
    let own = [
        (format!("/grades/enrollment/{id}"), "marks_read", here.clone()),
        (format!("/grades/enrollment/{id}/history"), "marks_read", here),
        (format!("/users/{}/grades", ada.id), "marks_read", person(ada)),
    ];
    let transcript = (format!("/users/{}/transcript", ada.id), "transcript_read", person(ada));
    let list = json!({ "list": "change requests" });
    let whole = [
        (class.path(""), course.clone(), json!({})),
        (class.path("/csv"), course, json!({})),
        ("/grades/change-requests".to_owned(), NOTHING, list),
    ];
    for (path, action, about) in &own {
        for by in [tina, root] {
            by.get(path).await.expect(200);
            log.one(by, action, about.clone(), json!({})).await;
        }
    }
    root.get(&transcript.0).await.expect(200);
    log.one(root, transcript.1, transcript.2, json!({})).await;
    for (path, about, facts) in &whole {
        for by in [tina, root] {
            by.get(path).await.expect(200);
            log.one(by, "marks_read", about.clone(), facts.clone()).await;
        }
    }
    for path in own.iter().map(|read| &read.0).chain([&transcript.0]) {
        ada.get(path).await.expect(200);
        bob.get(path).await.expect(404);
        tom.get(path).await.expect(404);
    }
    tina.get(&transcript.0).await.expect(404);
    for (path, ..) in &whole {
        ada.get(path).await.expect(403);
    }
    tom.get(&whole[0].0).await.expect(403);
    log.nothing().await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn who_marks_corrects_and_reads_the_roll_is_kept(db: PgPool) {
    let roll = Roll::of(TestApp::new(db), 2).await;
    let (tina, ada, bob) = (&roll.tina, &roll.students[0], &roll.students[1]);
    let (root, tom) = (&roll.uems.admin("root").await, &roll.uems.teacher("tom").await);
    let (id, day) = (&roll.places[0], "2025-09-08");
    let (here, course) = (place(ada, id), section(roll.course));
    let mut log = Log::of(root);

    let one = json!({ "enrollment_id": id, "date": day, "status": "absent" });
    ada.post("/attendance", one.clone()).await.expect(403);
    tom.post("/attendance", one.clone()).await.expect(404);
    tina.post("/attendance", json!({ "enrollment_id": id, "date": "2999-01-01", "status": "absent" }))
        .await
        .expect(409);
    log.nothing().await;
    let record = tina.post("/attendance", one.clone()).await.expect(201).id();
    let facts = json!({ "date": day, "meeting": 1, "status": "absent" });
    log.one(tina, "attendance_marked", here.clone(), facts).await;
    tina.post("/attendance", one).await.expect(200);

    let path = format!("/attendance/{record}");
    ada.put(&path, json!({ "status": "late" })).await.expect(403);
    tina.call(Method::PUT, &path, Some(json!({ "status": "late" })), &[("If-Match", "\"9\"")])
        .await
        .expect(412);
    tina.put(&path, json!({ "status": "absent" })).await.expect(200);
    log.nothing().await;
    root.put(&path, json!({ "status": "late" })).await.expect(200);
    let facts = json!({ "date": day, "meeting": 1, "version": 2 });
    log.one(root, "attendance_corrected", here.clone(), facts).await;

    roll.bulk(ada, json!({ "date": day, "records": roll.all("present") })).await.expect(403);
    roll.mark("2025-09-09", roll.all("present")).await.expect(409);
    let stranger = json!({ "enrollment_id": uems::ids::EnrollmentId::new(), "status": "absent" });
    let refused = roll.mark(day, [roll.all("present"), vec![stranger]].concat()).await.expect(200);
    assert_eq!(refused.body["applied"], false);
    log.nothing().await;
    roll.mark(day, roll.all("present")).await.expect(200);
    let facts = json!({ "date": day, "meeting": 1, "written": 2 });
    log.one(tina, "attendance_marked", course.clone(), facts).await;
    roll.mark(day, roll.all("present")).await.expect(200);
    log.nothing().await;

    let read = "attendance_read";
    let own = [
        (format!("/attendance/enrollment/{id}"), here.clone()),
        (format!("/attendance/enrollment/{id}/history"), here),
        (format!("/users/{}/attendance", ada.id), person(ada)),
    ];
    let whole = [
        (format!("/attendance/course/{}", roll.course), read, course.clone(), json!({})),
        (format!("/attendance/course/{}/history", roll.course), read, course.clone(), json!({})),
        ("/attendance/absences?threshold=0".to_owned(), "absences_read", NOTHING, json!({ "total": 2 })),
        (
            format!("/attendance/absences?threshold=30&course_id={}", roll.course),
            "absences_read",
            course,
            json!({ "threshold": "30", "total": 0 }),
        ),
    ];
    for by in [tina, root] {
        for (path, about) in &own {
            by.get(path).await.expect(200);
            log.one(by, read, about.clone(), json!({})).await;
        }
        for (path, action, about, facts) in &whole {
            by.get(path).await.expect(200);
            log.one(by, action, about.clone(), facts.clone()).await;
        }
    }
    for (path, _) in &own {
        ada.get(path).await.expect(200);
        bob.get(path).await.expect(404);
        tom.get(path).await.expect(404);
    }
    for (path, ..) in &whole {
        ada.get(path).await.expect(403);
    }
    tom.get(&whole[0].0).await.expect(403);
    tom.get(&whole[1].0).await.expect(403);
    log.nothing().await;
}
