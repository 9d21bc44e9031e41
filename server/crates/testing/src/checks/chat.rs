//! Bodies of OpenAI-compatible servers, with Kimi's rules where the model is Kimi's.

use std::collections::HashSet;

use serde_json::Value;

use super::{closed, is_blank, list, tools};

const KNOWN: [&str; 13] = [
    "model",
    "messages",
    "stream",
    "stream_options",
    "max_completion_tokens",
    "max_tokens",
    "reasoning_effort",
    "response_format",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "stop",
    "prompt_cache_key",
];
const FIXED: [&str; 5] = ["temperature", "top_p", "n", "presence_penalty", "frequency_penalty"];

/// What is wrong with the body of `POST /v1/chat/completions`.
#[must_use]
pub fn chat(body: &Value) -> Vec<String> {
    let Value::Object(object) = body else { return vec!["body: not an object".to_owned()] };
    let mut problems = Vec::new();
    let model = body["model"].as_str().unwrap_or_default();
    for key in FIXED.iter().filter(|key| object.contains_key(**key)) {
        problems.push(format!("{key}: fixed by the platform, do not send"));
    }
    closed("", object, &[KNOWN.as_slice(), &FIXED].concat(), &mut problems);
    if model.is_empty() {
        problems.push("model: Field required".to_owned());
    }
    if body["stream"] != true || body["stream_options"]["include_usage"] != true {
        problems.push("stream: everything is asked for as a stream, with its usage".to_owned());
    }
    let limit = ["max_completion_tokens", "max_tokens"].map(|key| body[key].as_u64());
    if !matches!(limit, [Some(1..), None] | [None, Some(1..)]) {
        problems.push("max_completion_tokens: one limit of 1 at least is required".to_owned());
    }
    if !matches!(body["tool_choice"], Value::Null) && body["tool_choice"] != "auto" && body["tool_choice"] != "none" {
        problems.push(format!("tool_choice: {} is not supported by {model}", body["tool_choice"]));
    }
    if let Some(effort) = body.get("reasoning_effort") {
        let known: &[&str] =
            if model.starts_with("kimi-k3") { &["low", "high", "max"] } else { &["minimal", "low", "medium", "high"] };
        if !known.iter().any(|known| effort == known) {
            problems.push(format!("reasoning_effort: {effort} is not one of {}", known.join(", ")));
        }
    }
    tools::chat(model, list(&body["tools"]), &mut problems);
    history(model, list(&body["messages"]), &mut problems);
    problems
}

fn history(model: &str, messages: &[Value], problems: &mut Vec<String>) {
    let mut open: Vec<&str> = Vec::new();
    let mut seen = HashSet::new();
    for (at, message) in messages.iter().enumerate() {
        let mut say = |problem: &str| problems.push(format!("messages.{at}: {problem}"));
        let role = message["role"].as_str().unwrap_or_default();
        if role != "tool" {
            for id in open.drain(..) {
                say(&format!("tool_call {id} of the assistant's message before has no tool message"));
            }
        }
        let keys: &[&str] = match role {
            "system" => {
                if at > 0 {
                    say("system comes first");
                }
                &["role", "content"]
            }
            "user" => &["role", "content"],
            "assistant" => &["role", "content", "tool_calls", "reasoning_content"],
            "tool" => &["role", "content", "tool_call_id"],
            _ => {
                say("the role is not known");
                &[]
            }
        };
        match role {
            "assistant" => {
                let calls = list(&message["tool_calls"]);
                if calls.is_empty() && is_blank(&message["content"]) {
                    say("the assistant's message is empty");
                }
                if model.starts_with("kimi-k3") && !calls.is_empty() && !message["reasoning_content"].is_string() {
                    say("reasoning_content is missing beside tool_calls");
                }
                for call in calls {
                    let id = call["id"].as_str().unwrap_or_default();
                    for problem in call_problems(call, seen.insert(id)) {
                        say(&problem);
                    }
                    open.push(id);
                }
            }
            "tool" => {
                let id = message["tool_call_id"].as_str().unwrap_or_default();
                match open.iter().position(|open| *open == id) {
                    Some(place) => drop(open.remove(place)),
                    None => say(&format!("tool_call_id {id:?} has no open tool_call")),
                }
                if is_blank(&message["content"]) {
                    say("content must be non-empty");
                }
            }
            _ => content_problems(&message["content"]).iter().for_each(|problem| say(problem)),
        }
        if let Some(object) = message.as_object() {
            closed(&format!("messages.{at}."), object, keys, problems);
        }
    }
    for id in open {
        problems.push(format!("messages: tool_call {id} has no tool message"));
    }
    match messages.last().map(|last| &last["role"]) {
        None => problems.push("messages: at least one message is required".to_owned()),
        Some(role) if role == "assistant" => problems.push("messages: the last is the assistant's".to_owned()),
        Some(_) => {}
    }
    if !messages.iter().any(|message| message["role"] == "user") {
        problems.push("messages: nobody asks".to_owned());
    }
}

fn call_problems(call: &Value, is_new: bool) -> Vec<String> {
    let mut problems = Vec::new();
    let id = call["id"].as_str().unwrap_or_default();
    if id.is_empty() || !is_new {
        problems.push(format!("tool_call ids must be unique: {id:?}"));
    }
    if call["type"] != "function" || is_blank(&call["function"]["name"]) {
        problems.push("tool_calls must be functions with a name".to_owned());
    }
    // Servers that fill a chat template parse the arguments again.
    let Some(arguments) = call["function"]["arguments"].as_str() else {
        problems.push("function.arguments must be a string".to_owned());
        return problems;
    };
    if !arguments.is_empty() && !serde_json::from_str::<Value>(arguments).is_ok_and(|input| input.is_object()) {
        problems.push(format!("function.arguments of {id} are no JSON object"));
    }
    problems
}

fn content_problems(content: &Value) -> Vec<String> {
    let part_problem = |part: &Value| match part["type"].as_str() {
        Some("text") if is_blank(&part["text"]) => Some("text parts must be non-empty".to_owned()),
        Some("text") => None,
        Some("image_url") => {
            let url = part["image_url"]["url"].as_str().unwrap_or_default();
            let is_data = url.starts_with("data:image/") && url.contains(";base64,");
            (!is_data).then(|| "images must be data URLs".to_owned())
        }
        other => Some(format!("part type {other:?} is not known")),
    };
    match content {
        Value::Array(parts) if !parts.is_empty() => parts.iter().filter_map(part_problem).collect(),
        text if is_blank(text) => vec!["content must be non-empty".to_owned()],
        _ => Vec::new(),
    }
}

/// What is wrong with the body of `POST /v1/tokenizers/estimate-token-count`.
#[must_use]
pub fn estimate_tokens(body: &Value) -> Vec<String> {
    let Value::Object(object) = body else { return vec!["body: not an object".to_owned()] };
    let mut problems = Vec::new();
    let model = body["model"].as_str().unwrap_or_default();
    closed("", object, &["model", "messages", "tools"], &mut problems);
    tools::chat(model, list(&body["tools"]), &mut problems);
    history(model, list(&body["messages"]), &mut problems);
    problems
}
