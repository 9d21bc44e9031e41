//! `pptx_generator` and `docx_generator`: a presentation or a Word document as it is described, in the company's own looks,
//! with charts that stay editable.

use std::sync::Arc;

use async_trait::async_trait;
use mezzofy_agent::tool::{Context, Outcome, Tool, ToolError, ToolSpec};
use mezzofy_documents::content::Content;
use mezzofy_documents::doc::DocKind;
use mezzofy_domain::roles::Permission;
use serde::Deserialize;
use serde_json::{Value, json};

use super::document::{Made, file_name};
use super::{Workshop, read};

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
    workshop: Arc<Workshop>,
}

#[derive(Deserialize)]
struct Input {
    content: Value,
}

impl OfficeGenerator {
    pub(super) fn pptx(workshop: &Arc<Workshop>) -> Self {
        Self::new("pptx_generator", Format::Slides, workshop)
    }

    pub(super) fn docx(workshop: &Arc<Workshop>) -> Self {
        Self::new("docx_generator", Format::Words, workshop)
    }

    fn new(name: &'static str, format: Format, workshop: &Arc<Workshop>) -> Self {
        let spec = ToolSpec {
            name,
            permission: Permission::MakeDocuments,
            effect: false,
            fixed: &[],
            input_schema: json!({
                "type": "object", "additionalProperties": false, "required": ["content"],
                "properties": {"content": Content::schema()}
            }),
            output_schema: json!({
                "type": "object",
                "properties": {"file": {"type": "string", "description": "The file's id"}, "name": {"type": "string"}}
            }),
        };
        Self { spec, format, workshop: Arc::clone(workshop) }
    }
}

#[async_trait]
impl Tool for OfficeGenerator {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let Input { content: said } = read(input)?;
        let (kind, ending, media_type) = match self.format {
            Format::Slides => (DocKind::Deck, "pptx", PPTX),
            Format::Words => (DocKind::Playbook, "docx", DOCX),
        };
        let (mut doc, trust) = self.workshop.doc(context, kind, said).await?;
        doc.mend(|character| self.workshop.press.has_glyph(character));
        self.workshop.press.check_glyphs(&doc).map_err(|error| ToolError::Tell(format!("{error}.")))?;
        let name = file_name(&doc.title, ending);
        let (format, now) = (self.format, context.now);
        let (slides, words) = (Arc::clone(&self.workshop.slides), Arc::clone(&self.workshop.words));
        let made = tokio::task::spawn_blocking(move || match format {
            Format::Slides => slides.pptx(&doc, now).map_err(|error| error.to_string()),
            Format::Words => words.docx(&doc, now).map_err(|error| error.to_string()),
        });
        let bytes = made
            .await
            .map_err(|error| ToolError::Abort(error.to_string()))?
            .map_err(|error| ToolError::Tell(format!("{error}.")))?;
        self.workshop.keep(context, Made { name, media_type, bytes, trust, more: json!({}) }).await
    }
}
