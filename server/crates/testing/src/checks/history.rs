//! The rules between the messages of a body of the Messages API.

use std::collections::HashSet;

use serde_json::Value;

use super::{closed, is_blank, is_name};

/// A block's keys, and who may say it.
struct BlockRule {
    keys: &'static [&'static str],
    person: bool,
    model: bool,
}

fn known(kind: &str) -> Option<BlockRule> {
    let (keys, person, model): (&[&str], bool, bool) = match kind {
        "text" => (&["type", "text", "citations", "cache_control"], true, true),
        "image" => (&["type", "source", "cache_control"], true, false),
        "document" => (&["type", "source", "title", "context", "citations", "cache_control"], true, false),
        "tool_result" => (&["type", "tool_use_id", "content", "is_error", "cache_control"], true, false),
        "tool_use" | "server_tool_use" => (&["type", "id", "name", "input", "caller", "cache_control"], false, true),
        "thinking" => (&["type", "thinking", "signature"], false, true),
        "redacted_thinking" => (&["type", "data"], false, true),
        "web_search_tool_result" | "web_fetch_tool_result" => {
            (&["type", "tool_use_id", "content", "caller", "cache_control"], false, true)
        }
        _ => return None,
    };
    Some(BlockRule { keys, person, model })
}

/// First a person; then in turns; every call answered exactly once, in the next message, before anything else.
pub(super) fn check(messages: &Value, problems: &mut Vec<String>) {
    let messages = super::list(messages);
    let (Some(first), Some(last)) = (messages.first(), messages.last()) else {
        problems.push("messages: at least one message is required".to_owned());
        return;
    };
    if first["role"] != "user" {
        problems.push("messages.0: the first message must be the user's".to_owned());
    }
    if last["role"] != "user" {
        problems.push("messages: the last is the assistant's, and prefill is not supported".to_owned());
    }
    let mut walk = Walk { open: Vec::new(), seen: HashSet::new(), problems };
    for (at, message) in messages.iter().enumerate() {
        if at > 0 && message["role"] == messages[at - 1]["role"] {
            walk.say(at, "roles must alternate");
        }
        walk.message(at, message);
    }
    walk.unanswered(messages.len());
}

struct Walk<'a> {
    /// The calls of the message before.
    open: Vec<&'a str>,
    seen: HashSet<&'a str>,
    problems: &'a mut Vec<String>,
}

impl<'a> Walk<'a> {
    fn say(&mut self, at: usize, problem: &str) {
        self.problems.push(format!("messages.{at}: {problem}"));
    }

    fn message(&mut self, at: usize, message: &'a Value) {
        if let Some(object) = message.as_object() {
            closed(&format!("messages.{at}."), object, &["role", "content"], self.problems);
        }
        let model = message["role"] == "assistant";
        if !model && message["role"] != "user" {
            self.say(at, "role must be user or assistant");
        }
        if model {
            self.unanswered(at);
        }
        match &message["content"] {
            Value::String(text) if !text.trim().is_empty() => {}
            Value::Array(blocks) if !blocks.is_empty() => self.blocks(at, blocks, model),
            _ => self.say(at, "content must be non-empty"),
        }
        if !model {
            self.unanswered(at);
        }
    }

    fn blocks(&mut self, at: usize, blocks: &'a [Value], model: bool) {
        let mut other = false;
        for block in blocks {
            let kind = block["type"].as_str().unwrap_or_default();
            let Some(known) = known(kind) else {
                self.say(at, &format!("block type {kind:?} is not known"));
                continue;
            };
            if !(if model { known.model } else { known.person }) {
                self.say(at, &format!("{kind} is not allowed in this role"));
            }
            if let Some(object) = block.as_object() {
                closed(&format!("messages.{at}.{kind}."), object, known.keys, self.problems);
            }
            match kind {
                "tool_result" if other => self.say(at, "tool_result blocks must come first"),
                "tool_result" => self.result(at, block),
                _ => other = true,
            }
            match kind {
                "tool_use" => self.call(at, block),
                "text" if is_blank(&block["text"]) => self.say(at, "text content blocks must be non-empty"),
                "text" if !model && block["citations"].as_array().is_some_and(|list| !list.is_empty()) => {
                    self.say(at, "citations are not allowed in a user's text");
                }
                "image" => self.source(at, block, &["image/png", "image/jpeg", "image/gif", "image/webp"]),
                "document" => self.source(at, block, &["application/pdf"]),
                "thinking" if is_blank(&block["signature"]) => self.say(at, "thinking.signature: Field required"),
                _ => {}
            }
        }
    }

    fn call(&mut self, at: usize, block: &'a Value) {
        let id = block["id"].as_str().unwrap_or_default();
        if !is_name(id, 64) {
            self.say(at, &format!("tool_use id {id:?} must match ^[a-zA-Z0-9_-]+$"));
        }
        if !self.seen.insert(id) {
            self.say(at, &format!("tool_use ids must be unique: {id}"));
        }
        if !is_name(block["name"].as_str().unwrap_or_default(), 128) {
            self.say(at, "tool_use name is not valid");
        }
        if !block["input"].is_object() {
            self.say(at, "tool_use input must be an object");
        }
        self.open.push(id);
    }

    fn result(&mut self, at: usize, block: &Value) {
        let id = block["tool_use_id"].as_str().unwrap_or_default();
        match self.open.iter().position(|open| *open == id) {
            Some(place) => drop(self.open.remove(place)),
            None => self.say(at, &format!("tool_result {id} has no open tool_use in the message before")),
        }
        let empty = match &block["content"] {
            Value::Array(parts) => parts.is_empty() || parts.iter().any(|part| part["text"] == ""),
            text => is_blank(text),
        };
        if empty {
            self.say(at, "tool_result content must be non-empty");
        }
    }

    fn source(&mut self, at: usize, block: &Value, types: &[&str]) {
        let source = &block["source"];
        let fits = types.iter().any(|known| source["media_type"] == *known);
        if source["type"] != "base64" || !fits || is_blank(&source["data"]) {
            self.say(at, &format!("{}: source must be base64 of {}", block["type"], types.join(", ")));
        }
    }

    /// Says which calls of the message before `at` have no result.
    fn unanswered(&mut self, at: usize) {
        for id in std::mem::take(&mut self.open) {
            let problem = format!("tool_use {id} has no tool_result in the next message");
            self.say(at.saturating_sub(1), &problem);
        }
    }
}
