//! The state of a run as people see it. The machine that moves it lives in the agent crate.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Stored, not yet begun.
    Queued,
    /// A worker is at it.
    Running,
    /// It needs a person; `waiting_for` says what.
    Waiting,
    /// Ended well.
    Succeeded,
    /// Ended with an error.
    Failed,
    /// Ended because someone said so.
    Cancelled,
}

impl RunState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Queued, Self::Running, Self::Waiting, Self::Succeeded, Self::Failed, Self::Cancelled];

    /// Whether nothing more will happen.
    #[must_use]
    pub fn has_ended(self) -> bool {
        match self {
            Self::Succeeded | Self::Failed | Self::Cancelled => true,
            Self::Queued | Self::Running | Self::Waiting => false,
        }
    }

    /// As it is stored and sent.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

impl fmt::Display for RunState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// What a waiting run waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitingFor {
    /// The person's next message answers the question asked.
    Person,
    /// A decision on its approval.
    Approval,
}

impl WaitingFor {
    /// Everything there is to wait for.
    pub const ALL: [Self; 2] = [Self::Person, Self::Approval];

    /// As it is stored and sent.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Approval => "approval",
        }
    }
}

/// Why a run failed: a kind for programs, a sentence for the reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunError {
    /// Which family of reasons.
    pub kind: RunErrorKind,
    /// What happened, to what, and what to do.
    pub detail: String,
}

/// The families of reasons a run fails for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunErrorKind {
    /// The person's role does not allow what the request needs. Nothing was made.
    NotPermitted,
    /// No tool can do it. Nothing was made.
    NotPossible,
    /// A tool said why it could not do its part.
    ToolFailed,
    /// It is not known whether an effect took place; the outbox says what to check.
    EffectUnknown,
    /// Nobody decided on its approval in time.
    ApprovalExpired,
    /// A budget for models is used up.
    BudgetExceeded,
    /// The run took more turns, tokens, money or time than a run may.
    LimitReached,
    /// No model could be reached, or the model could not make itself understood.
    ModelFailed,
    /// A fault of ours; the log has the cause.
    Internal,
}

impl RunErrorKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::NotPermitted,
        Self::NotPossible,
        Self::ToolFailed,
        Self::EffectUnknown,
        Self::ApprovalExpired,
        Self::BudgetExceeded,
        Self::LimitReached,
        Self::ModelFailed,
        Self::Internal,
    ];

    /// As it is stored and sent.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotPermitted => "not_permitted",
            Self::NotPossible => "not_possible",
            Self::ToolFailed => "tool_failed",
            Self::EffectUnknown => "effect_unknown",
            Self::ApprovalExpired => "approval_expired",
            Self::BudgetExceeded => "budget_exceeded",
            Self::LimitReached => "limit_reached",
            Self::ModelFailed => "model_failed",
            Self::Internal => "internal",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_what_is_stored() {
        for kind in RunErrorKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.code());
        }
        for state in RunState::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.code());
            assert_eq!(RunState::from_code(state.code()), Some(state));
        }
        for waits in WaitingFor::ALL {
            assert_eq!(serde_json::to_value(waits).unwrap(), waits.code());
        }
    }
}
