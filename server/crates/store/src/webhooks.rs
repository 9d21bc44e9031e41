//! Webhooks: the sealed secrets of their sources, and deliveries. A delivery is stored once for its source and key, in the
//! transaction that begins what it is for.

use chrono::{DateTime, Utc};
use mezzofy_domain::id::{self, Id};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::StoreError;
use crate::page::{Page, PageRequest};

/// A secret of a source, without the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    pub id: Id<id::SourceSecret>,
    pub source: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// From when on it is good no more.
    pub ends_at: Option<DateTime<Utc>>,
}

/// A delivery as it comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery<'a> {
    pub id: Id<id::Delivery>,
    /// Who sent it.
    pub source: &'a str,
    /// The same for the same delivery, however often it is sent.
    pub key: &'a str,
    /// What happened.
    pub event: &'a str,
    /// The bytes as they came.
    pub body: &'a [u8],
    /// When it came.
    pub received_at: DateTime<Utc>,
}

/// What was begun for a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// A run.
    Started(Id<id::Run>),
    /// Nothing: no skill is set for its event.
    Ignored,
    /// Nothing, for this reason.
    Failed(String),
}

/// A delivery as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub id: Uuid,
    /// Who sent it.
    pub source: String,
    /// The same for the same delivery.
    pub key: String,
    /// What happened.
    pub event: String,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// started, ignored or failed.
    pub state: String,
    /// Why nothing was begun.
    pub reason: Option<String>,
    /// Where its run stands.
    pub run_state: Option<String>,
    /// What its run waits for.
    pub waiting_for: Option<String>,
    /// Whether anything left the house by it, or may have.
    pub acted: bool,
}

/// A delivery that is to be taken up again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDelivery {
    /// Who sent it.
    pub source: String,
    /// The bytes as they came.
    pub body: Vec<u8>,
}

/// Stores a new secret of a source; those before it end at `others_end`, where they do not end sooner.
pub async fn add_secret(
    db: &mut PgConnection,
    secret: &Secret,
    sealed: &str,
    others_end: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE source_secrets SET ends_at = $2 WHERE source = $1 AND (ends_at IS NULL OR ends_at > $2)",
        secret.source,
        others_end
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "INSERT INTO source_secrets (id, source, sealed_secret, created_at) VALUES ($1, $2, $3, $4)",
        secret.id.uuid(),
        secret.source,
        sealed,
        secret.created_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Ends a secret now. Answers its source, unless it has ended already.
pub async fn end_secret(
    db: &mut PgConnection,
    id: Id<id::SourceSecret>,
    now: DateTime<Utc>,
) -> Result<Option<String>, StoreError> {
    let ended = sqlx::query_scalar!(
        "UPDATE source_secrets SET ends_at = $2 WHERE id = $1 AND (ends_at IS NULL OR ends_at > $2) RETURNING source",
        id.uuid(),
        now
    );
    Ok(ended.fetch_optional(db).await?)
}

/// The secrets that hold, of all sources, newest first.
pub async fn secrets(db: &mut PgConnection, now: DateTime<Utc>) -> Result<Vec<Secret>, StoreError> {
    let rows = sqlx::query!(
        "SELECT id, source, created_at, ends_at FROM source_secrets WHERE ends_at IS NULL OR ends_at > $1 ORDER BY id DESC",
        now
    )
    .fetch_all(db)
    .await?;
    let secret = |id: Uuid, source, created_at, ends_at| Secret { id: id.into(), source, created_at, ends_at };
    Ok(rows.into_iter().map(|row| secret(row.id, row.source, row.created_at, row.ends_at)).collect())
}

/// The sealed secrets of a source that hold, each with the id it is sealed for.
pub async fn sealed_secrets(
    db: &mut PgConnection,
    source: &str,
    now: DateTime<Utc>,
) -> Result<Vec<(Uuid, String)>, StoreError> {
    let rows = sqlx::query!(
        "SELECT id, sealed_secret FROM source_secrets WHERE source = $1 AND (ends_at IS NULL OR ends_at > $2) ORDER BY id DESC",
        source,
        now
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.sealed_secret)).collect())
}

/// Stores a delivery, unless its source has sent it before. Who sends it at the same moment waits for the end of this transaction.
pub async fn add(db: &mut PgConnection, new: &NewDelivery<'_>) -> Result<bool, StoreError> {
    let added = sqlx::query!(
        "INSERT INTO deliveries (id, source, key, event, body, received_at, state) VALUES ($1, $2, $3, $4, $5, $6, 'ignored')
         ON CONFLICT (source, key) DO NOTHING",
        new.id.uuid(),
        new.source,
        new.key,
        new.event,
        new.body,
        new.received_at
    )
    .execute(db)
    .await?;
    Ok(added.rows_affected() == 1)
}

/// Notes what was begun for a delivery.
pub async fn settle(db: &mut PgConnection, id: Id<id::Delivery>, outcome: &DeliveryOutcome) -> Result<(), StoreError> {
    let (state, reason, run) = match outcome {
        DeliveryOutcome::Started(run) => ("started", None, Some(run.uuid())),
        DeliveryOutcome::Ignored => ("ignored", None, None),
        DeliveryOutcome::Failed(reason) => ("failed", Some(reason.as_str()), None),
    };
    sqlx::query!(
        "UPDATE deliveries SET state = $2, reason = $3, run_id = $4 WHERE id = $1",
        id.uuid(),
        state,
        reason,
        run
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Deliveries, newest first; of a source, where one is named.
pub async fn list(
    db: &mut PgConnection,
    source: Option<&str>,
    page: PageRequest,
) -> Result<Page<Delivery>, StoreError> {
    let rows = sqlx::query_as!(
        Delivery,
        r#"SELECT d.id, d.source, d.key, d.event, d.received_at, d.state, d.reason, r.state AS "run_state?",
                  r.waiting_for AS "waiting_for?", coalesce(r.acted, false) AS "acted!"
           FROM deliveries d LEFT JOIN LATERAL delivery_run(d.id) r ON true
           WHERE ($1::text IS NULL OR d.source = $1) AND ($2::uuid IS NULL OR d.id < $2) ORDER BY d.id DESC LIMIT $3"#,
        source,
        page.before,
        page.fetch()
    )
    .fetch_all(db)
    .await?;
    Ok(page.cut(rows, |delivery| delivery.id))
}

/// One of them.
pub async fn get(db: &mut PgConnection, id: Id<id::Delivery>) -> Result<Option<Delivery>, StoreError> {
    Ok(sqlx::query_as!(
        Delivery,
        r#"SELECT d.id, d.source, d.key, d.event, d.received_at, d.state, d.reason, r.state AS "run_state?",
                  r.waiting_for AS "waiting_for?", coalesce(r.acted, false) AS "acted!"
           FROM deliveries d LEFT JOIN LATERAL delivery_run(d.id) r ON true WHERE d.id = $1"#,
        id.uuid()
    )
    .fetch_optional(db)
    .await?)
}

/// What came, locked until the transaction ends, so that nobody else takes it up.
pub async fn lock(db: &mut PgConnection, id: Id<id::Delivery>) -> Result<Option<StoredDelivery>, StoreError> {
    Ok(sqlx::query_as!(StoredDelivery, "SELECT source, body FROM deliveries WHERE id = $1 FOR UPDATE", id.uuid())
        .fetch_optional(db)
        .await?)
}
