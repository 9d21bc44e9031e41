//! Schedules and their occurrences. A schedule that is not over has one occurrence ahead, state `due`; when its moment comes,
//! one process takes it with a lock and stores what became of it, the run it began and the next one in one transaction.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::people::Department;
use mezzofy_domain::run::WaitingFor;
use mezzofy_domain::schedule::ScheduleRule;
use mezzofy_domain::schedule::occurrence::{OccurrenceReason, OccurrenceState};
use mezzofy_domain::schedule::plan::Misfire;
use serde_json::{Map, Value};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::StoreError;
use crate::page::{Page, PageRequest};
use crate::store::decode;

/// A checked query of `schedules` from its `WHERE` on, so that the columns stand once.
macro_rules! select {
    ($($rest:tt)+) => {
        sqlx::query_as!(
            Row,
            "SELECT id, person_id, name, request, agent, skill, inputs, emails, channel, push, rule, misfire, \
             paused, created_at FROM schedules" + $($rest)+
        )
    };
}

#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    pub id: Id<id::Schedule>,
    /// Whose it is; its runs are theirs.
    pub owner: Id<id::Person>,
    /// What its owner calls it; no two of theirs have the same name.
    pub name: String,
    /// What is asked each time; where there is a skill, what it does in words.
    pub request: String,
    /// Whose agent is asked, where the owner has named it.
    pub agent: Option<Department>,
    /// What runs in place of the request.
    pub skill: Option<String>,
    /// Its inputs by name.
    pub inputs: Map<String, Value>,
    /// Who gets the result by mail.
    pub emails: Vec<String>,
    /// The channel in Teams that the result is posted in.
    pub channel: Option<String>,
    /// Whether the owner's devices are told how each time ended.
    pub push: bool,
    pub rule: ScheduleRule,
    /// What becomes of moments that nobody was there for.
    pub misfire: Misfire,
    /// Whether it rests.
    pub paused: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// An occurrence as its run left it.
#[derive(Debug, Clone, PartialEq)]
pub struct Occurrence {
    pub id: Uuid,
    /// Its moment.
    pub due_at: DateTime<Utc>,
    /// Where it stands, with its run.
    pub state: OccurrenceState,
    /// Why it did not run; or that a person started it.
    pub reason: Option<OccurrenceReason>,
    /// The run it began.
    pub run: Option<Uuid>,
    /// What that run waits for.
    pub waiting_for: Option<WaitingFor>,
    /// Why that run failed.
    pub error: Option<String>,
}

struct OccurrenceRow {
    schedule_id: Uuid,
    id: Uuid,
    due_at: DateTime<Utc>,
    state: String,
    reason: Option<String>,
    run_id: Option<Uuid>,
    waiting_for: Option<String>,
    error: Option<String>,
}

impl TryFrom<OccurrenceRow> for Occurrence {
    type Error = StoreError;

    fn try_from(row: OccurrenceRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            due_at: row.due_at,
            state: decode("occurrence", &row.state)?,
            reason: row.reason.map(|code| decode("occurrence", &code)).transpose()?,
            run: row.run_id,
            waiting_for: row.waiting_for.map(|code| decode("occurrence", &code)).transpose()?,
            error: row.error,
        })
    }
}

/// What became of a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OccurrenceOutcome {
    /// It is ahead.
    Due,
    /// It began a run.
    Started(Id<id::Run>),
    /// A person began a run beside the rule.
    Manual(Id<id::Run>),
    /// It did not run.
    Skipped(OccurrenceReason),
}

struct Row {
    id: Uuid,
    person_id: Uuid,
    name: String,
    request: String,
    agent: Option<String>,
    skill: Option<String>,
    inputs: Value,
    emails: Vec<String>,
    channel: Option<String>,
    push: bool,
    rule: Value,
    misfire: String,
    paused: bool,
    created_at: DateTime<Utc>,
}

impl TryFrom<Row> for Schedule {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.into(),
            owner: row.person_id.into(),
            name: row.name,
            request: row.request,
            agent: row.agent.map(|agent| decode("schedule", &agent)).transpose()?,
            skill: row.skill,
            inputs: serde_json::from_value(row.inputs).map_err(|error| StoreError::stored("schedule", &error))?,
            emails: row.emails,
            channel: row.channel,
            push: row.push,
            rule: serde_json::from_value(row.rule).map_err(|error| StoreError::stored("schedule", &error))?,
            misfire: decode("schedule", &row.misfire)?,
            paused: row.paused,
            created_at: row.created_at,
        })
    }
}

fn json(rule: &ScheduleRule) -> Result<Value, StoreError> {
    serde_json::to_value(rule).map_err(|error| StoreError::stored("schedule", &error))
}

