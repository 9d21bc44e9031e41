//! People of the company and the departments they work in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::coded;
use crate::id::{self, Id};
use crate::language::Language;

pub mod change;

/// Someone who can sign in. Email addresses are stored in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: Id<id::Person>,
    /// The sign-in name and mailbox.
    pub email: String,
    /// As people call them, e.g. `Grace Tan`.
    pub name: String,
    /// What they are in the company, e.g. `Chief Executive Officer`.
    pub title: String,
    /// The name of their role in `roles.yaml`.
    pub role: String,
    /// Whose data they work with, as their role says.
    pub department: Department,
    /// What the app and the assistant speak with them.
    pub language: Language,
    /// A disabled person can't sign in and is not found in the directory.
    pub disabled: bool,
}

/// The five departments; also the names of the agents that serve them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Department {
    /// Books and statements.
    Finance,
    /// Leads and customers.
    Sales,
    /// Content and campaigns.
    Marketing,
    /// Tickets.
    Support,
    /// All departments' figures.
    Management,
}

coded!(Department);

/// The company as the assistant knows it: which addresses are inside, and where in Teams its people meet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Company {
    /// As it stands on documents.
    pub name: String,
    /// The mail domain of its people, lower case; every other address is outside.
    pub domain: String,
    /// The channels of its team in Teams by name, each with the department whose it is.
    #[serde(default)]
    pub channels: BTreeMap<String, Department>,
}

impl Company {
    /// The channel of this name, however it is written, and whose it is.
    #[must_use]
    pub fn channel(&self, name: &str) -> Option<(&str, Department)> {
        let name = name.trim().trim_start_matches('#');
        let found = self.channels.iter().find(|(channel, _)| channel.to_lowercase() == name.to_lowercase());
        found.map(|(channel, of)| (channel.as_str(), *of))
    }

    /// Whether a mail to this address stays inside the company.
    #[must_use]
    pub fn holds(&self, address: &str) -> bool {
        address
            .rsplit_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && domain.eq_ignore_ascii_case(&self.domain))
    }
}

impl Company {
    /// Whether a web host is the company's: its mail domain or one below it.
    #[must_use]
    pub fn is_host(&self, host: &str) -> bool {
        let below = host.strip_suffix(self.domain.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        below && !self.domain.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_companys_own_domain_is_inside() {
        let company = Company { name: "Mezzofy".into(), domain: "mezzofy.example".into(), channels: BTreeMap::new() };
        assert!(company.holds("ceo@mezzofy.example"));
        assert!(company.holds("CEO@Mezzofy.Example"));
        assert!(!company.holds("ceo@mezzofy.example.evil.example"));
        assert!(!company.holds("ceo@sub.mezzofy.example"));
        assert!(!company.holds("mezzofy.example"));
        assert!(!company.holds("@mezzofy.example"));
    }
}
