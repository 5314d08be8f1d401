//! Running a cluster: start or take over, wait until it answers, stop.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use rustix::process::Signal;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor};
use tokio::process::Child;

use super::account::{self, command, give_file};
use super::cluster;
use super::folder::Folder;
use super::postmaster::{PORT, Postmaster};
use super::programs::Programs;

/// The log is set aside at a start that finds it longer than this.
const LONG_LOG: u64 = 10 << 20;

/// The running server; dropped without [`Server::stop`] it is told to stop, so that no error path leaves one behind.
pub struct Server {
    postmaster: Postmaster,
    /// Absent for one that was taken over.
    child: Option<Child>,
    stopped: bool,
}

impl Server {
    /// Takes over what a killed `uems` left running in the folder, else starts the cluster, made at the first time.
    pub async fn start(folder: &Folder, postgres_bin: Option<&Path>) -> anyhow::Result<Self> {
        let server = match Self::take_over(folder).await? {
            Some(server) => server,
            None => Self::launch_when_free(folder, postgres_bin).await?,
        };
        create_database(server.options()).await?;
        Ok(server)
    }

    pub fn options(&self) -> PgConnectOptions {
        self.postmaster.options()
    }

    async fn take_over(folder: &Folder) -> anyhow::Result<Option<Self>> {
        let Some(postmaster) = folder.postmaster() else { return Ok(None) };
        let pid = postmaster.pid;
        let mut server = Self { postmaster, child: None, stopped: false };
        // It may be starting still, or stopping: then it is waited for, and started anew.
        if server.wait_until_it_answers(folder).await.is_err() {
            server.stopped = true;
            return Ok(None);
        }
        tracing::warn!(
            event = "postgres_taken_over",
            pid,
            "Took over the PostgreSQL that an earlier uems left running"
        );
        Ok(Some(server))
    }

    /// Workers of a killed server may still be finishing a statement; PostgreSQL refuses to start beside them.
    async fn launch_when_free(folder: &Folder, postgres_bin: Option<&Path>) -> anyhow::Result<Self> {
        for _ in 0..40 {
            match Self::launch(folder, postgres_bin).await {
                Err(error) if error.to_string().contains("pre-existing shared memory block") => {
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
                launched => return launched,
            }
        }
        Self::launch(folder, postgres_bin).await
    }

    async fn launch(folder: &Folder, postgres_bin: Option<&Path>) -> anyhow::Result<Self> {
        let programs = Programs::find(postgres_bin, cluster::version(&folder.cluster()))?;
        if cluster::version(&folder.cluster()).is_none() {
            cluster::make(folder, &programs).await?;
        }
        let (socket_folder, log) = (folder.socket_folder()?, open_log(folder)?);
        Postmaster::bury(&folder.cluster(), &socket_folder)
            .context("cannot clear the files of a former PostgreSQL")?;
        let program = programs.program("postgres");
        let mut postgres = command(&program, &folder.cluster(), folder.account.as_ref());
        postgres
            .arg("-D")
            .arg(folder.cluster())
            .arg("-k")
            .arg(&socket_folder)
            .args(["-p", &PORT.to_string(), "-c", "listen_addresses=", "-c", "unix_socket_permissions=0700"])
            .stdout(log.try_clone()?)
            .stderr(log);
        let child = tokio::process::Command::from(postgres).spawn();
        let child = child.with_context(|| format!("cannot run {}", program.display()))?;
        let pid = child.id().and_then(|pid| pid.try_into().ok()).context("PostgreSQL ended at once")?;
        let postmaster = Postmaster { pid, port: PORT, socket_folder };
        let mut server = Self { postmaster, child: Some(child), stopped: false };
        server.wait_until_it_answers(folder).await?;
        tracing::info!(
            event = "postgres_started",
            pid,
            version = programs.major,
            "The private PostgreSQL runs"
        );
        Ok(server)
    }

    /// However long recovery takes, as long as the process lives.
    async fn wait_until_it_answers(&mut self, folder: &Folder) -> anyhow::Result<()> {
        let mut waited = Duration::ZERO;
        while !answers(&self.options()).await {
            if !self.is_running() {
                self.stopped = true;
                anyhow::bail!(
                    "PostgreSQL did not start; the end of {}:\n{}",
                    folder.log().display(),
                    last_lines(&folder.log())
                );
            }
            let pause = Duration::from_millis(50);
            tokio::time::sleep(pause).await;
            waited += pause;
            if waited.as_millis().is_multiple_of(10_000) {
                tracing::warn!(
                    event = "postgres_slow_start",
                    pid = self.postmaster.pid,
                    "PostgreSQL is still starting (recovery?)"
                );
            }
        }
        Ok(())
    }

    fn is_running(&mut self) -> bool {
        match &mut self.child {
            Some(child) => matches!(child.try_wait(), Ok(None)),
            None => self.postmaster.is_running(),
        }
    }

    /// Returns when the server has ended, by whatever.
    pub async fn ended(&mut self) {
        while self.is_running() {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        self.stopped = true;
    }

    /// Fast shutdown: every transaction that was answered is on disk, clients are cut off.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        if self.stopped {
            return Ok(());
        }
        self.stopped = true;
        self.postmaster.signal(Signal::INT);
        if !self.ends_within(Duration::from_secs(60)).await {
            tracing::warn!(
                event = "postgres_stop_forced",
                "PostgreSQL did not stop within a minute; the next start will recover it"
            );
            self.postmaster.signal(Signal::QUIT);
            anyhow::ensure!(
                self.ends_within(Duration::from_secs(10)).await,
                "PostgreSQL (process {}) does not stop",
                self.postmaster.pid
            );
        }
        tracing::info!(
            event = "postgres_stopped",
            pid = self.postmaster.pid,
            "The private PostgreSQL stopped"
        );
        Ok(())
    }

    async fn ends_within(&mut self, patience: Duration) -> bool {
        match &mut self.child {
            Some(child) => tokio::time::timeout(patience, child.wait()).await.is_ok(),
            None => self.postmaster.ends_within(patience).await,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !self.stopped && self.is_running() {
            self.postmaster.signal(Signal::INT);
        }
    }
}

/// Whether it takes connections. While it starts or stops it says so (57P03), and before that there is no socket;
/// a database that is not made yet (3D000) is an answer too.
async fn answers(options: &PgConnectOptions) -> bool {
    match options.clone().connect().await {
        Ok(connection) => connection.close().await.is_ok(),
        Err(sqlx::Error::Database(error)) => error.code().as_deref() == Some("3D000"),
        Err(_) => false,
    }
}

async fn create_database(options: PgConnectOptions) -> anyhow::Result<()> {
    match options.clone().connect().await {
        Ok(connection) => return Ok(connection.close().await?),
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("3D000") => {}
        Err(error) => return Err(error).context("the private PostgreSQL does not let us in"),
    }
    let mut connection = options.database("postgres").connect().await?;
    connection.execute("create database uems").await.context("cannot create the database")?;
    Ok(connection.close().await?)
}

/// Opened by us and handed down, so the account needs no right to it.
fn open_log(folder: &Folder) -> anyhow::Result<File> {
    let path = folder.log();
    if path.metadata().is_ok_and(|found| found.len() > LONG_LOG) {
        std::fs::rename(&path, path.with_extension("log.1"))?;
    }
    let file = account::no_links().create(true).append(true).open(&path);
    let file = file.with_context(|| format!("cannot write {}", path.display()))?;
    give_file(&file, folder.account.as_ref())?;
    Ok(file)
}

fn last_lines(log: &Path) -> String {
    let text =
        std::fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(5)..].join("\n")
}
