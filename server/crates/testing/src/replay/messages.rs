//! How the Messages API writes.

use mezzofy_domain::usage::Usage;
use serde_json::{Value, json};

use super::frames::Frame;
use crate::answer::{Thought, Words, pieces};
use mezzofy_agent::model::StopReason;

/// The only version it speaks.
pub(super) const VERSION: &str = "2026-10-21";

/// A reply as events. `number` makes its ids its own.
pub(super) fn stream(words: &Words, model: &str, number: usize, usage: Usage) -> Vec<Frame> {
    let mut writer = Writer { frames: Vec::new(), index: 0 };
    let mut begun = usage_of(Usage { output: 1, ..usage });
    begun["cache_creation"] =
        json!({"ephemeral_5m_input_tokens": usage.cache_write_5m, "ephemeral_1h_input_tokens": usage.cache_write_1h});
    begun["service_tier"] = json!("standard");
    writer.event(
        &json!({"type": "message_start", "message": {
            "id": format!("msg_{number:04}"), "type": "message", "role": "assistant", "model": model, "content": [],
            "stop_reason": null, "stop_sequence": null, "stop_details": null, "usage": begun,
        }}),
        false,
    );
    for (at, thought) in words.thinking.iter().enumerate() {
        match thought {
            Thought::Open(text) => {
                let mut deltas = deltas("thinking_delta", "thinking", text);
                deltas.push(json!({"type": "signature_delta", "signature": format!("c2ln{number:04}{at}+/==")}));
                writer.block(&json!({"type": "thinking", "thinking": "", "signature": ""}), &deltas);
            }
            Thought::Redacted => {
                writer.block(&json!({"type": "redacted_thinking", "data": format!("ZW5j{number:04}{at}+/==")}), &[]);
            }
        }
    }
    if let Some(text) = &words.text {
        writer.block(&json!({"type": "text", "text": ""}), &deltas("text_delta", "text", text));
    }
    for (at, (name, input)) in words.calls().into_iter().enumerate() {
        let id = format!("toolu_{number:04}_{at}");
        let start = json!({"type": "tool_use", "id": id, "name": name, "input": {}, "caller": {"type": "direct"}});
        let mut deltas = deltas("input_json_delta", "partial_json", &input);
        if !deltas.is_empty() {
            deltas.insert(0, json!({"type": "input_json_delta", "partial_json": ""}));
        }
        writer.block(&start, &deltas);
    }
    let (reason, details) = stop_of(words.stop());
    let delta = json!({"stop_reason": reason, "stop_sequence": null, "stop_details": details});
    writer.event(&json!({"type": "message_delta", "delta": delta, "usage": usage_of(usage)}), false);
    writer.event(&json!({"type": "message_stop"}), false);
    writer.frames
}

struct Writer {
    frames: Vec<Frame>,
    index: usize,
}

impl Writer {
    fn event(&mut self, data: &Value, piece: bool) {
        self.frames.push(Frame { bytes: event(data), piece });
    }

    fn block(&mut self, start: &Value, deltas: &[Value]) {
        self.event(&json!({"type": "content_block_start", "index": self.index, "content_block": start}), false);
        if self.index == 0 {
            self.event(&json!({"type": "ping"}), false);
        }
        for delta in deltas {
            let piece = delta["type"] != "signature_delta" && delta["partial_json"] != "";
            self.event(&json!({"type": "content_block_delta", "index": self.index, "delta": delta}), piece);
        }
        self.event(&json!({"type": "content_block_stop", "index": self.index}), false);
        self.index += 1;
    }
}

fn event(data: &Value) -> Vec<u8> {
    format!("event: {}\ndata: {data}\n\n", data["type"].as_str().unwrap_or_default()).into_bytes()
}

fn deltas(kind: &str, key: &str, text: &str) -> Vec<Value> {
    let delta = |piece| {
        let mut delta = json!({"type": kind});
        delta[key] = Value::String(piece);
        delta
    };
    pieces(text).into_iter().map(delta).collect()
}

fn usage_of(usage: Usage) -> Value {
    json!({
        "input_tokens": usage.input,
        "cache_creation_input_tokens": usage.cache_write_5m + usage.cache_write_1h,
        "cache_read_input_tokens": usage.cache_read,
        "output_tokens": usage.output,
    })
}

fn stop_of(stop: StopReason) -> (&'static str, Value) {
    match stop {
        StopReason::Ended => ("end_turn", Value::Null),
        StopReason::Calls => ("tool_use", Value::Null),
        StopReason::Cut => ("max_tokens", Value::Null),
        StopReason::Paused => ("pause_turn", Value::Null),
        StopReason::Refused(category) => {
            ("refusal", json!({"type": "refusal", "category": category, "explanation": null}))
        }
        StopReason::WindowExceeded => ("model_context_window_exceeded", Value::Null),
    }
}

/// A sign of life.
pub(super) fn ping() -> Vec<u8> {
    event(&json!({"type": "ping"}))
}

/// An error inside a stream.
pub(super) fn error_event(kind: &str) -> Vec<u8> {
    event(&json!({"type": "error", "error": {"type": kind, "message": "The stream was ended by an error."}}))
}

/// The body of a refusal.
pub(super) fn refusal(status: u16, message: &str) -> Value {
    let kind = match status {
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        529 => "overloaded_error",
        504 => "timeout_error",
        400..=499 => "invalid_request_error",
        _ => "api_error",
    };
    json!({"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_0000"})
}

/// What is told about a model.
pub(super) fn facts(id: &str, window: u64) -> Value {
    json!({
        "type": "model", "id": id, "display_name": id, "created_at": "2026-09-01T00:00:00Z", "lifecycle": "active",
        "max_input_tokens": window, "max_tokens": 128_000, "capabilities": null,
    })
}
