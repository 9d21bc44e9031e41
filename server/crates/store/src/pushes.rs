//! What is to be pushed: stored with what it tells of, taken by one process at a time, and what became of it.

use chrono::{DateTime, Utc};
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::language::Language;
use mezzofy_domain::notification::{Background, NotificationKind};
use mezzofy_domain::run::RunState;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::StoreError;
use crate::page::{Page, PageRequest};
use crate::store::decode;

/// What is to be told to all devices of a person.
#[derive(Debug, Clone)]
pub struct NewPush {
    pub person: Id<id::Person>,
    pub matter: NotificationKind,
    /// The same for the same news: a device is told it once.
    pub key: String,
    pub run: Option<Id<id::Run>>,
    /// Which approval waits.
    pub approval: Option<Id<id::Approval>>,
    /// Of which schedule, where there is no run.
    pub schedule: Option<Id<id::Schedule>>,
    /// Whether an open stream of the person is told enough.
    pub unless_watched: bool,
    pub now: DateTime<Utc>,
}

/// A push that is to be sent now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    pub id: Id<id::Push>,
    /// What it tells.
    pub matter: NotificationKind,
    pub run: Option<Uuid>,
    /// In which conversation that is.
    pub conversation: Option<Uuid>,
    /// Which approval waits.
    pub approval: Option<Uuid>,
    /// Of which schedule.
    pub schedule: Option<Uuid>,
    /// To which device, unless it has been removed.
    pub to: Option<PushAddress>,
    /// Whether its run does not wait any more, for which nobody need be called.
    pub over: bool,
    /// How often it was taken, this time among them.
    pub tries: u32,
}

/// A device as it is sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushAddress {
    pub device: Id<id::Device>,
    /// Its Expo push token.
    pub token: String,
    /// In which language it is told.
    pub language: Language,
}

/// A push whose receipt is to be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Which push.
    pub id: Id<id::Push>,
    /// Expo's number for it.
    pub ticket: String,
    /// To which device it went, unless that has been removed.
    pub device: Option<Id<id::Device>>,
    pub sent_at: DateTime<Utc>,
    /// How often it was tried.
    pub tries: u32,
}

/// What became of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushOutcome {
    /// Expo took it; from then on its receipt is asked for.
    Sent(String, DateTime<Utc>),
    /// It is tried again then, for this reason.
    Again(DateTime<Utc>, String),
    /// Its receipt was not there; it is asked for again then.
    Later(DateTime<Utc>),
    /// Apple or Google took it.
    Done,
    /// It was given up.
    Failed(String),
    /// What it was to tell is over.
    Dropped(String),
    /// Nobody can tell any more.
    Unknown(String),
}

/// Where a run comes from and since when its person waits, if they have a device that could be told.
pub async fn background(
    db: &mut PgConnection,
    run: Id<id::Run>,
    now: DateTime<Utc>,
) -> Result<Option<Background>, StoreError> {
    let row = sqlx::query!(
        r#"SELECT r.background AS unattended, coalesce(s.push, true) AS "told!",
                  greatest(r.created_at,
                           (SELECT max(m.created_at) FROM messages m WHERE m.run_id = r.id AND m.author = 'person'),
                           (SELECT max(a.decided_at) FROM approvals a WHERE a.run_id = r.id)) AS "since!"
           FROM runs r LEFT JOIN occurrences o ON o.run_id = r.id LEFT JOIN schedules s ON s.id = o.schedule_id
           WHERE r.id = $1 AND EXISTS (SELECT FROM devices d WHERE d.person_id = r.person_id)"#,
        run.uuid()
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Background { unattended: row.unattended, told: row.told, waited: now - row.since }))
}

/// Stores what is to be pushed, in the transaction of what it tells. Answers for how many devices it is new.
pub async fn add(db: &mut PgConnection, news: &NewPush) -> Result<u64, StoreError> {
    let added = sqlx::query!(
        "INSERT INTO pushes (id, person_id, device_id, key, matter, run_id, approval_id, schedule_id, state, next_at, created_at)
         SELECT gen_random_uuid(), d.person_id, d.id, $2, $3, $4, $5, $6, 'waiting', $7, $7 FROM devices d
         WHERE d.person_id = $1
           AND NOT ($8 AND EXISTS (SELECT FROM sessions s WHERE s.person_id = $1 AND s.ended_at IS NULL AND s.watched_until > $7))
         ON CONFLICT (device_id, key) DO NOTHING",
        news.person.uuid(),
        news.key,
        news.matter.code(),
        news.run.map(Id::uuid),
        news.approval.map(Id::uuid),
        news.schedule.map(Id::uuid),
        news.now,
        news.unless_watched
    )
    .execute(db)
    .await?;
    Ok(added.rows_affected())
}

