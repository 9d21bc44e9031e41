//! Sign-in sessions and their chains of refresh tokens.

use chrono::{DateTime, Utc};
use mezzofy_domain::id::{self, Id};
use sqlx::PgConnection;

use crate::StoreError;

/// What became of a refresh token that somebody showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedeemOutcome {
    /// It was good; it is used up now.
    Session {
        /// The session goes on.
        session: Id<id::Session>,
        /// Whose it is.
        person: Id<id::Person>,
    },
    /// It had been used before: someone has a copy. The session is ended.
    Reused {
        /// The session that ended.
        session: Id<id::Session>,
        /// Whose it was.
        person: Id<id::Person>,
    },
    /// Nobody knows it, it is too old, or its session has ended.
    Refused,
}

/// A session that goes on, as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub id: Id<id::Session>,
    /// When the person signed in.
    pub created_at: DateTime<Utc>,
    /// The newest sign-in or refresh.
    pub last_seen_at: DateTime<Utc>,
    /// What it runs on, where the program said so.
    pub device: Option<String>,
}

/// Begins a session on a device, which is called so and may be known by the session of the first sign-in there.
pub async fn begin(
    db: &mut PgConnection,
    session: Id<id::Session>,
    person: Id<id::Person>,
    device: Option<&str>,
    known_device: Option<Id<id::Session>>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO sessions (id, person_id, device, known_device, created_at, last_seen_at) VALUES ($1, $2, $3, $4, $5, $5)",
        session.uuid(),
        person.uuid(),
        device,
        known_device.map(Id::uuid),
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The session of the first sign-in on a session's device.
pub async fn known_device(db: &mut PgConnection, session: Id<id::Session>) -> Result<Id<id::Session>, StoreError> {
    let device = sqlx::query_scalar!(
        r#"SELECT coalesce(known_device, id) AS "known_device!" FROM sessions WHERE id = $1"#,
        session.uuid()
    );
    Ok(device.fetch_one(db).await?.into())
}

/// Stores a refresh token's SHA-256.
pub async fn add_token(
    db: &mut PgConnection,
    session: Id<id::Session>,
    hash: &[u8],
    expires_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO refresh_tokens (hash, session_id, expires_at) VALUES ($1, $2, $3)",
        hash,
        session.uuid(),
        expires_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Uses a refresh token up, or ends its session when it had been used before (RFC 9700, section 4.14.2).
pub async fn redeem(db: &mut PgConnection, hash: &[u8], now: DateTime<Utc>) -> Result<RedeemOutcome, StoreError> {
    let Some(row) = sqlx::query!(
        "SELECT t.session_id, t.expires_at, t.used_at, s.person_id, s.ended_at, p.disabled
         FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id JOIN people p ON p.id = s.person_id
         WHERE t.hash = $1 FOR UPDATE OF t, s",
        hash
    )
    .fetch_optional(&mut *db)
    .await?
    else {
        return Ok(RedeemOutcome::Refused);
    };
    let session = row.session_id.into();
    if row.ended_at.is_some() || row.disabled || row.expires_at <= now {
        return Ok(RedeemOutcome::Refused);
    }
    if row.used_at.is_some() {
        end(db, session, "refresh token reused", now).await?;
        return Ok(RedeemOutcome::Reused { session, person: row.person_id.into() });
    }
    sqlx::query!("UPDATE refresh_tokens SET used_at = $2 WHERE hash = $1", hash, now).execute(&mut *db).await?;
    sqlx::query!("UPDATE sessions SET last_seen_at = $2 WHERE id = $1", row.session_id, now).execute(db).await?;
    Ok(RedeemOutcome::Session { session, person: row.person_id.into() })
}

/// Ends a session; ending it again changes nothing.
pub async fn end(
    db: &mut PgConnection,
    session: Id<id::Session>,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE sessions SET ended_at = $2, end_reason = $3 WHERE id = $1 AND ended_at IS NULL",
        session.uuid(),
        now,
        reason
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A person's sessions that can still be refreshed or are in use now, the current one first, then the one seen last; 100 at most.
pub async fn open(
    db: &mut PgConnection,
    person: Id<id::Person>,
    current: Id<id::Session>,
    now: DateTime<Utc>,
) -> Result<Vec<Session>, StoreError> {
    sqlx::query!(
        "SELECT id, created_at, last_seen_at, device FROM sessions s
         WHERE person_id = $1 AND ended_at IS NULL AND (id = $2 OR EXISTS
             (SELECT FROM refresh_tokens t WHERE t.session_id = s.id AND t.used_at IS NULL AND t.expires_at > $3))
         ORDER BY id = $2 DESC, last_seen_at DESC, id DESC LIMIT 100",
        person.uuid(),
        current.uuid(),
        now
    )
    .fetch_all(db)
    .await
    .map(|rows| {
        let session = rows.into_iter().map(|row| Session {
            id: row.id.into(),
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            device: row.device,
        });
        session.collect()
    })
    .map_err(StoreError::from)
}

/// Ends one session of a person. Answers false when they have no such session that goes on.
pub async fn end_of_person(
    db: &mut PgConnection,
    person: Id<id::Person>,
    session: Id<id::Session>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let ended = sqlx::query!(
        "UPDATE sessions SET ended_at = $3, end_reason = 'ended by the person'
         WHERE id = $1 AND person_id = $2 AND ended_at IS NULL",
        session.uuid(),
        person.uuid(),
        now
    )
    .execute(db)
    .await?;
    Ok(ended.rows_affected() == 1)
}

/// Ends all sessions of a person but this one. Answers those that were going on.
pub async fn end_others(
    db: &mut PgConnection,
    person: Id<id::Person>,
    kept: Id<id::Session>,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Id<id::Session>>, StoreError> {
    let ended = sqlx::query_scalar!(
        "UPDATE sessions SET ended_at = $3, end_reason = $4 WHERE person_id = $1 AND id <> $2 AND ended_at IS NULL
         RETURNING id",
        person.uuid(),
        kept.uuid(),
        now,
        reason
    )
    .fetch_all(db)
    .await?;
    Ok(ended.into_iter().map(Into::into).collect())
}

/// Ends all sessions of a person.
pub async fn end_all(
    db: &mut PgConnection,
    person: Id<id::Person>,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE sessions SET ended_at = $2, end_reason = $3 WHERE person_id = $1 AND ended_at IS NULL",
        person.uuid(),
        now,
        reason
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes until when a live stream of the session is open as far as is known; `None` when it has ended.
pub async fn watch(
    db: &mut PgConnection,
    session: Id<id::Session>,
    until: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    sqlx::query!("UPDATE sessions SET watched_until = $2 WHERE id = $1", session.uuid(), until).execute(db).await?;
    Ok(())
}
