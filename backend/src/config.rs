//! Every setting, read once in `main`. Precedence: flag, environment variable, `uems.toml`, default.
//! `uems config check` prints what is in force; a bad value stops the start and names itself.

mod file;
mod institution;
mod payments;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::secret::Secret;

pub use file::with_file;
pub use institution::{DEFAULT_GRADE_SCALE, InstitutionConfig, TeachingDays};
pub use payments::PaymentsConfig;

/// The signing secret of development; production refuses it.
pub const DEVELOPMENT_SECRET: &str = "uems-development-secret-not-for-production";

#[derive(Clone, Debug, Args)]
pub struct Config {
    #[command(flatten)]
    pub server: ServerConfig,
    #[command(flatten)]
    pub database: DatabaseConfig,
    #[command(flatten)]
    pub auth: AuthConfig,
    #[command(flatten)]
    pub institution: InstitutionConfig,
    #[command(flatten)]
    pub payments: PaymentsConfig,
    #[command(flatten)]
    pub telemetry: TelemetryConfig,
}

/// Where it listens and what it is.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Server")]
pub struct ServerConfig {
    /// Address and port to serve on
    #[arg(long, env = "UEMS_LISTEN", default_value = "127.0.0.1:8000", global = true)]
    pub listen: SocketAddr,
    /// Folder of the private PostgreSQL and of what else the server keeps [default: ./data]
    #[arg(long, env = "UEMS_DATA_DIR", global = true)]
    pub data_dir: Option<PathBuf>,
    /// What this installation is for; `production` refuses demo data, default secrets and plain-HTTP cookies
    #[arg(long, env = "ENVIRONMENT", default_value = "development", global = true)]
    pub environment: Environment,
    /// How many proxies in front append to X-Forwarded-For (0: the peer's address is the client's)
    #[arg(long, env = "UEMS_TRUSTED_PROXIES", default_value_t = 0, global = true)]
    pub trusted_proxies: usize,
    /// Largest request body, in bytes
    #[arg(long, env = "UEMS_MAX_BODY_BYTES", default_value_t = 1_048_576, global = true)]
    pub max_body_bytes: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Environment {
    Development,
    Staging,
    Production,
}

impl Environment {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }
}

/// Which PostgreSQL, and how many connections.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Database")]
pub struct DatabaseConfig {
    /// PostgreSQL to use (postgres://…); without it, `uems` runs a private one in the data directory
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, hide_default_value = true, global = true)]
    pub database_url: Option<Secret>,
    /// Most connections of this process; half of them serve registrations at once
    #[arg(long, env = "UEMS_DB_CONNECTIONS", default_value_t = 16, value_parser = clap::value_parser!(u32).range(4..=500), global = true)]
    pub db_connections: u32,
    /// Folder of the PostgreSQL programs (initdb, postgres) for the private server
    #[arg(long, env = "UEMS_POSTGRES_BIN", global = true)]
    pub postgres_bin: Option<PathBuf>,
    /// Registrations that may wait for their turn before the server answers 503
    #[arg(long, env = "UEMS_WRITE_QUEUE", default_value_t = 1024, global = true)]
    pub write_queue: usize,
}

/// Tokens, passwords, throttling.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Sign-in")]
pub struct AuthConfig {
    /// Secret that signs access tokens (32 bytes or more); the same on every replica
    #[arg(long, env = "JWT_SECRET", default_value = DEVELOPMENT_SECRET, hide_default_value = true, hide_env_values = true, global = true)]
    pub jwt_secret: Secret,
    /// Seed of the key that signs transcripts (32 bytes in hexadecimal digits or base64); the same on every replica
    #[arg(long, env = "UEMS_TRANSCRIPT_KEY", hide_env_values = true, global = true)]
    pub transcript_key: Option<Secret>,
    /// Hash for new passwords
    #[arg(long, env = "UEMS_PASSWORD_HASH", default_value = "argon2id", global = true)]
    pub password_hash: PasswordHash,
    /// Send the session cookie over plain HTTP too (for a development host that is not this machine)
    #[arg(long, env = "UEMS_INSECURE_COOKIES", default_value_t = false, global = true)]
    pub insecure_cookies: bool,
    /// Failed sign-ins from one address in 15 minutes before it has to wait (a campus may share one)
    #[arg(long, env = "UEMS_LOGIN_FAILURES_PER_ADDRESS", default_value_t = 1000, global = true)]
    pub login_failures_per_address: u32,
}

