//! `pptx_generator` and `docx_generator`: a presentation or a Word document as it is described, in the company's own looks,
//! with charts that stay editable.

use std::sync::Arc;

use async_trait::async_trait;
use mezzofy_agent::schema::{self, Code};
use mezzofy_agent::tool::{Context, Outcome, Tool, ToolError, ToolSpec};
use mezzofy_documents::Doc;
use mezzofy_documents::doc::DocKind;
use mezzofy_documents::reports::pitch::{self, Customer};
use mezzofy_domain::language::Language;
use mezzofy_domain::period::day_label;
use mezzofy_domain::roles::Permission;
use mezzofy_domain::trust::Trust;
use mezzofy_store::leads;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::document::{ContentSchema, NewFile, file_name, trust_of};
use super::{ToolContext, crm_query, mezzofy_data, read, retry};

const PPTX: &str = "application/vnd.openxmlformats-officedocument.presentationml.presentation";
const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

#[derive(Debug, Clone, Copy)]
enum Format {
    Slides,
    Words,
}

pub(super) struct OfficeGenerator {
    spec: ToolSpec,
    format: Format,
    tool_context: Arc<ToolContext>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PptxGeneratorInput {
    #[schemars(with = "Option<ContentSchema>")]
    content: Option<Value>,
    /// In place of `content`: a pitch deck from what was read
    pitch: Option<Pitch>,
    /// Of a pitch deck
    #[schemars(with = "Option<Code<Language>>")]
    language: Option<Language>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DocxGeneratorInput {
    #[schemars(with = "ContentSchema")]
    content: Value,
}

impl From<DocxGeneratorInput> for PptxGeneratorInput {
    fn from(input: DocxGeneratorInput) -> Self {
        Self { content: Some(input.content), pitch: None, language: None }
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::doc_markdown, reason = "models read these comments")]
struct Pitch {
    /// The customer's name as the person said it
    #[schemars(length(max = 200))]
    customer: String,
    /// The `call` of mezzofy_data
    products: String,
    /// The `call` of crm_query with `notes`
    crm: Option<String>,
    /// The `call` of web_research
    research: Option<String>,
}

impl OfficeGenerator {
    pub(super) fn pptx(tool_context: &Arc<ToolContext>) -> Self {
        Self::new("pptx_generator", Format::Slides, tool_context)
    }

    pub(super) fn docx(tool_context: &Arc<ToolContext>) -> Self {
        Self::new("docx_generator", Format::Words, tool_context)
    }

    fn new(name: &'static str, format: Format, tool_context: &Arc<ToolContext>) -> Self {
        let spec = ToolSpec {
            name,
            permission: Permission::MakeDocuments,
            effect: false,
            fixed: &[],
            input_schema: match format {
                Format::Words => schema::of::<DocxGeneratorInput>(),
                Format::Slides => schema::of::<PptxGeneratorInput>(),
            },
            output_schema: json!({
                "type": "object",
                "properties": {"file": {"type": "string", "description": "The file's id"}, "name": {"type": "string"}, "slides": {"type": "integer"}}
            }),
        };
        Self { spec, format, tool_context: Arc::clone(tool_context) }
    }
}

impl OfficeGenerator {
    /// The pitch deck of a customer.
    async fn pitch(&self, context: Context<'_>, pitch: Pitch, language: Language) -> Result<(Doc, Trust), ToolError> {
        let products = mezzofy_data::ProductSelection::of(context, &pitch.products)?;
        let mut customer = Customer { name: pitch.customer.trim().to_owned(), ..Customer::default() };
        let mut trust = trust_of(context);
        if let Some(call) = &pitch.crm {
            let kept = crm_query::LeadSelection::read(context, call)?;
            if let Some(id) = kept.leads.first() {
                trust = Trust::Outside;
                let mut tx = self.tool_context.begin(context.person).await?;
                let stored = leads::get(&mut tx, (*id).into()).await.map_err(retry)?;
                let activities = leads::activities(&mut tx, (*id).into(), 3).await.map_err(retry)?;
                drop(tx);
                if let Some(stored) = stored {
                    let day = |at: chrono::DateTime<chrono::Utc>| {
                        day_label(at.with_timezone(&self.tool_context.zone).date_naive(), language)
                    };
                    customer.known = true;
                    customer.name = stored.lead.company;
                    customer.industry = stored.lead.industry;
                    customer.location = stored.lead.location;
                    customer.contact =
                        stored.lead.contacts.first().map(|contact| contact.name.clone()).unwrap_or_default();
                    customer.history = stored
                        .lead
                        .notes
                        .lines()
                        .map(str::trim)
                        .filter(|line| !line.is_empty())
                        .map(str::to_owned)
                        .collect();
                    let contacted = activities.iter().find(|activity| activity.kind == "contacted");
                    customer.history.extend(contacted.map(|activity| match language {
                        Language::Zh => format!("最近联系：{}", day(activity.at)),
                        Language::En | Language::Ms => format!("Last in touch on {}", day(activity.at)),
                    }));
                }
            }
        }
        if let Some(call) = &pitch.research {
            let findings = context.kept.get(call).and_then(|kept| kept.get("findings")).cloned();
            let findings: Vec<(String, String)> =
                findings.and_then(|found| serde_json::from_value(found).ok()).unwrap_or_default();
            if !findings.is_empty() {
                trust = Trust::Outside;
            }
            customer.findings = findings;
        }
        let doc = pitch::doc(&customer, &products.products(), &self.tool_context.meta(context), language);
        Ok((doc, trust))
    }
}

#[async_trait]
impl Tool for OfficeGenerator {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let PptxGeneratorInput { content, pitch, language } = match self.format {
            Format::Slides => read(input)?,
            Format::Words => read::<DocxGeneratorInput>(input)?.into(),
        };
        let (kind, ending, media_type) = match self.format {
            Format::Slides => (DocKind::Deck, "pptx", PPTX),
            Format::Words => (DocKind::Playbook, "docx", DOCX),
        };
        let (mut doc, trust) = match (pitch, content) {
            (Some(pitch), _) => self.pitch(context, pitch, language.unwrap_or(context.language)).await?,
            (None, Some(said)) => self.tool_context.doc(context, kind, said).await?,
            (None, None) => {
                return Err(ToolError::Tell("It needs `content`, or `pitch` for a pitch deck.".to_owned()));
            }
        };
        doc.mend(|character| self.tool_context.press.has_glyph(character));
        let count = doc.sections.len();
        self.tool_context.press.check_glyphs(&doc).map_err(|error| ToolError::Tell(format!("{error}.")))?;
        let name = file_name(&doc.title, ending);
        let (format, now) = (self.format, context.now);
        let (slides, words) = (Arc::clone(&self.tool_context.slides), Arc::clone(&self.tool_context.words));
        let write = move || match format {
            Format::Slides => slides.pptx(&doc, now).map_err(|error| error.to_string()),
            Format::Words => words.docx(&doc, now).map_err(|error| error.to_string()),
        };
        let bytes = self.tool_context.make(context, write).await?;
        self.tool_context
            .keep(context, NewFile { name, media_type, bytes, trust, more: json!({"slides": count}) })
            .await
    }
}
