//! The Microsoft 365 account that posts in Teams, and the sign-ins that lead to it.

use chrono::{DateTime, Utc};
use mezzofy_domain::id::{self, Id};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::StoreError;

/// Who signed the account in, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectedAccount {
    pub by: Id<id::Person>,
    pub at: DateTime<Utc>,
}

/// A sign-in that a browser was sent off for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// SHA-256 of its state, in hex.
    pub state_hash: String,
    /// The secret half of its code challenge.
    pub verifier: String,
    /// Where the browser comes back to.
    pub redirect_uri: String,
    /// Which administrator began it.
    pub person: Id<id::Person>,
    pub begun_at: DateTime<Utc>,
}

/// Keeps a sign-in until the browser is back.
pub async fn begin(db: &mut PgConnection, new: &SignIn) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO microsoft_sign_ins (state_hash, verifier, redirect_uri, person_id, begun_at) VALUES ($1, $2, $3, $4, $5)",
        new.state_hash,
        new.verifier,
        new.redirect_uri,
        new.person.uuid(),
        new.begun_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Ends a sign-in, which there is once, and all that were begun before `oldest`. `None` when it is not there or too old.
pub async fn end(db: &mut PgConnection, state_hash: &str, oldest: DateTime<Utc>) -> Result<Option<SignIn>, StoreError> {
    sqlx::query!("DELETE FROM microsoft_sign_ins WHERE begun_at < $1", oldest).execute(&mut *db).await?;
    let row = sqlx::query!(
        "DELETE FROM microsoft_sign_ins WHERE state_hash = $1 RETURNING state_hash, verifier, redirect_uri, person_id, begun_at",
        state_hash
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| SignIn {
        state_hash: row.state_hash,
        verifier: row.verifier,
        redirect_uri: row.redirect_uri,
        person: row.person_id.into(),
        begun_at: row.begun_at,
    }))
}

/// Who signed the account in that posts, if anybody.
pub async fn connected(db: &mut PgConnection) -> Result<Option<ConnectedAccount>, StoreError> {
    let row = sqlx::query!("SELECT connected_by, connected_at FROM service_accounts").fetch_optional(db).await?;
    Ok(row.map(|row| ConnectedAccount { by: row.connected_by.into(), at: row.connected_at }))
}

/// The id and sealed token of the account.
pub async fn sealed_token(db: &mut PgConnection) -> Result<Option<(Uuid, String)>, StoreError> {
    let row = sqlx::query!("SELECT id, sealed_token FROM service_accounts").fetch_optional(db).await?;
    Ok(row.map(|row| (row.id, row.sealed_token)))
}

/// Puts this account in the place of the one before.
pub async fn connect(
    db: &mut PgConnection,
    id: Uuid,
    sealed_token: &str,
    by: &ConnectedAccount,
) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM service_accounts").execute(&mut *db).await?;
    sqlx::query!(
        "INSERT INTO service_accounts (id, sealed_token, connected_by, connected_at) VALUES ($1, $2, $3, $4)",
        id,
        sealed_token,
        by.by.uuid(),
        by.at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Keeps a newer token of the account. Where another account has taken its place, nothing is kept.
pub async fn renew(db: &mut PgConnection, id: Uuid, sealed_token: &str) -> Result<(), StoreError> {
    sqlx::query!("UPDATE service_accounts SET sealed_token = $2 WHERE id = $1", id, sealed_token).execute(db).await?;
    Ok(())
}

/// Forgets the account. Answers whether there was one.
pub async fn disconnect(db: &mut PgConnection) -> Result<bool, StoreError> {
    Ok(sqlx::query!("DELETE FROM service_accounts").execute(db).await?.rows_affected() == 1)
}
