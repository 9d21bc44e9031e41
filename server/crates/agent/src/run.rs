//! The run machine: what a run does next, as a value that is stored after every step. It never does IO and never waits:
//! it says what it needs, and takes what came of it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use mezzofy_domain::file::Attachment;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::language::Language;
use mezzofy_domain::people::{Department, Person};
use mezzofy_domain::run::{RunError, RunErrorKind, RunState, WaitingFor};
use mezzofy_domain::trust::Trust;
use mezzofy_domain::usage::Usage;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::{Block, CallResult, Part, Source, Turn};
use crate::planner::PLANNER;
use crate::skills::{SkillRunError, Skills};
use crate::sources::{Provenance, Sources};

mod event;
mod parsed_call;
mod round;
mod views;

pub use event::{ScheduledRequest, TriggerEvent};
pub use parsed_call::{ParsedCall, Question};
use round::{Round, RoundNeed};

/// Calls without effect that are made at once, at most.
const MAX_CONCURRENT_CALLS: usize = 8;

/// A run between two steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunMachine {
    texts: Vec<String>,
    language: Language,
    agent: Option<Department>,
    skill: Option<String>,
    inputs: Map<String, Value>,
    #[serde(rename = "tools")]
    called_tools: Vec<String>,
    #[serde(rename = "kept")]
    retained: BTreeMap<String, Value>,
    history: Vec<Turn>,
    #[serde(rename = "done")]
    finished_calls: Vec<FinishedCall>,
    /// Whether something outside our database was changed.
    #[serde(rename = "acted")]
    has_acted: bool,
    notices: BTreeSet<String>,
    /// The department whose agent the models are asked as; it stays, also when a skill of another department is called.
    #[serde(rename = "asked")]
    prompted_department: Option<Department>,
    /// What a paused reply has said already.
    #[serde(rename = "begun")]
    partial_answer: String,
    /// Replies of models so far.
    turns: u32,
    /// Replies in a row with a call that can't be made.
    #[serde(rename = "misread")]
    malformed_replies: u32,
    /// Tokens of the newest request and reply.
    #[serde(rename = "window")]
    context_tokens: u64,
    /// Since when it works without having waited for a person.
    #[serde(rename = "since")]
    working_since: Option<DateTime<Utc>>,
    /// What it has read, and who stands behind it.
    #[serde(default)]
    sources: Sources,
    /// Answers that were chosen from what a model offered after it had read something from outside.
    #[serde(rename = "offered", default)]
    unverified_answers: Vec<String>,
    /// The approval it waits for.
    #[serde(rename = "parked", default)]
    pending_approval: Option<Id<id::Approval>>,
    /// What was sent with the request.
    #[serde(default)]
    attached: Vec<Attachment>,
    /// What those files say, as models are told.
    #[serde(rename = "handed", default)]
    file_texts: Vec<String>,
    /// What is said after the answer: where a person changed what was sent.
    #[serde(default)]
    notes: Vec<String>,
    /// What it began with, where that is no person's request.
    #[serde(default)]
    event: Option<TriggerEvent>,
    /// The same, where its person has ordered it.
    #[serde(rename = "order", default)]
    scheduled_request: Option<ScheduledRequest>,
    /// How often in a row what it needs now could not be done.
    #[serde(default)]
    failed_tries: u32,
    phase: Phase,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Phase {
    #[serde(rename = "asking")]
    AwaitingReply,
    #[serde(rename = "calling")]
    MakingCalls(Round),
    Ended(RunEnd),
}

/// A call without effect that a model made, and its result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct FinishedCall {
    tool: String,
    input: Value,
    result: Value,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunEnd {
    /// With an answer, Markdown.
    Answered(String),
    /// With a reason.
    Failed(RunError),
    /// Because someone said so; the text is the answer.
    Cancelled(String),
}

/// What a run needs now.
#[derive(Debug, Clone, PartialEq)]
pub enum NextAction<'a> {
    /// A model's reply to its history; give it to [`RunMachine::on_reply`].
    RequestReply,
    /// These calls, at once; give each result to [`RunMachine::on_result`], or the reason it failed to [`RunMachine::fail`].
    Calls(Vec<Call>),
    /// The person's answer; give it to [`RunMachine::on_text`].
    Wait(&'a Question),
    /// Nothing: it has ended.
    Done(&'a RunEnd),
}

/// A tool call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The same each time this call of this run is tried; no other call of the run has it.
    pub id: String,
    /// The tool's name.
    pub tool: String,
    /// Its input object.
    pub input: Value,
    /// What the person is told meanwhile, where a skill says it.
    pub progress: Option<String>,
    /// Whether the person said yes to it.
    pub consented: bool,
    /// Whether a model asked for it after the run had read text from outside, which may have chosen it. What the planner makes of
    /// the person's words no text chooses, and a model's call is decided before it has read what comes of it.
    pub after_outside: bool,
    round_index: usize,
    step: Option<String>,
}

