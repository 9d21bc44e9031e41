//! `web_search`, `page_read` and `web_research`: what others have published. All of it is from outside.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::future::join_all;
use mezzofy_agent::schema;
use mezzofy_agent::tool::{Context, Outcome, Output, Tool, ToolError, ToolSpec};
use mezzofy_domain::language::Language;
use mezzofy_domain::people::Person;
use mezzofy_domain::roles::Permission;
use mezzofy_domain::trust::Trust;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ToolContext, read};
use crate::research::{Hit, sentences, title};
use mezzofy_engine::web::{FetchError, FetchedPage};

/// Hits of a search, and pages read for research.
const HITS: usize = 8;
const PAGES: usize = 4;
/// Sentences of each page.
const SAID: usize = 2;
/// Characters of a page that are shown at once.
const SHOWN: usize = 16_000;

pub(super) struct WebSearch {
    spec: ToolSpec,
    tool_context: Arc<ToolContext>,
}

pub(super) struct PageRead {
    spec: ToolSpec,
    tool_context: Arc<ToolContext>,
}

pub(super) struct WebResearch {
    spec: ToolSpec,
    tool_context: Arc<ToolContext>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WebSearchInput {
    #[schemars(length(min = 1, max = 500))]
    question: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WebResearchInput {
    #[schemars(length(min = 1, max = 5000))]
    question: String,
    /// Go on without it when nothing can be searched
    #[serde(default)]
    optional: bool,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PageReadInput {
    #[schemars(length(min = 1, max = 2000))]
    url: String,
    /// Where to read on, in characters
    #[serde(default)]
    offset: usize,
}

fn not_configured(language: Language) -> &'static str {
    match language {
        Language::Zh => "未配置网络搜索，因此没有查阅网上资料。",
        Language::En | Language::Ms => "No web search is configured, so nothing was looked up on the web.",
    }
}

impl ToolContext {
    /// What a page says, as text.
    async fn page_text(&self, person: &Person, fetched: &FetchedPage) -> Result<String, FetchError> {
        let read = self.reader.read(Some(person.id), &fetched.media_type, &fetched.bytes).await;
        let read = read.map_err(|error| FetchError::Failed(fetched.url.clone(), error.to_string()))?;
        Ok(read.parts.into_iter().map(|part| part.text).collect::<Vec<_>>().join("\n\n"))
    }
}

impl WebSearch {
    pub(super) fn new(tool_context: &Arc<ToolContext>) -> Self {
        let text = json!({"type": "string"});
        let spec = ToolSpec {
            name: "web_search",
            permission: Permission::Chat,
            effect: false,
            fixed: &["question"],
            input_schema: schema::of::<WebSearchInput>(),
            output_schema: json!({
                "type": "object",
                "properties": {"hits": {"type": "array", "items": {"type": "object", "properties": {"title": text, "url": text, "text": text}}}}
            }),
        };
        Self { spec, tool_context: Arc::clone(tool_context) }
    }
}

impl PageRead {
    pub(super) fn new(tool_context: &Arc<ToolContext>) -> Self {
        let text = json!({"type": "string"});
        let spec = ToolSpec {
            name: "page_read",
            permission: Permission::Chat,
            effect: false,
            fixed: &["url"],
            input_schema: schema::of::<PageReadInput>(),
            output_schema: json!({
                "type": "object",
                "properties": {"url": text, "title": text, "text": text, "next_offset": {"type": ["integer", "null"]}}
            }),
        };
        Self { spec, tool_context: Arc::clone(tool_context) }
    }
}

impl WebResearch {
    pub(super) fn new(tool_context: &Arc<ToolContext>) -> Self {
        let text = json!({"type": "string"});
        let spec = ToolSpec {
            name: "web_research",
            permission: Permission::Chat,
            effect: false,
            fixed: &["question"],
            input_schema: schema::of::<WebResearchInput>(),
            output_schema: json!({
                "type": "object",
                "properties": {
                    "call": {"type": "string", "description": "Names these findings for pptx_generator"},
                    "configured": {"type": "boolean", "description": "Whether a web search is configured"},
                    "found": {"type": "boolean"},
                    "pages": {"type": "integer", "description": "Pages that were read"},
                    "told": {"type": "string", "description": "What was looked up and what not, a sentence for the answer"},
                    "findings": {"type": "array", "items": {"type": "object", "properties": {"text": text, "source": text}}},
                    "quotes": {"type": "string", "description": "The findings with their sources, for the answer"}
                }
            }),
        };
        Self { spec, tool_context: Arc::clone(tool_context) }
    }

    /// What the pages say about a question: sentences with the address they stand at.
    async fn findings(&self, person: &Person, hits: &[Hit], question: &str) -> (Vec<(String, String)>, usize) {
        let reading = hits.iter().take(PAGES).map(|hit| async move {
            let fetched = self.tool_context.web.get(&hit.url).await.ok()?;
            let text = self.tool_context.page_text(person, &fetched).await.ok()?;
            Some((sentences(&text, question, SAID), fetched.url))
        });
        let read: Vec<(Vec<String>, String)> = join_all(reading).await.into_iter().flatten().collect();
        let pages = read.len();
        let findings = read.into_iter().flat_map(|(said, url)| said.into_iter().map(move |said| (said, url.clone())));
        (findings.collect(), pages)
    }
}

#[async_trait]
impl Tool for WebSearch {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: WebSearchInput = read(input)?;
        let search = self.tool_context.search.as_ref();
        let search = search.ok_or_else(|| ToolError::Tell(not_configured(context.language).to_owned()))?;
        let hits = search.find(&input.question, HITS).await.map_err(ToolError::Tell)?;
        let hits: Vec<Value> =
            hits.iter().map(|hit| json!({"title": hit.title, "url": hit.url, "text": hit.text})).collect();
        Ok(Outcome::Done(Output { result: json!({"hits": hits}), trust: Trust::Outside, ..Output::default() }))
    }
}

#[async_trait]
impl Tool for PageRead {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: PageReadInput = read(input)?;
        let told = |unread: FetchError| ToolError::Tell(unread.to_string());
        let fetched = self.tool_context.web.get(&input.url).await.map_err(told)?;
        let text: Vec<char> =
            self.tool_context.page_text(context.person, &fetched).await.map_err(told)?.chars().collect();
        let shown: String = text.iter().skip(input.offset).take(SHOWN).collect();
        let next = input.offset.saturating_add(SHOWN);
        let result = json!({
            "url": fetched.url, "title": title(&fetched), "text": shown,
            "next_offset": (next < text.len()).then_some(next),
        });
        Ok(Outcome::Done(Output { result, trust: Trust::Outside, ..Output::default() }))
    }
}

