//! Runs a real PostgreSQL, and kills it and its server.

use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;

use super::{Embedded, EmbeddedError, State};

const DATA_DIR: &str = "MEZZOFY_TEST_EMBEDDED";
const KILLS: i32 = 5;
const COMMITS_BEFORE_KILL: usize = 40;

/// A data folder with these permissions. PostgreSQL's account is another one where the tests run as root.
fn data_dir(mode: u32) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::set_permissions(folder.path(), Permissions::from_mode(mode)).expect("its permissions");
    folder
}

async fn connect(options: &PgConnectOptions) -> PgConnection {
    PgConnection::connect_with(options).await.expect("a connection")
}

async fn highest(options: &PgConnectOptions) -> i32 {
    let mut connection = connect(options).await;
    sqlx::query_scalar("SELECT max(n) FROM commits").fetch_one(&mut connection).await.expect("a number")
}

async fn until<T>(what: &str, mut check: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(value) = check().await {
            return value;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn it_starts_once_and_comes_back_when_killed_and_stops_when_asked() {
    let folder = data_dir(0o755);
    assert!(Embedded::running(folder.path()).is_none());
    let embedded = Embedded::start(folder.path()).await.expect("it starts");
    assert_eq!(embedded.cluster_dir(), folder.path().join("postgres"));
    let options = Embedded::running(folder.path()).expect("others see it");
    connect(&options).await;

    let second = Embedded::start(folder.path()).await;
    assert!(matches!(second, Err(EmbeddedError::InUse { .. })), "{second:?}");

    let State::Up { pid } = embedded.state() else { panic!("it is {:?}", embedded.state()) };
    kill_process(Pid::from_raw(pid).expect("a process id"), Signal::KILL).expect("the kill");
    until("it runs again", async || matches!(embedded.state(), State::Up { pid: new } if new != pid).then_some(()))
        .await;
    until("it answers again", async || PgConnection::connect_with(&options).await.ok()).await;

    embedded.stop().await;
    assert!(Embedded::running(folder.path()).is_none());
    assert!(PgConnection::connect_with(&options).await.is_err());

    let begun = Instant::now();
    let embedded = Embedded::start(folder.path()).await.expect("it starts on existing data");
    assert!(begun.elapsed() < Duration::from_secs(5), "it took {:?}", begun.elapsed());
    embedded.stop().await;
}

#[tokio::test]
async fn a_data_folder_that_its_account_can_not_enter_is_served_from_elsewhere() {
    let folder = data_dir(0o700);
    let embedded = Embedded::start(folder.path()).await.expect("it starts");
    let cluster = embedded.cluster_dir().to_owned();
    assert_eq!(cluster.starts_with(folder.path()), !rustix::process::geteuid().is_root());
    embedded.stop().await;
    let again = Embedded::start(folder.path()).await.expect("it starts again");
    assert_eq!(again.cluster_dir(), cluster);
    again.stop().await;

    fs::remove_dir_all(&cluster).expect("the cluster is removed");
    let gone = Embedded::start(folder.path()).await;
    if rustix::process::geteuid().is_root() {
        assert!(matches!(gone, Err(EmbeddedError::Gone { .. })), "{gone:?}");
    }
}

#[tokio::test]
async fn nothing_committed_is_lost_when_the_server_is_killed() {
    let folder = data_dir(0o755);
    let mut seen = 0;
    for _ in 0..KILLS {
        seen = commit_until_killed(folder.path());
    }
    let embedded = Embedded::start(folder.path()).await.expect("it starts after the kills");
    let found = highest(&embedded.options()).await;
    assert!(found >= seen, "commit {seen} was confirmed, the last one found is {found}");
    embedded.stop().await;
}

/// Runs this test binary as a server that only commits, and kills it after some commits. Returns the last one it
/// confirmed.
fn commit_until_killed(data_dir: &Path) -> i32 {
    let mut server = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "embedded::tests::a_server_that_only_commits", "--ignored", "--nocapture"])
        .env(DATA_DIR, data_dir)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the server starts");
    let lines = BufReader::new(server.stdout.take().expect("its output")).lines();
    let commits = lines.map_while(Result::ok).filter_map(|line| line.strip_prefix("committed ")?.parse().ok());
    let last = commits.take(COMMITS_BEFORE_KILL).last();
    server.kill().expect("the kill");
    server.wait().expect("its end");
    last.expect("a commit")
}

#[tokio::test]
#[ignore = "the other half of nothing_committed_is_lost_when_the_server_is_killed, which starts it"]
#[expect(clippy::print_stdout, reason = "the parent reads it")]
async fn a_server_that_only_commits() {
    let Some(data_dir) = std::env::var_os(DATA_DIR) else { return };
    let embedded = Embedded::start(Path::new(&data_dir)).await.expect("it starts");
    let mut connection = connect(&embedded.options()).await;
    let create = "CREATE TABLE IF NOT EXISTS commits (n integer PRIMARY KEY)";
    sqlx::query(create).execute(&mut connection).await.expect("the table");
    loop {
        let insert = "INSERT INTO commits SELECT coalesce(max(n), 0) + 1 FROM commits RETURNING n";
        let n: i32 = sqlx::query_scalar(insert).fetch_one(&mut connection).await.expect("a commit");
        println!("\ncommitted {n}");
    }
}
