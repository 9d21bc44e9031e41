//! The kinds of deeds.

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
    /// A schedule was made.
    ScheduleMade,
    /// A schedule was changed.
    ScheduleChanged,
    /// A schedule was paused.
    SchedulePaused,
    /// A schedule was resumed.
    ScheduleResumed,
    /// A schedule was removed.
    ScheduleRemoved,
    /// A budget was set, or set back.
    BudgetChanged,
    /// A file of entries was imported into the ledger.
    LedgerImported,
    /// A file of leads, tickets or knowledge was imported.
    DataImported,
    /// A document was added to the knowledge base.
    KnowledgeAdded,
    /// One was removed from it.
    KnowledgeRemoved,
    /// A source of webhooks got a new secret.
    SourceSecretMade,
    /// A secret of a source was ended.
    SourceSecretEnded,
    /// A webhook's work was begun again.
    DeliveryRepeated,
    /// An endpoint for webhooks that go out was added.
    EndpointAdded,
    /// One was changed, or got a new secret.
    EndpointChanged,
    /// One was removed.
    EndpointRemoved,
    /// The account that posts in Teams was signed in.
    ServiceAccountConnected,
    /// It was forgotten.
    ServiceAccountRemoved,
    /// A person was added.
    PersonAdded,
    /// A person was kept out.
    PersonDisabled,
    /// A person was let in again.
    PersonEnabled,
    /// A person got a new password.
    PersonReset,
    /// A person's name or title was changed.
    PersonChanged,
    /// A person got another role.
    RoleChanged,
    /// A person set up a second factor.
    SecondFactorSetUp,
    /// A second factor was removed.
    SecondFactorRemoved,
    /// A recovery code was used in place of a code.
    RecoveryCodeUsed,
    /// A person got new recovery codes.
    RecoveryCodesRenewed,
    /// The sealed secrets were sealed with another key.
    SecretsResealed,
    /// The audit log was exported.
    AuditExported,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 45] = [
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
        Self::ScheduleMade,
        Self::ScheduleChanged,
        Self::SchedulePaused,
        Self::ScheduleResumed,
        Self::ScheduleRemoved,
        Self::BudgetChanged,
        Self::LedgerImported,
        Self::DataImported,
        Self::KnowledgeAdded,
        Self::KnowledgeRemoved,
        Self::SourceSecretMade,
        Self::SourceSecretEnded,
        Self::DeliveryRepeated,
        Self::EndpointAdded,
        Self::EndpointChanged,
        Self::EndpointRemoved,
        Self::ServiceAccountConnected,
        Self::ServiceAccountRemoved,
        Self::PersonAdded,
        Self::PersonDisabled,
        Self::PersonEnabled,
        Self::PersonReset,
        Self::PersonChanged,
        Self::RoleChanged,
        Self::SecondFactorSetUp,
        Self::SecondFactorRemoved,
        Self::RecoveryCodeUsed,
        Self::RecoveryCodesRenewed,
        Self::SecretsResealed,
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
            Self::ScheduleMade => "schedule_made",
            Self::ScheduleChanged => "schedule_changed",
            Self::SchedulePaused => "schedule_paused",
            Self::ScheduleResumed => "schedule_resumed",
            Self::ScheduleRemoved => "schedule_removed",
            Self::BudgetChanged => "budget_changed",
            Self::LedgerImported => "ledger_imported",
            Self::DataImported => "data_imported",
            Self::KnowledgeAdded => "knowledge_added",
            Self::KnowledgeRemoved => "knowledge_removed",
            Self::SourceSecretMade => "source_secret_made",
            Self::SourceSecretEnded => "source_secret_ended",
            Self::DeliveryRepeated => "delivery_repeated",
            Self::EndpointAdded => "endpoint_added",
            Self::EndpointChanged => "endpoint_changed",
            Self::EndpointRemoved => "endpoint_removed",
            Self::ServiceAccountConnected => "service_account_connected",
            Self::ServiceAccountRemoved => "service_account_removed",
            Self::PersonAdded => "person_added",
            Self::PersonDisabled => "person_disabled",
            Self::PersonEnabled => "person_enabled",
            Self::PersonReset => "person_reset",
            Self::PersonChanged => "person_changed",
            Self::RoleChanged => "role_changed",
            Self::SecondFactorSetUp => "second_factor_set_up",
            Self::SecondFactorRemoved => "second_factor_removed",
            Self::RecoveryCodeUsed => "recovery_code_used",
            Self::RecoveryCodesRenewed => "recovery_codes_renewed",
            Self::SecretsResealed => "secrets_resealed",
            Self::AuditExported => "audit_exported",
        }
    }

    /// The action of a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_reads_back_from_its_code() {
        for action in Action::ALL {
            assert_eq!(Action::from_code(action.code()), Some(action));
        }
        assert_eq!(Action::from_code("looked"), None);
    }
}
