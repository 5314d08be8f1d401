//! A running PostgreSQL server, as its `postmaster.pid` describes it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use sqlx::postgres::PgConnectOptions;

use super::account;
use super::cluster::{DATABASE, SUPERUSER};

/// It only names the socket's file: nothing listens on the network.
pub const PORT: u16 = 5432;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Postmaster {
    pub pid: i32,
    pub port: u16,
    pub socket_folder: PathBuf,
}

impl Postmaster {
    /// The server that runs on `cluster`; a file left by one that is gone counts for nothing.
    pub fn find(cluster: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
        Self::parse(&text).filter(|found| found.is_running() && found.works_in(cluster))
    }

    /// Clears the way where [`Self::find`] found nobody. PostgreSQL refuses to start while a process of the number in
    /// the file exists, even one that has ended but was not collected, or another that got the number since; only
    /// its parent's number it does not take for a rival. The rest of the file stays: by it PostgreSQL makes sure that
    /// no worker of the former server is left.
    pub fn bury(cluster: &Path, socket_folder: &Path) -> std::io::Result<()> {
        let file = cluster.join("postmaster.pid");
        if let Ok(text) = std::fs::read_to_string(&file)
            && let Some((_, rest)) = text.split_once('\n')
        {
            let mut file = account::no_links().write(true).truncate(true).open(&file)?;
            file.write_all(format!("{}\n{rest}", std::process::id()).as_bytes())?;
        }
        match std::fs::remove_file(socket_folder.join(format!(".s.PGSQL.{PORT}.lock"))) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Line 1 is the process, 4 the port, 5 the folder of the socket.
    fn parse(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let pid = lines.first()?.parse().ok().filter(|pid| *pid > 0)?;
        Some(Self { pid, port: lines.get(3)?.parse().ok()?, socket_folder: lines.get(4)?.into() })
    }

    pub fn options(&self) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(&self.socket_folder)
            .port(self.port)
            .username(SUPERUSER)
            .database(DATABASE)
    }

    /// Not so for one that has ended but was not collected by its parent (a container without an init).
    pub fn is_running(&self) -> bool {
        let zombie = || {
            let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid)).unwrap_or_default();
            stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with(['Z', 'X']))
        };
        match test_kill_process(self.id()) {
            Ok(()) => !zombie(),
            Err(error) => error == rustix::io::Errno::PERM,
        }
    }

    /// Whether the process is this cluster's and not a later one that got the same number: PostgreSQL works in its
    /// data directory. Where the system does not tell, it is believed.
    fn works_in(&self, cluster: &Path) -> bool {
        match std::fs::read_link(format!("/proc/{}/cwd", self.pid)) {
            Ok(folder) => folder == cluster,
            Err(_) => true,
        }
    }

    /// SIGINT is PostgreSQL's fast shutdown (clients cut off, everything written), SIGQUIT the one that leaves
    /// recovery to the next start.
    pub fn signal(&self, signal: Signal) {
        if let Err(error) = kill_process(self.id(), signal) {
            tracing::debug!(pid = self.pid, %error, "PostgreSQL could not be signalled");
        }
    }

    /// Whether it ended within `patience`.
    pub async fn ends_within(&self, patience: Duration) -> bool {
        let gone = async {
            while self.is_running() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(patience, gone).await.is_ok()
    }

    fn id(&self) -> Pid {
        Pid::from_raw(self.pid).expect("a pid above zero")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str =
        "4711\n/srv/data/postgres\n1764000000\n5432\n/srv/data/run\n\n  5432001    131072\nready   \n";

    #[test]
    fn the_file_of_a_running_server() {
        let found = Postmaster::parse(FILE).unwrap();
        assert_eq!((found.pid, found.port, found.socket_folder), (4711, 5432, "/srv/data/run".into()));
        assert_eq!(Postmaster::parse("4711\n/srv"), None);
        assert_eq!(Postmaster::parse(&FILE.replace("4711", "-4711")), None);
    }

    #[test]
    fn the_buried_keep_all_but_their_number() {
        let cluster = tempfile::tempdir().unwrap();
        std::fs::write(cluster.path().join("postmaster.pid"), FILE).unwrap();
        std::fs::write(cluster.path().join(".s.PGSQL.5432.lock"), "4711\n").unwrap();
        Postmaster::bury(cluster.path(), cluster.path()).unwrap();
        let text = std::fs::read_to_string(cluster.path().join("postmaster.pid")).unwrap();
        assert_eq!(text, FILE.replace("4711", &std::process::id().to_string()));
        assert!(!cluster.path().join(".s.PGSQL.5432.lock").exists());
        Postmaster::bury(cluster.path(), cluster.path()).unwrap();
    }

    #[test]
    fn a_file_that_names_another_process_counts_for_nothing() {
        let cluster = tempfile::tempdir().unwrap();
        let file = FILE.replace("4711", &std::process::id().to_string());
        std::fs::write(cluster.path().join("postmaster.pid"), file).unwrap();
        if Path::new("/proc/self/cwd").exists() {
            assert_eq!(Postmaster::find(cluster.path()), None);
        }
    }
}
