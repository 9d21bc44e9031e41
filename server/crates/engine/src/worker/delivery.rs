//! Doing an effect once: its row is there, then the provider, then the receipt. A second worker, or the same one after a crash, goes on
//! from the place that is stored, and looks before it acts.

use std::time::Duration;

use chrono::{DateTime, Utc};
use mezzofy_domain::audit::{Actor, AuditEvent};
use mezzofy_domain::canonical::sha256_hex;
use mezzofy_domain::effect::EffectState;
use mezzofy_domain::people::Person;
use mezzofy_microsoft::graph::GraphOutcome;
use mezzofy_microsoft::mail::Attachment;
use mezzofy_store::effects::{self, Effect};
use mezzofy_store::{Prospect, StoreError, Tx, audit, commit};

use super::run_worker::{RunWorker, StepError};
use crate::app::AppState;
use crate::channels;
use crate::channels::channel::{AttemptError, AttemptOutcome, Delivery};
use crate::channels::checkpoint::Checkpoint;
use crate::failpoint;

/// Attempts at one effect while the provider is not well.
const MAX_ATTEMPTS: u32 = 5;
/// The longest pause between two of them.
const MAX_RETRY_DELAY: Duration = Duration::from_secs(30);

/// Whose effects are brought to their ends.
pub(super) struct Sender<'a> {
    pub(super) app: &'a AppState,
    pub(super) person: &'a Person,
}

impl Sender<'_> {
    /// Begins a transaction that acts as the person.
    pub(super) async fn begin(&self) -> Result<Tx, StoreError> {
        self.app.store.begin_as(&self.app.scope(self.person)).await
    }
}

impl RunWorker<'_> {
    /// Whose run it is.
    pub(super) fn sender(&self) -> Sender<'_> {
        Sender { app: self.app, person: &self.person }
    }
}

/// Brings an effect that is held no longer to its end, or finds that it is there. Where it may be on its way, answers when to look again: it
/// costs nobody's time until then.
#[tracing::instrument(name = "effect", skip_all, fields(effect = %effect.id, kind = effect.payload.kind().code()))]
pub(super) async fn settle(sender: &Sender<'_>, effect: &mut Effect) -> Result<Option<DateTime<Utc>>, StepError> {
    let app = sender.app;
    if effect.state == EffectState::Intended {
        let mut tx = sender.begin().await?;
        if let Err(refusal) = app.send_rules().check(&mut tx, sender.person, &effect.payload).await? {
            drop(tx);
            end(sender, effect, EffectState::Failed, Some(refusal.to_string())).await?;
            return Ok(None);
        }
        let claimed = effects::attempt(&mut tx, effect.id, app.clock.now()).await?;
        commit(tx).await?;
        failpoint::hit("effect.attempting");
        if claimed {
            effect.state = EffectState::Attempting;
        } else {
            settle_contended(sender, effect).await?;
            return Ok(None);
        }
    }
    if effect.state == EffectState::Attempting { deliver(sender, effect).await } else { Ok(None) }
}

/// The effect could not be begun: it was taken back, another worker has it, or it is not what was approved.
async fn settle_contended(sender: &Sender<'_>, effect: &mut Effect) -> Result<(), StepError> {
    reload(sender, effect).await?;
    match effect.state {
        EffectState::Intended => end(sender, effect, EffectState::Failed, Some(NOT_APPROVED.to_owned())).await,
        EffectState::Attempting => Err(StepError::Contended),
        EffectState::Done | EffectState::Failed | EffectState::Unknown => Ok(()),
    }
}

/// The effect as it is stored now.
async fn reload(sender: &Sender<'_>, effect: &mut Effect) -> Result<(), StepError> {
    let mut tx = sender.begin().await?;
    let found = effects::of_keys(&mut tx, std::slice::from_ref(&effect.idempotency_key)).await?.pop();
    *effect = found.ok_or(StepError::LostLease)?;
    Ok(())
}

const NOT_APPROVED: &str = "What is stored is not what was approved, so it was not sent.";

