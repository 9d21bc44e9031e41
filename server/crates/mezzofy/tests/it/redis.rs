//! Limits hold over all nodes while there is Redis; while it is away everything goes on, and each node counts alone.

use std::path::PathBuf;
use std::process::Stdio;

use reqwest::{Method, StatusCode};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use sha2::Sha256;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use uuid::Uuid;

use crate::app::{Client, TestApp, home, left_out, wait_for};
use crate::events::{stream, until_end};

/// So few that none comes back while a test counts them.
const A_MINUTE: u32 = 3;

/// A Redis of a test's own: a socket in its folder, so that nobody else can take its place while it is away.
pub(crate) struct RedisServer {
    folder: TempDir,
    program: PathBuf,
    process: Child,
}

impl RedisServer {
    /// `None`, and a line that says so, where no Redis is installed.
    pub(crate) async fn start(test: &str) -> Option<Self> {
        let copy = home().join("../.cache/redis/bin/redis-server");
        let program = if copy.is_file() { copy } else { "redis-server".into() };
        let folder = TempDir::new().unwrap();
        let Ok(process) = spawn(&program, &folder) else {
            left_out(test, "redis-server is not installed");
            return None;
        };
        let server = Self { folder, program, process };
        server.ready().await;
        Some(server)
    }

    pub(crate) fn url(&self) -> String {
        format!("redis+unix://{}/redis.sock", self.folder.path().display())
    }

    async fn ready(&self) {
        let redis = mezzofy_store::redis::Redis::new(&self.url()).unwrap();
        wait_for(async || redis.check().await.ok()).await;
    }

    /// Ends it at once; what it knew is gone.
    pub(crate) async fn kill(&mut self) {
        self.process.kill().await.unwrap();
    }

    pub(crate) fn start_again(&mut self) {
        self.process = spawn(&self.program, &self.folder).unwrap();
    }

    pub(crate) fn start_again_if_away(&mut self) {
        if matches!(self.process.try_wait(), Ok(Some(_))) {
            self.start_again();
        }
    }

    fn signal(&self, signal: Signal) {
        let pid = self.process.id().and_then(|id| Pid::from_raw(i32::try_from(id).unwrap())).unwrap();
        kill_process(pid, signal).unwrap();
    }
}

fn spawn(program: &PathBuf, folder: &TempDir) -> std::io::Result<Child> {
    let socket = folder.path().join("redis.sock");
    Command::new(program)
        .args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocket"])
        .arg(socket)
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
}

/// Two nodes on one database, with few requests and deliveries a minute.
async fn nodes(redis: &str) -> (TestApp, TestApp) {
    let redis = redis.to_owned();
    let tune = move |config: &mut mezzofy_engine::config::Config| {
        config.redis = Some(mezzofy_store::redis::Redis::new(&redis).unwrap());
        config.settings.limits.requests_a_minute = A_MINUTE;
        config.settings.limits.deliveries_a_minute = A_MINUTE;
        config.webhook_secret = Some("a secret of the tests".into());
    };
    let one = TestApp::with_books_and(tune.clone()).await;
    let other = one.beside(tune).await;
    for node in [&one, &other] {
        redis_is(node, "fine").await;
    }
    (one, other)
}

async fn redis_is(node: &TestApp, wanted: &str) {
    let nobody = node.nobody();
    wait_for(async || (nobody.get("/readyz").await["redis"] == wanted).then_some(())).await;
}

async fn status(client: &Client) -> StatusCode {
    client.send(Method::GET, "/v1/me", None).await.0
}

/// How many of so many requests, in turns at each of these clients, are answered before the limit.
async fn answered(clients: &[&Client]) -> u32 {
    let mut count = 0;
    for turn in 0.. {
        match status(clients[turn % clients.len()]).await {
            StatusCode::OK => count += 1,
            StatusCode::TOO_MANY_REQUESTS => break,
            other => panic!("{other}"),
        }
    }
    count
}

