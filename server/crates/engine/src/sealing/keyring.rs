//! Where the keys are: in the environment, or in a file of the data folder.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};

use super::{KEY_BYTES, Keys, SealError};
use crate::{secret_file, secrets};

/// Where the keys are. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Keyring(KeySource);

#[derive(Debug, Clone)]
enum KeySource {
    Environment(SecretString),
    File(PathBuf),
}

impl Keyring {
    /// Keys that the environment gave. They hold until the process ends.
    pub fn of_environment(keys: String) -> Result<Self, SealError> {
        Keys::parse(&keys)?;
        Ok(Self(KeySource::Environment(keys.into())))
    }

    /// Keys in a file, which is made with one key where there is none.
    pub fn of_file(file: PathBuf) -> Result<Self, SealError> {
        Keys::parse(&secret_file::read_or_make(&file, new_key)?)?;
        Ok(Self(KeySource::File(file)))
    }

    /// The keys. A file is read each time, so that a running server goes by the keys of this moment; a transaction that
    /// holds them (`sealed::hold_keys`) finds the key of every row in it.
    pub fn keys(&self) -> Result<Keys, SealError> {
        Keys::parse(&self.text()?)
    }

    /// The file, where it is one.
    pub(super) fn file(&self) -> Option<&Path> {
        match &self.0 {
            KeySource::Environment(_) => None,
            KeySource::File(file) => Some(file),
        }
    }

    /// The keys as they are written, the newest first.
    pub(super) fn text(&self) -> Result<String, SealError> {
        Ok(match &self.0 {
            KeySource::Environment(keys) => keys.expose_secret().to_owned(),
            // A file that is gone is an error here: a new key would open nothing.
            KeySource::File(file) => secret_file::read(file)?,
        })
    }
}

/// A new key as it stands in a file.
pub(super) fn new_key() -> String {
    format!("{}\n", STANDARD.encode(secrets::random::<KEY_BYTES>()))
}
