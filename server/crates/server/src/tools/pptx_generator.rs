//! `pptx_generator`: a presentation as it is described, on the company's own master, with charts that stay editable.

use std::sync::Arc;

use async_trait::async_trait;
use mezzofy_agent::tool::{Context, Outcome, Tool, ToolError, ToolSpec};
use mezzofy_documents::content::Content;
use mezzofy_documents::doc::DocKind;
use mezzofy_domain::roles::Permission;
use serde::Deserialize;
use serde_json::{Value, json};

use super::document::{Made, doc, file_name, trust_of};
use super::{Workshop, read};

const PPTX: &str = "application/vnd.openxmlformats-officedocument.presentationml.presentation";

pub(super) struct PptxGenerator {
    spec: ToolSpec,
    workshop: Arc<Workshop>,
}

#[derive(Deserialize)]
struct Input {
    content: Value,
}

impl PptxGenerator {
    pub(super) fn new(workshop: &Arc<Workshop>) -> Self {
        let spec = ToolSpec {
            name: "pptx_generator",
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
        Self { spec, workshop: Arc::clone(workshop) }
    }
}

#[async_trait]
impl Tool for PptxGenerator {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let Input { content: said } = read(input)?;
        let mut doc = doc(context, DocKind::Deck, said)?;
        doc.mend(|character| self.workshop.press.has_glyph(character));
        let name = file_name(&doc.title, "pptx");
        let (slides, now) = (Arc::clone(&self.workshop.slides), context.now);
        let made = tokio::task::spawn_blocking(move || slides.pptx(&doc, now)).await;
        let bytes = made
            .map_err(|error| ToolError::Abort(error.to_string()))?
            .map_err(|error| ToolError::Tell(format!("{error}.")))?;
        let made = Made { name, media_type: PPTX, bytes, trust: trust_of(context), more: json!({}) };
        self.workshop.keep(context, made).await
    }
}
