//! Wakes those who wait for a person's events. The events themselves are read from the database, so nothing is lost here.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mezzofy_domain::id::{self, Id};
use mezzofy_store::events::{Event, Listener};
use mezzofy_store::{Store, StoreError};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

const RETRY_DELAY: Duration = Duration::from_secs(1);

/// What is known of a person's newest events.
#[derive(Debug, Default)]
struct Newest {
    cursor: i64,
    /// The last ones, where they were written in this process.
    events: Arc<[Event]>,
}

/// Those who are waited for.
type Waiting = HashMap<Id<id::Person>, watch::Sender<Newest>>;

/// Says who has new events. Only those who wait for the person are woken, and once for the same events.
#[derive(Debug, Clone, Default)]
pub struct Hub(Arc<Mutex<Waiting>>);

/// Waits for one person's events. Several notes that come before it looks are one.
#[derive(Debug)]
pub struct Waiter(watch::Receiver<Newest>);

impl Hub {
    /// Nobody waits yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins to listen for a person. Read the events after this call, then wait.
    #[must_use]
    pub fn waiter(&self, person: Id<id::Person>) -> Waiter {
        Waiter(self.waiting().entry(person).or_default().subscribe())
    }

    /// Wakes those in this process who wait for the person, with events that are committed.
    pub fn wake(&self, person: Id<id::Person>, written: Vec<Event>) {
        if let Some(last) = written.last() {
            self.note(person, Newest { cursor: last.cursor, events: written.into() });
        }
    }

    fn note(&self, person: Id<id::Person>, note: Newest) {
        let mut waiting = self.waiting();
        let Some(newest) = waiting.get(&person) else { return };
        if newest.receiver_count() == 0 {
            waiting.remove(&person);
            return;
        }
        newest.send_if_modified(|newest| {
            let is_newer = note.cursor > newest.cursor;
            if is_newer {
                *newest = note;
            }
            is_newer
        });
    }

    /// Wakes everyone, and forgets who is waited for no more.
    fn wake_all(&self) {
        self.waiting().retain(|_, newest| {
            newest.send_modify(|newest| newest.events = Arc::default());
            newest.receiver_count() > 0
        });
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Passes on what the database says until `stop`; a lost connection is made again.
    pub async fn relay(&self, store: &Store, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            let relayed = stop.run_until_cancelled(self.relay_once(store)).await;
            if let Some(Err(error)) = relayed {
                tracing::warn!(%error, "listening for events failed and is tried again");
                stop.run_until_cancelled(tokio::time::sleep(RETRY_DELAY)).await;
            }
        }
    }

    async fn relay_once(&self, store: &Store) -> Result<(), StoreError> {
        let mut listener = Listener::begin(store).await?;
        // What came while nobody listened is found by those who wait, once they look.
        self.wake_all();
        loop {
            match listener.next().await? {
                Some((person, cursor)) => self.note(person, Newest { cursor, events: Arc::default() }),
                None => self.wake_all(),
            }
        }
    }
}

impl Waiter {
    /// All committed events after a cursor, where the newest ones were written in this process and follow it without a gap.
    /// Whoever gets none reads the database.
    #[must_use]
    pub fn follow(&self, cursor: i64) -> Option<Arc<[Event]>> {
        let newest = self.0.borrow();
        newest.events.first().is_some_and(|first| first.cursor == cursor + 1).then(|| Arc::clone(&newest.events))
    }

    /// Completes when the person may have new events.
    pub async fn woken(&mut self) {
        if self.0.changed().await.is_err() {
            // The hub is gone: nothing comes any more.
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn id(number: u128) -> Id<id::Person> {
        Uuid::from_u128(number).into()
    }

    fn event(cursor: i64) -> Event {
        let (run_id, conversation_id) = (Uuid::from_u128(8), Uuid::from_u128(9));
        Event { cursor, run_id, conversation_id, kind: "notice".to_owned(), data: serde_json::Value::Null }
    }

    fn elsewhere(cursor: i64) -> Newest {
        Newest { cursor, events: Arc::default() }
    }

    fn is_woken(waiter: &mut Waiter) -> bool {
        let woken = waiter.0.has_changed().unwrap();
        waiter.0.mark_unchanged();
        woken
    }

    #[test]
    fn only_those_who_wait_for_the_person_are_woken_and_once_for_the_same_events() {
        let hub = Hub::new();
        let (ana, ben) = (id(1), id(2));
        let (mut first, mut second, mut other) = (hub.waiter(ana), hub.waiter(ana), hub.waiter(ben));
        hub.wake(ana, vec![event(7)]);
        assert!(is_woken(&mut first) && is_woken(&mut second) && !is_woken(&mut other));
        hub.note(ana, elsewhere(7));
        hub.note(ana, elsewhere(6));
        assert!(!is_woken(&mut first));
        hub.note(ana, elsewhere(8));
        assert!(is_woken(&mut first));
    }

    #[test]
    fn events_are_taken_from_here_only_where_they_follow_without_a_gap_and_nothing_newer_is_known() {
        let hub = Hub::new();
        let waiter = hub.waiter(id(1));
        let cursors = |after| waiter.follow(after).map(|events| events.iter().map(|it| it.cursor).collect::<Vec<_>>());
        assert_eq!(cursors(0), None);
        hub.wake(id(1), vec![event(6), event(7)]);
        assert_eq!((cursors(5), cursors(4), cursors(6), cursors(7)), (Some(vec![6, 7]), None, None, None));
        hub.note(id(1), elsewhere(7));
        assert_eq!(cursors(5), Some(vec![6, 7]));
        hub.note(id(1), elsewhere(9));
        assert_eq!(cursors(5), None);
        hub.wake(id(1), vec![event(10)]);
        hub.wake_all();
        assert_eq!(cursors(9), None);
    }

    #[test]
    fn after_a_lost_connection_everyone_looks() {
        let hub = Hub::new();
        let mut waiter = hub.waiter(id(1));
        hub.wake_all();
        assert!(is_woken(&mut waiter));
    }

    #[test]
    fn who_has_gone_is_forgotten() {
        let hub = Hub::new();
        let (ana, ben) = (id(1), id(2));
        drop((hub.waiter(ana), hub.waiter(ben)));
        hub.wake(ana, vec![event(1)]);
        assert!(!hub.waiting().contains_key(&ana));
        hub.wake_all();
        assert!(hub.waiting().is_empty());
    }
}
