//! How OpenAI-compatible servers write, Kimi among them.

use mezzofy_domain::usage::Usage;
use serde_json::{Value, json};

use super::frames::Frame;
use crate::answer::{Thought, Words, pieces};
use mezzofy_agent::model::StopReason;

/// A reply as events. As Kimi does, ids of calls repeat from reply to reply.
pub(super) fn stream(words: &Words, request: &Value, number: usize, usage: Usage) -> Vec<Frame> {
    let model = request["model"].as_str().unwrap_or_default();
    let mut frames = Vec::new();
    let mut chunk = |choices: Value, used: Option<&Value>, piece: bool| {
        let mut data = json!({
            "id": format!("chatcmpl-{number:04}"), "object": "chat.completion.chunk", "created": 1_790_000_000,
            "model": model, "choices": choices,
        });
        if let Some(used) = used {
            data["usage"] = used.clone();
        }
        frames.push(Frame { bytes: format!("data: {data}\n\n").into_bytes(), piece });
    };
    let choice = |delta: Value| json!([{"index": 0, "delta": delta, "finish_reason": null}]);

    chunk(choice(json!({"role": "assistant", "content": ""})), None, false);
    for thought in &words.thinking {
        if let Thought::Open(text) = thought {
            for piece in pieces(text) {
                chunk(choice(json!({"reasoning_content": piece})), None, true);
            }
        }
    }
    for piece in pieces(words.text.as_deref().unwrap_or_default()) {
        chunk(choice(json!({"content": piece})), None, true);
    }
    for (at, (name, input)) in words.calls().into_iter().enumerate() {
        let call = json!({"index": at, "id": format!("{name}:{at}"), "type": "function",
            "function": {"name": name, "arguments": ""}});
        chunk(choice(json!({"tool_calls": [call]})), None, false);
        for piece in pieces(&input) {
            let call = json!({"index": at, "function": {"arguments": piece}});
            chunk(choice(json!({"tool_calls": [call]})), None, true);
        }
    }
    let used = usage_of(usage);
    let mut last = json!([{"index": 0, "delta": {}, "finish_reason": finish_of(&words.stop())}]);
    if model.starts_with("kimi-") {
        last[0]["usage"] = used.clone();
    }
    chunk(last, None, false);
    if request["stream_options"]["include_usage"] == true {
        chunk(json!([]), Some(&used), false);
    }
    frames.push(Frame { bytes: b"data: [DONE]\n\n".to_vec(), piece: false });
    frames
}

fn usage_of(usage: Usage) -> Value {
    json!({
        "prompt_tokens": usage.prompt(), "completion_tokens": usage.output,
        "total_tokens": usage.prompt() + usage.output, "cached_tokens": usage.cache_read,
        "prompt_tokens_details": {"cached_tokens": usage.cache_read},
    })
}

fn finish_of(stop: &StopReason) -> &'static str {
    match stop {
        StopReason::Ended | StopReason::Paused => "stop",
        StopReason::Calls => "tool_calls",
        StopReason::Cut | StopReason::WindowExceeded => "length",
        StopReason::Refused(_) => "content_filter",
    }
}

/// A sign of life.
pub(super) fn ping() -> Vec<u8> {
    b": keep-alive\n\n".to_vec()
}

/// An error inside a stream.
pub(super) fn error_event(kind: &str) -> Vec<u8> {
    let error = json!({"error": {"message": "The stream was ended by an error.", "type": kind}});
    format!("data: {error}\n\n").into_bytes()
}

/// The body of a refusal.
pub(super) fn refusal(status: u16, message: &str) -> Value {
    let kind = match status {
        401 => "incorrect_api_key_error",
        403 => "exceeded_current_quota_error",
        404 => "resource_not_found_error",
        429 => "rate_limit_reached_error",
        400..=499 => "invalid_request_error",
        503 => "engine_overloaded_error",
        _ => "server_error",
    };
    json!({"error": {"message": message, "type": kind}})
}

/// What is told about a model.
pub(super) fn facts(id: &str, window: u64) -> Value {
    json!({"id": id, "object": "model", "created": 1_790_000_000, "owned_by": "replay", "context_length": window})
}
