//! Leads: those that the caller may see.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use mezzofy_domain::crm::{Lead, LeadStatus, file};
use mezzofy_domain::effect::is_address;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::roles::Permission;
use mezzofy_store::leads::{self, LeadFilter, StoredLead};
use mezzofy_store::{commit, people};
use serde::{Deserialize, Serialize};
use utoipa::openapi::Object;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use super::caller::Caller;
use super::docs::one_of;
use super::extract::{ApiJson, ApiPath, ApiQuery, PageQuery, PageView};
use super::permission::{ChangeLeads, ReadOwnLeads, route};
use super::problem::{Problem, ProblemKind, Problems};
use mezzofy_engine::app::App;

/// Characters of a field, and of notes.
const MAX_FIELD_CHARS: usize = 300;
const MAX_NOTES_CHARS: usize = 10_000;
/// Leads of an export at most.
const MAX_EXPORT_ROWS: i64 = 100_000;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(route!(list)).routes(route!(create)).routes(route!(update)).routes(route!(export))
}

/// A company that may become a customer.
#[derive(Debug, Serialize, ToSchema)]
struct LeadView {
    id: Uuid,
    company: String,
    /// The first contact's.
    contact_name: String,
    email: String,
    /// Whether a mail can be sent to the address.
    email_valid: bool,
    phone: String,
    industry: String,
    location: String,
    website: String,
    source: String,
    #[schema(schema_with = statuses)]
    status: String,
    /// The address of the person who works on it.
    #[schema(required = true)]
    assigned_to: Option<String>,
    #[schema(required = true)]
    follow_up_date: Option<NaiveDate>,
    #[schema(required = true)]
    last_contacted: Option<NaiveDate>,
    /// It does not want to hear from the company. That is final.
    opted_out: bool,
    notes: String,
    /// Whom else to talk to there.
    contacts: Vec<ContactView>,
    created_at: DateTime<Utc>,
}

/// Someone to talk to at a lead.
#[derive(Debug, Serialize, ToSchema)]
struct ContactView {
    name: String,
    email: String,
    email_valid: bool,
    phone: String,
}

fn statuses() -> Object {
    one_of(LeadStatus::ALL.map(LeadStatus::code))
}

impl From<StoredLead> for LeadView {
    fn from(StoredLead { id, lead, created_at, .. }: StoredLead) -> Self {
        let first = lead.contacts.first().cloned().unwrap_or_default();
        Self {
            id: id.uuid(),
            email_valid: first.email_valid(),
            contact_name: first.name,
            email: first.email,
            phone: first.phone,
            company: lead.company,
            industry: lead.industry,
            location: lead.location,
            website: lead.website,
            source: lead.source,
            status: lead.status.code().to_owned(),
            assigned_to: lead.assigned_to,
            follow_up_date: lead.follow_up_date,
            last_contacted: lead.last_contacted,
            opted_out: lead.opted_out,
            notes: lead.notes,
            contacts: lead
                .contacts
                .into_iter()
                .skip(1)
                .map(|contact| ContactView {
                    email_valid: contact.email_valid(),
                    name: contact.name,
                    email: contact.email,
                    phone: contact.phone,
                })
                .collect(),
            created_at,
        }
    }
}

/// Which leads.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct LeadQuery {
    /// Only this status.
    status: Option<String>,
    /// Only this industry.
    industry: Option<String>,
    /// Only places that hold this.
    location: Option<String>,
    /// Only those assigned to this address.
    assigned_to: Option<String>,
    /// Only those to be followed up by this day.
    due_by: Option<NaiveDate>,
    /// Only those whose company, contacts or notes hold this.
    q: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// At most 200; 50 when not given.
    limit: Option<i64>,
}

impl LeadQuery {
    fn filter(&self) -> Result<LeadFilter, Problem> {
        Ok(LeadFilter {
            statuses: self.status.as_deref().map(status).transpose()?.into_iter().collect(),
            industries: self.industry.clone().into_iter().collect(),
            places: self.location.clone().into_iter().collect(),
            assigned_to: self.assigned_to.as_ref().map(|address| address.to_lowercase()),
            due_by: self.due_by,
            text: self.q.clone().filter(|text| !text.trim().is_empty()),
            ids: Vec::new(),
        })
    }
}

fn status(code: &str) -> Result<LeadStatus, Problem> {
    LeadStatus::from_code(code).ok_or_else(|| {
        let all = LeadStatus::ALL.map(LeadStatus::code).join(", ");
        Problem::field("status", format!("“{code}” is no status; there are {all}."))
    })
}

