//! Finding PostgreSQL's programs on this machine.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

/// Oldest PostgreSQL the SQL here is written for.
const OLDEST: u32 = 15;

/// Folders of programs, as distributions and installers lay them out: what the last folder's parent starts with.
const PLACES: [(&str, &str, &str); 9] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr/local/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/usr/lib", "postgresql", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/opt/homebrew/opt", "postgresql", "bin"),
    ("/usr/local/opt", "postgresql", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
    ("/usr/local", "pgsql", "bin"),
];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programs {
    folder: PathBuf,
    pub major: u32,
}

impl Programs {
    /// The newest, or the version the data was made with: PostgreSQL does not read another's data.
    pub fn find(named: Option<&Path>, data_version: Option<u32>) -> anyhow::Result<Self> {
        let found: Vec<Self> = match named {
            Some(folder) => vec![Self::in_folder(folder).with_context(|| {
                format!(
                    "UEMS_POSTGRES_BIN: {} does not hold the programs initdb and postgres",
                    folder.display()
                )
            })?],
            None => candidates().iter().filter_map(|folder| Self::in_folder(folder)).collect(),
        };
        choose(found, data_version)
    }

    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn in_folder(folder: &Path) -> Option<Self> {
        // A link in /usr/local/bin leads to the folder where all the programs are.
        let postgres = folder.join("postgres").canonicalize().ok()?;
        let folder = postgres.parent().filter(|folder| folder.join("initdb").exists())?.to_path_buf();
        let output = Command::new(&postgres).arg("--version").output().ok()?;
        Some(Self { folder, major: major(&String::from_utf8_lossy(&output.stdout))? })
    }
}

fn choose(mut found: Vec<Programs>, data_version: Option<u32>) -> anyhow::Result<Programs> {
    found.sort_by_key(|programs| std::cmp::Reverse(programs.major));
    let there = found.iter().map(|programs| programs.major.to_string()).collect::<Vec<_>>().join(", ");
    let there = if there.is_empty() { "none".to_owned() } else { there };
    let fits = |programs: &Programs| {
        programs.major >= OLDEST && data_version.is_none_or(|version| version == programs.major)
    };
    found.into_iter().find(fits).with_context(|| match data_version {
        Some(version) => format!(
            "the data directory was made by PostgreSQL {version}, and of it there is none on this machine (found: {there}); \
             install that version (apt-get install postgresql-{version}), or name its folder with UEMS_POSTGRES_BIN"
        ),
        None => format!(
            "no PostgreSQL {OLDEST} or newer on this machine (found: {there}); install one (Debian, Ubuntu: apt-get install \
             postgresql; Fedora: dnf install postgresql-server postgresql-contrib; macOS: brew install postgresql), fetch one \
             into your home with `make postgresql`, name its folder with UEMS_POSTGRES_BIN, or set DATABASE_URL to use another server"
        ),
    })
}

/// Folders worth a look: the PATH, the usual places, and what `make postgresql` fetched.
fn candidates() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let usual = PLACES.into_iter().flat_map(|(parent, prefix, last)| {
        let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
        entries
            .filter(move |entry| entry.file_name().as_encoded_bytes().starts_with(prefix.as_bytes()))
            .map(move |entry| entry.path().join(last))
    });
    let fetched = std::env::home_dir().map(|home| home.join(".local/share/uems/postgresql/bin"));
    std::env::split_paths(&path).chain(usual).chain(fetched).collect()
}

/// `postgres (PostgreSQL) 15.18 (Debian …)`, `postgres (PostgreSQL) 19beta1`.
fn major(version: &str) -> Option<u32> {
    let number = version.split_whitespace().nth(2)?;
    let digits = number.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(number.len());
    number[..digits].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn programs(major: u32) -> Programs {
        Programs { folder: format!("/pg/{major}").into(), major }
    }

    #[test]
    fn versions() {
        assert_eq!(major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 19beta1"), Some(19));
        assert_eq!(major("something else"), None);
    }

    #[test]
    fn the_newest_unless_the_data_says_otherwise() {
        let found = || vec![programs(14), programs(15), programs(17)];
        assert_eq!(choose(found(), None).unwrap().major, 17);
        assert_eq!(choose(found(), Some(15)).unwrap().major, 15);
    }

    #[test]
    fn what_is_missing_is_said_with_the_cure() {
        let error = choose(vec![programs(14)], None).unwrap_err().to_string();
        assert!(error.contains("found: 14") && error.contains("apt-get install postgresql"), "{error}");
        let error = choose(vec![programs(17)], Some(16)).unwrap_err().to_string();
        assert!(error.contains("made by PostgreSQL 16") && error.contains("postgresql-16"), "{error}");
        let error = Programs::find(Some(Path::new("/nowhere")), None).unwrap_err().to_string();
        assert!(error.contains("UEMS_POSTGRES_BIN") && error.contains("/nowhere"), "{error}");
    }
}
