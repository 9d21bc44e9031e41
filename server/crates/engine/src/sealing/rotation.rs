//! A new key for all that is sealed. In three steps, each of which leaves every secret readable: the key is put in front,
//! everything is sealed again, what no row needs any more is removed.

use chrono::{DateTime, Utc};
use mezzofy_domain::audit::{Actor, AuditEvent};
use mezzofy_store::sealed::{self, SealedSecret};
use mezzofy_store::{Store, StoreError, Tx, audit, commit};

use super::keyring::new_key;
use super::{Keyring, SealError, written};
use crate::secret_file::{self, SecretFileError};

/// What a rotation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RotationReport {
    /// Secrets that are sealed with another key now.
    pub resealed: usize,
    /// Whether the keys are in a file of the data folder, which has one key now.
    pub kept: bool,
    /// Keys of the environment that nothing is sealed with any more: all but the first.
    pub removable: usize,
}

/// Why a rotation did not go through. What was sealed opens as before.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keys.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A secret that can't be opened.
    #[error("no secret was changed. The {} of person {}: {cause}", .sealed.kind.code(), .sealed.owner)]
    Secret { sealed: SealedSecret, cause: SealError },
}

impl From<SecretFileError> for RotationError {
    fn from(error: SecretFileError) -> Self {
        Self::Seal(error.into())
    }
}

/// Seals everything anew: with a new key where the keys are kept in a file, else with the first one of the environment.
pub async fn rotate(store: &Store, keyring: &Keyring, now: DateTime<Utc>) -> Result<RotationReport, RotationError> {
    put_in_front(store, keyring).await?;
    let resealed = reseal(store, keyring, now).await?;
    clear_out(store, keyring).await?;
    let kept = keyring.file().is_some();
    let removable = if kept { 0 } else { keyring.keys()?.older() };
    Ok(RotationReport { resealed, kept, removable })
}

/// How many secrets in the database none of the keys has sealed: their key is lost, or was not given to this process.
pub async fn count_lost(store: &Store, keyring: &Keyring) -> Result<usize, RotationError> {
    let mut tx = store.begin().await?;
    sealed::hold_keys(&mut tx).await?;
    let keys = keyring.keys()?;
    Ok(sealed::all(&mut tx).await?.iter().filter(|sealed| !keys.know(&sealed.text)).count())
}

/// Puts a new key in front of those in the file. From now on it seals.
pub async fn put_in_front(store: &Store, keyring: &Keyring) -> Result<(), RotationError> {
    let Some(file) = keyring.file() else { return Ok(()) };
    let tx = alone(store).await?;
    secret_file::replace(file, &format!("{}{}", new_key(), keyring.text()?))?;
    Ok(commit(tx).await?)
}

/// Seals with the first key what another one has sealed, all in one transaction.
pub async fn reseal(store: &Store, keyring: &Keyring, now: DateTime<Utc>) -> Result<usize, RotationError> {
    let mut tx = alone(store).await?;
    let keys = keyring.keys()?;
    let mut resealed = 0;
    for sealed in sealed::all(&mut tx).await? {
        let again = keys
            .open(sealed.kind, sealed.owner, &sealed.text)
            .and_then(|secret| keys.seal(sealed.kind, sealed.owner, &secret));
        match again {
            Ok(_) if keys.is_newest(&sealed.text) => {}
            Ok(text) => {
                sealed::replace(&mut tx, &SealedSecret { text, ..sealed }).await?;
                resealed += 1;
            }
            Err(cause) => return Err(RotationError::Secret { sealed, cause }),
        }
    }
    if resealed > 0 {
        audit::append(&mut tx, now, Actor::System, &AuditEvent::SecretsResealed { count: resealed }).await?;
    }
    commit(tx).await?;
    Ok(resealed)
}

/// Removes the keys from the file behind the first one, unless a row is sealed with one of them.
pub async fn clear_out(store: &Store, keyring: &Keyring) -> Result<(), RotationError> {
    let Some(file) = keyring.file() else { return Ok(()) };
    let mut tx = alone(store).await?;
    let (text, keys) = (keyring.text()?, keyring.keys()?);
    // Another rotation may have put its key in front meanwhile; it clears out itself.
    let done = sealed::all(&mut tx).await?.iter().all(|sealed| keys.is_newest(&sealed.text));
    if let Some(first) = written(&text).next().filter(|_| done && keys.older() > 0) {
        secret_file::replace(file, &format!("{first}\n"))?;
    }
    Ok(commit(tx).await?)
}

/// A transaction in which nobody else seals, opens or changes keys.
async fn alone(store: &Store) -> Result<Tx, StoreError> {
    let mut tx = store.begin().await?;
    sealed::change_keys(&mut tx).await?;
    Ok(tx)
}
