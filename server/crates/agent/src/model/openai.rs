//! Chat completions as OpenAI-compatible servers speak them: Kimi, llama-server, Ollama, vLLM.

use std::time::Duration;

use async_trait::async_trait;
use mezzofy_domain::usage::Usage;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

use super::wire::{BadSettings, Credential, Events, Failure, Wire};
use super::{Model, ModelError, ModelFacts, Reply, Request, StopReason, TextSink};
use assembler::Assembler;

mod assembler;
mod body;
mod chunk;
mod messages;
mod refusal;

/// Which model of which server, and how it likes to be asked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// With `/v1`.
    pub base_url: String,
    /// None for a server that asks for none.
    pub key: Option<SecretString>,
    /// The provider's name in the configuration, e.g. `kimi`.
    pub provider: String,
    /// The model's id, e.g. `kimi-k3`.
    pub model: String,
    /// `reasoning_effort`; the server's own choice where none is given.
    pub effort: Option<String>,
    /// Whose rules hold beyond the common ones.
    pub dialect: Dialect,
}

/// What servers differ in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// Moonshot's: `max_completion_tokens`, `reasoning_content` on each message with calls, tokens are counted on request.
    Kimi,
    /// What every other server understands.
    #[default]
    Plain,
}

/// A model behind an OpenAI-compatible server.
#[derive(Debug)]
pub struct OpenAiCompatible {
    settings: Settings,
    wire: Wire,
}

impl OpenAiCompatible {
    /// Checks the settings; nothing is asked yet. A server that is silent for `idle` has broken off.
    pub fn new(settings: Settings, idle: Duration) -> Result<Self, BadSettings> {
        let credential = settings.key.clone().map_or(Credential::Nothing, Credential::Bearer);
        let wire = Wire::new(&settings.base_url, credential, &[], idle)?;
        Ok(Self { settings, wire })
    }
}

#[async_trait]
impl Model for OpenAiCompatible {
    async fn stream(&self, request: &Request<'_>, heard: TextSink<'_>) -> Result<Reply, ModelError> {
        let body = body::chat(request, &self.settings)?;
        match self.wire.stream(&["chat", "completions"], body).await {
            Ok(events) => assemble(events, heard).await,
            Err(Failure::Refused(refusal)) if refusal::is_by_filter(&refusal) => {
                Ok(Reply { blocks: Vec::new(), stop: StopReason::Refused(None), usage: Usage::default() })
            }
            Err(failure) => Err(meaning(failure)),
        }
    }

    async fn count_tokens(&self, request: &Request<'_>) -> Result<Option<u64>, ModelError> {
        match self.settings.dialect {
            Dialect::Plain => Ok(None),
            Dialect::Kimi => {
                let body = body::count(request, &self.settings)?;
                let told = self.wire.post(&["tokenizers", "estimate-token-count"], body).await.map_err(meaning)?;
                Ok(read(&told)["data"]["total_tokens"].as_u64())
            }
        }
    }

    async fn facts(&self) -> Result<ModelFacts, ModelError> {
        let told = match self.wire.get(&["models", &self.settings.model]).await {
            Ok(told) => read(&told),
            Err(Failure::Refused(refusal)) if refusal.status == 404 => return Ok(ModelFacts::default()),
            Err(failure) => return Err(meaning(failure)),
        };
        let first = |names: &[&str]| names.iter().find_map(|name| told[name].as_u64());
        let max_output = first(&["max_output_tokens", "max_completion_tokens"]);
        Ok(ModelFacts {
            window: first(&["context_length", "max_model_len", "context_window"]),
            max_output: max_output.and_then(|tokens| tokens.try_into().ok()),
        })
    }
}

/// Reads a stream to its end. Once the server has said why it stopped, the reply stands whatever follows.
async fn assemble(mut events: Events, heard: TextSink<'_>) -> Result<Reply, ModelError> {
    let mut reply = Assembler::default();
    loop {
        let over = match events.next().await {
            Ok(Some(event)) => reply.take(&event.data, heard),
            Ok(None) => Ok(true),
            Err(error) => Err(error),
        };
        match over {
            Ok(false) => {}
            Ok(true) => return reply.finish(),
            Err(_) if reply.is_complete() => return reply.finish(),
            Err(error) => return Err(error),
        }
    }
}

fn meaning(failure: Failure) -> ModelError {
    match failure {
        Failure::Refused(refusal) => refusal::meaning(&refusal),
        Failure::Lost(error) => error,
    }
}

/// What is no JSON tells nothing.
fn read(answer: &str) -> Value {
    serde_json::from_str(answer).unwrap_or_default()
}

#[cfg(test)]
mod tests;
