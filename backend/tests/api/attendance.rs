//! The roll: marking a class, correcting, reading, and who misses too much.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sqlx::PgPool;
use uems::ids::CourseId;

use crate::statements::counted;
use crate::support::{Actor, Answer, TestApp};

/// A Monday on which the class meets.
const MONDAY: &str = "2025-09-08";

/// A class that meets on Mondays and Wednesdays, with its teacher and students.
pub struct Class {
    pub uems: TestApp,
    pub tina: Actor,
    pub course: CourseId,
    pub students: Vec<Actor>,
    /// In the order of the students.
    pub places: Vec<String>,
}

impl Class {
    pub async fn of(uems: TestApp, students: usize) -> Self {
        uems.class_dates("2025-09-01", "2025-12-12").await;
        let tina = uems.teacher("tina").await;
        let week = json!({ "monday": ["09:00-10:00"], "wednesday": ["09:00-10:00", "14:00-15:00"] });
        let course = uems.course_of("CS101", 500, week, Some(&tina)).await;
        let mut class = Self { uems, tina, course, students: vec![], places: vec![] };
        for number in 0..students {
            let student = class.uems.student(&format!("student{number:03}")).await;
            class.places.push(student.enroll(course).await.expect(201).id());
            class.students.push(student);
        }
        class
    }

    /// Everybody as one thing, in the shape of a request.
    pub fn all(&self, status: &str) -> Vec<Value> {
        self.places.iter().map(|place| json!({ "enrollment_id": place, "status": status })).collect()
    }

    pub async fn mark(&self, date: &str, records: Vec<Value>) -> Answer {
        self.bulk(&self.tina, json!({ "date": date, "records": records })).await
    }

    pub async fn bulk(&self, by: &Actor, body: Value) -> Answer {
        by.put(&format!("/attendance/course/{}/bulk", self.course), body).await
    }

    pub async fn sheet(&self, query: &str) -> Value {
        let path = format!("/attendance/course/{}?{query}", self.course);
        self.tina.get(&path).await.expect(200).body
    }

    async fn history(&self) -> Vec<(String, String)> {
        sqlx::query_as("select old_status, new_status from attendance_history order by id")
            .fetch_all(&self.uems.db)
            .await
            .unwrap()
    }
}

/// The version corrected, the status now, notes before and now, who did it.
type Kept = (i32, String, Option<String>, Option<String>, Option<uuid::Uuid>);

