//! `uems audit verify`.

use std::process::ExitCode;

use uems::audit::{Anchor, verify};
use uems::config::Config;

#[derive(clap::Subcommand)]
pub enum Audit {
    /// Walk the chain of the audit log and tell where it is broken
    Verify(Verify),
}

#[derive(clap::Args)]
pub struct Verify {
    /// An entry noted earlier, as this command prints the last one (ID:HASH); may be given several times
    #[arg(long = "expect", value_name = "ID:HASH")]
    expect: Vec<Anchor>,
}

pub async fn run(config: Config, Audit::Verify(args): Audit) -> anyhow::Result<ExitCode> {
    let work = async |db| Ok(verify(&db, &args.expect).await?);
    let verdict = super::with_database(&config, "uems audit verify", work).await?;
    match verdict.fault {
        None if verdict.entries == 0 => {
            println!("The audit log is empty.");
            Ok(ExitCode::SUCCESS)
        }
        None => {
            println!(
                "{} entries, unbroken. Note the last one elsewhere: {}:{}",
                verdict.entries, verdict.entries, verdict.head
            );
            Ok(ExitCode::SUCCESS)
        }
        Some(fault) => {
            eprintln!("The audit log is broken: {fault}. The {} entries before are sound.", verdict.entries);
            Ok(ExitCode::FAILURE)
        }
    }
}
