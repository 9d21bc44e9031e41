//! The models: where they are, what they can and cost, and which of them does what. Only data; the rules are applied here,
//! the models are called elsewhere.

use std::collections::BTreeMap;

pub use mezzofy_agent::model::openai::Dialect;
use mezzofy_domain::language::Language;
use mezzofy_domain::people::Department;
use mezzofy_domain::usage::{LongPrompt, Price, Rates};
use rust_decimal::Decimal;
use serde::Deserialize;

mod access;
mod check;
mod words;

pub use access::ProviderAccess;
pub(super) use access::of_environment;
pub(super) use check::check_budgets;

use words::Words;

/// `models` in `config.yaml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelsSettings {
    /// Who serves models, by the name that runs and usage show.
    pub providers: BTreeMap<String, ProviderSettings>,
    /// The models that may be used, by id.
    pub catalogue: BTreeMap<String, ModelCard>,
    /// Which of them does what; the first rule that fits holds.
    pub rules: Vec<RoutingRule>,
    /// How much one run may take.
    pub limits: RunLimits,
    /// When a result is too large for a history.
    pub result_preview: ResultPreview,
}

/// How a provider is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// The Messages API.
    Anthropic,
    /// Chat completions.
    Openai,
}

/// Who serves models.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderSettings {
    /// How it is spoken to.
    pub protocol: Protocol,
    /// Only for chat completions.
    #[serde(default)]
    pub dialect: Dialect,
    /// Its address; `claude` and `kimi` have one of their own, which the environment may change.
    pub base_url: Option<String>,
    /// The variable that holds its key; `claude` and `kimi` have theirs.
    pub key: Option<String>,
}

/// What is known of a model.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "WrittenCard")]
pub struct ModelCard {
    /// Who serves it.
    pub provider: String,
    /// Tokens of input and output together.
    pub window: u64,
    /// Tokens of a reply at most.
    pub max_output: u32,
    /// How hard it thinks, in its provider's word; without it the provider decides.
    pub effort: Option<String>,
    /// What it costs.
    pub price: Price,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCard {
    provider: String,
    window: u64,
    max_output: u32,
    effort: Option<String>,
    price: Rates,
    long_prompt: Option<LongPrompt>,
}

impl From<WrittenCard> for ModelCard {
    fn from(card: WrittenCard) -> Self {
        let WrittenCard { provider, window, max_output, effort, price, long_prompt } = card;
        Self { provider, window, max_output, effort, price: Price { rates: price, long_prompt } }
    }
}

/// What a model is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Telling what a request is about: short and simple.
    Classify,
    /// Carrying a request out, by calls of tools.
    Plan,
    /// Writing a text.
    Write,
    /// Making a long history or text short.
    Summarise,
}

impl Task {
    /// As it is written and stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Classify => "classify",
            Self::Plan => "plan",
            Self::Write => "write",
            Self::Summarise => "summarise",
        }
    }
}

/// Which models do something, if all that the rule names is so.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoutingRule {
    /// What is asked for.
    pub task: Option<Task>,
    /// The language of the request.
    pub language: Option<Language>,
    /// The agent that serves it.
    pub agent: Option<Department>,
    /// The request has one of these words or phrases.
    #[serde(default)]
    pub any_of: Vec<String>,
    /// And one of these.
    #[serde(default)]
    pub and_any_of: Vec<String>,
    /// The models, best first. What none of them can do is done by the planner.
    #[serde(rename = "use")]
    pub order: Vec<String>,
}

/// How much one run may take of the models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunLimits {
    /// Replies.
    pub turns: u32,
    /// Tokens of prompts and replies together.
    pub tokens: u64,
    /// Money.
    pub usd: Decimal,
    /// Time at work; waiting for a person is not counted.
    pub minutes: u32,
    /// Tokens of one reply, its thinking among them.
    pub max_tokens: u32,
}

/// A large result becomes a file, and the model sees its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultPreview {
    /// A result of more bytes than this is large.
    pub above: usize,
    /// So many bytes of it are shown.
    pub shown: usize,
}

impl ModelsSettings {
    /// The models for a task, best first; empty where no rule fits. `agent` is the one that serves the request, where that
    /// is known; `text` is what the person asked for.
    #[must_use]
    pub fn order(&self, task: Task, language: Language, agent: Option<Department>, text: &str) -> &[String] {
        let words = Words::of(text);
        let rule = self.rules.iter().find(|rule| rule.fits(task, language, agent, &words));
        rule.map_or(&[], |rule| &rule.order)
    }
}

impl RoutingRule {
    fn fits(&self, task: Task, language: Language, agent: Option<Department>, words: &Words) -> bool {
        let any = |list: &[String]| list.is_empty() || list.iter().any(|phrase| words.hold(phrase));
        self.task.is_none_or(|wanted| wanted == task)
            && self.language.is_none_or(|wanted| wanted == language)
            && self.agent.is_none_or(|wanted| Some(wanted) == agent)
            && any(&self.any_of)
            && any(&self.and_any_of)
    }

    /// Whether it fits everything.
    fn is_open(&self) -> bool {
        let Self { task, language, agent, any_of, and_any_of, order: _ } = self;
        task.is_none() && language.is_none() && agent.is_none() && any_of.is_empty() && and_any_of.is_empty()
    }
}

#[cfg(test)]
mod tests;
