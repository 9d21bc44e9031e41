//! The checkpoint with a real mailbox: does the next step, stores the place, and says truly what happened when it stops.

use async_trait::async_trait;

use super::{Draft, Mail, MailCheckpoint, MessageState, Outgoing, Step};
use crate::graph::{GraphError, GraphOutcome};

/// What storing a place can fail with.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another worker has gone on with the mail and stands here now.
    #[error("another worker has gone on with this mail")]
    Contended(MailCheckpoint),
    /// The storage failed.
    #[error("the storage failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Where the checkpoint's place is stored; it must be durable when `record` returns.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Stores the place that the mail has come to.
    async fn record(&self, checkpoint: &MailCheckpoint) -> Result<(), JournalError>;

    /// Stores that a draft may come late, from a request whose answer was lost: [`Outgoing::remove_leftovers`] is for it.
    async fn expect_leftover(&self) -> Result<(), JournalError>;
}

/// Why the checkpoint stopped.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryErrorKind {
    /// Graph failed or refused.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// The place could not be stored, so nothing further was done.
    #[error("the place of the mail could not be stored")]
    Journal(#[source] JournalError),
    /// Neither a draft nor a sent mail is there any more.
    #[error("the mail is in neither the drafts nor the sent mail, so it isn't known whether it went out")]
    Vanished,
}

/// A checkpoint that stopped before its end, and the last place that was stored.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub struct DeliveryError {
    /// The place to go on from.
    pub checkpoint: MailCheckpoint,
    /// Why it stopped.
    #[source]
    pub reason: DeliveryErrorKind,
}

impl DeliveryError {
    /// Whether the mail went out. `Unknown` is settled by going on from `checkpoint`, or by a person.
    #[must_use]
    pub fn outcome(&self) -> GraphOutcome {
        self.checkpoint.outcome()
    }

    /// After how long to go on from `checkpoint`; `None`: never, it stays as it is.
    #[must_use]
    pub fn retry_after(&self) -> Option<std::time::Duration> {
        match &self.reason {
            DeliveryErrorKind::Graph(error) => error.retry_after(),
            DeliveryErrorKind::Journal(_) => Some(std::time::Duration::from_secs(1)),
            DeliveryErrorKind::Vanished => None,
        }
    }
}

struct Delivery<'a> {
    outgoing: &'a Outgoing,
    mail: &'a Mail,
    journal: &'a dyn Journal,
    at: MailCheckpoint,
}

impl Outgoing {
    /// Walks the mail to its end from the stored place and answers with the sent message's id. Call it again with
    /// [`DeliveryError::checkpoint`], or after a crash with what the journal holds: the mail goes out once.
    pub async fn deliver(
        &self,
        mail: &Mail,
        from: MailCheckpoint,
        journal: &dyn Journal,
    ) -> Result<String, DeliveryError> {
        let mut delivery = Delivery { outgoing: self, mail, journal, at: from };
        match delivery.run().await {
            Ok(id) => Ok(id),
            Err(reason) => Err(DeliveryError { checkpoint: delivery.at, reason }),
        }
    }

    /// Looks several times while it is still a draft.
    async fn poll_until_settled(&self, mailbox: &str, id: &str) -> Result<MessageState, GraphError> {
        for wait in &self.settle {
            match self.state_of(mailbox, id).await? {
                MessageState::Draft => self.graph.wait(*wait).await,
                settled @ (MessageState::Sent | MessageState::Gone) => return Ok(settled),
            }
        }
        self.state_of(mailbox, id).await
    }
}

impl Delivery<'_> {
    async fn run(&mut self) -> Result<String, DeliveryErrorKind> {
        loop {
            match self.at.clone().next() {
                Step::Create => self.create().await?,
                Step::FindOrCreate => self.find_or_create().await?,
                Step::Complete(id) => {
                    self.outgoing.complete(id, self.mail).await?;
                    self.advance(MailCheckpoint::Ready { id: id.to_owned() }).await?;
                }
                Step::Send(id) => self.send(id, false).await?,
                Step::CheckState(id) => self.settle(id).await?,
                Step::Nothing(id) => return Ok(id.to_owned()),
            }
        }
    }

    async fn create(&mut self) -> Result<(), DeliveryErrorKind> {
        if self.at != MailCheckpoint::Creating {
            self.advance(MailCheckpoint::Creating).await?;
        }
        let Draft { id, complete } = self.outgoing.create_draft(self.mail).await?;
        let place = if complete {
            MailCheckpoint::Ready { id: id.clone() }
        } else {
            MailCheckpoint::Drafted { id: id.clone() }
        };
        let reached = self.advance(place).await;
        if let Err(DeliveryErrorKind::Journal(JournalError::Contended(other))) = &reached
            && other.id() != Some(id.as_str())
        {
            // The other has a draft of its own, so nobody will ever send this one. It may stay: what is said of the mail doesn't hang on it.
            if let Err(error) = self.outgoing.delete(&self.mail.mailbox, &id).await {
                tracing::warn!(key = %self.mail.key, %error, "a draft that nobody will send could not be deleted");
            }
        }
        reached
    }

    async fn find_or_create(&mut self) -> Result<(), DeliveryErrorKind> {
        self.journal.expect_leftover().await.map_err(DeliveryErrorKind::Journal)?;
        match self.outgoing.find_by_key(&self.mail.mailbox, &self.mail.key).await? {
            Some(found) if found.is_draft => self.advance(MailCheckpoint::Drafted { id: found.id }).await,
            Some(found) => self.advance(MailCheckpoint::Sent { id: found.id }).await,
            None => self.create().await,
        }
    }

    /// Sends. A certain no takes the checkpoint back to `Ready`, so that its place never claims more doubt than there is; but a no to this
    /// request says nothing of one before it that may be on its way (`doubted`), and may come because that one has sent the draft.
    async fn send(&mut self, id: &str, doubted: bool) -> Result<(), DeliveryErrorKind> {
        self.advance(MailCheckpoint::Sending { id: id.to_owned() }).await?;
        let Err(error) = self.outgoing.send(&self.mail.mailbox, id).await else {
            return self.advance(MailCheckpoint::Sent { id: id.to_owned() }).await;
        };
        if doubted && matches!(error, GraphError::Refused { .. }) {
            if self.outgoing.state_of(&self.mail.mailbox, id).await? == MessageState::Sent {
                return self.advance(MailCheckpoint::Sent { id: id.to_owned() }).await;
            }
        } else if !doubted && error.outcome() == GraphOutcome::NotDone {
            self.advance(MailCheckpoint::Ready { id: id.to_owned() }).await?;
        }
        Err(error.into())
    }

    async fn settle(&mut self, id: &str) -> Result<(), DeliveryErrorKind> {
        let mailbox = &self.mail.mailbox;
        match self.outgoing.poll_until_settled(mailbox, id).await? {
            MessageState::Draft => self.send(id, true).await,
            MessageState::Sent => self.advance(MailCheckpoint::Sent { id: id.to_owned() }).await,
            MessageState::Gone => match self.outgoing.find_by_key(mailbox, &self.mail.key).await? {
                Some(found) if !found.is_draft => self.advance(MailCheckpoint::Sent { id: found.id }).await,
                Some(_) | None => Err(DeliveryErrorKind::Vanished),
            },
        }
    }

    /// Stores the place, then stands there.
    async fn advance(&mut self, checkpoint: MailCheckpoint) -> Result<(), DeliveryErrorKind> {
        self.journal.record(&checkpoint).await.map_err(DeliveryErrorKind::Journal)?;
        self.at = checkpoint;
        Ok(())
    }
}
