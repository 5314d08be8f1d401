//! Who may do what: every operation of the document × every kind of caller, on real rows. An operation without a
//! row fails, and so does a row without an operation.

use std::collections::BTreeSet;

use axum::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};
use sqlx::PgPool;
use uems::auth::Tokens;
use uems::ids::{ChargeId, CourseId, PaymentId, SessionId, UserId};
use uuid::Uuid;

use crate::grades::Marks;
use crate::large::send_csv;
use crate::openapi::{is_documented, operations};
use crate::payments::settled;
use crate::payments_cases::open_cases;
use crate::support::{Actor, Answer, TestApp};

/// ada is the student in question, enrolled in the section in question, which tina teaches; bob and tom are a student
/// and a teacher who have nothing to do with it. Admins whose account is deactivated, whose token has expired or was
/// signed by somebody else are nobody.
///
/// A word after the path tells the variants of an operation apart, see [`Scene::body`].
const EXISTING: &str = "
                                           nobody  ada  bob tina  tom root gone expired foreign
POST   /auth/register                         201  201  201  201  201  201  201     201     201
POST   /auth/login                            200  200  200  200  200  200  200     200     200
POST   /auth/refresh                          200  200  200  200  200  200  200     200     200
GET    /auth/me                               401  200  200  200  200  200  401     401     401
POST   /auth/logout                           401  204  204  204  204  204  401     401     401
GET    /users                                 401  403  403  403  403  200  401     401     401
POST   /users                                 401  403  403  403  403  201  401     401     401
GET    /users/{id}                            401  200  404  200  404  200  401     401     401
PUT    /users/{id}                            401  200  404  404  404  200  401     401     401
PUT    /users/{id} role                       401  403  404  404  404  409  401     401     401
PUT    /users/{id} student_id                 401  403  404  404  404  200  401     401     401
PUT    /users/{id} email                      401  403  404  404  404  200  401     401     401
DELETE /users/{id}                            401  403  403  403  403  204  401     401     401
GET    /users/{id}/enrollments                401  200  404  200  404  200  401     401     401
GET    /courses                               401  200  200  200  200  200  401     401     401
POST   /courses                               401  403  403  403  403  201  401     401     401
GET    /courses/departments                   401  200  200  200  200  200  401     401     401
POST   /courses/validate-schedule             401  200  200  200  200  200  401     401     401
GET    /courses/{id}                          401  200  200  200  200  200  401     401     401
PUT    /courses/{id}                          401  403  403  200  403  200  401     401     401
PUT    /courses/{id} capacity                 401  403  403  403  403  200  401     401     401
PUT    /courses/{id} teacher_id               401  403  403  403  403  200  401     401     401
PUT    /courses/{id} is_active                401  403  403  403  403  200  401     401     401
DELETE /courses/{id}                          401  403  403  403  403  204  401     401     401
GET    /courses/{id}/enrollments              401  403  403  200  403  200  401     401     401
GET    /courses/{id}/roster.csv               401  403  403  200  403  200  401     401     401
GET    /courses/{id}/roster.csv dropped       401  403  403  403  403  200  401     401     401
POST   /courses/{id}/enroll                   401  409  201  403  403  409  401     401     401
POST   /courses/{id}/enroll bob               401  403  201  403  403  201  401     401     401
POST   /courses/{id}/enroll over_capacity     401  403  403  403  403  201  401     401     401
DELETE /courses/{id}/enroll/{enrollment_id}   401  200  404  403  403  200  401     401     401
POST   /enrollments/swap                      401  201  409  403  403  409  401     401     401
POST   /enrollments/swap ada                  401  201  403  403  403  201  401     401     401
POST   /enrollments/cart                      401  201  201  403  403  409  401     401     401
POST   /enrollments/cart bob                  401  403  201  403  403  201  401     401     401
POST   /attendance                            401  403  403  201  404  201  401     401     401
PUT    /attendance/{id}                       401  403  403  200  404  200  401     401     401
GET    /attendance/enrollment/{enrollment_id} 401  200  404  200  404  200  401     401     401
GET    /attendance/enrollment/{enrollment_id}/history 401 200 404 200 404 200 401   401     401
GET    /attendance/course/{course_id}         401  403  403  200  403  200  401     401     401
GET    /attendance/course/{course_id}/history 401  403  403  200  403  200  401     401     401
GET    /attendance/course/{course_id}/history student 401 403 403 200 403 200 401   401     401
PUT    /attendance/course/{course_id}/bulk    401  403  403  200  403  200  401     401     401
GET    /attendance/absences                   401  403  403  200  200  200  401     401     401
GET    /users/{id}/attendance                 401  200  404  200  404  200  401     401     401
GET    /users/{id}/grades                     401  200  404  200  404  200  401     401     401
GET    /grades/enrollment/{enrollment_id}     401  200  404  200  404  200  401     401     401
GET    /grades/enrollment/{enrollment_id}/history 401 200 404 200 404  200  401     401     401
PUT    /grades/enrollment/{enrollment_id}/final 401 403 403  200  404  200  401     401     401
POST   /grades/enrollment/{enrollment_id}/change-requests 401 403 403 201 404 201 401 401   401
POST   /grades                                401  403  403  201  404  201  401     401     401
PUT    /grades/{id}                           401  403  403  200  404  200  401     401     401
DELETE /grades/{id}                           401  403  403  403  403  204  401     401     401
GET    /grades/course/{course_id}             401  403  403  200  403  200  401     401     401
PUT    /grades/course/{course_id}/bulk        401  403  403  200  403  200  401     401     401
GET    /grades/course/{course_id}/csv         401  403  403  200  403  200  401     401     401
POST   /grades/course/{course_id}/csv         401  403  403  200  403  200  401     401     401
PUT    /grades/course/{course_id}/final       401  403  403  200  403  200  401     401     401
POST   /grades/course/{course_id}/assignments 401  403  403  201  403  201  401     401     401
PUT    /grades/assignments/{id}               401  403  403  200  404  200  401     401     401
DELETE /grades/assignments/{id}               401  403  403  204  404  204  401     401     401
GET    /grades/change-requests                401  403  403  200  200  200  401     401     401
PUT    /grades/change-requests/{id}           401  403  403  403  403  200  401     401     401
POST   /users/{id}/calendar-feed              401  201  404  404  404  404  401     401     401
GET    /users/{id}/calendar-feed              401  200  404  404  404  404  401     401     401
DELETE /users/{id}/calendar-feed              401  204  404  404  404  404  401     401     401
GET    /calendar/{token}                      200  200  200  200  200  200  200     200     200
GET    /terms                                 401  200  200  200  200  200  401     401     401
PUT    /terms/{year}/{semester}               401  403  403  403  403  200  401     401     401
GET    /institution                           401  200  200  200  200  200  401     401     401
GET    /audit                                 401  403  403  403  403  200  401     401     401
GET    /users/{id}/transcript                 401  200  404  404  404  200  401     401     401
GET    /transcripts/keys                      200  200  200  200  200  200  200     200     200
POST   /transcripts/verify                    200  200  200  200  200  200  200     200     200
GET    /analytics/dashboard                   401  403  403  403  403  200  401     401     401
GET    /analytics/enrollments                 401  403  403  403  403  200  401     401     401
GET    /analytics/revenue                     401  403  403  403  403  200  401     401     401
GET    /analytics/performance                 401  403  403  200  200  200  401     401     401
GET    /analytics/performance course          401  403  403  200  404  200  401     401     401
GET    /analytics/unmet-demand                401  403  403  403  403  200  401     401     401
GET    /payments                              401  200  200  403  403  200  401     401     401
GET    /payments/config                       401  200  200  403  403  200  401     401     401
POST   /payments/create-intent                401  201  201  403  403  422  401     401     401
POST   /payments/create-intent bob            401  403  201  403  403  201  401     401     401
POST   /payments/create-intent charge         401  201  404  403  403  201  401     401     401
POST   /payments/webhook                      400  400  400  400  400  400  400     400     400
GET    /payments/reconciliation               401  403  403  403  403  200  401     401     401
POST   /payments/reconciliation               401  403  403  403  403  200  401     401     401
GET    /payments/events                       401  403  403  403  403  200  401     401     401
POST   /payments/events/{id}/resolve          401  403  403  403  403  200  401     401     401
GET    /payments/differences                  401  403  403  403  403  200  401     401     401
POST   /payments/differences/{id}/resolve     401  403  403  403  403  200  401     401     401
GET    /payments/{id}                         401  200  404  403  403  200  401     401     401
GET    /payments/{id}/history                 401  200  404  403  403  200  401     401     401
GET    /payments/{id}/receipt                 401  200  404  403  403  200  401     401     401
POST   /payments/{id}/retry                   401  409  404  403  403  409  401     401     401
POST   /payments/{id}/refund                  401  403  403  403  403  201  401     401     401
GET    /users/{id}/account                    401  200  404  403  403  200  401     401     401
GET    /charges                               401  200  200  403  403  200  401     401     401
POST   /charges                               401  403  403  403  403  201  401     401     401
POST   /charges/assess                        401  403  403  403  403  200  401     401     401
POST   /charges/{id}/waive                    401  403  403  403  403  200  401     401     401
GET    /health                                200  200  200  200  200  200  200     200     200
GET    /health/ready                          200  200  200  200  200  200  200     200     200
GET    /health/live                           200  200  200  200  200  200  200     200     200
";

