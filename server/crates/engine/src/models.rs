//! The models in use: which one serves what, what happens when one fails, and what each call costs. The built-in planner is
//! not among them; it is what is left when no model here can serve.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

use chrono_tz::Tz;
use mezzofy_agent::model::claude::{self, Claude};
use mezzofy_agent::model::openai::{self, OpenAiCompatible};
use mezzofy_agent::model::{Model, ModelError, ModelFacts, Reply, Source, ToolDefinition, Turn};
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::language::Language;
use mezzofy_domain::people::{Department, Person};
use mezzofy_store::budgets::DefaultBudgets;
use mezzofy_store::model_calls::BudgetExhausted;
use mezzofy_store::{Store, StoreError};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::models::{ModelCard, ModelsSettings, Protocol, ProviderAccess, Task};

mod attempt;
mod breaker;
mod title;

use attempt::Failure;
use breaker::Breakers;
pub use title::title;

/// A stream that gives nothing for so long is dead.
const IDLE_TIMEOUT: Duration = Duration::from_mins(1);

/// All models that can be called.
pub struct Models {
    settings: ModelsSettings,
    budgets: DefaultBudgets,
    offers: BTreeMap<String, AvailableModel>,
    breakers: Breakers,
    store: Store,
    clock: Clock,
    zone: Tz,
}

struct AvailableModel {
    source: Source,
    client: Box<dyn Model>,
    card: ModelCard,
    facts: OnceLock<ModelFacts>,
}

/// What a model is asked, by whom and for what.
#[derive(Debug, Clone, Copy)]
pub struct ModelRequest<'a> {
    /// What kind of work it is.
    pub task: Task,
    /// The language of the request.
    pub language: Language,
    /// The agent that serves it.
    pub agent: Option<Department>,
    /// The person's words, for the rules that look at them.
    pub text: &'a str,
    /// Who pays.
    pub person: &'a Person,
    pub run: Id<id::Run>,
    /// See [`mezzofy_agent::model::Request`].
    pub system: &'a str,
    /// See [`mezzofy_agent::model::Request`].
    pub tools: &'a [ToolDefinition],
    /// See [`mezzofy_agent::model::Request`].
    pub history: &'a [Turn],
    /// See [`mezzofy_agent::model::Request`].
    pub answer_schema: Option<&'a serde_json::Value>,
    /// Cancelled when nobody wants the reply any more.
    pub stop: &'a CancellationToken,
}

/// What is told while a model is asked.
#[derive(Debug)]
pub enum AttemptEvent<'a> {
    /// A reply begins anew; what was heard before it does not count.
    Started,
    /// More of its text.
    Delta(&'a str),
    /// A model is passed over; `next` is the title of the one that goes on, `None` for the planner.
    PassedOver {
        /// Its title.
        model: String,
        why: FallbackReason,
        /// Who goes on.
        next: Option<String>,
    },
}

/// Why a model is passed over.
#[derive(Debug, Clone, PartialEq)]
pub enum FallbackReason {
    /// Its key was refused.
    KeyRefused,
    /// Its provider's spending limit is reached.
    SpendLimit,
    /// It is overloaded.
    Busy,
    /// It can't be reached.
    Unreachable,
    /// Its reply broke off.
    BrokenOff,
    /// It does not take the request.
    Rejected,
    /// It declined to answer.
    Refused,
    /// A budget of ours does not allow it.
    Budget(BudgetExhausted),
}

impl FallbackReason {
    /// A word for it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::KeyRefused => "key_refused",
            Self::SpendLimit => "spend_limit",
            Self::Busy => "busy",
            Self::Unreachable => "unreachable",
            Self::BrokenOff => "broken_off",
            Self::Rejected => "rejected",
            Self::Refused => "refused",
            Self::Budget(_) => "budget",
        }
    }
}

/// A complete reply, paid for.
#[derive(Debug)]
pub struct Answer {
    pub reply: Reply,
    /// Which model gave it.
    pub source: Source,
    /// Tokens that fit into the model's window.
    pub window: u64,
}

/// Why no model answered.
#[derive(Debug)]
pub enum ModelsError {
    /// None is configured, or all were passed over: why the last one was.
    NoModel(Option<FallbackReason>),
    /// The reply of this model was too long twice; its title.
    TooLong(String),
    /// The history does not fit.
    WindowExceeded,
    /// The database is not well.
    Store(StoreError),
    /// Nobody wants the reply any more.
    Stopped,
}

impl From<StoreError> for ModelsError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Where the models keep and look things up.
pub struct ModelsContext {
    /// Usage and budgets.
    pub store: Store,
    pub clock: Clock,
    /// Where months begin.
    pub zone: Tz,
}

impl Models {
    /// The models of the catalogue whose providers can be reached with what the environment gives.
    pub fn new(
        settings: ModelsSettings,
        budgets: DefaultBudgets,
        providers: &BTreeMap<String, ProviderAccess>,
        context: ModelsContext,
    ) -> Result<Self, String> {
        let offers = offers(&settings, providers)?;
        let ModelsContext { store, clock, zone } = context;
        Ok(Self { settings, budgets, offers, breakers: Breakers::default(), store, clock, zone })
    }

    /// What they go by.
    #[must_use]
    pub fn settings(&self) -> &ModelsSettings {
        &self.settings
    }

