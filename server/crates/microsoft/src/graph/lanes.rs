//! Four requests at once per mailbox: more, and Exchange throttles the app.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

const MAX_REQUESTS_PER_MAILBOX: usize = 4;

/// One semaphore for each mailbox that is being used.
#[derive(Debug, Default)]
pub(super) struct Lanes(Mutex<HashMap<String, Arc<Semaphore>>>);

impl Lanes {
    /// Waits for a place in the mailbox's lane; the place is free again when the permit is dropped.
    pub(super) async fn enter(&self, mailbox: &str) -> Option<OwnedSemaphorePermit> {
        self.lane(mailbox).acquire_owned().await.ok()
    }

    fn lane(&self, mailbox: &str) -> Arc<Semaphore> {
        let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lanes.retain(|_, lane| Arc::strong_count(lane) > 1);
        let lane =
            lanes.entry(mailbox.to_lowercase()).or_insert_with(|| Arc::new(Semaphore::new(MAX_REQUESTS_PER_MAILBOX)));
        Arc::clone(lane)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_fifth_request_to_one_mailbox_waits_and_another_mailbox_does_not() {
        let lanes = Lanes::default();
        let mut held = Vec::new();
        for _ in 0..4 {
            held.push(lanes.enter("Ana@mezzofy.example").await.unwrap());
        }
        assert_eq!(lanes.lane("ana@mezzofy.example").available_permits(), 0);
        assert_eq!(lanes.lane("ceo@mezzofy.example").available_permits(), 4);
        drop(held.pop());
        assert_eq!(lanes.lane("ana@mezzofy.example").available_permits(), 1);
    }

    #[tokio::test]
    async fn lanes_nobody_uses_are_forgotten() {
        let lanes = Lanes::default();
        drop(lanes.enter("ana@mezzofy.example").await);
        let _held = lanes.enter("ceo@mezzofy.example").await;
        assert_eq!(lanes.0.lock().unwrap().len(), 1);
    }
}
