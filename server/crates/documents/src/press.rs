//! Prints documents: a `Doc` enters typst as data (a virtual JSON file) and meets the templates of the brand folder.
//! Nothing in a document is ever read as markup; no package, no network, no font outside the given folders is used.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Datelike, Timelike, Utc};
use thiserror::Error;
use typst::diag::SourceDiagnostic;
use typst::foundations::{Datetime, Smart};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::doc::{Doc, DocKind};
use crate::office::StyleNames;

mod brand;
mod data;
mod desk;
mod fonts;
mod inspection;

use brand::Brand;
use desk::Desk;
use fonts::Fonts;

/// How many further documents keep what typst remembered of one: enough for the next one to be quick, little enough
/// that memory does not grow with their number.
const CACHE_MAX_AGE: usize = 1;

/// The brand, the templates and the index of the fonts, read once. Font files are read when a document needs them.
pub struct Press {
    brand: Brand,
    fonts: Fonts,
    library: LazyHash<Library>,
    accessible: PdfStandards,
    archived: PdfStandards,
}

/// A finished PDF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pdf {
    /// The file.
    pub bytes: Vec<u8>,
    /// How many pages it has.
    pub pages: usize,
}

/// Why a document was not printed. The text is for people; `Template` and `Brand` are for those who keep the brand folder.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PressError {
    /// The brand folder does not hold what it must.
    #[error("{file} in the brand folder: {reason}")]
    Brand {
        /// The file, relative to the folder.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// A font of the brand is in none of the font folders.
    #[error("the font {0} is not installed, so no document can be made; run “make fonts”")]
    NoFont(String),
    /// A character that would be printed as an empty box.
    #[error("no font has the character “{character}” (U+{:04X}), so the document was not made{hint}", u32::from(*.character))]
    NoGlyph {
        character: char,
        /// Names fonts that are not installed, or is empty.
        hint: String,
    },
    /// The finished pages don't look as they must.
    #[error("the document was made but does not look right ({}), so it is not given out; shorten its texts or say it differently", .0.join("; "))]
    Looks(Vec<String>),
    /// A template can't lay the document out.
    #[error("the template {place} failed: {reason}")]
    Template {
        /// File and line, where known.
        place: String,
        /// What typst said.
        reason: String,
    },
}

impl Press {
    /// Reads the brand folder (`brand.toml`, templates, logo) and indexes the fonts of the given folders. Fonts that the
    /// brand names and no folder has are no error here: see [`Press::missing`].
    pub fn new(brand_dir: &Path, font_dirs: &[PathBuf]) -> Result<Self, PressError> {
        let brand = Brand::read(brand_dir)?;
        for kind in DocKind::ALL {
            brand.source(kind.template())?;
        }
        let fonts = Fonts::index(font_dirs, brand.families());
        let standards = |standards: &[PdfStandard]| {
            PdfStandards::new(standards)
                .map_err(|problem| PressError::Template { place: "PDF".into(), reason: problem.message().to_string() })
        };
        let (accessible, archived) = (standards(&[PdfStandard::Ua_1])?, standards(&[PdfStandard::A_2a])?);
        Ok(Self { brand, fonts, library: LazyHash::new(Library::default()), accessible, archived })
    }

