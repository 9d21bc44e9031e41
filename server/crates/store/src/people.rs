//! People.

use chrono::{DateTime, Utc};
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::language::Language;
use mezzofy_domain::people::Person;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::store::decode;
use crate::{Store, StoreError};

/// A checked query of `people` from its `WHERE` on, so that the columns stand once.
macro_rules! select {
    ($($rest:tt)+) => {
        sqlx::query_as!(
            Row,
            "SELECT id, email, name, title, role, department, language, disabled FROM people" + $($rest)+
        )
    };
}

/// The person's part of a row that has more.
macro_rules! person_row {
    ($row:ident) => {
        Row {
            id: $row.id,
            email: $row.email,
            name: $row.name,
            title: $row.title,
            role: $row.role,
            department: $row.department,
            language: $row.language,
            disabled: $row.disabled,
        }
    };
}

pub mod accounts;

struct Row {
    id: Uuid,
    email: String,
    name: String,
    title: String,
    role: String,
    department: String,
    language: String,
    disabled: bool,
}

impl TryFrom<Row> for Person {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.into(),
            department: decode("person's department", &row.department)?,
            language: decode("person's language", &row.language)?,
            email: row.email,
            name: row.name,
            title: row.title,
            role: row.role,
            disabled: row.disabled,
        })
    }
}

/// Everyone, by name.
pub async fn all(db: &mut PgConnection) -> Result<Vec<Person>, StoreError> {
    select!(" ORDER BY name, id").fetch_all(db).await?.into_iter().map(Person::try_from).collect()
}

/// One person.
pub async fn get(db: &mut PgConnection, person: Id<id::Person>) -> Result<Option<Person>, StoreError> {
    select!(" WHERE id = $1", person.uuid()).fetch_optional(db).await?.map(Person::try_from).transpose()
}

/// The person whose session this is, while it is going on and they may sign in. One query without a transaction: every
/// request begins with it.
pub async fn of_session(store: &Store, session: Id<id::Session>) -> Result<Option<Person>, StoreError> {
    sqlx::query_as!(
        Row,
        "SELECT p.id, p.email, p.name, p.title, p.role, p.department, p.language, p.disabled
         FROM sessions s JOIN people p ON p.id = s.person_id WHERE s.id = $1 AND s.ended_at IS NULL AND NOT p.disabled",
        session.uuid()
    )
    .fetch_optional(store.pool())
    .await?
    .map(Person::try_from)
    .transpose()
}

/// The person of an address.
pub async fn find(db: &mut PgConnection, email: &str) -> Result<Option<Person>, StoreError> {
    select!(" WHERE email = lower($1)", email).fetch_optional(db).await?.map(Person::try_from).transpose()
}

/// The person of an address, with the hash of their password.
pub async fn by_email(db: &mut PgConnection, email: &str) -> Result<Option<(Person, String)>, StoreError> {
    let Some(row) = sqlx::query!(
        "SELECT id, email, name, title, role, department, language, disabled, password_hash FROM people WHERE email = lower($1)",
        email
    )
    .fetch_optional(db)
    .await?
    else {
        return Ok(None);
    };
    let hash = row.password_hash;
    Ok(Some((person_row!(row).try_into()?, hash)))
}

/// Adds a person. Answers false when the address is taken.
pub async fn add(
    db: &mut PgConnection,
    person: &Person,
    password_hash: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let added = sqlx::query!(
        "INSERT INTO people (id, email, name, title, role, department, language, password_hash, disabled, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (email) DO NOTHING",
        person.id.uuid(),
        person.email,
        person.name,
        person.title,
        person.role,
        person.department.code(),
        person.language.code(),
        password_hash,
        person.disabled,
        now
    )
    .execute(db)
    .await?;
    Ok(added.rows_affected() == 1)
}

/// Saves the language a person chose.
pub async fn set_language(db: &mut PgConnection, person: Id<id::Person>, language: Language) -> Result<(), StoreError> {
    sqlx::query!("UPDATE people SET language = $2 WHERE id = $1", person.uuid(), language.code()).execute(db).await?;
    Ok(())
}

/// One person, whose row waits for this transaction.
pub async fn lock(db: &mut PgConnection, person: Id<id::Person>) -> Result<Option<Person>, StoreError> {
    select!(" WHERE id = $1 FOR NO KEY UPDATE", person.uuid())
        .fetch_optional(db)
        .await?
        .map(Person::try_from)
        .transpose()
}

/// Who has one of these roles and may sign in. Their rows wait for this transaction, so that two of them don't go at once.
pub async fn lock_with_role(db: &mut PgConnection, roles: &[String]) -> Result<Vec<Id<id::Person>>, StoreError> {
    let found = sqlx::query_scalar!(
        "SELECT id FROM people WHERE role = ANY($1) AND NOT disabled ORDER BY id FOR NO KEY UPDATE",
        roles
    );
    Ok(found.fetch_all(db).await?.into_iter().map(Into::into).collect())
}

/// Saves what administrators change of a person.
pub async fn save(db: &mut PgConnection, person: &Person) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE people SET name = $2, title = $3, role = $4, department = $5, disabled = $6 WHERE id = $1",
        person.id.uuid(),
        person.name,
        person.title,
        person.role,
        person.department.code(),
        person.disabled
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Sets a person's password.
pub async fn set_password(db: &mut PgConnection, person: Id<id::Person>, hash: &str) -> Result<(), StoreError> {
    sqlx::query!("UPDATE people SET password_hash = $2 WHERE id = $1", person.uuid(), hash).execute(db).await?;
    Ok(())
}
