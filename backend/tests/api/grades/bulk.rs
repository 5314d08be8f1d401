//! Many cells at once: a verdict for each.

use axum::http::Method;
use serde_json::{Value, json};
use sqlx::PgPool;
use uems::ids::EnrollmentId;

use super::Class;
use crate::support::TestApp;

fn cell(enrollment: &str, assignment: &str, score: Value, version: Option<i32>) -> Value {
    json!({ "enrollment_id": enrollment, "assignment_name": assignment, "score": score, "version": version })
}

fn verdicts(saved: &Value) -> Vec<String> {
    let cells = saved["cells"].as_array().unwrap();
    cells.iter().map(|cell| cell["verdict"].as_str().unwrap().to_owned()).collect()
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn every_cell_gets_its_verdict_in_order(db: PgPool) {
    let class = Class::new(TestApp::new(db), 3, &[("Quiz", "10", None), ("Exam", "100", None)]).await;
    let [ada, bob, eve] = [0, 1, 2].map(|index| class.enrollments[index].clone());
    let stranger = class.uems.course("CS999", 9, json!({})).await;
    let elsewhere = class.students[0].enroll(stranger).await.expect(201).id();
    class.give(0, "Quiz", "5").await;
    class.give(1, "Quiz", "5").await;
    class.students[2].drop_course(class.course).await.expect(200);
    let cells = json!([
        cell(&ada, "Quiz", json!("6"), Some(1)),
        cell(&ada, "Exam", json!(77.25), None),
        cell(&bob, "Quiz", json!("5.00"), None),
        cell(&bob, "Quiz", json!("9"), Some(1)),
        cell(&bob, "Exam", json!("101"), None),
        cell(&ada, "Nothing", json!("1"), None),
        cell(&eve, "Quiz", json!("1"), None),
        cell(&elsewhere, "Quiz", json!("1"), None),
        cell(&EnrollmentId::new().to_string(), "Quiz", json!("1"), None),
    ]);
    let saved = class.tina.put(&class.path("/bulk"), json!({ "cells": cells })).await.expect(200).body;
    assert_eq!(
        verdicts(&saved),
        [
            "written",
            "written",
            "unchanged",
            "invalid",
            "invalid",
            "not_found",
            "not_found",
            "not_found",
            "not_found"
        ]
    );
    assert_eq!(
        (&saved["written"], &saved["unchanged"], &saved["refused"]),
        (&json!(2), &json!(1), &json!(6))
    );
    assert_eq!((&saved["cells"][0]["version"], &saved["cells"][1]["version"]), (&json!(2), &json!(1)));
    assert_eq!(
        (&saved["cells"][3]["code"], &saved["cells"][4]["code"]),
        (&json!("duplicate"), &json!("score_above_max"))
    );

    let book = class.book().await;
    let row = &book["students"][0];
    assert_eq!((&row["cells"][0]["score"], &row["cells"][1]["score"]), (&json!("6.00"), &json!("77.25")));
    assert_eq!((&row["final"]["percent"], &row["student_id"]), (&json!("68.63"), &json!(null)));
    assert_eq!(book["students"].as_array().unwrap().len(), 2, "who dropped is not in it");
    let for_admin = class.root.get(&class.path("")).await.expect(200).body;
    assert!(for_admin["students"][0]["student_id"].is_string());
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_stale_cell_is_told_with_both_values(db: PgPool) {
    let class = Class::new(TestApp::new(db), 1, &[("Quiz", "10", None)]).await;
    let ada = &class.enrollments[0];
    class.give(0, "Quiz", "5").await;
    let by_root = json!({ "cells": [cell(ada, "Quiz", json!("7"), Some(1))] });
    class.root.put(&class.path("/bulk"), by_root.clone()).await.expect(200);
    for version in [None, Some(1)] {
        let body = json!({ "cells": [cell(ada, "Quiz", json!("6"), version)] });
        let told = class.tina.put(&class.path("/bulk"), body).await.expect(200).body["cells"][0].clone();
        assert_eq!(
            (&told["verdict"], &told["given"], &told["current"]["score"]),
            (&json!("stale"), &json!("6.00"), &json!("7.00"))
        );
        assert_eq!(
            (&told["current"]["version"], &told["current"]["graded_by"]["full_name"]),
            (&json!(2), &json!("root Example"))
        );
    }
    // A retry of what was saved is harmless.
    let again = class.root.put(&class.path("/bulk"), by_root).await.expect(200).body;
    assert_eq!(verdicts(&again), ["unchanged"]);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn all_or_nothing_means_it(db: PgPool) {
    let class = Class::new(TestApp::new(db), 2, &[("Quiz", "10", None)]).await;
    let [ada, bob] = [0, 1].map(|index| class.enrollments[index].clone());
    let cells = json!([cell(&ada, "Quiz", json!("6"), None), cell(&bob, "Quiz", json!("11"), None)]);
    let body = json!({ "cells": cells, "all_or_nothing": true });
    let saved = class.tina.put(&class.path("/bulk"), body).await.expect(200).body;
    assert_eq!(
        (verdicts(&saved), &saved["applied"]),
        (vec!["withheld".to_owned(), "invalid".to_owned()], &json!(false))
    );
    assert_eq!(class.uems.count("select count(*) from grades").await, 0);
    assert_eq!(class.uems.count("select count(*) from audit_log where action = 'marks_changed'").await, 0);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn comments_go_their_own_way(db: PgPool) {
    let class = Class::new(TestApp::new(db), 1, &[("Quiz", "10", None), ("Exam", "10", None)]).await;
    let ada = &class.enrollments[0];
    let save = |cells: Value| {
        let (tina, path) = (class.tina.clone(), class.path("/bulk"));
        async move { tina.put(&path, json!({ "cells": cells })).await.expect(200).body["cells"][0].clone() }
    };
    let with = |extra: Value| {
        let mut cell = json!({ "enrollment_id": ada, "assignment_name": "Quiz" });
        cell.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        json!([cell])
    };
    save(with(json!({ "score": 5, "comments": "almost" }))).await;
    assert_eq!(save(with(json!({ "score": 6, "version": 1 }))).await["verdict"], "written");
    let book = class.book().await;
    assert_eq!(book["students"][0]["cells"][0]["comments"], "almost", "a new score leaves the comment");
    assert_eq!(save(with(json!({ "comments": "well done", "version": 2 }))).await["version"], 3);
    assert_eq!(
        save(with(json!({ "comments": "a\u{202e}b", "version": 3 }))).await["code"],
        "control_character"
    );
    assert_eq!(save(with(json!({ "comments": null, "version": 3 }))).await["verdict"], "written");
    let nothing = json!([{ "enrollment_id": ada, "assignment_name": "Exam", "comments": "?" }]);
    assert_eq!(save(nothing).await["code"], "required");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn taking_a_mark_away_is_the_admins_and_leaves_a_trace(db: PgPool) {
    let class = Class::new(TestApp::new(db), 1, &[("Quiz", "10", None)]).await;
    let ada = &class.enrollments[0];
    let id = class.give(0, "Quiz", "5").await["id"].as_str().unwrap().to_owned();
    let clear = |version| json!({ "cells": [cell(ada, "Quiz", Value::Null, Some(version))], "reason": "wrong student" });
    let refused = class.tina.put(&class.path("/bulk"), clear(1)).await.expect(200).body;
    assert_eq!(refused["cells"][0]["code"], "forbidden");
    let cleared = class.root.put(&class.path("/bulk"), clear(1)).await.expect(200).body;
    assert_eq!(
        (verdicts(&cleared), class.book().await["students"][0]["cells"][0].clone()),
        (vec!["written".to_owned()], Value::Null)
    );
    class.root.delete(&format!("/grades/{id}")).await.expect(404);
    // Marked anew, the version goes on: who still holds version 1 does not overwrite it by chance.
    assert_eq!(class.give(0, "Quiz", "9").await["version"], 3);
    let stale = json!({ "cells": [cell(ada, "Quiz", json!("5.5"), Some(1))] });
    assert_eq!(verdicts(&class.tina.put(&class.path("/bulk"), stale).await.expect(200).body), ["stale"]);
    let id = class.book().await["students"][0]["cells"][0]["id"].as_str().unwrap().to_owned();
    class.root.delete(&format!("/grades/{id}")).await.expect(204);
    assert_eq!(
        class.history(0).await,
        [
            "created Quiz ->5.00 tina -",
            "deleted Quiz 5.00>- root wrong student",
            "created Quiz ->9.00 tina -",
            "deleted Quiz 9.00>- root -"
        ]
    );
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn one_key_saves_once_and_a_large_body_is_welcome_here(db: PgPool) {
    let class = Class::new(TestApp::new(db), 1, &[("Quiz", "10", None)]).await;
    let ada = &class.enrollments[0];
    let body = json!({ "cells": [cell(ada, "Quiz", json!("6"), None)] });
    let key = [("Idempotency-Key", "save-of-monday")];
    let path = class.path("/bulk");
    let first = class.tina.call(Method::PUT, &path, Some(body.clone()), &key).await.expect(200);
    let again = class.tina.call(Method::PUT, &path, Some(body.clone()), &key).await.expect(200);
    assert_eq!(
        (verdicts(&first.body), verdicts(&again.body)),
        (vec!["written".to_owned()], vec!["written".to_owned()])
    );
    let mut other = body;
    other["cells"][0]["score"] = json!("7");
    let refused = class.tina.call(Method::PUT, &path, Some(other), &key).await.expect(422);
    assert_eq!(refused.code(), "idempotency_key_reused");

    let many = |count: usize| json!({ "cells": vec![cell(ada, "Quiz", json!("6"), Some(1)); count] });
    let saved = class.tina.put(&path, many(20_000)).await.expect(200).body;
    assert_eq!((&saved["unchanged"], &saved["refused"]), (&json!(1), &json!(19_999)));
    let refused = class.tina.put(&path, many(20_001)).await.expect(422);
    assert_eq!(refused.field_errors(), [("cells".to_owned(), "too_many".to_owned())]);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_name_that_no_database_keeps_spoils_only_its_own_cell(db: PgPool) {
    let class = Class::new(TestApp::new(db), 1, &[("Quiz", "10", None)]).await;
    let ada = &class.enrollments[0];
    let cells = json!([cell(ada, "Qu\0iz", json!("6"), None), cell(ada, "Quiz", json!("7"), None)]);
    let body = json!({ "cells": cells });
    let saved = class.tina.put(&class.path("/bulk"), body.clone()).await.expect(200).body;
    assert_eq!(verdicts(&saved), ["not_found", "written"]);
    let with_key = class
        .tina
        .call(Method::PUT, &class.path("/bulk"), Some(body), &[("idempotency-key", "odd-name-1")])
        .await;
    assert_eq!(verdicts(&with_key.expect(200).body), ["not_found", "unchanged"]);
}
