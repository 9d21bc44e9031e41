//! Conversations. Each function takes the person, and finds nobody else's.

use chrono::{DateTime, Utc};
use mezzofy_domain::id::{self, Id};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::StoreError;
use crate::page::{Page, PageRequest};

/// A checked query of `conversations` from its `WHERE` on, so that the columns stand once.
macro_rules! select {
    ($($rest:tt)+) => {
        sqlx::query_as!(
            Conversation,
            "SELECT id, title, created_at, updated_at FROM conversations" + $($rest)+
        )
    };
}

/// A thread of messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    pub id: Uuid,
    /// The first words said in it, or what the person called it; empty before the first message.
    pub title: String,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// When something was last said in it.
    pub updated_at: DateTime<Utc>,
}

/// Begins a conversation.
pub async fn add(
    db: &mut PgConnection,
    id: Id<id::Conversation>,
    person: Id<id::Person>,
    title: &str,
    now: DateTime<Utc>,
) -> Result<Conversation, StoreError> {
    Ok(sqlx::query_as!(
        Conversation,
        "INSERT INTO conversations (id, person_id, title, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)
         RETURNING id, title, created_at, updated_at",
        id.uuid(),
        person.uuid(),
        title,
        now
    )
    .fetch_one(db)
    .await?)
}

/// A person's conversations, newest first.
pub async fn list(
    db: &mut PgConnection,
    person: Id<id::Person>,
    page: PageRequest,
) -> Result<Page<Conversation>, StoreError> {
    let rows = select!(
        " WHERE person_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
        person.uuid(),
        page.before,
        page.fetch()
    )
    .fetch_all(db)
    .await?;
    Ok(page.cut(rows, |row| row.id))
}

/// One conversation.
pub async fn get(
    db: &mut PgConnection,
    person: Id<id::Person>,
    id: Id<id::Conversation>,
) -> Result<Option<Conversation>, StoreError> {
    Ok(select!(" WHERE id = $1 AND person_id = $2", id.uuid(), person.uuid()).fetch_optional(db).await?)
}

/// Locks a conversation until the transaction ends, so that two messages sent at once are taken one after the other.
pub async fn lock(
    db: &mut PgConnection,
    person: Id<id::Person>,
    id: Id<id::Conversation>,
) -> Result<Option<Conversation>, StoreError> {
    Ok(select!(" WHERE id = $1 AND person_id = $2 FOR NO KEY UPDATE", id.uuid(), person.uuid())
        .fetch_optional(db)
        .await?)
}

/// Renames a conversation.
pub async fn rename(
    db: &mut PgConnection,
    person: Id<id::Person>,
    id: Id<id::Conversation>,
    title: &str,
) -> Result<Option<Conversation>, StoreError> {
    Ok(sqlx::query_as!(
        Conversation,
        "UPDATE conversations SET title = $3 WHERE id = $1 AND person_id = $2 RETURNING id, title, created_at, updated_at",
        id.uuid(),
        person.uuid(),
        title
    )
    .fetch_optional(db)
    .await?)
}

/// Notes that something was said; an untitled conversation takes `title`.
pub async fn touch(
    db: &mut PgConnection,
    id: Id<id::Conversation>,
    title: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE conversations SET updated_at = $3, title = CASE WHEN title = '' THEN $2 ELSE title END WHERE id = $1",
        id.uuid(),
        title,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Deletes a conversation with its messages, runs and events. Its files and its rows in the outbox stay.
pub async fn delete(db: &mut PgConnection, id: Id<id::Conversation>) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM conversations WHERE id = $1", id.uuid()).execute(db).await?;
    Ok(())
}
