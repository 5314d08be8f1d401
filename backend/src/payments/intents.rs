//! From the wish to pay to a PaymentIntent. The payment is written first and Stripe asked after the commit, with the
//! payment's id as key: whatever happens in between, asking again leads to the same intent, and to one only. No
//! connection and no lock is held while Stripe is asked.

use axum::http::StatusCode;
use chrono::TimeDelta;
use sqlx::PgConnection;

use super::effects::Effect;
use super::model::{CreateIntent, Status, Ticket};
use super::queries::{self, Facts, NewPayment};
use super::rules::News;
use super::{attempts, money, outdated, settle};
use crate::app::App;
use crate::error::{Error, FieldError, Refusal, Result};
use crate::http::validate::Fields;
use crate::http::{request_log, text};
use crate::ids::{PaymentId, UserId};
use crate::ledger;
use crate::policy::Actor;
use crate::stripe::{Failure, NewIntent, PaymentIntent};

/// What a request for a payment led to, before Stripe was asked.
pub enum Begun {
    /// This payment, made or found open; the status says which.
    Payment(PaymentId, StatusCode),
    /// The charge has an open payment of another amount, which has to be closed first.
    Outdated(PaymentId),
}

/// Finds or makes the payment, in the caller's transaction.
pub async fn begin(
    app: &App,
    db: &mut PgConnection,
    actor: &Actor,
    payer: UserId,
    request: &CreateIntent,
) -> Result<Begun> {
    let new = match request.charge_id {
        None => of_amount(app, payer, request)?,
        Some(charge) => {
            nothing_beside_a_charge(request)?;
            let owner = ledger::queries::lock(db, charge).await?.filter(|owner| *owner == payer);
            owner.ok_or(Error::NotFound("charge"))?;
            // The lock of the open payment may have been waited for: an event just settled it.
            let open = queries::lock_open_of_charge(db, charge).await?;
            let due = ledger::queries::due(db, charge).await?;
            if let Some(open) = open {
                if outdated::fits(&open, &due) {
                    return Ok(Begun::Payment(open.id, StatusCode::OK));
                }
                if open.status == Status::Processing {
                    let detail = "a payment of this charge is being processed; wait for its end";
                    return Err(Refusal::new("payment_in_progress", detail).into());
                }
                return Ok(Begun::Outdated(open.id));
            }
            let currency = app.config.payments.currencies.find(&due.currency);
            let most = app.config.payments.max_payment;
            if due.outstanding <= rust_decimal::Decimal::ZERO || currency.is_none() || due.outstanding > most
            {
                let detail = "nothing of this charge can be paid by card now";
                return Err(Refusal::new("nothing_due", detail).fact("outstanding", due.outstanding).into());
            }
            NewPayment {
                user: payer,
                amount: due.outstanding,
                currency: due.currency,
                payment_type: due.kind,
                semester: due.semester,
                year: due.year,
                description: due.description,
                charge: Some(charge),
            }
        }
    };
    if !ledger::queries::is_active_student(db, payer).await?.ok_or(Error::NotFound("student"))? {
        return Err(Refusal::new("not_a_student", "only an active student has an account to pay into").into());
    }
    Ok(Begun::Payment(queries::insert(db, &new, actor.id).await?, StatusCode::CREATED))
}

fn nothing_beside_a_charge(request: &CreateIntent) -> Result<()> {
    let given = [
        ("amount", request.amount.is_some()),
        ("currency", request.currency.is_some()),
        ("payment_type", request.payment_type.is_some()),
        ("semester", request.semester.is_some()),
        ("year", request.year.is_some()),
        ("description", request.description.is_some()),
    ];
    let mut fields = Fields::default();
    for (name, given) in given {
        fields.require(!given, || FieldError::new(name, "invalid", "leave it out: it is the charge's"));
    }
    fields.finish(|| Some(()))
}

