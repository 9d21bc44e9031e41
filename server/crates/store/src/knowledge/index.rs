//! The words that pieces are found by: how they are cut, and that stored ones are cut as they are looked for.

use std::sync::LazyLock;

use jieba_rs::Jieba;
use mezzofy_domain::writing::{is_han, plain, stem};
use sqlx::{Connection, PgConnection, Row};
use uuid::Uuid;

use super::count_words;
use crate::StoreError;

/// Counts up whenever [`words`] cuts a text in another way, which the writing of `domain` decides as well.
const VERSION: i32 = 1;
/// Pieces that are cut anew at once.
const BATCH: i64 = 500;
static JIEBA: LazyLock<Jieba> = LazyLock::new(Jieba::new);
/// Words that are in nearly every piece and tell none from another.
const COMMON: &str = "a an and are as at be by can do does for from had has have how i if in is it its may me my no not of on or our so that the \
    their them then there these they this to us was we were what when where which who why will with you your 的 了 是 在 和 我 你 他 们 我们 有 \
    吗 呢 吧 请 怎么 什么 如何 多少 哪 这 那 个 也 就 都 与 或 及";

/// The words of a text as they are stored and looked for: lower case, simplified, without plural, Chinese cut into words and
/// single characters left out where a word holds them.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let text = plain(text);
    let mut words = Vec::new();
    for piece in JIEBA.cut_for_search(&text, true) {
        let piece = piece.trim();
        if piece.chars().any(is_han) {
            words.push(piece.to_owned());
        } else {
            words.extend(piece.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(stem));
        }
    }
    words.retain(|word| !COMMON.split_whitespace().any(|common| common == word) && word.len() < 200);
    words
}

/// The words of a piece, below its document's title and its heading, as a `tsvector`.
pub(super) fn vector(title: &str, heading: &str, text: &str) -> String {
    lexemes(&words(&format!("{title} {heading} {text}")))
}

/// A `tsvector` as PostgreSQL reads it.
fn lexemes(words: &[String]) -> String {
    // Positions end at 16383 and 256 of one word; order matters little here.
    let lexeme = |(at, word): (usize, &String)| {
        format!("'{}':{}", word.replace('\'', "''").replace('\\', ""), (at + 1).min(16_000))
    };
    words.iter().enumerate().map(lexeme).collect::<Vec<_>>().join(" ")
}

/// Cuts the stored pieces anew where another version of this program has cut them. To be called after the migrations.
pub(crate) async fn reindex(db: &mut PgConnection) -> Result<(), StoreError> {
    if version(db).await? == VERSION {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    // Nobody adds a document meanwhile, and of two processes the second has nothing left to do.
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('knowledge_documents', 0))").execute(&mut *tx).await?;
    if version(&mut tx).await? == VERSION {
        return Ok(());
    }
    let (mut document, mut number) = (Uuid::nil(), 0_i32);
    loop {
        let rows = sqlx::query(
            "SELECT c.document_id, c.number, d.title, c.heading, c.text
             FROM knowledge_chunks c JOIN knowledge_documents d ON d.id = c.document_id
             WHERE (c.document_id, c.number) > ($1, $2) ORDER BY c.document_id, c.number LIMIT $3",
        )
        .bind(document)
        .bind(number)
        .bind(BATCH)
        .fetch_all(&mut *tx)
        .await?;
        let (mut documents, mut numbers, mut vectors) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            (document, number) = (row.try_get("document_id")?, row.try_get("number")?);
            documents.push(document);
            numbers.push(number);
            vectors.push(vector(row.try_get("title")?, row.try_get("heading")?, row.try_get("text")?));
        }
        if documents.is_empty() {
            break;
        }
        sqlx::query(
            "UPDATE knowledge_chunks c SET tokens = n.tokens::tsvector
             FROM unnest($1::uuid[], $2::int[], $3::text[]) AS n (document_id, number, tokens)
             WHERE c.document_id = n.document_id AND c.number = n.number",
        )
        .bind(documents)
        .bind(numbers)
        .bind(vectors)
        .execute(&mut *tx)
        .await?;
    }
    count_words(&mut tx).await?;
    sqlx::query("UPDATE knowledge_index SET version = $1").bind(VERSION).execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}

async fn version(db: &mut PgConnection) -> Result<i32, StoreError> {
    Ok(sqlx::query_scalar("SELECT version FROM knowledge_index").fetch_one(db).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_into_words_in_either_language() {
        assert_eq!(words("How do I redeem the coupons?"), ["redeem", "coupon"]);
        assert_eq!(words("refund policies"), words("Refunding policy"));
        let chinese = words("優惠券如何退款");
        assert!(chinese.contains(&"退款".to_owned()), "{chinese:?}");
        assert_eq!(words("優惠券"), words("优惠券"));
        assert_eq!(words("銀行滿意"), words("银行满意"));
        assert_eq!(lexemes(&["it's".to_owned(), "a".to_owned()]), "'it''s':1 'a':2");
    }
}
