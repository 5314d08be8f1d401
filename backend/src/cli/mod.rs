//! One file per command; here is what they share.

mod admin;
mod audit;
mod config_check;
mod import;
mod migrate;
mod openapi;
mod payments;
mod seed;
mod serve;
mod signals;
mod stripe_sandbox;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use sqlx::PgPool;
use uems::config::Config;
use uems::db;
use uems::db::embedded::Database;
use uems::telemetry;

use signals::Signals;

/// Exit status of a wrong call or a wrong setting.
const USAGE: u8 = 2;

#[derive(Parser)]
#[command(
    name = "uems",
    version,
    about = "University Education Management System",
    arg_required_else_help = true
)]
struct Cli {
    /// File of settings; the keys are the flags' names [default: ./uems.toml if there is one]
    #[arg(long = "config", env = "UEMS_CONFIG", global = true, id = "settings_file", value_name = "FILE")]
    settings_file: Option<PathBuf>,
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server: API, user interface, health, metrics
    Serve(serve::Serve),
    /// Bring the database up to this version
    Migrate,
    /// Fill the database with demo data
    Seed(uems::seed::SeedArgs),
    /// Load data of another system
    #[command(subcommand)]
    Import(import::Import),
    /// Look after accounts
    #[command(subcommand)]
    Admin(admin::Admin),
    /// Look after the audit log
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Look after payments
    #[command(subcommand)]
    Payments(payments::Payments),
    /// Run the stand-in for Stripe by itself, for tests and demonstrations
    StripeSandbox(stripe_sandbox::StripeSandbox),
    /// Print the API's OpenAPI document
    Openapi,
    /// Look after the settings
    #[command(subcommand)]
    Config(config_check::ConfigCommand),
}

pub async fn run() -> anyhow::Result<ExitCode> {
    let (command, config) = match parse() {
        Ok(parsed) => parsed,
        Err(code) => return Ok(code),
    };
    match command {
        Command::Serve(serve) => serve::run(config, serve).await,
        Command::Migrate => migrate::run(config).await,
        Command::Seed(seed) => seed::run(config, seed).await,
        Command::Import(import) => import::run(config, import).await,
        Command::Admin(admin) => admin::run(config, admin).await,
        Command::Audit(audit) => audit::run(config, audit).await,
        Command::Payments(payments) => payments::run(config, payments).await,
        Command::StripeSandbox(args) => stripe_sandbox::run(config, args).await,
        Command::Openapi => openapi::run(),
        Command::Config(command) => config_check::run(command),
    }
}

/// The command and its settings; or what it was that could not be understood, printed, and the status to end with.
fn parse() -> Result<(Command, Config), ExitCode> {
    let wrong = |error: anyhow::Error| {
        eprintln!("uems: {error:#}");
        ExitCode::from(USAGE)
    };
    let command = uems::config::with_file(Cli::command(), settings_file().as_deref()).map_err(wrong)?;
    let parsed = command.clone().try_get_matches().and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = parsed.map_err(|error| {
        // Help goes to standard output with status 0, mistakes to standard error with status 2.
        let _ = error.print();
        if let Some(variable) = variable_of(&command, &error) {
            eprintln!(
                "The setting is also the variable {variable} and may come from there or from uems.toml."
            );
        }
        ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(USAGE))
    })?;
    cli.config.check().map_err(wrong)?;
    Ok((cli.command, cli.config))
}

/// `--config` decides what the defaults of the other flags are, so it is looked for before they are parsed.
fn settings_file() -> Option<PathBuf> {
    let flags: Vec<_> = std::env::args_os().skip(1).collect();
    let separate = || {
        flags.iter().position(|flag| flag == "--config").and_then(|at| flags.get(at + 1)).map(PathBuf::from)
    };
    let joined = || flags.iter().find_map(|flag| flag.to_str()?.strip_prefix("--config=").map(PathBuf::from));
    separate().or_else(joined).or_else(|| std::env::var_os("UEMS_CONFIG").map(PathBuf::from))
}

/// The environment variable of the flag that an error is about: the bad value may well stand there.
fn variable_of(command: &clap::Command, error: &clap::Error) -> Option<String> {
    let ContextValue::String(flag) = error.get(ContextKind::InvalidArg)? else { return None };
    let name = flag.split_whitespace().next()?.strip_prefix("--")?;
    let argument = command.get_arguments().find(|argument| argument.get_long() == Some(name))?;
    Some(argument.get_env()?.to_string_lossy().into_owned())
}

/// Does `work` on a migrated database: that of DATABASE_URL, of the running server, or the private one, which then
/// runs for as long as this takes. A signal ends the work, and the private PostgreSQL in order.
async fn with_database<T>(
    config: &Config,
    purpose: &str,
    work: impl AsyncFnOnce(PgPool) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    telemetry::install(config, telemetry::Stream::Error)?;
    let mut signals = Signals::listen()?;
    let database = tokio::select! {
        opened = Database::open_beside(config, purpose) => opened?,
        () = signals.next() => anyhow::bail!("stopped"),
    };
    let done = tokio::select! {
        done = migrated(&database, work) => done,
        () = signals.next() => Err(anyhow::anyhow!("stopped before the end; nothing was changed by halves")),
    };
    database.close().await?;
    done
}

async fn migrated<T>(
    database: &Database,
    work: impl AsyncFnOnce(PgPool) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    db::migrations::apply(&database.options()).await?;
    let pool = db::pool(database.options(), 4);
    let done = work(pool.clone()).await;
    pool.close().await;
    done
}
