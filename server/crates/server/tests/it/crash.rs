//! Killing the server at every stored step of W1, as `kill -9` does, and starting it again.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use mezzofy_agent::testing::checks::prefix_share;
use mezzofy_agent::testing::{Answer, Replay};
use mezzofy_store::embedded::Embedded;
use serde_json::{Value, json};
use sqlx::ConnectOptions;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;
use uuid::Uuid;

use crate::app::text;
use crate::models::said_in;

const W1: &str = "Generate the latest financial statement and send it to the CEO";
/// Every place where the worker has just stored something, or is about to.
const PLACES: [&str; 7] =
    ["step.before", "step.after", "effect.intended", "effect.attempting", "effect.walk", "effect.sent", "effect.ended"];
/// The key of the provider that is played.
const KEY: &str = "the key of the crashes";
const LONGEST: Duration = Duration::from_mins(1);

struct Server {
    process: Child,
    base: String,
    http: reqwest::Client,
    token: String,
}

impl Server {
    /// Starts the real program on a data folder; `crash` says where it kills itself, `model` who plays Claude.
    async fn start(data_dir: &Path, crash: &str, model: Option<&Replay>) -> Self {
        let mut program = Command::new(env!("CARGO_BIN_EXE_mezzofy"));
        for name in ["ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "KIMI_API_KEY", "KIMI_BASE_URL", "DATABASE_URL"] {
            program.env_remove(name);
        }
        if let Some(model) = model {
            program.env("ANTHROPIC_API_KEY", KEY).env("ANTHROPIC_BASE_URL", model.anthropic_base());
        }
        let mut process = program
            .args(["serve", "--demo"])
            .env("PORT", "0")
            .env("DATA_DIR", data_dir)
            .env("MEZZOFY_CRASH", crash)
            .env("RUST_LOG", "error")
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
            let server = Server::start(data_dir, &format!("{place}:{passage}"), None).await;
            let conversation = text(&server.post("/v1/conversations", json!({})).await.unwrap()["id"]);
            let path = format!("/v1/conversations/{conversation}/messages");
            let accepted = server
                .post(&path, json!({"client_id": Uuid::new_v4(), "text": W1}))
                .await
                .expect("the message is accepted");
            let run = text(&accepted["run"]["id"]);
            let survived = server.ended(&run).await.is_some();
            server.kill().await;

            let server = Server::start(data_dir, "", None).await;
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

/// The next turn of a model that calls tools by itself: it sees from the request how far it has come.
fn next_turn(body: &Value) -> Answer {
    let said = body["messages"].to_string();
    if said.contains("outlook_send_email") {
        Answer::says("The statement was sent.")
    } else if said.contains("pdf_generator") {
        let mail = json!({"to": ["the CEO"], "subject": "Statement", "body": "Attached.", "attachments": [said_in(body, "file")]});
        Answer::calls([("outlook_send_email", mail)])
    } else if said.contains("finance_statement") {
        let statement = said_in(body, "call");
        Answer::calls([("pdf_generator", json!({"template": "statement", "statement": statement}))])
    } else {
        Answer::calls([("finance_statement", json!({"period": "2026-10"}))]).thinking("First the ledger.")
    }
}

#[tokio::test]
async fn killed_between_two_turns_of_a_model_it_goes_on_with_the_same_history() {
    let folder = TempDir::new().unwrap();
    let data_dir = folder.path();
    let (mut crashes, mut sent) = (0, 0);
    for place in ["step.before", "step.after"] {
        for passage in 1.. {
            let replay = Replay::start(KEY).await.unwrap();
            replay.script((0..10).map(|_| Answer::with(next_turn)));
            let server = Server::start(data_dir, &format!("{place}:{passage}"), Some(&replay)).await;
            let conversation = text(&server.post("/v1/conversations", json!({})).await.unwrap()["id"]);
            let path = format!("/v1/conversations/{conversation}/messages");
            let message = json!({"client_id": Uuid::new_v4(), "text": W1});
            let accepted = server.post(&path, message).await.expect("the message is accepted");
            let run = text(&accepted["run"]["id"]);
            let survived = server.ended(&run).await.is_some();
            server.kill().await;

            let server = Server::start(data_dir, "", Some(&replay)).await;
            let ended = server.ended(&run).await.expect("the server lives");
            let at = format!("killed at passage {passage} of {place}");
            assert_eq!(ended["answer"], "The statement was sent.", "{at}: {ended}");
            assert_eq!(ended["tools"], json!(["finance_statement", "pdf_generator", "outlook_send_email"]), "{at}");
            assert_eq!(ended["files"].as_array().map(Vec::len), Some(1), "{at}: {ended}");
            sent += 1;
            assert_eq!(mails(data_dir).await, sent, "{at}");
            assert_eq!(replay.problems(), Vec::<String>::new(), "{at}");
            for pair in replay.raw_requests().windows(2) {
                assert!(prefix_share(&pair[0], &pair[1]) >= 0.9, "{at}: another history");
            }
            server.kill().await;
            if survived {
                break;
            }
            crashes += 1;
        }
    }
    assert!(crashes >= 16, "only {crashes} places were tried");
    remove(&folder);
}
