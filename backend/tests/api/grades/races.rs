//! Two at once, through two server processes.

use std::collections::HashMap;

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::PgPool;

use super::Class;
use crate::large::send_csv;
use crate::replicas::{Replica, send};
use crate::support::{Actor, TestApp};

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

/// Two servers, for a race between two writers of the same class.
struct Pair {
    class: Class,
    replicas: [Replica; 2],
    client: reqwest::Client,
}

impl Pair {
    async fn of(db: PgPool, students: usize) -> Self {
        let class = Class::new(TestApp::new(db), students, &[("Quiz", "100", None)]).await;
        let replicas = [Replica::start(&class.uems.db).await, Replica::start(&class.uems.db).await];
        Self { class, replicas, client: crate::support::client() }
    }

    async fn send(
        &self,
        replica: usize,
        method: Method,
        path: &str,
        by: &Actor,
        body: Value,
    ) -> (u16, Value) {
        let url = format!("{}/api/v1{path}", self.replicas[replica].url);
        send(&self.client, method, url, by, Some(body)).await
    }

    /// A file of marks, through the first replica.
    async fn import(&self, query: &str, file: String) -> (u16, Value) {
        let url = format!("{}/api/v1{}", self.replicas[0].url, self.class.path(&format!("/csv{query}")));
        let request = self.client.post(url).bearer_auth(self.class.tina.token.as_ref().unwrap());
        let answer = request.header("content-type", "text/csv").body(file).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// Score and version of each student's mark.
    async fn standing(&self) -> HashMap<String, (String, i64)> {
        let book = self.class.book().await;
        let of = |row: &Value| {
            let (id, cell) = (row["enrollment_id"].as_str().unwrap(), &row["cells"][0]);
            let standing = (cell["score"].as_str().unwrap().to_owned(), cell["version"].as_i64().unwrap());
            (id.to_owned(), standing)
        };
        book["students"].as_array().unwrap().iter().map(of).collect()
    }

    async fn kept(&self) -> i64 {
        self.class.uems.count("select count(*) from grade_history").await
    }
}

/// Hundredths and all, as answers write it.
fn written(score: i32) -> String {
    format!("{score}.00")
}

/// A file and a save of the same cells, twenty times: each cell is one of theirs, and the other is told both values.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_file_beside_a_save_of_the_same_cells_loses_nothing(db: PgPool) {
    let pair = Pair::of(db, 20).await;
    let class = &pair.class;
    for round in 0..20 {
        let (low, high) = (2 * round, 2 * round + 1);
        let seen = class.tina.get(&class.path("/csv")).await.expect(200).text;
        let as_of = send_csv(&class.tina, &class.path("/csv"), seen).await.expect(200).body["as_of"].clone();
        let mut file = "enrollment_id,as_of,Quiz\n".to_owned();
        for id in &class.enrollments {
            file += &format!("{id},{as_of},{low}\n");
        }
        let version = (round > 0).then_some(round);
        let cells: Vec<Value> = class
            .enrollments
            .iter()
            .rev()
            .map(|id| json!({ "enrollment_id": id, "assignment_name": "Quiz", "score": high, "version": version }))
            .collect();
        let (bulk, body) = (class.path("/bulk"), json!({ "cells": cells }));
        let (imported, saved) = tokio::join!(
            pair.import("?apply=true", file),
            pair.send(1, Method::PUT, &bulk, &class.root, body)
        );
        assert_eq!((imported.0, saved.0), (200, 200), "{} {}", imported.1, saved.1);
        let standing = pair.standing().await;
        let told = |list: &Value| list.as_array().unwrap().clone();
        for cell in told(&saved.1["cells"]) {
            let (score, version) = &standing[cell["enrollment_id"].as_str().unwrap()];
            assert_eq!(*version, i64::from(round) + 1);
            match cell["verdict"].as_str().unwrap() {
                "written" => assert_eq!(*score, written(high)),
                "stale" => {
                    assert_eq!(*score, written(low), "round {round}");
                    assert_eq!(
                        (&cell["given"], &cell["current"]["score"]),
                        (&json!(written(high)), &json!(score))
                    );
                }
                other => panic!("{other}: {cell}"),
            }
        }
        for cell in told(&imported.1["rejected_cells"]) {
            assert_eq!((&cell["code"], &cell["value"]), (&json!("stale"), &json!(low.to_string())));
            assert_eq!(cell["current"]["score"], written(high), "{cell}");
        }
        let (took, lost) =
            (imported.1["written"].as_i64().unwrap(), imported.1["rejected"].as_i64().unwrap());
        let saved = saved.1["written"].as_i64().unwrap();
        assert_eq!((took + saved, took + lost), (20, 20), "{}", imported.1);
        assert_eq!(pair.kept().await, 20 * (i64::from(round) + 1), "every write is in the history");
    }
}

