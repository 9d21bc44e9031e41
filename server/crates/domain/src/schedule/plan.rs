//! Which occurrences are to be written, and what becomes of those whose moment nobody was there for.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::coded;

use super::ScheduleRule;
use super::occurrence::OccurrenceReason;

/// The most rows that one plan has.
pub const MAX_ROWS_PER_PLAN: usize = 100;

/// What to do with the moments that nobody was there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Misfire {
    /// None of them runs.
    Skip,
    /// The newest runs, unless an even newer one is due in time; the older ones don't.
    #[default]
    Latest,
    /// All of them run.
    All,
}

coded!(Misfire);

/// What becomes of an occurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OccurrenceDecision {
    /// It is run.
    Run,
    /// It is not run: state `skipped`.
    Skipped(OccurrenceReason),
}

/// A moment that has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Its moment; a schedule has no other with the same.
    pub due_at: DateTime<Utc>,
    /// What becomes of it.
    pub decision: OccurrenceDecision,
}

/// What becomes of a schedule's moments up to now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchedulePlan {
    /// The rows, oldest first, at most [`MAX_ROWS_PER_PLAN`]. They and `next` are to be stored together.
    pub rows: Vec<Row>,
    /// The first moment that has no row yet, `None` when the rule is over. When there were too many for one plan it has come already.
    pub next: Option<DateTime<Utc>>,
}

impl Misfire {
    /// What becomes of a moment at `now`, when up to `late` after it is still in time. `has_newer` says whether the same
    /// schedule has a newer one that has come.
    fn decision(
        self,
        due_at: DateTime<Utc>,
        now: DateTime<Utc>,
        late: TimeDelta,
        has_newer: bool,
    ) -> OccurrenceDecision {
        if now - due_at <= late {
            return OccurrenceDecision::Run;
        }
        match self {
            Self::Skip => OccurrenceDecision::Skipped(OccurrenceReason::Missed),
            Self::Latest if has_newer => OccurrenceDecision::Skipped(OccurrenceReason::Superseded),
            Self::Latest | Self::All => OccurrenceDecision::Run,
        }
    }
}

/// The rows for all moments of a rule from `ahead` up to now. `ahead` is the moment that was next when the schedule was last
/// looked at, so a clock that was set back makes none again.
#[must_use]
pub fn plan(
    rule: &ScheduleRule,
    misfire: Misfire,
    ahead: DateTime<Utc>,
    now: DateTime<Utc>,
    late: TimeDelta,
) -> SchedulePlan {
    // Moments are whole seconds.
    let mut moments = rule.moments(ahead - TimeDelta::seconds(1)).peekable();
    let mut rows = Vec::new();
    while rows.len() < MAX_ROWS_PER_PLAN {
        let Some(due_at) = moments.next_if(|moment| *moment <= now) else { break };
        let has_newer = moments.peek().is_some_and(|moment| *moment <= now);
        rows.push(Row { due_at, decision: misfire.decision(due_at, now, late, has_newer) });
    }
    SchedulePlan { rows, next: moments.next() }
}