fn of_amount(app: &App, payer: UserId, request: &CreateIntent) -> Result<NewPayment> {
    let settings = &app.config.payments;
    let mut fields = Fields::default();
    let currency = fields.take(settings.currencies.parse("currency", request.currency.as_deref()));
    let amount = match (&request.amount, currency) {
        (Some(value), Some(currency)) => {
            fields.take(money::amount("amount", value, currency, settings.max_payment))
        }
        (Some(_), None) => None,
        (None, _) => {
            fields.take(Err(FieldError::new("amount", "required", "say how much, or name a charge_id")))
        }
    };
    let kind = request
        .payment_type
        .ok_or_else(|| FieldError::new("payment_type", "required", "say what is paid for"));
    let kind = fields.take(kind);
    fields.require(request.semester.is_some() == request.year.is_some(), || {
        FieldError::new("year", "required", "a term is a semester and a year")
    });
    fields.require(request.year.is_none_or(|year| (1900..=9999).contains(&year)), || {
        FieldError::new("year", "out_of_range", "1900 to 9999")
    });
    let description =
        fields.take_if(request.description.as_deref(), |words| text::line("description", words, 1, 200));
    fields.finish(|| {
        Some(NewPayment {
            user: payer,
            amount: amount?,
            currency: currency?.code().to_owned(),
            payment_type: kind?,
            semester: request.semester,
            year: request.year,
            description,
            charge: None,
        })
    })
}

/// The intent of a payment: the linked one, or one that is made and linked now. Runs to its end even if the caller hangs
/// up meanwhile.
pub async fn open(app: &App, id: PaymentId) -> Result<Ticket> {
    let task = {
        let app = app.clone();
        async move {
            // Also of what fails, and of what the provider does not answer in time.
            let _timed = app.metrics.payment_processing_seconds.with_label_values::<&str>(&[]).start_timer();
            let payment = queries::facts(&app.db, id).await?.ok_or(Error::NotFound("payment"))?;
            let intent = ensure_intent(&app, &payment).await?;
            let secret =
                intent.client_secret.ok_or_else(|| anyhow::anyhow!("an intent without client_secret"))?;
            Ok(Ticket {
                payment_id: id,
                client_secret: secret,
                amount: payment.amount,
                currency: payment.currency,
            })
        }
    };
    request_log::spawn(task).await.map_err(anyhow::Error::from)?
}

/// For how long Stripe tells the same answer to the same key, with an hour to spare. Whatever is older is looked for in
/// Stripe's lists before it is made: asking again could make it twice.
pub const KEY_LIVES: TimeDelta = TimeDelta::hours(23);

/// Asks Stripe for the payment's intent, making it where there is none.
pub async fn ensure_intent(app: &App, payment: &Facts) -> Result<PaymentIntent> {
    let stripe = app.payments.stripe()?;
    if let Some(intent) = &payment.stripe_payment_intent_id {
        return stripe.retrieve_intent(intent).await.map_err(|failure| unavailable(payment.id, &failure));
    }
    if payment.canceled {
        return Err(ended(app, payment.id).await?);
    }
    if app.clock.now() - payment.created_at >= KEY_LIVES {
        tracing::warn!(event = "payment_left_to_reconciler", function = "ensure_intent", payment_id = %payment.id, "An old payment has no intent; the reconciler looks for it first");
        return Err(Error::ProviderUnavailable { payment: Some(payment.id) });
    }
    let currency =
        settle::currency_of(payment).ok_or_else(|| anyhow::anyhow!("a payment in an unknown currency"))?;
    let minor = money::to_minor(payment.amount, currency);
    let metadata = [
        ("payment_id", payment.id.to_string()),
        ("user_id", payment.user_id.to_string()),
        ("payment_type", payment.payment_type.as_str().to_owned()),
    ];
    let new = NewIntent {
        amount: minor.ok_or_else(|| anyhow::anyhow!("an amount with parts of a cent"))?,
        currency: currency.code(),
        description: payment.description.as_deref(),
        metadata: &metadata,
    };
    let intent = make(app, payment, &new).await?;
    let mut tx = app.db.begin().await?;
    let linked = queries::link(&mut tx, payment.id, &intent.id).await?;
    tx.commit().await?;
    if !linked {
        return Err(
            anyhow::anyhow!("payment {} is linked to another intent than {}", payment.id, intent.id).into()
        );
    }
    tracing::info!(event = "payment_intent_created", function = "ensure_intent", payment_id = %payment.id, amount = %payment.amount, stripe_intent_id = intent.id, "Payment intent created");
    Ok(intent)
}

