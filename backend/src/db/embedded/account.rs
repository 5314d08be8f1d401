//! The account PostgreSQL runs as. It refuses root, so a `uems` that is root gives it to somebody unprivileged.

use std::fs::{File, Metadata, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use rustix::fs::OFlags;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub name: String,
    pub uid: u32,
    pub gid: u32,
}

/// Accounts made for this or for nothing, in the order of preference.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

impl Account {
    /// Whom to become, for data in `folder`: nobody else as an ordinary user; as root the owner of what is there
    /// (so that a checkout of an ordinary user stays usable to them), else an account made for it.
    pub fn for_data_in(folder: &Path) -> anyhow::Result<Option<Self>> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        let passwd = std::fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
        let accounts: Vec<Self> = passwd.lines().filter_map(Self::parse).collect();
        let owner = existing(folder).and_then(|path| path.metadata().ok()).map_or(0, |found| found.uid());
        let by_owner = accounts.iter().find(|account| account.uid == owner && owner != 0);
        let by_name =
            || UNPRIVILEGED.iter().find_map(|name| accounts.iter().find(|account| account.name == *name));
        let chosen = by_owner.or_else(by_name).cloned();
        chosen
            .map(Some)
            .context("PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody`")
    }

    /// A line of /etc/passwd.
    fn parse(line: &str) -> Option<Self> {
        let mut fields = line.split(':');
        let name = fields.next()?.to_owned();
        let (uid, gid) = (fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?);
        Some(Self { name, uid, gid })
    }

    /// Whether this account may go into every existing folder on the way to `path`.
    pub fn may_reach(&self, path: &Path) -> bool {
        path.ancestors().filter_map(|folder| folder.metadata().ok()).all(|found| self.may_enter(&found))
    }

    fn may_enter(&self, found: &Metadata) -> bool {
        let needed = match (found.uid() == self.uid, found.gid() == self.gid) {
            (true, _) => 0o100,
            (false, true) => 0o010,
            (false, false) => 0o001,
        };
        !found.is_dir() || found.mode() & needed != 0
    }
}

/// The nearest folder on the way to `path` that is there.
fn existing(path: &Path) -> Option<PathBuf> {
    path.ancestors().find(|folder| folder.exists()).map(Path::to_path_buf)
}

/// Makes a folder for one account only; one that is there is left as it is.
pub fn make_private(folder: &Path, account: Option<&Account>) -> anyhow::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let make = |path: &Path, mode| std::fs::DirBuilder::new().recursive(true).mode(mode).create(path);
    folder
        .parent()
        .map_or(Ok(()), |parent| make(parent, 0o755))
        .and_then(|()| make(folder, 0o700))
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    give(folder, account)
}

/// Options for a file in a folder that belongs to the account: root follows no link that the account may have put there.
pub fn no_links() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.custom_flags(OFlags::NOFOLLOW.bits().cast_signed());
    options
}

/// Hands a file or folder made by root to the account, and not what a link in its place leads to.
pub fn give(path: &Path, account: Option<&Account>) -> anyhow::Result<()> {
    match account {
        Some(account) => std::os::unix::fs::lchown(path, Some(account.uid), Some(account.gid))
            .with_context(|| format!("cannot give {} to `{}`", path.display(), account.name)),
        None => Ok(()),
    }
}

/// [`give`] for a file that is open, whatever stands under its name by now.
pub fn give_file(file: &File, account: Option<&Account>) -> anyhow::Result<()> {
    match account {
        Some(account) => std::os::unix::fs::fchown(file, Some(account.uid), Some(account.gid))
            .with_context(|| format!("cannot give a file to `{}`", account.name)),
        None => Ok(()),
    }
}

/// A program to run as the account, in `folder`, out of reach of the terminal's Ctrl-C (the process group of the
/// foreground gets it: `uems` decides when PostgreSQL stops), and without the caller's `PG…` variables.
pub fn command(program: &Path, folder: &Path, account: Option<&Account>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).process_group(0).stdin(std::process::Stdio::null());
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"PG")) {
        command.env_remove(name);
    }
    if let Some(account) = account {
        command.gid(account.gid).uid(account.uid);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_line_of_passwd() {
        let account = Account { name: "postgres".to_owned(), uid: 107, gid: 113 };
        assert_eq!(
            Account::parse("postgres:x:107:113:PostgreSQL,,,:/var/lib/postgresql:/bin/bash"),
            Some(account)
        );
        assert_eq!(Account::parse("# a comment"), None);
    }

    #[test]
    fn a_closed_folder_on_the_way_is_out_of_reach_of_strangers() {
        let home = tempfile::tempdir().unwrap();
        let data = home.path().join("checkout/data");
        let open = |mode| std::fs::set_permissions(home.path(), PermissionsExt::from_mode(mode)).unwrap();
        let owner = home.path().metadata().unwrap().uid();
        let stranger = Account { name: "stranger".to_owned(), uid: owner + 4321, gid: 4_000_000_000 };
        open(0o700);
        assert!(!stranger.may_reach(&data));
        assert!(Account { uid: owner, ..stranger.clone() }.may_reach(&data));
        open(0o755);
        assert!(stranger.may_reach(&data));
    }
}
