//! Phones that get push notifications, and what their people want to be told.

use chrono::{DateTime, Utc};
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::notification::Wishes;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::StoreError;

/// Devices of a person at most; the one seen longest ago makes room.
pub const MAX_DEVICES_PER_PERSON: i64 = 10;

/// A device as its person sees it; the token is nobody's to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    pub id: Id<id::Device>,
    /// With which session it signed in.
    pub session: Id<id::Session>,
    /// ios or android, where the app said so.
    pub platform: Option<String>,
    /// In which language it is told.
    pub language: String,
    /// What it calls itself.
    pub name: Option<String>,
    /// When it was registered first.
    pub created_at: DateTime<Utc>,
    /// When it was registered last.
    pub seen_at: DateTime<Utc>,
}

struct Row {
    id: Uuid,
    session_id: Uuid,
    platform: Option<String>,
    language: String,
    name: Option<String>,
    created_at: DateTime<Utc>,
    seen_at: DateTime<Utc>,
}

impl From<Row> for Device {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            session: row.session_id.into(),
            platform: row.platform,
            language: row.language,
            name: row.name,
            created_at: row.created_at,
            seen_at: row.seen_at,
        }
    }
}

/// A device that registers itself.
#[derive(Debug, Clone, Copy)]
pub struct NewDevice<'a> {
    /// Its id, if it is new.
    pub id: Id<id::Device>,
    /// Whose it is from now on.
    pub person: Id<id::Person>,
    /// With which session.
    pub session: Id<id::Session>,
    /// Its Expo push token.
    pub token: &'a str,
    /// ios or android.
    pub platform: Option<&'a str>,
    /// In which language it is told.
    pub language: &'a str,
    /// What it calls itself.
    pub name: Option<&'a str>,
    pub now: DateTime<Utc>,
}

/// Registers a device, again where its person has it already; what was to be sent to somebody else who had it is not. For the owner of the
/// tables. Answers it and whether it is new, or nothing when the session has ended meanwhile.
pub async fn register(db: &mut PgConnection, new: &NewDevice<'_>) -> Result<Option<(Device, bool)>, StoreError> {
    let turn = format!("device {}", new.token);
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", turn).execute(&mut *db).await?;
    sqlx::query!("DELETE FROM devices WHERE token = $1 AND person_id <> $2", new.token, new.person.uuid())
        .execute(&mut *db)
        .await?;
    let row = sqlx::query_as!(
        Row,
        r#"INSERT INTO devices (id, person_id, session_id, token, platform, language, name, created_at, seen_at)
           SELECT $1, person_id, id, $4, $5, $6, $7, $8, $8 FROM sessions
           WHERE id = $3 AND person_id = $2 AND ended_at IS NULL FOR SHARE
           ON CONFLICT (token) DO UPDATE SET session_id = EXCLUDED.session_id, platform = EXCLUDED.platform,
               language = EXCLUDED.language, name = EXCLUDED.name, seen_at = EXCLUDED.seen_at
           RETURNING id, session_id, platform, language, name, created_at, seen_at"#,
        new.id.uuid(),
        new.person.uuid(),
        new.session.uuid(),
        new.token,
        new.platform,
        new.language,
        new.name,
        new.now
    )
    .fetch_optional(&mut *db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    sqlx::query!(
        "DELETE FROM devices WHERE id IN
             (SELECT id FROM devices WHERE person_id = $1 ORDER BY seen_at DESC, id = $2 DESC, id DESC OFFSET $3)",
        new.person.uuid(),
        row.id,
        MAX_DEVICES_PER_PERSON
    )
    .execute(db)
    .await?;
    let device = Device::from(row);
    let is_new = device.id == new.id;
    Ok(Some((device, is_new)))
}

/// A person's devices, the one seen last first.
pub async fn list(db: &mut PgConnection, person: Id<id::Person>) -> Result<Vec<Device>, StoreError> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT id, session_id, platform, language, name, created_at, seen_at FROM devices
         WHERE person_id = $1 ORDER BY seen_at DESC, id DESC",
        person.uuid()
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Device::from).collect())
}

/// Removes a device of a person. Answers whether it was there.
pub async fn remove(db: &mut PgConnection, person: Id<id::Person>, id: Id<id::Device>) -> Result<bool, StoreError> {
    let removed = sqlx::query!("DELETE FROM devices WHERE id = $1 AND person_id = $2", id.uuid(), person.uuid());
    Ok(removed.execute(db).await?.rows_affected() > 0)
}

/// Removes a device that does not exist any more, unless it has registered again since it was asked.
pub async fn bury(db: &mut PgConnection, id: Id<id::Device>, asked_at: DateTime<Utc>) -> Result<bool, StoreError> {
    let removed = sqlx::query!("DELETE FROM devices WHERE id = $1 AND seen_at <= $2", id.uuid(), asked_at);
    Ok(removed.execute(db).await?.rows_affected() > 0)
}

/// What a person wants to be told.
pub async fn wishes(db: &mut PgConnection, person: Id<id::Person>) -> Result<Wishes, StoreError> {
    let row = sqlx::query!(
        "SELECT decisions, results, schedules FROM notification_settings WHERE person_id = $1",
        person.uuid()
    );
    let row = row.fetch_optional(db).await?;
    Ok(row.map_or_else(Wishes::default, |row| Wishes {
        decisions: row.decisions,
        results: row.results,
        schedules: row.schedules,
    }))
}

/// Changes what a person wants to be told, as far as they say; answers all of it.
pub async fn wish(
    db: &mut PgConnection,
    person: Id<id::Person>,
    decisions: Option<bool>,
    results: Option<bool>,
    schedules: Option<bool>,
) -> Result<Wishes, StoreError> {
    let row = sqlx::query!(
        "INSERT INTO notification_settings (person_id, decisions, results, schedules)
         VALUES ($1, coalesce($2, true), coalesce($3, true), coalesce($4, true))
         ON CONFLICT (person_id) DO UPDATE SET decisions = coalesce($2, notification_settings.decisions),
             results = coalesce($3, notification_settings.results), schedules = coalesce($4, notification_settings.schedules)
         RETURNING decisions, results, schedules",
        person.uuid(),
        decisions,
        results,
        schedules
    )
    .fetch_one(db)
    .await?;
    Ok(Wishes { decisions: row.decisions, results: row.results, schedules: row.schedules })
}
