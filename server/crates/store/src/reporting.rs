//! Queries that a model wrote, over the views for reporting. They sign in as a role that sees nothing else, can't write, and end
//! after a time; what they give is bounded before it leaves the database.

use std::time::Duration;

use chrono_tz::Tz;
use futures_util::TryStreamExt as _;
use mezzofy_domain::reporting::{Query, SCHEMA};
use sqlx::postgres::{PgConnection, PgDatabaseError, PgErrorPosition};
use sqlx::{AssertSqlSafe, Column as _, Connection as _, Executor as _, Row as _, SqlSafeStr as _, Statement as _};

use crate::query_role::QueryConnection;
use crate::{Scope, Store, StoreError};

/// A query that goes on for so long after its own time limit is ended from outside.
const GRACE: Duration = Duration::from_secs(2);

/// What a query may take.
#[derive(Debug, Clone, Copy)]
pub struct QueryLimits {
    /// Milliseconds.
    pub time: u32,
    /// Rows of the result.
    pub rows: usize,
    /// Columns of the result.
    pub columns: usize,
    /// Characters of one value; a longer one is cut.
    pub value: usize,
    /// Bytes of all values together.
    pub bytes: usize,
}

/// What a query gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The values as PostgreSQL writes them, so that numbers keep all their digits.
    pub rows: Vec<Vec<Option<String>>>,
    /// Whether there was more than the limits let through.
    pub truncated: bool,
}

/// Why a query gave nothing, in PostgreSQL's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It is wrong, or what it computes is.
    Wrong {
        /// What is wrong.
        message: String,
        /// Where, in characters, the first is 1.
        at: Option<usize>,
    },
    /// It took longer than it may.
    TooLong,
    /// It needed more memory or disk than it may.
    TooMuch,
    /// It has more columns than it may.
    TooWide(usize),
    /// The database has no role for queries.
    Off,
}

/// Runs a query for a person; times become days in `zone`. It waits where as many run already as may at once.
pub async fn run(
    store: &Store,
    scope: &Scope,
    query: &Query,
    limits: QueryLimits,
    zone: Tz,
) -> Result<Result<Answer, Refusal>, StoreError> {
    let Some(mut opened) = QueryConnection::open(store, scope).await? else { return Ok(Err(Refusal::Off)) };
    let time = Duration::from_millis(limits.time.into()) + GRACE;
    let answer = tokio::time::timeout(time, answer(&mut opened.connection, query, limits, zone)).await;
    opened.close(answer.is_err()).await?;
    answer.unwrap_or(Ok(Err(Refusal::TooLong)))
}

async fn answer(
    connection: &mut PgConnection,
    query: &Query,
    limits: QueryLimits,
    zone: Tz,
) -> Result<Result<Answer, Refusal>, StoreError> {
    let begin = format!(
        "BEGIN READ ONLY; SET LOCAL statement_timeout = {}; SET LOCAL search_path = {SCHEMA}; \
         SET LOCAL standard_conforming_strings = on; SET LOCAL TIME ZONE '{zone}'",
        limits.time
    );
    let mut tx = connection.begin_with(AssertSqlSafe(begin)).await?;
    // First as it is, so that nothing in it can mean something else together with what is put around it below.
    let columns = match tx.prepare(AssertSqlSafe(query.sql()).into_sql_str()).await {
        Ok(prepared) => prepared.columns().iter().map(|column| column.name().to_owned()).collect::<Vec<_>>(),
        Err(error) => return refusal(error, 0).map(Err),
    };
    if columns.is_empty() {
        return Ok(Err(Refusal::Wrong { message: "it selects no column".to_owned(), at: None }));
    }
    if columns.len() > limits.columns {
        return Ok(Err(Refusal::TooWide(columns.len())));
    }
    let names: Vec<String> = (0..columns.len()).map(|number| format!("c{number}")).collect();
    // One character more than is shown tells that there was more.
    let values: Vec<String> = names.iter().map(|name| format!("left({name}::text, {})", limits.value + 1)).collect();
    let before = format!("SELECT {} FROM (", values.join(", "));
    let sql = format!("{before}{}\n) AS q ({}) LIMIT {}", query.sql(), names.join(", "), limits.rows + 1);

    let mut answer = Answer { columns, rows: Vec::new(), truncated: false };
    let mut bytes = 0;
    let mut found = sqlx::query(AssertSqlSafe(sql)).persistent(false).fetch(&mut *tx);
    loop {
        let row = match found.try_next().await {
            Ok(Some(row)) => row,
            Ok(None) => break,
            Err(error) => return refusal(error, before.chars().count()).map(Err),
        };
        let mut values = Vec::with_capacity(answer.columns.len());
        for place in 0..answer.columns.len() {
            let mut value: Option<String> = row.try_get(place)?;
            if let Some(text) = &mut value
                && let Some((end, _)) = text.char_indices().nth(limits.value)
            {
                text.truncate(end);
                answer.truncated = true;
            }
            bytes += value.as_ref().map_or(0, String::len);
            values.push(value);
        }
        if answer.rows.len() == limits.rows || bytes > limits.bytes {
            answer.truncated = true;
            break;
        }
        answer.rows.push(values);
    }
    Ok(Ok(answer))
}

/// What a person can do something about is a refusal; the rest is the database's own trouble.
fn refusal(error: sqlx::Error, before: usize) -> Result<Refusal, StoreError> {
    let Some(refused) = error.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>()) else {
        return Err(error.into());
    };
    let at = match refused.position() {
        Some(PgErrorPosition::Original(at)) => at.checked_sub(before),
        Some(PgErrorPosition::Internal { .. }) | None => None,
    };
    match refused.code() {
        "57014" => Ok(Refusal::TooLong),
        code if code.starts_with("53") || code.starts_with("54") => Ok(Refusal::TooMuch),
        code if code.starts_with("57") || code.starts_with("58") || code.starts_with("08") => Err(error.into()),
        _ => Ok(Refusal::Wrong { message: refused.message().to_owned(), at: at.filter(|at| *at > 0) }),
    }
}
