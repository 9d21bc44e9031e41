//! The kinds of events.

use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::coded;

/// The kinds of events, by which the log is filtered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum AuditAction {
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
    /// Its person said that an effect took place whose end was unknown.
    EffectArrived,
    /// Its person had such an effect sent again.
    EffectSentAgain,
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

coded!(AuditAction);
