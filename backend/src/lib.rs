//! UEMS, a University Education Management System. The map of the program:

/// Numbers about everything: dashboard, enrolments, revenue, performance, unmet demand.
pub mod analytics;
/// What a handler can reach.
pub mod app;
/// The roll: who was at which meeting, and the rates.
pub mod attendance;
/// Who did what to whose record, chained by hashes.
pub mod audit;
/// Sign-up, sign-in, tokens, the person behind a request.
pub mod auth;
/// A person's timetable as a feed for calendar programs.
pub mod calendar;
/// Every setting, its variable and its default.
pub mod config;
/// Sections of courses: catalogue, schedule, rooms.
pub mod courses;
/// The pool, the private PostgreSQL, the timing of statements.
pub mod db;
/// Registration: seats, clashes, windows, the waitlist.
pub mod enrollments;
/// Every failure a client can see.
pub mod error;
/// Marks: gradebooks, finals, their history, the letter scale.
pub mod grades;
/// Health and readiness.
pub mod health;
/// What handlers share: bodies, pages, idempotency, overload, the request log, the embedded UI.
pub mod http;
/// Typed ids.
pub mod ids;
/// `uems import …`: files of other systems.
pub mod import;
/// Periodic tasks.
pub mod jobs;
/// The student's account: charges and postings.
pub mod ledger;
/// Every metric.
pub mod metrics;
/// Payments by card, refunds, the provider's events, reconciliation.
pub mod payments;
/// Who may do what.
pub mod policy;
/// Every route, then the middleware.
pub mod router;
/// What no log may show.
pub mod secret;
/// Demo data.
pub mod seed;
/// Accept loop, time limits, clean stop.
pub mod server;
/// Stripe's API, its signatures, and a stand-in for both.
pub mod stripe;
/// JSON log lines, spans, trace ids.
pub mod telemetry;
/// Terms, their dates and registration windows; the institution's settings.
pub mod terms;
/// Transcripts, and the signed codes by which a copy is checked.
pub mod transcripts;
/// People.
pub mod users;

/// The migrations, once for the program and the tests.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!();
