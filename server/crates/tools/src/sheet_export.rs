//! `xlsx_export` and `csv_export`: rows that the run has read, as a workbook or as CSV.

use std::sync::Arc;

use async_trait::async_trait;
use mezzofy_agent::schema;
use mezzofy_agent::tool::{Context, Outcome, Tool, ToolError, ToolSpec};
use mezzofy_documents::doc::{Block, DocKind};
use mezzofy_documents::sheets;
use mezzofy_domain::roles::Permission;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::document::{ContentSchema, NewFile, file_name};
use super::{ToolContext, read};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

pub(super) struct XlsxExport {
    spec: ToolSpec,
    tool_context: Arc<ToolContext>,
}

pub(super) struct CsvExport {
    spec: ToolSpec,
    tool_context: Arc<ToolContext>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct XlsxExportInput {
    #[schemars(with = "ContentSchema")]
    content: Value,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::doc_markdown, reason = "models read these comments")]
struct CsvExportInput {
    /// Names the file
    #[schemars(length(max = 200))]
    title: String,
    /// The `call` of an earlier database_query, whose rows are written
    from: String,
    #[serde(default)]
    #[schemars(length(max = 100))]
    columns: Vec<CsvColumn>,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CsvColumn {
    column: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 300))]
    title: Option<String>,
}

fn spec(name: &'static str, input_schema: Value) -> ToolSpec {
    let output_schema = json!({
        "type": "object",
        "properties": {
            "file": {"type": "string", "description": "The file's id"},
            "name": {"type": "string"},
            "rows": {"type": "integer"}
        }
    });
    ToolSpec { name, permission: Permission::MakeDocuments, effect: false, fixed: &[], input_schema, output_schema }
}

impl XlsxExport {
    pub(super) fn new(tool_context: &Arc<ToolContext>) -> Self {
        Self { spec: spec("xlsx_export", schema::of::<XlsxExportInput>()), tool_context: Arc::clone(tool_context) }
    }
}

impl CsvExport {
    pub(super) fn new(tool_context: &Arc<ToolContext>) -> Self {
        Self { spec: spec("csv_export", schema::of::<CsvExportInput>()), tool_context: Arc::clone(tool_context) }
    }
}

#[async_trait]
impl Tool for XlsxExport {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let XlsxExportInput { content } = read(input)?;
        let (doc, trust) = self.tool_context.doc(context, DocKind::Dashboard, content).await?;
        let name = file_name(&doc.title, "xlsx");
        let tables = doc.sections.iter().flat_map(|section| &section.blocks);
        let rows: usize = tables.map(|block| if let Block::Table(table) = block { table.rows.len() } else { 0 }).sum();
        let now = context.now;
        let write = move || sheets::xlsx(&doc, now).map_err(|error| format!("The workbook was not made: {error}"));
        let bytes = self.tool_context.make(context, write).await?;
        let made = NewFile { name, media_type: XLSX, bytes, trust, more: json!({"rows": rows}) };
        self.tool_context.keep(context, made).await
    }
}

#[async_trait]
impl Tool for CsvExport {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let CsvExportInput { title, from, columns } = read(input)?;
        let table = json!({"type": "table", "from": from, "columns": columns});
        let said = json!({"title": title, "sections": [{"blocks": [table]}]});
        let (doc, trust) = self.tool_context.doc(context, DocKind::Dashboard, said).await?;
        let Some(Block::Table(table)) = doc.sections.first().and_then(|section| section.blocks.first()) else {
            return Err(ToolError::Abort("a table became none".to_owned()));
        };
        let more = json!({"rows": table.rows.len()});
        let name = file_name(&doc.title, "csv");
        let made = NewFile { name, media_type: "text/csv", bytes: sheets::csv(table), trust, more };
        self.tool_context.keep(context, made).await
    }
}
