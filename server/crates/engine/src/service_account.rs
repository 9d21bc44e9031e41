//! The Microsoft 365 account that posts in Teams: an administrator signs it in once, and its refresh token is kept sealed.

use async_trait::async_trait;
use mezzofy_microsoft::graph::{Account, AccountError};
use mezzofy_store::sealed::{self, SecretKind};
use mezzofy_store::{Store, commit, microsoft};
use secrecy::{ExposeSecret, SecretString};

use crate::sealing::Keyring;

/// The account of the database.
pub struct ServiceAccount {
    store: Store,
    keyring: Keyring,
}

impl ServiceAccount {
    #[must_use]
    pub fn new(store: &Store, keyring: &Keyring) -> Self {
        Self { store: store.clone(), keyring: keyring.clone() }
    }
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> AccountError {
    AccountError(Box::new(error))
}

#[async_trait]
impl Account for ServiceAccount {
    async fn refresh_token(&self) -> Result<Option<SecretString>, AccountError> {
        let mut tx = self.store.begin().await.map_err(failed)?;
        sealed::hold_keys(&mut tx).await.map_err(failed)?;
        let Some((id, sealed)) = microsoft::sealed_token(&mut tx).await.map_err(failed)? else { return Ok(None) };
        let keys = self.keyring.keys().map_err(failed)?;
        let token = keys.open(SecretKind::ServiceAccount, id, &sealed).map_err(failed)?;
        Ok(Some(String::from_utf8(token).map_err(failed)?.into()))
    }

    async fn keep(&self, refresh_token: SecretString) -> Result<(), AccountError> {
        let mut tx = self.store.begin().await.map_err(failed)?;
        sealed::hold_keys(&mut tx).await.map_err(failed)?;
        let Some((id, _)) = microsoft::sealed_token(&mut tx).await.map_err(failed)? else { return Ok(()) };
        let keys = self.keyring.keys().map_err(failed)?;
        let sealed =
            keys.seal(SecretKind::ServiceAccount, id, refresh_token.expose_secret().as_bytes()).map_err(failed)?;
        microsoft::renew(&mut tx, id, &sealed).await.map_err(failed)?;
        commit(tx).await.map_err(failed)
    }
}
