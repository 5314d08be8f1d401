//! Finals: submitted once, then locked; averages over the terms.

use serde_json::{Value, json};
use sqlx::PgPool;

use super::Class;
use crate::support::TestApp;

const COLUMNS: [(&str, &str, Option<&str>); 2] = [("Quiz", "10", Some("0.4")), ("Exam", "100", Some("0.6"))];

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn submitting_completes_the_course_frees_the_seat_and_locks_the_marks(db: PgPool) {
    let class = Class::new(TestApp::new(db), 2, &COLUMNS).await;
    class.give(0, "Quiz", "9").await;
    let exam = class.give(0, "Exam", "81").await;
    let (ada, path) = (&class.students[0], format!("/grades/enrollment/{}/final", class.enrollments[0]));
    let differs = class.tina.put(&path, json!({ "expected": "84.61" })).await.expect(409);
    assert_eq!((differs.code(), &differs.body["percent"]), ("final_differs", &json!("84.60")));
    let done = class.tina.put(&path, json!({ "expected": "84.6" })).await.expect(200).body;
    assert_eq!((&done["status"], &done["locked"]), (&json!("completed"), &json!(true)));
    let submitted = &done["submitted"];
    assert_eq!(
        (&submitted["percent"], &submitted["letter"], &submitted["points"]),
        (&json!("84.60"), &json!("B"), &json!("3.00"))
    );
    assert_eq!(
        class.tina.put(&path, json!({})).await.expect(200).body["submitted"]["version"],
        1,
        "again changes nothing"
    );
    let late = class.tina.put(&path, json!({ "expected": "84.61" })).await.expect(409);
    assert_eq!(
        (late.code(), &late.body["percent"]),
        ("final_differs", &json!("84.60")),
        "somebody was faster with another final"
    );

    class.uems.assert_sound().await;
    let stored = "select count(*) from enrollments e join final_grades f on f.enrollment_id = e.id
        join courses c on c.id = e.course_id where e.status = 'completed' and e.grade_final = f.percent and c.enrolled_count = 1";
    assert_eq!(class.uems.count(stored).await, 1);
    assert_eq!(ada.events_in(class.course).await, ["enrolled", "completed"]);
    let completed = class.uems.app.metrics.enrollments.with_label_values(&["completed"]).get();
    assert_eq!(completed, 1);

    // Every door to these marks is shut, for the teacher and for the admin.
    let grade = format!("/grades/{}", exam["id"].as_str().unwrap());
    let columns = class.book().await["assignments"].clone();
    let column = format!("/grades/assignments/{}", columns[1]["id"].as_str().unwrap());
    for who in [&class.tina, &class.root] {
        assert_eq!(who.put(&grade, json!({ "score": 80 })).await.expect(409).code(), "grade_locked");
        assert_eq!(who.put(&column, json!({ "weight": "0.7" })).await.expect(409).code(), "grade_locked");
        let project = json!({ "enrollment_id": class.enrollments[0], "assignment_name": "Project", "score": 1,
            "assignment_type": "project", "max_score": 5 });
        assert_eq!(who.post("/grades", project).await.expect(409).code(), "grade_locked");
        let cells = json!([{ "enrollment_id": class.enrollments[0], "assignment_name": "Exam", "score": 80, "version": 1 }]);
        let saved = who.put(&class.path("/bulk"), json!({ "cells": cells })).await.expect(200).body;
        assert_eq!(saved["cells"][0]["verdict"], "locked");
    }
    assert_eq!(class.root.delete(&grade).await.expect(409).code(), "grade_locked");
    // The other student goes on.
    assert_eq!(class.give(1, "Exam", "50").await["verdict"], "written");
    assert_eq!(class.history(0).await.last().unwrap(), "final_submitted - ->84.60 tina -");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_course_is_submitted_with_a_verdict_per_student(db: PgPool) {
    let class = Class::new(TestApp::new(db), 4, &[("Quiz", "10", None), ("Bonus", "10", Some("0"))]).await;
    class.give(0, "Quiz", "9").await;
    class.give(1, "Quiz", "5").await;
    class.give(2, "Bonus", "5").await;
    let ids =
        |which: &[usize]| which.iter().map(|index| class.enrollments[*index].clone()).collect::<Vec<_>>();
    let submit = |body: Value| {
        let (tina, path) = (class.tina.clone(), class.path("/final"));
        async move { tina.put(&path, body).await.expect(200).body }
    };
    let told = |answer: &Value| -> Vec<String> {
        let students = answer["students"].as_array().unwrap();
        students.iter().map(|one| one["verdict"].as_str().unwrap().to_owned()).collect()
    };
    let mut some = ids(&[2, 0, 3]);
    some.push(uems::ids::EnrollmentId::new().to_string());
    let answer = submit(json!({ "enrollment_ids": some })).await;
    assert_eq!(told(&answer), ["no_final", "submitted", "no_final", "not_found"]);
    assert_eq!(answer["students"][0]["final"]["reason"], "weights_sum_to_zero");
    assert_eq!(answer["students"][2]["final"]["reason"], "no_marks");
    let answer = submit(json!({})).await;
    assert_eq!(answer["submitted"], 1);
    let mut verdicts = told(&answer);
    verdicts.sort();
    assert_eq!(verdicts, ["no_final", "no_final", "submitted", "unchanged"]);
    assert_eq!(submit(json!({})).await["submitted"], 0);
    class.uems.assert_sound().await;
    let alone = class
        .tina
        .put(&format!("/grades/enrollment/{}/final", class.enrollments[3]), json!({}))
        .await
        .expect(409);
    assert_eq!((alone.code(), &alone.body["reason"]), ("no_final", &json!("no_marks")));
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn averages_weigh_credits_over_terms_and_are_the_students_own(db: PgPool) {
    let class = Class::new(TestApp::new(db), 1, &[("Quiz", "100", None)]).await;
    let (uems, ada) = (&class.uems, &class.students[0]);
    class.give(0, "Quiz", "95").await;
    class.tina.put(&class.path("/final"), json!({})).await.expect(200);
    // A course of an earlier term that was completed elsewhere: no final of ours, only a percentage.
    sqlx::query(
        "with old as (insert into courses (code, name, capacity, credits, semester, year, schedule)
             values ('MA101', 'Analysis', 9, 2, 'spring', 2025, '{}') returning id)
         insert into enrollments (user_id, course_id, status, grade_final) select $1, id, 'completed', 84 from old",
    )
    .bind(ada.id)
    .execute(&uems.db)
    .await
    .unwrap();
    let standing = ada.get(&format!("/users/{}/grades", ada.id)).await.expect(200).body;
    // 4 credits of A (4.00), 2 of B (3.00).
    assert_eq!((&standing["gpa"], &standing["credits"]), (&json!("3.67"), &json!("6.00")));
    let terms = standing["terms"].as_array().unwrap();
    assert_eq!(
        (&terms[0]["semester"], &terms[0]["gpa"], &terms[1]["gpa"]),
        (&json!("fall"), &json!("4.00"), &json!("3.00"))
    );
    assert_eq!(
        (&terms[1]["courses"][0]["final"]["letter"], &terms[0]["courses"][0]["marked"]),
        (&json!("B"), &json!(1))
    );
    // Their teacher sees the one course, and no average.
    let seen = class.tina.get(&format!("/users/{}/grades", ada.id)).await.expect(200).body;
    assert_eq!(
        (seen["terms"].as_array().unwrap().len(), &seen["gpa"], &seen["terms"][0]["gpa"]),
        (1, &json!(null), &json!(null))
    );
    // What she took herself, before she taught, is her own, with its average.
    sqlx::query("insert into enrollments (user_id, course_id, status, grade_final) select $1, id, 'completed', 91 from courses where code = 'MA101'")
        .bind(class.tina.id)
        .execute(&uems.db)
        .await
        .unwrap();
    let own = class.tina.get(&format!("/users/{}/grades", class.tina.id)).await.expect(200).body;
    assert_eq!((&own["gpa"], &own["credits"]), (&json!("3.70"), &json!("2.00")));
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn the_scale_is_the_institutions(db: PgPool) {
    let uems = TestApp::with(db, &["--grade-scale", "pass:50:1,fail:0:0"]);
    let class = Class::new(uems, 1, &[("Quiz", "200", None)]).await;
    class.give(0, "Quiz", "99.99").await;
    // 49.995 is shown as 50.00, and the letter goes by what is shown.
    let last = class.of(0).await["final"].clone();
    assert_eq!((&last["percent"], &last["letter"]), (&json!("50.00"), &json!("pass")));
    let institution = class.tina.get("/institution").await.expect(200).body;
    assert_eq!(institution["grade_scale"][1], json!({ "letter": "fail", "from": "0.00", "points": "0.00" }));
}
