//! The values of a skill's steps: literals, texts per language, and references such as `${steps.pdf.file}`. A value that
//! is one reference keeps its JSON type; inside a text it becomes text. There are no expressions.

use std::fmt;

use serde_json::{Map, Value};

/// What a reference names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reference {
    /// `inputs.period`, or a part of an event: `inputs.event.email`.
    Input(String, Vec<String>),
    /// `labels.period`: the input as people read it, in the language of the text.
    Label(String),
    /// `steps.statement.figures.revenue`
    Step(String, Vec<String>),
    /// `item.email`, inside `for_each`.
    Item(Vec<String>),
    /// `person.name`, `person.email` or `person.title`: who asks.
    Person(String),
    /// `today`, as `2026-11-22`.
    Today,
}

/// A value with references.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Template {
    Literal(Value),
    Whole(Reference),
    Text(Vec<Piece>),
    Languages { en: Box<Template>, zh: Box<Template> },
    List(Vec<Template>),
    Object(Vec<(String, Template)>),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Piece {
    Text(String),
    Value(Reference),
}

/// When a step is done or an answer given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Condition {
    pub(crate) reference: Reference,
    pub(crate) test: Test,
    /// What must hold too.
    pub(crate) and: Option<Box<Condition>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Test {
    /// There, and neither false nor empty.
    Present,
    Absent,
    Equals(String),
    Differs(String),
}

