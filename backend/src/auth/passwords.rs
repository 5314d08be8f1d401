//! Hashing passwords. Argon2id for new ones; bcrypt is still verified, and replaced at the next sign-in.

use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::config::PasswordHash;
use crate::error::Result;
use crate::http::overload::Gate;
use crate::secret::Secret;

/// Stored where nobody may sign in with a password: it is no hash, so nothing matches it.
pub const UNUSABLE_PASSWORD: &str = "!";

const BCRYPT_COST: u32 = 12;

/// Hashes at most as many passwords at once as there are cores: a login storm must not starve the rest.
#[derive(Clone)]
pub struct PasswordHasher {
    algorithm: PasswordHash,
    gate: Arc<Gate>,
    /// Verified when there is no such account, so that the answer takes as long as with one.
    decoy: Secret,
}

impl PasswordHasher {
    pub fn new(algorithm: PasswordHash) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let decoy = hash(algorithm, "nobody's password").expect("hashing a constant");
        Self { algorithm, gate: Arc::new(Gate::new(cores, 512, Duration::from_secs(5))), decoy }
    }

    pub fn algorithm(&self) -> PasswordHash {
        self.algorithm
    }

    pub async fn hash(&self, password: Secret) -> Result<Secret> {
        let _turn = self.gate.enter().await?;
        let algorithm = self.algorithm;
        Ok(tokio::task::spawn_blocking(move || hash(algorithm, &password))
            .await
            .map_err(anyhow::Error::from)??)
    }

    /// Whether the password matches; with no stored hash it takes the same time and says no.
    pub async fn verify(&self, password: Secret, stored: Option<Secret>) -> Result<bool> {
        let _turn = self.gate.enter().await?;
        let stored = stored.filter(|stored| &**stored != UNUSABLE_PASSWORD);
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.decoy.clone());
        let matches = tokio::task::spawn_blocking(move || verify(&password, &stored))
            .await
            .map_err(anyhow::Error::from)?;
        Ok(matches && known)
    }

    /// Whether a hash should be replaced now that the password is known. Both ways: sign-ins that take different times
    /// tell which accounts exist.
    pub fn is_outdated(&self, stored: &str) -> bool {
        !stored.starts_with(match self.algorithm {
            PasswordHash::Argon2id => "$argon2id$v=19$m=19456,t=2,p=1$",
            PasswordHash::Bcrypt => "$2b$12$",
        })
    }
}

fn hash(algorithm: PasswordHash, password: &str) -> anyhow::Result<Secret> {
    match algorithm {
        PasswordHash::Argon2id => argon2()
            .hash_password(password.as_bytes())
            .map(|hash| hash.to_string().into())
            .map_err(|error| anyhow!("argon2: {error}")),
        PasswordHash::Bcrypt => Ok(bcrypt::non_truncating_hash(password, BCRYPT_COST)?.into()),
    }
}

fn verify(password: &str, stored: &str) -> bool {
    if stored.starts_with("$2") {
        bcrypt::verify(password, stored).unwrap_or(false)
    } else {
        argon2().verify_password(password.as_bytes(), stored).is_ok()
    }
}

/// 19 MiB, 2 passes, 1 lane: OWASP's recommendation.
fn argon2() -> Argon2<'static> {
    let parameters = Params::new(19 * 1024, 2, 1, None).expect("valid parameters");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn both_kinds_verify_and_only_the_old_one_is_outdated() {
        let hasher = PasswordHasher::new(PasswordHash::Argon2id);
        let new = hasher.hash("correct horse battery".into()).await.unwrap();
        let old = bcrypt::hash("correct horse battery", 4).unwrap().into();
        for stored in [&new, &old] {
            assert!(hasher.verify("correct horse battery".into(), Some(stored.clone())).await.unwrap());
            assert!(!hasher.verify("wrong horse battery".into(), Some(stored.clone())).await.unwrap());
        }
        assert!(hasher.is_outdated(&old) && !hasher.is_outdated(&new));
        assert!(!hasher.verify("nobody's password".into(), None).await.unwrap());
        assert!(!hasher.verify("!".into(), Some(UNUSABLE_PASSWORD.into())).await.unwrap());
    }
}
