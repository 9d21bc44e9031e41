//! Leads. What a transaction sees of them is decided by row security.

use chrono::{DateTime, NaiveDate, Utc};
use mezzofy_domain::crm::identity::{Identity, groups};
use mezzofy_domain::crm::{Contact, Lead, LeadStatus};
use mezzofy_domain::id::{self, Id};
use serde::Deserialize;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::StoreError;
use crate::page::{Page, PageRequest};
use crate::store::decode;

/// A lead as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLead {
    pub id: Id<id::Lead>,
    /// What is known of it.
    pub lead: Lead,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it got its status.
    pub status_changed_at: DateTime<Utc>,
}

/// Which leads to read; what is `None` or empty does not narrow.
#[derive(Debug, Clone, Default)]
pub struct LeadFilter {
    /// Only these.
    pub ids: Vec<Uuid>,
    /// In these statuses.
    pub statuses: Vec<LeadStatus>,
    /// The industry is one of these, whatever the case.
    pub industries: Vec<String>,
    /// The place holds one of these.
    pub places: Vec<String>,
    /// Assigned to this address.
    pub assigned_to: Option<String>,
    /// To be followed up by this day.
    pub due_by: Option<NaiveDate>,
    /// The company, a contact or the notes hold this.
    pub text: Option<String>,
}

/// Something that happened to a lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    pub at: DateTime<Utc>,
    /// What kind: created, merged, status, assigned, contacted, `opted_out` or changed.
    pub kind: String,
    /// More about it.
    pub detail: String,
}

/// What became of leads that were to be saved, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SavedLeads {
    /// Those that are new, in the order given.
    pub new: Vec<Id<id::Lead>>,
    /// Those that were taken into one that was there, or into another of the same list.
    pub merged: Vec<Id<id::Lead>>,
    /// How many of those given went into others.
    pub merges: usize,
    /// Companies that somebody else works on; nothing was changed.
    pub held: Vec<String>,
}

#[derive(Deserialize)]
struct StoredContact {
    name: String,
    email: String,
    phone: String,
}

struct Row {
    id: Uuid,
    company: String,
    industry: String,
    location: String,
    website: String,
    source: String,
    status: String,
    assigned_to: Option<String>,
    follow_up_date: Option<NaiveDate>,
    last_contacted: Option<NaiveDate>,
    opted_out: bool,
    notes: String,
    created_at: DateTime<Utc>,
    status_changed_at: DateTime<Utc>,
    contacts: serde_json::Value,
}

fn contacts(stored: serde_json::Value) -> Result<Vec<Contact>, StoreError> {
    let read: Vec<StoredContact> =
        serde_json::from_value(stored).map_err(|error| StoreError::stored("contact", &error))?;
    Ok(read.into_iter().map(|StoredContact { name, email, phone }| Contact { name, email, phone }).collect())
}

impl TryFrom<Row> for StoredLead {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let status = decode("lead", &row.status)?;
        Ok(Self {
            id: row.id.into(),
            lead: Lead {
                company: row.company,
                contacts: contacts(row.contacts)?,
                industry: row.industry,
                location: row.location,
                website: row.website,
                source: row.source,
                status,
                assigned_to: row.assigned_to,
                follow_up_date: row.follow_up_date,
                last_contacted: row.last_contacted,
                opted_out: row.opted_out,
                notes: row.notes,
            },
            created_at: row.created_at,
            status_changed_at: row.status_changed_at,
        })
    }
}

/// Leads, newest first.
pub async fn list(
    db: &mut PgConnection,
    filter: &LeadFilter,
    page: PageRequest,
) -> Result<Page<StoredLead>, StoreError> {
    read(db, filter, page.before, page.fetch()).await.map(|rows| page.cut(rows, |row| row.id.uuid()))
}

/// All leads that fit, newest first, up to a number.
pub async fn find(db: &mut PgConnection, filter: &LeadFilter, most: i64) -> Result<Vec<StoredLead>, StoreError> {
    read(db, filter, None, most).await
}