/// Lists the leads that the caller may see, newest first.
#[utoipa::path(get, path = "/v1/leads", params(LeadQuery), responses((status = 200, body = PageView<LeadView>), Problems))]
async fn list(
    State(app): State<App>,
    caller: Caller<ReadOwnLeads>,
    ApiQuery(query): ApiQuery<LeadQuery>,
) -> Result<Json<PageView<LeadView>>, Problem> {
    let page = PageQuery { cursor: query.cursor.clone(), limit: query.limit }.page()?;
    let mut tx = caller.begin(&app).await?;
    let slice = leads::list(&mut tx, &query.filter()?, page).await?;
    Ok(Json(PageView::of(slice, LeadView::from)))
}

/// The leads that the caller may see as CSV, in the layout that `import leads` takes.
#[utoipa::path(get, path = "/v1/leads/export", params(LeadQuery), responses((status = 200, content_type = "text/csv", body = String), Problems))]
async fn export(
    State(app): State<App>,
    caller: Caller<ReadOwnLeads>,
    ApiQuery(query): ApiQuery<LeadQuery>,
) -> Result<Response, Problem> {
    let mut tx = caller.begin(&app).await?;
    let found = leads::find(&mut tx, &query.filter()?, MAX_EXPORT_ROWS).await?;
    drop(tx);
    let headers =
        [(CONTENT_TYPE, "text/csv; charset=utf-8"), (CONTENT_DISPOSITION, "attachment; filename=\"leads.csv\"")];
    Ok((headers, file::write(found.iter().map(|stored| &stored.lead))).into_response())
}

/// A new lead, or what is to change of one. What is left out stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LeadBody {
    company: Option<String>,
    contact_name: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    industry: Option<String>,
    location: Option<String>,
    website: Option<String>,
    source: Option<String>,
    #[schema(schema_with = statuses)]
    status: Option<String>,
    /// A colleague's address; empty for nobody.
    assigned_to: Option<String>,
    /// A day, or empty for none.
    follow_up_date: Option<String>,
    /// A day, or empty for none.
    last_contacted: Option<String>,
    /// True when it does not want to hear from the company; it can't be taken back.
    opted_out: Option<bool>,
    notes: Option<String>,
}

impl LeadBody {
    /// The lead with these changes.
    fn applied(self, mut lead: Lead) -> Result<Lead, Problem> {
        let set = |name: &str, value: Option<String>, into: &mut String| match value {
            None => Ok(()),
            Some(text) => {
                let longest = if name == "notes" { MAX_NOTES_CHARS } else { MAX_FIELD_CHARS };
                let text = text.trim().to_owned();
                let wrong = name != "notes" && text.chars().any(char::is_control);
                if wrong || text.chars().count() > longest {
                    return Err(Problem::field(
                        name,
                        format!("{name} must be one line of at most {longest} characters."),
                    ));
                }
                *into = text;
                Ok(())
            }
        };
        let mut contact = lead.contacts.first().cloned().unwrap_or_default();
        set("company", self.company, &mut lead.company)?;
        set("contact_name", self.contact_name, &mut contact.name)?;
        set("email", self.email.map(|email| email.to_lowercase()), &mut contact.email)?;
        set("phone", self.phone, &mut contact.phone)?;
        set("industry", self.industry, &mut lead.industry)?;
        set("location", self.location, &mut lead.location)?;
        set("website", self.website, &mut lead.website)?;
        set("source", self.source, &mut lead.source)?;
        set("notes", self.notes, &mut lead.notes)?;
        if lead.company.is_empty() {
            return Err(Problem::field("company", "A lead needs the company's name."));
        }
        if let Some(code) = self.status {
            lead.status = status(&code)?;
        }
        let day = |name: &str, text: String| match text.trim() {
            "" => Ok(None),
            text => {
                let wrong = || Problem::field(name, format!("{name} must be a day like 2026-12-01."));
                text.parse::<NaiveDate>().map(Some).map_err(|_| wrong())
            }
        };
        if let Some(text) = self.follow_up_date {
            lead.follow_up_date = day("follow_up_date", text)?;
        }
        if let Some(text) = self.last_contacted {
            lead.last_contacted = day("last_contacted", text)?;
        }
        if let Some(address) = self.assigned_to {
            lead.assigned_to = Some(address.trim().to_lowercase()).filter(|address| !address.is_empty());
        }
        match self.opted_out {
            Some(false) if lead.opted_out => {
                return Err(Problem::new(ProblemKind::Conflict, "The lead has opted out, and that is final.")
                    .about("opted_out"));
            }
            Some(opted_out) => lead.opted_out = opted_out,
            None => {}
        }
        if !contact.is_empty() {
            match lead.contacts.first_mut() {
                Some(first) => *first = contact,
                None => lead.contacts.push(contact),
            }
        }
        Ok(lead)
    }
}

