//! `uems seed`, and the demo data of `uems serve --demo`.

use std::process::ExitCode;

use sqlx::PgPool;
use uems::config::{Config, Environment};
use uems::seed::{ADMIN, PASSWORD, STUDENT, SeedArgs, TEACHER};

pub async fn run(config: Config, args: SeedArgs) -> anyhow::Result<ExitCode> {
    permitted(&config)?;
    super::with_database(&config, "uems seed", async |db| fill(&db, &args).await).await?;
    println!("{}", accounts());
    Ok(ExitCode::SUCCESS)
}

/// A small university for a newcomer to look at, where there is nobody yet.
pub async fn demo(db: &PgPool) -> anyhow::Result<()> {
    let inhabited: bool = sqlx::query_scalar("select exists (select from users)").fetch_one(db).await?;
    if !inhabited {
        fill(db, &SeedArgs { students: 300, courses: 60, demo_passwords: false }).await?;
    }
    Ok(())
}

/// Demo accounts have a password everybody knows.
pub fn permitted(config: &Config) -> anyhow::Result<()> {
    anyhow::ensure!(
        config.server.environment != Environment::Production,
        "ENVIRONMENT=production refuses demo data: its accounts have a password everybody knows"
    );
    Ok(())
}

/// What a newcomer needs to look around.
pub fn accounts() -> String {
    format!("  Demo accounts, password {PASSWORD}\n    {ADMIN}\n    {TEACHER}\n    {STUDENT}")
}

async fn fill(db: &PgPool, args: &SeedArgs) -> anyhow::Result<()> {
    let made = uems::seed::run(db, args).await?;
    // Standard output is the log's where a server does this.
    eprintln!("{made}");
    Ok(())
}
