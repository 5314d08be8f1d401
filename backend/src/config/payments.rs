//! Who takes the money, and which; and the combinations of keys that must not start.

use clap::Args;
use rust_decimal::Decimal;

use super::Environment;
use crate::payments::money::Currencies;
use crate::secret::Secret;
use crate::stripe;

/// Who takes the money, and which.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Payments")]
pub struct PaymentsConfig {
    /// Stripe's secret key (sk_…); without it, the built-in sandbox takes payments, and nobody in production
    #[arg(long, env = "STRIPE_API_KEY", hide_env_values = true, hide_default_value = true, global = true)]
    pub stripe_api_key: Option<Secret>,
    /// Stripe's publishable key (pk_…), for the payment page
    #[arg(long, env = "STRIPE_PUBLISHABLE_KEY", global = true)]
    pub stripe_publishable_key: Option<String>,
    /// Secret of the webhook endpoint (whsec_…); several, separated by commas, while one replaces another
    #[arg(
        long,
        env = "STRIPE_WEBHOOK_SECRET",
        hide_env_values = true,
        hide_default_value = true,
        global = true
    )]
    pub stripe_webhook_secret: Option<Secret>,
    /// Where Stripe's API is; another address is taken for a sandbox
    #[arg(long, env = "UEMS_STRIPE_URL", default_value = stripe::URL, value_parser = base_url, global = true)]
    pub stripe_url: String,
    /// Longest time a call to Stripe may take, in seconds, retries included
    #[arg(long, env = "UEMS_STRIPE_TIMEOUT", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=25), global = true)]
    pub stripe_timeout: u64,
    /// Currencies that are charged and paid, separated by commas; the first is meant when none is named
    #[arg(long, env = "UEMS_CURRENCIES", default_value = "USD", global = true)]
    pub currencies: Currencies,
    /// Most of one payment or charge
    #[arg(long, env = "UEMS_MAX_PAYMENT", default_value = "999999.99", value_parser = max_payment, global = true)]
    pub max_payment: Decimal,
}

impl PaymentsConfig {
    pub fn webhook_secrets(&self) -> Vec<String> {
        let list = self.stripe_webhook_secret.iter().flat_map(|text| text.split(','));
        list.map(|secret| secret.trim().to_owned()).collect()
    }

    /// Whether the key moves real money.
    pub fn is_live(&self) -> bool {
        self.stripe_api_key.as_ref().is_some_and(|key| is_live(key))
    }

    /// Whether Stripe itself is asked, and not another program in its place.
    pub fn is_stripe(&self) -> bool {
        self.stripe_url == stripe::URL
    }

    pub(super) fn check(&self, environment: Environment) -> anyhow::Result<()> {
        let Some(key) = &self.stripe_api_key else {
            let others = [
                ("STRIPE_WEBHOOK_SECRET", self.stripe_webhook_secret.is_some()),
                ("STRIPE_PUBLISHABLE_KEY", self.stripe_publishable_key.is_some()),
            ];
            for (name, set) in others {
                anyhow::ensure!(!set, "{name} is set without STRIPE_API_KEY; set both or neither");
            }
            return Ok(());
        };
        self.check_keys(key)?;
        if environment == Environment::Production { self.check_production() } else { self.check_rehearsal() }
    }

    /// Each of them is what it is said to be. None is repeated: it may be a secret in the wrong place.
    fn check_keys(&self, key: &str) -> anyhow::Result<()> {
        let sane = key.len() >= 8 && key.bytes().all(|byte| byte.is_ascii_graphic());
        anyhow::ensure!(
            sane,
            "STRIPE_API_KEY is empty, too short, or has blanks; leave it out to have no key"
        );
        anyhow::ensure!(
            key.starts_with("sk_") || key.starts_with("rk_"),
            "STRIPE_API_KEY begins with sk_ (or rk_, for a restricted one); what is set is another key of Stripe's"
        );
        let secrets = self.webhook_secrets();
        anyhow::ensure!(
            !secrets.is_empty() && secrets.iter().all(|secret| secret.len() >= 8),
            "STRIPE_WEBHOOK_SECRET is missing, or one of its secrets is empty or too short: without it no payment would \
             ever be settled"
        );
        anyhow::ensure!(
            secrets.iter().all(|secret| secret.starts_with("whsec_")),
            "STRIPE_WEBHOOK_SECRET begins with whsec_; it is the signing secret of the webhook endpoint"
        );
        let Some(publishable) = &self.stripe_publishable_key else { return Ok(()) };
        anyhow::ensure!(
            publishable.starts_with("pk_"),
            "STRIPE_PUBLISHABLE_KEY begins with pk_; a secret key must never go to a browser"
        );
        anyhow::ensure!(
            is_live(publishable) == is_live(key),
            "STRIPE_API_KEY and STRIPE_PUBLISHABLE_KEY are of different modes: both are live keys, or both are test keys"
        );
        Ok(())
    }

    fn check_production(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.is_stripe(),
            "ENVIRONMENT=production refuses a payment sandbox: leave UEMS_STRIPE_URL out, so that it is {}",
            stripe::URL
        );
        anyhow::ensure!(
            self.is_live(),
            "ENVIRONMENT=production refuses a test key in STRIPE_API_KEY: test cards would pay real charges; rehearse with \
             ENVIRONMENT=staging"
        );
        anyhow::ensure!(
            self.stripe_publishable_key.is_some(),
            "STRIPE_PUBLISHABLE_KEY is missing: the payment page cannot show Stripe's form without it"
        );
        Ok(())
    }

    fn check_rehearsal(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            !self.is_live(),
            "STRIPE_API_KEY is a live key, and only ENVIRONMENT=production moves real money; use a test key here"
        );
        Ok(())
    }
}

