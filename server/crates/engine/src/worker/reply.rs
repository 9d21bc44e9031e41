//! The reply to a turn: from a model or, when none answers, from the planner.

use mezzofy_agent::calls::DECLINE;
use mezzofy_agent::model::{BlockView, Model as _, Part, Reply, Request, Source, ToolDefinition, Turn};
use mezzofy_agent::planner::{self, BuiltIn, PLANNER};
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::language::Language;
use mezzofy_domain::people::Department;
use mezzofy_domain::run::{RunError, RunErrorKind};
use mezzofy_domain::usage::RunUsage;
use mezzofy_store::model_calls::{self, UsageSum};
use tokio::sync::mpsc;

use super::reply_events::ReplyEvents;
use super::run_worker::{RunWorker, StepError};
use crate::config::models::Task;
use crate::models::{Answer, FallbackReason, ModelRequest, ModelsError};

/// How often a running reply looks whether someone wants it stopped.
const POLL_INTERVAL: std::time::Duration = std::time::Duration::from_millis(500);
/// A history that fills more of the window, in percent, is summed up first.
const SUMMARY_PERCENT: u64 = 70;

/// What came of asking for a reply.
pub(super) enum ModelOutcome {
    Reply(Reply, Source),
    /// The run can't go on.
    Failed(RunError),
    /// The history must be summed up first.
    WindowExceeded,
    /// The person wants it stopped.
    Cancelled,
}

