//! Whatever is sent, by whomever: never a 5xx, always problem details with a stable code and the request's id, and
//! nothing of the input or of our insides in them.

mod addresses;
mod bodies;
mod headers;
mod random;

use std::sync::atomic::{AtomicU32, Ordering};

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use uems::ids::{ChargeId, CourseId, EnrollmentId, PaymentId, UserId};
use uuid::Uuid;

use crate::grades::Marks;
use crate::openapi::operations;
use crate::support::{Actor, Answer, TestApp};

/// Stands in what is sent, and may not come back in a failure.
const CANARY: &str = "CANARYzq7";

/// Words of the inside that no answer may contain.
const INSIDES: [&str; 11] = [
    "sqlx",
    "postgres",
    "select ",
    "insert into",
    "constraint",
    "relation",
    "panicked",
    "src/",
    "serde",
    "Deserializ",
    "$argon2",
];

static NEXT: AtomicU32 = AtomicU32::new(1);

/// A request that can be as wrong as one likes.
#[derive(Clone, Debug)]
struct Shot {
    method: String,
    uri: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

impl Shot {
    fn new(method: &str, path: &str) -> Self {
        Self { method: method.to_owned(), uri: format!("/api/v1{path}"), headers: vec![], body: vec![] }
    }

    /// Replaces a header of that name.
    fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    fn json(self, body: &Value) -> Self {
        self.bytes(body.to_string())
    }

    /// As JSON, whatever it is.
    fn bytes(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header("content-type", "application/json")
    }
}

/// Fires shots at a server on behalf of an admin, who gets furthest, and notes what is not as it must be.
struct Range {
    root: Actor,
    targets: Targets,
    wrong: Vec<String>,
}

/// Things that exist.
struct Targets {
    student: Actor,
    course: CourseId,
    enrollment: String,
    attendance: String,
    marks: Marks,
    payment: PaymentId,
    charge: ChargeId,
    event: String,
    difference: Uuid,
    feed: String,
}

impl Range {
    async fn open(uems: &TestApp) -> Self {
        let student = uems.student("ada").await;
        let course = uems.monday("CS101", 9, "09:00-11:00").await;
        let enrollment = student.enroll(course).await.expect(201).id();
        let attendance = uems.marked(&enrollment).await;
        let feed = uems.feed_of(student.id).await;
        let marks = Marks::set(uems, course, &enrollment).await;
        let (payment, charge) = crate::payments::settled(uems, student.id).await;
        let (event, difference) = crate::payments_cases::open_cases(uems, payment).await;
        Self {
            root: uems.admin("root").await,
            targets: Targets {
                student,
                course,
                enrollment,
                attendance,
                feed,
                marks,
                payment,
                charge,
                event,
                difference,
            },
            wrong: vec![],
        }
    }

    /// The address of an operation, of things that exist.
    fn address(&self, path: &str) -> String {
        let Targets {
            student,
            course,
            enrollment,
            attendance,
            feed,
            marks,
            payment,
            charge,
            event,
            difference,
        } = &self.targets;
        let id = match path.split('/').nth(1) {
            _ if path.starts_with("/payments/events/") => event.clone(),
            _ if path.starts_with("/payments/differences/") => difference.to_string(),
            Some("users") => student.id.to_string(),
            Some("attendance") => attendance.clone(),
            Some("payments") => payment.to_string(),
            Some("charges") => charge.to_string(),
            _ => course.to_string(),
        };
        let path = marks.address(path);
        let path = path.replace("{id}", &id).replace("{enrollment_id}", enrollment);
        let path = path.replace("{course_id}", &course.to_string()).replace("{token}", feed);
        path.replace("{year}", "2025").replace("{semester}", "fall")
    }

    /// A good body about what exists, with something in each of its arrays.
    fn good(&self, method: &str, path: &str) -> Value {
        let Targets { student, course, enrollment, .. } = &self.targets;
        let mut body = good_body(method, path);
        match path {
            "/grades/course/{course_id}/bulk" => body["cells"][0]["enrollment_id"] = json!(enrollment),
            "/grades/course/{course_id}/final" => body["enrollment_ids"] = json!([EnrollmentId::new()]),
            "/attendance/course/{course_id}/bulk" => body["records"][0]["enrollment_id"] = json!(enrollment),
            "/courses/validate-schedule" => body["course_ids"] = json!([course]),
            "/enrollments/cart" => body = json!({ "course_ids": [course], "user_id": student.id }),
            _ => {}
        }
        body
    }

