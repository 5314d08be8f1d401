//! What handlers share.

/// Tables for spreadsheets.
pub mod csv;
/// Decimals with two places.
pub mod decimals;
/// What the API document says of every operation alike.
pub mod document;
/// `ETag` and `If-Match`: an edit of an older version is refused.
pub mod etag;
/// Bodies, paths and queries whose errors are problem+json.
pub mod extract;
/// One effect for one `Idempotency-Key`.
pub mod idempotency;
/// Bounded work in front of the database.
pub mod overload;
/// Pages of a list.
pub mod page;
/// One place that names, counts and logs every request and renders every failure.
pub mod request_log;
/// A panic and a slow statement on purpose, for tests.
#[cfg(debug_assertions)]
pub mod test_hooks;
/// Text that people typed: trimmed, normalised, without control characters.
pub mod text;
/// The UI inside the binary.
pub mod ui;
/// Collecting what is wrong with a request, field by field.
pub mod validate;

pub use extract::{Json, JsonOrDefault, Path, Query, Raw};
pub use page::Page;
