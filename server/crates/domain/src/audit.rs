//! The audit log: who did what and when, never what it said. An event is what happened; a chain of entries is how it is kept.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::approval::ApprovalState;
use crate::effect::{EffectKind, EffectState, EffectVerdict};
use crate::id::{self, Id};
use crate::people::Department;
use crate::roles::Permission;
use crate::run::RunErrorKind;

mod action;
mod chain;

pub use action::AuditAction;
pub use chain::{AuditEntry, Chain, ChainBreak, ChainedEntry, Head, verify};

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// A person who is signed in.
    Person(Id<id::Person>),
    /// Nobody who is signed in: a command, or someone at the door.
    System,
}

impl Actor {
    /// As it is stored: the person's id or `system`.
    #[must_use]
    pub fn code(self) -> String {
        match self {
            Self::Person(person) => person.to_string(),
            Self::System => "system".to_owned(),
        }
    }
}

/// What was done, with the few facts that are kept of it: ids, codes, amounts and hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditEvent {
    /// A session began.
    SignedIn { session: Id<id::Session> },
    /// A sign-in was refused.
    SignInRefused {
        /// Whose address it was, if anyone's.
        person: Option<Id<id::Person>>,
    },
    /// More sign-ins were refused after one that the log tells.
    MoreSignInsRefused {
        /// Whose address it was, if anyone's.
        person: Option<Id<id::Person>>,
        /// How many.
        count: i64,
        /// When that one was.
        since: DateTime<Utc>,
    },
    /// A session was ended by its person.
    SignedOut { session: Id<id::Session> },
    /// A session was ended because a refresh token of it was used twice.
    SessionEndedByReuse {
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
        run: Id<id::Run>,
        /// For which family of reasons.
        reason: RunErrorKind,
    },
    /// The gate refused a skill before its first step.
    SkillRefused {
        /// Which skill.
        skill: String,
        run: Id<id::Run>,
        /// For which family of reasons.
        reason: RunErrorKind,
    },
    /// An effect came to one of its ends.
    EffectEnded {
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
        effect: Id<id::Effect>,
        /// Out of which run.
        run: Id<id::Run>,
    },
    /// Its person said what to make of an effect whose end was unknown.
    EffectSettled {
        effect: Id<id::Effect>,
        verdict: EffectVerdict,
        /// Out of which run.
        run: Id<id::Run>,
        /// SHA-256 of its canonical payload.
        payload_hash: String,
    },
    /// An approval was asked for, or decided.
    Approval {
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
        approval: Id<id::StandingApproval>,
        /// Whether it holds from now on.
        given: bool,
        /// For which skill.
        skill: String,
        /// Effects a day.
        limit_a_day: u32,
    },
    /// A schedule was made, changed, paused, resumed or removed.
    Schedule {
        schedule: Id<id::Schedule>,
        /// Which of these, as an action about schedules.
        action: AuditAction,
        /// What its owner calls it.
        name: String,
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
    /// A file of leads, tickets or knowledge was imported.
    DataImported {
        /// Which: leads, tickets or knowledge.
        what: String,
        /// SHA-256 of the file, or of the names and contents of a folder.
        sha256: String,
        /// Rows that were new.
        new: usize,
        /// Rows that were there already.
        known: usize,
    },
    /// A document was added to the knowledge base.
    KnowledgeAdded {
        /// SHA-256 of the file.
        sha256: String,
        /// Whose people find it; everybody where none is named.
        department: Option<Department>,
    },
    /// A document was removed from the knowledge base.
    KnowledgeRemoved {
        /// SHA-256 of the file it was made from.
        sha256: String,
    },
    /// A source of webhooks got a new secret.
    SourceSecretMade {
        /// Which source.
        source: String,
    },
    /// A secret of a source was ended.
    SourceSecretEnded {
        /// Which source.
        source: String,
    },
    /// An endpoint for webhooks that go out was added.
    EndpointAdded { endpoint: Id<id::Endpoint> },
    /// An endpoint was changed, or got a new secret.
    EndpointChanged {
        endpoint: Id<id::Endpoint>,
        /// `name`, `url`, `events`, `paused` or `secret`.
        fields: Vec<&'static str>,
    },
    /// An endpoint was removed.
    EndpointRemoved { endpoint: Id<id::Endpoint> },
    /// The account that posts in Teams was signed in.
    ServiceAccountConnected,
    /// It was forgotten.
    ServiceAccountRemoved,
    /// A webhook's work was begun again.
    DeliveryRepeated {
        delivery: Id<id::Delivery>,
        /// The new run.
        run: Id<id::Run>,
    },
    /// A person was added.
    PersonAdded {
        person: Id<id::Person>,
        /// With which role.
        role: String,
    },
    /// A person was kept out.
    PersonDisabled { person: Id<id::Person> },
    /// A person was let in again.
    PersonEnabled { person: Id<id::Person> },
    /// A person got a new password.
    PersonReset { person: Id<id::Person> },
    /// A person's name or title was changed.
    PersonChanged {
        person: Id<id::Person>,
        /// `name`, `title`, or both.
        fields: Vec<&'static str>,
    },
    /// A person got another role.
    RoleChanged {
        person: Id<id::Person>,
        /// The role they had.
        before: String,
        /// The role they have now.
        after: String,
    },
    /// A person set up a second factor.
    SecondFactorSetUp { person: Id<id::Person> },
    /// A second factor was removed.
    SecondFactorRemoved { person: Id<id::Person> },
    /// A recovery code was used in place of a code.
    RecoveryCodeUsed {
        person: Id<id::Person>,
        /// How many they have left.
        left: i64,
    },
    /// A person got new recovery codes.
    RecoveryCodesRenewed { person: Id<id::Person> },
    /// The sealed secrets were sealed with another key.
    SecretsResealed { count: usize },
    /// The log was exported.
    AuditExported {
        /// Only entries of this action.
        action: Option<AuditAction>,
        /// Only entries of or about this person.
        person: Option<Id<id::Person>>,
    },
}

