//! The planner in a model's place: it reads the same history and answers with the same calls.

use async_trait::async_trait;
use mezzofy_domain::usage::Usage;
use serde_json::{Value, json};

use super::{OpenQuestion, Plan, Planner, Request};
use crate::calls::{ASK_PERSON, DECLINE};
use crate::model::{self, Block, BlockView, Model, ModelError, ModelFacts, Reply, StopReason, TextSink, Turn};
use crate::skills::Skills;

/// What the planner is called as a provider and as a model.
pub const PLANNER: &str = "planner";

/// The planner with what it must know of the person and the company.
#[derive(Debug, Clone, Copy)]
pub struct BuiltIn<'a> {
    pub planner: &'a Planner,
    /// What can be asked for.
    pub skills: &'a Skills,
    /// Who asks and what was said; what the newest text answers is found in the history.
    pub request: Request<'a>,
    /// What is said when the planner can't take over what another model has begun.
    pub unfinished: &'a str,
    /// Whether that model had something changed outside our database: then nothing is begun anew.
    pub acted: bool,
}

#[async_trait]
impl Model for BuiltIn<'_> {
    async fn stream(&self, request: &model::Request<'_>, _: TextSink<'_>) -> Result<Reply, ModelError> {
        let block = if let Some(answer) = answer_of_skills(request.history) {
            Block::text(&answer)
        } else if self.acted {
            decline("model_failed", self.unfinished, None)
        } else {
            self.plan(request.history)
        };
        let stop = if matches!(block.view(), BlockView::Call { .. }) { StopReason::Calls } else { StopReason::Ended };
        Ok(Reply { blocks: vec![block], stop, usage: Usage::default() })
    }

    async fn count_tokens(&self, _: &model::Request<'_>) -> Result<Option<u64>, ModelError> {
        Ok(Some(0))
    }

    async fn facts(&self) -> Result<ModelFacts, ModelError> {
        Ok(ModelFacts::default())
    }
}

impl BuiltIn<'_> {
    fn plan(&self, history: &[Turn]) -> Block {
        let open = open_question(history);
        let together = [self.request.texts.join("\n")];
        // An answer to another model's question makes sense only together with what was said before.
        let texts = if open.is_none() { &together } else { self.request.texts };
        let request = Request { open: open.as_ref(), texts, ..self.request };
        match self.planner.plan(self.skills, &request) {
            Plan::Skill(plan) => Block::call("plan", &plan.skill, &Value::Object(plan.inputs)),
            Plan::Ask(open) => {
                let choices: Vec<&str> = open.choices.iter().map(|choice| choice.label.as_str()).collect();
                Block::of(&json!({
                    "type": "tool_use", "id": "plan", "name": ASK_PERSON,
                    "input": {"question": open.question, "choices": choices}, "open": open,
                }))
            }
            Plan::NotPossible { text, agent } => Block::call(
                "plan",
                DECLINE,
                &json!({"kind": "not_possible", "text": text, "skill": null, "agent": agent}),
            ),
            Plan::NotPermitted { skill, text, .. } => decline("not_permitted", &text, Some(&skill)),
            Plan::Talk { text } => Block::text(&text),
        }
    }
}

fn decline(kind: &str, text: &str, skill: Option<&str>) -> Block {
    Block::call("plan", DECLINE, &json!({"kind": kind, "text": text, "skill": skill}))
}

/// The planner's own question that the newest result answers.
fn open_question(history: &[Turn]) -> Option<OpenQuestion> {
    let [.., Turn::Model { source, blocks }, Turn::Results(_)] = history else { return None };
    let [block] = blocks.as_slice() else { return None };
    (source.provider == PLANNER).then(|| question_in(block)).flatten()
}

/// The question with all that the planner must know to understand its answer.
pub(crate) fn question_in(block: &Block) -> Option<OpenQuestion> {
    let mut block: Value = serde_json::from_str(block.json()).ok()?;
    serde_json::from_value(block.get_mut("open")?.take()).ok()
}

/// What the skills that the newest reply called have answered, where it called nothing else and all went well.
fn answer_of_skills(history: &[Turn]) -> Option<String> {
    let Some(Turn::Results(results)) = history.last() else { return None };
    let answers = results.iter().map(|result| {
        let result: Value = serde_json::from_str(&result.text).ok().filter(|_| !result.is_error)?;
        let done = result.get("done").and_then(Value::as_bool).unwrap_or_default();
        result.get("answer").and_then(Value::as_str).filter(|_| done).map(str::to_owned)
    });
    answers.collect::<Option<Vec<_>>>().map(|answers| answers.join("\n\n"))
}
