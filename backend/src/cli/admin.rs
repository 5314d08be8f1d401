//! `uems admin create`.

use std::io::{IsTerminal, Read};
use std::process::ExitCode;

use anyhow::Context;
use sqlx::PgPool;
use uems::auth::{PasswordHasher, parse_password};
use uems::config::Config;
use uems::error::FieldError;
use uems::http::text;
use uems::policy::Role;
use uems::users::{self, NewUser};

#[derive(clap::Subcommand)]
pub enum Admin {
    /// Make an account that may do everything
    Create(Create),
}

#[derive(clap::Args)]
pub struct Create {
    /// E-mail address to sign in with
    #[arg(long)]
    email: String,
    #[arg(long)]
    full_name: String,
    /// Read the password from standard input (so that it stands in no process list and no shell history)
    #[arg(long, required = true)]
    password_stdin: bool,
}

pub async fn run(config: Config, Admin::Create(create): Admin) -> anyhow::Result<ExitCode> {
    let algorithm = config.auth.password_hash;
    let user = NewUser {
        email: text::email("--email", &create.email).map_err(wrong)?.into(),
        role: Role::Admin,
        full_name: text::line("--full-name", &create.full_name, 1, 255).map_err(wrong)?,
        department: None,
        student_id: None,
    };
    let password = parse_password("password", &password(create.password_stdin)?, algorithm).map_err(wrong)?;
    let hash = PasswordHasher::new(algorithm).hash(password).await?;
    super::with_database(&config, "uems admin create", async |db| store(&db, &user, &hash).await).await?;
    println!("{} may sign in as an administrator.", &*user.email);
    Ok(ExitCode::SUCCESS)
}

async fn store(db: &PgPool, user: &NewUser, hash: &str) -> anyhow::Result<()> {
    let mut tx = db.begin().await?;
    users::queries::insert(&mut tx, user, hash).await?;
    tx.commit().await.context("the account was not stored")
}

fn password(from_stdin: bool) -> anyhow::Result<String> {
    anyhow::ensure!(from_stdin, "give --password-stdin and the password on standard input");
    if std::io::stdin().is_terminal() {
        eprintln!("Type the password (it is shown), then Enter and Ctrl-D:");
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).context("cannot read the password from standard input")?;
    Ok(text
        .strip_suffix('\n')
        .map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line))
        .to_owned())
}

fn wrong(error: FieldError) -> anyhow::Error {
    anyhow::anyhow!("{}: {}", error.field, error.message)
}
