use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};

use crate::analytics::per_course::{DemandFilter, UnmetDemand};
use crate::error::Result;
use crate::http::Page;
use crate::http::page::{Sort, Window};

const SORTS: [(&str, &str); 5] = [
    ("without_seat", "without_seat"),
    ("full_attempts", "full_attempts"),
    ("full_students", "full_students"),
    ("waiting", "waiting"),
    ("code", "code"),
];

/// Refusals that leave no wish for a seat open (there was one already, or it was about leaving), and the one of a
/// section that could be had: only the others of its cart could not.
const NO_WISH: [&str; 6] = [
    "already_enrolled",
    "already_waitlisted",
    "already_completed",
    "drop_deadline_passed",
    "not_a_student",
    "cart_refused",
];

/// Courses of a term (all sections together) for which somebody was refused or waits.
pub async fn unmet(db: &mut PgConnection, filter: &DemandFilter) -> Result<Page<UnmetDemand>> {
    let window = Window::new(filter.page, filter.page_size)?;
    let usual = Sort { field: "without_seat", descending: true };
    let sort = Sort::parse(filter.sort.as_deref(), &SORTS)?.unwrap_or(usual);

    let mut rows = demand(filter);
    rows.push(
        ", page as (select *, count(*) over () as total from demand join offered using (line) order by ",
    );
    rows.push(sort.field)
        .push(sort.direction())
        .push(", ")
        .push(ORDER)
        .push(" limit ")
        .push_bind(window.size);
    rows.push(" offset ").push_bind(window.offset()).push(")").push(DESCRIBED);
    rows.push(sort.field).push(sort.direction()).push(", ").push(ORDER);

    let items: Vec<Row> = rows.build_query_as().fetch_all(&mut *db).await?;
    let total = match items.first() {
        Some(row) => row.total,
        // Beyond the last page.
        None => {
            let mut count = demand(filter);
            count.push(" select count(*) from demand").build_query_scalar().fetch_one(db).await?
        }
    };
    Ok(window.of(items.into_iter().map(|row| row.course).collect(), total))
}

#[derive(FromRow)]
struct Row {
    #[sqlx(flatten)]
    course: UnmetDemand,
    total: i64,
}

const ORDER: &str = "code, year desc, array_position(array['spring', 'summer', 'fall'], semester::text) desc";

/// `demand`: per line (a course of a term), who wanted a seat and what became of it. Events of seats are looked at only
/// for who wished for one and holds none: they are most of all events.
fn demand(filter: &DemandFilter) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new(
        "with chosen as materialized (
            select id, dense_rank() over (order by code, year, semester) as line from courses where true",
    );
    if let Some(semester) = filter.semester {
        query.push(" and semester = ").push_bind(semester.as_str());
    }
    if let Some(year) = filter.year {
        query.push(" and year = ").push_bind(year);
    }
    if let Some(department) = &filter.department {
        query.push(" and department = ").push_bind(department.clone());
    }
    query
        .push(
            "), wishes as materialized (
            select c.line, v.user_id, v.id, v.reason from enrollment_events v join chosen c on c.id = v.course_id
            where v.event = 'waitlisted' or v.event = 'refused' and v.reason <> all(",
        )
        .push_bind(NO_WISH.map(str::to_owned).to_vec());
    query.push(
        ")
        ), past as (
            select line, user_id, count(reason) as refusals,
                count(*) filter (where reason = 'course_full') as full_attempts, max(id) as wish
            from wishes group by line, user_id
        ), places as materialized (
            select c.line, e.user_id, e.course_id, e.status from enrollments e join chosen c on c.id = e.course_id
        ), waits as (
            select distinct line, user_id, true as waits from places where status = 'pending'
        ), people as materialized (
            select line, user_id, coalesce(waits, false) as waits, refusals, full_attempts, wish
            from past full join waits using (line, user_id)
        ), seats as (
            select line, user_id, bool_or(p.status <> 'dropped') as seated,
                max(case when p.status = 'dropped' then (
                    select max(v.id) from enrollment_events v where v.user_id = p.user_id and v.course_id = p.course_id
                        and v.event in ('enrolled', 'promoted', 'completed')
                ) end) as seat
            from people join places p using (line, user_id) where p.status <> 'pending' group by line, user_id
        ), demand as (
            select line, coalesce(sum(full_attempts), 0)::bigint as full_attempts,
                count(*) filter (where full_attempts > 0) as full_students, count(*) filter (where waits) as waiting,
                count(*) filter (where not coalesce(seated, false) and (waits or wish > coalesce(seat, 0))) as without_seat
            from people left join seats using (line, user_id)
            group by line having sum(refusals) > 0 or bool_or(waits)
        ), offered as (
            select line, c.code, c.year, c.semester, (array_agg(c.name order by c.is_active desc, c.section))[1] as name,
                min(c.department) as department, count(*) filter (where c.is_active) as sections,
                case when not bool_or(c.is_active and c.capacity = 9999)
                    then coalesce(sum(c.capacity) filter (where c.is_active), 0)::bigint end as seats,
                sum(c.enrolled_count)::bigint as enrolled
            from courses c join chosen using (id) group by line, c.code, c.year, c.semester
        )",
    );
    query
}

/// What a page shows of its courses beside the counts.
const DESCRIBED: &str = ", reasons as (
    select line, jsonb_agg(jsonb_build_object('reason', reason, 'attempts', attempts, 'students', students)
        order by attempts desc, reason) as by_reason
    from (
        select line, reason, count(*) as attempts, count(distinct user_id) as students
        from wishes where line in (select line from page) and reason is not null group by line, reason
    ) as counted group by line
)
select code, name, department, semester, year, sections, seats, enrolled, full_attempts, full_students, waiting,
    without_seat, coalesce(by_reason, '[]') as by_reason, total
from page left join reasons using (line) order by ";
