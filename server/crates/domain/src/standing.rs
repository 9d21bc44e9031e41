//! Standing approvals: what a manager has said yes to ahead.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::coded;
use crate::effect::Payload;
use crate::id::{self, Id};
use crate::people::Department;

mod reservation;

pub use reservation::reservation;

/// A manager's yes ahead to the mails of one skill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingApproval {
    pub id: Id<id::StandingApproval>,
    /// The manager who gave it.
    pub owner: Id<id::Person>,
    /// Whose people's runs it covers.
    pub department: Department,
    pub skill: String,
    /// The skill's step that writes the mail; any of its steps when `None`.
    pub template: Option<String>,
    /// Who may get the mails.
    pub recipients: Recipients,
    /// Mails a day, in the company's time zone.
    pub limit_a_day: u32,
    /// When it was given.
    pub created_at: DateTime<Utc>,
}

/// Who may get the mails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipients {
    /// Which kind of rule.
    pub rule: RecipientRule,
    /// Domains or addresses, lower case; none for anyone.
    pub values: Vec<String>,
}

/// A kind of rule for recipients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum RecipientRule {
    /// Whoever the skill finds.
    Anyone,
    /// Addresses of these domains.
    Domains,
    /// These addresses.
    Addresses,
}

coded!(RecipientRule);

impl StandingApproval {
    /// Whether it covers a mail that this step of the skill writes. The limit is counted elsewhere.
    #[must_use]
    pub fn covers(&self, step: &str, mail: &Payload) -> bool {
        self.template.as_deref().is_none_or(|template| template == step)
            && mail.recipients().into_iter().all(|address| self.recipients.hold(address))
    }
}

impl Recipients {
    fn hold(&self, address: &str) -> bool {
        match self.rule {
            RecipientRule::Anyone => true,
            RecipientRule::Addresses => self.values.iter().any(|allowed| allowed == address),
            RecipientRule::Domains => address
                .rsplit_once('@')
                .is_some_and(|(_, domain)| self.values.iter().any(|allowed| allowed.eq_ignore_ascii_case(domain))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::{EffectKind, PayloadFields};

    fn approval(template: Option<&str>, rule: RecipientRule, values: &[&str]) -> StandingApproval {
        StandingApproval {
            id: Id::new(DateTime::UNIX_EPOCH),
            owner: Id::new(DateTime::UNIX_EPOCH),
            department: Department::Sales,
            skill: "email_outreach".to_owned(),
            template: template.map(str::to_owned),
            recipients: Recipients { rule, values: values.iter().map(|&value| value.to_owned()).collect() },
            limit_a_day: 50,
            created_at: DateTime::UNIX_EPOCH,
        }
    }

    fn mail(to: &str, cc: &str) -> Payload {
        let cc = if cc.is_empty() { vec![] } else { vec![cc.to_owned()] };
        let fields = PayloadFields {
            to: vec![to.to_owned()],
            cc,
            subject: "Hi".to_owned(),
            body: "Hello".to_owned(),
            attachments: vec![],
            when: None,
        };
        fields.checked(EffectKind::Mail).unwrap()
    }

    #[test]
    fn it_covers_the_mails_of_its_step_whose_every_recipient_fits_the_rule() {
        let any = approval(Some("mails"), RecipientRule::Anyone, &[]);
        assert!(any.covers("mails", &mail("a@x.example", "")));
        assert!(!any.covers("other", &mail("a@x.example", "")));
        let domains = approval(None, RecipientRule::Domains, &["x.example"]);
        assert!(domains.covers("other", &mail("a@x.example", "")));
        assert!(!domains.covers("mails", &mail("a@x.example", "b@sub.x.example")));
        let addresses = approval(None, RecipientRule::Addresses, &["a@x.example"]);
        assert!(addresses.covers("mails", &mail("a@x.example", "")));
        assert!(!addresses.covers("mails", &mail("a@x.example", "c@x.example")));
    }
}