/// Stores a new schedule. Answers `false` when its owner has one of that name.
pub async fn add(db: &mut PgConnection, new: &Schedule) -> Result<bool, StoreError> {
    let added = sqlx::query!(
        "INSERT INTO schedules (id, person_id, name, request, rule, misfire, paused, created_at, agent, skill, inputs, emails, channel, push)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT (person_id, name) DO NOTHING",
        new.id.uuid(),
        new.owner.uuid(),
        new.name,
        new.request,
        json(&new.rule)?,
        new.misfire.code(),
        new.paused,
        new.created_at,
        new.agent.map(Department::code),
        new.skill,
        Value::Object(new.inputs.clone()),
        &new.emails,
        new.channel,
        new.push
    )
    .execute(db)
    .await?;
    Ok(added.rows_affected() > 0)
}

/// A person's schedules, newest first.
pub async fn list(
    db: &mut PgConnection,
    owner: Id<id::Person>,
    page: PageRequest,
) -> Result<Page<Schedule>, StoreError> {
    let rows = select!(
        " WHERE person_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
        owner.uuid(),
        page.before,
        page.fetch()
    )
    .fetch_all(db)
    .await?;
    let rows = rows.into_iter().map(Schedule::try_from).collect::<Result<Vec<_>, _>>()?;
    Ok(page.cut(rows, |schedule| schedule.id.uuid()))
}

/// How many schedules a person has.
pub async fn count(db: &mut PgConnection, owner: Id<id::Person>) -> Result<i64, StoreError> {
    let count = sqlx::query_scalar!(r#"SELECT count(*) AS "count!" FROM schedules WHERE person_id = $1"#, owner.uuid());
    Ok(count.fetch_one(db).await?)
}

/// A person's schedule.
pub async fn get(
    db: &mut PgConnection,
    owner: Id<id::Person>,
    id: Id<id::Schedule>,
) -> Result<Option<Schedule>, StoreError> {
    select!(" WHERE id = $1 AND person_id = $2", id.uuid(), owner.uuid())
        .fetch_optional(db)
        .await?
        .map(Schedule::try_from)
        .transpose()
}

/// A person's schedule, which nobody else changes or starts until the transaction ends.
pub async fn lock(
    db: &mut PgConnection,
    owner: Id<id::Person>,
    id: Id<id::Schedule>,
) -> Result<Option<Schedule>, StoreError> {
    select!(" WHERE id = $1 AND person_id = $2 FOR UPDATE", id.uuid(), owner.uuid())
        .fetch_optional(db)
        .await?
        .map(Schedule::try_from)
        .transpose()
}

/// Stores what may be changed of a schedule. Answers `false` when its owner has another one of that name.
pub async fn save(db: &mut PgConnection, schedule: &Schedule) -> Result<bool, StoreError> {
    let saved = sqlx::query!(
        "UPDATE schedules SET name = $2, request = $3, rule = $4, misfire = $5, paused = $6, inputs = $8, emails = $9, channel = $10, push = $11
         WHERE id = $1 AND NOT EXISTS (SELECT FROM schedules o WHERE o.person_id = $7 AND o.name = $2 AND o.id <> $1)",
        schedule.id.uuid(),
        schedule.name,
        schedule.request,
        json(&schedule.rule)?,
        schedule.misfire.code(),
        schedule.paused,
        schedule.owner.uuid(),
        Value::Object(schedule.inputs.clone()),
        &schedule.emails,
        schedule.channel,
        schedule.push
    )
    .execute(db)
    .await?;
    Ok(saved.rows_affected() > 0)
}

/// Removes a schedule with its occurrences; runs that they began stay.
pub async fn remove(db: &mut PgConnection, owner: Id<id::Person>, id: Id<id::Schedule>) -> Result<bool, StoreError> {
    let removed = sqlx::query!("DELETE FROM schedules WHERE id = $1 AND person_id = $2", id.uuid(), owner.uuid());
    Ok(removed.execute(db).await?.rows_affected() > 0)
}

/// Puts the next moment ahead in place of the one that was.
pub async fn set_next(
    db: &mut PgConnection,
    schedule: Id<id::Schedule>,
    next: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM occurrences WHERE schedule_id = $1 AND state = 'due'", schedule.uuid())
        .execute(&mut *db)
        .await?;
    if let Some(next) = next {
        put(db, schedule, next, OccurrenceOutcome::Due).await?;
    }
    Ok(())
}

/// Stores what became of a moment, if nothing is stored of it. Answers whether it is new.
pub async fn put(
    db: &mut PgConnection,
    schedule: Id<id::Schedule>,
    due_at: DateTime<Utc>,
    outcome: OccurrenceOutcome,
) -> Result<bool, StoreError> {
    let (state, reason, run) = match outcome {
        OccurrenceOutcome::Due => ("due", None, None),
        OccurrenceOutcome::Started(run) => ("started", None, Some(run)),
        OccurrenceOutcome::Manual(run) => ("started", Some(OccurrenceReason::Manual), Some(run)),
        OccurrenceOutcome::Skipped(reason) => ("skipped", Some(reason), None),
    };
    let put = sqlx::query!(
        "INSERT INTO occurrences (id, schedule_id, due_at, state, reason, run_id) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (schedule_id, due_at) WHERE reason IS DISTINCT FROM 'manual' DO NOTHING",
        Id::<Occurrence>::new(due_at).uuid(),
        schedule.uuid(),
        due_at,
        state,
        reason.map(OccurrenceReason::code),
        run.map(Id::uuid)
    )
    .execute(db)
    .await?;
    Ok(put.rows_affected() > 0)
}

/// Takes schedules whose moment has come, oldest first, each with that moment; no other process gets them until the
/// transaction ends.
pub async fn claim_due(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    most: i64,
) -> Result<Vec<(Schedule, DateTime<Utc>)>, StoreError> {
    let rows = sqlx::query!(
        "SELECT s.id, s.person_id, s.name, s.request, s.agent, s.skill, s.inputs, s.emails, s.channel, s.push, s.rule, s.misfire, s.paused,
                s.created_at, o.due_at
         FROM occurrences o JOIN schedules s ON s.id = o.schedule_id
         WHERE o.state = 'due' AND o.due_at <= $1 ORDER BY o.due_at, o.id LIMIT $2 FOR UPDATE SKIP LOCKED",
        now,
        most
    )
    .fetch_all(db)
    .await?;
    let read = |row: Row, due_at| Ok((Schedule::try_from(row)?, due_at));
    rows.into_iter()
        .map(|row| {
            let due_at = row.due_at;
            let row = Row {
                id: row.id,
                person_id: row.person_id,
                name: row.name,
                request: row.request,
                agent: row.agent,
                skill: row.skill,
                inputs: row.inputs,
                emails: row.emails,
                channel: row.channel,
                push: row.push,
                rule: row.rule,
                misfire: row.misfire,
                paused: row.paused,
                created_at: row.created_at,
            };
            read(row, due_at)
        })
        .collect()
}

/// Whether a run that the schedule began is still at work; one that waits for a person is not.
pub async fn is_at_work(db: &mut PgConnection, schedule: Id<id::Schedule>) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM occurrences o JOIN runs r ON r.id = o.run_id
                          WHERE o.schedule_id = $1 AND r.state IN ('queued', 'running')) AS "at_work!""#,
        schedule.uuid()
    )
    .fetch_one(db)
    .await?)
}

