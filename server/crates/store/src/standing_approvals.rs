//! Standing approvals: a manager's yes ahead, to the mails of one skill, up to a number a day.

use chrono::{DateTime, Utc};
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::people::Department;
use mezzofy_domain::standing::{Recipients, StandingApproval};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::StoreError;
use crate::page::{Page, PageRequest};
use crate::store::{decode, unsigned};

struct Row {
    id: Uuid,
    person_id: Uuid,
    department: String,
    skill: String,
    template: Option<String>,
    rule: String,
    allowed: Vec<String>,
    limit_a_day: i32,
    created_at: DateTime<Utc>,
}

impl TryFrom<Row> for StandingApproval {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.into(),
            owner: row.person_id.into(),
            department: decode("standing approval", &row.department)?,
            skill: row.skill,
            template: row.template,
            recipients: Recipients { rule: decode("standing approval", &row.rule)?, values: row.allowed },
            limit_a_day: unsigned("standing approval's limit", row.limit_a_day)?,
            created_at: row.created_at,
        })
    }
}

/// Stores a new one.
pub async fn add(db: &mut PgConnection, new: &StandingApproval) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO standing_approvals (id, person_id, department, skill, template, rule, allowed, limit_a_day, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        new.id.uuid(),
        new.owner.uuid(),
        new.department.code(),
        new.skill,
        new.template,
        new.recipients.rule.code(),
        &new.recipients.values,
        i32::try_from(new.limit_a_day).unwrap_or(i32::MAX),
        new.created_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Those that hold, of a department or of all, newest first.
pub async fn list(
    db: &mut PgConnection,
    department: Option<Department>,
    page: PageRequest,
) -> Result<Page<StandingApproval>, StoreError> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT id, person_id, department, skill, template, rule, allowed, limit_a_day, created_at FROM standing_approvals
         WHERE ended_at IS NULL AND ($1::text IS NULL OR department = $1) AND ($2::uuid IS NULL OR id < $2)
         ORDER BY id DESC LIMIT $3",
        department.map(Department::code),
        page.before,
        page.fetch()
    )
    .fetch_all(db)
    .await?;
    let found = rows.into_iter().map(StandingApproval::try_from).collect::<Result<Vec<_>, _>>()?;
    Ok(page.cut(found, |approval| approval.id.uuid()))
}

/// Those that hold for a skill of a department, oldest first. Who looks takes turns until the transaction ends, so that their
/// limits are counted one run after another.
pub async fn for_skill(
    db: &mut PgConnection,
    department: Department,
    skill: &str,
) -> Result<Vec<StandingApproval>, StoreError> {
    let turn = format!("standing approvals {} {skill}", department.code());
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", turn).execute(&mut *db).await?;
    sqlx::query_as!(
        Row,
        "SELECT id, person_id, department, skill, template, rule, allowed, limit_a_day, created_at FROM standing_approvals
         WHERE ended_at IS NULL AND department = $1 AND skill = $2 ORDER BY id",
        department.code(),
        skill
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(StandingApproval::try_from)
    .collect()
}

/// Whether a person has ever given one.
pub async fn any_of(db: &mut PgConnection, owner: Id<id::Person>) -> Result<bool, StoreError> {
    let any = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM standing_approvals WHERE person_id = $1) AS "any!""#,
        owner.uuid()
    );
    Ok(any.fetch_one(db).await?)
}

/// How many effects went out by it since a time; those that were taken back or failed do not count.
pub async fn used_since(
    db: &mut PgConnection,
    id: Id<id::StandingApproval>,
    since: DateTime<Utc>,
) -> Result<u32, StoreError> {
    let used = sqlx::query_scalar!(r#"SELECT standing_approval_used($1, $2) AS "used!""#, id.uuid(), since)
        .fetch_one(db)
        .await?;
    Ok(u32::try_from(used).unwrap_or(u32::MAX))
}

/// Ends one of a department, or of any. Answers it, unless it does not hold.
pub async fn end(
    db: &mut PgConnection,
    id: Id<id::StandingApproval>,
    department: Option<Department>,
    now: DateTime<Utc>,
) -> Result<Option<StandingApproval>, StoreError> {
    sqlx::query_as!(
        Row,
        "UPDATE standing_approvals SET ended_at = $3
         WHERE id = $1 AND ended_at IS NULL AND ($2::text IS NULL OR department = $2)
         RETURNING id, person_id, department, skill, template, rule, allowed, limit_a_day, created_at",
        id.uuid(),
        department.map(Department::code),
        now
    )
    .fetch_optional(db)
    .await?
    .map(StandingApproval::try_from)
    .transpose()
}
