//! What the server knows.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Semaphore, watch};

use super::sent::Sent;
use crate::answer::Answer;

pub(super) struct State {
    pub(super) key: String,
    /// A permit for each chunk that may be sent of answers that are held.
    pub(super) gate: Arc<Semaphore>,
    pub(super) ended: watch::Sender<bool>,
    pub(super) called: watch::Sender<usize>,
    inner: Mutex<Inner>,
}

#[derive(Default)]
pub(super) struct Inner {
    pub(super) script: VecDeque<Answer>,
    pub(super) bodies: Vec<String>,
    pub(super) problems: Vec<String>,
    pub(super) sent: Sent,
    pub(super) refuses_keys: bool,
    pub(super) window: u64,
}

impl State {
    pub(super) fn new(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            gate: Arc::new(Semaphore::new(0)),
            ended: watch::Sender::new(false),
            called: watch::Sender::new(0),
            inner: Mutex::new(Inner { window: 1_000_000, ..Inner::default() }),
        }
    }

    pub(super) fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
