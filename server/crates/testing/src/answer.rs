//! What is answered to a request, in words that fit both protocols.

use mezzofy_domain::usage::Usage;
use serde_json::Value;

use mezzofy_agent::model::StopReason;

/// One answer of a script.
pub struct Answer {
    pub(super) kind: Kind,
    fits: Option<Fits>,
    pub(super) chop: Chop,
    pub(super) fault: Option<Fault>,
    pub(super) held: bool,
}

type Fits = Box<dyn Fn(&Value) -> bool + Send>;
type Making = Box<dyn FnOnce(&Value) -> Answer + Send>;

pub(super) enum Kind {
    Words(Words),
    Raw(Vec<u8>),
    Status { status: u16, headers: Vec<(String, String)>, body: Value },
    With(Making),
}

/// How the body of a stream is cut into chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Chop {
    /// A chunk for each event.
    #[default]
    Events,
    /// All at once.
    Whole,
    /// A chunk for each byte.
    Bytes,
    /// Chunks of 1 to 40 bytes; the same seed cuts the same body alike.
    Random(u64),
}

/// What goes wrong with a stream. A piece is an event that brings some text, thinking or input of a call; after 0 pieces is
/// before the first of them. Of a raw body each event is a piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Takes the request and never answers.
    Silent,
    /// Ends in good order after so many bytes.
    Truncate(usize),
    /// Cuts the connection after so many pieces.
    Close(usize),
    /// Sends nothing more after so many pieces, and keeps the connection open.
    Stall(usize),
    /// Sends nothing but signs of life after so many pieces, without end.
    Pings(usize),
    /// Sends an error event of this type after so many pieces, and ends.
    Error(usize, String),
    /// Puts in an event that is no JSON after so many pieces, and goes on.
    Garbage(usize),
}

/// A reply, in order: thinking, text, calls.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    pub(super) thinking: Vec<Thought>,
    pub(super) text: Option<String>,
    calls: Vec<(String, Value)>,
    stop: Option<StopReason>,
    pub(super) usage: Option<Usage>,
}

#[derive(Debug, Clone)]
pub(super) enum Thought {
    Open(String),
    Redacted,
}

impl Answer {
    fn of(kind: Kind) -> Self {
        Self { kind, fits: None, chop: Chop::default(), fault: None, held: false }
    }

    /// Text.
    #[must_use]
    pub fn says(text: &str) -> Self {
        Self::of(Kind::Words(Words { text: Some(text.to_owned()), ..Words::default() }))
    }

    /// Calls of tools with their inputs. A string is sent as the input's text, whatever it is; `null` sends no text at all.
    #[must_use]
    pub fn calls<'a>(calls: impl IntoIterator<Item = (&'a str, Value)>) -> Self {
        let calls = calls.into_iter().map(|(name, input)| (name.to_owned(), input)).collect();
        Self::of(Kind::Words(Words { calls, ..Words::default() }))
    }

    /// A reply without any content.
    #[must_use]
    pub fn nothing() -> Self {
        Self::of(Kind::Words(Words::default()))
    }

    /// The body of a stream as it is, whichever protocol asks.
    #[must_use]
    pub fn raw(body: impl Into<Vec<u8>>) -> Self {
        Self::of(Kind::Raw(body.into()))
    }

    /// A refusal. A body that is `null` becomes what the provider writes with this status; a string is sent as it is.
    #[must_use]
    pub fn status(status: u16, headers: &[(&str, &str)], body: Value) -> Self {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self::of(Kind::Status { status, headers, body })
    }

    /// An answer that depends on the request's body; see [`super::checks::results`].
    #[must_use]
    pub fn with(make: impl FnOnce(&Value) -> Self + Send + 'static) -> Self {
        Self::of(Kind::With(Box::new(make)))
    }

    /// Thinks this first. Empty thinking comes with its signature alone.
    #[must_use]
    pub fn thinking(self, thought: &str) -> Self {
        self.words(|words| words.thinking.push(Thought::Open(thought.to_owned())))
    }

    /// Thinks something first that is encrypted, where the protocol has that.
    #[must_use]
    pub fn redacted(self) -> Self {
        self.words(|words| words.thinking.push(Thought::Redacted))
    }

    /// Says this before the calls.
    #[must_use]
    pub fn saying(self, text: &str) -> Self {
        self.words(|words| words.text = Some(text.to_owned()))
    }

    /// What it took; without this, a quarter of the bytes, with what an earlier request began with read from the cache.
    #[must_use]
    pub fn usage(self, usage: Usage) -> Self {
        self.words(|words| words.usage = Some(usage))
    }

    /// Why it ended, where that does not follow from its content. `Cut` cuts the last call's input in the middle.
    #[must_use]
    pub fn stop(self, stop: StopReason) -> Self {
        self.words(|words| words.stop = Some(stop))
    }

    /// How the body is cut.
    #[must_use]
    pub fn chunks(mut self, chop: Chop) -> Self {
        self.chop = chop;
        self
    }

    /// What goes wrong.
    #[must_use]
    pub fn then(mut self, fault: Fault) -> Self {
        self.fault = Some(fault);
        self
    }

    /// Only for a request whose body fits.
    #[must_use]
    pub fn when(mut self, fits: impl Fn(&Value) -> bool + Send + 'static) -> Self {
        self.fits = Some(Box::new(fits));
        self
    }

    /// Each chunk waits for [`super::Replay::release`]: one for each piece, the end with what comes after it.
    #[must_use]
    pub fn held(mut self) -> Self {
        self.held = true;
        self
    }

    pub(super) fn fits(&self, body: &Value) -> bool {
        self.fits.as_ref().is_none_or(|fits| fits(body))
    }

    /// The answer to this request, made where it depends on it.
    pub(super) fn made(mut self, body: &Value) -> Self {
        while let Kind::With(make) = self.kind {
            self = make(body);
        }
        self
    }

    fn words(mut self, change: impl FnOnce(&mut Words)) -> Self {
        if let Kind::Words(words) = &mut self.kind {
            change(words);
        }
        self
    }
}

impl Words {
    pub(super) fn stop(&self) -> StopReason {
        let own = if self.calls.is_empty() { StopReason::Ended } else { StopReason::Calls };
        self.stop.clone().unwrap_or(own)
    }

    /// The calls' names and the texts of their inputs.
    pub(super) fn calls(&self) -> Vec<(&str, String)> {
        let text = |input: &Value| match input {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let mut calls: Vec<_> = self.calls.iter().map(|(name, input)| (name.as_str(), text(input))).collect();
        if self.stop() == StopReason::Cut
            && let Some((_, last)) = calls.last_mut()
        {
            *last = last.chars().take(last.chars().count() / 2).collect();
        }
        calls
    }

    /// About how many tokens it is.
    pub(super) fn tokens(&self) -> u64 {
        let thought = self.thinking.iter().map(|thought| match thought {
            Thought::Open(text) => text.len(),
            Thought::Redacted => 40,
        });
        let called = self.calls().iter().map(|(name, input)| name.len() + input.len()).sum::<usize>();
        let bytes = thought.sum::<usize>() + self.text.as_ref().map_or(0, String::len) + called;
        (bytes as u64 / 4).max(1)
    }
}

/// A text in the pieces in which it is streamed.
pub(super) fn pieces(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(16).map(|piece| piece.iter().collect()).collect()
}
