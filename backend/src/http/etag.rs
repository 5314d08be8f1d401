//! `ETag` and `If-Match` over a row's version.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use serde::Serialize;

use crate::app::App;
use crate::error::{Error, FieldError, Result};

/// The version the caller edited, if they said so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfMatch(pub Option<i32>);

impl FromRequestParts<App> for IfMatch {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else { return Ok(Self(None)) };
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Ok(Self(None));
        }
        match text.strip_prefix("W/").unwrap_or(text).trim_matches('"').parse() {
            Ok(version) => Ok(Self(Some(version))),
            Err(_) => Err(FieldError::new("If-Match", "invalid", "send back the ETag as you got it").into()),
        }
    }
}

impl IfMatch {
    /// Refuses a write to anything but the version the caller saw; the refusal shows how it is now.
    pub fn check(self, version: i32, current: impl Serialize) -> Result<()> {
        match self.0 {
            Some(seen) if seen != version => {
                let current = serde_json::to_value(current).map_err(anyhow::Error::from)?;
                Err(Error::Stale(Box::new(current)))
            }
            _ => Ok(()),
        }
    }
}

/// The header for a version.
pub fn etag(version: i32) -> [(header::HeaderName, HeaderValue); 1] {
    [(header::ETAG, HeaderValue::from_str(&format!("\"{version}\"")).expect("digits in quotes"))]
}
