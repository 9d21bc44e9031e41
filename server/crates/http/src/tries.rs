//! Wrong passwords and codes: how many may come before there is a wait.

use chrono::{DateTime, TimeDelta, Utc};
use mezzofy_engine::access::turns::Turn;
use mezzofy_engine::app::AppState;
use mezzofy_store::sign_in_failures::{self, Counter};
use mezzofy_store::{Tx, people, sessions};

use super::caller::Caller;
use super::problem::Problem;

/// Wrong tries of one counter within [`WINDOW`] before it has to wait.
const MAX_TRIES: usize = 5;
const WINDOW: TimeDelta = TimeDelta::minutes(15);

/// A password that was looked at.
pub(super) struct Checked {
    /// Keeps other tries of the counter waiting. Holds a wrong one, which is noted when it is committed.
    pub tx: Tx,
    /// Whether it was the right one.
    pub right: bool,
    /// The same in this process.
    pub turn: Turn,
}

/// Where the tries of who is signed in are counted: with those of their device.
pub(super) async fn counter(app: &AppState, caller: &Caller) -> Result<Counter, Problem> {
    let mut connection = app.store.connection().await?;
    let device = sessions::known_device(&mut connection, caller.session).await?;
    Ok(Counter::new(&caller.person.email, Some(device)))
}

/// Checks the password of who has an address and may sign in. An address nobody has takes the same time. Tries at the same
/// moment come one after another, and where there is a wait nothing is hashed, so that no more than five are. A right one does not
/// clear the count yet: a code may have to follow, and then it would give those who know the password any number of tries at the code.
pub(super) async fn check(
    app: &AppState,
    counter: &Counter,
    email: &str,
    password: String,
) -> Result<Checked, Problem> {
    // Once so that who has to wait takes no place of others, and once more for what happened before it was their turn.
    refuse_at_once(app, counter).await?;
    let place = app.access.hashing.place()?;
    let turn = app.access.turns.take(counter).await;
    refuse_at_once(app, counter).await?;

    // As it is now: it may have changed while others had their turn.
    let mut connection = app.store.connection().await?;
    let found = people::by_email(&mut connection, email).await?;
    drop(connection);
    let hash = found.filter(|(person, _)| !person.disabled).map(|(_, hash)| hash);
    let right = app.access.hashing.check_password(place, password, hash).await?;

    let mut tx = begin(app, counter).await?;
    if !right {
        sign_in_failures::add(&mut tx, counter, app.clock.now()).await?;
    }
    Ok(Checked { tx, right, turn })
}

/// A transaction in which no other try of the counter is looked at, in any process; an early end where it has to wait.
pub(super) async fn begin(app: &AppState, counter: &Counter) -> Result<Tx, Problem> {
    let mut tx = app.store.begin().await?;
    sign_in_failures::take_turns(&mut tx, counter).await?;
    let now = app.clock.now();
    refuse_early(&sign_in_failures::after(&mut tx, counter, now - WINDOW).await?, now)?;
    Ok(tx)
}

async fn refuse_at_once(app: &AppState, counter: &Counter) -> Result<(), Problem> {
    let now = app.clock.now();
    let mut connection = app.store.connection().await?;
    refuse_early(&sign_in_failures::after(&mut connection, counter, now - WINDOW).await?, now)
}

fn refuse_early(failures: &[DateTime<Utc>], now: DateTime<Utc>) -> Result<(), Problem> {
    let Some(oldest) = failures.len().checked_sub(MAX_TRIES).and_then(|at| failures.get(at)) else { return Ok(()) };
    let wait = u64::try_from((*oldest + WINDOW - now).num_seconds()).unwrap_or_default();
    let minutes = wait / 60 + 1;
    Err(Problem::too_many(format!("Too many wrong passwords or codes. Try again in {minutes} minutes."), wait))
}