#[async_trait]
impl Tool for WebResearch {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: WebResearchInput = read(input)?;
        let zh = context.language == Language::Zh;
        let Some(search) = &self.tool_context.search else {
            let told = not_configured(context.language);
            let result = json!({
                "call": context.call, "configured": false, "found": false, "pages": 0, "told": told, "findings": [], "quotes": "",
            });
            return Ok(Outcome::Done(Output { result, trust: Trust::Company, ..Output::default() }));
        };
        let hits = match search.find(&input.question, HITS).await {
            Ok(hits) => hits,
            Err(_) if input.optional => Vec::new(),
            Err(told) => return Err(ToolError::Tell(told)),
        };
        let (findings, pages) = self.findings(context.person, &hits, &input.question).await;
        let told = match (findings.is_empty(), zh) {
            (true, false) => format!("The web search found nothing usable ({pages} pages read)."),
            (true, true) => format!("网络搜索没有找到可用的资料（查阅了{pages}个网页）。"),
            (false, false) => format!("{pages} web pages were read; their addresses stand with what they say."),
            (false, true) => format!("查阅了{pages}个网页，引用处均注明地址。"),
        };
        let clean =
            |said: &str| said.chars().map(|c| if "[]()<>*_`|#".contains(c) { ' ' } else { c }).collect::<String>();
        let quotes: Vec<String> =
            findings.iter().map(|(said, source)| format!("- {} ({source})", clean(said).trim())).collect();
        let shown: Vec<Value> = findings.iter().map(|(said, source)| json!({"text": said, "source": source})).collect();
        let trust = if findings.is_empty() { Trust::Company } else { Trust::Outside };
        let result = json!({
            "call": context.call, "configured": true, "found": !findings.is_empty(), "pages": pages, "told": told,
            "findings": shown, "quotes": quotes.join("\n"),
        });
        Ok(Outcome::Done(Output { result, keep: Some(json!({"findings": findings})), trust, ..Output::default() }))
    }
}
