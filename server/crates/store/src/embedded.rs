//! The PostgreSQL that the server brings along when `DATABASE_URL` is not set: found on the machine, run as our child
//! on a Unix socket only, never as root, started again when it dies, stopped with us.
//!
//! After a `kill -9` of the server the kernel asks the orphan to stop; the next start waits for that and goes on with
//! everything that was committed.

mod account;
mod binaries;
mod cluster;
mod error;
mod supervisor;
#[cfg(test)]
mod tests;

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};

pub use self::binaries::{Binaries, Origin};
pub use self::error::EmbeddedError;
pub use self::supervisor::State;

use self::account::Account;
use self::cluster::Cluster;
use self::supervisor::{Launch, Supervisor};

/// Name of the role and of the database.
const NAME: &str = "mezzofy";
/// Only names the socket file: nothing listens on TCP.
const PORT: u16 = 5432;
const LOCK_FILE: &str = "postgres.lock";
const LOG_FILE: &str = "postgres.log";
/// A log above this size is set aside at the next start.
const MAX_LOG_BYTES: u64 = 16 * 1024 * 1024;
const POLL_INTERVAL: Duration = Duration::from_millis(10);
/// How long a predecessor of ours may take to let go of the data folder.
const LOCK_TIMEOUT: Duration = Duration::from_secs(3);
/// How long PostgreSQL may refuse the data folder because of a process that is just ending.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(10);
/// Crash recovery of a large database takes minutes.
const READY_TIMEOUT: Duration = Duration::from_mins(5);

/// How a cluster is run; the default is the product's.
#[derive(Debug, Clone, Copy)]
pub struct EmbeddedSettings {
    /// How long a predecessor may take to let go of the data folder.
    pub lock_wait: Duration,
    /// Off only for tests: what is committed survives the end of any process, but not a power cut.
    pub durable: bool,
}

impl Default for EmbeddedSettings {
    fn default() -> Self {
        Self { lock_wait: LOCK_TIMEOUT, durable: true }
    }
}

/// A running PostgreSQL of our own. Dropping it asks PostgreSQL to stop; [`Embedded::stop`] also waits for that.
#[derive(Debug)]
pub struct Embedded {
    supervisor: Supervisor,
    cluster: Cluster,
    binaries: Binaries,
}

impl Embedded {
    /// Starts PostgreSQL on `data_dir` (made when missing) and returns when the database `mezzofy` takes connections.
    pub async fn start(data_dir: &Path) -> Result<Self, EmbeddedError> {
        Self::start_with(data_dir, EmbeddedSettings::default()).await
    }

    /// The same, in another way than the product's.
    pub async fn start_with(data_dir: &Path, settings: EmbeddedSettings) -> Result<Self, EmbeddedError> {
        let data_dir = data_dir.to_owned();
        let prepared = tokio::task::spawn_blocking(move || prepare(&data_dir, settings.lock_wait)).await;
        let Prepared { cluster, binaries, lock, log } =
            prepared.map_err(|source| EmbeddedError::io("preparing PostgreSQL")(std::io::Error::other(source)))??;

        let said_before = fs::metadata(&log).map_or(0, |file| file.len());
        let launch = Launch {
            cluster: cluster.clone(),
            binaries: binaries.clone(),
            log: log.clone(),
            durable: settings.durable,
        };
        let supervisor = Supervisor::start(launch, lock).map_err(EmbeddedError::io("starting the supervisor"))?;
        let embedded = Self { supervisor, cluster, binaries };
        embedded.ready(&log, said_before).await?;
        embedded.open().await?;
        tracing::info!(version = embedded.binaries.version, dir = %embedded.cluster.dir.display(), "postgres is up");
        Ok(embedded)
    }

    /// Options to connect to the database `mezzofy` as its owner.
    #[must_use]
    pub fn options(&self) -> PgConnectOptions {
        options(&self.cluster.socket_dir)
    }

    /// Folder of the Unix socket.
    #[must_use]
    pub fn socket_dir(&self) -> &Path {
        &self.cluster.socket_dir
    }

    /// Folder of the cluster: inside the data folder, except where PostgreSQL's account can't go there.
    #[must_use]
    pub fn cluster_dir(&self) -> &Path {
        &self.cluster.dir
    }

    /// The binaries it runs.
    #[must_use]
    pub fn version(&self) -> &Binaries {
        &self.binaries
    }

    /// Whether the child lives at this moment.
    #[must_use]
    pub fn state(&self) -> State {
        self.supervisor.state()
    }

    /// Stops PostgreSQL and waits for its end. Open connections are closed by it, their transactions rolled back.
    pub async fn stop(self) {
        self.supervisor.stop().await;
    }

    /// The binaries that a new cluster would be run with, for `mezzofy doctor`. Starts a process for each candidate.
    pub fn binaries() -> Result<Binaries, EmbeddedError> {
        Binaries::all(&Account::choose()).into_iter().next().ok_or(EmbeddedError::NotInstalled)
    }

