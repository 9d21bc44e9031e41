//! Several processes on one database, each doing its part, one of them killed again and again, or Redis, or the database restarted:
//! every run ends, nothing is sent twice, and what was told of each run is whole.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use mezzofy_store::embedded::Embedded;
use mezzofy_testing::postgres;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor};
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::app::{home_with_outreach, text};
use crate::proof::whole;
use crate::redis::RedisServer;

const W1: &str = "Generate the latest financial statement and send it to the CEO";
/// Runs while processes are killed.
const RUNS: usize = 40;
const RUNS_IN_SOAK: usize = 500;
/// Runs of a batch while Redis or the database has trouble as well.
const BATCH: usize = 16;
/// How often a process is killed.
const PAUSE: Duration = Duration::from_secs(2);
const RUN_TIMEOUT: Duration = Duration::from_mins(5);
/// How often the database is restarted: its jobs go to another worker about 10 seconds after that.
const PAUSE_OF_DATABASE: Duration = Duration::from_secs(6);
/// The parts of the installation, each a process.
const PARTS: [&str; 4] = ["api", "worker", "worker", "scheduler"];

/// How processes are started.
struct Site {
    data_dir: PathBuf,
    server: PgConnectOptions,
    database: String,
    redis: Option<String>,
    port: u16,
}

impl Site {
    fn start(&self, role: &str, demo: bool) -> Child {
        let mut program = Command::new(env!("CARGO_BIN_EXE_mezzofy"));
        for name in
            ["REDIS_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "KIMI_API_KEY", "KIMI_BASE_URL", "MEZZOFY_CRASH"]
        {
            program.env_remove(name);
        }
        program
            .args(["serve", "--role", role])
            .args(demo.then_some("--demo"))
            .env("PORT", self.port.to_string())
            .env("DATABASE_URL", self.server.clone().database(&self.database).to_url_lossy().to_string())
            .envs(self.redis.as_ref().map(|url| ("REDIS_URL", url)))
            .env("DATA_DIR", &self.data_dir)
            .env("MEZZOFY_HOME", self.data_dir.join("home"))
            .env("RUST_LOG", "error,tower_http=off")
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap()
    }

    fn client(&self) -> Api {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(40)).build().unwrap();
        Api { base: format!("http://127.0.0.1:{}", self.port), http, token: String::new() }
    }
}

/// A client that asks again while the server is away, as the app does.
struct Api {
    base: String,
    http: reqwest::Client,
    token: String,
}

impl Api {
    async fn ask(&self, make: impl Fn(&reqwest::Client) -> reqwest::RequestBuilder) -> Value {
        let answered = async {
            loop {
                if let Ok(answer) = make(&self.http).bearer_auth(&self.token).send().await
                    && !answer.status().is_server_error()
                    && let Ok(body) = answer.json().await
                {
                    return body;
                }
                sleep(Duration::from_millis(50)).await;
            }
        };
        timeout(RUN_TIMEOUT, answered).await.expect("the server comes back")
    }

    async fn get(&self, path: &str) -> Value {
        self.ask(|http| http.get(format!("{}{path}", self.base))).await
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.ask(|http| http.post(format!("{}{path}", self.base)).json(&body)).await
    }

    /// The run when it has ended.
    async fn ended(&self, run: &str) -> Value {
        loop {
            let run = self.get(&format!("/v1/runs/{run}?wait=4")).await;
            if !run["ended_at"].is_null() {
                return run;
            }
        }
    }

    /// Waits until limits hold over all processes.
    async fn uses_redis(&self) {
        while self.get("/readyz").await["redis"] != "fine" {
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// All that was told of a run.
    async fn events(&self, run: &str) -> Vec<Value> {
        let mut events: Vec<Value> = Vec::new();
        loop {
            let after = events.last().and_then(|event| event["cursor"].as_i64()).unwrap_or_default();
            let page = self.get(&format!("/v1/runs/{run}/events?after={after}")).await;
            events.extend(page["items"].as_array().unwrap().iter().cloned());
            if page["next_cursor"].is_null() {
                return events;
            }
        }
    }
}

/// A data folder whose home lets one person send without end, and have as many runs at work as there are: those of a worker that was killed
/// count until it is taken for dead, and four of them would hold up all others.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    home_with_outreach(folder.path(), |_, text| {
        text.replace("mails_an_hour: 30", "mails_an_hour: 1000000")
            .replace("messages_a_minute: 30", "messages_a_minute: 1000000")
            .replace("requests_a_minute: 600", "requests_a_minute: 1000000")
            .replace("files_an_hour: 50", "files_an_hour: 1000000")
            .replace("runs_a_person: 4", "runs_a_person: 1000000")
    });
    folder
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

