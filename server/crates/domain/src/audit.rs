//! The audit log: who did what and when, never what it said. A deed is what happened; a chain of entries is how it is kept.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::approval::ApprovalState;
use crate::effect::{EffectKind, EffectState};
use crate::id::{self, Id};
use crate::roles::Permission;
use crate::run::RunErrorKind;

mod chain;

pub use chain::{Broken, Chain, Entry, Head, Stored, verify};

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// A person who is signed in.
    Person(Id<id::Person>),
    /// Nobody who is signed in: a command, or someone at the door.
    System,
}

impl Who {
    /// As it is stored: the person's id or `system`.
    #[must_use]
    pub fn code(self) -> String {
        match self {
            Self::Person(person) => person.to_string(),
            Self::System => "system".to_owned(),
        }
    }
}

/// The kinds of deeds, by which the log is filtered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Somebody signed in.
    SignedIn,
    /// A wrong password, or an address that may not sign in.
    SignInRefused,
    /// Somebody ended their session.
    SignedOut,
    /// A refresh token was used twice, which ended its session.
    SessionEndedByReuse,
    /// A role did not allow a route, tool or skill, or a mail's recipients are not allowed.
    PermissionRefused,
    /// An effect took place.
    EffectDone,
    /// An effect certainly did not take place.
    EffectFailed,
    /// It is not known whether an effect took place.
    EffectUnknown,
    /// An effect was taken back before it left.
    EffectTakenBack,
    /// An approval was asked for.
    ApprovalRequested,
    /// Somebody approved effects.
    ApprovalApproved,
    /// Somebody rejected effects, or stopped the run that wanted them.
    ApprovalRejected,
    /// Nobody decided on effects in time.
    ApprovalExpired,
    /// A standing approval was given.
    StandingApprovalGiven,
    /// A standing approval was ended.
    StandingApprovalEnded,
    /// A budget was set, or set back.
    BudgetChanged,
    /// A file of entries was imported into the ledger.
    LedgerImported,
    /// A person was added.
    PersonAdded,
    /// A person was kept out.
    PersonDisabled,
    /// A person got a new password.
    PersonReset,
    /// The audit log was exported.
    AuditExported,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 21] = [
        Self::SignedIn,
        Self::SignInRefused,
        Self::SignedOut,
        Self::SessionEndedByReuse,
        Self::PermissionRefused,
        Self::EffectDone,
        Self::EffectFailed,
        Self::EffectUnknown,
        Self::EffectTakenBack,
        Self::ApprovalRequested,
        Self::ApprovalApproved,
        Self::ApprovalRejected,
        Self::ApprovalExpired,
        Self::StandingApprovalGiven,
        Self::StandingApprovalEnded,
        Self::BudgetChanged,
        Self::LedgerImported,
        Self::PersonAdded,
        Self::PersonDisabled,
        Self::PersonReset,
        Self::AuditExported,
    ];

    /// As it is stored and sent.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::SignedIn => "signed_in",
            Self::SignInRefused => "sign_in_refused",
            Self::SignedOut => "signed_out",
            Self::SessionEndedByReuse => "session_ended_by_reuse",
            Self::PermissionRefused => "permission_refused",
            Self::EffectDone => "effect_done",
            Self::EffectFailed => "effect_failed",
            Self::EffectUnknown => "effect_unknown",
            Self::EffectTakenBack => "effect_taken_back",
            Self::ApprovalRequested => "approval_requested",
            Self::ApprovalApproved => "approval_approved",
            Self::ApprovalRejected => "approval_rejected",
            Self::ApprovalExpired => "approval_expired",
            Self::StandingApprovalGiven => "standing_approval_given",
            Self::StandingApprovalEnded => "standing_approval_ended",
            Self::BudgetChanged => "budget_changed",
            Self::LedgerImported => "ledger_imported",
            Self::PersonAdded => "person_added",
            Self::PersonDisabled => "person_disabled",
            Self::PersonReset => "person_reset",
            Self::AuditExported => "audit_exported",
        }
    }

    /// The action of a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.code() == code)
    }
}

