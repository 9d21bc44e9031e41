//! Approvals: one is asked for by a run and decided once; who decides first has decided.

use chrono::{DateTime, Utc};
use mezzofy_domain::approval::{ApprovalState, ProposedEffect};
use mezzofy_domain::effect::Payload;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::people::Department;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::StoreError;
use crate::page::{Page, PageRequest};
use crate::store::{decode, unsigned};

/// A checked query of `approvals` from its `WHERE` on, so that the columns stand once.
macro_rules! select {
    ($($rest:tt)+) => {
        sqlx::query_as!(
            Row,
            "SELECT id, person_id, department, run_id, conversation_id, call, state, summary, why, effects, \
             recipients, payload_hash, approved, created_at, expires_at, decided_at, decided_by, reason FROM \
             approvals" + $($rest)+
        )
    };
}

#[derive(Debug, Clone, PartialEq)]
pub struct Approval {
    pub id: Id<id::Approval>,
    /// Who asked for what it holds.
    pub person: Id<id::Person>,
    /// Their department when they asked.
    pub department: Department,
    /// The run that wants it.
    pub run: Id<id::Run>,
    /// Where that was asked for.
    pub conversation: Id<id::Conversation>,
    /// The first of the run's calls that it is for.
    pub call: String,
    /// Where it stands.
    pub state: ApprovalState,
    /// One line for the reader.
    pub summary: String,
    /// Why a person must decide, a sentence.
    pub why: String,
    /// What was proposed.
    pub effects: Vec<ProposedEffect>,
    /// Recipients of all effects together.
    pub recipients: usize,
    /// The hash over all payloads: the proposed ones, or those that were approved.
    pub payload_hash: String,
    /// What was approved; it may differ from what was proposed.
    pub approved: Option<Vec<ApprovedEffect>>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// Until when it can be decided.
    pub expires_at: DateTime<Utc>,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// By whom.
    pub decided_by: Option<Id<id::Person>>,
    /// Why it was rejected, as the person said it.
    pub reason: Option<String>,
}

/// A payload that was approved, and the call it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovedEffect {
    /// The call of the run.
    pub call: String,
    /// What is sent.
    pub payload: Payload,
}

#[derive(Debug, Clone)]
pub struct Decision<'a> {
    /// What becomes of it.
    pub state: ApprovalState,
    /// By whom; nobody when it expired.
    pub by: Option<Id<id::Person>>,
    pub reason: Option<&'a str>,
    /// What may be sent, when approved.
    pub approved: Option<&'a [ApprovedEffect]>,
    /// The hash over the approved payloads; the one it has when not approved.
    pub payload_hash: &'a str,
    pub now: DateTime<Utc>,
}

struct Row {
    id: Uuid,
    person_id: Uuid,
    department: String,
    run_id: Uuid,
    conversation_id: Uuid,
    call: String,
    state: String,
    summary: String,
    why: String,
    effects: Value,
    recipients: i32,
    payload_hash: String,
    approved: Option<Value>,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    decided_at: Option<DateTime<Utc>>,
    decided_by: Option<Uuid>,
    reason: Option<String>,
}

impl TryFrom<Row> for Approval {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let read = |error: serde_json::Error| StoreError::stored("approval", &error);
        Ok(Self {
            id: row.id.into(),
            person: row.person_id.into(),
            department: decode("approval", &row.department)?,
            run: row.run_id.into(),
            conversation: row.conversation_id.into(),
            call: row.call,
            state: decode("approval", &row.state)?,
            summary: row.summary,
            why: row.why,
            effects: serde_json::from_value(row.effects).map_err(read)?,
            recipients: unsigned("approval's number of recipients", row.recipients)?,
            payload_hash: row.payload_hash,
            approved: row.approved.map(serde_json::from_value).transpose().map_err(read)?,
            created_at: row.created_at,
            expires_at: row.expires_at,
            decided_at: row.decided_at,
            decided_by: row.decided_by.map(Into::into),
            reason: row.reason,
        })
    }
}

