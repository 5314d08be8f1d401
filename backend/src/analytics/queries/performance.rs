use rust_decimal::Decimal;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};

use crate::analytics::per_course::{InProgress, Outcomes, PerformanceFilter};
use crate::analytics::rules::{Marks, two_places};
use crate::error::Result;
use crate::http::page::{Sort, Window};
use crate::ids::{CourseId, UserId};
use crate::terms::Semester;

const SORTS: [(&str, &str); 6] = [
    ("code", "c.code"),
    ("mean", "mean"),
    ("pass_rate", "pass_rate"),
    ("attendance_rate", "attended::numeric / nullif(expected, 0)"),
    ("completed", "completed"),
    ("dropped", "dropped"),
];

/// Whose courses a report is about.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    pub filter: &'a PerformanceFilter,
    /// Only the courses of this teacher.
    pub teacher: Option<UserId>,
}

/// A section with what became of its students.
#[derive(Debug, FromRow)]
pub struct CourseRow {
    pub id: CourseId,
    pub code: String,
    pub section: String,
    pub name: String,
    pub department: String,
    pub semester: Semester,
    pub year: i32,
    #[sqlx(flatten)]
    pub outcomes: Outcomes,
}

/// The sections a report is about: the filter, and the teacher's own. `chosen` in the statements below.
fn chosen<'a>(scope: &'a Scope<'a>) -> QueryBuilder<Postgres> {
    let Scope { filter, teacher } = scope;
    let mut query = QueryBuilder::new(
        "with chosen as (select c.id from courses c where (c.is_active
            or exists (select from enrollments e where e.course_id = c.id and e.status <> 'pending'))",
    );
    if let Some(teacher) = teacher {
        query.push(" and c.teacher_id = ").push_bind(teacher.0);
    }
    if let Some(course) = filter.course_id {
        query.push(" and c.id = ").push_bind(course.0);
    }
    if let Some(semester) = filter.semester {
        query.push(" and c.semester = ").push_bind(semester.as_str());
    }
    if let Some(year) = filter.year {
        query.push(" and c.year = ").push_bind(year);
    }
    if let Some(department) = &filter.department {
        query.push(" and c.department = ").push_bind(department.clone());
    }
    query.push(")");
    query
}

/// Per section: what became of its students, and their presence. Who left a queue has dropped nothing.
const OUTCOMES: &str = ", places as (
    select e.course_id, count(*) filter (where e.status = 'enrolled') as enrolled,
        count(*) filter (where e.status = 'completed') as completed,
        count(*) filter (where e.status = 'dropped' and exists (
            select from enrollment_events v
            where v.user_id = e.user_id and v.course_id = e.course_id and v.event = 'dropped')) as dropped
    from enrollments e join chosen on chosen.id = e.course_id group by e.course_id
), presence as (
    select e.course_id, count(*) filter (where a.status in ('present', 'late')) as attended,
        count(*) filter (where a.status in ('present', 'late', 'absent')) as expected
    from attendance a join enrollments e on e.id = a.enrollment_id join chosen on chosen.id = e.course_id
    group by e.course_id
)";

/// A page of the sections; `pass` is the lowest percentage that passes.
pub async fn course_rows(
    db: &mut PgConnection,
    scope: &Scope<'_>,
    window: Window,
    pass: Decimal,
) -> Result<Vec<CourseRow>> {
    let sort = Sort::parse(scope.filter.sort.as_deref(), &SORTS)?;
    let mut query = chosen(scope);
    query.push(OUTCOMES);
    query
        .push(", passed as (select e.course_id, avg(e.grade_final) as mean, avg((e.grade_final >= ")
        .push_bind(pass);
    query.push(
        ")::int) as pass_rate from enrollments e join chosen on chosen.id = e.course_id
            where e.status = 'completed' and e.grade_final is not null group by e.course_id)
         select c.id, c.code, c.section, c.name, c.department, c.semester, c.year,
             coalesce(enrolled, 0) as enrolled, coalesce(completed, 0) as completed, coalesce(dropped, 0) as dropped,
             coalesce(attended, 0) as attended, coalesce(expected, 0) as expected
         from chosen join courses c on c.id = chosen.id
         left join places on places.course_id = c.id
         left join presence on presence.course_id = c.id
         left join passed on passed.course_id = c.id order by ",
    );
    if let Some(sort) = sort {
        query.push(sort.field).push(sort.direction()).push(" nulls last, ");
    }
    query.push("c.year desc, array_position(array['spring', 'summer', 'fall'], c.semester::text) desc, c.code, c.section, c.id limit ");
    query.push_bind(window.size).push(" offset ").push_bind(window.offset());
    Ok(query.build_query_as().fetch_all(db).await?)
}

