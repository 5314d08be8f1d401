//! Transcripts: what is on them, who gets them, and that a code tells a copy from a forgery.

use std::process::Command;

use serde_json::{Value, json};
use sqlx::PgPool;
use uems::ids::CourseId;

use crate::support::{Actor, TestApp};

const SCALE: &str = "A:90:4,B:80:3,C:70:2,D:60:1,F:0:0";

/// A course of a student in some term: its name, credits, status and final percentage.
async fn took(
    student: &Actor,
    code: &str,
    term: (&str, i32),
    credits: &str,
    status: &str,
    percent: Option<&str>,
) -> CourseId {
    let db = &student.uems.db;
    let course: CourseId = sqlx::query_scalar(
        "insert into courses (code, section, name, capacity, credits, semester, year, schedule, enrolled_count)
         values ($1, '001', 'Course ' || $1, 9, $2::numeric, $3, $4, '{}', ($5 = 'enrolled')::int)
         on conflict (code, section, semester, year) do update set enrolled_count = courses.enrolled_count + ($5 = 'enrolled')::int
         returning id",
    )
    .bind(code)
    .bind(credits)
    .bind(term.0)
    .bind(term.1)
    .bind(status)
    .fetch_one(db)
    .await
    .unwrap();
    sqlx::query(
        "insert into enrollments (user_id, course_id, status, grade_final, dropped_at, waitlist_rank)
         values ($1, $2, $3, $4::numeric, case when $3 = 'dropped' then now() end, case when $3 = 'pending' then 1 end)",
    )
    .bind(student.id)
    .bind(course)
    .bind(status)
    .bind(percent)
    .execute(db)
    .await
    .unwrap();
    course
}

async fn event(student: &Actor, course: CourseId, event: &str, at: &str) {
    sqlx::query("insert into enrollment_events (user_id, course_id, event, at) values ($1, $2, $3, now() + $4::interval)")
        .bind(student.id)
        .bind(course)
        .bind(event)
        .bind(at)
        .execute(&student.uems.db)
        .await
        .unwrap();
}

