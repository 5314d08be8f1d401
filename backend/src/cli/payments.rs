//! `uems payments …`.

use std::process::ExitCode;

use chrono::TimeDelta;
use uems::app::App;
use uems::config::Config;
use uems::payments::{Finding, Options, Reconciliation, reconcile};

/// Exit status when the books could not be compared.
const FAILED: u8 = 2;

#[derive(clap::Subcommand)]
pub enum Payments {
    /// Compare our books with the payment provider's. Status 0: nothing is left to do; 1: differences are left; 2: they
    /// could not be compared
    Reconcile(Reconcile),
}

#[derive(clap::Args)]
pub struct Reconcile {
    /// Repair what is certain; without it, only tell
    #[arg(long)]
    apply: bool,
    /// How many days back
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(i64).range(1..=30))]
    days: i64,
    /// What is younger is still under way, and left alone
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(i64).range(0..=3600))]
    grace_seconds: i64,
    /// Print it as the API does
    #[arg(long)]
    json: bool,
}

pub async fn run(config: Config, Payments::Reconcile(args): Payments) -> anyhow::Result<ExitCode> {
    let compared = super::with_database(&config, "uems payments reconcile", async |db| {
        let app = App::new(db.clone(), db, config.clone());
        let days = Options::days(&app, args.days, args.apply);
        let options = Options { grace: TimeDelta::seconds(args.grace_seconds), ..days };
        Ok(reconcile(&app, &options).await?)
    });
    let done = match compared.await {
        Ok(done) => done,
        Err(error) => {
            eprintln!("uems: the books could not be compared: {error:#}");
            return Ok(ExitCode::from(FAILED));
        }
    };
    if args.json {
        println!("{}", serde_json::to_string_pretty(&done)?);
    } else {
        print(&done);
    }
    Ok(if done.unresolved == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(done: &Reconciliation) {
    done.findings.iter().for_each(|finding| println!("{}", line(done, finding)));
    let left = if done.applied { "left for a person" } else { "to look at; --apply repairs what is certain" };
    println!(
        "{} payments and {} refunds compared since {}: {} repaired, {} {left}.",
        done.payments_compared,
        done.refunds_compared,
        done.since.format("%Y-%m-%d %H:%M UTC"),
        done.repaired,
        done.unresolved
    );
}

/// What was found, what became of it, whose it is, and what each side says.
fn line(done: &Reconciliation, finding: &Finding) -> String {
    let end = match (finding.repaired, done.applied) {
        (true, _) => "repaired",
        (false, true) => "flagged",
        (false, false) => "found",
    };
    let payment = finding.payment_id.map_or_else(|| "-".to_owned(), |id| id.to_string());
    let there = finding.stripe_id.as_deref().unwrap_or("-");
    format!("{:<16} {end:<8} {payment:<36} {there}  {}", finding.kind.as_str(), finding.detail)
}
