//! Microsoft 365 carries out what it was asked for after the server has given up waiting or has died: it is there once, or its person is told
//! that it can't be known, and says what to make of it.

use std::time::Duration;

use chrono::TimeDelta;
use mezzofy_local365::{Fault, Operation};
use mezzofy_testing::{Answer, Replay};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{Client, TestApp, text, wait_for};
use crate::tenant::{self, CHANNEL, CHAT, Tenant};

/// Below what is waited for a message in Teams.
const LATE: Duration = Duration::from_secs(45);
/// Above it.
const TOO_LATE: Duration = Duration::from_secs(200);

/// A server with a tenant that is slow when a test says so, and models that are played.
struct Slow {
    app: TestApp,
    replay: Replay,
    tenant: Tenant,
    finance: Client,
}

impl Slow {
    async fn start() -> Self {
        let tenant = Tenant::start().await;
        let settings = tenant.settings.clone();
        let (app, replay) = TestApp::with_tuned_models(|config| {
            config.microsoft = Some(settings);
            config.team = Some(tenant::TEAM.to_owned());
            // What is waited for must not hold anything else up.
            config.settings.limits.runs_at_once = 1;
        })
        .await;
        let admin = app.person("admin").await;
        let begun = admin.post("/v1/admin/microsoft/service-account", json!({})).await;
        tenant::sign_in(&text(&begun["authorize_url"])).await;
        let finance = app.person("finance.manager").await;
        Self { app, replay, tenant, finance }
    }

    /// Begins a run in which the model makes this call, and answers its id. What it says then is the caller's to script.
    async fn begin(&self, tool: &str, input: Value) -> String {
        self.replay.script([Answer::calls([(tool, input)])]);
        let path = format!("/v1/conversations/{}/messages", self.finance.conversation().await);
        let said =
            json!({"client_id": Uuid::new_v4(), "text": "Tell the CEO and the finance channel that it is ready"});
        text(&self.finance.post(&path, said).await["run"]["id"])
    }

    /// The same with a message in Teams, of which the answer is lost; it was looked for once.
    async fn begin_in_doubt(&self, (tool, input): (&str, Value), fault: Fault) -> String {
        let looks = self.tenant.faults.seen(Operation::ListPosts);
        self.tenant.faults.script(Operation::Post, fault);
        let run = self.begin(tool, input).await;
        wait_for(async || (self.tenant.faults.seen(Operation::ListPosts) > looks).then_some(())).await;
        // What is asked of the run from here on finds it at rest, not in the step that has looked.
        self.app.settled().await;
        run
    }

    /// The effect of a run.
    async fn effect(&self, run: &str) -> Value {
        let all = self.finance.items("/v1/outbox").await;
        all.into_iter().find(|effect| effect["run_id"] == run).expect("the run has an effect")
    }

    /// The effect once it is in this state.
    async fn effect_in(&self, run: &str, state: &str) -> Value {
        wait_for(async || Some(self.effect(run).await).filter(|effect| effect["state"] == state)).await
    }

    /// A message whose end was never known: the time for it is over.
    async fn unknown(&self, fault: Fault) -> (String, Value) {
        let run = self.begin_in_doubt(channel(), fault).await;
        self.app.advance(TimeDelta::seconds(121));
        self.finance.run_in(&run, "failed").await;
        let effect = self.effect_in(&run, "unknown").await;
        (run, effect)
    }

    async fn settle(&self, effect: &Value, outcome: &str) -> (StatusCode, Value) {
        let path = format!("/v1/outbox/{}/settle", text(&effect["id"]));
        self.finance.send(Method::POST, &path, Some(&json!({"outcome": outcome}))).await
    }

    /// The last that the run was told.
    async fn notice(&self, run: &str) -> String {
        wait_for(async || {
            let events = self.finance.items(&format!("/v1/runs/{run}/events")).await;
            let told = events.into_iter().rfind(|event| event["kind"] == "notice")?;
            told["data"]["text"].as_str().map(str::to_owned)
        })
        .await
    }

    fn sent(&self) -> u32 {
        self.tenant.faults.seen(Operation::Post)
    }
}

