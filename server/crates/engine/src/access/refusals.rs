//! Refused sign-ins in the audit log: the first of a person is an entry at once, those of the quarter of an hour after it are
//! one more that says how many, so that guessing does not fill the log.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use mezzofy_domain::audit::{Actor, AuditEvent};
use mezzofy_domain::id::{self, Id};
use mezzofy_store::refused_sign_ins::{self, Refusals};
use mezzofy_store::{StoreError, Tx, audit, commit};
use tokio::time::{MissedTickBehavior, interval};

use crate::app::{App, AppState};

/// Refusals within this time after one that is an entry are summed up.
const INTERVAL: TimeDelta = TimeDelta::minutes(15);
/// How often is looked whether such a time has ended.
const POLL_INTERVAL: Duration = Duration::from_mins(1);

/// Notes a refused try on the address of a person, or on one that nobody has.
pub async fn note(
    tx: &mut Tx,
    actor: Actor,
    person: Option<Id<id::Person>>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let known = refused_sign_ins::count(tx, person, actor == Actor::System, now).await?;
    if let Some(refusals) = known {
        if now < refusals.since + INTERVAL {
            return Ok(());
        }
        let before = Refusals { more: refusals.more - 1, ..refusals };
        tell(tx, before, now).await?;
        refused_sign_ins::begin(tx, person, actor == Actor::System, now).await?;
    }
    audit::append(tx, now, actor, &AuditEvent::SignInRefused { person }).await
}

/// Tells what was summed up of a person, who signs in now.
pub async fn settle(tx: &mut Tx, person: Id<id::Person>, now: DateTime<Utc>) -> Result<(), StoreError> {
    for refusals in refused_sign_ins::take(tx, person).await? {
        tell(tx, refusals, now).await?;
    }
    Ok(())
}

/// Tells what was summed up in times that have ended.
pub async fn settle_due(app: &AppState) -> Result<(), StoreError> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    for refusals in refused_sign_ins::take_before(&mut tx, now - INTERVAL).await? {
        tell(&mut tx, refusals, now).await?;
    }
    commit(tx).await
}

/// Does so until the server stops. Any number of processes may.
pub async fn run(app: App) {
    let mut ticks = interval(POLL_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while app.stop.run_until_cancelled(ticks.tick()).await.is_some() {
        if let Err(error) = settle_due(&app).await {
            tracing::warn!(%error, "refused sign-ins could not be summed up and are tried again");
        }
    }
}

async fn tell(tx: &mut Tx, refusals: Refusals, now: DateTime<Utc>) -> Result<(), StoreError> {
    let Refusals { person, stranger, since, more } = refusals;
    if more == 0 {
        return Ok(());
    }
    let actor = person.filter(|_| !stranger).map_or(Actor::System, Actor::Person);
    audit::append(tx, now, actor, &AuditEvent::MoreSignInsRefused { person, count: more, since }).await
}
