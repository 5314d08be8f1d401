//! The command line.

mod cli;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match cli::run().await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("uems: {error:#}");
            ExitCode::FAILURE
        }
    }
}