fn channel() -> (&'static str, Value) {
    ("teams_post_message", json!({"channel": "finance", "text": "The statement is ready."}))
}

fn direct() -> (&'static str, Value) {
    ("teams_send_dm", json!({"to": "the CEO", "text": "The statement is ready."}))
}

#[tokio::test]
async fn a_message_in_teams_that_comes_late_is_waited_for_and_holds_nothing_up() {
    let slow = Slow::start().await;
    for (message, (mailbox, folder)) in [(channel(), CHANNEL), (direct(), CHAT)] {
        let (run, sent) = (slow.begin_in_doubt(message, Fault::Late(LATE)).await, slow.sent());
        let resting = slow.effect(&run).await;
        assert_eq!(resting["state"], "attempting", "{resting}");
        slow.replay.script([Answer::says("Hello.")]);
        let other = slow.app.person("sales.rep").await.ask("Hello, who are you?").await;
        assert_eq!(other["answer"], "Hello.", "another run goes on meanwhile: {other}");

        slow.replay.script([Answer::says("Done.")]);
        slow.tenant.catch_up(LATE).await;
        slow.app.advance(TimeDelta::seconds(45));
        let ended = slow.finance.run_in(&run, "succeeded").await;
        assert_eq!((&ended["answer"], &slow.effect(&run).await["state"]), (&json!("Done."), &json!("done")));
        assert_eq!((slow.tenant.count(mailbox, folder), slow.sent()), (1, sent), "{mailbox}");
    }
    slow.app.end().await;
}

#[tokio::test]
async fn what_comes_later_than_is_waited_for_is_unknown_and_settled_by_its_persons_word() {
    let slow = Slow::start().await;
    let (run, effect) = slow.unknown(Fault::Late(TOO_LATE)).await;
    let ended = slow.finance.get(&format!("/v1/runs/{run}")).await;
    assert_eq!(ended["error"]["kind"], "effect_unknown", "{ended}");
    assert!(
        text(&ended["error"]["detail"]).contains("I can't tell whether the message to finance in Teams was posted")
    );
    let told = text(&effect["error"]);
    assert!(told.contains("after 120 seconds it was not to be seen. Look there, and say here"), "{told}");
    slow.tenant.catch_up(TOO_LATE).await;
    assert_eq!((slow.tenant.count(CHANNEL.0, CHANNEL.1), slow.sent()), (1, 1));

    assert_eq!(slow.settle(&effect, "perhaps").await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, settled) = slow.settle(&effect, "arrived").await;
    assert_eq!(status, StatusCode::OK, "{settled}");
    assert_eq!(
        (&settled["state"], &settled["verdict"], &settled["error"]),
        (&json!("done"), &json!("arrived"), &Value::Null)
    );
    assert!(!settled["done_at"].is_null());
    assert!(slow.notice(&run).await.contains("You confirmed that “The statement is ready.” arrived."));
    assert_eq!(slow.settle(&effect, "arrived").await, (StatusCode::OK, settled));
    let (status, problem) = slow.settle(&effect, "send_again").await;
    assert_eq!(status, StatusCode::CONFLICT, "{problem}");
    let noted = slow.app.person("admin").await.items("/v1/admin/audit?action=effect_arrived").await;
    let entry = (noted.len(), &noted[0]["person"], &noted[0]["subject"]["id"]);
    assert_eq!(entry, (1, &json!("finance.manager@mezzofy.example"), &effect["id"]));
    slow.app.end().await;
}

