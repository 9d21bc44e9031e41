//! What may be changed of a person, and by whom.

use crate::audit::Actor;
use crate::effect::is_address;
use crate::id::{self, Id};
use crate::language::Language;
use crate::people::Person;
use crate::roles::{Permission, Role, Roles};

/// Characters of a name or a title at most.
const MAX_NAME_CHARS: usize = 120;

/// Why a person can't be added or changed like that, as a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PersonProblem {
    /// Not an address.
    #[error("{0} is not an email address.")]
    Address(String),
    /// Somebody has it.
    #[error("{0} is there already: an address belongs to one person.")]
    Taken(String),
    /// Empty, too long or not one line.
    #[error("The name must have 1 to {MAX_NAME_CHARS} characters on one line.")]
    Name,
    /// Empty, too long or not one line.
    #[error("The title must have 1 to {MAX_NAME_CHARS} characters on one line.")]
    Title,
    /// It is not in `roles.yaml`.
    #[error("There is no role {role}: take one of {roles}.")]
    Role {
        /// What was asked for.
        role: String,
        roles: String,
    },
    /// An administrator would lock themselves out.
    #[error("You can't disable yourself. Ask another administrator.")]
    DisablesSelf,
    /// An administrator would give up their own right.
    #[error("You can't take a role that may not administer. Ask another administrator to change yours.")]
    OwnRole,
    /// It would go around the question for the current password.
    #[error("Change your own password and second factor in your settings, which ask for the current ones.")]
    OwnSignIn,
    /// Nobody would be left who can administer.
    #[error("This is the last administrator who can sign in. Make somebody else an administrator first.")]
    LastAdministrator,
}

/// Someone to be added.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// Their address, in any case.
    pub email: String,
    /// As people call them.
    pub name: String,
    /// What they are in the company.
    pub title: String,
    /// A role of `roles.yaml`.
    pub role: String,
    /// What the app and the assistant speak with them.
    pub language: Language,
}

/// What of a person is to change; `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct PersonChange {
    /// As people call them.
    pub name: Option<String>,
    /// What they are in the company.
    pub title: Option<String>,
    /// A role of `roles.yaml`.
    pub role: Option<String>,
    /// Whether they are kept out.
    pub disabled: Option<bool>,
    /// Whether they get a new password or lose their second factor.
    pub sign_in: bool,
}

impl NewPerson {
    /// The person, if the rules allow them.
    pub fn checked(self, id: Id<id::Person>, roles: &Roles) -> Result<Person, PersonProblem> {
        let email = self.email.to_lowercase();
        if !is_address(&email) {
            return Err(PersonProblem::Address(email));
        }
        Ok(Person {
            id,
            email,
            name: line(&self.name).ok_or(PersonProblem::Name)?,
            title: line(&self.title).ok_or(PersonProblem::Title)?,
            department: known(&self.role, roles)?.department,
            role: self.role,
            language: self.language,
            disabled: false,
        })
    }
}

impl Person {
    /// The person after a change that `by` asks for. `others` says whether somebody else who can sign in may administer; a
    /// command may do what would leave nobody, since it can add somebody.
    pub fn changed(&self, change: PersonChange, by: Actor, roles: &Roles, others: bool) -> Result<Self, PersonProblem> {
        let mut person = self.clone();
        if let Some(name) = &change.name {
            person.name = line(name).ok_or(PersonProblem::Name)?;
        }
        if let Some(title) = &change.title {
            person.title = line(title).ok_or(PersonProblem::Title)?;
        }
        person.disabled = change.disabled.unwrap_or(self.disabled);
        if let Some(role) = change.role.filter(|role| *role != self.role) {
            person.department = known(&role, roles)?.department;
            person.role = role;
        }
        let administers = |person: &Self| !person.disabled && roles.allows(&person.role, Permission::Administer);
        match by {
            Actor::Person(id) if id == self.id && person.disabled => Err(PersonProblem::DisablesSelf),
            Actor::Person(id) if id == self.id && !administers(&person) => Err(PersonProblem::OwnRole),
            Actor::Person(id) if id == self.id && change.sign_in => Err(PersonProblem::OwnSignIn),
            Actor::Person(_) if !others && administers(self) && !administers(&person) => {
                Err(PersonProblem::LastAdministrator)
            }
            Actor::System | Actor::Person(_) => Ok(person),
        }
    }
}

