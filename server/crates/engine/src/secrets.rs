//! Passwords, recovery codes and random texts.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::Generate;
use uuid::Uuid;

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

/// The argon2id hash of a password with a salt of its own, as PHC text. Takes tens of milliseconds of processor time.
pub fn hash_password(password: &str) -> Result<String, String> {
    Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()).map_err(|error| error.to_string())
}

/// Whether the password is that of the hash. Without a hash (nobody has the address) it takes the same time and is false.
#[must_use]
pub fn check_password(password: &str, hash: Option<&str>) -> bool {
    const NOBODYS: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$bWV6em9meS1ub2JvZHk$ZJ1kCwQmS8rS3qv9PkI1fCBSJxkLUKqbEi8bGVJkX0g";
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(NOBODYS)) else { return false };
    let right = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
    right && hash.is_some()
}

/// The argon2id hash of a recovery code, salted with its owner, so that a code is found by its hash. Takes as long as a
/// password: forty bits would not withstand a quick one.
pub fn hash_recovery_code(code: &str, owner: Uuid) -> Result<Vec<u8>, String> {
    let mut hash = vec![0; 32];
    let hashed = Argon2::default().hash_password_into(code.as_bytes(), owner.as_bytes(), &mut hash);
    hashed.map(|()| hash).map_err(|error| error.to_string())
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
    fn a_recovery_code_has_one_hash_for_its_owner_and_another_for_others() {
        let (ana, ben) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let hash = hash_recovery_code("7gk2-x9wd", ana).unwrap();
        assert_eq!(hash_recovery_code("7gk2-x9wd", ana).unwrap(), hash);
        assert_ne!(hash_recovery_code("7gk2-x9wd", ben).unwrap(), hash);
        assert_ne!(hash_recovery_code("7gk2-x9we", ana).unwrap(), hash);
    }

    #[test]
    fn random_texts_differ() {
        assert_ne!(random_text(), random_text());
        assert_eq!(random_text().len(), 43);
    }
}
