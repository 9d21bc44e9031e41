//! Messages of a conversation.

use chrono::{DateTime, Utc};
use mezzofy_domain::coded;
use mezzofy_domain::id::{self, Id};
use sqlx::PgConnection;
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use crate::StoreError;
use crate::page::{Page, PageRequest};
use crate::runs::Run;

/// A checked query of `messages` from its `WHERE` on, so that the columns stand once.
macro_rules! select {
    ($($rest:tt)+) => {
        sqlx::query_as!(
            Message,
            "SELECT id, conversation_id, run_id, author, text, choices, file_ids, created_at FROM messages" + $($rest)+
        )
    };
}

/// Who said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Author {
    Person,
    Assistant,
}

coded!(Author);

/// What a person sees in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
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
    /// The files that the person sent with it.
    pub file_ids: Vec<Uuid>,
    pub created_at: DateTime<Utc>,
}

/// What to store.
#[derive(Debug)]
pub struct NewMessage<'a> {
    pub id: Id<id::Message>,
    pub conversation: Id<id::Conversation>,
    pub run: Id<id::Run>,
    pub author: Author,
    pub text: &'a str,
    /// Offered answers.
    pub choices: &'a [String],
    /// The files sent with it.
    pub file_ids: &'a [Uuid],
    /// The sender's own id of it.
    pub client_id: Option<Uuid>,
    pub now: DateTime<Utc>,
}

/// Stores a message.
pub async fn add(db: &mut PgConnection, new: NewMessage<'_>) -> Result<Message, StoreError> {
    Ok(sqlx::query_as!(
        Message,
        "INSERT INTO messages (id, conversation_id, run_id, author, text, choices, client_id, created_at, file_ids)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         RETURNING id, conversation_id, run_id, author, text, choices, file_ids, created_at",
        new.id.uuid(),
        new.conversation.uuid(),
        new.run.uuid(),
        new.author.code(),
        new.text,
        new.choices,
        new.client_id,
        new.now,
        new.file_ids
    )
    .fetch_one(db)
    .await?)
}

/// What [`add_if_idle`] did.
#[derive(Debug)]
pub enum InsertOutcome {
    /// The message and its run are stored.
    Stored(Message),
    /// Nothing is: there is no such conversation of the person, a run waits in it for this text, or the message is there.
    Not,
}

/// Stores a message with its new run in one statement, where nothing else is to be decided: nearly always.
pub async fn add_if_idle(
    db: &mut PgConnection,
    new: NewMessage<'_>,
    run: &Run,
    title: &str,
) -> Result<InsertOutcome, StoreError> {
    let stored = sqlx::query_as!(
        Message,
        "WITH place AS (
             UPDATE conversations AS c SET updated_at = $9, title = CASE WHEN title = '' THEN $8 ELSE title END
             WHERE c.id = $1 AND c.person_id = $2
               AND NOT EXISTS (SELECT 1 FROM runs AS r WHERE r.conversation_id = $1 AND r.state = 'waiting')
               AND NOT EXISTS (SELECT 1 FROM messages AS m WHERE m.conversation_id = $1 AND m.client_id = $7)
             RETURNING c.id),
         run AS (
             INSERT INTO runs (id, conversation_id, person_id, state, usage, machine, created_at)
             SELECT $3, place.id, $2, 'queued', $5, $6, $9 FROM place RETURNING id)
         INSERT INTO messages (id, conversation_id, run_id, author, text, client_id, created_at, file_ids)
         SELECT $4, place.id, run.id, 'person', $10, $7, $9, $11 FROM place, run
         RETURNING id, conversation_id, run_id, author, text, choices, file_ids, created_at",
        new.conversation.uuid(),
        run.person.uuid(),
        run.id.uuid(),
        new.id.uuid(),
        run.stored_usage()?,
        run.machine,
        new.client_id,
        title,
        new.now,
        new.text,
        new.file_ids
    )
    .fetch_optional(db)
    .await;
    match stored {
        Ok(message) => Ok(message.map_or(InsertOutcome::Not, InsertOutcome::Stored)),
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(InsertOutcome::Not),
        Err(error) => Err(error.into()),
    }
}

/// The message a client has sent before under this id.
pub async fn by_client_id(
    db: &mut PgConnection,
    conversation: Id<id::Conversation>,
    client_id: Uuid,
) -> Result<Option<Message>, StoreError> {
    Ok(select!(" WHERE conversation_id = $1 AND client_id = $2", conversation.uuid(), client_id)
        .fetch_optional(db)
        .await?)
}

/// The messages of a conversation, newest first.
pub async fn list(
    db: &mut PgConnection,
    conversation: Id<id::Conversation>,
    page: PageRequest,
) -> Result<Page<Message>, StoreError> {
    let rows = select!(
        " WHERE conversation_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
        conversation.uuid(),
        page.before,
        page.fetch()
    )
    .fetch_all(db)
    .await?;
    Ok(page.cut(rows, |row| row.id))
}

/// The newest message of a conversation.
pub async fn newest(db: &mut PgConnection, conversation: Id<id::Conversation>) -> Result<Option<Message>, StoreError> {
    Ok(list(db, conversation, PageRequest { before: None, limit: 1 }).await?.items.into_iter().next())
}

/// A message that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// In which conversation.
    pub conversation: Uuid,
    /// The conversation's title.
    pub title: String,
    /// What was said.
    pub text: String,
}

/// The newest message with these words of each of a person's conversations, or the conversation whose title has them.
pub async fn search(
    db: &mut PgConnection,
    person: Id<id::Person>,
    wanted: &str,
    most: i64,
) -> Result<Vec<Hit>, StoreError> {
    let pattern = format!("%{}%", wanted.to_lowercase().replace(['%', '_', '\\'], " "));
    Ok(sqlx::query_as!(
        Hit,
        r#"SELECT c.id AS conversation, c.title, coalesce(m.text, '') AS "text!"
           FROM conversations c
           LEFT JOIN LATERAL (SELECT text FROM messages WHERE conversation_id = c.id AND lower(text) LIKE $2 ORDER BY id DESC LIMIT 1) m ON true
           WHERE c.person_id = $1 AND (m.text IS NOT NULL OR lower(c.title) LIKE $2)
           ORDER BY c.updated_at DESC LIMIT $3"#,
        person.uuid(),
        pattern,
        most
    )
    .fetch_all(db)
    .await?)
}
