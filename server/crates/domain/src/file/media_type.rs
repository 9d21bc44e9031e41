//! What a file is, decided by its content and never by its name.

use super::text_type;

/// What the product knows by its first bytes.
const BINARY_TYPES: [&str; 4] = ["application/pdf", "image/png", "image/jpeg", "image/webp"];

/// The parts by which the archives of Office are told apart, and what they are.
const OFFICE_TYPES: [(&[u8], &str); 3] = [
    (b"word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"ppt/presentation.xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    (b"xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
];

/// The IANA media type of these bytes; `None` for a kind the product does not take or give out. An archive is looked at by the
/// names that stand in it, a text by how it begins; nothing is unpacked.
#[must_use]
pub fn media_type(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"PK\x03\x04") {
        let has = |name: &[u8]| bytes.windows(name.len()).any(|window| window == name);
        return OFFICE_TYPES.into_iter().find(|(name, _)| has(name)).map(|(_, found)| found);
    }
    match infer::get(bytes) {
        Some(found) if !found.mime_type().starts_with("text/") => {
            BINARY_TYPES.into_iter().find(|known| *known == found.mime_type())
        }
        Some(_) | None => text_type::of(bytes),
    }
}

/// Whether a file is a document that Office has wrapped because it has a password, or one of Office's formats before 2007 (MS-CFB).
#[must_use]
pub fn is_compound(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides_what_a_file_is() {
        assert_eq!(media_type(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3"), Some("application/pdf"));
        assert_eq!(media_type(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), Some("image/png"));
        assert_eq!(media_type(b"\xff\xd8\xff\xe0\0\x10JFIF"), Some("image/jpeg"));
        let office = |name: &str| [b"PK\x03\x04....", name.as_bytes(), b"PK\x01\x02"].concat();
        for (name, end) in
            [("word/document.xml", "document"), ("ppt/presentation.xml", "presentation"), ("xl/workbook.xml", "sheet")]
        {
            assert!(media_type(&office(name)).is_some_and(|found| found.ends_with(end)), "{name}");
        }
    }

    #[test]
    fn programs_archives_and_nothing_have_no_type() {
        for bytes in [&b"MZ\x90\0"[..], b"", b"PK\x03\x04", b"\x7fELF\x02\x01", b"\0\0\0\0", b"PK\x03\x04 evil.exe"] {
            assert_eq!(media_type(bytes), None, "{bytes:?}");
        }
    }
}
