//! Killing the server at every stored step of W1, as `kill -9` does, and starting it again.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use mezzofy_store::embedded::Embedded;
use serde_json::{Value, json};
use sqlx::ConnectOptions;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;
use uuid::Uuid;

use crate::app::text;

const W1: &str = "Generate the latest financial statement and send it to the CEO";
/// Every place where the worker has just stored something, or is about to.
const PLACES: [&str; 7] =
    ["step.before", "step.after", "effect.intended", "effect.attempting", "effect.walk", "effect.sent", "effect.ended"];
const LONGEST: Duration = Duration::from_mins(1);

struct Server {
    process: Child,
    base: String,
    http: reqwest::Client,
    token: String,
}

impl Server {
    /// Starts the real program on a data folder; `crash` says where it kills itself.
    async fn start(data_dir: &Path, crash: &str) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_mezzofy"))
            .args(["serve", "--demo"])
            .env("PORT", "0")
            .env("DATA_DIR", data_dir)
            .env("MEZZOFY_CRASH", crash)
            .env("RUST_LOG", "error")
            .env_remove("DATABASE_URL")
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let address = async {
            loop {
                let line = lines.next_line().await.unwrap().expect("the server says where it listens");
                if let Some((_, port)) = line.split_once("http://localhost:") {
                    return format!("http://127.0.0.1:{}", port.trim());
                }
            }
        };
        let base = timeout(LONGEST, address).await.expect("the server starts in time");
        let http = reqwest::Client::builder().no_proxy().timeout(LONGEST).build().unwrap();
        let mut server = Self { process, base, http, token: String::new() };
        let person = json!({"email": "finance.manager@mezzofy.example", "password": "mezzofy-demo"});
        let signed_in = server.post("/v1/auth/login", person).await.expect("the server answers");
        server.token = text(&signed_in["access_token"]);
        server
    }

    async fn post(&self, path: &str, body: Value) -> Option<Value> {
        let request = self.http.post(format!("{}{path}", self.base)).bearer_auth(&self.token).json(&body);
        request.send().await.ok()?.json().await.ok()
    }

    /// The answer, `None` when the server died meanwhile.
    async fn get(&self, path: &str) -> Option<Value> {
        self.http.get(format!("{}{path}", self.base)).bearer_auth(&self.token).send().await.ok()?.json().await.ok()
    }

    /// The run when it has ended, `None` when the server died before.
    async fn ended(&self, run: &str) -> Option<Value> {
        loop {
            let run = self.get(&format!("/v1/runs/{run}?wait=30")).await?;
            if !run["ended_at"].is_null() {
                return Some(run);
            }
        }
    }

    async fn kill(mut self) {
        self.process.kill().await.ok();
    }
}

/// How many mails lie in the CEO's inbox. Asked of the database of the running server.
async fn mails(data_dir: &Path) -> i64 {
    let mut database = Embedded::running(data_dir).expect("the database runs").connect().await.unwrap();
    sqlx::query_scalar(
        "SELECT count(*) FROM local365_documents WHERE mailbox = 'ceo@mezzofy.example' AND folder = 'inbox'",
    )
    .fetch_one(&mut database)
    .await
    .unwrap()
}

/// A database that root had to put elsewhere is removed with its folder.
fn remove(folder: &TempDir) {
    if let Ok(place) = std::fs::read_to_string(folder.path().join("postgres.location")) {
        std::fs::remove_dir_all(Path::new("/var/lib/mezzofy").join(place.trim())).unwrap();
    }
}

#[tokio::test]
async fn killed_at_any_stored_step_and_started_again_it_makes_one_pdf_and_sends_one_mail() {
    let folder = TempDir::new().unwrap();
    let data_dir = folder.path();
    let (mut crashes, mut sent) = (0, 0);
    for place in PLACES {
        for passage in 1.. {
            let server = Server::start(data_dir, &format!("{place}:{passage}")).await;
            let conversation = text(&server.post("/v1/conversations", json!({})).await.unwrap()["id"]);
            let path = format!("/v1/conversations/{conversation}/messages");
            let accepted = server
                .post(&path, json!({"client_id": Uuid::new_v4(), "text": W1}))
                .await
                .expect("the message is accepted");
            let run = text(&accepted["run"]["id"]);
            let survived = server.ended(&run).await.is_some();
            server.kill().await;

            let server = Server::start(data_dir, "").await;
            let ended = server.ended(&run).await.expect("the server lives");
            let at = format!("killed at passage {passage} of {place}");
            assert_eq!(ended["state"], "succeeded", "{at}: {ended}");
            assert_eq!(ended["files"].as_array().map(Vec::len), Some(1), "{at}: {ended}");
            let outbox = server.get("/v1/outbox?limit=200").await.unwrap();
            let effects: Vec<&Value> =
                outbox["items"].as_array().unwrap().iter().filter(|mail| mail["run_id"] == run.as_str()).collect();
            assert_eq!(effects.len(), 1, "{at}");
            assert_eq!(effects[0]["state"], "done", "{at}");
            sent += 1;
            assert_eq!(mails(data_dir).await, sent, "{at}");
            server.kill().await;
            if survived {
                assert!(passage > 1, "{place} was never passed");
                break;
            }
            crashes += 1;
        }
    }
    assert!(crashes >= 20, "only {crashes} places were tried");
    remove(&folder);
}
