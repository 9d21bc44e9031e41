//! Webhooks that go out: the endpoints that are told, and what is sent to each. What happens is stored for them by the database itself, in
//! the transaction in which it happens.

use chrono::{DateTime, Utc};
use mezzofy_domain::id::{self, Id};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::StoreError;
use crate::page::{Page, PageRequest};

/// Who is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub id: Id<id::Endpoint>,
    /// What it is called.
    pub name: String,
    pub url: String,
    /// Of what it is told.
    pub events: Vec<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Why it is told nothing at the moment.
    pub paused_reason: Option<String>,
}

/// A sending that is to go out now.
#[derive(Debug, Clone, PartialEq)]
pub struct DueSending {
    /// Which one; the same for every try.
    pub id: Id<id::Sending>,
    pub endpoint: Id<id::Endpoint>,
    /// Where that is.
    pub url: String,
    /// What happened.
    pub event: String,
    /// Ids and states.
    pub data: Value,
    /// When it happened.
    pub created_at: DateTime<Utc>,
    /// How often it was tried, this time among them.
    pub tries: u32,
}

/// A sending as lists show it.
#[derive(Debug, Clone, PartialEq)]
pub struct Sending {
    pub id: Uuid,
    pub endpoint: Uuid,
    /// What that is called.
    pub name: String,
    /// What happened.
    pub event: String,
    /// waiting, sending, done or failed.
    pub state: String,
    /// How often it was tried.
    pub tries: i32,
    /// When it is tried again.
    pub next_at: Option<DateTime<Utc>>,
    /// The status of the last answer.
    pub status: Option<i32>,
    /// Why the last try failed.
    pub reason: Option<String>,
    /// When it happened.
    pub created_at: DateTime<Utc>,
    /// When it was taken.
    pub done_at: Option<DateTime<Utc>>,
}

/// What became of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendingOutcome {
    /// It was taken.
    Done,
    /// It is tried again then.
    Again(DateTime<Utc>),
    /// It was given up.
    Failed,
}

/// Under what the secrets of an endpoint are kept.
#[must_use]
pub fn secrets_of(endpoint: Id<id::Endpoint>) -> String {
    format!("endpoint:{endpoint}")
}

/// Stores a new endpoint.
pub async fn add(db: &mut PgConnection, new: &Endpoint) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO endpoints (id, name, url, events, created_at, paused_reason) VALUES ($1, $2, $3, $4, $5, $6)",
        new.id.uuid(),
        new.name,
        new.url,
        &new.events,
        new.created_at,
        new.paused_reason
    )
    .execute(db)
    .await?;
    Ok(())
}

/// All endpoints, oldest first.
pub async fn all(db: &mut PgConnection) -> Result<Vec<Endpoint>, StoreError> {
    let rows = sqlx::query!("SELECT id, name, url, events, created_at, paused_reason FROM endpoints ORDER BY id");
    let rows = rows.fetch_all(db).await?;
    let endpoint = rows.into_iter().map(|row| Endpoint {
        id: row.id.into(),
        name: row.name,
        url: row.url,
        events: row.events,
        created_at: row.created_at,
        paused_reason: row.paused_reason,
    });
    Ok(endpoint.collect())
}

/// The same, locked until the transaction ends, so that nobody else changes it.
pub async fn lock(db: &mut PgConnection, id: Id<id::Endpoint>) -> Result<Option<Endpoint>, StoreError> {
    sqlx::query!("SELECT id FROM endpoints WHERE id = $1 FOR UPDATE", id.uuid()).fetch_optional(&mut *db).await?;
    get(db, id).await
}

/// One of them.
pub async fn get(db: &mut PgConnection, id: Id<id::Endpoint>) -> Result<Option<Endpoint>, StoreError> {
    Ok(all(db).await?.into_iter().find(|endpoint| endpoint.id == id))
}

/// Stores what was changed of an endpoint.
pub async fn change(db: &mut PgConnection, changed: &Endpoint) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE endpoints SET name = $2, url = $3, events = $4, paused_reason = $5 WHERE id = $1",
        changed.id.uuid(),
        changed.name,
        changed.url,
        &changed.events,
        changed.paused_reason
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Removes an endpoint with its secrets and what was to be sent to it. Answers its name.
pub async fn remove(db: &mut PgConnection, id: Id<id::Endpoint>) -> Result<Option<String>, StoreError> {
    sqlx::query!("DELETE FROM source_secrets WHERE source = $1", secrets_of(id)).execute(&mut *db).await?;
    Ok(sqlx::query_scalar!("DELETE FROM endpoints WHERE id = $1 RETURNING name", id.uuid()).fetch_optional(db).await?)
}

