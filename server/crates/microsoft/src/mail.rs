//! Mail that goes out once: a draft under an idempotency key, then send, then look (Microsoft's own walk for immutable
//! ids). Each step is a function; [`Outgoing::deliver`] walks them and lets the caller store where it is in between.

mod attach;
mod checkpoint;
mod deliver;
mod draft;

use reqwest::Url;
use serde::Deserialize;

pub use checkpoint::{MailCheckpoint, Step};
pub use deliver::{DeliveryError, DeliveryErrorKind, Journal, JournalError};
pub use draft::Draft;

use crate::graph::{Graph, GraphError};

/// The extended property that carries the idempotency key. Its GUID is this product's own property set.
const KEY_PROPERTY: &str = "String {7c1b9a2e-5d34-4f0b-9a61-3e0f8c2d7b15} Name MzIdem";

/// A mail as it is to go out.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Whose mailbox sends it: an address or a user id.
    pub mailbox: String,
    /// The idempotency key: one per effect, the same for every try.
    pub key: String,
    pub to: Vec<Address>,
    /// Copies.
    pub cc: Vec<Address>,
    /// Copies that the others don't see.
    pub bcc: Vec<Address>,
    pub subject: String,
    /// The text.
    pub body: Body,
    /// The files.
    pub attachments: Vec<Attachment>,
}

/// Whom a mail goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The address alone, `ceo@mezzofy.example`.
    pub address: String,
    /// The name that is shown with it.
    pub name: Option<String>,
}

/// A mail's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Plain text.
    Text(String),
    /// HTML.
    Html(String),
}

/// A file that goes with a mail; 150 MB at most.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// The file's name.
    pub name: String,
    /// For instance `application/pdf`.
    pub media_type: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// A message that carries the key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FoundMessage {
    /// The immutable id.
    pub id: String,
    /// Whether it still waits to be sent.
    pub is_draft: bool,
}

/// What became of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageState {
    /// It is still a draft.
    Draft,
    /// It was sent.
    Sent,
    /// The mailbox has no such message any more.
    Gone,
}

/// Sends mail through Graph.
#[derive(Clone)]
pub struct Outgoing {
    graph: Graph,
    settle: Vec<std::time::Duration>,
}

impl Outgoing {
    /// Mail through `graph`. `settle` are the waits between the looks at a draft whose sending is unsure: Exchange may
    /// show it as a draft for a moment after it accepted the send. Empty is one look.
    #[must_use]
    pub fn new(graph: Graph, settle: Vec<std::time::Duration>) -> Self {
        Self { graph, settle }
    }

    /// The message that carries `key`, in Drafts or Sent Items; one that was sent before one that was not. Sent Items
    /// is read last, so that a message that moves meanwhile is seen.
    pub async fn find_by_key(&self, mailbox: &str, key: &str) -> Result<Option<FoundMessage>, GraphError> {
        let drafts = self.folder_by_key(mailbox, "drafts", key).await?;
        let sent = self.folder_by_key(mailbox, "sentitems", key).await?;
        Ok(sent.into_iter().chain(drafts).next())
    }

    async fn folder_by_key(&self, mailbox: &str, folder: &str, key: &str) -> Result<Vec<FoundMessage>, GraphError> {
        let mut url = self.graph.url(mailbox, &["mailFolders", folder, "messages"]);
        let key = key.replace('\'', "''");
        let filter =
            format!("singleValueExtendedProperties/Any(ep: ep/id eq '{KEY_PROPERTY}' and ep/value eq '{key}')");
        with_query(&mut url, &[("$filter", &filter), ("$select", "id,isDraft"), ("$top", "10")]);
        self.graph.list(mailbox, url).await
    }

    /// Sends the draft. Exchange's yes means accepted, not delivered.
    pub async fn send(&self, mailbox: &str, id: &str) -> Result<(), GraphError> {
        self.graph.act(mailbox, self.graph.url(mailbox, &["messages", id, "send"])).await
    }

    /// Puts a message into Deleted Items.
    pub async fn delete(&self, mailbox: &str, id: &str) -> Result<(), GraphError> {
        self.graph.delete(mailbox, self.graph.url(mailbox, &["messages", id])).await
    }

    /// Deletes the drafts with the key that nobody will send: all but `keep`. Answers how many there were.
    pub async fn remove_leftovers(&self, mailbox: &str, key: &str, keep: Option<&str>) -> Result<usize, GraphError> {
        let drafts = self.folder_by_key(mailbox, "drafts", key).await?;
        let leftovers: Vec<_> =
            drafts.iter().filter(|draft| draft.is_draft && Some(draft.id.as_str()) != keep).collect();
        for draft in &leftovers {
            self.delete(mailbox, &draft.id).await?;
        }
        Ok(leftovers.len())
    }

    /// Looks what became of the draft.
    pub async fn state_of(&self, mailbox: &str, id: &str) -> Result<MessageState, GraphError> {
        let mut url = self.graph.url(mailbox, &["messages", id]);
        with_query(&mut url, &[("$select", "id,isDraft")]);
        match self.graph.get::<FoundMessage>(mailbox, url).await {
            Ok(message) if message.is_draft => Ok(MessageState::Draft),
            Ok(_) => Ok(MessageState::Sent),
            Err(error) if error.is_item_not_found() => Ok(MessageState::Gone),
            Err(error) => Err(error),
        }
    }
}

fn with_query(url: &mut Url, pairs: &[(&str, &str)]) {
    url.query_pairs_mut().extend_pairs(pairs);
}
