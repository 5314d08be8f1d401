//! One effect for one `Idempotency-Key`: the key is written in the transaction of its effect, so a crash between
//! the two cannot exist. Kept 24 hours, per person.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::app::App;
use crate::auth::keyed_digest;
use crate::error::{Error, FieldError, Refusal, Result};

/// The key a client sent, if any.
#[derive(Clone, Debug)]
pub struct IdempotencyKey(Option<String>);

impl FromRequestParts<App> for IdempotencyKey {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self> {
        let Some(value) = parts.headers.get("idempotency-key") else { return Ok(Self(None)) };
        let key = value.to_str().unwrap_or_default();
        let sane = (8..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
        if sane {
            Ok(Self(Some(key.to_owned())))
        } else {
            Err(FieldError::new(
                "Idempotency-Key",
                "invalid",
                "8 to 255 printable characters, such as a UUID",
            )
            .into())
        }
    }
}

/// A key that was claimed in this transaction, to be kept with the answer before the commit.
#[must_use = "keep the answer under the key before the commit"]
pub struct Claim {
    actor: Uuid,
    key: Option<String>,
}

/// What a claim found.
pub enum Claimed {
    /// First time: do it, then [`Claim::keep`] the answer.
    Fresh(Claim),
    /// Done before: this was the answer, or the refusal.
    Replay(Result<Response>),
}

impl IdempotencyKey {
    /// Claims the key for `actor` (nil when nobody is signed in) and a request, told apart by `route` and content.
    /// A second request with the same key waits here for the first one's end.
    pub async fn claim(
        &self,
        app: &App,
        db: &mut PgConnection,
        actor: Uuid,
        route: &str,
        request: &impl Serialize,
    ) -> Result<Claimed> {
        let Some(key) = &self.0 else { return Ok(Claimed::Fresh(Claim { actor, key: None })) };
        let fingerprint = fingerprint(&app.config.auth.jwt_secret, route, request)?;
        let fresh = sqlx::query!(
            "insert into idempotency_keys (actor, key, fingerprint) values ($1, $2, $3)
             on conflict (actor, key) do update
                 set fingerprint = excluded.fingerprint, created_at = now(), status = null, body = null
                 where idempotency_keys.created_at < now() - interval '24 hours'
             returning key",
            actor,
            key,
            &fingerprint[..]
        )
        .fetch_optional(&mut *db)
        .await?
        .is_some();
        if fresh {
            return Ok(Claimed::Fresh(Claim { actor, key: Some(key.clone()) }));
        }
        let kept = sqlx::query!(
            "select fingerprint, status, body from idempotency_keys where actor = $1 and key = $2",
            actor,
            key
        )
        .fetch_one(db)
        .await?;
        if kept.fingerprint != fingerprint {
            return Err(Error::KeyReused);
        }
        let status = kept
            .status
            .and_then(|status| StatusCode::from_u16(status as u16).ok())
            .ok_or(Error::Overloaded)?;
        if status == StatusCode::CONFLICT {
            let refusal: Refusal =
                serde_json::from_value(kept.body.unwrap_or_default()).map_err(anyhow::Error::from)?;
            return Ok(Claimed::Replay(Err(refusal.into())));
        }
        let mut answer = axum::Json(kept.body).into_response();
        *answer.status_mut() = status;
        answer.headers_mut().insert("idempotency-replayed", axum::http::HeaderValue::from_static("true"));
        Ok(Claimed::Replay(Ok(answer)))
    }
}

impl Claim {
    /// Keeps the answer in the same transaction as its effect.
    pub async fn keep(self, db: &mut PgConnection, status: StatusCode, body: &impl Serialize) -> Result<()> {
        let Some(key) = self.key else { return Ok(()) };
        let body = serde_json::to_value(body).map_err(anyhow::Error::from)?;
        sqlx::query!(
            "update idempotency_keys set status = $3, body = $4 where actor = $1 and key = $2",
            self.actor,
            key,
            status.as_u16() as i16,
            body
        )
        .execute(db)
        .await?;
        Ok(())
    }
}

/// Keyed, because a request may hold a password: nobody who reads the table can try passwords against it.
fn fingerprint(secret: &str, route: &str, request: &impl Serialize) -> Result<Vec<u8>> {
    let request = serde_json::to_vec(request).map_err(anyhow::Error::from)?;
    Ok(keyed_digest(secret, &[b"request", route.as_bytes(), &request]))
}
