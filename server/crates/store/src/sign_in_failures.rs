//! Wrong passwords and codes, counted to slow down guessing.

use chrono::{DateTime, Utc};
use mezzofy_domain::id::{self, Id};
use sqlx::PgConnection;

use crate::StoreError;

/// Which tries are counted together: those on an address from one device that is known, or those from everywhere else. The
/// address need not belong to anyone, so that guessing tells nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Counter {
    email: String,
    device: Option<Id<id::Session>>,
}

impl Counter {
    /// The counter of tries on an address, from a device of its person where it is one.
    #[must_use]
    pub fn new(email: &str, device: Option<Id<id::Session>>) -> Self {
        Self { email: email.to_lowercase(), device }
    }
}

/// Lets the tries of one counter take turns until the transaction ends, so that many at once are counted one by one.
pub async fn take_turns(db: &mut PgConnection, counter: &Counter) -> Result<(), StoreError> {
    let device = counter.device.map(|device| device.to_string()).unwrap_or_default();
    sqlx::query!(
        "SELECT pg_advisory_xact_lock(hashtextextended('sign in ' || lower($1) || ' ' || $2, 0))",
        counter.email,
        device
    )
    .execute(db)
    .await?;
    Ok(())
}

/// When the tries after `since` went wrong, oldest first.
pub async fn after(
    db: &mut PgConnection,
    counter: &Counter,
    since: DateTime<Utc>,
) -> Result<Vec<DateTime<Utc>>, StoreError> {
    Ok(sqlx::query_scalar!(
        "SELECT failed_at FROM sign_in_failures
         WHERE email = lower($1) AND known_device IS NOT DISTINCT FROM $2 AND failed_at > $3 ORDER BY failed_at",
        counter.email,
        counter.device.map(Id::uuid),
        since
    )
    .fetch_all(db)
    .await?)
}

/// Notes a wrong try.
pub async fn add(db: &mut PgConnection, counter: &Counter, now: DateTime<Utc>) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO sign_in_failures (email, known_device, failed_at) VALUES (lower($1), $2, $3)",
        counter.email,
        counter.device.map(Id::uuid),
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets the wrong tries of a counter after a right one.
pub async fn clear(db: &mut PgConnection, counter: &Counter) -> Result<(), StoreError> {
    sqlx::query!(
        "DELETE FROM sign_in_failures WHERE email = lower($1) AND known_device IS NOT DISTINCT FROM $2",
        counter.email,
        counter.device.map(Id::uuid)
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets all wrong tries on an address, wherever they came from.
pub async fn clear_all(db: &mut PgConnection, email: &str) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM sign_in_failures WHERE email = lower($1)", email).execute(db).await?;
    Ok(())
}
