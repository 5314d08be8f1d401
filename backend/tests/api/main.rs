//! Scenarios over the API, one binary; a file per feature.

mod enrollments;
mod support;
