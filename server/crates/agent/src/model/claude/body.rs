//! The body of a request. Its keys are in an order that puts what grows, the messages, last; what comes before is the same
//! bytes in each turn of a run.

use serde::Serialize;
use serde_json::Value;

use super::history::{Message, messages};
use crate::model::strict::Limits;
use crate::model::{ModelError, Request, Source, ToolDefinition};

/// The largest body the Messages API takes.
const MAX_REQUEST_BYTES: usize = 32 * 1024 * 1024;

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    thinking: Thinking,
    output_config: OutputConfig<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    system: Vec<SystemText<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<Kind>,
    /// The breakpoint that moves with the last message. The other one, at the system's end, holds the tools as well.
    cache_control: Kind,
    messages: Vec<Message<'a>>,
}

#[derive(Serialize)]
struct Kind {
    #[serde(rename = "type")]
    kind: &'static str,
}

const EPHEMERAL: Kind = Kind { kind: "ephemeral" };

#[derive(Serialize)]
struct Thinking {
    #[serde(rename = "type")]
    kind: &'static str,
    display: &'static str,
}

/// Text between calls comes in thinking, and that is empty unless it is asked for.
const THINKING: Thinking = Thinking { kind: "adaptive", display: "summarized" };

#[derive(Serialize)]
struct OutputConfig<'a> {
    effort: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<Format>,
}

#[derive(Serialize)]
struct Format {
    #[serde(rename = "type")]
    kind: &'static str,
    schema: Value,
}

#[derive(Serialize)]
struct SystemText<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    text: &'a str,
    cache_control: Kind,
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'a str,
    description: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    strict: bool,
    input_schema: Value,
}

/// The body that asks for a reply, as a stream.
pub(super) fn of_reply(request: &Request<'_>, model: &Source, effort: &str) -> Result<String, ModelError> {
    written(&Body { max_tokens: Some(request.max_tokens), stream: Some(true), ..of(request, model, effort)? })
}

/// The body that asks how many tokens the request has.
pub(super) fn of_count(request: &Request<'_>, model: &Source, effort: &str) -> Result<String, ModelError> {
    written(&of(request, model, effort)?)
}

fn of<'a>(request: &Request<'a>, model: &'a Source, effort: &'a str) -> Result<Body<'a>, ModelError> {
    let mut limits = Limits::default();
    let format = request.answer_schema.map(|schema| Format { kind: "json_schema", schema: limits.answer(schema) });
    let system = SystemText { kind: "text", text: request.system, cache_control: EPHEMERAL };
    Ok(Body {
        model: &model.model,
        max_tokens: None,
        thinking: THINKING,
        output_config: OutputConfig { effort, format },
        stream: None,
        system: if request.system.trim().is_empty() { Vec::new() } else { vec![system] },
        tools: request.tools.iter().map(|it| tool(it, &mut limits)).collect(),
        tool_choice: (!request.tools.is_empty()).then_some(Kind { kind: "auto" }),
        cache_control: EPHEMERAL,
        messages: messages(request.history, model)?,
    })
}

fn tool<'a>(tool: &'a ToolDefinition, limits: &mut Limits) -> Tool<'a> {
    let strict = limits.tool(&tool.input_schema);
    Tool {
        name: &tool.name,
        description: &tool.description,
        strict: strict.is_some(),
        input_schema: strict.unwrap_or_else(|| tool.input_schema.clone()),
    }
}

fn written(body: &Body<'_>) -> Result<String, ModelError> {
    let text = serde_json::to_string(body).map_err(|error| ModelError::Rejected(error.to_string()))?;
    if text.len() > MAX_REQUEST_BYTES {
        return Err(ModelError::TooLarge(format!("it has {} MB, and 32 is the most", text.len() / 1024 / 1024)));
    }
    Ok(text)
}

#[cfg(test)]
mod tests;
