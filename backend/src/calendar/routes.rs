use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Datelike;

use super::model::{CalendarFeed, NewCalendarFeed};
use super::{events, queries};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::auth::{digest, random_token};
use crate::error::{Error, Problem, Result};
use crate::http::{Json, Path};
use crate::ids::UserId;
use crate::policy::{Action, Actor};

const MISSING: Error = Error::NotFound("calendar feed");

/// Make the caller's calendar feed, or give it a new address; the old one ends.
///
/// The address is a secret and told this once. Asking again makes another, so there is no `Idempotency-Key`: a kept
/// answer would be a kept secret.
#[utoipa::path(post, path = "/users/{id}/calendar-feed", tag = "calendar", params(("id" = UserId, Path)),
    responses((status = 201, body = NewCalendarFeed), (status = "4XX", body = Problem)))]
pub async fn make_calendar_feed(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<UserId>,
) -> Result<Response> {
    actor.may(Action::UseCalendarFeed { user: id }).map_err(|_| MISSING)?;
    let token = random_token();
    let mut tx = app.db.begin().await?;
    let created_at = queries::make(&mut tx, id, &digest(&token)).await?;
    audit::record(&mut tx, Entry::by(&actor, "calendar_feed_made").of(id)).await?;
    tx.commit().await?;
    tracing::info!(event = "calendar_feed_made", function = "make_calendar_feed", "Calendar feed made");
    let url = format!("/api/v1/calendar/{}.ics", &*token).into();
    Ok((StatusCode::CREATED, Json(NewCalendarFeed { url, created_at })).into_response())
}

/// Whether the caller has a calendar feed, and when it was last fetched.
#[utoipa::path(get, path = "/users/{id}/calendar-feed", tag = "calendar", params(("id" = UserId, Path)),
    responses((status = 200, body = CalendarFeed), (status = "4XX", body = Problem)))]
pub async fn get_calendar_feed(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<UserId>,
) -> Result<Json<CalendarFeed>> {
    actor.may(Action::UseCalendarFeed { user: id }).map_err(|_| MISSING)?;
    let feed = queries::find(&app.db, id).await?;
    Ok(Json(CalendarFeed {
        exists: feed.is_some(),
        created_at: feed.as_ref().map(|feed| feed.created_at),
        last_used_at: feed.and_then(|feed| feed.last_used_at),
    }))
}

/// End the caller's calendar feed; its address leads nowhere from now on.
#[utoipa::path(delete, path = "/users/{id}/calendar-feed", tag = "calendar", params(("id" = UserId, Path)),
    responses((status = 204), (status = "4XX", body = Problem)))]
pub async fn revoke_calendar_feed(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<UserId>,
) -> Result<StatusCode> {
    actor.may(Action::UseCalendarFeed { user: id }).map_err(|_| MISSING)?;
    let mut tx = app.db.begin().await?;
    if queries::revoke(&mut tx, id).await? {
        audit::record(&mut tx, Entry::by(&actor, "calendar_feed_revoked").of(id)).await?;
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A timetable for calendar programs, under its secret address.
///
/// Sections somebody is enrolled in or teaches, of this year, the last and those to come. Weekly classes of a term
/// whose class dates are unknown are left out.
#[utoipa::path(get, path = "/calendar/{token}", tag = "calendar", security(()),
    params(("token" = String, Path, description = "The token, and `.ics` after it"), ("If-None-Match" = Option<String>, Header, description = "The ETag as read; 304 if nothing changed")),
    responses(
        (status = 200, body = String, content_type = "text/calendar", headers(("ETag" = String))),
        (status = 304, description = "Nothing changed"),
        (status = "4XX", body = Problem),
    ))]
pub async fn calendar(
    State(app): State<App>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let token = file.strip_suffix(".ics").filter(|token| token.len() == 43).ok_or(MISSING)?;
    let mut tx = app.db.begin().await?;
    let owner = queries::owner(&mut tx, &digest(token)).await?.ok_or(MISSING)?;
    let classes = queries::classes(&mut tx, owner, app.today().year() - 1).await?;
    queries::note_use(&mut tx, owner).await?;
    tx.commit().await?;

    let institution = &app.config.institution;
    let text = events::write(&institution.institution, &classes, institution.time_zone, app.today().year());
    let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(digest(&text)));
    let tag = HeaderValue::from_str(&tag).map_err(anyhow::Error::from)?;
    let private = HeaderValue::from_static("private, max-age=300");
    let shared = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, private)];
    if is_known(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, shared).into_response());
    }
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("text/calendar; charset=utf-8"))];
    Ok((shared, kind, text).into_response())
}

fn is_known(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut tags = known.split(',').map(|known| known.trim().trim_start_matches("W/"));
    tags.any(|known| known == "*" || known.as_bytes() == tag.as_bytes())
}
