//! Charging, and forgiving a charge.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::model::{AssessCharges, Assessment, Charge, CreateCharge, PostingKind, WaiveCharge};
use super::queries::{self, NewCharge, Posting};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::error::{Error, FieldError, Problem, Refusal, Result};
use crate::http::idempotency::{Claimed, IdempotencyKey};
use crate::http::validate::Fields;
use crate::http::{Json, Path, text};
use crate::ids::ChargeId;
use crate::payments::money::{self, Currency};
use crate::policy::{Action, Actor};
use crate::terms::Semester;

/// Charge a student.
#[utoipa::path(post, path = "/charges", tag = "payments",
    params(("Idempotency-Key" = Option<String>, Header, description = "8 to 255 printable characters; same key and body, same answer, one effect")),
    responses((status = 201, body = Charge), (status = "4XX", body = Problem)))]
pub async fn create_charge(
    State(app): State<App>,
    actor: Actor,
    key: IdempotencyKey,
    Json(request): Json<CreateCharge>,
) -> Result<Response> {
    actor.may(Action::ManagePayments)?;
    let term = (request.semester, request.year);
    let (new, _) = parse(
        &app,
        &request.amount,
        request.currency.as_deref(),
        term,
        request.due_on,
        request.description.as_deref(),
        request.kind,
    )?;
    let mut tx = app.db.begin().await?;
    let claim = match key.claim(&app, &mut tx, actor.id.0, "POST /charges", &request).await? {
        Claimed::Fresh(claim) => claim,
        Claimed::Replay(answer) => return answer,
    };
    if !queries::is_active_student(&mut tx, request.user_id).await?.ok_or(Error::NotFound("student"))? {
        return Err(Refusal::new("not_a_student", "only an active student has an account to charge").into());
    }
    let id = queries::insert(&mut tx, request.user_id, &new, actor.id).await?;
    let charge = queries::charge(&mut tx, id).await?;
    claim.keep(&mut tx, StatusCode::CREATED, &charge).await?;
    let entry = Entry::by(&actor, "charge_made").of(request.user_id).about("charge", id.0);
    audit::record(
        &mut tx,
        entry.facts(json!({ "kind": new.kind, "amount": new.amount, "currency": new.currency })),
    )
    .await?;
    tx.commit().await?;
    tracing::info!(event = "charge_made", function = "create_charge", charge_id = %id, amount = %new.amount, "Charge made");
    Ok((StatusCode::CREATED, Json(charge)).into_response())
}

/// Charge everybody who is registered in a term, the same or by credit.
///
/// Once per student, term and kind: run again, it charges only who is new. Nobody's charge is changed; how many have
/// other credits now than they were charged for is told.
#[utoipa::path(post, path = "/charges/assess", tag = "payments",
    params(("Idempotency-Key" = Option<String>, Header, description = "8 to 255 printable characters; same key and body, same answer, one effect")),
    responses((status = 200, body = Assessment), (status = "4XX", body = Problem)))]
pub async fn assess_charges(
    State(app): State<App>,
    actor: Actor,
    key: IdempotencyKey,
    Json(request): Json<AssessCharges>,
) -> Result<Response> {
    actor.may(Action::ManagePayments)?;
    let term = (request.semester, request.year);
    let (new, currency) = parse(
        &app,
        &request.amount,
        request.currency.as_deref(),
        (Some(term.0), Some(term.1)),
        request.due_on,
        request.description.as_deref(),
        request.kind,
    )?;
    let mut tx = app.db.begin().await?;
    let claim = match key.claim(&app, &mut tx, actor.id.0, "POST /charges/assess", &request).await? {
        Claimed::Fresh(claim) => claim,
        Claimed::Replay(answer) => return answer,
    };
    let done = queries::assess(&mut tx, &new, term, request.basis, currency.decimals(), actor.id).await?;
    claim.keep(&mut tx, StatusCode::OK, &done).await?;
    let facts = json!({ "semester": term.0, "year": term.1, "kind": new.kind, "basis": request.basis, "amount": new.amount, "charged": done.charged, "total": done.total });
    audit::record(&mut tx, Entry::by(&actor, "charges_assessed").facts(facts)).await?;
    tx.commit().await?;
    tracing::info!(event = "charges_assessed", function = "assess_charges", charged = done.charged, total = %done.total, "Charges assessed");
    Ok(Json(done).into_response())
}

