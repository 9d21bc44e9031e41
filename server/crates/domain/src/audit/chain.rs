//! How the log is kept: each entry's hash is made of it and of the hash before, and the head names the last one.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use super::{Actor, AuditEvent};
use crate::canonical::{self, NotCanonical};

/// One entry as it is stored and hashed; its words are those of the version that wrote it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditEntry {
    /// 1, 2, 3 and so on.
    pub number: i64,
    /// When, in whole microseconds.
    pub at: DateTime<Utc>,
    /// A person's id or `system`.
    pub who: String,
    /// What was done.
    pub action: String,
    /// What kind of thing it was done to.
    pub subject_kind: String,
    pub subject: String,
    /// What else is kept of it.
    pub detail: Value,
}

/// An entry with the hash that was stored with it.
#[derive(Debug, Clone, PartialEq)]
pub struct ChainedEntry {
    pub entry: AuditEntry,
    /// Lower-case hex SHA-256 of the RFC 8785 JSON of `{before, entry}`.
    pub hash: String,
}

/// The last entry of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its number; 0 before the first.
    pub number: i64,
    /// Its hash; 64 zeros before the first.
    pub hash: String,
}

impl Default for Head {
    fn default() -> Self {
        Self { number: 0, hash: "0".repeat(64) }
    }
}

impl Head {
    /// The entry that comes next.
    pub fn next(&self, now: DateTime<Utc>, actor: Actor, event: &AuditEvent) -> Result<ChainedEntry, NotCanonical> {
        let (kind, subject) = event.subject();
        let entry = AuditEntry {
            number: self.number + 1,
            // The database keeps no more of it.
            at: DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now),
            who: actor.code(),
            action: event.action().code().to_owned(),
            subject_kind: kind.to_owned(),
            subject,
            detail: event.detail(),
        };
        Ok(ChainedEntry { hash: entry.hash(&self.hash)?, entry })
    }
}

impl AuditEntry {
    fn hash(&self, before: &str) -> Result<String, NotCanonical> {
        #[derive(Serialize)]
        struct Link<'a> {
            before: &'a str,
            entry: &'a AuditEntry,
        }
        canonical::hash(&Link { before, entry: self })
    }
}

/// The log is not what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the audit log is broken at entry {number}: it, or its place in the log, was changed")]
pub struct ChainBreak {
    /// The first entry that is not as it was written, or is missing.
    pub number: i64,
}

/// A walk along the log from its first entry.
#[derive(Debug, Default)]
pub struct Chain {
    reached: Head,
}

impl Chain {
    /// Goes on to the next entry.
    pub fn add(&mut self, next: &ChainedEntry) -> Result<(), ChainBreak> {
        let number = self.reached.number + 1;
        let hash = next.entry.hash(&self.reached.hash).ok();
        if next.entry.number != number || hash.as_deref() != Some(&next.hash) {
            return Err(ChainBreak { number });
        }
        self.reached = Head { number, hash: next.hash.clone() };
        Ok(())
    }

    /// Ends the walk at the head that the log names.
    pub fn end(self, head: Head) -> Result<Head, ChainBreak> {
        if self.reached == head {
            return Ok(head);
        }
        let shorter = self.reached.number.min(head.number);
        let number = if self.reached.number == head.number { shorter } else { shorter.saturating_add(1) };
        Err(ChainBreak { number })
    }
}

/// Walks along a whole log. Answers its head, or the first entry that is not what was written.
pub fn verify<'a>(entries: impl IntoIterator<Item = &'a ChainedEntry>, head: Head) -> Result<Head, ChainBreak> {
    let mut chain = Chain::default();
    for entry in entries {
        chain.add(entry)?;
    }
    chain.end(head)
}

#[cfg(test)]
mod tests;
