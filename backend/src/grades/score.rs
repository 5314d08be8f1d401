//! A score as a client writes it; exact, or refused with a reason.

use rust_decimal::Decimal;
use serde_json::Value;

use crate::error::FieldError;
use crate::http::validate::exact;

/// Wrong with a value: a stable word and a sentence.
pub type Wrong = (&'static str, String);

/// A score as it is written: digits, one point, at most two places.
pub fn score(value: &Value) -> Result<Decimal, Wrong> {
    let error = |code, message: &str| Err((code, message.to_owned()));
    let negative = match value {
        Value::String(text) => text.strip_prefix('-').map(|rest| Value::String(rest.to_owned())),
        Value::Number(number) => {
            number.to_string().strip_prefix('-').map(|rest| Value::String(rest.to_owned()))
        }
        _ => None,
    };
    if negative.as_ref().and_then(exact).is_some_and(|below| !below.is_zero()) {
        return error("out_of_range", "0 or more");
    }
    let Some(mut score) = exact(negative.as_ref().unwrap_or(value)) else {
        return error("invalid", "write a number such as 87.5");
    };
    if score.normalize().scale() > 2 {
        return error("too_precise", "at most two decimal places");
    }
    if score > Decimal::new(99_999, 2) {
        return error("out_of_range", "at most 999.99");
    }
    score.rescale(2);
    Ok(score)
}

/// The same, of a field of a request.
pub fn score_field(field: &str, value: &Value) -> Result<Decimal, FieldError> {
    score(value).map_err(|(code, message)| FieldError::new(field, code, message))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn scores_are_plain_decimals() {
        for (value, expected) in [
            (json!("87.5"), Ok("87.50")),
            (json!(0), Ok("0.00")),
            (json!("8.500"), Ok("8.50")),
            (json!("-0"), Ok("0.00")),
            (json!(-0.0), Ok("0.00")),
            (json!("1e1"), Err("invalid")),
            (json!(1e5), Err("out_of_range")),
            (json!(1e300), Err("invalid")),
            (json!("NaN"), Err("invalid")),
            (json!("١٢"), Err("invalid")),
            (json!("8,5"), Err("invalid")),
            (json!(""), Err("invalid")),
            (json!(true), Err("invalid")),
            (json!([1]), Err("invalid")),
            (json!("1.005"), Err("too_precise")),
            (json!(-1), Err("out_of_range")),
            (json!("-0.5"), Err("out_of_range")),
            (json!("1000"), Err("out_of_range")),
            (json!("--1"), Err("invalid")),
        ] {
            let got = score(&value).map(|score| score.to_string()).map_err(|(code, _)| code);
            assert_eq!(got.as_deref().map_err(|code| *code), expected, "{value}");
        }
    }
}
