//! Gradebooks of any size, made in bulk: for tests and for the benchmark.

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, header};
use serde_json::{Value, json};
use uems::ids::CourseId;

use crate::support::{Actor, Answer, TestApp};

/// What a bad cell says, and why it is rejected.
const BAD: [(&str, &str); 4] =
    [("-1", "out_of_range"), ("10.01", "score_above_max"), ("x", "invalid"), ("1.005", "too_precise")];

/// Sends a file on behalf of somebody.
pub async fn send_csv(actor: &Actor, path: &str, text: impl Into<Body>) -> Answer {
    let mut request =
        Request::post(format!("/api/v1{path}")).header(header::CONTENT_TYPE, "text/csv; charset=utf-8");
    if let Some(token) = &actor.token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let mut request = request.body(text.into()).unwrap();
    request.extensions_mut().insert(ConnectInfo(std::net::SocketAddr::from(([127, 0, 0, 1], 4000))));
    actor.uems.send(request).await
}

/// A course with its teacher, its columns (each of 10 points, all of the same weight) and its students.
pub struct Large {
    pub tina: Actor,
    pub course: CourseId,
    pub columns: Vec<String>,
    /// By the students' numbers.
    pub enrollments: Vec<String>,
}

/// A file of marks for all of it.
pub struct MarksFile {
    pub text: String,
    /// Line, column, what stands there and why it is rejected.
    pub bad: Vec<(usize, usize, &'static str, &'static str)>,
    /// What the others sum to, in hundredths.
    pub sum: i64,
}

impl Large {
    pub async fn of(uems: &TestApp, name: &str, students: usize, columns: usize) -> Self {
        let tina = uems.teacher(&format!("tina-{name}")).await;
        let course = uems.course_of("CS500", 9999, json!({}), Some(&tina)).await;
        let columns: Vec<String> = (1..=columns).map(|number| format!("Task {number:02}")).collect();
        sqlx::query(
            "insert into assignments (course_id, name, assignment_type, max_score, weight, position)
             select $1, name, 'homework', 10, 0.025, number from unnest($2::text[]) with ordinality as c (name, number)",
        )
        .bind(course)
        .bind(&columns)
        .execute(&uems.db)
        .await
        .unwrap();
        let enrollments = sqlx::query_scalar(
            "with s as (insert into users (email, password_hash, role, full_name, student_id)
                 select $2 || n || '@example.edu', '!', 'student', 'S ' || to_char(n, 'FM0000'), $2 || n
                 from generate_series(1, $3) n returning id, full_name),
             e as (insert into enrollments (user_id, course_id, status) select id, $1, 'enrolled' from s
                 returning id, user_id)
             select e.id::text from e join s on s.id = e.user_id order by s.full_name",
        )
        .bind(course)
        .bind(format!("{name}-"))
        .bind(students as i32)
        .fetch_all(&uems.db)
        .await
        .unwrap();
        sqlx::query("update courses set enrolled_count = $2 where id = $1")
            .bind(course)
            .bind(students as i32)
            .execute(&uems.db)
            .await
            .unwrap();
        Self { tina, course, columns, enrollments }
    }

    pub fn path(&self, rest: &str) -> String {
        format!("/grades/course/{}{rest}", self.course)
    }

    /// One column for everybody, as a body to save.
    pub fn column(&self, column: usize, score: &str, version: Option<i32>) -> Value {
        let cell = |id: &String| json!({ "enrollment_id": id, "assignment_name": self.columns[column], "score": score, "version": version });
        json!({ "cells": self.enrollments.iter().map(cell).collect::<Vec<_>>() })
    }

    /// Marks for everybody in every column; of a hundred cells one is bad, or none.
    pub fn file(&self, with_bad_ones: bool) -> MarksFile {
        let mut file =
            MarksFile { text: format!("enrollment_id,{}\n", self.columns.join(",")), bad: vec![], sum: 0 };
        for (row, id) in self.enrollments.iter().enumerate() {
            file.text += id;
            for column in 0..self.columns.len() {
                let number = row * self.columns.len() + column;
                file.text.push(',');
                if with_bad_ones && number % 100 == 37 + number / 100 % 7 {
                    let (value, code) = BAD[number / 100 % BAD.len()];
                    file.bad.push((row + 2, column + 2, value, code));
                    file.text += value;
                } else {
                    let hundredths = number * 7 % 1001;
                    file.sum += hundredths as i64;
                    file.text += &format!("{}.{:02}", hundredths / 100, hundredths % 100);
                }
            }
            file.text.push('\n');
        }
        file
    }

    pub async fn import(&self, query: &str, text: &str) -> Answer {
        send_csv(&self.tina, &self.path(&format!("/csv{query}")), text.to_owned()).await
    }
}

impl MarksFile {
    /// Fails unless a report names exactly the bad cells, each with what stands there and why.
    pub fn assert_named(&self, report: &Value) {
        let told: Vec<_> = report["rejected_cells"].as_array().unwrap().iter().map(told).collect();
        let bad: Vec<_> = self
            .bad
            .iter()
            .map(|(line, column, value, code)| {
                (*line as u64, *column as u64, (*value).to_owned(), (*code).to_owned())
            })
            .collect();
        assert_eq!(told, bad);
        assert_eq!(report["rejected"], bad.len());
    }
}

fn told(cell: &Value) -> (u64, u64, String, String) {
    let number = |field: &str| cell[field].as_u64().unwrap_or_default();
    let text = |field: &str| cell[field].as_str().unwrap_or_default().to_owned();
    (number("line"), number("column"), text("value"), text("code"))
}
