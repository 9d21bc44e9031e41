//! The rows that hold sealed secrets, and the lock that keeps a change of their key and everyone else apart. The keys are not
//! known here.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::StoreError;

/// What a sealed secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretKind {
    /// The secret of a person's second factor.
    SecondFactor,
    /// A secret that a source signs its webhooks with.
    Source,
    /// The refresh token of the account that posts in Teams.
    ServiceAccount,
}

impl SecretKind {
    /// As it is bound to what is sealed.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::SecondFactor => "second factor",
            Self::Source => "source of webhooks",
            Self::ServiceAccount => "service account",
        }
    }
}

/// A sealed secret and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSecret {
    pub kind: SecretKind,
    /// Whose it is: a person, or the secret of a source itself.
    pub owner: Uuid,
    /// The sealed text.
    pub text: String,
}

/// Keeps the keys as they are until the transaction ends. To be called before a key is read to seal or to open with.
pub async fn hold_keys(db: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::query!("SELECT pg_advisory_xact_lock_shared(hashtextextended('keys of sealed secrets', 0))")
        .execute(db)
        .await?;
    Ok(())
}

/// Keeps everyone else from sealing and opening until the transaction ends, so that the keys can be changed.
pub async fn change_keys(db: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended('keys of sealed secrets', 0))").execute(db).await?;
    Ok(())
}

/// Every sealed secret there is.
pub async fn all(db: &mut PgConnection) -> Result<Vec<SealedSecret>, StoreError> {
    let rows = sqlx::query!("SELECT person_id, sealed_secret FROM second_factors ORDER BY person_id")
        .fetch_all(&mut *db)
        .await?;
    let of_sources =
        sqlx::query!("SELECT id, sealed_secret FROM source_secrets ORDER BY id").fetch_all(&mut *db).await?;
    let sealed = |kind, owner, text| SealedSecret { kind, owner, text };
    let of_people = rows.into_iter().map(|row| sealed(SecretKind::SecondFactor, row.person_id, row.sealed_secret));
    let of_sources = of_sources.into_iter().map(|row| sealed(SecretKind::Source, row.id, row.sealed_secret));
    let account = crate::microsoft::sealed_token(db).await?;
    let of_account = account.map(|(id, text)| sealed(SecretKind::ServiceAccount, id, text));
    Ok(of_people.chain(of_sources).chain(of_account).collect())
}

/// Puts another text in the place of a sealed secret.
pub async fn replace(db: &mut PgConnection, sealed: &SealedSecret) -> Result<(), StoreError> {
    match sealed.kind {
        SecretKind::SecondFactor => {
            sqlx::query!(
                "UPDATE second_factors SET sealed_secret = $2 WHERE person_id = $1",
                sealed.owner,
                sealed.text
            )
            .execute(db)
            .await?;
        }
        SecretKind::ServiceAccount => crate::microsoft::renew(db, sealed.owner, &sealed.text).await?,
        SecretKind::Source => {
            sqlx::query!("UPDATE source_secrets SET sealed_secret = $2 WHERE id = $1", sealed.owner, sealed.text)
                .execute(db)
                .await?;
        }
    }
    Ok(())
}
