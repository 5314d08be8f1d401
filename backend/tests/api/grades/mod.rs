//! Marks: cells, gradebooks, finals, changes of finals, files of marks.

mod bulk;
mod changes;
mod csv;
mod exact;
mod finals;
mod limits;
mod marks;
mod races;
mod reads;
mod sizes;

use serde_json::{Value, json};
use uems::ids::{CourseId, EnrollmentId};

use crate::support::{Actor, TestApp};

/// A gradebook for sweeps: a marked column, an empty one, and a second student who has completed the course.
pub struct Marks {
    grade: String,
    assignment: String,
    empty: String,
    completed: String,
    request: String,
}

impl Marks {
    pub async fn set(uems: &TestApp, course: CourseId, enrollment: &str) -> Self {
        let name = EnrollmentId::new().to_string();
        let (dan, tess) =
            (uems.student(&format!("dan-{name}")).await, uems.teacher(&format!("tess-{name}")).await);
        let (assignment, empty) = (column(uems, course, "Quiz 1").await, column(uems, course, "Empty").await);
        let completed: EnrollmentId = sqlx::query_scalar(
            "insert into enrollments (user_id, course_id, status) values ($1, $2, 'enrolled') returning id",
        )
        .bind(dan.id)
        .bind(course)
        .fetch_one(&uems.db)
        .await
        .unwrap();
        let grade = mark(uems, course, enrollment, "Quiz 1", "8").await;
        mark(uems, course, &completed.to_string(), "Quiz 1", "7").await;
        sqlx::query("update enrollments set status = 'completed', grade_final = 70 where id = $1")
            .bind(completed)
            .execute(&uems.db)
            .await
            .unwrap();
        let request: uuid::Uuid = sqlx::query_scalar(
            r#"insert into grade_change_requests (enrollment_id, course_id, reason, cells, filed_by)
               select $1, $2, 'misread', jsonb_build_array(jsonb_build_object('assignment_name', 'Quiz 1', 'score', '9.00',
                   'old_score', '7.00', 'old_version', 1)), $3 returning id"#,
        )
        .bind(completed)
        .bind(course)
        .bind(tess.id)
        .fetch_one(&uems.db)
        .await
        .unwrap();
        Self { grade, assignment, empty, completed: completed.to_string(), request: request.to_string() }
    }

    /// The path with the ids of these marks in it.
    pub fn address(&self, path: &str) -> String {
        let id = match path {
            "/grades/{id}" => &self.grade,
            "/grades/assignments/{id}" => &self.empty,
            "/grades/change-requests/{id}" => &self.request,
            _ => "{id}",
        };
        let path = path.replace("{id}", id);
        match path.ends_with("/change-requests") {
            true => path.replace("{enrollment_id}", &self.completed),
            false => path,
        }
    }

    /// A request that succeeds for somebody who may.
    pub fn body(&self, operation: &str, enrollment: &str) -> Option<Value> {
        let (method, path) = operation.split_once(' ').unwrap();
        let mut body = example(method, path)?;
        match path {
            "/grades" => body["enrollment_id"] = json!(enrollment),
            "/grades/course/{course_id}/bulk" => body["cells"][0]["enrollment_id"] = json!(enrollment),
            _ => {}
        }
        assert!(!self.assignment.is_empty());
        Some(body)
    }
}

/// A body each operation on marks accepts.
pub fn example(method: &str, path: &str) -> Option<Value> {
    Some(match (method, path) {
        ("POST", "/grades") => {
            json!({ "enrollment_id": EnrollmentId::new(), "assignment_name": "Empty", "score": "9.5" })
        }
        ("PUT", "/grades/{id}") => json!({ "score": 9 }),
        ("PUT", "/grades/course/{course_id}/bulk") => {
            let id = EnrollmentId::new();
            json!({ "cells": [{ "enrollment_id": id, "assignment_name": "Quiz 1", "score": 8, "version": 1 }] })
        }
        ("PUT", "/grades/course/{course_id}/final" | "/grades/enrollment/{enrollment_id}/final") => json!({}),
        ("POST", "/grades/course/{course_id}/assignments") => {
            json!({ "name": EnrollmentId::new(), "assignment_type": "quiz", "max_score": 10 })
        }
        ("PUT", "/grades/assignments/{id}") => json!({ "weight": "0.5" }),
        ("POST", "/grades/enrollment/{enrollment_id}/change-requests") => {
            json!({ "reason": "misread", "cells": [{ "assignment_name": "Quiz 1", "score": 9 }] })
        }
        ("PUT", "/grades/change-requests/{id}") => json!({ "decision": "approve" }),
        _ => return None,
    })
}

