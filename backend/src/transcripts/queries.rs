use sqlx::{PgConnection, PgPool};

use super::codes::{Signer, base64url, pem};
use super::model::{CourseStatus, PublicKey, TranscriptStudent};
use super::rules::Taken;
use crate::enrollments::Status;
use crate::error::Result;
use crate::ids::UserId;

/// The student on the transcript; nobody else has one.
pub async fn student(db: &mut PgConnection, id: UserId) -> Result<Option<TranscriptStudent>> {
    let student = sqlx::query_as!(
        TranscriptStudent,
        "select full_name, student_id, department from users where id = $1 and role = 'student'",
        id.0
    );
    Ok(student.fetch_optional(db).await?)
}

/// What a student sits in, completed, or gave up after the term's drop deadline; oldest term first.
pub async fn taken(db: &mut PgConnection, student: UserId) -> Result<Vec<Taken>> {
    let rows = sqlx::query!(
        r#"select c.year, c.semester, c.code, c.section, c.name, c.credits, e.status, e.grade_final,
               f.letter as "letter?", f.points as "points?"
           from enrollments e
           join courses c on c.id = e.course_id
           left join final_grades f on f.enrollment_id = e.id
           left join terms t on t.year = c.year and t.semester = c.semester
           where e.user_id = $1 and (e.status in ('enrolled', 'completed') or e.status = 'dropped' and exists (
               select from enrollment_events v
               where v.user_id = e.user_id and v.course_id = e.course_id and v.event = 'dropped' and v.at >= t.drop_deadline))
           order by c.year, array_position(array['spring', 'summer', 'fall'], c.semester::text), c.code, c.section, e.id"#,
        student.0
    );
    let taken = rows.fetch_all(db).await?.into_iter().map(|row| Taken {
        year: row.year,
        semester: row.semester,
        code: row.code,
        section: row.section,
        name: row.name,
        credits: row.credits,
        status: match row.status {
            Status::Completed => CourseStatus::Completed,
            Status::Enrolled | Status::Pending => CourseStatus::InProgress,
            Status::Dropped => CourseStatus::Withdrawn,
        },
        percent: row.grade_final,
        letter: row.letter,
        points: row.points,
    });
    Ok(taken.collect())
}

/// Puts the key among those that are published, unless it is there.
pub async fn publish_key(db: &mut PgConnection, signer: &Signer) -> Result<()> {
    sqlx::query!(
        "insert into signing_keys (id, public_key) values ($1, $2) on conflict do nothing",
        signer.key_id(),
        &signer.public_key()[..]
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Every key there ever was, newest first.
pub async fn keys(db: &mut PgConnection, current: &Signer) -> Result<Vec<PublicKey>> {
    let rows = sqlx::query!(
        "select id, public_key, first_used_at from signing_keys order by first_used_at desc, id"
    );
    let keys = rows.fetch_all(db).await?.into_iter().map(|row| PublicKey {
        is_current: row.id == current.key_id(),
        kid: row.id,
        algorithm: "Ed25519",
        public_key: base64url(&row.public_key),
        pem: pem(&row.public_key),
        first_used_at: row.first_used_at,
    });
    Ok(keys.collect())
}

pub async fn key(db: &PgPool, id: &str) -> Result<Option<Vec<u8>>> {
    let key = sqlx::query_scalar!("select public_key from signing_keys where id = $1", id);
    Ok(key.fetch_optional(db).await?)
}
