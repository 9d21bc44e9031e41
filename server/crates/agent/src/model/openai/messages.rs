//! The history as messages of a chat. Ids of calls are our own, from the turn's place in the history: some providers repeat
//! theirs.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Dialect, Settings};
use crate::model::{Block, BlockView, CallResult, Media, ModelError, Part, Request, Turn};

/// What is said for the person where the model spoke last: a request can't end with the assistant.
const GO_ON: &str = "Go on.";
/// The longest name of a tool.
const MAX_TOOL_NAME_CHARS: usize = 64;

#[derive(Serialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub(super) enum Message<'a> {
    System {
        content: &'a str,
    },
    User {
        content: Content<'a>,
    },
    Assistant {
        content: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        reasoning_content: Option<String>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        tool_calls: Vec<ToolCall>,
    },
    Tool {
        tool_call_id: String,
        content: Cow<'a, str>,
    },
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Content<'a> {
    Text(&'a str),
    Parts(Vec<Value>),
}

#[derive(Serialize)]
pub(super) struct ToolCall {
    id: String,
    r#type: &'static str,
    function: Function,
}

#[derive(Serialize)]
struct Function {
    name: String,
    arguments: String,
}

/// What of a block the view does not hold.
#[derive(Deserialize)]
struct AsItCame {
    #[serde(default)]
    text: String,
    arguments: Option<String>,
}

/// The system's text and all that was said, ending with the person or with results.
pub(super) fn messages<'a>(request: &Request<'a>, settings: &Settings) -> Result<Vec<Message<'a>>, ModelError> {
    let mut messages = Vec::with_capacity(request.history.len() + 1);
    if !request.system.is_empty() {
        messages.push(Message::System { content: request.system });
    }
    for (at, turn) in request.history.iter().enumerate() {
        match turn {
            Turn::Person(parts) if parts.is_empty() => {}
            Turn::Person(parts) => messages.push(Message::User { content: content(parts)? }),
            Turn::Model { source, blocks } => {
                let own = source.provider == settings.provider && source.model == settings.model;
                let speaker = Speaker { turn: at, own, kimi: settings.dialect == Dialect::Kimi };
                speaker.say(blocks, request.history.get(at + 1), &mut messages);
            }
            // They are told with the reply that asked for them.
            Turn::Results(_) => {}
        }
    }
    Ok(messages)
}

fn content(parts: &[Part]) -> Result<Content<'_>, ModelError> {
    if let [Part::Text(text)] = parts {
        return Ok(Content::Text(text));
    }
    let part = |part: &Part| match part {
        Part::Text(text) => Ok(json!({"type": "text", "text": text})),
        Part::Image(Media { media_type, base64, .. }) => {
            Ok(json!({"type": "image_url", "image_url": {"url": format!("data:{media_type};base64,{base64}")}}))
        }
        Part::Document(_) => Err(ModelError::Unsupported("PDF documents".to_owned())),
    };
    parts.iter().map(part).collect::<Result<_, _>>().map(Content::Parts)
}

/// The model of one turn.
struct Speaker {
    turn: usize,
    /// Whether it is the model that is asked now: only it gets its thinking back.
    own: bool,
    kimi: bool,
}

impl Speaker {
    /// Its message, and the results of its calls where they come next. A reply without text and calls is left out, and so is
    /// a call without a result: neither can be sent.
    fn say<'a>(&self, blocks: &[Block], next: Option<&'a Turn>, messages: &mut Vec<Message<'a>>) {
        let results: &[CallResult] = match next {
            Some(Turn::Results(results)) => results,
            Some(Turn::Person(_) | Turn::Model { .. }) | None => &[],
        };
        let (mut content, mut thinking, mut tool_calls) = (String::new(), String::new(), Vec::new());
        for block in blocks {
            match block.view() {
                BlockView::Text(text) => content.push_str(&text),
                BlockView::Call { name, input, .. } if tool_calls.len() < results.len() => {
                    let rebuilt = input.as_ref().map_or_else(|_| "{}".to_owned(), |input| json!(input).to_string());
                    // What is no JSON object is not sent back even to its model: servers parse it and refuse the whole.
                    let told = as_it_came(block).and_then(|block| block.arguments);
                    let told = told.filter(|text| self.own && input.is_ok() && !text.trim().is_empty());
                    let function = Function { name: tool_name(&name), arguments: told.unwrap_or(rebuilt) };
                    tool_calls.push(ToolCall { id: self.id(tool_calls.len()), r#type: "function", function });
                }
                BlockView::Thinking if self.own => {
                    thinking.push_str(&as_it_came(block).map(|block| block.text).unwrap_or_default());
                }
                BlockView::Call { .. } | BlockView::Thinking | BlockView::Unknown => {}
            }
        }
        if content.is_empty() && tool_calls.is_empty() {
            return;
        }
        let called = tool_calls.len();
        // K3 refuses an assistant message with calls that lacks the key.
        let reasoning_content = (!thinking.is_empty() || (self.kimi && called > 0)).then_some(thinking);
        messages.push(Message::Assistant { content, reasoning_content, tool_calls });
        for (position, result) in results.iter().take(called).enumerate() {
            let content = if result.is_error {
                Cow::Owned(format!("Error: {}", result.text))
            } else {
                Cow::Borrowed(result.text.as_str())
            };
            messages.push(Message::Tool { tool_call_id: self.id(position), content });
        }
        let person_is_next = matches!(next, Some(Turn::Person(parts)) if !parts.is_empty());
        if called == 0 && !person_is_next {
            messages.push(Message::User { content: Content::Text(GO_ON) });
        }
    }

    fn id(&self, position: usize) -> String {
        format!("call_{}_{position}", self.turn)
    }
}

fn as_it_came(block: &Block) -> Option<AsItCame> {
    serde_json::from_str(block.json()).ok()
}

/// A name that a server accepts, also where a model made one up that is none.
fn tool_name(name: &str) -> String {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    let name: String = name.chars().take(MAX_TOOL_NAME_CHARS).map(|c| if fits(c) { c } else { '_' }).collect();
    if name.is_empty() { "_".to_owned() } else { name }
}
