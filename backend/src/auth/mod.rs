//! Sign-up, sign-in, tokens, and the person behind a request.

mod actor;
mod model;
mod passwords;
mod queries;
mod routes;
mod rules;
mod throttle;
mod tokens;

pub use actor::LiveSession;
pub use model::RegisterRequest;
pub use passwords::{PasswordHasher, UNUSABLE_PASSWORD};
pub use queries::revoke_sessions;
pub use routes::{
    __path_login, __path_logout, __path_me, __path_refresh, __path_register, login, logout, me, refresh,
    register,
};
pub use rules::parse_password;
pub use throttle::proves_password;
pub use tokens::{Tokens, digest, keyed_digest, random_token};
