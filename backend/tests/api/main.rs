//! Scenarios over the API, one binary; a file per feature.

mod enrollments;
mod openapi;
mod private_postgres;
mod races;
mod replicas;
mod support;
