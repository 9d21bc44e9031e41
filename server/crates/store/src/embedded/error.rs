//! What can go wrong with the embedded PostgreSQL.

use std::io;
use std::path::PathBuf;

/// Why the embedded PostgreSQL is not there, as a sentence for who runs the server.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// No usable binaries on this machine.
    #[error(
        "PostgreSQL 15 or later was not found: install the package postgresql, or run `make run`, which fetches it, \
         or set DATABASE_URL"
    )]
    NotInstalled,
    /// Another server runs on this data folder.
    #[error("{} is in use by another mezzofy process", .data_dir.display())]
    InUse {
        /// The folder asked for.
        data_dir: PathBuf,
    },
    /// A PostgreSQL that is not ours, or one that does not end, holds the cluster.
    #[error("the process {pid} still works in {}: stop it, then start again", .dir.display())]
    Busy {
        /// The process that holds the cluster.
        pid: i32,
        /// The cluster's folder.
        dir: PathBuf,
    },
    /// The cluster needs another major version than those installed.
    #[error("the data in {} was made by PostgreSQL {made_by}, which is not installed: install it, or use another data folder", .dir.display())]
    OtherVersion {
        /// The cluster's folder.
        dir: PathBuf,
        /// Major version that made the cluster.
        made_by: u32,
    },
    /// The cluster is where its account can't go.
    #[error("{} can't be entered by the account {account}, as which PostgreSQL runs: give the folders above it the x permission", .dir.display())]
    Unreachable {
        /// The cluster's folder.
        dir: PathBuf,
        /// Name of the account.
        account: String,
    },
    /// The cluster was kept outside the data folder and is no longer there.
    #[error("{} names {}, which is gone: bring it back, or delete the first to begin with an empty database", .marker.display(), .dir.display())]
    Gone {
        /// The file that names the place.
        marker: PathBuf,
        /// The place.
        dir: PathBuf,
    },
    /// Somebody else made the socket folder.
    #[error("{} belongs to someone else or is open to others: remove it, then start again", .dir.display())]
    SocketFolder {
        /// The socket folder.
        dir: PathBuf,
    },
    /// `initdb` failed.
    #[error("PostgreSQL could not make its data folder: {detail}")]
    Init {
        /// What it said last.
        detail: String,
    },
    /// `postgres` ended before it was ready.
    #[error("PostgreSQL did not start: {detail} (see {})", .log.display())]
    Start {
        /// What it said last.
        detail: String,
        log: PathBuf,
    },
    /// The file system or the process table refused something.
    #[error("{action} failed")]
    Io {
        /// What was tried.
        action: String,
        /// Why not.
        source: io::Error,
    },
    /// It runs, but the database could not be opened or made.
    #[error("the embedded database could not be opened")]
    Connect(#[from] sqlx::Error),
}

impl EmbeddedError {
    /// For `map_err`: names what was tried.
    pub(super) fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action: action.into(), source }
    }
}
