//! The same as in `late`, with the real program, which is killed while Microsoft 365 has its request, and started again.

use std::path::Path;
use std::time::Duration;

use mezzofy_local365::{Fault, Operation};
use mezzofy_testing::{Answer, Replay};
use serde_json::json;
use tempfile::TempDir;
use uuid::Uuid;

use crate::app::{text, wait_for};
use crate::crash::{KEY, Server, data_folder, remove};
use crate::proof::{drawn, whole};
use crate::tenant::{self, ANSWER_SECONDS, CHANNEL, CHAT, Tenant};

/// Trials of each kind.
const TRIALS: u64 = 1;
const TRIALS_IN_SOAK: u64 = 50;
/// How late what is carried out within the time that is waited for it is, and what is not; by the clock of the tenant, which the test moves.
const LATE: Duration = Duration::from_secs(12);
const TOO_LATE: Duration = Duration::from_secs(45);
/// How long the server waits for a message to appear, by its own clock: longer than a trial lasts, or hardly at all.
const PATIENT_SECONDS: u32 = 3_600;
const IMPATIENT_SECONDS: u32 = ANSWER_SECONDS + 1;
const CEO: &str = "ceo@mezzofy.example";

/// A kind of effect, and which of its requests is late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Post,
    DirectMessage,
    Mail,
    Draft,
    Event,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Post, Self::DirectMessage, Self::Mail, Self::Draft, Self::Event];

    fn late_request(self) -> Operation {
        match self {
            Self::Post | Self::DirectMessage => Operation::Post,
            Self::Mail => Operation::Send,
            Self::Draft => Operation::CreateDraft,
            Self::Event => Operation::CreateEvent,
        }
    }

    fn call(self) -> Answer {
        let (tool, input) = match self {
            Self::Post => ("teams_post_message", json!({"channel": "finance", "text": "It is ready."})),
            Self::DirectMessage => ("teams_send_dm", json!({"to": "the CEO", "text": "It is ready."})),
            Self::Mail | Self::Draft => {
                ("outlook_send_email", json!({"to": ["the CEO"], "subject": "Statement", "body": "It is ready."}))
            }
            Self::Event => (
                "outlook_create_event",
                json!({"start": "2099-12-02T15:00", "minutes": 60, "title": "Statement", "attendees": ["the CEO"]}),
            ),
        };
        Answer::calls([(tool, input)])
    }

    /// How many of it have arrived.
    fn arrived(self, tenant: &Tenant) -> usize {
        let (mailbox, folder) = match self {
            Self::Post => CHANNEL,
            Self::DirectMessage => CHAT,
            Self::Mail | Self::Draft => (CEO, "inbox"),
            Self::Event => (CEO, "calendar"),
        };
        tenant.count(mailbox, folder)
    }

    /// What is asked next by a server that has given up on the late request, or was started again.
    fn next_request(self) -> Operation {
        match self {
            Self::Post | Self::DirectMessage => Operation::ListPosts,
            Self::Mail => Operation::GetMessage,
            Self::Draft => Operation::ListMessages,
            Self::Event => Operation::CreateEvent,
        }
    }

    /// Whether a second request would be known for the first, so that nobody need wait.
    fn has_key(self) -> bool {
        !matches!(self, Self::Post | Self::DirectMessage)
    }
}

/// The server's home, what it asks, and itself.
struct Trials {
    folder: TempDir,
    tenant: Tenant,
    replay: Replay,
    server: Option<Server>,
    /// How many seconds the server waits for a message.
    patience: u32,
    unknown: u32,
}

impl Trials {
    async fn start() -> Self {
        let (tenant, replay) = (Tenant::start().await, Replay::start(KEY).await.unwrap());
        let mut trials =
            Self { folder: data_folder(), tenant, replay, server: None, patience: PATIENT_SECONDS, unknown: 0 };
        trials.restart().await;
        let server = trials.server();
        let admin = json!({"email": "admin@mezzofy.example", "password": "mezzofy-demo"});
        let admin = text(&server.post("/v1/auth/login", admin).await.unwrap()["access_token"]);
        let begun = server.post_as(&admin, "/v1/admin/microsoft/service-account", json!({})).await.unwrap();
        tenant::sign_in(&text(&begun["authorize_url"])).await;
        trials
    }

    fn server(&self) -> &Server {
        self.server.as_ref().expect("the server runs")
    }

