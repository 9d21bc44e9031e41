//! Sends what is to be pushed, and asks later what became of it. Nothing is held while Expo is asked: what is taken is leased in the
//! database, so if this process dies another takes it up. What Expo took in the moment before is sent again then.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use mezzofy_domain::notification::pause_after;
use mezzofy_store::pushes::{self, Push, PushAddress, PushOutcome, Ticket};
use mezzofy_store::{StoreError, commit, devices};
use serde_json::{Map, Value};

use super::expo::{Failure, MAX_MESSAGES_PER_REQUEST, MAX_RECEIPTS_PER_REQUEST, Message, REQUEST_TIMEOUT, Refusal};
use crate::app::{App, AppState};
use crate::failpoint;
use crate::poll;

/// How often is looked. Any number of processes may look: each push is taken by one.
const POLL_INTERVAL: Duration = Duration::from_millis(500);
/// After this time what a process took goes to another.
const LEASE: TimeDelta = TimeDelta::minutes(3);
/// Of it this much is used for sending one by one.
const SINGLE_SENDS_TIMEOUT: Duration = Duration::from_mins(2);
/// Receipts are there about a quarter of an hour after the message was sent,
const RECEIPT_DELAY: TimeDelta = TimeDelta::minutes(15);
/// and gone after a day.
const RECEIPT_LIFETIME: TimeDelta = TimeDelta::hours(24);

/// Sends until the server stops.
pub async fn deliver(app: App) {
    poll::every(app, POLL_INTERVAL, "pushes that are due", deliver_due).await;
}

/// Sends what is due, once, and asks for the receipts that are; answers how many it looked at.
pub async fn deliver_due(app: &AppState) -> Result<usize, StoreError> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    let due = pushes::claim(&mut tx, now, now + LEASE, MAX_MESSAGES_PER_REQUEST).await?;
    let tickets = pushes::claim_tickets(&mut tx, now, now + LEASE, MAX_RECEIPTS_PER_REQUEST).await?;
    commit(tx).await?;
    let taken = due.len() + tickets.len();
    if !due.is_empty() {
        failpoint::hit("push.taken");
        send(app, due).await?;
    }
    if !tickets.is_empty() {
        ask_receipts(app, &tickets, now).await?;
    }
    Ok(taken)
}

async fn send(app: &AppState, due: Vec<Push>) -> Result<(), StoreError> {
    let mut open = Vec::new();
    let mut settled = Vec::new();
    for push in due {
        match &push.to {
            None => settled.push((push, None, PushOutcome::Dropped("the device was removed".to_owned()))),
            Some(_) if push.over => {
                settled.push((push, None, PushOutcome::Dropped("the run waits no more".to_owned())));
            }
            Some(address) => open.push((address.clone(), push)),
        }
    }
    settle(app, &settled).await?;
    if open.is_empty() {
        return Ok(());
    }
    let sent = app.push.expo.send(&messages(app, &open)).await;
    failpoint::hit("push.sent");
    match sent {
        Err(Failure::Refused(reason)) if open.len() > 1 => {
            // One of them may be of another project, or wrong in a way that only Expo knows: the others must not suffer.
            tracing::warn!(reason, pushes = open.len(), "pushes were refused together and are sent one by one");
            let begun = std::time::Instant::now();
            for one in open {
                if begun.elapsed() + REQUEST_TIMEOUT > SINGLE_SENDS_TIMEOUT {
                    break;
                }
                let one = [one];
                let sent = app.push.expo.send(&messages(app, &one)).await;
                note(app, one.into(), sent).await?;
            }
            Ok(())
        }
        sent => note(app, open, sent).await,
    }
}

fn messages<'a>(app: &'a AppState, open: &'a [(PushAddress, Push)]) -> Vec<Message<'a>> {
    let texts = &app.push.texts;
    let message = |(address, push): &'a (PushAddress, Push)| {
        let body = texts.of(push.matter).in_language(address.language);
        Message::new(&address.token, &texts.title, body, data(push))
    };
    open.iter().map(message).collect()
}

/// What the app opens. Ids, and nothing that anybody said.
fn data(push: &Push) -> Map<String, Value> {
    let ids = [
        ("run_id", push.run),
        ("conversation_id", push.conversation),
        ("approval_id", push.approval),
        ("schedule_id", push.schedule),
    ];
    ids.into_iter().filter_map(|(name, id)| Some((name.to_owned(), Value::String(id?.to_string())))).collect()
}