    /// Whether there is any.
    #[must_use]
    pub fn any(&self) -> bool {
        !self.offers.is_empty()
    }

    /// Asks the providers for the facts of their models, which hold instead of the configured ones.
    pub async fn learn(&self) {
        for (id, offer) in &self.offers {
            match offer.client.facts().await {
                Ok(facts) => drop(offer.facts.set(facts)),
                Err(error) => tracing::warn!(model = id, %error, "the provider tells nothing about a model"),
            }
        }
    }

    /// Asks the first model that serves, in the order of the rules, and pays for it.
    pub async fn reply(
        &self,
        request: &ModelRequest<'_>,
        on_event: &mut (dyn FnMut(AttemptEvent<'_>) + Send),
    ) -> Result<Answer, ModelsError> {
        let ModelRequest { task, language, agent, text, .. } = *request;
        let order: Vec<&AvailableModel> =
            self.settings.order(task, language, agent, text).iter().filter_map(|id| self.offers.get(id)).collect();
        let (mut last, mut too_small) = (None, false);
        for (at, offer) in order.iter().enumerate() {
            let why = match self.breakers.open(&offer.source.provider, self.clock.now()) {
                Some(why) => why,
                None => match self.serve(offer, request, on_event).await {
                    Ok(reply) => {
                        return Ok(Answer { reply, source: offer.source.clone(), window: offer.window() });
                    }
                    Err(Failure::Passed(why)) => why,
                    Err(Failure::ModelsError(ModelsError::WindowExceeded)) => {
                        too_small = true;
                        continue;
                    }
                    Err(Failure::ModelsError(unanswered)) => return Err(unanswered),
                },
            };
            tracing::warn!(model = offer.source.model, ?why, run = %request.run, "a model is passed over");
            let next = order.get(at + 1).map(|next| title(&next.source.model));
            last = Some(why.clone());
            on_event(AttemptEvent::PassedOver { model: title(&offer.source.model), why, next });
        }
        Err(if too_small { ModelsError::WindowExceeded } else { ModelsError::NoModel(last) })
    }

    /// The tokens of a request, as the model that would serve it counts them, and its window; estimated where it can't.
    pub async fn count(&self, request: &ModelRequest<'_>) -> Option<(u64, u64)> {
        let ModelRequest { task, language, agent, text, .. } = *request;
        let order = self.settings.order(task, language, agent, text);
        let open = |offer: &&AvailableModel| self.breakers.open(&offer.source.provider, self.clock.now()).is_none();
        let offer = order.iter().filter_map(|id| self.offers.get(id)).find(open)?;
        let estimate = attempt::estimate(request);
        let counted = if attempt::share(estimate, offer.window()) >= attempt::COUNT_TOKENS_FROM_PERCENT {
            let counted = offer.client.count_tokens(&attempt::wire_request(request, request.history, 1)).await;
            counted.ok().flatten().unwrap_or(estimate)
        } else {
            estimate
        };
        Some((counted, offer.window()))
    }
}

/// Asks the provider of each model about it, and answers what was wrong, by model.
pub async fn check(
    settings: &ModelsSettings,
    providers: &BTreeMap<String, ProviderAccess>,
) -> Result<Vec<(String, Result<(), ModelError>)>, String> {
    let mut checked = Vec::new();
    for (id, offer) in offers(settings, providers)? {
        checked.push((id, offer.client.facts().await.map(|_| ())));
    }
    Ok(checked)
}

fn offers(
    settings: &ModelsSettings,
    providers: &BTreeMap<String, ProviderAccess>,
) -> Result<BTreeMap<String, AvailableModel>, String> {
    let mut offers = BTreeMap::new();
    for (id, card) in &settings.catalogue {
        let Some(access) = providers.get(&card.provider) else { continue };
        let source = Source { provider: card.provider.clone(), model: id.clone() };
        let client = client(&source, card, access)?;
        offers.insert(id.clone(), AvailableModel { source, client, card: card.clone(), facts: OnceLock::new() });
    }
    Ok(offers)
}

impl AvailableModel {
    fn window(&self) -> u64 {
        self.facts.get().and_then(|facts| facts.window).unwrap_or(self.card.window)
    }

    fn max_output(&self) -> u32 {
        self.facts.get().and_then(|facts| facts.max_output).unwrap_or(self.card.max_output)
    }
}

fn client(source: &Source, card: &ModelCard, access: &ProviderAccess) -> Result<Box<dyn Model>, String> {
    let Source { provider, model } = source.clone();
    let base_url = access.base_url.clone();
    Ok(match access.protocol {
        Protocol::Anthropic => {
            let key = access.key.clone().ok_or_else(|| format!("{provider} has no key"))?;
            let effort = card.effort.clone().unwrap_or_else(|| "medium".to_owned());
            Box::new(
                Claude::new(claude::Settings { base_url, key, provider, model, effort }, IDLE_TIMEOUT)
                    .map_err(|error| error.to_string())?,
            )
        }
        Protocol::Openai => {
            let (key, effort, dialect) = (access.key.clone(), card.effort.clone(), access.dialect);
            let settings = openai::Settings { base_url, key, provider, model, effort, dialect };
            Box::new(OpenAiCompatible::new(settings, IDLE_TIMEOUT).map_err(|error| error.to_string())?)
        }
    })
}
