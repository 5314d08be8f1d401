//! More than there may be: refused with the limit's name, and nothing of it is written.

use axum::http::Method;
use serde_json::{Value, json};
use sqlx::PgPool;
use uems::ids::EnrollmentId;

use super::{Class, mark};
use crate::attendance::Class as Roll;
use crate::isolation::kept;
use crate::support::{Answer, TestApp};

/// A refusal of this field for this reason.
#[track_caller]
fn named(answer: Answer, field: &str, code: &str) -> Answer {
    let answer = answer.expect(422);
    assert_eq!(answer.field_errors(), [(field.to_owned(), code.to_owned())]);
    answer
}

impl Class {
    /// Columns `Task 1` to `Task count`, stored directly.
    async fn columns(&self, count: i32) {
        sqlx::query(
            "insert into assignments (course_id, name, assignment_type, max_score, position)
             select $1, 'Task ' || number, 'quiz', 10, number from generate_series(1, $2) as number",
        )
        .bind(self.course)
        .bind(count)
        .execute(&self.uems.db)
        .await
        .unwrap();
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn more_cells_students_or_records_than_a_request_may_have_are_refused(db: PgPool) {
    let roll = Roll::of(TestApp::new(db), 1).await;
    let (uems, tina, id) = (&roll.uems, &roll.tina, &roll.places[0]);
    super::column_with(uems, roll.course, "Quiz", "10", None).await;
    let path = |rest: &str| format!("/grades/course/{}/{rest}", roll.course);
    let cell = json!({ "enrollment_id": id, "assignment_name": "Quiz", "score": 5 });
    let before = kept(uems).await;
    let cells = json!({ "cells": vec![cell; 20_001] });
    named(tina.put(&path("bulk"), cells).await, "cells", "too_many");
    let ids = |count: usize| json!({ "enrollment_ids": vec![EnrollmentId::new(); count] });
    named(tina.put(&path("final"), ids(20_001)).await, "enrollment_ids", "too_many");
    let record = json!({ "enrollment_id": id, "status": "present" });
    let day = "2025-09-08";
    named(roll.mark(day, vec![record.clone(); 10_001]).await, "records", "too_many");
    assert_eq!(kept(uems).await, before);
    // As many as may be are taken; each but the first is a repetition.
    let most = tina.put(&path("final"), ids(20_000)).await.expect(200).body;
    assert_eq!((most["students"].as_array().unwrap().len(), &most["submitted"]), (20_000, &json!(0)));
    let body = json!({ "date": day, "records": vec![record; 10_000], "all_or_nothing": false });
    let most = roll.bulk(tina, body).await.expect(200).body;
    assert_eq!((&most["written"], &most["refused"]), (&json!(1), &json!(9_999)));
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_change_is_asked_for_of_two_hundred_marks_at_most(db: PgPool) {
    let class = Class::new(TestApp::new(db), 1, &[]).await;
    class.columns(200).await;
    mark(&class.uems, class.course, &class.enrollments[0], "Task 1", "5").await;
    class.tina.put(&class.path("/final"), json!({})).await.expect(200);
    let path = format!("/grades/enrollment/{}/change-requests", class.enrollments[0]);
    let wish = |count: usize| {
        let cell = |number| json!({ "assignment_name": format!("Task {number}"), "score": 6 });
        json!({ "reason": "misread", "cells": (1..=count).map(cell).collect::<Vec<_>>() })
    };
    let before = kept(&class.uems).await;
    named(class.tina.post(&path, wish(201)).await, "cells", "too_many");
    assert_eq!(kept(&class.uems).await, before);
    let filed = class.tina.post(&path, wish(200)).await.expect(201);
    assert_eq!(filed.body["cells"].as_array().unwrap().len(), 200);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn no_door_lets_a_two_hundred_and_first_assignment_in(db: PgPool) {
    let class = Class::new(TestApp::new(db), 1, &[]).await;
    let (tina, id) = (&class.tina, &class.enrollments[0]);
    class.columns(199).await;
    let column = |name: &str| json!({ "name": name, "assignment_type": "quiz", "max_score": 10 });
    let mark = json!({ "enrollment_id": id, "assignment_name": "Another", "score": 5, "assignment_type": "quiz",
        "max_score": 10 });
    let file = |columns: &str| format!("enrollment_id,{columns}\n{id},5,5\n");
    let before = kept(&class.uems).await;
    // Two at once, with room for one.
    let two = file("A [quiz/10/],B [quiz/10/]");
    assert_eq!(class.import("?apply=true", two).await.expect(409).code(), "too_many_assignments");
    assert_eq!(kept(&class.uems).await, before);

    tina.post(&class.path("/assignments"), column("Last")).await.expect(201);
    let before = kept(&class.uems).await;
    let doors = [
        tina.post(&class.path("/assignments"), column("Another")).await,
        tina.post("/grades", mark).await,
        class.import("?apply=true", file("Another [quiz/10/],Last")).await,
        class.import("", file("Another [quiz/10/],Last")).await,
    ];
    for door in doors {
        let door = door.expect(409);
        assert_eq!(door.code(), "too_many_assignments");
        assert!(door.text.contains("200"), "{}", door.text);
    }
    assert_eq!(kept(&class.uems).await, before);
    // What there is goes on.
    assert_eq!(class.import("?apply=true", file("Last,Task 1")).await.expect(200).body["written"], 2);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_file_that_is_too_large_is_told_in_which_way(db: PgPool) {
    let class = Class::new(TestApp::new(db), 1, &[("Quiz", "10", None), ("Exam", "10", None)]).await;
    let wide = |columns: usize| format!("email{}\n", ",".repeat(columns - 1));
    let long = |lines: usize| format!("email,Quiz\n{}", "nobody@example.edu,\n".repeat(lines));
    let full = |lines: usize| format!("email,Quiz,Exam\n{}", "nobody@example.edu,1,1\n".repeat(lines));
    let before = kept(&class.uems).await;
    for (most, over, what) in [
        (wide(300), wide(301), "300 columns"),
        (long(20_000), long(20_001), "20000 lines"),
        (full(10_000), full(10_001), "20000 cells"),
    ] {
        let taken = class.import("", most).await.expect(200).body;
        assert_eq!(taken["written"], 0, "{what}");
        for query in ["", "?apply=true"] {
            let refused = class.import(query, over.clone()).await.expect(422);
            let told = &refused.body["errors"][0];
            let message = told["message"].as_str().unwrap().replace("20,000", "20000");
            assert_eq!((&told["code"], refused.field_errors().len()), (&json!("too_many"), 1));
            assert!(message.contains(what), "{message}");
        }
    }
    assert_eq!(kept(&class.uems).await, before);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn longer_texts_than_are_kept_are_refused_by_name(db: PgPool) {
    let class = Class::new(TestApp::new(db), 2, &[("Quiz", "10", None)]).await;
    let [here, done] = [0, 1].map(|student: usize| class.enrollments[student].clone());
    let grade = class.give(0, "Quiz", "5").await["id"].as_str().unwrap().to_owned();
    class.give(1, "Quiz", "5").await;
    class.tina.put(&class.path("/final"), json!({ "enrollment_ids": [done] })).await.expect(200);
    let requests = format!("/grades/enrollment/{done}/change-requests");
    let cells = json!([{ "assignment_name": "Quiz", "score": 6 }]);
    let wish = |reason: String| json!({ "reason": reason, "cells": cells });
    let request = class.tina.post(&requests, wish("misread".to_owned())).await.expect(201).id();
    let (grade, decision) = (format!("/grades/{grade}"), format!("/grades/change-requests/{request}"));
    let book = class.book().await;
    let column = format!("/grades/assignments/{}", book["assignments"][0]["id"].as_str().unwrap());
    // Letters of two bytes: what is counted are letters.
    let long = |letters: usize| "ß".repeat(letters);
    let new = |name: String, comments: String| {
        json!({ "enrollment_id": here, "assignment_name": name, "score": 5, "assignment_type": "quiz",
            "max_score": 10, "comments": comments })
    };
    let cell = |comments: String| {
        json!({ "enrollment_id": here, "assignment_name": "Quiz", "version": 1,
        "comments": comments })
    };
    let (bulk, assignments) = (class.path("/bulk"), class.path("/assignments"));
    let column_named = |name: String| json!({ "name": name, "assignment_type": "quiz", "max_score": 10 });
    let (post, put) = (Method::POST, Method::PUT);
    let before = kept(&class.uems).await;
    let over: [(&Method, &str, Value, &str); 11] = [
        (&post, "/grades", new(long(256), String::new()), "assignment_name"),
        (&post, "/grades", new("New".to_owned(), long(5001)), "comments"),
        (&put, &grade, json!({ "score": 6, "comments": long(5001) }), "comments"),
        (&put, &grade, json!({ "score": 6, "reason": long(501) }), "reason"),
        (&put, &bulk, json!({ "cells": [cell("x".to_owned())], "reason": long(501) }), "reason"),
        (&post, &assignments, column_named(long(256)), "name"),
        (&put, &column, json!({ "name": long(256) }), "name"),
        (&put, &column, json!({ "weight": "0.5", "reason": long(501) }), "reason"),
        (&post, &requests, wish(long(1001)), "reason"),
        (&put, &decision, json!({ "decision": "approve", "note": long(1001) }), "note"),
        (&put, &decision, json!({ "decision": "reject", "note": long(1001) }), "note"),
    ];
    for (method, path, body, field) in over {
        let answer = class.root.call(method.clone(), path, Some(body), &[]).await;
        named(answer, field, "too_long");
        assert_eq!(kept(&class.uems).await, before, "{method} {path} {field}");
    }
    let told = class.tina.put(&bulk, json!({ "cells": [cell(long(5001))] })).await.expect(200).body;
    let told = (&told["cells"][0]["verdict"], &told["cells"][0]["code"]);
    assert_eq!(told, (&json!("invalid"), &json!("too_long")));
    let heading = |letters: usize| format!("enrollment_id,{} [quiz/10/]\n{here},5\n", long(letters));
    named(class.import("?apply=true", heading(256)).await, "column 2", "too_long");
    let query = format!("?apply=true&reason={}", "x".repeat(501));
    named(class.import(&query, format!("enrollment_id,Quiz\n{here},6\n")).await, "reason", "too_long");
    assert_eq!(kept(&class.uems).await, before);

    // As long as may be is kept whole.
    let most = json!({ "score": 6, "comments": long(5000), "reason": long(500) });
    assert_eq!(class.root.put(&grade, most).await.expect(200).body["comments"], long(5000));
    class.tina.post(&assignments, column_named(long(255))).await.expect(201);
    assert_eq!(class.import("", heading(255)).await.expect(200).body["new_assignments"], json!([]));
    assert_eq!(class.tina.post(&requests, wish(long(1000))).await.expect(201).body["reason"], long(1000));
    let note = json!({ "decision": "approve", "note": long(1000) });
    assert_eq!(class.root.put(&decision, note).await.expect(200).body["note"], long(1000));
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn longer_notes_than_are_kept_are_refused(db: PgPool) {
    let roll = Roll::of(TestApp::new(db), 2).await;
    let [id, other] = [0, 1].map(|student: usize| &roll.places[student]);
    let (tina, day, notes) = (&roll.tina, "2025-09-08", |letters: usize| "ß".repeat(letters));
    let one = |id: &String, letters| json!({ "enrollment_id": id, "date": day, "status": "absent", "notes": notes(letters) });
    let made = tina.post("/attendance", one(id, 500)).await.expect(201);
    assert_eq!(made.body["notes"], notes(500));
    let before = kept(&roll.uems).await;
    named(tina.post("/attendance", one(other, 501)).await, "notes", "too_long");
    let path = format!("/attendance/{}", made.id());
    named(tina.put(&path, json!({ "status": "late", "notes": notes(501) })).await, "notes", "too_long");
    let record = json!({ "enrollment_id": other, "status": "late", "notes": notes(501) });
    let marked = roll.mark(day, vec![record]).await.expect(200).body;
    let told = &marked["verdicts"][0];
    assert_eq!((&told["verdict"], &told["code"]), (&json!("invalid"), &json!("too_long")));
    assert_eq!(kept(&roll.uems).await, before);
}
