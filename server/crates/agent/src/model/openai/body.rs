//! The body of a chat request. The messages come last and nothing of an earlier turn is written differently later, so that
//! the bodies of two turns begin with the same bytes.

use serde::Serialize;
use serde_json::{Value, json};

use super::messages::{Message, messages};
use super::{Dialect, Settings};
use crate::model::{ModelError, Request, ToolDefinition};

#[derive(Serialize)]
struct Chat<'a> {
    model: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_effort: Option<&'a str>,
    stream: bool,
    stream_options: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Value>,
    messages: Vec<Message<'a>>,
}

#[derive(Serialize)]
struct Count<'a> {
    model: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Value>,
    messages: Vec<Message<'a>>,
}

/// What asks for a reply. Sampling keys are never sent: Kimi refuses them, and a local server knows its own best.
pub(super) fn chat(request: &Request<'_>, settings: &Settings) -> Result<String, ModelError> {
    let (max_completion_tokens, max_tokens) = match settings.dialect {
        Dialect::Kimi => (Some(request.max_tokens), None),
        Dialect::Plain => (None, Some(request.max_tokens)),
    };
    let format = |schema| {
        json!({
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": schema, "strict": true},
        })
    };
    written(&Chat {
        model: &settings.model,
        max_completion_tokens,
        max_tokens,
        reasoning_effort: settings.effort.as_deref(),
        stream: true,
        stream_options: json!({"include_usage": true}),
        response_format: request.answer_schema.map(format),
        tools: request.tools.iter().map(tool).collect(),
        messages: messages(request, settings)?,
    })
}

/// What asks for the number of tokens.
pub(super) fn count(request: &Request<'_>, settings: &Settings) -> Result<String, ModelError> {
    let tools = request.tools.iter().map(tool).collect();
    written(&Count { model: &settings.model, tools, messages: messages(request, settings)? })
}

fn tool(tool: &ToolDefinition) -> Value {
    let ToolDefinition { name, description, input_schema } = tool;
    json!({
        "type": "function",
        "function": {"name": name, "description": description, "parameters": input_schema},
    })
}

fn written(body: &impl Serialize) -> Result<String, ModelError> {
    serde_json::to_string(body).map_err(|error| ModelError::Rejected(error.to_string()))
}

#[cfg(test)]
mod tests;
