//! The columns of a gradebook.

use rust_decimal::Decimal;
use sqlx::PgConnection;

use super::locked;
use crate::error::{Error, OnConstraint, Refusal, Result};
use crate::grades::model::{Assignment, AssignmentType};
use crate::ids::{AssignmentId, CourseId, UserId};

/// An assignment about to be stored; exists only if valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub assignment_type: AssignmentType,
    pub max_score: Decimal,
    pub weight: Option<Decimal>,
    /// None: the last.
    pub position: Option<i32>,
}

pub async fn of_course(db: &mut PgConnection, course: CourseId) -> Result<Vec<Assignment>> {
    let columns = sqlx::query_as!(
        Assignment,
        "select id, course_id, name, assignment_type, max_score, weight, position, version, created_at
         from assignments where course_id = $1 order by position, name",
        course.0
    );
    Ok(columns.fetch_all(db).await?)
}

pub async fn find(db: &mut PgConnection, id: AssignmentId) -> Result<Option<Assignment>> {
    let column = sqlx::query_as!(
        Assignment,
        "select id, course_id, name, assignment_type, max_score, weight, position, version, created_at
         from assignments where id = $1",
        id.0
    );
    Ok(column.fetch_optional(db).await?)
}

/// The course of an assignment, and its teacher.
pub async fn course_of(
    db: &mut PgConnection,
    id: AssignmentId,
) -> Result<Option<(CourseId, Option<UserId>)>> {
    let row = sqlx::query!(
        "select c.id, c.teacher_id from assignments a join courses c on c.id = a.course_id where a.id = $1",
        id.0
    );
    Ok(row.fetch_optional(db).await?.map(|row| (row.id, row.teacher_id)))
}

/// Adds columns, in their order, behind those there are; one that exists stays as it is. Answers how many are new.
pub async fn add(db: &mut PgConnection, course: CourseId, columns: &[Column]) -> Result<u64> {
    let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    let types: Vec<String> =
        columns.iter().map(|column| column.assignment_type.as_str().to_owned()).collect();
    let maxima: Vec<Decimal> = columns.iter().map(|column| column.max_score).collect();
    let weights: Vec<Option<Decimal>> = columns.iter().map(|column| column.weight).collect();
    let positions: Vec<Option<i32>> = columns.iter().map(|column| column.position).collect();
    let added = sqlx::query!(
        "insert into assignments (course_id, name, assignment_type, max_score, weight, position)
         select $1, c.name, c.assignment_type, c.max_score, c.weight,
             coalesce(c.position, c.place + (select coalesce(max(position), 0) from assignments where course_id = $1))
         from unnest($2::text[], $3::text[], $4::numeric[], $5::numeric[], $6::int[]) with ordinality
             as c (name, assignment_type, max_score, weight, position, place)
         order by c.place
         on conflict (course_id, name) do nothing",
        course.0,
        &names,
        &types,
        &maxima,
        &weights as &[Option<Decimal>],
        &positions as &[Option<i32>]
    );
    Ok(added.execute(db).await?.rows_affected())
}

/// Writes an edited assignment over the old one; its marks follow, and the database judges whether they may.
pub async fn update(db: &mut PgConnection, edited: &Assignment) -> Result<Assignment> {
    sqlx::query_as!(
        Assignment,
        "update assignments set name = $2, assignment_type = $3, max_score = $4, weight = $5, position = $6,
             version = version + 1
         where id = $1
         returning id, course_id, name, assignment_type, max_score, weight, position, version, created_at",
        edited.id.0,
        edited.name,
        edited.assignment_type.as_str(),
        edited.max_score,
        edited.weight,
        edited.position
    )
    .fetch_one(db)
    .await
    .on_constraint("assignments_course_name_key", || exists(&edited.name))
    .on_constraint("grades_score_within_max", || {
        let detail = format!("there are marks above {}; change them first", edited.max_score);
        Refusal::new("score_above_max", detail).fact("max_score", edited.max_score).into()
    })
    .on_constraint("grades_locked", locked)
}

pub fn exists(name: &str) -> Error {
    Refusal::new("assignment_exists", format!("the course has an assignment named {name} already")).into()
}

/// Takes a column away that has no marks.
pub async fn delete(db: &mut PgConnection, id: AssignmentId) -> Result<()> {
    sqlx::query!("delete from assignments where id = $1", id.0).execute(db).await.on_constraint(
        "grades_assignment_fkey",
        || {
            Refusal::new("assignment_has_marks", "there are marks in this column; a column with marks stays")
                .into()
        },
    )?;
    Ok(())
}
