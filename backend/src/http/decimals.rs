//! Decimals with two places in every answer. (A zero comes out of the database without any.)

use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

/// For `#[serde(serialize_with)]`.
pub fn two_places<S: Serializer>(value: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    Serialize::serialize(&with_two_places(*value), serializer)
}

/// The same, of a decimal that may be missing.
pub fn two_places_if<S: Serializer>(value: &Option<Decimal>, serializer: S) -> Result<S::Ok, S::Error> {
    value.map(with_two_places).serialize(serializer)
}

fn with_two_places(mut value: Decimal) -> Decimal {
    value.rescale(2);
    value
}
