//! A block of a reply: the JSON as it came, with a view of what we understand of it. What we don't understand goes back to
//! its model unchanged.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// One block of a reply. Its JSON text is kept byte for byte: `text`, `tool_use`, `thinking`, `redacted_thinking` and
/// others as the Messages API has them; `tool_use` with `arguments` (the text as it came) and `reasoning` for
/// OpenAI-compatible servers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block(String);

/// What we understand of a block.
#[derive(Debug, Clone, PartialEq)]
pub enum BlockView {
    /// Text for the person.
    Text(String),
    /// A call of a tool.
    Call {
        /// The model's id of it.
        id: String,
        /// The tool.
        name: String,
        /// The input; `Err` holds what is no JSON object.
        input: Result<Map<String, Value>, String>,
    },
    /// Thinking, open or not: only for the model that thought it.
    Thinking,
    /// Anything else.
    Unknown,
}

impl Block {
    /// A block of JSON that has been put together from a stream. U+0000, which the database can't store, is left out.
    #[must_use]
    pub fn from_json(raw: String) -> Self {
        if !raw.contains("\\u0000") {
            return Self(raw);
        }
        match serde_json::from_str(&raw) {
            Ok(mut value) => {
                leave_out_nul(&mut value);
                Self(value.to_string())
            }
            Err(_) => Self(raw.replace("\\u0000", "")),
        }
    }

    /// A block of a value.
    #[must_use]
    pub fn of(value: &Value) -> Self {
        Self::from_json(value.to_string())
    }

    /// A block of text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::of(&serde_json::json!({"type": "text", "text": text}))
    }

    /// A call of a tool.
    #[must_use]
    pub fn call(id: &str, name: &str, input: &Value) -> Self {
        Self::of(&serde_json::json!({"type": "tool_use", "id": id, "name": name, "input": input}))
    }

    /// The JSON, as it came.
    #[must_use]
    pub fn json(&self) -> &str {
        &self.0
    }

    /// The JSON, for a request's body; `None` where it is none.
    #[must_use]
    pub fn raw(&self) -> Option<Box<RawValue>> {
        RawValue::from_string(self.0.clone()).ok()
    }

    /// What we understand of it.
    #[must_use]
    pub fn view(&self) -> BlockView {
        let Ok(Value::Object(block)) = serde_json::from_str::<Value>(&self.0) else { return BlockView::Unknown };
        let text = |name: &str| block.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        match text("type").as_str() {
            "text" => BlockView::Text(text("text")),
            "tool_use" => {
                let input = match block.get("arguments") {
                    Some(Value::String(arguments)) => input_of(arguments),
                    Some(_) | None => match block.get("input") {
                        Some(Value::Object(input)) => Ok(input.clone()),
                        Some(other) => Err(other.to_string()),
                        None => Ok(Map::new()),
                    },
                };
                BlockView::Call { id: text("id"), name: text("name"), input }
            }
            "thinking" | "redacted_thinking" | "reasoning" => BlockView::Thinking,
            _ => BlockView::Unknown,
        }
    }
}

/// Leaves U+0000 out of all texts of a value: the database can't store it.
pub fn leave_out_nul(value: &mut Value) {
    match value {
        Value::String(text) => text.retain(|letter| letter != '\0'),
        Value::Array(items) => items.iter_mut().for_each(leave_out_nul),
        Value::Object(fields) => {
            if fields.keys().any(|name| name.contains('\0')) {
                *fields = std::mem::take(fields).into_iter().map(|(name, it)| (name.replace('\0', ""), it)).collect();
            }
            fields.values_mut().for_each(leave_out_nul);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The input that a call's text stands for; nothing at all stands for `{}`.
fn input_of(arguments: &str) -> Result<Map<String, Value>, String> {
    if arguments.trim().is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_str(arguments).map_err(|_| arguments.to_owned())
}
