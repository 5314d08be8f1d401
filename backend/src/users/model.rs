use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::auth::{RegisterRequest, parse_password};
use crate::config::PasswordHash;
use crate::enrollments::Status;
use crate::error::{FieldError, Result};
use crate::http::text;
use crate::http::validate::{Fields, double_option};
use crate::ids::UserId;
use crate::policy::Role;
use crate::secret::Secret;
use crate::terms::Semester;

#[derive(Clone, Debug, Serialize, Deserialize, sqlx::FromRow, ToSchema)]
pub struct User {
    pub id: UserId,
    #[schema(value_type = String)]
    pub email: Secret,
    pub role: Role,
    pub full_name: String,
    /// Assigned by the system; only students have one.
    pub student_id: Option<String>,
    pub department: Option<String>,
    pub is_active: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// Counts edits; the `ETag`.
    pub version: i32,
}

/// What a teacher sees of a student in one of their courses.
#[derive(Clone, Debug, Serialize, Deserialize, sqlx::FromRow, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserCard {
    pub id: UserId,
    pub full_name: String,
    #[schema(value_type = String)]
    pub email: Secret,
    pub department: Option<String>,
}

/// The whole record for admins and oneself, a card for a student's teacher.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum UserView {
    Full(User),
    Card(UserCard),
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateUser {
    #[schema(value_type = String, format = "email", max_length = 254)]
    pub email: Secret,
    /// 12 to 128 characters; left out, nobody can sign in until an admin sets one.
    #[schema(value_type = Option<String>, min_length = 12, max_length = 128)]
    pub password: Option<Secret>,
    pub role: Role,
    #[schema(min_length = 1, max_length = 255)]
    pub full_name: String,
    #[schema(max_length = 100)]
    pub department: Option<String>,
    /// For students with a number from elsewhere; otherwise the system assigns one.
    #[schema(max_length = 50)]
    pub student_id: Option<String>,
}

/// Fields left out stay as they are. Everybody may change their own `full_name`, and their `password` by giving
/// the `current_password`; the rest is the admin's.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateUser {
    #[schema(min_length = 1, max_length = 255)]
    pub full_name: Option<String>,
    #[schema(value_type = Option<String>, min_length = 12, max_length = 128)]
    pub password: Option<Secret>,
    #[schema(value_type = Option<String>)]
    pub current_password: Option<Secret>,
    #[schema(value_type = Option<String>, format = "email", max_length = 254)]
    pub email: Option<Secret>,
    pub role: Option<Role>,
    /// `null` clears it.
    #[serde(default, deserialize_with = "double_option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub department: Option<Option<String>>,
    pub student_id: Option<String>,
    pub is_active: Option<bool>,
}

impl UpdateUser {
    /// Something only an admin may change.
    pub fn is_administrative(&self) -> bool {
        self.email.is_some()
            || self.role.is_some()
            || self.department.is_some()
            || self.student_id.is_some()
            || self.is_active.is_some()
    }
}

/// A person about to be stored; exists only if valid.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub email: Secret,
    pub role: Role,
    pub full_name: String,
    pub department: Option<String>,
    pub student_id: Option<String>,
}

impl NewUser {
    /// Whoever registers becomes a student.
    pub fn student(request: &RegisterRequest, algorithm: PasswordHash) -> Result<Self> {
        let request = CreateUser {
            email: request.email.clone(),
            password: Some(request.password.clone()),
            role: Role::Student,
            full_name: request.full_name.clone(),
            department: request.department.clone(),
            student_id: None,
        };
        Self::parse(&request, algorithm)
    }

    pub fn parse(request: &CreateUser, algorithm: PasswordHash) -> Result<Self> {
        let mut fields = Fields::default();
        let email = fields.take(text::email("email", &request.email));
        fields
            .take_if(request.password.as_deref(), |password| parse_password("password", password, algorithm));
        let full_name = fields.take(text::line("full_name", &request.full_name, 1, 255));
        let department =
            fields.take_if(request.department.as_deref(), |text| text::line("department", text, 1, 100));
        let student_id =
            fields.take_if(request.student_id.as_deref(), |text| text::line("student_id", text, 1, 50));
        fields.require(request.role == Role::Student || request.student_id.is_none(), || {
            FieldError::new("student_id", "only_students", "only students have a student number")
        });
        let role = request.role;
        fields.finish(|| {
            Some(Self { email: email?.into(), role, full_name: full_name?, department, student_id })
        })
    }
}

/// Query of the list of people. `sort`: full_name, email, role, department, created_at.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UserFilter {
    /// Part of a name, an e-mail address or a student number.
    pub q: Option<String>,
    pub role: Option<Role>,
    pub department: Option<String>,
    pub is_active: Option<bool>,
    /// A field, with `-` in front for descending.
    #[param(example = "full_name")]
    pub sort: Option<String>,
    #[param(minimum = 1)]
    pub page: Option<i64>,
    #[param(minimum = 1, maximum = 100)]
    pub page_size: Option<i64>,
}

/// Query of a person's enrolments, newest term first.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EnrollmentFilter {
    pub status: Option<Status>,
    pub semester: Option<Semester>,
    pub year: Option<i32>,
    #[param(minimum = 1)]
    pub page: Option<i64>,
    #[param(minimum = 1, maximum = 100)]
    pub page_size: Option<i64>,
}
