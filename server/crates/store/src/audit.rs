//! The audit log: appended to in the transaction of what it tells, read by page, walked along to verify it.

use chrono::{DateTime, Utc};
use mezzofy_domain::audit::{Actor, AuditAction, AuditEntry, AuditEvent, Chain, ChainBreak, ChainedEntry, Head};
use mezzofy_domain::id::{self, Id};
use serde_json::Value;
use sqlx::PgConnection;

use crate::page::MAX_PAGE_ROWS;
use crate::{Store, StoreError};

/// A checked query of `audit` from its `WHERE` on, so that the columns stand once.
macro_rules! select {
    ($($rest:tt)+) => {
        sqlx::query_as!(
            Row,
            "SELECT number, at, who, action, subject_kind, subject, detail, hash FROM audit" + $($rest)+
        )
    };
}

/// Entries that are read at once by those who read all.
const ENTRIES_PER_READ: i64 = 1_000;

/// Which entries to read.
#[derive(Debug, Clone, Copy, Default)]
pub struct AuditFilter {
    /// Only of this action.
    pub action: Option<AuditAction>,
    /// Only those that this person did or that were done to them.
    pub person: Option<Id<id::Person>>,
}

struct Row {
    number: i64,
    at: DateTime<Utc>,
    who: String,
    action: String,
    subject_kind: String,
    subject: String,
    detail: Value,
    hash: String,
}

impl From<Row> for ChainedEntry {
    fn from(row: Row) -> Self {
        let Row { number, at, who, action, subject_kind, subject, detail, hash } = row;
        Self { entry: AuditEntry { number, at, who, action, subject_kind, subject, detail }, hash }
    }
}

/// Appends what was done. Appending waits for every other transaction that has: it is the last thing before the commit.
pub async fn append(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    actor: Actor,
    event: &AuditEvent,
) -> Result<(), StoreError> {
    let head = sqlx::query!("SELECT number, hash FROM audit_head FOR UPDATE").fetch_one(&mut *db).await?;
    let next = Head { number: head.number, hash: head.hash }.next(now, actor, event);
    let ChainedEntry { entry, hash } = next.map_err(|error| StoreError::stored("audit entry", &error))?;
    sqlx::query!(
        "WITH entry AS (INSERT INTO audit (number, at, who, action, subject_kind, subject, detail, hash)
                        VALUES ($1, $2, $3, $4, $5, $6, $7, $8))
         UPDATE audit_head SET number = $1, hash = $8",
        entry.number,
        entry.at,
        entry.who,
        entry.action,
        entry.subject_kind,
        entry.subject,
        entry.detail,
        hash
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A page of the log, newest first, and the number to give as `before` to read on.
pub async fn list(
    db: &mut PgConnection,
    filter: AuditFilter,
    before: Option<i64>,
    limit: i64,
) -> Result<(Vec<ChainedEntry>, Option<i64>), StoreError> {
    let limit = limit.clamp(1, MAX_PAGE_ROWS);
    let person = filter.person.map(|person| person.to_string());
    let mut rows = select!(
        " WHERE ($1::text IS NULL OR action = $1)
           AND ($2::text IS NULL OR who = $2 OR (subject_kind = 'person' AND subject = $2))
           AND ($3::bigint IS NULL OR number < $3)
         ORDER BY number DESC LIMIT $4",
        filter.action.map(AuditAction::code),
        person,
        before,
        limit + 1
    )
    .fetch_all(db)
    .await?;
    let shown = usize::try_from(limit).unwrap_or(1);
    let more = rows.len() > shown;
    rows.truncate(shown);
    let next = rows.last().filter(|_| more).map(|row| row.number);
    Ok((rows.into_iter().map(ChainedEntry::from).collect(), next))
}

/// The next entries after a number, oldest first, up to another; none at the end.
pub async fn after(
    db: &mut PgConnection,
    filter: AuditFilter,
    after: i64,
    last: i64,
) -> Result<Vec<ChainedEntry>, StoreError> {
    let person = filter.person.map(|person| person.to_string());
    let rows = select!(
        " WHERE number > $1 AND number <= $2 AND ($3::text IS NULL OR action = $3)
           AND ($4::text IS NULL OR who = $4 OR (subject_kind = 'person' AND subject = $4))
         ORDER BY number LIMIT $5",
        after,
        last,
        filter.action.map(AuditAction::code),
        person,
        ENTRIES_PER_READ
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(ChainedEntry::from).collect())
}

/// The newest entry's number and hash.
pub async fn head(db: &mut PgConnection) -> Result<Head, StoreError> {
    let head = sqlx::query!("SELECT number, hash FROM audit_head").fetch_optional(db).await?;
    Ok(head.map(|head| Head { number: head.number, hash: head.hash }).unwrap_or_default())
}

/// Walks along the whole log as it is at this moment. Answers its head, or where it is not what was written.
pub async fn verify(store: &Store) -> Result<Result<Head, ChainBreak>, StoreError> {
    let mut tx = store.begin().await?;
    sqlx::query!("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY").execute(&mut *tx).await?;
    let head = head(&mut tx).await?;
    let (mut chain, mut reached) = (Chain::default(), i64::MIN);
    loop {
        let entries = after(&mut tx, AuditFilter::default(), reached, i64::MAX).await?;
        let Some(last) = entries.last() else { return Ok(chain.end(head)) };
        reached = last.entry.number;
        for entry in &entries {
            if let Err(broken) = chain.add(entry) {
                return Ok(Err(broken));
            }
        }
    }
}
