//! Scenarios over the API, one binary; a file per feature.
#![expect(clippy::unwrap_used, reason = "a test that unwraps fails where it should")]

mod access;
mod enrollments;
mod openapi;
mod private_postgres;
mod races;
mod replicas;
mod support;
