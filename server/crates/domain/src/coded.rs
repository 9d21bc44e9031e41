//! Enums that are stored and sent as a code: the variant's name in `snake_case`, which strum derives here and serde elsewhere.

/// Gives enums with `EnumString`, `IntoStaticStr` and `VariantArray` of strum the list of all and the ways to a code and back.
#[macro_export]
macro_rules! coded {
    ($($name:ident),+ $(,)?) => {$(
        impl $name {
            /// All of them, in their order.
            pub const ALL: [Self; <$name as ::strum::VariantArray>::VARIANTS.len()] =
                $crate::coded::array(<$name as ::strum::VariantArray>::VARIANTS);

            /// As it is stored and sent.
            #[must_use]
            pub fn code(self) -> &'static str {
                self.into()
            }

            /// The one of a code, `None` when there is none.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                code.parse().ok()
            }
        }
    )+};
}

/// A slice as the array it is. There must be one value at least.
#[doc(hidden)]
#[must_use]
pub const fn array<T: Copy, const N: usize>(values: &[T]) -> [T; N] {
    let mut array = [values[0]; N];
    let mut place = 1;
    while place < N {
        array[place] = values[place];
        place += 1;
    }
    array
}

#[cfg(test)]
mod tests {
    use crate::approval::ApprovalState;
    use crate::audit::AuditAction;
    use crate::crm::LeadStatus;
    use crate::effect::{EffectKind, EffectState, EffectVerdict};
    use crate::language::Language;
    use crate::ledger::AccountType;
    use crate::notification::NotificationKind;
    use crate::people::Department;
    use crate::roles::Permission;
    use crate::run::{RunErrorKind, RunState, WaitingFor};
    use crate::schedule::occurrence::{OccurrenceReason, OccurrenceState};
    use crate::schedule::plan::Misfire;
    use crate::standing::RecipientRule;
    use crate::trust::Trust;

    macro_rules! assert_codes {
        ($($name:ident: $codes:literal),+ $(,)?) => {$(
            assert_eq!($name::ALL.map($name::code).join(" "), $codes, "{}", stringify!($name));
            assert!($name::ALL.into_iter().all(|one| $name::from_code(one.code()) == Some(one)));
            assert_eq!($name::from_code("Nothing"), None);
        )+};
    }

    macro_rules! assert_same_as_serde {
        ($($name:ident),+ $(,)?) => {$(
            for one in $name::ALL {
                assert_eq!(serde_json::to_value(one).unwrap(), one.code());
            }
        )+};
    }

    /// A variant may get another name; what is stored may not.
    #[test]
    fn the_codes_are_those_that_are_stored() {
        assert_codes! {
            AccountType: "asset liability equity revenue expense",
            AuditAction: "signed_in sign_in_refused signed_out session_ended_by_reuse permission_refused effect_done effect_failed \
                effect_unknown effect_taken_back effect_arrived effect_sent_again approval_requested approval_approved approval_rejected approval_expired \
                standing_approval_given standing_approval_ended schedule_made schedule_changed schedule_paused \
                schedule_resumed schedule_removed budget_changed ledger_imported data_imported knowledge_added \
                knowledge_removed source_secret_made source_secret_ended delivery_repeated endpoint_added endpoint_changed \
                endpoint_removed service_account_connected service_account_removed person_added person_disabled \
                person_enabled person_reset person_changed role_changed second_factor_set_up second_factor_removed \
                recovery_code_used recovery_codes_renewed secrets_resealed audit_exported",
            ApprovalState: "pending approved rejected expired",
            Department: "finance sales marketing support management",
            EffectKind: "mail teams calendar",
            EffectState: "intended attempting done failed unknown",
            EffectVerdict: "arrived send_again",
            Language: "en zh ms",
            NotificationKind: "decision question result failure skipped",
            Misfire: "skip latest all",
            Permission: "chat make_documents read_ledger read_leads read_own_leads change_leads find_leads read_tickets \
                read_campaigns read_kpis query_data send_mail post_in_teams post_anywhere calendar decide_for_others \
                standing_approvals schedules administer read_audit",
            OccurrenceReason: "missed superseded paused owner_disabled not_permitted overlapped manual",
            RecipientRule: "anyone domains addresses",
            RunErrorKind: "not_permitted not_possible tool_failed effect_unknown approval_expired budget_exceeded \
                limit_reached model_failed internal",
            RunState: "queued running waiting succeeded failed cancelled",
            OccurrenceState: "due running done skipped failed",
            LeadStatus: "new contacted qualified proposal negotiation won lost",
            Trust: "person company outside",
            WaitingFor: "person approval",
        }
    }

    #[test]
    fn serde_writes_the_same_codes() {
        assert_same_as_serde!(
            AccountType,
            ApprovalState,
            Department,
            EffectKind,
            EffectState,
            EffectVerdict,
            Language,
            Misfire,
            Permission,
            OccurrenceReason,
            RecipientRule,
            RunErrorKind,
            RunState,
            OccurrenceState,
            LeadStatus,
            Trust,
            WaitingFor
        );
    }
}
