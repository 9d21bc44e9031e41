//! Typed ids: UUID version 7, so that newer rows sort last.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::{NoContext, Timestamp, Uuid};

/// The id of one `T`. Serialised as the UUID's text.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id<T> {
    uuid: Uuid,
    #[serde(skip)]
    of: PhantomData<fn() -> T>,
}

impl<T> Id<T> {
    /// A new id made at `now` (RFC 9562, version 7): its first 48 bits are the milliseconds, the rest is random.
    #[must_use]
    pub fn new(now: DateTime<Utc>) -> Self {
        let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
        Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, now.timestamp_subsec_nanos())).into()
    }

    /// The same for one of several that are made at once: `nth` sorts after those with a smaller one.
    #[must_use]
    pub fn nth(now: DateTime<Utc>, nth: u32) -> Self {
        let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
        Uuid::new_v7(Timestamp::from_unix_time(seconds, now.timestamp_subsec_nanos(), u128::from(nth), 32)).into()
    }

    /// The plain UUID, for the database.
    #[must_use]
    pub fn uuid(self) -> Uuid {
        self.uuid
    }
}

impl<T> From<Uuid> for Id<T> {
    fn from(uuid: Uuid) -> Self {
        Self { uuid, of: PhantomData }
    }
}

impl<T> FromStr for Id<T> {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Uuid::try_parse(text)?.into())
    }
}

impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uuid.fmt(f)
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uuid.fmt(f)
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Id<T> {}

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}

impl<T> Eq for Id<T> {}

impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.uuid.cmp(&other.uuid)
    }
}

impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}

/// What a conversation's id is an id of.
#[derive(Debug)]
pub enum Conversation {}
/// What a message's id is an id of.
#[derive(Debug)]
pub enum Message {}
/// What a run's id is an id of.
#[derive(Debug)]
pub enum Run {}
/// What a file's id is an id of.
#[derive(Debug)]
pub enum File {}
/// What an effect's id is an id of.
#[derive(Debug)]
pub enum Effect {}
/// What an approval's id is an id of.
#[derive(Debug)]
pub enum Approval {}
/// What a standing approval's id is an id of.
#[derive(Debug)]
pub enum StandingApproval {}
/// What a model call's id is an id of.
#[derive(Debug)]
pub enum ModelCall {}
/// What a sign-in session's id is an id of.
#[derive(Debug)]
pub enum Session {}
/// What a schedule's id is an id of.
#[derive(Debug)]
pub enum Schedule {}
/// What a lead's id is an id of.
#[derive(Debug)]
pub enum Lead {}
/// What a delivery's id is an id of.
#[derive(Debug)]
pub enum Delivery {}
/// What the id of a source's secret is an id of.
#[derive(Debug)]
pub enum SourceSecret {}
/// What an endpoint's id is an id of.
#[derive(Debug)]
pub enum Endpoint {}
/// What a sending's id is an id of.
#[derive(Debug)]
pub enum Sending {}
/// What a device's id is an id of.
#[derive(Debug)]
pub enum Device {}
/// What a push's id is an id of.
#[derive(Debug)]
pub enum Push {}
/// What a person's id is an id of.
#[derive(Debug)]
pub enum Person {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_id_sorts_after_an_earlier_one() {
        let early = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let late = DateTime::from_timestamp(1_700_000_001, 0).unwrap();
        assert!(Id::<Run>::new(early) < Id::<Run>::new(late));
    }

    #[test]
    fn ids_of_one_moment_sort_as_they_are_numbered_and_are_never_the_same() {
        let now = DateTime::from_timestamp(1_700_000_000, 5_000_000).unwrap();
        let ids: Vec<Id<Lead>> = (0..2_000).map(|nth| Id::nth(now, nth)).collect();
        assert!(ids.is_sorted());
        assert_ne!(Id::<Lead>::nth(now, 7), Id::nth(now, 7));
        assert!(ids[1_999] < Id::new(now + chrono::TimeDelta::milliseconds(1)));
    }

    #[test]
    fn an_id_reads_back_from_its_text_and_refuses_other_text() {
        let id = Id::<File>::new(DateTime::from_timestamp(1_700_000_000, 0).unwrap());
        assert_eq!(id.to_string().parse::<Id<File>>().unwrap(), id);
        assert!("../../etc/passwd".parse::<Id<File>>().is_err());
    }
}