/// Has the intent made, once: see [`attempts`].
async fn make(app: &App, payment: &Facts, new: &NewIntent<'_>) -> Result<PaymentIntent> {
    let (stripe, mut attempt) = (app.payments.stripe()?, payment.provider_attempt);
    let mut kept = None;
    for _ in 0..attempts::KEYS_AT_ONCE {
        match stripe.create_intent(new, &attempts::key("payment", payment.id, attempt)).await {
            Ok(intent) => return Ok(intent),
            Err(Failure::Refused { status: 400, error }) if error.kind == "invalid_request_error" => {
                return Err(refuse(app, payment, &error.code.unwrap_or_default()).await?);
            }
            Err(failure @ Failure::Kept(_)) => kept = Some(failure),
            Err(failure) => return Err(unavailable(payment.id, &failure)),
        }
        let there = stripe.list_intents(attempts::since(payment.created_at)).await;
        let mut there = there.map_err(|failure| unavailable(payment.id, &failure))?;
        there.retain(|intent| intent.metadata.get("payment_id") == Some(&payment.id.to_string()));
        match there.pop() {
            None => attempt = queries::next_attempt(&app.db, payment.id, attempt).await?,
            Some(intent) if there.is_empty() && settle::intent_difference(payment, &intent).is_none() => {
                return Ok(intent);
            }
            // The reconciler tells of it.
            Some(_) => break,
        }
    }
    Err(kept
        .map_or(Error::ProviderFailed { payment: Some(payment.id) }, |kept| unavailable(payment.id, &kept)))
}

/// Stripe will never take this payment (an amount below its least, say): it ends here.
async fn refuse(app: &App, payment: &Facts, code: &str) -> Result<Error> {
    end_without_intent(app, payment.id, code).await?;
    Ok(not_taken(code))
}

fn not_taken(code: &str) -> Error {
    let detail = "the payment provider does not take this payment; ask the bursar's office";
    Refusal::new("payment_refused", detail).fact("reason", code).into()
}

/// Why a payment without an intent has ended: whoever asks again hears the same.
async fn ended(app: &App, id: PaymentId) -> Result<Error> {
    let code = queries::find(&app.db, id).await?.and_then(|payment| payment.failure_code);
    Ok(match code.as_deref() {
        Some(EXPIRED) => closed(id),
        code => not_taken(code.unwrap_or_default()),
    })
}

/// The code of a payment for which no intent was ever made.
pub const EXPIRED: &str = "expired";

/// Ends a payment for which there is no intent and will be none.
pub async fn end_without_intent(app: &App, id: PaymentId, code: &str) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let mut effect = None;
    if let Some(payment) = queries::lock(&mut tx, id).await?
        && payment.stripe_payment_intent_id.is_none()
        && let Some(state) = super::rules::advance(&payment.state(), News::Canceled, app.clock.now())
    {
        let text = format!("ended before the provider knew of it: {code}");
        let note = queries::Note { event: None, data: None, text };
        queries::set_state(&mut tx, id, &state, Some(code).filter(|code| !code.is_empty()), &note).await?;
        effect = Some(Effect::moved(&payment, News::Canceled, None));
    }
    tx.commit().await?;
    if let Some(effect) = effect {
        effect.report(app);
    }
    Ok(())
}

pub fn closed(id: PaymentId) -> Error {
    let detail = "this payment cannot be taken up again; begin a new one";
    Refusal::new("payment_closed", detail).fact("payment_id", id).into()
}

/// What a failure of Stripe is to the client: the payment stays, and can be taken up again.
pub fn unavailable(payment: PaymentId, failure: &Failure) -> Error {
    tracing::error!(event = "stripe_call_failed", function = "unavailable", payment_id = %payment, error_message = %failure, "The payment provider did not do what it was asked");
    away(Some(payment), failure)
}

/// The same, of one payment or of all.
pub fn away(payment: Option<PaymentId>, failure: &Failure) -> Error {
    let failed = matches!(failure, Failure::Refused { .. } | Failure::Kept(_));
    if failed { Error::ProviderFailed { payment } } else { Error::ProviderUnavailable { payment } }
}
