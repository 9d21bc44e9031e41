//! PDF: the text of each page.

use mezzofy_domain::reading::{FileKind, Locator, Reading, ReadingError, ReadingPart};
use pdf_oxide::PdfDocument;

const MAX_PAGES: usize = 500;

pub(crate) fn read(bytes: &[u8]) -> Result<Reading, ReadingError> {
    let document = PdfDocument::from_bytes(bytes.to_vec()).map_err(|_| ReadingError::Damaged)?;
    if document.is_encrypted() && !document.authenticate(b"").unwrap_or(false) {
        return Err(ReadingError::Protected);
    }
    let count = document.page_count().map_err(|_| ReadingError::Damaged)?;
    let mut parts = Vec::new();
    let mut failed = 0;
    for page in 0..count.min(MAX_PAGES) {
        // pdf_oxide 0.3.78 panics on some broken pages (document.rs, 25363); the others are read.
        let text = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| document.extract_text(page)));
        match text {
            Ok(Ok(text)) => parts.push(ReadingPart { locator: Locator::Page(page + 1), text: tidy(&text) }),
            Ok(Err(_)) | Err(_) => failed += 1,
        }
    }
    if count == 0 || failed == count.min(MAX_PAGES) {
        return Err(ReadingError::Damaged);
    }
    Ok(Reading { cut: count > MAX_PAGES || failed > 0, ..Reading::new(FileKind::Pdf, count, parts) })
}

/// Without what can't be seen, and with one empty line at most between others.
fn tidy(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let line: String = line.chars().filter(|character| !character.is_control() || *character == '\t').collect();
        let line = line.trim_end().to_owned();
        if !(line.is_empty() && lines.last().is_none_or(String::is_empty)) {
            lines.push(line);
        }
    }
    lines.join("\n")
}
