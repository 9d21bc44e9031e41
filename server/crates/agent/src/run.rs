//! The run machine: what a run does next, as a value that is stored after every step. It never does IO and never waits:
//! it says what it needs, and takes what came of it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use mezzofy_domain::language::Language;
use mezzofy_domain::people::{Department, Person};
use mezzofy_domain::run::{RunError, RunErrorKind, RunState, WaitingFor};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::planner::{OpenQuestion, Plan};
use crate::skills::{NextStep, SkillRun, SkillRunError, Skills};

/// A run between two steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    texts: Vec<String>,
    language: Language,
    agent: Option<Department>,
    skill: Option<String>,
    inputs: Map<String, Value>,
    tools: Vec<String>,
    kept: BTreeMap<String, Value>,
    phase: Phase,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Phase {
    Planning { open: Option<OpenQuestion> },
    Working(Box<SkillRun>),
    Waiting { open: OpenQuestion },
    Ended(End),
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// With an answer, Markdown.
    Answered(String),
    /// With a reason.
    Failed(RunError),
    /// Because someone said so; the text is the answer.
    Cancelled(String),
}

/// What a run needs now.
#[derive(Debug, Clone, PartialEq)]
pub enum Next<'a> {
    /// A plan for what was said; give it to [`Run::planned`].
    Plan {
        /// The person's texts, the newest last.
        texts: &'a [String],
        /// The question the newest one answers.
        open: Option<&'a OpenQuestion>,
    },
    /// A tool call; give its result to [`Run::called`], or the reason it failed to [`Run::failed`].
    Call(Call),
    /// The person's answer; give it to [`Run::said`].
    Wait(&'a OpenQuestion),
    /// Nothing: it has ended.
    Done(&'a End),
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
    /// What the person is told meanwhile.
    pub progress: String,
    step: String,
}

impl Run {
    /// A run that begins with what a person said.
    #[must_use]
    pub fn new(text: String, person: &Person) -> Self {
        Self {
            language: Language::of_text(&text, person.language),
            texts: vec![text],
            agent: None,
            skill: None,
            inputs: Map::new(),
            tools: Vec::new(),
            kept: BTreeMap::new(),
            phase: Phase::Planning { open: None },
        }
    }

    /// What it needs now. A skill without further steps ends the run with its answer.
    pub fn next(&mut self, skills: &Skills) -> Result<Next<'_>, SkillRunError> {
        if let Phase::Working(work) = &self.phase {
            let skill = skills.get(&work.skill).ok_or_else(|| SkillRunError::Missing {
                skill: work.skill.clone(),
                needed: "its own folder".to_owned(),
            })?;
            match work.next(skill)? {
                NextStep::Call { step_id, tool, input, progress } => {
                    let id = format!("{step_id}-{}", self.tools.len() + 1);
                    return Ok(Next::Call(Call { id, tool, input, progress, step: step_id }));
                }
                NextStep::Answer { text } | NextStep::Stop { text } => self.phase = Phase::Ended(End::Answered(text)),
            }
        }
        Ok(match &self.phase {
            Phase::Planning { open } => Next::Plan { texts: &self.texts, open: open.as_ref() },
            Phase::Waiting { open } => Next::Wait(open),
            Phase::Ended(end) => Next::Done(end),
            Phase::Working(work) => {
                return Err(SkillRunError::Missing { skill: work.skill.clone(), needed: "a next step".to_owned() });
            }
        })
    }

    /// Takes the plan that [`Next::Plan`] asked for; `admitted` is what the gate says of it.
    pub fn planned(&mut self, plan: Plan, person: &Person, today: NaiveDate, admitted: Result<(), RunError>) {
        self.phase = match plan {
            Plan::Skill(plan) => {
                self.agent = Some(plan.agent);
                self.skill = Some(plan.skill.clone());
                self.inputs.clone_from(&plan.inputs);
                self.language = plan.language;
                match admitted {
                    Ok(()) => Phase::Working(Box::new(SkillRun::new(plan, person, today))),
                    Err(refusal) => {
                        if refusal.kind == RunErrorKind::NotPossible {
                            self.skill = None;
                        }
                        Phase::Ended(End::Failed(refusal))
                    }
                }
            }
            Plan::Ask(open) => {
                self.agent = Some(open.agent);
                Phase::Waiting { open }
            }
            Plan::NotPossible { text } => {
                self.agent.get_or_insert(person.department);
                Phase::Ended(End::Failed(RunError { kind: RunErrorKind::NotPossible, detail: text }))
            }
            Plan::NotPermitted { skill, agent, text } => {
                self.agent = Some(agent);
                self.skill = Some(skill);
                Phase::Ended(End::Failed(RunError { kind: RunErrorKind::NotPermitted, detail: text }))
            }
            Plan::Talk { text } => {
                self.agent.get_or_insert(person.department);
                Phase::Ended(End::Answered(text))
            }
        };
    }

    /// Takes the result of a call, and what it keeps for later calls.
    pub fn called(&mut self, skills: &Skills, call: &Call, result: Value, keep: Option<Value>) {
        if let Phase::Working(work) = &mut self.phase
            && let Some(skill) = skills.get(&work.skill)
        {
            self.tools.push(call.tool.clone());
            if let Some(keep) = keep {
                self.kept.insert(call.id.clone(), keep);
            }
            work.record(skill, &call.step, result);
        }
    }

    /// Ends the run because a call failed, or because it can't go on.
    pub fn failed(&mut self, call: Option<&Call>, error: RunError) {
        self.tools.extend(call.map(|call| call.tool.clone()));
        self.phase = Phase::Ended(End::Failed(error));
    }

    /// Ends the run because someone said so.
    pub fn cancelled(&mut self, text: String) {
        self.phase = Phase::Ended(End::Cancelled(text));
    }

    /// Takes what the person said to the question asked. A run that does not wait is left as it is.
    pub fn said(&mut self, text: String) {
        if let Phase::Waiting { open } = &self.phase {
            self.phase = Phase::Planning { open: Some(open.clone()) };
            self.texts.push(text);
        }
    }

    /// Where it stands, as people see it.
    #[must_use]
    pub fn state(&self) -> (RunState, Option<WaitingFor>) {
        match &self.phase {
            Phase::Planning { .. } | Phase::Working(_) => (RunState::Running, None),
            Phase::Waiting { .. } => (RunState::Waiting, Some(WaitingFor::Person)),
            Phase::Ended(End::Answered(_)) => (RunState::Succeeded, None),
            Phase::Ended(End::Failed(_)) => (RunState::Failed, None),
            Phase::Ended(End::Cancelled(_)) => (RunState::Cancelled, None),
        }
    }

    /// Why it failed.
    #[must_use]
    pub fn error(&self) -> Option<&RunError> {
        match &self.phase {
            Phase::Ended(End::Failed(error)) => Some(error),
            Phase::Ended(End::Answered(_) | End::Cancelled(_))
            | Phase::Planning { .. }
            | Phase::Working(_)
            | Phase::Waiting { .. } => None,
        }
    }

    /// The department whose agent serves it.
    #[must_use]
    pub fn agent(&self) -> Option<Department> {
        self.agent
    }

    /// The skill in use.
    #[must_use]
    pub fn skill(&self) -> Option<&str> {
        self.skill.as_deref()
    }

    /// What the skill was given.
    #[must_use]
    pub fn inputs(&self) -> &Map<String, Value> {
        &self.inputs
    }

    /// The names of the calls made, in order.
    #[must_use]
    pub fn tools(&self) -> &[String] {
        &self.tools
    }

    /// What calls keep for later ones, by call id.
    #[must_use]
    pub fn kept(&self) -> &BTreeMap<String, Value> {
        &self.kept
    }

    /// The language of the request.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }
}

#[cfg(test)]
mod tests;