impl Call {
    /// Whether a skill makes it, not a model by itself.
    #[must_use]
    pub fn is_of_skill(&self) -> bool {
        self.step.is_some()
    }

    /// The step of the skill that makes it.
    #[must_use]
    pub fn step(&self) -> Option<&str> {
        self.step.as_deref()
    }
}

impl RunMachine {
    /// A run that begins with what a person said.
    #[must_use]
    pub fn new(text: String, person: &Person) -> Self {
        Self {
            language: Language::of_text(&text, person.language),
            texts: vec![text],
            agent: None,
            skill: None,
            inputs: Map::new(),
            called_tools: Vec::new(),
            retained: BTreeMap::new(),
            history: Vec::new(),
            finished_calls: Vec::new(),
            has_acted: false,
            notices: BTreeSet::new(),
            prompted_department: None,
            partial_answer: String::new(),
            turns: 0,
            malformed_replies: 0,
            context_tokens: 0,
            working_since: None,
            sources: Sources::default(),
            unverified_answers: Vec::new(),
            pending_approval: None,
            attached: Vec::new(),
            file_texts: Vec::new(),
            notes: Vec::new(),
            event: None,
            scheduled_request: None,
            failed_tries: 0,
            phase: Phase::AwaitingReply,
        }
    }

    /// Sends these files with the request.
    pub fn attach(&mut self, files: Vec<Attachment>) {
        self.attached = files;
    }

    /// Takes what the attached files say, before it begins. They are from outside, whoever sent them.
    pub fn add_file_text(&mut self, name: &str, said: String) {
        self.sources.record(Trust::Outside, Provenance::File(name.to_owned()), &said);
        self.file_texts.push(said);
    }

    /// Ends it with an answer that no model was asked for.
    pub fn end_with_answer(&mut self, agent: Department, text: String) {
        self.agent = Some(agent);
        self.end(RunEnd::Answered(text));
    }

    /// Gives it the conversation so far and its agent. A run that has begun is left as it is.
    pub fn begin(&mut self, earlier: Vec<Turn>, context: String, agent: Department) {
        if !self.has_begun() {
            (self.agent, self.prompted_department) = (Some(agent), Some(agent));
            self.history = earlier;
            let said = self.texts.iter().chain(&self.file_texts).cloned().map(Part::Text);
            self.history.push(Turn::Person(std::iter::once(Part::Text(context)).chain(said).collect()));
        }
    }

