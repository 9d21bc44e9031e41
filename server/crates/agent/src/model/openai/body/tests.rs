use std::collections::HashSet;

use serde_json::{Value, json};

use super::{chat, count};
use crate::model::openai::{Dialect, Settings};
use crate::model::{Block, CallResult, Media, ModelError, Part, Request, Source, ToolDefinition, Turn};

fn settings(dialect: Dialect) -> Settings {
    let (provider, model, effort) = match dialect {
        Dialect::Kimi => ("kimi", "kimi-k3", Some("low".to_owned())),
        Dialect::Plain => ("local", "qwen", None),
    };
    Settings {
        base_url: "http://127.0.0.1/v1".to_owned(),
        key: None,
        provider: provider.to_owned(),
        model: model.to_owned(),
        effort,
        dialect,
    }
}

fn tools() -> Vec<ToolDefinition> {
    let schema = json!({"type": "object", "properties": {"period": {"type": "string"}}, "required": ["period"]});
    let tool = |name: &str| ToolDefinition {
        name: name.to_owned(),
        description: format!("Does {name}."),
        input_schema: schema.clone(),
    };
    vec![tool("crm_query"), tool("finance_statement")]
}

fn written(history: &[Turn], dialect: Dialect) -> Result<String, ModelError> {
    let tools = tools();
    let request = Request { system: "You help.", tools: &tools, history, max_tokens: 4096, answer_schema: None };
    chat(&request, &settings(dialect))
}

fn messages(history: &[Turn], dialect: Dialect) -> Vec<Value> {
    let body: Value = serde_json::from_str(&written(history, dialect).unwrap()).unwrap();
    body["messages"].as_array().unwrap()[1..].to_vec()
}

fn person(text: &str) -> Turn {
    Turn::Person(vec![Part::Text(text.to_owned())])
}

fn own(dialect: Dialect, blocks: Vec<Block>) -> Turn {
    let Settings { provider, model, .. } = settings(dialect);
    Turn::Model { source: Source { provider, model }, blocks }
}

fn foreign(blocks: Vec<Block>) -> Turn {
    let source = Source { provider: "claude".to_owned(), model: "claude-sonnet-5-5".to_owned() };
    Turn::Model { source, blocks }
}

fn results(texts: &[&str]) -> Turn {
    Turn::Results(texts.iter().map(|text| CallResult { text: (*text).to_owned(), is_error: false }).collect())
}

fn thinking(text: &str) -> Block {
    Block::of(&json!({"type": "reasoning", "text": text}))
}

fn told(name: &str, arguments: &str) -> Block {
    Block::of(&json!({"type": "tool_use", "id": "x", "name": name, "arguments": arguments}))
}

fn image() -> Part {
    Part::Image(Media { name: "a.png".to_owned(), media_type: "image/png".to_owned(), base64: "AAAA".to_owned() })
}

