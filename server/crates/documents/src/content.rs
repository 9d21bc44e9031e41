//! A document as a model or a skill describes it: what it says and which data it shows, never how it looks. Tables and charts
//! are filled from data that the run has read, so no figure passes through a model.

use std::collections::BTreeMap;

use mezzofy_domain::language::Language;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Value, json};
use thiserror::Error;

use crate::doc::{Block, ChartError, Doc, DocKind, Fact, Kpi, Picture, Section, Slide, Tone, Writing};

mod drawn;
mod grid;

use drawn::{DrawnChart, DrawnTable};
pub use grid::Grid;

/// A document before its data is filled in.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    title: String,
    #[serde(default)]
    subtitle: String,
    language: Option<Writing>,
    #[serde(default)]
    facts: Vec<Named>,
    sections: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    name: String,
    value: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    title: Option<String>,
    caption: Option<String>,
    level: Option<u8>,
    #[serde(default)]
    new_page: bool,
    #[serde(default)]
    slide: Slide,
    notes: Option<String>,
    #[serde(default)]
    blocks: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Piece {
    Paragraph {
        text: String,
    },
    List {
        #[serde(default)]
        ordered: bool,
        items: Vec<String>,
    },
    Callout {
        title: String,
        text: String,
    },
    Facts {
        items: Vec<Named>,
    },
    Kpis {
        items: Vec<Key>,
    },
    Image {
        /// The id of a file.
        file: String,
        alt: String,
        caption: Option<String>,
    },
    Table(DrawnTable),
    Chart(DrawnChart),
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Key {
    name: String,
    value: String,
    #[serde(default)]
    change: String,
    #[serde(default)]
    against: String,
    #[serde(default)]
    tone: Tone,
}

/// Why a description is no document. The text is for who wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ContentError {
    /// A call that kept no rows.
    #[error("There is no data “{0}” in this run. Use the `call` of an earlier database_query.")]
    NoData(String),
    /// A column that the data has not.
    #[error("The data “{data}” has no column “{column}”; it has {columns}.")]
    NoColumn {
        data: String,
        /// What was asked for.
        column: String,
        /// What it has.
        columns: String,
    },
    /// A value that is none.
    #[error("“{value}” in “{place}” is not a number, so it can't be drawn or summed.")]
    NoNumber {
        /// What stands there.
        value: String,
        /// In which column or series.
        place: String,
    },
    /// A table or chart with neither data nor values of its own, or a row of another length.
    #[error("{0}")]
    Shape(String),
    /// A chart that would mislead.
    #[error(transparent)]
    Chart(#[from] ChartError),
    /// A picture that was not given.
    #[error("There is no picture {0}.")]
    NoPicture(String),
    /// Nothing to print.
    #[error("The document says nothing: give it at least one section with text or data.")]
    Empty,
}

impl Content {
    /// The ids of the files that its pictures are.
    #[must_use]
    pub fn pictures(&self) -> Vec<&str> {
        let blocks = self.sections.iter().flat_map(|part| &part.blocks);
        let mut files: Vec<&str> = blocks
            .filter_map(|piece| if let Piece::Image { file, .. } = piece { Some(file.as_str()) } else { None })
            .collect();
        files.sort_unstable();
        files.dedup();
        files
    }

    /// The document, its tables and charts filled from the rows that earlier calls kept. `pictures` are those that it asks for, each named
    /// by its file's id with an ending; `language` is that of the request.
    pub fn doc(
        self,
        kind: DocKind,
        data: &BTreeMap<String, Grid>,
        pictures: Vec<Picture>,
        language: Language,
    ) -> Result<Doc, ContentError> {
        let writing = self.language.unwrap_or_else(|| language.into());
        let fact = |Named { name, value }| Fact { name, value };
        let sections = self.sections.into_iter().map(|part| part.section(data, &pictures, writing));
        let sections: Vec<Section> = sections.collect::<Result<_, _>>()?;
        if sections.is_empty() {
            return Err(ContentError::Empty);
        }
        Ok(Doc {
            kind,
            title: self.title,
            subtitle: self.subtitle,
            language: writing,
            meta: self.facts.into_iter().map(fact).collect(),
            sections,
            pictures,
        })
    }

    /// The JSON schema of a description.
    #[must_use]
    pub fn schema() -> Value {
        let text = json!({"type": "string", "maxLength": 10_000});
        let short = json!({"type": "string", "maxLength": 300});
        let object = |required: &[&str], properties: Value| json!({"type": "object", "additionalProperties": false, "required": required, "properties": properties});
        let list = |items: &Value, most: usize| json!({"type": "array", "items": items, "maxItems": most});
        let fact = object(&["name", "value"], json!({"name": short, "value": text}));
        let kpi = object(
            &["name", "value"],
            json!({
                "name": short, "value": short, "change": short, "against": short,
                "tone": {"type": "string", "enum": ["good", "bad", "neutral"], "description": "Whether the change is welcome"}
            }),
        );
        let block = |name: &str, required: &[&str], mut properties: Value| {
            properties["type"] = json!({"const": name});
            object(&[&["type"], required].concat(), properties)
        };
        let blocks = json!({"oneOf": [
            block("paragraph", &["text"], json!({"text": text})),
            block("list", &["items"], json!({"ordered": {"type": "boolean"}, "items": list(&text, 60)})),
            block("callout", &["title", "text"], json!({"title": short, "text": text})),
            block("facts", &["items"], json!({"items": list(&fact, 60)})),
            block("kpis", &["items"], json!({"items": list(&kpi, 12)})),
            block("image", &["file", "alt"], json!({
                "file": {"type": "string", "description": "The id of a PNG or JPEG that the person has uploaded"},
                "alt": {"type": "string", "minLength": 1, "maxLength": 1_000, "description": "What it shows, for those who can't see it"},
                "caption": short
            })),
            block("table", &[], drawn::table_schema()),
            block("chart", &["form", "title"], drawn::chart_schema()),
        ]});
        let section = object(
            &["blocks"],
            json!({
                "title": short, "caption": short, "level": {"type": "integer", "minimum": 1, "maximum": 2},
                "new_page": {"type": "boolean"},
                "slide": {"type": "string", "enum": ["cover", "divider", "content", "closing"]},
                "notes": {"type": "string", "maxLength": 5_000, "description": "What the speaker says; for slides"},
                "blocks": list(&blocks, 60)
            }),
        );
        object(
            &["title", "sections"],
            json!({
                "title": short, "subtitle": short,
                "language": {"type": "string", "enum": ["en", "zh-Hans", "zh-Hant", "ms"], "description": "That of the request if left out"},
                "facts": list(&fact, 9),
                "sections": {"type": "array", "minItems": 1, "maxItems": 60, "items": section}
            }),
        )
    }
}

impl Part {
    fn section(
        self,
        data: &BTreeMap<String, Grid>,
        pictures: &[Picture],
        writing: Writing,
    ) -> Result<Section, ContentError> {
        let blocks = self.blocks.into_iter().map(|piece| piece.block(data, pictures, writing.language()));
        Ok(Section {
            title: self.title,
            level: self.level.unwrap_or(1).clamp(1, 2),
            caption: self.caption,
            new_page: self.new_page,
            blocks: blocks.collect::<Result<_, _>>()?,
            slide: self.slide,
            notes: self.notes,
        })
    }
}

impl Piece {
    fn block(
        self,
        data: &BTreeMap<String, Grid>,
        pictures: &[Picture],
        language: Language,
    ) -> Result<Block, ContentError> {
        let kpi = |key: Key| {
            let Key { name, value, change, against, tone } = key;
            Kpi { name, value, change, against, tone }
        };
        Ok(match self {
            Self::Paragraph { text } => Block::Paragraph { text },
            Self::List { ordered, items } => Block::List { ordered, items },
            Self::Callout { title, text } => Block::Callout { title, text },
            Self::Facts { items } => {
                Block::Facts { items: items.into_iter().map(|Named { name, value }| Fact { name, value }).collect() }
            }
            Self::Kpis { items } => Block::Kpis { items: items.into_iter().map(kpi).collect() },
            Self::Image { file, alt, caption } => {
                let known = pictures.iter().find(|picture| picture.name.split('.').next() == Some(file.as_str()));
                let picture = known.ok_or(ContentError::NoPicture(file))?.name.clone();
                Block::Image { picture, alt, caption }
            }
            Self::Table(table) => Block::Table(table.fill(data)?),
            Self::Chart(chart) => Block::Chart(chart.fill(data, language)?),
        })
    }
}

/// A number as data or a person writes it: digits with an optional sign, commas between thousands.
fn number(text: &str) -> Option<Decimal> {
    let plain: String = text.trim().chars().filter(|character| *character != ',').collect();
    plain.replace(mezzofy_domain::money::MINUS, "-").parse().ok()
}

#[cfg(test)]
mod tests;
