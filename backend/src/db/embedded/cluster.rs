//! Making a cluster: `initdb`, and the settings it starts life with.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use anyhow::Context;

use super::account::command;
use super::folder::Folder;
use super::programs::Programs;

/// The one database user; whoever reaches the socket is it.
pub const SUPERUSER: &str = "uems";
pub const DATABASE: &str = "uems";

/// For a small machine with a disk worth trusting: nothing here trades durability for speed.
const SETTINGS: &str = "
# Put here by uems when it made this cluster; yours to change.
shared_buffers = 256MB
max_connections = 200
max_wal_size = 2GB
wal_compression = on
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
";

/// The major version of the cluster that is there.
pub fn version(cluster: &Path) -> Option<u32> {
    std::fs::read_to_string(cluster.join("PG_VERSION")).ok()?.trim().parse().ok()
}

/// Makes the cluster beside its place and moves it there when it is whole, so that an interruption leaves none.
pub async fn make(folder: &Folder, programs: &Programs) -> anyhow::Result<()> {
    let unfinished = folder.path.join("postgres.new");
    tracing::info!(event = "postgres_created", folder = %folder.path.display(), "Making a private PostgreSQL {}", programs.major);
    let mut complaint = String::new();
    for locale in ["C.UTF-8", "C"] {
        if unfinished.exists() {
            std::fs::remove_dir_all(&unfinished)
                .with_context(|| format!("cannot remove {}", unfinished.display()))?;
        }
        match initdb(folder, programs, &unfinished, locale).await? {
            Ok(()) => {
                let mut file = OpenOptions::new().append(true).open(unfinished.join("postgresql.conf"))?;
                file.write_all(SETTINGS.as_bytes())?;
                std::fs::rename(&unfinished, folder.cluster())?;
                return Ok(());
            }
            Err(text) => complaint = text,
        }
    }
    anyhow::bail!("initdb could not make a cluster in {}: {}", folder.path.display(), complaint.trim())
}

async fn initdb(
    folder: &Folder,
    programs: &Programs,
    target: &Path,
    locale: &str,
) -> anyhow::Result<Result<(), String>> {
    // As root the account may not be able to make an entry in the data directory itself.
    super::account::make_private(target, folder.account.as_ref())?;
    let program = programs.program("initdb");
    let mut initdb = command(&program, target, folder.account.as_ref());
    initdb
        .arg("--pgdata")
        .arg(target)
        .args(["--username", SUPERUSER, "--auth", "trust", "--encoding", "UTF8", "--locale", locale])
        .args(["--data-checksums", "--no-instructions"]);
    let output = tokio::process::Command::from(initdb).kill_on_drop(true).output().await;
    let output = output.with_context(|| format!("cannot run {}", program.display()))?;
    Ok(if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    })
}
