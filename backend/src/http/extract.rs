//! Extractors whose failures are [`Error`]s: what is wrong, where, and what would be right.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::error::{Error, FieldError, Result};

/// A JSON body, in or out. Unknown fields are refused by the types (`deny_unknown_fields`).
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        if !is_json(&request) {
            return Err(Error::UnsupportedMediaType);
        }
        parse(&body(request, app).await?).map(Self)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// A JSON body that may be left out: then every field has its default.
#[derive(Clone, Copy, Debug)]
pub struct JsonOrDefault<T>(pub T);

impl<T: DeserializeOwned + Default> FromRequest<App> for JsonOrDefault<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let json = is_json(&request);
        let bytes = body(request, app).await?;
        match (bytes.is_empty(), json) {
            (true, _) => Ok(Self(T::default())),
            (false, true) => parse(&bytes).map(Self),
            (false, false) => Err(Error::UnsupportedMediaType),
        }
    }
}

fn is_json(request: &Request) -> bool {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

async fn body(request: Request, app: &App) -> Result<Bytes> {
    Bytes::from_request(request, app).await.map_err(|rejection| match rejection {
        BytesRejection::FailedToBufferBody(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Error::TooLarge(app.config.server.max_body_bytes)
        }
        _ => Error::Malformed("the body did not arrive whole".to_owned()),
    })
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        if inner.is_data() {
            FieldError::new(path.trim_matches('.'), "invalid", plain(&inner.to_string())).into()
        } else {
            Error::Malformed(format!("the body is not JSON: {}", plain(&inner.to_string())))
        }
    })?;
    json.end().map_err(|_| Error::Malformed("the body goes on after its JSON value".to_owned()))?;
    Ok(value)
}

/// serde's words without what they quote of the input: an error does not echo what it was sent.
fn plain(message: &str) -> String {
    let message = message.split(" at line ").next().unwrap_or_default();
    let quoted = regex::Regex::new("(string|character|integer|floating point) [\"`][^\"`]*[\"`]").expect("a valid pattern");
    quoted.replace_all(message, "$1").chars().take(300).collect()
}

/// Ids in the path; one that cannot be an id names nothing.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        match axum::extract::Path::from_request_parts(parts, app).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(_) => Err(Error::NotFound("address (an id in it is not an id)")),
        }
    }
}

/// Parameters of the query string.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self> {
        let text = parts.uri.query().unwrap_or_default();
        let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
            .map_err(|_| Error::Malformed("the query string cannot be decoded".to_owned()))?;
        if pairs.0.iter().any(|(_, value)| value.contains('\0')) {
            return Err(FieldError::new("", "control_character", "a parameter contains a NUL character").into());
        }
        let input = serde_urlencoded::Deserializer::new(form_urlencoded::parse(text.as_bytes()));
        let value = serde_path_to_error::deserialize(input).map_err(|error| {
            let path = error.path().to_string();
            FieldError::new(path.trim_matches('.'), "invalid", plain(&error.into_inner().to_string()))
        })?;
        Ok(Self(value))
    }
}
