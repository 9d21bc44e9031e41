//! Office files: a document meets the company's own master, opened as the package it is (ECMA-376, part 2). What the code needs
//! of it is found by name.

mod chart;
mod package;
mod slides;
mod width;
mod words;

use chrono::{DateTime, Utc};

use crate::doc::Doc;
use package::{HEAD, escaped};
pub use slides::{Slides, SlidesError};
pub use words::{StyleNames, Words, WordsError};

/// The properties of a file: title, maker, language, when it was made.
fn properties(doc: &Doc, made_at: DateTime<Utc>) -> String {
    let at = made_at.format("%Y-%m-%dT%H:%M:%SZ");
    format!(
        "{HEAD}<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>{}</dc:title><dc:creator>Mezzofy AI Assistant</dc:creator><dc:language>{}</dc:language><dcterms:created xsi:type=\"dcterms:W3CDTF\">{at}</dcterms:created></cp:coreProperties>",
        escaped(&doc.title),
        doc.language.locale()
    )
}
