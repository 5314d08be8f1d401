//! Importing a term: what is understood, what is refused and why, and that nothing is ever loaded by halves.

use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use sqlx::PgPool;
use uems::import::{CatalogueArgs, Summary, import};
use uems::terms::Semester;

use crate::support::config;

const HEADER: &str = "code,section,name,credits,capacity,days,start,end,building,room,instructor,date_from,date_to,meeting_type";

/// A file, and what the import says about it.
struct Registrar {
    db: PgPool,
    folder: tempfile::TempDir,
    flags: Vec<&'static str>,
}

struct Told {
    summary: Summary,
    report: String,
}

impl Told {
    /// Created, changed, unchanged, rejected sections.
    fn counts(&self) -> [usize; 4] {
        let Summary { created, changed, unchanged, .. } = &self.summary;
        [*created, *changed, *unchanged, self.summary.rejected_sections()]
    }

    #[track_caller]
    fn says(&self, text: &str) -> &Self {
        assert!(self.report.contains(text), "`{text}` is not in\n{}", self.report);
        self
    }
}

impl Registrar {
    fn new(db: PgPool) -> Self {
        Self { db, folder: tempfile::tempdir().unwrap(), flags: vec![] }
    }

    fn with(db: PgPool, flags: &[&'static str]) -> Self {
        Self { flags: flags.to_vec(), ..Self::new(db) }
    }

    fn file(&self, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join("catalogue.csv");
        std::fs::write(&path, bytes).unwrap();
        path
    }

    async fn run(&self, path: &Path, change: impl FnOnce(&mut CatalogueArgs)) -> anyhow::Result<Told> {
        let mut args = CatalogueArgs {
            file: path.to_owned(),
            semester: Semester::Spring,
            year: 2024,
            apply: true,
            default_credits: None,
            name_from_code: false,
            report: None,
        };
        change(&mut args);
        let mut out = vec![];
        let summary = import(&self.db, &config(&self.flags).institution, &args, &mut out).await?;
        Ok(Told { summary, report: String::from_utf8(out).unwrap() })
    }

    /// Applies rows under the usual header.
    async fn apply(&self, rows: &str) -> Told {
        let path = self.file(format!("{HEADER}\n{rows}\n").as_bytes());
        self.run(&path, |_| {}).await.unwrap()
    }

    async fn refuses(&self, bytes: &[u8]) -> String {
        let error = self.run(&self.file(bytes), |_| {}).await.err().expect("it was accepted");
        assert_eq!(self.number("select count(*) from courses").await, 0);
        assert_eq!(self.number("select count(*) from users").await, 0);
        format!("{error:#}")
    }

    async fn number(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.db).await.unwrap()
    }

