//! Passwords and random texts.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

/// 244 random bits as text for a header, a cookie or a file: two random UUIDs' bytes, from the system's generator.
pub(crate) fn random_text() -> String {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(Uuid::new_v4().as_bytes());
    bytes[16..].copy_from_slice(Uuid::new_v4().as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The argon2id hash of a password with a salt of its own, as PHC text. Takes tens of milliseconds of processor time.
pub(crate) fn hash_password(password: &str) -> Result<String, String> {
    Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()).map_err(|error| error.to_string())
}

/// Whether the password is that of the hash. Without a hash (nobody has the address) it takes the same time and is false.
pub(crate) fn check_password(password: &str, hash: Option<&str>) -> bool {
    const NOBODYS: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$bWV6em9meS1ub2JvZHk$ZJ1kCwQmS8rS3qv9PkI1fCBSJxkLUKqbEi8bGVJkX0g";
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(NOBODYS)) else { return false };
    let right = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
    right && hash.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_passes_and_nobody_has_none() {
        let hash = hash_password("correct horse").unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(check_password("correct horse", Some(&hash)));
        assert!(!check_password("wrong horse", Some(&hash)));
        assert!(!check_password("correct horse", None));
    }

    #[test]
    fn random_texts_differ() {
        assert_ne!(random_text(), random_text());
        assert_eq!(random_text().len(), 43);
    }
}
