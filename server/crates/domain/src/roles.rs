//! Roles and what they may do, as `roles.yaml` says.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::coded;
use crate::people::{Department, Person};

/// One thing that a route or a tool can require.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Permission {
    /// Talk to the assistant and see one's own conversations, runs, files and outbox.
    Chat,
    /// Make documents from what one may read.
    MakeDocuments,
    /// Read the ledger.
    ReadLedger,
    /// See all leads.
    ReadLeads,
    /// See the leads that are assigned to oneself.
    ReadOwnLeads,
    /// Add leads, and change those that one sees.
    ChangeLeads,
    /// Look for companies outside that may become leads.
    FindLeads,
    /// Read the tickets.
    ReadTickets,
    /// Read what marketing ran and what came of it.
    ReadCampaigns,
    /// See key figures of what one may read.
    ReadKpis,
    /// Let a model query what one may read.
    QueryData,
    /// Send mail from one's own mailbox.
    SendMail,
    /// Post in the channel of one's department, and to colleagues, in Teams.
    PostInTeams,
    /// Post in every channel.
    PostAnywhere,
    /// Read one's own calendar, make events in it, and see when colleagues are free.
    Calendar,
    /// Decide on effects for many recipients that somebody of the own department asked for.
    DecideForOthers,
    /// Let a skill of the own department send without asking each time.
    StandingApprovals,
    /// Have requests made again and again at set times.
    Schedules,
    /// See what the company's people use and set their budgets.
    Administer,
    /// Read and export the audit log.
    ReadAudit,
}

coded!(Permission);

/// One role: whose data, what it may do, and with which skills.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// The department its people work in.
    pub department: Department,
    /// What it may do besides what everyone may.
    #[serde(default)]
    pub may: BTreeSet<Permission>,
    /// The skills it may use.
    #[serde(default)]
    pub skills: BTreeSet<String>,
}

/// All of `roles.yaml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roles {
    /// What every role may do.
    everyone: BTreeSet<Permission>,
    /// By name.
    roles: BTreeMap<String, Role>,
}

impl Roles {
    /// Reads `roles.yaml`. The error names the line and what is wrong with it.
    pub fn parse(yaml: &str) -> Result<Self, String> {
        serde_saphyr::from_str(yaml).map_err(|error| error.to_string())
    }

    /// The role of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Role> {
        self.roles.get(name)
    }

    /// The names of all roles.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.roles.keys().map(String::as_str)
    }

    /// What every role may do.
    pub fn everyone(&self) -> impl Iterator<Item = Permission> {
        self.everyone.iter().copied()
    }

    /// All roles by name.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Role)> {
        self.roles.iter().map(|(name, role)| (name.as_str(), role))
    }

    /// The names of the roles that may do this.
    #[must_use]
    pub fn allowing(&self, permission: Permission) -> Vec<String> {
        self.names().filter(|name| self.allows(name, permission)).map(str::to_owned).collect()
    }

    /// Whether people of this role may do this. An unknown role may do nothing.
    #[must_use]
    pub fn allows(&self, role: &str, permission: Permission) -> bool {
        self.get(role).is_some_and(|role| self.everyone.contains(&permission) || role.may.contains(&permission))
    }

    /// All that people of this role may do.
    #[must_use]
    pub fn permissions(&self, role: &str) -> Vec<Permission> {
        Permission::ALL.into_iter().filter(|permission| self.allows(role, *permission)).collect()
    }

    /// Whether a person may post in the channel of a department: their own, or any.
    #[must_use]
    pub fn allow_channel(&self, person: &Person, of: Department) -> bool {
        let may = |permission| !person.disabled && self.allows(&person.role, permission);
        may(Permission::PostInTeams) && (of == person.department || may(Permission::PostAnywhere))
    }

    /// Whether people of this role may use this skill.
    #[must_use]
    pub fn allows_skill(&self, role: &str, skill: &str) -> bool {
        self.get(role).is_some_and(|role| role.skills.contains(skill))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const YAML: &str = "everyone: [chat]\nroles:\n  viewer: {department: finance, may: [read_ledger], skills: [financial_reporting]}\n";

    #[test]
    fn a_role_may_do_what_is_listed_and_nothing_else() {
        let roles = Roles::parse(YAML).unwrap();
        assert!(roles.allows("viewer", Permission::Chat));
        assert!(roles.allows("viewer", Permission::ReadLedger));
        assert!(!roles.allows("viewer", Permission::SendMail));
        assert!(!roles.allows("stranger", Permission::Chat));
        assert_eq!(roles.allowing(Permission::ReadLedger), ["viewer"]);
        assert!(roles.allowing(Permission::Administer).is_empty());
        assert_eq!(roles.permissions("viewer"), [Permission::Chat, Permission::ReadLedger]);
        assert!(roles.permissions("stranger").is_empty());
        assert!(roles.allows_skill("viewer", "financial_reporting"));
        assert!(!roles.allows_skill("viewer", "pitch_deck"));
    }

    #[test]
    fn an_unknown_permission_is_refused_with_its_line() {
        let error = Roles::parse("everyone: [fly]\nroles: {}\n").unwrap_err();
        assert!(error.contains("fly") && error.contains('1'), "{error}");
    }
}