    /// Options to connect to the PostgreSQL that another process of ours runs on `data_dir` at this moment.
    #[must_use]
    pub fn running(data_dir: &Path) -> Option<PgConnectOptions> {
        let lock = File::open(data_dir.join(LOCK_FILE)).ok()?;
        if !matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)) {
            return None;
        }
        let postmaster = cluster::Postmaster::read(&Cluster::known(&data_dir.canonicalize().ok()?)?)?;
        postmaster.ready.then(|| options(&postmaster.socket_dir))
    }

    /// Waits until the child takes connections; the child's own word, so that its log stays clean.
    async fn ready(&self, log: &Path, said_before: u64) -> Result<(), EmbeddedError> {
        let begun = Instant::now();
        loop {
            let postmaster = cluster::Postmaster::read(&self.cluster.dir);
            match self.supervisor.state() {
                State::Up { pid } if postmaster.is_some_and(|it| it.ready && it.pid == pid) => return Ok(()),
                State::Up { .. } if begun.elapsed() < READY_TIMEOUT => {}
                State::Down { .. } if begun.elapsed() < SETTLE_TIMEOUT && refuses_lock(log, said_before) => {}
                State::Starting => {}
                State::Up { .. } | State::Down { .. } | State::Stopped => {
                    self.supervisor.stop().await;
                    return Err(EmbeddedError::Start { detail: last_words(log, said_before), log: log.to_owned() });
                }
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Makes the database where it is missing: the first start, or one that was interrupted.
    async fn open(&self) -> Result<(), EmbeddedError> {
        match self.options().connect().await {
            Ok(connection) => Ok(connection.close().await?),
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("3D000") => {
                let mut connection = PgConnection::connect_with(&self.options().database("postgres")).await?;
                sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {NAME}"))).execute(&mut connection).await?;
                Ok(connection.close().await?)
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn options(socket_dir: &Path) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(socket_dir)
        .port(PORT)
        .username(NAME)
        .database(NAME)
        .ssl_mode(PgSslMode::Disable)
}

struct Prepared {
    cluster: Cluster,
    binaries: Binaries,
    lock: File,
    log: PathBuf,
}

fn prepare(data_dir: &Path, lock_wait: Duration) -> Result<Prepared, EmbeddedError> {
    fs::create_dir_all(data_dir).map_err(EmbeddedError::io(format!("making {}", data_dir.display())))?;
    let data_dir = data_dir.canonicalize().map_err(EmbeddedError::io(format!("finding {}", data_dir.display())))?;
    let lock = lock(&data_dir, lock_wait)?;

    let account = Account::choose();
    let cluster = Cluster::locate(&data_dir, &account)?;
    let mut found = Binaries::all(&account).into_iter().peekable();
    if found.peek().is_none() {
        return Err(EmbeddedError::NotInstalled);
    }
    let binaries = match cluster.made_by() {
        Some(made_by) => found
            .find(|it| it.major() == made_by)
            .ok_or_else(|| EmbeddedError::OtherVersion { dir: cluster.dir.clone(), made_by })?,
        None => found.next().ok_or(EmbeddedError::NotInstalled)?,
    };
    if cluster.made_by().is_none() {
        cluster.make(&binaries)?;
    }

    let log = data_dir.join(LOG_FILE);
    if fs::metadata(&log).is_ok_and(|file| file.len() > MAX_LOG_BYTES) {
        fs::rename(&log, log.with_extension("log.1")).map_err(EmbeddedError::io("setting the old log aside"))?;
    }
    Ok(Prepared { cluster, binaries, lock, log })
}

fn lock(data_dir: &Path, patience: Duration) -> Result<File, EmbeddedError> {
    let path = data_dir.join(LOCK_FILE);
    let file = File::options().create(true).append(true).open(&path);
    let file = file.map_err(EmbeddedError::io(format!("opening {}", path.display())))?;
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if begun.elapsed() < patience => std::thread::sleep(POLL_INTERVAL),
            Err(TryLockError::WouldBlock) => return Err(EmbeddedError::InUse { data_dir: data_dir.to_owned() }),
            Err(TryLockError::Error(source)) => {
                return Err(EmbeddedError::io(format!("locking {}", path.display()))(source));
            }
        }
    }
}

/// What the child wrote to its log since the start.
fn said(log: &Path, said_before: u64) -> String {
    let bytes = fs::read(log).unwrap_or_default();
    let start = usize::try_from(said_before).unwrap_or(0).min(bytes.len());
    String::from_utf8_lossy(&bytes[start..]).into_owned()
}

fn refuses_lock(log: &Path, said_before: u64) -> bool {
    said(log, said_before).contains("lock file")
}

fn last_words(log: &Path, said_before: u64) -> String {
    let said = said(log, said_before);
    let line = said.lines().rfind(|line| line.contains("FATAL")).or_else(|| said.lines().last());
    line.unwrap_or("it said nothing").trim().to_owned()
}