/// Notes what Expo said of messages.
async fn note(
    app: &AppState,
    open: Vec<(PushAddress, Push)>,
    sent: Result<Vec<Result<String, Refusal>>, Failure>,
) -> Result<(), StoreError> {
    let now = app.clock.now();
    let outcomes: Vec<(PushOutcome, bool)> = match sent {
        Ok(tickets) => {
            let outcome = |(ticket, (_, push)): (Result<String, Refusal>, &(PushAddress, Push))| match ticket {
                Ok(ticket) => (PushOutcome::Sent(ticket, now + RECEIPT_DELAY), false),
                Err(refusal) => (of_refusal(&refusal, push.tries, now), refusal.is_dead()),
            };
            tickets.into_iter().zip(&open).map(outcome).collect()
        }
        Err(failure) => {
            let (reason, after, passes) = match failure {
                Failure::Busy(reason, after) => (reason, after, true),
                Failure::Refused(reason) => (reason, None, false),
            };
            tracing::warn!(reason, pushes = open.len(), "pushes were not taken");
            let outcome = |(_, push): &(PushAddress, Push)| {
                let outcome =
                    if passes { again(push.tries, after, &reason, now) } else { PushOutcome::Failed(reason.clone()) };
                (outcome, false)
            };
            open.iter().map(outcome).collect()
        }
    };
    let dead = |(address, push): (PushAddress, Push), (outcome, dead): (PushOutcome, bool)| {
        (push, dead.then_some((address.device, now)), outcome)
    };
    let settled: Vec<_> = open.into_iter().zip(outcomes).map(|(open, outcome)| dead(open, outcome)).collect();
    settle(app, &settled).await
}

/// What becomes of a message that Expo, Apple or Google did not take.
fn of_refusal(refusal: &Refusal, tries: u32, now: DateTime<Utc>) -> PushOutcome {
    if refusal.passes() { again(tries, None, &refusal.reason(), now) } else { PushOutcome::Failed(refusal.reason()) }
}

/// Another try, unless there have been enough.
fn again(tries: u32, after: Option<Duration>, reason: &str, now: DateTime<Utc>) -> PushOutcome {
    let asked = after.and_then(|after| TimeDelta::from_std(after).ok()).unwrap_or_default().min(TimeDelta::hours(1));
    match pause_after(tries) {
        Some(pause) => PushOutcome::Again(now + pause.max(asked), reason.to_owned()),
        None => PushOutcome::Failed(format!("given up after {tries} tries: {reason}")),
    }
}

type SettledPush = (Push, Option<(mezzofy_domain::id::Id<mezzofy_domain::id::Device>, DateTime<Utc>)>, PushOutcome);

async fn settle(app: &AppState, settled: &[SettledPush]) -> Result<(), StoreError> {
    let mut tx = app.store.begin().await?;
    for (push, dead, outcome) in settled {
        if let PushOutcome::Failed(reason) = outcome {
            tracing::warn!(push = %push.id, reason, "a push was given up");
        }
        pushes::settle(&mut tx, push.id, outcome, app.clock.now()).await?;
        if let Some((device, asked_at)) = dead {
            devices::bury(&mut tx, *device, *asked_at).await?;
        }
    }
    commit(tx).await
}

/// Asks what Apple and Google said. What is not known is asked for again, for a day.
async fn ask_receipts(app: &AppState, tickets: &[Ticket], now: DateTime<Utc>) -> Result<(), StoreError> {
    let ids: Vec<&str> = tickets.iter().map(|ticket| ticket.ticket.as_str()).collect();
    let mut known = match app.push.expo.receipts(&ids).await {
        Ok(known) => known,
        Err(Failure::Busy(reason, _) | Failure::Refused(reason)) => {
            tracing::warn!(reason, receipts = ids.len(), "receipts of pushes could not be asked for");
            std::collections::BTreeMap::new()
        }
    };
    let mut tx = app.store.begin().await?;
    for ticket in tickets {
        let outcome = match known.remove(&ticket.ticket) {
            Some(None) => PushOutcome::Done,
            Some(Some(refusal)) => {
                tracing::warn!(push = %ticket.id, reason = refusal.reason(), "a push was not delivered");
                if let Some(device) = ticket.device.filter(|_| refusal.is_dead()) {
                    devices::bury(&mut tx, device, ticket.sent_at).await?;
                }
                of_refusal(&refusal, ticket.tries, now)
            }
            None if ticket.sent_at + RECEIPT_LIFETIME <= now => {
                PushOutcome::Unknown("there was no receipt within a day".to_owned())
            }
            None => PushOutcome::Later(now + RECEIPT_DELAY),
        };
        pushes::settle(&mut tx, ticket.id, &outcome, now).await?;
    }
    commit(tx).await
}
