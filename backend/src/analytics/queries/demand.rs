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

/// Refusals that leave no wish for a seat open: there was one already, or it was about leaving.
const NO_WISH: [&str; 5] =
    ["already_enrolled", "already_waitlisted", "already_completed", "drop_deadline_passed", "not_a_student"];

/// Courses of a term (all sections together) for which somebody was refused or waits.
pub async fn unmet(db: &mut PgConnection, filter: &DemandFilter) -> Result<Page<UnmetDemand>> {
    let window = Window::new(filter.page, filter.page_size)?;
    let usual = Sort { field: "without_seat", descending: true };
    let sort = Sort::parse(filter.sort.as_deref(), &SORTS)?.unwrap_or(usual);

    let mut rows = demand(filter);
    rows.push(", page as (select *, count(*) over () as total from demand order by ");
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

/// `demand`: per course and term, who wanted a seat and what became of it.
fn demand(filter: &DemandFilter) -> QueryBuilder<Postgres> {
    let mut query =
        QueryBuilder::new("with chosen as (select id, code, year, semester from courses where true");
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
            "), wishes as (
            select c.code, c.year, c.semester, v.user_id, v.id, v.event, v.reason,
                v.event = 'refused' and v.reason <> all(",
        )
        .push_bind(NO_WISH.map(str::to_owned).to_vec());
    query.push(") as refused
            from enrollment_events v join chosen c on c.id = v.course_id
            where v.event in ('refused', 'waitlisted', 'enrolled', 'promoted', 'completed')
        ), past as (
            select code, year, semester, user_id, count(*) filter (where refused) as refusals,
                count(*) filter (where refused and reason = 'course_full') as full_attempts,
                max(id) filter (where refused or event = 'waitlisted') as wish,
                max(id) filter (where event in ('enrolled', 'promoted', 'completed')) as seat
            from wishes group by code, year, semester, user_id
        ), present as (
            select c.code, c.year, c.semester, e.user_id, bool_or(e.status in ('enrolled', 'completed')) as seated,
                bool_or(e.status = 'pending') as waits
            from enrollments e join chosen c on c.id = e.course_id group by c.code, c.year, c.semester, e.user_id
        ), demand as (
            select code, year, semester, coalesce(sum(full_attempts), 0)::bigint as full_attempts,
                count(*) filter (where full_attempts > 0) as full_students, count(*) filter (where waits) as waiting,
                count(*) filter (where not coalesce(seated, false) and (waits or wish > coalesce(seat, 0))) as without_seat
            from past full join present using (code, year, semester, user_id)
            group by code, year, semester having sum(refusals) > 0 or bool_or(waits)
        )");
    query
}

/// What a page shows of its courses beside the counts.
const DESCRIBED: &str = ", offered as (
    select c.code, c.year, c.semester, (array_agg(c.name order by c.is_active desc, c.section))[1] as name,
        min(c.department) as department, count(*) filter (where c.is_active) as sections,
        case when not bool_or(c.is_active and c.capacity = 9999)
            then coalesce(sum(c.capacity) filter (where c.is_active), 0)::bigint end as seats,
        sum(c.enrolled_count)::bigint as enrolled
    from courses c join page using (code, year, semester) group by c.code, c.year, c.semester
), reasons as (
    select code, year, semester, jsonb_agg(jsonb_build_object('reason', reason, 'attempts', attempts, 'students', students)
        order by attempts desc, reason) as by_reason
    from (
        select code, year, semester, reason, count(*) as attempts, count(distinct user_id) as students
        from wishes join page using (code, year, semester) where refused group by code, year, semester, reason
    ) as counted group by code, year, semester
)
select code, name, department, semester, year, sections, seats, enrolled, full_attempts, full_students, waiting,
    without_seat, coalesce(by_reason, '[]') as by_reason, total
from page join offered using (code, year, semester) left join reasons using (code, year, semester) order by ";
