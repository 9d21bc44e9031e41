//! Asking a model for the next turn: what it is told, which limits hold, who answers when no model can, and what the reply
//! stands for.

use mezzofy_agent::agents::Agent;
use mezzofy_agent::calls::{CallParser, DECLINE};
use mezzofy_agent::defences::Defence;
use mezzofy_agent::instructions::context;
use mezzofy_agent::model::{
    Block, BlockView, Model as _, Part, Reply, Request, Source, StopReason, ToolDefinition, Turn,
};
use mezzofy_agent::planner::{self, BuiltIn, PLANNER, ProductNames};
use mezzofy_agent::run::ParsedReply;
use mezzofy_agent::sources::Provenance;
use mezzofy_domain::catalogue::{Catalogue, Product};
use mezzofy_domain::event::EventBody;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::language::{Language, Text};
use mezzofy_domain::people::{Department, Person};
use mezzofy_domain::period::Period;
use mezzofy_domain::run::{RunError, RunErrorKind};
use mezzofy_domain::trust::Trust;
use mezzofy_domain::usage::{RunUsage, Usage};
use mezzofy_store::messages::Author;
use mezzofy_store::model_calls::UsageSum;
use mezzofy_store::page::PageRequest;
use mezzofy_store::{ledger, memories, messages, model_calls, people, runs};
use tokio::sync::mpsc;

use super::reply_events::ReplyEvents;
use super::route::Route;
use super::run_worker::{RunWorker, StepError};
use super::step::Step;
use crate::app::AppState;
use crate::config::models::Task;
use crate::models::{Answer, FallbackReason, ModelRequest, ModelsError, title};

/// Messages of the conversation that a model is told besides the newest.
const MAX_EARLIER_MESSAGES: i64 = 20;
/// Characters of each of them.
const MAX_EARLIER_CHARS: usize = 4_000;
/// How often a running reply looks whether someone wants it stopped.
const POLL_INTERVAL: std::time::Duration = std::time::Duration::from_millis(500);
/// A history that fills more of the window, in percent, is summed up first.
const SUMMARY_PERCENT: u64 = 70;
/// Characters of a model's text before its calls that are shown as progress.
const MAX_PROGRESS_CHARS: usize = 500;

/// What must be known of the company to understand a request.
struct CompanyFacts {
    people: Vec<Person>,
    latest_month: Option<Period>,
    allowed: Vec<String>,
    products: ProductNames,
}

/// What came of asking.
enum ModelOutcome {
    Reply(Reply, Source),
    /// The run can't go on.
    Failed(RunError),
    /// The history must be summed up first.
    TooLong,
    /// The person wants it stopped.
    Cancelled,
}

