//! Reading the roll: a whole class, a student's sections, who misses too much. A fixed number of statements each.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder, Row};

use super::model::{
    AbsenceFilter, Absences, ClassFilter, Counts, CourseOf, CourseTally, Meeting, Record, StudentAttendance,
    UserAttendanceFilter,
};
use super::queries::Class;
use super::rules;
use crate::courses::clock;
use crate::enrollments::StudentRef;
use crate::error::Result;
use crate::http::page::{Page, Sort, Window};
use crate::ids::{CourseId, UserId};

/// What [`Counts`] is read from; `a` the attendance.
const COUNTS: &str = "count(*) filter (where a.status = 'present') as present,
    count(*) filter (where a.status = 'absent') as absent, count(*) filter (where a.status = 'late') as late,
    count(*) filter (where a.status = 'excused') as excused";

/// Those whose attendance counts.
const SEATED: &str = "e.status in ('enrolled', 'completed')";

const COURSE: &str = "c.id, c.code, c.section, c.name, c.semester, c.year";

const NEWEST_TERM: &str = "c.year desc, array_position(array['spring', 'summer', 'fall'], c.semester::text) desc, c.code, c.section, e.id";

fn student(row: &PgRow) -> Result<StudentRef, sqlx::Error> {
    Ok(StudentRef {
        id: row.try_get("user_id")?,
        full_name: row.try_get("full_name")?,
        email: row.try_get("email")?,
        student_id: row.try_get("student_id")?,
        department: row.try_get("department")?,
    })
}

/// The class by name, each with the counts of the whole term; records are added by [`add_records`].
pub async fn students(db: &mut PgConnection, course: CourseId) -> Result<Vec<(StudentAttendance, Counts)>> {
    let mut query = QueryBuilder::new(
        "select e.id as enrollment_id, e.status, e.user_id, u.full_name, u.email, u.student_id, u.department, ",
    );
    query.push(COUNTS);
    query.push(" from enrollments e join users u on u.id = e.user_id left join attendance a on a.enrollment_id = e.id");
    query.push(" where ").push(SEATED).push(" and e.course_id = ").push_bind(course.0);
    query.push(" group by e.id, u.id order by u.full_name, e.id");
    let rows = query.build().fetch_all(db).await?;
    let students = rows.iter().map(|row| {
        let counts = Counts::from_row(row)?;
        let student = StudentAttendance {
            enrollment_id: row.try_get("enrollment_id")?,
            status: row.try_get("status")?,
            student: student(row)?,
            tally: counts.into(),
            record: None,
            records: vec![],
        };
        Ok((student, counts))
    });
    Ok(students.collect::<Result<_, sqlx::Error>>()?)
}

/// Puts the records of the dates asked for to their students.
pub async fn add_records(
    db: &mut PgConnection,
    course: CourseId,
    filter: &ClassFilter,
    students: &mut [StudentAttendance],
) -> Result<()> {
    let mut query =
        QueryBuilder::new("select a.* from enrollments e join attendance a on a.enrollment_id = e.id where ");
    query.push(SEATED).push(" and e.course_id = ").push_bind(course.0);
    for (condition, date) in
        [(" and a.date >= ", filter.from), (" and a.date <= ", filter.to), (" and a.date = ", filter.date)]
    {
        if let Some(date) = date {
            query.push(condition).push_bind(date);
        }
    }
    query.push(" order by a.date, a.meeting, a.id");
    let mut by_student: BTreeMap<_, Vec<Record>> = BTreeMap::new();
    for record in query.build_query_as::<Record>().fetch_all(db).await? {
        by_student.entry(record.enrollment_id).or_default().push(record);
    }
    let meeting = filter.meeting.unwrap_or(1);
    for student in students {
        student.records = by_student.remove(&student.enrollment_id).unwrap_or_default();
        if filter.date.is_some() {
            student.record = student.records.iter().find(|record| record.meeting == meeting).cloned();
        }
    }
    Ok(())
}

/// Meetings held so far, newest first: those of the schedule, and those that were marked besides.
pub async fn meetings(db: &mut PgConnection, class: &Class, today: NaiveDate) -> Result<Vec<Meeting>> {
    let marked = sqlx::query!(
        r#"select a.date, a.meeting, count(*) as "marked!", bool_or(a.make_up) as "make_up!"
           from enrollments e join attendance a on a.enrollment_id = e.id
           where e.course_id = $1 and e.status in ('enrolled', 'completed')
           group by a.date, a.meeting order by a.date desc, a.meeting desc limit 400"#,
        class.id.0
    );
    let mut meetings = BTreeMap::new();
    for (date, meeting, slot) in class.days().held_until(today) {
        meetings.insert(
            (date, meeting),
            Meeting {
                date,
                meeting,
                start: Some(clock(slot.start, false)),
                end: Some(clock(slot.end, true)),
                kind: slot.kind.clone(),
                scheduled: true,
                make_up: false,
                marked: 0,
            },
        );
    }
    for row in marked.fetch_all(db).await? {
        let (date, meeting) = (row.date, row.meeting);
        let besides = Meeting {
            date,
            meeting,
            start: None,
            end: None,
            kind: None,
            scheduled: false,
            make_up: false,
            marked: 0,
        };
        let meeting = meetings.entry((date, meeting)).or_insert(besides);
        (meeting.marked, meeting.make_up) = (row.marked, row.make_up);
    }
    Ok(meetings.into_values().rev().take(400).collect())
}

