//! What typst sees while it lays out one document: the brand folder as read at start, the document as `/doc.json` and
//! `/pictures`, the fonts. It has no clock and no way to any other file.

use std::sync::LazyLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, Source};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, World};

use super::Press;
use super::brand::file_id;
use crate::doc::Picture;

/// Where a template finds the document.
pub(super) const DOCUMENT: &str = "doc.json";

/// Below which a template finds the document's pictures.
const PICTURES: &str = "pictures/";

static DOCUMENT_ID: LazyLock<Option<FileId>> = LazyLock::new(|| file_id(DOCUMENT));

pub(super) struct Desk<'a> {
    press: &'a Press,
    main: FileId,
    document: Bytes,
    pictures: &'a [Picture],
}

impl<'a> Desk<'a> {
    pub(super) fn new(press: &'a Press, main: FileId, document: String, pictures: &'a [Picture]) -> Self {
        Self { press, main, document: Bytes::from_string(document), pictures }
    }
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.press.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.press.fonts.book()
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.press.brand.source_of(id).ok_or_else(|| not_found(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if Some(id) == *DOCUMENT_ID {
            return Ok(self.document.clone());
        }
        if let Some(name) = id.vpath().get_without_slash().strip_prefix(PICTURES) {
            let picture = self.pictures.iter().find(|picture| picture.name == name);
            return picture.map(|picture| Bytes::new(picture.bytes.clone())).ok_or_else(|| not_found(id));
        }
        self.press.brand.file_of(id).ok_or_else(|| not_found(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.press.fonts.font(index)
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn not_found(id: FileId) -> FileError {
    FileError::NotFound(id.vpath().get_without_slash().into())
}
