//! Puts a reply together from its events. Pure: what comes from where is not known here.

use mezzofy_domain::usage::Usage;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::refusal::error_in_stream;
use crate::model::sse::SseEvent;
use crate::model::{Block, BlockView, ModelError, Reply, StopReason, TextSink};
use growing::Growing;

mod growing;

/// A reply that is not complete.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    blocks: Vec<(u64, Growing)>,
    stop_reason: Option<String>,
    category: Option<String>,
    counts: Counts,
    anything_heard: bool,
    complete: bool,
}

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    index: u64,
    message: Option<Message>,
    #[serde(borrow)]
    content_block: Option<&'a RawValue>,
    #[serde(borrow)]
    delta: Option<&'a RawValue>,
    usage: Option<Counts>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Message {
    usage: Option<Counts>,
}

#[derive(Deserialize)]
struct MessageDelta {
    stop_reason: Option<String>,
    stop_details: Option<StopDetails>,
}

#[derive(Deserialize)]
struct StopDetails {
    category: Option<String>,
}

/// Tokens so far. What an event doesn't tell stays as it was told before.
#[derive(Debug, Default, Deserialize)]
struct Counts {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    cache_creation: Option<CacheCreation>,
}

#[derive(Debug, Default, Deserialize)]
struct CacheCreation {
    ephemeral_5m_input_tokens: Option<u64>,
    ephemeral_1h_input_tokens: Option<u64>,
}

impl Assembly {
    /// Takes the next event, and says its text at once.
    pub(super) fn take(&mut self, event: &SseEvent, heard: TextSink<'_>) -> Result<(), ModelError> {
        if self.complete || event.data.trim() == "[DONE]" {
            return Ok(());
        }
        let Some(event) = read(&event.data)? else { return Ok(()) };
        match event.kind.as_str() {
            "message_start" => self.counts.update(event.message.and_then(|message| message.usage)),
            "content_block_start" => {
                let start = event.content_block.ok_or_else(|| garbled("a block begins with nothing"))?;
                let block = Growing::start(start).ok_or_else(|| garbled("a block is no object"))?;
                self.say(block.text(), heard);
                self.blocks.push((event.index, block));
            }
            "content_block_delta" => {
                let delta = event.delta.ok_or_else(|| garbled("a piece holds nothing"))?;
                let block = self.blocks.iter_mut().rfind(|(index, _)| *index == event.index);
                let (_, block) = block.ok_or_else(|| garbled("a piece belongs to no block"))?;
                let text = block.grow(delta).ok_or_else(|| garbled("a piece can't be read"))?;
                self.say(&text, heard);
            }
            "message_delta" => {
                let delta = event.delta.and_then(|raw| serde_json::from_str::<MessageDelta>(raw.get()).ok());
                if let Some(delta) = delta {
                    self.stop_reason = delta.stop_reason.or(self.stop_reason.take());
                    self.category = delta.stop_details.and_then(|it| it.category).or(self.category.take());
                }
                self.counts.update(event.usage);
            }
            "message_stop" => self.complete = true,
            "error" => return Err(error_in_stream(event.error.map_or("", RawValue::get), self.anything_heard)),
            // A block's end (its JSON is read when all is there), pings, and what may come with newer models.
            _ => {}
        }
        Ok(())
    }

    /// Nothing more belongs to the reply.
    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }

    /// The reply, at the end of its stream.
    pub(super) fn finish(self) -> Result<Reply, ModelError> {
        if !self.complete {
            return Err(garbled("it ended in the middle"));
        }
        let mut blocks: Vec<Block> = self.blocks.into_iter().filter_map(|(_, block)| block.finish()).collect();
        let has_calls = blocks.iter().any(|block| matches!(block.view(), BlockView::Call { .. }));
        let (stop, is_whole) = match self.stop_reason.as_deref() {
            Some("max_tokens") => (StopReason::Cut, false),
            Some("model_context_window_exceeded") => (StopReason::WindowExceeded, false),
            Some("refusal") => (StopReason::Refused(self.category), false),
            // A call waits for its result whatever the reason says.
            _ if has_calls => (StopReason::Calls, true),
            Some("pause_turn") => (StopReason::Paused, true),
            // `end_turn`, `stop_sequence`, `tool_use` without a call, and reasons of newer models.
            Some(_) | None => (StopReason::Ended, true),
        };
        if !is_whole {
            blocks.retain(|block| matches!(block.view(), BlockView::Text(_) | BlockView::Thinking));
        }
        Ok(Reply { blocks, stop, usage: self.counts.usage() })
    }

    fn say(&mut self, text: &str, heard: TextSink<'_>) {
        if !text.is_empty() {
            self.anything_heard = true;
            heard(text);
        }
    }
}

impl Counts {
    fn update(&mut self, newer: Option<Self>) {
        let Some(newer) = newer else { return };
        self.input_tokens = newer.input_tokens.or(self.input_tokens);
        self.output_tokens = newer.output_tokens.or(self.output_tokens);
        self.cache_read_input_tokens = newer.cache_read_input_tokens.or(self.cache_read_input_tokens);
        self.cache_creation_input_tokens = newer.cache_creation_input_tokens.or(self.cache_creation_input_tokens);
        self.cache_creation = newer.cache_creation.or(self.cache_creation.take());
    }

    /// What is written to the cache is for five minutes where it isn't said to be for an hour.
    fn usage(&self) -> Usage {
        let told = self.cache_creation.as_ref();
        let five_minutes = told.and_then(|it| it.ephemeral_5m_input_tokens).unwrap_or_default();
        let hour = told.and_then(|it| it.ephemeral_1h_input_tokens).unwrap_or_default();
        let written = self.cache_creation_input_tokens.unwrap_or(five_minutes + hour);
        let cache_write_1h = hour.min(written);
        Usage {
            input: self.input_tokens.unwrap_or_default(),
            cache_read: self.cache_read_input_tokens.unwrap_or_default(),
            cache_write_5m: written - cache_write_1h,
            cache_write_1h,
            output: self.output_tokens.unwrap_or_default(),
        }
    }
}

/// An event; `None` where it is of a kind that is not known and looks like none that is.
fn read(data: &str) -> Result<Option<Event<'_>>, ModelError> {
    const KNOWN: [&str; 7] = [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
        "error",
    ];
    if let Ok(event) = serde_json::from_str(data) {
        return Ok(Some(event));
    }
    match serde_json::from_str::<Kind>(data) {
        Ok(Kind { kind }) if !KNOWN.contains(&kind.as_str()) => Ok(None),
        Ok(_) => Err(garbled("an event is not built as its kind is")),
        Err(_) => Err(garbled("an event is no JSON")),
    }
}

fn garbled(what: &str) -> ModelError {
    ModelError::BrokenOff(what.to_owned())
}

#[cfg(test)]
mod tests;
