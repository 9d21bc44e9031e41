//! `content_generator`: has a model write a text from facts. What it writes is held against them: what has no source does
//! not pass. Without a model the skill's own text stands in, and the result says so.

use std::fmt::Write as _;
use std::sync::Arc;

use async_trait::async_trait;
use mezzofy_agent::model::{BlockView, Part, Turn};
use mezzofy_agent::schema::{self, Code};
use mezzofy_agent::tool::{Context, Outcome, Output, Tool, ToolError, ToolSpec};
use mezzofy_domain::language::Language;
use mezzofy_domain::roles::Permission;
use mezzofy_domain::trust::Trust;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::document::{NewFile, file_name, trust_of};
use super::sources::Sources;
use super::{ToolContext, read, retry};
use mezzofy_engine::config::models::Task;
use mezzofy_engine::models::{Answer, AttemptEvent, FallbackReason, ModelRequest, ModelsError, title};

mod reason;

use reason::Reason;

pub(super) struct ContentGenerator {
    spec: ToolSpec,
    tool_context: Arc<ToolContext>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ContentGeneratorInput {
    /// What to write, for whom, for which channel
    #[schemars(length(max = 10_000))]
    brief: String,
    /// All it may draw on. A figure, link or address that is not here or in the brief does not pass
    #[schemars(length(max = 200))]
    facts: Vec<String>,
    #[schemars(with = "Code<Language>")]
    language: Language,
    /// Medium if left out
    length: Option<TextLength>,
    /// For skills only: their own text, for when no model can write
    fallback: Option<String>,
    /// A title: the text is also kept as a Markdown file of this name
    #[schemars(length(max = 200))]
    save_as: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum TextLength {
    Short,
    #[default]
    Medium,
    Long,
}

struct WrittenText {
    text: String,
    model: String,
}

impl ContentGenerator {
    pub(super) fn new(tool_context: &Arc<ToolContext>) -> Self {
        let text = json!({"type": "string"});
        let spec = ToolSpec {
            name: "content_generator",
            permission: Permission::Chat,
            effect: false,
            fixed: &[],
            input_schema: schema::of::<ContentGeneratorInput>(),
            output_schema: json!({
                "type": "object",
                "properties": {
                    "text": text,
                    "written_by": {"type": "string", "description": "The model's name, or skill"},
                    "note": {"type": ["string", "null"], "description": "That no model wrote it, and why"},
                    "file": {"type": "string", "description": "With `save_as`: the file's id"},
                    "name": {"type": "string", "description": "With `save_as`: the file's name"}
                }
            }),
        };
        Self { spec, tool_context: Arc::clone(tool_context) }
    }

    /// Asks a model, and once more when something it wrote has no source.
    async fn write(
        &self,
        context: Context<'_>,
        input: &ContentGeneratorInput,
    ) -> Result<Result<WrittenText, Reason>, ToolError> {
        let sources = Sources::of(std::iter::once(input.brief.as_str()).chain(input.facts.iter().map(String::as_str)));
        let mut history = vec![Turn::Person(vec![Part::Text(order(input))])];
        loop {
            let Answer { reply, source, .. } = match self.ask(context, input, &history).await? {
                Ok(answer) => answer,
                Err(reason) => return Ok(Err(reason)),
            };
            let (text, model) = (reply.text().trim().to_owned(), title(&source.model));
            if text.is_empty() {
                return Ok(Err(Reason::Passed { model, why: FallbackReason::BrokenOff }));
            }
            let what = sources.unfounded(&text);
            if what.is_empty() {
                return Ok(Ok(WrittenText { text, model }));
            }
            if history.len() > 1 {
                return Ok(Err(Reason::Unfounded { model, what }));
            }
            let mut blocks = reply.blocks;
            blocks.retain(|block| !matches!(block.view(), BlockView::Call { .. }));
            history.push(Turn::Model { source, blocks });
            history.push(Turn::Person(vec![Part::Text(format!(
                "Neither the brief nor the facts have this: {}. Write the whole text again without it, and answer with the text alone.",
                what.join(", ")
            ))]));
        }
    }

    async fn ask(
        &self,
        context: Context<'_>,
        input: &ContentGeneratorInput,
        history: &[Turn],
    ) -> Result<Result<Answer, Reason>, ToolError> {
        let request = ModelRequest {
            task: Task::Write,
            language: input.language,
            agent: None,
            text: &input.brief,
            person: context.person,
            run: context.run,
            system: &self.tool_context.instructions.write,
            tools: &[],
            history,
            answer_schema: None,
            stop: &self.tool_context.stop,
        };
        let mut last = Reason::NoModel;
        let mut listen = |told: AttemptEvent<'_>| match told {
            AttemptEvent::PassedOver { model, why, .. } => last = Reason::Passed { model, why },
            AttemptEvent::Started | AttemptEvent::Delta(_) => {}
        };
        let reason = match self.tool_context.models.reply(&request, &mut listen).await {
            Ok(answer) => return Ok(Ok(answer)),
            Err(ModelsError::NoModel(_)) => last,
            Err(ModelsError::TooLong(model)) => Reason::TooLong { model },
            Err(ModelsError::WindowExceeded) => Reason::TooMuch,
            Err(ModelsError::Store(error)) => return Err(retry(error)),
            Err(ModelsError::Stopped) => return Err(ToolError::Outage("the server stops".to_owned())),
        };
        Ok(Err(reason))
    }
}

#[async_trait]
impl Tool for ContentGenerator {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: ContentGeneratorInput = read(input)?;
        let result = match self.write(context, &input).await? {
            Ok(WrittenText { text, model }) => json!({"text": text, "written_by": model, "note": null}),
            Err(reason) => {
                let fallback = input.fallback.clone().filter(|text| !text.trim().is_empty());
                let text = fallback.ok_or_else(|| ToolError::Tell(reason.refusal(context.language)))?;
                json!({"text": text.trim(), "written_by": "skill", "note": reason.note(context.language)})
            }
        };
        if let Some(title) = input.save_as.filter(|title| !title.trim().is_empty()) {
            let text = result.get("text").and_then(Value::as_str).unwrap_or_default().to_owned();
            let made = NewFile {
                name: file_name(&title, "md"),
                media_type: "text/markdown",
                bytes: format!("{text}\n").into_bytes(),
                trust: trust_of(context),
                more: result,
            };
            return self.tool_context.keep(context, made).await;
        }
        Ok(Outcome::Done(Output { result, trust: Trust::Company, ..Output::default() }))
    }
}

/// What the model is told to write.
fn order(input: &ContentGeneratorInput) -> String {
    let mut order = format!("<brief>\n{}\n</brief>\n", input.brief.trim());
    for fact in &input.facts {
        let _ = write!(order, "<fact>\n{}\n</fact>\n", fact.trim());
    }
    let length = match input.length.unwrap_or_default() {
        TextLength::Short => "short",
        TextLength::Medium => "medium",
        TextLength::Long => "long",
    };
    let _ = write!(order, "Language: {}. Length: {length}.", input.language);
    order
}
