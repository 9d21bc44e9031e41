//! Random bytes and texts.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::Generate;

/// Random bytes from the system's generator.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    Generate::generate()
}

/// 256 random bits as text for a header, a cookie or a file.
#[must_use]
pub fn random_text() -> String {
    URL_SAFE_NO_PAD.encode(random::<32>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_texts_differ() {
        assert_ne!(random_text(), random_text());
        assert_eq!(random_text().len(), 43);
    }
}
