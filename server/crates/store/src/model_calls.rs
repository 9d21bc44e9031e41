//! Calls of models that cost money: what each may cost is reserved before it, what it did cost is settled after it.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use mezzofy_domain::coded;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::people::Department;
use mezzofy_domain::period::Period;
use mezzofy_domain::usage::{RunUsage, Usage};
use rust_decimal::Decimal;
use sqlx::PgConnection;
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::StoreError;
use crate::budgets::{self, BudgetScope, BudgetSubject, DefaultBudgets};
use crate::store::{decode, unsigned};

/// Reservations queue here one by one: the company's budget concerns all of them.
const RESERVATION_LOCK: i64 = 0x6d6f_6465_6c73;

/// A call that is about to be made.
#[derive(Debug, Clone, Copy)]
pub struct Reservation<'a> {
    /// Which call.
    pub id: Id<id::ModelCall>,
    /// Out of which run.
    pub run: Id<id::Run>,
    pub person: Id<id::Person>,
    /// On which department's budget.
    pub department: Department,
    /// The provider's name in the configuration.
    pub provider: &'a str,
    /// The model's id.
    pub model: &'a str,
    /// What for, e.g. `plan`.
    pub task: &'a str,
    /// USD it may cost at most.
    pub amount: Decimal,
    /// The present time; it says which month the call belongs to.
    pub now: DateTime<Utc>,
}

/// A budget that has no room for a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the {} budget of {month} is used up: {spent} of {limit} USD are spent", .scope.code())]
pub struct BudgetExhausted {
    pub scope: BudgetScope,
    /// USD a month.
    pub limit: Decimal,
    /// USD of the month so far, open reservations among them.
    pub spent: Decimal,
    /// Which month.
    pub month: Period,
}

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum CallState {
    /// At work; it counts for what was reserved.
    Reserved,
    /// Made and counted.
    Settled,
    /// Nothing came of it and nothing was billed.
    Failed,
    /// Its worker died; it counts for what was reserved.
    Lost,
}

coded!(CallState);

/// A call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelCall {
    pub id: Id<id::ModelCall>,
    /// The provider's name in the configuration.
    pub provider: String,
    /// The model's id.
    pub model: String,
    /// What for.
    pub task: String,
    /// Where it stands.
    pub state: CallState,
    /// What it took.
    pub usage: Usage,
    /// USD it counts for.
    pub cost: Decimal,
    /// When it was reserved.
    pub created_at: DateTime<Utc>,
}

/// What several calls took together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UsageSum {
    /// The model of the newest settled one, else of the newest lost one.
    pub model: Option<String>,
    /// Their tokens.
    pub usage: Usage,
    /// USD they count for.
    pub cost: Decimal,
}

impl UsageSum {
    /// The sum of calls, oldest first.
    #[must_use]
    pub fn of(calls: &[ModelCall]) -> Self {
        let newest = |state| calls.iter().rev().find(|call| call.state == state);
        let settled = newest(CallState::Settled).or_else(|| newest(CallState::Lost));
        Self {
            model: settled.map(|call| call.model.clone()),
            usage: calls.iter().fold(Usage::default(), |sum, call| sum.plus(call.usage)),
            cost: calls.iter().map(|call| call.cost).sum(),
        }
    }

    /// As it is stored with the run whose calls they are; without any the planner served.
    #[must_use]
    pub fn of_run(self) -> RunUsage {
        self.model.map_or_else(RunUsage::planner, |model| RunUsage::of(model, self.usage, self.cost))
    }
}

/// What a person used of a model in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageRow {
    /// Whose; an email address.
    pub person: String,
    /// On which department's budget.
    pub department: Department,
    /// The model's id.
    pub model: String,
    /// In how many runs.
    pub runs: u64,
    /// All tokens of the prompts.
    pub input_tokens: u64,
    /// Those of them that were read from a cache.
    pub cached_tokens: u64,
    /// Tokens of the replies.
    pub output_tokens: u64,
    /// USD, exact.
    pub cost: Decimal,
}

/// Reserves the money for a call where the company's, the department's and the person's budget of the month have room for
/// it. Reservations wait for each other until their transactions end, so no two take the same room.
pub async fn reserve(
    db: &mut PgConnection,
    new: &Reservation<'_>,
    zone: Tz,
    defaults: &DefaultBudgets,
) -> Result<Result<(), BudgetExhausted>, StoreError> {
    sqlx::query!("SELECT pg_advisory_xact_lock($1)", RESERVATION_LOCK).execute(&mut *db).await?;
    let month = budgets::month_of(new.now, zone);
    let (from, to) = budgets::bounds(month, zone);
    let spent = sqlx::query!(
        r#"SELECT coalesce(sum(cost), 0) AS "company!",
                  coalesce(sum(cost) FILTER (WHERE department = $3), 0) AS "department!",
                  coalesce(sum(cost) FILTER (WHERE person_id = $4), 0) AS "person!"
           FROM model_calls WHERE created_at >= $1 AND created_at < $2"#,
        from,
        to,
        new.department.code(),
        new.person.uuid()
    )
    .fetch_one(&mut *db)
    .await?;
    let subjects =
        [BudgetSubject::Company, BudgetSubject::Department(new.department), BudgetSubject::Person(new.person)];
    let limits = budgets::limits(&mut *db, subjects, defaults).await?;
    for ((subject, limit), spent) in
        subjects.into_iter().zip(limits).zip([spent.company, spent.department, spent.person])
    {
        if let Some(limit) = limit.filter(|limit| spent + new.amount > *limit) {
            let (limit, spent) = (limit.normalize(), spent.normalize());
            return Ok(Err(BudgetExhausted { scope: subject.scope(), limit, spent, month }));
        }
    }
    sqlx::query!(
        "INSERT INTO model_calls (id, run_id, person_id, department, provider, model, task, state, reserved, cost, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'reserved', $8, $8, $9)",
        new.id.uuid(),
        new.run.uuid(),
        new.person.uuid(),
        new.department.code(),
        new.provider,
        new.model,
        new.task,
        new.amount,
        new.now
    )
    .execute(db)
    .await?;
    Ok(Ok(()))
}

