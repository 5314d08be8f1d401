//! The audit log: what is written, who may read it, and that nobody can change it unnoticed.

use std::process::{Command, Stdio};

use serde_json::json;
use sqlx::{ConnectOptions, PgPool};
use uems::audit::{Anchor, Fault, verify};

use crate::support::TestApp;

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn an_admins_acts_are_written_down_with_old_and_new_values(db: PgPool) {
    let uems = TestApp::new(db);
    let (root, ada) = (uems.admin("root").await, uems.student("ada").await);
    root.put(&format!("/users/{}", ada.id), json!({ "full_name": "Ada King", "department": "Maths" }))
        .await
        .expect(200);
    let course = uems.monday("CS101", 9, "09:00-11:00").await;
    root.put(&format!("/courses/{course}"), json!({ "capacity": 12 })).await.expect(200);
    root.delete(&format!("/users/{}", ada.id)).await.expect(204);
    root.put("/terms/2025/fall", json!({ "starts_on": "2025-09-01", "ends_on": "2025-12-12" }))
        .await
        .expect(200);

    let log = root.get("/audit").await.expect(200);
    let entries = log.body["items"].as_array().unwrap();
    let acts: Vec<_> = entries.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(acts, ["term_updated", "user_deactivated", "course_updated", "user_updated"]);
    let edit = &entries[3];
    assert_eq!(edit["actor"]["full_name"], "root Example");
    assert_eq!((&edit["subject"]["id"], &edit["actor_role"]), (&json!(ada.id), &json!("admin")));
    assert_eq!(edit["facts"]["full_name"], json!(["ada Example", "Ada King"]));
    assert_eq!(edit["facts"]["department"], json!([null, "Maths"]));
    assert!(edit["facts"].get("version").is_none() && edit["request_id"].is_string(), "{edit}");
    assert_eq!(entries[2]["facts"], json!({ "capacity": [9, 12] }));
    assert_eq!(entries[2]["object_id"], json!(course));
    assert_eq!(entries[2]["course"]["code"], "CS101");

    for (filter, expected) in [
        (format!("subject_id={}", ada.id), 2),
        (format!("object_id={course}"), 1),
        ("action=term_updated".to_owned(), 1),
        (format!("actor_id={}", ada.id), 0),
        ("from=2999-01-01T00:00:00Z".to_owned(), 0),
        ("until=2999-01-01T00:00:00Z".to_owned(), 4),
    ] {
        assert_eq!(
            root.get(&format!("/audit?{filter}")).await.expect(200).body["total"],
            expected,
            "{filter}"
        );
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn what_a_registrar_does_for_a_student_is_kept_and_a_students_own_registration_is_not(db: PgPool) {
    let uems = TestApp::new(db);
    let (root, ada) = (uems.admin("root").await, uems.student("ada").await);
    let (one, two) =
        (uems.monday("CS101", 9, "09:00-10:00").await, uems.monday("CS102", 9, "09:00-10:00").await);
    let three = uems.monday("CS103", 9, "10:00-11:00").await;
    ada.enroll(one).await.expect(201);
    ada.drop_course(one).await.expect(200);
    assert_eq!(uems.count("select count(*) from audit_log").await, 0);

    root.enroll_other(&ada, one).await.expect(201);
    root.post("/enrollments/swap", json!({ "drop": one, "take": two, "user_id": ada.id })).await.expect(201);
    root.post("/enrollments/cart", json!({ "course_ids": [three], "user_id": ada.id })).await.expect(201);
    let id =
        ada.get(&format!("/courses/{two}")).await.body["my_enrollment"]["id"].as_str().unwrap().to_owned();
    root.drop_enrollment(two, &id).await.expect(200);

    let log = root.get(&format!("/audit?subject_id={}", ada.id)).await.expect(200);
    let entries = log.body["items"].as_array().unwrap().iter().rev();
    let acts: Vec<_> = entries.map(|entry| (entry["action"].clone(), entry["object_id"].clone())).collect();
    let (enrolled, dropped) = (json!("student_enrolled"), json!("student_dropped"));
    let expected = [(&enrolled, one), (&dropped, one), (&enrolled, two), (&enrolled, three), (&dropped, two)];
    assert_eq!(acts, expected.map(|(act, course)| (act.clone(), json!(course))));
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_refused_act_leaves_no_entry(db: PgPool) {
    let uems = TestApp::new(db);
    let (root, ada) = (uems.admin("root").await, uems.student("ada").await);
    root.put(&format!("/users/{}", ada.id), json!({ "email": "root@example.edu" })).await.expect(409);
    assert_eq!(uems.count("select count(*) from audit_log").await, 0);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn entries_written_at_once_make_one_chain(db: PgPool) {
    let uems = TestApp::new(db);
    let root = uems.admin("root").await;
    let mut people = vec![];
    for number in 0..20 {
        people.push(uems.student(&format!("student{number}")).await);
    }
    let edits = people.iter().map(|person| {
        let (root, id) = (root.clone(), person.id);
        tokio::spawn(async move {
            root.put(&format!("/users/{id}"), json!({ "department": "Physics" })).await.expect(200);
        })
    });
    for edit in edits.collect::<Vec<_>>() {
        edit.await.unwrap();
    }
    let verdict = verify(&uems.db, &[]).await.unwrap();
    assert_eq!((verdict.entries, verdict.fault), (20, None));
}

/// Somebody with all rights in the database, who can switch the triggers off.
async fn forge(db: &PgPool, sql: &str) {
    let mut tx = db.begin().await.unwrap();
    let sql = format!("set local session_replication_role = replica; {sql}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

/// One change of each column.
const CHANGES: [(&str, &str); 12] = [
    ("id", "id + 100"),
    ("at", "at + interval '1 microsecond'"),
    ("actor_id", "null"),
    ("actor_role", "'adnin'"),
    ("action", "'user_updatee'"),
    ("subject_id", "null"),
    ("object_type", "'user'"),
    ("object_id", "gen_random_uuid()"),
    ("facts", "replace(facts::text, 'Room', 'Roon')::jsonb"),
    ("request_id", "null"),
    ("previous", "set_byte(previous, 31, get_byte(previous, 31) # 1)"),
    ("hash", "set_byte(hash, 0, get_byte(hash, 0) # 1)"),
];

/// Any column of the first, of a middle and of the last of six entries, changed by one byte, and put back.
async fn every_column_counts(uems: &TestApp) {
    let columns: Vec<String> = sqlx::query_scalar(
        "select column_name::text from information_schema.columns where table_name = 'audit_log' order by ordinal_position",
    )
    .fetch_all(&uems.db)
    .await
    .unwrap();
    assert_eq!(columns, CHANGES.map(|change| change.0), "a column that nothing here changes");
    for id in [1, 3, 6] {
        for (column, value) in CHANGES {
            forge(&uems.db, &format!("create table kept as select * from audit_log where id = {id}")).await;
            forge(&uems.db, &format!("update audit_log set {column} = {value} where id = {id}")).await;
            let fault = if column == "id" { Fault::Missing(id) } else { Fault::Changed(id) };
            assert_eq!(verify(&uems.db, &[]).await.unwrap().fault, Some(fault), "{column} of {id}");
            let back = format!(
                "delete from audit_log where id in ({id}, {id} + 100);
                 insert into audit_log select * from kept; drop table kept"
            );
            forge(&uems.db, &back).await;
            assert_eq!(verify(&uems.db, &[]).await.unwrap().fault, None);
        }
        let without =
            format!("create table kept as select * from audit_log; delete from audit_log where id = {id}");
        forge(&uems.db, &without).await;
        // The end of a chain can be cut off: only what was noted elsewhere tells.
        let fault = (id < 6).then_some(Fault::Missing(id));
        assert_eq!(verify(&uems.db, &[]).await.unwrap().fault, fault, "without {id}");
        forge(&uems.db, "truncate audit_log; insert into audit_log select * from kept; drop table kept")
            .await;
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn one_changed_byte_a_missing_entry_and_a_cut_end_are_found(db: PgPool) {
    let uems = TestApp::new(db);
    let (root, ada) = (uems.admin("root").await, uems.student("ada").await);
    for number in 0..6 {
        root.put(&format!("/users/{}", ada.id), json!({ "department": format!("Room {number}") }))
            .await
            .expect(200);
    }
    for sql in ["update audit_log set action = 'x'", "delete from audit_log", "truncate audit_log"] {
        let refused = sqlx::query(sql).execute(&uems.db).await.unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{refused}");
    }
    let sound = verify(&uems.db, &[]).await.unwrap();
    assert_eq!((sound.entries, sound.fault), (6, None));
    let anchor: Anchor = format!("6:{}", sound.head).parse().unwrap();

    every_column_counts(&uems).await;
    // Changed, and given a hash that fits: the entry after it knows.
    forge(
        &uems.db,
        "update audit_log set action = 'x' where id = 3;
         update audit_log set hash = audit_hash(audit_log) where id = 3",
    )
    .await;
    assert_eq!(verify(&uems.db, &[]).await.unwrap().fault, Some(Fault::Unlinked(4)));
    forge(&uems.db, "delete from audit_log where id = 3").await;
    assert_eq!(verify(&uems.db, &[]).await.unwrap().fault, Some(Fault::Missing(3)));

    // A cut end looks whole to whoever noted nothing.
    forge(&uems.db, "delete from audit_log where id > 2").await;
    assert_eq!(verify(&uems.db, &[]).await.unwrap().fault, None);
    assert_eq!(verify(&uems.db, &[anchor]).await.unwrap().fault, Some(Fault::NotTheAnchor(6)));
}

/// `uems audit verify` as an operator runs it: its exit status, and what it says.
fn verify_command(url: &str, expected: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_uems"));
    command.args(["audit", "verify", "--log", "off"]).env("DATABASE_URL", url).stdin(Stdio::null());
    for anchor in expected {
        command.args(["--expect", anchor]);
    }
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    (output.status.code().unwrap(), text)
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn the_command_names_the_broken_entry_and_says_so_with_its_status(db: PgPool) {
    let url = db.connect_options().to_url_lossy().to_string();
    let uems = TestApp::new(db);
    let (root, ada) = (uems.admin("root").await, uems.student("ada").await);
    let (status, text) = verify_command(&url, &[]);
    assert!(status == 0 && text.contains("is empty"), "{status}: {text}");
    for number in 0..5 {
        let room = json!({ "department": format!("Room {number}") });
        root.put(&format!("/users/{}", ada.id), room).await.expect(200);
    }
    let (status, text) = verify_command(&url, &[]);
    assert!(status == 0 && text.contains("5 entries, unbroken"), "{status}: {text}");
    let noted = text.split_whitespace().last().unwrap().to_owned();
    let (status, text) = verify_command(&url, &[&noted]);
    assert_eq!(status, 0, "{text}");

    // One byte, and back.
    for (from, to, broken) in [("Room 1", "Roon 1", true), ("Roon 1", "Room 1", false)] {
        let sql = format!("facts = replace(facts::text, '{from}', '{to}')::jsonb where id = 2");
        forge(&uems.db, &format!("update audit_log set {sql}")).await;
        let (status, text) = verify_command(&url, &[&noted]);
        let named = text.contains("entry 2 was changed") && text.contains("The 1 entries before are sound");
        assert_eq!((status, named), (i32::from(broken), broken), "{text}");
    }
    // A cut end is known only to who noted it.
    forge(&uems.db, "delete from audit_log where id = 5").await;
    let (status, text) = verify_command(&url, &[]);
    assert!(status == 0 && text.contains("4 entries, unbroken"), "{status}: {text}");
    let (status, text) = verify_command(&url, &[&noted]);
    assert!(status == 1 && text.contains("entry 5 is not the one"), "{status}: {text}");
    // Not to be verified is not to be sound.
    for (url, expected) in [(&*url, "5"), (&*url, "x:y"), ("postgres://127.0.0.1:1/nothing", &*noted)] {
        let (status, text) = verify_command(url, &[expected]);
        assert!(status != 0 && !text.contains("unbroken"), "{status}: {text}");
    }
}
