//! Wrong passwords and codes: how many an address may have before it has to wait.

use chrono::{DateTime, TimeDelta, Utc};
use mezzofy_store::{Tx, people};

use super::problem::Problem;
use mezzofy_engine::app::AppState;
use mezzofy_engine::secrets;

/// Wrong tries on one address within [`WINDOW`] before it has to wait.
const MAX_TRIES: usize = 5;
const WINDOW: TimeDelta = TimeDelta::minutes(15);

/// A password that was looked at.
pub(super) struct Checked {
    /// Keeps other tries on the address waiting. Holds a wrong one, which is noted when it is committed.
    pub tx: Tx,
    /// Whether it was the right one.
    pub right: bool,
}

/// Checks a password against the hash of who has the address. An address nobody has takes the same time. Tries at the same
/// moment are counted one after another, so that no more than five are answered. A right one does not clear the count yet: a
/// code may have to follow, and then it would give those who know the password any number of tries at the code.
pub(super) async fn check(
    app: &AppState,
    email: &str,
    password: String,
    hash: Option<String>,
) -> Result<Checked, Problem> {
    let now = app.clock.now();
    let mut connection = app.store.connection().await?;
    refuse_early(&people::failures(&mut connection, email, now - WINDOW).await?, now)?;
    drop(connection);

    let checking = app.tasks.spawn_blocking(move || secrets::check_password(&password, hash.as_deref()));
    let right = checking.await.map_err(Problem::internal)?;

    let mut tx = turn(app, email).await?;
    if !right {
        people::add_failure(&mut tx, email, now).await?;
    }
    Ok(Checked { tx, right })
}

/// A transaction in which no other try on the address is looked at; an early end where it has to wait.
pub(super) async fn turn(app: &AppState, email: &str) -> Result<Tx, Problem> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    people::take_turns(&mut tx, email).await?;
    refuse_early(&people::failures(&mut tx, email, now - WINDOW).await?, now)?;
    Ok(tx)
}

fn refuse_early(failures: &[DateTime<Utc>], now: DateTime<Utc>) -> Result<(), Problem> {
    let Some(oldest) = failures.len().checked_sub(MAX_TRIES).and_then(|at| failures.get(at)) else { return Ok(()) };
    let wait = u64::try_from((*oldest + WINDOW - now).num_seconds()).unwrap_or_default();
    let minutes = wait / 60 + 1;
    Err(Problem::too_many(format!("Too many wrong passwords or codes. Try again in {minutes} minutes."), wait))
}