/// What was done, with the few facts that are kept of it: ids, codes, amounts and hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// A session began.
    SignedIn {
        /// It.
        session: Id<id::Session>,
    },
    /// A sign-in was refused.
    SignInRefused {
        /// Whose address it was, if anyone's.
        person: Option<Id<id::Person>>,
    },
    /// A session was ended by its person.
    SignedOut {
        /// It.
        session: Id<id::Session>,
    },
    /// A session was ended because a refresh token of it was used twice.
    SessionEndedByReuse {
        /// It.
        session: Id<id::Session>,
        /// Whose it was.
        person: Id<id::Person>,
    },
    /// A role did not allow a route.
    RouteRefused {
        /// Its method and path, without ids.
        route: String,
        /// What the role lacks.
        permission: Permission,
    },
    /// The gate refused a call.
    ToolRefused {
        /// Which tool.
        tool: String,
        /// In which run.
        run: Id<id::Run>,
        /// For which family of reasons.
        reason: RunErrorKind,
    },
    /// The gate refused a skill before its first step.
    SkillRefused {
        /// Which skill.
        skill: String,
        /// In which run.
        run: Id<id::Run>,
        /// For which family of reasons.
        reason: RunErrorKind,
    },
    /// An effect came to one of its ends.
    EffectEnded {
        /// It.
        effect: Id<id::Effect>,
        /// What kind of change.
        kind: EffectKind,
        /// Which end.
        state: EffectState,
        /// Out of which run.
        run: Id<id::Run>,
        /// SHA-256 of its canonical payload.
        payload_hash: String,
    },
    /// An effect was taken back before it left.
    EffectTakenBack {
        /// It.
        effect: Id<id::Effect>,
        /// Out of which run.
        run: Id<id::Run>,
    },
    /// An approval was asked for, or decided.
    Approval {
        /// It.
        approval: Id<id::Approval>,
        /// Pending when it is asked for.
        state: ApprovalState,
        /// For which run.
        run: Id<id::Run>,
        /// How many effects it holds.
        effects: usize,
        /// SHA-256 over all their payloads.
        payload_hash: String,
    },
    /// A standing approval was given or ended.
    StandingApproval {
        /// It.
        approval: Id<id::StandingApproval>,
        /// Whether it holds from now on.
        given: bool,
        /// For which skill.
        skill: String,
        /// Effects a day.
        limit_a_day: u32,
    },
    /// A budget was changed.
    BudgetChanged {
        /// `company`, `department/finance` or `person/` and the id.
        budget: String,
        /// USD a month; `None` goes back to the configured one.
        limit: Option<Decimal>,
    },
    /// A ledger file was imported.
    LedgerImported {
        /// SHA-256 of the file.
        sha256: String,
        /// Entries that were new.
        new: usize,
        /// Entries that were there already.
        known: usize,
    },
    /// A person was added.
    PersonAdded {
        /// Who.
        person: Id<id::Person>,
        /// With which role.
        role: String,
    },
    /// A person was kept out.
    PersonDisabled {
        /// Who.
        person: Id<id::Person>,
    },
    /// A person got a new password.
    PersonReset {
        /// Who.
        person: Id<id::Person>,
    },
    /// The log was exported.
    AuditExported {
        /// Only entries of this action.
        action: Option<Action>,
        /// Only entries of or about this person.
        person: Option<Id<id::Person>>,
    },
}

impl Deed {
    /// What kind of deed it is.
    #[must_use]
    pub fn action(&self) -> Action {
        match self {
            Self::SignedIn { .. } => Action::SignedIn,
            Self::SignInRefused { .. } => Action::SignInRefused,
            Self::SignedOut { .. } => Action::SignedOut,
            Self::SessionEndedByReuse { .. } => Action::SessionEndedByReuse,
            Self::RouteRefused { .. } | Self::ToolRefused { .. } | Self::SkillRefused { .. } => {
                Action::PermissionRefused
            }
            Self::EffectEnded { state, .. } => match state {
                EffectState::Done => Action::EffectDone,
                EffectState::Failed => Action::EffectFailed,
                EffectState::Unknown | EffectState::Intended | EffectState::Attempting => Action::EffectUnknown,
            },
            Self::EffectTakenBack { .. } => Action::EffectTakenBack,
            Self::Approval { state, .. } => match state {
                ApprovalState::Pending => Action::ApprovalRequested,
                ApprovalState::Approved => Action::ApprovalApproved,
                ApprovalState::Rejected => Action::ApprovalRejected,
                ApprovalState::Expired => Action::ApprovalExpired,
            },
            Self::StandingApproval { given: true, .. } => Action::StandingApprovalGiven,
            Self::StandingApproval { given: false, .. } => Action::StandingApprovalEnded,
            Self::BudgetChanged { .. } => Action::BudgetChanged,
            Self::LedgerImported { .. } => Action::LedgerImported,
            Self::PersonAdded { .. } => Action::PersonAdded,
            Self::PersonDisabled { .. } => Action::PersonDisabled,
            Self::PersonReset { .. } => Action::PersonReset,
            Self::AuditExported { .. } => Action::AuditExported,
        }
    }