/// An edit of one mark and a save of the same cell: one of them counts, the other is told what stands there.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn an_edit_beside_a_save_of_the_same_mark_loses_nothing(db: PgPool) {
    let pair = Pair::of(db, 1).await;
    let (class, id) = (&pair.class, &pair.class.enrollments[0]);
    let grade = class.give(0, "Quiz", "100").await["id"].as_str().unwrap().to_owned();
    for round in 0..20 {
        let (low, high, version) = (2 * round, 2 * round + 1, round + 1);
        let url = format!("{}/api/v1/grades/{grade}", pair.replicas[0].url);
        let edit = pair
            .client
            .put(url)
            .bearer_auth(class.tina.token.as_ref().unwrap())
            .header("if-match", format!("\"{version}\""))
            .json(&json!({ "score": low }));
        let edit = async {
            let answer = edit.send().await.unwrap();
            (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
        };
        let cell =
            json!({ "enrollment_id": id, "assignment_name": "Quiz", "score": high, "version": version });
        let (bulk, body) = (class.path("/bulk"), json!({ "cells": [cell] }));
        let (edited, saved) = tokio::join!(edit, pair.send(1, Method::PUT, &bulk, &class.root, body));
        let standing = pair.standing().await[id].clone();
        let told = &saved.1["cells"][0];
        match (edited.0, told["verdict"].as_str().unwrap()) {
            (200, "stale") => {
                assert_eq!(standing.0, written(low));
                assert_eq!(
                    (&told["given"], &told["current"]["score"]),
                    (&json!(written(high)), &json!(written(low)))
                );
            }
            (412, "written") => {
                assert_eq!(standing.0, written(high));
                assert_eq!(edited.1["current"]["score"], written(high), "{}", edited.1);
            }
            both => panic!("{both:?}: {} {}", edited.1, saved.1),
        }
        assert_eq!((standing.1, pair.kept().await), (i64::from(version) + 1, i64::from(version) + 1));
    }
}

/// Two give the same mark for the first time: one gives it, the other is told which one stands there.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn of_two_who_give_the_same_mark_one_gives_it(db: PgPool) {
    let pair = Pair::of(db, 20).await;
    let class = &pair.class;
    for (round, id) in class.enrollments.iter().enumerate() {
        // A column for each round too: both would make it.
        let mark = |score: i32| {
            json!({ "enrollment_id": id, "assignment_name": format!("Task {round}"), "assignment_type": "quiz",
                "max_score": 100, "score": score })
        };
        let (one, other) = tokio::join!(
            pair.send(0, Method::POST, "/grades", &class.tina, mark(10)),
            pair.send(1, Method::POST, "/grades", &class.root, mark(20)),
        );
        let (made, refused) = if one.0 == 201 { (one, other) } else { (other, one) };
        assert_eq!((made.0, refused.0), (201, 409), "{} {}", made.1, refused.1);
        assert_eq!(
            (&refused.1["code"], &refused.1["current"]["score"]),
            (&json!("grade_exists"), &made.1["score"])
        );
        let stored = class.of(round).await["grades"].clone();
        assert_eq!((stored.as_array().unwrap().len(), &stored[0]["score"]), (1, &made.1["score"]));
        assert_eq!((class.history(round).await.len(), pair.kept().await), (1, round as i64 + 1));
    }
    assert_eq!(class.uems.count("select count(*) from assignments").await, 21);
}
