//! Collecting what is wrong with a request: every field is looked at, so that one answer names every error.

use rust_decimal::Decimal;
use serde_json::Value;

use crate::error::{Error, FieldError, Result};

#[derive(Debug, Default)]
pub struct Fields {
    errors: Vec<FieldError>,
}

impl Fields {
    /// The parsed value, or `None` with its error noted.
    pub fn take<T>(&mut self, parsed: Result<T, FieldError>) -> Option<T> {
        parsed.map_err(|error| self.errors.push(error)).ok()
    }

    /// As [`Self::take`], for a field that may be left out.
    pub fn take_if<T, R>(
        &mut self,
        given: Option<T>,
        parse: impl FnOnce(T) -> Result<R, FieldError>,
    ) -> Option<R> {
        given.and_then(|value| self.take(parse(value)))
    }

    pub fn require(&mut self, holds: bool, error: impl FnOnce() -> FieldError) {
        if !holds {
            self.errors.push(error());
        }
    }

    pub fn extend(&mut self, errors: impl IntoIterator<Item = FieldError>) {
        self.errors.extend(errors);
    }

    /// The finished value, or all errors together. `value` is `None` only where an error was noted.
    pub fn finish<T>(self, value: impl FnOnce() -> Option<T>) -> Result<T> {
        if self.errors.is_empty() {
            value().ok_or_else(|| anyhow::anyhow!("a field without value and without error").into())
        } else {
            Err(Error::Invalid(self.errors))
        }
    }
}

/// A field that may be absent (leave as it is), `null` (clear it) or a value.
pub fn double_option<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: serde::Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    serde::Deserialize::deserialize(deserializer).map(Some)
}

/// A plain decimal, as a number or as a text.
pub fn exact(value: &Value) -> Option<Decimal> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let plain = !text.is_empty()
        && text.len() <= 20
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.parse().ok().filter(|_| plain)
}