/// Stores an approval that waits for a decision.
pub async fn ask(db: &mut PgConnection, new: &Approval) -> Result<(), StoreError> {
    let effects = serde_json::to_value(&new.effects).map_err(|error| StoreError::stored("approval", &error))?;
    sqlx::query!(
        "INSERT INTO approvals (id, person_id, department, run_id, conversation_id, call, state, summary, why, effects, recipients,
                payload_hash, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'pending', $7, $8, $9, $10, $11, $12, $13)",
        new.id.uuid(),
        new.person.uuid(),
        new.department.code(),
        new.run.uuid(),
        new.conversation.uuid(),
        new.call,
        new.summary,
        new.why,
        effects,
        i32::try_from(new.recipients).unwrap_or(i32::MAX),
        new.payload_hash,
        new.created_at,
        new.expires_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The approval of a run's calls from this one on.
pub async fn of_call(db: &mut PgConnection, run: Id<id::Run>, call: &str) -> Result<Option<Approval>, StoreError> {
    select!(" WHERE run_id = $1 AND call = $2", run.uuid(), call)
        .fetch_optional(db)
        .await?
        .map(Approval::try_from)
        .transpose()
}

/// The approval that a run waits for, locked until the transaction ends.
pub async fn pending_of_run(db: &mut PgConnection, run: Id<id::Run>) -> Result<Option<Approval>, StoreError> {
    select!(" WHERE run_id = $1 AND state = 'pending' FOR UPDATE", run.uuid())
        .fetch_optional(db)
        .await?
        .map(Approval::try_from)
        .transpose()
}

/// One approval, whoever asked for it.
pub async fn get(db: &mut PgConnection, id: Id<id::Approval>) -> Result<Option<Approval>, StoreError> {
    select!(" WHERE id = $1", id.uuid()).fetch_optional(db).await?.map(Approval::try_from).transpose()
}

/// The same, locked until the transaction ends.
pub async fn lock(db: &mut PgConnection, id: Id<id::Approval>) -> Result<Option<Approval>, StoreError> {
    sqlx::query!("SELECT id FROM approvals WHERE id = $1 FOR UPDATE", id.uuid()).fetch_optional(&mut *db).await?;
    get(db, id).await
}

/// Which approvals to list.
#[derive(Debug, Clone, Copy)]
pub struct ApprovalFilter {
    /// Those this person asked for.
    pub person: Id<id::Person>,
    /// And those with more than this many recipients that others asked for, of this department; of all when it is `None`.
    pub others: Option<(usize, Option<Department>)>,
    /// Only in this state.
    pub state: Option<ApprovalState>,
}

/// Approvals, newest first.
pub async fn list(
    db: &mut PgConnection,
    filter: ApprovalFilter,
    page: PageRequest,
) -> Result<Page<Approval>, StoreError> {
    let above = filter.others.map(|(above, _)| i32::try_from(above).unwrap_or(i32::MAX));
    let department = filter.others.and_then(|(_, department)| department).map(Department::code);
    let rows = select!(
        " WHERE (person_id = $1 OR (recipients > $2 AND ($3::text IS NULL OR department = $3)))
            AND ($4::text IS NULL OR state = $4) AND ($5::uuid IS NULL OR id < $5)
         ORDER BY id DESC LIMIT $6",
        filter.person.uuid(),
        above,
        department,
        filter.state.map(ApprovalState::code),
        page.before,
        page.fetch()
    )
    .fetch_all(db)
    .await?;
    let approvals = rows.into_iter().map(Approval::try_from).collect::<Result<Vec<_>, _>>()?;
    Ok(page.cut(approvals, |approval| approval.id.uuid()))
}

/// Decides a pending approval. Answers false when somebody else has.
pub async fn decide(db: &mut PgConnection, id: Id<id::Approval>, decision: &Decision<'_>) -> Result<bool, StoreError> {
    let wrong = |error: &dyn std::fmt::Display| StoreError::stored("approval", &error.to_string());
    let approved = decision.approved.map(serde_json::to_value).transpose().map_err(|error| wrong(&error))?;
    let hashes = decision.approved.into_iter().flatten().map(|approved| approved.payload.payload_hash());
    let hashes = hashes.collect::<Result<Vec<_>, _>>().map_err(|error| wrong(&error))?;
    let decided = sqlx::query!(
        "UPDATE approvals SET state = $2, decided_at = $3, decided_by = $4, reason = $5, approved = $6, approved_hashes = $7,
                payload_hash = $8
         WHERE id = $1 AND state = 'pending'",
        id.uuid(),
        decision.state.code(),
        decision.now,
        decision.by.map(Id::uuid),
        decision.reason,
        approved,
        &hashes,
        decision.payload_hash
    )
    .execute(db)
    .await?;
    Ok(decided.rows_affected() == 1)
}

/// The approvals that runs of a conversation wait for, locked until the transaction ends.
pub async fn pending_of_conversation(
    db: &mut PgConnection,
    conversation: Id<id::Conversation>,
) -> Result<Vec<Approval>, StoreError> {
    select!(" WHERE conversation_id = $1 AND state = 'pending' FOR UPDATE", conversation.uuid())
        .fetch_all(db)
        .await?
        .into_iter()
        .map(Approval::try_from)
        .collect()
}
