//! The pool, the migrations and the one error of the store.

use std::io::ErrorKind;
use std::str::FromStr;
use std::sync::Arc;

use apalis_postgres::PostgresStorage;
use sqlx::error::DatabaseError;
use sqlx::migrate::MigrateError;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Postgres, SqlSafeStr, Transaction};
use tokio::sync::Semaphore;

use crate::{Scope, knowledge, query_role};

/// A transaction. Nothing of it stays unless it is committed; none is held over network IO.
pub type Tx = Transaction<'static, Postgres>;

/// A connection outside of a transaction.
pub type Connection = PoolConnection<Postgres>;

/// Something the database refused or could not do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database, or the way to it.
    #[error("the database did not do what it was asked: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the database can't be brought to this version: {0}")]
    Migration(#[from] MigrateError),
    /// The queue's tables.
    #[error("the queue did not do what it was asked: {0}")]
    Queue(#[from] apalis_postgres::Error),
    /// A row holds what this version does not understand.
    #[error("a stored {what} can't be read: {detail}")]
    Stored {
        /// What kind of row.
        what: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// The file storage.
    #[error("the file storage did not do what it was asked: {0}")]
    Files(#[from] object_store::Error),
    /// Somebody else moved the row on; this writer must let go.
    #[error("the run was moved on by another worker")]
    LostLease,
}

/// What another try of the same would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prospect {
    /// It may do it.
    Open,
    /// It does it when there is room on the disk again.
    NeedsDisk,
    /// It is refused too: the person may not read or change that.
    Denied,
    /// It is refused too: a value is not one that can be stored, or contradicts what is stored.
    Unfit,
    /// It fails too: a statement of ours is wrong, or a row or a file is not as it must be.
    Faulty,
}

impl StoreError {
    /// What another try would do: the one place that decides it, for tools and runs.
    #[must_use]
    pub fn prospect(&self) -> Prospect {
        if self.is_disk_full() {
            return Prospect::NeedsDisk;
        }
        match self {
            Self::Database(error) => prospect(error),
            Self::Stored { .. } | Self::Migration(_) | Self::Files(object_store::Error::NotFound { .. }) => {
                Prospect::Faulty
            }
            Self::Queue(_) | Self::Files(_) | Self::LostLease => Prospect::Open,
        }
    }

    /// Whether a disk has no room for what was to be stored.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        match self {
            Self::Database(error) => {
                error.as_database_error().and_then(DatabaseError::code).is_some_and(|code| code == DISK_FULL)
            }
            Self::Files(error) => caused_by_full_disk(error),
            _ => false,
        }
    }

    pub(crate) fn stored(what: &'static str, detail: &impl ToString) -> Self {
        Self::Stored { what, detail: detail.to_string() }
    }
}

/// A coded value of a row. One that this version does not know is an error, never another value.
pub(crate) fn decode<T: FromStr>(what: &'static str, code: &str) -> Result<T, StoreError> {
    code.parse().map_err(|_| StoreError::stored(what, &code))
}

/// A number of a row that can't be below zero.
pub(crate) fn unsigned<T: TryFrom<N>, N: Copy + ToString>(what: &'static str, number: N) -> Result<T, StoreError> {
    number.try_into().map_err(|_| StoreError::stored(what, &number))
}

/// PostgreSQL's code for it: appendix A of its documentation.
const DISK_FULL: &str = "53100";

/// What another try of a statement would do, by its SQLSTATE. A unique violation is left open: somebody else was faster, and the next try sees
/// what they stored.
fn prospect(error: &sqlx::Error) -> Prospect {
    let code = match error {
        sqlx::Error::Database(error) => error.code(),
        sqlx::Error::RowNotFound
        | sqlx::Error::TypeNotFound { .. }
        | sqlx::Error::ColumnNotFound(_)
        | sqlx::Error::ColumnDecode { .. }
        | sqlx::Error::Decode(_)
        | sqlx::Error::Encode(_) => return Prospect::Faulty,
        _ => return Prospect::Open,
    };
    let Some(code) = code else { return Prospect::Open };
    match (code.as_ref(), code.get(..2).unwrap_or_default()) {
        ("23505", _) => Prospect::Open,
        ("42501" | "44000", _) => Prospect::Denied,
        ("P0001", _) | (_, "22" | "23") => Prospect::Unfit,
        ("58P01" | "58P02", _) | (_, "0A" | "21" | "42") => Prospect::Faulty,
        _ => Prospect::Open,
    }
}

