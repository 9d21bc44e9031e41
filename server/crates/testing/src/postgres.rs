//! A PostgreSQL for tests: the one whose socket is in the folder that `TEST_POSTGRES` names (`make test` starts one for all), else one for each
//! test process, its folder kept in the build folder from run to run.

use std::path::{Path, PathBuf};
use std::time::Duration;

use mezzofy_store::embedded::{Embedded, EmbeddedError, EmbeddedSettings};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio::sync::OnceCell;

/// Test processes that run side by side take a folder each; more of them wait.
const MAX_FOLDERS: u32 = 4;
const TEST_RUN_TIMEOUT: Duration = Duration::from_mins(30);

static SERVER: OnceCell<Embedded> = OnceCell::const_new();

/// Options to connect to the test server, as its superuser; where none is given, the first call starts one. Each test makes
/// its own database there. What other processes left there is still there.
///
/// # Panics
/// Where PostgreSQL can't be started: without it there is nothing to test.
#[expect(clippy::panic, reason = "only called by tests")]
pub async fn connect_options() -> PgConnectOptions {
    if let Some(folder) = std::env::var_os("TEST_POSTGRES") {
        let given = PgConnectOptions::new_without_pgpass().socket(Path::new(&folder)).port(5432);
        return given.username("mezzofy").database("postgres").ssl_mode(PgSslMode::Disable);
    }
    match SERVER.get_or_try_init(start).await {
        Ok(server) => server.options().database("postgres"),
        Err(error) => panic!("no PostgreSQL for tests: {error} ({:?})", std::error::Error::source(&error)),
    }
}

async fn start() -> Result<Embedded, EmbeddedError> {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/test-postgres"));
    for folder in 1..=MAX_FOLDERS {
        let settings = EmbeddedSettings { lock_wait: Duration::ZERO, durable: false };
        match Embedded::start_with(&root.join(folder.to_string()), settings).await {
            Err(EmbeddedError::InUse { .. }) => {}
            other => return other,
        }
    }
    let settings = EmbeddedSettings { lock_wait: TEST_RUN_TIMEOUT, durable: false };
    Embedded::start_with(&root.join("1"), settings).await
}

#[cfg(test)]
mod tests {
    use sqlx::ConnectOptions as _;

    use super::connect_options;

    #[tokio::test]
    async fn the_tests_of_a_process_share_one_server() {
        let (one, other) = tokio::join!(connect_options(), connect_options());
        assert_eq!(one.get_socket(), other.get_socket());
        one.connect().await.unwrap();
    }
}
