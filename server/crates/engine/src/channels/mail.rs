//! Sending a mail once: its draft, then send, then a look.

use async_trait::async_trait;
use mezzofy_agent::texts::Texts;
use mezzofy_domain::people::Person;
use mezzofy_domain::roles::Permission;
use mezzofy_microsoft::mail::{Address, Body, DeliveryErrorKind, Journal, JournalError, Mail, MailCheckpoint};
use mezzofy_store::effects::Effect;
use serde_json::{Value, json};

use super::channel::{AttemptError, AttemptOutcome, Channel, ChannelTexts, Delivery};
use super::checkpoint::{Checkpoint, CheckpointError};
use crate::app::AppState;
use crate::config::Limits;

/// A mail from the person's mailbox.
pub(super) struct MailChannel;

#[async_trait]
impl Channel for MailChannel {
    fn permission(&self) -> Permission {
        Permission::SendMail
    }

    fn hourly_limit(&self, limits: &Limits) -> u32 {
        limits.mails_an_hour
    }

    fn plural(&self) -> &'static str {
        "mails"
    }

    fn texts<'t>(&self, texts: &'t Texts) -> ChannelTexts<'t> {
        ChannelTexts { too_many: &texts.too_many_mails, failed: &texts.mail_failed, unknown: &texts.mail_unknown }
    }

    fn advice(&self) -> &'static str {
        "Look into Sent Items, and say here whether it arrived, or have it sent again."
    }

    async fn attempt(&self, delivery: &mut Delivery<'_>) -> Result<AttemptOutcome, CheckpointError> {
        let checkpoint = match delivery.checkpoint.current().await {
            Some(checkpoint) => {
                serde_json::from_value(checkpoint).map_err(|error| CheckpointError::Retry(error.to_string()))?
            }
            None => MailCheckpoint::New,
        };
        let sent = delivery.app.outgoing.deliver(&mail_of(delivery), checkpoint, &delivery.checkpoint).await;
        let Err(stopped) = sent else { return Ok(AttemptOutcome::Done) };
        match stopped.reason {
            DeliveryErrorKind::Journal(JournalError::Contended(_)) => return Err(CheckpointError::Contended),
            DeliveryErrorKind::Journal(JournalError::Failed(_)) => {
                return Err(CheckpointError::Retry(stopped.to_string()));
            }
            DeliveryErrorKind::Graph(_) | DeliveryErrorKind::Vanished => {}
        }
        let (retry_after, outcome) = (stopped.retry_after(), stopped.outcome());
        Ok(AttemptOutcome::Stopped(AttemptError { error: stopped.to_string(), retry_after, outcome }))
    }

    /// It is looked for by its key first: what was sent after all is not sent again, and a draft that is there is the one that is sent.
    fn again(&self, _app: &AppState, _checkpoint: Option<Value>) -> Option<Value> {
        Some(json!(MailCheckpoint::Creating))
    }

    /// A draft that a request made which had been given up: nobody sends it but the one at which the mail stands.
    async fn tidy(&self, app: &AppState, sender: &Person, effect: &Effect) -> Result<(), String> {
        let checkpoint = effect.checkpoint.clone().map(serde_json::from_value::<MailCheckpoint>);
        let checkpoint = checkpoint.transpose().map_err(|error| error.to_string())?;
        let keep = checkpoint.as_ref().and_then(MailCheckpoint::id);
        let removed = app.outgoing.remove_leftovers(&sender.email, &effect.idempotency_key, keep).await;
        let removed = removed.map_err(|error| error.to_string())?;
        if removed > 0 {
            tracing::info!(effect = %effect.id, removed, "drafts that came late were removed");
        }
        Ok(())
    }
}

/// The mail as the provider takes it.
fn mail_of(delivery: &Delivery<'_>) -> Mail {
    let address = |address: &str| Address { address: address.to_owned(), name: None };
    let payload = &delivery.effect.payload;
    Mail {
        mailbox: delivery.sender.email.clone(),
        key: delivery.effect.idempotency_key.clone(),
        to: payload.to().into_iter().map(address).collect(),
        cc: payload.cc().iter().map(|copy| address(copy)).collect(),
        bcc: Vec::new(),
        subject: payload.subject().to_owned(),
        body: Body::Text(payload.body().to_owned()),
        attachments: delivery.files.clone(),
    }
}

/// Of two workers that take each other for dead one goes on, and only its draft is sent; the other deletes its own.
#[async_trait]
impl Journal for Checkpoint<'_> {
    async fn record(&self, checkpoint: &MailCheckpoint) -> Result<(), JournalError> {
        let failed = |error: serde_json::Error| JournalError::Failed(error.into());
        let place = serde_json::to_value(checkpoint).map_err(failed)?;
        match self.store(place).await.map_err(|error| JournalError::Failed(error.into()))? {
            None => Ok(()),
            Some(other) if other.is_null() => Err(JournalError::Contended(MailCheckpoint::New)),
            Some(other) => Err(JournalError::Contended(serde_json::from_value(other).map_err(failed)?)),
        }
    }

    async fn expect_leftover(&self) -> Result<(), JournalError> {
        self.look_later().await.map_err(|error| JournalError::Failed(error.into()))
    }
}
