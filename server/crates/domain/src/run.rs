//! The state of a run as people see it. The machine that moves it lives in the agent crate.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::coded;

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
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

coded!(RunState);

impl RunState {
    /// Whether nothing more will happen.
    #[must_use]
    pub fn has_ended(self) -> bool {
        match self {
            Self::Succeeded | Self::Failed | Self::Cancelled => true,
            Self::Queued | Self::Running | Self::Waiting => false,
        }
    }
}

/// What a waiting run waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum WaitingFor {
    /// The person's next message answers the question asked.
    Person,
    /// A decision on its approval.
    Approval,
}

coded!(WaitingFor);

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
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
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

coded!(RunErrorKind);