impl Reference {
    fn parse(path: &str) -> Result<Self, String> {
        let parts: Vec<&str> = path.split('.').collect();
        let named = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !parts.iter().all(named) {
            return Err(format!("`${{{path}}}` is not a reference"));
        }
        let rest = |from: usize| parts[from..].iter().map(|part| (*part).to_owned()).collect::<Vec<_>>();
        match parts.as_slice() {
            ["inputs", name, ..] => Ok(Self::Input((*name).to_owned(), rest(2))),
            ["labels", name] => Ok(Self::Label((*name).to_owned())),
            ["steps", step, ..] => Ok(Self::Step((*step).to_owned(), rest(2))),
            ["item", ..] => Ok(Self::Item(rest(1))),
            ["person", field @ ("name" | "email" | "title" | "department")] => Ok(Self::Person((*field).to_owned())),
            ["today"] => Ok(Self::Today),
            _ => Err(format!(
                "`${{{path}}}` names nothing; there are inputs.*, labels.*, steps.*, item.*, person.name, person.email, person.title and today"
            )),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = |path: &[String]| path.iter().flat_map(|name| [".", name.as_str()]).collect::<String>();
        match self {
            Self::Input(name, rest) => write!(f, "${{inputs.{name}{}}}", path(rest)),
            Self::Label(name) => write!(f, "${{labels.{name}}}"),
            Self::Step(step, rest) => write!(f, "${{steps.{step}{}}}", path(rest)),
            Self::Item(rest) => write!(f, "${{item{}}}", path(rest)),
            Self::Person(field) => write!(f, "${{person.{field}}}"),
            Self::Today => f.write_str("${today}"),
        }
    }
}

impl Template {
    /// Reads a value as a skill's file holds it.
    pub(crate) fn parse(value: &Value) -> Result<Self, String> {
        match value {
            Value::String(text) => Self::parse_text(text),
            Value::Array(items) => Ok(Self::List(items.iter().map(Self::parse).collect::<Result<_, _>>()?)),
            Value::Object(map) if map.contains_key("en") || map.contains_key("zh") => Self::parse_languages(map),
            Value::Object(map) => {
                let fields = map.iter().map(|(name, value)| Ok((name.clone(), Self::parse(value)?)));
                Ok(Self::Object(fields.collect::<Result<_, String>>()?))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => Ok(Self::Literal(value.clone())),
        }
    }

    /// Reads a text that must be there in every language.
    pub(crate) fn parse_localised(value: &Value) -> Result<Self, String> {
        match value {
            Value::Object(map) => Self::parse_languages(map),
            _ => Err("the text must be given as `en` and `zh`".to_owned()),
        }
    }

    fn parse_languages(map: &Map<String, Value>) -> Result<Self, String> {
        if let Some(other) = map.keys().find(|key| !matches!(key.as_str(), "en" | "zh")) {
            return Err(format!("`{other}` is not a language of texts; there are `en` and `zh`"));
        }
        let of = |language: &str| match map.get(language) {
            Some(Value::String(text)) if !text.trim().is_empty() => Self::parse_text(text).map(Box::new),
            Some(_) => Err(format!("the text for `{language}` is empty or no text")),
            None => Err(format!("the text for `{language}` is missing")),
        };
        Ok(Self::Languages { en: of("en")?, zh: of("zh")? })
    }

    fn parse_text(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (path, after) =
                after.split_once('}').ok_or_else(|| format!("a reference in “{text}” has no closing brace"))?;
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            pieces.push(Piece::Value(Reference::parse(path.trim())?));
            rest = after;
        }
        if pieces.is_empty() {
            return Ok(Self::Literal(Value::String(text.to_owned())));
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        match pieces.as_slice() {
            [Piece::Value(reference)] => Ok(Self::Whole(reference.clone())),
            _ => Ok(Self::Text(pieces)),
        }
    }

    /// Every reference in it.
    pub(crate) fn references(&self) -> Vec<&Reference> {
        match self {
            Self::Literal(_) => Vec::new(),
            Self::Whole(reference) => vec![reference],
            Self::Text(pieces) => pieces
                .iter()
                .filter_map(|piece| match piece {
                    Piece::Value(reference) => Some(reference),
                    Piece::Text(_) => None,
                })
                .collect(),
            Self::Languages { en, zh } => en.references().into_iter().chain(zh.references()).collect(),
            Self::List(items) => items.iter().flat_map(Self::references).collect(),
            Self::Object(fields) => fields.iter().flat_map(|(_, value)| value.references()).collect(),
        }
    }

    /// The value itself, when nothing in it depends on the run.
    pub(crate) fn literal(&self) -> Option<Value> {
        match self {
            Self::Literal(value) => Some(value.clone()),
            Self::List(items) => items.iter().map(Self::literal).collect::<Option<_>>().map(Value::Array),
            Self::Object(fields) => {
                let fields = fields.iter().map(|(name, value)| Some((name.clone(), value.literal()?)));
                fields.collect::<Option<_>>().map(Value::Object)
            }
            Self::Whole(_) | Self::Text(_) | Self::Languages { .. } => None,
        }
    }
}

impl Condition {
    /// Reads `${ref}`, `not ${ref}`, `${ref} = text` or `${ref} != text`, and several of them with ` and ` between.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (text, and) = match text.split_once(" and ") {
            Some((text, and)) => (text, Some(Box::new(Self::parse(and)?))),
            None => (text, None),
        };
        let wrong = || {
            format!(
                "“{text}” is not a condition; write `${{ref}}`, `not ${{ref}}`, `${{ref}} = text` or `${{ref}} != text`"
            )
        };
        let whole = text.trim();
        let (negated, rest) = whole.strip_prefix("not ").map_or((false, whole), |rest| (true, rest.trim()));
        let (path, rest) = rest.strip_prefix("${").and_then(|rest| rest.split_once('}')).ok_or_else(wrong)?;
        let reference = Reference::parse(path.trim())?;
        let rest = rest.trim();
        let check = if let Some(value) = rest.strip_prefix("!=").filter(|_| !negated) {
            Test::Differs(value.trim().to_owned())
        } else if let Some(value) = rest.strip_prefix('=').filter(|_| !negated) {
            Test::Equals(value.trim().to_owned())
        } else if rest.is_empty() {
            if negated { Test::Absent } else { Test::Present }
        } else {
            return Err(wrong());
        };
        Ok(Self { reference, test: check, and })
    }
}
