//! `user`: people who can sign in.

use clap::Subcommand;
use mezzofy_domain::audit::Actor;
use mezzofy_domain::id::Id;
use mezzofy_domain::language::Language;
use mezzofy_domain::password::Owner;
use mezzofy_domain::people::Person;
use mezzofy_domain::people::change::{NewPerson, PersonChange};
use mezzofy_store::{Store, commit, people as stored};
use tokio_util::task::TaskTracker;

use mezzofy_engine::access::hashing::Hashing;
use mezzofy_engine::clock::Clock;
use mezzofy_engine::config::Config;
use mezzofy_engine::database::{Database, full};
use mezzofy_engine::people::{self, AccountChange, checked_hash};

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
    /// Sets a new password, read from standard input, removes the second factor, ends all sessions, and lets a disabled person sign in again
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
    let (now, actor) = (Clock::system(config.now).now(), Actor::System);
    let mut tx = store.begin().await.map_err(|error| full(&error))?;
    let (email, wanted, done) = match what {
        What::Add { email, name, title, role, .. } => {
            let new = NewPerson { email, name, title, role, language: Language::En };
            let person = new.checked(Id::new(now), &config.roles).map_err(|problem| problem.to_string())?;
            let hash = hashed(config, password, &person).await?;
            people::add(&mut tx, &person, &hash, actor, now).await.map_err(|refused| full(&refused))?;
            commit(tx).await.map_err(|error| full(&error))?;
            return Ok(format!("{} can sign in", person.email));
        }
        What::Disable { email } => (email, disabled(true), "can't sign in any more"),
        What::Reset { email, .. } => (email, disabled(false), "has a new password"),
    };
    let known = stored::by_email(&mut tx, &email).await.map_err(|error| full(&error))?;
    let (person, _) = known.ok_or_else(|| format!("nobody has the address {email}"))?;
    let reset = wanted.disabled == Some(false);
    let password_hash = if reset { Some(hashed(config, password, &person).await?) } else { None };
    let wanted = AccountChange { change: wanted, password_hash, remove_second_factor: reset };
    people::change(&mut tx, &config.roles, person.id, wanted, actor, now).await.map_err(|refused| full(&refused))?;
    commit(tx).await.map_err(|error| full(&error))?;
    Ok(format!("{} {done}", person.email))
}

async fn hashed(config: &Config, password: &str, person: &Person) -> Result<String, String> {
    let owner = Owner { name: &person.name, email: &person.email, company: &config.settings.company.name };
    let hash = checked_hash(&Hashing::new(TaskTracker::new()), password.to_owned(), &owner).await;
    hash.map_err(|refused| full(&refused))
}

fn disabled(disabled: bool) -> PersonChange {
    PersonChange { disabled: Some(disabled), ..PersonChange::default() }
}
