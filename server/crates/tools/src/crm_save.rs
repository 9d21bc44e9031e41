//! `crm_save` and `crm_update`: adding and changing leads. A company is saved once, whoever finds it again.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{Days, NaiveDate};
use mezzofy_agent::schema::{self, Code};
use mezzofy_agent::tool::{Change, Context, Outcome, Output, Tool, ToolError, ToolSpec, listed};
use mezzofy_domain::crm::identity::Identity;
use mezzofy_domain::crm::{Contact, Lead, LeadStatus};
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::roles::Permission;
use mezzofy_domain::trust::Trust;
use mezzofy_store::leads::{self, LeadFilter, StoredLead};
use mezzofy_store::{commit, people};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::{Value, json};

use super::crm_query::{LeadSelection, lead_schema, shown, trust_of};
use super::{ToolContext, read, retry};

pub(super) struct CrmSave {
    spec: ToolSpec,
    tool_context: Arc<ToolContext>,
}

pub(super) struct CrmUpdate {
    spec: ToolSpec,
    tool_context: Arc<ToolContext>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::doc_markdown, reason = "models read these comments")]
struct CrmSaveInput {
    #[serde(default)]
    #[schemars(length(max = 200))]
    leads: Vec<LeadDraft>,
    /// Instead of `leads`: the `call` of linkedin_scraper, whose companies are saved
    from: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize, serde::Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LeadDraft {
    #[schemars(length(max = 300))]
    pub(super) company: String,
    #[serde(default)]
    #[schemars(length(max = 300))]
    pub(super) contact_name: String,
    #[serde(default)]
    #[schemars(length(max = 300))]
    pub(super) email: String,
    #[serde(default)]
    #[schemars(length(max = 300))]
    pub(super) phone: String,
    #[serde(default)]
    #[schemars(length(max = 300))]
    pub(super) industry: String,
    #[serde(default)]
    #[schemars(length(max = 300))]
    pub(super) location: String,
    #[serde(default)]
    #[schemars(length(max = 300))]
    pub(super) website: String,
    #[serde(default)]
    #[schemars(length(max = 300))]
    pub(super) source: String,
    #[serde(default)]
    #[schemars(length(max = 5000))]
    pub(super) notes: String,
}

impl LeadDraft {
    fn lead(self, assigned_to: &str) -> Lead {
        let contact = Contact { name: self.contact_name, email: self.email.trim().to_lowercase(), phone: self.phone };
        Lead {
            company: self.company.trim().to_owned(),
            contacts: Some(contact).filter(|contact| !contact.is_empty()).into_iter().collect(),
            industry: self.industry,
            location: self.location,
            website: self.website,
            source: self.source,
            assigned_to: Some(assigned_to.to_owned()),
            notes: self.notes,
            ..Lead::default()
        }
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::doc_markdown, reason = "models read these comments")]
struct CrmUpdateInput {
    /// Its id, or its company's name
    #[schemars(length(max = 300))]
    lead: Option<String>,
    /// For skills: the `call` of crm_query whose leads get the status
    from: Option<String>,
    #[schemars(with = "Option<Code<LeadStatus>>")]
    status: Option<LeadStatus>,
    /// 2026-12-01
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    follow_up_date: Option<NaiveDate>,
    /// Added to the notes
    #[schemars(length(max = 2000))]
    note: Option<String>,
    /// A colleague's address
    #[schemars(length(max = 254))]
    assigned_to: Option<String>,
    /// True when it does not want to hear from us any more. That is final
    #[serde(default)]
    opted_out: bool,
    /// That somebody was in touch today
    #[serde(default)]
    contacted: bool,
    /// For skills: what became of the mails; their leads are marked as contacted
    #[serde(default)]
    #[schemars(schema_with = "objects")]
    sent: Vec<MailOutcome>,
    /// With `sent`: when those who were written to are followed up next
    #[schemars(range(min = 1, max = 365))]
    follow_up_in_days: Option<u64>,
}

fn objects(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "array", "items": {"type": "object"}})
}

/// What became of a mail, as the run knows it.
#[derive(Deserialize)]
struct MailOutcome {
    #[serde(default)]
    state: String,
    #[serde(default)]
    to: String,
}

