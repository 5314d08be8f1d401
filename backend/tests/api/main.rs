//! Scenarios over the API, one binary; a file per feature.
#![expect(clippy::unwrap_used, reason = "a test that unwraps fails where it should")]

mod access;
mod analytics;
mod analytics_courses;
mod analytics_money;
mod attendance;
mod attendance_dates;
mod audit;
mod auth;
mod calendar;
mod cart;
mod courses;
mod docs;
mod enrollments;
mod grades;
mod hostile;
mod import;
mod logs;
mod metrics;
mod openapi;
mod payments;
mod payments_events;
mod payments_reconcile;
mod payments_refunds;
mod private_postgres;
mod races;
mod replicas;
mod rooms;
mod roster_export;
mod seed;
mod sessions;
mod statements;
mod support;
mod swap;
mod terms;
mod users;
