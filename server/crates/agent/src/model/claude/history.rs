//! The history as messages. Each turn is written from itself and the turns before it alone, so what was sent once is sent
//! in the same bytes ever after.

use std::borrow::Cow;
use std::collections::HashSet;

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::fields::Fields;
use crate::model::{Block, BlockView, CallResult, Media, ModelError, Part, Source, Turn};

/// What a user says where it is the model's turn and nobody has said anything.
const GO_ON: &str = "Go on.";
/// Each call needs a result, also one that was never carried out.
const NO_RESULT: &str = "This call was not carried out.";

#[derive(Debug, Serialize)]
pub(super) struct Message<'a> {
    role: &'static str,
    content: Vec<Content<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Content<'a> {
    Ours(Piece<'a>),
    AsItCame(Box<RawValue>),
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Piece<'a> {
    Text {
        text: Cow<'a, str>,
    },
    Image {
        source: Base64<'a>,
    },
    Document {
        source: Base64<'a>,
        title: &'a str,
    },
    ToolUse {
        id: String,
        name: String,
        input: Map<String, Value>,
    },
    ToolResult {
        tool_use_id: String,
        content: &'a str,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        is_error: bool,
    },
}

#[derive(Debug, Serialize)]
struct Base64<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    media_type: &'a str,
    data: &'a str,
}

/// The messages of a history for a model; the last one is a user's.
pub(super) fn messages<'a>(history: &'a [Turn], model: &Source) -> Result<Vec<Message<'a>>, ModelError> {
    let mut written = Written::default();
    for (index, turn) in history.iter().enumerate() {
        match turn {
            Turn::Person(parts) => {
                let parts = parts.iter().filter(|part| !matches!(part, Part::Text(text) if text.trim().is_empty()));
                let content = parts.map(part).collect::<Result<Vec<_>, _>>()?;
                written.user(content);
            }
            Turn::Model { source, blocks } => {
                let results = match history.get(index + 1) {
                    Some(Turn::Results(results)) => results.as_slice(),
                    Some(Turn::Person(_) | Turn::Model { .. }) | None => &[],
                };
                written.reply(index, blocks, source == model, results);
            }
            // Written with the reply whose calls they answer.
            Turn::Results(_) => {}
        }
    }
    written.let_user_speak();
    Ok(written.messages)
}

#[derive(Debug, Default)]
struct Written<'a> {
    messages: Vec<Message<'a>>,
    ids: HashSet<String>,
}

impl<'a> Written<'a> {
    fn user(&mut self, content: Vec<Content<'a>>) {
        if content.is_empty() {
            return;
        }
        match self.messages.last_mut() {
            Some(last) if last.role == "user" => last.content.extend(content),
            Some(_) | None => self.messages.push(Message { role: "user", content }),
        }
    }

    /// A request neither begins nor ends with the assistant, who never speaks twice in a row.
    fn let_user_speak(&mut self) {
        if self.messages.last().is_none_or(|last| last.role == "assistant") {
            self.user(vec![Content::Ours(Piece::Text { text: GO_ON.into() })]);
        }
    }

    /// A reply and the results of its calls, matched by position.
    fn reply(&mut self, index: usize, blocks: &'a [Block], is_own: bool, results: &'a [CallResult]) {
        let mut content = Vec::new();
        let mut calls = Vec::new();
        // No message ends with thinking: what comes after this many is left out.
        let mut end = 0;
        for block in blocks {
            let piece = match block.view() {
                BlockView::Text(text) if text.trim().is_empty() => None,
                BlockView::Text(_) | BlockView::Unknown if is_own => as_it_came(block),
                BlockView::Text(text) => Some(Content::Ours(Piece::Text { text: text.into() })),
                BlockView::Call { id, name, input } => {
                    let id = self.id(block, id, index, calls.len());
                    calls.push(id.clone());
                    Some(call(block, is_own, id, &name, input))
                }
                BlockView::Thinking if is_own && is_signed(block) => {
                    content.extend(as_it_came(block));
                    continue;
                }
                BlockView::Thinking | BlockView::Unknown => None,
            };
            if let Some(piece) = piece {
                content.push(piece);
                end = content.len();
            }
        }
        content.truncate(end);
        // This reply was asked for, even if nothing of it goes back.
        self.let_user_speak();
        if content.is_empty() {
            return;
        }
        self.messages.push(Message { role: "assistant", content });
        let results = calls.into_iter().enumerate().map(|(position, tool_use_id)| {
            let (content, is_error) =
                results.get(position).map_or((NO_RESULT, true), |result| (result.text.as_str(), result.is_error));
            Content::Ours(Piece::ToolResult { tool_use_id, content, is_error })
        });
        self.user(results.collect());
    }

