//! The checked queries compile from `.sqlx`; these tests hold that folder against the migrated database.
#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::path::Path;

use mezzofy_store::Store;
use mezzofy_testing::postgres;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Column, ConnectOptions, Connection, Either, Executor, SqlSafeStr, TypeInfo};
use uuid::Uuid;

fn kept() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.sqlx");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap());
    files.map(|text| serde_json::from_str(&text).unwrap()).collect()
}

/// A type as `.sqlx` names it: a word, or an object for one that is not built in.
fn type_name(kept: &Value) -> String {
    kept.as_str().map_or_else(|| kept.to_string(), str::to_owned).to_lowercase()
}

#[tokio::test]
async fn every_kept_query_is_what_the_migrated_database_says_of_it() {
    let server = postgres::connect_options().await;
    let database = format!("queries_{}", Uuid::new_v4().simple());
    let mut root = server.connect().await.unwrap();
    root.execute(AssertSqlSafe(format!("CREATE DATABASE {database}"))).await.unwrap();
    let store = Store::open(server.clone().database(&database), 1);
    store.migrate().await.unwrap();
    store.migrate().await.unwrap();
    let mut connection = server.clone().database(&database).connect().await.unwrap();

    let queries = kept();
    assert!(queries.len() > 50, "{} queries", queries.len());
    for query in queries {
        let sql = query["query"].as_str().unwrap().to_owned();
        let described = connection.describe(AssertSqlSafe(sql.clone()).into_sql_str()).await.unwrap();
        let now: Vec<String> = described.columns.iter().map(|column| column.name().to_owned()).collect();
        let then: Vec<&str> =
            query["describe"]["columns"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
        assert_eq!(now, then, "{sql}");
        let Some(Either::Left(parameters)) = described.parameters else { continue };
        let now: Vec<String> =
            parameters.iter().map(|parameter| parameter.name().trim_end_matches("[]").to_lowercase()).collect();
        let then: Vec<String> =
            query["describe"]["parameters"]["Left"].as_array().unwrap().iter().map(type_name).collect();
        assert_eq!(now.len(), then.len(), "{sql}");
        for (now, then) in now.iter().zip(&then) {
            assert!(then.starts_with(now.as_str()), "{sql}: a parameter is {now} and was {then}");
        }
    }
    connection.close().await.unwrap();
    store.close().await;
    root.execute(AssertSqlSafe(format!("DROP DATABASE {database}"))).await.unwrap();
}