async fn site(data_dir: &Path, server: PgConnectOptions, redis: Option<String>) -> Arc<Site> {
    let database = format!("processes_{}", Uuid::new_v4().simple());
    let mut root = server.connect().await.unwrap();
    root.execute(AssertSqlSafe(format!("CREATE DATABASE {database}"))).await.unwrap();
    Arc::new(Site { data_dir: data_dir.to_owned(), server, database, redis, port: free_port() })
}

/// What happens to the installation meanwhile.
enum Trouble {
    /// Its processes are killed, one after another.
    Kills,
    /// Redis is killed like one of them, and is away until the next one's turn.
    KillsAndRedis(RedisServer),
    /// The database is restarted, which ends every connection.
    Restarts(Embedded),
}

impl Trouble {
    fn runs(&self) -> usize {
        match self {
            Self::Kills if whole() => RUNS_IN_SOAK,
            Self::Kills => RUNS,
            Self::KillsAndRedis(_) | Self::Restarts(_) => BATCH,
        }
    }

    /// How often it is made; the last runs end in peace.
    fn most(&self) -> usize {
        match self {
            Self::Kills | Self::KillsAndRedis(_) => self.runs() * 2,
            Self::Restarts(_) => self.runs() / 5,
        }
    }

    fn pause(&self) -> Duration {
        if matches!(self, Self::Restarts(_)) { PAUSE_OF_DATABASE } else { PAUSE }
    }

    /// Makes the next one.
    async fn make(&mut self, times: usize, site: &Site, processes: &mut [Child]) {
        match self {
            Self::Kills => kill(times % PARTS.len(), site, processes).await,
            Self::KillsAndRedis(redis) => {
                let turn = times % (PARTS.len() + 1);
                if turn == PARTS.len() {
                    return redis.kill().await;
                }
                if turn == 0 && times > 0 {
                    redis.start_again();
                }
                kill(turn, site, processes).await;
            }
            Self::Restarts(postgres) => restart(postgres),
        }
    }
}

async fn kill(at: usize, site: &Site, processes: &mut [Child]) {
    processes[at].kill().await.unwrap();
    processes[at] = site.start(PARTS[at], false);
}

/// Waits until the database is there.
async fn connected(options: &PgConnectOptions) -> PgConnection {
    let connecting = async {
        loop {
            match options.connect().await {
                Ok(connection) => return connection,
                Err(_) => sleep(Duration::from_millis(50)).await,
            }
        }
    };
    timeout(RUN_TIMEOUT, connecting).await.expect("the database comes back")
}

/// A fast restart: PostgreSQL ends its connections and itself, and whoever supervises it starts it again.
fn restart(postgres: &Embedded) {
    let Ok(file) = std::fs::read_to_string(postgres.cluster_dir().join("postmaster.pid")) else { return };
    let pid = file.lines().next().and_then(|line| line.trim().parse().ok()).and_then(Pid::from_raw);
    if let Some(pid) = pid {
        kill_process(pid, Signal::INT).ok();
    }
}

/// One after another, as each has the machine, and as one test, as those that wait for their turn would keep others from theirs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_two_workers_and_a_scheduler_end_every_run_once_whatever_dies_again_and_again() {
    processes_are_killed().await;
    redis_is_killed_as_well().await;
    the_database_restarts().await;
}

async fn processes_are_killed() {
    let folder = folder();
    let site = site(folder.path(), postgres::connect_options().await, None).await;
    every_run_ends_once(site, Trouble::Kills).await;
}

async fn redis_is_killed_as_well() {
    let Some(redis) = RedisServer::start("processes with Redis").await else { return };
    let folder = folder();
    let site = site(folder.path(), postgres::connect_options().await, Some(redis.url())).await;
    every_run_ends_once(site, Trouble::KillsAndRedis(redis)).await;
}

/// Nothing that was answered is lost.
async fn the_database_restarts() {
    let folder = folder();
    // PostgreSQL runs as another account when we are root, and has to get in.
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let postgres = Embedded::start(folder.path()).await.unwrap();
    let site = site(folder.path(), postgres.options(), None).await;
    every_run_ends_once(site, Trouble::Restarts(postgres)).await;
}

