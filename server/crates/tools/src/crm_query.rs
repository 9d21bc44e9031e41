//! `crm_query` and `crm_export`: the leads that the person may see.

use std::sync::Arc;

use async_trait::async_trait;
use mezzofy_agent::schema::{self, Code};
use mezzofy_agent::tool::{Context, Outcome, Output, Tool, ToolError, ToolSpec};
use mezzofy_domain::crm::{LeadStatus, file};
use mezzofy_domain::language::Language;
use mezzofy_domain::period::day_label;
use mezzofy_domain::roles::Permission;
use mezzofy_domain::trust::Trust;
use mezzofy_store::leads::{self, LeadFilter, StoredLead};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::document::{NewFile, file_name};
use super::{ToolContext, read, retry};

/// Leads that a call reads at most.
const MAX_LEADS: i64 = 1_000;
/// What happened to a lead, shown with it.
const ACTIVITIES: i64 = 5;

pub(super) struct CrmQuery {
    spec: ToolSpec,
    tool_context: Arc<ToolContext>,
}

pub(super) struct CrmExport {
    spec: ToolSpec,
    tool_context: Arc<ToolContext>,
}

/// What a call keeps: which leads it saw.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LeadSelection {
    pub(super) leads: Vec<Uuid>,
    /// Whom it was about, when it was about one company.
    #[serde(default)]
    pub(super) about: Option<String>,
    columns: Vec<String>,
    rows: Vec<Vec<Option<String>>>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::doc_markdown, reason = "models read these comments")]
struct CrmQueryInput {
    /// The `call` of crm_save: its leads, as they are now
    from: Option<String>,
    /// A company, a contact or a word of the notes
    #[schemars(length(max = 300))]
    company: Option<String>,
    #[schemars(length(max = 100))]
    industry: Option<String>,
    #[schemars(length(max = 100))]
    location: Option<String>,
    #[schemars(with = "Option<Code<LeadStatus>>")]
    status: Option<LeadStatus>,
    /// Only leads assigned to the person
    #[serde(default)]
    mine: bool,
    /// Only those to be followed up by today; those won and lost are not
    #[serde(default)]
    due: bool,
    /// Also the notes and what happened, which others may have written
    #[serde(default)]
    notes: bool,
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<i64>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CrmExportInput {
    /// A company, a contact or a word of the notes
    #[schemars(length(max = 300))]
    company: Option<String>,
    #[schemars(length(max = 100))]
    industry: Option<String>,
    #[schemars(length(max = 100))]
    location: Option<String>,
    #[schemars(with = "Option<Code<LeadStatus>>")]
    status: Option<LeadStatus>,
    /// Only leads assigned to the person
    #[serde(default)]
    mine: bool,
    /// Only those to be followed up by today; those won and lost are not
    #[serde(default)]
    due: bool,
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<i64>,
}

impl From<CrmExportInput> for CrmQueryInput {
    fn from(input: CrmExportInput) -> Self {
        let CrmExportInput { company, industry, location, status, mine, due, limit } = input;
        Self { company, industry, location, status, mine, due, limit, ..Self::default() }
    }
}

/// The shape of a lead in results.
pub(super) fn lead_schema() -> Value {
    let text = json!({"type": "string"});
    json!({
        "type": "object",
        "properties": {
            "id": text, "company": text, "contact_name": text, "email": text, "email_valid": {"type": "boolean"}, "phone": text,
            "industry": text, "location": text, "website": text, "source": text, "status": text, "assigned_to": text,
            "follow_up_date": text, "last_contacted": text, "opted_out": {"type": "boolean"}
        }
    })
}

/// A lead as results show it.
pub(super) fn shown(stored: &StoredLead) -> Value {
    let lead = &stored.lead;
    let contact = lead.contacts.first().cloned().unwrap_or_default();
    json!({
        "id": stored.id, "company": lead.company, "contact_name": contact.name, "email": contact.email,
        "email_valid": contact.email_valid(), "phone": contact.phone, "industry": lead.industry, "location": lead.location,
        "website": lead.website, "source": lead.source, "status": lead.status, "assigned_to": lead.assigned_to,
        "follow_up_date": lead.follow_up_date, "last_contacted": lead.last_contacted, "opted_out": lead.opted_out,
    })
}

/// Whoever signs up, is imported or stands on a page that was read has typed a lead's names and texts.
pub(super) fn trust_of(leads: &[StoredLead]) -> Trust {
    if leads.is_empty() { Trust::Company } else { Trust::Outside }
}

impl LeadSelection {
    /// What a call keeps of these leads.
    pub(super) fn of(all: &[StoredLead], about: Option<String>) -> Self {
        let columns = file::COLUMNS.iter().map(|column| (*column).to_owned()).collect();
        Self {
            leads: all.iter().map(|lead| lead.id.uuid()).collect(),
            about,
            columns,
            rows: all.iter().map(|stored| file::row(&stored.lead)).collect(),
        }
    }