/// Whether the system said so somewhere down in an error.
fn caused_by_full_disk(error: &(dyn std::error::Error + 'static)) -> bool {
    let said = error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::StorageFull);
    said || error.source().is_some_and(caused_by_full_disk)
}

/// Connections on which the queue takes jobs and notes what became of them, one thing at a time, and listens; and as many for the successor of
/// a worker that has failed and has not let go of its own yet.
const QUEUE_CONNECTIONS: u32 = 4;

/// Queries of models that run at once; others wait.
const MAX_CONCURRENT_QUERIES: usize = 4;

/// The database.
#[derive(Debug, Clone)]
pub struct Store {
    pool: PgPool,
    queue: PgPool,
    options: PgConnectOptions,
    /// How the operator signs in for queries, where the database's user may not make a role for them.
    query_options: Option<PgConnectOptions>,
    queries: Arc<Semaphore>,
}

impl Store {
    /// Opens the pool. Connections are made when they are needed, and kept: a new one costs as much as many requests.
    ///
    /// What the queue notes for itself waits for no disk. A crash of PostgreSQL may undo the last of it, and then the job is handed out again,
    /// as after any crash; whatever a run stores meanwhile makes what was noted before it as lasting as itself, since both go the same way to
    /// the disk. A job is enqueued on a connection of its data, and waits.
    #[must_use]
    pub fn open(options: PgConnectOptions, connections: u32) -> Self {
        let pool = PgPoolOptions::new().max_connections(connections).min_connections(connections / 2);
        let queue = PgPoolOptions::new().max_connections(QUEUE_CONNECTIONS).test_before_acquire(false);
        Self {
            queue: queue.connect_lazy_with(options.clone().options([("synchronous_commit", "off")])),
            pool: pool.test_before_acquire(false).connect_lazy_with(options.clone()),
            options,
            query_options: None,
            queries: Arc::new(Semaphore::new(MAX_CONCURRENT_QUERIES)),
        }
    }

    /// Has queries of models sign in so, in the place of the role that the migrations made.
    #[must_use]
    pub fn with_query_options(self, options: Option<PgConnectOptions>) -> Self {
        Self { query_options: options, ..self }
    }

