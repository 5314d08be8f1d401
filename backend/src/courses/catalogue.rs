//! Reading sections: one list of columns for the catalogue, the single section and a person's enrolments.

use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder};

use super::model::{Course, CourseFilter, Department, TermFilter};
use super::schedule::Day;
use crate::error::{FieldError, Result};
use crate::http::page::{Page, Sort, Window};
use crate::ids::{CourseId, UserId};
use crate::users::queries::escape_like;

/// What [`Course`] is read from; `c` the section, `t` its teacher, `e` the caller's enrolment.
pub const COLUMNS: &str = "
    c.id, c.code, c.section, c.name, c.description, c.department, c.teacher_id, t.full_name as teacher_name,
    c.capacity, c.enrolled_count, c.over_capacity, c.credits, c.semester, c.year, c.schedule, c.room, c.cross_listing,
    c.is_active, c.version, c.created_at, c.updated_at,
    (select count(*) from enrollments w where w.course_id = c.id and w.status = 'pending') as waitlist_count,
    e.id as my_id, e.status as my_status,
    case when e.status = 'pending' then (
        select count(*) + 1 from enrollments w
        where w.course_id = c.id and w.status = 'pending' and w.waitlist_rank < e.waitlist_rank
    ) end as my_position";

const SORTS: [(&str, &str); 6] = [
    ("code", "c.code"),
    ("name", "c.name"),
    ("teacher", "t.full_name"),
    ("time", "(select min(lower(m.minutes)) from course_meetings m where m.course_id = c.id)"),
    ("seats", "greatest(c.capacity - c.enrolled_count, 0)"),
    ("credits", "c.credits"),
];

pub async fn find(db: &mut PgConnection, id: CourseId, viewer: UserId) -> Result<Option<Course>> {
    let mut query = QueryBuilder::new("select ");
    query.push(COLUMNS).push(" from courses c left join users t on t.id = c.teacher_id");
    query.push(" left join enrollments e on e.course_id = c.id and e.user_id = ").push_bind(viewer.0);
    query.push(" where c.id = ").push_bind(id.0);
    Ok(query.build_query_as::<Course>().fetch_optional(db).await?)
}

/// A page of the catalogue. Filters and orders that vary are put together here; every value is bound.
pub async fn list(db: &PgPool, filter: &CourseFilter, viewer: UserId) -> Result<Page<Course>> {
    let window = Window::new(filter.page, filter.page_size)?;
    let sort = Sort::parse(filter.sort.as_deref(), &SORTS)?;
    let words = words(filter.q.as_deref())?;

    let mut count = QueryBuilder::new("");
    my_meetings(&mut count, filter, viewer);
    count.push("select count(*) from courses c");
    if !words.is_empty() {
        count.push(" left join users t on t.id = c.teacher_id");
    }
    filtered(&mut count, filter, &words);

    let mut rows = QueryBuilder::new("");
    my_meetings(&mut rows, filter, viewer);
    rows.push("select ").push(COLUMNS).push(" from courses c left join users t on t.id = c.teacher_id");
    rows.push(" left join enrollments e on e.course_id = c.id and e.user_id = ").push_bind(viewer.0);
    filtered(&mut rows, filter, &words);
    rows.push(" order by ");
    match sort {
        Some(sort) => {
            rows.push(sort.field).push(sort.direction()).push(" nulls last, ");
        }
        None if !words.is_empty() => {
            rows.push("c.search like ")
                .push_bind(format!("{}%", escape_like(&words.concat())))
                .push(" desc, ");
        }
        None => {}
    }
    rows.push("c.code, c.section, c.year desc, c.semester, c.id limit ").push_bind(window.size);
    rows.push(" offset ").push_bind(window.offset());

    let total = count.build_query_scalar::<i64>().fetch_one(db).await?;
    let items = rows.build_query_as::<Course>().fetch_all(db).await?;
    Ok(window.of(items, total))
}

fn words(q: Option<&str>) -> Result<Vec<String>> {
    let q = q.unwrap_or_default();
    if q.chars().count() > 200 {
        return Err(FieldError::new("q", "too_long", "at most 200 characters").into());
    }
    Ok(q.to_lowercase().split_whitespace().map(str::to_owned).collect())
}

/// When a section must fit: the caller's meetings, and their week as one multirange to look at first.
fn my_meetings(query: &mut QueryBuilder<Postgres>, filter: &CourseFilter, viewer: UserId) {
    if filter.fits != Some(true) {
        return;
    }
    query.push("with mine as materialized (select m.* from course_meetings m join enrollments e on e.course_id = m.course_id");
    query.push(" where e.status = 'enrolled' and e.user_id = ").push_bind(viewer.0);
    query.push("), busy as materialized (select coalesce(range_agg(minutes), '{}') as minutes from mine) ");
}

fn filtered(query: &mut QueryBuilder<Postgres>, filter: &CourseFilter, words: &[String]) {
    query.push(" where c.is_active = ").push_bind(filter.is_active.unwrap_or(true));
    for word in words {
        let pattern = format!("%{}%", escape_like(word));
        query.push(" and (c.search like ").push_bind(pattern.clone());
        query.push(" or lower(t.full_name) like ").push_bind(pattern).push(")");
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
    if let Some(teacher) = filter.teacher_id {
        query.push(" and c.teacher_id = ").push_bind(teacher.0);
    }
    if let Some(day) = filter.day {
        let first = Day::ALL.iter().position(|other| *other == day).unwrap_or(0) as i32 * 1440;
        query.push(
            " and exists (select from course_meetings m where m.course_id = c.id and m.minutes && int4range(",
        );
        query.push_bind(first).push(", ").push_bind(first + 1440).push("))");
    }
    match filter.open {
        Some(true) => _ = query.push(" and c.enrolled_count < c.capacity"),
        Some(false) => _ = query.push(" and c.enrolled_count >= c.capacity"),
        None => {}
    }
    if filter.fits == Some(true) {
        query.push(
            " and not exists (select from course_meetings n where n.course_id = c.id
                and n.minutes && (select minutes from busy)
                and exists (select from mine m where m.course_id <> n.course_id and m.year = n.year
                    and m.semester = n.semester and m.one_off = n.one_off
                    and m.minutes && n.minutes and m.dates && n.dates))",
        );
    }
}

pub async fn departments(db: &PgPool, term: &TermFilter) -> Result<Vec<Department>> {
    let departments = sqlx::query_as!(
        Department,
        r#"select department, count(*) as "courses!" from courses
           where is_active and ($1::text is null or semester = $1) and ($2::int is null or year = $2)
           group by department order by department"#,
        term.semester.map(|semester| semester.as_str()),
        term.year
    );
    Ok(departments.fetch_all(db).await?)
}
