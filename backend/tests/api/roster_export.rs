//! The roster as a file for spreadsheets.

use serde_json::json;
use sqlx::PgPool;
use uems::ids::CourseId;

use crate::support::{Actor, TestApp};

/// Names as they are stored, and as they stand in the file.
const NAMES: [(&str, &str); 5] = [
    ("=cmd()", "'=cmd()"),
    ("@SUM(A1)", "'@SUM(A1)"),
    ("O'Brien, \"Pat\"", "O'Brien, \"Pat\""),
    ("Two\nLines", "Two\nLines"),
    ("王小明", "王小明"),
];

async fn table(by: &Actor, course: CourseId, query: &str) -> Vec<Vec<String>> {
    let answer = by.get(&format!("/courses/{course}/roster.csv{query}")).await.expect(200);
    assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
    let name = answer.headers["content-disposition"].to_str().unwrap();
    assert!(
        name.starts_with("attachment; filename=\"roster-CS101-") && name.ends_with("-fall-2025.csv\""),
        "{name}"
    );
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(answer.text.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_roster_is_a_table_that_no_spreadsheet_runs(db: PgPool) {
    let uems = TestApp::new(db);
    let (tina, root) = (uems.teacher("tina").await, uems.admin("root").await);
    let course = uems.course_of("CS101", 5, json!({}), Some(&tina)).await;
    for (number, (name, _)) in NAMES.iter().enumerate() {
        let student = uems.student(&format!("s{number}")).await;
        sqlx::query("update users set full_name = $2 where id = $1")
            .bind(student.id)
            .bind(name)
            .execute(&uems.db)
            .await
            .unwrap();
        student.enroll(course).await.expect(201);
    }
    let (late, gone) = (uems.student("late").await, uems.student("gone").await);
    late.wait_for(course).await.expect(202);
    gone.wait_for(course).await.expect(202);
    gone.drop_course(course).await.expect(200);

    let rows = table(&tina, course, "").await;
    assert_eq!(
        rows[0],
        ["name", "email", "department", "status", "waitlist_position", "since"],
        "no numbers for a teacher"
    );
    let mut names: Vec<&str> = rows[1..6].iter().map(|row| &*row[0]).collect();
    names.sort_unstable();
    let mut expected = NAMES.map(|(_, shown)| shown);
    expected.sort_unstable();
    assert_eq!(names, expected);
    assert_eq!(rows.len(), 7);
    assert_eq!(rows[6][..5], ["late Example", "late@example.edu", "", "pending", "1"]);

    let all = table(&root, course, "").await;
    assert_eq!(all[0][0], "student_id");
    assert!(all[1][0].starts_with('S'), "{:?}", all[1]);
    assert_eq!(table(&root, course, "?status=dropped").await[1][1], "gone Example");
    let exports =
        "select count(*) from audit_log where action = 'roster_exported' and facts ->> 'rows' = '6'";
    assert_eq!(uems.count(exports).await, 2);
}
