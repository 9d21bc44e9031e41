//! Codes of the second factor: whether one is right, which uses it up.

use mezzofy_domain::audit::{Actor, AuditEvent};
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::{recovery_code, totp};
use mezzofy_store::sealed::{self, SecretKind};
use mezzofy_store::second_factors::{self, SecondFactor};
use mezzofy_store::sign_in_failures::{self, Counter};
use mezzofy_store::{Tx, audit, commit};

use super::problem::Problem;
use mezzofy_engine::access::refusals;
use mezzofy_engine::app::AppState;

/// What is said of a code that is not taken.
pub(super) const WRONG: &str = "The code is wrong, over or was used before. Wait for the next one of your authenticator app, or take a recovery code.";

/// What a code is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    /// The person has no second factor in force.
    NotAsked,
    /// They have one, and there is no code.
    Missing,
    /// It is one, and used up now.
    Right,
    /// It is none, or was used before.
    Wrong,
}

/// Looks at a code, or at none, of a person whose password was right. The tries on their address must be taking turns.
pub(super) async fn check(
    app: &AppState,
    tx: &mut Tx,
    person: Id<id::Person>,
    code: Option<&str>,
) -> Result<Code, Problem> {
    sealed::hold_keys(tx).await?;
    let Some(factor) = second_factors::get(tx, person).await?.filter(|factor| factor.in_force) else {
        return Ok(Code::NotAsked);
    };
    let Some(code) = code else { return Ok(Code::Missing) };
    let right = match recovery_code::typed(code) {
        Some(code) => use_recovery_code(app, tx, person, code).await?,
        None => use_app_code(app, tx, person, &factor, code).await?,
    };
    Ok(if right { Code::Right } else { Code::Wrong })
}

/// Whether it is a code of the app that has the factor's secret; uses it up. The keys must be held.
pub(super) async fn use_app_code(
    app: &AppState,
    tx: &mut Tx,
    person: Id<id::Person>,
    factor: &SecondFactor,
    code: &str,
) -> Result<bool, Problem> {
    let keys = app.keyring.keys().map_err(Problem::internal)?;
    let secret =
        keys.open(SecretKind::SecondFactor, person.uuid(), &factor.sealed_secret).map_err(Problem::internal)?;
    match totp::accept(&secret, code, app.clock.world_now(), factor.last_step) {
        Some(step) => Ok(second_factors::use_step(tx, person, step).await?),
        None => Ok(false),
    }
}

async fn use_recovery_code(app: &AppState, tx: &mut Tx, person: Id<id::Person>, code: String) -> Result<bool, Problem> {
    let now = app.clock.now();
    let hashes = app.access.hashing.hash_recovery_codes(vec![code], person.uuid()).await?;
    let Some(hash) = hashes.first() else { return Ok(false) };
    if !second_factors::use_code(tx, person, hash, now).await? {
        return Ok(false);
    }
    let left = second_factors::codes_left(tx, person).await?;
    audit::append(tx, now, Actor::Person(person), &AuditEvent::RecoveryCodeUsed { person, left }).await?;
    Ok(true)
}

/// Notes a wrong code as a wrong try.
pub(super) async fn refuse(
    app: &AppState,
    mut tx: Tx,
    counter: &Counter,
    person: Id<id::Person>,
    actor: Actor,
) -> Result<(), Problem> {
    let now = app.clock.now();
    sign_in_failures::add(&mut tx, counter, now).await?;
    refusals::note(&mut tx, actor, Some(person), now).await?;
    Ok(commit(tx).await?)
}
