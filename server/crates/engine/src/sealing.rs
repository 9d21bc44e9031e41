//! Secrets at rest: sealed with XChaCha20-Poly1305 before they are stored, and bound to what they are and whose.

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::general_purpose::{PAD, URL_SAFE_NO_PAD};
use base64::engine::{DecodePaddingMode, GeneralPurpose};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use mezzofy_store::sealed::SecretKind;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::secret_file::SecretFileError;
use crate::secrets;

mod keyring;
mod rotation;

pub use keyring::Keyring;
pub use rotation::{RotationError, RotationReport, clear_out, count_lost, put_in_front, reseal, rotate};

/// Bytes of a key.
const KEY_BYTES: usize = 32;
/// Bytes of a nonce: so many that random ones never meet.
const NONCE_BYTES: usize = 24;

/// Why something can't be sealed or opened, as a sentence for who runs the server.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// A key has not the form of one.
    #[error(
        "key {number} is not 32 bytes in base64, such as “openssl rand -base64 32” prints; several are separated by commas or lines"
    )]
    Key {
        /// 1, 2, 3 and so on.
        number: usize,
    },
    /// There is none.
    #[error("there is no key: make one with “openssl rand -base64 32”")]
    NoKey,
    /// The file with the keys.
    #[error(transparent)]
    KeyFile(#[from] SecretFileError),
    /// None of the keys has sealed it.
    #[error("it is sealed with the key {0}, which is not among the keys: put that one behind the first")]
    UnknownKey(String),
    /// It was changed, or moved from another row.
    #[error("it does not open: it was changed, or sealed for another row")]
    Broken,
}

/// The keys: the first one seals, all of them open.
pub struct Keys {
    first: Key,
    others: Vec<Key>,
}

struct Key {
    /// Names the key in what it seals; tells nothing of it.
    id: String,
    cipher: XChaCha20Poly1305,
}

impl Keys {
    /// Reads keys of 32 bytes in base64, separated by commas or white space.
    pub fn parse(text: &str) -> Result<Self, SealError> {
        let keys =
            written(text).enumerate().map(|(at, part)| Key::parse(part).ok_or(SealError::Key { number: at + 1 }));
        let mut keys = keys.collect::<Result<Vec<_>, _>>()?.into_iter();
        let first = keys.next().ok_or(SealError::NoKey)?;
        Ok(Self { first, others: keys.collect() })
    }