    /// Fires; the answer must be sane. Returns it for what else must hold.
    async fn fire(&mut self, shot: &Shot) -> Answer {
        let id = format!("shot-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let mut request = Request::builder().method(&*shot.method).uri(&shot.uri).header("x-request-id", &id);
        if !shot.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization")) {
            request =
                request.header("authorization", format!("Bearer {}", self.root.token.as_ref().unwrap()));
        }
        for (name, value) in &shot.headers {
            request = request.header(name, &value[..]);
        }
        let request = request
            .body(Body::from(shot.body.clone()))
            .unwrap_or_else(|error| panic!("{shot:.200?}: {error}"));
        let answer = self.root.uems.send(request).await;
        if let Err(fault) = sane(&answer, &id) {
            let sent = String::from_utf8_lossy(&shot.body).chars().take(200).collect::<String>();
            let uri = shot.uri.chars().take(200).collect::<String>();
            let got = answer.text.chars().take(400).collect::<String>();
            self.wrong.push(format!("{} {uri} {sent}\n    {fault}: {} {got}", shot.method, answer.status));
        }
        answer
    }

    /// Fires a shot that must be answered with one of these.
    async fn expect(&mut self, shot: &Shot, expected: &[u16]) -> Answer {
        let answer = self.fire(shot).await;
        if !expected.contains(&answer.status.as_u16()) {
            let sent = String::from_utf8_lossy(&shot.body).chars().take(120).collect::<String>();
            let uri = shot.uri.chars().take(120).collect::<String>();
            self.wrong.push(format!(
                "{} {uri} {sent}\n    not {expected:?}: {} {}",
                shot.method, answer.status, answer.text
            ));
        }
        answer
    }

