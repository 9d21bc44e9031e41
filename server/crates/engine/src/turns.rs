//! Turns at work that costs much: so many at once, so many of them for one person, and those who wait come in turn, person by person.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// How much is done at once and how much may wait.
#[derive(Debug, Clone, Copy)]
pub struct TurnLimits {
    pub at_once: usize,
    /// Of one person.
    pub at_once_a_person: usize,
    pub waiting: usize,
    /// Of one person.
    pub waiting_a_person: usize,
}

/// As many wait as may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("as many wait as may")]
pub struct Busy;

/// Hands out turns.
#[derive(Debug)]
pub struct Turns<K: Copy + Eq + Hash>(Arc<Shared<K>>);

#[derive(Debug)]
struct Shared<K: Copy + Eq + Hash> {
    limits: TurnLimits,
    state: Mutex<State<K>>,
}

#[derive(Debug)]
struct State<K: Copy + Eq + Hash> {
    at_work: HashMap<K, usize>,
    /// Those who wait, by person; who was served last stands last.
    waiting: VecDeque<(K, VecDeque<oneshot::Sender<Turn<K>>>)>,
}

/// A turn; it is over when this is dropped.
#[derive(Debug)]
pub struct Turn<K: Copy + Eq + Hash> {
    shared: Arc<Shared<K>>,
    person: K,
}

impl<K: Copy + Eq + Hash> Turns<K> {
    #[must_use]
    pub fn new(limits: TurnLimits) -> Self {
        let state = Mutex::new(State { at_work: HashMap::new(), waiting: VecDeque::new() });
        Self(Arc::new(Shared { limits, state }))
    }

    /// Waits for a turn. Who stops waiting loses the place and nothing else.
    pub async fn take(&self, person: K) -> Result<Turn<K>, Busy> {
        let queued = {
            let mut state = self.0.state();
            if state.has_room(&self.0.limits, person) {
                return Ok(state.begin(&self.0, person));
            }
            state.queue(&self.0.limits, person)?
        };
        queued.await.map_err(|_| Busy)
    }
}

impl<K: Copy + Eq + Hash> Shared<K> {
    fn state(&self) -> MutexGuard<'_, State<K>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Copy + Eq + Hash> State<K> {
    fn has_room(&self, limits: &TurnLimits, person: K) -> bool {
        let own = self.at_work.get(&person).copied().unwrap_or_default();
        own < limits.at_once_a_person && self.at_work.values().sum::<usize>() < limits.at_once
    }

    fn begin(&mut self, shared: &Arc<Shared<K>>, person: K) -> Turn<K> {
        *self.at_work.entry(person).or_default() += 1;
        Turn { shared: Arc::clone(shared), person }
    }

    fn queue(&mut self, limits: &TurnLimits, person: K) -> Result<oneshot::Receiver<Turn<K>>, Busy> {
        for (_, own) in &mut self.waiting {
            own.retain(|waiting| !waiting.is_closed());
        }
        self.waiting.retain(|(_, own)| !own.is_empty());
        let all: usize = self.waiting.iter().map(|(_, own)| own.len()).sum();
        let at = self.waiting.iter().position(|(other, _)| *other == person);
        let own = at.map_or(0, |at| self.waiting[at].1.len());
        if all >= limits.waiting || own >= limits.waiting_a_person {
            return Err(Busy);
        }
        let (sender, receiver) = oneshot::channel();
        match at {
            Some(at) => self.waiting[at].1.push_back(sender),
            None => self.waiting.push_back((person, VecDeque::from([sender]))),
        }
        Ok(receiver)
    }

    /// The next who may begin: the first of those whose persons have room.
    fn next(&mut self, limits: &TurnLimits) -> Option<(K, oneshot::Sender<Turn<K>>)> {
        let at = self.waiting.iter().position(|(person, _)| self.has_room(limits, *person))?;
        let (person, mut own) = self.waiting.remove(at)?;
        let sender = own.pop_front();
        if !own.is_empty() {
            self.waiting.push_back((person, own));
        }
        Some((person, sender?))
    }
}

impl<K: Copy + Eq + Hash> Drop for Turn<K> {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        if let Some(own) = state.at_work.get_mut(&self.person) {
            *own -= 1;
        }
        state.at_work.retain(|_, own| *own > 0);
        let mut begun = Vec::new();
        while let Some((person, sender)) = state.next(&self.shared.limits) {
            begun.push((sender, state.begin(&self.shared, person)));
        }
        drop(state);
        for (sender, turn) in begun {
            // Who waits no longer gives the turn back, here and now.
            drop(sender.send(turn));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    const LIMITS: TurnLimits = TurnLimits { at_once: 2, at_once_a_person: 1, waiting: 5, waiting_a_person: 3 };

    fn poll<F: Future + Unpin>(waiting: &mut F) -> Poll<F::Output> {
        pin!(waiting).poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn one_person_leaves_room_for_others_and_who_waits_comes_in_turn() {
        let turns = Turns::new(LIMITS);
        let take = |person: char| Box::pin(turns.take(person));
        let Poll::Ready(Ok(first)) = poll(&mut take('a')) else { panic!("there is room") };
        let mut own: Vec<_> = (0..3).map(|_| take('a')).collect();
        assert!(own.iter_mut().all(|waiting| poll(waiting).is_pending()));
        // Another person is served at once, whatever the first has waiting.
        let Poll::Ready(Ok(other)) = poll(&mut take('b')) else { panic!("there is room for another") };
        let mut third = take('c');
        assert!(poll(&mut third).is_pending());
        drop(first);
        // One turn is free: the first who waits has it, and then the person after.
        let Poll::Ready(Ok(second)) = poll(&mut own[0]) else { panic!("it is their turn") };
        assert!(poll(&mut own[1]).is_pending() && poll(&mut third).is_pending());
        drop(second);
        let Poll::Ready(Ok(third)) = poll(&mut third) else { panic!("the other person comes before the first again") };
        assert!(poll(&mut own[1]).is_pending());
        drop(other);
        assert!(poll(&mut own[1]).is_ready());
        drop(third);
    }

    #[test]
    fn more_than_may_wait_are_refused_and_who_stops_waiting_makes_room() {
        let turns = Turns::new(LIMITS);
        let take = |person: char| Box::pin(turns.take(person));
        let Poll::Ready(Ok(first)) = poll(&mut take('a')) else { panic!("there is room") };
        let mut own: Vec<_> = (0..3).map(|_| take('a')).collect();
        assert!(own.iter_mut().all(|waiting| poll(waiting).is_pending()));
        assert!(matches!(poll(&mut take('a')), Poll::Ready(Err(Busy))));
        drop(own.remove(0));
        own.push(take('a'));
        assert!(poll(&mut own[2]).is_pending());
        drop(own);
        // Turns that nobody waits for any more are given on.
        drop(first);
        assert!(matches!(poll(&mut take('a')), Poll::Ready(Ok(_))));
        assert!(turns.0.state().at_work.is_empty());
    }
}
