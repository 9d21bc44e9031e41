//! `pdf_generator`: prints a statement that an earlier call of the run kept, or a document as it is described. Neither takes
//! a figure from a model.

use std::sync::Arc;

use async_trait::async_trait;
use mezzofy_agent::schema::{self, Code};
use mezzofy_agent::tool::{Context, Outcome, Tool, ToolError, ToolSpec};
use mezzofy_documents::Doc;
use mezzofy_documents::doc::DocKind;
use mezzofy_documents::press::Pdf;
use mezzofy_documents::reports::{dashboard, digest, product};
use mezzofy_documents::statement::{self, StatementMeta};
use mezzofy_domain::kpi::Report;
use mezzofy_domain::language::Language;
use mezzofy_domain::ledger::statement::Statement;
use mezzofy_domain::roles::Permission;
use mezzofy_domain::tickets::digest::Digest;
use mezzofy_domain::trust::Trust;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::{Value, json};

use super::document::{ContentSchema, NewFile, file_name, pages_schema};
use super::{ToolContext, mezzofy_data, read};

pub(super) struct PdfGenerator {
    spec: ToolSpec,
    tool_context: Arc<ToolContext>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::doc_markdown, reason = "models read these comments")]
struct PdfGeneratorInput {
    #[schemars(schema_with = "templates")]
    template: DocKind,
    #[schemars(with = "Option<ContentSchema>")]
    content: Option<Value>,
    /// For the template statement: what finance_statement gave as `call`
    statement: Option<String>,
    /// In place of `content`: for a dashboard the `call` of kpi_report, for a digest that of support_digest, for a playbook that of
    /// mezzofy_data
    data: Option<String>,
    /// Of a statement and of what is made from `data`
    #[schemars(with = "Option<Code<Language>>")]
    language: Option<Language>,
    /// Of a statement
    #[schemars(length(max = 200))]
    prepared_for: Option<String>,
    /// A remark on a statement, printed as it is
    #[schemars(length(max = 2000))]
    note: Option<String>,
    /// As PDF/A, for keeping for years
    #[serde(default)]
    archive: bool,
}

fn templates(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "enum": DocKind::ALL})
}

impl PdfGenerator {
    pub(super) fn new(tool_context: &Arc<ToolContext>) -> Self {
        let spec = ToolSpec {
            name: "pdf_generator",
            permission: Permission::MakeDocuments,
            effect: false,
            fixed: &[],
            input_schema: schema::of::<PdfGeneratorInput>(),
            output_schema: pages_schema(),
        };
        Self { spec, tool_context: Arc::clone(tool_context) }
    }

    /// The document of data that an earlier call has read, and who stands behind what it says.
    fn of_data(
        &self,
        context: Context<'_>,
        kind: DocKind,
        input: &PdfGeneratorInput,
    ) -> Result<(Doc, Trust), ToolError> {
        let call = input.data.as_deref().unwrap_or_default();
        let language = input.language.unwrap_or(context.language);
        let meta = self.tool_context.meta(context);
        let kept = |name: &str| context.kept.get(call).and_then(|kept| kept.get(name)).cloned();
        let wrong = |tool: &str| ToolError::Tell(format!("“{call}” is no `call` of {tool} in this run."));
        let mut made = match kind {
            DocKind::Dashboard => {
                let report: Report = kept("kpi_report")
                    .and_then(|kept| serde_json::from_value(kept).ok())
                    .ok_or_else(|| wrong("kpi_report"))?;
                (dashboard::doc(&report, &meta, language), Trust::Company)
            }
            DocKind::Digest => {
                let digest: Digest = kept("digest")
                    .and_then(|kept| serde_json::from_value(kept).ok())
                    .ok_or_else(|| wrong("support_digest"))?;
                (digest::doc(&digest, &meta, language), Trust::Outside)
            }
            DocKind::Playbook => {
                let kept = mezzofy_data::ProductSelection::of(context, call)?;
                let about = kept.about().ok_or_else(|| wrong("mezzofy_data"))?;
                (product::playbook(about, &meta, language), Trust::Company)
            }
            DocKind::Statement | DocKind::Letter | DocKind::Deck => {
                return Err(ToolError::Tell("This template takes `content`, not `data`.".to_owned()));
            }
        };
        made.0.mend(|character| self.tool_context.press.has_glyph(character));
        Ok(made)
    }

    /// The document of a statement, and its file's name.
    fn statement(&self, context: Context<'_>, input: PdfGeneratorInput) -> Result<(Doc, String), ToolError> {
        let call = input.statement.unwrap_or_default();
        let kept = context.kept.get(&call).cloned();
        let kept = kept.ok_or_else(|| ToolError::Tell(format!("There is no statement “{call}” in this run.")))?;
        let statement: Statement = serde_json::from_value(kept).map_err(|error| ToolError::Abort(error.to_string()))?;
        let language = input.language.unwrap_or(context.language);
        let title = if language == Language::Zh { "财务报表" } else { "financial-statement" };
        let meta = StatementMeta {
            company: self.tool_context.company.name.clone(),
            prepared_for: input.prepared_for.unwrap_or_else(|| context.person.name.clone()),
            prepared_by: context.person.name.clone(),
            made_at: context.now.with_timezone(&self.tool_context.zone).fixed_offset(),
            note: input.note,
        };
        let doc = statement::doc(&statement, &meta, language).map_err(|error| ToolError::Abort(error.to_string()))?;
        Ok((doc, format!("{title}-{}.pdf", statement.period)))
    }
}

#[async_trait]
impl Tool for PdfGenerator {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let mut input: PdfGeneratorInput = read(input)?;
        let archive = input.archive;
        let (doc, name, trust) = match (input.template, input.content.take()) {
            (DocKind::Statement, _) => {
                let (doc, name) = self.statement(context, input)?;
                (doc, name, Trust::Company)
            }
            (kind, None) if input.data.is_some() => {
                let (doc, trust) = self.of_data(context, kind, &input)?;
                let name = file_name(&format!("{} {}", doc.title, doc.subtitle), "pdf");
                (doc, name, trust)
            }
            (kind, Some(said)) => {
                let (mut doc, trust) = self.tool_context.doc(context, kind, said).await?;
                doc.mend(|character| self.tool_context.press.has_glyph(character));
                let name = file_name(&doc.title, "pdf");
                (doc, name, trust)
            }
            (_, None) => {
                return Err(ToolError::Tell(
                    "This template needs `content` or `data`: what the document says.".to_owned(),
                ));
            }
        };
        let (now, ident) = (context.now, format!("{}/{}", context.run, context.call));
        let press = Arc::clone(&self.tool_context.press);
        let print = move || {
            let printed = if archive { press.archived(&doc, now, &ident) } else { press.pdf(&doc, now, &ident) };
            printed.map_err(|error| error.to_string())
        };
        let Pdf { bytes, pages } = self.tool_context.make(context, print).await?;
        let more = json!({"pages": pages});
        self.tool_context.keep(context, NewFile { name, media_type: "application/pdf", bytes, trust, more }).await
    }
}