async fn deliver(node: &TestApp) -> StatusCode {
    use hmac::{Hmac, Mac};
    let body = json!({"event": "unheard_of", "timestamp": node.now().to_rfc3339(), "id": Uuid::new_v4()}).to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(b"a secret of the tests").unwrap();
    mac.update(body.as_bytes());
    let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    let request = node.nobody().request(Method::POST, "/webhooks/mezzofy").header("x-mezzofy-signature", signature);
    request.body(body).send().await.unwrap().status()
}

#[tokio::test]
async fn limits_hold_over_two_nodes_and_over_each_alone_while_redis_is_away() {
    let Some(mut redis) = RedisServer::start("limits over two nodes").await else { return };
    let (one, other) = nodes(&redis.url()).await;
    let (here, there) = (one.person("sales.rep").await, other.person("sales.rep").await);
    let somebody_else = one.person("ceo").await;

    assert_eq!(answered(&[&here, &there]).await, A_MINUTE);
    assert_eq!(
        (status(&here).await, status(&there).await),
        (StatusCode::TOO_MANY_REQUESTS, StatusCode::TOO_MANY_REQUESTS)
    );
    let refused = there.request(Method::GET, "/v1/me").send().await.unwrap();
    let wait: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=20).contains(&wait), "one comes back every 20 s, not after {wait} s");
    assert_eq!(status(&somebody_else).await, StatusCode::OK);
    let delivered = [deliver(&one).await, deliver(&other).await, deliver(&one).await, deliver(&other).await];
    assert_eq!(delivered.map(|status| status.as_u16()), [202, 202, 202, 429]);

    redis.kill().await;
    assert_eq!((answered(&[&here]).await, answered(&[&there]).await), (A_MINUTE, A_MINUTE), "each node counts alone");
    for node in [&one, &other] {
        redis_is(node, "away").await;
    }
    redis.start_again();
    for node in [&one, &other] {
        redis_is(node, "fine").await;
    }
    assert_eq!(answered(&[&there, &here]).await, A_MINUTE, "it has come back by itself, and knows nothing");

    other.leave().await;
    one.end().await;
}

#[tokio::test]
async fn a_redis_that_takes_connections_and_says_nothing_is_away_too() {
    let Some(redis) = RedisServer::start("a silent Redis").await else { return };
    let (one, other) = nodes(&redis.url()).await;
    let here = one.person("sales.rep").await;
    redis.signal(Signal::STOP);
    assert_eq!(answered(&[&here]).await, A_MINUTE);
    redis_is(&one, "away").await;
    redis.signal(Signal::CONT);
    redis_is(&one, "fine").await;
    other.leave().await;
    one.end().await;
}

#[tokio::test]
async fn a_stream_on_one_node_has_every_event_of_the_other_while_redis_dies_and_comes_back() {
    let Some(mut redis) = RedisServer::start("streams without Redis").await else { return };
    let (one, other) = nodes(&redis.url()).await;
    let (listening, asking) = (one.person("finance.manager").await, other.person("finance.manager").await);
    let mut live = stream(&one, json!({"type": "hello", "token": listening.token, "after": 0})).await;
    let mut told = Vec::new();
    let path = format!("/v1/conversations/{}/messages", asking.conversation().await);
    for turn in 0..3 {
        let message = json!({"client_id": Uuid::new_v4(), "text": "October statement as PDF"});
        let run = asking.post(&path, message).await["run"]["id"].clone();
        match turn {
            1 => redis.kill().await,
            2 => redis.start_again(),
            _ => {}
        }
        let events = until_end(&mut live).await;
        assert!(events.iter().all(|event| event["run_id"] == run), "{events:?}");
        told.extend(events);
    }
    let cursors: Vec<i64> = told.iter().map(|event| event["cursor"].as_i64().unwrap()).collect();
    assert_eq!(cursors, (1..=i64::try_from(cursors.len()).unwrap()).collect::<Vec<_>>());
    other.leave().await;
    one.end().await;
}

#[tokio::test]
async fn without_redis_the_server_says_that_none_is_configured() {
    let app = TestApp::without_data().await;
    assert_eq!(app.nobody().get("/readyz").await, json!({"status": "ok", "redis": "not_configured"}));
    app.end().await;
}
