//! What the tools need of the press.

use chrono::{DateTime, Utc};
use mezzofy_documents::doc::Doc;
use mezzofy_documents::press::{Pdf, Press, PressError};
use mezzofy_domain::id::{self, Id};
use mezzofy_engine::turns::{TurnLimits, Turns};

/// Documents that are made at once. One person's leaves room for another's.
const TURNS: TurnLimits = TurnLimits { at_once: 4, at_once_a_person: 2, waiting: 256, waiting_a_person: 64 };

/// The turns at making documents.
#[must_use]
pub fn print_turns() -> Turns<Id<id::Person>> {
    Turns::new(TURNS)
}

/// Prints documents. It is a trait because a typesetter of some thousand types stands behind it, and the compiler would look through all
/// of them for each future that holds one: three of four minutes of checking this crate.
pub trait Printer: Send + Sync {
    /// See [`Press::pdf`].
    fn pdf(&self, doc: &Doc, made_at: DateTime<Utc>, ident: &str) -> Result<Pdf, PressError>;
    /// See [`Press::archived`].
    fn archived(&self, doc: &Doc, made_at: DateTime<Utc>, ident: &str) -> Result<Pdf, PressError>;
    /// See [`Press::check_glyphs`].
    fn check_glyphs(&self, doc: &Doc) -> Result<(), PressError>;
    /// See [`Press::has_glyph`].
    fn has_glyph(&self, character: char) -> bool;
}

impl Printer for Press {
    fn pdf(&self, doc: &Doc, made_at: DateTime<Utc>, ident: &str) -> Result<Pdf, PressError> {
        Press::pdf(self, doc, made_at, ident)
    }

    fn archived(&self, doc: &Doc, made_at: DateTime<Utc>, ident: &str) -> Result<Pdf, PressError> {
        Press::archived(self, doc, made_at, ident)
    }

    fn check_glyphs(&self, doc: &Doc) -> Result<(), PressError> {
        Press::check_glyphs(self, doc)
    }

    fn has_glyph(&self, character: char) -> bool {
        Press::has_glyph(self, character)
    }
}
