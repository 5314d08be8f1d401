//! `uems config check`.

use std::process::ExitCode;

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory};

use super::Cli;

#[derive(clap::Subcommand)]
pub enum ConfigCommand {
    /// Print every setting in force and where it comes from; secrets are masked
    Check,
}

/// A wrong value has ended the program before this, naming itself.
pub fn run(ConfigCommand::Check: ConfigCommand) -> anyhow::Result<ExitCode> {
    let command = uems::config::with_file(Cli::command(), super::settings_file().as_deref())?;
    let matches = command.clone().get_matches();
    for argument in command.get_arguments() {
        let Some(variable) = argument.get_env().map(|name| name.to_string_lossy().into_owned()) else {
            continue;
        };
        let id = argument.get_id().as_str();
        let value = value(&matches, id)
            .map(|value| if argument.is_hide_env_values_set() { masked(&value) } else { value });
        let source = match matches.value_source(id) {
            Some(ValueSource::CommandLine) => "flag",
            Some(ValueSource::EnvVariable) => "variable",
            Some(_) => "default or file",
            None => "not set",
        };
        println!("{variable:<34} {:<52} {source}", value.unwrap_or_else(|| "-".to_owned()));
    }
    Ok(ExitCode::SUCCESS)
}

/// The value as it was written.
fn value(matches: &ArgMatches, id: &str) -> Option<String> {
    let raw = matches.try_get_raw(id).ok().flatten()?;
    Some(raw.map(|text| text.to_string_lossy()).collect::<Vec<_>>().join(","))
}

/// Nothing of a secret, but whether it is there; a database's address without its password.
fn masked(value: &str) -> String {
    let address = value.split_once("://").filter(|_| !value.contains("password="));
    match address.map(|(scheme, rest)| (scheme, rest.rsplit_once('@'))) {
        Some((scheme, Some((credentials, place)))) => {
            let user = credentials.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}:***@{place}")
        }
        Some((_, None)) => value.to_owned(),
        None => "***".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_printed() {
        assert_eq!(masked("postgres://uems:hunter2@db.example/uems"), "postgres://uems:***@db.example/uems");
        assert_eq!(masked("postgres://uems@localhost/uems?password=hunter2"), "***");
        assert_eq!(masked("0123456789abcdef"), "***");
    }
}