/// A schedule's occurrences, newest moment first, that ahead among them.
pub async fn occurrences(
    db: &mut PgConnection,
    schedule: Id<id::Schedule>,
    page: PageRequest,
) -> Result<Page<Occurrence>, StoreError> {
    let rows = sqlx::query_as!(
        OccurrenceRow,
        r#"SELECT o.schedule_id, o.id, o.due_at, o.reason, o.run_id, r.waiting_for AS "waiting_for?", r.error ->> 'detail' AS error,
                  CASE WHEN o.state <> 'started' THEN o.state WHEN r.state IN ('queued', 'running', 'waiting') THEN 'running'
                       WHEN r.state IN ('failed', 'cancelled') THEN 'failed' ELSE 'done' END AS "state!"
           FROM occurrences o LEFT JOIN runs r ON r.id = o.run_id
           WHERE o.schedule_id = $1
             AND ($2::uuid IS NULL OR (o.due_at, o.id) < (SELECT b.due_at, b.id FROM occurrences b WHERE b.id = $2))
           ORDER BY o.due_at DESC, o.id DESC LIMIT $3"#,
        schedule.uuid(),
        page.before,
        page.fetch()
    )
    .fetch_all(db)
    .await?;
    let rows = rows.into_iter().map(Occurrence::try_from).collect::<Result<Vec<_>, _>>()?;
    Ok(page.cut(rows, |occurrence| occurrence.id))
}

/// The newest occurrences of each of these schedules, newest moment first, at most so many of each.
pub async fn newest_occurrences(
    db: &mut PgConnection,
    schedules: &[Uuid],
    each: i64,
) -> Result<BTreeMap<Uuid, Vec<Occurrence>>, StoreError> {
    let rows = sqlx::query_as!(
        OccurrenceRow,
        r#"SELECT o.schedule_id, o.id, o.due_at, o.reason, o.run_id, r.waiting_for AS "waiting_for?", r.error ->> 'detail' AS error,
                  CASE WHEN o.state <> 'started' THEN o.state WHEN r.state IN ('queued', 'running', 'waiting') THEN 'running'
                       WHEN r.state IN ('failed', 'cancelled') THEN 'failed' ELSE 'done' END AS "state!"
           FROM unnest($1::uuid[]) AS s(id)
           CROSS JOIN LATERAL (SELECT * FROM occurrences n WHERE n.schedule_id = s.id ORDER BY n.due_at DESC, n.id DESC LIMIT $2) AS o
           LEFT JOIN runs r ON r.id = o.run_id
           ORDER BY o.due_at DESC, o.id DESC"#,
        schedules,
        each
    )
    .fetch_all(db)
    .await?;
    let mut newest: BTreeMap<Uuid, Vec<Occurrence>> = BTreeMap::new();
    for row in rows {
        newest.entry(row.schedule_id).or_default().push(row.try_into()?);
    }
    Ok(newest)
}
