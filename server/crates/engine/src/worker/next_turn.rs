//! The next turn of a run: what a model is told, which limits hold, and what its reply stands for.

use mezzofy_agent::agents::Agent;
use mezzofy_agent::calls::CallParser;
use mezzofy_agent::defences::Defence;
use mezzofy_agent::instructions::context;
use mezzofy_agent::model::{Block, Part, Source, StopReason, ToolDefinition, Turn};
use mezzofy_agent::planner::{self, PLANNER, ProductNames};
use mezzofy_agent::run::ParsedReply;
use mezzofy_agent::sources::Provenance;
use mezzofy_domain::catalogue::{Catalogue, Product};
use mezzofy_domain::event::EventBody;
use mezzofy_domain::language::{Language, Text};
use mezzofy_domain::people::{Department, Person};
use mezzofy_domain::period::Period;
use mezzofy_domain::run::{RunError, RunErrorKind};
use mezzofy_domain::trust::Trust;
use mezzofy_domain::usage::Usage;
use mezzofy_store::messages::Author;
use mezzofy_store::page::PageRequest;
use mezzofy_store::{ledger, memories, messages, people, runs};

use super::reply::ModelOutcome;
use super::route::Route;
use super::run_worker::{RunWorker, StepError};
use super::step::Step;
use crate::app::AppState;
use crate::config::models::Task;
use crate::models::{ModelRequest, title};

/// Messages of the conversation that a model is told besides the newest.
const MAX_EARLIER_MESSAGES: i64 = 20;
/// Characters of each of them.
const MAX_EARLIER_CHARS: usize = 4_000;
/// Characters of a model's text before its calls that are shown as progress.
const MAX_PROGRESS_CHARS: usize = 500;

/// What must be known of the company to understand a request.
struct CompanyFacts {
    people: Vec<Person>,
    latest_month: Option<Period>,
    allowed: Vec<String>,
    products: ProductNames,
}

