//! What a provider refuses in a request's body, and some that it would take although it is a mistake. Pure functions; each
//! problem is a sentence that begins with its place.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use serde_json::{Map, Value};

mod chat;
mod history;
mod messages;
mod tools;

pub use chat::{chat, estimate_tokens};
pub use messages::{count_tokens, messages};

/// The share of the next request's input (tools, system, messages) that is, byte for byte, how the request before began.
#[must_use]
pub fn prefix_share(previous: &str, next: &str) -> f64 {
    let next = input(next);
    if next.is_empty() {
        return 0.0;
    }
    #[expect(clippy::cast_precision_loss, reason = "a request has less than 2^52 bytes")]
    let share = common_prefix(&input(previous), &next) as f64 / next.len() as f64;
    share
}

/// What a provider caches, in its order, as it was written.
pub(super) fn input(body: &str) -> String {
    let parts: BTreeMap<&str, &RawValue> = serde_json::from_str(body).unwrap_or_default();
    let parts = ["tools", "system", "messages"].iter().filter_map(|name| parts.get(name));
    parts.map(|part| part.get()).collect::<Vec<_>>().join("\n")
}

/// How many bytes both begin with.
pub(super) fn common_prefix(one: &str, other: &str) -> usize {
    one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count()
}

/// The results of the calls before, in the order of the calls: what the last message or messages of either protocol bring.
#[must_use]
pub fn results(body: &Value) -> Vec<String> {
    let messages = list(&body["messages"]);
    let tools = messages.iter().rev().take_while(|message| message["role"] == "tool");
    let mut results: Vec<String> = tools.map(|message| text_of(&message["content"])).collect();
    results.reverse();
    if let Some(last) = messages.last().filter(|last| last["role"] == "user") {
        let blocks = list(&last["content"]).iter().filter(|block| block["type"] == "tool_result");
        results.extend(blocks.map(|block| text_of(&block["content"])));
    }
    results
}

fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        other => list(other).iter().filter_map(|part| part["text"].as_str()).collect(),
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Refuses keys that are not known.
fn closed(at: &str, object: &Map<String, Value>, known: &[&str], problems: &mut Vec<String>) {
    for key in object.keys().filter(|key| !known.contains(&key.as_str())) {
        problems.push(format!("{at}{key}: Extra inputs are not permitted"));
    }
}

fn is_name(text: &str, longest: usize) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    !text.is_empty() && text.len() <= longest && text.chars().all(fits)
}

fn is_blank(value: &Value) -> bool {
    value.as_str().is_none_or(|text| text.trim().is_empty())
}

#[cfg(test)]
mod tests;