fn is_live(key: &str) -> bool {
    key.split('_').nth(1) == Some("live")
}

/// Without a slash at the end, so that Stripe's own address is recognized.
fn base_url(text: &str) -> Result<String, String> {
    let text = text.trim_end_matches('/');
    let host = text.strip_prefix("http://").or(text.strip_prefix("https://"));
    match host.filter(|host| !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_graphic())) {
        Some(_) => Ok(text.to_owned()),
        None => Err("write https://host, or http://host:port of a sandbox".to_owned()),
    }
}

fn max_payment(text: &str) -> Result<Decimal, String> {
    let most: Decimal = text.parse().map_err(|_| "write an amount such as 50000 or 999999.99".to_owned())?;
    if most > Decimal::ZERO && most <= Decimal::new(9_999_999_999, 2) && most.normalize().scale() <= 2 {
        Ok(most)
    } else {
        Err("more than 0, at most 99999999.99".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        payments: PaymentsConfig,
    }

    const TEST: [&str; 2] = ["--stripe-api-key", "sk_test_12345678"];
    const LIVE: [&str; 4] =
        ["--stripe-api-key", "rk_live_12345678", "--stripe-publishable-key", "pk_live_12345678"];
    const SIGNED: [&str; 2] = ["--stripe-webhook-secret", "whsec_12345678,whsec_87654321"];

    fn parse(flags: &[&[&str]]) -> anyhow::Result<PaymentsConfig> {
        Ok(Cli::try_parse_from([&["uems"][..], &flags.concat()].concat())?.payments)
    }

    fn refusal(environment: Environment, flags: &[&[&str]]) -> String {
        let checked = parse(flags).unwrap().check(environment);
        checked.err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn every_wrong_key_is_refused_by_its_name() {
        let of = |flags: &[&[&str]]| refusal(Environment::Development, flags);
        assert_eq!(of(&[]), "");
        assert_eq!(of(&[&TEST, &SIGNED]), "");
        assert_eq!(of(&[&TEST, &SIGNED, &["--stripe-publishable-key", "pk_test_12345678"]]), "");
        for secret in ["", "whsec_12345678,", ",", " ", "whsec_12345678,short", "sk_test_12345678"] {
            let refused = of(&[&TEST, &["--stripe-webhook-secret", secret]]);
            assert!(refused.contains("STRIPE_WEBHOOK_SECRET"), "{secret}: {refused}");
        }
        assert!(of(&[&TEST]).contains("STRIPE_WEBHOOK_SECRET is missing"));
        assert!(of(&[&SIGNED]).contains("without STRIPE_API_KEY"));
        assert!(of(&[&["--stripe-publishable-key", "pk_test_1"]]).contains("without STRIPE_API_KEY"));
        for key in ["", "sk_", "sk_test 12345678", "pk_test_12345678", "whsec_12345678"] {
            let refused = of(&[&["--stripe-api-key", key], &SIGNED]);
            assert!(
                refused.contains("STRIPE_API_KEY") && (key.len() < 4 || !refused.contains(key)),
                "{refused}"
            );
        }
        for (key, says) in
            [("sk_test_12345678", "never go to a browser"), ("pk_live_12345678", "different modes")]
        {
            assert!(of(&[&TEST, &SIGNED, &["--stripe-publishable-key", key]]).contains(says));
        }
    }

    #[test]
    fn real_money_moves_in_production_and_nowhere_else() {
        let production = |flags: &[&[&str]]| refusal(Environment::Production, flags);
        assert_eq!(production(&[]), "", "nobody takes payments");
        assert_eq!(production(&[&LIVE, &SIGNED]), "");
        assert_eq!(production(&[&LIVE, &SIGNED, &["--stripe-url", "https://api.stripe.com/"]]), "");
        assert!(production(&[&LIVE]).contains("STRIPE_WEBHOOK_SECRET is missing"));
        assert!(production(&[&TEST, &SIGNED]).contains("refuses a test key"));
        assert!(production(&[&LIVE[..2], &SIGNED]).contains("STRIPE_PUBLISHABLE_KEY is missing"));
        for url in ["http://api.stripe.com", "http://127.0.0.1:12111", "https://api.stripe.com.evil.example"]
        {
            assert!(
                production(&[&LIVE, &SIGNED, &["--stripe-url", url]]).contains("payment sandbox"),
                "{url}"
            );
        }
        for environment in [Environment::Development, Environment::Staging] {
            assert!(refusal(environment, &[&LIVE, &SIGNED]).contains("live key"));
            assert_eq!(refusal(environment, &[&TEST, &SIGNED, &["--stripe-url", "http://127.0.0.1:1"]]), "");
        }
    }

    #[test]
    fn addresses_currencies_and_limits_that_are_none_are_refused() {
        for (flag, value) in [
            ("--stripe-url", "api.stripe.com"),
            ("--stripe-url", "ftp://api.stripe.com"),
            ("--stripe-url", "https://"),
            ("--stripe-url", "https://api stripe com"),
            ("--currencies", "KWD"),
            ("--currencies", ""),
            ("--max-payment", "0"),
            ("--max-payment", "100000000"),
            ("--max-payment", "1.001"),
            ("--max-payment", "NaN"),
            ("--stripe-timeout", "0"),
            ("--stripe-timeout", "26"),
        ] {
            assert!(parse(&[&[flag, value]]).is_err(), "{flag} {value}");
        }
    }
}
