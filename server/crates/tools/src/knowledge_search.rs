//! `knowledge_search`: finds places of the knowledge base that the person may read, to be quoted with document and page.

use std::fmt::Write as _;
use std::sync::Arc;

use async_trait::async_trait;
use mezzofy_agent::schema;
use mezzofy_agent::tool::{Context, Outcome, Output, Tool, ToolError, ToolSpec};
use mezzofy_domain::language::Language;
use mezzofy_domain::roles::Permission;
use mezzofy_domain::trust::Trust;
use mezzofy_store::knowledge::{self, KnowledgeHit};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ToolContext, read, retry};

/// A place with less of the question's words than this says nothing about it.
const FITS: f64 = 0.34;
/// Places quoted in an answer.
const QUOTED: usize = 3;

pub(super) struct KnowledgeSearch {
    spec: ToolSpec,
    tool_context: Arc<ToolContext>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct KnowledgeSearchInput {
    #[schemars(length(min = 1, max = 5000))]
    question: String,
    #[schemars(range(min = 1, max = 20))]
    limit: Option<usize>,
}

impl KnowledgeSearch {
    pub(super) fn new(tool_context: &Arc<ToolContext>) -> Self {
        let text = json!({"type": "string"});
        let spec = ToolSpec {
            name: "knowledge_search",
            permission: Permission::Chat,
            effect: false,
            fixed: &[],
            input_schema: schema::of::<KnowledgeSearchInput>(),
            output_schema: json!({
                "type": "object",
                "properties": {
                    "found": {"type": "boolean"},
                    "count": {"type": "integer"},
                    "places": {"type": "array", "items": {
                        "type": "object", "properties": {"document": text, "source": text, "text": text}
                    }},
                    "quotes": {"type": "string", "description": "The best places with their sources, for the answer"}
                }
            }),
        };
        Self { spec, tool_context: Arc::clone(tool_context) }
    }
}

#[async_trait]
impl Tool for KnowledgeSearch {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: KnowledgeSearchInput = read(input)?;
        let mut tx = self.tool_context.begin(context.person).await?;
        let mut found = knowledge::search(&mut tx, &input.question, input.limit.unwrap_or(6)).await.map_err(retry)?;
        drop(tx);
        found.retain(|place| place.score >= FITS);
        let best = found.first().map_or(0.0, |place| place.score);
        let mut quotes = String::new();
        for place in found.iter().filter(|place| place.score >= best * 0.7).take(QUOTED) {
            let text = place.text.lines().map(str::trim).collect::<Vec<_>>().join("\n> ");
            let _ = writeln!(quotes, "> {text}\n>\n> — *{}*\n", source(place, context.language));
        }
        let places: Vec<Value> = found
            .iter()
            .map(|place| json!({"document": place.name, "source": source(place, context.language), "text": place.text}))
            .collect();
        let result =
            json!({"found": !found.is_empty(), "count": found.len(), "places": places, "quotes": quotes.trim()});
        Ok(Outcome::Done(Output { result, trust: Trust::Company, ..Output::default() }))
    }
}

/// Document, heading and page.
fn source(place: &KnowledgeHit, language: Language) -> String {
    let mut source = place.title.clone();
    if !place.heading.is_empty() {
        let _ = write!(source, ", {}", place.heading);
    }
    if let Some(page) = place.page {
        let _ = match language {
            Language::Zh => write!(source, "，第{page}页"),
            Language::En | Language::Ms => write!(source, ", page {page}"),
        };
    }
    source
}
