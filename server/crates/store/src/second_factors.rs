//! Second factors and their recovery codes.

use chrono::{DateTime, Utc};
use mezzofy_domain::id::{self, Id};
use sqlx::PgConnection;

use crate::StoreError;

/// A person's second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// The secret of its codes, sealed.
    pub sealed_secret: String,
    /// Whether a first code has shown that the person's app has it.
    pub in_force: bool,
    /// The step of the newest code that was taken.
    pub last_step: Option<i64>,
}

/// The second factor of a person, also one that is not in force yet.
pub async fn get(db: &mut PgConnection, person: Id<id::Person>) -> Result<Option<SecondFactor>, StoreError> {
    Ok(sqlx::query_as!(
        SecondFactor,
        r#"SELECT sealed_secret, confirmed_at IS NOT NULL AS "in_force!", last_step FROM second_factors
           WHERE person_id = $1"#,
        person.uuid()
    )
    .fetch_optional(db)
    .await?)
}

/// Whether a person has a second factor in force.
pub async fn in_force(db: &mut PgConnection, person: Id<id::Person>) -> Result<bool, StoreError> {
    Ok(get(db, person).await?.is_some_and(|factor| factor.in_force))
}

/// Begins a second factor in place of one that is not in force yet. Answers false where one is in force.
pub async fn begin(db: &mut PgConnection, person: Id<id::Person>, sealed_secret: &str) -> Result<bool, StoreError> {
    let begun = sqlx::query!(
        "INSERT INTO second_factors (person_id, sealed_secret) VALUES ($1, $2)
         ON CONFLICT (person_id) DO UPDATE SET sealed_secret = $2 WHERE second_factors.confirmed_at IS NULL",
        person.uuid(),
        sealed_secret
    )
    .execute(db)
    .await?;
    Ok(begun.rows_affected() == 1)
}

/// Puts a second factor in force.
pub async fn confirm(db: &mut PgConnection, person: Id<id::Person>, now: DateTime<Utc>) -> Result<(), StoreError> {
    sqlx::query!("UPDATE second_factors SET confirmed_at = $2 WHERE person_id = $1", person.uuid(), now)
        .execute(db)
        .await?;
    Ok(())
}

/// Uses up the codes up to a step. Answers false when they were before.
pub async fn use_step(db: &mut PgConnection, person: Id<id::Person>, step: i64) -> Result<bool, StoreError> {
    let used = sqlx::query!(
        "UPDATE second_factors SET last_step = $2 WHERE person_id = $1 AND (last_step IS NULL OR last_step < $2)",
        person.uuid(),
        step
    )
    .execute(db)
    .await?;
    Ok(used.rows_affected() == 1)
}

/// Removes a second factor with its recovery codes. Answers whether it was in force.
pub async fn remove(db: &mut PgConnection, person: Id<id::Person>) -> Result<bool, StoreError> {
    let removed = sqlx::query_scalar!(
        r#"DELETE FROM second_factors WHERE person_id = $1 RETURNING confirmed_at IS NOT NULL AS "in_force!""#,
        person.uuid()
    );
    Ok(removed.fetch_optional(db).await?.unwrap_or_default())
}

/// Puts recovery codes in the place of those that were there.
pub async fn replace_codes(
    db: &mut PgConnection,
    person: Id<id::Person>,
    hashes: &[Vec<u8>],
) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM recovery_codes WHERE person_id = $1", person.uuid()).execute(&mut *db).await?;
    sqlx::query!("INSERT INTO recovery_codes (person_id, hash) SELECT $1, unnest($2::bytea[])", person.uuid(), hashes)
        .execute(db)
        .await?;
    Ok(())
}

/// Uses a recovery code up. Answers false when there is no such code, or it was used before.
pub async fn use_code(
    db: &mut PgConnection,
    person: Id<id::Person>,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let used = sqlx::query!(
        "UPDATE recovery_codes SET used_at = $3 WHERE person_id = $1 AND hash = $2 AND used_at IS NULL",
        person.uuid(),
        hash,
        now
    )
    .execute(db)
    .await?;
    Ok(used.rows_affected() == 1)
}

/// How many recovery codes a person has left.
pub async fn codes_left(db: &mut PgConnection, person: Id<id::Person>) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"SELECT count(*) AS "left!" FROM recovery_codes WHERE person_id = $1 AND used_at IS NULL"#,
        person.uuid()
    )
    .fetch_one(db)
    .await?)
}
