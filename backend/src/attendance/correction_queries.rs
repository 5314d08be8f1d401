use sqlx::PgConnection;
use uuid::Uuid;

use super::corrections::{AttendanceCorrection, CorrectionFilter};
use crate::audit::PersonRef;
use crate::enrollments::StudentRef;
use crate::error::Result;
use crate::http::page::{Page, Window};
use crate::ids::{CourseId, EnrollmentId, UserId};

/// Corrections of one enrolment, whatever became of it.
pub async fn of_enrollment(
    db: &mut PgConnection,
    id: EnrollmentId,
    filter: &CorrectionFilter,
) -> Result<Page<AttendanceCorrection>> {
    of_places(db, &[id.0], filter).await
}

/// Corrections of those on the roll of a section, or of one of them.
pub async fn of_course(
    db: &mut PgConnection,
    course: CourseId,
    student: Option<UserId>,
    filter: &CorrectionFilter,
) -> Result<Page<AttendanceCorrection>> {
    let places = sqlx::query_scalar!(
        r#"select id as "id: Uuid" from enrollments
           where course_id = $1 and status in ('enrolled', 'completed') and ($2::uuid is null or user_id = $2)"#,
        course.0,
        student.map(|student| student.0)
    )
    .fetch_all(&mut *db)
    .await?;
    of_places(db, &places, filter).await
}

async fn of_places(
    db: &mut PgConnection,
    places: &[Uuid],
    filter: &CorrectionFilter,
) -> Result<Page<AttendanceCorrection>> {
    let window = Window::new(filter.page, filter.page_size)?;
    let total = sqlx::query_scalar!(
        r#"select count(*) as "total!" from attendance a join attendance_history h on h.attendance_id = a.id
           where a.enrollment_id = any($1) and ($2::date is null or a.date = $2)
               and ($3::smallint is null or a.meeting = $3)"#,
        places,
        filter.date,
        filter.meeting
    )
    .fetch_one(&mut *db)
    .await?;
    let rows = sqlx::query!(
        r#"select h.attendance_id, a.enrollment_id, a.date, a.meeting, h.version, h.old_status, h.new_status, h.old_notes, h.new_notes, h.old_marked_at, h.changed_at,
               s.id as student, s.full_name, s.email, s.student_id, s.department,
               o.id as "old_by?", o.full_name as "old_name?", b.id as "by?", b.full_name as "by_name?"
           from attendance a
           join attendance_history h on h.attendance_id = a.id
           join enrollments e on e.id = a.enrollment_id
           join users s on s.id = e.user_id
           left join users o on o.id = h.old_marked_by
           left join users b on b.id = h.changed_by
           where a.enrollment_id = any($1) and ($2::date is null or a.date = $2)
               and ($3::smallint is null or a.meeting = $3)
           order by h.id desc limit $4 offset $5"#,
        places,
        filter.date,
        filter.meeting,
        window.size,
        window.offset()
    );
    let person = |id: Option<UserId>, name: Option<String>| Some(PersonRef { id: id?, full_name: name? });
    let items = rows.fetch_all(db).await?.into_iter().map(|row| AttendanceCorrection {
        attendance_id: row.attendance_id,
        enrollment_id: row.enrollment_id,
        student: StudentRef {
            id: row.student,
            full_name: row.full_name,
            email: row.email,
            student_id: row.student_id,
            department: row.department,
        },
        date: row.date,
        meeting: row.meeting,
        version: row.version + 1,
        old_status: row.old_status,
        new_status: row.new_status,
        old_notes: row.old_notes,
        new_notes: row.new_notes,
        old_at: row.old_marked_at,
        old_by: person(row.old_by, row.old_name),
        at: row.changed_at,
        by: person(row.by, row.by_name),
    });
    Ok(window.of(items.collect(), total))
}
