//! Submitting finals.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::Result;
use crate::grades::model::{Author, SubmittedFinal};
use crate::grades::rules::{Counted, Final};
use crate::ids::{CourseId, EnrollmentId, UserId};

/// What was submitted, with its working.
pub struct Submitted {
    pub short: SubmittedFinal,
    pub working: Value,
}

struct Row {
    enrollment_id: EnrollmentId,
    percent: Decimal,
    letter: String,
    points: Decimal,
    working: Value,
    submitted_by: Option<UserId>,
    submitter: Option<String>,
    submitted_at: DateTime<Utc>,
    version: i32,
}

impl From<Row> for Submitted {
    fn from(row: Row) -> Self {
        let short = SubmittedFinal {
            percent: row.percent,
            letter: row.letter,
            points: row.points,
            submitted_at: row.submitted_at,
            submitted_by: Author::of(row.submitted_by, row.submitter),
            version: row.version,
        };
        Self { short, working: row.working }
    }
}

/// What was submitted of these enrolments.
pub async fn submitted(
    db: &mut PgConnection,
    ids: &BTreeSet<EnrollmentId>,
) -> Result<HashMap<EnrollmentId, Submitted>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query_as!(
        Row,
        r#"select f.enrollment_id as "enrollment_id!", f.percent as "percent!", f.letter as "letter!", f.points as "points!",
               f.working as "working!", f.submitted_by, u.full_name as "submitter?", f.submitted_at as "submitted_at!",
               f.version as "version!"
           from final_grades f left join users u on u.id = f.submitted_by where f.enrollment_id = any($1)"#,
        &ids
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.enrollment_id, row.into())).collect())
}

/// Whoever sits in a section.
pub async fn enrolled(db: &mut PgConnection, course: CourseId) -> Result<BTreeSet<EnrollmentId>> {
    let ids = sqlx::query_scalar!(
        r#"select id as "id: EnrollmentId" from enrollments where course_id = $1 and status in ('enrolled', 'completed')"#,
        course.0
    );
    Ok(ids.fetch_all(db).await?.into_iter().collect())
}

/// A mark, as far as it counts.
pub struct CountedRow {
    pub enrollment_id: EnrollmentId,
    pub assignment_name: String,
    pub score: Decimal,
    pub max_score: Decimal,
    pub weight: Option<Decimal>,
}

impl CountedRow {
    pub fn counted(&self) -> Counted<'_> {
        Counted {
            assignment_name: &self.assignment_name,
            score: self.score,
            max_score: self.max_score,
            weight: self.weight,
        }
    }
}

/// The marks of these enrolments, in the order of the columns.
pub async fn counted(db: &mut PgConnection, ids: &BTreeSet<EnrollmentId>) -> Result<Vec<CountedRow>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query_as!(
        CountedRow,
        "select g.enrollment_id, g.assignment_name, g.score, g.max_score, g.weight
         from grades g join assignments a on a.course_id = g.course_id and a.name = g.assignment_name
         where g.enrollment_id = any($1) order by g.enrollment_id, a.position, a.name",
        &ids
    );
    Ok(rows.fetch_all(db).await?)
}

/// Locks the section, whose seats are about to come free.
pub async fn lock_course(db: &mut PgConnection, course: CourseId) -> Result<()> {
    sqlx::query!("select id from courses where id = $1 for no key update", course.0)
        .fetch_optional(db)
        .await?;
    Ok(())
}

/// Writes finals, one statement for all. A final that is there already is replaced; a trigger keeps the old one, and
/// copies the percentage into the enrolment.
pub async fn write(db: &mut PgConnection, by: UserId, finals: &[(EnrollmentId, &Final)]) -> Result<()> {
    let ids: Vec<Uuid> = finals.iter().map(|(id, _)| id.0).collect();
    let percents: Vec<Decimal> = finals.iter().map(|(_, last)| last.percent.unwrap_or_default()).collect();
    let letters: Vec<String> =
        finals.iter().map(|(_, last)| last.letter.clone().unwrap_or_default()).collect();
    let points: Vec<Decimal> = finals.iter().map(|(_, last)| last.points.unwrap_or_default()).collect();
    let workings = finals.iter().map(|(_, last)| serde_json::to_value(last));
    let workings = workings.collect::<Result<Vec<Value>, _>>().map_err(anyhow::Error::from)?;
    sqlx::query!(
        "insert into final_grades (enrollment_id, percent, letter, points, working, submitted_by)
         select * , $6::uuid from unnest($1::uuid[], $2::numeric[], $3::text[], $4::numeric[], $5::jsonb[])
             as f (enrollment_id, percent, letter, points, working)
         on conflict (enrollment_id) do update set percent = excluded.percent, letter = excluded.letter,
             points = excluded.points, working = excluded.working, version = final_grades.version + 1",
        &ids,
        &percents,
        &letters,
        &points,
        &workings,
        by.0
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Completes enrolments: their seats come free, and it is noted. The caller holds the section's lock.
pub async fn complete(
    db: &mut PgConnection,
    course: CourseId,
    by: UserId,
    ids: &[EnrollmentId],
) -> Result<u64> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let done = sqlx::query!(
        "with done as (
             update enrollments set status = 'completed'
             where course_id = $1 and id = any($2) and status = 'enrolled' returning id, user_id
         ), seats as (
             select count(*)::int as freed from done
         ), counter as (
             update courses set enrolled_count = enrolled_count - seats.freed,
                 over_capacity = greatest(enrolled_count - seats.freed - capacity, 0)
             from seats where courses.id = $1 and seats.freed > 0
         )
         insert into enrollment_events (user_id, course_id, event, actor_id, facts)
         select d.user_id, $1, 'completed', $3, jsonb_build_object('percent', f.percent::text, 'letter', f.letter)
         from done d join final_grades f on f.enrollment_id = d.id order by d.user_id",
        course.0,
        &ids,
        by.0
    );
    Ok(done.execute(db).await?.rows_affected())
}
