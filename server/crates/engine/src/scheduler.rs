//! Begins what schedules ask for when its moment has come, and notes why it does not.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use mezzofy_domain::people::Person;
use mezzofy_domain::roles::Permission;
use mezzofy_domain::schedule::occurrence::OccurrenceReason;
use mezzofy_domain::schedule::plan::{self, plan};
use mezzofy_store::schedules::{self, OccurrenceOutcome, Schedule};
use mezzofy_store::{StoreError, Tx, commit, people};

use crate::app::{App, AppState};
use crate::{failpoint, push};

/// How often is looked. Any number of processes may look: each moment is taken by one.
const POLL_INTERVAL: Duration = Duration::from_millis(250);
/// A moment that is found later than this was missed: the server was down, or the clock jumped.
const MISFIRE_THRESHOLD: TimeDelta = TimeDelta::seconds(30);
/// Schedules that are taken in one transaction.
const SCHEDULES_PER_POLL: i64 = 20;

/// Begins the runs of schedules until the server stops.
pub async fn run(app: App) {
    let mut ticks = tokio::time::interval(POLL_INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while app.stop.run_until_cancelled(ticks.tick()).await.is_some() {
        if let Err(error) = begin_due(&app).await {
            tracing::warn!(%error, "schedules that are due could not be taken up and are tried again");
        }
    }
}

/// Settles the schedules whose moment has come, once.
pub async fn begin_due(app: &AppState) -> Result<(), String> {
    let text = |error: StoreError| error.to_string();
    let mut tx = app.store.begin().await.map_err(text)?;
    let now = app.clock.now();
    let due = schedules::claim_due(&mut tx, now, SCHEDULES_PER_POLL).await.map_err(text)?;
    if due.is_empty() {
        return Ok(());
    }
    for (schedule, due_at) in due {
        settle_due(app, &mut tx, &schedule, due_at, now).await?;
    }
    failpoint::hit("schedule.before");
    commit(tx).await.map_err(text)?;
    failpoint::hit("schedule.after");
    Ok(())
}

/// Settles every moment of a schedule up to now, and puts the next one ahead.
async fn settle_due(
    app: &AppState,
    tx: &mut Tx,
    schedule: &Schedule,
    due_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), String> {
    let text = |error: StoreError| error.to_string();
    let planned = plan(&schedule.rule, schedule.misfire, due_at, now, MISFIRE_THRESHOLD);
    let owner = people::get(tx, schedule.owner).await.map_err(text)?;
    let owner = hindered(app, tx, schedule, owner).await?;
    // The one that was ahead makes room for what became of it.
    schedules::set_next(tx, schedule.id, None).await.map_err(text)?;
    let mut skipped = None;
    for row in &planned.rows {
        let outcome = match (&owner, row.decision) {
            (Err(reason), _) => OccurrenceOutcome::Skipped(*reason),
            (Ok(_), plan::OccurrenceDecision::Skipped(reason)) => OccurrenceOutcome::Skipped(reason),
            (Ok(owner), plan::OccurrenceDecision::Run) => {
                let run = crate::schedules::begin(app, tx, schedule, owner, true).await;
                OccurrenceOutcome::Started(run.map_err(|problem| problem.to_string())?.id)
            }
        };
        schedules::put(tx, schedule.id, row.due_at, outcome).await.map_err(text)?;
        if let OccurrenceOutcome::Skipped(reason) = outcome {
            skipped = Some((row.due_at, reason));
        }
    }
    // However many did not, its owner is told once.
    if let Some((due_at, reason)) = skipped {
        push::news::tell_of_skipped(tx, schedule, due_at, reason, now).await.map_err(text)?;
    }
    schedules::set_next(tx, schedule.id, planned.next).await.map_err(text)
}

/// The owner, or why nothing of the schedule may run now.
async fn hindered(
    app: &AppState,
    tx: &mut Tx,
    schedule: &Schedule,
    owner: Option<Person>,
) -> Result<Result<Person, OccurrenceReason>, String> {
    Ok(match owner {
        _ if schedule.paused => Err(OccurrenceReason::Paused),
        None => Err(OccurrenceReason::OwnerDisabled),
        Some(owner) if owner.disabled => Err(OccurrenceReason::OwnerDisabled),
        Some(owner) if !app.roles.allows(&owner.role, Permission::Schedules) => Err(OccurrenceReason::NotPermitted),
        Some(_) if schedules::is_at_work(tx, schedule.id).await.map_err(|error| error.to_string())? => {
            Err(OccurrenceReason::Overlapped)
        }
        Some(owner) => Ok(owner),
    })
}
