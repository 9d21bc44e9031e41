//! Refused sign-ins that the audit log does not tell yet.

use chrono::{DateTime, Utc};
use mezzofy_domain::id::{self, Id};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::StoreError;

/// Those of one person, or on addresses that nobody has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusals {
    pub person: Option<Id<id::Person>>,
    /// Whether they came from who was not signed in.
    pub stranger: bool,
    /// When the one was refused that the log tells.
    pub since: DateTime<Utc>,
    /// How many more since then.
    pub more: i64,
}

struct Row {
    person_id: Option<Uuid>,
    stranger: bool,
    since: DateTime<Utc>,
    more: i64,
}

impl From<Row> for Refusals {
    fn from(row: Row) -> Self {
        let Row { person_id, stranger, since, more } = row;
        Self { person: person_id.map(Into::into), stranger, since, more }
    }
}

/// Counts one. Answers those that it was counted with, itself among them; `None` where it is the first.
pub async fn count(
    db: &mut PgConnection,
    person: Option<Id<id::Person>>,
    stranger: bool,
    now: DateTime<Utc>,
) -> Result<Option<Refusals>, StoreError> {
    let row = sqlx::query_as!(
        Row,
        "INSERT INTO refused_sign_ins AS r (person_id, stranger, since) VALUES ($1, $2, $3)
         ON CONFLICT (person_id, stranger) DO UPDATE SET more = r.more + 1 RETURNING person_id, stranger, since, more",
        person.map(Id::uuid),
        stranger,
        now
    )
    .fetch_one(db)
    .await?;
    Ok(Some(Refusals::from(row)).filter(|refusals| refusals.more > 0))
}

/// Begins to count anew after one that the log tells.
pub async fn begin(
    db: &mut PgConnection,
    person: Option<Id<id::Person>>,
    stranger: bool,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE refused_sign_ins SET since = $3, more = 0 WHERE person_id IS NOT DISTINCT FROM $1 AND stranger = $2",
        person.map(Id::uuid),
        stranger,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes those of a person out.
pub async fn take(db: &mut PgConnection, person: Id<id::Person>) -> Result<Vec<Refusals>, StoreError> {
    let rows = sqlx::query_as!(
        Row,
        "DELETE FROM refused_sign_ins WHERE person_id = $1 RETURNING person_id, stranger, since, more",
        person.uuid()
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Takes those out that have been counted since this time or longer.
pub async fn take_before(db: &mut PgConnection, since: DateTime<Utc>) -> Result<Vec<Refusals>, StoreError> {
    let rows = sqlx::query_as!(
        Row,
        "DELETE FROM refused_sign_ins WHERE since <= $1 RETURNING person_id, stranger, since, more",
        since
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}