fn parse(
    app: &App,
    amount: &Value,
    currency: Option<&str>,
    (semester, year): (Option<Semester>, Option<i32>),
    due_on: Option<NaiveDate>,
    description: Option<&str>,
    kind: crate::payments::PaymentType,
) -> Result<(NewCharge, Currency)> {
    let settings = &app.config.payments;
    let mut fields = Fields::default();
    let currency = fields.take(settings.currencies.parse("currency", currency));
    let amount = currency
        .and_then(|currency| fields.take(money::amount("amount", amount, currency, settings.max_payment)));
    fields.require(semester.is_some() == year.is_some(), || {
        FieldError::new("year", "required", "a term is a semester and a year")
    });
    let sane = |year: i32| (1900..=9999).contains(&year);
    fields.require(year.is_none_or(sane), || FieldError::new("year", "out_of_range", "1900 to 9999"));
    fields.require(due_on.is_none_or(|day| sane(day.year())), || {
        FieldError::new("due_on", "out_of_range", "a year from 1900 to 9999")
    });
    let description = fields.take_if(description, |words| text::line("description", words, 1, 200));
    fields.finish(|| {
        let currency = currency?;
        let term = semester.zip(year);
        let code = currency.code().to_owned();
        Some((NewCharge { kind, amount: amount?, currency: code, term, due_on, description }, currency))
    })
}

/// Forgive a charge, in full or in part.
#[utoipa::path(post, path = "/charges/{id}/waive", tag = "payments",
    params(("id" = ChargeId, Path), ("Idempotency-Key" = Option<String>, Header, description = "8 to 255 printable characters; same key and body, same answer, one effect")),
    responses((status = 200, body = Charge), (status = "4XX", body = Problem)))]
pub async fn waive_charge(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ChargeId>,
    key: IdempotencyKey,
    Json(request): Json<WaiveCharge>,
) -> Result<Response> {
    actor.may(Action::ManagePayments)?;
    let reason = text::line("reason", &request.reason, 1, 500)?;
    let mut tx = app.db.begin().await?;
    let claim =
        match key.claim(&app, &mut tx, actor.id.0, "POST /charges/{id}/waive", &(id, &request)).await? {
            Claimed::Fresh(claim) => claim,
            Claimed::Replay(answer) => return answer,
        };
    queries::lock(&mut tx, id).await?.ok_or(Error::NotFound("charge"))?;
    let due = queries::due(&mut tx, id).await?;
    let currency: Currency = due.currency.parse().map_err(|text: String| anyhow::anyhow!(text))?;
    let most = app.config.payments.max_payment.max(due.outstanding);
    let asked =
        request.amount.as_ref().map(|value| money::amount("amount", value, currency, most)).transpose()?;
    let amount = asked.unwrap_or(due.outstanding);
    if due.outstanding <= Decimal::ZERO || amount > due.outstanding {
        let detail = format!("{} of this charge is outstanding", due.outstanding);
        return Err(Refusal::new("waiver_exceeds_charge", detail)
            .fact("outstanding", due.outstanding)
            .into());
    }
    let posting = Posting {
        user: due.user_id,
        kind: PostingKind::Waiver,
        amount: -amount,
        currency: &due.currency,
        charge: Some(id),
        payment: None,
        refund: None,
        reason: Some(&reason),
        actor: Some(actor.id),
    };
    queries::post(&mut tx, &posting).await?;
    let charge = queries::charge(&mut tx, id).await?;
    claim.keep(&mut tx, StatusCode::OK, &charge).await?;
    let entry = Entry::by(&actor, "charge_waived").of(due.user_id).about("charge", id.0);
    audit::record(&mut tx, entry.facts(json!({ "amount": amount, "reason": reason }))).await?;
    tx.commit().await?;
    tracing::info!(event = "charge_waived", function = "waive_charge", charge_id = %id, amount = %amount, "Charge waived");
    crate::payments::close_soon(&app, id);
    Ok(Json(charge).into_response())
}
