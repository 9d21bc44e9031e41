//! Effects: each move of their state is one guarded update, so two workers can't both make it.

use chrono::{DateTime, Utc};
use mezzofy_domain::effect::{EffectKind, EffectState, EffectVerdict, Payload};
use mezzofy_domain::id::{self, Id};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::StoreError;
use crate::page::{Page, PageRequest};
use crate::store::decode;

/// A checked query of `effects` from its `WHERE` on, so that the columns stand once.
macro_rules! select {
    ($($rest:tt)+) => {
        sqlx::query_as!(
            Row,
            "SELECT id, person_id, run_id, kind, state, idempotency_key, payload, payload_hash, walk AS checkpoint, error, \
             approval_id, standing_approval_id, held_until, taken_back, verdict, created_at, done_at FROM effects" + $($rest)+
        )
    };
}

mod due;

pub use due::{give_back, set_due, settle, take_due};

#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    pub id: Id<id::Effect>,
    pub person: Id<id::Person>,
    /// Out of which run.
    pub run: Id<id::Run>,
    /// Where it stands.
    pub state: EffectState,
    /// The same for every try of the same call.
    pub idempotency_key: String,
    /// What is sent.
    pub payload: Payload,
    /// SHA-256 of its canonical JSON.
    pub payload_hash: String,
    /// How far it has come with the provider; what is in it is the provider's client's affair.
    pub checkpoint: Option<Value>,
    /// Why it failed or can't be known.
    pub error: Option<String>,
    /// The approval that it was approved with.
    pub approval: Option<Id<id::Approval>>,
    /// The standing approval that covers it.
    pub standing_approval: Option<Id<id::StandingApproval>>,
    /// Until when it stays and can be taken back.
    pub held_until: Option<DateTime<Utc>>,
    /// Whether a person took it back; it has failed then.
    pub taken_back: bool,
    /// What its person said of it when its end was unknown.
    pub verdict: Option<EffectVerdict>,
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
    checkpoint: Option<Value>,
    error: Option<String>,
    approval_id: Option<Uuid>,
    standing_approval_id: Option<Uuid>,
    held_until: Option<DateTime<Utc>>,
    taken_back: bool,
    verdict: Option<String>,
    created_at: DateTime<Utc>,
    done_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for Effect {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let payload: Payload =
            serde_json::from_value(row.payload).map_err(|error| StoreError::stored("effect", &error))?;
        if payload.kind().code() != row.kind {
            return Err(StoreError::stored("effect", &row.kind));
        }
        Ok(Self {
            id: row.id.into(),
            person: row.person_id.into(),
            run: row.run_id.into(),
            state: decode("effect", &row.state)?,
            idempotency_key: row.idempotency_key,
            payload,
            payload_hash: row.payload_hash,
            checkpoint: row.checkpoint,
            error: row.error,
            approval: row.approval_id.map(Into::into),
            standing_approval: row.standing_approval_id.map(Into::into),
            held_until: row.held_until,
            taken_back: row.taken_back,
            verdict: row.verdict.map(|verdict| decode("effect", &verdict)).transpose()?,
            created_at: row.created_at,
            done_at: row.done_at,
        })
    }
}

/// Stores an intended effect, unless there is one with its idempotency key.
pub async fn intend(db: &mut PgConnection, new: &Effect) -> Result<(), StoreError> {
    let payload = serde_json::to_value(&new.payload).map_err(|error| StoreError::stored("effect", &error))?;
    sqlx::query!(
        "INSERT INTO effects (id, person_id, run_id, kind, state, idempotency_key, payload, payload_hash, approval_id,
                standing_approval_id, held_until, created_at)
         VALUES ($1, $2, $3, $4, 'intended', $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (idempotency_key) DO NOTHING",
        new.id.uuid(),
        new.person.uuid(),
        new.run.uuid(),
        new.payload.kind().code(),
        new.idempotency_key,
        payload,
        new.payload_hash,
        new.approval.map(Id::uuid),
        new.standing_approval.map(Id::uuid),
        new.held_until,
        new.created_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The effect of a run that has done exactly this already.
pub async fn done_in_run(
    db: &mut PgConnection,
    run: Id<id::Run>,
    payload_hash: &str,
) -> Result<Option<Effect>, StoreError> {
    select!(" WHERE run_id = $1 AND payload_hash = $2 AND state = 'done'", run.uuid(), payload_hash)
        .fetch_optional(db)
        .await?
        .map(Effect::try_from)
        .transpose()
}

/// Moves an effect from intended to attempting, once it is held no longer. Answers false when another worker has, when it was
/// taken back, and when it hangs on an approval that is not approved or approved other bytes.
pub async fn attempt(db: &mut PgConnection, id: Id<id::Effect>, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let moved = sqlx::query!(
        "UPDATE effects SET state = 'attempting'
         WHERE id = $1 AND state = 'intended' AND (held_until IS NULL OR held_until <= $2)
            AND (approval_id IS NULL OR EXISTS (SELECT 1 FROM approvals
                WHERE approvals.id = approval_id AND approvals.state = 'approved' AND effects.payload_hash = ANY (approvals.approved_hashes)))",
        id.uuid(),
        now
    )
    .execute(db)
    .await?;
    Ok(moved.rows_affected() == 1)
}

/// Takes an effect back that is still held. Answers false when it has left or ended.
pub async fn undo(
    db: &mut PgConnection,
    id: Id<id::Effect>,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let taken = sqlx::query!(
        "UPDATE effects SET state = 'failed', taken_back = true, error = $2 WHERE id = $1 AND state = 'intended' AND held_until > $3",
        id.uuid(),
        reason,
        now
    )
    .execute(db)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// The effects of a run that have not begun, each taken back.
pub async fn undo_all(
    db: &mut PgConnection,
    run: Id<id::Run>,
    reason: &str,
) -> Result<Vec<Id<id::Effect>>, StoreError> {
    Ok(sqlx::query_scalar!(
        "UPDATE effects SET state = 'failed', taken_back = true, error = $2 WHERE run_id = $1 AND state = 'intended' RETURNING id",
        run.uuid(),
        reason
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(Into::into)
    .collect())
}

/// Whether any effect of the run may be on its way.
pub async fn any_attempting(db: &mut PgConnection, run: Id<id::Run>) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM effects WHERE run_id = $1 AND state = 'attempting') AS "any!""#,
        run.uuid()
    )
    .fetch_one(db)
    .await?)
}

