//! What the server has sent, to hold against what comes back: thinking is bound to its model, its conversation and its
//! bytes. And what it was asked before, for the cache.

use mezzofy_domain::usage::Usage;
use serde_json::{Value, json};

use super::protocol::Protocol;
use crate::checks::{common_prefix, input};

#[derive(Default)]
pub(super) struct Sent {
    replies: Vec<Reply>,
    /// The inputs that were asked with, each with its protocol and model.
    asked: Vec<(Protocol, String, String)>,
    /// A refusal has complained about thinking, so that a history without any is right.
    thinking_refused: bool,
}

struct Reply {
    protocol: Protocol,
    model: String,
    /// What its conversation began with.
    first: Value,
    /// Its thinking, as it must come back.
    thinking: Vec<Value>,
    calls: Vec<Call>,
}

#[derive(Default)]
struct Call {
    id: String,
    name: String,
    input: String,
}

impl Call {
    /// What of a call stays the same when another model is told of it. What is no JSON goes back as `{}`.
    fn meaning(&self) -> (&str, Value) {
        (&self.name, serde_json::from_str(&self.input).unwrap_or_else(|_| json!({})))
    }
}

impl Sent {
    /// Reads a stream that is about to be sent.
    pub(super) fn keep(&mut self, protocol: Protocol, request: &Value, stream: &[u8]) {
        let text = String::from_utf8_lossy(stream);
        let events = text.lines().filter_map(|line| serde_json::from_str(line.strip_prefix("data:")?).ok());
        let (thinking, calls) = match protocol {
            Protocol::Messages => of_messages(events),
            Protocol::Chat => of_chat(events),
        };
        let model = request["model"].as_str().unwrap_or_default().to_owned();
        let first = request["messages"].as_array().and_then(|all| all.first()).cloned().unwrap_or_default();
        self.replies.push(Reply { protocol, model, first, thinking, calls });
    }

    /// A refusal from the script.
    pub(super) fn refused(&mut self, status: u16, body: &Value) {
        let said = body.to_string().to_lowercase();
        self.thinking_refused |= status == 400 && (said.contains("thinking") || said.contains("signature"));
    }

    /// What is wrong with the thinking that comes back.
    pub(super) fn problems(&self, protocol: Protocol, request: &Value) -> Vec<String> {
        let messages = request["messages"].as_array().map_or(&[][..], Vec::as_slice);
        let answers = messages.iter().enumerate().filter(|(_, message)| message["role"] == "assistant");
        let mut problems = Vec::new();
        let last = answers.clone().next_back().map(|(at, _)| at);
        for (at, message) in answers {
            let found = match protocol {
                Protocol::Messages => self.blocks(request, message, last == Some(at)),
                Protocol::Chat => self.reasoning(request, message),
            };
            problems.extend(found.map(|problem| format!("messages.{at}: {problem}")));
        }
        problems
    }

    /// The thinking blocks of a message are those of one reply, or of several on end, whole and in order.
    fn blocks(&self, request: &Value, message: &Value, is_last: bool) -> Option<String> {
        let blocks = message["content"].as_array().map_or(&[][..], Vec::as_slice);
        let is_thinking = |block: &&Value| block["type"] == "thinking" || block["type"] == "redacted_thinking";
        let thinking: Vec<&Value> = blocks.iter().filter(is_thinking).collect();
        let replies = || self.replies.iter().filter(|reply| reply.protocol == Protocol::Messages);
        let mut rest = thinking.as_slice();
        while !rest.is_empty() {
            let begins = |reply: &&Reply| {
                !reply.thinking.is_empty()
                    && reply.thinking.len() <= rest.len()
                    && reply.thinking.iter().eq(rest[..reply.thinking.len()].iter().copied())
            };
            let same: Vec<&Reply> = replies().filter(begins).collect();
            let Some(reply) = same.first() else {
                return Some(
                    "thinking blocks cannot be modified: they must be whole, in order and as they were sent".into(),
                );
            };
            if !same.iter().any(|reply| request["model"] == reply.model.as_str()) {
                return Some(format!("Invalid signature in thinking block: it is of {}", reply.model));
            }
            if !same.iter().any(|reply| request["messages"][0] == reply.first) {
                return Some("Invalid signature in thinking block: it is of another conversation".to_owned());
            }
            rest = &rest[reply.thinking.len()..];
        }
        let ids: Vec<&str> = blocks.iter().filter_map(|block| block["id"].as_str()).collect();
        let thought = |reply: &Reply| {
            !reply.thinking.is_empty()
                && request["model"] == reply.model.as_str()
                && reply.calls.iter().any(|call| ids.contains(&call.id.as_str()))
        };
        let lost = is_last && thinking.is_empty() && !self.thinking_refused && replies().any(thought);
        lost.then(|| "the thinking that led to these calls is missing".to_owned())
    }