impl RunWorker<'_> {
    /// Has the next turn made and stores what it stands for.
    pub(super) async fn ask(&mut self) -> Result<(), StepError> {
        self.spoken = None;
        let known = self.company_facts().await?;
        let texts = self.machine.texts().to_vec();
        let said = texts.join("\n");
        let me = self.person.clone();
        let request = planner::Request {
            texts: &texts,
            open: None,
            me: &me,
            people: &known.people,
            today: self.app.clock.today(self.app.zone),
            latest_month: known.latest_month,
            allowed: &known.allowed,
            products: &known.products,
        };
        let set = self.machine.event().is_some() || self.machine.order().is_some_and(|order| order.skill.is_some());
        if set && !self.machine.has_begun() {
            return self.begin_skill(request).await;
        }
        if !self.machine.has_begun() {
            let readings = self.read_attached().await?;
            if let Some((agent, answer)) = self.quoted(&request, &readings) {
                self.machine.answer(agent, answer);
                return self.save(Step::default()).await;
            }
            match Box::pin(self.unless_stopped(self.route(&request))).await? {
                Some(route) => self.start_route(route).await?,
                None => self.stop_working().await?,
            }
            if self.machine.state().0.has_ended() {
                return self.save(Step::default()).await;
            }
        }
        if self.app.models.any() {
            self.run.usage = self.usage().await?;
        }
        if let Some(error) = self.limit_reached() {
            self.machine.fail(None, error);
            return self.save(Step::default()).await;
        }
        let parser = call_parser(self.app, request, self.machine.language());
        let department = self.machine.asked_department().unwrap_or(self.person.department);
        let Some(agent) = self.app.agents.get(department) else {
            let error = self.internal(&format!("there is no agent {department}"));
            self.machine.fail(None, error);
            return self.save(Step::default()).await;
        };
        let offered = parser.offered(agent);
        let system = self.system(agent, &known.allowed);
        let asking = ModelRequest {
            history: self.machine.history(),
            ..self.asking(Task::Plan, department, &said, &system, &offered)
        };
        let (asked, message, notices) = Box::pin(self.ask_models(&asking, request)).await?;
        self.machine.add_notices(notices);
        if self.app.models.any() {
            self.run.usage = self.usage().await?;
        }
        match asked {
            ModelOutcome::Reply(reply, source) => {
                let text = reply.text();
                let calls = parser.read(&reply.blocks, &offered);
                self.skills_refused(&calls, &source).await?;
                let events = if calls.is_empty() {
                    self.spoken = message;
                    Vec::new()
                } else {
                    progress(&text).into_iter().collect()
                };
                let (usage, paused) = (reply.usage, reply.stop == StopReason::Paused);
                let title = title(&source.model);
                let replied = ParsedReply { source, blocks: reply.blocks, text, calls, usage, paused };
                self.machine.on_reply(replied, &me, request.today);
                if self.machine.misread() > 1 && !self.machine.state().0.has_ended() {
                    let detail = self.app.texts.misread.say(self.machine.language(), &[("model", &title)]);
                    self.machine.fail(None, RunError { kind: RunErrorKind::ModelFailed, detail });
                }
                self.save(Step::telling(events)).await
            }
            ModelOutcome::Failed(error) => {
                self.machine.fail(None, error);
                self.save(Step::default()).await
            }
            ModelOutcome::TooLong => self.summarise_history(department, &said, &system, &offered).await,
            ModelOutcome::Cancelled => {
                self.stop_working().await?;
                self.save(Step::default()).await
            }
        }
    }

    /// Begins the skill that the run's event is for, or that was ordered: no model is asked.
    async fn begin_skill(&mut self, request: planner::Request<'_>) -> Result<(), StepError> {
        let parser = call_parser(self.app, request, self.machine.language());
        let of_event = self.machine.event().and_then(|event| parser.event(event));
        let served = of_event.or_else(|| self.machine.order().and_then(|order| parser.order(order)));
        let Some((block, call)) = served else {
            let error = self.internal("the skill that is set for it is not there");
            self.machine.fail(None, error);
            return self.save(Step::default()).await;
        };
        let source = Source { provider: PLANNER.to_owned(), model: PLANNER.to_owned() };
        let calls = vec![call];
        self.skills_refused(&calls, &source).await?;
        let now = self.app.clock.now().with_timezone(&self.app.zone);
        self.machine.begin(Vec::new(), context(&self.person, now, &[]), self.person.department);
        let (text, usage) = (String::new(), Usage::default());
        let replied = ParsedReply { source, blocks: vec![block], text, calls, usage, paused: false };
        self.machine.on_reply(replied, request.me, request.today);
        self.save(Step::default()).await
    }

    /// Puts a summary in the place of a history that does not fit the model's window any more.
    async fn summarise_history(
        &mut self,
        department: Department,
        said: &str,
        system: &str,
        offered: &[ToolDefinition],
    ) -> Result<(), StepError> {
        let now = self.app.clock.now().with_timezone(&self.app.zone);
        let summary = if self.machine.history().len() > 1 {
            self.summary(department, said, system, offered).await?
        } else {
            None
        };
        if let Some(summary) = summary {
            let facts = self.remembered().await?;
            self.machine.compact(context(&self.person, now, &facts), summary);
        } else {
            let error = self.over(&self.app.texts.limit_tokens);
            self.machine.fail(None, error);
        }
        self.save(Step::default()).await
    }

    async fn company_facts(&self) -> Result<CompanyFacts, StepError> {
        let mut tx = self.begin().await?;
        let people = people::all(&mut tx).await?;
        let latest_month = ledger::latest_month(&mut tx, self.app.clock.today(self.app.zone)).await?;
        let may = |name: &&str| self.app.roles.allows_skill(&self.person.role, name);
        let asked = self.app.skills.iter().filter(|skill| !skill.is_for_events());
        let allowed = asked.map(|skill| skill.name.as_str()).filter(may).map(str::to_owned).collect();
        drop(tx);
        // Without the catalogue a product is understood by its place in the sentence.
        let catalogue = self.app.products.current().await.unwrap_or_default();
        Ok(CompanyFacts { people, latest_month, allowed, products: product_names(&catalogue) })
    }

    /// Gives the run its history, or ends it when the person may not ask for this.
    async fn start_route(&mut self, route: Route) -> Result<(), StepError> {
        let now = self.app.clock.now().with_timezone(&self.app.zone);
        match route {
            Route::To(agent) => {
                let earlier = if self.app.models.any() { self.earlier().await? } else { Vec::new() };
                if !earlier.is_empty() {
                    self.note_conversation(&earlier).await?;
                }
                let facts = if self.app.models.any() { self.remembered().await? } else { Vec::new() };
                self.machine.begin(earlier, context(&self.person, now, &facts), agent);
            }
            Route::Refused { error, skill, agent } => {
                self.skill_refused(&skill, &error).await?;
                self.machine.refuse(error, skill, agent);
            }
        }
        Ok(())
    }

    /// What was read from outside in a conversation is behind all that was said after it.
    async fn note_conversation(&mut self, earlier: &[Turn]) -> Result<(), StepError> {
        let mut tx = self.begin().await?;
        let outside = runs::any_outside(&mut tx, self.run.conversation, self.run.id).await?;
        if outside && self.app.defences.on(Defence::Conversations) {
            let said = serde_json::to_string(earlier).map_err(|error| StepError::Retry(error.to_string()))?;
            self.machine.add_source(Trust::Outside, Provenance::Conversation, &said);
        }
        Ok(())
    }

    /// What the person asked to be remembered.
    async fn remembered(&self) -> Result<Vec<String>, StepError> {
        let mut tx = self.begin().await?;
        let facts = memories::list(&mut tx, self.person.id, mezzofy_domain::memory::MAX_FACTS).await?;
        Ok(facts.into_iter().map(|fact| fact.text).collect())
    }

    /// The conversation before this run.
    async fn earlier(&self) -> Result<Vec<Turn>, StepError> {
        let mut tx = self.begin().await?;
        let page = PageRequest { before: None, limit: MAX_EARLIER_MESSAGES };
        let mut turns: Vec<Turn> = Vec::new();
        let messages = messages::list(&mut tx, self.run.conversation, page).await?.items;
        for message in messages.into_iter().rev().filter(|message| message.run_id != self.run.id.uuid()) {
            let text: String = message.text.chars().take(MAX_EARLIER_CHARS).collect();
            if text.trim().is_empty() {
                continue;
            }
            if message.author == Author::Person.code() {
                turns.push(Turn::Person(vec![Part::Text(text)]));
            } else if !turns.is_empty() {
                let source = Source { provider: "conversation".to_owned(), model: String::new() };
                turns.push(Turn::Model { source, blocks: vec![Block::text(&text)] });
            }
        }
        Ok(turns)
    }

    fn system(&self, agent: &Agent, allowed: &[String]) -> String {
        let (allowed, others): (Vec<_>, Vec<_>) =
            self.app.skills.iter().partition(|skill| allowed.contains(&skill.name));
        self.app.instructions.system(agent, &allowed, &others)
    }

    fn asking<'a>(
        &'a self,
        task: Task,
        agent: Department,
        said: &'a str,
        system: &'a str,
        tools: &'a [ToolDefinition],
    ) -> ModelRequest<'a> {
        ModelRequest {
            task,
            language: self.machine.language(),
            agent: Some(agent),
            text: said,
            person: &self.person,
            run: self.run.id,
            system,
            tools,
            history: self.machine.history(),
            answer_schema: None,
            stop: &self.app.stop,
        }
    }

    /// Asks the models and, when none answers, the planner; tells meanwhile what is heard. Answers also the message the text
    /// was streamed as, and the notices given.
    async fn ask_models(
        &self,
        asking: &ModelRequest<'_>,
        request: planner::Request<'_>,
    ) -> Result<(ModelOutcome, Option<Id<id::Message>>, Vec<String>), StepError> {
        if !self.app.models.any() {
            return Ok((self.ask_planner(asking, request).await?, None, Vec::new()));
        }
        match self.unless_stopped(self.fills_window(asking)).await? {
            Some(true) => return Ok((ModelOutcome::TooLong, None, Vec::new())),
            Some(false) => {}
            None => return Ok((ModelOutcome::Cancelled, None, Vec::new())),
        }
        let (sender, receiver) = mpsc::unbounded_channel();
        let stop = self.app.stop.child_token();
        let asking = &ModelRequest { stop: &stop, ..*asking };
        let asking_models = async {
            let mut events = ReplyEvents::new(self, sender);
            let answer = self.app.models.ask(asking, &mut |event| events.on_attempt(event)).await;
            (answer, events.message, events.notices)
        };
        let both = async { tokio::join!(asking_models, self.emit(receiver)) };
        tokio::pin!(both);
        let ((answer, message, notices), written) = tokio::select! {
            both = &mut both => both,
            _ = self.stopped() => {
                // What was heard so far is paid for before the run ends.
                stop.cancel();
                both.await
            }
        };
        written?;
        let language = self.machine.language();
        let asked = match answer {
            Ok(Answer { reply, source, .. }) => ModelOutcome::Reply(reply, source),
            Err(ModelsError::NoModel(why)) => {
                let asked = self.ask_planner(asking, request).await?;
                match why {
                    Some(why) => self.without_model(asked, &why),
                    None => asked,
                }
            }
            Err(ModelsError::WindowExceeded) => ModelOutcome::TooLong,
            Err(ModelsError::TooLong(model)) => {
                let detail = self.app.texts.too_long.say(language, &[("model", &model)]);
                ModelOutcome::Failed(RunError { kind: RunErrorKind::ModelFailed, detail })
            }
            Err(ModelsError::Store(error)) => return Err(error.into()),
            Err(ModelsError::Stopped) if self.app.stop.is_cancelled() => {
                return Err(StepError::Retry("the server stops".to_owned()));
            }
            Err(ModelsError::Stopped) => ModelOutcome::Cancelled,
        };
        Ok((asked, message, notices.into_iter().collect()))
    }

    async fn ask_planner(
        &self,
        asking: &ModelRequest<'_>,
        request: planner::Request<'_>,
    ) -> Result<ModelOutcome, StepError> {
        let language = self.machine.language();
        let done = self.machine.tools().iter().filter_map(|name| self.app.tool_texts.get(name));
        let done: Vec<&str> = done.map(|text| text.progress.in_language(language)).collect();
        let done = done.join(if language == Language::Zh { "、" } else { ", " });
        let unfinished = self.app.texts.unfinished.say(language, &[("done", &done)]);
        let built_in = BuiltIn {
            planner: &self.app.planner,
            skills: &self.app.skills,
            request,
            unfinished: &unfinished,
            acted: self.machine.acted(),
        };
        let ModelRequest { system, tools, history, answer_schema, .. } = *asking;
        let request = Request { system, tools, history, max_tokens: 0, answer_schema };
        let reply =
            built_in.stream(&request, &mut |_| {}).await.map_err(|error| StepError::Retry(error.to_string()))?;
        let source = Source { provider: PLANNER.to_owned(), model: PLANNER.to_owned() };
        Ok(ModelOutcome::Reply(reply, source))
    }

    /// Ends when the person wants the run stopped, or the server stops.
    async fn stopped(&self) -> Result<(), StepError> {
        let mut ticks = tokio::time::interval(POLL_INTERVAL);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            if self.app.stop.run_until_cancelled(ticks.tick()).await.is_none() {
                return Err(StepError::Retry("the server stops".to_owned()));
            }
            if self.cancel_asked().await? {
                return Ok(());
            }
        }
    }

    /// Does something, unless the person wants the run stopped meanwhile. Not for effects.
    pub(super) async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Result<Option<T>, StepError> {
        tokio::select! {
            done = work => Ok(Some(done)),
            stopped = self.stopped() => stopped.map(|()| None),
        }
    }

    /// When the planner can't do it either, the reason is that no model could.
    fn without_model(&self, asked: ModelOutcome, why: &FallbackReason) -> ModelOutcome {
        let ModelOutcome::Reply(reply, _) = &asked else { return asked };
        let [block] = reply.blocks.as_slice() else { return asked };
        let BlockView::Call { name, input: Ok(input), .. } = block.view() else { return asked };
        if name != DECLINE || input.get("kind").is_none_or(|kind| kind != "not_possible") {
            return asked;
        }
        let (kind, reason) = self.reason(why);
        let said = input.get("text").and_then(serde_json::Value::as_str).unwrap_or_default();
        ModelOutcome::Failed(RunError { kind, detail: format!("{reason}\n\n{said}").trim().to_owned() })
    }

    /// Whether the history is to be summed up before it is sent. A history that was just summed up is not.
    async fn fills_window(&self, asking: &ModelRequest<'_>) -> bool {
        let Some((tokens, window)) = self.app.models.count(asking).await else { return false };
        tokens.max(self.machine.window()).saturating_mul(100) / window.max(1) >= SUMMARY_PERCENT
            && self.machine.history().len() > 1
    }

    async fn summary(
        &mut self,
        department: Department,
        said: &str,
        system: &str,
        tools: &[ToolDefinition],
    ) -> Result<Option<String>, StepError> {
        let mut history = self.machine.history().to_vec();
        history.push(Turn::Person(vec![Part::Text(self.app.instructions.summarise.clone())]));
        let asking =
            ModelRequest { history: &history, ..self.asking(Task::Summarise, department, said, system, tools) };
        let summary = match self.app.models.ask(&asking, &mut |_| {}).await {
            Ok(answer) => Some(answer.reply.text()).filter(|text| !text.trim().is_empty()),
            Err(ModelsError::Store(error)) => return Err(error.into()),
            Err(ModelsError::Stopped) => return Err(StepError::Retry("the server stops".to_owned())),
            Err(ModelsError::NoModel(_) | ModelsError::TooLong(_) | ModelsError::WindowExceeded) => None,
        };
        self.run.usage = self.usage().await?;
        Ok(summary)
    }

    /// What the run took so far, as it is shown.
    async fn usage(&self) -> Result<RunUsage, StepError> {
        let mut tx = self.begin().await?;
        let calls = model_calls::of_run(&mut tx, self.run.id).await?;
        Ok(UsageSum::of(&calls).of_run())
    }
}

/// What people call the products: each feature and product by its names in both languages and its other words.
fn product_names(catalogue: &Catalogue) -> ProductNames {
    let names = |name: &Text, words: &[String]| {
        let all = [name.en.clone(), name.zh.clone()].into_iter().chain(words.iter().cloned()).collect();
        (name.en.clone(), all)
    };
    let of_product = |product: &Product| {
        let features = product.features.iter().map(|feature| names(&feature.name, &feature.words));
        std::iter::once(names(&product.name, &product.words)).chain(features).collect::<Vec<_>>()
    };
    ProductNames::new(catalogue.products.iter().flat_map(of_product).collect())
}

fn call_parser<'a>(app: &'a AppState, request: planner::Request<'a>, language: Language) -> CallParser<'a> {
    CallParser {
        skills: &app.skills,
        tools: &*app.tools,
        texts: &app.tool_texts,
        planner: &app.planner,
        request,
        gate: app.gate(),
        language,
    }
}

/// What a model says before its calls is progress, not an answer.
fn progress(text: &str) -> Option<EventBody> {
    let text: String = text.trim().chars().take(MAX_PROGRESS_CHARS).collect();
    (!text.is_empty()).then_some(EventBody::Progress { text })
}