#[test]
fn the_keys_stand_in_an_order_that_keeps_the_beginning_the_same() {
    let schema = json!({"type": "object"});
    let request =
        Request { system: "S", tools: &[], history: &[person("Hi")], max_tokens: 7, answer_schema: Some(&schema) };
    let keys = |body: &str| {
        let mut at: Vec<_> =
            serde_json::from_str::<Value>(body).unwrap().as_object().unwrap().keys().cloned().collect();
        at.sort_by_key(|key| body.find(&format!("\"{key}\":")).unwrap());
        at.join(" ")
    };
    let kimi = chat(&request, &settings(Dialect::Kimi)).unwrap();
    let wanted = "model max_completion_tokens reasoning_effort stream stream_options response_format messages";
    assert_eq!(keys(&kimi), wanted);
    assert!(kimi.ends_with(r#""messages":[{"role":"system","content":"S"},{"role":"user","content":"Hi"}]}"#));
    let plain = chat(&request, &settings(Dialect::Plain)).unwrap();
    assert_eq!(keys(&plain), "model max_tokens stream stream_options response_format messages");
    let with_tools = written(&[person("Hi")], Dialect::Plain).unwrap();
    assert_eq!(keys(&with_tools), "model max_tokens stream stream_options tools messages");
    let body: Value = serde_json::from_str(&with_tools).unwrap();
    let keys: Vec<_> = body["tools"][0]["function"].as_object().unwrap().keys().collect();
    assert_eq!((keys.len(), body["tools"][1]["function"]["name"].as_str()), (3, Some("finance_statement")));
}

#[test]
fn thinking_and_arguments_go_back_to_the_same_model_as_they_came() {
    let calls = vec![thinking("hm"), Block::text("Wait."), told("t", "{\"a\":  1.0}"), told("u", "")];
    let history = [person("Hi"), own(Dialect::Kimi, calls), results(&["one", "two"])];
    let call = |at: usize, name: &str, arguments: &str| json!({"id": format!("call_1_{at}"), "type": "function", "function": {"name": name, "arguments": arguments}});
    let wanted = [
        json!({"role": "user", "content": "Hi"}),
        json!({"role": "assistant", "content": "Wait.", "reasoning_content": "hm",
            "tool_calls": [call(0, "t", "{\"a\":  1.0}"), call(1, "u", "{}")]}),
        json!({"role": "tool", "tool_call_id": "call_1_0", "content": "one"}),
        json!({"role": "tool", "tool_call_id": "call_1_1", "content": "two"}),
    ];
    assert_eq!(messages(&history, Dialect::Kimi), wanted);
}

#[test]
fn another_models_thinking_is_dropped_and_its_calls_are_written_anew() {
    let raw = r#"{"type":"tool_use","id":"toolu_1","name":"t","input":{"a":  1}}"#.to_owned();
    let thought = Block::of(&json!({"type": "thinking", "thinking": "hm", "signature": "s"}));
    let blocks = vec![thought, Block::of(&json!({"type": "hologram"})), Block::from_json(raw), told("odd name!", "{")];
    let failed = CallResult { text: "no such tool".to_owned(), is_error: true };
    let done = CallResult { text: "done".to_owned(), is_error: false };
    let history = [person("Hi"), foreign(blocks), Turn::Results(vec![done, failed])];
    let kimi = messages(&history, Dialect::Kimi);
    assert_eq!((&kimi[1]["reasoning_content"], &kimi[1]["content"]), (&json!(""), &json!("")));
    assert_eq!(kimi[1]["tool_calls"][0]["function"], json!({"name": "t", "arguments": "{\"a\":1}"}));
    assert_eq!(kimi[1]["tool_calls"][1]["function"], json!({"name": "odd_name_", "arguments": "{}"}));
    assert_eq!(kimi[3], json!({"role": "tool", "tool_call_id": "call_1_1", "content": "Error: no such tool"}));
    assert_eq!(messages(&history, Dialect::Plain)[1].get("reasoning_content"), None);
}

#[test]
fn a_request_never_ends_with_the_assistant_and_an_empty_reply_is_left_out() {
    let own = |blocks| own(Dialect::Kimi, blocks);
    let roles = |history: &[Turn]| {
        let messages = messages(history, Dialect::Kimi);
        messages.iter().map(|message| message["role"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    let said = vec![Block::text("a")];
    assert_eq!(roles(&[person("Hi"), own(said.clone())]), "user assistant user");
    assert_eq!(roles(&[person("Hi"), own(said.clone()), own(said.clone())]), "user assistant user assistant user");
    assert_eq!(roles(&[person("Hi"), own(vec![thinking("hm")]), person("So?")]), "user user");
    assert_eq!(roles(&[person("Hi"), own(vec![told("t", "{}")])]), "user");
    let short = [person("Hi"), own(vec![told("t", "{}"), told("u", "{}")]), results(&["one"])];
    assert_eq!(roles(&short), "user assistant tool");
    assert_eq!(messages(&[person("Hi"), own(said)], Dialect::Kimi)[2], json!({"role": "user", "content": "Go on."}));
}

#[test]
fn images_are_told_as_data_and_documents_are_not_taken() {
    let parts = vec![Part::Text("What is it?".to_owned()), image()];
    let wanted = json!([
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
    ]);
    assert_eq!(messages(&[Turn::Person(parts)], Dialect::Plain)[0]["content"], wanted);
    let pdf = Media { name: "a.pdf".to_owned(), media_type: "application/pdf".to_owned(), base64: "AAAA".to_owned() };
    let refused = written(&[Turn::Person(vec![Part::Document(pdf)])], Dialect::Kimi);
    assert_eq!(refused, Err(ModelError::Unsupported("PDF documents".to_owned())));
}

#[test]
fn tokens_are_counted_of_the_messages_and_the_tools() {
    let (tools, history) = (tools(), [person("Hi")]);
    let request = Request { system: "S", tools: &tools, history: &history, max_tokens: 7, answer_schema: None };
    let body: Value = serde_json::from_str(&count(&request, &settings(Dialect::Kimi)).unwrap()).unwrap();
    assert_eq!(body.as_object().unwrap().keys().collect::<Vec<_>>(), ["messages", "model", "tools"]);
}

/// What a turn can add to a history.
fn step(kind: usize, dialect: Dialect) -> Vec<Turn> {
    let calls = vec![thinking("hm"), told("crm_query", "{ \"a\": 1 }"), told("t", "broken")];
    let foreign_calls = vec![Block::text("a"), Block::call("toolu_1", "t", &json!({"b": 2}))];
    match kind {
        0 => vec![own(dialect, vec![Block::text("Done.")]), person("More")],
        1 => vec![own(dialect, calls), results(&["one", "two"])],
        2 => vec![foreign(foreign_calls), results(&["three"])],
        3 => vec![own(dialect, vec![Block::text("Well")])],
        4 => vec![own(dialect, vec![thinking("hm")]), person("Are you there?")],
        _ => vec![own(dialect, Vec::new()), Turn::Person(vec![image(), image()])],
    }
}

#[test]
fn the_body_of_a_turn_begins_with_all_of_the_turn_before() {
    for dialect in [Dialect::Kimi, Dialect::Plain] {
        for sequence in 0..6_usize.pow(4) {
            let mut history = vec![person("Hi")];
            let mut before = written(&history, dialect).unwrap();
            for at in 0..4 {
                history.extend(step(sequence / 6_usize.pow(at) % 6, dialect));
                let body = written(&history, dialect).unwrap();
                let common = before.strip_suffix("]}").unwrap();
                assert!(body.starts_with(common), "{before}\n{body}");
                before = body;
            }
            check(&before, dialect);
        }
    }
}

/// The rules between messages: each call has its one result next, ids are unique, the person or a result comes last.
fn check(body: &str, dialect: Dialect) {
    let body: Value = serde_json::from_str(body).unwrap();
    let (mut open, mut seen, mut last) = (Vec::new(), HashSet::new(), "");
    let messages = body["messages"].as_array().unwrap();
    for message in messages {
        last = message["role"].as_str().unwrap();
        if last == "tool" {
            assert_eq!(message["tool_call_id"], open.remove(0));
            continue;
        }
        assert!(open.is_empty());
        for call in message["tool_calls"].as_array().into_iter().flatten() {
            assert!(seen.insert(call["id"].to_string()));
            assert!(
                serde_json::from_str::<Value>(call["function"]["arguments"].as_str().unwrap()).unwrap().is_object()
            );
            assert!(dialect == Dialect::Plain || message["reasoning_content"].is_string());
            open.push(call["id"].clone());
        }
    }
    assert!(open.is_empty() && last != "assistant");
}
