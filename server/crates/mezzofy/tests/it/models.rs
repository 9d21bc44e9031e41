//! Claude and Kimi in place of the planner, played by a replay server that checks every request it gets.

use mezzofy_agent::model::StopReason;
use mezzofy_domain::usage::Usage;
use mezzofy_testing::checks::prefix_share;
use mezzofy_testing::{Answer, Fault, Replay};
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Client, TestApp, text};

mod failing;
mod limits;

pub(crate) const W1: &str = "Generate the latest financial statement and send it to the CEO";
const W1_ZH: &str = "生成最新的财务报表并发给首席执行官";

/// What was told of a run, as (kind, text) pairs of some kinds.
pub(crate) async fn told(who: &Client, run: &Value, kind: &str) -> Vec<String> {
    let events = who.items(&format!("/v1/runs/{}/events", text(&run["id"]))).await;
    let of_kind = events.iter().filter(|event| event["kind"] == kind);
    of_kind.map(|event| event["data"]["text"].as_str().unwrap_or_default().to_owned()).collect()
}

/// The results in the newest request, whichever protocol it speaks.
pub(crate) fn newest_results(replay: &Replay) -> String {
    let request = replay.requests().pop().unwrap();
    let messages = request["messages"].as_array().unwrap().clone();
    let last: Vec<Value> = messages.into_iter().rev().take_while(|message| message["role"] != "assistant").collect();
    Value::Array(last).to_string()
}

/// The id of the statement, or of the file, in the newest results.
pub(crate) fn said_in(body: &Value, name: &str) -> String {
    let body = body.to_string().replace('\\', "");
    let (_, rest) = body.rsplit_once(&format!("\"{name}\":\"")).unwrap_or_else(|| panic!("no {name} in {body}"));
    rest.split('"').next().unwrap().to_owned()
}

/// W1 as a model does it that calls tools by itself.
pub(crate) fn freely() -> [Answer; 4] {
    [
        Answer::calls([("finance_statement", json!({"period": "2026-10"}))]).thinking("First the ledger."),
        Answer::with(|body| {
            let statement = said_in(body, "call");
            Answer::calls([("pdf_generator", json!({"template": "statement", "statement": statement}))])
        }),
        Answer::with(|body| {
            let mail = json!({"to": ["the CEO"], "subject": "Statement", "body": "Attached.", "attachments": [said_in(body, "file")]});
            Answer::calls([("outlook_send_email", mail)]).saying("Now the mail.")
        }),
        Answer::says("The statement was sent to Grace Tan."),
    ]
}

fn skill() -> Answer {
    Answer::calls([("financial_reporting", json!({"period": "latest", "recipient": "the CEO"}))])
}

#[tokio::test]
async fn claude_has_the_skill_do_it_and_answers_itself() {
    let (app, replay) = TestApp::with_models().await;
    let finance = app.person("finance.manager").await;
    let usage = Usage { input: 1_000, cache_read: 2_000, cache_write_5m: 500, output: 100, ..Usage::default() };
    replay.script([skill().thinking("A skill does it.").usage(usage), Answer::says("Done: it is sent.").usage(usage)]);
    let run = finance.ask(W1).await;
    assert_eq!((&run["state"], &run["answer"]), (&json!("succeeded"), &json!("Done: it is sent.")), "{run}");
    assert_eq!((&run["skill"], &run["agent"]), (&json!("financial_reporting"), &json!("finance")));
    assert_eq!(run["tools"], json!(["finance_statement", "pdf_generator", "outlook_send_email"]));
    assert_eq!((replay.calls(), run["files"].as_array().unwrap().len()), (2, 1));
    assert_eq!(app.mailbox("ceo", "inbox").await.len(), 1);
    // Twice 1,000 x 2 + 2,000 x 0.10 + 500 x 2.50 + 100 x 10 dollars for a million.
    let paid = json!({"model": "claude-sonnet-5-5", "input_tokens": 7_000, "output_tokens": 200, "cached_tokens": 4_000, "cost": "0.008900"});
    assert_eq!(run["usage"], paid);
    let result = newest_results(&replay);
    assert!(result.contains("Net income") && result.contains("was sent to Grace Tan"), "{result}");
    app.end().await;
    assert_eq!(replay.end(), Vec::<String>::new());
}

