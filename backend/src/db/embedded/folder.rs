//! The data directory: where it is, who holds it, and where the socket goes.

use std::fmt;
use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use sha2::{Digest, Sha256};

use super::SYSTEM_FOLDER;
use super::account::{self, Account, give_file, make_private};
use super::postmaster::Postmaster;
use crate::config::Config;

/// A unix socket's whole path has room for 107 bytes, here less the name PostgreSQL gives it.
const LONGEST_SOCKET_FOLDER: usize = 107 - "/.s.PGSQL.5432".len();

#[derive(Debug)]
pub struct Folder {
    /// Absolute, without symbolic links.
    pub path: PathBuf,
    /// Whom PostgreSQL runs as, when this process is root.
    pub account: Option<Account>,
}

impl Folder {
    /// Chooses and makes the data directory.
    pub fn prepare(config: &Config) -> anyhow::Result<Self> {
        let named = config.server.data_dir.as_deref();
        let wanted = std::path::absolute(named.unwrap_or(Path::new("data")))
            .context("the working directory is gone")?;
        let (path, account) = choose(wanted, named.is_some(), Account::for_data_in)?;
        make_private(&path, account.as_ref())?;
        let path = path.canonicalize().with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Self { path, account })
    }

    /// The cluster's own folder.
    pub fn cluster(&self) -> PathBuf {
        self.path.join("postgres")
    }

    pub fn log(&self) -> PathBuf {
        self.path.join("postgres.log")
    }

    /// The postmaster that runs here, if one does.
    pub fn postmaster(&self) -> Option<Postmaster> {
        Postmaster::find(&self.cluster())
    }

    /// The folder of the socket, made: beside the data where the path is short enough, else in the temporary folder.
    pub fn socket_folder(&self) -> anyhow::Result<PathBuf> {
        let folder = socket_folder(&self.path, &std::env::temp_dir());
        make_private(&folder, self.account.as_ref())?;
        let found = folder.symlink_metadata().with_context(|| format!("cannot read {}", folder.display()))?;
        let own =
            self.account.as_ref().map_or_else(|| rustix::process::geteuid().as_raw(), |account| account.uid);
        anyhow::ensure!(
            found.is_dir() && found.uid() == own && found.mode() & 0o077 == 0,
            "{} must be a folder of user {own} that nobody else may enter; remove it and start again",
            folder.display()
        );
        Ok(folder)
    }

    /// The lock, or who has it. It goes with the process that holds it, however that one ends.
    pub fn lock(&self, purpose: &str) -> anyhow::Result<Result<Lock, Holder>> {
        let path = self.path.join("uems.lock");
        let context = || format!("cannot use {}; is {} yours?", path.display(), self.path.display());
        let mut options = account::no_links();
        let file =
            options.read(true).write(true).create(true).truncate(false).open(&path).with_context(context)?;
        give_file(&file, self.account.as_ref())?;
        let mut lock = Lock { file };
        match lock.file.try_lock() {
            Ok(()) => {
                lock.describe(purpose)?;
                Ok(Ok(lock))
            }
            Err(TryLockError::WouldBlock) => Ok(Err(lock.holder())),
            Err(TryLockError::Error(error)) => Err(error).with_context(context),
        }
    }
}

/// `wanted`, if the account may go there; where it was nobody's wish, the system's place instead.
fn choose(
    wanted: PathBuf,
    named: bool,
    account_for: impl Fn(&Path) -> anyhow::Result<Option<Account>>,
) -> anyhow::Result<(PathBuf, Option<Account>)> {
    let account = account_for(&wanted)?;
    match &account {
        Some(stranger) if !stranger.may_reach(&wanted) => {
            let (name, folder) = (&stranger.name, wanted.display());
            anyhow::ensure!(
                !named,
                "PostgreSQL does not run as root but as `{name}`, who may not enter {folder}; \
                 choose a --data-dir it can reach, such as {SYSTEM_FOLDER}"
            );
            let instead = PathBuf::from(SYSTEM_FOLDER);
            tracing::warn!(
                event = "data_dir_moved",
                "PostgreSQL runs as `{name}`, who may not enter {folder}; the data goes to {SYSTEM_FOLDER}"
            );
            let account = account_for(&instead)?;
            Ok((instead, account))
        }
        _ => Ok((wanted, account)),
    }
}

