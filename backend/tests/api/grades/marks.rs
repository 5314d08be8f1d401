//! Single marks and the columns they stand in.

use axum::http::Method;
use serde_json::json;
use sqlx::PgPool;

use super::{Class, column_with, mark};
use crate::support::TestApp;

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_teacher_marks_and_the_student_sees_how_it_adds_up(db: PgPool) {
    let class = Class::new(TestApp::new(db), 2, &[]).await;
    let (tina, ada) = (&class.tina, &class.students[0]);
    let enrollment = &class.enrollments[0];
    let mark = json!({ "enrollment_id": enrollment, "assignment_name": " Homework 1 ", "assignment_type": "homework",
        "score": 17.5, "max_score": "20", "weight": "0.3", "comments": "good" });
    let made = tina.post("/grades", mark).await.expect(201);
    assert_eq!((&made.body["score"], &made.body["max_score"]), (&json!("17.50"), &json!("20.00")));
    assert_eq!((&made.body["assignment_name"], &made.body["version"]), (&json!("Homework 1"), &json!(1)));
    assert_eq!(made.body["graded_by"]["id"], json!(tina.id));
    tina.post(
        "/grades",
        json!({ "enrollment_id": enrollment, "assignment_name": "Final exam",
        "assignment_type": "final", "score": "95", "max_score": 100, "weight": 0.6 }),
    )
    .await
    .expect(201);

    let seen = ada.get(&format!("/grades/enrollment/{enrollment}")).await.expect(200).body;
    assert_eq!(seen["grades"].as_array().unwrap().len(), 2);
    // (87.5 × 0.3 + 95 × 0.6) / 0.9
    assert_eq!((&seen["final"]["percent"], &seen["final"]["letter"]), (&json!("92.50"), &json!("A-")));
    let working = &seen["final"]["working"];
    assert_eq!(
        (&working[0]["percent"], &working[0]["contribution"]),
        (&json!("87.500000"), &json!("29.166667"))
    );
    assert_eq!((&seen["locked"], &seen["submitted"]), (&json!(false), &json!(null)));

    // The other student's columns are there, without marks; and no final.
    let other = class.of(1).await;
    assert_eq!((other["assignments"].as_array().unwrap().len(), &other["grades"]), (2, &json!([])));
    assert_eq!(other["final"]["reason"], "no_marks");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_mark_is_made_once_and_agrees_with_its_column(db: PgPool) {
    let class = Class::new(TestApp::new(db), 1, &[("Quiz", "10", Some("0.2"))]).await;
    let enrollment = &class.enrollments[0];
    let quiz = |extra: serde_json::Value| {
        let mut body = json!({ "enrollment_id": enrollment, "assignment_name": "Quiz", "score": "8" });
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        body
    };
    for contradiction in
        [json!({ "max_score": 20 }), json!({ "weight": "0.3" }), json!({ "assignment_type": "midterm" })]
    {
        let refused = class.tina.post("/grades", quiz(contradiction)).await.expect(409);
        assert_eq!(
            (refused.code(), &refused.body["assignment"]["max_score"]),
            ("assignment_differs", &json!("10.00"))
        );
    }
    let key = [("Idempotency-Key", "mark-quiz-of-ada")];
    let body = quiz(json!({ "max_score": "10.00", "weight": 0.2, "assignment_type": "quiz" }));
    let first = class.tina.call(Method::POST, "/grades", Some(body.clone()), &key).await.expect(201);
    let again = class.tina.call(Method::POST, "/grades", Some(body), &key).await.expect(201);
    assert_eq!((first.body, again.headers["idempotency-replayed"].to_str().unwrap()), (again.body, "true"));
    let refused = class.tina.post("/grades", quiz(json!({}))).await.expect(409);
    assert_eq!((refused.code(), &refused.body["current"]["score"]), ("grade_exists", &json!("8.00")));
    // A column that is new needs its facts.
    let body = json!({ "enrollment_id": enrollment, "assignment_name": "Project", "score": "8" });
    let refused = class.tina.post("/grades", body).await.expect(422);
    let named: Vec<_> = refused.field_errors().into_iter().map(|(field, _)| field).collect();
    assert_eq!(named, ["assignment_type", "max_score"]);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_stale_edit_of_a_mark_is_refused_and_shows_the_current_one(db: PgPool) {
    let class = Class::new(TestApp::new(db), 1, &[("Quiz", "10", None)]).await;
    let id = class.give(0, "Quiz", "7").await["id"].as_str().unwrap().to_owned();
    let path = format!("/grades/{id}");
    let edit = |score: &'static str, version: &'static str| {
        let (tina, path) = (class.tina.clone(), path.clone());
        async move {
            let body = json!({ "score": score, "reason": "counted again" });
            tina.call(Method::PUT, &path, Some(body), &[("If-Match", version)]).await
        }
    };
    let changed = edit("8", "\"1\"").await.expect(200);
    assert_eq!((&changed.body["version"], changed.headers["etag"].to_str().unwrap()), (&json!(2), "\"2\""));
    let stale = edit("9", "\"1\"").await.expect(412);
    assert_eq!((stale.code(), &stale.body["current"]["score"]), ("stale", &json!("8.00")));
    // The same again changes nothing, and is no new version.
    assert_eq!(edit("8", "\"2\"").await.expect(200).body["version"], 2);
    class.tina.put(&path, json!({ "comments": "fine" })).await.expect(200);
    let cleared = class.tina.put(&path, json!({ "comments": null })).await.expect(200);
    assert_eq!((&cleared.body["comments"], &cleared.body["score"]), (&json!(null), &json!("8.00")));
    assert_eq!(
        class.history(0).await,
        [
            "created Quiz ->7.00 tina -",
            "changed Quiz 7.00>8.00 tina counted again",
            "changed Quiz 8.00>8.00 tina -",
            "changed Quiz 8.00>8.00 tina -",
        ]
    );
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn hostile_scores_are_refused_for_what_they_are(db: PgPool) {
    let class = Class::new(TestApp::new(db), 1, &[("Quiz", "10", None)]).await;
    let id = class.give(0, "Quiz", "7").await["id"].as_str().unwrap().to_owned();
    for (score, code) in [
        (json!("NaN"), "invalid"),
        (json!("Infinity"), "invalid"),
        (json!("1e1"), "invalid"),
        (json!(1e5), "out_of_range"),
        (json!("7.125"), "too_precise"),
        (json!(-1), "out_of_range"),
        (json!("10.01"), "score_above_max"),
        (json!("ten"), "invalid"),
        (json!(""), "invalid"),
        (json!(true), "invalid"),
        (json!({}), "invalid"),
    ] {
        let refused = class.tina.put(&format!("/grades/{id}"), json!({ "score": score })).await.expect(422);
        assert_eq!(refused.field_errors(), [("score".to_owned(), code.to_owned())], "{score}");
        let cell = json!({ "enrollment_id": class.enrollments[0], "assignment_name": "Quiz", "score": score, "version": 1 });
        let saved = class.tina.put(&class.path("/bulk"), json!({ "cells": [cell] })).await.expect(200);
        assert_eq!(
            (&saved.body["cells"][0]["verdict"], &saved.body["cells"][0]["code"]),
            (&json!("invalid"), &json!(code))
        );
    }
    assert_eq!(class.uems.count("select count(*) from grades where score = 7 and version = 1").await, 1);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_column_changes_with_its_marks_and_never_against_them(db: PgPool) {
    let class = Class::new(TestApp::new(db), 2, &[("Quiz", "10", None), ("Other", "10", None)]).await;
    class.give(0, "Quiz", "9").await;
    class.give(1, "Quiz", "6").await;
    let book = class.book().await;
    let path = format!("/grades/assignments/{}", book["assignments"][0]["id"].as_str().unwrap());
    let refused = class.tina.put(&path, json!({ "max_score": 8 })).await.expect(409);
    assert_eq!(refused.code(), "score_above_max");
    assert_eq!(
        class.tina.put(&path, json!({ "name": "Other" })).await.expect(409).code(),
        "assignment_exists"
    );
    // All at once, and every mark follows.
    let change = json!({ "name": "Quiz A", "max_score": "9", "weight": "0.5", "assignment_type": "homework", "reason": "one question fell out" });
    let changed = class.tina.put(&path, change).await.expect(200);
    assert_eq!((&changed.body["name"], &changed.body["version"]), (&json!("Quiz A"), &json!(2)));
    let wrong = "select count(*) from grades g join assignments a on a.course_id = g.course_id and a.name = g.assignment_name
        where (g.assignment_type, g.max_score, g.weight) is distinct from (a.assignment_type, a.max_score, a.weight)";
    assert_eq!(class.uems.count(wrong).await, 0);
    assert_eq!(class.of(0).await["final"]["percent"], "100.00");
    let history = class.history(1).await;
    assert_eq!(history.first().unwrap(), "created Quiz ->6.00 tina -");
    assert!(
        history[1..].iter().all(|line| line == "changed Quiz A 6.00>6.00 tina one question fell out"),
        "{history:?}"
    );
    // Stale, and taking away.
    let stale =
        class.tina.call(Method::PUT, &path, Some(json!({ "position": 9 })), &[("If-Match", "\"1\"")]).await;
    assert_eq!(stale.expect(412).body["current"]["name"], "Quiz A");
    assert_eq!(class.tina.delete(&path).await.expect(409).code(), "assignment_has_marks");
    let empty = format!("/grades/assignments/{}", book["assignments"][1]["id"].as_str().unwrap());
    class.tina.delete(&empty).await.expect(204);
    class.tina.delete(&empty).await.expect(404);
}

/// Whoever writes past the program: the copy stays true, the history stays whole, what is final stays.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn the_database_keeps_copies_history_and_finals_by_itself(db: PgPool) {
    let uems = TestApp::new(db);
    let course = uems.course("CS101", 9, json!({})).await;
    let enrollment = uems.student("ada").await.enroll(course).await.expect(201).id();
    column_with(&uems, course, "Quiz", "10", Some("0.25")).await;
    let id = mark(&uems, course, &enrollment, "Quiz", "8").await;
    let run = |sql: &'static str| {
        let (db, id) = (uems.db.clone(), id.clone());
        async move { sqlx::query(sql).bind(id).execute(&db).await.map(|done| done.rows_affected()) }
    };
    run("update grades set max_score = 99, weight = null, assignment_type = 'final' where id = $1::uuid")
        .await
        .unwrap();
    let copy =
        "select count(*) from grades where max_score = 10 and weight = 0.25 and assignment_type = 'quiz'";
    assert_eq!(uems.count(copy).await, 1);
    for (sql, constraint) in [
        ("update grades set score = 10.01 where id = $1::uuid", "grades_score_within_max"),
        ("update grades set score = 'NaN' where id = $1::uuid", "grades_score_within_max"),
        ("update grades set assignment_name = 'None' where id = $1::uuid", ""),
        ("update assignments set max_score = 7 where $1 <> ''", "grades_score_within_max"),
        ("delete from assignments where $1 <> ''", "grades_assignment_fkey"),
        (
            "insert into grades (enrollment_id, assignment_name, score) select enrollment_id, 'Quiz', 1 from grades where id = $1::uuid",
            "grades_enrollment_assignment_key",
        ),
    ] {
        let refused = run(sql).await.unwrap_err();
        let named = refused.as_database_error().unwrap().constraint().unwrap_or_default().to_owned();
        assert!(named == constraint || constraint.is_empty(), "{sql}: {named}");
    }
    run("update enrollments set status = 'completed' where $1 <> ''").await.unwrap();
    for sql in [
        "update grades set score = 9 where id = $1::uuid",
        "delete from grades where id = $1::uuid",
        "update assignments set weight = 0.5 where $1 <> ''",
    ] {
        let refused = run(sql).await.unwrap_err();
        assert_eq!(refused.as_database_error().unwrap().constraint(), Some("grades_locked"), "{sql}");
    }
    run("update enrollments set status = 'enrolled' where $1 <> ''").await.unwrap();
    run("delete from grades where id = $1::uuid").await.unwrap();
    let kinds = "select count(*) from grade_history where kind in ('created', 'deleted') and new_score is not distinct from
        case when kind = 'created' then 8.00 end";
    assert_eq!(uems.count(kinds).await, 2);
    for sql in
        ["update grade_history set new_score = 1 where $1 <> ''", "delete from grade_history where $1 <> ''"]
    {
        assert!(run(sql).await.unwrap_err().to_string().contains("append-only"), "{sql}");
    }
}
