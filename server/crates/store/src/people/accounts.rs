//! People as administrators see them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::people::Person;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Row;
use crate::StoreError;
use crate::page::{Page, PageRequest};

/// A person with what is known of their sign-in.
#[derive(Debug, Clone)]
pub struct Account {
    pub person: Person,
    /// Whether a second factor is in force.
    pub second_factor: bool,
    /// When they were added.
    pub created_at: DateTime<Utc>,
    /// The newest sign-in or refresh of any of their sessions.
    pub last_seen_at: Option<DateTime<Utc>>,
}

/// A page of those whose name, title or address has the text in it.
pub async fn list(db: &mut PgConnection, text: &str, page: PageRequest) -> Result<Page<Account>, StoreError> {
    let accounts = read(db, None, text, page).await?;
    Ok(page.cut(accounts, |account| account.person.id.uuid()))
}

/// One.
pub async fn get(db: &mut PgConnection, person: Id<id::Person>) -> Result<Option<Account>, StoreError> {
    Ok(read(db, Some(person.uuid()), "", PageRequest { before: None, limit: 1 }).await?.pop())
}

async fn read(
    db: &mut PgConnection,
    id: Option<Uuid>,
    text: &str,
    page: PageRequest,
) -> Result<Vec<Account>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT id, email, name, title, role, department, language, disabled, created_at,
                  EXISTS (SELECT FROM second_factors f WHERE f.person_id = p.id AND f.confirmed_at IS NOT NULL)
                      AS "second_factor!",
                  (SELECT max(s.last_seen_at) FROM sessions s WHERE s.person_id = p.id) AS last_seen_at
           FROM people p
           WHERE ($1::uuid IS NULL OR id = $1) AND ($2::uuid IS NULL OR id < $2)
             AND strpos(lower(concat_ws(' ', name, title, email)), lower($3)) > 0
           ORDER BY id DESC LIMIT $4"#,
        id,
        page.before,
        text,
        page.fetch()
    )
    .fetch_all(db)
    .await?;
    let accounts = rows.into_iter().map(|row| {
        let (second_factor, created_at, last_seen_at) = (row.second_factor, row.created_at, row.last_seen_at);
        Ok(Account { person: person_row!(row).try_into()?, second_factor, created_at, last_seen_at })
    });
    accounts.collect()
}

/// How many people have each role.
pub async fn by_role(db: &mut PgConnection) -> Result<BTreeMap<String, i64>, StoreError> {
    let rows = sqlx::query!(r#"SELECT role, count(*) AS "people!" FROM people GROUP BY role"#).fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| (row.role, row.people)).collect())
}
