//! Every way to see another person's marks leaves an entry.

use axum::http::Method;
use serde_json::json;
use sqlx::PgPool;

use super::Class;
use crate::support::{Answer, TestApp};

/// What was read since the last time somebody asked: the entries' actions, each with what it is about.
async fn noted(class: &Class) -> Vec<(String, Option<String>)> {
    sqlx::query_as("select action, object_type from audit_log where id > $1 order by id")
        .bind(class.uems.count("select coalesce(max(id), 0) from audit_log where action = 'test'").await)
        .fetch_all(&class.uems.db)
        .await
        .unwrap()
}

async fn forget(class: &Class) {
    sqlx::query("insert into audit_log (action, facts) values ('test', '{}')")
        .execute(&class.uems.db)
        .await
        .unwrap();
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn whoever_sees_a_mark_is_written_down(db: PgPool) {
    let class = Class::new(TestApp::new(db), 2, &[("Quiz", "10", None)]).await;
    let [ada, bob] = [0, 1].map(|index| class.enrollments[index].clone());
    class.give(0, "Quiz", "9").await;
    let quiz = class.give(1, "Quiz", "8").await["id"].as_str().unwrap().to_owned();
    let (marks, done) = (format!("/grades/enrollment/{ada}"), format!("/grades/enrollment/{ada}/final"));
    class.tina.put(&done, json!({})).await.expect(200);
    let (tina, root) = (&class.tina, &class.root);
    let roster = format!("/courses/{}/enrollments", class.course);
    let person = format!("/users/{}/enrollments", class.students[0].id);
    let (course, enrollment) = (Some("course"), Some("enrollment"));
    let check = async |what: &str, answer: Answer, status: u16, about: Option<&str>| {
        answer.expect(status);
        let expected = [("marks_read".to_owned(), about.map(str::to_owned))];
        assert_eq!(noted(&class).await, expected, "{what}");
        forget(&class).await;
    };
    forget(&class).await;
    check("gradebook", tina.get(&class.path("")).await, 200, course).await;
    check("file", tina.get(&class.path("/csv")).await, 200, course).await;
    check("roster", tina.get(&roster).await, 200, course).await;
    check("an enrolment", root.get(&marks).await, 200, enrollment).await;
    check("a person's courses", root.get(&person).await, 200, None).await;
    check("a final again", tina.put(&done, json!({})).await, 200, enrollment).await;
    let cell = json!({ "enrollment_id": bob, "assignment_name": "Quiz", "score": 7 });
    check("a second mark", tina.post("/grades", cell.clone()).await, 409, enrollment).await;
    let stale = json!({ "cells": [cell] });
    check("stale cells", tina.put(&class.path("/bulk"), stale).await, 200, course).await;
    let (path, body, old) = (format!("/grades/{quiz}"), json!({ "score": 1 }), [("if-match", "\"9\"")]);
    check("412", tina.call(Method::PUT, &path, Some(body), &old).await, 412, enrollment).await;
    // One's own are one's own, and a list without marks tells none.
    class.students[0].get(&person).await.expect(200);
    tina.get(&format!("{roster}?status=enrolled")).await.expect(200);
    assert_eq!(noted(&class).await, []);
}
