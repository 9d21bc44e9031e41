//! What a file is, decided by its content and never by its name.

/// The IANA media types the product gives out.
const TYPES: [&str; 4] = ["application/pdf", "image/png", "image/jpeg", "image/webp"];

/// The media type of these bytes; `None` for a kind the product does not give out.
#[must_use]
pub fn media_type(bytes: &[u8]) -> Option<&'static str> {
    let found = infer::get(bytes)?.mime_type();
    TYPES.into_iter().find(|known| *known == found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides_what_a_file_is() {
        assert_eq!(media_type(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3"), Some("application/pdf"));
        assert_eq!(media_type(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), Some("image/png"));
        assert_eq!(media_type(b"\xff\xd8\xff\xe0\0\x10JFIF"), Some("image/jpeg"));
    }

    #[test]
    fn programs_pages_and_nothing_have_no_type_to_give_out() {
        for bytes in [&b"MZ\x90\0"[..], b"<html><script>", b"#!/bin/sh\n", b"", b"PK\x03\x04"] {
            assert_eq!(media_type(bytes), None, "{bytes:?}");
        }
    }
}
