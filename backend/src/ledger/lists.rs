//! Reading charges and accounts: one list of columns for all of them.

use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder};

use super::model::{AccountLine, Balance, Charge, ChargeFilter};
use crate::error::{Error, FieldError, Result};
use crate::http::page::{Page, Sort, Window};
use crate::ids::{ChargeId, UserId};
use crate::users::queries::escape_like;

/// What [`Charge`] is read from; `c` the charge, `u` its student, `s` the sums of its postings.
const COLUMNS: &str = "
    c.id, c.user_id, u.full_name as student_name, u.student_id as student_number, c.kind, c.amount, c.currency, c.semester,
    c.year, c.due_on, c.description, c.credits, s.paid, s.waived, s.outstanding, c.created_at,
    (select p.id from payments p where p.charge_id = c.id and p.status in ('pending', 'processing', 'failed')
        and not p.canceled) as open_payment_id";

const FROM: &str = "
    from charges c join users u on u.id = c.user_id
    cross join lateral (
        select coalesce(sum(p.amount), 0.00) as outstanding,
            coalesce(-sum(p.amount) filter (where p.kind in ('payment', 'refund', 'reversal')), 0.00) as paid,
            coalesce(-sum(p.amount) filter (where p.kind = 'waiver'), 0.00) as waived
        from ledger_postings p where p.charge_id = c.id
    ) s";

const SORTS: [(&str, &str); 5] = [
    ("due_on", "c.due_on"),
    ("created_at", "c.created_at"),
    ("amount", "c.amount"),
    ("outstanding", "s.outstanding"),
    ("student", "u.full_name"),
];

pub async fn charge(db: &mut PgConnection, id: ChargeId) -> Result<Charge> {
    let mut query = QueryBuilder::new("select ");
    query.push(COLUMNS).push(FROM).push(" where c.id = ").push_bind(id.0);
    query.build_query_as::<Charge>().fetch_optional(db).await?.ok_or(Error::NotFound("charge"))
}

/// All charges of a student; what is to be paid first comes first.
pub async fn charges_of(db: &PgPool, student: UserId) -> Result<Vec<Charge>> {
    let mut query = QueryBuilder::new("select ");
    query.push(COLUMNS).push(FROM).push(" where c.user_id = ").push_bind(student.0);
    query.push(" order by s.outstanding <= 0, c.due_on nulls last, c.created_at, c.id");
    Ok(query.build_query_as::<Charge>().fetch_all(db).await?)
}

/// A page of charges, of one student or of all. Every value is bound.
pub async fn charges(db: &PgPool, filter: &ChargeFilter, only: Option<UserId>) -> Result<Page<Charge>> {
    let window = Window::new(filter.page, filter.page_size)?;
    let sort = Sort::parse(filter.sort.as_deref(), &SORTS)?;
    let sort = sort.unwrap_or(Sort { field: "c.due_on", descending: false });
    if filter.q.as_ref().is_some_and(|text| text.len() > 400) {
        return Err(FieldError::new("q", "too_long", "at most 100 characters").into());
    }
    let mut count = QueryBuilder::new("select count(*)");
    count.push(FROM);
    filtered(&mut count, filter, only);
    let mut rows = QueryBuilder::new("select ");
    rows.push(COLUMNS).push(FROM);
    filtered(&mut rows, filter, only);
    rows.push(" order by ").push(sort.field).push(sort.direction()).push(" nulls last, c.id limit ");
    rows.push_bind(window.size).push(" offset ").push_bind(window.offset());

    let total = count.build_query_scalar::<i64>().fetch_one(db).await?;
    let items = rows.build_query_as::<Charge>().fetch_all(db).await?;
    Ok(window.of(items, total))
}

fn filtered(query: &mut QueryBuilder<Postgres>, filter: &ChargeFilter, only: Option<UserId>) {
    query.push(" where true");
    if let Some(user) = only.or(filter.user_id) {
        query.push(" and c.user_id = ").push_bind(user.0);
    }
    if let Some(text) = &filter.q {
        let pattern = format!("%{}%", escape_like(text.trim()));
        query.push(" and (u.full_name ilike ").push_bind(pattern.clone());
        query.push(" or u.student_id ilike ").push_bind(pattern).push(")");
    }
    if let Some(kind) = filter.kind {
        query.push(" and c.kind = ").push_bind(kind.as_str());
    }
    if let Some(semester) = filter.semester {
        query.push(" and c.semester = ").push_bind(semester.as_str());
    }
    if let Some(year) = filter.year {
        query.push(" and c.year = ").push_bind(year);
    }
    if let Some(outstanding) = filter.outstanding {
        query.push(" and (s.outstanding > 0) = ").push_bind(outstanding);
    }
    if let Some(day) = filter.due_before {
        query.push(" and c.due_on < ").push_bind(day);
    }
}

/// The lines of an account, newest first.
pub async fn account_lines(db: &PgPool, student: UserId) -> Result<Vec<AccountLine>> {
    let lines = sqlx::query_as!(
        AccountLine,
        "select id, at, kind, amount, currency, charge_id, payment_id, refund_id, reason from ledger_postings
         where user_id = $1 order by id desc",
        student.0
    );
    Ok(lines.fetch_all(db).await?)
}

/// What a student owes, by currency.
pub async fn balances(db: &PgPool, student: UserId) -> Result<Vec<Balance>> {
    let balances = sqlx::query_as!(
        Balance,
        r#"select currency, sum(amount) as "amount!" from ledger_postings where user_id = $1 group by currency order by currency"#,
        student.0
    );
    Ok(balances.fetch_all(db).await?)
}
