//! `uems.toml`: a layer between the defaults and the environment.

use std::path::Path;

/// Puts the values of `uems.toml` in as defaults, so that flags and variables stand above them.
/// Keys are the flags' names (`listen = "0.0.0.0:8000"`); an unknown key is an error that names it.
pub fn with_file(mut command: clap::Command, path: Option<&Path>) -> anyhow::Result<clap::Command> {
    let named = path.is_some();
    let path = path.unwrap_or(Path::new("uems.toml"));
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !named => return Ok(command),
        Err(error) => anyhow::bail!("cannot read {}: {error}", path.display()),
    };
    let table: toml::Table =
        text.parse().map_err(|error| anyhow::anyhow!("{} is not TOML: {error}", path.display()))?;
    for (key, value) in table {
        let value = match value {
            toml::Value::String(text) => text,
            toml::Value::Array(items) => {
                items.iter().map(|item| item.as_str().unwrap_or_default()).collect::<Vec<_>>().join(",")
            }
            other => other.to_string(),
        };
        let id = key.replace('-', "_");
        anyhow::ensure!(
            id != "settings_file"
                && command.get_arguments().any(|arg| arg.get_id() == id.as_str() && arg.get_env().is_some()),
            "{} sets `{key}`, which is not a setting; `uems config check` lists them",
            path.display()
        );
        command = command.mut_arg(id, |arg| arg.default_value(value));
    }
    Ok(command)
}

#[cfg(test)]
pub mod tests {
    use clap::{CommandFactory, FromArgMatches, Parser};
    use rust_decimal::Decimal;

    use super::super::Config;
    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        config: Config,
    }

    /// The settings of a file and some flags.
    pub fn parse(file: &str, flags: &[&str]) -> anyhow::Result<Config> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("uems.toml");
        std::fs::write(&path, file)?;
        let command = with_file(Cli::command(), Some(&path))?;
        let matches = command.try_get_matches_from([&["uems"], flags].concat())?;
        Ok(Cli::from_arg_matches(&matches)?.config)
    }

    #[test]
    fn a_flag_stands_above_the_file_and_the_file_above_the_default() {
        let config = parse("listen = \"127.0.0.1:9000\"\nmax-credits = 12\n", &[]).unwrap();
        assert_eq!((config.server.listen.port(), config.institution.max_credits), (9000, Decimal::from(12)));
        let config = parse("listen = \"127.0.0.1:9000\"", &["--listen", "127.0.0.1:9001"]).unwrap();
        assert_eq!(config.server.listen.port(), 9001);
    }

    #[test]
    fn a_bad_value_and_an_unknown_key_name_themselves() {
        let error = |file, flags: &[&str]| parse(file, flags).unwrap_err().to_string();
        assert!(error("listem = \"x\"", &[]).contains("`listem`"));
        assert!(error("", &["--teaching-days", "monday,caturday"]).contains("caturday"));
        assert!(error("max-credits = 0", &[]).contains("max-credits"));
        assert!(error("time-zone = \"Mars/Olympus\"", &[]).contains("time-zone"));
    }
}