impl RunWorker<'_> {
    /// Has the next turn made and stores what it stands for.
    pub(super) async fn next_turn(&mut self) -> Result<(), StepError> {
        self.streamed_message = None;
        let company = self.company_facts().await?;
        let texts = self.machine.texts().to_vec();
        let said = texts.join("\n");
        let me = self.person.clone();
        let request = planner::Request {
            texts: &texts,
            open: None,
            me: &me,
            people: &company.people,
            today: self.app.clock.today(self.app.zone),
            latest_month: company.latest_month,
            allowed: &company.allowed,
            products: &company.products,
        };
        let skill_is_set = self.machine.event().is_some()
            || self.machine.scheduled_request().is_some_and(|order| order.skill.is_some());
        if skill_is_set && !self.machine.has_begun() {
            return self.begin_skill(request).await;
        }
        if !self.machine.has_begun() {
            let readings = self.read_attachments().await?;
            if let Some((agent, answer)) = self.answer_with_excerpts(&request, &readings) {
                self.machine.end_with_answer(agent, answer);
                return self.save(Step::default()).await;
            }
            match Box::pin(self.unless_cancelled(self.route(&request))).await? {
                Some(route) => self.follow_route(route).await?,
                None => self.cancel_run().await?,
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
        let department = self.machine.prompted_department().unwrap_or(self.person.department);
        let Some(agent) = self.app.agents.get(department) else {
            let error = self.internal(&format!("there is no agent {department}"));
            self.machine.fail(None, error);
            return self.save(Step::default()).await;
        };
        let offered = parser.offered(agent);
        let system = self.system_prompt(agent, &company.allowed);
        let model_request = ModelRequest {
            history: self.machine.history(),
            ..self.model_request(Task::Plan, department, &said, &system, &offered)
        };
        let (outcome, message, notices) = Box::pin(self.reply(&model_request, request)).await?;
        self.machine.add_notices(notices);
        if self.app.models.any() {
            self.run.usage = self.usage().await?;
        }
        match outcome {
            ModelOutcome::Reply(reply, source) => {
                let text = reply.text();
                let calls = parser.read(&reply.blocks, &offered);
                self.audit_refused_skills(&calls, &source).await?;
                let events = if calls.is_empty() {
                    self.streamed_message = message;
                    Vec::new()
                } else {
                    progress(&text).into_iter().collect()
                };
                let (usage, paused) = (reply.usage, reply.stop == StopReason::Paused);
                let title = title(&source.model);
                let replied = ParsedReply { source, blocks: reply.blocks, text, calls, usage, paused };
                self.machine.on_reply(replied, &me, request.today);
                if self.machine.malformed_replies() > 1 && !self.machine.state().0.has_ended() {
                    let detail = self.app.texts.misread.say(self.machine.language(), &[("model", &title)]);
                    self.machine.fail(None, RunError { kind: RunErrorKind::ModelFailed, detail });
                }
                self.save(Step::with_events(events)).await
            }
            ModelOutcome::Failed(error) => {
                self.machine.fail(None, error);
                self.save(Step::default()).await
            }
            ModelOutcome::WindowExceeded => self.summarise_history(department, &said, &system, &offered).await,
            ModelOutcome::Cancelled => {
                self.cancel_run().await?;
                self.save(Step::default()).await
            }
        }
    }

    /// Begins the skill that the run's event is for, or that was ordered: no model is asked.
    async fn begin_skill(&mut self, request: planner::Request<'_>) -> Result<(), StepError> {
        let parser = call_parser(self.app, request, self.machine.language());
        let of_event = self.machine.event().and_then(|event| parser.event(event));
        let served = of_event.or_else(|| self.machine.scheduled_request().and_then(|order| parser.order(order)));
        let Some((block, call)) = served else {
            let error = self.internal("the skill that is set for it is not there");
            self.machine.fail(None, error);
            return self.save(Step::default()).await;
        };
        let source = Source { provider: PLANNER.to_owned(), model: PLANNER.to_owned() };
        let calls = vec![call];
        self.audit_refused_skills(&calls, &source).await?;
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
            let facts = self.load_memories().await?;
            self.machine.compact(context(&self.person, now, &facts), summary);
        } else {
            let error = self.limit_error(&self.app.texts.limit_tokens);
            self.machine.fail(None, error);
        }
        self.save(Step::default()).await
    }

    async fn company_facts(&self) -> Result<CompanyFacts, StepError> {
        let mut tx = self.begin().await?;
        let people = people::all(&mut tx).await?;
        let latest_month = ledger::latest_month(&mut tx, self.app.clock.today(self.app.zone)).await?;
        let may = |name: &&str| self.app.roles.allows_skill(&self.person.role, name);
        let for_people = self.app.skills.iter().filter(|skill| !skill.is_for_events());
        let allowed = for_people.map(|skill| skill.name.as_str()).filter(may).map(str::to_owned).collect();
        drop(tx);
        // Without the catalogue a product is understood by its place in the sentence.
        let catalogue = self.app.products.current().await.unwrap_or_default();
        Ok(CompanyFacts { people, latest_month, allowed, products: product_names(&catalogue) })
    }

    /// Gives the run its history, or ends it when the person may not ask for this.
    async fn follow_route(&mut self, route: Route) -> Result<(), StepError> {
        let now = self.app.clock.now().with_timezone(&self.app.zone);
        match route {
            Route::To(agent) => {
                let earlier = if self.app.models.any() { self.load_earlier_turns().await? } else { Vec::new() };
                if !earlier.is_empty() {
                    self.mark_conversation_outside(&earlier).await?;
                }
                let facts = if self.app.models.any() { self.load_memories().await? } else { Vec::new() };
                self.machine.begin(earlier, context(&self.person, now, &facts), agent);
            }
            Route::Refused { error, skill, agent } => {
                self.audit_refused_skill(&skill, &error).await?;
                self.machine.refuse(error, skill, agent);
            }
        }
        Ok(())
    }

    /// What was read from outside in a conversation is behind all that was said after it.
    async fn mark_conversation_outside(&mut self, earlier: &[Turn]) -> Result<(), StepError> {
        let mut tx = self.begin().await?;
        let outside = runs::another_read_outside(&mut tx, self.run.conversation, self.run.id).await?;
        if outside && self.app.defences.on(Defence::Conversations) {
            let said = serde_json::to_string(earlier).map_err(|error| StepError::Retry(error.to_string()))?;
            self.machine.add_source(Trust::Outside, Provenance::Conversation, &said);
        }
        Ok(())
    }

    /// What the person asked to be remembered.
    async fn load_memories(&self) -> Result<Vec<String>, StepError> {
        let mut tx = self.begin().await?;
        let facts = memories::list(&mut tx, self.person.id, mezzofy_domain::memory::MAX_FACTS).await?;
        Ok(facts.into_iter().map(|fact| fact.text).collect())
    }

    /// The conversation before this run.
    async fn load_earlier_turns(&self) -> Result<Vec<Turn>, StepError> {
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

    fn system_prompt(&self, agent: &Agent, allowed: &[String]) -> String {
        let (allowed, others): (Vec<_>, Vec<_>) =
            self.app.skills.iter().partition(|skill| allowed.contains(&skill.name));
        self.app.instructions.system(agent, &allowed, &others)
    }

    pub(super) fn model_request<'a>(
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
