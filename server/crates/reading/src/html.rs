//! Web pages: what a browser would show as text; scripts and styles are passed over.

use mezzofy_domain::reading::{FileKind, Locator, Reading, ReadingError, ReadingPart};

use crate::text::decode;

/// Lines are not broken before this width.
const WRAP_CHARS: usize = 500;

pub(crate) fn read(bytes: &[u8]) -> Result<Reading, ReadingError> {
    let parts = parts(&decode(bytes)?)?;
    Ok(Reading::new(FileKind::Html, parts.len(), parts))
}

/// The text below each heading.
pub(crate) fn parts(html: &str) -> Result<Vec<ReadingPart>, ReadingError> {
    let config = html2text::config::plain_no_decorate();
    let text = config.string_from_read(html.as_bytes(), WRAP_CHARS).map_err(|_| ReadingError::Damaged)?;
    let (mut parts, mut locator, mut lines) = (Vec::new(), Locator::Begin, Vec::new());
    let mut end = |locator: Locator, lines: &mut Vec<&str>| {
        let text = lines.join("\n").trim().to_owned();
        lines.clear();
        if !text.is_empty() {
            parts.push(ReadingPart { locator, text });
        }
    };
    for line in text.lines() {
        let heading = line.trim_start_matches('#');
        if heading.len() < line.len() && heading.starts_with(' ') {
            end(
                std::mem::replace(&mut locator, Locator::Heading(heading.trim().chars().take(120).collect())),
                &mut lines,
            );
        }
        lines.push(line.trim_end());
    }
    end(locator, &mut lines);
    Ok(parts)
}
