//! Reads a file of any kind.

use mezzofy_domain::reading::{FileKind, Reading, ReadingError};

use crate::{csv, html, mail, pdf, slides, text, word, workbook};

/// What is beyond is left out and said so.
const MAX_READING_CHARS: usize = 2_000_000;

/// What a file of this kind says: text with its tables, each part with the place it stands at.
pub fn read(kind: FileKind, bytes: &[u8]) -> Result<Reading, ReadingError> {
    if bytes.is_empty() {
        return Err(ReadingError::Empty);
    }
    let mut reading = match kind {
        FileKind::Pdf => pdf::read(bytes)?,
        FileKind::Word => word::read(bytes)?,
        FileKind::Slides => slides::read(bytes)?,
        FileKind::Workbook => workbook::read(bytes)?,
        FileKind::Csv => csv::read(bytes)?,
        FileKind::Text => text::read(bytes)?,
        FileKind::Html => html::read(bytes)?,
        FileKind::Mail => mail::read(bytes)?,
    };
    reading.parts.retain(|part| !part.text.trim().is_empty());
    if reading.parts.is_empty() {
        return Err(ReadingError::NoText);
    }
    shorten(&mut reading);
    Ok(reading)
}

fn shorten(reading: &mut Reading) {
    let mut left = MAX_READING_CHARS;
    for at in 0..reading.parts.len() {
        let length = reading.parts[at].text.chars().count();
        if length > left {
            reading.parts[at].text = reading.parts[at].text.chars().take(left).collect();
            reading.parts.truncate(at + 1);
            reading.cut = true;
            return;
        }
        left -= length;
    }
}

#[cfg(test)]
mod tests;