/// Adds a lead. One of a company that is there already completes it: then it answers 200 with that lead.
#[utoipa::path(post, path = "/v1/leads", request_body = LeadBody, responses((status = 201, body = LeadView), (status = 200, body = LeadView, description = "The company was there"), Problems))]
async fn create(
    State(app): State<App>,
    caller: Caller<ChangeLeads>,
    ApiJson(body): ApiJson<LeadBody>,
) -> Result<(StatusCode, Json<LeadView>), Problem> {
    let mut lead = body.applied(Lead::default())?;
    let all = app.roles.allows(&caller.person.role, Permission::ReadLeads);
    if lead.assigned_to.is_none() || !all {
        lead.assigned_to = Some(caller.person.email.clone());
    }
    let mut tx = caller.begin(&app).await?;
    check_colleague(&mut tx, lead.assigned_to.as_deref()).await?;
    let saved = leads::save(&mut tx, vec![lead], Some(caller.person.id), app.clock.now()).await?;
    let (status, id) = match (saved.new.first(), saved.merged.first()) {
        (Some(id), _) => (StatusCode::CREATED, *id),
        (None, Some(id)) => (StatusCode::OK, *id),
        (None, None) => {
            return Err(
                Problem::new(ProblemKind::Conflict, "A colleague works on this company already.").about("company")
            );
        }
    };
    let stored = leads::get(&mut tx, id).await?.ok_or_else(|| Problem::not_found("lead"))?;
    commit(tx).await?;
    Ok((status, Json(stored.into())))
}

/// Changes a lead that the caller may see.
#[utoipa::path(patch, path = "/v1/leads/{id}", params(("id" = Uuid, Path)), request_body = LeadBody, responses((status = 200, body = LeadView), Problems))]
async fn update(
    State(app): State<App>,
    caller: Caller<ChangeLeads>,
    ApiPath(id): ApiPath<Id<id::Lead>>,
    ApiJson(body): ApiJson<LeadBody>,
) -> Result<Json<LeadView>, Problem> {
    let mut tx = caller.begin(&app).await?;
    let before = leads::get(&mut tx, id).await?.ok_or_else(|| Problem::not_found("lead"))?;
    let after = body.applied(before.lead.clone())?;
    if after.assigned_to != before.lead.assigned_to {
        if !app.roles.allows(&caller.person.role, Permission::ReadLeads) {
            return Err(Problem::new(
                ProblemKind::NotPermitted,
                "Only those who see all leads may give them to others.",
            ));
        }
        check_colleague(&mut tx, after.assigned_to.as_deref()).await?;
    }
    leads::change(&mut tx, &before, &after, Some(caller.person.id), app.clock.now()).await?;
    let stored = leads::get(&mut tx, id).await?.ok_or_else(|| Problem::not_found("lead"))?;
    commit(tx).await?;
    Ok(Json(stored.into()))
}

async fn check_colleague(tx: &mut mezzofy_store::Tx, address: Option<&str>) -> Result<(), Problem> {
    let Some(address) = address else { return Ok(()) };
    let known = is_address(address) && people::find(tx, address).await?.is_some_and(|person| !person.disabled);
    if known { Ok(()) } else { Err(Problem::field("assigned_to", "Nobody of the company has this address.")) }
}

#[cfg(test)]
mod tests {
    use mezzofy_domain::crm::Contact;

    use super::*;

    #[test]
    fn a_change_leaves_what_it_does_not_name_and_an_opt_out_is_final() {
        let contact = Contact { name: "Ana".to_owned(), email: "ana@abc.example".to_owned(), phone: String::new() };
        let lead = Lead { company: "ABC".to_owned(), contacts: vec![contact], opted_out: true, ..Lead::default() };
        let body = LeadBody { phone: Some("6123 4567".to_owned()), ..LeadBody::default() };
        let changed = body.applied(lead.clone()).unwrap();
        assert_eq!((changed.contacts[0].name.as_str(), changed.contacts[0].phone.as_str()), ("Ana", "6123 4567"));
        let back = LeadBody { opted_out: Some(false), ..LeadBody::default() };
        assert_eq!(back.applied(lead.clone()).unwrap_err().kind(), ProblemKind::Conflict);
        let nameless = LeadBody { company: Some(" ".to_owned()), ..LeadBody::default() };
        assert!(nameless.applied(lead).is_err());
    }
}