    #[track_caller]
    fn close(self) {
        assert!(
            self.wrong.is_empty(),
            "{} of the answers were wrong:\n{}",
            self.wrong.len(),
            self.wrong.join("\n")
        );
    }
}

/// Whether an answer is one that a stranger may get.
fn sane(answer: &Answer, id: &str) -> Result<(), String> {
    let header =
        |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if header("x-request-id") != id {
        return Err(format!("X-Request-ID is {:?}", header("x-request-id")));
    }
    if answer.status.is_server_error() {
        return Err("server error".to_owned());
    }
    if !answer.status.is_client_error() {
        return Ok(());
    }
    if header("content-type") != "application/problem+json" {
        return Err(format!("Content-Type is {:?}", header("content-type")));
    }
    let body = &answer.body;
    let code = body["code"].as_str().unwrap_or_default();
    let complete = body["request_id"] == id
        && body["status"] == answer.status.as_u16()
        && body["title"].is_string()
        && body["detail"].as_str().is_some_and(|detail| detail.len() > 10)
        && body["type"] == format!("urn:uems:problem:{code}")
        && !code.is_empty();
    if !complete {
        return Err("incomplete problem details".to_owned());
    }
    if answer.status == StatusCode::UNPROCESSABLE_ENTITY && code == "validation_failed" {
        let named = body["errors"].as_array().is_some_and(|errors| {
            !errors.is_empty()
                && errors.iter().all(|error| error["message"].as_str().is_some_and(|text| !text.is_empty()))
        });
        if !named {
            return Err("no field errors".to_owned());
        }
    }
    if let Some(word) = INSIDES.iter().chain([&CANARY]).find(|word| answer.text.contains(**word)) {
        return Err(format!("says {word:?}"));
    }
    Ok(())
}

/// A body each operation with a body accepts.
fn good_body(method: &str, path: &str) -> Value {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let email = format!("new-{number}@example.edu");
    match (method, path) {
        ("POST", "/auth/register") => {
            json!({ "email": email, "password": "correct horse battery", "full_name": "New" })
        }
        ("POST", "/auth/login") => json!({ "email": email, "password": "correct horse battery" }),
        ("POST", "/auth/refresh") => json!({ "refresh_token": "none" }),
        ("POST", "/users") => json!({ "email": email, "role": "teacher", "full_name": "New" }),
        ("PUT", "/users/{id}") => json!({ "full_name": "Ada" }),
        ("POST", "/courses") => {
            let section = format!("n{number}");
            json!({ "code": "CS102", "section": section, "name": "Analysis", "capacity": 9, "credits": 4, "semester": "fall", "year": 2025, "schedule": {} })
        }
        ("POST", "/courses/validate-schedule") => json!({ "course_ids": [] }),
        ("PUT", "/courses/{id}") => json!({ "description": "About" }),
        ("POST", "/courses/{id}/enroll") => json!({ "waitlist": true }),
        ("POST", "/enrollments/swap") => json!({ "drop": CourseId::new(), "take": CourseId::new() }),
        ("POST", "/enrollments/cart") => json!({ "course_ids": [CourseId::new()] }),
        ("POST", "/attendance") => {
            json!({ "enrollment_id": EnrollmentId::new(), "date": "2025-09-08", "status": "late" })
        }
        ("PUT", "/attendance/{id}") => json!({ "status": "late" }),
        ("PUT", "/attendance/course/{course_id}/bulk") => {
            json!({ "date": "2025-09-08", "records": [{ "enrollment_id": EnrollmentId::new(), "status": "late" }] })
        }
        ("POST", "/payments/create-intent") => {
            json!({ "amount": "10.00", "payment_type": "fees", "user_id": UserId::new() })
        }
        ("POST", "/payments/reconciliation") => json!({ "apply": false }),
        ("POST", "/payments/events/{id}/resolve" | "/payments/differences/{id}/resolve") => {
            json!({ "reason": "seen to" })
        }
        ("POST", "/payments/{id}/refund") => json!({ "amount": "0.01", "reason": "asked for" }),
        ("POST", "/charges") => json!({ "user_id": UserId::new(), "kind": "fees", "amount": "10.00" }),
        ("POST", "/charges/assess") => {
            json!({ "semester": "fall", "year": 2025, "kind": "fees", "basis": "flat", "amount": 10 })
        }
        ("POST", "/charges/{id}/waive") => json!({ "amount": "0.01", "reason": "scholarship" }),
        ("PUT", "/terms/{year}/{semester}") => json!({}),
        (method, path) if path.starts_with("/grades") => crate::grades::example(method, path)
            .unwrap_or_else(|| panic!("{method} {path} takes a body: give an example of one in `grades`")),
        ("POST", "/transcripts/verify") => json!({ "code": "UEMS1.x.y", "transcript": {} }),
        _ => panic!("{method} {path} takes a body: give an example of one here"),
    }
}

/// Operations with a body: method, path, names of the fields.
fn operations_with_body() -> Vec<(String, String, Vec<String>)> {
    let document = crate::openapi::document();
    let bodies = bodies().into_iter();
    bodies.map(|(method, path, schema)| (method, path, fields(resolved(&document, &schema)))).collect()
}

/// Arrays among the fields of bodies: method, path, name of the array, names of its elements' fields.
fn arrays_in_bodies() -> Vec<(String, String, String, Vec<String>)> {
    let document = crate::openapi::document();
    let mut arrays = vec![];
    for (method, path, schema) in bodies() {
        let schema = resolved(&document, &schema);
        for field in fields(schema) {
            let field_schema = resolved(&document, &schema["properties"][&field]);
            if let Some(items) = field_schema.get("items") {
                arrays.push((method.clone(), path.clone(), field, fields(resolved(&document, items))));
            }
        }
    }
    arrays
}

/// Operations that take JSON, with its schema.
fn bodies() -> Vec<(String, String, Value)> {
    let operations = operations().into_iter();
    let of_json = operations.filter_map(|(method, path, operation)| {
        let json = operation["requestBody"]["content"].get("application/json")?;
        Some((method, path, json["schema"].clone()))
    });
    of_json.collect()
}

/// What a schema refers to.
fn resolved<'a>(document: &'a Value, mut schema: &'a Value) -> &'a Value {
    loop {
        let next = schema["oneOf"]
            .as_array()
            .and_then(|choices| choices.iter().find(|choice| choice.get("$ref").is_some()));
        schema = match (schema["$ref"].as_str(), next) {
            (Some(reference), _) => document.pointer(&reference[1..]).unwrap(),
            (None, Some(choice)) => choice,
            (None, None) => return schema,
        };
    }
}

fn fields(schema: &Value) -> Vec<String> {
    schema["properties"].as_object().map(|fields| fields.keys().cloned().collect()).unwrap_or_default()
}