impl RunWorker<'_> {
    /// Asks the models and, when none answers, the planner; tells meanwhile what is heard. Answers also the message the text
    /// was streamed as, and the notices given.
    pub(super) async fn reply(
        &self,
        model_request: &ModelRequest<'_>,
        request: planner::Request<'_>,
    ) -> Result<(ModelOutcome, Option<Id<id::Message>>, Vec<String>), StepError> {
        if !self.app.models.any() {
            return Ok((self.reply_of_planner(model_request, request).await?, None, Vec::new()));
        }
        match self.unless_cancelled(self.fills_window(model_request)).await? {
            Some(true) => return Ok((ModelOutcome::WindowExceeded, None, Vec::new())),
            Some(false) => {}
            None => return Ok((ModelOutcome::Cancelled, None, Vec::new())),
        }
        let (sender, receiver) = mpsc::unbounded_channel();
        let stop = self.app.stop.child_token();
        let model_request = &ModelRequest { stop: &stop, ..*model_request };
        let answering = async {
            let mut events = ReplyEvents::new(self, sender);
            let answer = self.app.models.reply(model_request, &mut |event| events.on_attempt(event)).await;
            (answer, events.message, events.notices)
        };
        let both = async { tokio::join!(answering, self.emit(receiver)) };
        tokio::pin!(both);
        let ((answer, message, notices), written) = tokio::select! {
            both = &mut both => both,
            _ = self.cancelled() => {
                // What was heard so far is paid for before the run ends.
                stop.cancel();
                both.await
            }
        };
        written?;
        let language = self.machine.language();
        let outcome = match answer {
            Ok(Answer { reply, source, .. }) => ModelOutcome::Reply(reply, source),
            Err(ModelsError::NoModel(why)) => {
                let outcome = self.reply_of_planner(model_request, request).await?;
                match why {
                    Some(why) => self.without_model(outcome, &why),
                    None => outcome,
                }
            }
            Err(ModelsError::WindowExceeded) => ModelOutcome::WindowExceeded,
            Err(ModelsError::TooLong(model)) => {
                let detail = self.app.texts.too_long.say(language, &[("model", &model)]);
                ModelOutcome::Failed(RunError { kind: RunErrorKind::ModelFailed, detail })
            }
            Err(ModelsError::Store(error)) => return Err(error.into()),
            Err(ModelsError::Stopped) if self.app.stop.is_cancelled() => {
                return Err(StepError::Outage("the server stops".to_owned()));
            }
            Err(ModelsError::Stopped) => ModelOutcome::Cancelled,
        };
        Ok((outcome, message, notices.into_iter().collect()))
    }

    async fn reply_of_planner(
        &self,
        model_request: &ModelRequest<'_>,
        request: planner::Request<'_>,
    ) -> Result<ModelOutcome, StepError> {
        let language = self.machine.language();
        let finished = self.machine.called_tools().iter().filter_map(|name| self.app.tool_texts.get(name));
        let finished: Vec<&str> = finished.map(|text| text.progress.in_language(language)).collect();
        let finished = finished.join(if language == Language::Zh { "、" } else { ", " });
        let unfinished = self.app.texts.unfinished.say(language, &[("done", &finished)]);
        let built_in = BuiltIn {
            planner: &self.app.planner,
            skills: &self.app.skills,
            request,
            unfinished: &unfinished,
            acted: self.machine.has_acted(),
        };
        let ModelRequest { system, tools, history, answer_schema, .. } = *model_request;
        let request = Request { system, tools, history, max_tokens: 0, answer_schema };
        let reply =
            built_in.stream(&request, &mut |_| {}).await.map_err(|error| StepError::Retry(error.to_string()))?;
        let source = Source { provider: PLANNER.to_owned(), model: PLANNER.to_owned() };
        Ok(ModelOutcome::Reply(reply, source))
    }

    /// Ends when the person wants the run stopped, or the server stops.
    async fn cancelled(&self) -> Result<(), StepError> {
        let mut ticks = tokio::time::interval(POLL_INTERVAL);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            if self.app.stop.run_until_cancelled(ticks.tick()).await.is_none() {
                return Err(StepError::Outage("the server stops".to_owned()));
            }
            if self.cancellation_requested().await? {
                return Ok(());
            }
        }
    }

    /// Does something, unless the person wants the run stopped meanwhile. Not for effects.
    pub(super) async fn unless_cancelled<T>(&self, work: impl Future<Output = T>) -> Result<Option<T>, StepError> {
        tokio::select! {
            done = work => Ok(Some(done)),
            stopped = self.cancelled() => stopped.map(|()| None),
        }
    }

    /// When the planner can't do it either, the reason is that no model could.
    fn without_model(&self, outcome: ModelOutcome, why: &FallbackReason) -> ModelOutcome {
        let ModelOutcome::Reply(reply, _) = &outcome else { return outcome };
        let [block] = reply.blocks.as_slice() else { return outcome };
        let BlockView::Call { name, input: Ok(input), .. } = block.view() else { return outcome };
        if name != DECLINE || input.get("kind").is_none_or(|kind| kind != "not_possible") {
            return outcome;
        }
        let (kind, reason) = self.reason(why);
        let said = input.get("text").and_then(serde_json::Value::as_str).unwrap_or_default();
        ModelOutcome::Failed(RunError { kind, detail: format!("{reason}\n\n{said}").trim().to_owned() })
    }

    /// Whether the history is to be summed up before it is sent. A history that was just summed up is not.
    async fn fills_window(&self, model_request: &ModelRequest<'_>) -> bool {
        let Some((tokens, window)) = self.app.models.count(model_request).await else { return false };
        tokens.max(self.machine.context_tokens()).saturating_mul(100) / window.max(1) >= SUMMARY_PERCENT
            && self.machine.history().len() > 1
    }

    pub(super) async fn summary(
        &mut self,
        department: Department,
        said: &str,
        system: &str,
        tools: &[ToolDefinition],
    ) -> Result<Option<String>, StepError> {
        let mut history = self.machine.history().to_vec();
        history.push(Turn::Person(vec![Part::Text(self.app.instructions.summarise.clone())]));
        let model_request =
            ModelRequest { history: &history, ..self.model_request(Task::Summarise, department, said, system, tools) };
        let summary = match self.app.models.reply(&model_request, &mut |_| {}).await {
            Ok(answer) => Some(answer.reply.text()).filter(|text| !text.trim().is_empty()),
            Err(ModelsError::Store(error)) => return Err(error.into()),
            Err(ModelsError::Stopped) => return Err(StepError::Outage("the server stops".to_owned())),
            Err(ModelsError::NoModel(_) | ModelsError::TooLong(_) | ModelsError::WindowExceeded) => None,
        };
        self.run.usage = self.usage().await?;
        Ok(summary)
    }

    /// What the run took so far, as it is shown.
    pub(super) async fn usage(&self) -> Result<RunUsage, StepError> {
        let mut tx = self.begin().await?;
        let calls = model_calls::of_run(&mut tx, self.run.id).await?;
        Ok(UsageSum::of(&calls).of_run())
    }
}
