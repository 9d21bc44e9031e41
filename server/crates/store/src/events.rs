//! Events of runs, read in the order they were written, live and hours later alike.

use chrono::{DateTime, Utc};
use mezzofy_domain::event::EventBody;
use mezzofy_domain::id::{self, Id};
use serde_json::Value;
use sqlx::PgConnection;
use sqlx::postgres::PgListener;
use uuid::Uuid;

use crate::{Store, StoreError};

const CHANNEL: &str = "mezzofy_events";

/// Reads the events that the rest of the query names.
macro_rules! select {
    ($($rest:tt)+) => {
        sqlx::query_as!(
            Event,
            "SELECT e.cursor, e.run_id, r.conversation_id, e.kind, e.data FROM events e JOIN runs r ON r.id = e.run_id" + $($rest)+
        )
    };
}

/// A stored event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Rises by one with each of the person's events.
    pub cursor: i64,
    pub run_id: Uuid,
    /// In which conversation.
    pub conversation_id: Uuid,
    /// E.g. `run.state`.
    pub kind: String,
    /// As the contract gives it for the kind.
    pub data: Value,
}

/// Writes events in the transaction of what they tell. Their readers wake when it commits.
pub async fn append(
    db: &mut PgConnection,
    person: Id<id::Person>,
    run: Id<id::Run>,
    bodies: &[EventBody],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if bodies.is_empty() {
        return Ok(());
    }
    let written = write(db, person, run, bodies, now).await?;
    announce(db, person, &written).await
}

/// Writes events and wakes nobody; gives them as they are stored. `PostgreSQL` lets only one transaction at a
/// time commit a notice and waits for the disk meanwhile, so what is written often is announced after it is committed.
pub async fn write(
    db: &mut PgConnection,
    person: Id<id::Person>,
    run: Id<id::Run>,
    bodies: &[EventBody],
    now: DateTime<Utc>,
) -> Result<Vec<Event>, StoreError> {
    let (kinds, data): (Vec<String>, Vec<Value>) = bodies.iter().map(EventBody::parts).unzip();
    // The row lock on the person orders the writers, so a reader never sees cursor 8 before cursor 7 is there.
    let count = i64::try_from(bodies.len()).unwrap_or(i64::MAX);
    let last = sqlx::query!(
        "WITH last AS (UPDATE people SET event_cursor = event_cursor + $5 WHERE id = $1 RETURNING event_cursor),
         added AS (
             INSERT INTO events (person_id, cursor, run_id, kind, data, created_at)
             SELECT $1, last.event_cursor - $5 + new.number, $2, new.kind, new.data, $6
             FROM last, unnest($3::text[], $4::jsonb[]) WITH ORDINALITY AS new (kind, data, number)
         )
         SELECT last.event_cursor, r.conversation_id FROM last, runs r WHERE r.id = $2",
        person.uuid(),
        run.uuid(),
        &kinds,
        &data,
        count,
        now
    )
    .fetch_one(db)
    .await?;
    let cursors = last.event_cursor - count + 1..;
    let written = cursors.zip(kinds.into_iter().zip(data));
    let (run_id, conversation_id) = (run.uuid(), last.conversation_id);
    Ok(written.map(|(cursor, (kind, data))| Event { cursor, run_id, conversation_id, kind, data }).collect())
}

/// Wakes the readers of a person's events in all processes, when the transaction commits.
pub async fn announce(db: &mut PgConnection, person: Id<id::Person>, written: &[Event]) -> Result<(), StoreError> {
    let Some(Event { cursor, .. }) = written.last() else { return Ok(()) };
    sqlx::query!("SELECT pg_notify($1, $2)", CHANNEL, format!("{person} {cursor}")).execute(db).await?;
    Ok(())
}

/// A person's events after a cursor, oldest first, at most `limit`.
pub async fn after(
    db: &mut PgConnection,
    person: Id<id::Person>,
    cursor: i64,
    limit: i64,
) -> Result<Vec<Event>, StoreError> {
    let query =
        select!(" WHERE e.person_id = $1 AND e.cursor > $2 ORDER BY e.cursor LIMIT $3", person.uuid(), cursor, limit);
    Ok(query.fetch_all(db).await?)
}

/// One run's events after a cursor, oldest first, at most `limit`.
pub async fn of_run(
    db: &mut PgConnection,
    run: Id<id::Run>,
    cursor: i64,
    limit: i64,
) -> Result<Vec<Event>, StoreError> {
    let query = select!(" WHERE e.run_id = $1 AND e.cursor > $2 ORDER BY e.cursor LIMIT $3", run.uuid(), cursor, limit);
    Ok(query.fetch_all(db).await?)
}

/// The cursor of the person's newest event; 0 before the first.
pub async fn newest(db: &mut PgConnection, person: Id<id::Person>) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar!("SELECT event_cursor FROM people WHERE id = $1", person.uuid())
        .fetch_optional(db)
        .await?
        .unwrap_or(0))
}

/// Hears of new events in the whole database.
#[derive(Debug)]
pub struct Listener(PgListener);

impl Listener {
    /// Begins to listen.
    pub async fn begin(store: &Store) -> Result<Self, StoreError> {
        let mut listener = PgListener::connect_with(store.pool()).await?;
        listener.listen(CHANNEL).await?;
        Ok(Self(listener))
    }

    /// The next person with new events and the newest one's cursor; `None` after a lost connection, when anyone may have some.
    pub async fn next(&mut self) -> Result<Option<(Id<id::Person>, i64)>, StoreError> {
        let note = self.0.try_recv().await?;
        let parts = note.as_ref().and_then(|note| note.payload().split_once(' '));
        Ok(parts.and_then(|(person, cursor)| Some((person.parse().ok()?, cursor.parse().ok()?))))
    }
}
