//! The tables of local365: documents in mailboxes, and blobs.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::StoreError;

/// Something in a folder of a mailbox.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The mailbox's address, in lower case.
    pub mailbox: String,
    /// Unique in the mailbox.
    pub id: Uuid,
    /// Where it lies.
    pub folder: String,
    /// What it can be found by.
    pub tags: Vec<String>,
    /// What lists are sorted by.
    pub at: DateTime<Utc>,
    /// 1 when it is new, one more with each save.
    pub version: i64,
    /// The content.
    pub body: Value,
}

/// One document.
pub async fn get(db: &mut PgConnection, mailbox: &str, id: Uuid) -> Result<Option<Document>, StoreError> {
    Ok(sqlx::query_as!(
        Document,
        "SELECT mailbox, id, folder, tags, at, version, body FROM local365_documents WHERE mailbox = $1 AND id = $2",
        mailbox,
        id
    )
    .fetch_optional(db)
    .await?)
}

/// Documents of some folders, newest first.
pub async fn find(
    db: &mut PgConnection,
    mailbox: &str,
    folders: &[String],
    tag: Option<&str>,
    skip: i64,
    limit: i64,
) -> Result<Vec<Document>, StoreError> {
    Ok(sqlx::query_as!(
        Document,
        "SELECT mailbox, id, folder, tags, at, version, body FROM local365_documents
         WHERE mailbox = $1 AND folder = ANY ($2) AND ($3::text IS NULL OR tags @> ARRAY[$3])
         ORDER BY at DESC, id DESC OFFSET $4 LIMIT $5",
        mailbox,
        folders,
        tag,
        skip,
        limit
    )
    .fetch_all(db)
    .await?)
}

/// Saves a document if it is new (version 1) or follows the stored version; answers whether it was saved.
pub async fn save(db: &mut PgConnection, document: &Document) -> Result<bool, StoreError> {
    let saved = if document.version == 1 {
        sqlx::query!(
            "INSERT INTO local365_documents (mailbox, id, folder, tags, at, version, body) VALUES ($1, $2, $3, $4, $5, 1, $6)
             ON CONFLICT DO NOTHING",
            document.mailbox,
            document.id,
            document.folder,
            &document.tags,
            document.at,
            document.body
        )
        .execute(db)
        .await?
    } else {
        sqlx::query!(
            "UPDATE local365_documents SET folder = $3, tags = $4, at = $5, version = version + 1, body = $6
             WHERE mailbox = $1 AND id = $2 AND version + 1 = $7",
            document.mailbox,
            document.id,
            document.folder,
            &document.tags,
            document.at,
            document.body,
            document.version
        )
        .execute(db)
        .await?
    };
    Ok(saved.rows_affected() == 1)
}

/// Keeps bytes under a new id.
pub async fn put_blob(db: &mut PgConnection, id: Uuid, bytes: &[u8]) -> Result<(), StoreError> {
    sqlx::query!("INSERT INTO local365_blobs (id, bytes) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING", id, bytes)
        .execute(db)
        .await?;
    Ok(())
}

/// The bytes under an id.
pub async fn blob(db: &mut PgConnection, id: Uuid) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(sqlx::query_scalar!("SELECT bytes FROM local365_blobs WHERE id = $1", id).fetch_optional(db).await?)
}
