//! Messages of a conversation.

use chrono::{DateTime, Utc};
use mezzofy_domain::id::{self, Id};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::StoreError;
use crate::page::{Page, Slice};

/// Who said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// The person.
    Person,
    /// The assistant.
    Assistant,
}

impl Author {
    /// As it is stored and sent.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Assistant => "assistant",
        }
    }
}

/// What a person sees in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Which one.
    pub id: Uuid,
    /// Where it was said.
    pub conversation_id: Uuid,
    /// The run it started or came out of.
    pub run_id: Uuid,
    /// `person` or `assistant`.
    pub author: String,
    /// Markdown when the assistant said it, else as typed.
    pub text: String,
    /// Texts the person may send next with one touch.
    pub choices: Vec<String>,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// What to store.
#[derive(Debug)]
pub struct NewMessage<'a> {
    /// Its id.
    pub id: Id<id::Message>,
    /// Where.
    pub conversation: Id<id::Conversation>,
    /// Of which run.
    pub run: Id<id::Run>,
    /// Who.
    pub author: Author,
    /// What.
    pub text: &'a str,
    /// Offered answers.
    pub choices: &'a [String],
    /// The sender's own id of it.
    pub client_id: Option<Uuid>,
    /// When.
    pub now: DateTime<Utc>,
}

/// Stores a message.
pub async fn add(db: &mut PgConnection, new: NewMessage<'_>) -> Result<Message, StoreError> {
    Ok(sqlx::query_as!(
        Message,
        "INSERT INTO messages (id, conversation_id, run_id, author, text, choices, client_id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         RETURNING id, conversation_id, run_id, author, text, choices, created_at",
        new.id.uuid(),
        new.conversation.uuid(),
        new.run.uuid(),
        new.author.code(),
        new.text,
        new.choices,
        new.client_id,
        new.now
    )
    .fetch_one(db)
    .await?)
}

/// The message a client has sent before under this id.
pub async fn by_client_id(
    db: &mut PgConnection,
    conversation: Id<id::Conversation>,
    client_id: Uuid,
) -> Result<Option<Message>, StoreError> {
    Ok(sqlx::query_as!(
        Message,
        "SELECT id, conversation_id, run_id, author, text, choices, created_at FROM messages
         WHERE conversation_id = $1 AND client_id = $2",
        conversation.uuid(),
        client_id
    )
    .fetch_optional(db)
    .await?)
}

/// The messages of a conversation, newest first.
pub async fn list(
    db: &mut PgConnection,
    conversation: Id<id::Conversation>,
    page: Page,
) -> Result<Slice<Message>, StoreError> {
    let rows = sqlx::query_as!(
        Message,
        "SELECT id, conversation_id, run_id, author, text, choices, created_at FROM messages
         WHERE conversation_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
        conversation.uuid(),
        page.before,
        page.fetch()
    )
    .fetch_all(db)
    .await?;
    Ok(page.slice(rows, |row| row.id))
}

/// The newest message of a conversation.
pub async fn newest(db: &mut PgConnection, conversation: Id<id::Conversation>) -> Result<Option<Message>, StoreError> {
    Ok(list(db, conversation, Page { before: None, limit: 1 }).await?.items.into_iter().next())
}
