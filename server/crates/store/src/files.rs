//! The rows of files. The bytes are in the file storage.

use std::fmt;

use chrono::{DateTime, Utc};
use mezzofy_domain::file::{Attachment, File};
use mezzofy_domain::id::{self, Id};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::file_storage::FileStorage;
use crate::page::{Page, PageRequest};
use crate::store::{decode, unsigned};
use crate::{Store, StoreError, commit};

/// A checked query of `files` from its `WHERE` on, so that the columns stand once.
macro_rules! select {
    ($($rest:tt)+) => {
        sqlx::query_as!(
            Row,
            "SELECT id, person_id, run_id, name, media_type, size, sha256, trust, created_at FROM files" + $($rest)+
        )
    };
}

struct Row {
    id: Uuid,
    person_id: Uuid,
    run_id: Option<Uuid>,
    name: String,
    media_type: String,
    size: i64,
    sha256: String,
    trust: String,
    created_at: DateTime<Utc>,
}

impl TryFrom<Row> for File {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            attachment: Attachment {
                id: row.id.into(),
                name: row.name,
                media_type: row.media_type,
                size: unsigned("file's size", row.size)?,
                sha256: row.sha256,
            },
            owner: row.person_id.into(),
            run: row.run_id.map(Into::into),
            trust: decode("file's trust", &row.trust)?,
            created_at: row.created_at,
        })
    }
}

fn read_all(rows: Vec<Row>) -> Result<Vec<File>, StoreError> {
    rows.into_iter().map(File::try_from).collect()
}

/// Stores a file's row; its bytes must be in the storage already. They stay there from now on while the transaction lasts, and after its commit
/// as long as the file: whoever has stored them just before looks after this whether they still are.
pub async fn add(db: &mut PgConnection, file: &File) -> Result<(), StoreError> {
    sqlx::query!("SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))", bytes_lock(&file.attachment.sha256))
        .execute(&mut *db)
        .await?;
    let Attachment { id, name, media_type, size, sha256 } = &file.attachment;
    sqlx::query!(
        "INSERT INTO files (id, person_id, run_id, name, media_type, size, sha256, trust, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        id.uuid(),
        file.owner.uuid(),
        file.run.map(Id::uuid),
        name,
        media_type,
        i64::try_from(*size).unwrap_or(i64::MAX),
        sha256,
        file.trust.code(),
        file.created_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The lock under which bytes are found to be wanted, or not.
fn bytes_lock(sha256: &str) -> String {
    format!("bytes {sha256}")
}

/// A person has no room for a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OverQuota {
    pub used_bytes: u64,
    pub quota_bytes: u64,
    pub file_bytes: u64,
}

impl fmt::Display for OverQuota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [used, quota, file] = [self.used_bytes, self.quota_bytes, self.file_bytes].map(in_words);
        write!(
            f,
            "Your files take {used} of the {quota} that you have, and this one would take {file} more. Delete files that you no longer need, and try \
             again."
        )
    }
}

/// Bytes as people count them: `4.9 GB`, `812 KB`.
fn in_words(bytes: u64) -> String {
    let tenths = |unit: u64, name: &str| {
        let tenths = bytes / (unit / 10);
        format!("{}.{} {name}", tenths / 10, tenths % 10)
    };
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} KB", bytes / 1_000),
        1_000_000..1_000_000_000 => tenths(1_000_000, "MB"),
        _ => tenths(1_000_000_000, "GB"),
    }
}

/// Whether a person has room for a file of so many bytes. Nobody else adds one of theirs until the transaction ends who asks this first.
pub async fn check_room(
    db: &mut PgConnection,
    person: Id<id::Person>,
    file_bytes: u64,
    quota_bytes: u64,
) -> Result<Result<(), OverQuota>, StoreError> {
    let turn = format!("files of {person}");
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", turn).execute(&mut *db).await?;
    let used = sqlx::query_scalar!(
        r#"SELECT coalesce(sum(size), 0)::bigint AS "used!" FROM files WHERE person_id = $1 AND deleted_at IS NULL"#,
        person.uuid()
    )
    .fetch_one(db)
    .await?;
    let used_bytes = unsigned("sum of sizes", used)?;
    let fits = file_bytes.checked_add(used_bytes).is_some_and(|bytes| bytes <= quota_bytes);
    Ok(if fits { Ok(()) } else { Err(OverQuota { used_bytes, quota_bytes, file_bytes }) })
}

/// Hashes whose bytes are looked at in one round.
const HASHES_A_ROUND: i64 = 100;

/// Removes the bytes of files that were deleted before then and that nothing names any more; answers of how many hashes.
pub async fn free_deleted(
    store: &Store,
    storage: &FileStorage,
    deleted_before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let hashes = sqlx::query_scalar!(
        "SELECT DISTINCT sha256 FROM files WHERE deleted_at < $1 AND freed_at IS NULL AND NOT file_is_needed(sha256, $1) LIMIT $2",
        deleted_before,
        HASHES_A_ROUND
    )
    .fetch_all(&mut *store.connection().await?)
    .await?;
    for sha256 in &hashes {
        free(store, storage, sha256, deleted_before, now).await?;
    }
    Ok(hashes.len())
}

