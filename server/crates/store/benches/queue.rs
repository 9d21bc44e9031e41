//! What the queue gives on an embedded PostgreSQL that syncs to disk: no-op jobs a second, milliseconds from enqueueing to the
//! start of the work while nothing else happens, and seconds until the job of a killed worker runs at another. Prints a line of JSON.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement that can't go on has failed, and says its figures"
)]

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mezzofy_domain::id::{self, Id};
use mezzofy_store::embedded::Embedded;
use mezzofy_store::{Store, commit, jobs};
use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// As shipped: `limits.runs_at_once` and `limits.database_connections`.
const AT_ONCE: usize = 16;
const CONNECTIONS: u32 = 8;
const DRAINED: usize = 6_000;
const SINGLE: usize = 300;
const KILLED: usize = 3;

/// When each job began.
type Begun = Arc<Mutex<HashMap<Uuid, Instant>>>;

async fn enqueue(store: &Store, count: usize) -> (Vec<Uuid>, Instant) {
    let runs: Vec<Uuid> = (0..count).map(|_| Uuid::new_v4()).collect();
    let mut tx = store.begin().await.unwrap();
    for run in &runs {
        jobs::enqueue(&mut tx, Id::<id::Run>::from(*run)).await.unwrap();
    }
    let begun = Instant::now();
    commit(tx).await.unwrap();
    (runs, begun)
}

async fn open(store: &Store) -> i64 {
    let mut tx = store.begin().await.unwrap();
    jobs::open(&mut tx).await.unwrap()
}

/// A worker in this process that notes when each job began.
fn worker(store: &Store) -> (Begun, CancellationToken, tokio::task::JoinHandle<()>) {
    let (begun, stop) = (Begun::default(), CancellationToken::new());
    let (store, noted, stopped) = (store.clone(), begun.clone(), stop.clone());
    #[expect(clippy::disallowed_methods, reason = "no server is here whose tracker could hold it")]
    let working = tokio::spawn(async move {
        let name = format!("bench-{}", Uuid::new_v4());
        let work = jobs::work(&store, &name, AT_ONCE, async move { stopped.cancelled().await }, move |run, _| {
            noted.lock().unwrap().insert(run.uuid(), Instant::now());
            async { Ok(()) }
        });
        work.await.unwrap();
    });
    (begun, stop, working)
}

async fn drain(store: &Store) -> f64 {
    enqueue(store, DRAINED).await;
    let from = Instant::now();
    let (begun, stop, working) = worker(store);
    while begun.lock().unwrap().len() < DRAINED || open(store).await > 0 {
        sleep(Duration::from_millis(10)).await;
    }
    let taken = from.elapsed().as_secs_f64();
    stop.cancel();
    working.await.unwrap();
    f64::from(u32::try_from(DRAINED).unwrap()) / taken
}

/// Milliseconds from before the commit to the start, sorted.
async fn latencies(store: &Store) -> Vec<f64> {
    let (begun, stop, working) = worker(store);
    sleep(Duration::from_secs(1)).await;
    let mut taken = Vec::new();
    for _ in 0..SINGLE {
        let (runs, from) = enqueue(store, 1).await;
        let at = loop {
            if let Some(at) = begun.lock().unwrap().get(&runs[0]) {
                break *at;
            }
            sleep(Duration::from_millis(1)).await;
        };
        taken.push((at - from).as_secs_f64() * 1000.0);
        sleep(Duration::from_millis(15)).await;
    }
    stop.cancel();
    working.await.unwrap();
    taken.sort_by(f64::total_cmp);
    taken
}

/// Seconds until a job of a worker that is killed with it runs here, the worst.
async fn hand_over(store: &Store, url: &str) -> f64 {
    let mut worst: f64 = 0.0;
    for _ in 0..KILLED {
        let program = std::env::current_exe().unwrap();
        let mut other = Command::new(program).args(["hold", url]).stdout(Stdio::piped()).spawn().unwrap();
        let (runs, _) = enqueue(store, 1).await;
        let mut line = String::new();
        BufReader::new(other.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), runs[0].to_string());
        let (begun, stop, working) = worker(store);
        sleep(Duration::from_secs(3)).await;
        assert!(begun.lock().unwrap().is_empty(), "the other one still works on it");
        other.kill().unwrap();
        other.wait().unwrap();
        let from = Instant::now();
        while begun.lock().unwrap().is_empty() {
            sleep(Duration::from_millis(10)).await;
        }
        worst = worst.max(from.elapsed().as_secs_f64());
        stop.cancel();
        working.await.unwrap();
    }
    worst
}

/// Takes a job, says so, and never ends it.
async fn hold(url: &str) {
    let options: PgConnectOptions = url.parse().unwrap();
    let store = Store::open(options, CONNECTIONS);
    let name = format!("holder-{}", Uuid::new_v4());
    let work = jobs::work(&store, &name, AT_ONCE, std::future::pending(), |run, _| {
        println!("{run}");
        std::future::pending()
    });
    work.await.unwrap();
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, what, url] = arguments.as_slice()
        && what == "hold"
    {
        return hold(url).await;
    }
    let folder = tempfile::tempdir().unwrap();
    // PostgreSQL runs as another account when we are root, and has to get in.
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let postgres = Embedded::start(folder.path()).await.unwrap();
    let store = Store::open(postgres.options(), CONNECTIONS);
    store.migrate().await.unwrap();
    let a_second = drain(&store).await;
    let latencies = latencies(&store).await;
    let (p50, p99) = (latencies[SINGLE / 2], latencies[SINGLE * 99 / 100]);
    let handed_over = hand_over(&store, postgres.options().to_url_lossy().as_str()).await;
    println!(
        r#"{{"jobs_a_second":{a_second:.1},"start_p50_ms":{p50:.2},"start_p99_ms":{p99:.2},"handed_over_seconds":{handed_over:.2}}}"#
    );
    store.close().await;
    postgres.stop().await;
}
