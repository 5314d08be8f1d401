use axum::extract::{OriginalUri, State};
use axum::response::Response;
use serde_json::json;

use super::model::{Account, Charge, ChargeFilter};
use super::queries;
use crate::app::App;
use crate::audit::Entry;
use crate::error::{Error, Problem, Result};
use crate::http::{Json, Page, Path, Query};
use crate::ids::UserId;
use crate::payments::note_reading;
use crate::policy::{Action, Actor};
use crate::users;

/// List charges. Students get their own.
#[utoipa::path(get, path = "/charges", tag = "payments", params(ChargeFilter),
    responses((status = 200, body = Page<Charge>), (status = "4XX", body = Problem)))]
pub async fn list_charges(
    State(app): State<App>,
    actor: Actor,
    OriginalUri(uri): OriginalUri,
    Query(filter): Query<ChargeFilter>,
) -> Result<Response> {
    actor.may(Action::ReadPaymentsOf { user: actor.id })?;
    let everybody = actor.may(Action::ManagePayments).is_ok();
    let page = queries::charges(&app.db, &filter, (!everybody).then_some(actor.id)).await?;
    if everybody {
        let facts = json!({ "charges": page.items.len() });
        let entry = Entry::by(&actor, "payments_read").facts(facts);
        note_reading(&app, entry).await?;
    }
    Ok(page.answer(&uri))
}

/// A student's account: charges, postings, and what is owed.
#[utoipa::path(get, path = "/users/{id}/account", tag = "payments", params(("id" = UserId, Path)),
    responses((status = 200, body = Account), (status = "4XX", body = Problem)))]
pub async fn user_account(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<UserId>,
) -> Result<Json<Account>> {
    actor.may(Action::ReadPaymentsOf { user: actor.id })?;
    actor.may(Action::ReadPaymentsOf { user: id }).map_err(|_| Error::NotFound("person"))?;
    let mut db = app.db.acquire().await?;
    users::queries::find(&mut db, id).await?.ok_or(Error::NotFound("person"))?;
    drop(db);
    let account = Account {
        user_id: id,
        balances: queries::balances(&app.db, id).await?,
        charges: queries::charges_of(&app.db, id).await?,
        postings: queries::account_lines(&app.db, id).await?,
    };
    if actor.id != id {
        note_reading(&app, Entry::by(&actor, "payments_read").of(id).about("account", id.0)).await?;
    }
    Ok(Json(account))
}