impl CrmSave {
    pub(super) fn new(tool_context: &Arc<ToolContext>) -> Self {
        let count = json!({"type": "integer"});
        let spec = ToolSpec {
            name: "crm_save",
            permission: Permission::ChangeLeads,
            effect: false,
            fixed: &[],
            input_schema: schema::of::<CrmSaveInput>(),
            output_schema: json!({
                "type": "object",
                "properties": {
                    "call": {"type": "string", "description": "Names these leads for csv_export and outlook_compose_email"},
                    "new": count, "merged": {"type": "integer", "description": "Given ones that were there already and were completed"},
                    "held": {"type": "integer", "description": "Companies that a colleague works on; nothing was changed"},
                    "saved": {"type": "integer", "description": "Leads that are in the CRM now, new and completed ones"},
                    "with_address": {"type": "integer", "description": "Of the saved ones, those that can be written to"},
                    "opted_out": count,
                    "otherwise_named": {"type": "integer", "description": "Given ones that share a domain or a phone with a company of another name, and were taken for it"},
                    "leads": {"type": "array", "items": lead_schema()}
                }
            }),
        };
        Self { spec, tool_context: Arc::clone(tool_context) }
    }
}

impl CrmUpdate {
    pub(super) fn new(tool_context: &Arc<ToolContext>) -> Self {
        let text = json!({"type": "string"});
        let count = json!({"type": "integer"});
        let spec = ToolSpec {
            name: "crm_update",
            permission: Permission::ChangeLeads,
            effect: false,
            fixed: &[],
            input_schema: schema::of::<CrmUpdateInput>(),
            output_schema: json!({
                "type": "object",
                "properties": {"updated": count, "sent": {"type": "integer", "description": "Mails that went out"}, "company": text, "status": text,
                    "told": {"type": "integer", "description": "How many colleagues"},
                    "colleagues": {"type": "array", "description": "Whose leads were written to, without the person", "items": {
                        "type": "object", "properties": {"to": text, "count": count, "companies": text}
                    }}}
            }),
        };
        Self { spec, tool_context: Arc::clone(tool_context) }
    }

    /// Marks the leads that were written to.
    async fn mark_contacted(
        &self,
        context: Context<'_>,
        sent: &[MailOutcome],
        next: Option<u64>,
    ) -> Result<Outcome, ToolError> {
        let today = context.now.with_timezone(&self.tool_context.zone).date_naive();
        let addresses: Vec<&str> =
            sent.iter().filter(|sent| sent.state == "done").map(|sent| sent.to.as_str()).collect();
        let mut tx = self.tool_context.begin(context.person).await?;
        let mut updated = 0;
        let mut colleagues: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for address in &addresses {
            let filter = LeadFilter { text: Some((*address).to_owned()), ..LeadFilter::default() };
            for stored in leads::find(&mut tx, &filter, 10).await.map_err(retry)? {
                if !stored.lead.contacts.iter().any(|contact| contact.email == *address) {
                    continue;
                }
                let mut after = stored.lead.clone();
                if let Some(colleague) = after.assigned_to.clone().filter(|to| *to != context.person.email) {
                    colleagues.entry(colleague).or_default().push(after.company.clone());
                }
                after.last_contacted = Some(today);
                if let Some(days) = next {
                    after.follow_up_date = today.checked_add_days(Days::new(days));
                }
                if after.status == LeadStatus::New {
                    after.status = LeadStatus::Contacted;
                }
                leads::change(&mut tx, &stored, &after, Some(context.person.id), context.now).await.map_err(retry)?;
                updated += 1;
            }
        }
        let people = people::all(&mut tx).await.map_err(retry)?;
        colleagues.retain(|to, _| people.iter().any(|person| !person.disabled && person.email == *to));
        commit(tx).await.map_err(retry)?;
        let told: Vec<Value> = colleagues
            .into_iter()
            .map(|(to, companies)| json!({"to": to, "count": companies.len(), "companies": companies.join(", ")}))
            .collect();
        let result = json!({"updated": updated, "sent": addresses.len(), "told": told.len(), "colleagues": told});
        Ok(Outcome::Done(Output { result, trust: Trust::Company, ..Output::default() }))
    }