    async fn text(&self, sql: &'static str) -> String {
        sqlx::query_scalar::<_, Option<String>>(sql).fetch_one(&self.db).await.unwrap().unwrap_or_default()
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn rows_of_one_section_are_its_meetings(db: PgPool) {
    let registrar = Registrar::new(db);
    let told = registrar
        .apply(
            "CSE100,A01,Data Structures,4,40,Mo We,9:00,9:50,HALL,1,\"Okafor, Grace\",,,LE
CSE100,A01,Data Structures,4,40,Fr,13:00,13:50,LAB,2,\"Okafor, Grace\",,,DI
CSE100,A01,Data Structures,4,40,,15:00,17:59,HALL,1,\"Okafor, Grace\",2024-06-11,2024-06-11,FI
CSE100,A01,Data Structures,4,40,Fr,13:00,13:50,LAB,2,\"Okafor, Grace\",,,DI
MATH200,,Independent Study,2.5,9999,,,,,,,,,",
        )
        .await;
    assert_eq!(told.counts(), [2, 0, 0, 0]);
    let schedule = registrar.text("select schedule::text from courses where code = 'CSE100'").await;
    let schedule: serde_json::Value = serde_json::from_str(&schedule).unwrap();
    assert_eq!(
        schedule,
        serde_json::json!({
            "monday": [{"time": "09:00-09:50", "room": "HALL 1", "type": "LE"}],
            "tuesday": [{"time": "15:00-17:59", "from": "2024-06-11", "to": "2024-06-11", "room": "HALL 1", "type": "FI"}],
            "wednesday": [{"time": "09:00-09:50", "room": "HALL 1", "type": "LE"}],
            "friday": [{"time": "13:00-13:50", "room": "LAB 2", "type": "DI"}],
        })
    );
    let course =
        "select concat_ws('|', section, room, capacity, credits, schedule) from courses where code = ";
    let course = sqlx::query_scalar::<_, String>(sqlx::AssertSqlSafe(format!("{course}'MATH200'")));
    assert_eq!(course.fetch_one(&registrar.db).await.unwrap(), "001|9999|2.50|{}");
    let teacher = "select concat_ws('|', u.role, u.password_hash, u.full_name, u.department, u.email like '%@teachers.invalid')
        from courses c join users u on u.id = c.teacher_id";
    assert_eq!(registrar.text(teacher).await, "teacher|!|Okafor, Grace|CSE|t");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn twice_changes_nothing_and_a_dry_run_never_does(db: PgPool) {
    let registrar = Registrar::new(db);
    let rows = "CSE100,A01,Data Structures,1–6,40,Mo,9:00,9:50,HALL,1,Ada,,,LE
CSE100,A02,Data Structures,1–6,40,Mo,9:00,9:50,HALL,1,Ada,,,LE";
    let path = registrar.file(format!("{HEADER}\n{rows}\n").as_bytes());
    let told = registrar.run(&path, |args| args.apply = false).await.unwrap();
    told.says("dry run").says("credits `1–6`: loaded with 1");
    assert_eq!((told.counts(), registrar.number("select count(*) from users").await), ([2, 0, 0, 0], 0));
    assert_eq!(registrar.apply(rows).await.counts(), [2, 0, 0, 0]);
    let versions = "select string_agg(concat_ws(' ', code, section, version, updated_at), ',' order by section) from courses";
    let before = registrar.text(versions).await;
    let again = registrar.apply(rows).await;
    assert_eq!((again.counts(), again.summary.new_teachers), ([0, 0, 2, 0], 0));
    assert_eq!(registrar.text(versions).await, before);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn other_facts_change_a_section_and_absence_leaves_it_alone(db: PgPool) {
    let registrar = Registrar::new(db);
    registrar
        .apply("CSE100,A01,Data Structures,4,40,Mo,9:00,9:50,HALL,1,Ada,,,\nCSE101,A01,Algorithms,4,40,,,,,,Bob,,,")
        .await;
    let told = registrar.apply("CSE100,A01,Data Structures,4,50,Tu,9:00,9:50,HALL,2,,,,").await;
    assert_eq!(told.counts(), [0, 1, 0, 0]);
    told.says("capacity 40 → 50; room HALL 1 → HALL 2; times");
    let courses = "select string_agg(concat_ws(' ', code, capacity, version, room, teacher_id is not null), ', ' order by code)
        from courses";
    assert_eq!(registrar.text(courses).await, "CSE100 50 2 HALL 2 t, CSE101 40 1 t");
    let meetings = "select string_agg(room || ' ' || minutes::text, ', ') from course_meetings";
    assert_eq!(registrar.text(meetings).await, "HALL 2 [1980,2030)");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn every_kind_of_dirt_has_its_reason(db: PgPool) {
    let registrar = Registrar::new(db);
    let told = registrar
        .apply(
            "CSE8A,A01,Small code,4,40,,,,,,,,,
CSE102,A01,,4,40,,,,,,,,,
CSE103,A01,No credits,,40,,,,,,,,,
CSE104,A01,Too many credits,7,40,,,,,,,,,
CSE105,A01,Odd credits,four,40,,,,,,,,,
CSE106,A01,No seats,4,0,,,,,,,,,
CSE107,A01,Too many seats,4,10000,,,,,,,,,
CSE108,A01,Weekend,4,40,Sa,9:00,9:50,,,,,,
CSE109,A01,Odd day,4,40,Mon,9:00,9:50,,,,,,
CSE110,A01,Odd time,4,40,Mo,9:00,25:00,,,,,,
CSE111,A01,Backwards,4,40,Mo,10:00,9:00,,,,,,
CSE112,A01,Weeks without days,4,40,,9:00,9:50,,,,2024-04-01,2024-05-01,
CSE113,A01,Odd date,4,40,,9:00,9:50,,,,11/06/2024,11/06/2024,
CSE114,A01,Exam on Saturday,4,40,,9:00,9:50,,,,2024-06-08,2024-06-08,FI
CSE115,A01,Large,4,600,,,,,,,,,
CSE116,A01,Co\u{1b}[31mlour,4,40,,,,,,,,,
CSE117,A01,Short row,4
CSE118,A01,Half of it,4,40,Mo,9:00,9:50,,,,,,
CSE118,A01,Half of it,4,40,Su,9:00,9:50,,,,,,
CSE119,A01,One name,4,40,,,,,,,,,
CSE119,A01,Another name,4,40,,,,,,,,,"
                .replace("\\u{1b}", "\u{1b}")
                .as_str(),
        )
        .await;
    told.says("line 2, code `CSE8A`: codes here look like")
        .says("line 3, CSE102-A01, name ``: give it a name, or import with --name-from-code")
        .says("line 4, CSE103-A01, credits ``: give it credits, or import with --default-credits")
        .says("line 5, CSE104-A01, credits `7`: above 6, the most credits of a course here (UEMS_MAX_CREDITS)")
        .says("line 6, CSE105-A01, credits `four`: write a number")
        .says("line 7, CSE106-A01, capacity `0`")
        .says("line 8, CSE107-A01, capacity `10000`")
        .says("line 9, CSE108-A01, days `Sa`: no weekly classes on saturday here (UEMS_TEACHING_DAYS)")
        .says("line 10, CSE109-A01, days `Mon`")
        .says("line 11, CSE110-A01, end `25:00`")
        .says("line 12, CSE111-A01, end `9:00`: the end must be later")
        .says("line 13, CSE112-A01, days ``: a meeting of several weeks needs its days")
        .says("line 14, CSE113-A01, date_from `11/06/2024`")
        .says("warning   line 16, CSE115-A01, capacity `600`")
        .says("line 17, CSE116-A01, name `Co\\u{1b}[31mlour`: leave out control")
        .says("line 18, CSE117-A01: the row has 4 cells, the header 14")
        .says("line 20, CSE118-A01, days `Su`")
        .says("line 19, CSE118-A01: a section is loaded whole or not at all; see line 20")
        .says("warning   line 22, CSE119-A01, name `Another name`: an earlier row of this section says otherwise");
    assert_eq!(told.counts(), [3, 0, 0, 15]);
    assert_eq!(told.summary.rejected_rows, 17);
    let loaded = "select string_agg(code || ' ' || name, ', ' order by code) from courses";
    assert_eq!(registrar.text(loaded).await, "CSE114 Exam on Saturday, CSE115 Large, CSE119 One name");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn the_institution_decides_what_is_usual(db: PgPool) {
    let flags = ["--code-pattern", r"[A-Z]+\d+[A-Z]*", "--teaching-days", "saturday", "--max-credits", "12"];
    let registrar = Registrar::with(db, &flags);
    let told = registrar.apply("CSE8A,A01,Saturday school,12,40,Sa,9:00,9:50,,,,,,").await;
    assert_eq!(told.counts(), [1, 0, 0, 0]);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn defaults_fill_in_for_missing_names_and_credits(db: PgPool) {
    let registrar = Registrar::new(db);
    let path = registrar.file(b"capacity;code;days;start;end\r\n30;CSE100;;;\r\n");
    let fill = |args: &mut CatalogueArgs| {
        (args.default_credits, args.name_from_code) = (Some("3.5".to_owned()), true)
    };
    assert_eq!(registrar.run(&path, fill).await.unwrap().counts(), [1, 0, 0, 0]);
    assert_eq!(registrar.text("select name || ' ' || credits from courses").await, "CSE100 3.50");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn rows_of_another_term_do_not_touch_this_one(db: PgPool) {
    let registrar = Registrar::new(db);
    let path = registrar.file(
        b"code,name,credits,capacity,days,start,end,semester,year
CSE100,This one,4,30,,,,Spring,2024
CSE100,Next one,4,30,,,,fall,2024
CSE101,Later one,4,30,,,,spring,2025
CSE102,No term,4,30,,,,,
",
    );
    let told = registrar.run(&path, |_| {}).await.unwrap();
    assert_eq!(told.counts(), [2, 0, 0, 0]);
    told.says("line 3, semester `fall`: this import is for spring 2024").says("line 4, year `2025`");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn files_as_other_programs_write_them(db: PgPool) {
    let plain = format!("{HEADER}\nCSE100,A01,\"Data, and \"\"more\"\"\",4,40,,,,,,,,,\n");
    let mut gzip = GzEncoder::new(vec![], Compression::fast());
    gzip.write_all(plain.as_bytes()).unwrap();
    let shapes = [
        plain.clone().into_bytes(),
        format!("\u{feff}{plain}").into_bytes(),
        plain.replace('\n', "\r\n").into_bytes(),
        "Code;Name;CREDITS;capacity;days;start;end\nCSE100;\"Data, and \"\"more\"\"\";4;40;;;\n".into(),
        "code\tname\tcredits\tcapacity\tdays\tstart\tend\tsection\nCSE100\tData, and \"more\"\t4\t40\t\t\t\tA01\n".into(),
        gzip.finish().unwrap(),
    ];
    let registrar = Registrar::new(db);
    for (number, shape) in shapes.iter().enumerate() {
        registrar
            .run(&registrar.file(shape), |_| {})
            .await
            .unwrap_or_else(|error| panic!("{number}: {error:#}"));
        assert_eq!(
            registrar.number("select count(*) from courses where name = 'Data, and \"more\"'").await,
            1,
            "{number}"
        );
        sqlx::raw_sql("delete from course_meetings; delete from courses")
            .execute(&registrar.db)
            .await
            .unwrap();
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_file_that_cannot_be_trusted_is_refused_whole(db: PgPool) {
    let registrar = Registrar::new(db);
    let rows = format!("{HEADER}\n{}", "CSE100,A01,Data Structures,4,40,,,,,,,,,\n".repeat(5_000));
    let mut gzip = GzEncoder::new(vec![], Compression::none());
    gzip.write_all(rows.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    for (bytes, expected) in [
        (&b""[..], "the file is empty"),
        (HEADER.as_bytes(), "has a header, but no rows"),
        (b"code,name,credits,days,start,end\nA,B,4,,,\n", "the header lacks: capacity"),
        (b"hello\nworld\n", "the header lacks: code, capacity, days, start, end, name, credits"),
        (b"code,code\n", "`code` stands there twice"),
        (b"\xff\xfec\0o\0d\0e\0", "UTF-16"),
        (&gzip[..gzip.len() / 2], "the gzip file is cut off"),
        (&gzip[..12], "the gzip file is cut off"),
    ] {
        let error = registrar.refuses(bytes).await;
        assert!(error.contains(expected), "{error}");
    }
    let latin = [format!("{HEADER}\nCSE100,A01,Espa").as_bytes(), b"\xf1ol,4,40,,,,,,,,,\n"].concat();
    let error = registrar.refuses(&latin).await;
    assert!(error.contains("line 2, cell 3: not UTF-8"), "{error}");
    let unclosed = [format!("{HEADER}\nCSE100,A01,\"").as_bytes(), &vec![b'x'; 5 << 20]].concat();
    let error = registrar.refuses(&unclosed).await;
    assert!(error.contains("is a quotation mark never closed?"), "{error}");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn lines_are_those_of_the_file(db: PgPool) {
    let registrar = Registrar::new(db);
    let path = registrar.file(
        b"code,name,credits,capacity,days,start,end,description\r\nCSE100,One,4,30,,,,\"two\r\nlines\"\r\n\r\nCSE101,Two,4,0,,,,\r\n",
    );
    let told = registrar.run(&path, |_| {}).await.unwrap();
    told.says("line 5, CSE101-001, capacity `0`");
    assert_eq!(registrar.text("select description from courses").await, "two\r\nlines");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn identical_slots_are_shared_and_partial_overlaps_refused(db: PgPool) {
    let registrar = Registrar::new(db);
    let told = registrar
        .apply(
            "CSE100,A01,Data Structures,4,40,Tu Th,9:00,9:50,HALL,1,Ada,,,LE
CSE100,A02,Data Structures,4,40,Tu Th,9:00,9:50,HALL,1,Ada,,,LE
MATH100,A01,Cross-listed,4,40,Tu,9:00,9:50,HALL,1,Ada,,,LE
PHYS100,A01,Intruder,4,40,Th,9:30,10:20,HALL,1,Bob,,,LE
PHYS101,A01,After it,4,40,Th,9:50,10:40,HALL,1,Bob,,,LE
PHYS102,A01,Online,4,40,Th,9:30,10:20,ONLINE,,Bob,,,LE
PHYS103,A01,Online too,4,40,Th,9:00,10:20,Online,,Bob,,,LE",
        )
        .await;
    assert_eq!(told.counts(), [6, 0, 0, 1]);
    told.says(
        "line 5, PHYS100-A01, room `HALL 1`: PHYS100-A01 wants HALL 1 on thursday 09:30-10:20, but CSE100-A01 has it (line 2, 09:00-09:50)",
    );
    let groups = "select string_agg(code || '-' || section || '=' || coalesce(cross_listing, ''), ' ' order by code, section)
        from courses";
    assert_eq!(
        registrar.text(groups).await,
        "CSE100-A01=CSE100-A01 CSE100-A02=CSE100-A01 MATH100-A01=CSE100-A01 PHYS101-A01= PHYS102-A01= PHYS103-A01="
    );
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_section_cannot_meet_twice_at_once(db: PgPool) {
    let registrar = Registrar::new(db);
    let told = registrar
        .apply("CSE100,A01,Data Structures,4,40,Th,13:00,14:20,,,,,,LE\nCSE100,A01,Data Structures,4,40,Th,14:00,15:10,,,,,,DI")
        .await;
    told.says("line 3, CSE100-A01, start `14:00-15:10`: thursday 14:00-15:10 overlaps thursday 13:00-14:20 of the same section");
    assert_eq!((told.counts(), told.summary.rejected_rows), ([1, 0, 0, 0], 1));
    assert_eq!(registrar.number("select count(*) from course_meetings").await, 1);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn rooms_of_stored_sections_are_respected_and_may_be_swapped(db: PgPool) {
    let registrar = Registrar::new(db);
    let row =
        |code: &str, hall: u32| format!("{code},A01,Data Structures,4,40,Mo,9:00,9:50,HALL,{hall},,,,\n");
    registrar.apply(&[row("CSE100", 1), row("CSE101", 2), row("CSE102", 3)].concat()).await;
    let told = registrar.apply(&[row("CSE100", 2), row("CSE101", 1)].concat()).await;
    assert_eq!(told.counts(), [0, 2, 0, 0]);
    // CSE102 is not in this file: whoever wants its room must look elsewhere, and so must who wants theirs.
    let told = registrar.apply(&[row("CSE100", 3), row("CSE103", 2)].concat()).await;
    assert_eq!(told.counts(), [0, 0, 0, 2]);
    told.says("CSE100-A01 wants HALL 3 on monday 09:00-09:50, but CSE102-A01 has it (09:00-09:50)")
        .says("CSE103-A01 wants HALL 2 on monday 09:00-09:50, but CSE100-A01 has it (09:00-09:50)");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn known_class_dates_hold_exams_against_classes(db: PgPool) {
    let registrar = Registrar::new(db);
    sqlx::query("insert into terms (semester, year, starts_on, ends_on) values ('spring', 2024, '2024-04-01', '2024-06-07')")
        .execute(&registrar.db)
        .await
        .unwrap();
    let told = registrar
        .apply(
            "CSE100,A01,Class,4,40,Tu,9:00,9:50,HALL,1,,,,
CSE101,A01,Midterm in it,4,40,,9:00,9:50,HALL,1,,2024-05-07,2024-05-07,MI
CSE102,A01,Final after it,4,40,,9:00,9:50,HALL,1,,2024-06-11,2024-06-11,FI
CSE103,A01,Shares,4,40,Mo,9:00,9:50,HALL,2,,,,
CSE104,A01,Shares,4,40,Mo,9:00,9:50,HALL,2,,,,
CSE104,A01,Shares,4,40,,9:00,10:50,HALL,2,,2024-05-06,2024-05-06,MI
CSE105,A01,Midterm in its own class,4,40,We,9:00,9:50,HALL,3,,,,
CSE105,A01,Midterm in its own class,4,40,,9:00,10:50,HALL,3,,2024-05-08,2024-05-08,MI",
        )
        .await;
    assert_eq!(told.counts(), [4, 0, 0, 2]);
    told.says("CSE101-A01 wants HALL 1 on tuesday").says("CSE104-A01 wants HALL 2 on monday");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn nobody_loses_a_seat_by_an_import(db: PgPool) {
    let registrar = Registrar::new(db);
    registrar.apply("CSE100,A01,Data Structures,4,2,Mo,9:00,9:50,,,,,,\nCSE101,A01,Algorithms,4,2,Mo,10:00,10:50,,,,,,").await;
    for (name, code) in [("ada", "CSE100"), ("ada", "CSE101"), ("bob", "CSE100")] {
        sqlx::query(
            "with student as (
                 insert into users (email, password_hash, role, full_name) values ($1 || '@example.edu', '!', 'student', $1)
                 on conflict (email) do update set full_name = $1 returning id
             ), seat as (update courses set enrolled_count = enrolled_count + 1 where code = $2 returning id)
             insert into enrollments (user_id, course_id, status) select student.id, seat.id, 'enrolled' from student, seat",
        )
        .bind(name)
        .bind(code)
        .execute(&registrar.db)
        .await
        .unwrap();
    }
    sqlx::raw_sql(
        "insert into users (email, password_hash, role, full_name) values ('cyd@example.edu', '!', 'student', 'Cyd');
         insert into enrollments (user_id, course_id, status, waitlist_rank)
         select u.id, c.id, 'pending', 1 from users u, courses c where u.full_name = 'Cyd' and c.code = 'CSE100'",
    )
    .execute(&registrar.db)
    .await
    .unwrap();
    let told = registrar.apply("CSE100,A01,Data Structures,4,1,Mo,9:00,9:50,,,,,,").await;
    told.says("capacity `1`: 2 students are enrolled; capacity cannot go below that");
    assert_eq!(told.counts(), [0, 0, 0, 1]);
    // More seats go to those who wait; a moved class that clashes is told about, and nobody is dropped.
    let told = registrar.apply("CSE100,A01,Data Structures,4,3,Mo,10:00,10:50,,,,,,").await;
    told.says("ada now has a clash with CSE101-A01");
    let places = "select string_agg(u.full_name || ' ' || e.status, ', ' order by u.full_name)
        from enrollments e join users u on u.id = e.user_id join courses c on c.id = e.course_id where c.code = 'CSE100'";
    assert_eq!(registrar.text(places).await, "Cyd enrolled, ada enrolled, bob enrolled");
    assert_eq!(
        registrar.number("select count(*) from enrollment_events where event = 'clash_created'").await,
        1
    );
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_corrected_address_is_still_the_same_teacher(db: PgPool) {
    let registrar = Registrar::new(db);
    let rows = "CSE100,A01,Data Structures,4,40,,,,,,\"Okafor, Grace\",,,";
    registrar.apply(rows).await;
    sqlx::query("update users set email = 'g.okafor@example.edu'").execute(&registrar.db).await.unwrap();
    assert_eq!(registrar.apply(rows).await.counts(), [0, 0, 1, 0]);
    assert_eq!(registrar.number("select count(*) from users").await, 1);
    let told =
        registrar.apply("CSE100,A01,Data Structures,4,40,,,,,,\"Okafor, Grace & Rivera, Alex\",,,").await;
    told.says("a section has one teacher here: the first named");
    assert_eq!(registrar.apply("CSE101,A01,Algorithms,4,40,,,,,,Staff,,,").await.summary.new_teachers, 0);
}

/// The database refuses something the plan could not know: nothing stays, not even the teachers.
#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn what_fails_in_the_middle_leaves_nothing(db: PgPool) {
    let registrar = Registrar::new(db);
    sqlx::raw_sql(
        "create function fail() returns trigger language plpgsql as $$ begin raise exception 'disk full'; end $$;
         create trigger fail before insert on courses for each row when (new.code = 'CSE199') execute function fail()",
    )
    .execute(&registrar.db)
    .await
    .unwrap();
    let rows =
        (0..1_500).map(|n| format!("CSE100,{n},Data Structures,4,40,,,,,,Ada {n},,,\n")).collect::<String>();
    let error =
        registrar.refuses(format!("{HEADER}\n{rows}CSE199,A01,Last,4,40,,,,,,,,,\n").as_bytes()).await;
    assert!(error.contains("disk full"), "{error}");
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn two_imports_at_once_do_not_mix(db: PgPool) {
    let registrar = Registrar::new(db);
    let rows = (0..800).map(|n| format!("CSE100,{n},Data Structures,4,40,,,,,,Ada,,,\n")).collect::<String>();
    let path = registrar.file(format!("{HEADER}\n{rows}").as_bytes());
    let (one, other) = tokio::join!(registrar.run(&path, |_| {}), registrar.run(&path, |_| {}));
    for outcome in [one, other] {
        match outcome {
            Ok(told) => assert_eq!(told.summary.loaded(), 800),
            Err(error) => assert!(error.to_string().contains("another import is at work"), "{error:#}"),
        }
    }
    assert_eq!(registrar.number("select count(*) from courses").await, 800);
    assert_eq!(registrar.number("select count(*) from users").await, 1);
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn the_report_is_also_a_table(db: PgPool) {
    let registrar = Registrar::new(db);
    let path = registrar
        .file(format!("{HEADER}\nCSE100,A01,Fine,4,40,,,,,,,,,\nCSE101,A01,Full,4,0,,,,,,,,,\n").as_bytes());
    let table = registrar.folder.path().join("report.csv");
    registrar.run(&path, |args| args.report = Some(table.clone())).await.unwrap();
    assert_eq!(
        std::fs::read_to_string(table).unwrap(),
        "what,line,section,column,value,reason\n\
         created,,CSE100-A01,,,Fine\n\
         rejected,3,CSE101-A01,capacity,0,nobody could register: a section needs at least one seat\n"
    );
}

/// A real university's term, where it is at hand; see the README beside the data for what is in it.
fn real_data(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join("shared/data");
    let path = std::env::var_os("UEMS_DATA").map_or(root, PathBuf::from).join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED: {} is not there; set UEMS_DATA to the folder of real catalogues", path.display());
    None
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn a_real_term_loads(db: PgPool) {
    let Some(path) = real_data("ucsd-2024-spring.csv.gz") else { return };
    let registrar = Registrar::with(db, &["--code-pattern", r"^[A-Z]{2,5}\d{1,3}[A-Z]{0,3}$"]);
    let told = registrar.run(&path, |_| {}).await.unwrap();
    assert!(told.summary.created >= 6_700, "{:?}", told.summary);
    let again = registrar.run(&path, |_| {}).await.unwrap();
    assert_eq!((again.summary.created, again.summary.changed), (0, 0));
    let fill =
        |args: &mut CatalogueArgs| (args.default_credits, args.name_from_code) = (Some("4".to_owned()), true);
    let more = registrar.run(&path, fill).await.unwrap();
    assert!(more.summary.loaded() >= 7_700, "{:?}", more.summary);
    // What else loads now shares rooms with some of what was there.
    let changed = more.report.lines().filter(|line| line.starts_with("changed"));
    for line in changed {
        assert!(line.contains(": shares a room as "), "{line}");
    }
}

#[sqlx::test(migrator = "uems::MIGRATOR")]
async fn the_strict_part_of_a_real_term_loads_whole(db: PgPool) {
    let Some(path) = real_data("ucsd-2024-spring-strict.csv") else { return };
    let registrar = Registrar::new(db);
    let told = registrar.run(&path, |_| {}).await.unwrap();
    assert_eq!(told.counts(), [1_118, 0, 0, 0]);
    assert_eq!(registrar.number("select count(*) from courses").await, 1_118);
}
