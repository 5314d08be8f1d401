//! Guessing passwords gets slower. Attempts are counted in the database, so that it holds for all replicas.

use sqlx::PgConnection;

use super::tokens::keyed_digest;
use super::{queries, rules};
use crate::app::App;
use crate::error::{Error, Result};
use crate::policy::Actor;
use crate::secret::Secret;

/// An attempt to prove a password: noted as failed before the password is looked at, so that a burst of guesses
/// counts too, and forgotten when it was none.
#[must_use]
pub struct Attempt(i64);

impl Attempt {
    /// Refused when too many failed before; `counted_as` are the endpoint and the role it is counted under.
    pub async fn begin(
        app: &App,
        account: &[u8],
        here: &[u8],
        email: &str,
        counted_as: [&str; 2],
    ) -> Result<Self> {
        let attempt = Self(queries::note_failure(&app.db, account, here).await?);
        let before = queries::attempt(&app.db, attempt.0, account, here, email).await?;
        let Some(retry_after) = rules::wait(&before, app.config.auth.login_failures_per_address) else {
            return Ok(attempt);
        };
        attempt.never_looked_at(app).await?;
        app.metrics.rate_limit_exceeded.with_label_values(&counted_as).inc();
        Err(Error::RateLimited { retry_after })
    }

    /// Whether the password matches. A server too busy to look holds nothing against anybody.
    pub async fn verify(&self, app: &App, password: Secret, stored: Option<Secret>) -> Result<bool> {
        let verdict = app.passwords.verify(password, stored).await;
        match verdict {
            Ok(true) => {}
            Ok(false) => queries::settle_failure(&app.db, self.0).await?,
            Err(_) => self.never_looked_at(app).await?,
        }
        verdict
    }

    /// The attempt failed for another reason than a password.
    pub async fn settle(&self, app: &App) -> Result<()> {
        queries::settle_failure(&app.db, self.0).await
    }

    pub async fn forget(&self, db: &mut PgConnection) -> Result<()> {
        queries::forget_failure(db, self.0).await
    }

    async fn never_looked_at(&self, app: &App) -> Result<()> {
        let mut db = app.db.acquire().await?;
        self.forget(&mut db).await
    }
}

/// Whether somebody signed in knows their own password; a stolen access token must not guess it at full speed.
pub async fn proves_password(app: &App, actor: &Actor, password: Secret, stored: Secret) -> Result<bool> {
    let account = keyed_digest(&app.config.auth.jwt_secret, &[b"own password", actor.id.0.as_bytes()]);
    let counted_as = ["/api/v1/users/{id}", actor.role.as_str()];
    let attempt = Attempt::begin(app, &account, &account, "", counted_as).await?;
    let proven = attempt.verify(app, password, Some(stored)).await?;
    if proven {
        attempt.never_looked_at(app).await?;
    }
    Ok(proven)
}
