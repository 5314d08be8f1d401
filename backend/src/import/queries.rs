//! What the import asks and tells the database; one statement each, whatever the number of rows.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::teachers::Teacher;
use crate::auth::UNUSABLE_PASSWORD;
use crate::courses::Schedule;
use crate::ids::{CourseId, UserId};
use crate::secret::Secret;
use crate::terms::Semester;

/// Any number that other programs do not use for their own advisory locks.
const IMPORT_LOCK: i64 = 0x7565_6d73_0001;

/// A long transaction with room to work; a lock somebody holds is not waited for beyond `lock_timeout`.
pub async fn relax_timeouts(db: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::raw_sql(
        "set local statement_timeout = '10min'; set local idle_in_transaction_session_timeout = '10min'",
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn read_only(db: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::raw_sql("set transaction isolation level repeatable read, read only").execute(db).await?;
    Ok(())
}

/// False when another import is at work.
pub async fn take_import_lock(db: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock($1) as "taken!""#, IMPORT_LOCK)
        .fetch_one(db)
        .await
}

pub async fn class_dates(
    db: &mut PgConnection,
    semester: Semester,
    year: i32,
) -> sqlx::Result<Option<(NaiveDate, NaiveDate)>> {
    let row = sqlx::query!(
        "select starts_on, ends_on from terms where semester = $1 and year = $2",
        semester.as_str(),
        year
    )
    .fetch_optional(db)
    .await?;
    Ok(row.and_then(|row| row.starts_on.zip(row.ends_on)))
}

pub struct KnownTeacher {
    pub id: UserId,
    pub email: Secret,
    pub full_name: String,
}

/// Teachers who have one of these addresses or (in lower case) names.
pub async fn teachers(
    db: &mut PgConnection,
    emails: &[String],
    names: &[String],
) -> sqlx::Result<Vec<KnownTeacher>> {
    sqlx::query_as!(
        KnownTeacher,
        "select id, email, full_name from users where email = any($1) or (role = 'teacher' and lower(full_name) = any($2))",
        emails,
        names
    )
    .fetch_all(db)
    .await
}

pub async fn insert_teachers(db: &mut PgConnection, teachers: &[(&Teacher, &str)]) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = teachers.iter().map(|(teacher, _)| teacher.id.0).collect();
    let emails: Vec<String> = teachers.iter().map(|(teacher, _)| teacher.email.clone()).collect();
    let names: Vec<String> = teachers.iter().map(|(_, name)| (*name).to_owned()).collect();
    let departments: Vec<Option<String>> =
        teachers.iter().map(|(teacher, _)| teacher.department.clone()).collect();
    sqlx::query!(
        "insert into users (id, email, password_hash, role, full_name, department)
         select id, email, $5, 'teacher', full_name, department
         from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as t (id, email, full_name, department)",
        &ids,
        &emails,
        &names,
        &departments as &[Option<String>],
        UNUSABLE_PASSWORD
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A section as it is stored.
pub struct StoredCourse {
    pub id: CourseId,
    pub code: String,
    pub section: String,
    pub name: String,
    /// First eight bytes of the SHA-256 of the description.
    pub description: Vec<u8>,
    pub teacher_id: Option<UserId>,
    pub teacher_name: Option<String>,
    pub capacity: i32,
    pub enrolled_count: i32,
    pub credits: Decimal,
    pub schedule: Schedule,
    pub room: Option<String>,
    pub cross_listing: Option<String>,
    pub is_active: bool,
    pub version: i32,
}

/// Rows fetched at a time where a term may have hundreds of thousands.
pub const PAGE: i64 = 5_000;

/// Sections of a term, the next [`PAGE`] after an id.
pub async fn stored_courses(
    db: &mut PgConnection,
    semester: Semester,
    year: i32,
    after: CourseId,
) -> sqlx::Result<Vec<StoredCourse>> {
    sqlx::query_as!(
        StoredCourse,
        r#"select c.id, c.code, c.section, c.name,
               substring(sha256(convert_to(coalesce(c.description, ''), 'UTF8')) from 1 for 8) as "description!",
               c.teacher_id, u.full_name as "teacher_name?", c.capacity, c.enrolled_count, c.credits, c.schedule, c.room,
               c.cross_listing, c.is_active, c.version
           from courses c left join users u on u.id = c.teacher_id
           where c.semester = $1 and c.year = $2 and c.id > $3 order by c.id limit $4"#,
        semester.as_str(),
        year,
        after.0,
        PAGE
    )
    .fetch_all(db)
    .await
}

/// A room that is taken.
pub struct StoredHold {
    pub id: i64,
    pub code: String,
    pub section: String,
    pub cross_listing: Option<String>,
    pub room: String,
    pub start: i32,
    pub end: i32,
    pub from: Option<NaiveDate>,
    /// The first day after it.
    pub to: Option<NaiveDate>,
    pub one_off: i16,
}

/// Rooms taken in a term, the next [`PAGE`] after an id.
pub async fn stored_holds(
    db: &mut PgConnection,
    semester: Semester,
    year: i32,
    after: i64,
) -> sqlx::Result<Vec<StoredHold>> {
    sqlx::query_as!(
        StoredHold,
        r#"select m.id, c.code, c.section, c.cross_listing, m.room as "room!", lower(m.minutes) as "start!",
               upper(m.minutes) as "end!", lower(m.dates) as "from?", upper(m.dates) as "to?", m.one_off
           from course_meetings m join courses c on c.id = m.course_id
           where m.semester = $1 and m.year = $2 and m.room is not null and m.id > $3 order by m.id limit $4"#,
        semester.as_str(),
        year,
        after,
        PAGE
    )
    .fetch_all(db)
    .await
}

/// Sections to store, column by column, as `unnest` takes them.
#[derive(Default)]
pub struct CourseColumns {
    pub ids: Vec<Uuid>,
    /// As they were when planned; only of sections that exist.
    pub versions: Vec<i32>,
    pub codes: Vec<String>,
    pub sections: Vec<String>,
    pub names: Vec<String>,
    pub descriptions: Vec<Option<String>>,
    pub teachers: Vec<Option<Uuid>>,
    pub capacities: Vec<i32>,
    pub credits: Vec<Decimal>,
    /// JSON.
    pub schedules: Vec<String>,
    pub rooms: Vec<Option<String>>,
    pub cross_listings: Vec<Option<String>>,
}

pub async fn insert_courses(
    db: &mut PgConnection,
    semester: Semester,
    year: i32,
    courses: &CourseColumns,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into courses (id, code, section, name, description, teacher_id, capacity, credits, semester, year, schedule,
             room, cross_listing)
         select id, code, section, name, description, teacher_id, capacity, credits, $12, $13, schedule::jsonb, room,
             cross_listing
         from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::int[], $8::numeric[],
             $9::text[], $10::text[], $11::text[]) as c (id, code, section, name, description, teacher_id, capacity,
             credits, schedule, room, cross_listing)",
        &courses.ids,
        &courses.codes,
        &courses.sections,
        &courses.names,
        &courses.descriptions as &[Option<String>],
        &courses.teachers as &[Option<Uuid>],
        &courses.capacities,
        &courses.credits,
        &courses.schedules,
        &courses.rooms as &[Option<String>],
        &courses.cross_listings as &[Option<String>],
        semester.as_str(),
        year
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Locks sections in the order everybody locks them.
pub async fn lock_courses(db: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!("select id from courses where id = any($1) order by id for no key update", ids)
        .fetch_all(db)
        .await?;
    Ok(())
}

/// Empties the rooms of sections that are about to move, so that two of them can swap. The trigger on `courses`
/// lays their meetings out again when the new schedule is written.
pub async fn vacate(db: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!("delete from course_meetings where course_id = any($1)", ids).execute(db).await?;
    Ok(())
}

/// Writes sections that exist, if they are still as they were when planned; answers how many were.
pub async fn update_courses(db: &mut PgConnection, courses: &CourseColumns) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update courses c set name = n.name, description = coalesce(n.description, c.description),
             teacher_id = coalesce(n.teacher_id, c.teacher_id), capacity = n.capacity, credits = n.credits,
             schedule = n.schedule::jsonb, room = n.room, cross_listing = n.cross_listing,
             over_capacity = greatest(c.enrolled_count - n.capacity, 0), updated_at = now(), version = c.version + 1
         from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::uuid[], $6::int[], $7::numeric[], $8::text[],
             $9::text[], $10::text[]) as n (id, version, name, description, teacher_id, capacity, credits, schedule, room,
             cross_listing)
         where c.id = n.id and c.version = n.version and c.is_active
             and (c.enrolled_count <= n.capacity or c.capacity = n.capacity)",
        &courses.ids,
        &courses.versions,
        &courses.names,
        &courses.descriptions as &[Option<String>],
        &courses.teachers as &[Option<Uuid>],
        &courses.capacities,
        &courses.credits,
        &courses.schedules,
        &courses.rooms as &[Option<String>],
        &courses.cross_listings as &[Option<String>]
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
