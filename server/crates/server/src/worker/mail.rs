//! Sending a mail once: the effect's row is there, then the provider, then the receipt. A second worker, or the same one after
//! a crash, goes on from the place that is stored, and looks before it acts.

use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;
use mezzofy_domain::audit::{Deed, Who};
use mezzofy_domain::canonical::sha256_hex;
use mezzofy_domain::effect::EffectState;
use mezzofy_domain::id::{self, Id};
use mezzofy_microsoft::graph::Outcome;
use mezzofy_microsoft::mail::{Address, Attachment, Body, Journal, JournalError, Mail as GraphMail, Reason, Walk};
use mezzofy_store::effects::{self, Effect};
use mezzofy_store::{audit, commit};
use serde_json::Value;
use tokio::sync::Mutex;

use super::{Stuck, Work};
use crate::crash;

/// Tries of one mail while the provider is not well.
const TRIES: u32 = 5;
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Brings an effect that is held no longer to its end, or finds that it is there.
pub(super) async fn carry_out(work: &Work<'_>, effect: &mut Effect) -> Result<(), Stuck> {
    let app = work.app;
    if effect.state == EffectState::Intended {
        let mut tx = work.begin().await?;
        let begun = effects::attempt(&mut tx, effect.id, app.clock.now()).await?;
        commit(tx).await?;
        crash::point("effect.attempting");
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
        EffectState::Attempting => Err(Stuck::Overtaken),
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

/// Walks the mail to an end and stores it.
async fn deliver(work: &Work<'_>, effect: &mut Effect) -> Result<(), Stuck> {
    let app = work.app;
    let same = effect.mail.payload_hash().is_ok_and(|hash| hash == effect.payload_hash);
    let mail = if same { graph_mail(work, effect).await? } else { None };
    let Some(mail) = mail else {
        return end(work, effect, EffectState::Failed, Some(NOT_APPROVED.to_owned())).await;
    };
    let journal = Row { work, effect: effect.id, stored: Mutex::new(effect.walk.clone()) };
    let mut walk = match effect.walk.clone() {
        Some(walk) => serde_json::from_value(walk).map_err(|error| Stuck::Retry(error.to_string()))?,
        None => Walk::New,
    };
    let mut tries = 1;
    let (state, error) = loop {
        match app.outgoing.deliver(&mail, walk, &journal).await {
            Ok(_) => break (EffectState::Done, None),
            Err(stopped) => {
                tracing::warn!(effect = %effect.id, error = %stopped, "a mail is held up");
                match stopped.reason {
                    Reason::Journal(JournalError::Overtaken(_)) => return Err(Stuck::Overtaken),
                    Reason::Journal(JournalError::Failed(_)) => return Err(Stuck::Retry(stopped.to_string())),
                    Reason::Graph(_) | Reason::Vanished => {}
                }
                match stopped.retry_after().filter(|_| tries < TRIES) {
                    Some(pause) => {
                        tokio::time::sleep(pause.min(LONGEST_PAUSE)).await;
                        tries += 1;
                        walk = stopped.walk;
                    }
                    None => match stopped.outcome() {
                        Outcome::Done => break (EffectState::Done, None),
                        Outcome::NotDone => break (EffectState::Failed, Some(format!("{stopped}."))),
                        Outcome::Unknown => {
                            break (
                                EffectState::Unknown,
                                Some(format!("{stopped}. Look into Sent Items before sending it again.")),
                            );
                        }
                    },
                }
            }
        }
    };
    crash::point("effect.sent");
    effect.walk = journal.stored.into_inner();
    end(work, effect, state, error).await
}

/// Stores the end of an effect. Where another worker has ended it, that end counts; where another has gone on with it, nothing is said.
async fn end(work: &Work<'_>, effect: &mut Effect, state: EffectState, error: Option<String>) -> Result<(), Stuck> {
    let mut tx = work.begin().await?;
    let now = work.app.clock.now();
    if !effects::end(&mut tx, effect.id, effect.walk.as_ref(), state, error.as_deref(), now).await? {
        drop(tx);
        reload(work, effect).await?;
        return if effect.state.has_ended() { Ok(()) } else { Err(Stuck::Overtaken) };
    }
    (effect.state, effect.error) = (state, error);
    let Effect { id, kind, run, ref payload_hash, person, .. } = *effect;
    let deed = Deed::EffectEnded { effect: id, kind, state, run, payload_hash: payload_hash.clone() };
    audit::append(&mut tx, now, Who::Person(person), &deed).await?;
    commit(tx).await?;
    crash::point("effect.ended");
    Ok(())
}

/// The mail as the provider takes it; `None` when an attachment's bytes are not those of its hash.
async fn graph_mail(work: &Work<'_>, effect: &Effect) -> Result<Option<GraphMail>, Stuck> {
    let mut attachments = Vec::new();
    for file in &effect.mail.attachments {
        let bytes = work.app.files.get(&file.sha256).await?;
        if sha256_hex(&bytes) != file.sha256 {
            return Ok(None);
        }
        attachments.push(Attachment { name: file.name.clone(), media_type: file.media_type.clone(), bytes });
    }
    let address = |address: &String| Address { address: address.clone(), name: None };
    Ok(Some(GraphMail {
        mailbox: work.person.email.clone(),
        key: effect.idempotency_key.clone(),
        to: effect.mail.to.iter().map(address).collect(),
        cc: effect.mail.cc.iter().map(address).collect(),
        bcc: Vec::new(),
        subject: effect.mail.subject.clone(),
        body: Body::Text(effect.mail.body.clone()),
        attachments,
    }))
}

/// The effect's row, where the place of the walk is kept. A place that another worker has moved is not overwritten: of two workers that
/// take each other for dead one goes on, and only its draft is sent; the other deletes its own.
struct Row<'a> {
    work: &'a Work<'a>,
    effect: Id<id::Effect>,
    /// The place as this worker knows it.
    stored: Mutex<Option<Value>>,
}

#[async_trait]
impl Journal for Row<'_> {
    async fn record(&self, walk: &Walk) -> Result<(), JournalError> {
        let overtaken = self.store(walk).await.map_err(JournalError::Failed)?;
        overtaken.map_or(Ok(()), |other| Err(JournalError::Overtaken(other)))
    }
}

impl Row<'_> {
    /// Stores the place; answers where another worker stands that has moved it.
    async fn store(&self, walk: &Walk) -> Result<Option<Walk>, Box<dyn Error + Send + Sync>> {
        let place = serde_json::to_value(walk)?;
        let mut stored = self.stored.lock().await;
        let mut tx = self.work.begin().await?;
        if !effects::advance(&mut tx, self.effect, stored.as_ref(), &place).await? {
            let other = effects::place(&mut tx, self.effect).await?;
            return Ok(Some(other.map_or(Ok(Walk::New), serde_json::from_value)?));
        }
        commit(tx).await?;
        *stored = Some(place);
        crash::point("effect.walk");
        Ok(None)
    }
}
