//! Sending a mail once: its draft, then send, then a look.

use async_trait::async_trait;
use mezzofy_domain::effect::EffectState;
use mezzofy_microsoft::graph::Outcome;
use mezzofy_microsoft::mail::{Address, Attachment, Body, Journal, JournalError, Mail, Reason, Walk};
use mezzofy_store::effects::Effect;

use super::effect::{Ended, LONGEST_PAUSE, Place, TRIES};
use super::{Stuck, Work};

/// Walks the mail to an end.
pub(super) async fn deliver(
    work: &Work<'_>,
    effect: &Effect,
    attachments: Vec<Attachment>,
    place: &Place<'_>,
) -> Result<Ended, Stuck> {
    let mail = mail_of(work, effect, attachments);
    let mut walk = match effect.walk.clone() {
        Some(walk) => serde_json::from_value(walk).map_err(|error| Stuck::Retry(error.to_string()))?,
        None => Walk::New,
    };
    let mut tries = 1;
    loop {
        let Err(stopped) = work.app.outgoing.deliver(&mail, walk, place).await else {
            return Ok((EffectState::Done, None));
        };
        tracing::warn!(effect = %effect.id, error = %stopped, "a mail is held up");
        match stopped.reason {
            Reason::Journal(JournalError::Overtaken(_)) => return Err(Stuck::AtAnother),
            Reason::Journal(JournalError::Failed(_)) => return Err(Stuck::Retry(stopped.to_string())),
            Reason::Graph(_) | Reason::Vanished => {}
        }
        if let Some(pause) = stopped.retry_after().filter(|_| tries < TRIES) {
            tokio::time::sleep(pause.min(LONGEST_PAUSE)).await;
            tries += 1;
            walk = stopped.walk;
            continue;
        }
        return Ok(match stopped.outcome() {
            Outcome::Done => (EffectState::Done, None),
            Outcome::NotDone => (EffectState::Failed, Some(format!("{stopped}."))),
            Outcome::Unknown => {
                (EffectState::Unknown, Some(format!("{stopped}. Look into Sent Items before sending it again.")))
            }
        });
    }
}

/// The mail as the provider takes it.
fn mail_of(work: &Work<'_>, effect: &Effect, attachments: Vec<Attachment>) -> Mail {
    let address = |address: &String| Address { address: address.clone(), name: None };
    Mail {
        mailbox: work.person.email.clone(),
        key: effect.idempotency_key.clone(),
        to: effect.payload.to.iter().map(address).collect(),
        cc: effect.payload.cc.iter().map(address).collect(),
        bcc: Vec::new(),
        subject: effect.payload.subject.clone(),
        body: Body::Text(effect.payload.body.clone()),
        attachments,
    }
}

/// Of two workers that take each other for dead one goes on, and only its draft is sent; the other deletes its own.
#[async_trait]
impl Journal for Place<'_> {
    async fn record(&self, walk: &Walk) -> Result<(), JournalError> {
        let failed = |error: serde_json::Error| JournalError::Failed(error.into());
        let place = serde_json::to_value(walk).map_err(failed)?;
        match self.store(place).await.map_err(JournalError::Failed)? {
            None => Ok(()),
            Some(other) if other.is_null() => Err(JournalError::Overtaken(Walk::New)),
            Some(other) => Err(JournalError::Overtaken(serde_json::from_value(other).map_err(failed)?)),
        }
    }
}
