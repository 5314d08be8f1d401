//! `uems import …`.

use std::process::ExitCode;

use uems::config::Config;
use uems::import::CatalogueArgs;

#[derive(clap::Subcommand)]
pub enum Import {
    /// A term's sections from a CSV file (a dry run unless --apply is given)
    Catalogue(CatalogueArgs),
}

pub async fn run(config: Config, import: Import) -> anyhow::Result<ExitCode> {
    super::with_database(&config, "uems import", async |db| match &import {
        Import::Catalogue(args) => uems::import::run(&db, &config, args).await,
    })
    .await
}