/// A student with two terms behind her and one under way.
async fn ada(uems: &TestApp) -> Actor {
    let ada = uems.student("ada").await;
    let (spring, summer, fall) = (("spring", 2025), ("summer", 2025), ("fall", 2025));
    took(&ada, "CS201", fall, "4", "enrolled", None).await;
    took(&ada, "MA101", spring, "4", "completed", Some("95.00")).await;
    let given = took(&ada, "CS101", spring, "2.5", "completed", Some("70")).await;
    // The letter that was given stays, whatever the scale says later.
    sqlx::query(
        "insert into final_grades (enrollment_id, percent, letter, points, working)
         select id, 70, 'C!', 2, '[]' from enrollments where course_id = $1",
    )
    .bind(given)
    .execute(&uems.db)
    .await
    .unwrap();
    took(&ada, "PH101", spring, "3", "completed", Some("12.34")).await;
    took(&ada, "AR101", summer, "1", "completed", Some("89.99")).await;
    took(&ada, "BI101", fall, "3", "pending", None).await;
    uems.window("-3 days", "3 days", "-1 day").await;
    let late = took(&ada, "EC101", fall, "3", "dropped", None).await;
    event(&ada, late, "dropped", "-1 hour").await;
    let early = took(&ada, "GE101", fall, "3", "dropped", None).await;
    event(&ada, early, "dropped", "-2 days").await;
    let queue = took(&ada, "HI101", fall, "3", "dropped", None).await;
    event(&ada, queue, "left_waitlist", "-1 hour").await;
    ada
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_transcript_has_terms_credits_and_averages(db: PgPool) {
    let uems = TestApp::with(db, &["--institution", "Hill College", "--grade-scale", SCALE]);
    let ada = ada(&uems).await;
    let answer = ada.get(&format!("/users/{}/transcript", ada.id)).await.expect(200).body;
    let transcript = &answer["transcript"];
    assert_eq!(transcript["institution"], "Hill College");
    assert_eq!(transcript["student"]["full_name"], "ada Example");
    assert!(
        transcript["issued_at"].as_str().unwrap().ends_with('Z')
            && !transcript["issued_at"].as_str().unwrap().contains('.')
    );
    let terms = transcript["terms"].as_array().unwrap();
    let lines: Vec<String> = terms
        .iter()
        .flat_map(|term| {
            let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
            let courses = term["courses"].as_array().unwrap().iter().map(move |course| {
                ["code", "credits", "status", "percent", "letter", "points"]
                    .map(|field| text(&course[field]))
                    .join(" ")
            });
            let sums = ["semester", "credits_attempted", "credits_earned", "gpa", "cumulative_gpa"];
            std::iter::once(sums.map(|field| text(&term[field])).join(" ")).chain(courses.collect::<Vec<_>>())
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    spring 9.50 6.50 2.21 2.21
    CS101 2.50 completed 70.00 C! 2.00
    MA101 4.00 completed 95.00 A 4.00
    PH101 3.00 completed 12.34 F 0.00
    summer 1.00 1.00 3.00 2.29
    AR101 1.00 completed 89.99 B 3.00
    fall 0.00 0.00 - 2.29
    CS201 4.00 in_progress - - -
    EC101 3.00 withdrawn - - -
    ");
    assert_eq!(
        (&transcript["credits_attempted"], &transcript["credits_earned"], &transcript["gpa"]),
        (&json!("10.50"), &json!("7.50"), &json!("2.29"))
    );
    let nobody = uems.student("bob").await;
    let empty = nobody.get(&format!("/users/{}/transcript", nobody.id)).await.expect(200).body;
    assert_eq!((&empty["transcript"]["terms"], &empty["transcript"]["gpa"]), (&json!([]), &Value::Null));
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn only_the_student_and_admins_get_it_and_reading_anothers_is_audited(db: PgPool) {
    let uems = TestApp::new(db);
    let ada = ada(&uems).await;
    let (bob, tina, root) = (uems.student("bob").await, uems.teacher("tina").await, uems.admin("root").await);
    sqlx::query("update courses set teacher_id = $1").bind(tina.id).execute(&uems.db).await.unwrap();
    let path = format!("/users/{}/transcript", ada.id);
    for other in [&bob, &tina] {
        assert_eq!(other.get(&path).await.expect(404).code(), "not_found");
    }
    ada.get(&path).await.expect(200);
    assert_eq!(uems.count("select count(*) from audit_log").await, 0);
    root.get(&path).await.expect(200);
    let read = "select count(*) from audit_log where action = 'transcript_read' and subject_id = '";
    assert_eq!(uems.count(&format!("{read}{}' and actor_id = '{}'", ada.id, root.id)).await, 1);
    // Only students have one.
    root.get(&format!("/users/{}/transcript", root.id)).await.expect(404);
    tina.get(&format!("/users/{}/transcript", tina.id)).await.expect(404);
}

async fn verify(uems: &TestApp, body: Value) -> Value {
    uems.nobody().post("/transcripts/verify", body).await.expect(200).body
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn anybody_can_tell_a_copy_from_a_forgery(db: PgPool) {
    let uems = TestApp::with(db, &["--grade-scale", SCALE]);
    let ada = ada(&uems).await;
    let issued = ada.get(&format!("/users/{}/transcript", ada.id)).await.expect(200).body;
    let (code, transcript) = (issued["code"].as_str().unwrap(), &issued["transcript"]);

    let alone = verify(&uems, json!({ "code": code })).await;
    assert_eq!(
        (&alone["valid"], &alone["reason"], &alone["transcript_matches"]),
        (&json!(true), &Value::Null, &Value::Null)
    );
    let facts = &alone["facts"];
    assert_eq!(
        (&facts["full_name"], &facts["gpa"], &facts["credits_earned"]),
        (&json!("ada Example"), &json!("2.29"), &json!("7.50"))
    );
    assert_eq!(
        (&facts["student_id"], &facts["issued_at"]),
        (&transcript["student"]["student_id"], &transcript["issued_at"])
    );
    assert_eq!(
        verify(&uems, json!({ "code": code, "transcript": transcript })).await["transcript_matches"],
        true
    );

    // Every value of the transcript, changed.
    let mut places = vec![];
    pointers(transcript, String::new(), &mut places);
    assert!(places.len() > 50);
    for place in places {
        let mut forged = transcript.clone();
        let value = forged.pointer_mut(&place).unwrap();
        *value = match value {
            Value::String(text) => json!(format!("{text} ")),
            Value::Number(number) => json!(number.as_i64().unwrap() + 1),
            _ => json!("A"),
        };
        let told = verify(&uems, json!({ "code": code, "transcript": forged })).await;
        assert_eq!((&told["valid"], &told["transcript_matches"]), (&json!(true), &json!(false)), "{place}");
    }

    let told = |body: Value| (body["valid"].clone(), body["reason"].clone(), body["facts"].clone());
    let middle = code.len() / 2;
    let swapped = if code.as_bytes()[middle] == b'A' { "B" } else { "A" };
    let changed = format!("{}{swapped}{}", &code[..middle], &code[middle + 1..]);
    let other = TestApp::with(uems.db.clone(), &["--transcript-key", &"09".repeat(32)]);
    let foreign = other.app.transcripts.sign(&serde_json::from_value(facts.clone()).unwrap()).unwrap();
    let mut unknown = facts.clone();
    unknown["kid"] = json!("\u{0}");
    let odd = other.app.transcripts.sign(&serde_json::from_value(unknown.clone()).unwrap()).unwrap();
    unknown["kid"] = json!("0123456789abcdef");
    let unknown = other.app.transcripts.sign(&serde_json::from_value(unknown).unwrap()).unwrap();
    for (code, reasons) in [
        (changed, &["bad_signature", "malformed", "unknown_key"][..]),
        (foreign, &["bad_signature"]),
        (unknown, &["unknown_key"]),
        (odd, &["malformed"]),
        (code[..code.len() - 10].to_owned(), &["malformed"]),
        (String::new(), &["malformed"]),
        ("UEMS1.x.y\u{0}😀".to_owned(), &["malformed"]),
        (code.repeat(2_000), &["malformed"]),
    ] {
        let (valid, reason, facts) =
            told(verify(&uems, json!({ "code": code, "transcript": transcript })).await);
        assert!(
            valid == false && reasons.contains(&reason.as_str().unwrap()) && facts.is_null(),
            "{code:.80}: {reason}"
        );
    }
    let twice = r#"{"code": "x", "transcript": {"gpa": "4.00", "gpa": "2.29"}}"#;
    let mut request = axum::http::Request::post("/api/v1/transcripts/verify");
    request = request.header("content-type", "application/json");
    uems.send(request.body(axum::body::Body::from(twice)).unwrap()).await.expect(422);
    uems.nobody().post("/transcripts/verify", json!({ "code": code, "x": 1 })).await.expect(422);
}

/// JSON pointers of all values that are not containers.
fn pointers(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| pointers(value, format!("{at}/{name}"), found))
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(index, value)| pointers(value, format!("{at}/{index}"), found)),
        _ => found.push(at),
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn old_codes_verify_after_the_key_was_changed(db: PgPool) {
    let before = TestApp::with(db.clone(), &["--transcript-key", &"07".repeat(32)]);
    let ada = ada(&before).await;
    let old = ada.get(&format!("/users/{}/transcript", ada.id)).await.expect(200).body;
    let after = TestApp::with(db, &["--transcript-key", &"08".repeat(32)]);
    let new = Actor { uems: after.clone(), ..ada.clone() }
        .get(&format!("/users/{}/transcript", ada.id))
        .await
        .expect(200)
        .body;
    assert_ne!(old["key_id"], new["key_id"]);
    for answer in [&old, &new] {
        for uems in [&before, &after] {
            let told =
                verify(uems, json!({ "code": answer["code"], "transcript": answer["transcript"] })).await;
            assert_eq!((&told["valid"], &told["transcript_matches"]), (&json!(true), &json!(true)));
        }
    }
    let keys = after.nobody().get("/transcripts/keys").await.expect(200).body;
    let listed: Vec<_> = keys["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| (key["kid"].clone(), key["is_current"].clone()))
        .collect();
    assert_eq!(listed, [(new["key_id"].clone(), json!(true)), (old["key_id"].clone(), json!(false))]);
    for sql in
        ["update signing_keys set first_used_at = now()", "delete from signing_keys", "truncate signing_keys"]
    {
        let refused = sqlx::query(sql).execute(&after.db).await.unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{refused}");
    }
}

/// What docs/transcripts.md tells everybody to do, done: with openssl and Python alone.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn the_documented_check_needs_nothing_of_ours(db: PgPool) {
    let page =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/transcripts.md")).unwrap();
    let script = page.split("```python\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    for (tool, argument) in [("python3", "--version"), ("openssl", "version")] {
        let there = Command::new(tool).arg(argument).output();
        assert!(there.is_ok(), "{tool} is missing, so nothing can be proved: sudo apt-get install {tool}");
    }
    let uems = TestApp::with(db, &["--institution", "Łódź \"Hill\" \\ 😀", "--grade-scale", SCALE]);
    let ada = ada(&uems).await;
    let issued = ada.get(&format!("/users/{}/transcript", ada.id)).await.expect(200).body;
    let keys = uems.nobody().get("/transcripts/keys").await.expect(200).body;
    let folder = tempfile::tempdir().unwrap();
    let run = |code: &str, transcript: &Value| {
        for (name, content) in [
            ("check.py", script.to_owned()),
            ("code.txt", code.to_owned()),
            ("transcript.json", serde_json::to_string_pretty(transcript).unwrap()),
            ("keys.json", keys.to_string()),
        ] {
            std::fs::write(folder.path().join(name), content).unwrap();
        }
        let output = Command::new("python3").arg("check.py").current_dir(folder.path()).output().unwrap();
        (
            output.status.success(),
            String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned(),
        )
    };
    let code = issued["code"].as_str().unwrap();
    let (fine, said) = run(code, &issued["transcript"]);
    assert!(fine && said.contains("2.29"), "{said}");
    let mut better = issued["transcript"].clone();
    better["gpa"] = json!("4.00");
    assert!(!run(code, &better).0);
    let last = if code.ends_with('A') { "Q" } else { "A" };
    assert!(!run(&format!("{}{last}", &code[..code.len() - 1]), &issued["transcript"]).0);
}
