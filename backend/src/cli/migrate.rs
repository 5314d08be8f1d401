//! `uems migrate`.

use std::process::ExitCode;

use uems::config::Config;

pub async fn run(config: Config) -> anyhow::Result<ExitCode> {
    super::with_database(&config, "uems migrate", async |_| Ok(())).await?;
    println!("The database is at this version.");
    Ok(ExitCode::SUCCESS)
}