async fn column(uems: &TestApp, course: CourseId, name: &str) -> String {
    column_with(uems, course, name, "10", None).await
}

/// A column of a gradebook, stored directly.
pub async fn column_with(
    uems: &TestApp,
    course: CourseId,
    name: &str,
    max: &str,
    weight: Option<&str>,
) -> String {
    let id: uuid::Uuid = sqlx::query_scalar(
        "insert into assignments (course_id, name, assignment_type, max_score, weight, position)
         values ($1, $2, 'quiz', $3::numeric, $4::numeric,
             (select count(*) from assignments where course_id = $1)) returning id",
    )
    .bind(course)
    .bind(name)
    .bind(max)
    .bind(weight)
    .fetch_one(&uems.db)
    .await
    .unwrap();
    id.to_string()
}

/// A mark, stored directly.
async fn mark(uems: &TestApp, course: CourseId, enrollment: &str, assignment: &str, score: &str) -> String {
    let id: uuid::Uuid = sqlx::query_scalar(
        "insert into grades (enrollment_id, course_id, assignment_name, score)
         values ($1::uuid, $2, $3, $4::numeric) returning id",
    )
    .bind(enrollment)
    .bind(course)
    .bind(assignment)
    .bind(score)
    .fetch_one(&uems.db)
    .await
    .unwrap();
    id.to_string()
}

/// A class: a teacher with a course, its columns, and so many students in it.
pub struct Class {
    pub uems: TestApp,
    pub tina: Actor,
    pub root: Actor,
    pub course: CourseId,
    pub students: Vec<Actor>,
    /// Of the students, in their order.
    pub enrollments: Vec<String>,
}

impl Class {
    /// `columns`: name, maximum, weight.
    pub async fn new(uems: TestApp, students: usize, columns: &[(&str, &str, Option<&str>)]) -> Self {
        let (tina, root) = (uems.teacher("tina").await, uems.admin("root").await);
        let course = uems.course_of("CS101", 500, json!({}), Some(&tina)).await;
        for (name, max, weight) in columns {
            column_with(&uems, course, name, max, *weight).await;
        }
        let mut class = Self { uems, tina, root, course, students: vec![], enrollments: vec![] };
        for number in 0..students {
            let student = class.uems.student(&format!("student{number:03}")).await;
            class.enrollments.push(student.enroll(course).await.expect(201).id());
            class.students.push(student);
        }
        class
    }

    pub fn path(&self, rest: &str) -> String {
        format!("/grades/course/{}{rest}", self.course)
    }

    /// One cell through the bulk door.
    pub async fn give(&self, student: usize, assignment: &str, score: &str) -> Value {
        let cell = json!({ "enrollment_id": self.enrollments[student], "assignment_name": assignment, "score": score });
        let saved = self.tina.put(&self.path("/bulk"), json!({ "cells": [cell] })).await.expect(200);
        saved.body["cells"][0].clone()
    }

    pub async fn book(&self) -> Value {
        self.tina.get(&self.path("")).await.expect(200).body
    }

    /// An enrolment's marks, as the admin sees them.
    pub async fn of(&self, student: usize) -> Value {
        self.root.get(&format!("/grades/enrollment/{}", self.enrollments[student])).await.expect(200).body
    }

    /// What the history keeps of an enrolment, oldest first: `kind assignment old>new by reason`.
    pub async fn history(&self, student: usize) -> Vec<String> {
        let path = format!("/grades/enrollment/{}/history?page_size=100", self.enrollments[student]);
        let page = self.root.get(&path).await.expect(200).body;
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let line = |change: &Value| {
            let by = text(&change["by"]["full_name"]).replace(" Example", "");
            let [kind, name, old, new, reason] =
                ["kind", "assignment_name", "old_score", "new_score", "reason"]
                    .map(|field| text(&change[field]));
            format!("{kind} {name} {old}>{new} {by} {reason}")
        };
        page["items"].as_array().unwrap().iter().rev().map(line).collect()
    }
}
