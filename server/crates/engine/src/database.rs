//! The way to the database: an outside PostgreSQL, or the embedded one, started here or found running.

use std::path::Path;
use std::str::FromStr;

use mezzofy_store::Store;
use mezzofy_store::embedded::Embedded;
use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::PgConnectOptions;

use crate::config::Config;

/// Connections of one command beside a running server: two of them listen.
const COMMAND_CONNECTIONS: u32 = 8;

/// A database that is open, and the PostgreSQL we started for it, if we did.
pub struct Database {
    /// The pool, migrated.
    pub store: Store,
    embedded: Option<Embedded>,
}

impl Database {
    /// Opens the database to serve on it: starts the embedded PostgreSQL unless `DATABASE_URL` names another.
    pub async fn serve(config: &Config) -> Result<Self, String> {
        if config.database_url.is_some() {
            return Self { store: connect_external(config)?, embedded: None }.migrated().await;
        }
        let embedded = Embedded::start(&config.data_dir).await.map_err(|error| full(&error))?;
        let store = Store::open(embedded.options(), config.settings.limits.database_connections);
        Self { store, embedded: Some(embedded) }.migrated().await
    }

    /// Opens the database for one command: also while a server runs on the embedded one.
    pub async fn visit(config: &Config) -> Result<Self, String> {
        match Embedded::running(&config.data_dir).filter(|_| config.database_url.is_none()) {
            Some(options) => Self { store: Store::open(options, COMMAND_CONNECTIONS), embedded: None }.migrated().await,
            None => Self::serve(config).await,
        }
    }

    async fn migrated(self) -> Result<Self, String> {
        self.store.migrate().await.map_err(|error| full(&error))?;
        Ok(self)
    }

    /// Whether no other process can work on this database.
    #[must_use]
    pub fn is_ours_alone(&self) -> bool {
        self.embedded.is_some()
    }

    /// Closes it, and stops the PostgreSQL that was started for it.
    pub async fn close(self) {
        self.store.close().await;
        if let Some(embedded) = self.embedded {
            embedded.stop().await;
        }
    }
}

/// The pool of the database that `DATABASE_URL` names, as it is.
pub fn connect_external(config: &Config) -> Result<Store, String> {
    let options = options_of("DATABASE_URL", config.database_url.as_ref())?.unwrap_or_default();
    let queries = options_of("QUERY_DATABASE_URL", config.query_database_url.as_ref())?;
    Ok(Store::open(options, config.settings.limits.database_connections).with_query_options(queries))
}

fn options_of(name: &str, url: Option<&SecretString>) -> Result<Option<PgConnectOptions>, String> {
    let parsed = url.map(|url| PgConnectOptions::from_str(url.expose_secret())).transpose();
    parsed.map_err(|error| format!("{name} can't be read: {error}"))
}

/// An error with what caused it.
pub fn full(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = error.source();
    }
    text
}

/// Where the embedded PostgreSQL keeps its data, for `doctor`.
#[must_use]
pub fn has_data(data_dir: &Path) -> bool {
    data_dir.join("postgres").is_dir() || data_dir.join("postgres.location").is_file()
}
