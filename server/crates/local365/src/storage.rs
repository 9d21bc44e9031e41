//! What local365 keeps, as documents and blobs. A database table each is enough.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

/// Something in a folder of a mailbox. Its key is (mailbox, id).
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The mailbox's address, in lower case.
    pub mailbox: String,
    /// Unique in the mailbox, and everywhere in practice.
    pub id: Uuid,
    /// `drafts`, `sentitems`, `inbox`, `deleteditems`, `uploads` or `calendar`.
    pub folder: String,
    /// What it can be found by, exactly: one line for each extended property.
    pub tags: Vec<String>,
    /// What lists are sorted by.
    pub at: DateTime<Utc>,
    /// 1 when it is new, one more with each save.
    pub version: i64,
    /// The content.
    pub body: Value,
}

/// Which documents of a mailbox.
#[derive(Debug, Clone, Copy)]
pub struct DocumentQuery<'a> {
    /// The mailbox's address.
    pub mailbox: &'a str,
    /// Any of these folders.
    pub folders: &'a [&'a str],
    /// Among whose tags this one is.
    pub tag: Option<&'a str>,
    /// How many to leave out.
    pub skip: i64,
    /// How many at most.
    pub limit: i64,
}

/// Who has a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// The address, in lower case.
    pub address: String,
    /// The person's name.
    pub name: String,
}

/// Why storing failed.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Somebody else saved one of the documents since it was read; nothing was saved.
    #[error("the document was changed meanwhile")]
    Conflict,
    /// The storage failed.
    #[error("the storage failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Where local365 keeps everything.
#[async_trait]
pub trait Storage: Send + Sync + 'static {
    /// The mailbox of this address or user id; letter case doesn't matter.
    async fn mailbox(&self, user: &str) -> Result<Option<Mailbox>, StorageError>;

    /// One document.
    async fn get(&self, mailbox: &str, id: Uuid) -> Result<Option<Document>, StorageError>;

    /// Documents, newest first: by `at`, then by `id`, both falling.
    async fn find(&self, query: DocumentQuery<'_>) -> Result<Vec<Document>, StorageError>;

    /// Saves all or nothing. Version 1 must not exist yet; version n+1 replaces version n and nothing else.
    async fn save(&self, documents: &[Document]) -> Result<(), StorageError>;

    /// Keeps bytes under a new id.
    async fn put_blob(&self, id: Uuid, bytes: &[u8]) -> Result<(), StorageError>;

    /// The bytes under an id.
    async fn blob(&self, id: Uuid) -> Result<Option<Vec<u8>>, StorageError>;
}
