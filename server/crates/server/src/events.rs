//! Wakes those who wait for a person's events. The events themselves are read from the database, so nothing is lost here.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mezzofy_domain::id::{self, Id};
use mezzofy_store::events::Listener;
use mezzofy_store::{Store, StoreError};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

const RETRY: Duration = Duration::from_secs(1);

/// Says who has new events. Only those who wait for the person are woken.
#[derive(Debug, Clone, Default)]
pub struct Hub(Arc<Mutex<HashMap<Id<id::Person>, watch::Sender<()>>>>);

/// Waits for one person's events. Several notes that come before it looks are one.
#[derive(Debug)]
pub struct Waiter(watch::Receiver<()>);

impl Hub {
    /// Nobody waits yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins to listen for a person. Read the events after this call, then wait.
    #[must_use]
    pub fn waiter(&self, person: Id<id::Person>) -> Waiter {
        Waiter(self.waiting().entry(person).or_insert_with(|| watch::Sender::new(())).subscribe())
    }

    /// Wakes those who wait for the person, or for anyone; who is waited for no more is forgotten.
    fn wake(&self, person: Option<Id<id::Person>>) {
        let mut waiting = self.waiting();
        match person {
            Some(person) => {
                if waiting.get(&person).is_some_and(|notes| notes.send(()).is_err()) {
                    waiting.remove(&person);
                }
            }
            None => waiting.retain(|_, notes| notes.send(()).is_ok()),
        }
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<Id<id::Person>, watch::Sender<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Passes on what the database says until `stop`; a lost connection is made again.
    pub async fn relay(&self, store: &Store, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            let relayed = stop.run_until_cancelled(self.relay_once(store)).await;
            if let Some(Err(error)) = relayed {
                tracing::warn!(%error, "listening for events failed and is tried again");
                stop.run_until_cancelled(tokio::time::sleep(RETRY)).await;
            }
        }
    }

    async fn relay_once(&self, store: &Store) -> Result<(), StoreError> {
        let mut listener = Listener::begin(store).await?;
        // What came while nobody listened is found by those who wait, once they look.
        self.wake(None);
        loop {
            let person = listener.next().await?;
            self.wake(person);
        }
    }
}

impl Waiter {
    /// Completes when the person may have new events.
    pub async fn woken(&mut self) {
        if self.0.changed().await.is_err() {
            // The hub is gone: nothing comes any more.
            std::future::pending::<()>().await;
        }
    }
}
