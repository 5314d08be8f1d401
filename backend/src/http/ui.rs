//! The UI inside the binary: static files with their compressed variants, an address of one thing
//! (`/courses/<uuid>`) answered by the page made for all of them (`/courses/_`), and each page's own
//! Content-Security-Policy. A build without the UI answers 404 and still serves the API.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use rust_embed::{EmbeddedFile, RustEmbed};
use uuid::Uuid;

use crate::error::Error;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../frontend/out"]
#[allow_missing = true]
struct Files;

/// The policy of each page, computed from its inline scripts when the UI was built.
static POLICIES: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    Files::get("csp.json").and_then(|file| serde_json::from_slice(&file.data).ok()).unwrap_or_default()
});

const STRICT: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Whatever no route took.
pub async fn serve(request: Request) -> Response {
    let path = request.uri().path();
    if path == "/api" || path.starts_with("/api/") {
        return Error::NotFound("address in this API").into_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Error::MethodNotAllowed.into_response();
    }
    let Some(path) = decode(path) else { return page("404.html", StatusCode::NOT_FOUND, request.headers()) };
    if path.len() > 1 && path.ends_with('/') {
        return Redirect::permanent(&format!("/{}", path.trim_matches('/'))).into_response();
    }
    match resolve(path.trim_start_matches('/')) {
        Some(name) => page(&name, StatusCode::OK, request.headers()),
        None => page("404.html", StatusCode::NOT_FOUND, request.headers()),
    }
}

/// The file for an address: itself, its page, or the page for things of its kind.
fn resolve(path: &str) -> Option<String> {
    let candidates = |path: &str| {
        let page = if path.is_empty() { "index.html".to_owned() } else { format!("{path}.html") };
        [path.to_owned(), page].into_iter().find(|name| is_public(name) && Files::get(name).is_some())
    };
    candidates(path).or_else(|| generic(path).and_then(|path| candidates(&path)))
}

/// Internal files and the compressed variants have no address of their own.
fn is_public(name: &str) -> bool {
    name != "csp.json" && !name.ends_with(".br") && !name.ends_with(".gz")
}

/// `/courses/<uuid>` and its payload files, with `_` for the id.
fn generic(path: &str) -> Option<String> {
    let mut found = false;
    let parts: Vec<Cow<'_, str>> = path
        .split('/')
        .map(|part| {
            let (stem, rest) = part.split_at(part.find('.').unwrap_or(part.len()));
            let is_id = stem.len() == 36 && Uuid::try_parse(stem).is_ok();
            found |= is_id;
            if is_id { Cow::Owned(format!("_{rest}")) } else { Cow::Borrowed(part) }
        })
        .collect();
    found.then(|| parts.join("/"))
}

fn decode(path: &str) -> Option<String> {
    let bytes = percent_encoding::percent_decode_str(path).decode_utf8().ok()?;
    let clean = !bytes.contains(char::is_control)
        && !bytes.contains('\\')
        && !bytes.split('/').any(|part| part == "..");
    clean.then(|| bytes.into_owned())
}

fn page(name: &str, status: StatusCode, asked: &HeaderMap) -> Response {
    let Some(file) = Files::get(name) else {
        return Error::NotFound("page; this build has no user interface").into_response();
    };
    let etag = format!("\"{}\"", hex(&file.metadata.sha256_hash()[..12]));
    let (data, encoding) = variant(name, file, asked);
    let mut response =
        if asked.get(header::IF_NONE_MATCH).is_some_and(|seen| seen.as_bytes() == etag.as_bytes()) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            (status, Body::from(data)).into_response()
        };
    let kind = if name.ends_with(".txt") && name != "robots.txt" {
        "text/x-component".to_owned()
    } else {
        let kind = mime_guess::from_path(name).first_or_octet_stream();
        if kind.type_() == "text" { format!("{kind}; charset=utf-8") } else { kind.to_string() }
    };
    let forever = name.starts_with("_next/static/");
    let policy =
        if name.ends_with(".html") { POLICIES.get(name).map_or(STRICT, String::as_str) } else { STRICT };
    let fields = [
        (header::CONTENT_TYPE, kind.as_str()),
        (header::ETAG, etag.as_str()),
        (header::VARY, "accept-encoding"),
        (header::CACHE_CONTROL, if forever { "public, max-age=31536000, immutable" } else { "no-cache" }),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    for (field, value) in fields {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(field, value);
        }
    }
    if let Some(encoding) = encoding {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// The smallest variant the client takes.
fn variant(name: &str, file: EmbeddedFile, asked: &HeaderMap) -> (Cow<'static, [u8]>, Option<&'static str>) {
    let accepted =
        asked.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    for (coding, ending) in [("br", "br"), ("gzip", "gz")] {
        let takes = accepted.split(',').any(|item| {
            let mut parts = item.trim().split(';');
            parts.next() == Some(coding) && !parts.any(|weight| matches!(weight.trim(), "q=0" | "q=0.0"))
        });
        if takes && let Some(packed) = Files::get(&format!("{name}.{ending}")) {
            return (packed.data, Some(coding));
        }
    }
    (file.data, None)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_leads_to_the_page_of_its_kind() {
        let id = "0b6f5b9e-1c3d-4b7a-9f00-1234567890ab";
        assert_eq!(generic(&format!("courses/{id}")).as_deref(), Some("courses/_"));
        assert_eq!(generic(&format!("courses/{id}.txt")).as_deref(), Some("courses/_.txt"));
        assert_eq!(generic(&format!("courses/{id}/edit")).as_deref(), Some("courses/_/edit"));
        assert_eq!(generic("courses/not-an-id"), None);
        assert_eq!(decode("/a/%2e%2e/b"), None);
        assert_eq!(decode("/%00"), None);
    }

    #[tokio::test]
    async fn a_doubled_slash_cannot_send_people_elsewhere() {
        let request = Request::builder().uri("//evil.example/").body(Body::empty()).unwrap();
        let answer = serve(request).await;
        assert_eq!(answer.headers()[header::LOCATION], "/evil.example");
    }
}
