//! The clients of both protocols against the replay server over real loopback HTTP: every answer and every fault, through
//! both. A test ends with no problem in any request.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report; clippy sees only #[test] functions as tests")]

use std::time::Duration;

use mezzofy_agent::model::claude::{self, Claude};
use mezzofy_agent::model::openai::{self, Dialect, OpenAiCompatible};
use mezzofy_agent::model::{
    Block, BlockView, CallResult, Model, ModelError, Part, Reply, Request, Source, ToolDefinition, Turn,
};
use mezzofy_testing::Replay;
use secrecy::SecretString;
use serde_json::{Map, Value, json};

mod answers;
mod conversations;
mod faults;
mod recorded;

const KEY: &str = "key-of-the-test";

/// A model behind the replay server.
struct ReplayedModel {
    source: Source,
    model: Box<dyn Model>,
}

impl ReplayedModel {
    fn claude(server: &Replay, model: &str) -> Self {
        let settings = claude::Settings {
            base_url: server.anthropic_base(),
            key: SecretString::from(KEY),
            provider: "claude".to_owned(),
            model: model.to_owned(),
            effort: "high".to_owned(),
        };
        let source = Source { provider: "claude".to_owned(), model: model.to_owned() };
        Self { source, model: Box::new(Claude::new(settings, IDLE).unwrap()) }
    }

    fn openai(server: &Replay, provider: &str, model: &str, dialect: Dialect) -> Self {
        let settings = openai::Settings {
            base_url: server.openai_base(),
            key: Some(SecretString::from(KEY)),
            provider: provider.to_owned(),
            model: model.to_owned(),
            effort: None,
            dialect,
        };
        let source = Source { provider: provider.to_owned(), model: model.to_owned() };
        Self { source, model: Box::new(OpenAiCompatible::new(settings, IDLE).unwrap()) }
    }

    /// A model of each protocol.
    fn both(server: &Replay) -> [Self; 2] {
        [Self::claude(server, "claude-sonnet-5-5"), Self::openai(server, "kimi", "kimi-k3", Dialect::Kimi)]
    }

    fn is_claude(&self) -> bool {
        self.source.provider == "claude"
    }

    /// Asks, and gives what was heard as well.
    async fn ask(&self, history: &[Turn]) -> (Result<Reply, ModelError>, String) {
        let mut heard = String::new();
        let reply = self.model.stream(&request(history, &tools()), &mut |text: &str| heard.push_str(text)).await;
        (reply, heard)
    }

    /// Asks, and adds the reply to the history.
    async fn turn(&self, history: &mut Vec<Turn>) -> Reply {
        let reply = self.ask(history).await.0.unwrap();
        history.push(Turn::Model { source: self.source.clone(), blocks: reply.blocks.clone() });
        reply
    }
}

const IDLE: Duration = Duration::from_mins(1);
/// Long, as instructions are.
const SYSTEM: &str = include_str!("main.rs");

fn request<'a>(history: &'a [Turn], tools: &'a [ToolDefinition]) -> Request<'a> {
    Request { system: SYSTEM, tools, history, max_tokens: 16_000, answer_schema: None }
}

fn tools() -> Vec<ToolDefinition> {
    let tool = |name: &str, input_schema| ToolDefinition {
        name: name.to_owned(),
        description: format!("Does what {name} says."),
        input_schema,
    };
    let status = json!({"type": "string", "maxLength": 20});
    let leads = json!({"type": "object", "additionalProperties": false, "properties": {"status": status}});
    vec![tool("crm_query", leads), tool("page_read", json!({"type": "object"}))]
}

fn says(text: &str) -> Turn {
    Turn::Person(vec![Part::Text(text.to_owned())])
}

fn results(texts: &[&str]) -> Turn {
    let result = |text: &&str| CallResult { text: (*text).to_owned(), is_error: text.starts_with("no") };
    Turn::Results(texts.iter().map(result).collect())
}

/// A tool's name and its input, or what was to be one.
type Call = (String, Result<Map<String, Value>, String>);

fn calls(reply: &Reply) -> Vec<Call> {
    let call = |block: &Block| match block.view() {
        BlockView::Call { name, input, .. } => Some((name, input)),
        BlockView::Text(_) | BlockView::Thinking | BlockView::Unknown => None,
    };
    reply.blocks.iter().filter_map(call).collect()
}

fn thoughts(reply: &Reply) -> usize {
    reply.blocks.iter().filter(|block| block.view() == BlockView::Thinking).count()
}

/// An error's name.
fn kind(reply: &Result<Reply, ModelError>) -> &'static str {
    match reply {
        Ok(_) => "a reply",
        Err(ModelError::KeyRefused(_)) => "key refused",
        Err(ModelError::SpendLimit(_)) => "spend limit",
        Err(ModelError::Busy { .. }) => "busy",
        Err(ModelError::Unreachable(_)) => "unreachable",
        Err(ModelError::BrokenOff(_)) => "broken off",
        Err(ModelError::TooLarge(_)) => "too large",
        Err(ModelError::Rejected(_)) => "rejected",
        Err(ModelError::Unsupported(_)) => "unsupported",
    }
}
