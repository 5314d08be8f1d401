//! Exact money: amounts as people write them, and the provider's smallest units; pure.

use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value;

use crate::error::FieldError;
use crate::http::validate::exact;

/// Currencies without cents, as the provider counts them.
const WHOLE: [&str; 15] =
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"];

/// Currencies of a hundred cents.
const CENTS: [&str; 35] = [
    "AED", "AUD", "BGN", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EGP", "EUR", "GBP", "GHS", "HKD", "ILS",
    "INR", "KES", "MAD", "MXN", "MYR", "NGN", "NOK", "NZD", "PHP", "PLN", "QAR", "RON", "SAR", "SEK", "SGD",
    "THB", "TRY", "UAH", "USD", "ZAR",
];

/// A currency whose smallest unit is known. Those of a thousandth have no place in columns of two decimals, and a few
/// that the provider treats in its own way are left out; both are refused by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Currency {
    code: &'static str,
    decimals: u32,
}

impl Currency {
    pub fn code(self) -> &'static str {
        self.code
    }

    pub fn decimals(self) -> i32 {
        self.decimals as i32
    }
}

impl FromStr for Currency {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let of = |codes: &[&'static str], decimals| {
            codes.iter().find(|code| code.eq_ignore_ascii_case(text)).map(|code| Self { code, decimals })
        };
        of(&CENTS, 2).or_else(|| of(&WHOLE, 0)).ok_or_else(|| {
            format!("{text:.10} is no currency whose smallest unit is known here; such as USD, EUR or JPY")
        })
    }
}

/// The currencies of an institution; the first is the one meant when none is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Currencies(Vec<Currency>);

impl Currencies {
    pub fn first(&self) -> Currency {
        self.0[0]
    }

    pub fn codes(&self) -> Vec<String> {
        self.0.iter().map(|currency| currency.code.to_owned()).collect()
    }

    /// One of the institution's, by its code.
    pub fn find(&self, code: &str) -> Option<Currency> {
        self.0.iter().copied().find(|currency| currency.code.eq_ignore_ascii_case(code))
    }

    pub fn parse(&self, field: &str, code: Option<&str>) -> Result<Currency, FieldError> {
        let Some(code) = code else { return Ok(self.first()) };
        let message = || format!("pay in one of {}", self.codes().join(", "));
        self.find(code).ok_or_else(|| FieldError::new(field, "unknown", message()))
    }
}

impl FromStr for Currencies {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let currencies = text.split(',').map(|code| code.trim().parse()).collect::<Result<Vec<_>, _>>()?;
        if currencies.is_empty() {
            Err("name at least one currency".to_owned())
        } else {
            Ok(Self(currencies))
        }
    }
}

/// An amount somebody wrote: positive, exact, in units the currency has. Nothing is rounded.
pub fn amount(field: &str, value: &Value, currency: Currency, most: Decimal) -> Result<Decimal, FieldError> {
    let error = |code, message: String| FieldError::new(field, code, message);
    let amount = exact(value)
        .ok_or_else(|| error("invalid", "write an amount such as 100 or \"99.50\"".to_owned()))?;
    if amount.normalize().scale() > currency.decimals {
        let message = match currency.decimals {
            0 => format!("{} has no cents", currency.code),
            _ => "at most two decimal places".to_owned(),
        };
        return Err(error("too_precise", message));
    }
    if amount <= Decimal::ZERO || amount > most {
        return Err(error("out_of_range", format!("more than 0, at most {most}")));
    }
    Ok(two_places(amount))
}

/// As the provider counts. `None` where the amount has smaller parts than the currency.
pub fn to_minor(amount: Decimal, currency: Currency) -> Option<i64> {
    let minor = amount.checked_mul(Decimal::from(10_i64.pow(currency.decimals)))?.normalize();
    if minor.scale() == 0 { i64::try_from(minor).ok() } else { None }
}

pub fn from_minor(minor: i64, currency: Currency) -> Decimal {
    two_places(Decimal::new(minor, currency.decimals))
}

/// As it is stored and shown.
pub fn two_places(mut amount: Decimal) -> Decimal {
    if amount.scale() > 2 {
        amount = amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    }
    amount.rescale(2);
    amount
}

