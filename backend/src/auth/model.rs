use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::users::User;

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterRequest {
    #[schema(example = "ada@example.edu", max_length = 254)]
    pub email: String,
    /// 12 to 128 characters.
    #[schema(min_length = 12, max_length = 128)]
    pub password: String,
    #[schema(min_length = 1, max_length = 255)]
    pub full_name: String,
    #[schema(max_length = 100)]
    pub department: Option<String>,
}

#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginRequest {
    pub email: String,
    pub password: String,
}

#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshRequest {
    /// Left out by browsers, whose cookie carries it.
    pub refresh_token: Option<String>,
}

/// A fresh pair of tokens.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct TokenPair {
    /// JWT for `Authorization: Bearer …`.
    pub access_token: String,
    /// Always `bearer`.
    pub token_type: String,
    /// Seconds the access token is good for.
    pub expires_in: i64,
    /// Exchange it once at `/auth/refresh`, within 7 days.
    pub refresh_token: String,
    pub user: User,
}
