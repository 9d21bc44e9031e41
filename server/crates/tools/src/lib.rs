//! The tools a run can call: adapters between the agent's contract and the parts that do the work.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use jsonschema::Validator;
use mezzofy_agent::calls::Toolbox;
use mezzofy_agent::instructions::Instructions;
use mezzofy_agent::planner::Planner;
use mezzofy_agent::skills::ToolShape;
use mezzofy_agent::tool::{Context, Outcome, Tool, ToolError, ToolSpec};
use mezzofy_documents::office::{Slides, Words};
use mezzofy_documents::reports::Meta;
use mezzofy_domain::effect::{EffectKind, PayloadFields};
use mezzofy_domain::file::Attachment;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::kpi::Definition;
use mezzofy_domain::ledger::CashRule;
use mezzofy_domain::people::{Company, Person};
use mezzofy_domain::roles::Roles;
use mezzofy_microsoft::calendar::Calendar;
use mezzofy_store::file_storage::FileStorage;
use mezzofy_store::{Prospect, Scope, Store, StoreError, Tx, files};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::linkedin::Prospecting;
use crate::research::Search;
use mezzofy_engine::app::ToolRegistry;
use mezzofy_engine::catalogue::Products;
use mezzofy_engine::config::ScheduleLimits;
use mezzofy_engine::effects::check::SendRules;
use mezzofy_engine::kpis::Figures;
use mezzofy_engine::models::Models;
use mezzofy_engine::reader::Reader;
use mezzofy_engine::turns::Turns;
use mezzofy_engine::web::Web;

mod calendar;
mod content_generator;
mod crm_query;
mod crm_save;
mod database_query;
mod document;
mod figures;
mod file_search;
mod finance_statement;
mod knowledge_search;
mod kpi_report;
pub mod linkedin;
mod linkedin_scraper;
mod links;
mod mezzofy_data;
mod office_generator;
mod outlook_compose_email;
mod outlook_send_email;
mod pdf_generator;
mod pdf_merge;
mod printing;
mod recipients;
mod remember;
pub mod research;
mod schedule_create;
mod schedule_update;
mod sheet_export;
mod sources;
mod support_digest;
mod teams;
mod web_research;

pub use outlook_compose_email::MailTexts;
pub use printing::{Printer, print_turns};

/// What the tools work with.
pub struct ToolContext {
    /// The database.
    pub store: Store,
    /// What of it each person may read.
    pub roles: Roles,
    /// The bytes of files.
    pub files: FileStorage,
    /// Reads files.
    pub reader: Arc<Reader>,
    /// Prints documents.
    pub press: Arc<dyn Printer>,
    /// Whose document is made when.
    pub print_turns: Turns<Id<id::Person>>,
    /// Makes presentations.
    pub slides: Arc<Slides>,
    /// Makes Word documents.
    pub words: Arc<Words>,
    /// The company: its name on documents, its channels in Teams.
    pub company: Company,
    /// Where days begin and end.
    pub zone: Tz,
    /// Which accounts are cash.
    pub cash: CashRule,
    /// Write texts.
    pub models: Arc<Models>,
    /// Finds people.
    pub planner: Arc<Planner>,
    /// What the company sells.
    pub products: Arc<Products>,
    /// How key figures are computed.
    pub kpis: Arc<Vec<Definition>>,
    /// The way to calendars.
    pub calendar: Calendar,
    /// The way to the web.
    pub web: Web,
    /// Who searches it, if anybody.
    pub search: Option<Search>,
    /// Where companies are looked for.
    pub prospecting: Arc<Prospecting>,
    /// What mails to leads say.
    pub mail_texts: MailTexts,
    /// Files that may be made for a person within an hour.
    pub files_an_hour: u32,
    /// Bytes of a person's files together.
    pub files_per_person_bytes: u64,
    /// How many schedules a person has.
    pub schedule_limits: ScheduleLimits,
    /// How models are told to write.
    pub instructions: Arc<Instructions>,
    /// Cancelled when the server stops.
    pub stop: CancellationToken,
}

impl ToolContext {
    /// As whom a call for this person acts in the database.
    fn scope(&self, person: &Person) -> Scope {
        Scope::of(person, &self.roles)
    }

    /// What key figures are computed with.
    fn figures(&self) -> Figures<'_> {
        Figures { store: &self.store, definitions: &self.kpis, roles: &self.roles, zone: self.zone }
    }

    /// What a report says besides its data.
    fn meta(&self, context: Context<'_>) -> Meta {
        Meta {
            company: self.company.name.clone(),
            prepared_by: context.person.name.clone(),
            made_at: context.now.with_timezone(&self.zone).fixed_offset(),
        }
    }

    /// What may be sent now.
    fn send_rules(&self, now: DateTime<Utc>) -> SendRules<'_> {
        SendRules { roles: &self.roles, company: &self.company, now }
    }

    /// What a call wants to send, if its person may send it now.
    async fn send(&self, context: Context<'_>, kind: EffectKind, fields: PayloadFields) -> Result<Outcome, ToolError> {
        let mut tx = self.begin(context.person).await?;
        let payload = self.send_rules(context.now).payload(&mut tx, context.person, kind, fields).await;
        payload.map_err(retry)?.map(Outcome::Send).map_err(|refusal| ToolError::Tell(refusal.to_string()))
    }

    /// A person's own files, to be attached.
    async fn attachments(&self, context: Context<'_>, ids: Vec<Id<id::File>>) -> Result<Vec<Attachment>, ToolError> {
        let mut attachments = Vec::new();
        let mut tx = self.begin(context.person).await?;
        for id in ids {
            let file = files::get(&mut tx, context.person.id, id).await.map_err(retry)?;
            let file = file.ok_or_else(|| ToolError::Tell(format!("There is no file {id} of yours to attach.")))?;
            attachments.push(file.attachment);
        }
        Ok(attachments)
    }

    /// Begins a transaction that acts as the person a call is for.
    async fn begin(&self, person: &Person) -> Result<Tx, ToolError> {
        self.store.begin_as(&self.scope(person)).await.map_err(retry)
    }
}