/// PostgreSQL reads the setting as a list, so a folder whose name holds a comma or a quote goes elsewhere too.
fn socket_folder(data: &Path, temporary: &Path) -> PathBuf {
    let beside = data.join("run");
    let bytes = beside.as_os_str().as_encoded_bytes();
    if bytes.len() <= LONGEST_SOCKET_FOLDER && !bytes.iter().any(|byte| b",\"".contains(byte)) {
        return beside;
    }
    let digest = Sha256::digest(data.as_os_str().as_encoded_bytes());
    let name: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    temporary.join(format!("uems-{name}"))
}

/// Held for as long as the process lives; its text says by whom.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Lock {
    pub fn describe(&mut self, purpose: &str) -> anyhow::Result<()> {
        let text = format!("{}\n{purpose}\n", std::process::id());
        let written = self.file.set_len(0).and_then(|()| self.file.rewind());
        written.and_then(|()| self.file.write_all(text.as_bytes())).context("cannot write uems.lock")
    }

    fn holder(&mut self) -> Holder {
        let mut text = String::new();
        // What cannot be read is left out of the message: the lock itself is what counts.
        let _ = self.file.read_to_string(&mut text);
        let mut lines = text.lines().map(str::to_owned);
        Holder { pid: lines.next().unwrap_or_default(), purpose: lines.next().unwrap_or_default() }
    }
}

/// Who has the lock.
#[derive(Debug, PartialEq, Eq)]
pub struct Holder {
    pub pid: String,
    pub purpose: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {} ({})", self.pid, self.purpose)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nobody() -> Account {
        Account { name: "nobody".to_owned(), uid: 4_000_000, gid: 4_000_000 }
    }

    #[test]
    fn the_socket_moves_out_of_a_long_path() {
        let temporary = Path::new("/tmp");
        assert_eq!(socket_folder(Path::new("/srv/uems"), temporary), Path::new("/srv/uems/run"));
        let long = PathBuf::from("/srv").join("x".repeat(100));
        let moved = socket_folder(&long, temporary);
        assert!(moved.starts_with("/tmp") && moved == socket_folder(&long, temporary), "{moved:?}");
        assert_ne!(moved, socket_folder(&long.join("y"), temporary));
        assert!(socket_folder(Path::new("/srv/a,b"), temporary).starts_with("/tmp"));
    }

    #[test]
    fn a_named_folder_out_of_reach_is_an_error_and_the_default_moves() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        std::fs::set_permissions(home.path(), PermissionsExt::from_mode(0o700)).unwrap();
        let wanted = home.path().join("data");
        let as_nobody = |_: &Path| Ok(Some(nobody()));
        let error = choose(wanted.clone(), true, as_nobody).unwrap_err().to_string();
        assert!(error.contains("`nobody`") && error.contains("--data-dir"), "{error}");
        assert_eq!(choose(wanted.clone(), false, as_nobody).unwrap().0, Path::new(SYSTEM_FOLDER));
        assert_eq!(choose(wanted.clone(), false, |_| Ok(None)).unwrap(), (wanted, None));
    }

    #[test]
    fn a_link_in_the_place_of_the_lock_is_not_followed() {
        let home = tempfile::tempdir().unwrap();
        let elsewhere = home.path().join("precious");
        std::fs::write(&elsewhere, "precious").unwrap();
        std::os::unix::fs::symlink(&elsewhere, home.path().join("uems.lock")).unwrap();
        let folder = Folder { path: home.path().to_owned(), account: None };
        assert!(folder.lock("uems serve").is_err());
        assert_eq!(std::fs::read_to_string(elsewhere).unwrap(), "precious");
    }

    #[test]
    fn the_second_to_ask_hears_who_was_first() {
        let home = tempfile::tempdir().unwrap();
        let folder = Folder { path: home.path().to_owned(), account: None };
        let mut lock = folder.lock("uems seed").unwrap().unwrap();
        lock.describe("uems serve on http://127.0.0.1:8000").unwrap();
        let holder = folder.lock("uems serve").unwrap().unwrap_err();
        assert_eq!(
            holder.to_string(),
            format!("process {} (uems serve on http://127.0.0.1:8000)", std::process::id())
        );
        drop(lock);
        assert!(folder.lock("uems serve").unwrap().is_ok());
    }
}
