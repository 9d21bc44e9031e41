//! `pdf_merge`: several PDFs of the person as one, in the order given. They are read in a child process, as all foreign files.

use std::sync::Arc;

use async_trait::async_trait;
use mezzofy_agent::schema;
use mezzofy_agent::tool::{Context, Outcome, Tool, ToolError, ToolSpec};
use mezzofy_domain::file::{Attachment, File};
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::roles::Permission;
use mezzofy_domain::trust::Trust;
use mezzofy_store::files;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::document::{NewFile, file_name, pages_schema, trust_of};
use super::{ToolContext, read, retry};

const PDF: &str = "application/pdf";
/// Bytes of all files together.
const LARGEST: u64 = 30 * 1024 * 1024;

pub(super) struct PdfMerge {
    spec: ToolSpec,
    tool_context: Arc<ToolContext>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PdfMergeInput {
    /// Names the file
    #[schemars(length(min = 1, max = 200))]
    title: String,
    /// The ids of the PDFs, in order
    #[schemars(with = "Vec<String>", length(min = 2, max = 20))]
    files: Vec<Id<id::File>>,
}

impl PdfMerge {
    pub(super) fn new(tool_context: &Arc<ToolContext>) -> Self {
        let spec = ToolSpec {
            name: "pdf_merge",
            permission: Permission::MakeDocuments,
            effect: false,
            fixed: &[],
            input_schema: schema::of::<PdfMergeInput>(),
            output_schema: pages_schema(),
        };
        Self { spec, tool_context: Arc::clone(tool_context) }
    }

    /// The person's PDFs by name, and who stands behind them.
    async fn files(
        &self,
        context: Context<'_>,
        ids: &[Id<id::File>],
    ) -> Result<(Vec<(String, Vec<u8>)>, Trust), ToolError> {
        let (mut found, mut size, mut trust) = (Vec::new(), 0, trust_of(context));
        for id in ids {
            let mut tx = self.tool_context.begin(context.person).await?;
            let file = files::get(&mut tx, context.person.id, *id).await.map_err(retry)?;
            drop(tx);
            let none = || ToolError::Tell(format!("There is no file {id} of yours."));
            let File { attachment: Attachment { name, media_type, size: own, sha256, .. }, trust: whose, .. } =
                file.ok_or_else(none)?;
            if media_type != PDF {
                return Err(ToolError::Tell(format!("{name} is no PDF, so it can't be merged.")));
            }
            size += own;
            if size > LARGEST {
                return Err(ToolError::Tell(
                    "The files are larger than 30 MB together; merge fewer of them.".to_owned(),
                ));
            }
            if whose == Trust::Outside {
                trust = Trust::Outside;
            }
            found.push((name, self.tool_context.files.get(&sha256).await.map_err(retry)?));
        }
        Ok((found, trust))
    }
}

#[async_trait]
impl Tool for PdfMerge {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let PdfMergeInput { title, files } = read(input)?;
        let (files, trust) = self.files(context, &files).await?;
        let merged = self.tool_context.reader.merge(Some(context.person.id), &files, &title).await;
        let (bytes, pages) = merged.map_err(|(at, error)| {
            let name = files.get(at).map_or("The files", |(name, _)| name.as_str());
            ToolError::Tell(format!("{name} can't be merged: {error}."))
        })?;
        let name = file_name(&title, "pdf");
        self.tool_context
            .keep(context, NewFile { name, media_type: PDF, bytes, trust, more: json!({"pages": pages}) })
            .await
    }
}
