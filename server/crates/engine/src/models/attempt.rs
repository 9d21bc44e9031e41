//! Asking one model: the money is reserved, the request tried as often as its provider asks, and the usage settled.

use std::time::Duration;

use mezzofy_agent::model::{BlockView, ModelError, Part, Reply, Request, StopReason, Turn};
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::usage::Usage;
use mezzofy_store::model_calls::{self, Reservation};
use mezzofy_store::{StoreError, commit};

use super::{AttemptEvent, AvailableModel, FallbackReason, ModelRequest, Models, ModelsError, title};

/// Tries of one model after the first.
const MAX_RETRIES: u32 = 2;
/// Who asks for a longer wait is passed over.
const MAX_RETRY_DELAY: Duration = Duration::from_secs(30);
/// From this share of the window on, in percent, tokens are counted by the provider and not estimated.
pub(super) const COUNT_TOKENS_FROM_PERCENT: u64 = 50;
/// A cut reply may be so many times longer at its second try.
const MAX_TOKENS_FACTOR: u32 = 4;

/// Why one model gave no reply.
pub(super) enum Failure {
    /// Another one may.
    Passed(FallbackReason),
    /// No other one will.
    ModelsError(ModelsError),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::ModelsError(error.into())
    }
}

/// What the next try of the same model does otherwise.
enum Again {
    After(Duration),
    WithoutThinking,
    Longer,
    Once,
}

/// How this model has been tried so far.
struct Tries {
    retries: u32,
    max_tokens: u32,
    longer: bool,
    /// A reply said nothing.
    silent: bool,
    /// The history without thinking, after the provider did not take it back.
    stripped: Option<Vec<Turn>>,
}