    /// What an earlier call kept.
    pub(super) fn read(context: Context<'_>, call: &str) -> Result<Self, ToolError> {
        let kept = context.kept.get(call).and_then(|kept| serde_json::from_value(kept.clone()).ok());
        kept.ok_or_else(|| ToolError::Tell(format!("No call “{call}” of this run has read leads.")))
    }
}

/// A lead in the columns of the leads file.
impl ToolContext {
    async fn leads(&self, context: Context<'_>, input: &CrmQueryInput) -> Result<Vec<StoredLead>, ToolError> {
        if let Some(call) = &input.from {
            let ids = LeadSelection::read(context, call)?.leads;
            if ids.is_empty() {
                return Ok(Vec::new());
            }
            let mut tx = self.begin(context.person).await?;
            return leads::find(&mut tx, &LeadFilter { ids, ..LeadFilter::default() }, MAX_LEADS).await.map_err(retry);
        }
        let today = context.now.with_timezone(&self.zone).date_naive();
        // Who is won or lost is not followed up.
        let open = || {
            LeadStatus::ALL.into_iter().filter(|status| !matches!(status, LeadStatus::Won | LeadStatus::Lost)).collect()
        };
        let filter = LeadFilter {
            statuses: input.status.map_or_else(|| if input.due { open() } else { Vec::new() }, |status| vec![status]),
            industries: input.industry.as_ref().map(|name| self.planner.industry_names(name)).unwrap_or_default(),
            places: input.location.as_ref().map(|name| self.planner.place_names(name)).unwrap_or_default(),
            assigned_to: input.mine.then(|| context.person.email.clone()),
            due_by: input.due.then_some(today),
            ..LeadFilter::default()
        };
        let most = input.limit.unwrap_or(MAX_LEADS).clamp(1, MAX_LEADS);
        let mut tx = self.begin(context.person).await?;
        let Some(company) = input.company.as_deref().map(str::trim).filter(|company| !company.is_empty()) else {
            return leads::find(&mut tx, &filter, most).await.map_err(retry);
        };
        // A company is found as duplicates are: whatever its legal form, and with a slip.
        let wanted = mezzofy_domain::crm::Lead { company: company.to_owned(), ..Default::default() };
        let wanted = mezzofy_domain::crm::identity::Identity::of(&wanted);
        let all = leads::find(&mut tx, &filter, 100_000).await.map_err(retry)?;
        let same: Vec<StoredLead> = all
            .into_iter()
            .filter(|stored| mezzofy_domain::crm::identity::Identity::of(&stored.lead).names(&wanted))
            .collect();
        if !same.is_empty() {
            return Ok(same);
        }
        leads::find(&mut tx, &LeadFilter { text: Some(company.to_owned()), ..filter }, most).await.map_err(retry)
    }
}

impl CrmQuery {
    pub(super) fn new(tool_context: &Arc<ToolContext>) -> Self {
        let text = json!({"type": "string"});
        let spec = ToolSpec {
            name: "crm_query",
            permission: Permission::ReadOwnLeads,
            effect: false,
            fixed: &[],
            input_schema: schema::of::<CrmQueryInput>(),
            output_schema: json!({
                "type": "object",
                "properties": {
                    "call": {"type": "string", "description": "Names these leads for csv_export, outlook_compose_email and pptx_generator"},
                    "count": {"type": "integer"},
                    "empty": {"type": "boolean"},
                    "leads": {"type": "array", "items": lead_schema()},
                    "list": {"type": "string", "description": "The first ten as a list, for the answer"},
                    "history": {"type": "array", "items": text, "description": "With `notes`: what is known of the first lead, newest first"}
                }
            }),
        };
        Self { spec, tool_context: Arc::clone(tool_context) }
    }
}

impl CrmExport {
    pub(super) fn new(tool_context: &Arc<ToolContext>) -> Self {
        let text = json!({"type": "string"});
        let spec = ToolSpec {
            name: "crm_export",
            permission: Permission::ReadOwnLeads,
            effect: false,
            fixed: &[],
            input_schema: schema::of::<CrmExportInput>(),
            output_schema: json!({
                "type": "object",
                "properties": {"file": {"type": "string", "description": "The file's id"}, "name": text, "rows": {"type": "integer"}}
            }),
        };
        Self { spec, tool_context: Arc::clone(tool_context) }
    }
}

#[async_trait]
impl Tool for CrmQuery {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: CrmQueryInput = read(input)?;
        let found = self.tool_context.leads(context, &input).await?;
        let mut history = Vec::new();
        if let Some(first) = found.first().filter(|_| input.notes) {
            let mut tx = self.tool_context.begin(context.person).await?;
            let activities = leads::activities(&mut tx, first.id, ACTIVITIES).await.map_err(retry)?;
            history.extend(first.lead.notes.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned));
            history.extend(activities.into_iter().map(|activity| {
                let day = day_label(activity.at.with_timezone(&self.tool_context.zone).date_naive(), context.language);
                format!("{day}: {} {}", activity.kind, activity.detail).trim().to_owned()
            }));
        }
        let list: Vec<String> = found.iter().take(10).map(|stored| line(stored, context.language)).collect();
        let kept = LeadSelection::of(&found, input.company.clone());
        let result = json!({
            "call": context.call, "count": found.len(), "empty": found.is_empty(),
            "leads": found.iter().take(200).map(shown).collect::<Vec<_>>(),
            "list": list.join("\n"), "history": history,
        });
        let keep = serde_json::to_value(kept).map_err(|error| ToolError::Abort(error.to_string()))?;
        Ok(Outcome::Done(Output { result, keep: Some(keep), trust: trust_of(&found), ..Output::default() }))
    }
}

fn line(stored: &StoredLead, language: Language) -> String {
    let lead = &stored.lead;
    let plain = |text: &str| text.chars().map(|c| if "[]()<>*_`|#".contains(c) { ' ' } else { c }).collect::<String>();
    let rest: Vec<String> = [plain(&lead.industry), plain(&lead.location), lead.status.to_string()]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect();
    let comma = if language == Language::Zh { "，" } else { ", " };
    format!("- **{}**: {}", plain(&lead.company), rest.join(comma))
}

#[async_trait]
impl Tool for CrmExport {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: CrmExportInput = read(input)?;
        let found = self.tool_context.leads(context, &input.into()).await?;
        let bytes = file::write(found.iter().map(|stored| &stored.lead));
        let title = if context.language == Language::Zh { "销售线索" } else { "leads" };
        let more = json!({"rows": found.len()});
        let name = file_name(title, "csv");
        let made = NewFile { name, media_type: "text/csv", bytes, trust: Trust::Outside, more };
        self.tool_context.keep(context, made).await
    }
}
