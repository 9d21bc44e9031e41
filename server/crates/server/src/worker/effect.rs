//! Doing an effect once: its row is there, then the provider, then the receipt. A second worker, or the same one after a crash, goes on
//! from the place that is stored, and looks before it acts.

use std::error::Error;
use std::time::Duration;

use mezzofy_domain::audit::{Deed, Who};
use mezzofy_domain::canonical::sha256_hex;
use mezzofy_domain::effect::{EffectKind, EffectState};
use mezzofy_domain::id::{self, Id};
use mezzofy_microsoft::mail::Attachment;
use mezzofy_store::effects::{self, Effect};
use mezzofy_store::{audit, commit};
use serde_json::Value;
use tokio::sync::Mutex;

use super::{Stuck, Work, calendar, mail, teams};
use crate::failpoint;

/// Tries of one effect while the provider is not well.
pub(super) const TRIES: u32 = 5;
/// The longest pause between two of them.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How an effect ended at its provider, and why it did not happen or can't be known.
pub(super) type Ended = (EffectState, Option<String>);

/// Brings an effect that is held no longer to its end, or finds that it is there.
pub(super) async fn carry_out(work: &Work<'_>, effect: &mut Effect) -> Result<(), Stuck> {
    let app = work.app;
    if effect.state == EffectState::Intended {
        let mut tx = work.begin().await?;
        let begun = effects::attempt(&mut tx, effect.id, app.clock.now()).await?;
        commit(tx).await?;
        failpoint::hit("effect.attempting");
        if begun {
            effect.state = EffectState::Attempting;
        } else {
            return lost(work, effect).await;
        }
    }
    if effect.state == EffectState::Attempting { deliver(work, effect).await } else { Ok(()) }
}

/// The effect could not be begun: it was taken back, another worker has it, or it is not what was approved.
async fn lost(work: &Work<'_>, effect: &mut Effect) -> Result<(), Stuck> {
    reload(work, effect).await?;
    match effect.state {
        EffectState::Intended => end(work, effect, EffectState::Failed, Some(NOT_APPROVED.to_owned())).await,
        EffectState::Attempting => Err(Stuck::AtAnother),
        EffectState::Done | EffectState::Failed | EffectState::Unknown => Ok(()),
    }
}

/// The effect as it is stored now.
async fn reload(work: &Work<'_>, effect: &mut Effect) -> Result<(), Stuck> {
    let mut tx = work.begin().await?;
    let found = effects::of_keys(&mut tx, std::slice::from_ref(&effect.idempotency_key)).await?.pop();
    *effect = found.ok_or(Stuck::Overtaken)?;
    Ok(())
}

const NOT_APPROVED: &str = "What is stored is not what was approved, so it was not sent.";

/// Brings what is sent to an end and stores that.
async fn deliver(work: &Work<'_>, effect: &mut Effect) -> Result<(), Stuck> {
    let same = effect.payload.payload_hash().is_ok_and(|hash| hash == effect.payload_hash);
    let files = if same { attachments(work, effect).await? } else { None };
    let Some(files) = files else {
        return end(work, effect, EffectState::Failed, Some(NOT_APPROVED.to_owned())).await;
    };
    let place = Place { work, effect: effect.id, stored: Mutex::new(effect.walk.clone()) };
    let (state, error) = match (&effect.payload.when, effect.payload.kind()) {
        (Some(when), _) => calendar::deliver(work, effect, when, &place).await?,
        (None, EffectKind::Teams) => teams::deliver(work, effect, files, &place).await?,
        (None, EffectKind::Mail | EffectKind::Calendar) => mail::deliver(work, effect, files, &place).await?,
    };
    failpoint::hit("effect.sent");
    effect.walk = place.stored.into_inner();
    end(work, effect, state, error).await
}

/// What goes with it; `None` when a file's bytes are not those of its hash.
async fn attachments(work: &Work<'_>, effect: &Effect) -> Result<Option<Vec<Attachment>>, Stuck> {
    let mut attachments = Vec::new();
    for file in &effect.payload.attachments {
        let bytes = work.app.files.get(&file.sha256).await?;
        if sha256_hex(&bytes) != file.sha256 {
            return Ok(None);
        }
        attachments.push(Attachment { name: file.name.clone(), media_type: file.media_type.clone(), bytes });
    }
    Ok(Some(attachments))
}

/// Stores the end of an effect. Where another worker has ended it, that end counts; where another has gone on with it, nothing is said.
async fn end(work: &Work<'_>, effect: &mut Effect, state: EffectState, error: Option<String>) -> Result<(), Stuck> {
    let mut tx = work.begin().await?;
    let now = work.app.clock.now();
    if !effects::end(&mut tx, effect.id, effect.walk.as_ref(), state, error.as_deref(), now).await? {
        drop(tx);
        reload(work, effect).await?;
        return if effect.state.has_ended() { Ok(()) } else { Err(Stuck::AtAnother) };
    }
    (effect.state, effect.error) = (state, error);
    let Effect { id, run, ref payload_hash, person, .. } = *effect;
    let kind = effect.payload.kind();
    let deed = Deed::EffectEnded { effect: id, kind, state, run, payload_hash: payload_hash.clone() };
    audit::append(&mut tx, now, Who::Person(person), &deed).await?;
    commit(tx).await?;
    failpoint::hit("effect.ended");
    Ok(())
}

/// The effect's row, where its place with the provider is kept. A place that another worker has moved is not overwritten: of two
/// workers that take each other for dead one goes on.
pub(super) struct Place<'a> {
    work: &'a Work<'a>,
    effect: Id<id::Effect>,
    /// The place as this worker knows it.
    stored: Mutex<Option<Value>>,
}

/// Stores the place; who was overtaken goes no further.
pub(super) async fn reach(place: &Place<'_>, at: Value) -> Result<(), Stuck> {
    match place.store(at).await {
        Ok(None) => Ok(()),
        Ok(Some(_)) => Err(Stuck::AtAnother),
        Err(error) => Err(Stuck::Retry(error.to_string())),
    }
}

impl Place<'_> {
    /// Stores the place. Where another worker has moved it, nothing is stored and that one's place is answered: null before the first.
    pub(super) async fn store(&self, place: Value) -> Result<Option<Value>, Box<dyn Error + Send + Sync>> {
        let mut stored = self.stored.lock().await;
        let mut tx = self.work.begin().await?;
        if !effects::advance(&mut tx, self.effect, stored.as_ref(), &place).await? {
            return Ok(Some(effects::place(&mut tx, self.effect).await?.unwrap_or_default()));
        }
        commit(tx).await?;
        *stored = Some(place);
        failpoint::hit("effect.walk");
        Ok(None)
    }
}
