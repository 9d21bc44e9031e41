//! Effects: each move of their state is one guarded update, so two workers can't both make it.

use chrono::{DateTime, Utc};
use mezzofy_domain::effect::{EffectKind, EffectState, Mail};
use mezzofy_domain::id::{self, Id};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::StoreError;
use crate::page::{Page, Slice};

/// An effect.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// Which one.
    pub id: Id<id::Effect>,
    /// Whose.
    pub person: Id<id::Person>,
    /// Out of which run.
    pub run: Id<id::Run>,
    /// What kind of change.
    pub kind: EffectKind,
    /// Where it stands.
    pub state: EffectState,
    /// The same for every try of the same call.
    pub idempotency_key: String,
    /// What is sent.
    pub mail: Mail,
    /// SHA-256 of its canonical JSON.
    pub payload_hash: String,
    /// How far it has come with the provider; what is in it is the provider's client's affair.
    pub walk: Option<Value>,
    /// Why it failed or can't be known.
    pub error: Option<String>,
    /// When it was intended.
    pub created_at: DateTime<Utc>,
    /// When the provider's receipt came.
    pub done_at: Option<DateTime<Utc>>,
}

struct Row {
    id: Uuid,
    person_id: Uuid,
    run_id: Uuid,
    kind: String,
    state: String,
    idempotency_key: String,
    payload: Value,
    payload_hash: String,
    walk: Option<Value>,
    error: Option<String>,
    created_at: DateTime<Utc>,
    done_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for Effect {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.into(),
            person: row.person_id.into(),
            run: row.run_id.into(),
            kind: EffectKind::from_code(&row.kind).ok_or_else(|| StoreError::stored("effect", &row.kind))?,
            state: EffectState::from_code(&row.state).ok_or_else(|| StoreError::stored("effect", &row.state))?,
            idempotency_key: row.idempotency_key,
            mail: serde_json::from_value(row.payload).map_err(|error| StoreError::stored("effect", &error))?,
            payload_hash: row.payload_hash,
            walk: row.walk,
            error: row.error,
            created_at: row.created_at,
            done_at: row.done_at,
        })
    }
}

/// Stores an intended effect. The same idempotency key again answers the row that is there.
pub async fn intend(db: &mut PgConnection, new: &Effect) -> Result<Effect, StoreError> {
    let payload = serde_json::to_value(&new.mail).map_err(|error| StoreError::stored("effect", &error))?;
    sqlx::query!(
        "INSERT INTO effects (id, person_id, run_id, kind, state, idempotency_key, payload, payload_hash, created_at)
         VALUES ($1, $2, $3, $4, 'intended', $5, $6, $7, $8) ON CONFLICT (idempotency_key) DO NOTHING",
        new.id.uuid(),
        new.person.uuid(),
        new.run.uuid(),
        new.kind.code(),
        new.idempotency_key,
        payload,
        new.payload_hash,
        new.created_at
    )
    .execute(&mut *db)
    .await?;
    by_key(db, &new.idempotency_key).await?.ok_or_else(|| StoreError::stored("effect", &"it is gone"))
}

/// The effect of a key.
pub async fn by_key(db: &mut PgConnection, key: &str) -> Result<Option<Effect>, StoreError> {
    sqlx::query_as!(
        Row,
        "SELECT id, person_id, run_id, kind, state, idempotency_key, payload, payload_hash, walk, error, created_at, done_at
         FROM effects WHERE idempotency_key = $1",
        key
    )
    .fetch_optional(db)
    .await?
    .map(Effect::try_from)
    .transpose()
}

/// The effect of a run that has done exactly this already.
pub async fn done_in_run(
    db: &mut PgConnection,
    run: Id<id::Run>,
    payload_hash: &str,
) -> Result<Option<Effect>, StoreError> {
    sqlx::query_as!(
        Row,
        "SELECT id, person_id, run_id, kind, state, idempotency_key, payload, payload_hash, walk, error, created_at, done_at
         FROM effects WHERE run_id = $1 AND payload_hash = $2 AND state = 'done'",
        run.uuid(),
        payload_hash
    )
    .fetch_optional(db)
    .await?
    .map(Effect::try_from)
    .transpose()
}

/// Moves an effect from intended to attempting. Answers false when another worker has.
pub async fn attempt(db: &mut PgConnection, id: Id<id::Effect>) -> Result<bool, StoreError> {
    let moved = sqlx::query!("UPDATE effects SET state = 'attempting' WHERE id = $1 AND state = 'intended'", id.uuid())
        .execute(db)
        .await?;
    Ok(moved.rows_affected() == 1)
}

/// Keeps how far the effect has come, while it is attempted.
pub async fn set_walk(db: &mut PgConnection, id: Id<id::Effect>, walk: &Value) -> Result<(), StoreError> {
    sqlx::query!("UPDATE effects SET walk = $2 WHERE id = $1 AND state = 'attempting'", id.uuid(), walk)
        .execute(db)
        .await?;
    Ok(())
}

/// Moves an effect that is not ended to one of the ends. Answers false when another worker has.
pub async fn end(
    db: &mut PgConnection,
    id: Id<id::Effect>,
    state: EffectState,
    error: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done_at = (state == EffectState::Done).then_some(now);
    let ended = sqlx::query!(
        "UPDATE effects SET state = $2, error = $3, done_at = $4 WHERE id = $1 AND state IN ('intended', 'attempting')",
        id.uuid(),
        state.code(),
        error,
        done_at
    )
    .execute(db)
    .await?;
    Ok(ended.rows_affected() == 1)
}

/// A person's effects, newest first.
pub async fn list(
    db: &mut PgConnection,
    person: Id<id::Person>,
    kind: Option<EffectKind>,
    page: Page,
) -> Result<Slice<Effect>, StoreError> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT id, person_id, run_id, kind, state, idempotency_key, payload, payload_hash, walk, error, created_at, done_at
         FROM effects WHERE person_id = $1 AND ($2::text IS NULL OR kind = $2) AND ($3::uuid IS NULL OR id < $3)
         ORDER BY id DESC LIMIT $4",
        person.uuid(),
        kind.map(EffectKind::code),
        page.before,
        page.fetch()
    )
    .fetch_all(db)
    .await?;
    let effects = rows.into_iter().map(Effect::try_from).collect::<Result<Vec<_>, _>>()?;
    Ok(page.slice(effects, |effect| effect.id.uuid()))
}

/// A person's effect.
pub async fn get(
    db: &mut PgConnection,
    person: Id<id::Person>,
    id: Id<id::Effect>,
) -> Result<Option<Effect>, StoreError> {
    sqlx::query_as!(
        Row,
        "SELECT id, person_id, run_id, kind, state, idempotency_key, payload, payload_hash, walk, error, created_at, done_at
         FROM effects WHERE id = $1 AND person_id = $2",
        id.uuid(),
        person.uuid()
    )
    .fetch_optional(db)
    .await?
    .map(Effect::try_from)
    .transpose()
}
