//! Where an effect stands with its provider, stored in its row before and after each step that changes something there.

use mezzofy_domain::id::{self, Id};
use mezzofy_domain::people::Person;
use mezzofy_store::{StoreError, commit, effects};
use serde_json::Value;
use tokio::sync::Mutex;

use crate::app::AppState;
use crate::failpoint;

/// A checkpoint that another worker has moved is not overwritten: of two workers that take each other for dead one goes on.
pub struct Checkpoint<'a> {
    app: &'a AppState,
    person: &'a Person,
    effect: Id<id::Effect>,
    /// As this worker knows it.
    stored: Mutex<Option<Value>>,
}

/// Why a worker lets go of an effect.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// Another worker has moved it on.
    #[error("another worker is at the effect")]
    Contended,
    /// The database is not well, or what is stored can't be read; the job is tried again.
    #[error("{0}")]
    Retry(String),
}

impl From<StoreError> for CheckpointError {
    fn from(error: StoreError) -> Self {
        Self::Retry(error.to_string())
    }
}

impl<'a> Checkpoint<'a> {
    /// That of an effect which stands here.
    pub(crate) fn new(app: &'a AppState, person: &'a Person, effect: Id<id::Effect>, stored: Option<Value>) -> Self {
        Self { app, person, effect, stored: Mutex::new(stored) }
    }

    /// Where it stands.
    pub(crate) async fn current(&self) -> Option<Value> {
        self.stored.lock().await.clone()
    }

    /// Where it stands at the end.
    pub(crate) fn into_current(self) -> Option<Value> {
        self.stored.into_inner()
    }

    /// Stores where it stands now; who was overtaken goes no further.
    pub(crate) async fn advance(&self, to: Value) -> Result<(), CheckpointError> {
        match self.store(to).await? {
            None => Ok(()),
            Some(_) => Err(CheckpointError::Contended),
        }
    }

    /// Has it looked at once more when nothing that was asked can still appear.
    pub(crate) async fn look_later(&self) -> Result<(), StoreError> {
        let mut tx = self.app.store.begin_as(&self.app.scope(self.person)).await?;
        effects::set_due(&mut tx, self.effect, self.app.clock.now() + self.app.max_arrival).await?;
        commit(tx).await
    }

    /// Stores where it stands now. Where another worker has moved it, nothing is stored and that one's place is answered: null before
    /// the first.
    pub(crate) async fn store(&self, to: Value) -> Result<Option<Value>, StoreError> {
        let mut stored = self.stored.lock().await;
        let mut tx = self.app.store.begin_as(&self.app.scope(self.person)).await?;
        if !effects::advance(&mut tx, self.effect, stored.as_ref(), &to).await? {
            return Ok(Some(effects::checkpoint(&mut tx, self.effect).await?.unwrap_or_default()));
        }
        commit(tx).await?;
        *stored = Some(to);
        failpoint::hit("effect.advance");
        Ok(None)
    }
}
