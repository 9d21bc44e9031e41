//! The cluster's folders: where they are, how they are made, and who still works in them.

use std::collections::hash_map::RandomState;
use std::fs::{self, DirBuilder, File, Permissions};
use std::hash::{BuildHasher as _, DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process};

use super::account::Account;
use super::binaries::{Binaries, SHARED};
use super::{EmbeddedError, NAME, POLL_INTERVAL, PORT, SETTLE_TIMEOUT};

/// In the data folder: names the cluster's folder below [`SHARED`], so that deleting the data folder is a fresh start.
const MARKER: &str = "postgres.location";
/// A socket's path holds about 107 bytes.
const MAX_SOCKET_BASE_BYTES: usize = 60;

/// Settings for one machine that also runs the server: little memory, small WAL. The rest is PostgreSQL's default.
const SETTINGS: [&str; 15] = [
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "shared_buffers=64MB",
    "max_connections=100",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=256MB",
    "jit=off",
    "timezone=UTC",
    "log_timezone=UTC",
    "log_destination=stderr",
    "logging_collector=off",
    "log_checkpoints=off",
    "log_line_prefix=%m [%p] %d ",
    "cluster_name=mezzofy",
];
/// Only for clusters of tests.
const NOT_DURABLE: [&str; 3] = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

#[derive(Debug, Clone)]
pub(super) struct Cluster {
    pub(super) dir: PathBuf,
    pub(super) socket_dir: PathBuf,
    account: Account,
    /// Written when the cluster has been made outside the data folder.
    marker: Option<PathBuf>,
}

impl Cluster {
    /// Decides where the cluster of `data_dir` (canonical) is or shall be, and makes its socket folder.
    pub(super) fn locate(data_dir: &Path, account: &Account) -> Result<Self, EmbeddedError> {
        let marker = data_dir.join(MARKER);
        let inside = data_dir.join("postgres");
        let (dir, marker) = if let Some(dir) = Self::known(data_dir) {
            if dir != inside && !dir.exists() {
                return Err(EmbeddedError::Gone { marker, dir });
            }
            if !account.can_enter(&dir) {
                return Err(EmbeddedError::Unreachable { dir, account: account.name.clone() });
            }
            (dir, None)
        } else if account.can_enter(data_dir) {
            (inside, None)
        } else {
            let dir = Path::new(SHARED).join(format!("{:016x}", RandomState::new().hash_one(data_dir)));
            tracing::info!(
                dir = %dir.display(), account = account.name,
                "the database is kept outside the data folder, which postgres can't enter"
            );
            (dir, Some(marker))
        };
        let socket_dir = socket_dir(&dir, account)?;
        Ok(Self { dir, socket_dir, account: account.clone(), marker })
    }

    /// Folder of a cluster that was made before.
    pub(super) fn known(data_dir: &Path) -> Option<PathBuf> {
        if let Ok(name) = fs::read_to_string(data_dir.join(MARKER)) {
            return Some(Path::new(SHARED).join(Path::new(name.trim()).file_name()?));
        }
        let inside = data_dir.join("postgres");
        inside.exists().then_some(inside)
    }

    /// Major version that made the cluster, or nothing when there is none yet.
    pub(super) fn made_by(&self) -> Option<u32> {
        fs::read_to_string(self.dir.join("PG_VERSION")).ok()?.trim().parse().ok()
    }

    /// Makes the cluster beside its place and moves it there when it is whole and on disk.
    pub(super) fn make(&self, binaries: &Binaries) -> Result<(), EmbeddedError> {
        let unfinished = self.dir.with_extension("new");
        self.make_in(&unfinished, binaries)
            .map_err(EmbeddedError::io(format!("making {}", unfinished.display())))??;
        let parent = self.dir.parent().unwrap_or(&self.dir);
        let place = || -> io::Result<()> {
            rustix::fs::syncfs(File::open(&unfinished)?)?;
            fs::rename(&unfinished, &self.dir)?;
            File::open(parent)?.sync_all()?;
            let Some(marker) = &self.marker else { return Ok(()) };
            let mut file = File::create(marker)?;
            writeln!(file, "{}", self.dir.file_name().unwrap_or_default().display())?;
            file.sync_all()
        };
        place().map_err(EmbeddedError::io(format!("making {}", self.dir.display())))
    }

