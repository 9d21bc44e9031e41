//! The knowledge base: documents in pieces, found by the words they hold. Words are cut by jieba, so that Chinese is found; see
//! docs/decisions/0025-company-data.md.

use chrono::{DateTime, Utc};
use mezzofy_domain::id::Id;
use mezzofy_domain::people::Department;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::StoreError;
use crate::page::{Page, PageRequest};

mod index;

pub(crate) use index::reindex;
use index::vector;
pub use index::words;

/// A checked query of `knowledge_documents` from its `WHERE` on, so that the columns stand once.
macro_rules! select {
    ($($rest:tt)+) => {
        sqlx::query_as!(
            Document,
            "SELECT id, name, title, department, uploaded, sha256, added_at FROM knowledge_documents" + $($rest)+
        )
    };
}

/// Pieces that are compared at most: with all words of a question, and with one of its rare ones.
const MAX_PIECES_WITH_ALL_WORDS: i64 = 100;
const MAX_PIECES_WITH_ONE_WORD: i64 = 400;
/// Words of a question that are looked for, at most.
const MAX_QUESTION_WORDS: usize = 24;

/// A document of the knowledge base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDocument {
    /// Its path below the folder it came from.
    pub name: String,
    /// As people call it.
    pub title: String,
    /// Who may read it; everybody where none is named.
    pub department: Option<Department>,
    /// Whether an administrator added it, rather than the import of a folder.
    pub uploaded: bool,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Its pieces in order.
    pub chunks: Vec<Chunk>,
}

/// A document as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its own.
    pub id: Uuid,
    /// Its path below the folder it came from, or the name of the upload.
    pub name: String,
    /// As people call it.
    pub title: String,
    /// Who may read it; everybody where none is named.
    pub department: Option<String>,
    /// Whether an administrator added it, rather than the import of a folder.
    pub uploaded: bool,
    /// SHA-256 of the file.
    pub sha256: String,
    /// When it came, or came anew.
    pub added_at: DateTime<Utc>,
}

/// A piece of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// The page it begins on, where the document has pages.
    pub page: Option<i32>,
    /// Under which heading it stands.
    pub heading: String,
    /// What it says.
    pub text: String,
}

/// A piece that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct KnowledgeHit {
    /// Which document.
    pub document: Uuid,
    /// Its path.
    pub name: String,
    /// As people call it.
    pub title: String,
    /// The page the piece begins on.
    pub page: Option<i32>,
    /// Under which heading it stands.
    pub heading: String,
    /// What it says.
    pub text: String,
    /// How well it fits: the share of the question's words that it has, and a little for how near they stand together.
    pub score: f64,
}

/// Stores a document in place of the one of its name that came the same way. Answers whether anything is new.
pub async fn put(db: &mut PgConnection, new: &NewDocument, now: DateTime<Utc>) -> Result<bool, StoreError> {
    // Two who add the same document do it one after the other.
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('knowledge_documents', 0))").execute(&mut *db).await?;
    let department = new.department.map(Department::code);
    let known = sqlx::query!(
        "SELECT sha256, title, department FROM knowledge_documents WHERE name = $1 AND uploaded = $2",
        new.name,
        new.uploaded
    )
    .fetch_optional(&mut *db)
    .await?;
    if known.is_some_and(|known| {
        known.sha256 == new.sha256 && known.title == new.title && known.department.as_deref() == department
    }) {
        return Ok(false);
    }
    sqlx::query!("DELETE FROM knowledge_documents WHERE name = $1 AND uploaded = $2", new.name, new.uploaded)
        .execute(&mut *db)
        .await?;
    let id = Id::<NewDocument>::new(now).uuid();
    sqlx::query!(
        "INSERT INTO knowledge_documents (id, name, title, department, uploaded, sha256, added_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        id,
        new.name,
        new.title,
        department,
        new.uploaded,
        new.sha256,
        now
    )
    .execute(&mut *db)
    .await?;
    let numbers: Vec<i32> = (1_i32..).take(new.chunks.len()).collect();
    let vectors: Vec<String> = new.chunks.iter().map(|chunk| vector(&new.title, &chunk.heading, &chunk.text)).collect();
    sqlx::query!(
        "INSERT INTO knowledge_chunks (document_id, number, page, heading, text, tokens)
         SELECT $1, number, page, heading, text, tokens::tsvector
         FROM unnest($2::int[], $3::int[], $4::text[], $5::text[], $6::text[]) AS c (number, page, heading, text, tokens)",
        id,
        &numbers,
        &new.chunks.iter().map(|chunk| chunk.page).collect::<Vec<_>>() as &[Option<i32>],
        &new.chunks.iter().map(|chunk| chunk.heading.clone()).collect::<Vec<_>>(),
        &new.chunks.iter().map(|chunk| chunk.text.clone()).collect::<Vec<_>>(),
        &vectors
    )
    .execute(db)
    .await?;
    Ok(true)
}

/// The documents, newest first.
pub async fn list(db: &mut PgConnection, page: PageRequest) -> Result<Page<Document>, StoreError> {
    let rows = select!(" WHERE $1::uuid IS NULL OR id < $1 ORDER BY id DESC LIMIT $2", page.before, page.fetch())
        .fetch_all(db)
        .await?;
    Ok(page.cut(rows, |document| document.id))
}

