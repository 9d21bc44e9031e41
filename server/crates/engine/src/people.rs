//! Adding and changing people: the one way for commands and for administrators.

use chrono::{DateTime, Utc};
use mezzofy_domain::audit::{Actor, AuditEvent};
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::password::{self, Owner, PasswordProblem};
use mezzofy_domain::people::Person;
use mezzofy_domain::people::change::{PersonChange, PersonProblem};
use mezzofy_domain::roles::{Permission, Roles};
use mezzofy_store::{StoreError, Tx, audit, people, second_factors, sessions, sign_in_failures};

use crate::access::hashing::{Hashing, HashingError};

/// Why a person is not added or changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The rules.
    #[error(transparent)]
    Person(#[from] PersonProblem),
    /// The rules of passwords.
    #[error(transparent)]
    Password(#[from] PasswordProblem),
    /// There is no such person.
    #[error("There is no such person.")]
    Unknown,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The password was not hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
}

/// What is to change of a person.
#[derive(Debug, Default)]
pub struct AccountChange {
    /// What they are and whether they may sign in.
    pub change: PersonChange,
    /// The hash of a new password, see [`checked_hash`].
    pub password_hash: Option<String>,
    /// Whether their second factor is removed.
    pub remove_second_factor: bool,
}

/// The hash of a password that the rules allow for its owner.
pub async fn checked_hash(hashing: &Hashing, password: String, owner: &Owner<'_>) -> Result<String, AccountError> {
    password::check(&password, owner)?;
    Ok(hashing.hash_password(password).await?)
}

/// Adds a person.
pub async fn add(
    tx: &mut Tx,
    person: &Person,
    password_hash: &str,
    actor: Actor,
    now: DateTime<Utc>,
) -> Result<(), AccountError> {
    if !people::add(tx, person, password_hash, now).await? {
        return Err(PersonProblem::Taken(person.email.clone()).into());
    }
    let event = AuditEvent::PersonAdded { person: person.id, role: person.role.clone() };
    Ok(audit::append(tx, now, actor, &event).await?)
}

/// Changes a person. Being disabled and a new password end their sessions; another role holds from the next request and
/// the next call of a run on.
pub async fn change(
    tx: &mut Tx,
    roles: &Roles,
    person: Id<id::Person>,
    wanted: AccountChange,
    actor: Actor,
    now: DateTime<Utc>,
) -> Result<(), AccountError> {
    let administrators = people::lock_with_role(tx, &roles.allowing(Permission::Administer)).await?;
    let before = people::lock(tx, person).await?.ok_or(AccountError::Unknown)?;
    let others = administrators.iter().any(|other| *other != person);
    let AccountChange { mut change, password_hash, remove_second_factor } = wanted;
    change.sign_in = password_hash.is_some() || remove_second_factor;

    let after = before.changed(change, actor, roles, others)?;

    people::save(tx, &after).await?;
    let mut events = changes(&before, &after);
    if after.disabled && !before.disabled {
        sessions::end_all(tx, person, "disabled", now).await?;
    }
    if let Some(hash) = password_hash {
        people::set_password(tx, person, &hash).await?;
        sign_in_failures::clear_all(tx, &after.email).await?;
        sessions::end_all(tx, person, "password changed", now).await?;
        events.push(AuditEvent::PersonReset { person });
    }
    if remove_second_factor && second_factors::remove(tx, person).await? {
        events.push(AuditEvent::SecondFactorRemoved { person });
    }
    for event in events {
        audit::append(tx, now, actor, &event).await?;
    }
    Ok(())
}

/// What the audit log tells of the difference.
fn changes(before: &Person, after: &Person) -> Vec<AuditEvent> {
    let person = before.id;
    let fields: Vec<_> = [("name", before.name != after.name), ("title", before.title != after.title)]
        .into_iter()
        .filter_map(|(field, changed)| changed.then_some(field))
        .collect();
    let events = [
        (before.role != after.role).then(|| AuditEvent::RoleChanged {
            person,
            before: before.role.clone(),
            after: after.role.clone(),
        }),
        (!fields.is_empty()).then_some(AuditEvent::PersonChanged { person, fields }),
        (!before.disabled && after.disabled).then_some(AuditEvent::PersonDisabled { person }),
        (before.disabled && !after.disabled).then_some(AuditEvent::PersonEnabled { person }),
    ];
    events.into_iter().flatten().collect()
}