    fn make_in(&self, dir: &Path, binaries: &Binaries) -> io::Result<Result<(), EmbeddedError>> {
        match fs::remove_dir_all(dir) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        if self.marker.is_some() {
            fs::create_dir_all(SHARED)?;
            fs::set_permissions(SHARED, Permissions::from_mode(0o755))?;
        }
        DirBuilder::new().mode(0o700).create(dir)?;
        self.hand_over(dir)?;
        let output = self
            .account
            .command(&binaries.program("initdb"))
            .args(["--no-sync", "--data-checksums", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"])
            .args(["--username", NAME, "--pgdata"])
            .arg(dir)
            .output()?;
        if output.status.success() {
            return Ok(Ok(()));
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let detail = said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("it said nothing").to_owned();
        Ok(Err(EmbeddedError::Init { detail }))
    }

    fn hand_over(&self, dir: &Path) -> io::Result<()> {
        if self.account.ours {
            return Ok(());
        }
        std::os::unix::fs::chown(dir, Some(self.account.uid), Some(self.account.gid))
    }

    /// The child's command, to be built anew for each start.
    pub(super) fn command(&self, binaries: &Binaries, log: &Path, durable: bool) -> io::Result<Command> {
        let log = File::options().create(true).append(true).mode(0o600).open(log)?;
        let mut command = self.account.command(&binaries.program("postgres"));
        command.arg("-D").arg(&self.dir).args(["-p", &PORT.to_string(), "-k"]).arg(&self.socket_dir);
        for setting in SETTINGS.iter().chain(NOT_DURABLE.iter().filter(|_| !durable)) {
            command.args(["-c", setting]);
        }
        command.stdout(log.try_clone()?).stderr(log);
        Ok(command)
    }

    /// Waits until nobody works in the cluster any more, and then removes what a killed predecessor left. PostgreSQL
    /// alone can't tell a reused or not yet reaped process id from a living predecessor; the working directory can.
    pub(super) fn settle(&self) -> Result<(), EmbeddedError> {
        let begun = Instant::now();
        let mut asked = false;
        while let Some(postmaster) = Postmaster::read(&self.dir) {
            let Some(workers) = working_in(&self.dir) else { return Ok(()) };
            let Some(&pid) = workers.first() else { return self.clear() };
            if !asked && workers.contains(&postmaster.pid) {
                asked = true;
                tracing::info!(pid = postmaster.pid, "asking the postgres of an earlier server to stop");
                if let Some(pid) = Pid::from_raw(postmaster.pid) {
                    // It may have gone in this moment.
                    let _ = kill_process(pid, Signal::INT);
                }
            }
            if begun.elapsed() > SETTLE_TIMEOUT {
                return Err(EmbeddedError::Busy { pid, dir: self.dir.clone() });
            }
            std::thread::sleep(POLL_INTERVAL);
        }
        Ok(())
    }

    /// Removes the socket folder after a stop; the next start makes it again.
    pub(super) fn leave(&self) {
        if let Err(error) = fs::remove_dir(&self.socket_dir) {
            tracing::debug!(%error, dir = %self.socket_dir.display(), "the socket folder stays");
        }
    }

    fn clear(&self) -> Result<(), EmbeddedError> {
        let stale = fs::read_dir(&self.socket_dir).into_iter().flatten().flatten().map(|entry| entry.path());
        for path in stale.chain([self.dir.join("postmaster.pid")]) {
            match fs::remove_file(&path) {
                Err(source) if source.kind() != ErrorKind::NotFound => {
                    return Err(EmbeddedError::io(format!("removing {}", path.display()))(source));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// A short folder that only PostgreSQL's account and root can enter, the same at each start.
fn socket_dir(cluster_dir: &Path, account: &Account) -> Result<PathBuf, EmbeddedError> {
    let mut hasher = DefaultHasher::new();
    (cluster_dir, account.uid).hash(&mut hasher);
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|dir| {
        account.ours && dir.is_absolute() && dir.is_dir() && dir.as_os_str().len() < MAX_SOCKET_BASE_BYTES
    });
    let base = runtime.unwrap_or_else(|| PathBuf::from("/tmp"));
    let dir = base.join(format!("mezzofy-{:012x}", hasher.finish() & 0xffff_ffff_ffff));

    let make = || -> io::Result<bool> {
        match DirBuilder::new().mode(0o700).create(&dir) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let found = fs::symlink_metadata(&dir)?;
        let owner = found.uid();
        if owner == rustix::process::geteuid().as_raw() && !account.ours {
            std::os::unix::fs::chown(&dir, Some(account.uid), Some(account.gid))?;
        } else if owner != account.uid {
            return Ok(false);
        }
        Ok(found.is_dir() && found.mode() & 0o777 == 0o700)
    };
    match make() {
        Ok(true) => Ok(dir),
        Ok(false) => Err(EmbeddedError::SocketFolder { dir }),
        Err(source) => Err(EmbeddedError::io(format!("making {}", dir.display()))(source)),
    }
}

/// Processes whose working directory is `dir`, which all of a cluster's have. `None` where the system can't tell.
fn working_in(dir: &Path) -> Option<Vec<i32>> {
    let processes = fs::read_dir("/proc").ok()?.flatten();
    Some(
        processes
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .filter(|pid: &i32| fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == dir))
            .collect(),
    )
}

/// What PostgreSQL says of itself in `postmaster.pid`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Postmaster {
    pub(super) pid: i32,
    pub(super) socket_dir: PathBuf,
    pub(super) ready: bool,
}

impl Postmaster {
    pub(super) fn read(cluster_dir: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(cluster_dir.join("postmaster.pid")).ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines().map(str::trim);
        Some(Self {
            pid: lines.next()?.parse().ok()?,
            socket_dir: lines.nth(3).unwrap_or_default().into(),
            ready: lines.nth(2) == Some("ready"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Postmaster;

    #[test]
    fn a_postmaster_is_ready_when_it_says_so() {
        let text = "4242\n/data/postgres\n1764000000\n5432\n/tmp/mezzofy-1\n\n  1204   0\n";
        let starting = Postmaster { pid: 4242, socket_dir: "/tmp/mezzofy-1".into(), ready: false };
        assert_eq!(Postmaster::parse(text), Some(starting));
        let ready = Postmaster { pid: 4242, socket_dir: "/tmp/mezzofy-1".into(), ready: true };
        assert_eq!(Postmaster::parse(&format!("{text}ready   \n")), Some(ready));
        assert_eq!(Postmaster::parse(""), None);
    }
}
