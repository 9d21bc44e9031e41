use std::future::Future;
use std::path::{Path, PathBuf};

use mezzofy_domain::usage::Usage;
use reqwest::{Client, Response};
use serde_json::{Value, json};

use super::*;
use crate::{Chop, Fault};
use mezzofy_agent::model::StopReason;

mod faults;
mod rules;

const KEY: &str = "the-key";

fn client() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

async fn ask_claude(replay: &Replay, body: &Value) -> Response {
    let request = client().post(format!("{}/v1/messages", replay.anthropic_base()));
    request.header("x-api-key", KEY).header("anthropic-version", messages::VERSION).json(body).send().await.unwrap()
}

async fn ask_kimi(replay: &Replay, body: &Value) -> Response {
    let request = client().post(format!("{}/chat/completions", replay.openai_base()));
    request.bearer_auth(KEY).json(body).send().await.unwrap()
}

fn claude(messages: &Value) -> Value {
    json!({"model": "claude-sonnet-5-5", "max_tokens": 100, "stream": true, "messages": messages})
}

fn kimi(messages: &Value) -> Value {
    let options = json!({"include_usage": true});
    json!({"model": "kimi-k3", "max_completion_tokens": 100, "stream": true, "stream_options": options,
        "messages": messages})
}

fn hello() -> Value {
    json!([{"role": "user", "content": "Hello"}])
}

/// What stands after `data:` in a stream; no JSON becomes a string.
fn data(stream: &str) -> Vec<Value> {
    let data = stream.lines().filter_map(|line| line.strip_prefix("data: "));
    data.map(|data| serde_json::from_str(data).unwrap_or_else(|_| json!(data))).collect()
}

fn joined(events: &[Value], place: &str) -> String {
    events.iter().filter_map(|event| event.pointer(place)?.as_str()).collect()
}

/// A reply with everything in it.
fn full() -> Answer {
    Answer::calls([("crm_query", json!({"status": "new", "limit": 20})), ("finance_statement", Value::Null)])
        .thinking("They want the new leads and the statement.")
        .redacted()
        .saying("我先查一下 the new leads.")
        .usage(Usage { input: 7, cache_read: 100, cache_write_5m: 20, cache_write_1h: 3, output: 42 })
}