/// A student's sections with their counts, newest term first; `teacher` narrows them to that teacher's.
pub async fn of_student(
    db: &mut PgConnection,
    student: UserId,
    teacher: Option<UserId>,
    filter: &UserAttendanceFilter,
) -> Result<Page<CourseTally>> {
    let window = Window::new(filter.page, filter.page_size)?;
    let narrowed = |query: &mut QueryBuilder<Postgres>| {
        query.push(" where ").push(SEATED).push(" and e.user_id = ").push_bind(student.0);
        if let Some(teacher) = teacher {
            query.push(" and c.teacher_id = ").push_bind(teacher.0);
        }
        if let Some(semester) = filter.semester {
            query.push(" and c.semester = ").push_bind(semester.as_str());
        }
        if let Some(year) = filter.year {
            query.push(" and c.year = ").push_bind(year);
        }
    };
    let mut count =
        QueryBuilder::new("select count(*) from enrollments e join courses c on c.id = e.course_id");
    narrowed(&mut count);
    let mut rows = QueryBuilder::new("select e.id as enrollment_id, e.status, ");
    rows.push(COURSE).push(", ").push(COUNTS);
    rows.push(" from enrollments e join courses c on c.id = e.course_id left join attendance a on a.enrollment_id = e.id");
    narrowed(&mut rows);
    rows.push(" group by e.id, c.id order by ").push(NEWEST_TERM);
    rows.push(" limit ").push_bind(window.size).push(" offset ").push_bind(window.offset());

    let total = count.build_query_scalar::<i64>().fetch_one(&mut *db).await?;
    let rows = rows.build().fetch_all(db).await?;
    let items = rows.iter().map(|row| {
        Ok(CourseTally {
            enrollment_id: row.try_get("enrollment_id")?,
            course: CourseOf::from_row(row)?,
            status: row.try_get("status")?,
            tally: Counts::from_row(row)?.into(),
        })
    });
    Ok(window.of(items.collect::<Result<_, sqlx::Error>>()?, total))
}

const SORTS: [(&str, &str); 3] = [
    // What counts is more than nothing here.
    ("absence_rate", "absent::numeric / (present + late + absent)"),
    ("student", "full_name"),
    ("course", "code"),
];

/// Students whose share of absences is at least `threshold` percent, in the sections of `teacher`, or in all.
pub async fn absences(
    db: &mut PgConnection,
    threshold: Decimal,
    teacher: Option<UserId>,
    filter: &AbsenceFilter,
) -> Result<Page<Absences>> {
    let window = Window::new(filter.page, filter.page_size)?;
    let sort =
        Sort::parse(filter.sort.as_deref(), &SORTS)?.unwrap_or(Sort { field: SORTS[0].1, descending: true });
    let tallied = || {
        let mut query = QueryBuilder::new("with tallied as (select e.id as enrollment_id, e.user_id, ");
        query.push(COURSE).push(", ").push(COUNTS);
        query.push(" from enrollments e join courses c on c.id = e.course_id join attendance a on a.enrollment_id = e.id");
        query.push(" where ").push(SEATED);
        if let Some(teacher) = teacher {
            query.push(" and c.teacher_id = ").push_bind(teacher.0);
        }
        if let Some(course) = filter.course_id {
            query.push(" and c.id = ").push_bind(course.0);
        }
        if let Some(semester) = filter.semester {
            query.push(" and c.semester = ").push_bind(semester.as_str());
        }
        if let Some(year) = filter.year {
            query.push(" and c.year = ").push_bind(year);
        }
        query.push(" group by e.id, c.id), listed as (select * from tallied");
        query.push(" where present + late + absent > 0 and absent * 100 >= (present + late + absent) * ");
        query.push_bind(threshold).push(") ");
        query
    };
    let mut count = tallied();
    count.push("select count(*) from listed");
    let mut rows = tallied();
    rows.push("select l.*, u.full_name, u.email, u.student_id, u.department from listed l join users u on u.id = l.user_id");
    rows.push(" order by ").push(sort.field).push(sort.direction());
    rows.push(", full_name, code, section, enrollment_id limit ").push_bind(window.size);
    rows.push(" offset ").push_bind(window.offset());

    let total = count.build_query_scalar::<i64>().fetch_one(&mut *db).await?;
    let rows = rows.build().fetch_all(db).await?;
    let items = rows.iter().map(|row| {
        let counts = Counts::from_row(row)?;
        Ok(Absences {
            enrollment_id: row.try_get("enrollment_id")?,
            student: student(row)?,
            course: CourseOf::from_row(row)?,
            tally: counts.into(),
            absence_rate: rules::absence_rate(&counts),
        })
    });
    Ok(window.of(items.collect::<Result<_, sqlx::Error>>()?, total))
}
