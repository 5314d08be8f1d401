//! Who changed what, when and why.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::error::Result;
use crate::grades::model::Author;
use crate::http::decimals::two_places_if;
use crate::http::page::{Page, Window};
use crate::ids::{CourseId, EnrollmentId};

/// Which page; newest first.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HistoryFilter {
    #[param(minimum = 1)]
    pub page: Option<i64>,
    #[param(minimum = 1, maximum = 100)]
    pub page_size: Option<i64>,
}

/// A change. Of a mark: `created`, `changed`, `deleted`; of the final: `final_submitted`, `final_changed`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct GradeChange {
    pub at: DateTime<Utc>,
    pub kind: String,
    /// Empty for the final.
    pub assignment_name: Option<String>,
    /// Present when the assignment was renamed.
    pub old_name: Option<String>,
    /// The version after the change.
    pub version: i32,
    #[schema(value_type = Option<String>)]
    #[serde(serialize_with = "two_places_if")]
    pub old_score: Option<Decimal>,
    #[schema(value_type = Option<String>)]
    #[serde(serialize_with = "two_places_if")]
    pub new_score: Option<Decimal>,
    #[schema(value_type = Option<String>)]
    #[serde(serialize_with = "two_places_if")]
    pub old_max_score: Option<Decimal>,
    #[schema(value_type = Option<String>)]
    #[serde(serialize_with = "two_places_if")]
    pub new_max_score: Option<Decimal>,
    #[schema(value_type = Option<String>)]
    #[serde(serialize_with = "two_places_if")]
    pub old_weight: Option<Decimal>,
    #[schema(value_type = Option<String>)]
    #[serde(serialize_with = "two_places_if")]
    pub new_weight: Option<Decimal>,
    pub old_comments: Option<String>,
    pub new_comments: Option<String>,
    /// Of the final, whose percentages are the scores.
    pub old_letter: Option<String>,
    pub new_letter: Option<String>,
    pub by: Option<Author>,
    pub reason: Option<String>,
}

pub async fn list(
    db: &mut PgConnection,
    id: EnrollmentId,
    filter: &HistoryFilter,
) -> Result<Page<GradeChange>> {
    let window = Window::new(filter.page, filter.page_size)?;
    let total = sqlx::query_scalar!(
        r#"select (select count(*) from grade_history where enrollment_id = $1)
               + (select count(*) from final_grade_history where enrollment_id = $1) as "total!""#,
        id.0
    )
    .fetch_one(&mut *db)
    .await?;
    let rows = sqlx::query!(
        r#"select h.at as "at!", h.kind as "kind!", h.assignment_name, h.old_name, h.version as "version!", h.old_score,
               h.new_score, h.old_max_score, h.new_max_score, h.old_weight, h.new_weight, h.old_comments, h.new_comments,
               h.old_letter, h.new_letter, h.actor_id as "actor_id: crate::ids::UserId", h.reason, u.full_name as "actor?"
           from (
               select at, 1 as source, id, kind, assignment_name, old_name, version, old_score, new_score, old_max_score,
                   new_max_score, old_weight, new_weight, old_comments, new_comments, null as old_letter,
                   null as new_letter, actor_id, reason
               from grade_history where enrollment_id = $1
               union all
               select at, 2, id, 'final_' || kind, null, null, version, old_percent, new_percent, null, null, null, null,
                   null, null, old_letter, new_letter, actor_id, reason
               from final_grade_history where enrollment_id = $1
           ) h
           left join users u on u.id = h.actor_id
           order by h.at desc, h.source desc, h.id desc limit $2 offset $3"#,
        id.0,
        window.size,
        window.offset()
    );
    let items = rows.fetch_all(db).await?.into_iter().map(|row| GradeChange {
        at: row.at,
        kind: row.kind,
        assignment_name: row.assignment_name,
        old_name: row.old_name,
        version: row.version,
        old_score: row.old_score,
        new_score: row.new_score,
        old_max_score: row.old_max_score,
        new_max_score: row.new_max_score,
        old_weight: row.old_weight,
        new_weight: row.new_weight,
        old_comments: row.old_comments,
        new_comments: row.new_comments,
        old_letter: row.old_letter,
        new_letter: row.new_letter,
        by: Author::of(row.actor_id, row.actor),
        reason: row.reason,
    });
    Ok(window.of(items.collect(), total))
}

/// Waits until nobody writes marks of a section, and keeps it so.
pub async fn hold_still(db: &mut PgConnection, course: CourseId) -> Result<()> {
    sqlx::query!("select id from enrollments where course_id = $1 order by id for share", course.0)
        .fetch_all(db)
        .await?;
    Ok(())
}

/// The newest change in a section: who looks now has seen everything up to it. Right only while it is held still.
pub async fn newest(db: &mut PgConnection, course: CourseId) -> Result<i64> {
    let newest = sqlx::query_scalar!(
        r#"select coalesce(max(h.id), 0) as "newest!"
           from enrollments e join grade_history h on h.enrollment_id = e.id where e.course_id = $1"#,
        course.0
    );
    Ok(newest.fetch_one(db).await?)
}

/// The last change of each cell of these enrolments.
pub async fn last_changes(
    db: &mut PgConnection,
    ids: &BTreeSet<EnrollmentId>,
) -> Result<HashMap<(EnrollmentId, String), i64>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select enrollment_id, assignment_name, max(id) as "last!" from grade_history
           where enrollment_id = any($1) group by enrollment_id, assignment_name"#,
        &ids
    );
    let rows = rows.fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| ((row.enrollment_id, row.assignment_name), row.last)).collect())
}

/// One of these names that an assignment of the section had, and the one it got instead, after what somebody has seen.
pub async fn renamed_since(
    db: &mut PgConnection,
    course: CourseId,
    names: &[String],
    seen: i64,
) -> Result<Option<(String, String)>> {
    let row = sqlx::query!(
        r#"select h.old_name as "old_name!", h.assignment_name
           from enrollments e join grade_history h on h.enrollment_id = e.id
           where e.course_id = $1 and h.id > $3 and h.old_name = any($2) order by h.id desc limit 1"#,
        course.0,
        names,
        seen
    );
    Ok(row.fetch_optional(db).await?.map(|row| (row.old_name, row.assignment_name)))
}