/// All tools by name, each with the check of its input.
pub struct Tools(BTreeMap<&'static str, (Arc<dyn Tool>, Validator)>);

impl Tools {
    /// Every tool there is. A schema that is none is an error of ours, named.
    pub fn all(tool_context: ToolContext) -> Result<Self, String> {
        let tool_context = Arc::new(tool_context);
        let all: [Arc<dyn Tool>; 33] = [
            Arc::new(calendar::OutlookCreateEvent::new(&tool_context)),
            Arc::new(calendar::OutlookFindFreeSlots::new(&tool_context)),
            Arc::new(calendar::OutlookListEvents::new(&tool_context)),
            Arc::new(teams::TeamsListChannels::new(&tool_context)),
            Arc::new(teams::TeamsPostMessage::new(&tool_context)),
            Arc::new(teams::TeamsSendDm::new(&tool_context)),
            Arc::new(content_generator::ContentGenerator::new(&tool_context)),
            Arc::new(sheet_export::CsvExport::new(&tool_context)),
            Arc::new(sheet_export::XlsxExport::new(&tool_context)),
            Arc::new(crm_query::CrmExport::new(&tool_context)),
            Arc::new(crm_query::CrmQuery::new(&tool_context)),
            Arc::new(crm_save::CrmSave::new(&tool_context)),
            Arc::new(crm_save::CrmUpdate::new(&tool_context)),
            Arc::new(database_query::DatabaseQuery::new(&tool_context)),
            Arc::new(file_search::FileSearch::new(&tool_context)),
            Arc::new(finance_statement::FinanceStatement::new(&tool_context)),
            Arc::new(office_generator::OfficeGenerator::docx(&tool_context)),
            Arc::new(office_generator::OfficeGenerator::pptx(&tool_context)),
            Arc::new(pdf_generator::PdfGenerator::new(&tool_context)),
            Arc::new(pdf_merge::PdfMerge::new(&tool_context)),
            Arc::new(knowledge_search::KnowledgeSearch::new(&tool_context)),
            Arc::new(kpi_report::KpiReport::new(&tool_context)),
            Arc::new(linkedin_scraper::LinkedinScraper::new(&tool_context)),
            Arc::new(mezzofy_data::MezzofyData::new(&tool_context)),
            Arc::new(outlook_compose_email::OutlookComposeEmail::new(&tool_context)),
            Arc::new(outlook_send_email::OutlookSendEmail::new(&tool_context)),
            Arc::new(remember::Remember::new(&tool_context)),
            Arc::new(schedule_create::ScheduleCreate::new(&tool_context)),
            Arc::new(schedule_update::ScheduleUpdate::new(&tool_context)),
            Arc::new(support_digest::SupportDigest::new(&tool_context)),
            Arc::new(web_research::PageRead::new(&tool_context)),
            Arc::new(web_research::WebResearch::new(&tool_context)),
            Arc::new(web_research::WebSearch::new(&tool_context)),
        ];
        let checked = all.into_iter().map(|tool| {
            let spec = tool.spec();
            let validator = jsonschema::validator_for(&spec.input_schema)
                .map_err(|error| format!("the schema of {}: {error}", spec.name))?;
            Ok((spec.name, (tool, validator)))
        });
        checked.collect::<Result<_, String>>().map(Self)
    }

    /// The shapes that skills are checked against.
    #[must_use]
    pub fn shapes(&self) -> Vec<ToolShape> {
        self.0.values().map(|(tool, _)| tool.spec().shape()).collect()
    }
}

impl ToolRegistry for Tools {
    fn get(&self, name: &str) -> Option<&Arc<dyn Tool>> {
        self.0.get(name).map(|(tool, _)| tool)
    }

    fn names(&self) -> Vec<&str> {
        self.0.keys().copied().collect()
    }
}

impl Toolbox for Tools {
    fn spec(&self, name: &str) -> Option<&ToolSpec> {
        self.get(name).map(|tool| tool.spec())
    }

    fn check(&self, name: &str, input: &Value) -> Result<(), String> {
        let (_, validator) = self.0.get(name).ok_or_else(|| format!("There is no tool {name}."))?;
        validator
            .validate(input)
            .map_err(|error| format!("The input of {name} is wrong at “{}”: {error}.", error.instance_path()))
    }
}

/// Reads a checked input into the tool's own type.
fn read<T: DeserializeOwned>(input: Value) -> Result<T, ToolError> {
    serde_json::from_value(input).map_err(|error| ToolError::Tell(format!("The input can't be read: {error}.")))
}

/// The database is tried again, unless it would refuse the same once more.
#[expect(clippy::needless_pass_by_value, reason = "it is given to `map_err`")]
fn retry(error: StoreError) -> ToolError {
    let refused = |why: &str| {
        tracing::warn!(%error, "the database refused a tool");
        ToolError::Tell(format!("This was not done, because the database refused it: {why}."))
    };
    match error.prospect() {
        Prospect::Open => ToolError::Retry(error.to_string()),
        Prospect::NeedsDisk => ToolError::Outage(error.to_string()),
        Prospect::Denied => refused("your role may not read or change what it needs"),
        Prospect::Unfit => refused("a value is not one that it can store, or contradicts what is stored"),
        Prospect::Faulty => ToolError::Abort(error.to_string()),
    }
}
