//! The private PostgreSQL: found on the machine, kept in the data directory, reached only through a unix socket in
//! a folder of its own. One `uems` owns it (the lock); the others use it beside that one.
//!
//! `kill -9` of `uems` leaves the child running: the next owner takes it over rather than fight it, and ends it.

mod account;
mod cluster;
mod folder;
mod postmaster;
mod programs;
mod server;

use std::net::SocketAddr;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::config::Config;

use folder::{Folder, Lock};
use server::Server;

/// Where the private PostgreSQL's data goes when `./data` cannot be reached by the account it runs as.
const SYSTEM_FOLDER: &str = "/var/lib/uems";

/// Tenths of a second a command waits for the PostgreSQL of a `uems` that is starting or stopping.
const PATIENCE: usize = 300;

/// The right to run the private PostgreSQL of one data directory.
pub struct Claim {
    folder: Folder,
    lock: Lock,
}

impl Claim {
    /// The claim of `uems serve`: `None` where DATABASE_URL names a server; refused while another `uems` has it.
    pub fn take(config: &Config, purpose: &str) -> anyhow::Result<Option<Self>> {
        if config.database.database_url.is_some() {
            return Ok(None);
        }
        let folder = Folder::prepare(config)?;
        match folder.lock(purpose)? {
            Ok(lock) => Ok(Some(Self { folder, lock })),
            Err(holder) => anyhow::bail!(
                "{holder} already uses the data directory {}; stop it, or choose another --data-dir",
                folder.path.display()
            ),
        }
    }

    /// Tells those who find the lock taken where this server answers.
    pub fn announce(&mut self, address: SocketAddr) -> anyhow::Result<()> {
        self.lock.describe(&format!("uems serve on http://{address}"))
    }
}

/// A database to work with; [`Database::close`] stops what was started for it.
pub struct Database {
    options: PgConnectOptions,
    private: Option<(Server, Claim)>,
}

impl Database {
    /// For `uems serve`.
    pub async fn open(config: &Config, claim: Option<Claim>) -> anyhow::Result<Self> {
        match (claim, &config.database.database_url) {
            (Some(claim), _) => {
                let server = Server::start(&claim.folder, config.database.postgres_bin.as_deref()).await?;
                Ok(Self { options: server.options(), private: Some((server, claim)) })
            }
            (None, Some(url)) => Ok(Self { options: super::options(url)?, private: None }),
            (None, None) => anyhow::bail!("neither DATABASE_URL nor a claim on a data directory"),
        }
    }

    /// For every other command: beside a running server its PostgreSQL, else one for the command's duration.
    pub async fn open_beside(config: &Config, purpose: &str) -> anyhow::Result<Self> {
        if config.database.database_url.is_some() {
            return Self::open(config, None).await;
        }
        let folder = Folder::prepare(config)?;
        // The other one may be starting or stopping just now.
        for _ in 0..PATIENCE {
            match folder.lock(purpose)? {
                Ok(lock) => return Self::open(config, Some(Claim { folder, lock })).await,
                Err(_) => match beside(&folder).await {
                    Some(options) => return Ok(Self { options, private: None }),
                    None => tokio::time::sleep(Duration::from_millis(100)).await,
                },
            }
        }
        anyhow::bail!("{} is in use, but its PostgreSQL does not answer", folder.path.display())
    }

    pub fn options(&self) -> PgConnectOptions {
        self.options.clone()
    }

    /// Returns when the private PostgreSQL has ended by itself, and never without one.
    pub async fn ended(&mut self) {
        match &mut self.private {
            Some((server, _)) => server.ended().await,
            None => std::future::pending().await,
        }
    }

    /// Starts the private PostgreSQL again after [`Self::ended`].
    pub async fn revive(&mut self, config: &Config) -> anyhow::Result<()> {
        if let Some((server, claim)) = &mut self.private {
            *server = Server::start(&claim.folder, config.database.postgres_bin.as_deref()).await?;
        }
        Ok(())
    }

    /// Stops the private PostgreSQL, cleanly, and only then gives the lock away.
    pub async fn close(self) -> anyhow::Result<()> {
        match self.private {
            Some((mut server, _claim)) => server.stop().await,
            None => Ok(()),
        }
    }
}

/// The PostgreSQL of the `uems` that holds the lock, once it lets us in.
async fn beside(folder: &Folder) -> Option<PgConnectOptions> {
    let options = folder.postmaster()?.options();
    let connection = options.clone().connect().await.ok()?;
    connection.close().await.ok()?;
    Some(options)
}