    /// Gives the leads of an earlier call a status.
    async fn set_status(&self, context: Context<'_>, call: &str, status: LeadStatus) -> Result<Outcome, ToolError> {
        // A model names the lead, so that its person can be asked.
        if context.facts.is_some() {
            return Err(ToolError::Tell("Name the one lead that is to be changed.".to_owned()));
        }
        let ids = LeadSelection::read(context, call)?.leads;
        let mut tx = self.tool_context.begin(context.person).await?;
        let mut updated = 0;
        for id in ids {
            let Some(stored) = leads::get(&mut tx, id.into()).await.map_err(retry)? else { continue };
            if stored.lead.status != status {
                let after = Lead { status, ..stored.lead.clone() };
                leads::change(&mut tx, &stored, &after, Some(context.person.id), context.now).await.map_err(retry)?;
                updated += 1;
            }
        }
        commit(tx).await.map_err(retry)?;
        let result = json!({"updated": updated, "sent": 0, "status": status});
        Ok(Outcome::Done(Output { result, trust: Trust::Company, ..Output::default() }))
    }

    async fn find(&self, context: Context<'_>, named: &str) -> Result<StoredLead, ToolError> {
        let mut tx = self.tool_context.begin(context.person).await?;
        if let Ok(id) = named.parse::<Id<id::Lead>>() {
            let found = leads::get(&mut tx, id).await.map_err(retry)?;
            return found.ok_or_else(|| ToolError::Tell(format!("There is no lead {named} that you may change.")));
        }
        let filter = LeadFilter { text: Some(named.to_owned()), ..LeadFilter::default() };
        let mut found = leads::find(&mut tx, &filter, 3).await.map_err(retry)?;
        match found.len() {
            1 => found.pop().ok_or_else(|| ToolError::Abort("a lead is lost".to_owned())),
            0 => Err(ToolError::Tell(format!("No lead of yours is called “{named}”."))),
            _ => {
                let companies: Vec<&str> = found.iter().map(|stored| stored.lead.company.as_str()).collect();
                Err(ToolError::Tell(format!("“{named}” may be any of {}. Ask the person which.", companies.join(", "))))
            }
        }
    }
}

#[async_trait]
impl Tool for CrmSave {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let drafts: Vec<Lead> =
            drafts(context, input)?.into_iter().map(|draft| draft.lead(&context.person.email)).collect();
        let given: Vec<Identity> = drafts.iter().map(Identity::of).collect();
        let mut tx = self.tool_context.begin(context.person).await?;
        let saved = leads::save(&mut tx, drafts, Some(context.person.id), context.now).await.map_err(retry)?;
        let ids: Vec<_> = saved.new.iter().chain(&saved.merged).map(|id| id.uuid()).collect();
        let stored = if ids.is_empty() {
            Vec::new()
        } else {
            leads::find(&mut tx, &LeadFilter { ids: ids.clone(), ..LeadFilter::default() }, 1_000)
                .await
                .map_err(retry)?
        };
        commit(tx).await.map_err(retry)?;
        let kept = LeadSelection::of(&stored, None);
        let names: Vec<Identity> = stored.iter().map(|stored| Identity::of(&stored.lead)).collect();
        let otherwise_named = given.iter().filter(|given| !names.iter().any(|name| name.names(given))).count();
        let result = json!({
            "otherwise_named": otherwise_named,
            "call": context.call, "new": saved.new.len(), "merged": saved.merges, "held": saved.held.len(),
            "saved": stored.len(),
            "with_address": stored.iter().filter(|stored| stored.lead.reachable().is_some()).count(),
            "opted_out": stored.iter().filter(|stored| stored.lead.opted_out).count(),
            "leads": stored.iter().take(200).map(shown).collect::<Vec<_>>(),
        });
        let keep = serde_json::to_value(kept).map_err(|error| ToolError::Abort(error.to_string()))?;
        Ok(Outcome::Done(Output { result, keep: Some(keep), trust: trust_of(&stored), ..Output::default() }))
    }

    async fn change(&self, context: Context<'_>, input: &Value) -> Result<Option<Change>, ToolError> {
        let drafts = drafts(context, input.clone())?;
        let drafted = drafts.iter().map(|draft| listed(&json!(draft)));
        let text = drafted.collect::<Vec<_>>().join("\n\n");
        Ok((!drafts.is_empty()).then(|| Change { text, values: vec![json!(drafts)] }))
    }
}

