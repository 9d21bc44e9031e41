//! `user`: people who can sign in.

use clap::Subcommand;
use mezzofy_domain::audit::{Deed, Who};
use mezzofy_domain::effect::is_address;
use mezzofy_domain::id::Id;
use mezzofy_domain::language::Language;
use mezzofy_domain::password;
use mezzofy_domain::people::Person;
use mezzofy_store::{Store, audit, commit, people};

use crate::clock::Clock;
use crate::config::Config;
use crate::database::{Database, full};
use crate::secrets;

use super::{say, standard_input};

#[derive(Subcommand)]
pub(super) enum What {
    /// Adds a person
    Add {
        /// Their address, which is their mailbox and sign-in name
        email: String,
        /// As people call them
        #[arg(long)]
        name: String,
        /// What they are in the company, e.g. "Chief Executive Officer"; "the CEO" is found by it
        #[arg(long)]
        title: String,
        /// A role of `roles.yaml`
        #[arg(long)]
        role: String,
        /// Reads the password from standard input
        #[arg(long, required = true)]
        password_stdin: bool,
    },
    /// Ends a person's sessions and lets them sign in no more
    Disable {
        /// Their address
        email: String,
    },
    /// Sets a new password, read from standard input, ends all sessions, and lets a disabled person sign in again
    Reset {
        /// Their address
        email: String,
        /// Reads the password from standard input
        #[arg(long, required = true)]
        password_stdin: bool,
    },
}

pub(super) async fn run(config: &Config, what: What) -> Result<(), String> {
    let password = match &what {
        What::Add { .. } | What::Reset { .. } => Some(standard_input()?),
        What::Disable { .. } => None,
    };
    let database = Database::visit(config).await?;
    let done = change(config, &database.store, what, &password.unwrap_or_default()).await;
    database.close().await;
    say(&done?);
    Ok(())
}

async fn change(config: &Config, store: &Store, what: What, password: &str) -> Result<String, String> {
    let now = Clock::system(config.now).now();
    let mut tx = store.begin().await.map_err(|error| full(&error))?;
    let (known, email, done, deed): (bool, String, &str, fn(&Person) -> Deed) = match what {
        What::Add { email, name, title, role, .. } => {
            let email = email.to_lowercase();
            if !is_address(&email) {
                return Err(format!("{email} is not an email address"));
            }
            let roles = || config.roles.names().collect::<Vec<_>>().join(", ");
            let department = config
                .roles
                .get(&role)
                .ok_or_else(|| format!("there is no role {role}: take one of {}", roles()))?
                .department;
            let person = Person {
                id: Id::new(now),
                email: email.clone(),
                name,
                title,
                role,
                department,
                language: Language::En,
                disabled: false,
            };
            let hash = checked_hash(password, &person.name, &person.email)?;
            if !people::add(&mut tx, &person, &hash, now).await.map_err(|error| full(&error))? {
                return Err(format!("{email} is there already"));
            }
            (true, email, "can sign in", |person| Deed::PersonAdded { person: person.id, role: person.role.clone() })
        }
        What::Disable { email } => (
            people::set_disabled(&mut tx, &email, true, now).await.map_err(|error| full(&error))?,
            email,
            "can't sign in any more",
            |person| Deed::PersonDisabled { person: person.id },
        ),
        What::Reset { email, .. } => {
            let known = people::by_email(&mut tx, &email).await.map_err(|error| full(&error))?;
            let hash = match known {
                Some((person, _)) => checked_hash(password, &person.name, &person.email)?,
                None => return Err(format!("nobody has the address {email}")),
            };
            people::set_disabled(&mut tx, &email, false, now).await.map_err(|error| full(&error))?;
            people::clear_failures(&mut tx, &email).await.map_err(|error| full(&error))?;
            (
                people::set_password(&mut tx, &email, &hash, now).await.map_err(|error| full(&error))?,
                email,
                "has a new password",
                |person| Deed::PersonReset { person: person.id },
            )
        }
    };
    if !known {
        return Err(format!("nobody has the address {email}"));
    }
    if let Some((person, _)) = people::by_email(&mut tx, &email).await.map_err(|error| full(&error))? {
        audit::append(&mut tx, now, Who::System, &deed(&person)).await.map_err(|error| full(&error))?;
    }
    commit(tx).await.map_err(|error| full(&error))?;
    Ok(format!("{email} {done}"))
}

/// The hash of a password that the rules allow for this person.
fn checked_hash(password: &str, name: &str, email: &str) -> Result<String, String> {
    password::check(password, name, email).map_err(|problem| problem.to_string())?;
    secrets::hash_password(password)
}