/// Takes what is to be sent now, oldest first, at most `most`. Until `lease` no other process gets it; if this one dies, another does
/// then.
pub async fn claim(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    lease: DateTime<Utc>,
    most: i64,
) -> Result<Vec<Push>, StoreError> {
    let rows = sqlx::query!(
        r#"WITH taken AS (
               UPDATE pushes SET state = 'sending', tries = tries + 1, next_at = $2
               WHERE id IN (SELECT id FROM pushes WHERE next_at <= $1 AND state IN ('waiting', 'sending')
                            ORDER BY next_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
               RETURNING id, matter, run_id, approval_id, schedule_id, device_id, tries, created_at
           )
           SELECT t.id, t.matter, t.run_id, t.approval_id, t.schedule_id, t.tries, r.conversation_id AS "conversation_id?",
                  r.state AS "run_state?", d.id AS "device_id?", d.token AS "token?", d.language AS "language?"
           FROM taken t LEFT JOIN devices d ON d.id = t.device_id LEFT JOIN runs r ON r.id = t.run_id
           ORDER BY t.created_at, t.id"#,
        now,
        lease,
        most
    )
    .fetch_all(db)
    .await?;
    let pushes = rows.into_iter().map(|row| {
        let matter = decode("push", &row.matter)?;
        let to = row.device_id.zip(row.token).map(|(device, token)| PushAddress {
            device: device.into(),
            token,
            language: row.language.as_deref().and_then(Language::from_code).unwrap_or_default(),
        });
        let waits = row.run_state.as_deref() == Some(RunState::Waiting.code());
        Ok(Push {
            id: row.id.into(),
            matter,
            run: row.run_id,
            conversation: row.conversation_id,
            approval: row.approval_id,
            schedule: row.schedule_id,
            to,
            over: matter.waits() && !waits,
            tries: u32::try_from(row.tries).unwrap_or(u32::MAX),
        })
    });
    pushes.collect()
}

/// Gives back what a process holds that has died. Right only while no other process lives.
pub async fn release_all_claims(db: &mut PgConnection, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let back = sqlx::query!("UPDATE pushes SET next_at = $1 WHERE state = 'sending' AND next_at > $1", now);
    Ok(back.execute(db).await?.rows_affected())
}

/// Takes those whose receipts are to be asked for now, in the same way.
pub async fn claim_tickets(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    lease: DateTime<Utc>,
    most: i64,
) -> Result<Vec<Ticket>, StoreError> {
    let rows = sqlx::query!(
        r#"UPDATE pushes SET next_at = $2
           WHERE id IN (SELECT id FROM pushes WHERE next_at <= $1 AND state = 'sent'
                        ORDER BY next_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
           RETURNING id, ticket AS "ticket!", device_id, sent_at AS "sent_at!", tries"#,
        now,
        lease,
        most
    )
    .fetch_all(db)
    .await?;
    let tickets = rows.into_iter().map(|row| Ticket {
        id: row.id.into(),
        ticket: row.ticket,
        device: row.device_id.map(Into::into),
        sent_at: row.sent_at,
        tries: u32::try_from(row.tries).unwrap_or(u32::MAX),
    });
    Ok(tickets.collect())
}

/// Notes what became of a push.
pub async fn settle(
    db: &mut PgConnection,
    id: Id<id::Push>,
    outcome: &PushOutcome,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let (state, next_at, ticket, reason) = match outcome {
        PushOutcome::Sent(ticket, next_at) => ("sent", Some(*next_at), Some(ticket), None),
        PushOutcome::Again(next_at, reason) => ("waiting", Some(*next_at), None, Some(reason)),
        PushOutcome::Later(next_at) => ("sent", Some(*next_at), None, None),
        PushOutcome::Done => ("done", None, None, None),
        PushOutcome::Failed(reason) => ("failed", None, None, Some(reason)),
        PushOutcome::Dropped(reason) => ("dropped", None, None, Some(reason)),
        PushOutcome::Unknown(reason) => ("unknown", None, None, Some(reason)),
    };
    sqlx::query!(
        "UPDATE pushes SET state = $2, next_at = $3, ticket = coalesce($4, ticket), reason = $5,
                sent_at = CASE WHEN $4::text IS NULL THEN sent_at ELSE $6 END
         WHERE id = $1 AND state IN ('sending', 'sent')",
        id.uuid(),
        state,
        next_at,
        ticket,
        reason,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A push as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushRow {
    pub id: Uuid,
    /// What it tells.
    pub matter: NotificationKind,
    pub run: Option<Uuid>,
    /// waiting, sending, sent, done, failed, dropped or unknown.
    pub state: String,
    /// Why it is not done.
    pub reason: Option<String>,
    /// What the device is called, unless it was removed.
    pub device: Option<String>,
    /// When it was stored.
    pub created_at: DateTime<Utc>,
    /// When Expo took it.
    pub sent_at: Option<DateTime<Utc>>,
}

/// A person's pushes, newest first; the one of this id, where one is named.
pub async fn list(
    db: &mut PgConnection,
    person: Id<id::Person>,
    one: Option<Uuid>,
    page: PageRequest,
) -> Result<Page<PushRow>, StoreError> {
    // Ids of what the database stored are not in the order of time.
    let rows = sqlx::query!(
        r#"SELECT p.id, p.matter, p.run_id, p.state, p.reason, coalesce(d.name, d.platform) AS "device?", p.created_at, p.sent_at
           FROM pushes p LEFT JOIN devices d ON d.id = p.device_id
           WHERE p.person_id = $1 AND ($2::uuid IS NULL OR p.id = $2)
             AND ($3::uuid IS NULL OR (p.created_at, p.id) < (SELECT b.created_at, b.id FROM pushes b WHERE b.id = $3))
           ORDER BY p.created_at DESC, p.id DESC LIMIT $4"#,
        person.uuid(),
        one,
        page.before,
        page.fetch()
    )
    .fetch_all(db)
    .await?;
    let shown = rows.into_iter().map(|row| {
        let matter = decode("push", &row.matter)?;
        Ok(PushRow {
            id: row.id,
            matter,
            run: row.run_id,
            state: row.state,
            reason: row.reason,
            device: row.device,
            created_at: row.created_at,
            sent_at: row.sent_at,
        })
    });
    Ok(page.cut(shown.collect::<Result<Vec<_>, StoreError>>()?, |push| push.id))
}
