//! As whom a transaction acts: the database shows it what the person may see, whatever its SQL asks for.

use mezzofy_domain::id::{self, Id};
use mezzofy_domain::people::{Department, Person};
use mezzofy_domain::roles::{Permission, Roles};

/// What some roles may read besides their own, as row security names it.
const READS: [(Permission, &str); 9] = [
    (Permission::ReadLedger, "ledger"),
    (Permission::ReadLeads, "leads"),
    (Permission::ReadOwnLeads, "own_leads"),
    (Permission::ChangeLeads, "change_leads"),
    (Permission::ReadTickets, "tickets"),
    (Permission::ReadCampaigns, "campaigns"),
    (Permission::DecideForOthers, "approvals"),
    (Permission::StandingApprovals, "standing_approvals"),
    (Permission::Schedules, "schedules"),
];

/// Whose transaction it is, and with which role of the database. It is made from a person, so that nothing in a request
/// can choose another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    role: &'static str,
    person: Id<id::Person>,
    department: Department,
    reads: String,
}

impl Scope {
    /// A person's own requests and runs: what is theirs, the directory, and the company data that their role may read.
    #[must_use]
    pub fn of(person: &Person, roles: &Roles) -> Self {
        Self::acting("mezzofy_member", person, roles)
    }

    /// A person in the routes of administrators: people, money, the audit log, the knowledge base and webhooks without what they say, and
    /// nothing that anybody said.
    #[must_use]
    pub fn administering(person: &Person, roles: &Roles) -> Self {
        Self::acting("mezzofy_admin", person, roles)
    }

    /// What the person's role may read besides their own.
    pub(crate) fn reads(&self) -> Vec<String> {
        self.reads.split(',').filter(|what| !what.is_empty()).map(str::to_owned).collect()
    }

    pub(crate) fn person(&self) -> Id<id::Person> {
        self.person
    }

    fn acting(role: &'static str, person: &Person, roles: &Roles) -> Self {
        let reads = READS.iter().filter(|(permission, _)| roles.allows(&person.role, *permission));
        let reads: Vec<&str> = reads.map(|(_, what)| *what).collect();
        Self { role, person: person.id, department: person.department, reads: reads.join(",") }
    }

    /// The statements that make the transaction act so. They hold until its end.
    pub(crate) fn statements(&self) -> String {
        let Self { role, person, department, reads } = self;
        format!(
            "SET LOCAL mezzofy.person = '{person}'; SET LOCAL mezzofy.department = '{department}'; \
             SET LOCAL mezzofy.reads = '{reads}'; SET LOCAL ROLE {role}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mezzofy_domain::language::Language;

    #[test]
    fn a_scope_names_the_person_and_only_what_their_role_reads() {
        let roles = "everyone: [chat]\nroles:\n  viewer: {department: finance, may: [read_ledger]}\n  rep: {department: sales}\n";
        let roles = Roles::parse(roles).unwrap();
        let person = |role: &str| Person {
            id: uuid::Uuid::from_u128(7).into(),
            email: "someone@mezzofy.example".to_owned(),
            name: String::new(),
            title: String::new(),
            role: role.to_owned(),
            department: Department::Sales,
            language: Language::En,
            disabled: false,
        };
        let of = |role: &str| Scope::of(&person(role), &roles).statements();
        assert_eq!(
            of("rep"),
            "SET LOCAL mezzofy.person = '00000000-0000-0000-0000-000000000007'; SET LOCAL mezzofy.department = 'sales'; \
             SET LOCAL mezzofy.reads = ''; SET LOCAL ROLE mezzofy_member"
        );
        assert!(of("viewer").contains("mezzofy.reads = 'ledger'"));
        assert!(of("nobody").contains("mezzofy.reads = ''"));
        let administering = Scope::administering(&person("rep"), &roles);
        assert!(administering.statements().ends_with("ROLE mezzofy_admin"));
        assert_eq!(
            (Scope::of(&person("viewer"), &roles).reads(), administering.reads()),
            (vec!["ledger".to_owned()], vec![])
        );
    }
}
