//! `uems seed`, and the demo data of `uems serve --demo`.

use std::process::ExitCode;

use sqlx::PgPool;
use uems::config::{Config, Environment};

#[derive(clap::Args)]
pub struct Seed {
    /// How many students
    #[arg(long, default_value_t = 200)]
    students: u32,
    /// How many sections of courses
    #[arg(long, default_value_t = 40)]
    courses: u32,
}

pub async fn run(config: Config, seed: Seed) -> anyhow::Result<ExitCode> {
    permitted(&config)?;
    super::with_database(&config, "uems seed", async |db| fill(&db, &config, &seed).await).await?;
    println!("{ACCOUNTS}");
    Ok(ExitCode::SUCCESS)
}

/// A small university for a newcomer to look at, where there is nobody yet.
pub async fn demo(db: &PgPool, config: &Config) -> anyhow::Result<()> {
    let inhabited: bool = sqlx::query_scalar("select exists (select from users)").fetch_one(db).await?;
    if !inhabited {
        fill(db, config, &Seed { students: 200, courses: 40 }).await?;
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

pub const ACCOUNTS: &str = "\
  Demo accounts, password uems-demo-2024!
    admin@uems.test      runs the university
    teacher@uems.test    teaches
    student@uems.test    studies";

async fn fill(_: &PgPool, _: &Config, seed: &Seed) -> anyhow::Result<()> {
    anyhow::bail!("{} students and {} courses: not written yet", seed.students, seed.courses)
}