    /// What it was done to: the kind, and which one.
    #[must_use]
    pub fn subject(&self) -> (&'static str, String) {
        match self {
            Self::SignedIn { session } | Self::SignedOut { session } => ("session", session.to_string()),
            Self::SignInRefused { person: None } => ("address", "unknown".to_owned()),
            Self::SignInRefused { person: Some(person) }
            | Self::SessionEndedByReuse { person, .. }
            | Self::PersonAdded { person, .. }
            | Self::PersonDisabled { person }
            | Self::PersonReset { person } => ("person", person.to_string()),
            Self::RouteRefused { route, .. } => ("route", route.clone()),
            Self::ToolRefused { tool, .. } => ("tool", tool.clone()),
            Self::SkillRefused { skill, .. } => ("skill", skill.clone()),
            Self::EffectEnded { effect, .. } | Self::EffectTakenBack { effect, .. } => ("effect", effect.to_string()),
            Self::Approval { approval, .. } => ("approval", approval.to_string()),
            Self::StandingApproval { approval, .. } => ("standing_approval", approval.to_string()),
            Self::BudgetChanged { budget, .. } => ("budget", budget.clone()),
            Self::LedgerImported { sha256, .. } => ("ledger_file", sha256.clone()),
            Self::AuditExported { .. } => ("audit", "log".to_owned()),
        }
    }

    /// What else is kept of it, an object.
    #[must_use]
    pub fn detail(&self) -> Value {
        match self {
            Self::SignedIn { .. }
            | Self::SignInRefused { .. }
            | Self::SignedOut { .. }
            | Self::PersonDisabled { .. }
            | Self::PersonReset { .. } => json!({}),
            Self::SessionEndedByReuse { session, .. } => json!({"session": session}),
            Self::RouteRefused { permission, .. } => json!({"permission": permission}),
            Self::ToolRefused { run, reason, .. } | Self::SkillRefused { run, reason, .. } => {
                json!({"run": run, "reason": reason})
            }
            Self::EffectEnded { kind, run, payload_hash, .. } => {
                json!({"kind": kind, "run": run, "payload_hash": payload_hash})
            }
            Self::EffectTakenBack { run, .. } => json!({"run": run}),
            Self::Approval { run, effects, payload_hash, .. } => {
                json!({"run": run, "effects": effects, "payload_hash": payload_hash})
            }
            Self::StandingApproval { skill, limit_a_day, .. } => json!({"skill": skill, "limit_a_day": limit_a_day}),
            Self::BudgetChanged { limit, .. } => {
                json!({"limit": limit.map_or_else(|| "configured".to_owned(), |limit| limit.to_string())})
            }
            Self::LedgerImported { new, known, .. } => json!({"new": new, "known": known}),
            Self::PersonAdded { role, .. } => json!({"role": role}),
            Self::AuditExported { action, person } => {
                json!({"action": action.map(Action::code), "person": person})
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn an_action_reads_back_from_its_code() {
        for action in Action::ALL {
            assert_eq!(Action::from_code(action.code()), Some(action));
        }
        assert_eq!(Action::from_code("looked"), None);
    }

    #[test]
    fn an_unknown_address_leaves_no_trace_of_what_was_typed() {
        let deed = Deed::SignInRefused { person: None };
        assert_eq!((deed.subject(), deed.detail()), (("address", "unknown".to_owned()), json!({})));
    }

    #[test]
    fn the_end_of_an_effect_says_which_bytes_and_not_what_is_in_them() {
        let at = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let (effect, run) = (Id::new(at), Id::new(at));
        let ended =
            |state| Deed::EffectEnded { effect, kind: EffectKind::Mail, state, run, payload_hash: "ab".to_owned() };
        let codes = [EffectState::Done, EffectState::Failed, EffectState::Unknown];
        assert_eq!(codes.map(|state| ended(state).action().code()), ["effect_done", "effect_failed", "effect_unknown"]);
        assert_eq!(ended(EffectState::Done).detail(), json!({"kind": "mail", "run": run, "payload_hash": "ab"}));
    }
}
