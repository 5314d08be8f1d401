//! Changing what is final: asked for with a reason, decided by somebody else.

use serde_json::{Value, json};
use sqlx::PgPool;

use super::Class;
use crate::support::TestApp;

async fn completed(db: PgPool) -> Class {
    let class = Class::new(TestApp::new(db), 1, &[("Quiz", "10", None), ("Exam", "100", None)]).await;
    class.give(0, "Quiz", "9").await;
    class.give(0, "Exam", "70").await;
    class.tina.put(&class.path("/final"), json!({})).await.expect(200);
    class
}

impl Class {
    fn requests(&self) -> String {
        format!("/grades/enrollment/{}/change-requests", self.enrollments[0])
    }
}

fn wish(assignment: &str, score: &str) -> Value {
    json!({ "reason": "a page was overlooked", "cells": [{ "assignment_name": assignment, "score": score }] })
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn an_approved_change_writes_marks_final_and_history(db: PgPool) {
    let class = completed(db).await;
    let filed = class.tina.post(&class.requests(), wish("Exam", "80")).await.expect(201).body;
    assert_eq!((&filed["status"], &filed["cells"][0]["old_score"]), (&json!("pending"), &json!("70.00")));
    assert_eq!(class.of(0).await["final"]["percent"], "80.00", "nothing changed yet");
    let path = format!("/grades/change-requests/{}", filed["id"].as_str().unwrap());
    let decided =
        class.root.put(&path, json!({ "decision": "approve", "note": "seen" })).await.expect(200).body;
    assert_eq!(
        (&decided["status"], &decided["decided_by"]["id"]),
        (&json!("approved"), &json!(class.root.id))
    );
    let now = class.of(0).await;
    assert_eq!(
        (&now["final"]["percent"], &now["submitted"]["version"], &now["locked"]),
        (&json!("85.00"), &json!(2), &json!(true))
    );
    assert_eq!(class.uems.count("select count(*) from enrollments where grade_final = 85").await, 1);
    assert_eq!(
        class.history(0).await[2..],
        [
            "final_submitted - ->80.00 tina -",
            "changed Exam 70.00>80.00 root a page was overlooked",
            "final_changed - 80.00>85.00 root a page was overlooked",
        ]
    );
    let again = class.root.put(&path, json!({ "decision": "reject" })).await.expect(409);
    assert_eq!((again.code(), &again.body["decision"]), ("already_decided", &json!("approved")));
    // It was open for that one transaction only.
    let grade = now["grades"][1]["id"].as_str().unwrap();
    assert_eq!(
        class.root.put(&format!("/grades/{grade}"), json!({ "score": 1 })).await.expect(409).code(),
        "grade_locked"
    );
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn nobody_approves_what_they_asked_for(db: PgPool) {
    let class = completed(db).await;
    let filed = class.root.post(&class.requests(), wish("Exam", "80")).await.expect(201).body;
    let path = format!("/grades/change-requests/{}", filed["id"].as_str().unwrap());
    assert_eq!(
        class.root.put(&path, json!({ "decision": "approve" })).await.expect(409).code(),
        "own_request"
    );
    let other = class.uems.admin("rita").await;
    other.put(&path, json!({ "decision": "approve" })).await.expect(200);
    // Taking one's own back is fine.
    let filed = class.root.post(&class.requests(), wish("Exam", "81")).await.expect(201).body;
    let path = format!("/grades/change-requests/{}", filed["id"].as_str().unwrap());
    class.root.put(&path, json!({ "decision": "reject" })).await.expect(200);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_request_is_about_what_is_final_and_can_be_true(db: PgPool) {
    let class = completed(db).await;
    for (body, field, code) in [
        (
            json!({ "reason": " ", "cells": [{ "assignment_name": "Quiz", "score": 1 }] }),
            "reason",
            "required",
        ),
        (json!({ "reason": "x", "cells": [] }), "cells", "too_many"),
        (wish("Quiz", "10.01"), "cells[0]", "score_above_max"),
        (wish("Quiz", "NaN"), "cells[0].score", "invalid"),
        (wish("None", "1"), "cells[0]", "not_found"),
    ] {
        let refused = class.tina.post(&class.requests(), body).await.expect(422);
        assert_eq!(refused.field_errors(), [(field.to_owned(), code.to_owned())]);
    }
    let bob = class.uems.student("bob").await;
    let open = bob.enroll(class.course).await.expect(201).id();
    let refused =
        class.tina.post(&format!("/grades/enrollment/{open}/change-requests"), wish("Quiz", "1")).await;
    assert_eq!(refused.expect(409).code(), "not_locked");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn of_two_requests_for_one_mark_the_second_is_outdated(db: PgPool) {
    let class = completed(db).await;
    let mut paths = vec![];
    for score in ["80", "90"] {
        let filed = class.tina.post(&class.requests(), wish("Exam", score)).await.expect(201).body;
        paths.push(format!("/grades/change-requests/{}", filed["id"].as_str().unwrap()));
    }
    class.root.put(&paths[0], json!({ "decision": "approve" })).await.expect(200);
    let refused = class.root.put(&paths[1], json!({ "decision": "approve" })).await.expect(409);
    assert_eq!(refused.code(), "request_outdated");
    class.root.put(&paths[1], json!({ "decision": "reject" })).await.expect(200);
    let list = |filter: &'static str| {
        let root = class.root.clone();
        async move {
            root.get(&format!("/grades/change-requests{filter}")).await.expect(200).body["total"].clone()
        }
    };
    assert_eq!(
        (list("").await, list("?status=rejected").await, list("?status=pending").await),
        (json!(2), json!(1), json!(0))
    );
    // Another teacher sees none of them, by no filter.
    let tom = class.uems.teacher("tom").await;
    for filter in [String::new(), format!("?course_id={}", class.course)] {
        assert_eq!(tom.get(&format!("/grades/change-requests{filter}")).await.expect(200).body["total"], 0);
    }
    assert_eq!(class.tina.get("/grades/change-requests").await.expect(200).body["total"], 2);
}
