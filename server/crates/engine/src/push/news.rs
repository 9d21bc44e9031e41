//! What is to be told, stored in the transaction of what it tells of. Where a person has no device nothing is stored.

use chrono::{DateTime, Utc};
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::notification::{self, NotificationKind, Topic};
use mezzofy_domain::schedule::occurrence::OccurrenceReason;
use mezzofy_store::runs::Run;
use mezzofy_store::schedules::Schedule;
use mezzofy_store::{StoreError, Tx, devices, pushes};

/// Tells a person's devices that a run of theirs waits for them or has ended, as it stands in this transaction.
pub async fn tell_of_run(
    tx: &mut Tx,
    run: &Run,
    approval: Option<Id<id::Approval>>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Some(background) = pushes::background(tx, run.id, now).await? else { return Ok(()) };
    let Some(news) = notification::of_run(run.state, run.waiting_for, background) else { return Ok(()) };
    if !devices::wishes(tx, run.person).await?.want(news.topic) {
        return Ok(());
    }
    let key = match (news.matter, approval) {
        (_, Some(approval)) => format!("approval:{approval}"),
        // A run may ask more than once.
        (NotificationKind::Question | NotificationKind::Decision, None) => format!("run:{}:{}", run.id, run.version),
        (NotificationKind::Result | NotificationKind::Failure | NotificationKind::Skipped, None) => {
            format!("run:{}:end", run.id)
        }
    };
    let news = pushes::NewPush {
        person: run.person,
        matter: news.matter,
        key,
        run: Some(run.id),
        approval,
        schedule: None,
        unless_watched: news.unless_watched,
        now,
    };
    pushes::add(tx, &news).await?;
    Ok(())
}

/// Tells the devices of a schedule's owner that a moment of it did not run; not where its owner has paused it, or where a later moment
/// runs in its place.
pub async fn tell_of_skipped(
    tx: &mut Tx,
    schedule: &Schedule,
    due_at: DateTime<Utc>,
    reason: OccurrenceReason,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let expected = matches!(reason, OccurrenceReason::Paused | OccurrenceReason::Superseded | OccurrenceReason::Manual);
    if expected || !schedule.push {
        return Ok(());
    }
    if !devices::wishes(tx, schedule.owner).await?.want(Topic::Schedules) {
        return Ok(());
    }
    let news = pushes::NewPush {
        person: schedule.owner,
        matter: NotificationKind::Skipped,
        key: format!("schedule:{}:{}", schedule.id, due_at.timestamp()),
        run: None,
        approval: None,
        schedule: Some(schedule.id),
        unless_watched: false,
        now,
    };
    pushes::add(tx, &news).await?;
    Ok(())
}
