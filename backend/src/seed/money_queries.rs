//! Charges, payments and accounts, in our books and in the sandbox's; one statement each, whatever the number of rows.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::money::{Books, CURRENCY, Charge, DECLINED, Payment, RETURNED};
use super::world::Term;
use crate::payments::Status;
use crate::payments::money::{Currency, to_minor};
use crate::stripe::sandbox::{self, End, Past, PastRefund};

pub async fn insert_books(db: &mut PgConnection, books: &Books, terms: &[Term]) -> anyhow::Result<()> {
    insert_charges(db, books, terms).await?;
    insert_payments(db, books, terms).await?;
    insert_refunds(db, books).await?;
    insert_steps(db, books).await?;
    insert_lines(db, books).await?;
    let currency: Currency = CURRENCY.parse().map_err(anyhow::Error::msg)?;
    let past: Vec<Past<'_>> = books.payments.iter().filter_map(|paid| past(books, paid, currency)).collect();
    sandbox::plant(db, &past).await?;
    Ok(())
}

async fn insert_charges(db: &mut PgConnection, books: &Books, terms: &[Term]) -> sqlx::Result<()> {
    let all = &books.charges;
    let ids: Vec<Uuid> = all.iter().map(|charge| charge.id.0).collect();
    let students: Vec<Uuid> = all.iter().map(|charge| charge.student.0).collect();
    let kinds: Vec<String> = all.iter().map(|charge| charge.kind.as_str().to_owned()).collect();
    let amounts: Vec<Decimal> = all.iter().map(|charge| charge.amount).collect();
    let (semesters, years) = terms_of(all.iter(), terms);
    let due: Vec<NaiveDate> = all.iter().map(|charge| charge.due_on).collect();
    let descriptions: Vec<String> = all.iter().map(|charge| charge.description.to_owned()).collect();
    let assessed: Vec<bool> = all.iter().map(|charge| charge.assessed).collect();
    let credits: Vec<Option<Decimal>> = all.iter().map(|charge| charge.credits).collect();
    let times: Vec<DateTime<Utc>> = all.iter().map(|charge| charge.at).collect();
    sqlx::query!(
        "insert into charges (id, user_id, kind, amount, currency, semester, year, due_on, description, assessed, credits,
             created_by, created_at)
         select id, student, kind, amount, $12, semester, year, due_on, description, assessed, credits, $13, at
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::numeric[], $5::text[], $6::int[], $7::date[], $8::text[],
             $9::bool[], $10::numeric[], $11::timestamptz[]) as c (id, student, kind, amount, semester, year, due_on,
             description, assessed, credits, at)",
        &ids,
        &students,
        &kinds,
        &amounts,
        &semesters,
        &years,
        &due,
        &descriptions,
        &assessed,
        &credits as &[Option<Decimal>],
        &times,
        CURRENCY,
        books.admin.0
    )
    .execute(db)
    .await?;
    Ok(())
}

fn terms_of<'a>(charges: impl Iterator<Item = &'a Charge>, terms: &[Term]) -> (Vec<String>, Vec<i32>) {
    charges.map(|charge| (terms[charge.term].semester.as_str().to_owned(), terms[charge.term].year)).unzip()
}

async fn insert_payments(db: &mut PgConnection, books: &Books, terms: &[Term]) -> sqlx::Result<()> {
    let all = &books.payments;
    let of: Vec<&Charge> = all.iter().map(|payment| &books.charges[payment.charge]).collect();
    let ids: Vec<Uuid> = all.iter().map(|payment| payment.id.0).collect();
    let students: Vec<Uuid> = of.iter().map(|charge| charge.student.0).collect();
    let charges: Vec<Uuid> = of.iter().map(|charge| charge.id.0).collect();
    let kinds: Vec<String> = of.iter().map(|charge| charge.kind.as_str().to_owned()).collect();
    let descriptions: Vec<String> = of.iter().map(|charge| charge.description.to_owned()).collect();
    let (semesters, years) = terms_of(of.iter().copied(), terms);
    let amounts: Vec<Decimal> = all.iter().map(|payment| payment.amount).collect();
    let returned: Vec<Decimal> = all.iter().map(Payment::returned).collect();
    let statuses: Vec<String> = all.iter().map(|payment| payment.status.as_str().to_owned()).collect();
    let settled: Vec<bool> = all.iter().map(Payment::is_settled).collect();
    let intents: Vec<String> = all.iter().map(|payment| payment.intent.clone()).collect();
    let begun: Vec<DateTime<Utc>> = all.iter().map(|payment| payment.begun).collect();
    let times: Vec<DateTime<Utc>> = all.iter().map(|payment| payment.at).collect();
    let disputed: Vec<Option<DateTime<Utc>>> = all.iter().map(|payment| payment.disputed_at).collect();
    sqlx::query!(
        "insert into payments (id, user_id, charge_id, payment_type, description, semester, year, amount, currency,
             refunded_amount, refund_claimed, status, failure_code, stripe_payment_intent_id, created_at, updated_at, status_at,
             settled_at, disputed_at)
         select id, student, charge, kind, description, semester, year, amount, $14, returned, returned, status,
             case status when 'failed' then $15 end, intent, begun, at, at, case when settled then at end, disputed_at
         from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::int[], $8::numeric[],
             $9::numeric[], $10::text[], $11::bool[], $12::text[], $13::timestamptz[], $16::timestamptz[],
             $17::timestamptz[]) as p (id, student, charge, kind, description, semester, year, amount, returned, status, settled,
             intent, begun, at, disputed_at)",
        &ids,
        &students,
        &charges,
        &kinds,
        &descriptions,
        &semesters,
        &years,
        &amounts,
        &returned,
        &statuses,
        &settled,
        &intents,
        &begun,
        CURRENCY,
        DECLINED,
        &times,
        &disputed as &[Option<DateTime<Utc>>]
    )
    .execute(db)
    .await?;
    Ok(())
}