/// The leads that are to be saved.
fn drafts(context: Context<'_>, input: Value) -> Result<Vec<LeadDraft>, ToolError> {
    let CrmSaveInput { leads, from } = read(input)?;
    let mut drafts: Vec<LeadDraft> = match from {
        Some(call) => {
            let kept = context.kept.get(&call).and_then(|kept| kept.get("found"));
            let kept = kept.and_then(|found| serde_json::from_value(found.clone()).ok());
            kept.ok_or_else(|| ToolError::Tell(format!("linkedin_scraper has found nothing as “{call}” in this run.")))?
        }
        None => leads,
    };
    drafts.retain(|draft| !draft.company.trim().is_empty());
    Ok(drafts)
}

#[async_trait]
impl Tool for CrmUpdate {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: CrmUpdateInput = read(input)?;
        if let (Some(call), Some(status)) = (&input.from, input.status) {
            return self.set_status(context, call, status).await;
        }
        let Some(named) = &input.lead else {
            return self.mark_contacted(context, &input.sent, input.follow_up_in_days).await;
        };
        let before = self.find(context, named).await?;
        let today = context.now.with_timezone(&self.tool_context.zone).date_naive();
        let mut after = before.lead.clone();
        after.status = input.status.unwrap_or(after.status);
        after.follow_up_date = input.follow_up_date.or(after.follow_up_date);
        after.opted_out |= input.opted_out;
        if input.contacted {
            after.last_contacted = Some(today);
        }
        if let Some(address) = input.assigned_to {
            after.assigned_to = Some(self.tool_context.colleague(context, &address).await?);
        }
        if let Some(note) = input.note.filter(|note| !note.trim().is_empty()) {
            format!("{}\n{today}: {}", after.notes, note.trim()).trim().clone_into(&mut after.notes);
        }
        let mut tx = self.tool_context.begin(context.person).await?;
        leads::change(&mut tx, &before, &after, Some(context.person.id), context.now).await.map_err(retry)?;
        commit(tx).await.map_err(retry)?;
        let result = json!({"updated": 1, "sent": 0, "company": after.company, "status": after.status});
        Ok(Outcome::Done(Output { result, trust: Trust::Outside, ..Output::default() }))
    }

    async fn change(&self, context: Context<'_>, input: &Value) -> Result<Option<Change>, ToolError> {
        let given: CrmUpdateInput = read(input.clone())?;
        let Some(named) = &given.lead else {
            return Ok(Some(Change { text: listed(input), values: vec![input.clone()] }));
        };
        let stored = self.find(context, named).await?;
        let mut input = input.clone();
        // A person knows a lead by its company, not by its number.
        if named.parse::<Id<id::Lead>>().is_ok() {
            input["lead"] = json!(stored.lead.company);
        }
        let mut shown = input.clone();
        shown["lead"] = json!(stored.lead.company);
        if let Some(status) = given.status {
            shown["status"] = json!(format!("{} (now {})", status.code(), stored.lead.status.code()));
        }
        if given.opted_out {
            shown["opted_out"] = json!("true (that is final: nobody can write to it any more)");
        }
        Ok(Some(Change { text: listed(&shown), values: vec![input] }))
    }
}

impl ToolContext {
    /// The address of a colleague who can be given work.
    async fn colleague(&self, context: Context<'_>, address: &str) -> Result<String, ToolError> {
        let address = address.trim().to_lowercase();
        let mut tx = self.begin(context.person).await?;
        let person = mezzofy_store::people::find(&mut tx, &address).await.map_err(retry)?;
        match person.filter(|person| !person.disabled) {
            Some(person) => Ok(person.email),
            None => Err(ToolError::Tell(format!("Nobody of the company has the address {address}."))),
        }
    }
}
