//! The rows of files. The bytes are in the file storage.

use chrono::{DateTime, Utc};
use mezzofy_domain::file::{Attachment, File};
use mezzofy_domain::id::{self, Id};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::StoreError;
use crate::page::{Page, PageRequest};
use crate::store::{decode, unsigned};

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

/// Stores a file's row; its bytes must be in the storage already.
pub async fn add(db: &mut PgConnection, file: &File) -> Result<(), StoreError> {
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

/// Takes a file out of its owner's sight. What was sent with a mail stays with the mail.
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
    fn a_size_or_a_trust_that_cannot_be_read_is_an_error() {
        assert_eq!(File::try_from(row(7, "company")).unwrap().trust, Trust::Company);
        assert!(File::try_from(row(-7, "company")).is_err());
        assert!(File::try_from(row(7, "friend")).is_err());
    }
}
