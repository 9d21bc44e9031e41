//! A PostgreSQL for tests: one for each test process, its folder kept in the build folder from run to run, or where `TEST_POSTGRES` says.

use std::path::PathBuf;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use tokio::sync::OnceCell;

use super::{Embedded, EmbeddedError, Manner};

/// Test processes that run side by side take a folder each; more of them wait.
const FOLDERS: u32 = 4;
const LONGEST_TEST_RUN: Duration = Duration::from_mins(30);

static SERVER: OnceCell<Embedded> = OnceCell::const_new();

/// Options to connect to this process's test server, as its superuser; the first call starts it. Each test makes its
/// own database there. What earlier processes left there is still there.
///
/// # Panics
/// Where PostgreSQL can't be started: without it there is nothing to test.
#[expect(clippy::panic, reason = "only called by tests")]
pub async fn for_tests() -> PgConnectOptions {
    match SERVER.get_or_try_init(start).await {
        Ok(server) => server.options().database("postgres"),
        Err(error) => panic!("no PostgreSQL for tests: {error} ({:?})", std::error::Error::source(&error)),
    }
}

async fn start() -> Result<Embedded, EmbeddedError> {
    let kept = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/test-postgres"));
    let root = std::env::var_os("TEST_POSTGRES").map_or_else(kept, PathBuf::from);
    for folder in 1..=FOLDERS {
        let manner = Manner { lock_wait: Duration::ZERO, durable: false };
        match Embedded::start_in_manner(&root.join(folder.to_string()), manner).await {
            Err(EmbeddedError::InUse { .. }) => {}
            other => return other,
        }
    }
    let manner = Manner { lock_wait: LONGEST_TEST_RUN, durable: false };
    Embedded::start_in_manner(&root.join("1"), manner).await
}
