//! A gradebook at its full size: 500 students, 40 assignments, 20,000 cells.

use serde_json::json;
use sqlx::PgPool;

use crate::large::Large;
use crate::statements::counted;
use crate::support::TestApp;

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn of_twenty_thousand_cells_exactly_the_bad_ones_are_rejected(db: PgPool) {
    let uems = TestApp::new(db);
    let class = Large::of(&uems, "all", 500, 40).await;
    let file = class.file(true);
    assert_eq!(file.bad.len(), 200, "one of a hundred");

    let nothing = class.import("?apply=true&all_or_nothing=true", &file.text).await.expect(200).body;
    assert_eq!((&nothing["applied"], &nothing["rows"]), (&json!(false), &json!(500)));
    file.assert_named(&nothing);
    for table in ["grades", "grade_history"] {
        assert_eq!(uems.count(&format!("select count(*) from {table}")).await, 0, "{table}");
    }

    let most = class.import("?apply=true", &file.text).await.expect(200).body;
    assert_eq!((&most["applied"], &most["written"]), (&json!(true), &json!(19_800)));
    file.assert_named(&most);
    assert_eq!(uems.count("select count(*) from grades").await, 19_800);
    assert_eq!(uems.count("select (sum(score) * 100)::bigint from grades").await, file.sum);

    // The whole gradebook is one answer, and holes are where the bad cells were.
    let book = class.tina.get(&class.path("")).await.expect(200).body;
    let students = book["students"].as_array().unwrap();
    assert_eq!((students.len(), book["assignments"].as_array().unwrap().len()), (500, 40));
    let mut holes = vec![];
    for (row, student) in students.iter().enumerate() {
        assert_eq!(student["enrollment_id"], class.enrollments[row]);
        for (column, cell) in student["cells"].as_array().unwrap().iter().enumerate() {
            match cell["score"].as_str() {
                None => holes.push((row + 2, column + 2)),
                Some(score) => {
                    let hundredths = (row * 40 + column) * 7 % 1001;
                    assert_eq!(score, format!("{}.{:02}", hundredths / 100, hundredths % 100));
                }
            }
        }
    }
    assert_eq!(holes, file.bad.iter().map(|(line, column, ..)| (*line, *column)).collect::<Vec<_>>());
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn five_hundred_students_take_as_many_statements_as_fifty(db: PgPool) {
    let uems = TestApp::new(db);
    let mut counts = vec![];
    for (name, students) in [("few", 50), ("many", 500)] {
        let class = Large::of(&uems, name, students, 40).await;
        // The caller's session was looked up a moment ago: this is not among what is counted.
        class.tina.get("/auth/me").await.expect(200);
        let (saved, save) = counted(class.tina.put(&class.path("/bulk"), class.column(0, "7.5", None))).await;
        assert_eq!(saved.expect(200).body["written"], students);
        // All of it is one transaction's, marks and history alike.
        let transactions = "select count(distinct t.xmin::text) from (select xmin, enrollment_id from grades
            union all select xmin, enrollment_id from grade_history) t
            join enrollments e on e.id = t.enrollment_id";
        let of_class = format!("{transactions} where e.course_id = '{}'", class.course);
        let rows = of_class.replace("count(distinct t.xmin::text)", "count(*)");
        assert_eq!((uems.count(&of_class).await, uems.count(&rows).await), (1, 2 * students as i64));
        class.tina.get("/auth/me").await.expect(200);
        let (changed, change) =
            counted(class.tina.put(&class.path("/bulk"), class.column(0, "8", Some(1)))).await;
        assert_eq!(changed.expect(200).body["written"], students);
        let text = class.file(true).text;
        class.tina.get("/auth/me").await.expect(200);
        let (imported, import) = counted(class.import("?apply=true", &text)).await;
        imported.expect(200);
        class.tina.get("/auth/me").await.expect(200);
        let (book, read) = counted(class.tina.get(&class.path(""))).await;
        assert_eq!(book.expect(200).body["students"].as_array().unwrap().len(), students);
        counts.push([save, change, import, read]);
    }
    assert!(counts[0].iter().all(|count| (4..=25).contains(count)), "{counts:?}");
    assert_eq!(counts[0], counts[1]);
}
