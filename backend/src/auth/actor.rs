//! The person behind a request: a token we signed, of a session that is still alive.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use super::queries;
use crate::app::App;
use crate::error::{self, Error, Result};
use crate::ids::{SessionId, UserId};
use crate::policy::{Actor, Role};

/// What the database says of a session; asked at most once a second per session and process.
#[derive(Clone, Copy, Debug)]
pub struct LiveSession {
    pub user: UserId,
    pub role: Role,
}

impl FromRequestParts<App> for Actor {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let (scheme, token) = header.and_then(|value| value.split_once(' ')).ok_or(Error::Unauthenticated)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Error::Unauthenticated);
        }
        let claims = app.tokens.read(token.trim(), app.clock.now())?;
        let live = live_session(app, claims.sid).await?.filter(|live| live.user == claims.sub);
        let live = live.ok_or(Error::SessionExpired)?;
        let span = tracing::Span::current();
        span.record("user_id", tracing::field::display(live.user));
        span.record("user_role", live.role.as_str());
        Ok(Self { id: live.user, role: live.role, session: claims.sid })
    }
}

/// The role comes from here and not from the token, so a change of role counts at once.
async fn live_session(app: &App, session: SessionId) -> Result<Option<LiveSession>> {
    let found = app.sessions.try_get_with(session, queries::use_session(&app.db, session)).await;
    found.map_err(|error| match error::is_passing(&error) {
        true => Error::DatabaseBusy(error.to_string()),
        false => Error::Internal(anyhow::anyhow!("session lookup: {error}")),
    })
}
