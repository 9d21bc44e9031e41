//! Runs: the state people see beside the run machine as its last step left it.

use chrono::{DateTime, Utc};
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::run::{RunError, RunState, WaitingFor};
use mezzofy_domain::usage::RunUsage;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::StoreError;
use crate::store::decode;

#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    pub id: Id<id::Run>,
    /// Where it was asked for.
    pub conversation: Id<id::Conversation>,
    /// Who asked.
    pub person: Id<id::Person>,
    /// Where it stands.
    pub state: RunState,
    /// What it waits for.
    pub waiting_for: Option<WaitingFor>,
    /// The department's agent that serves it.
    pub agent: Option<String>,
    /// The skill in use.
    pub skill: Option<String>,
    /// What the skill was given.
    pub inputs: Value,
    /// The names of the calls, in order.
    pub tools: Vec<String>,
    /// What was answered.
    pub answer: Option<String>,
    /// Why it failed.
    pub error: Option<RunError>,
    /// Tokens and money.
    pub usage: RunUsage,
    /// The run machine, for the agent crate.
    pub machine: Value,
    /// Rises by one with each save.
    pub version: i32,
    /// Whether someone asked to stop it.
    pub cancel_asked: bool,
    /// When it goes on by itself.
    pub wake_at: Option<DateTime<Utc>>,
    /// Whether it read what others wrote.
    pub outside: bool,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
}

struct Row {
    id: Uuid,
    conversation_id: Uuid,
    person_id: Uuid,
    state: String,
    waiting_for: Option<String>,
    agent: Option<String>,
    skill: Option<String>,
    inputs: Value,
    tools: Vec<String>,
    answer: Option<String>,
    error: Option<Value>,
    usage: Value,
    machine: Value,
    version: i32,
    cancel_asked: bool,
    wake_at: Option<DateTime<Utc>>,
    outside: bool,
    created_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for Run {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let read = |error: serde_json::Error| StoreError::stored("run", &error);
        Ok(Self {
            id: row.id.into(),
            conversation: row.conversation_id.into(),
            person: row.person_id.into(),
            state: decode("run", &row.state)?,
            waiting_for: row.waiting_for.map(|code| decode("run", &code)).transpose()?,
            agent: row.agent,
            skill: row.skill,
            inputs: row.inputs,
            tools: row.tools,
            answer: row.answer,
            error: row.error.map(serde_json::from_value).transpose().map_err(read)?,
            usage: serde_json::from_value(row.usage).map_err(read)?,
            machine: row.machine,
            version: row.version,
            cancel_asked: row.cancel_asked,
            wake_at: row.wake_at,
            outside: row.outside,
            created_at: row.created_at,
            ended_at: row.ended_at,
        })
    }
}

impl Run {
    pub(crate) fn stored_usage(&self) -> Result<Value, StoreError> {
        serde_json::to_value(&self.usage).map_err(|error| StoreError::stored("run", &error))
    }
}

/// Stores a new run; one in the background, which nobody waits for, goes after those of people.
pub async fn add(db: &mut PgConnection, run: &Run, background: bool) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO runs (id, conversation_id, person_id, state, usage, machine, created_at, background)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        run.id.uuid(),
        run.conversation.uuid(),
        run.person.uuid(),
        run.state.code(),
        run.stored_usage()?,
        run.machine,
        run.created_at,
        background
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Lets a queued run begin, unless its person has so many at work already: then it is looked at again from `now` on. Those that rest
/// or wait are not at work.
pub async fn start(
    db: &mut PgConnection,
    run: Id<id::Run>,
    person: Id<id::Person>,
    most: i64,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    // Two at once would both find room.
    let turn = format!("runs of {person}");
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", turn).execute(&mut *db).await?;
    let begun = sqlx::query!(
        "UPDATE runs SET state = 'running', wake_at = NULL WHERE id = $1
           AND (SELECT count(*) FROM runs o WHERE o.person_id = $2 AND o.state = 'running' AND o.wake_at IS NULL AND o.id <> $1) < $3",
        run.uuid(),
        person.uuid(),
        most
    )
    .execute(&mut *db)
    .await?;
    if begun.rows_affected() == 1 {
        return Ok(true);
    }
    sqlx::query!("UPDATE runs SET wake_at = $2 WHERE id = $1", run.uuid(), now).execute(db).await?;
    Ok(false)
}

/// Saves a run after a step, if nobody else has since it was read; else [`StoreError::LostLease`]. One that would rest though
/// somebody asked to stop it is due at once, unless an effect of it may be on its way, which is waited for.
pub async fn save(db: &mut PgConnection, run: &mut Run) -> Result<(), StoreError> {
    let waiting_for = run.waiting_for.map(WaitingFor::code);
    let error = run.error.as_ref().map(serde_json::to_value).transpose().map_err(|e| StoreError::stored("run", &e))?;
    let saved = sqlx::query!(
        "UPDATE runs SET state = $3, waiting_for = $4, agent = $5, skill = $6, inputs = $7, tools = $8, answer = $9, error = $10,
                usage = $11, machine = $12, ended_at = $13,
                wake_at = CASE WHEN cancel_asked AND $14::timestamptz IS NOT NULL
                    AND NOT EXISTS (SELECT FROM effects WHERE effects.run_id = runs.id AND effects.state = 'attempting') THEN created_at ELSE $14 END, outside = $15, version = version + 1
         WHERE id = $1 AND version = $2",
        run.id.uuid(),
        run.version,
        run.state.code(),
        waiting_for,
        run.agent,
        run.skill,
        run.inputs,
        &run.tools,
        run.answer,
        error,
        run.stored_usage()?,
        run.machine,
        run.ended_at,
        run.wake_at,
        run.outside
    )
    .execute(db)
    .await?;
    if saved.rows_affected() != 1 {
        return Err(StoreError::LostLease);
    }
    run.version += 1;
    Ok(())
}

