//! Claude by Anthropic's Messages API.

use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;
use serde::Deserialize;

use super::wire::{Credential, Wire};
use super::{BadSettings, Model, ModelError, ModelFacts, Reply, Request, Source, TextSink};
use refusal::error_of;
use reply::Assembly;

mod body;
mod fields;
mod history;
mod refusal;
mod reply;

const VERSION: &str = "2026-10-21";

/// Where Claude is and which one it is.
#[derive(Debug, Clone)]
pub struct Settings {
    /// For instance `https://api.anthropic.com`, without `/v1`.
    pub base_url: String,
    pub key: SecretString,
    /// The provider's name in the configuration.
    pub provider: String,
    /// The model's id, e.g. `claude-sonnet-5-5`.
    pub model: String,
    /// How much it thinks: low, medium, high, xhigh or max.
    pub effort: String,
}

/// One of Anthropic's models.
#[derive(Debug)]
pub struct Claude {
    wire: Wire,
    model: Source,
    effort: String,
}

#[derive(Deserialize)]
struct Counted {
    input_tokens: u64,
}

#[derive(Deserialize)]
struct ModelInfo {
    max_input_tokens: Option<u64>,
    max_tokens: Option<u32>,
}

impl Claude {
    /// Checks the settings; nothing is asked yet. A stream that is silent for `idle` has broken off.
    pub fn new(settings: Settings, idle: Duration) -> Result<Self, BadSettings> {
        let Settings { base_url, key, provider, model, effort } = settings;
        let wire = Wire::new(&base_url, Credential::ApiKey(key), &[("anthropic-version", VERSION)], idle)?;
        Ok(Self { wire, model: Source { provider, model }, effort })
    }
}

#[async_trait]
impl Model for Claude {
    async fn stream(&self, request: &Request<'_>, heard: TextSink<'_>) -> Result<Reply, ModelError> {
        let body = body::of_reply(request, &self.model, &self.effort)?;
        let mut events = self.wire.stream(&["v1", "messages"], body).await.map_err(error_of)?;
        let mut reply = Assembly::default();
        while !reply.is_complete()
            && let Some(event) = events.next().await?
        {
            reply.take(&event, heard)?;
        }
        reply.finish()
    }

    async fn count_tokens(&self, request: &Request<'_>) -> Result<Option<u64>, ModelError> {
        let body = body::of_count(request, &self.model, &self.effort)?;
        let answer = self.wire.post(&["v1", "messages", "count_tokens"], body).await.map_err(error_of)?;
        let counted: Counted = read(&answer)?;
        Ok(Some(counted.input_tokens))
    }

    async fn facts(&self) -> Result<ModelFacts, ModelError> {
        let answer = self.wire.get(&["v1", "models", &self.model.model]).await.map_err(error_of)?;
        let info: ModelInfo = read(&answer)?;
        Ok(ModelFacts { window: info.max_input_tokens, max_output: info.max_tokens })
    }
}

fn read<'a, T: Deserialize<'a>>(answer: &'a str) -> Result<T, ModelError> {
    serde_json::from_str(answer).map_err(|_| ModelError::BrokenOff("the answer can't be read".to_owned()))
}