#[tokio::test]
async fn a_chinese_request_goes_to_kimi_and_the_answer_streams() {
    let (app, replay) = TestApp::with_models().await;
    let finance = app.person("finance.manager").await;
    replay.script([skill().thinking("先做报表。"), Answer::says("报表已经发给首席执行官，请放心查收附件内容。")]);
    let run = finance.ask(W1_ZH).await;
    assert_eq!((&run["state"], &run["usage"]["model"]), (&json!("succeeded"), &json!("kimi-k3")), "{run}");
    assert_eq!(run["files"][0]["name"], "财务报表-2026-10.pdf");
    assert_eq!(told(&finance, &run, "message.delta").await.concat(), text(&run["answer"]));
    assert!(replay.requests().iter().all(|body| body["model"] == "kimi-k3"));
    app.end().await;
    assert_eq!(replay.end(), Vec::<String>::new());
}

#[tokio::test]
async fn a_model_calls_tools_freely_with_four_replies_and_a_stable_prefix() {
    for said in [W1, W1_ZH] {
        let (app, replay) = TestApp::with_models().await;
        let finance = app.person("finance.manager").await;
        replay.script(freely());
        let run = finance.ask(said).await;
        assert_eq!(run["state"], "succeeded", "{run}");
        assert_eq!(run["tools"], json!(["finance_statement", "pdf_generator", "outlook_send_email"]));
        assert_eq!((replay.calls(), app.mailbox("ceo", "inbox").await.len()), (4, 1));
        assert!(told(&finance, &run, "run.progress").await.contains(&"Now the mail.".to_owned()));
        let bodies = replay.raw_requests();
        for pair in bodies.windows(2) {
            let share = prefix_share(&pair[0], &pair[1]);
            assert!(share >= 0.9, "only {share} of the input is that of the turn before");
        }
        app.end().await;
        assert_eq!(replay.end(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_figure_in_the_pdf_and_the_mail_of_a_skill_is_not_typed_by_a_model() {
    let (app, replay) = TestApp::with_models().await;
    let finance = app.person("finance.manager").await;
    replay.script([skill(), Answer::says("Net income was SGD 1.00.")]);
    finance.ask(W1).await;
    let mail = &finance.items("/v1/outbox").await[0];
    assert!(!text(&mail["body"]).contains("SGD 1.00"));
    app.end().await;
}

#[tokio::test]
async fn what_is_asked_back_waits_and_the_answer_goes_to_the_model() {
    let (app, replay) = TestApp::with_models().await;
    let finance = app.person("finance.manager").await;
    let conversation = finance.conversation().await;
    let question = json!({"question": "Which one?", "choices": ["October", "Q3"]});
    replay.script([Answer::calls([("ask_person", question)]), Answer::says("October it is.")]);
    let run = finance.say(&conversation, "Make the financial statement of the period we spoke of").await;
    assert_eq!(
        (&run["state"], &run["waiting_for"], &run["skill"]),
        (&json!("waiting"), &json!("person"), &json!(null))
    );
    let messages = finance.items(&format!("/v1/conversations/{conversation}/messages")).await;
    assert_eq!((&messages[0]["text"], &messages[0]["choices"]), (&json!("Which one?"), &json!(["October", "Q3"])));
    let run = finance.say(&conversation, "October").await;
    assert_eq!((&run["state"], &run["answer"]), (&json!("succeeded"), &json!("October it is.")));
    assert!(newest_results(&replay).contains("October"));

    replay.script([Answer::says("As before.")]);
    finance.say(&conversation, "And what did I ask first?").await;
    let told = replay.requests().pop().unwrap()["messages"].to_string();
    assert!(told.contains("the period we spoke of") && told.contains("October it is."), "{told}");
    app.end().await;
    assert_eq!(replay.end(), Vec::<String>::new());
}

#[tokio::test]
async fn what_the_role_forbids_is_refused_without_asking_a_model_and_what_a_model_declines_fails() {
    let (app, replay) = TestApp::with_models().await;
    let sales = app.person("sales.rep").await;
    let run = sales.ask(W1).await;
    assert_eq!((&run["state"], &run["error"]["kind"]), (&json!("failed"), &json!("not_permitted")), "{run}");
    assert_eq!((&run["agent"], &run["skill"], replay.calls()), (&json!("finance"), &json!("financial_reporting"), 0));

    replay.script([Answer::calls([("decline", json!({"kind": "not_possible", "text": "I can't book flights."}))])]);
    let run = sales.ask("Book me a flight to Tokyo").await;
    assert_eq!((&run["error"]["kind"], &run["answer"]), (&json!("not_possible"), &json!("I can't book flights.")));
    assert_eq!((&run["agent"], &run["skill"]), (&json!("sales"), &json!(null)));
    let offered: Vec<String> =
        replay.requests()[0]["tools"].as_array().unwrap().iter().map(|tool| text(&tool["name"])).collect();
    assert_eq!(
        offered,
        [
            "ask_person",
            "calendar",
            "content_generator",
            "crm_export",
            "crm_query",
            "crm_save",
            "crm_update",
            "csv_export",
            "database_query",
            "decline",
            "docx_generator",
            "email_outreach",
            "file_search",
            "knowledge_lookup",
            "knowledge_search",
            "kpi_dashboard",
            "lead_follow_up",
            "linkedin_prospecting",
            "linkedin_scraper",
            "memory",
            "mezzofy_data",
            "outlook_compose_email",
            "outlook_create_event",
            "outlook_find_free_slots",
            "outlook_list_events",
            "outlook_send_email",
            "page_read",
            "pdf_generator",
            "pdf_merge",
            "pitch_deck",
            "pptx_generator",
            "remember",
            "teams_list_channels",
            "teams_post_message",
            "teams_send_dm",
            "web_research",
            "web_search",
            "xlsx_export",
        ]
    );
    app.end().await;
    assert_eq!(replay.end(), Vec::<String>::new());
}

#[tokio::test]
async fn a_small_model_tells_whose_agent_serves_the_management() {
    let (app, replay) = TestApp::with_models().await;
    let ceo = app.person("ceo").await;
    replay.script([Answer::says(r#"{"department": "marketing"}"#), Answer::says("Here is a slogan.")]);
    let run = ceo.ask("I want a slogan for our loyalty programme").await;
    assert_eq!((&run["state"], &run["agent"]), (&json!("succeeded"), &json!("marketing")), "{run}");
    let requests = replay.requests();
    assert_eq!(
        (&requests[0]["model"], &requests[1]["model"]),
        (&json!("claude-haiku-5-5"), &json!("claude-sonnet-5-5"))
    );
    app.end().await;
    assert_eq!(replay.end(), Vec::<String>::new());
}

#[tokio::test]
async fn a_mail_of_a_model_to_someone_outside_waits_and_the_model_goes_on_when_it_is_sent() {
    let (app, replay) = TestApp::with_models().await;
    let finance = app.person("finance.manager").await;
    let mail = json!({"to": ["thief@elsewhere.example"], "subject": "Figures", "body": "All of them."});
    replay.script([Answer::calls([("outlook_send_email", mail)]), Answer::says("It is sent.")]);
    let run = finance.ask("Send our figures to my friend").await;
    assert_eq!((&run["state"], &run["waiting_for"]), (&json!("waiting"), &json!("approval")));
    assert!(finance.items("/v1/outbox").await.is_empty());
    let approval = finance.items("/v1/approvals?state=pending").await.remove(0);
    let decision = json!({"decision": "approve", "payload_hash": approval["payload_hash"]});
    finance.post(&format!("/v1/approvals/{}/decision", text(&approval["id"])), decision).await;
    app.advance(chrono::TimeDelta::seconds(20));
    let run = finance.run_in(&text(&run["id"]), "succeeded").await;
    assert_eq!(run["answer"], "It is sent.");
    assert!(newest_results(&replay).contains("thief@elsewhere.example"), "{}", newest_results(&replay));
    app.end().await;
    assert_eq!(replay.end(), Vec::<String>::new());
}

#[tokio::test]
async fn a_reply_is_stopped_in_the_middle_when_the_person_says_so() {
    let (app, replay) = TestApp::with_models().await;
    let finance = app.person("finance.manager").await;
    let conversation = finance.conversation().await;
    replay.script([Answer::says("A very long story that nobody wants to hear").held()]);
    let sent = json!({"client_id": uuid::Uuid::new_v4(), "text": "Tell me a story"});
    let accepted = finance.post(&format!("/v1/conversations/{conversation}/messages"), sent).await;
    let run = text(&accepted["run"]["id"]);
    replay.called(1).await;
    finance.send(Method::POST, &format!("/v1/runs/{run}/cancel"), None).await;
    let run = finance.get(&format!("/v1/runs/{run}?wait=60")).await;
    assert_eq!(run["state"], "cancelled", "{run}");
    app.end().await;
}

#[tokio::test]
async fn a_reply_cut_in_a_call_is_asked_for_again_with_more_room_and_the_cut_call_never_runs() {
    let (app, replay) = TestApp::with_models().await;
    let finance = app.person("finance.manager").await;
    replay.script([skill().stop(StopReason::Cut), Answer::says("Nothing was done.")]);
    let run = finance.ask(W1).await;
    assert_eq!((&run["state"], &run["tools"]), (&json!("succeeded"), &json!([])), "{run}");
    let requests = replay.requests();
    assert!(requests[1]["max_tokens"].as_u64() > requests[0]["max_tokens"].as_u64());
    app.end().await;
    assert_eq!(replay.end(), Vec::<String>::new());
}

#[tokio::test]
async fn a_paused_reply_is_carried_on() {
    let (app, replay) = TestApp::with_models().await;
    let finance = app.person("finance.manager").await;
    replay.script([Answer::says("One moment, ").stop(StopReason::Paused), Answer::says("here it is.")]);
    let run = finance.ask("What can be said of the weather?").await;
    assert_eq!((&run["answer"], replay.calls()), (&json!("One moment, here it is."), 2), "{run}");
    app.end().await;
    assert_eq!(replay.end(), Vec::<String>::new());
}

#[tokio::test]
async fn a_stream_that_breaks_after_the_first_words_begins_anew_with_the_next_model_and_says_so() {
    let (app, replay) = TestApp::with_models().await;
    let finance = app.person("finance.manager").await;
    replay.script([
        Answer::says("The figures are that and").then(Fault::Error(2, "api_error".to_owned())),
        Answer::says("All is well."),
    ]);
    let run = finance.ask("How is the company?").await;
    assert_eq!((&run["answer"], &run["usage"]["model"]), (&json!("All is well."), &json!("kimi-k3")), "{run}");
    let notices = told(&finance, &run, "notice").await;
    assert_eq!(notices, ["Claude Sonnet 5.5 broke off in the middle of its answer. Kimi K3 goes on."]);
    let events = finance.items(&format!("/v1/runs/{}/events", text(&run["id"]))).await;
    let deltas: Vec<&Value> = events.iter().filter(|event| event["kind"] == "message.delta").collect();
    let last = &deltas.last().unwrap()["data"]["message_id"];
    let counted: String = deltas
        .iter()
        .filter(|delta| delta["data"]["message_id"] == *last)
        .map(|delta| text(&delta["data"]["text"]))
        .collect();
    assert_eq!(counted, "All is well.");
    let done = events.iter().find(|event| event["kind"] == "message.done").unwrap();
    assert_eq!(done["data"]["message"]["id"], *last, "the message that was streamed is the one that is kept");
    app.end().await;
    assert_eq!(replay.end(), Vec::<String>::new());
}