impl Models {
    pub(super) async fn serve(
        &self,
        offer: &AvailableModel,
        request: &ModelRequest<'_>,
        on_event: &mut (dyn FnMut(AttemptEvent<'_>) + Send),
    ) -> Result<Reply, Failure> {
        let max_tokens = self.settings.limits.max_tokens.min(offer.max_output());
        let mut tries = Tries { retries: 0, max_tokens, longer: false, silent: false, stripped: None };
        if estimate(request) > offer.window() {
            return Err(Failure::ModelsError(ModelsError::WindowExceeded));
        }
        loop {
            let again = match self.try_once(offer, request, &tries, on_event).await? {
                Ok(reply) => return Ok(reply),
                Err(again) => again,
            };
            match again {
                Again::After(wait) => {
                    tries.retries += 1;
                    if request.stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_none() {
                        return Err(Failure::ModelsError(ModelsError::Stopped));
                    }
                }
                Again::Once => tries.silent = true,
                Again::WithoutThinking => tries.stripped = Some(without_thinking(request.history)),
                Again::Longer => {
                    tries.longer = true;
                    tries.max_tokens = tries.max_tokens.saturating_mul(MAX_TOKENS_FACTOR).min(offer.max_output());
                }
            }
        }
    }

    #[tracing::instrument(
        name = "model",
        skip_all,
        fields(run = %request.run, model = offer.source.model, task = request.task.code(), call = tracing::field::Empty)
    )]
    async fn try_once(
        &self,
        offer: &AvailableModel,
        request: &ModelRequest<'_>,
        tries: &Tries,
        on_event: &mut (dyn FnMut(AttemptEvent<'_>) + Send),
    ) -> Result<Result<Reply, Again>, Failure> {
        let call = self.reserve(offer, request, tries.max_tokens).await?;
        tracing::Span::current().record("call", tracing::field::display(call));
        on_event(AttemptEvent::Started);
        let mut heard = 0;
        let mut hear = |text: &str| {
            heard += text.len();
            on_event(AttemptEvent::Delta(&text.replace('\0', "")));
        };
        let history = tries.stripped.as_deref().unwrap_or(request.history);
        let wire = wire_request(request, history, tries.max_tokens);
        let replied = request.stop.run_until_cancelled(offer.client.stream(&wire, &mut hear)).await;
        // Where the provider's count is not known: the prompt, and what was heard.
        let output = u64::try_from(heard / 3).unwrap_or(u64::MAX);
        let estimated = Usage { input: estimate(request), output, ..Usage::default() };
        let billed = match &replied {
            // What a filter refuses need not have reached the model.
            Some(Ok(reply)) if matches!(reply.stop, StopReason::Refused(_)) => Some(reply.usage.believable()),
            Some(Ok(reply)) => Some(reply.usage.or_estimated(estimated).believable()),
            None | Some(Err(ModelError::BrokenOff(_))) => Some(estimated.believable()),
            Some(Err(_)) => None,
        };
        self.settle(call, offer, billed).await?;
        let Some(replied) = replied else { return Err(Failure::ModelsError(ModelsError::Stopped)) };
        let (failed, again) = match replied {
            Ok(reply) => match judge(&reply, tries) {
                RetryDecision::Good => {
                    self.breakers.served(&offer.source.provider);
                    return Ok(Ok(reply));
                }
                RetryDecision::Longer => return Ok(Err(Again::Longer)),
                RetryDecision::Silent if tries.silent => return Err(Failure::Passed(FallbackReason::BrokenOff)),
                RetryDecision::Silent => return Ok(Err(Again::Once)),
                RetryDecision::TooLong => {
                    return Err(Failure::ModelsError(ModelsError::TooLong(title(&offer.source.model))));
                }
                RetryDecision::WindowExceeded => return Err(Failure::ModelsError(ModelsError::WindowExceeded)),
                RetryDecision::Passed(why) => (why, None),
            },
            Err(ModelError::TooLarge(_)) => return Err(Failure::ModelsError(ModelsError::WindowExceeded)),
            Err(error) => {
                tracing::warn!(model = offer.source.model, run = %request.run, %error, "a model did not answer");
                if error.is_about_thinking() && tries.stripped.is_none() {
                    return Ok(Err(Again::WithoutThinking));
                }
                passed(&error, heard > 0, usual_wait(tries.retries), tries.retries)
            }
        };
        if let Some(wait) = again {
            return Ok(Err(Again::After(wait)));
        }
        self.breakers.failed(&offer.source.provider, &failed, self.clock.now());
        Err(Failure::Passed(failed))
    }

    async fn reserve(
        &self,
        offer: &AvailableModel,
        request: &ModelRequest<'_>,
        max_tokens: u32,
    ) -> Result<Id<id::ModelCall>, Failure> {
        let reservation = Reservation {
            id: Id::new(self.clock.now()),
            run: request.run,
            person: request.person.id,
            department: request.person.department,
            provider: &offer.source.provider,
            model: &offer.source.model,
            task: request.task.code(),
            amount: offer.card.price.most(estimate(request), u64::from(max_tokens)),
            now: self.clock.now(),
        };
        let mut tx = self.store.begin().await?;
        let reserved = model_calls::reserve(&mut tx, &reservation, self.zone, &self.budgets).await?;
        commit(tx).await?;
        reserved.map(|()| reservation.id).map_err(|exhausted| Failure::Passed(FallbackReason::Budget(exhausted)))
    }

    async fn settle(
        &self,
        call: Id<id::ModelCall>,
        offer: &AvailableModel,
        billed: Option<Usage>,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        match billed {
            Some(usage) => model_calls::settle(&mut tx, call, usage, offer.card.price.cost(usage), now).await?,
            None => model_calls::fail(&mut tx, call, now).await?,
        }
        commit(tx).await
    }
}

enum RetryDecision {
    Good,
    Longer,
    Silent,
    TooLong,
    WindowExceeded,
    Passed(FallbackReason),
}

fn judge(reply: &Reply, tries: &Tries) -> RetryDecision {
    let says = reply.blocks.iter().any(|block| match block.view() {
        BlockView::Text(text) => !text.trim().is_empty(),
        BlockView::Call { .. } => true,
        BlockView::Thinking | BlockView::Unknown => false,
    });
    match &reply.stop {
        StopReason::Ended | StopReason::Calls if says => RetryDecision::Good,
        StopReason::Paused => RetryDecision::Good,
        StopReason::Ended | StopReason::Calls => RetryDecision::Silent,
        StopReason::Cut if tries.longer => RetryDecision::TooLong,
        StopReason::Cut => RetryDecision::Longer,
        StopReason::Refused(_) => RetryDecision::Passed(FallbackReason::Refused),
        StopReason::WindowExceeded => RetryDecision::WindowExceeded,
    }
}

/// Why a model is passed over after an error, or how long to wait before it is tried again. What a person has begun to read
/// is not silently begun anew by the same model.
fn passed(error: &ModelError, heard: bool, usual: Duration, retries: u32) -> (FallbackReason, Option<Duration>) {
    let retry = |wait: Duration| (retries < MAX_RETRIES && !heard && wait <= MAX_RETRY_DELAY).then_some(wait);
    match error {
        ModelError::KeyRefused(_) => (FallbackReason::KeyRefused, None),
        ModelError::SpendLimit(_) => (FallbackReason::SpendLimit, None),
        ModelError::Busy { again: false, .. } => (FallbackReason::Busy, None),
        ModelError::Busy { retry_after, .. } => (FallbackReason::Busy, retry(retry_after.unwrap_or(usual))),
        ModelError::Unreachable(_) => (FallbackReason::Unreachable, retry(usual)),
        ModelError::BrokenOff(_) => (FallbackReason::BrokenOff, retry(usual)),
        ModelError::TooLarge(_) | ModelError::Rejected(_) | ModelError::Unsupported(_) => {
            (FallbackReason::Rejected, None)
        }
    }
}

/// Half a second, doubled with each try, and up to a quarter less, so that many who failed at once don't come back at once.
fn usual_wait(retries: u32) -> Duration {
    let least = 375 * 2u64.pow(retries);
    Duration::from_millis(least + least / 3 * u64::from(uuid::Uuid::new_v4().as_bytes()[0]) / 255)
}

pub(super) fn wire_request<'a>(request: &ModelRequest<'a>, history: &'a [Turn], max_tokens: u32) -> Request<'a> {
    let ModelRequest { system, tools, answer_schema, .. } = *request;
    Request { system, tools, history, max_tokens, answer_schema }
}

/// About how many tokens the input has: three bytes each, which is much for English and right for Chinese.
pub(super) fn estimate(request: &ModelRequest<'_>) -> u64 {
    let tools = request.tools.iter().map(|tool| tool.description.len() + tool.input_schema.to_string().len());
    let history = request.history.iter().map(|turn| match turn {
        Turn::Person(parts) => parts.iter().map(size).sum(),
        Turn::Model { blocks, .. } => blocks.iter().map(|block| block.json().len()).sum(),
        Turn::Results(results) => results.iter().map(|result| result.text.len()).sum::<usize>(),
    });
    let bytes = request.system.len() + tools.chain(history).sum::<usize>();
    u64::try_from(bytes / 3).unwrap_or(u64::MAX)
}

/// The bytes of text that a part is worth; a picture counts about 1,600 tokens, a page of a PDF about as many.
fn size(part: &Part) -> usize {
    match part {
        Part::Text(text) => text.len(),
        Part::Image(_) => 4_800,
        Part::Document(media) => (media.base64.len() / 50_000 + 1) * 4_800,
    }
}

/// How much of a window is filled, in percent.
pub(super) fn share(tokens: u64, window: u64) -> u64 {
    tokens.saturating_mul(100) / window.max(1)
}

fn without_thinking(history: &[Turn]) -> Vec<Turn> {
    let strip = |turn: &Turn| match turn {
        Turn::Model { source, blocks } => {
            let blocks = blocks.iter().filter(|block| block.view() != BlockView::Thinking).cloned().collect();
            Turn::Model { source: source.clone(), blocks }
        }
        Turn::Person(_) | Turn::Results(_) => turn.clone(),
    };
    history.iter().map(strip).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn busy(retry_after: Option<u64>, again: bool) -> ModelError {
        ModelError::Busy { detail: "busy".to_owned(), retry_after: retry_after.map(Duration::from_secs), again }
    }

    #[test]
    fn a_busy_provider_is_tried_again_as_it_asks_and_twice_at_most() {
        let seconds = |error: &ModelError, heard, retries| {
            passed(error, heard, Duration::from_millis(500), retries).1.map(|wait| wait.as_millis())
        };
        assert_eq!(seconds(&busy(Some(7), true), false, 0), Some(7_000));
        assert_eq!(seconds(&busy(None, true), false, 0), Some(500));
        assert_eq!(seconds(&busy(None, true), false, 1), Some(500));
        assert_eq!(seconds(&busy(None, true), false, 2), None);
        assert_eq!(seconds(&busy(Some(31), true), false, 0), None, "another model is quicker");
        assert_eq!(seconds(&busy(Some(1), false), false, 0), None, "it says not to");
    }

    #[test]
    fn the_usual_wait_doubles_and_is_shortened_by_a_quarter_at_most() {
        for retries in 0..3 {
            let (wait, most) = (usual_wait(retries).as_millis(), 500 * 2u128.pow(retries));
            assert!(wait <= most && wait * 4 >= most * 3, "{wait} of {most}");
        }
    }

    #[test]
    fn what_was_heard_is_not_begun_again_by_the_same_model() {
        let cut = ModelError::BrokenOff("cut".to_owned());
        assert!(passed(&cut, false, Duration::ZERO, 0).1.is_some());
        assert_eq!(passed(&cut, true, Duration::ZERO, 0), (FallbackReason::BrokenOff, None));
    }

    #[test]
    fn money_and_keys_are_never_retried() {
        let no_wait = |error: &ModelError| passed(error, false, Duration::ZERO, 0);
        assert_eq!(no_wait(&ModelError::SpendLimit(String::new())), (FallbackReason::SpendLimit, None));
        assert_eq!(no_wait(&ModelError::KeyRefused(String::new())), (FallbackReason::KeyRefused, None));
    }
}
