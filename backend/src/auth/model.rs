use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::secret::Secret;
use crate::users::User;

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterRequest {
    #[schema(value_type = String, example = "ada@example.edu", format = "email", max_length = 254)]
    pub email: Secret,
    /// 12 to 128 characters.
    #[schema(value_type = String, min_length = 12, max_length = 128)]
    pub password: Secret,
    #[schema(min_length = 1, max_length = 255)]
    pub full_name: String,
    #[schema(max_length = 100)]
    pub department: Option<String>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginRequest {
    #[schema(value_type = String)]
    pub email: Secret,
    #[schema(value_type = String)]
    pub password: Secret,
}

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshRequest {
    /// Left out by browsers, whose cookie carries it.
    #[schema(value_type = Option<String>)]
    pub refresh_token: Option<Secret>,
}

/// A fresh pair of tokens.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TokenPair {
    /// JWT for `Authorization: Bearer …`.
    #[schema(value_type = String)]
    pub access_token: Secret,
    /// Always `bearer`.
    pub token_type: String,
    /// Seconds the access token is good for.
    pub expires_in: i64,
    /// Exchange it once at `/auth/refresh`, within 7 days.
    #[schema(value_type = String)]
    pub refresh_token: Secret,
    pub user: User,
}
