use chrono::NaiveDate;
use sqlx::PgConnection;

use crate::analytics::model::Money;
use crate::analytics::rules::{Period, two_places};
use crate::error::Result;
use crate::terms::Semester;

/// What a line of the report on revenue is about.
pub enum Line {
    /// A currency as a whole.
    Total,
    /// By its first day.
    Month(NaiveDate),
    Type(String),
    /// The term that payments are for, if any.
    Term(Option<(Semester, i32)>),
}

/// Settled payments and refunds of a period by the campus's calendar: per currency; per month, per type and per term
/// of each currency.
pub async fn movements(
    db: &mut PgConnection,
    period: Period,
    time_zone: &str,
    semester: Option<Semester>,
    year: Option<i32>,
) -> Result<Vec<(Line, Money)>> {
    // The bounds in time are a day wider than the period, for the index; the calendar decides. A day may begin twice.
    let rows = sqlx::query!(
        r#"with settled as (
               select p.id as payment_id, p.settled_at, p.amount as paid, null::numeric as returned,
                   case when p.disputed_at is not null then p.amount - p.refunded_amount end as disputed
               from payments p
               where p.settled_at >= $1::date::timestamp at time zone $3 - interval '1 day'
                   and p.settled_at < $2::date::timestamp at time zone $3 + interval '2 days'
               union all
               select r.payment_id, r.settled_at, null, r.amount, null from refunds r
               where r.status = 'succeeded' and r.settled_at >= $1::date::timestamp at time zone $3 - interval '1 day'
                   and r.settled_at < $2::date::timestamp at time zone $3 + interval '2 days'
           ), movements as (
               select p.currency, p.payment_type, p.semester, p.year, s.paid, s.returned, s.disputed,
                   date_trunc('month', s.settled_at at time zone $3)::date as month
               from settled s join payments p on p.id = s.payment_id
               where (s.settled_at at time zone $3)::date between $1 and $2
                   and ($4::text is null or p.semester = $4) and ($5::int is null or p.year = $5)
           )
           select currency as "currency!", month, payment_type as "payment_type?: String",
               semester as "semester?: Semester", year as "year?",
               coalesce(sum(paid), 0) as "gross!", coalesce(sum(returned), 0) as "refunded!",
               coalesce(sum(disputed), 0) as "disputed!",
               count(paid) as "payments!", count(returned) as "refunds!", count(disputed) as "disputes!",
               grouping(month) = 0 as "of_month!", grouping(payment_type) = 0 as "of_type!", grouping(year) = 0 as "of_term!"
           from movements
           group by grouping sets ((currency), (currency, month), (currency, payment_type), (currency, semester, year))
           order by month, array_position(array['tuition', 'fees', 'books', 'other'], payment_type::text), year desc nulls last,
               array_position(array['spring', 'summer', 'fall'], semester::text) desc nulls last, currency"#,
        period.from,
        period.to,
        time_zone,
        semester.map(|semester| semester.as_str()),
        year
    );
    let lines = rows.fetch_all(db).await?.into_iter().map(|row| {
        let line = match (row.month, row.payment_type) {
            (Some(month), _) if row.of_month => Line::Month(month),
            (_, Some(payment_type)) if row.of_type => Line::Type(payment_type),
            _ if row.of_term => Line::Term(row.semester.zip(row.year)),
            _ => Line::Total,
        };
        let money = Money {
            currency: row.currency,
            gross: two_places(row.gross),
            refunded: two_places(row.refunded),
            disputed: two_places(row.disputed),
            net: two_places(row.gross - row.refunded - row.disputed),
            payments: row.payments,
            refunds: row.refunds,
            disputes: row.disputes,
        };
        (line, money)
    });
    Ok(lines.collect())
}
