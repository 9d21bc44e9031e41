//! Doing an effect once: its row is there, then the provider, then the receipt. A second worker, or the same one after a crash, goes on
//! from the place that is stored, and looks before it acts.

use std::time::Duration;

use mezzofy_domain::audit::{Actor, AuditEvent};
use mezzofy_domain::canonical::sha256_hex;
use mezzofy_domain::effect::EffectState;
use mezzofy_microsoft::graph::GraphOutcome;
use mezzofy_microsoft::mail::Attachment;
use mezzofy_store::effects::{self, Effect};
use mezzofy_store::{Prospect, audit, commit};

use super::run_worker::{RunWorker, StepError};
use crate::channels;
use crate::channels::channel::{AttemptError, Delivery};
use crate::channels::checkpoint::Checkpoint;
use crate::failpoint;

/// Attempts at one effect while the provider is not well.
const MAX_ATTEMPTS: u32 = 5;
/// The longest pause between two of them.
const MAX_RETRY_DELAY: Duration = Duration::from_secs(30);

/// Brings an effect that is held no longer to its end, or finds that it is there.
#[tracing::instrument(name = "effect", skip_all, fields(effect = %effect.id, kind = effect.payload.kind().code()))]
pub(super) async fn settle(work: &RunWorker<'_>, effect: &mut Effect) -> Result<(), StepError> {
    let app = work.app;
    if effect.state == EffectState::Intended {
        let mut tx = work.begin().await?;
        let claimed = effects::attempt(&mut tx, effect.id, app.clock.now()).await?;
        commit(tx).await?;
        failpoint::hit("effect.attempting");
        if claimed {
            effect.state = EffectState::Attempting;
        } else {
            return settle_contended(work, effect).await;
        }
    }
    if effect.state == EffectState::Attempting { deliver(work, effect).await } else { Ok(()) }
}

/// The effect could not be begun: it was taken back, another worker has it, or it is not what was approved.
async fn settle_contended(work: &RunWorker<'_>, effect: &mut Effect) -> Result<(), StepError> {
    reload(work, effect).await?;
    match effect.state {
        EffectState::Intended => end(work, effect, EffectState::Failed, Some(NOT_APPROVED.to_owned())).await,
        EffectState::Attempting => Err(StepError::Contended),
        EffectState::Done | EffectState::Failed | EffectState::Unknown => Ok(()),
    }
}

/// The effect as it is stored now.
async fn reload(work: &RunWorker<'_>, effect: &mut Effect) -> Result<(), StepError> {
    let mut tx = work.begin().await?;
    let found = effects::of_keys(&mut tx, std::slice::from_ref(&effect.idempotency_key)).await?.pop();
    *effect = found.ok_or(StepError::LostLease)?;
    Ok(())
}

const NOT_APPROVED: &str = "What is stored is not what was approved, so it was not sent.";

/// Brings what is sent to an end and stores that.
async fn deliver(work: &RunWorker<'_>, effect: &mut Effect) -> Result<(), StepError> {
    let same = effect.payload.payload_hash().is_ok_and(|hash| hash == effect.payload_hash);
    let files = if same { attachments(work, effect).await? } else { None };
    let Some(files) = files else {
        return end(work, effect, EffectState::Failed, Some(NOT_APPROVED.to_owned())).await;
    };
    let mut delivery = Delivery {
        app: work.app,
        sender: &work.person,
        effect,
        files,
        checkpoint: Checkpoint::new(work.app, &work.person, effect.id, effect.checkpoint.clone()),
        in_doubt: effect.checkpoint.is_some(),
    };
    let (state, error) = attempt_until_settled(&mut delivery).await?;
    let checkpoint = delivery.checkpoint.into_current();
    failpoint::hit("effect.sent");
    effect.checkpoint = checkpoint;
    end(work, effect, state, error).await
}

/// Tries until it is there, can't be, or has been tried often enough: how it ended, and why it did not happen or can't be known.
async fn attempt_until_settled(delivery: &mut Delivery<'_>) -> Result<(EffectState, Option<String>), StepError> {
    let kind = delivery.effect.payload.kind();
    let channel = channels::of(kind);
    let mut attempts = 1;
    loop {
        let Err(AttemptError { error, retry_after, outcome }) = channel.attempt(delivery).await? else {
            return Ok((EffectState::Done, None));
        };
        tracing::warn!(effect = %delivery.effect.id, kind = kind.code(), error, attempts, "an effect is held up");
        if let Some(delay) = retry_after.filter(|_| attempts < MAX_ATTEMPTS) {
            tokio::time::sleep(delay.min(MAX_RETRY_DELAY)).await;
            attempts += 1;
            continue;
        }
        return Ok(match outcome {
            GraphOutcome::Done => (EffectState::Done, None),
            GraphOutcome::NotDone => (EffectState::Failed, Some(format!("{error}."))),
            GraphOutcome::Unknown => (EffectState::Unknown, Some(format!("{error}. {}", channel.advice()))),
        });
    }
}

/// What goes with it; `None` when a file's bytes are not those of its hash.
async fn attachments(work: &RunWorker<'_>, effect: &Effect) -> Result<Option<Vec<Attachment>>, StepError> {
    let mut attachments = Vec::new();
    for file in effect.payload.attachments() {
        let bytes = match work.app.files.get(&file.sha256).await {
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
async fn end(
    work: &RunWorker<'_>,
    effect: &mut Effect,
    state: EffectState,
    error: Option<String>,
) -> Result<(), StepError> {
    let mut tx = work.begin().await?;
    let now = work.app.clock.now();
    if !effects::end(&mut tx, effect.id, effect.checkpoint.as_ref(), state, error.as_deref(), now).await? {
        drop(tx);
        reload(work, effect).await?;
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
