//! A block that comes in pieces. The fields it began with are kept as they came.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::model::Block;
use crate::model::claude::fields::Fields;

#[derive(Debug)]
pub(super) struct Growing {
    fields: Fields,
    kind: String,
    /// Texts that grow: `text`, `thinking`, `signature`.
    texts: Vec<(&'static str, String)>,
    /// A call's input, as far as it has come.
    input: String,
    citations: Vec<Box<RawValue>>,
    /// A piece came that is not understood.
    has_unknown: bool,
}

#[derive(Deserialize)]
struct Delta<'a> {
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
    thinking: Option<String>,
    signature: Option<String>,
    partial_json: Option<String>,
    #[serde(borrow)]
    citation: Option<&'a RawValue>,
}

impl Growing {
    /// A block from its beginning; `None` where that is no object.
    pub(super) fn start(raw: &RawValue) -> Option<Self> {
        let fields: Fields = serde_json::from_str(raw.get()).ok()?;
        let kind = fields.text("type");
        let mut texts = Vec::new();
        if kind == "text" {
            texts.push(("text", fields.text("text")));
        }
        Some(Self { fields, kind, texts, input: String::new(), citations: Vec::new(), has_unknown: false })
    }

    /// Its text for the person, so far.
    pub(super) fn text(&self) -> &str {
        self.texts.iter().find(|(name, _)| *name == "text").map_or("", |(_, text)| text)
    }

    /// Adds a piece and gives the text in it that is for the person; `None` where the piece can't be read.
    pub(super) fn grow(&mut self, raw: &RawValue) -> Option<String> {
        let delta: Delta<'_> = serde_json::from_str(raw.get()).ok()?;
        let mut said = String::new();
        match delta.kind.as_str() {
            "text_delta" => {
                let piece = delta.text?;
                self.append("text", &piece);
                if self.kind == "text" {
                    said = piece;
                }
            }
            "thinking_delta" => self.append("thinking", &delta.thinking?),
            "signature_delta" => self.append("signature", &delta.signature?),
            "input_json_delta" => self.input.push_str(&delta.partial_json?),
            "citations_delta" => self.citations.push(delta.citation?.to_owned()),
            _ => self.has_unknown = true,
        }
        Some(said)
    }

    fn append(&mut self, name: &'static str, piece: &str) {
        if let Some((_, text)) = self.texts.iter_mut().find(|(known, _)| *known == name) {
            text.push_str(piece);
        } else {
            self.texts.push((name, self.fields.text(name) + piece));
        }
    }

    /// The block; `None` where it is of an unknown kind and a piece of it was not understood.
    pub(super) fn finish(mut self) -> Option<Block> {
        let is_known = ["text", "tool_use", "thinking", "redacted_thinking"].contains(&self.kind.as_str());
        if self.has_unknown && !is_known {
            return None;
        }
        for (name, text) in &self.texts {
            self.fields.set_value(name, text);
        }
        if !self.citations.is_empty() {
            let began: Option<Vec<Box<RawValue>>> =
                self.fields.get("citations").and_then(|raw| serde_json::from_str(raw.get()).ok());
            let all: Vec<_> =
                began.unwrap_or_default().into_iter().chain(std::mem::take(&mut self.citations)).collect();
            self.fields.set_value("citations", &all);
        }
        if self.input.trim().is_empty() {
            if self.kind == "tool_use" && self.fields.get("input").is_none_or(|input| input.get() == "null") {
                self.fields.set_value("input", &Value::Object(serde_json::Map::new()));
            }
            return self.fields.json().map(Block::from_json);
        }
        self.with_input()
    }

    /// Sets the input as it came. A call whose input is no JSON, or none that can be held, keeps it as text beside an empty
    /// input; another block that can't be rebuilt is left out.
    fn with_input(mut self) -> Option<Block> {
        if let Ok(input) = serde_json::from_str::<&RawValue>(&self.input) {
            let mut whole = self.fields.clone();
            whole.set("input", input.to_owned());
            let json = whole.json()?;
            if serde_json::from_str::<Value>(&json).is_ok() {
                return Some(Block::from_json(json));
            }
        }
        if self.kind != "tool_use" {
            return None;
        }
        self.fields.set_value("input", &Value::Object(serde_json::Map::new()));
        self.fields.set_value("arguments", &self.input);
        self.fields.json().map(Block::from_json)
    }
}
