//! Bodies of the Messages API.

use serde_json::{Map, Value};

use super::{closed, history, is_blank, list, tools};

const COUNTED: [&str; 8] =
    ["model", "messages", "system", "tools", "tool_choice", "thinking", "output_config", "cache_control"];
const BESIDES: [&str; 6] = ["max_tokens", "stream", "metadata", "service_tier", "stop_sequences", "container"];
const SAMPLING: [&str; 3] = ["temperature", "top_p", "top_k"];
const EFFORTS: [&str; 5] = ["low", "medium", "high", "xhigh", "max"];
/// Models that always think.
const ALWAYS: [&str; 2] = ["claude-opus-5-5", "claude-fable"];

/// What is wrong with the body of `POST /v1/messages`.
#[must_use]
pub fn messages(body: &Value) -> Vec<String> {
    let mut problems = both(body, &[COUNTED.as_slice(), &BESIDES].concat());
    if body["max_tokens"].as_u64().is_none_or(|tokens| tokens == 0) {
        problems.push("max_tokens: Field required, 1 at least".to_owned());
    }
    if body["stream"] != true {
        problems.push("stream: everything is asked for as a stream".to_owned());
    }
    problems
}

/// What is wrong with the body of `POST /v1/messages/count_tokens`.
#[must_use]
pub fn count_tokens(body: &Value) -> Vec<String> {
    both(body, &COUNTED)
}

fn both(body: &Value, known: &[&str]) -> Vec<String> {
    let Value::Object(object) = body else { return vec!["body: not an object".to_owned()] };
    let mut problems = Vec::new();
    let model = body["model"].as_str().unwrap_or_default();
    for key in SAMPLING.iter().filter(|key| object.contains_key(**key)) {
        problems.push(format!("{key}: not taken by {model}"));
    }
    closed("", object, &[known, &SAMPLING].concat(), &mut problems);
    if model.is_empty() {
        problems.push("model: Field required".to_owned());
    }
    match body["tool_choice"]["type"].as_str() {
        Some("auto" | "none") => {}
        Some(forced) => problems.push(format!("tool_choice: {forced} is not supported by {model}")),
        None if object.contains_key("tool_choice") => problems.push("tool_choice.type: Field required".to_owned()),
        None => {}
    }
    thinking(model, body, &mut problems);
    if let Some(config) = body.get("output_config") {
        output(config, &mut problems);
    }
    system(&body["system"], &mut problems);
    breakpoints(object, &mut problems);
    let mut strict = tools::Strict::default();
    tools::messages(list(&body["tools"]), &mut strict, &mut problems);
    if let Some(schema) = body.pointer("/output_config/format/schema") {
        strict.read("output_config.format.schema", schema, &mut problems);
    }
    strict.end(&mut problems);
    history::check(&body["messages"], &mut problems);
    problems
}

fn thinking(model: &str, body: &Value, problems: &mut Vec<String>) {
    let Some(thinking) = body.get("thinking") else { return };
    match thinking["type"].as_str() {
        Some("adaptive") => {
            if !matches!(thinking["display"].as_str(), Some("summarized" | "omitted")) {
                problems.push("thinking.display: what is thought between calls is lost without it".to_owned());
            }
            if let Some(object) = thinking.as_object() {
                closed("thinking.", object, &["type", "display"], problems);
            }
        }
        Some("between_tools") => {}
        Some("disabled") if !ALWAYS.iter().any(|name| model.starts_with(name)) => {}
        _ => problems.push(format!(
            "thinking.type: not supported for {model}. Use thinking.type.adaptive and output_config.effort"
        )),
    }
}

fn output(config: &Value, problems: &mut Vec<String>) {
    let Value::Object(object) = config else {
        problems.push("output_config: not an object".to_owned());
        return;
    };
    closed("output_config.", object, &["effort", "format"], problems);
    if config.get("effort").is_some_and(|effort| !EFFORTS.iter().any(|known| effort == known)) {
        problems.push(format!("output_config.effort: {} is not one of {}", config["effort"], EFFORTS.join(", ")));
    }
    if let Some(format) = config.get("format") {
        if format["type"] != "json_schema" || !format["schema"].is_object() {
            problems.push("output_config.format: type json_schema and a schema are required".to_owned());
        }
        if let Some(object) = format.as_object() {
            closed("output_config.format.", object, &["type", "schema"], problems);
        }
    }
}

fn system(system: &Value, problems: &mut Vec<String>) {
    match system {
        Value::Null => {}
        Value::Array(blocks) => {
            for (at, block) in blocks.iter().enumerate() {
                let at = format!("system.{at}.");
                match block.as_object() {
                    Some(object) if block["type"] == "text" => {
                        closed(&at, object, &["type", "text", "cache_control"], problems);
                        if is_blank(&block["text"]) {
                            problems.push(format!("{at}text: text content blocks must be non-empty"));
                        }
                    }
                    _ => problems.push(format!("{at}type: only text")),
                }
            }
        }
        text if is_blank(text) => problems.push("system: text must be non-empty".to_owned()),
        _ => {}
    }
}

/// At most four breakpoints, each well formed. What a tool's schema or input holds is not ours to read.
fn breakpoints(body: &Map<String, Value>, problems: &mut Vec<String>) {
    fn read<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| read(item, found)),
            Value::Object(object) => {
                for (key, value) in object {
                    match key.as_str() {
                        "input" | "input_schema" | "schema" => {}
                        "cache_control" => found.push(value),
                        _ => read(value, found),
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut found: Vec<&Value> = body.get("cache_control").into_iter().collect();
    for key in ["system", "tools", "messages"] {
        read(body.get(key).unwrap_or(&Value::Null), &mut found);
    }
    if found.len() > 4 {
        problems.push(format!("cache_control: a maximum of 4 blocks may have it, found {}", found.len()));
    }
    for breakpoint in found {
        let ttl = breakpoint.get("ttl");
        if breakpoint["type"] != "ephemeral" || ttl.is_some_and(|ttl| ttl != "5m" && ttl != "1h") {
            problems.push(format!("cache_control: {breakpoint} is not known"));
        }
    }
}