/// A run as its worker loads it, whoever asked for it.
pub async fn load(db: &mut PgConnection, id: Id<id::Run>) -> Result<Option<Run>, StoreError> {
    sqlx::query_as!(
        Row,
        "SELECT id, conversation_id, person_id, state, waiting_for, agent, skill, inputs, tools, answer, error, usage, machine,
                version, cancel_asked, wake_at, outside, created_at, ended_at
         FROM runs WHERE id = $1",
        id.uuid()
    )
    .fetch_optional(db)
    .await?
    .map(Run::try_from)
    .transpose()
}

/// A person's run.
pub async fn get(db: &mut PgConnection, person: Id<id::Person>, id: Id<id::Run>) -> Result<Option<Run>, StoreError> {
    Ok(load(db, id).await?.filter(|run| run.person == person))
}

/// A person's run, locked until the transaction ends.
pub async fn lock(db: &mut PgConnection, person: Id<id::Person>, id: Id<id::Run>) -> Result<Option<Run>, StoreError> {
    sqlx::query!("SELECT id FROM runs WHERE id = $1 AND person_id = $2 FOR UPDATE", id.uuid(), person.uuid())
        .fetch_optional(&mut *db)
        .await?;
    get(db, person, id).await
}

/// The newest run of a conversation, locked until the transaction ends.
pub async fn lock_newest(db: &mut PgConnection, conversation: Id<id::Conversation>) -> Result<Option<Run>, StoreError> {
    let newest = sqlx::query_scalar!(
        "SELECT id FROM runs WHERE conversation_id = $1 ORDER BY id DESC LIMIT 1 FOR UPDATE",
        conversation.uuid()
    )
    .fetch_optional(&mut *db)
    .await?;
    match newest {
        Some(id) => load(db, id.into()).await,
        None => Ok(None),
    }
}

/// Whether a run of the conversation has not ended.
pub async fn any_queued_or_running(
    db: &mut PgConnection,
    conversation: Id<id::Conversation>,
) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM runs WHERE conversation_id = $1 AND state IN ('queued', 'running')) AS "any!""#,
        conversation.uuid()
    )
    .fetch_one(db)
    .await?)
}

/// Asks a run's worker to stop before the next step.
pub async fn request_cancellation(db: &mut PgConnection, id: Id<id::Run>) -> Result<(), StoreError> {
    sqlx::query!("UPDATE runs SET cancel_asked = true WHERE id = $1", id.uuid()).execute(db).await?;
    Ok(())
}

/// Whether someone asked to stop the run.
pub async fn cancellation_requested(db: &mut PgConnection, id: Id<id::Run>) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar!("SELECT cancel_asked FROM runs WHERE id = $1", id.uuid())
        .fetch_optional(db)
        .await?
        .unwrap_or(true))
}

/// The runs that are to go on by themselves by now, at most a hundred; none is answered twice.
pub async fn take_due(db: &mut PgConnection, now: DateTime<Utc>) -> Result<Vec<Id<id::Run>>, StoreError> {
    Ok(sqlx::query_scalar!(
        "UPDATE runs SET wake_at = NULL
         WHERE id IN (SELECT id FROM runs WHERE wake_at <= $1 ORDER BY wake_at LIMIT 100 FOR UPDATE SKIP LOCKED) RETURNING id",
        now
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(Into::into)
    .collect())
}

/// Has a run looked at again at a time, unless somebody has moved it on since it was read.
pub async fn requeue_at(db: &mut PgConnection, run: &Run, at: DateTime<Utc>) -> Result<(), StoreError> {
    sqlx::query!("UPDATE runs SET wake_at = $3 WHERE id = $1 AND version = $2", run.id.uuid(), run.version, at)
        .execute(db)
        .await?;
    Ok(())
}

/// Whether a run of the conversation before this one read what others wrote.
pub async fn another_read_outside(
    db: &mut PgConnection,
    conversation: Id<id::Conversation>,
    except: Id<id::Run>,
) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM runs WHERE conversation_id = $1 AND id <> $2 AND outside) AS "any!""#,
        conversation.uuid(),
        except.uuid()
    )
    .fetch_one(db)
    .await?)
}

/// A run that waits for an approval goes on: whoever asks for it from now on waits for its end.
pub async fn requeue_after_approval(db: &mut PgConnection, id: Id<id::Run>) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE runs SET state = 'queued', waiting_for = NULL, version = version + 1
         WHERE id = $1 AND state = 'waiting' AND waiting_for = 'approval'",
        id.uuid()
    )
    .execute(db)
    .await?;
    Ok(())
}
