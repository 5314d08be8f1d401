//! Who takes the money: Stripe, the stand-in for it, or nobody.

use std::time::Duration;

use sqlx::PgPool;

use super::model::ProviderKind;
use crate::auth::keyed_digest;
use crate::config::{Config, Environment};
use crate::error::{Error, Refusal, Result};
use crate::stripe::sandbox::{self, Keys, Sandbox};
use crate::stripe::{Stripe, Transport};

/// Where the sandbox is served.
pub const SANDBOX_PATH: &str = "/stripe-sandbox";

pub struct Provider {
    pub kind: ProviderKind,
    pub publishable_key: Option<String>,
    /// Where a browser finds the sandbox.
    pub api_url: Option<String>,
    /// Secrets that may sign an event; several while one is replaced by the next.
    pub webhook_secrets: Vec<String>,
    /// Whether real money moves. An event of the other kind is not ours.
    pub livemode: bool,
    /// The sandbox inside this process.
    pub sandbox: Option<Sandbox>,
    stripe: Option<Stripe>,
}

impl Provider {
    pub fn new(config: &Config, db: &PgPool) -> Self {
        let settings = &config.payments;
        let budget = Duration::from_secs(settings.stripe_timeout);
        let none = Self {
            kind: ProviderKind::None,
            publishable_key: None,
            api_url: None,
            webhook_secrets: vec![],
            livemode: false,
            sandbox: None,
            stripe: None,
        };
        if let Some(key) = &settings.stripe_api_key {
            let transport = Transport::to(&settings.stripe_url).expect("a TLS client can be made");
            let real = settings.is_stripe();
            return Self {
                kind: if real { ProviderKind::Stripe } else { ProviderKind::Sandbox },
                publishable_key: settings.stripe_publishable_key.clone(),
                api_url: (!real).then(|| settings.stripe_url.clone()),
                webhook_secrets: settings.webhook_secrets(),
                livemode: settings.is_live(),
                stripe: Some(Stripe::new(transport, key.clone(), budget)),
                ..none
            };
        }
        if config.server.environment == Environment::Production {
            return none;
        }
        let keys = sandbox_keys(&config.auth.jwt_secret);
        let sandbox = Sandbox::new(db.clone(), keys.clone());
        let transport = Transport::Inside(sandbox::router(sandbox.clone()));
        Self {
            kind: ProviderKind::Sandbox,
            publishable_key: Some(keys.publishable),
            api_url: Some(SANDBOX_PATH.to_owned()),
            webhook_secrets: vec![keys.webhook_secret.into_text()],
            livemode: false,
            stripe: Some(Stripe::new(transport, keys.secret, budget)),
            sandbox: Some(sandbox),
        }
    }

    /// Asks the provider for next to nothing, so that an outage is known before somebody wants to pay.
    pub async fn check(&self) {
        let Some(stripe) = &self.stripe else { return };
        if let Err(failure) = stripe.check().await {
            tracing::warn!(event = "stripe_check_failed", function = "check", error_message = %failure, "The payment provider does not answer as it should");
        }
    }

    /// Whether the provider answered this process's last call; nothing before the first, and without a provider.
    pub fn is_up(&self) -> Option<bool> {
        self.stripe.as_ref()?.is_up()
    }

    pub fn stripe(&self) -> Result<&Stripe> {
        let off = || {
            Error::from(Refusal::new(
                "payments_off",
                "payments by card are not set up here; ask the bursar's office",
            ))
        };
        self.stripe.as_ref().ok_or_else(off)
    }
}

/// Keys of the sandbox inside: the same on every replica, and no stranger can sign an event with them.
fn sandbox_keys(secret: &str) -> Keys {
    let key = |purpose: &str| -> String {
        let digest = keyed_digest(secret, &[b"stripe sandbox", purpose.as_bytes()]);
        digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    };
    Keys {
        secret: format!("sk_test_{}", key("secret")).into(),
        publishable: "pk_test_uems_sandbox".to_owned(),
        webhook_secret: format!("whsec_{}", key("webhook")).into(),
    }
}