/// The same with ids of nothing: whoever may not know of a thing gets the same answer whether or not it exists.
const MISSING: &str = "
                                           nobody  ada  bob tina  tom root gone expired foreign
GET    /users/{id}                            401  404  404  404  404  404  401     401     401
PUT    /users/{id}                            401  404  404  404  404  404  401     401     401
PUT    /users/{id} role                       401  404  404  404  404  404  401     401     401
DELETE /users/{id}                            401  403  403  403  403  404  401     401     401
GET    /users/{id}/transcript                 401  404  404  404  404  404  401     401     401
GET    /users/{id}/enrollments                401  404  404  404  404  404  401     401     401
GET    /courses/{id}                          401  404  404  404  404  404  401     401     401
PUT    /courses/{id}                          401  403  403  404  404  404  401     401     401
DELETE /courses/{id}                          401  403  403  403  403  404  401     401     401
GET    /courses/{id}/enrollments              401  404  404  404  404  404  401     401     401
POST   /courses/{id}/enroll                   401  404  404  403  403  404  401     401     401
DELETE /courses/{id}/enroll/{enrollment_id}   401  404  404  403  403  404  401     401     401
GET    /courses/{id}/roster.csv               401  404  404  404  404  404  401     401     401
POST   /users/{id}/calendar-feed              401  404  404  404  404  404  401     401     401
GET    /users/{id}/calendar-feed              401  404  404  404  404  404  401     401     401
DELETE /users/{id}/calendar-feed              401  404  404  404  404  404  401     401     401
PUT    /attendance/{id}                       401  403  403  404  404  404  401     401     401
GET    /attendance/enrollment/{enrollment_id} 401  404  404  404  404  404  401     401     401
GET    /attendance/enrollment/{enrollment_id}/history 401 404 404 404 404 404 401   401     401
GET    /attendance/course/{course_id}         401  404  404  404  404  404  401     401     401
GET    /attendance/course/{course_id}/history 401  404  404  404  404  404  401     401     401
PUT    /attendance/course/{course_id}/bulk    401  403  403  404  404  404  401     401     401
GET    /users/{id}/attendance                 401  404  404  404  404  404  401     401     401
GET    /users/{id}/grades                     401  404  404  404  404  404  401     401     401
GET    /grades/enrollment/{enrollment_id}     401  404  404  404  404  404  401     401     401
GET    /grades/enrollment/{enrollment_id}/history 401 404 404 404 404  404  401     401     401
PUT    /grades/enrollment/{enrollment_id}/final 401 403 403  404  404  404  401     401     401
POST   /grades/enrollment/{enrollment_id}/change-requests 401 403 403 404 404 404 401 401   401
PUT    /grades/{id}                           401  403  403  404  404  404  401     401     401
DELETE /grades/{id}                           401  403  403  403  403  404  401     401     401
GET    /grades/course/{course_id}             401  404  404  404  404  404  401     401     401
PUT    /grades/course/{course_id}/bulk        401  404  404  404  404  404  401     401     401
GET    /grades/course/{course_id}/csv         401  404  404  404  404  404  401     401     401
POST   /grades/course/{course_id}/csv         401  404  404  404  404  404  401     401     401
PUT    /grades/course/{course_id}/final       401  404  404  404  404  404  401     401     401
POST   /grades/course/{course_id}/assignments 401  404  404  404  404  404  401     401     401
PUT    /grades/assignments/{id}               401  403  403  404  404  404  401     401     401
DELETE /grades/assignments/{id}               401  403  403  404  404  404  401     401     401
PUT    /grades/change-requests/{id}           401  403  403  403  403  404  401     401     401
GET    /payments/{id}                         401  404  404  403  403  404  401     401     401
GET    /payments/{id}/history                 401  404  404  403  403  404  401     401     401
GET    /payments/{id}/receipt                 401  404  404  403  403  404  401     401     401
POST   /payments/{id}/retry                   401  404  404  403  403  404  401     401     401
POST   /payments/{id}/refund                  401  403  403  403  403  404  401     401     401
POST   /payments/events/{id}/resolve          401  403  403  403  403  404  401     401     401
POST   /payments/differences/{id}/resolve     401  403  403  403  403  404  401     401     401
GET    /users/{id}/account                    401  404  404  403  403  404  401     401     401
POST   /charges/{id}/waive                    401  403  403  403  403  404  401     401     401
";

