use sqlx::PgConnection;

use crate::analytics::model::FullCourse;
use crate::analytics::rules::percent;
use crate::courses::UNLIMITED;
use crate::error::Result;
use crate::terms::Semester;

/// The fullest active sections with a limit, of some terms.
pub async fn fullest(db: &mut PgConnection, terms: &[(i32, Semester)]) -> Result<Vec<FullCourse>> {
    let (years, semesters) = columns(terms);
    let rows = sqlx::query!(
        r#"select c.id, c.code, c.section, c.name, c.semester, c.year, c.enrolled_count, c.capacity,
               (select count(*) from enrollments e where e.course_id = c.id and e.status = 'pending') as "waiting!"
           from courses c join unnest($1::int[], $2::text[]) t (year, semester)
               on t.year = c.year and t.semester = c.semester
           where c.is_active and c.capacity <> $3
           order by c.enrolled_count::numeric / c.capacity desc, "waiting!" desc, c.code, c.section, c.id limit 10"#,
        &years,
        &semesters,
        UNLIMITED
    );
    let rows = rows.fetch_all(db).await?;
    Ok(rows
        .into_iter()
        .map(|row| FullCourse {
            id: row.id,
            code: row.code,
            section: row.section,
            name: row.name,
            semester: row.semester,
            year: row.year,
            enrolled_count: row.enrolled_count,
            capacity: row.capacity,
            fill_rate: percent(row.enrolled_count.into(), row.capacity.into()).unwrap_or_default(),
            waitlist_count: row.waiting,
        })
        .collect())
}

/// Places in the queues of some terms.
pub async fn waiting(db: &mut PgConnection, terms: &[(i32, Semester)]) -> Result<i64> {
    let (years, semesters) = columns(terms);
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from enrollments e join courses c on c.id = e.course_id
           join unnest($1::int[], $2::text[]) t (year, semester) on t.year = c.year and t.semester = c.semester
           where e.status = 'pending'"#,
        &years,
        &semesters
    );
    Ok(count.fetch_one(db).await?)
}

fn columns(terms: &[(i32, Semester)]) -> (Vec<i32>, Vec<String>) {
    terms.iter().map(|(year, semester)| (*year, semester.as_str().to_owned())).unzip()
}
