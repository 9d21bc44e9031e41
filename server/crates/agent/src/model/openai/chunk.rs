//! One chunk of a chat stream, as far as we read it. What is not named here is allowed and ignored.

use mezzofy_domain::usage::Usage;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
pub(super) struct Chunk {
    pub(super) choices: Option<Vec<Choice>>,
    pub(super) usage: Option<Counts>,
    /// An error after the stream began: an object or a sentence.
    pub(super) error: Option<Value>,
}

#[derive(Deserialize)]
pub(super) struct Choice {
    pub(super) index: Option<u64>,
    pub(super) delta: Option<Delta>,
    pub(super) finish_reason: Option<String>,
    /// Where Kimi puts the usage.
    pub(super) usage: Option<Counts>,
}

#[derive(Deserialize)]
pub(super) struct Delta {
    pub(super) content: Option<String>,
    pub(super) refusal: Option<String>,
    pub(super) tool_calls: Option<Vec<CallDelta>>,
    reasoning_content: Option<String>,
    reasoning: Option<String>,
}

impl Delta {
    /// Thinking, under either of its names; servers that send both send the same in both.
    pub(super) fn thinking(&self) -> &str {
        let named = [&self.reasoning_content, &self.reasoning].into_iter().flatten();
        named.map(String::as_str).find(|text| !text.is_empty()).unwrap_or_default()
    }
}

#[derive(Deserialize)]
pub(super) struct CallDelta {
    pub(super) index: Option<u64>,
    id: Option<String>,
    function: Option<FunctionDelta>,
}

#[derive(Deserialize)]
struct FunctionDelta {
    name: Option<String>,
    arguments: Option<Value>,
}

impl CallDelta {
    pub(super) fn id(&self) -> &str {
        self.id.as_deref().unwrap_or_default()
    }

    pub(super) fn name(&self) -> &str {
        self.function.as_ref().and_then(|function| function.name.as_deref()).unwrap_or_default()
    }

    /// The next piece of the arguments' text; some servers give the whole as an object.
    pub(super) fn arguments(&self) -> String {
        match self.function.as_ref().and_then(|function| function.arguments.as_ref()) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(piece)) => piece.clone(),
            Some(whole) => whole.to_string(),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Counts {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
    /// Where Kimi puts it.
    cached_tokens: Option<u64>,
    prompt_tokens_details: Option<Details>,
}

#[derive(Deserialize)]
struct Details {
    cached_tokens: Option<u64>,
}

impl Counts {
    /// `prompt_tokens` counts the cached ones among it.
    pub(super) fn usage(&self) -> Usage {
        let prompt = self.prompt_tokens.unwrap_or(0);
        let detailed = self.prompt_tokens_details.as_ref().and_then(|details| details.cached_tokens);
        let cached = self.cached_tokens.or(detailed).unwrap_or(0).min(prompt);
        Usage {
            input: prompt - cached,
            cache_read: cached,
            output: self.completion_tokens.unwrap_or(0),
            ..Usage::default()
        }
    }
}
