//! Bulk loading; one statement each, whatever the number of rows.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::attendance::Marked;
use super::marks::{Column, Gradebooks, Scored};
use super::world::{Course, Enrollment, Person, Term};
use crate::enrollments::Status;

/// Any number that other programs do not use for their own advisory locks.
const SEED_LOCK: i64 = 0x7565_6d73_0002;

/// Whether there are demo accounts, and whether there is anything else that demo data would mix with. Holds off a
/// second seeding until this transaction ends.
pub async fn look(db: &mut PgConnection, admin: &str) -> sqlx::Result<(bool, bool)> {
    sqlx::query!("select pg_advisory_xact_lock($1)", SEED_LOCK).fetch_one(&mut *db).await?;
    let row = sqlx::query!(
        r#"select exists (select from users where email = $1) as "seeded!", exists (select from courses) as "used!""#,
        admin
    );
    let row = row.fetch_one(db).await?;
    Ok((row.seeded, row.used))
}

pub async fn relax_timeouts(db: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::raw_sql(
        "set local statement_timeout = '10min'; set local idle_in_transaction_session_timeout = '10min'",
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn insert_terms(db: &mut PgConnection, terms: &[Term]) -> sqlx::Result<()> {
    let semesters: Vec<String> = terms.iter().map(|term| term.semester.as_str().to_owned()).collect();
    let years: Vec<i32> = terms.iter().map(|term| term.year).collect();
    let starts: Vec<NaiveDate> = terms.iter().map(|term| term.starts_on).collect();
    let ends: Vec<NaiveDate> = terms.iter().map(|term| term.ends_on).collect();
    let opens: Vec<DateTime<Utc>> = terms.iter().map(|term| term.opens_at).collect();
    let closes: Vec<DateTime<Utc>> = terms.iter().map(|term| term.closes_at).collect();
    let drops: Vec<DateTime<Utc>> = terms.iter().map(|term| term.drop_deadline).collect();
    sqlx::query!(
        "insert into terms (semester, year, starts_on, ends_on, registration_opens_at, registration_closes_at, drop_deadline)
         select * from unnest($1::text[], $2::int[], $3::date[], $4::date[], $5::timestamptz[], $6::timestamptz[],
             $7::timestamptz[])
         on conflict (year, semester) do nothing",
        &semesters,
        &years,
        &starts,
        &ends,
        &opens,
        &closes,
        &drops
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Student numbers come from the sequence, in the order of the list.
pub async fn insert_people(db: &mut PgConnection, people: &[Person]) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = people.iter().map(|person| person.id.0).collect();
    let emails: Vec<String> = people.iter().map(|person| person.email.clone()).collect();
    let hashes: Vec<String> = people.iter().map(|person| person.password_hash.clone()).collect();
    let roles: Vec<String> = people.iter().map(|person| person.role.as_str().to_owned()).collect();
    let names: Vec<String> = people.iter().map(|person| person.full_name.clone()).collect();
    let departments: Vec<Option<String>> = people.iter().map(|person| person.department.clone()).collect();
    sqlx::query!(
        "insert into users (id, email, password_hash, role, full_name, department, student_id)
         select id, email, password_hash, role, full_name, department,
             case when role = 'student' then 'S' || nextval('student_number') end
         from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) with ordinality
             as p (id, email, password_hash, role, full_name, department, place)
         order by place",
        &ids,
        &emails,
        &hashes,
        &roles,
        &names,
        &departments as &[Option<String>]
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn insert_courses(db: &mut PgConnection, courses: &[Course], terms: &[Term]) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = courses.iter().map(|course| course.id.0).collect();
    let codes: Vec<String> = courses.iter().map(|course| course.subject.code.clone()).collect();
    let sections: Vec<String> = courses.iter().map(|course| course.section.clone()).collect();
    let names: Vec<String> = courses.iter().map(|course| course.subject.name.clone()).collect();
    let descriptions: Vec<String> = courses.iter().map(|course| course.subject.description.clone()).collect();
    let teachers: Vec<Uuid> = courses.iter().map(|course| course.teacher.0).collect();
    let capacities: Vec<i32> = courses.iter().map(|course| course.capacity).collect();
    let enrolled: Vec<i32> = courses.iter().map(|course| course.enrolled).collect();
    let credits: Vec<Decimal> =
        courses.iter().map(|course| Decimal::new(course.subject.credits, 2)).collect();
    let semesters: Vec<String> = courses.iter().map(|c| terms[c.term].semester.as_str().to_owned()).collect();
    let years: Vec<i32> = courses.iter().map(|course| terms[course.term].year).collect();
    let schedules = courses.iter().map(|course| serde_json::to_string(&course.schedule));
    let schedules =
        schedules.collect::<Result<Vec<String>, _>>().map_err(|error| sqlx::Error::Encode(error.into()))?;
    let rooms: Vec<Option<String>> = courses.iter().map(|course| course.room.clone()).collect();
    sqlx::query!(
        "insert into courses (id, code, section, name, description, teacher_id, capacity, enrolled_count, credits, semester,
             year, schedule, room)
         select id, code, section, name, description, teacher_id, capacity, enrolled_count, credits, semester, year,
             schedule::jsonb, room
         from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::int[], $8::int[],
             $9::numeric[], $10::text[], $11::int[], $12::text[], $13::text[]) as c (id, code, section, name, description,
             teacher_id, capacity, enrolled_count, credits, semester, year, schedule, room)",
        &ids,
        &codes,
        &sections,
        &names,
        &descriptions,
        &teachers,
        &capacities,
        &enrolled,
        &credits,
        &semesters,
        &years,
        &schedules,
        &rooms as &[Option<String>]
    )
    .execute(db)
    .await?;
    Ok(())
}

/// With the events that led there; waiters queue up in the order of the list.
pub async fn insert_enrollments(db: &mut PgConnection, enrollments: &[Enrollment]) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = enrollments.iter().map(|enrollment| enrollment.id.0).collect();
    let students: Vec<Uuid> = enrollments.iter().map(|enrollment| enrollment.student.0).collect();
    let courses: Vec<Uuid> = enrollments.iter().map(|enrollment| enrollment.course.0).collect();
    let statuses: Vec<String> =
        enrollments.iter().map(|enrollment| enrollment.status.as_str().to_owned()).collect();
    let times: Vec<DateTime<Utc>> = enrollments.iter().map(|enrollment| enrollment.at).collect();
    let grades: Vec<Option<Decimal>> = enrollments.iter().map(|enrollment| enrollment.grade).collect();
    sqlx::query!(
        "insert into enrollments (id, user_id, course_id, status, enrolled_at, grade_final, waitlist_rank)
         select id, user_id, course_id, status, enrolled_at, grade_final,
             case when status = 'pending' then nextval('waitlist_rank') end
         from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[], $6::numeric[]) with ordinality
             as e (id, user_id, course_id, status, enrolled_at, grade_final, place)
         order by place",
        &ids,
        &students,
        &courses,
        &statuses,
        &times,
        &grades as &[Option<Decimal>]
    )
    .execute(&mut *db)
    .await?;
    let events: Vec<String> =
        enrollments.iter().map(|enrollment| event(enrollment.status).to_owned()).collect();
    sqlx::query!(
        "insert into enrollment_events (at, user_id, course_id, event, actor_id)
         select at, user_id, course_id, event, user_id
         from unnest($1::timestamptz[], $2::uuid[], $3::uuid[], $4::text[]) with ordinality
             as e (at, user_id, course_id, event, place)
         order by place",
        &times,
        &students,
        &courses,
        &events
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn insert_attendance(db: &mut PgConnection, marks: &[Marked]) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = marks.iter().map(|mark| mark.id.0).collect();
    let enrollments: Vec<Uuid> = marks.iter().map(|mark| mark.enrollment.0).collect();
    let dates: Vec<NaiveDate> = marks.iter().map(|mark| mark.date).collect();
    let meetings: Vec<i16> = marks.iter().map(|mark| mark.meeting).collect();
    let statuses: Vec<String> = marks.iter().map(|mark| mark.status.as_str().to_owned()).collect();
    let times: Vec<DateTime<Utc>> = marks.iter().map(|mark| mark.at).collect();
    let teachers: Vec<Uuid> = marks.iter().map(|mark| mark.by.0).collect();
    sqlx::query!(
        "insert into attendance (id, enrollment_id, date, meeting, status, marked_at, marked_by)
         select * from unnest($1::uuid[], $2::uuid[], $3::date[], $4::smallint[], $5::text[], $6::timestamptz[], $7::uuid[])",
        &ids,
        &enrollments,
        &dates,
        &meetings,
        &statuses,
        &times,
        &teachers
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Marks of completed courses are locked; what is made here was final from the beginning.
pub async fn insert_gradebooks(db: &mut PgConnection, books: &Gradebooks) -> anyhow::Result<()> {
    insert_assignments(db, &books.columns).await?;
    sqlx::query!("select set_config('uems.open_finals', 'on', true)").fetch_one(&mut *db).await?;
    insert_marks(db, &books.marks).await?;
    for (teacher, finals) in &books.finals {
        let finals: Vec<_> = finals.iter().map(|(id, last)| (*id, last)).collect();
        crate::grades::queries::finals::write(db, *teacher, &finals).await?;
    }
    Ok(())
}

async fn insert_assignments(db: &mut PgConnection, columns: &[Column]) -> sqlx::Result<()> {
    let courses: Vec<Uuid> = columns.iter().map(|column| column.course.0).collect();
    let names: Vec<String> = columns.iter().map(|column| column.name.to_owned()).collect();
    let kinds: Vec<String> = columns.iter().map(|column| column.kind.as_str().to_owned()).collect();
    let most: Vec<Decimal> = columns.iter().map(|column| column.max_score).collect();
    let weights: Vec<Decimal> = columns.iter().map(|column| column.weight).collect();
    let positions: Vec<i32> = columns.iter().map(|column| column.position).collect();
    sqlx::query!(
        "insert into assignments (course_id, name, assignment_type, max_score, weight, position)
         select * from unnest($1::uuid[], $2::text[], $3::text[], $4::numeric[], $5::numeric[], $6::int[])",
        &courses,
        &names,
        &kinds,
        &most,
        &weights,
        &positions
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Type, maximum and weight of each come from its assignment, by a trigger.
async fn insert_marks(db: &mut PgConnection, marks: &[Scored]) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = marks.iter().map(|mark| mark.id).collect();
    let enrollments: Vec<Uuid> = marks.iter().map(|mark| mark.enrollment.0).collect();
    let names: Vec<String> = marks.iter().map(|mark| mark.name.to_owned()).collect();
    let scores: Vec<Decimal> = marks.iter().map(|mark| mark.score).collect();
    let times: Vec<DateTime<Utc>> = marks.iter().map(|mark| mark.at).collect();
    let teachers: Vec<Uuid> = marks.iter().map(|mark| mark.by.0).collect();
    sqlx::query!(
        "insert into grades (id, enrollment_id, course_id, assignment_name, assignment_type, score, max_score, weight,
             graded_at, graded_by)
         select m.id, m.enrollment_id, a.course_id, m.name, a.assignment_type, m.score, a.max_score, a.weight, m.at, m.by
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::numeric[], $5::timestamptz[], $6::uuid[])
             as m (id, enrollment_id, name, score, at, by)
         join enrollments e on e.id = m.enrollment_id
         join assignments a on a.course_id = e.course_id and a.name = m.name",
        &ids,
        &enrollments,
        &names,
        &scores,
        &times,
        &teachers
    )
    .execute(db)
    .await?;
    Ok(())
}

fn event(status: Status) -> &'static str {
    match status {
        Status::Pending => "waitlisted",
        Status::Enrolled => "enrolled",
        Status::Completed => "completed",
        Status::Dropped => "dropped",
    }
}
