//! `pdf_generator`: prints a document from data that an earlier call of the run kept. Text can't change its figures.

use std::sync::Arc;

use async_trait::async_trait;
use mezzofy_agent::tool::{Context, Outcome, Output, Tool, ToolError, ToolSpec};
use mezzofy_documents::press::Pdf;
use mezzofy_documents::statement::{self, StatementMeta};
use mezzofy_domain::file::{Attachment, File};
use mezzofy_domain::id::Id;
use mezzofy_domain::language::Language;
use mezzofy_domain::ledger::statement::Statement;
use mezzofy_domain::roles::Permission;
use mezzofy_domain::trust::Trust;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Workshop, read, retry};

pub(super) struct PdfGenerator {
    spec: ToolSpec,
    workshop: Arc<Workshop>,
}

#[derive(Deserialize)]
struct Input {
    statement: String,
    language: Option<Language>,
    prepared_for: Option<String>,
    note: Option<String>,
}

impl PdfGenerator {
    pub(super) fn new(workshop: &Arc<Workshop>) -> Self {
        let spec = ToolSpec {
            name: "pdf_generator",
            permission: Permission::MakeDocuments,
            effect: false,
            fixed: &[],
            input_schema: json!({
                "type": "object",
                "additionalProperties": false,
                "required": ["template", "statement"],
                "properties": {
                    "template": {"type": "string", "enum": ["statement"]},
                    "statement": {"type": "string", "description": "What finance_statement gave as `call`"},
                    "language": {"type": "string", "enum": ["en", "zh", "ms"]},
                    "prepared_for": {"type": "string", "maxLength": 200},
                    "note": {"type": "string", "maxLength": 2000, "description": "A remark, printed as it is"}
                }
            }),
            output_schema: json!({
                "type": "object",
                "properties": {
                    "file": {"type": "string", "description": "The file's id"},
                    "name": {"type": "string"},
                    "pages": {"type": "integer"}
                }
            }),
        };
        Self { spec, workshop: Arc::clone(workshop) }
    }
}

#[async_trait]
impl Tool for PdfGenerator {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: Input = read(input)?;
        let kept = context.kept.get(&input.statement).cloned();
        let kept =
            kept.ok_or_else(|| ToolError::Tell(format!("There is no statement “{}” in this run.", input.statement)))?;
        let statement: Statement = serde_json::from_value(kept).map_err(|error| ToolError::Abort(error.to_string()))?;
        let language = input.language.unwrap_or(context.language);
        let name = format!(
            "{}-{}.pdf",
            if language == Language::Zh { "财务报表" } else { "financial-statement" },
            statement.period
        );
        let meta = StatementMeta {
            company: self.workshop.company.clone(),
            prepared_for: input.prepared_for.unwrap_or_else(|| context.person.name.clone()),
            prepared_by: context.person.name.clone(),
            made_at: context.now.with_timezone(&self.workshop.zone).fixed_offset(),
            note: input.note,
        };
        let (now, ident) = (context.now, format!("{}/{}", context.run, context.call));
        let press = Arc::clone(&self.workshop.press);
        let printed = tokio::task::spawn_blocking(move || {
            let doc =
                statement::doc(&statement, &meta, language).map_err(|error| ToolError::Abort(error.to_string()))?;
            press.pdf(&doc, now, &ident).map_err(|error| ToolError::Tell(format!("{error}.")))
        });
        let Pdf { bytes, pages } = printed.await.map_err(|error| ToolError::Abort(error.to_string()))??;

        let media_type =
            mezzofy_media::media_type(&bytes).ok_or_else(|| ToolError::Abort("the PDF is not a PDF".to_owned()))?;
        let size = bytes.len() as u64;
        let sha256 = self.workshop.files.put(bytes).await.map_err(retry)?;
        let id = Id::new(now);
        let file = File {
            attachment: Attachment { id, name: name.clone(), media_type: media_type.to_owned(), size, sha256 },
            owner: context.person.id,
            run: Some(context.run),
            trust: Trust::Company,
            created_at: now,
        };
        Ok(Outcome::Done(Output {
            result: json!({"file": id, "name": name, "pages": pages}),
            trust: Trust::Company,
            files: vec![file],
            ..Output::default()
        }))
    }
}
