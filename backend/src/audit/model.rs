use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::courses::CourseRef;
use crate::ids::UserId;
use crate::policy::{Actor, Role};

/// An entry to be written: `Entry::by(&actor, "grade_changed").of(student).about("course", id).facts(json!({…}))`.
#[derive(Clone, Debug)]
pub struct Entry {
    pub(super) actor: Option<(UserId, Role)>,
    pub(super) action: &'static str,
    pub(super) subject: Option<UserId>,
    pub(super) object: Option<(&'static str, Uuid)>,
    pub(super) facts: Value,
}

impl Entry {
    pub fn by(actor: &Actor, action: &'static str) -> Self {
        Self { actor: Some((actor.id, actor.role)), ..Self::by_system(action) }
    }

    /// Nobody asked for it: a periodic task, an event of another system.
    pub fn by_system(action: &'static str) -> Self {
        Self { actor: None, action, subject: None, object: None, facts: Value::Object(Map::new()) }
    }

    /// Whose record it is about.
    pub fn of(self, subject: UserId) -> Self {
        Self { subject: Some(subject), ..self }
    }

    /// What it is about, such as a `course`.
    pub fn about(self, kind: &'static str, id: impl Into<Uuid>) -> Self {
        Self { object: Some((kind, id.into())), ..self }
    }

    /// What is worth keeping: old and new values, counts. An object; nothing secret.
    pub fn facts(self, facts: Value) -> Self {
        Self { facts, ..self }
    }
}

/// What an edit changed, field by field: `{"name": [old, new]}`. That it counts as an edit goes without saying.
pub fn changes(old: &impl Serialize, new: &impl Serialize) -> Value {
    let object = |value: serde_json::Result<Value>| match value {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    let (old, new) = (object(serde_json::to_value(old)), object(serde_json::to_value(new)));
    let changed = new.into_iter().filter_map(|(field, new)| {
        let before = old.get(&field).cloned().unwrap_or_default();
        let counts = before != new && !["version", "updated_at"].contains(&field.as_str());
        counts.then(|| (field, json!([before, new])))
    });
    Value::Object(changed.collect())
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonRef {
    pub id: UserId,
    pub full_name: String,
}

/// An entry of the log.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AuditEntry {
    /// Place in the chain, from 1, without gaps.
    pub id: i64,
    pub at: DateTime<Utc>,
    /// Who did it; nobody for the system itself.
    pub actor: Option<PersonRef>,
    /// The role in which it was done.
    pub actor_role: Option<Role>,
    pub action: String,
    /// Whose record it is about.
    pub subject: Option<PersonRef>,
    pub object_type: Option<String>,
    pub object_id: Option<Uuid>,
    /// The section that the object is, or is a place in.
    pub course: Option<CourseRef>,
    #[schema(value_type = Object, additional_properties)]
    pub facts: Value,
    /// The `X-Request-ID` under which the logs know the request.
    pub request_id: Option<String>,
    /// SHA-256 over this entry and the hash of the one before, in hexadecimal digits.
    pub hash: String,
}

/// Which entries; newest first.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditFilter {
    pub actor_id: Option<UserId>,
    /// Whose record.
    pub subject_id: Option<UserId>,
    pub object_id: Option<Uuid>,
    /// The action's name, such as `marks_read`.
    #[param(max_length = 40)]
    pub action: Option<String>,
    /// From this moment …
    pub from: Option<DateTime<Utc>>,
    /// … until before this one.
    pub until: Option<DateTime<Utc>>,
    #[param(minimum = 1)]
    pub page: Option<i64>,
    #[param(minimum = 1, maximum = 100)]
    pub page_size: Option<i64>,
}
