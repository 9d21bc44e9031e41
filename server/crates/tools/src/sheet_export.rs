//! `xlsx_export` and `csv_export`: rows that the run has read, as a workbook or as CSV.

use std::sync::Arc;

use async_trait::async_trait;
use mezzofy_agent::tool::{Context, Outcome, Tool, ToolError, ToolSpec};
use mezzofy_documents::content::Content;
use mezzofy_documents::doc::{Block, DocKind};
use mezzofy_documents::sheets;
use mezzofy_domain::roles::Permission;
use serde::Deserialize;
use serde_json::{Value, json};

use super::document::{Made, file_name};
use super::{ToolContext, read};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

pub(super) struct XlsxExport {
    spec: ToolSpec,
    workshop: Arc<ToolContext>,
}

pub(super) struct CsvExport {
    spec: ToolSpec,
    workshop: Arc<ToolContext>,
}

#[derive(Deserialize)]
struct Sheets {
    content: Value,
}

#[derive(Deserialize)]
struct Rows {
    title: String,
    from: String,
    columns: Option<Value>,
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
    pub(super) fn new(workshop: &Arc<ToolContext>) -> Self {
        let schema = json!({
            "type": "object", "additionalProperties": false, "required": ["content"],
            "properties": {"content": Content::schema()}
        });
        Self { spec: spec("xlsx_export", schema), workshop: Arc::clone(workshop) }
    }
}

impl CsvExport {
    pub(super) fn new(workshop: &Arc<ToolContext>) -> Self {
        let schema = json!({
            "type": "object", "additionalProperties": false, "required": ["title", "from"],
            "properties": {
                "title": {"type": "string", "maxLength": 200, "description": "Names the file"},
                "from": {"type": "string", "description": "The `call` of an earlier database_query, whose rows are written"},
                "columns": {"type": "array", "maxItems": 100, "items": {
                    "type": "object", "additionalProperties": false, "required": ["column"],
                    "properties": {"column": {"type": "string"}, "title": {"type": "string", "maxLength": 300}}
                }}
            }
        });
        Self { spec: spec("csv_export", schema), workshop: Arc::clone(workshop) }
    }
}

#[async_trait]
impl Tool for XlsxExport {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let Sheets { content } = read(input)?;
        let (doc, trust) = self.workshop.doc(context, DocKind::Dashboard, content).await?;
        let name = file_name(&doc.title, "xlsx");
        let tables = doc.sections.iter().flat_map(|section| &section.blocks);
        let rows: usize = tables.map(|block| if let Block::Table(table) = block { table.rows.len() } else { 0 }).sum();
        let now = context.now;
        let made = tokio::task::spawn_blocking(move || sheets::xlsx(&doc, now)).await;
        let bytes = made.map_err(|error| ToolError::Abort(error.to_string()))?;
        let bytes = bytes.map_err(|error| ToolError::Tell(format!("The workbook was not made: {error}.")))?;
        let made = Made { name, media_type: XLSX, bytes, trust, more: json!({"rows": rows}) };
        self.workshop.keep(context, made).await
    }
}

#[async_trait]
impl Tool for CsvExport {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let Rows { title, from, columns } = read(input)?;
        let table = json!({"type": "table", "from": from, "columns": columns.unwrap_or_else(|| json!([]))});
        let said = json!({"title": title, "sections": [{"blocks": [table]}]});
        let (doc, trust) = self.workshop.doc(context, DocKind::Dashboard, said).await?;
        let Some(Block::Table(table)) = doc.sections.first().and_then(|section| section.blocks.first()) else {
            return Err(ToolError::Abort("a table became none".to_owned()));
        };
        let more = json!({"rows": table.rows.len()});
        let name = file_name(&doc.title, "csv");
        let made = Made { name, media_type: "text/csv", bytes: sheets::csv(table), trust, more };
        self.workshop.keep(context, made).await
    }
}