#[tokio::test]
async fn a_reply_is_written_as_claude_writes_it() {
    let replay = Replay::start(KEY).await.unwrap();
    replay.script([full()]);
    let events = data(&ask_claude(&replay, &claude(&hello())).await.text().await.unwrap());

    assert_eq!(
        order(&events),
        [
            "message_start",
            "thinking",
            "ping",
            "thinking_delta",
            "signature_delta",
            "stop",
            "redacted_thinking",
            "stop",
            "text",
            "text_delta",
            "stop",
            "tool_use",
            "input_json_delta",
            "stop",
            "tool_use",
            "stop",
            "message_delta",
            "message_stop",
        ]
    );
    assert_eq!(joined(&events, "/delta/text"), "我先查一下 the new leads.");
    assert_eq!(joined(&events, "/delta/partial_json"), r#"{"limit":20,"status":"new"}"#);
    let began = &events[0]["message"]["usage"];
    assert_eq!((&began["input_tokens"], &began["cache_read_input_tokens"]), (&json!(7), &json!(100)));
    assert_eq!((&began["cache_creation_input_tokens"], &began["output_tokens"]), (&json!(23), &json!(1)));
    assert_eq!(began["cache_creation"], json!({"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 3}));
    let last = &events[events.len() - 2];
    assert_eq!((&last["delta"]["stop_reason"], &last["usage"]["output_tokens"]), (&json!("tool_use"), &json!(42)));
    assert_eq!(replay.end(), Vec::<String>::new());
}

#[tokio::test]
async fn a_reply_is_written_as_kimi_writes_it() {
    let replay = Replay::start(KEY).await.unwrap();
    replay.script([full()]);
    let events = data(&ask_kimi(&replay, &kimi(&hello())).await.text().await.unwrap());

    assert_eq!(joined(&events, "/choices/0/delta/reasoning_content"), "They want the new leads and the statement.");
    assert_eq!(joined(&events, "/choices/0/delta/content"), "我先查一下 the new leads.");
    let names = "/choices/0/delta/tool_calls/0/function/name";
    assert_eq!(joined(&events, names), "crm_queryfinance_statement");
    let arguments = "/choices/0/delta/tool_calls/0/function/arguments";
    assert_eq!(joined(&events, arguments), r#"{"limit":20,"status":"new"}"#);
    let [.., finish, usage, done] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(finish["choices"][0]["finish_reason"], "tool_calls");
    let (prompt, cached) = (&usage["usage"]["prompt_tokens"], &usage["usage"]["cached_tokens"]);
    assert_eq!((prompt, cached, &usage["choices"]), (&json!(130), &json!(100), &json!([])));
    assert_eq!(done, "[DONE]");
    assert_eq!(replay.end(), Vec::<String>::new());
}

#[tokio::test]
async fn each_way_to_stop_is_written_in_both_protocols() {
    let refused = StopReason::Refused(Some("cyber".to_owned()));
    let table = [
        (StopReason::Ended, "end_turn", "stop"),
        (StopReason::Calls, "tool_use", "tool_calls"),
        (StopReason::Cut, "max_tokens", "length"),
        (StopReason::Paused, "pause_turn", "stop"),
        (refused, "refusal", "content_filter"),
        (StopReason::WindowExceeded, "model_context_window_exceeded", "length"),
    ];
    let replay = Replay::start(KEY).await.unwrap();
    for (stop, claudes, kimis) in table {
        replay.script([Answer::says("So").stop(stop.clone()), Answer::says("So").stop(stop)]);
        let events = data(&ask_claude(&replay, &claude(&hello())).await.text().await.unwrap());
        assert_eq!(events[events.len() - 2]["delta"]["stop_reason"], claudes);
        let events = data(&ask_kimi(&replay, &kimi(&hello())).await.text().await.unwrap());
        assert_eq!(events[events.len() - 3]["choices"][0]["finish_reason"], kimis);
    }
    assert_eq!(replay.end(), Vec::<String>::new());
}

/// The kinds of the events of a stream, runs of the same delta as one.
fn order(events: &[Value]) -> Vec<String> {
    let kinds = events.iter().map(|event| match event["type"].as_str().unwrap() {
        "content_block_start" => event["content_block"]["type"].as_str().unwrap().to_owned(),
        "content_block_delta" => event["delta"]["type"].as_str().unwrap().to_owned(),
        "content_block_stop" => "stop".to_owned(),
        other => other.to_owned(),
    });
    let mut order: Vec<String> = kinds.collect();
    order.dedup();
    order
}

fn recorded() -> Option<PathBuf> {
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    above.map(|folder| folder.join("shared/protocol/models/recorded")).find(|folder| folder.is_dir())
}

#[tokio::test]
async fn the_order_of_events_is_that_of_recorded_streams() {
    let Some(folder) = recorded() else {
        eprintln!("there are no recorded streams beside the project: nothing to compare with");
        return;
    };
    let thinking = || Answer::calls([("get_weather", json!({"city": "Tokyo"}))]).thinking("Weather.");
    let two = Answer::calls([("get_fact", json!({"a": 1})), ("get_joke", json!({"a": 1}))]).saying("Both.");
    let table = [
        ("01_text", Answer::says("Yes.")),
        ("02_empty", Answer::nothing()),
        ("03_text+tool_use", Answer::calls([("add", json!({"x": 3}))]).saying("I start.")),
        ("04_tool_use", Answer::calls([("add", json!({"x": 3}))])),
        ("05_redacted_thinking+redacted_thinking+text", Answer::says("OK").redacted().redacted()),
        ("06_text+tool_use+tool_use", two),
        ("07_thinking+text", Answer::says("At noon.").thinking("Trains.")),
        ("08_thinking+text+tool_use", thinking().saying("Sure!")),
    ];
    let replay = Replay::start(KEY).await.unwrap();
    for (name, answer) in table {
        let stream = std::fs::read_to_string(folder.join(format!("{name}.sse"))).unwrap();
        replay.script([answer]);
        let ours = ask_claude(&replay, &claude(&hello())).await.text().await.unwrap();
        assert_eq!(order(&data(&ours)), order(&data(&stream)), "{name}");
        let keys = |events: &[Value]| events[0]["message"]["usage"]["cache_creation"].is_object();
        assert_eq!(keys(&data(&ours)), keys(&data(&stream)), "{name}");
    }
    assert_eq!(replay.end(), Vec::<String>::new());
}