const PASSWORD: &str = "correct horse battery staple";

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn everybody_may_do_what_the_table_says_and_nothing_else(db: PgPool) {
    let uems = TestApp::new(db);
    let rows = rows(EXISTING);
    let described: BTreeSet<String> =
        operations().into_iter().map(|(method, path, _)| format!("{method} {path}")).collect();
    let tried: BTreeSet<String> = rows.iter().map(Row::operation).collect();
    assert_eq!(
        described.difference(&tried).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "operations without a row"
    );
    assert_eq!(
        tried.difference(&described).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "rows without an operation"
    );
    sweep(&uems, &rows, false).await;
    uems.assert_sound().await;
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn what_does_not_exist_is_answered_like_what_may_not_be_known(db: PgPool) {
    let rows = rows(MISSING);
    let with_id: BTreeSet<String> = operations()
        .into_iter()
        .filter(|(_, path, _)| path.contains("id}"))
        .map(|(method, path, _)| format!("{method} {path}"))
        .collect();
    assert_eq!(with_id, rows.iter().map(Row::operation).collect());
    sweep(&TestApp::new(db), &rows, true).await;
}

/// A line of the table.
struct Row {
    method: Method,
    path: String,
    variant: String,
    expected: Vec<u16>,
}

impl Row {
    fn operation(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

fn rows(table: &str) -> Vec<Row> {
    let row = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (what, expected) = words.split_at(words.len() - 9);
        Row {
            method: what[0].parse().unwrap(),
            path: what[1].to_owned(),
            variant: what.get(2).copied().unwrap_or_default().to_owned(),
            expected: expected.iter().map(|status| status.parse().unwrap()).collect(),
        }
    };
    table.lines().skip(2).map(row).collect()
}

/// Tries every cell of the table; whatever changed something leaves a new scene to the next.
async fn sweep(uems: &TestApp, rows: &[Row], missing: bool) {
    let hash = uems.app.passwords.hash(PASSWORD.into()).await.unwrap();
    let operations = operations();
    let mut wrong = vec![];
    let mut untouched = None;
    for (line, row) in rows.iter().enumerate() {
        let (_, _, operation) = operations
            .iter()
            .find(|(method, path, _)| *path == row.path && *method == row.method.as_str())
            .unwrap();
        for (column, expected) in row.expected.iter().enumerate() {
            let scene = match untouched.take() {
                Some(scene) => scene,
                None => Scene::set(uems, &hash, &format!("{line}-{column}")).await,
            };
            let (name, actor) = &scene.callers[column];
            let answer = scene.act(actor, row, missing).await;
            let status = answer.status.as_u16();
            if status != *expected {
                wrong.push(format!(
                    "{} {} as {name}: {status} and not {expected}: {}",
                    row.operation(),
                    row.variant,
                    answer.text
                ));
            }
            if !is_documented(operation, status) {
                wrong.push(format!("{}: the document does not mention {status}", row.operation()));
            }
            untouched = (row.method == Method::GET || !answer.status.is_success()).then_some(scene);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Everybody of the table, on rows nobody else uses.
struct Scene {
    name: String,
    callers: Vec<(&'static str, Actor)>,
    ada: UserId,
    bob: UserId,
    tom: UserId,
    course: CourseId,
    /// Where nobody is.
    other: CourseId,
    enrollment: String,
    attendance: String,
    marks: Marks,
    /// Of ada, and paid; a part of the charge is still due.
    payment: PaymentId,
    charge: ChargeId,
    /// Of that payment, and open.
    event: String,
    difference: Uuid,
    feed: String,
}

impl Scene {
    async fn set(uems: &TestApp, hash: &str, name: &str) -> Self {
        let named = |who: &str| format!("{who}-{name}");
        let (ada, bob) = (uems.student(&named("ada")).await, uems.student(&named("bob")).await);
        let (tina, tom) = (uems.teacher(&named("tina")).await, uems.teacher(&named("tom")).await);
        let (root, gone) = (uems.admin(&named("root")).await, uems.admin(&named("gone")).await);
        let sql = "update users set is_active = id <> $1, password_hash = case when id = $2 then $3 else password_hash end where id in ($1, $2)";
        sqlx::query(sql).bind(gone.id).bind(ada.id).bind(hash).execute(&uems.db).await.unwrap();
        let course = uems.course_of("CS101", 9, json!({}), Some(&tina)).await;
        let other = uems.course("CS103", 9, json!({})).await;
        let enrollment = ada.enroll(course).await.expect(201).id();
        let attendance = uems.marked(&enrollment).await;
        let marks = Marks::set(uems, course, &enrollment).await;
        let (payment, charge) = settled(uems, ada.id).await;
        let (event, difference) = open_cases(uems, payment).await;
        let feed = uems.feed_of(ada.id).await;
        let (expired, foreign) = (expired(&root).await, foreign(&root).await);
        let (ada_id, bob_id, tom_id) = (ada.id, bob.id, tom.id);
        let callers = vec![
            ("nobody", uems.nobody()),
            ("ada", ada),
            ("bob", bob),
            ("tina", tina),
            ("tom", tom),
            ("root", root),
            ("gone", gone),
            ("expired", expired),
            ("foreign", foreign),
        ];
        Self {
            name: name.to_owned(),
            callers,
            ada: ada_id,
            bob: bob_id,
            tom: tom_id,
            course,
            other,
            enrollment,
            attendance,
            marks,
            payment,
            charge,
            event,
            difference,
            feed,
        }
    }

    async fn act(&self, actor: &Actor, row: &Row, missing: bool) -> Answer {
        let nothing = || UserId::new().to_string();
        let (ada, course, enrollment, attendance) = match missing {
            true => (nothing(), nothing(), nothing(), nothing()),
            false => (
                self.ada.to_string(),
                self.course.to_string(),
                self.enrollment.clone(),
                self.attendance.clone(),
            ),
        };
        let (payment, charge) = match missing {
            true => (PaymentId::new(), ChargeId::new()),
            false => (self.payment, self.charge),
        };
        let (event, difference) = match missing {
            true => ("evt_nothing".to_owned(), Uuid::new_v4()),
            false => (self.event.clone(), self.difference),
        };
        let id = match row.path.split('/').nth(1) {
            _ if row.path.starts_with("/payments/events/") => event,
            _ if row.path.starts_with("/payments/differences/") => difference.to_string(),
            Some("users") => ada,
            Some("attendance") => attendance,
            Some("payments") => payment.to_string(),
            Some("charges") => charge.to_string(),
            _ => course.clone(),
        };
        let path = if missing { row.path.clone() } else { self.marks.address(&row.path) };
        let path = path.replace("{id}", &id).replace("{enrollment_id}", &enrollment);
        let path = path.replace("{course_id}", &course).replace("{token}", &self.feed);
        let path = if row.variant == "dropped" { path + "?status=dropped" } else { path };
        let path = path.replace("{year}", "2025").replace("{semester}", "fall");
        let path = match &*row.variant {
            "course" => format!("{path}?course_id={course}"),
            "student" => format!("{path}?user_id={}", self.ada),
            _ => path,
        };
        if row.operation() == "POST /grades/course/{course_id}/csv" {
            return send_csv(actor, &path, "email,Quiz 1\n").await;
        }
        actor.call(row.method.clone(), &path, self.body(row).await, &[]).await
    }

    /// A request that succeeds for somebody who may.
    async fn body(&self, row: &Row) -> Option<Value> {
        let name = &self.name;
        let ada = json!({ "email": format!("ada-{name}@example.edu"), "password": PASSWORD });
        Some(match (&*row.operation(), &*row.variant) {
            ("POST /auth/register", _) => {
                json!({ "email": format!("new-{name}@example.edu"), "password": PASSWORD, "full_name": "New" })
            }
            ("POST /auth/login", _) => ada,
            ("POST /auth/refresh", _) => {
                let pair = self.callers[0].1.post("/auth/login", ada).await.expect(200);
                json!({ "refresh_token": pair.body["refresh_token"] })
            }
            ("POST /users", _) => {
                json!({ "email": format!("new-{name}@example.edu"), "role": "teacher", "full_name": "New" })
            }
            ("PUT /users/{id}", "role") => json!({ "role": "admin" }),
            ("PUT /users/{id}", "student_id") => json!({ "student_id": format!("X{name}") }),
            ("PUT /users/{id}", "email") => json!({ "email": format!("other-{name}@example.edu") }),
            ("PUT /users/{id}", _) => json!({ "full_name": "Ada Lovelace" }),
            ("POST /courses", _) => {
                json!({ "code": "CS102", "section": name, "name": "Analysis", "capacity": 9, "credits": 4, "semester": "fall", "year": 2025, "schedule": {} })
            }
            ("POST /courses/validate-schedule", _) => json!({ "course_ids": [self.course] }),
            ("PUT /courses/{id}", "capacity") => json!({ "capacity": 10 }),
            ("PUT /courses/{id}", "teacher_id") => json!({ "teacher_id": self.tom }),
            ("PUT /courses/{id}", "is_active") => json!({ "is_active": false }),
            ("PUT /courses/{id}", _) => {
                json!({ "description": "About", "schedule": {"friday": ["09:00-10:00"]}, "room": name })
            }
            ("POST /courses/{id}/enroll", "bob") => json!({ "user_id": self.bob }),
            ("POST /courses/{id}/enroll", "over_capacity") => {
                json!({ "user_id": self.bob, "over_capacity": true, "reason": "needs it" })
            }
            ("POST /enrollments/swap", "ada") => {
                json!({ "drop": self.course, "take": self.other, "user_id": self.ada })
            }
            ("POST /enrollments/swap", _) => json!({ "drop": self.course, "take": self.other }),
            ("POST /enrollments/cart", "bob") => {
                json!({ "course_ids": [self.other], "user_id": self.bob })
            }
            ("POST /enrollments/cart", _) => json!({ "course_ids": [self.other] }),
            ("POST /attendance", _) => {
                json!({ "enrollment_id": self.enrollment, "date": "2025-09-02", "status": "late" })
            }
            ("PUT /attendance/{id}", _) => json!({ "status": "excused" }),
            ("PUT /attendance/course/{course_id}/bulk", _) => {
                json!({ "date": "2025-09-02", "records": [{ "enrollment_id": self.enrollment, "status": "absent" }] })
            }
            ("POST /payments/create-intent", "bob") => {
                json!({ "amount": "10.00", "payment_type": "fees", "user_id": self.bob })
            }
            ("POST /payments/create-intent", "charge") => json!({ "charge_id": self.charge }),
            ("POST /payments/create-intent", _) => json!({ "amount": "10.00", "payment_type": "fees" }),
            ("POST /payments/webhook", _) => json!({}),
            ("POST /payments/events/{id}/resolve" | "POST /payments/differences/{id}/resolve", _) => {
                json!({ "reason": "seen to" })
            }
            ("POST /payments/{id}/refund", _) => json!({ "reason": "asked for" }),
            ("POST /charges", _) => json!({ "user_id": self.bob, "kind": "fees", "amount": "10.00" }),
            ("POST /charges/assess", _) => {
                json!({ "semester": "fall", "year": 2025, "kind": "fees", "basis": "flat", "amount": 10 })
            }
            ("POST /charges/{id}/waive", _) => json!({ "reason": "scholarship" }),
            ("PUT /terms/{year}/{semester}", _) => json!({}),
            (operation, _) if operation.contains(" /grades") => {
                return self.marks.body(operation, &self.enrollment);
            }
            ("POST /transcripts/verify", _) => json!({ "code": "UEMS1.x.y" }),
            _ => return None,
        })
    }
}

/// The same person with a token from sixteen minutes ago.
async fn expired(of: &Actor) -> Actor {
    let app = &of.uems.app;
    let past = app.clock.now() - TimeDelta::minutes(16);
    Actor { token: Some(token_at(of, &app.tokens, past).await), ..of.clone() }
}

/// The same person with a token that somebody else signed.
async fn foreign(of: &Actor) -> Actor {
    let tokens = Tokens::new("a secret that is not the one of this server");
    Actor { token: Some(token_at(of, &tokens, of.uems.app.clock.now()).await), ..of.clone() }
}

async fn token_at(of: &Actor, tokens: &Tokens, now: chrono::DateTime<chrono::Utc>) -> String {
    let mut db = of.uems.db.acquire().await.unwrap();
    let user = uems::users::queries::find(&mut db, of.id).await.unwrap().unwrap();
    let session: SessionId = sqlx::query_scalar("select id from sessions where user_id = $1")
        .bind(of.id)
        .fetch_one(&mut *db)
        .await
        .unwrap();
    tokens.access(&user, session, now).unwrap().into_text()
}
