//! Effects whose runs are over: those that their persons settle, and those that are taken up once more by themselves.

use chrono::{DateTime, Utc};
use mezzofy_domain::effect::{EffectState, EffectVerdict};
use mezzofy_domain::id::{self, Id};
use serde_json::Value;
use sqlx::PgConnection;

use super::{Effect, Row};
use crate::StoreError;

/// Moves an effect whose end is unknown to where its person's word puts it, to be attempted from `checkpoint` if that is once more. Answers
/// false, and changes nothing, when its end is known by now.
pub async fn settle(
    db: &mut PgConnection,
    id: Id<id::Effect>,
    verdict: EffectVerdict,
    state: EffectState,
    checkpoint: Option<&Value>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let (done_at, due_at) = match verdict {
        EffectVerdict::Arrived => (Some(now), None),
        EffectVerdict::SendAgain => (None, Some(now)),
    };
    let settled = sqlx::query!(
        "UPDATE effects SET state = $2, verdict = $3, walk = $4, error = NULL, done_at = $5, due_at = COALESCE($6, due_at)
         WHERE id = $1 AND state = 'unknown'",
        id.uuid(),
        state.code(),
        verdict.code(),
        checkpoint,
        done_at,
        due_at
    )
    .execute(db)
    .await?;
    Ok(settled.rows_affected() == 1)
}

/// Has an effect taken up outside its run at a time.
pub async fn set_due(db: &mut PgConnection, id: Id<id::Effect>, at: DateTime<Utc>) -> Result<(), StoreError> {
    sqlx::query!("UPDATE effects SET due_at = $2 WHERE id = $1", id.uuid(), at).execute(db).await?;
    Ok(())
}

/// The effects that are to be taken up outside their runs by now; until `lease` nobody else gets them.
pub async fn take_due(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    lease: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Effect>, StoreError> {
    let taken = sqlx::query_scalar!(
        "UPDATE effects SET due_at = $2
         WHERE id IN (SELECT id FROM effects WHERE due_at <= $1 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING id",
        now,
        lease,
        limit
    )
    .fetch_all(&mut *db)
    .await?;
    select!(" WHERE id = ANY ($1)", &taken).fetch_all(db).await?.into_iter().map(Effect::try_from).collect()
}

/// Gives an effect back that was taken until `lease`, to be taken up again at a time or never; unless it is due otherwise by now.
pub async fn give_back(
    db: &mut PgConnection,
    id: Id<id::Effect>,
    lease: DateTime<Utc>,
    due_at: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    sqlx::query!("UPDATE effects SET due_at = $3 WHERE id = $1 AND due_at = $2", id.uuid(), lease, due_at)
        .execute(db)
        .await?;
    Ok(())
}