/// Counts what a call took instead of what was reserved for it. A call that was given up as lost may still come back.
pub async fn settle(
    db: &mut PgConnection,
    id: Id<id::ModelCall>,
    usage: Usage,
    cost: Decimal,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE model_calls SET state = 'settled', cost = $2, input_tokens = $3, cache_read_tokens = $4,
                cache_write_5m_tokens = $5, cache_write_1h_tokens = $6, output_tokens = $7, settled_at = $8
         WHERE id = $1 AND state IN ('reserved', 'lost')",
        id.uuid(),
        cost,
        stored(usage.input),
        stored(usage.cache_read),
        stored(usage.cache_write_5m),
        stored(usage.cache_write_1h),
        stored(usage.output),
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Gives back what was reserved for a call that nothing was billed for.
pub async fn fail(db: &mut PgConnection, id: Id<id::ModelCall>, now: DateTime<Utc>) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE model_calls SET state = 'failed', cost = 0, settled_at = $2 WHERE id = $1 AND state IN ('reserved', 'lost')",
        id.uuid(),
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Gives up a run's calls that a dead worker left at work: what they took is not known, so they count for what was
/// reserved. Answers how many there were.
pub async fn write_off_open(db: &mut PgConnection, run: Id<id::Run>, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let lost = sqlx::query!(
        "UPDATE model_calls SET state = 'lost', settled_at = $2 WHERE run_id = $1 AND state = 'reserved'",
        run.uuid(),
        now
    )
    .execute(db)
    .await?;
    Ok(lost.rows_affected())
}

/// Gives up the calls at work that were reserved before a time: their workers are dead. Answers how many there were.
pub async fn lose_before(db: &mut PgConnection, before: DateTime<Utc>, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let lost = sqlx::query!(
        "UPDATE model_calls SET state = 'lost', settled_at = $2 WHERE state = 'reserved' AND created_at < $1",
        before,
        now
    )
    .execute(db)
    .await?;
    Ok(lost.rows_affected())
}

/// A run's calls, oldest first.
pub async fn of_run(db: &mut PgConnection, run: Id<id::Run>) -> Result<Vec<ModelCall>, StoreError> {
    let rows = sqlx::query!(
        "SELECT id, provider, model, task, state, input_tokens, cache_read_tokens, cache_write_5m_tokens,
                cache_write_1h_tokens, output_tokens, cost, created_at
         FROM model_calls WHERE run_id = $1 ORDER BY number",
        run.uuid()
    )
    .fetch_all(db)
    .await?;
    let calls = rows.into_iter().map(|row| {
        Ok(ModelCall {
            id: row.id.into(),
            provider: row.provider,
            model: row.model,
            task: row.task,
            state: decode("model call", &row.state)?,
            usage: Usage {
                input: count(row.input_tokens)?,
                cache_read: count(row.cache_read_tokens)?,
                cache_write_5m: count(row.cache_write_5m_tokens)?,
                cache_write_1h: count(row.cache_write_1h_tokens)?,
                output: count(row.output_tokens)?,
            },
            cost: row.cost.normalize(),
            created_at: row.created_at,
        })
    });
    calls.collect()
}

/// What was used in a month, by person, department and model. Calls at work and calls that failed are not in it.
pub async fn of_month(db: &mut PgConnection, month: Period, zone: Tz) -> Result<Vec<UsageRow>, StoreError> {
    let (from, to) = budgets::bounds(month, zone);
    let rows = sqlx::query!(
        r#"SELECT p.email, c.department, c.model, count(DISTINCT c.run_id) AS "runs!",
                  sum(c.input_tokens + c.cache_read_tokens + c.cache_write_5m_tokens + c.cache_write_1h_tokens)::bigint
                      AS "input_tokens!",
                  sum(c.cache_read_tokens)::bigint AS "cached_tokens!", sum(c.output_tokens)::bigint AS "output_tokens!",
                  sum(c.cost) AS "cost!"
           FROM model_calls c JOIN people p ON p.id = c.person_id
           WHERE c.created_at >= $1 AND c.created_at < $2 AND c.state IN ('settled', 'lost')
           GROUP BY p.email, c.department, c.model ORDER BY p.email, c.department, c.model"#,
        from,
        to
    )
    .fetch_all(db)
    .await?;
    let rows = rows.into_iter().map(|row| {
        Ok(UsageRow {
            person: row.email,
            department: decode("model call", &row.department)?,
            model: row.model,
            runs: count(row.runs)?,
            input_tokens: count(row.input_tokens)?,
            cached_tokens: count(row.cached_tokens)?,
            output_tokens: count(row.output_tokens)?,
            cost: row.cost.normalize(),
        })
    });
    rows.collect()
}

fn stored(tokens: u64) -> i64 {
    i64::try_from(tokens).unwrap_or(i64::MAX)
}

fn count(number: i64) -> Result<u64, StoreError> {
    unsigned("model call", number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_that_cannot_be_read_are_an_error_and_not_none() {
        assert_eq!(count(3).unwrap(), 3);
        assert!(count(-3).is_err());
    }
}
