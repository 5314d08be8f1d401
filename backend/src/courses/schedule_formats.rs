//! A [`Schedule`] in JSON, in PostgreSQL and in the API's document.

use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::postgres::{PgTypeInfo, PgValueRef};
use sqlx::types::Json;
use sqlx::{Decode, Encode, Postgres, Type};
use utoipa::ToSchema;

use super::schedule::{Day, Schedule};

impl<'de> Deserialize<'de> for Schedule {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::parse(&value).map_err(|errors| serde::de::Error::custom(&errors[0].message))
    }
}

impl Type<Postgres> for Schedule {
    fn type_info() -> PgTypeInfo {
        <Json<Value> as Type<Postgres>>::type_info()
    }

    fn compatible(ty: &PgTypeInfo) -> bool {
        <Json<Value> as Type<Postgres>>::compatible(ty)
    }
}

impl<'r> Decode<'r, Postgres> for Schedule {
    fn decode(value: PgValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
        Ok(<Json<Self> as Decode<Postgres>>::decode(value)?.0)
    }
}

impl<'q> Encode<'q, Postgres> for Schedule {
    fn encode_by_ref(
        &self,
        buffer: &mut sqlx::postgres::PgArgumentBuffer,
    ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
        <Json<&Self> as Encode<Postgres>>::encode_by_ref(&Json(self), buffer)
    }
}

impl utoipa::PartialSchema for Schedule {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{
            AdditionalProperties, ArrayBuilder, ObjectBuilder, OneOfBuilder, Type,
        };
        let text = |pattern: &str, about: &str| {
            ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)).description(Some(about))
        };
        let time = r"^\d\d:\d\d-\d\d:\d\d$";
        let date = || {
            ObjectBuilder::new()
                .schema_type(Type::String)
                .format(Some(utoipa::openapi::SchemaFormat::Custom("date".to_owned())))
        };
        let object = ObjectBuilder::new()
            .property("time", text(time, "Start and end, half-open"))
            .required("time")
            .property("from", date())
            .property("to", date())
            .property("room", ObjectBuilder::new().schema_type(Type::String).max_length(Some(50)))
            .property("type", ObjectBuilder::new().schema_type(Type::String).max_length(Some(10)))
            .additional_properties(Some(AdditionalProperties::FreeForm(false)));
        let slot = OneOfBuilder::new().item(text(time, "A weekly slot")).item(object);
        let slots = ArrayBuilder::new().items(slot).build();
        Day::ALL
            .into_iter()
            .fold(ObjectBuilder::new(), |week, day| week.property(day.as_str(), slots.clone()))
            .additional_properties(Some(AdditionalProperties::FreeForm(false)))
            .description(Some("Slots by weekday; an empty object means no weekly time"))
            .examples([
                json!({"monday": ["09:00-11:00"], "wednesday": [{"time": "14:00-16:00", "room": "B12"}]}),
            ])
            .into()
    }
}

impl ToSchema for Schedule {
    fn name() -> std::borrow::Cow<'static, str> {
        "Schedule".into()
    }
}