/// Removes bytes that nothing names. Nobody can add a file of them meanwhile: the transaction is held over that one removal.
pub async fn free(
    store: &Store,
    storage: &FileStorage,
    sha256: &str,
    deleted_before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", bytes_lock(sha256)).execute(&mut *tx).await?;
    let needed = sqlx::query_scalar!(r#"SELECT file_is_needed($1, $2) AS "needed!""#, sha256, deleted_before);
    if needed.fetch_one(&mut *tx).await? {
        return Ok(());
    }
    sqlx::query!(
        "UPDATE files SET freed_at = $2 WHERE sha256 = $1 AND deleted_at IS NOT NULL AND freed_at IS NULL",
        sha256,
        now
    )
    .execute(&mut *tx)
    .await?;
    storage.delete(sha256).await?;
    commit(tx).await
}

/// A person's files, newest first.
pub async fn list(db: &mut PgConnection, person: Id<id::Person>, page: PageRequest) -> Result<Page<File>, StoreError> {
    let rows = select!(
        " WHERE person_id = $1 AND deleted_at IS NULL AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
        person.uuid(),
        page.before,
        page.fetch()
    )
    .fetch_all(db)
    .await?;
    Ok(page.cut(read_all(rows)?, |file| file.attachment.id.uuid()))
}

/// A person's file.
pub async fn get(db: &mut PgConnection, person: Id<id::Person>, id: Id<id::File>) -> Result<Option<File>, StoreError> {
    let row = select!(" WHERE id = $1 AND person_id = $2 AND deleted_at IS NULL", id.uuid(), person.uuid())
        .fetch_optional(db)
        .await?;
    row.map(File::try_from).transpose()
}

/// Those of these files that are the person's, oldest first.
pub async fn of_ids(db: &mut PgConnection, person: Id<id::Person>, ids: &[Uuid]) -> Result<Vec<File>, StoreError> {
    read_all(
        select!(" WHERE id = ANY($1) AND person_id = $2 AND deleted_at IS NULL ORDER BY id", ids, person.uuid())
            .fetch_all(db)
            .await?,
    )
}

/// The files each of these runs made, oldest first.
pub async fn of_runs(db: &mut PgConnection, runs: &[Uuid]) -> Result<Vec<File>, StoreError> {
    read_all(select!(" WHERE run_id = ANY($1) AND deleted_at IS NULL ORDER BY id", runs).fetch_all(db).await?)
}

/// How many files runs have made for a person since then, deleted ones among them.
pub async fn made_since(
    db: &mut PgConnection,
    person: Id<id::Person>,
    since: DateTime<Utc>,
) -> Result<u32, StoreError> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM files WHERE person_id = $1 AND run_id IS NOT NULL AND created_at > $2"#,
        person.uuid(),
        since
    )
    .fetch_one(db)
    .await?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Takes a file out of its owner's sight and their count; its bytes go later, see [`free_deleted`]. What was sent with a mail stays with the mail.
pub async fn delete(
    db: &mut PgConnection,
    person: Id<id::Person>,
    id: Id<id::File>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let deleted = sqlx::query!(
        "UPDATE files SET deleted_at = $3 WHERE id = $1 AND person_id = $2 AND deleted_at IS NULL",
        id.uuid(),
        person.uuid(),
        now
    )
    .execute(db)
    .await?;
    Ok(deleted.rows_affected() == 1)
}

/// A person's newest files whose names hold this.
pub async fn named(
    db: &mut PgConnection,
    person: Id<id::Person>,
    wanted: &str,
    most: i64,
) -> Result<Vec<Attachment>, StoreError> {
    let pattern = format!("%{}%", wanted.to_lowercase().replace(['%', '_', '\\'], " "));
    let rows = select!(
        " WHERE person_id = $1 AND deleted_at IS NULL AND lower(name) LIKE $2 ORDER BY id DESC LIMIT $3",
        person.uuid(),
        pattern,
        most
    )
    .fetch_all(db)
    .await?;
    Ok(read_all(rows)?.into_iter().map(|file| file.attachment).collect())
}

#[cfg(test)]
mod tests {
    use mezzofy_domain::trust::Trust;

    use super::*;

    fn row(size: i64, trust: &str) -> Row {
        let (name, media_type) = ("leads.csv".to_owned(), "text/csv".to_owned());
        Row {
            id: Uuid::nil(),
            person_id: Uuid::nil(),
            run_id: None,
            name,
            media_type,
            size,
            sha256: String::new(),
            trust: trust.to_owned(),
            created_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn who_has_no_room_is_told_how_much_is_used() {
        let over = OverQuota { used_bytes: 4_987_000_000, quota_bytes: 5_000_000_000, file_bytes: 20_971_520 };
        assert_eq!(
            over.to_string(),
            "Your files take 4.9 GB of the 5.0 GB that you have, and this one would take 20.9 MB more. Delete files that you no longer need, and try \
             again."
        );
        assert_eq!([999, 1_000, 999_999].map(in_words), ["999 bytes", "1 KB", "999 KB"]);
    }

    #[test]
    fn a_size_or_a_trust_that_cannot_be_read_is_an_error() {
        assert_eq!(File::try_from(row(7, "company")).unwrap().trust, Trust::Company);
        assert!(File::try_from(row(-7, "company")).is_err());
        assert!(File::try_from(row(7, "friend")).is_err());
    }
}