/// Whether any effect of the run is still held.
pub async fn any_held(db: &mut PgConnection, run: Id<id::Run>, now: DateTime<Utc>) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM effects WHERE run_id = $1 AND state = 'intended' AND held_until > $2) AS "any!""#,
        run.uuid(),
        now
    )
    .fetch_one(db)
    .await?)
}

/// When the person's effects of a kind of the time after `since` were intended, oldest first; those that failed or were taken back
/// do not count. Whoever counts takes turns until the transaction ends.
pub async fn sent_since(
    db: &mut PgConnection,
    person: Id<id::Person>,
    kind: EffectKind,
    since: DateTime<Utc>,
) -> Result<Vec<DateTime<Utc>>, StoreError> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended('mails ' || $1::text, 0))", person.uuid().to_string())
        .execute(&mut *db)
        .await?;
    Ok(sqlx::query_scalar!(
        "SELECT created_at FROM effects WHERE person_id = $1 AND kind = $3 AND created_at > $2 AND state <> 'failed'
         ORDER BY created_at",
        person.uuid(),
        since,
        kind.code()
    )
    .fetch_all(db)
    .await?)
}

/// The effects of these keys.
pub async fn of_keys(db: &mut PgConnection, keys: &[String]) -> Result<Vec<Effect>, StoreError> {
    select!(" WHERE idempotency_key = ANY ($1)", keys).fetch_all(db).await?.into_iter().map(Effect::try_from).collect()
}

/// Stores how far the effect has come, while it is attempted. Answers false, and keeps nothing, when the stored place is not `from`:
/// another worker has gone on with it.
pub async fn advance(
    db: &mut PgConnection,
    id: Id<id::Effect>,
    from: Option<&Value>,
    to: &Value,
) -> Result<bool, StoreError> {
    let advanced = sqlx::query!(
        "UPDATE effects SET walk = $3 WHERE id = $1 AND state = 'attempting' AND walk IS NOT DISTINCT FROM $2",
        id.uuid(),
        from,
        to
    )
    .execute(db)
    .await?;
    Ok(advanced.rows_affected() == 1)
}

/// How far the effect has come; `None` before the first place.
pub async fn checkpoint(db: &mut PgConnection, id: Id<id::Effect>) -> Result<Option<Value>, StoreError> {
    Ok(sqlx::query_scalar!("SELECT walk FROM effects WHERE id = $1", id.uuid()).fetch_one(db).await?)
}

/// Moves an effect that stands at `from` and is not ended to one of the ends. Answers false, and changes nothing, when another worker
/// has ended it or gone on with it.
pub async fn end(
    db: &mut PgConnection,
    id: Id<id::Effect>,
    from: Option<&Value>,
    state: EffectState,
    error: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done_at = (state == EffectState::Done).then_some(now);
    let ended = sqlx::query!(
        "UPDATE effects SET state = $2, error = $3, done_at = $4
         WHERE id = $1 AND state IN ('intended', 'attempting') AND walk IS NOT DISTINCT FROM $5",
        id.uuid(),
        state.code(),
        error,
        done_at,
        from
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
    page: PageRequest,
) -> Result<Page<Effect>, StoreError> {
    let rows = select!(
        " WHERE person_id = $1 AND ($2::text IS NULL OR kind = $2) AND ($3::uuid IS NULL OR id < $3)
         ORDER BY id DESC LIMIT $4",
        person.uuid(),
        kind.map(EffectKind::code),
        page.before,
        page.fetch()
    )
    .fetch_all(db)
    .await?;
    let effects = rows.into_iter().map(Effect::try_from).collect::<Result<Vec<_>, _>>()?;
    Ok(page.cut(effects, |effect| effect.id.uuid()))
}

/// A person's effect.
pub async fn get(
    db: &mut PgConnection,
    person: Id<id::Person>,
    id: Id<id::Effect>,
) -> Result<Option<Effect>, StoreError> {
    select!(" WHERE id = $1 AND person_id = $2", id.uuid(), person.uuid())
        .fetch_optional(db)
        .await?
        .map(Effect::try_from)
        .transpose()
}