    /// Whether it has a history.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        !self.history.is_empty()
    }

    /// Ends it before any model was asked: the person may not have this done.
    pub fn refuse(&mut self, error: RunError, skill: String, agent: Department) {
        (self.skill, self.agent) = (Some(skill), Some(agent));
        self.end(RunEnd::Failed(error));
    }

    /// What it needs now. A skill without further steps hands its answer on.
    pub fn next(&mut self, skills: &Skills) -> Result<NextAction<'_>, SkillRunError> {
        if let Phase::MakingCalls(round) = &mut self.phase {
            match round.next(skills, &self.finished_calls, self.called_tools.len())? {
                RoundNeed::Calls(calls) => return Ok(NextAction::Calls(calls)),
                RoundNeed::Person => {}
                RoundNeed::Answer(text) => self.answer(&text),
                RoundNeed::Results(results) => {
                    self.history.push(Turn::Results(results));
                    self.phase = Phase::AwaitingReply;
                }
            }
        }
        Ok(match &self.phase {
            Phase::Ended(end) => NextAction::Done(end),
            Phase::MakingCalls(round) => round.question().map_or(NextAction::RequestReply, NextAction::Wait),
            Phase::AwaitingReply => NextAction::RequestReply,
        })
    }

    /// Takes a model's reply and what it wants, one for each of its calls. A reply without calls is the answer, unless the
    /// provider only paused it.
    pub fn on_reply(&mut self, reply: ParsedReply, person: &Person, today: NaiveDate) {
        let ParsedReply { source, blocks, text, calls: parsed, usage, paused } = reply;
        self.turns += 1;
        self.failed_tries = 0;
        self.context_tokens = usage.prompt() + usage.output;
        let from_planner = source.provider == PLANNER;
        self.history.push(Turn::Model { source, blocks });
        if parsed.is_empty() {
            self.partial_answer.push_str(&text);
            if !paused {
                let text = std::mem::take(&mut self.partial_answer);
                self.answer(&text);
            }
            return;
        }
        self.partial_answer.clear();
        // "Not permitted" means that nothing was made; a model that has made something has to say so itself.
        let has_called = !from_planner && !self.called_tools.is_empty();
        let malformed = parsed.iter().any(|call| matches!(call, ParsedCall::Malformed(_)));
        self.malformed_replies = if malformed { self.malformed_replies + 1 } else { 0 };
        let mut round = Round::new(self.turns, from_planner, !from_planner && self.sources.any_outside());
        for call in parsed {
            match call {
                ParsedCall::Skill { plan, admitted } => {
                    self.agent = Some(plan.agent);
                    self.skill = Some(plan.skill.clone());
                    self.inputs.clone_from(&plan.inputs);
                    match admitted {
                        Ok(()) => round.add_skill(*plan, person, today),
                        Err(refusal) if from_planner || (refusal.kind == RunErrorKind::NotPermitted && !has_called) => {
                            if refusal.kind == RunErrorKind::NotPossible {
                                self.skill = None;
                            }
                            self.phase = Phase::MakingCalls(round);
                            return self.end(RunEnd::Failed(refusal));
                        }
                        Err(refusal) => round.add_result(CallResult { text: refusal.detail, is_error: true }),
                    }
                }
                ParsedCall::Tool { tool, input, effect } => round.add_tool(tool, input, effect),
                ParsedCall::AskPerson { question, agent } => {
                    self.agent = agent.or(self.agent);
                    round.add_question(question);
                }
                ParsedCall::Decline { .. } if has_called => round.add_result(CallResult {
                    text: "Something was done already: tell the person what was done and what was not.".to_owned(),
                    is_error: true,
                }),
                ParsedCall::Decline { error, skill, agent } => {
                    self.agent = agent.or(self.agent);
                    self.skill = skill;
                    self.phase = Phase::MakingCalls(round);
                    return self.end(RunEnd::Failed(error));
                }
                ParsedCall::Malformed(text) | ParsedCall::Rejected(text) => {
                    round.add_result(CallResult { text, is_error: true });
                }
            }
        }
        self.phase = Phase::MakingCalls(round);
    }

    /// Takes what came of a call.
    pub fn on_result(&mut self, skills: &Skills, call: &Call, called: CallOutcome) {
        let Phase::MakingCalls(round) = &mut self.phase else { return };
        let CallOutcome { result, model_text, keep, effect, note } = called;
        self.called_tools.push(call.tool.clone());
        self.failed_tries = 0;
        self.notes.extend(note);
        self.has_acted |= effect;
        if let Some(keep) = keep {
            self.retained.insert(call.id.clone(), keep);
        }
        if let Some(step) = &call.step {
            round.record(skills, call.round_index, step, result);
        } else {
            let text = model_text.unwrap_or_else(|| result.to_string());
            round.set_result(call.round_index, CallResult { text, is_error: false });
            if !effect {
                self.finished_calls.push(FinishedCall { tool: call.tool.clone(), input: call.input.clone(), result });
            }
        }
    }

    /// Takes the reason a call failed, or the run can't go on. A model is told what it can do something about; all else ends
    /// the run.
    pub fn fail(&mut self, call: Option<&Call>, error: RunError) {
        self.called_tools.extend(call.map(|call| call.tool.clone()));
        self.failed_tries = 0;
        let for_model = matches!(error.kind, RunErrorKind::NotPossible | RunErrorKind::ToolFailed);
        match (&mut self.phase, call) {
            (Phase::MakingCalls(round), Some(call)) if for_model && !round.is_from_planner() => {
                round.set_result(call.round_index, CallResult { text: error.detail, is_error: true });
            }
            (Phase::AwaitingReply | Phase::MakingCalls(_) | Phase::Ended(_), _) => self.end(RunEnd::Failed(error)),
        }
    }

    /// Lets a call wait for the person's yes.
    pub fn await_consent(&mut self, call: &Call, question: Question) {
        if let Phase::MakingCalls(round) = &mut self.phase {
            round.await_consent(call.round_index, question);
        }
    }

    /// Notes what it has read.
    pub fn add_source(&mut self, trust: Trust, place: Provenance, text: &str) {
        self.sources.record(trust, place, text);
    }

    /// Notes what a model typed into a file that it made.
    pub fn add_file(&mut self, file: Id<id::File>, typed: &Value) {
        self.sources.record_file(file, typed);
    }

    /// It waits for this approval, until it is taken up again.
    pub fn await_approval(&mut self, approval: Id<id::Approval>) {
        self.pending_approval = Some(approval);
    }

    /// Ends the run because someone said so.
    pub fn cancel(&mut self, text: String) {
        self.end(RunEnd::Cancelled(text));
    }

    /// Takes what the person said to the question asked. A run that does not wait is left as it is.
    pub fn on_text(&mut self, text: String) {
        if self.state() != (RunState::Waiting, Some(WaitingFor::Person)) {
            return;
        }
        if let Phase::MakingCalls(round) = &mut self.phase {
            let chosen = round.question().is_some_and(|question| question.choices.contains(&text));
            if chosen && self.sources.any_outside() {
                self.unverified_answers.push(text.clone());
            }
            round.answer_question(&text);
            self.texts.push(text);
            self.working_since = None;
        }
    }

    /// Replaces the history by a summary of it, so that it fits the model's window again.
    pub fn compact(&mut self, context: String, summary: String) {
        let said = self.texts.iter().chain(&self.file_texts).cloned();
        let parts = std::iter::once(context).chain(said).chain([summary]).map(Part::Text);
        self.history = vec![Turn::Person(parts.collect())];
        self.context_tokens = 0;
    }

    /// Notes what the person was told besides answers, by a name for each.
    pub fn add_notices(&mut self, names: impl IntoIterator<Item = String>) {
        self.notices.extend(names);
    }

    /// A worker takes it up: the time it lay is no time of work.
    pub fn resume(&mut self) {
        self.working_since = None;
        self.pending_approval = None;
    }

    /// Notes that what it needs now could not be done; answers how often in a row.
    pub fn count_failed_try(&mut self) -> u32 {
        self.failed_tries += 1;
        self.failed_tries
    }

    /// Since when it works without having waited for a person; `now` where that begins now.
    pub fn working_since(&mut self, now: DateTime<Utc>) -> DateTime<Utc> {
        *self.working_since.get_or_insert(now)
    }

    /// Ends it with an answer, and what must be said besides.
    fn answer(&mut self, text: &str) {
        let notes = std::mem::take(&mut self.notes);
        let parts = std::iter::once(text.trim_end().to_owned()).chain(notes);
        self.end(RunEnd::Answered(parts.collect::<Vec<_>>().join("\n\n")));
    }

    /// Ends it; calls that nobody answered get an answer, so that the history is whole.
    fn end(&mut self, end: RunEnd) {
        if let Phase::MakingCalls(round) = &mut self.phase {
            let called = match self.history.last() {
                Some(Turn::Model { blocks, .. }) => calls(blocks),
                Some(Turn::Person(_) | Turn::Results(_)) | None => 0,
            };
            self.history.push(Turn::Results(round.close(called)));
        }
        self.phase = Phase::Ended(end);
    }
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CallOutcome {
    pub result: Value,
    /// What a model reads instead of a result that is too long for it.
    pub model_text: Option<String>,
    /// What it keeps for later calls.
    pub keep: Option<Value>,
    /// Whether it changed something outside our database.
    pub effect: bool,
    /// What the person is told besides the answer.
    pub note: Option<String>,
}

/// A model's reply, read.
#[derive(Debug, Clone, PartialEq)]
pub struct ParsedReply {
    /// Which model said it.
    pub source: Source,
    /// As it said it.
    pub blocks: Vec<Block>,
    /// All its text.
    pub text: String,
    /// What its calls stand for, in their order.
    pub calls: Vec<ParsedCall>,
    /// What it took.
    pub usage: Usage,
    /// Whether the provider only paused it.
    pub paused: bool,
}

fn calls(blocks: &[Block]) -> usize {
    blocks.iter().filter(|block| matches!(block.view(), crate::model::BlockView::Call { .. })).count()
}

#[cfg(test)]
mod tests;