/// Brings what is sent to an end and stores that, or answers when to look again.
async fn deliver(sender: &Sender<'_>, effect: &mut Effect) -> Result<Option<DateTime<Utc>>, StepError> {
    let same = effect.payload.payload_hash().is_ok_and(|hash| hash == effect.payload_hash);
    let files = if same { attachments(sender, effect).await? } else { None };
    let Some(files) = files else {
        end(sender, effect, EffectState::Failed, Some(NOT_APPROVED.to_owned())).await?;
        return Ok(None);
    };
    let mut delivery = Delivery {
        app: sender.app,
        sender: sender.person,
        effect,
        files,
        checkpoint: Checkpoint::new(sender.app, sender.person, effect.id, effect.checkpoint.clone()),
        in_doubt: effect.checkpoint.is_some(),
    };
    let attempted = attempt_until_settled(&mut delivery).await?;
    let checkpoint = delivery.checkpoint.into_current();
    failpoint::hit("effect.sent");
    effect.checkpoint = checkpoint;
    match attempted {
        Attempted::Ended(state, error) => end(sender, effect, state, error).await.map(|()| None),
        Attempted::Awaited(until) => Ok(Some(until)),
    }
}

/// What came of attempts.
enum Attempted {
    /// How it ended, and why it did not happen or can't be known.
    Ended(EffectState, Option<String>),
    /// It may be on its way; when to look again.
    Awaited(DateTime<Utc>),
}

/// Tries until it is there, can't be, has been tried often enough, or can only be waited for.
async fn attempt_until_settled(delivery: &mut Delivery<'_>) -> Result<Attempted, StepError> {
    let kind = delivery.effect.payload.kind();
    let channel = channels::of(kind);
    let mut attempts = 1;
    loop {
        let AttemptError { error, retry_after, outcome } = match channel.attempt(delivery).await? {
            AttemptOutcome::Done => return Ok(Attempted::Ended(EffectState::Done, None)),
            AttemptOutcome::Awaited(until) => return Ok(Attempted::Awaited(until)),
            AttemptOutcome::Stopped(error) => error,
        };
        tracing::warn!(effect = %delivery.effect.id, kind = kind.code(), error, attempts, "an effect is held up");
        if let Some(delay) = retry_after.filter(|_| attempts < MAX_ATTEMPTS) {
            tokio::time::sleep(delay.min(MAX_RETRY_DELAY)).await;
            attempts += 1;
            continue;
        }
        let (state, error) = match outcome {
            GraphOutcome::Done => (EffectState::Done, None),
            GraphOutcome::NotDone => (EffectState::Failed, Some(format!("{error}."))),
            GraphOutcome::Unknown => (EffectState::Unknown, Some(format!("{error}. {}", channel.advice()))),
        };
        return Ok(Attempted::Ended(state, error));
    }
}

/// What goes with it; `None` when a file's bytes are not those of its hash.
async fn attachments(sender: &Sender<'_>, effect: &Effect) -> Result<Option<Vec<Attachment>>, StepError> {
    let mut attachments = Vec::new();
    for file in effect.payload.attachments() {
        let bytes = match sender.app.files.get(&file.sha256).await {
            Ok(bytes) => bytes,
            Err(error) if error.prospect() == Prospect::Faulty => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        if sha256_hex(&bytes) != file.sha256 {
            return Ok(None);
        }
        attachments.push(Attachment { name: file.name.clone(), media_type: file.media_type.clone(), bytes });
    }
    Ok(Some(attachments))
}

/// Stores the end of an effect. Where another worker has ended it, that end counts; where another has gone on with it, nothing is said.
pub(super) async fn end(
    sender: &Sender<'_>,
    effect: &mut Effect,
    state: EffectState,
    error: Option<String>,
) -> Result<(), StepError> {
    let mut tx = sender.begin().await?;
    let now = sender.app.clock.now();
    if !effects::end(&mut tx, effect.id, effect.checkpoint.as_ref(), state, error.as_deref(), now).await? {
        drop(tx);
        reload(sender, effect).await?;
        return if effect.state.has_ended() { Ok(()) } else { Err(StepError::Contended) };
    }
    (effect.state, effect.error) = (state, error);
    let Effect { id, run, ref payload_hash, person, .. } = *effect;
    let kind = effect.payload.kind();
    let event = AuditEvent::EffectEnded { effect: id, kind, state, run, payload_hash: payload_hash.clone() };
    audit::append(&mut tx, now, Actor::Person(person), &event).await?;
    commit(tx).await?;
    failpoint::hit("effect.ended");
    Ok(())
}
