//! How many live streams a person has open in this process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use mezzofy_domain::id::{self, Id};

/// Counts streams.
pub struct Streams {
    max: usize,
    open: Arc<Mutex<HashMap<Id<id::Person>, usize>>>,
}

/// A stream that counts until it is dropped.
pub struct OpenStream {
    person: Id<id::Person>,
    open: Arc<Mutex<HashMap<Id<id::Person>, usize>>>,
}

impl Streams {
    /// So many a person at most.
    #[must_use]
    pub fn new(max: usize) -> Self {
        Self { max, open: Arc::default() }
    }

    /// How many a person may have.
    #[must_use]
    pub fn max(&self) -> usize {
        self.max
    }

    /// Counts one more of a person, if they may have it.
    #[must_use]
    pub fn open(&self, person: Id<id::Person>) -> Option<OpenStream> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(person).or_default();
        if *count >= self.max {
            return None;
        }
        *count += 1;
        Some(OpenStream { person, open: self.open.clone() })
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.person) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.person);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_person_has_so_many_streams_and_another_once_one_ends() {
        let streams = Streams::new(2);
        let (ana, ben) = (Id::from(Uuid::from_u128(1)), Id::from(Uuid::from_u128(2)));
        let (first, second) = (streams.open(ana), streams.open(ana));
        assert!(first.is_some() && second.is_some() && streams.open(ana).is_none());
        assert!(streams.open(ben).is_some(), "others have theirs");
        drop(first);
        assert!(streams.open(ana).is_some());
        drop(second);
        assert!(streams.open.lock().unwrap().is_empty(), "who has none is not remembered");
    }
}
