use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

use super::model::Class;
use crate::error::Result;
use crate::ids::UserId;

/// Makes a person's feed, or gives it a new token; the old one ends.
pub async fn make(db: &mut PgConnection, user: UserId, token_hash: &[u8]) -> Result<DateTime<Utc>> {
    let created_at = sqlx::query_scalar!(
        "insert into calendar_feeds (user_id, token_hash) values ($1, $2)
         on conflict (user_id) do update set token_hash = excluded.token_hash, created_at = now(), last_used_at = null
         returning created_at",
        user.0,
        token_hash
    );
    Ok(created_at.fetch_one(db).await?)
}

pub struct Feed {
    pub created_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
}

pub async fn find(db: &PgPool, user: UserId) -> Result<Option<Feed>> {
    let feed = sqlx::query_as!(
        Feed,
        "select created_at, last_used_at from calendar_feeds where user_id = $1",
        user.0
    );
    Ok(feed.fetch_optional(db).await?)
}

/// Ends a person's feed; whether there was one.
pub async fn revoke(db: &mut PgConnection, user: UserId) -> Result<bool> {
    let done = sqlx::query!("delete from calendar_feeds where user_id = $1", user.0).execute(db).await?;
    Ok(done.rows_affected() > 0)
}

/// Whose feed this is, if their account is active.
pub async fn owner(db: &mut PgConnection, token_hash: &[u8]) -> Result<Option<UserId>> {
    let owner = sqlx::query_scalar!(
        r#"select f.user_id as "user_id: UserId" from calendar_feeds f join users u on u.id = f.user_id
           where f.token_hash = $1 and u.is_active"#,
        token_hash
    );
    Ok(owner.fetch_optional(db).await?)
}

/// Notes that a feed was fetched, at most once a minute.
pub async fn note_use(db: &mut PgConnection, user: UserId) -> Result<()> {
    sqlx::query!(
        "update calendar_feeds set last_used_at = now()
         where user_id = $1 and (last_used_at is null or last_used_at < now() - interval '1 minute')",
        user.0
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What a person sits in or teaches, from a year on.
pub async fn classes(db: &mut PgConnection, user: UserId, from_year: i32) -> Result<Vec<Class>> {
    let classes = sqlx::query_as!(
        Class,
        r#"select c.id, c.code, c.section, c.name, p.full_name as "teacher?", c.schedule, c.room, c.version,
               c.updated_at, t.starts_on as "starts_on?", t.ends_on as "ends_on?"
           from courses c
           left join users p on p.id = c.teacher_id
           left join terms t on t.year = c.year and t.semester = c.semester
           where c.is_active and c.year >= $2 and (c.teacher_id = $1 or exists (
               select from enrollments e where e.course_id = c.id and e.user_id = $1 and e.status = 'enrolled'))
           order by c.year, c.semester, c.code, c.section, c.id"#,
        user.0,
        from_year
    );
    Ok(classes.fetch_all(db).await?)
}
