//! Wakes those who wait for a person's events. The events themselves are read from the database, so nothing is lost here.

use std::time::Duration;

use mezzofy_domain::id::{self, Id};
use mezzofy_store::events::Listener;
use mezzofy_store::{Store, StoreError};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

const RETRY: Duration = Duration::from_secs(1);

/// Says who has new events.
#[derive(Debug, Clone)]
pub struct Hub(broadcast::Sender<Option<Id<id::Person>>>);

/// Waits for one person's events.
#[derive(Debug)]
pub struct Waiter {
    person: Id<id::Person>,
    notes: broadcast::Receiver<Option<Id<id::Person>>>,
}

impl Hub {
    /// Nobody waits yet.
    #[must_use]
    pub fn new() -> Self {
        Self(broadcast::Sender::new(1024))
    }

    /// Begins to listen for a person. Read the events after this call, then wait.
    #[must_use]
    pub fn waiter(&self, person: Id<id::Person>) -> Waiter {
        Waiter { person, notes: self.0.subscribe() }
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
        self.0.send(None).ok();
        loop {
            let person = listener.next().await?;
            self.0.send(person).ok();
        }
    }
}

impl Default for Hub {
    fn default() -> Self {
        Self::new()
    }
}

impl Waiter {
    /// Completes when the person may have new events.
    pub async fn woken(&mut self) {
        loop {
            match self.notes.recv().await {
                Ok(Some(person)) if person != self.person => {}
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => return,
                Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}
