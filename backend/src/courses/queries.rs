use sqlx::postgres::types::PgRange;
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool};

pub use super::catalogue::{COLUMNS, departments, find, list};
use super::model::{Clash, ClashRow};
use super::rules::Draft;
use super::schedule::Schedule;
use crate::error::{Error, FieldError, OnConstraint, Refusal, Result};
use crate::ids::{CourseId, UserId};

/// A section under lock, as an edit needs it.
pub struct Locked {
    pub draft: Draft,
    pub version: i32,
    pub enrolled_count: i32,
    pub waitlist_count: i64,
}

pub async fn lock(db: &mut PgConnection, id: CourseId) -> Result<Option<Locked>> {
    let row = sqlx::query!(
        "select code, section, name, description, teacher_id, capacity, credits, semester, year, schedule, room,
             cross_listing, is_active, version, enrolled_count,
             (select count(*) from enrollments w where w.course_id = courses.id and w.status = 'pending') as \"waitlist_count!\"
         from courses where id = $1 for no key update",
        id.0
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Locked {
        version: row.version,
        enrolled_count: row.enrolled_count,
        waitlist_count: row.waitlist_count,
        draft: Draft {
            code: row.code,
            section: row.section,
            name: row.name,
            description: row.description,
            teacher_id: row.teacher_id,
            capacity: row.capacity,
            credits: row.credits,
            semester: row.semester,
            year: row.year,
            schedule: row.schedule,
            room: row.room,
            cross_listing: row.cross_listing,
            is_active: row.is_active,
        },
    }))
}

/// Stores a section; a trigger lays its meetings out, and the exclusion constraint judges the room.
pub async fn insert(db: &mut PgConnection, draft: &Draft) -> Result<CourseId> {
    sqlx::query_scalar!(
        "insert into courses (code, section, name, description, teacher_id, capacity, credits, semester, year, schedule,
             room, cross_listing)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning id",
        draft.code,
        draft.section,
        draft.name,
        draft.description,
        draft.teacher_id.map(|id| id.0),
        draft.capacity,
        draft.credits,
        draft.semester.as_str(),
        draft.year,
        Json(&draft.schedule) as _,
        draft.room,
        draft.cross_listing
    )
    .fetch_one(db)
    .await
    .on_constraint("courses_code_section_term_key", || exists(draft))
    .on_constraint("course_meetings_room_free", room_taken_meanwhile)
}

/// Writes an edited section over the locked row and counts the edit.
pub async fn update(db: &mut PgConnection, id: CourseId, draft: &Draft) -> Result<()> {
    sqlx::query!(
        "update courses set code = $2, section = $3, name = $4, description = $5, teacher_id = $6, capacity = $7,
             credits = $8, semester = $9, year = $10, schedule = $11, room = $12, cross_listing = $13, is_active = $14,
             over_capacity = greatest(enrolled_count - $7, 0), updated_at = now(), version = version + 1
         where id = $1",
        id.0,
        draft.code,
        draft.section,
        draft.name,
        draft.description,
        draft.teacher_id.map(|id| id.0),
        draft.capacity,
        draft.credits,
        draft.semester.as_str(),
        draft.year,
        Json(&draft.schedule) as _,
        draft.room,
        draft.cross_listing,
        draft.is_active
    )
    .execute(db)
    .await
    .on_constraint("courses_code_section_term_key", || exists(draft))
    .on_constraint("course_meetings_room_free", room_taken_meanwhile)?;
    Ok(())
}

fn exists(draft: &Draft) -> Error {
    let detail =
        format!("{}-{} exists in that term already; choose another section", draft.code, draft.section);
    Refusal::new("course_exists", detail).into()
}

/// Somebody took the room between our look and our write; the constraint noticed.
fn room_taken_meanwhile() -> Error {
    Refusal::new("room_conflict", "another course has just taken one of these rooms at that time; look again")
        .into()
}

/// What else happens at the time of a planned section, in its rooms or with its teacher.
pub struct Taken {
    pub id: CourseId,
    pub code: String,
    pub section: String,
    pub name: String,
    pub room: Option<String>,
    pub minutes: PgRange<i32>,
}

/// Who gives rooms of a term away stands in line: two at once would wait for each other in the exclusion constraint, and
/// one of them would hear of a deadlock instead of the other's name. Ends with the transaction.
pub async fn hold_rooms(db: &mut PgConnection, draft: &Draft) -> Result<()> {
    let term = format!("{}{}", draft.year, draft.semester.as_str());
    sqlx::query!("select pg_advisory_xact_lock(hashtext('rooms'), hashtext($1))", term).fetch_one(db).await?;
    Ok(())
}

/// The first section that holds one of the rooms at that time and does not share it.
pub async fn room_taken(
    db: &mut PgConnection,
    draft: &Draft,
    except: Option<CourseId>,
) -> Result<Option<Taken>> {
    let taken = sqlx::query_as!(
        Taken,
        r#"select c.id, c.code, c.section, c.name, m.room, m.minutes * n.minutes as "minutes!"
           from schedule_meetings($1, $2, $3, $4) n
           join course_meetings m on m.semester = $3 and m.year = $4 and m.room = n.room and m.one_off = coalesce(n.one_off, 0)
               and m.minutes && n.minutes and m.dates && n.dates
           join courses c on c.id = m.course_id
           where m.course_id is distinct from $6
               and m.share_key <> meeting_share_key(coalesce($6, '00000000-0000-0000-0000-000000000000'), $5, n.room, n.minutes, n.dates)
           order by m.minutes, c.code, c.section limit 1"#,
        Json(&draft.schedule) as _,
        draft.room,
        draft.semester.as_str(),
        draft.year,
        draft.cross_listing,
        except.map(|id| id.0)
    );
    Ok(taken.fetch_optional(db).await?)
}