    /// The call's own id where it is one that the Messages API takes and has not seen in this history.
    fn id(&mut self, block: &Block, own: String, index: usize, position: usize) -> String {
        let is_from_messages_api = fields(block).is_some_and(|it| it.get("input").is_some());
        let id = if is_from_messages_api && is_name(&own) && !is_made_up(&own) && !self.ids.contains(&own) {
            own
        } else {
            format!("call_{index}_{position}")
        };
        self.ids.insert(id.clone());
        id
    }
}

fn part(part: &Part) -> Result<Content<'_>, ModelError> {
    let piece = match part {
        Part::Text(text) => Piece::Text { text: text.into() },
        Part::Image(media) => match media.media_type.as_str() {
            "image/png" | "image/jpeg" | "image/gif" | "image/webp" => Piece::Image { source: base64(media) },
            other => return Err(ModelError::Unsupported(format!("an image of type {other}"))),
        },
        Part::Document(media) if media.media_type == "application/pdf" => {
            Piece::Document { source: base64(media), title: &media.name }
        }
        Part::Document(media) => {
            return Err(ModelError::Unsupported(format!("a document of type {}", media.media_type)));
        }
    };
    Ok(Content::Ours(piece))
}

fn base64(media: &Media) -> Base64<'_> {
    Base64 { kind: "base64", media_type: &media.media_type, data: &media.base64 }
}

/// A call as it came where the model is the same and everything in it may go back, else what it means.
fn call<'a>(
    block: &Block,
    is_own: bool,
    id: String,
    name: &str,
    input: Result<Map<String, Value>, String>,
) -> Content<'a> {
    let may_go_back = is_name(name) && input.is_ok();
    if is_own
        && may_go_back
        && let Some(mut fields) = fields(block)
        && fields.get("arguments").is_none()
        && fields.get("input").is_some()
    {
        if fields.text("id") != id {
            fields.set_value("id", &id);
        }
        if let Some(raw) = fields.json().and_then(|json| RawValue::from_string(json).ok()) {
            return Content::AsItCame(raw);
        }
    }
    Content::Ours(Piece::ToolUse { id, name: as_name(name), input: input.unwrap_or_default() })
}

fn as_it_came<'a>(block: &Block) -> Option<Content<'a>> {
    block.raw().map(Content::AsItCame)
}

fn fields(block: &Block) -> Option<Fields> {
    serde_json::from_str(block.json()).ok()
}

/// Thinking that was cut off has no signature and would be refused.
fn is_signed(block: &Block) -> bool {
    fields(block).is_some_and(|it| match it.text("type").as_str() {
        "thinking" => !it.text("signature").is_empty(),
        kind => kind == "redacted_thinking",
    })
}

fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

/// The name of a tool that was called and can't exist, in letters that may be sent.
fn as_name(text: &str) -> String {
    let name: String = text
        .chars()
        .take(64)
        .map(|letter| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '_' })
        .collect();
    if name.is_empty() { "_".to_owned() } else { name }
}

/// Whether an id looks like those that are made here.
fn is_made_up(id: &str) -> bool {
    id.strip_prefix("call_").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_'))
}

#[cfg(test)]
mod tests;
