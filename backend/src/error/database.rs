//! What the database's failures are to a client.

use super::{Error, FieldError, Result};

/// Whether the database says "not now" (load, fail-over, a lock not had in time) and not "never".
pub fn is_passing(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => true,
        sqlx::Error::Database(database) => {
            let code = database.code().unwrap_or_default();
            if code == "25006" {
                crate::db::DEMOTED.store(true, std::sync::atomic::Ordering::Relaxed);
            }
            matches!(&*code, "40001" | "40P01" | "55P03" | "57014" | "25006")
                || ["08", "53", "57P"].iter().any(|class| code.starts_with(class))
        }
        _ => false,
    }
}

impl From<sqlx::Error> for Error {
    /// What the database says about load, fail-over and impossible values is not an internal error.
    fn from(error: sqlx::Error) -> Self {
        let code = error.as_database_error().and_then(|database| database.code()).unwrap_or_default();
        if is_passing(&error) {
            Self::DatabaseBusy(error.to_string())
        } else if code.starts_with("22") {
            let message = "a value cannot be stored (out of range, or not text)";
            FieldError::new("", "impossible_value", message).into()
        } else {
            Self::Database(error)
        }
    }
}

/// Turns a broken constraint into the refusal it stands for: the database judges, the name tells.
pub trait OnConstraint<T> {
    fn on_constraint(self, name: &str, refusal: impl FnOnce() -> Error) -> Result<T>;
}

impl<T> OnConstraint<T> for Result<T, sqlx::Error> {
    fn on_constraint(self, name: &str, refusal: impl FnOnce() -> Error) -> Result<T> {
        self.map_err(|error| match error.as_database_error() {
            Some(database) if database.constraint() == Some(name) => refusal(),
            _ => error.into(),
        })
    }
}

impl<T> OnConstraint<T> for Result<T, Error> {
    fn on_constraint(self, name: &str, refusal: impl FnOnce() -> Error) -> Result<T> {
        self.map_err(|error| match &error {
            Error::Database(inner)
                if inner.as_database_error().and_then(|e| e.constraint()) == Some(name) =>
            {
                refusal()
            }
            _ => error,
        })
    }
}