    /// Kills the server, if it runs, and starts it.
    async fn restart(&mut self) {
        if let Some(server) = self.server.take() {
            server.kill().await;
        }
        wait_for_messages(self.folder.path(), self.patience);
        let (folder, environment) = (self.folder.path(), self.tenant.environment());
        let server = Server::try_start_with(folder, "", Some(&self.replay), &environment).await;
        self.server = Some(server.expect("the server starts"));
    }

    /// One effect whose request is late. Killed: the server dies while the tenant has it. Too late: it is carried out when the run has ended.
    async fn trial(&mut self, kind: Kind, killed: bool, too_late: bool) {
        let at = format!("{kind:?}, killed: {killed}, too late: {too_late}");
        let patience = if too_late { IMPATIENT_SECONDS } else { PATIENT_SECONDS };
        if self.patience != patience {
            self.patience = patience;
            self.restart().await;
        }
        let before = kind.arrived(&self.tenant);
        let late = if too_late { TOO_LATE } else { LATE };
        self.tenant.faults.script(kind.late_request(), Fault::Late(late));
        self.replay.script([kind.call(), Answer::says("Done.")]);
        let server = self.server();
        let conversation = text(&server.post("/v1/conversations", json!({})).await.unwrap()["id"]);
        let said =
            json!({"client_id": Uuid::new_v4(), "text": "Tell the CEO and the finance channel that it is ready"});
        let path = format!("/v1/conversations/{conversation}/messages");
        let run = text(&server.post(&path, said).await.expect("the message is accepted")["run"]["id"]);
        self.tenant.takes_in().await;
        let asked_before = self.tenant.faults.seen(kind.next_request());
        if killed {
            self.restart().await;
        }
        if !too_late {
            // It is not there yet, and must not be made twice for that.
            let asked = || self.tenant.faults.seen(kind.next_request());
            wait_for(async || (asked() > asked_before).then_some(())).await;
            self.tenant.catch_up(late).await;
        }
        let ended = self.server().ended(&run).await.expect("the server lives");
        if too_late {
            self.tenant.catch_up(late).await;
        }
        assert_eq!(kind.arrived(&self.tenant), before + 1, "{at}: it arrives once: {ended}");
        let outbox = self.server().get("/v1/outbox?limit=200").await.unwrap();
        let effect = outbox["items"].as_array().unwrap().iter().find(|effect| effect["run_id"] == run.as_str());
        let effect = effect.expect("the run has an effect");
        if effect["state"] == "unknown" {
            self.unknown += 1;
            assert!(!kind.has_key() && too_late, "{at}: it could have been known: {effect}");
            assert_eq!(ended["error"]["kind"], "effect_unknown", "{at}: {ended}");
            assert!(text(&effect["error"]).contains("say here whether it arrived"), "{at}: {effect}");
        } else {
            assert_eq!((&effect["state"], &ended["answer"]), (&json!("done"), &json!("Done.")), "{at}: {ended}");
            assert!(kind.has_key() || !too_late, "{at}: nobody could see it: {effect}");
        }
        self.replay.drop_script();
    }
}

/// Writes into the configuration how long the server waits.
fn wait_for_messages(data_dir: &Path, arrival_seconds: u32) {
    let file = data_dir.join("home/config/config.yaml");
    let config = std::fs::read_to_string(&file).unwrap();
    let rest = config.split("\nmicrosoft:").next().unwrap().trim_end();
    let waits = format!("microsoft:\n  answer_seconds: {ANSWER_SECONDS}\n  arrival_seconds: {arrival_seconds}\n");
    std::fs::write(&file, format!("{rest}\n{waits}")).unwrap();
}

#[tokio::test]
#[expect(clippy::print_stdout, reason = "the figures of the long form")]
async fn carried_out_after_its_caller_gave_up_or_died_each_effect_arrives_once_or_is_unknown_and_told() {
    let mut trials = Trials::start().await;
    let each = if whole() { TRIALS_IN_SOAK } else { TRIALS };
    let mut made = 0;
    for kind in Kind::ALL {
        for trial in 0..each {
            // One trial is one of the four that the commit draws; many are all of them in turn.
            let form = if whole() { trial } else { drawn(&format!("{kind:?}"), 4) };
            trials.trial(kind, form.is_multiple_of(2), form % 4 < 2).await;
            made += 1;
        }
    }
    println!("{made} late requests, {} of them with an end that only a person can tell", trials.unknown);
    if let Some(server) = trials.server.take() {
        server.kill().await;
    }
    remove(&trials.folder);
}
