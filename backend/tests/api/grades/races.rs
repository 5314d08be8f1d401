//! Two at once, through two server processes.

use std::collections::HashMap;

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::PgPool;

use super::Class;
use crate::replicas::{Replica, send};
use crate::support::TestApp;

/// Two graders save the same fifty cells: each cell is one of theirs, and whoever lost it is told so, with both values.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn two_graders_of_the_same_fifty_cells_lose_nothing(db: PgPool) {
    let class = Class::new(TestApp::new(db), 50, &[("Quiz", "100", None)]).await;
    let replicas = [Replica::start(&class.uems.db).await, Replica::start(&class.uems.db).await];
    let client = crate::support::client();
    for round in 0..6 {
        let version = (round > 0).then_some(round);
        // They go through the class from different ends.
        let cells = |mine: i32, reversed: bool| {
            let mut cells: Vec<Value> = class.enrollments.iter().enumerate().map(|(index, id)| {
                json!({ "enrollment_id": id, "assignment_name": "Quiz", "score": index as i32 + mine, "version": version })
            }).collect();
            if reversed {
                cells.reverse();
            }
            json!({ "cells": cells })
        };
        let save = |replica: usize, body: Value| {
            let url = format!("{}/api/v1{}", replicas[replica].url, class.path("/bulk"));
            let who = if replica == 0 { &class.tina } else { &class.root };
            send(&client, Method::PUT, url, who, Some(body))
        };
        // Their values differ in every cell, and from those of the round before.
        let (low, high) = (2 * round, 2 * round + 1);
        let (first, second) = tokio::join!(save(0, cells(low, false)), save(1, cells(high, true)));
        assert_eq!((first.0, second.0), (200, 200), "{} {}", first.1, second.1);
        let mut written: HashMap<String, String> = HashMap::new();
        let mut refused = vec![];
        for cell in [&first.1, &second.1].into_iter().flat_map(|answer| answer["cells"].as_array().unwrap()) {
            let (id, given) = (cell["enrollment_id"].as_str().unwrap(), cell["given"].as_str().unwrap());
            match cell["verdict"].as_str().unwrap() {
                "written" => {
                    assert_eq!(written.insert(id.to_owned(), given.to_owned()), None, "written twice")
                }
                "stale" => refused.push((
                    id.to_owned(),
                    given.to_owned(),
                    cell["current"]["score"].as_str().unwrap().to_owned(),
                )),
                other => panic!("{other}: {cell}"),
            }
        }
        assert_eq!((written.len(), refused.len()), (50, 50));
        for (id, given, current) in refused {
            assert_eq!(written[&id], current, "the loser is shown what stands there");
            assert_ne!(given, current);
        }
        let book = class.book().await;
        for row in book["students"].as_array().unwrap() {
            let id = row["enrollment_id"].as_str().unwrap();
            assert_eq!(row["cells"][0]["score"], written[id], "what was acknowledged is there");
            assert_eq!(row["cells"][0]["version"], round + 1);
        }
    }
    assert_eq!(class.uems.count("select count(*) from grade_history").await, 6 * 50);
}

/// A final is what the marks were at one moment: a save either comes before it, and counts, or is refused.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_save_beside_a_submission_counts_or_is_refused(db: PgPool) {
    let class = Class::new(TestApp::new(db), 20, &[("Quiz", "100", None)]).await;
    for student in 0..20 {
        class.give(student, "Quiz", "50").await;
    }
    let replicas = [Replica::start(&class.uems.db).await, Replica::start(&class.uems.db).await];
    let client = crate::support::client();
    let cells: Vec<Value> = class
        .enrollments
        .iter()
        .map(|id| json!({ "enrollment_id": id, "assignment_name": "Quiz", "score": 90, "version": 1 }))
        .collect();
    let url = |replica: usize, rest: &str| format!("{}/api/v1{}", replicas[replica].url, class.path(rest));
    let book = class.book().await;
    let column = format!(
        "{}/api/v1/grades/assignments/{}",
        replicas[0].url,
        book["assignments"][0]["id"].as_str().unwrap()
    );
    let (saved, submitted, edited) = tokio::join!(
        send(&client, Method::PUT, url(0, "/bulk"), &class.tina, Some(json!({ "cells": cells }))),
        send(&client, Method::PUT, url(1, "/final"), &class.root, Some(json!({}))),
        send(&client, Method::PUT, column, &class.tina, Some(json!({ "max_score": 200 }))),
    );
    assert_eq!((saved.0, submitted.0), (200, 200), "{} {}", saved.1, submitted.1);
    assert!(matches!(edited.0, 200 | 409), "{}", edited.1);
    assert_eq!(submitted.1["submitted"], 20);
    let untrue = "select count(*) from grades g join final_grades f using (enrollment_id)
        where f.percent <> round(100 * g.score / g.max_score, 2)";
    assert_eq!(class.uems.count(untrue).await, 0);
    for cell in saved.1["cells"].as_array().unwrap() {
        assert!(["written", "locked"].contains(&cell["verdict"].as_str().unwrap()), "{cell}");
    }
    class.uems.assert_sound().await;
}
