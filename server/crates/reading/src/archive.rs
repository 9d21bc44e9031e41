//! Office files are archives: their entries are unpacked within limits, so that a small file can't fill the memory.

use std::io::{Cursor, Read as _};

use mezzofy_domain::file::media_type::is_compound;
use mezzofy_domain::reading::ReadingError;
use zip::ZipArchive;
use zip::result::ZipError;

const MAX_ENTRIES: usize = 10_000;
/// What one entry may unpack to, and all that are read together.
const MAX_ENTRY_BYTES: u64 = 64 * 1024 * 1024;
const MAX_ARCHIVE_BYTES: u64 = 128 * 1024 * 1024;

pub(crate) struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    left: u64,
}

impl<'a> Archive<'a> {
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self, ReadingError> {
        if is_compound(bytes) {
            return Err(ReadingError::Protected);
        }
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| ReadingError::Damaged)?;
        if zip.len() > MAX_ENTRIES {
            return Err(ReadingError::TooLarge);
        }
        Ok(Self { zip, left: MAX_ARCHIVE_BYTES })
    }

    /// The text of an entry; `None` where there is none of the name.
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, ReadingError> {
        let entry = match self.zip.by_name(name) {
            Ok(entry) => entry,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(ZipError::UnsupportedArchive(_)) => return Err(ReadingError::Protected),
            Err(_) => return Err(ReadingError::Damaged),
        };
        let most = MAX_ENTRY_BYTES.min(self.left);
        let mut bytes = Vec::new();
        entry.take(most + 1).read_to_end(&mut bytes).map_err(|_| ReadingError::Damaged)?;
        let size = bytes.len() as u64;
        if size > most {
            return Err(ReadingError::TooLarge);
        }
        self.left -= size;
        Ok(Some(String::from_utf8(bytes).map_err(|_| ReadingError::Damaged)?))
    }

    pub(crate) fn has(&self, ending: &str) -> bool {
        self.zip.file_names().flatten().any(|name| name.ends_with(ending))
    }

    /// Refuses an archive whose entries together unpack to more than may be read; for readers that unpack by themselves.
    pub(crate) fn check_size(&mut self) -> Result<(), ReadingError> {
        let mut all = 0_u64;
        for at in 0..self.zip.len() {
            let entry = self.zip.by_index_raw(at).map_err(|_| ReadingError::Damaged)?;
            all = all.saturating_add(entry.size());
        }
        if all > MAX_ARCHIVE_BYTES { Err(ReadingError::TooLarge) } else { Ok(()) }
    }
}
