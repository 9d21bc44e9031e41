//! The connections on which queries of models run: each signs in as a role that has nothing but the views for reporting, serves one query, and is
//! closed. For whom it works is told to the views by a row that only the server writes, under the number of its backend.

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _};
use tokio::sync::OwnedSemaphorePermit;

use crate::{Scope, Store, StoreError};

/// A connection for one query of a person.
pub(crate) struct QueryConnection {
    pub(crate) connection: PgConnection,
    pid: i32,
    store: Store,
    _place: OwnedSemaphorePermit,
}

/// Gives the views to the role that the operator has made, where there is one; the migrations did so for their own.
pub(crate) async fn prepare(store: &Store) -> Result<(), StoreError> {
    let Some(options) = store.query_options() else { return Ok(()) };
    let role = format!("\"{}\"", options.get_username().replace('"', "\"\""));
    let statements = format!(
        "GRANT USAGE ON SCHEMA reporting TO {role}; GRANT SELECT ON ALL TABLES IN SCHEMA reporting TO {role}; \
         GRANT EXECUTE ON FUNCTION reporting.reads, reporting.own_email TO {role}"
    );
    store.connection().await?.execute(AssertSqlSafe(statements)).await?;
    Ok(())
}

/// How to sign in for queries; `None` where there is no role for them.
pub(crate) async fn sign_in(store: &Store) -> Result<Option<PgConnectOptions>, StoreError> {
    if let Some(options) = store.query_options() {
        return Ok(Some(options.clone()));
    }
    let mut connection = store.connection().await?;
    let row = sqlx::query!("SELECT role, password FROM query_sign_in").fetch_optional(&mut *connection).await?;
    Ok(row.map(|row| store.options().clone().username(&row.role).password(&row.password)))
}

impl QueryConnection {
    /// Signs in and says for whom; `None` where there is no role for queries. Waits where all places are taken.
    pub(crate) async fn open(store: &Store, scope: &Scope) -> Result<Option<Self>, StoreError> {
        let Some(options) = sign_in(store).await? else { return Ok(None) };
        let place = store.queries().clone().acquire_owned().await.map_err(|_| sqlx::Error::PoolClosed)?;
        let mut connection = options.connect().await?;
        let pid: i32 = sqlx::query_scalar("SELECT pg_catalog.pg_backend_pid()").fetch_one(&mut connection).await?;
        let mut owner = store.connection().await?;
        let told = sqlx::query!(
            "INSERT INTO query_sessions (pid, email, reads) SELECT $1, email, $3 FROM people WHERE id = $2
             ON CONFLICT (pid) DO UPDATE SET email = excluded.email, reads = excluded.reads, begun_at = now()",
            pid,
            scope.person().uuid(),
            &scope.reads()
        )
        .execute(&mut *owner)
        .await?;
        // Somebody who is not there sees nothing, also not what an earlier backend of this number has left.
        if told.rows_affected() != 1 {
            sqlx::query!("DELETE FROM query_sessions WHERE pid = $1", pid).execute(&mut *owner).await?;
        }
        Ok(Some(Self { connection, pid, store: store.clone(), _place: place }))
    }

    /// Closes it; what still runs on it is ended.
    pub(crate) async fn close(self, running: bool) -> Result<(), StoreError> {
        let mut owner = self.store.connection().await?;
        if running {
            sqlx::query!("SELECT pg_terminate_backend($1)", self.pid).fetch_one(&mut *owner).await?;
            drop(self.connection);
        } else if let Err(error) = self.connection.close().await {
            tracing::debug!(%error, "a query's connection was closed by the server");
        }
        sqlx::query!("DELETE FROM query_sessions WHERE pid = $1", self.pid).execute(&mut *owner).await?;
        Ok(())
    }
}