async fn read(
    db: &mut PgConnection,
    filter: &LeadFilter,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<StoredLead>, StoreError> {
    let statuses: Vec<String> = filter.statuses.iter().map(|status| status.code().to_owned()).collect();
    let pattern = |text: &String| format!("%{}%", text.to_lowercase().replace(['%', '_', '\\'], " "));
    let industries: Vec<String> = filter.industries.iter().map(|name| name.to_lowercase()).collect();
    let places: Vec<String> = filter.places.iter().map(pattern).collect();
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT id, company, industry, location, website, source, status, assigned_to, follow_up_date, last_contacted, opted_out, notes,
                  created_at, status_changed_at,
                  coalesce((SELECT jsonb_agg(jsonb_build_object('name', c.name, 'email', c.email, 'phone', c.phone) ORDER BY c.number)
                            FROM lead_contacts c WHERE c.lead_id = l.id), '[]') AS "contacts!"
           FROM leads l
           WHERE ($1::uuid IS NULL OR id < $1)
             AND (cardinality($2::text[]) = 0 OR status = ANY ($2))
             AND (cardinality($3::text[]) = 0 OR lower(industry) = ANY ($3))
             AND (cardinality($4::text[]) = 0 OR lower(location) LIKE ANY ($4))
             AND ($5::text IS NULL OR assigned_to = $5)
             AND ($6::date IS NULL OR follow_up_date <= $6)
             AND ($7::text IS NULL OR lower(company) LIKE $7 OR lower(notes) LIKE $7
                  OR EXISTS (SELECT FROM lead_contacts c WHERE c.lead_id = l.id AND (lower(c.name) LIKE $7 OR c.email LIKE $7)))
             AND (cardinality($8::uuid[]) = 0 OR id = ANY ($8))
           ORDER BY id DESC LIMIT $9"#,
        before,
        &statuses,
        &industries,
        &places,
        filter.assigned_to.as_deref(),
        filter.due_by,
        filter.text.as_ref().map(pattern),
        &filter.ids,
        limit
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(StoredLead::try_from).collect()
}

/// One lead.
pub async fn get(db: &mut PgConnection, id: Id<id::Lead>) -> Result<Option<StoredLead>, StoreError> {
    let filter = LeadFilter { ids: vec![id.uuid()], ..LeadFilter::default() };
    Ok(read(db, &filter, None, 1).await?.pop())
}

/// What happened to a lead, newest first, up to a number.
pub async fn activities(db: &mut PgConnection, id: Id<id::Lead>, most: i64) -> Result<Vec<Activity>, StoreError> {
    Ok(sqlx::query_as!(
        Activity,
        "SELECT at, kind, detail FROM lead_activities WHERE lead_id = $1 ORDER BY at DESC, id DESC LIMIT $2",
        id.uuid(),
        most
    )
    .fetch_all(db)
    .await?)
}

/// Which of these addresses do not want to hear from the company.
pub async fn opted_out(db: &mut PgConnection, addresses: &[String]) -> Result<Vec<String>, StoreError> {
    let found = sqlx::query_scalar!(r#"SELECT opted_out($1) AS "address!""#, addresses).fetch_all(db).await?;
    Ok(found)
}

/// Saves leads: new companies are added, the others completed, none stored twice, also not by two who save at once.
pub async fn save(
    db: &mut PgConnection,
    drafts: Vec<Lead>,
    by: Option<Id<id::Person>>,
    now: DateTime<Utc>,
) -> Result<SavedLeads, StoreError> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtext('leads')) AS locked").fetch_one(&mut *db).await?;
    let known = sqlx::query!(
        r#"SELECT id AS "id!", mine AS "mine!", company AS "company!", industry AS "industry!", location AS "location!",
                  website AS "website!", contacts AS "contacts!" FROM lead_keys()"#
    )
    .fetch_all(&mut *db)
    .await?;
    let mut keys = Vec::new();
    for row in &known {
        let lead = Lead {
            company: row.company.clone(),
            industry: row.industry.clone(),
            location: row.location.clone(),
            website: row.website.clone(),
            contacts: contacts(row.contacts.clone())?,
            ..Lead::default()
        };
        keys.push(Identity::of(&lead));
    }
    keys.extend(drafts.iter().map(Identity::of));
    let first = groups(&keys);

    let mut saved = SavedLeads::default();
    let mut into: Vec<Option<Id<id::Lead>>> = known.iter().map(|row| Some(row.id.into())).collect();
    into.resize(keys.len(), None);
    // Those that were apart and now are one: the oldest stays.
    for at in (0..known.len()).filter(|at| first[*at] != *at) {
        let stays = first[at];
        let joined = first[known.len()..].contains(&stays);
        if joined && known[at].mine && known[stays].mine {
            join(db, known[stays].id.into(), known[at].id.into(), by, now).await?;
            into[at] = into[stays];
        }
    }
    for (draft, at) in drafts.into_iter().zip(known.len()..) {
        let stays = first[at];
        if stays < known.len() && !known[stays].mine {
            saved.held.push(draft.company);
            continue;
        }
        if let Some(id) = into[stays] {
            absorb(db, id, draft, by, now).await?;
            saved.merges += 1;
            if !saved.merged.contains(&id) && !saved.new.contains(&id) {
                saved.merged.push(id);
            }
        } else {
            // In the order given, for lists that go by it.
            let id = Id::nth(now, u32::try_from(saved.new.len()).unwrap_or(u32::MAX));
            let created = LeadStamp { id, created_at: now, status_changed_at: now };
            add(db, &draft, created, by).await?;
            into[stays] = Some(id);
            saved.new.push(id);
        }
    }
    Ok(saved)
}

/// When a lead came, and as which.
#[derive(Debug, Clone, Copy)]
pub struct LeadStamp {
    pub id: Id<id::Lead>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it got its status.
    pub status_changed_at: DateTime<Utc>,
}

