//! Web pages: what a browser would show as text; scripts and styles are passed over.

use super::text::decode;
use super::{Kind, Part, Place, Reading, ReadingError};

/// Lines are not broken before this width.
const WIDTH: usize = 500;

pub(super) fn read(bytes: &[u8]) -> Result<Reading, ReadingError> {
    let parts = parts(&decode(bytes)?)?;
    Ok(Reading::of(Kind::Html, parts.len(), parts))
}

/// The text below each heading.
pub(super) fn parts(html: &str) -> Result<Vec<Part>, ReadingError> {
    let config = html2text::config::plain_no_decorate();
    let text = config.string_from_read(html.as_bytes(), WIDTH).map_err(|_| ReadingError::Damaged)?;
    let (mut parts, mut place, mut lines) = (Vec::new(), Place::Begin, Vec::new());
    let mut end = |place: Place, lines: &mut Vec<&str>| {
        let text = lines.join("\n").trim().to_owned();
        lines.clear();
        if !text.is_empty() {
            parts.push(Part { place, text });
        }
    };
    for line in text.lines() {
        let heading = line.trim_start_matches('#');
        if heading.len() < line.len() && heading.starts_with(' ') {
            end(std::mem::replace(&mut place, Place::Heading(heading.trim().chars().take(120).collect())), &mut lines);
        }
        lines.push(line.trim_end());
    }
    end(place, &mut lines);
    Ok(parts)
}