    /// The font families that the brand names and no font folder has.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        self.fonts.missing()
    }

    /// Lays a document out as a tagged PDF (PDF/UA-1) and looks at its pages. The same document, time and ident give the same bytes. `ident`
    /// names the document for good, e.g. the id of its run and its place in it; only its hash is in the file.
    ///
    /// Takes processor time (tenths of a second): call it where blocking is allowed.
    pub fn pdf(&self, doc: &Doc, made_at: DateTime<Utc>, ident: &str) -> Result<Pdf, PressError> {
        self.print(doc, made_at, ident, &self.accessible)
    }

    /// As [`Press::pdf`], but for keeping: tagged PDF/A-2a (ISO 19005-2).
    pub fn archived(&self, doc: &Doc, made_at: DateTime<Utc>, ident: &str) -> Result<Pdf, PressError> {
        self.print(doc, made_at, ident, &self.archived)
    }

    fn print(
        &self,
        doc: &Doc,
        made_at: DateTime<Utc>,
        ident: &str,
        standards: &PdfStandards,
    ) -> Result<Pdf, PressError> {
        let document = self.lay_out(doc)?;
        let problems = inspection::problems(&document);
        if !problems.is_empty() {
            return Err(PressError::Looks(problems));
        }
        let options = PdfOptions {
            ident: Smart::Custom(ident.to_owned()),
            creator: Smart::Custom(Some("Mezzofy AI Assistant".to_owned())),
            timestamp: timestamp(made_at),
            standards: standards.clone(),
            ..PdfOptions::default()
        };
        let bytes = typst_pdf::pdf(&document, &options).map_err(|problems| self.blame(&problems))?;
        let pages = document.pages().len();
        typst::comemo::evict(CACHE_MAX_AGE);
        Ok(Pdf { bytes, pages })
    }

    /// The names that the brand has for the layouts of slides: cover, divider, content, closing.
    #[must_use]
    pub fn layouts(&self) -> [String; 4] {
        self.brand.layouts()
    }

    /// The names that the brand has for the styles of Word documents.
    #[must_use]
    pub fn styles(&self) -> &StyleNames {
        self.brand.styles()
    }

    /// Whether every character of a document can be shown.
    pub fn check_glyphs(&self, doc: &Doc) -> Result<(), PressError> {
        self.data(doc).map(drop)
    }

    /// Whether any font of the brand has the character.
    #[must_use]
    pub fn has_glyph(&self, character: char) -> bool {
        self.fonts.have(character)
    }

    fn lay_out(&self, doc: &Doc) -> Result<PagedDocument, PressError> {
        if let Some(family) = self.fonts.missing_first() {
            return Err(PressError::NoFont(family));
        }
        let data = self.data(doc)?;
        let desk = Desk::new(self, self.brand.source(doc.kind.template())?.id(), data, &doc.pictures);
        let compiled = typst::compile::<PagedDocument>(&desk);
        let document = compiled.output.map_err(|problems| self.blame(&problems))?;
        // Typst warns of each family that is not there; `missing` has told it already.
        match compiled.warnings.first().filter(|_| self.fonts.missing().is_empty()) {
            Some(warning) => Err(self.blame(std::slice::from_ref(warning))),
            None => Ok(document),
        }
    }

    fn data(&self, doc: &Doc) -> Result<String, PressError> {
        data::of(doc, |character| self.fonts.have(character)).map_err(|character| PressError::NoGlyph {
            character,
            hint: match self.fonts.missing() {
                missing if missing.is_empty() => String::new(),
                missing => format!(" ({} can’t be found; run “make fonts”)", missing.join(", ")),
            },
        })
    }

    /// The first problem that typst found, as file, line and reason.
    fn blame(&self, problems: &[SourceDiagnostic]) -> PressError {
        let Some(problem) = problems.first() else {
            return PressError::Template { place: "typst".into(), reason: "no reason given".into() };
        };
        PressError::Template { place: self.brand.place(problem.span), reason: problem.message.to_string() }
    }
}

impl std::fmt::Debug for Press {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Press").field("missing", &self.missing()).finish_non_exhaustive()
    }
}

/// To the second, UTC; `None` outside the years a PDF can hold.
fn timestamp(at: DateTime<Utc>) -> Option<Timestamp> {
    let part = |number: u32| u8::try_from(number).ok();
    let datetime = Datetime::from_ymd_hms(
        at.year(),
        part(at.month())?,
        part(at.day())?,
        part(at.hour())?,
        part(at.minute())?,
        part(at.second())?,
    )?;
    Some(Timestamp::new_utc(datetime))
}

#[cfg(test)]
pub(crate) mod reading;
#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
pub(crate) mod tests;
