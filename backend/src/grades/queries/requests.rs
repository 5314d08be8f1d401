//! Requests to change what is final.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;

use crate::error::{Error, Result};
use crate::grades::changes::{ChangeRequest, RequestFilter, RequestStatus};
use crate::grades::model::Author;
use crate::http::page::{Page, Window};
use crate::ids::{ChangeRequestId, CourseId, EnrollmentId, UserId};

struct Row {
    id: ChangeRequestId,
    enrollment_id: EnrollmentId,
    course_id: CourseId,
    course_code: String,
    course_section: String,
    student_name: String,
    reason: String,
    cells: Value,
    status: RequestStatus,
    filed_by: UserId,
    filer: String,
    filed_at: DateTime<Utc>,
    decided_by: Option<UserId>,
    decider: Option<String>,
    decided_at: Option<DateTime<Utc>>,
    note: Option<String>,
}

impl TryFrom<Row> for ChangeRequest {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id,
            enrollment_id: row.enrollment_id,
            course_id: row.course_id,
            course_code: row.course_code,
            course_section: row.course_section,
            student_name: row.student_name,
            reason: row.reason,
            cells: serde_json::from_value(row.cells).map_err(anyhow::Error::from)?,
            status: row.status,
            filed_by: Author { id: row.filed_by, full_name: row.filer },
            filed_at: row.filed_at,
            decided_by: Author::of(row.decided_by, row.decider),
            decided_at: row.decided_at,
            note: row.note,
        })
    }
}

pub async fn file(
    db: &mut PgConnection,
    enrollment: EnrollmentId,
    course: CourseId,
    by: UserId,
    reason: &str,
    cells: &Value,
) -> Result<ChangeRequestId> {
    let id = sqlx::query_scalar!(
        "insert into grade_change_requests (enrollment_id, course_id, reason, cells, filed_by)
         values ($1, $2, $3, $4, $5) returning id",
        enrollment.0,
        course.0,
        reason,
        cells,
        by.0
    );
    Ok(id.fetch_one(db).await?)
}

pub async fn find(db: &mut PgConnection, id: ChangeRequestId) -> Result<Option<ChangeRequest>> {
    let row = sqlx::query_as!(
        Row,
        r#"select r.id, r.enrollment_id, r.course_id, c.code as course_code, c.section as course_section,
               s.full_name as student_name, r.reason, r.cells, r.status, r.filed_by, f.full_name as filer, r.filed_at,
               r.decided_by, d.full_name as "decider?", r.decided_at, r.note
           from grade_change_requests r
           join enrollments e on e.id = r.enrollment_id
           join users s on s.id = e.user_id
           join courses c on c.id = r.course_id
           join users f on f.id = r.filed_by
           left join users d on d.id = r.decided_by
           where r.id = $1"#,
        id.0
    );
    row.fetch_optional(db).await?.map(ChangeRequest::try_from).transpose()
}

/// Locks a request: it is decided once.
pub async fn lock(db: &mut PgConnection, id: ChangeRequestId) -> Result<()> {
    sqlx::query!("select id from grade_change_requests where id = $1 for update", id.0)
        .fetch_optional(db)
        .await?;
    Ok(())
}

pub async fn decide(
    db: &mut PgConnection,
    id: ChangeRequestId,
    status: RequestStatus,
    by: UserId,
    note: Option<&str>,
) -> Result<()> {
    sqlx::query!(
        "update grade_change_requests set status = $2, decided_by = $3, decided_at = now(), note = $4 where id = $1",
        id.0,
        status.as_str(),
        by.0,
        note
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Requests, newest first; `teacher` narrows them to that teacher's sections.
pub async fn list(
    db: &mut PgConnection,
    teacher: Option<UserId>,
    filter: &RequestFilter,
) -> Result<Page<ChangeRequest>> {
    let window = Window::new(filter.page, filter.page_size)?;
    let (teacher, course) = (teacher.map(|teacher| teacher.0), filter.course_id.map(|course| course.0));
    let status = filter.status.map(RequestStatus::as_str);
    let total = sqlx::query_scalar!(
        r#"select count(*) as "total!" from grade_change_requests r join courses c on c.id = r.course_id
           where ($1::uuid is null or c.teacher_id = $1) and ($2::uuid is null or r.course_id = $2)
               and ($3::text is null or r.status = $3)"#,
        teacher,
        course,
        status
    )
    .fetch_one(&mut *db)
    .await?;
    let rows = sqlx::query_as!(
        Row,
        r#"select r.id, r.enrollment_id, r.course_id, c.code as course_code, c.section as course_section,
               s.full_name as student_name, r.reason, r.cells, r.status, r.filed_by, f.full_name as filer, r.filed_at,
               r.decided_by, d.full_name as "decider?", r.decided_at, r.note
           from grade_change_requests r
           join enrollments e on e.id = r.enrollment_id
           join users s on s.id = e.user_id
           join courses c on c.id = r.course_id
           join users f on f.id = r.filed_by
           left join users d on d.id = r.decided_by
           where ($1::uuid is null or c.teacher_id = $1) and ($2::uuid is null or r.course_id = $2)
               and ($3::text is null or r.status = $3)
           order by r.filed_at desc, r.id limit $4 offset $5"#,
        teacher,
        course,
        status,
        window.size,
        window.offset()
    );
    let items = rows.fetch_all(db).await?.into_iter().map(ChangeRequest::try_from).collect::<Result<_>>()?;
    Ok(window.of(items, total))
}
