//! The contract with whatever plans and writes: a request, streamed text, a reply. A model decides nothing; what it wants
//! called is checked by the gate.

use std::time::Duration;

use async_trait::async_trait;
use mezzofy_domain::usage::Usage;
use serde_json::Value;

mod block;
pub mod claude;
pub mod openai;
mod sse;
mod strict;
mod turn;
mod wire;

pub use block::{Block, BlockView, leave_out_nul};
pub use turn::{CallResult, Media, Part, Source, Turn};
pub use wire::BadSettings;

/// What a model is asked. Everything but the end of the history is the same bytes from turn to turn, so that providers
/// can cache it.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// What it is, for whom it works and by which rules.
    pub system: &'a str,
    /// What it may call, sorted by name.
    pub tools: &'a [ToolDefinition],
    /// What was said and done so far; a person's turn or results come last.
    pub history: &'a [Turn],
    /// The longest reply, in tokens, its thinking among them.
    pub max_tokens: u32,
    /// Where the reply must be JSON and nothing else: its schema. Each object in it is closed and requires all it has.
    pub answer_schema: Option<&'a Value>,
}

/// A tool as a model sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolDefinition {
    /// Letters, digits, `_` and `-`; 64 at most.
    pub name: String,
    /// When to call it, what it gives.
    pub description: String,
    /// JSON schema of its input; the root is an object.
    pub input_schema: Value,
}

/// A complete reply.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// Thinking, text and calls, in order. A call that was cut off is not among them.
    pub blocks: Vec<Block>,
    /// Why it ended.
    pub stop: StopReason,
    /// What it took.
    pub usage: Usage,
}

impl Reply {
    /// All its text.
    #[must_use]
    pub fn text(&self) -> String {
        let texts = self.blocks.iter().filter_map(|block| match block.view() {
            BlockView::Text(text) => Some(text),
            BlockView::Call { .. } | BlockView::Thinking | BlockView::Unknown => None,
        });
        texts.collect()
    }
}

/// Why a reply ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StopReason {
    /// It said all it had to say.
    Ended,
    /// It waits for the results of its calls.
    Calls,
    /// It reached `max_tokens`.
    Cut,
    /// The provider paused it; the same history with this reply carries it on.
    Paused,
    /// The provider's safety system ended it, with its category where it is told.
    Refused(Option<String>),
    /// The history does not fit the model's window.
    WindowExceeded,
}

/// Why there is no reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// 401 or 403: the key is wrong, revoked or not for this model.
    #[error("the key was refused: {0}")]
    KeyRefused(String),
    /// The provider's own limit on money is reached, or the balance is used up. Waiting does not help.
    #[error("the provider's spending limit is reached: {0}")]
    SpendLimit(String),
    /// Too many requests, an overloaded or failing provider: the same request may work later.
    #[error("the provider is busy: {detail}")]
    Busy {
        /// What it said.
        detail: String,
        /// How long it asks to wait.
        retry_after: Option<Duration>,
        /// Whether it may be tried again at all (`x-should-retry`).
        again: bool,
    },
    /// No connection, or none that could be kept until the reply began.
    #[error("the provider can't be reached: {0}")]
    Unreachable(String),
    /// The reply began and did not end: cut, stalled, garbled, or an error inside the stream.
    #[error("the reply broke off: {0}")]
    BrokenOff(String),
    /// The request does not fit: more than the provider takes.
    #[error("the request is too large: {0}")]
    TooLarge(String),
    /// The provider finds the request wrong: a fault of ours.
    #[error("the request was rejected: {0}")]
    Rejected(String),
    /// This model can't take such a part.
    #[error("the model can't take {0}")]
    Unsupported(String),
}

impl ModelError {
    /// Whether the provider finds thinking in the history wrong: without it the request may be taken.
    #[must_use]
    pub fn is_about_thinking(&self) -> bool {
        let Self::Rejected(detail) = self else { return false };
        let detail = detail.to_lowercase();
        detail.contains("signature") || (detail.contains("thinking") && !detail.contains("thinking.type"))
    }
}

/// What a provider tells about a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ModelFacts {
    /// Tokens of input and output together, where told.
    pub window: Option<u64>,
    /// The longest reply, where told.
    pub max_output: Option<u32>,
}

/// Takes the text of a reply as it comes.
pub type TextSink<'a> = &'a mut (dyn FnMut(&str) + Send);

/// What plans and writes.
#[async_trait]
pub trait Model: Send + Sync {
    /// Asks, and gives each piece of text to `heard` as soon as it is there. Nothing is tried twice here.
    async fn stream(&self, request: &Request<'_>, heard: TextSink<'_>) -> Result<Reply, ModelError>;

    /// The input tokens of a request as the provider counts them; `None` where it can't.
    async fn count_tokens(&self, request: &Request<'_>) -> Result<Option<u64>, ModelError>;

    /// What the provider tells about the model.
    async fn facts(&self) -> Result<ModelFacts, ModelError>;
}

#[cfg(test)]
mod tests;
