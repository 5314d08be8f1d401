//! Access tokens (JWT, HS256, 15 minutes) and refresh tokens (random, kept only as digests).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::ids::{SessionId, UserId};
use crate::policy::Role;
use crate::secret::Secret;
use crate::users::User;

/// Seconds an access token is good for.
pub const ACCESS_SECONDS: i64 = 15 * 60;
/// Days a refresh token is good for.
pub const REFRESH_DAYS: i32 = 7;

const ISSUER: &str = "uems";

#[derive(Debug, Serialize, Deserialize)]
pub struct Claims {
    pub sub: UserId,
    pub email: Secret,
    pub role: Role,
    pub full_name: String,
    pub exp: i64,
    pub iat: i64,
    pub jti: Uuid,
    pub iss: String,
    pub aud: String,
    /// The session; a token of a session that ended is worth nothing.
    pub sid: SessionId,
}

pub struct Tokens {
    signing: EncodingKey,
    checking: DecodingKey,
    validation: Validation,
}

impl Tokens {
    pub fn new(secret: &str) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "sub", "iss", "aud"]);
        // `read` checks `exp` itself, by the App's clock.
        validation.validate_exp = false;
        Self {
            signing: EncodingKey::from_secret(secret.as_bytes()),
            checking: DecodingKey::from_secret(secret.as_bytes()),
            validation,
        }
    }

    pub fn access(&self, user: &User, session: SessionId, now: DateTime<Utc>) -> Result<Secret> {
        let claims = Claims {
            sub: user.id,
            email: user.email.clone(),
            role: user.role,
            full_name: user.full_name.clone(),
            exp: now.timestamp() + ACCESS_SECONDS,
            iat: now.timestamp(),
            jti: Uuid::new_v4(),
            iss: ISSUER.to_owned(),
            aud: ISSUER.to_owned(),
            sid: session,
        };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.signing);
        Ok(token.map_err(anyhow::Error::from)?.into())
    }

    /// The claims of a token that we signed and that has not expired.
    pub fn read(&self, token: &str, now: DateTime<Utc>) -> Result<Claims> {
        let token = jsonwebtoken::decode::<Claims>(token, &self.checking, &self.validation);
        let claims = token.map_err(|_| Error::Unauthenticated)?.claims;
        if claims.exp > now.timestamp() { Ok(claims) } else { Err(Error::Unauthenticated) }
    }
}

/// A new secret for somebody to keep: a refresh token, the address of a feed.
pub fn random_token() -> Secret {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()).into()
}

/// The refresh token that another is exchanged for. Made from it, with our secret: who lost the answer can have the same
/// one again, and nobody else can make it, whatever they read in the database.
pub fn successor(secret: &str, token: &str) -> Secret {
    URL_SAFE_NO_PAD.encode(keyed_digest(secret, &[b"refresh token", token.as_bytes()])).into()
}

/// How such a token is stored: 256 random bits need no salt and no slow hash.
pub fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// A digest only we can make, for things too guessable for a plain one (addresses, requests with passwords).
pub fn keyed_digest(secret: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes any key length");
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SECRET: &str = "0123456789abcdef0123456789abcdef";

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn claims() -> serde_json::Value {
        json!({
            "sub": Uuid::nil(), "email": "a@b.c", "role": "student", "full_name": "A", "exp": now().timestamp() + 60,
            "iat": now().timestamp(), "jti": Uuid::nil(), "iss": "uems", "aud": "uems", "sid": Uuid::nil(),
        })
    }

    fn sign(header: Header, claims: &serde_json::Value, secret: &str) -> String {
        jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
    }

    #[test]
    fn only_our_own_unexpired_tokens_are_read() {
        let tokens = Tokens::new(SECRET);
        let good = sign(Header::new(Algorithm::HS256), &claims(), SECRET);
        assert!(tokens.read(&good, now()).is_ok());
        assert!(tokens.read(&good, now() + chrono::TimeDelta::seconds(61)).is_err());
        assert!(tokens.read(&sign(Header::new(Algorithm::HS256), &claims(), "another"), now()).is_err());
        assert!(tokens.read(&sign(Header::new(Algorithm::HS384), &claims(), SECRET), now()).is_err());
        let parts: Vec<&str> = good.split('.').collect();
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
        assert!(tokens.read(&format!("{none}.{}.", parts[1]), now()).is_err());
        assert!(tokens.read(&format!("{}.{}.", parts[0], parts[1]), now()).is_err());
    }

    #[test]
    fn a_successor_is_as_long_as_its_token_and_only_ours() {
        let token = random_token();
        let next = successor(SECRET, &token);
        assert_eq!((next.len(), &*next), (token.len(), &*successor(SECRET, &token)));
        for other in [successor("another", &token), successor(SECRET, &next), token] {
            assert_ne!(*next, *other);
        }
    }

    #[test]
    fn claims_of_the_wrong_kind_are_refused() {
        let tokens = Tokens::new(SECRET);
        for (name, value) in [
            ("exp", json!("9999999999")),
            ("exp", json!(null)),
            ("aud", json!("elsewhere")),
            ("iss", json!("elsewhere")),
            ("sub", json!("root")),
            ("role", json!("superuser")),
        ] {
            let mut claims = claims();
            claims[name] = value;
            assert!(
                tokens.read(&sign(Header::new(Algorithm::HS256), &claims, SECRET), now()).is_err(),
                "{name}"
            );
        }
    }
}