    /// Reasoning comes back to its model as it was sent, beside the calls it led to.
    fn reasoning(&self, request: &Value, message: &Value) -> Option<String> {
        let of_model = |reply: &&Reply| reply.protocol == Protocol::Chat && request["model"] == reply.model.as_str();
        let reasoning = message["reasoning_content"].as_str().unwrap_or_default();
        let is_it = |reply: &Reply| reply.thinking.iter().any(|thinking| thinking == reasoning);
        if !reasoning.is_empty() && !self.replies.iter().filter(of_model).any(is_it) {
            return Some(format!("reasoning_content is not as {} sent it", request["model"]));
        }
        // Ids don't stay, so calls are known by what they are; others may have made the same without any reasoning.
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let call = |call: &Value| Call {
            id: String::new(),
            name: text(&call["function"]["name"]),
            input: text(&call["function"]["arguments"]),
        };
        let calls: Vec<Call> = message["tool_calls"].as_array().into_iter().flatten().map(call).collect();
        let meant = |reply: &&Reply| reply.calls.iter().map(Call::meaning).eq(calls.iter().map(Call::meaning));
        let mut same = self.replies.iter().filter(meant).peekable();
        let lost = !calls.is_empty()
            && reasoning.is_empty()
            && same.peek().is_some()
            && same.all(|reply| of_model(&reply) && !reply.thinking.is_empty());
        lost.then(|| "the reasoning_content that led to these calls is missing".to_owned())
    }

    /// A quarter of the bytes in tokens; what an earlier request of the same model began with is read from the cache.
    pub(super) fn usage(&mut self, protocol: Protocol, body: &str, output: u64) -> Usage {
        let request: Value = serde_json::from_str(body).unwrap_or_default();
        let model = request["model"].as_str().unwrap_or_default();
        let input = input(body);
        let same = self.asked.iter().filter(|asked| asked.0 == protocol && asked.1 == model);
        let cached = same.map(|asked| common_prefix(&asked.2, &input)).max().unwrap_or_default();
        let (cache_read, rest) = (cached as u64 / 4, (input.len() - cached) as u64 / 4);
        self.asked.push((protocol, model.to_owned(), input));
        match protocol {
            Protocol::Messages if body.contains("\"cache_control\"") => {
                Usage { cache_read, cache_write_5m: rest, output, ..Usage::default() }
            }
            Protocol::Messages => Usage { input: cache_read + rest, output, ..Usage::default() },
            Protocol::Chat => Usage { input: rest, cache_read, output, ..Usage::default() },
        }
    }
}

/// The thinking and the calls of a stream of the Messages API.
fn of_messages(events: impl Iterator<Item = Value>) -> (Vec<Value>, Vec<Call>) {
    let mut blocks: Vec<Value> = Vec::new();
    for event in events {
        let delta = &event["delta"];
        match (event["type"].as_str(), delta["type"].as_str(), blocks.last_mut()) {
            (Some("content_block_start"), _, _) => blocks.push(event["content_block"].clone()),
            (_, Some("thinking_delta"), Some(block)) => add(&mut block["thinking"], &delta["thinking"]),
            (_, Some("signature_delta"), Some(block)) => add(&mut block["signature"], &delta["signature"]),
            (_, Some("input_json_delta"), Some(block)) => add(&mut block["input"], &delta["partial_json"]),
            _ => {}
        }
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let call =
        |block: &Value| Call { id: text(&block["id"]), name: text(&block["name"]), input: text(&block["input"]) };
    let calls = blocks.iter().filter(|block| block["type"] == "tool_use").map(call).collect();
    blocks.retain(|block| block["type"] == "thinking" || block["type"] == "redacted_thinking");
    (blocks, calls)
}

/// The reasoning and the calls of a stream of an OpenAI-compatible server.
fn of_chat(events: impl Iterator<Item = Value>) -> (Vec<Value>, Vec<Call>) {
    let (mut reasoning, mut calls) = (String::new(), Vec::<Call>::new());
    for event in events {
        let delta = &event["choices"][0]["delta"];
        reasoning += delta["reasoning_content"].as_str().unwrap_or_default();
        for piece in delta["tool_calls"].as_array().into_iter().flatten() {
            let at = usize::try_from(piece["index"].as_u64().unwrap_or_default()).unwrap_or_default();
            if at == calls.len() {
                calls.push(Call::default());
            }
            if let Some(call) = calls.get_mut(at) {
                call.name += piece["function"]["name"].as_str().unwrap_or_default();
                call.input += piece["function"]["arguments"].as_str().unwrap_or_default();
            }
        }
    }
    let thinking = if reasoning.is_empty() { Vec::new() } else { vec![Value::String(reasoning)] };
    (thinking, calls)
}

/// Adds a piece to a text; what was no text begins as none.
fn add(text: &mut Value, piece: &Value) {
    *text = json!(text.as_str().unwrap_or_default().to_owned() + piece.as_str().unwrap_or_default());
}