/// All sections together, and how many they are.
pub async fn overall(db: &mut PgConnection, scope: &Scope<'_>) -> Result<(i64, Outcomes)> {
    #[derive(FromRow)]
    struct Row {
        courses: i64,
        #[sqlx(flatten)]
        outcomes: Outcomes,
    }
    let mut query = chosen(scope);
    query.push(OUTCOMES).push(
        " select count(*) as courses, coalesce(sum(enrolled), 0)::bigint as enrolled,
              coalesce(sum(completed), 0)::bigint as completed, coalesce(sum(dropped), 0)::bigint as dropped,
              coalesce(sum(attended), 0)::bigint as attended, coalesce(sum(expected), 0)::bigint as expected
          from chosen left join places on places.course_id = chosen.id
          left join presence on presence.course_id = chosen.id",
    );
    let row: Row = query.build_query_as().fetch_one(db).await?;
    Ok((row.courses, row.outcomes))
}

/// Final percentages of all sections together.
pub async fn overall_marks(db: &mut PgConnection, scope: &Scope<'_>) -> Result<Marks> {
    let mut query = chosen(scope);
    query.push(
        " select e.grade_final, count(*) from enrollments e join chosen on chosen.id = e.course_id
          where e.status = 'completed' and e.grade_final is not null group by e.grade_final order by e.grade_final",
    );
    Ok(Marks(query.build_query_as().fetch_all(db).await?))
}

/// Final percentages of each section, lowest first.
pub async fn marks_of(db: &mut PgConnection, courses: &[CourseId]) -> Result<Vec<(CourseId, Decimal, i64)>> {
    let ids: Vec<uuid::Uuid> = courses.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select course_id, grade_final as "mark!", count(*) as "count!" from enrollments
           where course_id = any($1) and status = 'completed' and grade_final is not null
           group by course_id, grade_final order by course_id, grade_final"#,
        &ids
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.course_id, row.mark, row.count)).collect())
}

/// How the students of each section stand: the mean of their percentages so far, each rounded as they see it.
///
/// A percentage is the weighted mean over the sum of the weights that are there; without any weight, the plain mean.
/// Divisions carry 40 places and are rounded at 30 first, so that a tie stays one.
pub async fn in_progress(db: &mut PgConnection, courses: &[CourseId]) -> Result<Vec<(CourseId, InProgress)>> {
    let ids: Vec<uuid::Uuid> = courses.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"with standing as (
               select e.course_id, round(round(100 * case when count(g.weight) = 0 then avg(g.score::numeric(50, 40) / g.max_score)
                   else sum(g.weight * g.score::numeric(50, 40) / g.max_score) / nullif(sum(g.weight), 0) end, 30), 2) as percent
               from enrollments e join grades g on g.enrollment_id = e.id
               where e.course_id = any($1) and e.status = 'enrolled' group by e.id, e.course_id
           )
           select course_id, count(*) as "students!", avg(percent) as "mean!" from standing
           where percent is not null group by course_id"#,
        &ids
    );
    let standing = |row: (CourseId, i64, Decimal)| {
        let (course, students, mean) = row;
        (course, InProgress { students, mean: Some(two_places(mean)) })
    };
    Ok(rows
        .fetch_all(db)
        .await?
        .into_iter()
        .map(|row| standing((row.course_id, row.students, row.mean)))
        .collect())
}
