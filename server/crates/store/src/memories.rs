//! Facts that people asked to be remembered.

use chrono::{DateTime, Utc};
use mezzofy_domain::id::{self, Id};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::StoreError;

/// A fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory {
    pub id: Uuid,
    /// In the person's words.
    pub text: String,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
}

/// Remembers a fact; the same words again change nothing. Answers whether it is new.
pub async fn add(
    db: &mut PgConnection,
    person: Id<id::Person>,
    text: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let added = sqlx::query!(
        "INSERT INTO memories (id, person_id, text, created_at)
         SELECT $1, $2, $3, $4 WHERE NOT EXISTS (SELECT FROM memories WHERE person_id = $2 AND text = $3)",
        Id::<Memory>::new(now).uuid(),
        person.uuid(),
        text,
        now
    )
    .execute(db)
    .await?;
    Ok(added.rows_affected() > 0)
}

/// A person's facts, oldest first, up to a number.
pub async fn list(db: &mut PgConnection, person: Id<id::Person>, most: i64) -> Result<Vec<Memory>, StoreError> {
    Ok(sqlx::query_as!(
        Memory,
        "SELECT id, text, created_at FROM memories WHERE person_id = $1 ORDER BY id LIMIT $2",
        person.uuid(),
        most
    )
    .fetch_all(db)
    .await?)
}

/// Forgets a fact. Answers whether it was there.
pub async fn remove(db: &mut PgConnection, person: Id<id::Person>, id: Uuid) -> Result<bool, StoreError> {
    let removed =
        sqlx::query!("DELETE FROM memories WHERE id = $1 AND person_id = $2", id, person.uuid()).execute(db).await?;
    Ok(removed.rows_affected() > 0)
}