    /// Brings the tables, ours and the queue's, to this version. Two processes may do it at once.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        // Both sets are recorded in one table, so each has to bear the other's rows.
        let mut queue = PostgresStorage::migrations();
        for migration in queue.migrations.to_mut() {
            // Not every PostgreSQL has this extension, and the queue no longer uses it. The checksums stay those of the files.
            let sql = migration.sql.as_str().replace("CREATE EXTENSION IF NOT EXISTS pgcrypto;", "");
            migration.sql = AssertSqlSafe(sql).into_sql_str();
        }
        queue.set_ignore_missing(true).run(&self.pool).await?;
        sqlx::migrate!("./migrations").set_ignore_missing(true).run(&self.pool).await?;
        query_role::prepare(self).await?;
        knowledge::reindex(&mut *self.connection().await?).await
    }

    /// Begins a transaction that acts as a person and sees no more than they may. As many ways to the database as the other.
    pub async fn begin_as(&self, scope: &Scope) -> Result<Tx, StoreError> {
        self.begin_with(format!("BEGIN; {}", scope.statements())).await
    }

    /// Begins a transaction that acts as the owner of the tables, whom nothing is hidden from: for sign-in, the queue and
    /// commands, where no person acts.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        self.begin_with("BEGIN".to_owned()).await
    }

    /// Begins with these statements, in which nothing may be that somebody typed. Goes on when the caller is dropped: sqlx 0.9
    /// knows of a transaction only once the server has answered, and would give the connection on inside of it, acting as the
    /// person before.
    pub(crate) async fn begin_with(&self, statements: String) -> Result<Tx, StoreError> {
        let pool = self.pool.clone();
        #[expect(
            clippy::disallowed_methods,
            reason = "it ends with the server's answer; its transaction is rolled back if nobody waits"
        )]
        let begun = tokio::spawn(async move { pool.begin_with(AssertSqlSafe(statements)).await });
        Ok(begun.await.map_err(|_| sqlx::Error::WorkerCrashed)??)
    }

    /// A connection for a single statement, which is a transaction by itself: three ways to the database fewer.
    pub async fn connection(&self) -> Result<Connection, StoreError> {
        Ok(self.pool.acquire().await?)
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query!("SELECT 1 AS one").fetch_one(&self.pool).await?;
        Ok(())
    }

    /// The server's version, e.g. `15.18`.
    pub async fn version(&self) -> Result<String, StoreError> {
        Ok(sqlx::query_scalar!(r#"SELECT current_setting('server_version') AS "version!""#)
            .fetch_one(&self.pool)
            .await?)
    }

    /// Whether a role signs in for queries.
    pub async fn queries_sign_in(&self) -> bool {
        match query_role::sign_in(self).await {
            Ok(Some(options)) => options.connect().await.is_ok(),
            Ok(None) | Err(_) => false,
        }
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.queue.close().await;
        self.pool.close().await;
    }

    pub(crate) fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    pub(crate) fn query_options(&self) -> Option<&PgConnectOptions> {
        self.query_options.as_ref()
    }

    /// The places for queries.
    pub(crate) fn queries(&self) -> &Arc<Semaphore> {
        &self.queries
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// The connections of the queue's own notes.
    pub(crate) fn queue(&self) -> &PgPool {
        &self.queue
    }
}

/// Commits a transaction.
pub async fn commit(tx: Tx) -> Result<(), StoreError> {
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::error::Error;
    use std::fmt;

    use sqlx::error::ErrorKind;

    use super::*;

    /// An error of the database with this code.
    #[derive(Debug)]
    struct Coded(&'static str);

    impl fmt::Display for Coded {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Coded {}

    impl DatabaseError for Coded {
        fn message(&self) -> &str {
            self.0
        }

        fn code(&self) -> Option<Cow<'_, str>> {
            Some(self.0.into())
        }

        fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
            self
        }

        fn as_error_mut(&mut self) -> &mut (dyn Error + Send + Sync + 'static) {
            self
        }

        fn into_error(self: Box<Self>) -> Box<dyn Error + Send + Sync + 'static> {
            self
        }

        fn kind(&self) -> ErrorKind {
            ErrorKind::Other
        }
    }

    #[test]
    fn what_the_database_will_refuse_again_is_told_from_what_may_pass() {
        for (code, prospect) in [
            ("42501", Prospect::Denied),
            ("44000", Prospect::Denied),
            ("22021", Prospect::Unfit),
            ("22003", Prospect::Unfit),
            ("23503", Prospect::Unfit),
            ("23514", Prospect::Unfit),
            ("P0001", Prospect::Unfit),
            ("42P01", Prospect::Faulty),
            ("0A000", Prospect::Faulty),
            ("58P01", Prospect::Faulty),
            ("53100", Prospect::NeedsDisk),
            ("23505", Prospect::Open),
            ("40001", Prospect::Open),
            ("40P01", Prospect::Open),
            ("55P03", Prospect::Open),
            ("57P01", Prospect::Open),
            ("58030", Prospect::Open),
            ("08006", Prospect::Open),
        ] {
            let error = StoreError::Database(sqlx::Error::Database(Box::new(Coded(code))));
            assert_eq!(error.prospect(), prospect, "{code}");
        }
        assert_eq!(StoreError::Database(sqlx::Error::PoolTimedOut).prospect(), Prospect::Open);
        assert_eq!(StoreError::stored("run", &"x").prospect(), Prospect::Faulty);
        let gone = object_store::Error::NotFound { path: "ab/abcd".to_owned(), source: "gone".into() };
        assert_eq!(StoreError::Files(gone).prospect(), Prospect::Faulty);
    }
}
