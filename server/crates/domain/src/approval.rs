//! Approvals: a person's yes to the exact bytes of one or several effects, asked for and bound by their hash.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::canonical::{self, NotCanonical};
use crate::coded;
use crate::effect::{Payload, PayloadFields};
use crate::trust::Trust;

/// How long a decision is waited for.
pub const DECISION_TIMEOUT: TimeDelta = TimeDelta::hours(72);
/// Above so many recipients who asked may not decide alone.
pub const MAX_RECIPIENTS_WITHOUT_MANAGER: usize = 50;

/// Where an approval stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum ApprovalState {
    /// Nobody has decided.
    Pending,
    /// Exactly what was approved may be done.
    Approved,
    /// Nothing of it is done.
    Rejected,
    /// Nobody decided in time; nothing of it is done.
    Expired,
}

coded!(ApprovalState);

/// An effect as it is proposed to a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposedEffect {
    /// The call of the run that wants it.
    pub call: String,
    /// What would be sent.
    pub payload: Payload,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where an effect's payload comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The least trusted of what decides where it goes.
    pub trust: Trust,
    /// The values that matter, in the payload's order.
    pub values: Vec<ValueOrigin>,
}

/// Where one value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueOrigin {
    /// The payload's field: `to`, `cc`, `attachments`, `subject` or `body`.
    pub argument: String,
    /// An address, a file's name or a link.
    pub value: String,
    /// Who stands behind it.
    pub trust: Trust,
    /// The same for the reader, in their language.
    pub from: String,
}

impl Origin {
    /// The origin of a payload with these values.
    #[must_use]
    pub fn of(values: Vec<ValueOrigin>) -> Self {
        let trust = values.iter().map(|value| value.trust).max().unwrap_or(Trust::Person);
        Self { trust, values }
    }
}

/// Hex SHA-256 of the RFC 8785 JSON of all payloads, an array also when there is one.
pub fn payloads_hash<'m>(payloads: impl IntoIterator<Item = &'m Payload>) -> Result<String, NotCanonical> {
    canonical::hash(&payloads.into_iter().collect::<Vec<_>>())
}

/// Recipients of all payloads together.
pub fn recipients<'m>(payloads: impl IntoIterator<Item = &'m Payload>) -> usize {
    payloads.into_iter().map(|payload| payload.recipients().len()).sum()
}

/// Whether two go to the same, as people write addresses.
fn same_people(one: &PayloadFields, other: &PayloadFields) -> bool {
    let plain = |fields: &PayloadFields| fields.to.iter().map(|to| to.trim().to_lowercase()).collect::<Vec<_>>();
    plain(one) == plain(other)
}

/// Which of the proposed effects each payload of an edit stands for. A payload goes to the one with the same recipients and
/// subject, else the same recipients, else the same subject, else the first that is left. `None` when there are more
/// payloads than were proposed.
#[must_use]
pub fn matched<'p>(proposed: &'p [ProposedEffect], edit: &[PayloadFields]) -> Option<Vec<&'p ProposedEffect>> {
    let mut taken = vec![false; proposed.len()];
    let mut found: Vec<Option<usize>> = vec![None; edit.len()];
    let fields: Vec<PayloadFields> = proposed.iter().map(|one| one.payload.fields()).collect();
    let alike: [fn(&PayloadFields, &PayloadFields) -> bool; 4] = [
        |one, other| same_people(one, other) && one.subject == other.subject,
        same_people,
        |one, other| one.subject == other.subject,
        |_, _| true,
    ];
    for alike in alike {
        for (mail, found) in edit.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
            let at = (0..proposed.len()).find(|&at| !taken[at] && alike(mail, &fields[at]));
            if let Some(at) = at {
                taken[at] = true;
                *found = Some(at);
            }
        }
    }
    found.into_iter().map(|at| at.map(|at| &proposed[at])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::{EffectKind, message as fields};

    fn mail(to: &str, subject: &str) -> Payload {
        fields(to, subject).checked(EffectKind::Mail).unwrap()
    }

    fn proposed(mails: &[Payload]) -> Vec<ProposedEffect> {
        let one = |(at, mail): (usize, &Payload)| ProposedEffect {
            call: at.to_string(),
            payload: mail.clone(),
            origin: Origin::of(vec![]),
        };
        mails.iter().enumerate().map(one).collect()
    }

    #[test]
    fn the_hash_is_over_the_array_also_of_one_payload() {
        let one = mail("a@b.example", "x");
        assert_eq!(payloads_hash([&one]).unwrap(), canonical::hash(&[&one]).unwrap());
        assert_ne!(payloads_hash([&one]).unwrap(), one.payload_hash().unwrap());
    }

    #[test]
    fn an_edit_is_matched_with_what_it_changes_whatever_was_left_out() {
        let all = proposed(&[mail("a@x.example", "A"), mail("b@x.example", "B"), mail("c@x.example", "C")]);
        let calls = |edit: &[PayloadFields]| {
            matched(&all, edit).map(|found| found.iter().map(|one| one.call.clone()).collect::<Vec<_>>())
        };
        assert_eq!(calls(&[fields("c@x.example", "C")]).unwrap(), ["2"]);
        assert_eq!(calls(&[fields("b@x.example", "changed"), fields("d@x.example", "C")]).unwrap(), ["1", "2"]);
        assert_eq!(calls(&[fields("new@x.example", "new"), fields("a@x.example", "A")]).unwrap(), ["1", "0"]);
        let four: Vec<PayloadFields> = (0..4).map(|_| fields("a@x.example", "A")).collect();
        assert_eq!(calls(&four), None, "an edit can't add a mail");
    }

    #[test]
    fn an_origin_is_as_good_as_its_worst_value() {
        let value = |trust| ValueOrigin {
            argument: "to".to_owned(),
            value: "a@b.example".to_owned(),
            trust,
            from: String::new(),
        };
        assert_eq!(Origin::of(vec![value(Trust::Person), value(Trust::Outside)]).trust, Trust::Outside);
        assert_eq!(Origin::of(vec![]).trust, Trust::Person);
    }
}
