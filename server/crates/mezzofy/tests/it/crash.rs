//! Killing the server at every stored step of W1, as `kill -9` does, and starting it again.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use mezzofy_store::embedded::Embedded;
use mezzofy_testing::checks::prefix_share;
use mezzofy_testing::{Answer, Replay};
use serde_json::{Value, json};
use sqlx::ConnectOptions;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;
use uuid::Uuid;

use crate::app::{home_with_outreach, text};
use crate::models::said_in;
use crate::proof::{drawn, passages, whole};

const W1: &str = "Generate the latest financial statement and send it to the CEO";
/// The same, and into a channel.
const W1_POSTED: &str =
    "Generate the latest financial statement, post it in the finance channel and send it to the CEO";
/// Every place where something was just stored, or is about to be, and how often one run passes it at most.
const PLACES: [(&str, u64); 11] = [
    ("step.before", 14),
    ("step.after", 14),
    ("effect.intended", 1),
    ("effect.attempting", 20),
    ("effect.advance", 60),
    ("effect.sent", 20),
    ("effect.ended", 20),
    ("decision.before", 1),
    ("decision.after", 1),
    ("wake.before", 2),
    ("wake.after", 2),
];
/// Crashes in a row: each place once, or what `make soak` asks for.
const CRASHES: usize = PLACES.len();
const CRASHES_IN_SOAK: usize = 1_000;
/// How often a crash is tried at least before a place is taken for one that is never passed.
const MAX_TRIES: usize = 32 * PLACES.len();
/// People who are invited outside the company.
const INVITED: usize = 20;
/// The key of the provider that is played.
pub(crate) const KEY: &str = "the key of the crashes";
const RUN_TIMEOUT: Duration = Duration::from_mins(1);

pub(crate) struct Server {
    process: Child,
    base: String,
    http: reqwest::Client,
    token: String,
}

impl Server {
    /// Starts the real program on a data folder; `crash` says where it kills itself, `model` who plays Claude.
    async fn start(data_dir: &Path, crash: &str, model: Option<&Replay>) -> Self {
        Self::try_start(data_dir, crash, model).await.expect("the server starts")
    }

    /// The same with more in its environment.
    pub(crate) async fn start_with(data_dir: &Path, crash: &str, environment: &[(&str, &str)]) -> Self {
        Self::try_start_with(data_dir, crash, None, environment).await.expect("the server starts")
    }

    /// The same; `None` when it killed itself before anybody was signed in.
    async fn try_start(data_dir: &Path, crash: &str, model: Option<&Replay>) -> Option<Self> {
        Self::try_start_with(data_dir, crash, model, &[]).await
    }

