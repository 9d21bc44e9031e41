//! The words of the knowledge base, against a database.

use chrono::DateTime;
use mezzofy_store::Store;
use mezzofy_store::knowledge::{self, Chunk, NewDocument};
use mezzofy_testing::postgres;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use uuid::Uuid;

#[tokio::test]
async fn pieces_that_another_version_has_cut_are_cut_anew() {
    let server = postgres::connect_options().await;
    let database = format!("knowledge_{}", Uuid::new_v4().simple());
    let mut root = server.connect().await.unwrap();
    root.execute(AssertSqlSafe(format!("CREATE DATABASE {database}"))).await.unwrap();
    let store = Store::open(server.clone().database(&database), 1);
    store.migrate().await.unwrap();
    let document = NewDocument {
        name: "bank.md".to_owned(),
        title: "Policies".to_owned(),
        department: None,
        uploaded: false,
        sha256: "0".repeat(64),
        chunks: vec![Chunk { page: None, heading: "銀行".to_owned(), text: "滿意的顧客".to_owned() }],
    };
    let mut connection = server.clone().database(&database).connect().await.unwrap();
    assert!(knowledge::put(&mut connection, &document, DateTime::UNIX_EPOCH).await.unwrap());
    let tokens = "SELECT tokens::text FROM knowledge_chunks";
    let cut: String = sqlx::query_scalar(tokens).fetch_one(&mut connection).await.unwrap();
    assert!(cut.contains("银行") && cut.contains("满意"), "{cut}");

    connection.execute("UPDATE knowledge_chunks SET tokens = array_to_tsvector(ARRAY['滿意'])").await.unwrap();
    store.migrate().await.unwrap();
    let kept: String = sqlx::query_scalar(tokens).fetch_one(&mut connection).await.unwrap();
    assert_eq!(kept, "'滿意'", "what this version has cut is left alone");
    connection.execute("UPDATE knowledge_index SET version = 0").await.unwrap();
    store.migrate().await.unwrap();
    let anew: String = sqlx::query_scalar(tokens).fetch_one(&mut connection).await.unwrap();
    assert_eq!(anew, cut);

    connection.close().await.unwrap();
    store.close().await;
    root.execute(AssertSqlSafe(format!("DROP DATABASE {database}"))).await.unwrap();
}
