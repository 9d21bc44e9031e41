//! Effects that are taken up outside their runs: one that its person wants sent again, and one that a lost request may have left something
//! of. Nothing is held meanwhile: what is taken is leased in the database, so if this process dies another takes it up.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use mezzofy_domain::effect::{EffectState, EffectVerdict};
use mezzofy_domain::event::EventBody;
use mezzofy_domain::people::Person;
use mezzofy_store::effects::{self, Effect};
use mezzofy_store::{StoreError, commit, events, people, runs};

use super::delivery::{self, Sender};
use super::run_worker::StepError;
use crate::app::{App, AppState};
use crate::channels;
use crate::poll;

/// How often is looked. Any number of processes may look: each effect is taken by one.
const POLL_INTERVAL: Duration = Duration::from_millis(250);
/// Effects that are taken at a time, and after how long what a process took goes to another. Where that one was only slow, the place of the
/// effect moves for one of the two.
const EFFECTS_PER_POLL: i64 = 8;
const LEASE: TimeDelta = TimeDelta::minutes(2);

/// Takes up what is due until the server stops.
pub async fn tend_outbox(app: App) {
    poll::every(app, POLL_INTERVAL, "effects that are due", take_up_due).await;
}

async fn take_up_due(app: &AppState) -> Result<usize, StoreError> {
    let now = app.clock.now();
    let lease = now + LEASE;
    let mut tx = app.store.begin().await?;
    let due = effects::take_due(&mut tx, now, lease, EFFECTS_PER_POLL).await?;
    commit(tx).await?;
    let taken = due.len();
    let each = due.into_iter().map(async |effect| {
        let id = effect.id;
        if let Err(error) = take_up(app, effect, lease).await {
            tracing::warn!(effect = %id, %error, "an effect could not be taken up and is tried again");
        }
    });
    futures_util::future::join_all(each).await;
    Ok(taken)
}

async fn take_up(app: &AppState, mut effect: Effect, lease: DateTime<Utc>) -> Result<(), StepError> {
    let mut tx = app.store.begin().await?;
    let person = people::get(&mut tx, effect.person).await?;
    drop(tx);
    let Some(person) = person else { return Ok(()) };
    let sender = Sender { app, person: &person };
    let next = if effect.state.has_ended() {
        let kind = effect.payload.kind();
        channels::of(kind).tidy(app, &person, &effect).await.map_err(StepError::Retry)?;
        None
    } else if effect.verdict == Some(EffectVerdict::SendAgain) {
        let permission = channels::of(effect.payload.kind()).permission();
        let next = if !person.disabled && app.roles.allows(&person.role, permission) {
            delivery::settle(&sender, &mut effect).await?
        } else {
            let error = "Whose it is may not send it any more, so it was not sent again.".to_owned();
            delivery::end(&sender, &mut effect, EffectState::Unknown, Some(error)).await?;
            None
        };
        if effect.state.has_ended() {
            tell(&sender, &effect).await?;
        }
        next
    } else {
        // Its run is still at it.
        return Ok(());
    };
    let mut tx = sender.begin().await?;
    effects::give_back(&mut tx, effect.id, lease, next).await?;
    Ok(commit(tx).await?)
}

/// Tells the run, whose end was told already, what came of sending again.
async fn tell(sender: &Sender<'_>, effect: &Effect) -> Result<(), StepError> {
    let Sender { app, person } = sender;
    let text = what_came_of(app, person, effect);
    let mut tx = sender.begin().await?;
    if runs::get(&mut tx, person.id, effect.run).await?.is_some() {
        events::append(&mut tx, person.id, effect.run, &[EventBody::Notice { text }], app.clock.now()).await?;
        commit(tx).await?;
    }
    Ok(())
}

fn what_came_of(app: &AppState, person: &Person, effect: &Effect) -> String {
    let channel = channels::of(effect.payload.kind());
    let (texts, label) = (channel.texts(&app.texts), channel.label(&effect.payload));
    let reason = effect.error.clone().unwrap_or_default();
    let text = match effect.state {
        EffectState::Done => &app.texts.sent_again,
        EffectState::Unknown => texts.unknown,
        EffectState::Intended | EffectState::Attempting | EffectState::Failed => &app.texts.not_sent_again,
    };
    let values = [("title", effect.payload.title()), ("to", label.as_str()), ("reason", reason.as_str())];
    text.say(person.language, &values)
}