fn verdicts(answer: &Value) -> Vec<&str> {
    let verdicts = answer["verdicts"].as_array().unwrap();
    verdicts.iter().map(|verdict| verdict["verdict"].as_str().unwrap()).collect()
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_class_is_marked_in_one_request_and_read_in_one(db: PgPool) {
    let class = Class::of(TestApp::new(db), 3).await;
    let empty = class.sheet(&format!("date={MONDAY}")).await;
    assert_eq!(empty["students"][0]["record"], Value::Null);
    assert_eq!(empty["students"][0]["student"]["full_name"], "student000 Example");
    assert_eq!(empty["students"][0]["student"]["student_id"], Value::Null, "a teacher sees no numbers");
    assert_eq!(empty["tally"]["rate"], Value::Null);

    let mut records = class.all("present");
    records[1] = json!({ "enrollment_id": class.places[1], "status": "absent", "notes": " ill " });
    let marked = class.mark(MONDAY, records).await.expect(200).body;
    assert_eq!(
        (&marked["written"], &marked["unchanged"], &marked["refused"]),
        (&json!(3), &json!(0), &json!(0))
    );
    assert_eq!(verdicts(&marked), ["written"; 3]);
    assert_eq!(marked["verdicts"][1]["record"]["notes"], "ill");
    assert_eq!(marked["verdicts"][1]["record"]["marked_by"], json!(class.tina.id));

    class
        .mark("2025-09-10", vec![json!({ "enrollment_id": class.places[1], "status": "late" })])
        .await
        .expect(200);
    let sheet = class.sheet(&format!("date={MONDAY}")).await;
    assert_eq!(sheet["students"][1]["record"]["status"], "absent");
    assert_eq!(sheet["students"][1]["tally"]["rate"], "50.00", "of the whole term");
    assert_eq!(sheet["students"][1]["records"].as_array().unwrap().len(), 1);
    assert_eq!(sheet["tally"]["rate"], "75.00");
    let window = class.sheet("from=2025-09-09&to=2025-09-30").await;
    assert_eq!(window["students"][1]["records"][0]["status"], "late");
    assert_eq!(window["students"][0]["records"], json!([]));

    let meetings = sheet["meetings"].as_array().unwrap();
    let last = &meetings[0];
    assert_eq!(
        (&last["date"], &last["meeting"], &last["start"]),
        (&json!("2025-12-10"), &json!(2), &json!("14:00"))
    );
    assert_eq!(meetings.last().unwrap()["date"], "2025-09-01");
    let monday = meetings.iter().find(|meeting| meeting["date"] == MONDAY).unwrap();
    assert_eq!((&monday["marked"], &monday["scheduled"]), (&json!(3), &json!(true)));
    assert_eq!(meetings.len(), 15 + 2 * 15);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn sending_it_twice_changes_nothing(db: PgPool) {
    let class = Class::of(TestApp::new(db), 3).await;
    let body = json!({ "date": MONDAY, "records": class.places.iter().map(|place| json!({ "enrollment_id": place, "status": "present", "version": null })).collect::<Vec<_>>() });
    assert_eq!(verdicts(&class.bulk(&class.tina, body.clone()).await.expect(200).body), ["written"; 3]);
    let again = class.bulk(&class.tina, body.clone()).await.expect(200).body;
    assert_eq!(verdicts(&again), ["unchanged"; 3]);
    assert_eq!(again["verdicts"][0]["record"]["version"], 1);
    let (one, two) = tokio::join!(class.bulk(&class.tina, body.clone()), class.bulk(&class.tina, body));
    assert_eq!((verdicts(&one.body), verdicts(&two.body)), (vec!["unchanged"; 3], vec!["unchanged"; 3]));
    assert_eq!(class.uems.count("select count(*) from attendance").await, 3);
    assert_eq!(class.history().await, []);
    assert_eq!(
        class.uems.count("select count(*) from audit_log where action = 'attendance_marked'").await,
        1
    );
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn of_three_hundred_one_bad_row_is_named_and_nothing_is_written(db: PgPool) {
    let class = Class::of(TestApp::new(db), 0).await;
    let places: Vec<String> = sqlx::query_scalar(
        "with s as (insert into users (email, password_hash, role, full_name, student_id)
             select n || '@example.edu', '!', 'student', 'S ' || n, 'X' || n from generate_series(1, 300) n returning id)
         insert into enrollments (user_id, course_id, status) select id, $1, 'enrolled' from s returning id::text",
    )
    .bind(class.course)
    .fetch_all(&class.uems.db)
    .await
    .unwrap();
    let mut records: Vec<Value> =
        places.iter().map(|place| json!({ "enrollment_id": place, "status": "present" })).collect();
    records[170]["notes"] = json!("x".repeat(501));
    let ask =
        |records: &[Value], all: bool| json!({ "date": MONDAY, "records": records, "all_or_nothing": all });

    let none = class.bulk(&class.tina, ask(&records, true)).await.expect(200).body;
    assert_eq!((&none["applied"], &none["written"], &none["refused"]), (&json!(false), &json!(0), &json!(1)));
    let bad: Vec<_> = none["verdicts"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|verdict| verdict["verdict"] != "withheld")
        .collect();
    assert_eq!(bad.len(), 1);
    assert_eq!((&bad[0]["enrollment_id"], &bad[0]["code"]), (&json!(places[170]), &json!("too_long")));
    assert_eq!(class.uems.count("select count(*) from attendance").await, 0);

    let most = class.bulk(&class.tina, ask(&records, false)).await.expect(200).body;
    assert_eq!((&most["written"], &most["refused"]), (&json!(299), &json!(1)));
    assert_eq!(most["verdicts"].as_array().unwrap().len(), 300);

    // A row of the wrong shape is named too.
    records[170] = json!({ "enrollment_id": places[170], "status": "asleep" });
    let shape = class.bulk(&class.tina, ask(&records, false)).await.expect(422);
    assert_eq!(shape.field_errors()[0].0, "records[170].status");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn two_who_mark_one_student_see_each_other(db: PgPool) {
    let class = Class::of(TestApp::new(db), 1).await;
    let root = class.uems.admin("root").await;
    let ask = |status: &str, version: Value| json!({ "date": MONDAY, "records": [{ "enrollment_id": class.places[0], "status": status, "version": version }] });
    for round in 0..10 {
        sqlx::raw_sql("set session_replication_role = replica; delete from attendance_history; delete from attendance; set session_replication_role = origin").execute(&class.uems.db).await.unwrap();
        let (one, two) = tokio::join!(
            class.bulk(&class.tina, ask("present", Value::Null)),
            class.bulk(&root, ask("absent", Value::Null))
        );
        let (won, lost) = if one.body["applied"] == true { (one, two) } else { (two, one) };
        assert_eq!(verdicts(&won.body), ["written"], "round {round}");
        assert_eq!(lost.body["applied"], false);
        let verdict = &lost.body["verdicts"][0];
        assert_eq!(verdict["verdict"], "stale");
        assert_eq!(verdict["record"], won.body["verdicts"][0]["record"], "theirs");
        assert_ne!(verdict["wanted"]["status"], verdict["record"]["status"], "and yours");
        let again =
            class.bulk(&class.tina, ask("late", verdict["record"]["version"].clone())).await.expect(200).body;
        assert_eq!(again["verdicts"][0]["record"]["version"], 2);
    }
    // Without a version the last one wins, and what it overwrote is kept.
    let last = class.mark(MONDAY, class.all("excused")).await.expect(200).body;
    assert_eq!(last["verdicts"][0]["record"]["version"], 3);
    assert_eq!(class.history().await.last().unwrap(), &("late".to_owned(), "excused".to_owned()));
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn records_that_are_not_of_this_class_are_told_apart(db: PgPool) {
    let class = Class::of(TestApp::new(db), 3).await;
    let other = class.uems.monday("MA200", 9, "20:00-21:00").await;
    let elsewhere = class.students[0].enroll(other).await.expect(201).id();
    class.students[1].drop_course(class.course).await.expect(200);
    let mut records = class.all("present");
    records.push(records[2].clone());
    records.push(json!({ "enrollment_id": elsewhere, "status": "present" }));
    let body = json!({ "date": MONDAY, "records": records, "all_or_nothing": false });
    let marked = class.bulk(&class.tina, body).await.expect(200).body;
    assert_eq!(verdicts(&marked), ["written", "invalid", "written", "invalid", "not_found"]);
    assert_eq!(marked["verdicts"][1]["code"], "not_enrolled");
    assert_eq!(marked["verdicts"][3]["code"], "duplicate");
    assert_eq!(
        class.sheet("").await["students"].as_array().unwrap().len(),
        2,
        "who left is not on the sheet"
    );
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn one_mark_is_made_once_and_corrected_with_its_version(db: PgPool) {
    let class = Class::of(TestApp::new(db), 1).await;
    let ask =
        json!({ "enrollment_id": class.places[0], "date": MONDAY, "status": "absent", "notes": "no word" });
    let made = class.tina.post("/attendance", ask.clone()).await.expect(201);
    assert_eq!(made.headers["etag"], "\"1\"");
    assert_eq!(class.tina.post("/attendance", ask.clone()).await.expect(200).id(), made.id());
    let other = json!({ "enrollment_id": class.places[0], "date": MONDAY, "status": "late" });
    let refused = class.tina.post("/attendance", other).await.expect(409);
    assert_eq!((refused.code(), &refused.body["record"]["status"]), ("already_marked", &json!("absent")));

    let path = format!("/attendance/{}", made.id());
    let put = async |body, version: &str| {
        class.tina.call(axum::http::Method::PUT, &path, Some(body), &[("if-match", version)]).await
    };
    let excused = put(json!({ "status": "excused" }), "\"1\"").await.expect(200);
    assert_eq!(
        (&excused.body["notes"], &excused.headers["etag"]),
        (&json!("no word"), &"\"2\"".parse().unwrap())
    );
    let stale = put(json!({ "status": "late" }), "\"1\"").await.expect(412);
    assert_eq!(stale.body["current"]["status"], "excused");
    put(json!({ "notes": null }), "\"2\"").await.expect(200);
    put(json!({}), "\"3\"").await.expect(200);

    let kept: Vec<Kept> = sqlx::query_as(
        "select version, new_status, old_notes, new_notes, changed_by from attendance_history order by id",
    )
    .fetch_all(&class.uems.db)
    .await
    .unwrap();
    let (note, tina) = (Some("no word".to_owned()), Some(class.tina.id.0));
    assert_eq!(
        kept,
        [
            (1, "excused".to_owned(), note.clone(), note.clone(), tina),
            (2, "excused".to_owned(), note, None, tina),
        ]
    );
    for sql in [
        "delete from attendance_history",
        "update attendance_history set old_status = 'late'",
        "delete from attendance",
        "truncate attendance_history",
    ] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&class.uems.db).await.unwrap_err();
    }
    let acts = "select count(*) from audit_log where action in ('attendance_marked', 'attendance_corrected')";
    assert_eq!(class.uems.count(acts).await, 3, "one mark, two corrections");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn the_same_key_marks_once(db: PgPool) {
    let class = Class::of(TestApp::new(db), 1).await;
    let ask = |status: &str| json!({ "enrollment_id": class.places[0], "date": MONDAY, "status": status });
    let send = async |body| {
        class
            .tina
            .call(axum::http::Method::POST, "/attendance", Some(body), &[("idempotency-key", "key-12345")])
            .await
    };
    let first = send(ask("late")).await.expect(201);
    let again = send(ask("late")).await.expect(201);
    assert_eq!((first.id(), &again.headers["idempotency-replayed"]), (again.id(), &"true".parse().unwrap()));
    assert_eq!(send(ask("absent")).await.expect(422).code(), "idempotency_key_reused");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_student_reads_their_own_and_reading_anothers_is_written_down(db: PgPool) {
    let class = Class::of(TestApp::new(db), 2).await;
    let (ada, bob) = (&class.students[0], &class.students[1]);
    class.mark(MONDAY, class.all("late")).await.expect(200);
    let reads = "select count(*) from audit_log where action = 'attendance_read'";
    let before = class.uems.count(reads).await;
    let own = ada.get(&format!("/attendance/enrollment/{}", class.places[0])).await.expect(200).body;
    assert_eq!((&own["tally"]["rate"], &own["records"][0]["status"]), (&json!("100.00"), &json!("late")));
    let list = ada.get(&format!("/users/{}/attendance", ada.id)).await.expect(200).body;
    assert_eq!((&list["total"], &list["items"][0]["tally"]["late"]), (&json!(1), &json!(1)));
    assert_eq!(class.uems.count(reads).await, before, "reading one's own is nobody's business");
    bob.get(&format!("/attendance/enrollment/{}", class.places[0])).await.expect(404);
    bob.get(&format!("/users/{}/attendance", ada.id)).await.expect(404);
    class.tina.get(&format!("/attendance/enrollment/{}", class.places[0])).await.expect(200);
    class.tina.get(&format!("/users/{}/attendance", ada.id)).await.expect(200);
    class.sheet("").await;
    assert_eq!(class.uems.count(reads).await, before + 3);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_teacher_sees_of_a_student_only_their_own_courses(db: PgPool) {
    let class = Class::of(TestApp::new(db), 1).await;
    let (ada, tom) = (&class.students[0], class.uems.teacher("tom").await);
    let other = class.uems.course_of("MA200", 9, json!({}), Some(&tom)).await;
    let place = ada.enroll(other).await.expect(201).id();
    tom.post("/attendance", json!({ "enrollment_id": place, "date": MONDAY, "status": "absent" }))
        .await
        .expect(201);
    class.mark(MONDAY, class.all("absent")).await.expect(200);
    let seen = class.tina.get(&format!("/users/{}/attendance", ada.id)).await.expect(200).body;
    assert_eq!((&seen["total"], &seen["items"][0]["course"]["code"]), (&json!(1), &json!("CS101")));
    assert_eq!(ada.get(&format!("/users/{}/attendance", ada.id)).await.body["total"], 2);
    for path in [format!("/attendance/course/{other}"), format!("/attendance/course/{other}?date={MONDAY}")] {
        class.tina.get(&path).await.expect(403);
    }
    let body = json!({ "enrollment_id": place, "date": "2025-09-09", "status": "late" });
    class.tina.post("/attendance", body).await.expect(404);
    let absences = class.tina.get(&format!("/attendance/absences?course_id={other}")).await.expect(200).body;
    assert_eq!(absences["total"], 0);
    assert_eq!(class.tina.get("/attendance/absences").await.body["items"][0]["course"]["code"], "CS101");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn who_misses_a_quarter_is_listed(db: PgPool) {
    let class = Class::of(TestApp::new(db), 3).await;
    let root = class.uems.admin("root").await;
    // Absent in 1 of 4, in 2 of 8 with four excused besides, in none.
    let days = ["2025-09-01", "2025-09-08", "2025-09-15", "2025-09-22"];
    for (index, day) in days.iter().enumerate() {
        let status = |absent: bool| if absent { "absent" } else { "present" };
        let records = vec![
            json!({ "enrollment_id": class.places[0], "status": status(index == 0) }),
            json!({ "enrollment_id": class.places[1], "status": if index < 2 { "excused" } else { status(index == 2) } }),
            json!({ "enrollment_id": class.places[2], "status": "late" }),
        ];
        class.mark(day, records).await.expect(200);
    }
    let list = root.get("/attendance/absences").await.expect(200).body;
    let rates: Vec<_> = list["items"].as_array().unwrap().iter().map(|item| &item["absence_rate"]).collect();
    assert_eq!(rates, [&json!("50.00"), &json!("25.00")], "exactly a quarter is one");
    assert!(list["items"][0]["student"]["student_id"].is_string(), "an admin sees numbers");
    for (query, expected) in [
        ("threshold=25.01", 1),
        ("threshold=0", 3),
        ("threshold=50&semester=fall&year=2025", 1),
        ("threshold=25&year=2024", 0),
        ("sort=student", 2),
        ("sort=-course&page_size=1&page=2", 2),
    ] {
        assert_eq!(
            root.get(&format!("/attendance/absences?{query}")).await.expect(200).body["total"],
            expected,
            "{query}"
        );
    }
    let by_name = root.get("/attendance/absences?sort=-student").await.body;
    assert_eq!(by_name["items"][0]["student"]["full_name"], "student001 Example");
    for threshold in ["-1", "100.01", "x", "1e1"] {
        root.get(&format!("/attendance/absences?threshold={threshold}")).await.expect(422);
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn the_number_of_statements_does_not_grow_with_the_class(db: PgPool) {
    let class = Class::of(TestApp::new(db), 12).await;
    let few: Vec<Value> = class.all("present").into_iter().take(2).collect();
    class.sheet("").await;
    let (_, two) = counted(class.mark(MONDAY, few)).await;
    let (answer, twelve) = counted(class.mark("2025-09-15", class.all("present"))).await;
    answer.expect(200);
    assert!(two > 5, "statements were not counted: {two}");
    assert_eq!(two, twelve);
    let (_, before) = counted(class.sheet("")).await;
    for day in ["2025-09-22", "2025-09-29", "2025-10-06"] {
        class.mark(day, class.all("late")).await.expect(200);
    }
    let (_, after) = counted(class.sheet("")).await;
    assert_eq!(before, after);
    eprintln!("a class is marked in {twelve} statements and read in {after}");
}

/// Of the demonstration's roll, every absence counted here from the raw rows.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn who_misses_too_much_of_a_whole_university_is_what_the_roll_says(db: PgPool) {
    crate::analytics::plant(&db).await;
    let uems = TestApp::new(db);
    let root = uems.admin("rita").await;
    let rows: Vec<(uuid::Uuid, uuid::Uuid, String)> = sqlx::query_as(
        "select e.id, e.course_id, a.status from attendance a join enrollments e on e.id = a.enrollment_id
         where e.status in ('enrolled', 'completed')",
    )
    .fetch_all(&uems.db)
    .await
    .unwrap();
    // Absences, and the meetings that count.
    let mut counts: BTreeMap<(uuid::Uuid, uuid::Uuid), (i64, i64)> = BTreeMap::new();
    for (place, course, status) in rows {
        let (absent, held) = counts.entry((course, place)).or_default();
        *absent += i64::from(status == "absent");
        *held += i64::from(status != "excused");
    }
    let listed = async |query: &str| {
        let mut told = BTreeMap::new();
        for page in 1.. {
            let path = format!("/attendance/absences?{query}&page_size=100&page={page}");
            let answer = root.get(&path).await.expect(200).body;
            let items = answer["items"].as_array().unwrap();
            told.extend(
                items.iter().map(|item| (item["enrollment_id"].as_str().unwrap().to_owned(), item.clone())),
            );
            if items.is_empty() {
                assert_eq!(answer["total"], told.len(), "{query}");
                return told;
            }
        }
        unreachable!()
    };
    let (busiest, _) = *counts.keys().next().unwrap();
    for (threshold, course) in [(0, None), (10, None), (25, None), (100, None), (10, Some(busiest))] {
        let mut query = format!("threshold={threshold}");
        query += &course.map(|course| format!("&course_id={course}")).unwrap_or_default();
        let expected: BTreeMap<String, String> = counts
            .iter()
            .filter(|((of, _), _)| course.is_none_or(|course| course == *of))
            .filter(|(_, (absent, held))| *held > 0 && absent * 100 >= held * threshold)
            .map(|((_, place), (absent, held))| {
                // Half up, in hundredths of a percent.
                let rate = (absent * 20_000 + held) / (2 * held);
                (place.to_string(), format!("{}.{:02}", rate / 100, rate % 100))
            })
            .collect();
        let told = listed(&query).await;
        let rates: BTreeMap<String, String> = told
            .iter()
            .map(|(id, item)| (id.clone(), item["absence_rate"].as_str().unwrap().to_owned()))
            .collect();
        assert_eq!(rates, expected, "{query}");
        assert!(threshold > 10 || !expected.is_empty(), "{query}: nobody is absent");
    }
    assert!(counts.len() > 300, "{} places only", counts.len());
}
