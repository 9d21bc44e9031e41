//! Which occurrences are to be written, and what becomes of those whose moment nobody was there for.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::Rule;
use super::occurrence::Reason;

/// The most rows that one plan has.
pub const AT_ONCE: usize = 100;

/// What to do with the moments that nobody was there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Misfire {
    /// None of them runs.
    Skip,
    /// The newest runs, unless an even newer one is due in time; the older ones don't.
    #[default]
    Latest,
    /// All of them run.
    All,
}

/// What becomes of an occurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is to be run when its moment has come: state `due`.
    Run,
    /// It is not run: state `skipped`.
    Skipped(Reason),
}

/// An occurrence to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Its moment; a schedule has no other with the same.
    pub due_at: DateTime<Utc>,
    /// What becomes of it.
    pub fate: Fate,
}

/// What a schedule lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The rows, oldest first, at most [`AT_ONCE`]. They and `next` are to be stored together.
    pub rows: Vec<Row>,
    /// The first moment that has no row yet, `None` when the rule is over.
    pub next: Option<DateTime<Utc>>,
    /// Whether `next` is already wanted, because there were too many for one plan. Plan again, after the last row.
    pub more: bool,
}

impl Misfire {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Skip, Self::Latest, Self::All];

    /// As it is stored and sent.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Latest => "latest",
            Self::All => "all",
        }
    }

    /// The kind of a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|misfire| misfire.code() == code)
    }

    /// What becomes of an occurrence at `now`, when up to `late` after its moment is still in time. `has_newer` says whether
    /// the same schedule has a newer one whose moment has come. Ask it also for a row that was written ahead of its
    /// moment, when nobody has begun it in time.
    #[must_use]
    pub fn fate(self, due_at: DateTime<Utc>, now: DateTime<Utc>, late: TimeDelta, has_newer: bool) -> Fate {
        if now - due_at <= late {
            return Fate::Run;
        }
        match self {
            Self::Skip => Fate::Skipped(Reason::Missed),
            Self::Latest if has_newer => Fate::Skipped(Reason::Superseded),
            Self::Latest | Self::All => Fate::Run,
        }
    }
}

impl Planned {
    /// The same moments, none of which is run, e.g. because the schedule is paused.
    #[must_use]
    pub fn skipping(mut self, reason: Reason) -> Self {
        for row in &mut self.rows {
            row.fate = Fate::Skipped(reason);
        }
        self
    }
}

/// The rows for all moments of a rule after `after` up to `now` or, if that is later, up to `until`. `after` is the moment of
/// the newest row, or when the schedule was made or resumed; so a clock that was set back makes none again.
#[must_use]
pub fn plan(
    rule: &Rule,
    misfire: Misfire,
    after: DateTime<Utc>,
    now: DateTime<Utc>,
    late: TimeDelta,
    until: DateTime<Utc>,
) -> Planned {
    let until = until.max(now);
    let mut moments = rule.moments(after).peekable();
    let mut rows = Vec::new();
    while rows.len() < AT_ONCE {
        let Some(due_at) = moments.next_if(|moment| *moment <= until) else { break };
        let has_newer = moments.peek().is_some_and(|moment| *moment <= now);
        rows.push(Row { due_at, fate: misfire.fate(due_at, now, late, has_newer) });
    }
    let next = moments.peek().copied();
    Planned { rows, next, more: next.is_some_and(|moment| moment <= until) }
}
