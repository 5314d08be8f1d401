//! Marks as files.

use axum::body::Body;
use serde_json::{Value, json};
use sqlx::PgPool;

use super::{Class, column_with};
use crate::large::send_csv;
use crate::support::{Answer, TestApp};

impl Class {
    pub async fn import(&self, query: &str, text: impl Into<Body>) -> Answer {
        send_csv(&self.tina, &self.path(&format!("/csv{query}")), text).await
    }

    async fn export(&self) -> String {
        self.tina.get(&self.path("/csv")).await.expect(200).text
    }
}

fn rejected(report: &Value) -> Vec<String> {
    let cells = report["rejected_cells"].as_array().unwrap();
    cells
        .iter()
        .map(|cell| format!("{}:{} {}", cell["line"], cell["column"], cell["code"].as_str().unwrap()))
        .collect()
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn what_was_exported_comes_back_and_changes_nothing(db: PgPool) {
    let class =
        Class::new(TestApp::new(db), 3, &[("Quiz", "10", Some("0.25")), ("Exam, part 1", "100", None)]).await;
    sqlx::query("update users set full_name = '=HYPERLINK(\"x\")' where id = $1")
        .bind(class.students[2].id)
        .execute(&class.uems.db)
        .await
        .unwrap();
    column_with(&class.uems, class.course, "=1+1", "5", None).await;
    class.give(0, "Quiz", "9.5").await;
    class.give(1, "Exam, part 1", "70").await;
    class.give(2, "=1+1", "0").await;
    let file = class.export().await;
    let lines: Vec<&str> = file.lines().collect();
    assert!(
        lines[0].ends_with(
            "Quiz [quiz/10/0.25],\"Exam, part 1 [quiz/100/]\",'=1+1 [quiz/5/],final_percent,final_letter"
        ),
        "{}",
        lines[0]
    );
    assert!(
        lines[1].starts_with("\"'=HYPERLINK(\"\"x\"\")\",student002@example.edu,")
            && lines[1].contains(",0.00,"),
        "{}",
        lines[1]
    );
    assert!(!lines[0].contains("student_id"));
    let for_admin = class.root.get(&class.path("/csv")).await.expect(200);
    assert_eq!(
        for_admin.headers["content-disposition"]
            .to_str()
            .unwrap()
            .split('"')
            .nth(1)
            .unwrap()
            .split('-')
            .next(),
        Some("marks")
    );
    assert!(for_admin.text.starts_with("student,email,student_id,enrollment_id,as_of,"));

    let report = class.import("?apply=true", file.clone()).await.expect(200).body;
    assert_eq!(
        (&report["rows"], &report["written"], &report["unchanged"], &report["rejected"]),
        (&json!(3), &json!(0), &json!(3), &json!(0))
    );
    // As a German spreadsheet saves it.
    let semicolons = file
        .replace(',', ";")
        .replace("9.50", "9,75")
        .replace("Exam; part", "Exam, part")
        .replace("\r\n", "\n");
    let report = class.import("?apply=true", format!("\u{feff}{semicolons}")).await.expect(200).body;
    assert_eq!((&report["written"], &report["overwritten"][0]["new_score"]), (&json!(1), &json!("9.75")));
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_dry_run_tells_everything_and_writes_nothing(db: PgPool) {
    let class = Class::new(TestApp::new(db), 2, &[("Quiz", "10", None)]).await;
    class.give(0, "Quiz", "5").await;
    let file = "email,Quiz,Project [project/40/0.5]\nstudent000@example.edu,6,39\nstudent001@example.edu,,41\nnobody@example.edu,1,\n";
    let report = class.import("", file).await.expect(200).body;
    assert_eq!(rejected(&report), ["2:2 stale", "3:3 score_above_max", "4:2 unknown_student"]);
    let stale = &report["rejected_cells"][0];
    assert_eq!(
        (&stale["value"], &stale["current"]["score"], &stale["student"]),
        (&json!("6"), &json!("5.00"), &json!("student000 Example"))
    );
    assert_eq!(
        (&report["applied"], &report["written"], &report["new_assignments"]),
        (&json!(false), &json!(1), &json!(["Project"]))
    );
    assert_eq!(class.uems.count("select count(*) from grades").await, 1);
    assert_eq!(class.uems.count("select count(*) from assignments").await, 1);

    let nothing = class.import("?apply=true&all_or_nothing=true", file).await.expect(200).body;
    assert_eq!(
        (&nothing["applied"], class.uems.count("select count(*) from assignments").await),
        (&json!(false), 1)
    );
    let as_of = &report["as_of"];
    let applied = class
        .import(&format!("?apply=true&as_of={as_of}&reason=from%20the%20lab"), file)
        .await
        .expect(200)
        .body;
    assert_eq!(
        (&applied["applied"], &applied["written"], &applied["rejected"]),
        (&json!(true), &json!(2), &json!(2))
    );
    assert_eq!(applied["overwritten"][0]["old_score"], "5.00");
    assert!(class.history(0).await.contains(&"changed Quiz 5.00>6.00 tina from the lab".to_owned()));
    let again = class.import(&format!("?apply=true&as_of={as_of}"), file).await.expect(200).body;
    assert_eq!(
        (&again["written"], &again["unchanged"]),
        (&json!(0), &json!(2)),
        "sending it again is harmless"
    );
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_file_overwrites_only_what_its_writer_has_seen(db: PgPool) {
    let class = Class::new(TestApp::new(db), 3, &[("Quiz", "10", None)]).await;
    for student in 0..3 {
        class.give(student, "Quiz", "5").await;
    }
    let file = class.export().await.replace("5.00", "7.00");
    // While it is worked on, the registrar changes one mark, and takes another away.
    let cell = |student: usize, score: Value| json!({ "enrollment_id": class.enrollments[student], "assignment_name": "Quiz", "score": score, "version": 1 });
    let meanwhile = json!({ "cells": [cell(1, json!("6")), cell(2, Value::Null)] });
    assert_eq!(class.root.put(&class.path("/bulk"), meanwhile).await.expect(200).body["written"], 2);
    let dry = class.import("", file.clone()).await.expect(200).body;
    // A dry run makes an old file no younger.
    let report = class.import(&format!("?apply=true&as_of={}", dry["as_of"]), file).await.expect(200).body;
    assert_eq!(rejected(&report), ["3:5 stale", "4:5 stale"]);
    let cells = &report["rejected_cells"];
    assert_eq!(
        (&cells[0]["current"]["score"], &cells[0]["current"]["graded_by"]["full_name"]),
        (&json!("6.00"), &json!("root Example"))
    );
    assert!(cells[1].get("current").is_none() && report["written"] == 1);
    let book = class.book().await;
    let scores: Vec<_> =
        book["students"].as_array().unwrap().iter().map(|row| row["cells"][0]["score"].clone()).collect();
    assert_eq!(scores, [json!("7.00"), json!("6.00"), Value::Null]);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn exactly_the_bad_cells_of_a_large_file_are_named(db: PgPool) {
    let names: Vec<String> = (0..20).map(|number| format!("Task {number}")).collect();
    let columns: Vec<(&str, &str, Option<&str>)> =
        names.iter().map(|name| (name.as_str(), "10", None)).collect();
    let class = Class::new(TestApp::new(db), 60, &columns).await;
    class.give(7, "Task 7", "1").await;
    class
        .tina
        .put(&class.path("/final"), json!({ "enrollment_ids": [class.enrollments[7]] }))
        .await
        .expect(200);
    let (mut file, mut bad) = (format!("enrollment_id,{}\n", names.join(",")), vec![]);
    for (row, id) in class.enrollments.iter().enumerate() {
        let cells: Vec<String> = (0..20)
            .map(|column| {
                let odd = ["-1", "10.01", "x", "1.005"];
                let is_bad = (row * 20 + column) % 97 == 5;
                if row == 7 || is_bad {
                    bad.push(format!("{}:{}", row + 2, column + 2));
                }
                if is_bad {
                    odd[(row + column) % 4].to_owned()
                } else {
                    format!("{}.{}", column % 10, row % 10)
                }
            })
            .collect();
        file += &format!("{id},{}\n", cells.join(","));
    }
    let report = class.import("?apply=true", file).await.expect(200).body;
    let told: Vec<String> =
        rejected(&report).iter().map(|cell| cell.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(told, bad);
    assert_eq!(report["written"], 1200 - bad.len());
    assert_eq!(class.uems.count("select count(*) from grades").await, 1201 - bad.len() as i64);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn what_is_no_file_of_marks_is_refused_for_what_it_is(db: PgPool) {
    let class = Class::new(TestApp::new(db), 1, &[("Quiz", "10", None)]).await;
    let path = class.path("/csv");
    assert_eq!(class.tina.post(&path, json!({})).await.expect(415).code(), "unsupported_media_type");
    assert_eq!(class.import("", b"email,Quiz\n\xff\xfe".to_vec()).await.expect(400).code(), "malformed");
    assert_eq!(class.import("", "x".repeat(9_000_000)).await.expect(413).code(), "payload_too_large");
    class
        .import("", format!("email,Quiz\n{}", "student000@example.edu,1\n".repeat(100_000)))
        .await
        .expect(422);
    let unknown = class.import("", "email,Quizz,Test\n").await.expect(422);
    assert_eq!(
        unknown.field_errors(),
        [("column 2".to_owned(), "unknown".to_owned()), ("column 3".to_owned(), "unknown".to_owned())]
    );
    assert!(unknown.text.contains("[quiz/10/0.2]"), "it says how to make a column");
    for text in [
        "",
        "\u{feff}",
        "\n\n\n",
        "\"",
        "email\n\"\"\"",
        ",,,,\n,,,,",
        "email,Quiz\n\0,\0\n",
        "=cmd|' /C calc'!A0,Quiz\n",
    ] {
        let answer = class.import("?apply=true", text.to_owned()).await;
        assert!(matches!(answer.status.as_u16(), 200 | 400 | 422), "{text:?}: {}", answer.text);
    }
    assert_eq!(class.uems.count("select count(*) from grades").await, 0);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_file_from_before_a_renaming_does_not_bring_the_old_name_back(db: PgPool) {
    let class = Class::new(TestApp::new(db), 1, &[("Quiz", "10", None)]).await;
    class.give(0, "Quiz", "9").await;
    let old = class.export().await;
    let column = class.book().await["assignments"][0]["id"].as_str().unwrap().to_owned();
    class.tina.put(&format!("/grades/assignments/{column}"), json!({ "name": "Test" })).await.expect(200);
    for query in ["", "?apply=true"] {
        let refused = class.import(query, old.clone()).await.expect(422);
        let error = &refused.body["errors"][0];
        assert_eq!((error["field"].as_str(), error["code"].as_str()), (Some("column 5"), Some("renamed")));
        assert_eq!(error["message"], "Quiz is called Test since this file was made; take a new export");
    }
    // A new column of that name is nobody's mistake.
    let new = class.export().await.replace("Test [quiz/10/]", "Quiz [quiz/10/]");
    let report = class.import("?apply=true", new).await.expect(200).body;
    assert_eq!((&report["written"], &report["new_assignments"]), (&json!(1), &json!(["Quiz"])));
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_name_with_a_formula_in_it_comes_back_as_it_was(db: PgPool) {
    let class = Class::new(TestApp::new(db), 1, &[("Lab; =2", "5", None)]).await;
    class.give(0, "Lab; =2", "3").await;
    let file = class.export().await;
    assert!(file.contains("Lab; '=2 [quiz/5/]"), "{file}");
    let report = class.import("?apply=true", file).await.expect(200).body;
    assert_eq!((&report["unchanged"], &report["new_assignments"]), (&json!(1), &json!([])));
}
