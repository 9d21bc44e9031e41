//! What was said and done, as every model can be told it.

use serde::{Deserialize, Serialize};

use super::block::Block;

/// One turn of the history of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// What the person said and handed over, and what the server adds to it.
    Person(Vec<Part>),
    /// A model's reply.
    Model {
        /// Which model said it.
        source: Source,
        /// As it said it.
        blocks: Vec<Block>,
    },
    /// The results of the calls of the reply before: one for each call, in its order.
    Results(Vec<CallResult>),
}

/// Where a reply comes from. Thinking goes back only to the same model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The provider's name in the configuration, e.g. `claude`.
    pub provider: String,
    /// The model's id, e.g. `claude-sonnet-5-5`.
    pub model: String,
}

/// A part of what a person said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Text; never empty.
    Text(String),
    /// PNG, JPEG, GIF or WebP.
    Image(Media),
    /// A PDF.
    Document(Media),
}

/// A file in a turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    pub name: String,
    /// E.g. `image/png`.
    pub media_type: String,
    /// Its bytes, base64.
    pub base64: String,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallResult {
    /// JSON or plain text; never empty.
    pub text: String,
    /// Whether it failed; the text says why.
    pub is_error: bool,
}
