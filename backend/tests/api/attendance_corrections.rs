//! Who corrected the roll, from what, to what, and who may know.

use serde_json::{Value, json};
use sqlx::PgPool;

use crate::attendance::Class;
use crate::statements::counted;
use crate::support::{Actor, TestApp};

const MONDAY: &str = "2025-09-08";
const WEDNESDAY: &str = "2025-09-10";

impl Class {
    async fn one(&self, by: &Actor, date: &str, student: usize, status: &str, notes: Value) {
        let record = json!({ "enrollment_id": self.places[student], "status": status, "notes": notes });
        self.bulk(by, json!({ "date": date, "records": [record] })).await.expect(200);
    }

    async fn corrections(&self, by: &Actor, query: &str) -> Value {
        by.get(&format!("/attendance/course/{}/history?{query}", self.course)).await.expect(200).body
    }
}

/// Student, day and change of each.
fn told(page: &Value) -> Vec<String> {
    let text = |item: &Value, field: &str| item[field].as_str().unwrap_or("-").to_owned();
    let line = |item: &Value| {
        let who = text(&item["student"], "full_name").replace(" Example", "");
        let [date, old, new] = ["date", "old_status", "new_status"].map(|field| text(item, field));
        format!("{who} {date} {old}>{new}")
    };
    page["items"].as_array().unwrap().iter().map(line).collect()
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn corrections_are_listed_with_both_values(db: PgPool) {
    let class = Class::of(TestApp::new(db), 3).await;
    let root = class.uems.admin("root").await;
    for day in [MONDAY, WEDNESDAY] {
        class.mark(day, class.all("present")).await.expect(200);
        class.mark(day, class.all("present")).await.expect(200);
    }
    assert_eq!(class.corrections(&class.tina, "").await["total"], 0, "marking and repeating are none");

    class.one(&class.tina, MONDAY, 0, "late", json!("bus")).await;
    class.one(&root, MONDAY, 0, "excused", json!("doctor's note")).await;
    class.one(&class.tina, WEDNESDAY, 1, "absent", Value::Null).await;
    let list = class.corrections(&class.tina, "").await;
    assert_eq!(
        told(&list),
        [
            "student001 2025-09-10 present>absent",
            "student000 2025-09-08 late>excused",
            "student000 2025-09-08 present>late",
        ]
    );
    let by_root = &list["items"][1];
    assert_eq!((&by_root["old_notes"], &by_root["new_notes"]), (&json!("bus"), &json!("doctor's note")));
    assert_eq!((&by_root["old_by"]["id"], &by_root["by"]["id"]), (&json!(class.tina.id), &json!(root.id)));
    assert_eq!((&by_root["version"], &by_root["meeting"]), (&json!(3), &json!(1)));
    assert_eq!(by_root["old_at"], list["items"][2]["at"], "what was corrected is of the correction before");

    let student = class.students[0].id;
    for (query, expected) in [
        (format!("user_id={student}"), 2),
        (format!("user_id={}", class.students[2].id), 0),
        (format!("date={WEDNESDAY}"), 1),
        (format!("date={MONDAY}&meeting=1"), 2),
        (format!("date={MONDAY}&meeting=2"), 0),
        (format!("user_id={student}&date={WEDNESDAY}"), 0),
    ] {
        assert_eq!(class.corrections(&root, &query).await["total"], expected, "{query}");
    }
    let second = class.corrections(&root, "page_size=1&page=2").await;
    assert_eq!((told(&second), &second["total"]), (vec![told(&list)[1].clone()], &json!(3)));
    for query in ["date=0001-01-01", "meeting=0", "meeting=21", "date=x", "user_id=x", "page=0"] {
        root.get(&format!("/attendance/course/{}/history?{query}", class.course)).await.expect(422);
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_student_reads_corrections_of_their_own_alone(db: PgPool) {
    let class = Class::of(TestApp::new(db), 2).await;
    let (ada, bob) = (&class.students[0], &class.students[1]);
    class.mark(MONDAY, class.all("absent")).await.expect(200);
    class.mark(MONDAY, class.all("late")).await.expect(200);
    let path = |place: usize| format!("/attendance/enrollment/{}/history", class.places[place]);
    let reads = "select count(*) from audit_log where action = 'attendance_read'";
    let before = class.uems.count(reads).await;
    let own = ada.get(&path(0)).await.expect(200).body;
    assert_eq!(told(&own), ["student000 2025-09-08 absent>late"]);
    assert!(own["items"][0]["student"]["student_id"].is_string(), "their own number is theirs");
    ada.get(&path(1)).await.expect(404);
    bob.get(&path(0)).await.expect(404);
    ada.get(&format!("/attendance/course/{}/history?user_id={}", class.course, ada.id)).await.expect(403);
    assert_eq!(class.uems.count(reads).await, before, "reading one's own is nobody's business");

    let seen = class.tina.get(&path(0)).await.expect(200).body;
    assert_eq!(seen["items"][0]["student"]["student_id"], Value::Null, "a teacher sees no numbers");
    let listed = class.corrections(&class.tina, "").await;
    assert_eq!(listed["items"][0]["student"]["student_id"], Value::Null);
    assert_eq!(class.uems.count(reads).await, before + 2);
    let tom = class.uems.teacher("tom").await;
    tom.get(&path(0)).await.expect(404);
    tom.get(&format!("/attendance/course/{}/history", class.course)).await.expect(403);

    // Who left is not on the roll; the corrections stay with the enrolment.
    bob.drop_course(class.course).await.expect(200);
    assert_eq!(told(&class.corrections(&class.tina, "").await), ["student000 2025-09-08 absent>late"]);
    assert_eq!(bob.get(&path(1)).await.expect(200).body["total"], 1);
    let root = class.uems.admin("root").await;
    for path in [path(1), format!("/attendance/enrollment/{}", class.places[1])] {
        class.tina.get(&path).await.expect(404);
        root.get(&path).await.expect(200);
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn listing_corrections_takes_as_many_statements_for_many(db: PgPool) {
    let class = Class::of(TestApp::new(db), 20).await;
    class.mark(MONDAY, class.all("absent")).await.expect(200);
    class.one(&class.tina, MONDAY, 0, "late", Value::Null).await;
    let (one, few) = counted(class.corrections(&class.tina, "page_size=100")).await;
    class.mark(MONDAY, class.all("present")).await.expect(200);
    let (all, many) = counted(class.corrections(&class.tina, "page_size=100")).await;
    assert_eq!((&one["total"], &all["total"]), (&json!(1), &json!(21)));
    assert!(few > 3, "statements were not counted: {few}");
    assert_eq!(few, many);
}