#[tokio::test]
async fn what_its_person_wants_sent_again_is_sent_once_more_unless_it_is_there() {
    let slow = Slow::start().await;
    let (run, lost) = slow.unknown(Fault::DropBefore).await;
    assert_eq!((slow.tenant.count(CHANNEL.0, CHANNEL.1), slow.sent()), (0, 1));
    let (status, settled) = slow.settle(&lost, "send_again").await;
    assert_eq!((status, &settled["state"]), (StatusCode::OK, &json!("attempting")), "{settled}");
    let done = slow.effect_in(&run, "done").await;
    assert_eq!((&done["verdict"], slow.tenant.count(CHANNEL.0, CHANNEL.1)), (&json!("send_again"), 1));
    assert!(slow.notice(&run).await.contains("“The statement is ready.” was sent again and has arrived."));
    assert_eq!((slow.settle(&lost, "send_again").await.0, slow.sent()), (StatusCode::OK, 2));
    assert_eq!(slow.settle(&lost, "arrived").await.0, StatusCode::CONFLICT);
    assert_eq!(slow.app.person("admin").await.items("/v1/admin/audit?action=effect_sent_again").await.len(), 1);

    // Its person looked in the wrong place.
    let (run, late) = slow.unknown(Fault::Late(TOO_LATE)).await;
    slow.tenant.catch_up(TOO_LATE).await;
    assert_eq!(slow.settle(&late, "send_again").await.0, StatusCode::OK);
    slow.effect_in(&run, "done").await;
    assert_eq!((slow.tenant.count(CHANNEL.0, CHANNEL.1), slow.sent()), (2, 3));

    // Lost once more, it is unknown once more, and waits for the next word.
    let (run, twice) = slow.unknown(Fault::DropBefore).await;
    slow.tenant.faults.script(Operation::Post, Fault::DropBefore);
    let looks = slow.tenant.faults.seen(Operation::ListPosts);
    assert_eq!(slow.settle(&twice, "send_again").await.0, StatusCode::OK);
    // One look before it is sent, and one after.
    wait_for(async || (slow.tenant.faults.seen(Operation::ListPosts) >= looks + 2).then_some(())).await;
    slow.app.advance(TimeDelta::seconds(121));
    slow.effect_in(&run, "unknown").await;
    assert!(slow.notice(&run).await.contains("I can't tell whether the message to finance in Teams was posted"));
    assert_eq!(slow.settle(&twice, "arrived").await.0, StatusCode::OK);
    slow.app.end().await;
}

#[tokio::test]
async fn who_stops_a_run_whose_message_is_in_doubt_hears_what_came_of_it() {
    let slow = Slow::start().await;
    let run = slow.begin_in_doubt(channel(), Fault::Late(LATE)).await;
    let looks = slow.tenant.faults.seen(Operation::ListPosts);
    slow.finance.post(&format!("/v1/runs/{run}/cancel"), json!({})).await;
    wait_for(async || (slow.tenant.faults.seen(Operation::ListPosts) > looks).then_some(())).await;
    slow.app.settled().await;
    let (id, rests): (Uuid, _) = (run.parse().unwrap(), "SELECT wake_at > $2 FROM runs WHERE id = $1");
    let rests = sqlx::query_scalar(rests).bind(id).bind(slow.app.now());
    let rests: Option<bool> = rests.fetch_one(&mut slow.app.database().await).await.unwrap();
    assert_eq!(rests, Some(true), "it looks again in its own time");
    slow.tenant.catch_up(LATE).await;
    slow.app.advance(TimeDelta::seconds(45));
    slow.finance.run_in(&run, "cancelled").await;
    assert_eq!(slow.effect(&run).await["state"], "done");
    slow.app.end().await;
}

#[tokio::test]
async fn a_draft_that_comes_late_is_removed_when_the_mail_has_long_left() {
    let slow = Slow::start().await;
    let me = "finance.manager@mezzofy.example";
    slow.tenant.faults.script(Operation::CreateDraft, Fault::Late(LATE));
    let mail = json!({"to": ["the CEO"], "subject": "Statement", "body": "It is ready."});
    let run = slow.begin("outlook_send_email", mail).await;
    slow.replay.script([Answer::says("Done.")]);
    slow.finance.run_in(&run, "succeeded").await;
    slow.tenant.catch_up(LATE).await;
    let count = || {
        let drafts = slow.tenant.count(me, "drafts");
        (drafts, slow.tenant.count(me, "sentitems"), slow.tenant.count("ceo@mezzofy.example", "inbox"))
    };
    assert_eq!(count(), (1, 1, 1));
    slow.app.advance(TimeDelta::seconds(121));
    wait_for(async || (count() == (0, 1, 1)).then_some(())).await;
    slow.app.end().await;
}
