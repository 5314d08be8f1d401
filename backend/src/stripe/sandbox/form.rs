//! Stripe's form encoding: `metadata[payment_id]=…&expand[]=…`.

use serde_json::{Map, Value};

use super::answer::{Result, invalid};

#[derive(Clone, Debug, Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    pub fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).map(|(name, value)| (name.into(), value.into())).collect())
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    pub fn need(&self, name: &str) -> Result<&str> {
        self.get(name)
            .ok_or_else(|| invalid("parameter_missing", &format!("Missing required param: {name}.")))
    }

    /// A whole number of smallest units.
    pub fn integer(&self, name: &str) -> Result<Option<i64>> {
        let wrong = || invalid("parameter_invalid_integer", &format!("Invalid integer: {name}"));
        self.get(name).map(|text| text.parse().map_err(|_| wrong())).transpose()
    }

    pub fn metadata(&self) -> Value {
        let inner = |name: &str| Some(name.strip_prefix("metadata[")?.strip_suffix(']')?.to_owned());
        let entries =
            self.0.iter().filter_map(|(name, value)| Some((inner(name)?, Value::from(value.clone()))));
        Value::Object(Map::from_iter(entries))
    }

    pub fn expands(&self, what: &str) -> bool {
        let wanted = |value: &str| value.strip_prefix("data.").unwrap_or(value) == what;
        self.0.iter().any(|(name, value)| name.starts_with("expand[") && wanted(value))
    }

    /// What tells two requests under one key apart.
    pub fn canonical(&self) -> String {
        let mut pairs = self.0.clone();
        pairs.sort();
        form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    }
}
