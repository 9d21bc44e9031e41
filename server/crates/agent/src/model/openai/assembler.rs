//! Puts a reply together from the chunks of a stream. Pure: the network is elsewhere.

use mezzofy_domain::usage::Usage;
use serde_json::json;

use super::chunk::{CallDelta, Choice, Chunk};
use super::refusal;
use crate::model::{Block, ModelError, Reply, StopReason, TextSink};

/// A reply on its way.
#[derive(Default)]
pub(super) struct Assembler {
    thinking: String,
    text: String,
    refused: bool,
    calls: Vec<Call>,
    finish: Option<String>,
    usage: Usage,
}

#[derive(Default)]
struct Call {
    index: Option<u64>,
    id: String,
    name: String,
    arguments: String,
}

impl Assembler {
    /// Takes the data of one event; `true` once the server has said that it is the last.
    pub(super) fn take(&mut self, data: &str, heard: TextSink<'_>) -> Result<bool, ModelError> {
        match data.trim() {
            "" => return Ok(false),
            "[DONE]" => return Ok(true),
            _ => {}
        }
        let Ok(chunk) = serde_json::from_str::<Chunk>(data) else {
            return Err(ModelError::BrokenOff("it holds something that is no chunk of a chat".to_owned()));
        };
        if let Some(error) = &chunk.error {
            return Err(refusal::in_stream(error, !self.text.is_empty()));
        }
        for choice in chunk.choices.unwrap_or_default() {
            if choice.index.unwrap_or(0) == 0 {
                self.take_choice(choice, heard);
            }
        }
        if let Some(tokens) = chunk.usage {
            self.usage = tokens.usage();
        }
        Ok(false)
    }

    fn take_choice(&mut self, choice: Choice, heard: TextSink<'_>) {
        if let Some(delta) = choice.delta {
            self.thinking.push_str(delta.thinking());
            if let Some(text) = delta.content.filter(|text| !text.is_empty()) {
                self.text.push_str(&text);
                heard(&text);
            }
            self.refused |= delta.refusal.is_some_and(|text| !text.is_empty());
            for piece in delta.tool_calls.unwrap_or_default() {
                let call = self.call_of(&piece);
                if call.id.is_empty() {
                    piece.id().clone_into(&mut call.id);
                }
                if call.name.is_empty() {
                    piece.name().clone_into(&mut call.name);
                }
                call.arguments.push_str(&piece.arguments());
            }
        }
        if let Some(reason) = choice.finish_reason.filter(|reason| !reason.is_empty()) {
            self.finish = Some(reason);
        }
        if let Some(tokens) = choice.usage {
            self.usage = tokens.usage();
        }
    }

    /// The call that a piece belongs to. The index says so; servers that leave it out, or give 0 to each, send whole
    /// calls, each with a name.
    fn call_of(&mut self, piece: &CallDelta) -> &mut Call {
        let known = match piece.index {
            Some(_) => self.calls.iter().rposition(|call| call.index == piece.index),
            None => self.calls.len().checked_sub(1),
        };
        let at = match known {
            Some(at) if !begins_another(&self.calls[at], piece) => at,
            Some(_) | None => {
                self.calls.push(Call { index: piece.index, ..Call::default() });
                self.calls.len() - 1
            }
        };
        &mut self.calls[at]
    }

    /// Whether the server has said why it stopped: what is still missing then is at most the usage.
    pub(super) fn is_complete(&self) -> bool {
        self.finish.is_some()
    }

    /// The reply, once the stream is over.
    pub(super) fn finish(mut self) -> Result<Reply, ModelError> {
        let Some(finish) = self.finish else {
            return Err(ModelError::BrokenOff("it ended without a finish reason".to_owned()));
        };
        let stop = match finish.as_str() {
            "length" => StopReason::Cut,
            "content_filter" => StopReason::Refused(None),
            _ if self.refused => StopReason::Refused(None),
            _ if self.calls.is_empty() => StopReason::Ended,
            _ => StopReason::Calls,
        };
        let mut blocks = Vec::new();
        if !self.thinking.is_empty() {
            blocks.push(Block::of(&json!({"type": "reasoning", "text": self.thinking})));
        }
        if !self.text.is_empty() {
            blocks.push(Block::text(&self.text));
        }
        if stop == StopReason::Calls {
            if self.calls.iter().any(|call| call.name.is_empty()) {
                return Err(ModelError::BrokenOff("it holds a call that names no tool".to_owned()));
            }
            self.calls.sort_by_key(|call| call.index);
            blocks.extend(self.calls.iter().enumerate().map(|(position, call)| call.block(position)));
        }
        Ok(Reply { blocks, stop, usage: self.usage })
    }
}

/// Whether a piece is of another call than the one its index points at.
fn begins_another(call: &Call, piece: &CallDelta) -> bool {
    if piece.name().is_empty() {
        return false;
    }
    match (piece.index, piece.id()) {
        (Some(_), "") => false,
        (None, "") => true,
        (_, id) => !call.id.is_empty() && call.id != id,
    }
}

impl Call {
    fn block(&self, position: usize) -> Block {
        let id = if self.id.is_empty() { format!("call_{position}") } else { self.id.clone() };
        Block::of(&json!({"type": "tool_use", "id": id, "name": self.name, "arguments": self.arguments}))
    }
}

#[cfg(test)]
mod tests;
