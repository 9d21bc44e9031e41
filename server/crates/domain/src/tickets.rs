//! Support tickets: what customers report, and when it was solved.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub mod clusters;
pub mod digest;
pub mod file;
mod terms;

/// What a customer reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Its number in the ticket system.
    pub id: String,
    /// When it was reported.
    pub created_at: DateTime<Utc>,
    /// Who reported it.
    pub customer: String,
    /// What it is about, in a line.
    pub subject: String,
    /// What happened, in the customer's words.
    pub body: String,
    /// Where somebody filed it; may be wrong.
    pub category: String,
    /// How urgent it is, e.g. `high`.
    pub priority: String,
    /// Where it stands, e.g. `open`.
    pub status: String,
    /// When it was solved.
    pub resolved_at: Option<DateTime<Utc>>,
    /// The language it is written in, e.g. `en`; may be empty.
    pub language: String,
}

impl Ticket {
    /// Whether its status says that nothing is left to do.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(self.status.as_str(), "resolved" | "closed" | "solved" | "done")
    }
}

#[cfg(test)]
mod tests;
