//! What a tool is: its shape, what it is given, and what it answers. A tool that changes something outside our database
//! does not do it: it answers the effect it wants, and the worker makes that happen once.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use mezzofy_domain::effect::Payload;
use mezzofy_domain::file::File;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::language::Language;
use mezzofy_domain::people::Person;
use mezzofy_domain::roles::Permission;
use mezzofy_domain::trust::Trust;
use serde_json::Value;

use crate::skills::ToolShape;
use crate::sources::Provenance;

/// What a tool is called, needs and takes.
#[derive(Debug, Clone)]
pub struct ToolSpec {
    /// Its name, as the contract lists it.
    pub name: &'static str,
    /// What the person's role must allow.
    pub permission: Permission,
    /// Whether it changes something outside our database.
    pub effect: bool,
    /// The arguments that text from outside may not choose: once the run has read any, such a value must be the person's own
    /// words, or the person is asked. What a mail holds is looked at more closely, see [`crate::sources`].
    pub fixed: &'static [&'static str],
    /// JSON schema of its input object.
    pub input_schema: Value,
    /// JSON schema of its result.
    pub output_schema: Value,
}

impl ToolSpec {
    /// The shape that skills are checked against.
    #[must_use]
    pub fn shape(&self) -> ToolShape {
        ToolShape {
            name: self.name.to_owned(),
            effect: self.effect,
            input_schema: self.input_schema.clone(),
            output_schema: Some(self.output_schema.clone()),
        }
    }
}

/// What a call is made in.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    pub person: &'a Person,
    pub run: Id<id::Run>,
    /// The call's id, unique in the run.
    pub call: &'a str,
    /// The language of the request.
    pub language: Language,
    /// The time of the call.
    pub now: DateTime<Utc>,
    /// What earlier calls of the run keep for later ones, by call id.
    pub kept: &'a BTreeMap<String, Value>,
    /// What a model may take figures from: the person's words and what the run has read. `None` where a skill makes the call,
    /// whose values come from data.
    pub facts: Option<&'a [String]>,
    /// Whether the run has read anything from outside.
    pub outside: bool,
}

/// What a call gave.
#[derive(Debug)]
pub enum Outcome {
    /// It is done.
    Done(Output),
    /// This mail is to be sent; the call's result tells how that went.
    Send(Payload),
}

/// The result of a call.
#[derive(Debug, Default)]
pub struct Output {
    /// What skills, models and the person see.
    pub result: Value,
    /// Data for later calls of the run, named by this call's id; too large or too exact to pass through a model.
    pub keep: Option<Value>,
    /// Who stands behind the result.
    pub trust: Trust,
    /// Where a result from outside was read, when that says more than the tool's name.
    pub place: Option<Provenance>,
    /// Files it made; their bytes are stored, their rows are saved together with the result.
    pub files: Vec<File>,
}

/// What a call would change in our own database.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// All of it, in words for the person who is asked.
    pub text: String,
    /// What of it must be the person's own words where a model asks for it after it has read text from outside.
    pub values: Vec<Value>,
}

/// The fields of an input that are filled, a line for each, for a person.
#[must_use]
pub fn listed(input: &Value) -> String {
    let filled = input.as_object().into_iter().flatten().filter_map(|(name, value)| match value {
        Value::Null | Value::Bool(false) => None,
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(format!("{name}: {text}")),
        value => Some(format!("{name}: {value}")),
    });
    filled.collect::<Vec<_>>().join("\n")
}

/// Why a call gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// The reader can do something about it. The text goes to the person or the model.
    #[error("{0}")]
    Tell(String),
    /// A fault of ours; the text goes to the log.
    #[error("{0}")]
    Abort(String),
    /// The machine around us is not well at the moment; the step is tried again some times.
    #[error("{0}")]
    Retry(String),
    /// The server stops, or a disk is full; the step is tried again when that is over.
    #[error("{0}")]
    Outage(String),
}

/// Something a run can do.
#[async_trait]
pub trait Tool: Send + Sync {
    /// Its shape.
    fn spec(&self) -> &ToolSpec;

    /// What it would change in our own database: once the run has read text from outside, the person is shown that and asked,
    /// unless they said it themselves. `None` where it changes nothing.
    async fn change(&self, _context: Context<'_>, _input: &Value) -> Result<Option<Change>, ToolError> {
        Ok(None)
    }

    /// Does it once. The input has been checked against the schema.
    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError>;
}