/// A fast machine has done a batch before the trouble has begun, so there are batches until it was there.
#[expect(clippy::disallowed_methods, reason = "the processes go by the system's clock, and there is no app here")]
async fn every_run_ends_once(site: Arc<Site>, mut trouble: Trouble) {
    let mut processes = vec![site.start(PARTS[0], true)];
    let mut api = site.client();
    let person = json!({"email": "finance.manager@mezzofy.example", "password": "mezzofy-demo"});
    let signed_in = timeout(RUN_TIMEOUT, async {
        loop {
            let answer = api.post("/v1/auth/login", person.clone()).await;
            if let Some(token) = answer["access_token"].as_str() {
                return token.to_owned();
            }
            sleep(Duration::from_millis(100)).await;
        }
    });
    api.token = signed_in.await.expect("the demo is made");
    processes.extend(PARTS[1..].iter().map(|role| site.start(role, false)));

    let stop = Arc::new(AtomicBool::new(false));
    let made = Arc::new(AtomicUsize::new(0));
    let batch = trouble.runs();
    let least = if matches!(trouble, Trouble::Restarts(_)) { 2 } else { PARTS.len() };
    let troubled = tokio::spawn({
        let (site, stop, made) = (site.clone(), stop.clone(), made.clone());
        async move {
            let mut times = 0;
            loop {
                sleep(trouble.pause()).await;
                if stop.load(Ordering::Relaxed) {
                    return (trouble, processes, times);
                }
                if times < trouble.most() {
                    trouble.make(times, &site, &mut processes).await;
                    times += 1;
                    made.store(times, Ordering::Relaxed);
                } else if let Trouble::KillsAndRedis(redis) = &mut trouble {
                    redis.start_again_if_away();
                }
            }
        }
    });

    let soon = chrono::Utc::now() + chrono::TimeDelta::seconds(5);
    let once = json!({"name": "Once", "text": W1, "misfire": "all", "rule": {"kind": "once", "at": soon.to_rfc3339()}});
    let schedule = api.post("/v1/schedules", once.clone()).await;
    // The answer may be lost with the server; then it is there already.
    let schedule = if schedule["id"].is_null() { api.get("/v1/schedules").await["items"][0].clone() } else { schedule };
    let mut wanted = 0;
    while wanted == 0 || made.load(Ordering::Relaxed) < least {
        let mut runs = Vec::new();
        wanted += batch;
        for _ in 0..batch {
            let conversation = text(&api.post("/v1/conversations", json!({})).await["id"]);
            let message = json!({"client_id": Uuid::new_v4(), "text": W1});
            let accepted = api.post(&format!("/v1/conversations/{conversation}/messages"), message).await;
            runs.push(text(&accepted["run"]["id"]));
        }
        for run in &runs {
            let ended = timeout(RUN_TIMEOUT, api.ended(run)).await.expect("the run ends");
            assert_eq!(ended["state"], "succeeded", "{ended}");
            let events = api.events(run).await;
            let done: Vec<&Value> = events
                .iter()
                .filter(|event| event["kind"] == "tool.done")
                .map(|event| &event["data"]["name"])
                .collect();
            assert_eq!(json!(done), ended["tools"], "{run}");
            assert!(events.is_sorted_by(|one, other| one["cursor"].as_i64() < other["cursor"].as_i64()), "{run}");
            for kind in ["file.ready", "message.done"] {
                assert_eq!(events.iter().filter(|event| event["kind"] == kind).count(), 1, "{run}: {kind}");
            }
        }
    }
    let path = format!("/v1/schedules/{}/occurrences", text(&schedule["id"]));
    let occurred = timeout(RUN_TIMEOUT, async {
        loop {
            let all = api.get(&path).await["items"].clone();
            if all[0]["state"] == "done" {
                return all;
            }
            sleep(Duration::from_millis(100)).await;
        }
    });
    assert_eq!(occurred.await.expect("the schedule runs").as_array().map(Vec::len), Some(1));
    if site.redis.is_some() {
        timeout(RUN_TIMEOUT, api.uses_redis()).await.expect("redis is used again");
    }

    stop.store(true, Ordering::Relaxed);
    let (trouble, _, times) = troubled.await.unwrap();

    let mut database = connected(&site.server.clone().database(&site.database)).await;
    let mails = "SELECT count(*) FROM local365_documents WHERE mailbox = 'ceo@mezzofy.example' AND folder = 'inbox'";
    let mails: i64 = sqlx::query_scalar(mails).fetch_one(&mut database).await.unwrap();
    assert_eq!(mails, i64::try_from(wanted + 1).unwrap(), "one for each run and one for the schedule");
    if let Trouble::Restarts(postgres) = trouble {
        assert!(times >= 2, "restarted {times} times");
        return postgres.stop().await;
    }
    assert!(times >= PARTS.len(), "each was killed, {times} times in all");
    let mut root = site.server.connect().await.unwrap();
    root.execute(AssertSqlSafe(format!("DROP DATABASE {} WITH (FORCE)", site.database))).await.unwrap();
}
