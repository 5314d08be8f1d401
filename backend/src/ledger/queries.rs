use chrono::NaiveDate;
use rust_decimal::Decimal;
use sqlx::{PgConnection, PgPool};

pub use super::lists::{account_lines, balances, charge, charges, charges_of};
use super::model::{Assessment, Basis, PostingKind};
use crate::error::{Error, FieldError, OnConstraint, Result};
use crate::ids::{ChargeId, PaymentId, RefundId, UserId};
use crate::payments::PaymentType;
use crate::terms::Semester;

/// A line about to be written.
#[derive(Clone, Debug)]
pub struct Posting<'a> {
    pub user: UserId,
    pub kind: PostingKind,
    pub amount: Decimal,
    pub currency: &'a str,
    pub charge: Option<ChargeId>,
    pub payment: Option<PaymentId>,
    pub refund: Option<RefundId>,
    pub reason: Option<&'a str>,
    pub actor: Option<UserId>,
}

pub async fn post(db: &mut PgConnection, posting: &Posting<'_>) -> Result<()> {
    sqlx::query!(
        "insert into ledger_postings (user_id, kind, amount, currency, charge_id, payment_id, refund_id, reason, actor_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        posting.user.0,
        posting.kind.as_str(),
        posting.amount,
        posting.currency,
        posting.charge.map(|id| id.0),
        posting.payment.map(|id| id.0),
        posting.refund.map(|id| id.0),
        posting.reason,
        posting.actor.map(|id| id.0)
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What is to be paid of a charge.
pub struct Due {
    pub user_id: UserId,
    pub kind: PaymentType,
    pub currency: String,
    pub semester: Option<Semester>,
    pub year: Option<i32>,
    pub description: Option<String>,
    pub outstanding: Decimal,
}

/// Locks a charge, so that two payments or waivers of it stand in line; whose it is.
pub async fn lock(db: &mut PgConnection, id: ChargeId) -> Result<Option<UserId>> {
    let locked = sqlx::query_scalar!(
        r#"select user_id as "user_id: UserId" from charges where id = $1 for no key update"#,
        id.0
    );
    Ok(locked.fetch_optional(db).await?)
}

/// Of a locked charge. Whoever may have waited for another lock has to ask after it: what was read before is old.
pub async fn due(db: &mut PgConnection, id: ChargeId) -> Result<Due> {
    let due = sqlx::query_as!(
        Due,
        r#"select user_id, kind, currency, semester, year, description,
               (select coalesce(sum(p.amount), 0) from ledger_postings p where p.charge_id = charges.id) as "outstanding!"
           from charges where id = $1"#,
        id.0
    );
    Ok(due.fetch_one(db).await?)
}

/// Whose charge it is.
pub async fn owner(db: &PgPool, id: ChargeId) -> Result<Option<UserId>> {
    Ok(sqlx::query_scalar!("select user_id from charges where id = $1", id.0).fetch_optional(db).await?)
}

/// Whether somebody is a student with an active account; `None` when there is no such person.
pub async fn is_active_student(db: &mut PgConnection, id: UserId) -> Result<Option<bool>> {
    let is = sqlx::query_scalar!(
        r#"select role = 'student' and is_active as "is!" from users where id = $1"#,
        id.0
    );
    Ok(is.fetch_optional(db).await?)
}

/// A charge about to be made.
#[derive(Clone, Debug)]
pub struct NewCharge {
    pub kind: PaymentType,
    pub amount: Decimal,
    pub currency: String,
    pub term: Option<(Semester, i32)>,
    pub due_on: Option<NaiveDate>,
    pub description: Option<String>,
}

/// Charges a student, and posts it.
pub async fn insert(
    db: &mut PgConnection,
    student: UserId,
    new: &NewCharge,
    actor: UserId,
) -> Result<ChargeId> {
    let id = sqlx::query_scalar!(
        r#"with made as (
               insert into charges (user_id, kind, amount, currency, semester, year, due_on, description, created_by)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id, user_id, amount, currency, description, created_by
           ), posted as (
               insert into ledger_postings (user_id, kind, amount, currency, charge_id, reason, actor_id)
               select user_id, 'charge', amount, currency, id, description, created_by from made
           )
           select id as "id: ChargeId" from made"#,
        student.0,
        new.kind.as_str(),
        new.amount,
        new.currency,
        new.term.map(|(semester, _)| semester.as_str()),
        new.term.map(|(_, year)| year),
        new.due_on,
        new.description,
        actor.0
    );
    Ok(id.fetch_one(db).await?)
}

/// Charges everybody registered in a term who was not charged for it yet, in one statement.
pub async fn assess(
    db: &mut PgConnection,
    new: &NewCharge,
    (semester, year): (Semester, i32),
    basis: Basis,
    decimals: i32,
    actor: UserId,
) -> Result<Assessment> {
    let row = sqlx::query!(
        r#"with registered as (
               select e.user_id, sum(c.credits) as credits
               from enrollments e
               join courses c on c.id = e.course_id and c.semester = $1 and c.year = $2
               join users u on u.id = e.user_id and u.is_active
               where e.status in ('enrolled', 'completed') group by e.user_id
           ), before as (
               select r.user_id, ch.credits is not null and ch.credits <> r.credits as changed
               from registered r
               join charges ch on ch.user_id = r.user_id and ch.semester = $1 and ch.year = $2 and ch.kind = $3 and ch.assessed
           ), made as (
               insert into charges (user_id, kind, amount, currency, semester, year, due_on, description, assessed, credits, created_by)
               select user_id, $3, case when $4 then round($5::numeric * credits, $6) else $5::numeric end, $7, $1, $2, $8, $9, true,
                   case when $4 then credits end, $10
               from registered
               where not exists (select from before where before.user_id = registered.user_id)
               order by user_id
               on conflict (user_id, year, semester, kind) where assessed do nothing
               returning id, user_id, amount, currency, description
           ), posted as (
               insert into ledger_postings (user_id, kind, amount, currency, charge_id, reason, actor_id)
               select user_id, 'charge', amount, currency, id, description, $10 from made
           )
           select (select count(*) from made) as "charged!", (select coalesce(sum(amount), 0.00) from made) as "total!",
               (select count(*) from before) as "charged_before!",
               (select count(*) from before where changed) as "credits_changed!""#,
        semester.as_str(),
        year,
        new.kind.as_str(),
        basis == Basis::PerCredit,
        new.amount,
        decimals,
        new.currency,
        new.due_on,
        new.description,
        actor.0
    )
    .fetch_one(db)
    .await
    .on_constraint("charges_amount", too_much)?;
    Ok(Assessment {
        charged: row.charged,
        charged_before: row.charged_before,
        credits_changed: row.credits_changed,
        total: row.total,
        currency: new.currency.clone(),
    })
}

fn too_much() -> Error {
    let message = "for some student this comes to nothing, or to more than can be charged";
    FieldError::new("amount", "out_of_range", message).into()
}