    /// The same with all of it.
    pub(crate) async fn try_start_with(
        data_dir: &Path,
        crash: &str,
        model: Option<&Replay>,
        environment: &[(&str, &str)],
    ) -> Option<Self> {
        let mut program = Command::new(env!("CARGO_BIN_EXE_mezzofy"));
        program.envs(environment.iter().copied());
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
            .env("MEZZOFY_HOME", data_dir.join("home"))
            .env("MEZZOFY_CRASH", crash)
            .env("RUST_LOG", "error")
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let address = async {
            while let Some(line) = lines.next_line().await.unwrap() {
                if let Some((_, port)) = line.split_once("http://localhost:") {
                    return Some(format!("http://127.0.0.1:{}", port.trim()));
                }
            }
            None
        };
        let base = timeout(RUN_TIMEOUT, address).await.expect("the server starts in time")?;
        let http = reqwest::Client::builder().no_proxy().timeout(RUN_TIMEOUT).build().unwrap();
        let mut server = Self { process, base, http, token: String::new() };
        let person = json!({"email": "finance.manager@mezzofy.example", "password": "mezzofy-demo"});
        server.token = text(&server.post("/v1/auth/login", person).await?["access_token"]);
        Some(server)
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Option<Value> {
        self.post_as(&self.token, path, body).await
    }

    /// The same as somebody else.
    pub(crate) async fn post_as(&self, token: &str, path: &str, body: Value) -> Option<Value> {
        let request = self.http.post(format!("{}{path}", self.base)).bearer_auth(token).json(&body);
        request.send().await.ok()?.json().await.ok()
    }

    /// The answer, `None` when the server died meanwhile.
    pub(crate) async fn get(&self, path: &str) -> Option<Value> {
        self.http.get(format!("{}{path}", self.base)).bearer_auth(&self.token).send().await.ok()?.json().await.ok()
    }

    /// The run when it has ended, `None` when the server died before.
    pub(crate) async fn ended(&self, run: &str) -> Option<Value> {
        loop {
            let run = self.get(&format!("/v1/runs/{run}?wait=30")).await?;
            if !run["ended_at"].is_null() {
                return Some(run);
            }
        }
    }

    pub(crate) async fn kill(mut self) {
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

/// How many posts stand in the channels.
async fn posts(data_dir: &Path) -> i64 {
    let mut database = Embedded::running(data_dir).expect("the database runs").connect().await.unwrap();
    sqlx::query_scalar("SELECT count(*) FROM local365_documents WHERE mailbox = 'team local365' AND folder <> 'files'")
        .fetch_one(&mut database)
        .await
        .unwrap()
}

/// How many events stand in the CEO's calendar.
async fn events(data_dir: &Path) -> i64 {
    let mut database = Embedded::running(data_dir).expect("the database runs").connect().await.unwrap();
    sqlx::query_scalar(
        "SELECT count(*) FROM local365_documents WHERE mailbox = 'ceo@mezzofy.example' AND folder = 'calendar'",
    )
    .fetch_one(&mut database)
    .await
    .unwrap()
}

/// A database that root had to put elsewhere is removed with its folder.
pub(crate) fn remove(folder: &TempDir) {
    if let Ok(place) = std::fs::read_to_string(folder.path().join("postgres.location")) {
        std::fs::remove_dir_all(Path::new("/var/lib/mezzofy").join(place.trim())).unwrap();
    }
}

/// A data folder with a home in it: the shipped files and the outreach, mails without end, and a hold of one second.
pub(crate) fn data_folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    home_with_outreach(folder.path(), |_, text| {
        text.replace("s_an_hour: 30", "s_an_hour: 1000000")
            .replace("files_an_hour: 50", "files_an_hour: 1000000")
            .replace("leaving: 20", "leaving: 1")
    });
    folder
}

#[tokio::test]
async fn killed_at_any_stored_step_and_started_again_it_makes_one_pdf_sends_one_mail_and_posts_once() {
    let folder = data_folder();
    let data_dir = folder.path();
    let (mut crashes, mut sent) = (0, 0);
    for (place, _) in PLACES.into_iter().filter(|(place, _)| place.starts_with("step") || place.starts_with("effect")) {
        for passage in passages(place, 6) {
            let server = Server::start(data_dir, &format!("{place}:{passage}"), None).await;
            let conversation = text(&server.post("/v1/conversations", json!({})).await.unwrap()["id"]);
            let path = format!("/v1/conversations/{conversation}/messages");
            let accepted = server
                .post(&path, json!({"client_id": Uuid::new_v4(), "text": W1_POSTED}))
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
            assert_eq!(effects.len(), 2, "{at}");
            assert!(effects.iter().all(|effect| effect["state"] == "done"), "{at}: {effects:?}");
            sent += 1;
            assert_eq!((mails(data_dir).await, posts(data_dir).await), (sent, sent), "{at}");
            server.kill().await;
            if survived {
                assert!(passage > 1, "{place} was never passed");
                break;
            }
            crashes += 1;
        }
    }
    assert!(crashes >= if whole() { 20 } else { 7 }, "only {crashes} places were tried");
    remove(&folder);
}

#[tokio::test]
async fn where_the_program_fails_in_a_run_that_run_ends_and_others_go_on() {
    let folder = data_folder();
    let data_dir = folder.path();
    let mut all = 0;
    for (place, state, sent) in [("step.before:3", "failed", 0), ("effect.sent:1", "succeeded", 1)] {
        let server = Server::start(data_dir, &format!("panic@{place}"), None).await;
        let ask = async || {
            let conversation = text(&server.post("/v1/conversations", json!({})).await.unwrap()["id"]);
            let message = json!({"client_id": Uuid::new_v4(), "text": W1});
            let path = format!("/v1/conversations/{conversation}/messages");
            let accepted = server.post(&path, message).await.expect("the message is accepted");
            server.ended(&text(&accepted["run"]["id"])).await.expect("the server lives")
        };
        let broken = ask().await;
        assert_eq!(broken["state"], state, "{place}: {broken}");
        if state == "failed" {
            assert_eq!(broken["error"]["kind"], "internal", "{place}: {broken}");
        }
        assert_eq!(ask().await["state"], "succeeded", "{place}: the next one goes on");
        all += sent + 1;
        assert_eq!(mails(data_dir).await, all, "{place}");
        server.kill().await;
    }
    remove(&folder);
}

#[tokio::test]
async fn killed_wherever_an_event_is_made_it_is_made_once() {
    let folder = data_folder();
    let data_dir = folder.path();
    let (mut crashes, mut made) = (0, 0);
    for (place, _) in PLACES.into_iter().filter(|(place, _)| place.starts_with("effect")) {
        for passage in passages(place, 4) {
            let server = Server::start(data_dir, &format!("{place}:{passage}"), None).await;
            let conversation = text(&server.post("/v1/conversations", json!({})).await.unwrap()["id"]);
            let path = format!("/v1/conversations/{conversation}/messages");
            let said = "Schedule a meeting with the CEO tomorrow at 3pm";
            let message = json!({"client_id": Uuid::new_v4(), "text": said});
            let accepted = server.post(&path, message).await.expect("the message is accepted");
            let run = text(&accepted["run"]["id"]);
            let survived = server.ended(&run).await.is_some();
            server.kill().await;

            let server = Server::start(data_dir, "", None).await;
            let ended = server.ended(&run).await.expect("the server lives");
            made += 1;
            let at = format!("killed at passage {passage} of {place}");
            assert_eq!((&ended["state"], events(data_dir).await), (&json!("succeeded"), made), "{at}: {ended}");
            server.kill().await;
            if survived {
                break;
            }
            crashes += 1;
        }
    }
    assert!(crashes >= 5, "only {crashes} places were tried");
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
    let folder = data_folder();
    let data_dir = folder.path();
    let (mut crashes, mut sent) = (0, 0);
    for place in ["step.before", "step.after"] {
        for passage in passages(place, 7) {
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
    assert!(crashes >= if whole() { 16 } else { 4 }, "only {crashes} places were tried");
    remove(&folder);
}

/// What is asked for in the trials, and how far it has come.
struct Trial {
    said: String,
    mails: usize,
    conversation: Option<String>,
    message: Uuid,
    run: Option<String>,
}

impl Trial {
    fn new(outreach: bool) -> Self {
        let people: Vec<String> = (1..=INVITED).map(|n| format!("p{n}@customer.example")).collect();
        let invite = format!("Send the invitation to {}", people.join(", "));
        let (said, mails) = if outreach { (invite, INVITED) } else { (W1.to_owned(), 1) };
        Self { said, mails, conversation: None, message: Uuid::new_v4(), run: None }
    }

    /// Goes on from where it is, as a client does that asks again what it got no answer to; `None` when the server dies.
    async fn resume(&mut self, server: &Server) -> Option<Value> {
        if self.conversation.is_none() {
            self.conversation = Some(text(&server.post("/v1/conversations", json!({})).await?["id"]));
        }
        if self.run.is_none() {
            let path = format!("/v1/conversations/{}/messages", self.conversation.as_deref().unwrap_or_default());
            let message = json!({"client_id": self.message, "text": self.said});
            self.run = Some(text(&server.post(&path, message).await?["run"]["id"]));
        }
        let run = self.run.clone().unwrap_or_default();
        loop {
            let now = server.get(&format!("/v1/runs/{run}?wait=30")).await?;
            if !now["ended_at"].is_null() {
                return Some(now);
            }
            let pending = server.get("/v1/approvals?state=pending").await?;
            for approval in pending["items"].as_array().into_iter().flatten().filter(|it| it["run_id"] == now["id"]) {
                let path = format!("/v1/approvals/{}/decision", text(&approval["id"]));
                let approve = json!({"decision": "approve", "payload_hash": approval["payload_hash"]});
                server.post(&path, approve).await?;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// How many mails of a run were sent, to how many recipients, and how many drafts of it are left over.
async fn sent_and_left(data_dir: &Path, run: &str) -> (i64, i64, i64) {
    let mut database = Embedded::running(data_dir).expect("the database runs").connect().await.unwrap();
    sqlx::query_as(
        "SELECT count(*) FILTER (WHERE folder = 'sentitems'),
            count(DISTINCT body->'toRecipients') FILTER (WHERE folder = 'sentitems'), count(*) FILTER (WHERE folder = 'drafts')
         FROM local365_documents WHERE mailbox = 'finance.manager@mezzofy.example' AND body::text LIKE '%' || $1 || '/%'",
    )
    .bind(run)
    .fetch_one(&mut database)
    .await
    .unwrap()
}

#[tokio::test]
#[expect(clippy::print_stdout, reason = "the figures of the long form")]
async fn killed_again_and_again_in_every_place_it_sends_each_of_twenty_approved_mails_once() {
    let folder = data_folder();
    let data_dir = folder.path();
    let wanted = if whole() { CRASHES_IN_SOAK } else { CRASHES };
    let (mut crashes, mut runs, mut mails, mut unknown) = (0, 0, 0, 0);
    let mut passed = std::collections::BTreeMap::<&str, usize>::new();
    let mut random: u64 = if whole() { 2026 } else { drawn("crashes", u64::MAX) };
    let mut trial = Trial::new(true);
    let mut tries = 0;
    while crashes < wanted || trial.run.is_some() || passed.len() < PLACES.len() {
        assert!(tries < MAX_TRIES.max(8 * wanted), "some place is never passed: {passed:?}");
        let (place, most) = PLACES[tries % PLACES.len()];
        tries += 1;
        let left = crashes < wanted || !passed.contains_key(place);
        if !left && passed.len() < PLACES.len() {
            continue;
        }
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let armed = if left { format!("{place}:{}", 1 + (random >> 33) % most) } else { String::new() };
        let Some(server) = Server::try_start(data_dir, &armed, None).await else {
            crashes += 1;
            *passed.entry(place).or_default() += 1;
            continue;
        };
        let Some(ended) = trial.resume(&server).await else {
            crashes += 1;
            *passed.entry(place).or_default() += 1;
            continue;
        };
        let (run, at) = (text(&ended["id"]), format!("after {crashes} crashes, the last armed at {armed}"));
        assert_eq!(ended["state"], "succeeded", "{at}: {ended}");
        let outbox = server.get("/v1/outbox?limit=200").await;
        if let Some(outbox) = outbox {
            let of_run = |mail: &&Value| mail["run_id"] == run.as_str();
            let states = outbox["items"].as_array().unwrap().iter().filter(of_run).map(|mail| text(&mail["state"]));
            let states: Vec<String> = states.collect();
            assert_eq!(states.len(), trial.mails, "{at}");
            unknown += states.iter().filter(|state| *state == "unknown").count();
            assert!(states.iter().all(|state| state == "done" || state == "unknown"), "{at}: {states:?}");
        }
        let count = i64::try_from(trial.mails).unwrap();
        assert_eq!(sent_and_left(data_dir, &run).await, (count, count, 0), "{at}");
        server.kill().await;
        runs += 1;
        mails += trial.mails;
        // Drawn: in turns, the two last places could each meet for ever the one of the two trials that never passes it.
        trial = Trial::new((random >> 33).is_multiple_of(2));
    }
    println!("{crashes} crashes in {runs} runs with {mails} mails, {unknown} of them unknown: {passed:?}");
    assert!(unknown * 200 <= mails, "{unknown} of {mails} mails are unknown");
    remove(&folder);
}