/// Amounts in JSON: texts with two decimals, also for nothing at all.
pub mod json {
    use rust_decimal::Decimal;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(amount: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&super::two_places(*amount))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        <Decimal as Deserialize>::deserialize(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn usd() -> Currency {
        "USD".parse().unwrap()
    }

    fn most() -> Decimal {
        Decimal::new(9_999_999_999, 2)
    }

    #[test]
    fn amounts_are_exact_or_refused() {
        let read = |value: Value| amount("amount", &value, usd(), most()).map_err(|error| error.code);
        for (value, expected) in [
            (json!(19.99), "19.99"),
            (json!(0.29), "0.29"),
            (json!(5000), "5000.00"),
            (json!("5"), "5.00"),
            (json!("0.10"), "0.10"),
            (json!("99999999.99"), "99999999.99"),
            (json!(99999999.99), "99999999.99"),
            (json!("1.2000"), "1.20"),
        ] {
            assert_eq!(
                read(value.clone()).map(|amount| amount.to_string()),
                Ok(expected.to_owned()),
                "{value}"
            );
        }
        for (value, code) in [
            (json!(0), "out_of_range"),
            (json!("0.00"), "out_of_range"),
            (json!(-1), "invalid"),
            (json!("-5.00"), "invalid"),
            (json!("NaN"), "invalid"),
            (json!("Infinity"), "invalid"),
            (json!("1e5"), "invalid"),
            (json!(1e25), "invalid"),
            (json!("1,000.00"), "invalid"),
            (json!(" 5"), "invalid"),
            (json!(""), "invalid"),
            (json!(null), "invalid"),
            (json!(true), "invalid"),
            (json!([5]), "invalid"),
            (json!("0.005"), "too_precise"),
            (json!("10.001"), "too_precise"),
            (json!("100000000.00"), "out_of_range"),
        ] {
            assert_eq!(read(value.clone()), Err(code), "{value}");
        }
        assert_eq!(
            amount("amount", &json!("100.01"), usd(), Decimal::ONE_HUNDRED).unwrap_err().code,
            "out_of_range"
        );
    }

    /// A number of JSON is read as the nearest double, as JavaScript does, and that one counts; a text is what it says.
    #[test]
    fn texts_are_exact_and_numbers_are_doubles() {
        let read = |json: &str| {
            let value = serde_json::from_str(json).unwrap();
            amount("amount", &value, usd(), most())
                .map(|amount| amount.to_string())
                .map_err(|error| error.code)
        };
        for (json, expected) in [
            ("\"10.0000000000000001\"", Err("too_precise")),
            ("\"10.00000000000000001\"", Err("too_precise")),
            ("\"10.000000000000000001\"", Err("invalid")),
            ("\"1e5\"", Err("invalid")),
            ("10.00000000000000001", Ok("10.00")),
            ("10.001", Err("too_precise")),
            ("1e5", Ok("100000.00")),
            ("1e-2", Ok("0.01")),
            ("1e-7", Err("invalid")),
            ("1e300", Err("invalid")),
        ] {
            assert_eq!(read(json), expected.map(str::to_owned), "{json}");
        }
        // No two amounts that can be paid are the same double.
        let (below, above) = (serde_json::json!(99_999_999.98), serde_json::json!(99_999_999.99));
        assert_ne!(amount("amount", &below, usd(), most()), amount("amount", &above, usd(), most()));
    }

    #[test]
    fn a_currency_without_cents_takes_whole_amounts_only() {
        let yen: Currency = "JPY".parse().unwrap();
        let read = |value: Value| amount("amount", &value, yen, most()).map_err(|error| error.code);
        assert_eq!(read(json!("5000")), Ok(Decimal::from(5000)));
        assert_eq!(read(json!("5000.00")), Ok(Decimal::from(5000)));
        assert_eq!(read(json!("0.50")), Err("too_precise"));
        assert_eq!(to_minor(Decimal::from(5000), yen), Some(5000));
        assert_eq!(from_minor(5000, yen).to_string(), "5000.00");
        assert_eq!(to_minor(Decimal::new(50, 2), yen), None);
        for unknown in ["BHD", "KWD", "XXX", "", "US", "UGX", "usdd"] {
            assert!(unknown.parse::<Currency>().is_err(), "{unknown}");
        }
        assert_eq!("usd, JPY".parse::<Currencies>().unwrap().codes(), ["USD", "JPY"]);
        assert!("".parse::<Currencies>().is_err() && "USD,".parse::<Currencies>().is_err());
    }

    /// Every cent of 0.01 to 10,000.00, among them the 65,624 that a float gets wrong.
    #[test]
    fn a_million_amounts_and_no_cent_lost() {
        for cents in 1..=1_000_000_i64 {
            let amount = Decimal::new(cents, 2);
            assert_eq!(to_minor(amount, usd()), Some(cents));
        }
    }

    proptest! {
        #[test]
        fn what_goes_out_comes_back(cents in 1..=9_999_999_999_i64) {
            let amount = from_minor(cents, usd());
            prop_assert_eq!(to_minor(amount, usd()), Some(cents));
            let text = amount.to_string();
            prop_assert_eq!(super::amount("amount", &json!(text), usd(), most()).unwrap(), amount);
            let number: Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(super::amount("amount", &number, usd(), most()).unwrap(), amount);
        }
    }
}
