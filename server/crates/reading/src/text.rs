//! Text in the encodings of the company's countries, by lines.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::Encoding;
use mezzofy_domain::reading::{FileKind, Locator, Reading, ReadingError, ReadingPart};

const LINES_PER_PART: usize = 50;

pub(crate) fn read(bytes: &[u8]) -> Result<Reading, ReadingError> {
    let text = decode(bytes)?;
    let lines: Vec<&str> = text.lines().collect();
    let part = |(nth, some): (usize, &[&str])| ReadingPart {
        locator: Locator::Lines { first: nth * LINES_PER_PART + 1, last: nth * LINES_PER_PART + some.len() },
        text: some.join("\n"),
    };
    let parts = lines.chunks(LINES_PER_PART).enumerate().map(part).collect();
    Ok(Reading::new(FileKind::Text, lines.len(), parts))
}

/// The text of a file: UTF-8 or UTF-16 by its mark, else what it looks like (UTF-8, GB 18030, Big5 and others).
pub(crate) fn decode(bytes: &[u8]) -> Result<String, ReadingError> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return Ok(encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned());
    }
    if bytes.iter().take(4_096).any(|byte| *byte == 0) {
        return Err(ReadingError::Damaged);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let encoding = detector.guess(None, Utf8Detection::Allow);
    Ok(encoding.decode_without_bom_handling(bytes).0.into_owned())
}