impl AuditEvent {
    /// What kind of event it is.
    #[must_use]
    pub fn action(&self) -> AuditAction {
        match self {
            Self::SignedIn { .. } => AuditAction::SignedIn,
            Self::SignInRefused { .. } | Self::MoreSignInsRefused { .. } => AuditAction::SignInRefused,
            Self::SignedOut { .. } => AuditAction::SignedOut,
            Self::SessionEndedByReuse { .. } => AuditAction::SessionEndedByReuse,
            Self::RouteRefused { .. } | Self::ToolRefused { .. } | Self::SkillRefused { .. } => {
                AuditAction::PermissionRefused
            }
            Self::EffectEnded { state, .. } => match state {
                EffectState::Done => AuditAction::EffectDone,
                EffectState::Failed => AuditAction::EffectFailed,
                EffectState::Unknown | EffectState::Intended | EffectState::Attempting => AuditAction::EffectUnknown,
            },
            Self::EffectTakenBack { .. } => AuditAction::EffectTakenBack,
            Self::EffectSettled { verdict, .. } => match verdict {
                EffectVerdict::Arrived => AuditAction::EffectArrived,
                EffectVerdict::SendAgain => AuditAction::EffectSentAgain,
            },
            Self::Approval { state, .. } => match state {
                ApprovalState::Pending => AuditAction::ApprovalRequested,
                ApprovalState::Approved => AuditAction::ApprovalApproved,
                ApprovalState::Rejected => AuditAction::ApprovalRejected,
                ApprovalState::Expired => AuditAction::ApprovalExpired,
            },
            Self::StandingApproval { given: true, .. } => AuditAction::StandingApprovalGiven,
            Self::StandingApproval { given: false, .. } => AuditAction::StandingApprovalEnded,
            Self::Schedule { action, .. } => *action,
            Self::BudgetChanged { .. } => AuditAction::BudgetChanged,
            Self::LedgerImported { .. } => AuditAction::LedgerImported,
            Self::DataImported { .. } => AuditAction::DataImported,
            Self::KnowledgeAdded { .. } => AuditAction::KnowledgeAdded,
            Self::KnowledgeRemoved { .. } => AuditAction::KnowledgeRemoved,
            Self::SourceSecretMade { .. } => AuditAction::SourceSecretMade,
            Self::SourceSecretEnded { .. } => AuditAction::SourceSecretEnded,
            Self::EndpointAdded { .. } => AuditAction::EndpointAdded,
            Self::EndpointChanged { .. } => AuditAction::EndpointChanged,
            Self::EndpointRemoved { .. } => AuditAction::EndpointRemoved,
            Self::ServiceAccountConnected => AuditAction::ServiceAccountConnected,
            Self::ServiceAccountRemoved => AuditAction::ServiceAccountRemoved,
            Self::DeliveryRepeated { .. } => AuditAction::DeliveryRepeated,
            Self::PersonAdded { .. } => AuditAction::PersonAdded,
            Self::PersonDisabled { .. } => AuditAction::PersonDisabled,
            Self::PersonEnabled { .. } => AuditAction::PersonEnabled,
            Self::PersonReset { .. } => AuditAction::PersonReset,
            Self::PersonChanged { .. } => AuditAction::PersonChanged,
            Self::RoleChanged { .. } => AuditAction::RoleChanged,
            Self::SecondFactorSetUp { .. } => AuditAction::SecondFactorSetUp,
            Self::SecondFactorRemoved { .. } => AuditAction::SecondFactorRemoved,
            Self::RecoveryCodeUsed { .. } => AuditAction::RecoveryCodeUsed,
            Self::RecoveryCodesRenewed { .. } => AuditAction::RecoveryCodesRenewed,
            Self::SecretsResealed { .. } => AuditAction::SecretsResealed,
            Self::AuditExported { .. } => AuditAction::AuditExported,
        }
    }