/// Tells an endpoint no more, for this reason; what waits for it is given up.
pub async fn pause(db: &mut PgConnection, id: Id<id::Endpoint>, reason: &str) -> Result<(), StoreError> {
    sqlx::query!("UPDATE endpoints SET paused_reason = $2 WHERE id = $1", id.uuid(), reason).execute(&mut *db).await?;
    sqlx::query!(
        "UPDATE sendings SET state = 'failed', next_at = NULL, reason = $2 WHERE endpoint_id = $1 AND state = 'waiting'",
        id.uuid(),
        reason
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Stores something that one endpoint is to be told.
pub async fn enqueue(
    db: &mut PgConnection,
    id: Id<id::Sending>,
    endpoint: Id<id::Endpoint>,
    (event, data): (&str, &Value),
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO sendings (id, endpoint_id, event, data, state, next_at, created_at) VALUES ($1, $2, $3, $4, 'waiting', $5, $5)",
        id.uuid(),
        endpoint.uuid(),
        event,
        data,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes what is to go out now, oldest first, at most `most`. Until `lease` no other process gets it; if this one dies, another does then.
pub async fn claim(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    lease: DateTime<Utc>,
    most: i64,
) -> Result<Vec<DueSending>, StoreError> {
    let rows = sqlx::query!(
        "WITH taken AS (
             UPDATE sendings SET state = 'sending', tries = tries + 1, next_at = $2
             WHERE id IN (SELECT s.id FROM sendings s JOIN endpoints p ON p.id = s.endpoint_id
                          WHERE s.next_at <= $1 AND (p.paused_reason IS NULL OR s.event = 'endpoint.test')
                          ORDER BY s.next_at, s.id LIMIT $3 FOR UPDATE OF s SKIP LOCKED)
             RETURNING id, endpoint_id, event, data, created_at, tries
         )
         SELECT t.id, t.endpoint_id, t.event, t.data, t.created_at, t.tries, e.url
         FROM taken t JOIN endpoints e ON e.id = t.endpoint_id ORDER BY t.created_at, t.id",
        now,
        lease,
        most
    )
    .fetch_all(db)
    .await?;
    let due = rows.into_iter().map(|row| DueSending {
        id: row.id.into(),
        endpoint: row.endpoint_id.into(),
        url: row.url,
        event: row.event,
        data: row.data,
        created_at: row.created_at,
        tries: u32::try_from(row.tries).unwrap_or(u32::MAX),
    });
    Ok(due.collect())
}

/// Gives back what a process holds that has died. Right only while no other process lives.
pub async fn release_all_claims(db: &mut PgConnection, now: DateTime<Utc>) -> Result<(), StoreError> {
    let back = sqlx::query!("UPDATE sendings SET next_at = $1 WHERE state = 'sending' AND next_at > $1", now);
    back.execute(db).await?;
    Ok(())
}

/// Notes what became of a try: the status of the answer, where there was one, and why it failed, if it did.
pub async fn settle(
    db: &mut PgConnection,
    id: Id<id::Sending>,
    outcome: &SendingOutcome,
    (status, reason): (Option<u16>, Option<&str>),
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let (state, next_at, done_at) = match outcome {
        SendingOutcome::Done => ("done", None, Some(now)),
        SendingOutcome::Again(next_at) => ("waiting", Some(*next_at), None),
        SendingOutcome::Failed => ("failed", None, None),
    };
    sqlx::query!(
        "UPDATE sendings SET state = $2, next_at = $3, done_at = $4, status = $5, reason = $6 WHERE id = $1 AND state = 'sending'",
        id.uuid(),
        state,
        next_at,
        done_at,
        status.map(i32::from),
        reason
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Sendings, newest first; of an endpoint, where one is named.
pub async fn list(
    db: &mut PgConnection,
    endpoint: Option<Id<id::Endpoint>>,
    page: PageRequest,
) -> Result<Page<Sending>, StoreError> {
    // Ids of what the database stored are not in the order of time.
    let rows = sqlx::query_as!(
        Sending,
        r#"SELECT s.id, s.endpoint_id AS endpoint, e.name, s.event, s.state, s.tries, s.next_at, s.status, s.reason, s.created_at, s.done_at
           FROM sendings s JOIN endpoints e ON e.id = s.endpoint_id
           WHERE ($1::uuid IS NULL OR s.endpoint_id = $1)
             AND ($2::uuid IS NULL OR (s.created_at, s.id) < (SELECT b.created_at, b.id FROM sendings b WHERE b.id = $2))
           ORDER BY s.created_at DESC, s.id DESC LIMIT $3"#,
        endpoint.map(Id::uuid),
        page.before,
        page.fetch()
    )
    .fetch_all(db)
    .await?;
    Ok(page.cut(rows, |sending| sending.id))
}

/// Lets a sending that was given up go out again. Answers false where it was not given up, and `None` where it is not there.
pub async fn repeat(
    db: &mut PgConnection,
    id: Id<id::Sending>,
    now: DateTime<Utc>,
) -> Result<Option<bool>, StoreError> {
    let there =
        sqlx::query_scalar!("SELECT state FROM sendings WHERE id = $1", id.uuid()).fetch_optional(&mut *db).await?;
    if there.is_none() {
        return Ok(None);
    }
    let again = sqlx::query!(
        "UPDATE sendings SET state = 'waiting', tries = 0, next_at = $2 WHERE id = $1 AND state = 'failed'",
        id.uuid(),
        now
    );
    Ok(Some(again.execute(db).await?.rows_affected() == 1))
}
