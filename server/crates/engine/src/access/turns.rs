//! Turns: who does the same thing for the same key in this process does it one after another. A turn may be long, so it is taken
//! here and not on a connection to the database.

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::Arc;

use tokio::sync::{Mutex, OwnedMutexGuard};

/// Two keys that share one wait for each other, which costs them only time.
const STRIPES: usize = 256;

/// Gives turns.
pub struct Turns {
    stripes: Vec<Arc<Mutex<()>>>,
    /// Random, so that nobody chooses a key that shares another's stripe.
    hasher: RandomState,
}

/// A turn; it ends when this is dropped.
pub struct Turn {
    _turn: OwnedMutexGuard<()>,
}

impl Default for Turns {
    fn default() -> Self {
        Self { stripes: (0..STRIPES).map(|_| Arc::default()).collect(), hasher: RandomState::new() }
    }
}

impl Turns {
    /// Waits for the turn of a key.
    pub async fn take(&self, key: impl Hash) -> Turn {
        // A remainder of 256 is no more than 255.
        let at = usize::try_from(self.hasher.hash_one(key) % STRIPES as u64).unwrap_or_default();
        let stripe = self.stripes.get(at).cloned().unwrap_or_default();
        Turn { _turn: stripe.lock_owned().await }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn a_turn_waits_for_the_one_before_it_of_the_same_key() {
        let turns = Turns::default();
        let first = turns.take("ceo@mezzofy.example").await;
        let mut second = Box::pin(turns.take("ceo@mezzofy.example"));
        assert!((&mut second).now_or_never().is_none());
        let others = (0..32).filter(|other| turns.take(other).now_or_never().is_some()).count();
        assert!(others > 16, "{others}");
        drop(first);
        assert!(second.now_or_never().is_some());
    }
}
