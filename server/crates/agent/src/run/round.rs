//! The calls of one reply, and what has come of each: all are answered, once each, before a model is asked again.

use chrono::NaiveDate;
use mezzofy_domain::people::Person;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Call, FinishedCall, MAX_CONCURRENT_CALLS, Question};
use crate::model::CallResult;
use crate::planner::SkillPlan;
use crate::skills::{NextStep, SkillRun, SkillRunError, Skills, StepCall};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Round {
    number: u32,
    /// Whether the built-in planner asked for the calls; then a skill's answer is the run's.
    #[serde(rename = "planned")]
    from_planner: bool,
    /// Whether a model asked for the calls after the run had read text from outside, which may have chosen them.
    #[serde(default)]
    after_outside: bool,
    calls: Vec<RoundCall>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RoundCall {
    Tool {
        tool: String,
        input: Value,
        effect: bool,
    },
    /// A call that waits for the person's yes; with it, it is a tool's again.
    Consent {
        tool: String,
        input: Value,
        question: Question,
    },
    /// A call that the person said yes to.
    Consented {
        tool: String,
        input: Value,
    },
    Skill(Box<SkillRun>),
    Question(Question),
    #[serde(rename = "answered")]
    Resolved(CallResult),
}

/// What a round needs now.
pub(super) enum RoundNeed {
    Calls(Vec<Call>),
    Person,
    /// The run's answer.
    Answer(String),
    Results(Vec<CallResult>),
}

impl Round {
    pub(super) fn new(number: u32, from_planner: bool, after_outside: bool) -> Self {
        Self { number, from_planner, after_outside, calls: Vec::new() }
    }

    pub(super) fn is_from_planner(&self) -> bool {
        self.from_planner
    }

    pub(super) fn add_tool(&mut self, tool: String, input: Value, effect: bool) {
        self.calls.push(RoundCall::Tool { tool, input, effect });
    }

    pub(super) fn add_skill(&mut self, plan: SkillPlan, person: &Person, today: NaiveDate) {
        self.calls.push(RoundCall::Skill(Box::new(SkillRun::new(plan, person, today))));
    }

    pub(super) fn add_question(&mut self, question: Question) {
        self.calls.push(RoundCall::Question(question));
    }

    pub(super) fn add_result(&mut self, result: CallResult) {
        self.calls.push(RoundCall::Resolved(result));
    }

    pub(super) fn set_result(&mut self, at: usize, result: CallResult) {
        if let Some(call) = self.calls.get_mut(at) {
            *call = RoundCall::Resolved(result);
        }
    }

    pub(super) fn answer_question(&mut self, text: &str) {
        let open =
            self.calls.iter_mut().find(|call| matches!(call, RoundCall::Question(_) | RoundCall::Consent { .. }));
        let Some(call) = open else { return };
        *call = match call {
            RoundCall::Consent { tool, input, question } if question.is_first_choice(text) => {
                RoundCall::Consented { tool: std::mem::take(tool), input: std::mem::take(input) }
            }
            RoundCall::Consent { .. } => RoundCall::Resolved(CallResult {
                text: format!("Not done: the person was asked whether this may be called, and said: {text}"),
                is_error: true,
            }),
            _ => RoundCall::Resolved(CallResult { text: text.to_owned(), is_error: false }),
        };
    }

    /// Lets a call wait for the person's yes.
    pub(super) fn await_consent(&mut self, at: usize, question: Question) {
        if let Some(call) = self.calls.get_mut(at)
            && let RoundCall::Tool { tool, input, .. } = call
        {
            *call = RoundCall::Consent { tool: std::mem::take(tool), input: std::mem::take(input), question };
        }
    }

    pub(super) fn question(&self) -> Option<&Question> {
        self.calls.iter().find_map(|call| match call {
            RoundCall::Question(question) | RoundCall::Consent { question, .. } => Some(question),
            RoundCall::Tool { .. } | RoundCall::Consented { .. } | RoundCall::Skill(_) | RoundCall::Resolved(_) => None,
        })
    }

    /// Whether only the person can move it on.
    pub(super) fn waits(&self) -> bool {
        self.question().is_some()
            && self
                .calls
                .iter()
                .all(|call| matches!(call, RoundCall::Question(_) | RoundCall::Consent { .. } | RoundCall::Resolved(_)))
    }

    pub(super) fn record(&mut self, skills: &Skills, at: usize, step: &str, result: Value) {
        if let Some(RoundCall::Skill(work)) = self.calls.get_mut(at)
            && let Some(skill) = skills.get(&work.skill)
        {
            work.record(skill, step, result);
        }
    }

    /// What comes next: calls without effect together, others one after another, in the order of the reply; then the
    /// person's answer; then the results. `call_count` counts the calls of the run so far.
    pub(super) fn next(
        &mut self,
        skills: &Skills,
        finished: &[FinishedCall],
        call_count: usize,
    ) -> Result<RoundNeed, SkillRunError> {
        loop {
            let open = self.calls.iter().position(|call| {
                matches!(call, RoundCall::Tool { .. } | RoundCall::Consented { .. } | RoundCall::Skill(_))
            });
            let Some(at) = open else {
                if self.question().is_some() {
                    return Ok(RoundNeed::Person);
                }
                return Ok(RoundNeed::Results(self.close(self.calls.len())));
            };
            let step = match &mut self.calls[at] {
                RoundCall::Skill(work) => next_of_skill(work, skills, finished)?,
                RoundCall::Tool { .. }
                | RoundCall::Consent { .. }
                | RoundCall::Consented { .. }
                | RoundCall::Question(_)
                | RoundCall::Resolved(_) => return Ok(RoundNeed::Calls(self.next_batch(at))),
            };
            match step {
                NextStep::Calls(calls) => {
                    let call = |(more, StepCall { step_id, tool, input, progress }): (usize, StepCall)| {
                        let id = format!("{}.{at}/{step_id}-{}", self.number, call_count + more + 1);
                        let (progress, step) = (Some(progress), Some(step_id));
                        let after_outside = self.after_outside;
                        Call { id, tool, input, progress, round_index: at, step, consented: false, after_outside }
                    };
                    return Ok(RoundNeed::Calls(calls.into_iter().enumerate().map(call).collect()));
                }
                NextStep::Answer { text } | NextStep::Stop { text } if self.from_planner => {
                    return Ok(RoundNeed::Answer(text));
                }
                NextStep::Answer { text } | NextStep::Stop { text } => {
                    let text = json!({"done": true, "answer": text.trim()}).to_string();
                    self.set_result(at, CallResult { text, is_error: false });
                }
            }
        }
    }

    /// The calls that come together, from an open one on: some without effect, or all effects in a row, which are one
    /// decision for the person.
    fn next_batch(&self, from: usize) -> Vec<Call> {
        let (mut batch, mut of_effects) = (Vec::new(), None);
        for (at, call) in self.calls.iter().enumerate().skip(from) {
            let (tool, input, effect, consented) = match call {
                RoundCall::Tool { tool, input, effect } => (tool, input, *effect, false),
                RoundCall::Consented { tool, input } => (tool, input, false, true),
                RoundCall::Skill(_) => break,
                RoundCall::Question(_) | RoundCall::Consent { .. } | RoundCall::Resolved(_) => continue,
            };
            if *of_effects.get_or_insert(effect) != effect || (!effect && batch.len() == MAX_CONCURRENT_CALLS) {
                break;
            }
            let (id, tool, input) = (format!("{}.{at}", self.number), tool.clone(), input.clone());
            let after_outside = self.after_outside;
            batch.push(Call { id, tool, input, progress: None, round_index: at, step: None, consented, after_outside });
        }
        batch
    }

    /// One result for each of `count` calls; what nobody answered was not done.
    pub(super) fn close(&mut self, count: usize) -> Vec<CallResult> {
        let mut results: Vec<CallResult> = std::mem::take(&mut self.calls)
            .into_iter()
            .map(|call| match call {
                RoundCall::Resolved(result) => result,
                RoundCall::Tool { .. }
                | RoundCall::Consent { .. }
                | RoundCall::Consented { .. }
                | RoundCall::Skill(_)
                | RoundCall::Question(_) => not_done(),
            })
            .collect();
        results.resize_with(count, not_done);
        results
    }
}

fn not_done() -> CallResult {
    CallResult { text: "Not done: the run had ended.".to_owned(), is_error: true }
}

/// The next step of a skill that has not been made by a model before, with the same input.
fn next_of_skill(work: &mut SkillRun, skills: &Skills, finished: &[FinishedCall]) -> Result<NextStep, SkillRunError> {
    let skill = skills
        .get(&work.skill)
        .ok_or_else(|| SkillRunError::Missing { skill: work.skill.clone(), needed: "its own folder".to_owned() })?;
    loop {
        let next = work.next(skill)?;
        let NextStep::Calls(calls) = &next else { return Ok(next) };
        let [StepCall { step_id, tool, input, .. }] = calls.as_slice() else { return Ok(next) };
        let Some(finished) = finished.iter().find(|one| one.tool == *tool && one.input == *input) else {
            return Ok(next);
        };
        work.record(skill, step_id, finished.result.clone());
    }
}