impl AuthConfig {
    /// The seed of the key that signs transcripts; in development, derived from the secret of the tokens.
    pub fn transcript_seed(&self) -> anyhow::Result<[u8; 32]> {
        match &self.transcript_key {
            None => Ok(crate::transcripts::derived_seed(&self.jwt_secret)),
            // The text is not repeated: it may be the secret with one letter missing.
            Some(text) => crate::transcripts::read_seed(text).ok_or_else(|| {
                anyhow::anyhow!("UEMS_TRANSCRIPT_KEY is not 32 bytes in hexadecimal digits or base64 (openssl rand -hex 32)")
            }),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PasswordHash {
    /// 19 MiB, 2 passes, 1 lane.
    Argon2id,
    /// Cost 12; at most 72 bytes of password.
    Bcrypt,
}

/// What it tells about itself.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Telemetry")]
pub struct TelemetryConfig {
    /// Serve Prometheus metrics at /metrics
    #[arg(long, env = "ENABLE_METRICS", default_value_t = true, action = clap::ArgAction::Set, global = true)]
    pub enable_metrics: bool,
    /// What to log, in the syntax of `tracing` (info, uems=debug, …)
    #[arg(long, env = "UEMS_LOG", default_value = "info", global = true)]
    pub log: String,
    /// How to write log lines [default: text on a terminal, json elsewhere]
    #[arg(long, env = "UEMS_LOG_FORMAT", global = true)]
    pub log_format: Option<LogFormat>,
    /// OpenTelemetry collector to send traces to (http://host:4318; OTLP over HTTP); without it, none are sent
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_parser = collector, global = true)]
    pub otlp_endpoint: Option<String>,
    /// Name of this service in traces
    #[arg(long, env = "OTEL_SERVICE_NAME", default_value = "uems", global = true)]
    pub service_name: String,
    /// Share of the traces that begin here and are kept, 0 to 1
    #[arg(long, env = "OTEL_TRACES_SAMPLER_ARG", default_value = "1", value_parser = share, global = true)]
    pub trace_share: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Json,
    Text,
}

impl Config {
    /// What the single values cannot say: combinations that must not start.
    pub fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.auth.jwt_secret.len() >= 32,
            "JWT_SECRET is {} bytes long; give it at least 32 random ones (openssl rand -hex 32)",
            self.auth.jwt_secret.len()
        );
        self.payments.check(self.server.environment)?;
        self.auth.transcript_seed()?;
        if self.server.environment == Environment::Production {
            anyhow::ensure!(
                &*self.auth.jwt_secret != DEVELOPMENT_SECRET,
                "ENVIRONMENT=production needs a JWT_SECRET of its own (openssl rand -hex 32)"
            );
            anyhow::ensure!(
                self.auth.transcript_key.is_some(),
                "ENVIRONMENT=production needs a UEMS_TRANSCRIPT_KEY (openssl rand -hex 32), the same on every replica"
            );
            anyhow::ensure!(
                !self.auth.insecure_cookies,
                "ENVIRONMENT=production refuses UEMS_INSECURE_COOKIES: serve it over HTTPS"
            );
        }
        Ok(())
    }
}

fn collector(text: &str) -> Result<String, String> {
    let address = text.strip_prefix("http://").or(text.strip_prefix("https://"));
    match address.filter(|rest| !rest.is_empty()) {
        Some(_) => Ok(text.to_owned()),
        None => Err("write http://host:port or https://host:port of a collector".to_owned()),
    }
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "a number from 0 to 1".to_owned())
}

#[cfg(test)]
mod tests {
    use super::file::tests::parse;

    #[test]
    fn production_refuses_the_development_secret() {
        let mut config = parse("", &["--environment", "production"]).unwrap();
        assert!(config.check().unwrap_err().to_string().contains("JWT_SECRET"));
        config.auth.jwt_secret = "0123456789abcdef0123456789abcdef".into();
        assert!(config.check().unwrap_err().to_string().contains("UEMS_TRANSCRIPT_KEY"));
        config.auth.transcript_key = Some("07".repeat(32).into());
        config.check().unwrap();
        config.auth.insecure_cookies = true;
        assert!(config.check().is_err());
    }

    #[test]
    fn a_transcript_key_has_32_bytes_and_is_not_repeated_in_errors() {
        let mut config = parse("", &[]).unwrap();
        let derived = config.auth.transcript_seed().unwrap();
        assert_ne!(derived, [7; 32]);
        let spelled = [
            "07".repeat(32),
            "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=".to_owned(),
            "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc".to_owned(),
        ];
        for text in spelled {
            config.auth.transcript_key = Some(text.into());
            config.check().unwrap();
            assert_eq!(config.auth.transcript_seed().unwrap(), [7; 32]);
        }
        for text in ["", "0707", "07070707070707070707070707070707070707070707070707070707070707zz", "BwcH"] {
            config.auth.transcript_key = Some(text.into());
            let error = config.check().unwrap_err().to_string();
            assert!(
                error.contains("UEMS_TRANSCRIPT_KEY") && (text.is_empty() || !error.contains(text)),
                "{error}"
            );
        }
    }
}