/// Adds a lead as it is, without looking for others of the same company.
pub async fn add(
    db: &mut PgConnection,
    lead: &Lead,
    created: LeadStamp,
    by: Option<Id<id::Person>>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO leads (id, company, industry, location, website, source, status, assigned_to, follow_up_date, last_contacted, opted_out,
                            notes, created_at, status_changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        created.id.uuid(),
        lead.company,
        lead.industry,
        lead.location,
        lead.website,
        lead.source,
        lead.status.code(),
        lead.assigned_to,
        lead.follow_up_date,
        lead.last_contacted,
        lead.opted_out,
        lead.notes,
        created.created_at,
        created.status_changed_at
    )
    .execute(&mut *db)
    .await?;
    set_contacts(&mut *db, created.id, &lead.contacts).await?;
    note(db, created.id, "created", &lead.source, by, created.created_at).await
}

async fn set_contacts(db: &mut PgConnection, id: Id<id::Lead>, contacts: &[Contact]) -> Result<(), StoreError> {
    sqlx::query!("DELETE FROM lead_contacts WHERE lead_id = $1", id.uuid()).execute(&mut *db).await?;
    for (number, contact) in (1_i32..).zip(contacts) {
        sqlx::query!(
            "INSERT INTO lead_contacts (lead_id, number, name, email, email_valid, phone) VALUES ($1, $2, $3, $4, $5, $6)",
            id.uuid(),
            number,
            contact.name,
            contact.email,
            contact.email_valid(),
            contact.phone
        )
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// Notes what happened to a lead.
pub async fn note(
    db: &mut PgConnection,
    lead: Id<id::Lead>,
    kind: &str,
    detail: &str,
    by: Option<Id<id::Person>>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO lead_activities (id, lead_id, at, kind, person_id, detail) VALUES ($1, $2, $3, $4, $5, $6)",
        Id::<id::Lead>::new(now).uuid(),
        lead.uuid(),
        now,
        kind,
        by.map(Id::uuid),
        detail
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Writes a lead as it is now and notes what has changed; answers it. An opt-out stays whatever is written.
pub async fn change(
    db: &mut PgConnection,
    before: &StoredLead,
    after: &Lead,
    by: Option<Id<id::Person>>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let old = &before.lead;
    let status_changed_at = if old.status == after.status { before.status_changed_at } else { now };
    sqlx::query!(
        "UPDATE leads SET company = $2, industry = $3, location = $4, website = $5, source = $6, status = $7, assigned_to = $8,
                follow_up_date = $9, last_contacted = $10, opted_out = opted_out OR $11, notes = $12, status_changed_at = $13
         WHERE id = $1",
        before.id.uuid(),
        after.company,
        after.industry,
        after.location,
        after.website,
        after.source,
        after.status.code(),
        after.assigned_to,
        after.follow_up_date,
        after.last_contacted,
        after.opted_out,
        after.notes,
        status_changed_at
    )
    .execute(&mut *db)
    .await?;
    if old.contacts != after.contacts {
        set_contacts(&mut *db, before.id, &after.contacts).await?;
    }
    let mut told = Vec::new();
    if old.status != after.status {
        told.push(("status", format!("{} → {}", old.status, after.status)));
    }
    if old.assigned_to != after.assigned_to {
        told.push(("assigned", after.assigned_to.clone().unwrap_or_default()));
    }
    if old.last_contacted != after.last_contacted {
        told.push(("contacted", after.last_contacted.map(|day| day.to_string()).unwrap_or_default()));
    }
    if after.opted_out && !old.opted_out {
        told.push(("opted_out", String::new()));
    }
    if told.is_empty() && old != after {
        told.push(("changed", String::new()));
    }
    for (kind, detail) in told {
        note(&mut *db, before.id, kind, &detail, by, now).await?;
    }
    Ok(())
}

async fn absorb(
    db: &mut PgConnection,
    id: Id<id::Lead>,
    draft: Lead,
    by: Option<Id<id::Person>>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Some(before) = get(&mut *db, id).await? else { return Ok(()) };
    let (mut after, source) = (before.lead.clone(), draft.source.clone());
    after.absorb(draft);
    if after != before.lead {
        change(&mut *db, &before, &after, by, now).await?;
        note(db, id, "merged", &source, by, now).await?;
    }
    Ok(())
}

/// Takes one stored lead into another and removes it.
async fn join(
    db: &mut PgConnection,
    stays: Id<id::Lead>,
    goes: Id<id::Lead>,
    by: Option<Id<id::Person>>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Some(other) = get(&mut *db, goes).await? else { return Ok(()) };
    sqlx::query!("UPDATE lead_activities SET lead_id = $1 WHERE lead_id = $2", stays.uuid(), goes.uuid())
        .execute(&mut *db)
        .await?;
    sqlx::query!("DELETE FROM leads WHERE id = $1", goes.uuid()).execute(&mut *db).await?;
    absorb(db, stays, other.lead, by, now).await
}

/// How many leads there are to see.
pub async fn count(db: &mut PgConnection) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar!(r#"SELECT count(*) AS "count!" FROM leads"#).fetch_one(db).await?)
}