fn known<'a>(role: &str, roles: &'a Roles) -> Result<&'a Role, PersonProblem> {
    let names = || roles.names().collect::<Vec<_>>().join(", ");
    roles.get(role).ok_or_else(|| PersonProblem::Role { role: role.to_owned(), roles: names() })
}

/// The text without the space around it, if it is one line of a decent length.
fn line(text: &str) -> Option<String> {
    let text = text.trim();
    let good = (1..=MAX_NAME_CHARS).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    good.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::people::Department;

    fn roles() -> Roles {
        Roles::parse(
            "everyone: [chat]\nroles:\n  admin: {department: management, may: [administer]}\n  rep: {department: sales}\n",
        )
        .unwrap()
    }

    fn new(email: &str, name: &str, role: &str) -> Result<Person, PersonProblem> {
        let (email, name, role) = (email.to_owned(), name.to_owned(), role.to_owned());
        let person = NewPerson { email, name, title: "Clerk".to_owned(), role, language: Language::En };
        person.checked(Id::new(DateTime::from_timestamp(1_790_000_000, 0).unwrap()), &roles())
    }

    fn change(person: &Person, change: PersonChange, by: Actor, others: bool) -> Result<Person, PersonProblem> {
        person.changed(change, by, &roles(), others)
    }

    #[test]
    fn a_new_person_has_the_department_of_their_role_and_a_lower_case_address() {
        let ana = new("Ana@Mezzofy.Example", "  Ana Lee ", "rep").unwrap();
        assert_eq!((ana.email.as_str(), ana.name.as_str()), ("ana@mezzofy.example", "Ana Lee"));
        assert_eq!((ana.department, ana.disabled), (Department::Sales, false));
        assert_eq!(new("ana", "Ana", "rep"), Err(PersonProblem::Address("ana".to_owned())));
        assert_eq!(new("a@b.example", " ", "rep"), Err(PersonProblem::Name));
        assert_eq!(new("a@b.example", "a\nb", "rep"), Err(PersonProblem::Name));
        assert_eq!(new("a@b.example", &"x".repeat(121), "rep"), Err(PersonProblem::Name));
        let unknown = new("a@b.example", "Ana", "king").unwrap_err();
        assert_eq!(unknown.to_string(), "There is no role king: take one of admin, rep.");
    }

    #[test]
    fn another_role_brings_its_department() {
        let rep = new("a@b.example", "Ana", "rep").unwrap();
        let role = PersonChange { role: Some("admin".to_owned()), ..PersonChange::default() };
        let admin = change(&rep, role, Actor::Person(Id::from(uuid::Uuid::from_u128(1))), true).unwrap();
        assert_eq!((admin.role.as_str(), admin.department), ("admin", Department::Management));
    }

    #[test]
    fn administrators_neither_lock_themselves_out_nor_go_around_their_own_password() {
        let admin = new("a@b.example", "Ana", "admin").unwrap();
        let own = Actor::Person(admin.id);
        let disable = PersonChange { disabled: Some(true), ..PersonChange::default() };
        let demote = PersonChange { role: Some("rep".to_owned()), ..PersonChange::default() };
        let sign_in = PersonChange { sign_in: true, ..PersonChange::default() };
        let rename = PersonChange { name: Some("Ana Lee".to_owned()), ..PersonChange::default() };
        assert_eq!(change(&admin, disable, own, true), Err(PersonProblem::DisablesSelf));
        assert_eq!(change(&admin, demote, own, true), Err(PersonProblem::OwnRole));
        assert_eq!(change(&admin, sign_in, own, true), Err(PersonProblem::OwnSignIn));
        assert_eq!(change(&admin, rename, own, false).unwrap().name, "Ana Lee");
    }

    #[test]
    fn the_last_administrator_stays_one_unless_a_command_says_otherwise() {
        let admin = new("a@b.example", "Ana", "admin").unwrap();
        let other = Actor::Person(Id::from(uuid::Uuid::from_u128(1)));
        for wanted in [
            PersonChange { disabled: Some(true), ..PersonChange::default() },
            PersonChange { role: Some("rep".to_owned()), ..PersonChange::default() },
        ] {
            assert_eq!(change(&admin, wanted.clone(), other, false), Err(PersonProblem::LastAdministrator));
            assert!(change(&admin, wanted.clone(), other, true).is_ok());
            assert!(change(&admin, wanted, Actor::System, false).is_ok());
        }
        let rep = new("b@b.example", "Ben", "rep").unwrap();
        let disable = PersonChange { disabled: Some(true), ..PersonChange::default() };
        assert!(change(&rep, disable, other, false).unwrap().disabled);
    }
}
