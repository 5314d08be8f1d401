//! Extractors whose failures are [`Error`]s: what is wrong, where, and what would be right.

use std::sync::LazyLock;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use regex::Regex;
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
            return Err(Error::UnsupportedMediaType("application/json"));
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
            (false, false) => Err(Error::UnsupportedMediaType("application/json")),
        }
    }
}

/// A body as it came, byte for byte, for what is signed.
#[derive(Clone, Debug)]
pub struct Raw(pub Bytes);

impl FromRequest<App> for Raw {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        if !is_json(&request) {
            return Err(Error::UnsupportedMediaType("application/json"));
        }
        body(request, app).await.map(Self)
    }
}

/// A body of `text/csv`, in UTF-8.
#[derive(Clone, Debug)]
pub struct CsvText(pub String);

impl FromRequest<App> for CsvText {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        if !is_of(&request, "text/csv") {
            return Err(Error::UnsupportedMediaType("text/csv"));
        }
        let text = String::from_utf8(body(request, app).await?.into());
        text.map(Self).map_err(|_| Error::Malformed("the file is not UTF-8; save it as CSV UTF-8".to_owned()))
    }
}

fn is_json(request: &Request) -> bool {
    is_of(request, "application/json")
}

fn is_of(request: &Request, kind: &str) -> bool {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case(kind)
}

/// The largest body of a route that takes larger ones than the others.
#[derive(Clone, Copy, Debug)]
pub struct MostBytes(pub usize);

/// The body as it came, within the limit of its route.
pub async fn body(request: Request, app: &App) -> Result<Bytes> {
    let most =
        request.extensions().get::<MostBytes>().map_or(app.config.server.max_body_bytes, |most| most.0);
    Bytes::from_request(request, app).await.map_err(|rejection| match rejection {
        BytesRejection::FailedToBufferBody(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Error::TooLarge(most)
        }
        _ => Error::Malformed("the body did not arrive whole".to_owned()),
    })
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        // serde_json takes some wrong types (null for a word) for broken syntax.
        let is_json = || serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok();
        if inner.is_data() || is_json() {
            field_error(&path, &inner.to_string()).into()
        } else {
            Error::Malformed(format!("the body is not JSON: {}", plain(&inner.to_string())))
        }
    })?;
    json.end().map_err(|_| Error::Malformed("the body goes on after its JSON value".to_owned()))?;
    Ok(value)
}

/// What serde says of a value, at the field it is about.
fn field_error(path: &str, message: &str) -> FieldError {
    static ABOUT_A_FIELD: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?s)^(missing|duplicate|unknown) field `(?:(.*)`, expected|([^`]*)`)"));
    let path = path.trim_matches('.');
    let Some(found) = ABOUT_A_FIELD.captures(message) else {
        return FieldError::new(path, "invalid", plain(message));
    };
    let (code, text) = match &found[1] {
        "missing" => ("required", "this field is needed"),
        "duplicate" => ("duplicate", "this field is given twice"),
        _ => ("unknown_field", "there is no such field here"),
    };
    let given = found.get(2).or(found.get(3)).map_or("", |name| name.as_str());
    // A name is told if it is one; anything else would echo what was sent.
    let name = Some(given).filter(|name| {
        name.len() <= 40 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    });
    let outer = path.strip_suffix(given).unwrap_or(path).trim_end_matches('.');
    let field = [outer, name.unwrap_or_default()]
        .iter()
        .filter(|part| !part.is_empty())
        .copied()
        .collect::<Vec<_>>()
        .join(".");
    FieldError::new(field, code, text)
}

/// serde's words without what they quote of the input: an error does not echo what it was sent.
fn plain(message: &str) -> String {
    static PLACE: LazyLock<Regex> = LazyLock::new(|| regex(r" at line \d+ column \d+$"));
    static VARIANT: LazyLock<Regex> = LazyLock::new(|| regex(r"(?s)unknown variant `.*`, expected"));
    static QUOTED: LazyLock<Regex> = LazyLock::new(|| {
        regex(r#"(?s)(string|character|integer|floating point|boolean) (?:".*"|`.*`)(, expected|$)"#)
    });
    let message = PLACE.replace(message, "");
    let message = VARIANT.replace(&message, "unknown word, expected");
    QUOTED.replace(&message, "$1$2").chars().take(300).collect()
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a valid pattern")
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
            return Err(
                FieldError::new("", "control_character", "a parameter contains a NUL character").into()
            );
        }
        let input = serde_urlencoded::Deserializer::new(form_urlencoded::parse(text.as_bytes()));
        let value = serde_path_to_error::deserialize(input).map_err(|error| {
            let path = error.path().to_string();
            field_error(&path, &error.into_inner().to_string())
        })?;
        Ok(Self(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_the_field_and_not_the_value() {
        let told = |path, message| {
            let error = field_error(path, message);
            (error.field, error.code, error.message)
        };
        let text = |field: &str, code, message: &str| (field.to_owned(), code, message.to_owned());
        assert_eq!(
            told(".", "missing field `email` at line 1 column 2"),
            text("email", "required", "this field is needed")
        );
        let unknown = "unknown field `role`, expected one of `email`, `password` at line 1 column 9";
        assert_eq!(told("role", unknown), text("role", "unknown_field", "there is no such field here"));
        let strange = "unknown field `<b>`, expected `x`, expected one of `email` at line 1 column 9";
        assert_eq!(told("<b>`, expected `x", strange).0, "");
        let variant = "unknown variant `se`cret`, expected one of `fall`, `spring`";
        assert_eq!(told("semester", variant).2, "unknown word, expected one of `fall`, `spring`");
        let quoted = r#"invalid type: string "se\"cret", expected, i32", expected i32 at line 1 column 3"#;
        assert_eq!(told("year", quoted).2, "invalid type: string, expected i32");
    }
}
