//! Migrations that carry rows along: what an older version left is what the next one finds.

use std::collections::BTreeSet;

use serde_json::json;
use sqlx::PgPool;
use sqlx::migrate::Migrator;
use uems::MIGRATOR;
use uems::ids::CourseId;

use crate::support::TestApp;

async fn migrate_to(db: &PgPool, version: i64) {
    let migrations: Vec<_> =
        MIGRATOR.migrations.iter().filter(|migration| migration.version <= version).cloned().collect();
    Migrator { migrations: migrations.into(), ..Migrator::DEFAULT }.run(db).await.unwrap();
}

/// Student, name, type, score, maximum, weight, age in days.
type OldMark = (usize, &'static str, &'static str, &'static str, &'static str, Option<&'static str>, i32);

/// Marks of before there were assignments: name, type, score, maximum, weight and age said by each of them, and one
/// name may stand twice for one student, or for different things.
const OLD_MARKS: [OldMark; 9] = [
    (0, "Quiz 1", "quiz", "8", "10", Some("0.25"), 9),
    (1, "Quiz 1", "quiz", "7.5", "10", Some("0.25"), 8),
    // Marked again, with another weight: the newer one stands.
    (1, "Quiz 1", "quiz", "9", "10", Some("0.30"), 2),
    // Out of more points than the newest says.
    (2, "Quiz 1", "homework", "19.99", "20", None, 5),
    (0, "Essay", "homework", "0", "0.01", None, 7),
    (2, "Essay", "project", "40", "50", None, 3),
    (0, "Exam", "final", "100", "100", Some("1"), 1),
    // Twice at the same moment.
    (2, "Exam", "final", "50", "100", Some("1"), 1),
    (2, "Exam", "final", "60", "100", Some("1"), 1),
];

#[sqlx::test(migrations = false)]
async fn marks_of_before_assignments_are_carried_along(db: PgPool) {
    migrate_to(&db, 6).await;
    let uems = TestApp::new(db.clone());
    let (tina, root) = (uems.teacher("tina").await, uems.admin("root").await);
    let course = uems.course_of("CS101", 9, json!({}), Some(&tina)).await;
    let mut places: Vec<uuid::Uuid> = vec![];
    for name in ["ada", "bob", "cy"] {
        let student = uems.student(name).await;
        let sql =
            "insert into enrollments (user_id, course_id, status) values ($1, $2, 'enrolled') returning id";
        places.push(sqlx::query_scalar(sql).bind(student.id).bind(course).fetch_one(&db).await.unwrap());
    }
    for (student, name, kind, score, max, weight, age) in OLD_MARKS {
        sqlx::query(
            "insert into grades (enrollment_id, assignment_name, assignment_type, score, max_score, weight, graded_at, graded_by, comments)
             values ($1, $2, $3, $4::numeric, $5::numeric, $6::numeric, timestamptz '2025-10-01' - make_interval(days => $7), $8, 'as it was')",
        )
        .bind(places[student])
        .bind(name)
        .bind(kind)
        .bind(score)
        .bind(max)
        .bind(weight)
        .bind(age)
        .bind(tina.id)
        .execute(&db)
        .await
        .unwrap();
    }
    sqlx::query("update enrollments set status = 'completed', grade_final = 88.5 where id = $1")
        .bind(places[0])
        .execute(&db)
        .await
        .unwrap();
    let before = scores(&db).await;
    MIGRATOR.run(&db).await.unwrap();

    assert_eq!(scores(&db).await, before, "no mark and no score is lost or changed");
    assert_eq!(
        columns(&db, course).await,
        [
            "Quiz 1 quiz 19.99 0.30".to_owned(),
            "Essay project 50.00 -".to_owned(),
            "Exam final 100.00 1.00".to_owned(),
        ],
        "the newest says what it is, the best how much can be had; in the order they were first marked"
    );
    let odd = "select count(*) from grades g left join assignments a on a.course_id = g.course_id and a.name = g.assignment_name
        where a.id is null or (a.assignment_type, a.max_score, a.weight) is distinct from (g.assignment_type, g.max_score, g.weight)
            or g.score > g.max_score";
    assert_eq!(uems.count(odd).await, 0, "every mark agrees with its column");

    // The program goes on with them: the gradebook opens, marks can be changed, what is final is locked.
    let book = tina.get(&format!("/grades/course/{course}")).await.expect(200).body;
    assert_eq!(book["students"].as_array().unwrap().len(), 3);
    let cell = &book["students"][1]["cells"][0];
    assert_eq!((&cell["score"], &cell["comments"]), (&json!("9.00"), &json!("as it was")));
    let change = |place: usize| json!({ "cells": [{ "enrollment_id": places[place], "assignment_name": "Quiz 1", "score": 5, "version": 1 }] });
    let path = format!("/grades/course/{course}/bulk");
    assert_eq!(tina.put(&path, change(1)).await.expect(200).body["cells"][0]["verdict"], "written");
    assert_eq!(tina.put(&path, change(0)).await.expect(200).body["cells"][0]["verdict"], "locked");
    root.get(&format!("/grades/enrollment/{}", places[0])).await.expect(200);
}

/// How often which score stands for whom.
async fn scores(db: &PgPool) -> Vec<(uuid::Uuid, String, String, Option<String>)> {
    let sql = "select enrollment_id, score::text, graded_at::text, comments from grades order by 1, 2, 3, 4";
    sqlx::query_as(sql).fetch_all(db).await.unwrap()
}

/// The columns in their order, without those of marks that another of the same name replaced; those are checked here.
async fn columns(db: &PgPool, course: CourseId) -> Vec<String> {
    let sql = "select concat_ws(' ', name, assignment_type, max_score, coalesce(weight::text, '-')) from assignments where course_id = $1 order by position";
    let all: Vec<String> = sqlx::query_scalar(sql).bind(course).fetch_all(db).await.unwrap();
    let (older, columns): (Vec<_>, Vec<_>) = all.into_iter().partition(|column| column.contains(" (older, "));
    let names: BTreeSet<&str> = older.iter().filter_map(|column| column.split(" (").next()).collect();
    assert_eq!((older.len(), names), (2, BTreeSet::from(["Exam", "Quiz 1"])));
    columns
}
