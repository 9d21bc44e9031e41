//! The two protocols behind one set of words.

use axum::http::HeaderMap;
use mezzofy_domain::usage::Usage;
use serde_json::Value;

use super::frames::Frame;
use super::{chat, messages};
use crate::answer::Words;
use crate::checks;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    Messages,
    Chat,
}

impl Protocol {
    /// The protocol of a client, by the header of its key.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        if headers.contains_key("x-api-key") { Self::Messages } else { Self::Chat }
    }

    /// The key as this protocol carries it.
    pub(super) fn key(self, headers: &HeaderMap) -> Option<&str> {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        match self {
            Self::Messages => header("x-api-key"),
            Self::Chat => header("authorization").and_then(|value| value.strip_prefix("Bearer ")),
        }
    }

    pub(super) fn problems(self, body: &Value) -> Vec<String> {
        match self {
            Self::Messages => checks::messages(body),
            Self::Chat => checks::chat(body),
        }
    }

    pub(super) fn stream(self, words: &Words, request: &Value, number: usize, usage: Usage) -> Vec<Frame> {
        match self {
            Self::Messages => messages::stream(words, request["model"].as_str().unwrap_or_default(), number, usage),
            Self::Chat => chat::stream(words, request, number, usage),
        }
    }

    pub(super) fn error_event(self, kind: &str) -> Vec<u8> {
        match self {
            Self::Messages => messages::error_event(kind),
            Self::Chat => chat::error_event(kind),
        }
    }

    pub(super) fn ping(self) -> Vec<u8> {
        match self {
            Self::Messages => messages::ping(),
            Self::Chat => chat::ping(),
        }
    }

    pub(super) fn refusal(self, status: u16, message: &str) -> Value {
        match self {
            Self::Messages => messages::refusal(status, message),
            Self::Chat => chat::refusal(status, message),
        }
    }

    pub(super) fn facts(self, id: &str, window: u64) -> Value {
        match self {
            Self::Messages => messages::facts(id, window),
            Self::Chat => chat::facts(id, window),
        }
    }

    /// The name of its file of collected requests.
    pub(super) fn file(self) -> &'static str {
        match self {
            Self::Messages => "anthropic.jsonl",
            Self::Chat => "openai.jsonl",
        }
    }
}