/// One of the documents.
pub async fn get(db: &mut PgConnection, id: Uuid) -> Result<Option<Document>, StoreError> {
    Ok(select!(" WHERE id = $1", id).fetch_optional(db).await?)
}

/// The upload of a name.
pub async fn upload_named(db: &mut PgConnection, name: &str) -> Result<Option<Document>, StoreError> {
    Ok(select!(" WHERE name = $1 AND uploaded", name).fetch_optional(db).await?)
}

/// Removes a document with its pieces.
pub async fn remove(db: &mut PgConnection, id: Uuid) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM knowledge_documents WHERE id = $1", id).execute(db).await?;
    Ok(())
}

/// Removes the documents of a folder that are not among those kept; uploads stay. Answers how many.
pub async fn remove_others(db: &mut PgConnection, kept: &[String]) -> Result<u64, StoreError> {
    let removed = sqlx::query!("DELETE FROM knowledge_documents WHERE NOT uploaded AND name <> ALL ($1)", kept)
        .execute(db)
        .await?;
    Ok(removed.rows_affected())
}

/// The pieces that fit a question best, as far as the transaction may see them.
pub async fn search(db: &mut PgConnection, question: &str, most: usize) -> Result<Vec<KnowledgeHit>, StoreError> {
    let mut wanted: Vec<String> = Vec::new();
    for word in words(question) {
        if wanted.len() < MAX_QUESTION_WORDS && !wanted.contains(&word) {
            wanted.push(word);
        }
    }
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    // Ranking reads each piece it compares. Of a word that thousands have, it takes those that have all the words, and some.
    let quoted = |word: &String| format!("'{}'", word.replace('\'', "''").replace('\\', ""));
    let joined = |words: &[String], with| words.iter().map(quoted).collect::<Vec<_>>().join(with);
    let known = known(db, &wanted).await?;
    let mut pieces = 0;
    let few = known.iter().skip(1).take_while(|(_, count)| {
        pieces += count;
        pieces <= MAX_PIECES_WITH_ONE_WORD
    });
    let rare = (1 + few.count()).min(known.len());
    let known: Vec<String> = known.into_iter().map(|(word, _)| word).collect();
    if known.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query!(
        r#"WITH fit AS (
               SELECT document_id, number FROM knowledge_pieces($1::text::tsquery, $5)
               UNION SELECT document_id, number FROM knowledge_pieces($2::text::tsquery, $6)
           ), ranked AS (
               SELECT c.*, ts_rank_cd(c.tokens, $3::text::tsquery, 1)::float8 AS rank
               FROM fit JOIN knowledge_chunks c USING (document_id, number) ORDER BY rank DESC, document_id, number LIMIT $7
           )
           SELECT d.id AS document, d.name, d.title, c.page, c.heading, c.text, c.rank AS "rank!",
                  (SELECT count(*) FROM unnest($4::text[]) AS w (word) WHERE w.word = ANY (tsvector_to_array(c.tokens))) AS "held!"
           FROM ranked c JOIN knowledge_documents d ON d.id = c.document_id ORDER BY c.rank DESC, d.name, c.number"#,
        joined(&known, " & "),
        joined(&known[..rare], " | "),
        joined(&known, " | "),
        &wanted,
        MAX_PIECES_WITH_ALL_WORDS,
        MAX_PIECES_WITH_ONE_WORD,
        i64::try_from(most * 5).unwrap_or(50)
    )
    .fetch_all(db)
    .await?;
    let mut found: Vec<KnowledgeHit> = rows
        .into_iter()
        .map(|row| {
            #[expect(clippy::cast_precision_loss, reason = "two dozen words at most")]
            let share = row.held as f64 / wanted.len() as f64;
            KnowledgeHit {
                document: row.document,
                name: row.name,
                title: row.title,
                page: row.page,
                heading: row.heading,
                text: row.text,
                score: share + row.rank.min(0.5) * 0.2,
            }
        })
        .collect();
    found.sort_by(|one, other| other.score.total_cmp(&one.score));
    found.truncate(most);
    Ok(found)
}

/// Those of the words that some piece has, the rarest first, each with the number of its pieces.
async fn known(db: &mut PgConnection, wanted: &[String]) -> Result<Vec<(String, i64)>, StoreError> {
    let counts = sqlx::query!(
        r#"SELECT word AS "word!", pieces AS "pieces!" FROM knowledge_words_among($1) WHERE pieces > 0 ORDER BY pieces, word"#,
        wanted
    )
    .fetch_all(db)
    .await?;
    Ok(counts.into_iter().map(|count| (count.word, count.pieces)).collect())
}

/// Has PostgreSQL look at the table. To be called when many documents have come or gone; only its owner can.
pub async fn analyze(db: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::query("ANALYZE knowledge_chunks").execute(db).await?;
    Ok(())
}

/// Counts the words of all pieces anew. To be called when documents have come or gone.
pub async fn count_words(db: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::query("SELECT count_knowledge_words()").execute(db).await?;
    Ok(())
}

/// How many documents there are to see.
pub async fn count(db: &mut PgConnection) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar!(r#"SELECT count(*) AS "count!" FROM knowledge_documents"#).fetch_one(db).await?)
}