/// The first section the teacher has at the time of a planned one.
pub async fn teacher_busy(
    db: &mut PgConnection,
    draft: &Draft,
    except: Option<CourseId>,
) -> Result<Option<Taken>> {
    let taken = sqlx::query_as!(
        Taken,
        r#"select c.id, c.code, c.section, c.name, m.room, m.minutes * n.minutes as "minutes!"
           from schedule_meetings($1, null, $2, $3) n
           join courses c on c.teacher_id = $4 and c.is_active and c.semester = $2 and c.year = $3
           join course_meetings m on m.course_id = c.id and m.one_off = coalesce(n.one_off, 0)
               and m.minutes && n.minutes and m.dates && n.dates
           where c.id is distinct from $5 order by m.minutes, c.code, c.section limit 1"#,
        Json(&draft.schedule) as _,
        draft.semester.as_str(),
        draft.year,
        draft.teacher_id.map(|id| id.0),
        except.map(|id| id.0)
    );
    Ok(taken.fetch_optional(db).await?)
}

/// The teacher a section has, without a lock: for the order of locks.
pub async fn teacher_of(db: &mut PgConnection, id: CourseId) -> Result<Option<UserId>> {
    let teacher = sqlx::query_scalar!("select teacher_id from courses where id = $1", id.0);
    Ok(teacher.fetch_optional(db).await?.flatten())
}

/// Refuses ids that are no active section, by their place in the request.
pub async fn check_offered(db: &PgPool, courses: &[CourseId]) -> Result<()> {
    let ids: Vec<uuid::Uuid> = courses.iter().map(|id| id.0).collect();
    let offered = sqlx::query_scalar!("select id from courses where id = any($1) and is_active", &ids)
        .fetch_all(db)
        .await?;
    let unknown = courses.iter().enumerate().filter(|(_, id)| !offered.contains(id));
    let message = "there is no such active section";
    let errors: Vec<FieldError> = unknown
        .map(|(index, _)| FieldError::new(format!("course_ids[{index}]"), "unknown", message))
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}

/// Every pair among these sections that meets at the same time.
pub async fn clashes_among(db: &PgPool, courses: &[CourseId]) -> Result<Vec<Clash>> {
    let ids: Vec<uuid::Uuid> = courses.iter().map(|id| id.0).collect();
    let rows = sqlx::query_as!(
        ClashRow,
        r#"select c.id as "course_id?", c.code as "code?", c.section as "section?", c.name as "name?",
               w.id as with_course_id, w.code as with_code, w.section as with_section, w.name as with_name,
               lower(k.minutes) as "start!", upper(k.minutes) as "end!"
           from meeting_clashes k
           join courses c on c.id = k.course_id
           join courses w on w.id = k.with_course_id
           where k.course_id = any($1) and k.with_course_id = any($1) and k.course_id < k.with_course_id
           order by lower(k.minutes), c.code, w.code, c.section, w.section"#,
        &ids
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(Clash::from).collect())
}

/// Where a planned schedule meets at the same time as one of these sections.
pub async fn clashes_with(db: &PgPool, schedule: &Schedule, courses: &[CourseId]) -> Result<Vec<Clash>> {
    let ids: Vec<uuid::Uuid> = courses.iter().map(|id| id.0).collect();
    let rows = sqlx::query_as!(
        ClashRow,
        r#"select null::uuid as "course_id?: CourseId", null as "code?", null as "section?", null as "name?",
               c.id as with_course_id, c.code as with_code, c.section as with_section, c.name as with_name,
               lower(m.minutes * n.minutes) as "start!", upper(m.minutes * n.minutes) as "end!"
           from courses c
           join course_meetings m on m.course_id = c.id
           join schedule_meetings($1, null, c.semester, c.year) n
               on coalesce(n.one_off, 0) = m.one_off and n.minutes && m.minutes and n.dates && m.dates
           where c.id = any($2)
           order by m.minutes, c.code, c.section"#,
        Json(schedule) as _,
        &ids
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(Clash::from).collect())
}

/// Students whose timetable clashes with a section they sit in (after its schedule was edited).
pub async fn students_with_clash(
    db: &mut PgConnection,
    course: CourseId,
) -> Result<Vec<(UserId, String, Clash)>> {
    let rows = sqlx::query!(
        r#"select distinct on (u.id) u.id as user_id, u.full_name, c.id, c.code, c.section, c.name,
               lower(k.minutes) as "start!", upper(k.minutes) as "end!"
           from enrollments mine
           join users u on u.id = mine.user_id
           join enrollments other on other.user_id = mine.user_id and other.status = 'enrolled'
           join meeting_clashes k on k.course_id = mine.course_id and k.with_course_id = other.course_id
           join courses c on c.id = other.course_id
           where mine.course_id = $1 and mine.status = 'enrolled'
           order by u.id, k.minutes"#,
        course.0
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let clash = ClashRow {
                course_id: Some(course),
                code: None,
                section: None,
                name: None,
                with_course_id: row.id,
                with_code: row.code,
                with_section: row.section,
                with_name: row.name,
                start: row.start,
                end: row.end,
            };
            (row.user_id, row.full_name, clash.into())
        })
        .collect())
}