    /// Seals a secret: the key's id, a dot, and nonce and ciphertext in base64.
    pub fn seal(&self, kind: SecretKind, owner: Uuid, secret: &[u8]) -> Result<String, SealError> {
        let nonce: [u8; NONCE_BYTES] = secrets::random();
        let bound = bound(kind, owner);
        let payload = Payload { msg: secret, aad: &bound };
        let ciphertext = self.first.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::Broken)?;
        Ok(format!("{}.{}", self.first.id, URL_SAFE_NO_PAD.encode([&nonce, ciphertext.as_slice()].concat())))
    }

    /// Opens what was sealed as this kind of secret of this owner.
    pub fn open(&self, kind: SecretKind, owner: Uuid, sealed: &str) -> Result<Vec<u8>, SealError> {
        let (id, text) = sealed.split_once('.').ok_or(SealError::Broken)?;
        let key = self.all().find(|key| key.id == id).ok_or_else(|| SealError::UnknownKey(id.to_owned()))?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| SealError::Broken)?;
        let (nonce, ciphertext) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or(SealError::Broken)?;
        let payload = Payload { msg: ciphertext, aad: &bound(kind, owner) };
        key.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| SealError::Broken)
    }

    /// Whether the first key has sealed it.
    #[must_use]
    pub fn is_newest(&self, sealed: &str) -> bool {
        sealed.split_once('.').is_some_and(|(id, _)| id == self.first.id)
    }

    /// Whether one of the keys has sealed it.
    #[must_use]
    pub fn know(&self, sealed: &str) -> bool {
        sealed.split_once('.').is_some_and(|(id, _)| self.all().any(|key| key.id == id))
    }

    /// How many keys open besides the first one.
    #[must_use]
    pub fn older(&self) -> usize {
        self.others.len()
    }

    fn all(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

impl Key {
    fn parse(text: &str) -> Option<Self> {
        let alphabet = if text.contains(['-', '_']) { &URL_SAFE } else { &STANDARD };
        let any = PAD.with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let bytes: [u8; KEY_BYTES] = GeneralPurpose::new(alphabet, any).decode(text).ok()?.try_into().ok()?;
        let hash = Sha256::digest([b"id of a key ".as_slice(), &bytes].concat());
        let id = URL_SAFE_NO_PAD.encode(&hash[..6]);
        Some(Self { id, cipher: XChaCha20Poly1305::new(&bytes.into()) })
    }
}

/// Each key as it is written.
fn written(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', '\n', '\r', ' ', '\t']).filter(|part| !part.is_empty())
}

/// What is sealed opens only as the same kind of the same owner.
fn bound(kind: SecretKind, owner: Uuid) -> Vec<u8> {
    format!("{} {owner}", kind.code()).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const NEW: &str = "__79_Pv6-fj39vX08_Lx8O_u7ezr6uno5-bl5OPi4eA";
    const ANA: Uuid = Uuid::from_u128(1);

    fn keys(text: &str) -> Keys {
        Keys::parse(text).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn what_is_sealed_opens_for_its_owner_and_nobody_else() {
        let keys = keys(OLD);
        let sealed = keys.seal(SecretKind::SecondFactor, ANA, b"a secret").unwrap();
        assert!(!sealed.contains("secret"), "{sealed}");
        assert_eq!(keys.open(SecretKind::SecondFactor, ANA, &sealed).unwrap(), b"a secret");
        let moved = keys.open(SecretKind::SecondFactor, Uuid::from_u128(2), &sealed).unwrap_err();
        assert!(matches!(moved, SealError::Broken), "{moved}");
        assert_ne!(
            keys.seal(SecretKind::SecondFactor, ANA, b"a secret").unwrap(),
            sealed,
            "a nonce of its own each time"
        );
    }

    #[test]
    fn a_change_of_any_character_is_found() {
        let keys = keys(OLD);
        let sealed = keys.seal(SecretKind::SecondFactor, ANA, b"a secret").unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(keys.open(SecretKind::SecondFactor, ANA, &changed).is_err(), "{at}");
        }
        for text in ["", ".", "a", &sealed[..20], &sealed[..sealed.len() - 1]] {
            assert!(keys.open(SecretKind::SecondFactor, ANA, text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_first_key_seals_and_all_open() {
        let (old, both, new) = (keys(OLD), keys(&format!("{NEW},{OLD}")), keys(NEW));
        let sealed = old.seal(SecretKind::SecondFactor, ANA, b"a secret").unwrap();
        assert_eq!(both.open(SecretKind::SecondFactor, ANA, &sealed).unwrap(), b"a secret");
        assert!(!both.is_newest(&sealed) && both.know(&sealed) && !new.know(&sealed));
        let lost = new.open(SecretKind::SecondFactor, ANA, &sealed).unwrap_err();
        assert!(matches!(&lost, SealError::UnknownKey(id) if sealed.starts_with(id)), "{lost}");
        let again = both.seal(SecretKind::SecondFactor, ANA, b"a secret").unwrap();
        assert!(both.is_newest(&again) && old.open(SecretKind::SecondFactor, ANA, &again).is_err());
        assert_eq!(new.open(SecretKind::SecondFactor, ANA, &again).unwrap(), b"a secret");
    }

    #[test]
    fn keys_stand_in_a_list_and_a_wrong_one_is_named_by_its_place() {
        assert_eq!(keys(&format!("{OLD}\r\n{NEW}\n")).older(), 1);
        assert_eq!(keys(&format!(" {OLD} , {NEW} ")).older(), 1);
        for (text, said) in [
            ("", "there is no key"),
            (",\n", "there is no key"),
            ("c2hvcnQ=", "key 1 is not 32 bytes"),
            (&format!("{OLD},{NEW}{NEW}"), "key 2 is not 32 bytes"),
            (&format!("{OLD},a word"), "key 2 is not 32 bytes"),
        ] {
            let error = Keys::parse(text).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.starts_with(said), "{text}: {error}");
        }
    }
}