async fn insert_refunds(db: &mut PgConnection, books: &Books) -> sqlx::Result<()> {
    let all: Vec<_> =
        books.payments.iter().filter_map(|paid| Some((paid.id, paid.refund.as_ref()?))).collect();
    let ids: Vec<Uuid> = all.iter().map(|(_, refund)| refund.id.0).collect();
    let payments: Vec<Uuid> = all.iter().map(|(payment, _)| payment.0).collect();
    let amounts: Vec<Decimal> = all.iter().map(|(_, refund)| refund.amount).collect();
    let there: Vec<String> = all.iter().map(|(_, refund)| refund.stripe_id.clone()).collect();
    let times: Vec<DateTime<Utc>> = all.iter().map(|(_, refund)| refund.at).collect();
    sqlx::query!(
        "insert into refunds (id, payment_id, amount, status, stripe_refund_id, reason, requested_by, created_at, settled_at)
         select id, payment, amount, 'succeeded', there, $6, $7, at, at
         from unnest($1::uuid[], $2::uuid[], $3::numeric[], $4::text[], $5::timestamptz[])
             as r (id, payment, amount, there, at)",
        &ids,
        &payments,
        &amounts,
        &there,
        &times,
        RETURNED,
        books.admin.0
    )
    .execute(db)
    .await?;
    Ok(())
}

async fn insert_steps(db: &mut PgConnection, books: &Books) -> sqlx::Result<()> {
    let (mut payments, mut times, mut statuses, mut notes) = (vec![], vec![], vec![], vec![]);
    for payment in &books.payments {
        for (at, status, note) in payment.steps() {
            payments.push(payment.id.0);
            times.push(at);
            statuses.push(status.as_str().to_owned());
            notes.push(note);
        }
    }
    sqlx::query!(
        "insert into payment_history (payment_id, timestamp, status, notes)
         select * from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[])",
        &payments,
        &times,
        &statuses,
        &notes
    )
    .execute(db)
    .await?;
    Ok(())
}

async fn insert_lines(db: &mut PgConnection, books: &Books) -> sqlx::Result<()> {
    let all = &books.lines;
    let times: Vec<DateTime<Utc>> = all.iter().map(|line| line.at).collect();
    let students: Vec<Uuid> = all.iter().map(|line| line.student.0).collect();
    let kinds: Vec<String> = all.iter().map(|line| line.kind.as_str().to_owned()).collect();
    let amounts: Vec<Decimal> = all.iter().map(|line| line.amount).collect();
    let charges: Vec<Uuid> = all.iter().map(|line| line.charge.0).collect();
    let payments: Vec<Option<Uuid>> = all.iter().map(|line| line.payment.map(|id| id.0)).collect();
    let refunds: Vec<Option<Uuid>> = all.iter().map(|line| line.refund.map(|id| id.0)).collect();
    let reasons: Vec<Option<String>> = all.iter().map(|line| line.reason.map(str::to_owned)).collect();
    let actors: Vec<Option<Uuid>> = all.iter().map(|line| line.actor.map(|id| id.0)).collect();
    sqlx::query!(
        "insert into ledger_postings (at, user_id, kind, amount, currency, charge_id, payment_id, refund_id, reason, actor_id)
         select at, student, kind, amount, $10, charge, payment, refund, reason, actor
         from unnest($1::timestamptz[], $2::uuid[], $3::text[], $4::numeric[], $5::uuid[], $6::uuid[], $7::uuid[], $8::text[],
             $9::uuid[]) with ordinality as l (at, student, kind, amount, charge, payment, refund, reason, actor, place)
         order by place",
        &times,
        &students,
        &kinds,
        &amounts,
        &charges,
        &payments as &[Option<Uuid>],
        &refunds as &[Option<Uuid>],
        &reasons as &[Option<String>],
        &actors as &[Option<Uuid>],
        CURRENCY
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The payment in the sandbox's books.
fn past<'a>(books: &'a Books, payment: &'a Payment, currency: Currency) -> Option<Past<'a>> {
    let charge = &books.charges[payment.charge];
    let refund = |refund: &'a super::money::Refund| {
        let metadata = json!({ "payment_id": payment.id, "refund_id": refund.id });
        let amount = to_minor(refund.amount, currency)?;
        Some(PastRefund { id: &refund.stripe_id, amount, created: refund.at.timestamp(), metadata })
    };
    Some(Past {
        id: &payment.intent,
        amount: to_minor(payment.amount, currency)?,
        currency: "usd",
        created: payment.begun.timestamp(),
        description: Some(charge.description),
        metadata: json!({ "payment_id": payment.id, "user_id": charge.student, "payment_type": charge.kind }),
        end: match payment.status {
            Status::Pending => End::Open,
            Status::Processing => End::Processing,
            Status::Failed => End::Declined(DECLINED),
            Status::Succeeded | Status::Refunded => End::Paid(payment.at.timestamp()),
        },
        disputed: payment.disputed_at.is_some(),
        refunds: payment.refund.as_ref().and_then(refund).into_iter().collect(),
    })
}
