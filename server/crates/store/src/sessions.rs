//! Sign-in sessions and their chains of refresh tokens.

use chrono::{DateTime, Utc};
use mezzofy_domain::id::{self, Id};
use sqlx::PgConnection;

use crate::StoreError;

/// What became of a refresh token that somebody showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redeemed {
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
    },
    /// Nobody knows it, it is too old, or its session has ended.
    Refused,
}

/// Begins a session.
pub async fn begin(
    db: &mut PgConnection,
    session: Id<id::Session>,
    person: Id<id::Person>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO sessions (id, person_id, created_at) VALUES ($1, $2, $3)",
        session.uuid(),
        person.uuid(),
        now
    )
    .execute(db)
    .await?;
    Ok(())
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
pub async fn redeem(db: &mut PgConnection, hash: &[u8], now: DateTime<Utc>) -> Result<Redeemed, StoreError> {
    let Some(row) = sqlx::query!(
        "SELECT t.session_id, t.expires_at, t.used_at, s.person_id, s.ended_at, p.disabled
         FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id JOIN people p ON p.id = s.person_id
         WHERE t.hash = $1 FOR UPDATE OF t, s",
        hash
    )
    .fetch_optional(&mut *db)
    .await?
    else {
        return Ok(Redeemed::Refused);
    };
    let session = row.session_id.into();
    if row.ended_at.is_some() || row.disabled || row.expires_at <= now {
        return Ok(Redeemed::Refused);
    }
    if row.used_at.is_some() {
        end(db, session, "refresh token reused", now).await?;
        return Ok(Redeemed::Reused { session });
    }
    sqlx::query!("UPDATE refresh_tokens SET used_at = $2 WHERE hash = $1", hash, now).execute(db).await?;
    Ok(Redeemed::Session { session, person: row.person_id.into() })
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
