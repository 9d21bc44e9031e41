//! Canonical JSON (RFC 8785) and its SHA-256: what an approval and an outbox row are bound to.

use serde::Serialize;
use sha2::{Digest, Sha256};

/// The value can't be written as JSON, e.g. a map whose keys are not strings.
#[derive(Debug, thiserror::Error)]
#[error("the payload can't be written as JSON: {0}")]
pub struct NotCanonical(#[from] serde_json::Error);

/// Lower-case hex SHA-256 of the value's RFC 8785 JSON.
pub fn hash(value: &impl Serialize) -> Result<String, NotCanonical> {
    Ok(sha256_hex(&serde_json_canonicalizer::to_vec(value)?))
}

/// Lower-case hex SHA-256 of the bytes.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_order_of_keys_does_not_change_the_hash() {
        let a = json!({"to": ["a@b.example"], "subject": "报表", "n": 1});
        let b = json!({"n": 1, "subject": "报表", "to": ["a@b.example"]});
        assert_eq!(hash(&a).unwrap(), hash(&b).unwrap());
    }

    #[test]
    fn one_changed_byte_changes_the_hash() {
        assert_ne!(hash(&json!({"body": "1,000"})).unwrap(), hash(&json!({"body": "1,001"})).unwrap());
    }

    #[test]
    fn the_hash_is_that_of_the_canonical_text() {
        assert_eq!(hash(&json!({"b": 2, "a": "x"})).unwrap(), sha256_hex(br#"{"a":"x","b":2}"#));
    }
}