    /// What it was done to: the kind, and which one.
    #[must_use]
    pub fn subject(&self) -> (&'static str, String) {
        match self {
            Self::SignedIn { session } | Self::SignedOut { session } => ("session", session.to_string()),
            Self::SignInRefused { person: None } | Self::MoreSignInsRefused { person: None, .. } => {
                ("address", "unknown".to_owned())
            }
            Self::SignInRefused { person: Some(person) }
            | Self::MoreSignInsRefused { person: Some(person), .. }
            | Self::SessionEndedByReuse { person, .. }
            | Self::PersonAdded { person, .. }
            | Self::PersonDisabled { person }
            | Self::PersonEnabled { person }
            | Self::PersonReset { person }
            | Self::PersonChanged { person, .. }
            | Self::RoleChanged { person, .. }
            | Self::SecondFactorSetUp { person }
            | Self::SecondFactorRemoved { person }
            | Self::RecoveryCodeUsed { person, .. }
            | Self::RecoveryCodesRenewed { person } => ("person", person.to_string()),
            Self::SecretsResealed { .. } => ("keys", "secrets".to_owned()),
            Self::RouteRefused { route, .. } => ("route", route.clone()),
            Self::ToolRefused { tool, .. } => ("tool", tool.clone()),
            Self::SkillRefused { skill, .. } => ("skill", skill.clone()),
            Self::EffectEnded { effect, .. }
            | Self::EffectTakenBack { effect, .. }
            | Self::EffectSettled { effect, .. } => ("effect", effect.to_string()),
            Self::Approval { approval, .. } => ("approval", approval.to_string()),
            Self::StandingApproval { approval, .. } => ("standing_approval", approval.to_string()),
            Self::Schedule { schedule, .. } => ("schedule", schedule.to_string()),
            Self::BudgetChanged { budget, .. } => ("budget", budget.clone()),
            Self::LedgerImported { sha256, .. } => ("ledger_file", sha256.clone()),
            Self::DataImported { sha256, .. }
            | Self::KnowledgeAdded { sha256, .. }
            | Self::KnowledgeRemoved { sha256 } => ("file", sha256.clone()),
            Self::SourceSecretMade { source } | Self::SourceSecretEnded { source } => ("source", source.clone()),
            Self::EndpointAdded { endpoint }
            | Self::EndpointChanged { endpoint, .. }
            | Self::EndpointRemoved { endpoint } => ("endpoint", endpoint.to_string()),
            Self::ServiceAccountConnected | Self::ServiceAccountRemoved => ("account", "teams".to_owned()),
            Self::DeliveryRepeated { delivery, .. } => ("delivery", delivery.to_string()),
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
            | Self::PersonEnabled { .. }
            | Self::PersonReset { .. }
            | Self::SecondFactorSetUp { .. }
            | Self::SecondFactorRemoved { .. }
            | Self::RecoveryCodesRenewed { .. }
            | Self::KnowledgeRemoved { .. }
            | Self::SourceSecretMade { .. }
            | Self::SourceSecretEnded { .. }
            | Self::EndpointAdded { .. }
            | Self::EndpointRemoved { .. }
            | Self::ServiceAccountConnected
            | Self::ServiceAccountRemoved => json!({}),
            Self::MoreSignInsRefused { count, since, .. } => json!({"count": count, "since": since}),
            Self::PersonChanged { fields, .. } | Self::EndpointChanged { fields, .. } => json!({"fields": fields}),
            Self::RoleChanged { before, after, .. } => json!({"before": before, "after": after}),
            Self::RecoveryCodeUsed { left, .. } => json!({"left": left}),
            Self::SecretsResealed { count } => json!({"count": count}),
            Self::SessionEndedByReuse { session, .. } => json!({"session": session}),
            Self::RouteRefused { permission, .. } => json!({"permission": permission}),
            Self::ToolRefused { run, reason, .. } | Self::SkillRefused { run, reason, .. } => {
                json!({"run": run, "reason": reason})
            }
            Self::EffectEnded { kind, run, payload_hash, .. } => {
                json!({"kind": kind, "run": run, "payload_hash": payload_hash})
            }
            Self::EffectSettled { run, payload_hash, .. } => json!({"run": run, "payload_hash": payload_hash}),
            Self::EffectTakenBack { run, .. } | Self::DeliveryRepeated { run, .. } => json!({"run": run}),
            Self::Approval { run, effects, payload_hash, .. } => {
                json!({"run": run, "effects": effects, "payload_hash": payload_hash})
            }
            Self::StandingApproval { skill, limit_a_day, .. } => json!({"skill": skill, "limit_a_day": limit_a_day}),
            Self::Schedule { name, .. } => json!({"name": name}),
            Self::BudgetChanged { limit, .. } => {
                json!({"limit": limit.map_or_else(|| "configured".to_owned(), |limit| limit.to_string())})
            }
            Self::LedgerImported { new, known, .. } => json!({"new": new, "known": known}),
            Self::DataImported { what, new, known, .. } => json!({"what": what, "new": new, "known": known}),
            Self::KnowledgeAdded { department, .. } => json!({"department": department}),
            Self::PersonAdded { role, .. } => json!({"role": role}),
            Self::AuditExported { action, person } => {
                json!({"action": action.map(AuditAction::code), "person": person})
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_address_leaves_no_trace_of_what_was_typed() {
        let event = AuditEvent::SignInRefused { person: None };
        assert_eq!((event.subject(), event.detail()), (("address", "unknown".to_owned()), json!({})));
    }

    #[test]
    fn refused_sign_ins_that_are_summed_up_keep_the_name_of_one() {
        let since = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let person = Some(Id::new(since));
        let (one, more) =
            (AuditEvent::SignInRefused { person }, AuditEvent::MoreSignInsRefused { person, count: 7, since });
        assert_eq!((one.action(), one.subject()), (more.action(), more.subject()));
        assert_eq!(more.detail(), json!({"count": 7, "since": "2026-09-21T14:13:20Z"}));
    }

    #[test]
    fn the_end_of_an_effect_says_which_bytes_and_not_what_is_in_them() {
        let at = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let (effect, run) = (Id::new(at), Id::new(at));
        let ended = |state| AuditEvent::EffectEnded {
            effect,
            kind: EffectKind::Mail,
            state,
            run,
            payload_hash: "ab".to_owned(),
        };
        let codes = [EffectState::Done, EffectState::Failed, EffectState::Unknown];
        assert_eq!(codes.map(|state| ended(state).action().code()), ["effect_done", "effect_failed", "effect_unknown"]);
        assert_eq!(ended(EffectState::Done).detail(), json!({"kind": "mail", "run": run, "payload_hash": "ab"}));
    }
}
